"""Learned content as one more criterion: exact sums, what counts as photography, evidence, model files."""

from __future__ import annotations

import re
import zipfile

import cv2
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from iaa_classic.explanation import explain
from iaa_classic.extraction import FeatureExtractor
from iaa_classic.models import AdditiveModel, AestheticRegressor, ContentRegressor
from iaa_classic.models.learned import SKETCH, LearnedContent, sketched
from iaa_classic.persistence import ModelFileError, load_model, load_scorer, save_model
from iaa_classic.representations import BagOfVisualWords, FisherVector, describe

COUNT = 32
FISHER = FisherVector(2, n_components=4, n_patches=1000)


def _picture(rng: np.random.Generator, level: float, striped: bool) -> np.ndarray:
    noise = rng.normal(0, 12, (48, 64))
    y, x = np.mgrid[:48, :64]
    pattern = 30 * np.sign(np.sin(x / 3)) if striped else 30 * np.sign(np.sin(y / 3))
    grey = np.clip(level + pattern + noise, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pictures that people like if they are bright, and if their stripes stand upright."""
    root, rng = tmp_path_factory.mktemp("content"), np.random.default_rng(0)
    rows = []
    for k in range(COUNT):
        level, striped = rng.uniform(60, 190), bool(k % 2)
        cv2.imwrite(str(root / f"{k:02d}.png"), _picture(rng, level, striped))
        rows.append((str(root / f"{k:02d}.png"), level / 60 + 1.5 * striped + rng.normal(0, 0.1), f"g{k // 2}"))
    return pd.DataFrame(rows, columns=["path", "rating", "group"])


@pytest.fixture(scope="module")
def table(folder):
    features = FeatureExtractor(["mean_lightness", "clipped_highlights"]).fit_transform(folder["path"].tolist())
    return features.assign(picture=describe(folder["path"].tolist(), parts=["cells"]).to_numpy())


@pytest.fixture(scope="module")
def fitted(table, folder):
    model = ContentRegressor(FISHER, choice_folds=3)
    return model.fit(table[:24], folder["rating"][:24], groups=folder["group"][:24])


def test_the_score_is_the_sum_of_criteria_with_content(fitted, table):
    effects = fitted.breakdown(table)
    assert list(effects.columns) == fitted.criteria_ == ["lighting", "content"]
    np.testing.assert_allclose(fitted.baseline_ + effects.sum(axis=1), fitted.predict(table), rtol=0, atol=1e-9)
    shares = fitted.feature_effects(table)
    np.testing.assert_allclose(shares["learned_content"], effects["content"], rtol=0, atol=1e-9)
    inside = shares.drop(columns="learned_content").sum(axis=1)
    np.testing.assert_allclose(inside, effects["lighting"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(fitted.breakdown(table[:24]).mean(), 0, atol=1e-9)


def test_content_sees_what_the_criteria_do_not(fitted, table, folder):
    """The direction of stripes is nothing to the mean lightness."""
    alone = AestheticRegressor("svm").fit(table[:24].drop(columns="picture"), folder["rating"][:24])
    truth, held_out = folder["rating"][24:], table[24:]
    without = np.corrcoef(truth, alone.predict(held_out.drop(columns="picture")))[0, 1]
    assert np.corrcoef(truth, fitted.predict(held_out))[0, 1] > without + 0.1
    upright = np.arange(24, COUNT) % 2 == 1
    content = fitted.breakdown(held_out)["content"]
    assert content[upright].min() > content[~upright].max()


def test_what_criteria_can_say_of_content_is_theirs(fitted, table, folder):
    """A greater ridge leaves more to content, without a change of any score."""
    loose = clone(fitted).set_params(ridge=1e6, shares=(fitted.share_,), costs=(fitted.cost_,))
    loose.fit(table[:24], folder["rating"][:24], groups=folder["group"][:24])
    np.testing.assert_allclose(loose.predict(table), fitted.predict(table), rtol=0, atol=1e-6)
    assert fitted.explained_share(table[24:]) > loose.explained_share(table[24:])


def test_explained_share_is_of_the_variance(fitted, table):
    effects = fitted.breakdown(table)
    scores = effects.sum(axis=1)
    expected = np.cov(effects["lighting"], scores)[0, 1] / scores.var()
    assert fitted.explained_share(table) == pytest.approx(expected, abs=1e-9)
    assert np.isnan(fitted.explained_share(table[:1]))
    plain = AestheticRegressor("svm").fit(table.drop(columns="picture"), np.arange(COUNT))
    assert plain.model_.explained_share(table.drop(columns="picture")) == 1


@pytest.mark.parametrize("kind", ["gbm", "both"])
def test_trees_take_content_too(kind, table, folder):
    regressor = AestheticRegressor(kind, n_trees=5, n_bags=1, min_samples_leaf=5, random_state=0)
    model = ContentRegressor(FISHER, regressor, shares=(0.7,), costs=(1,)).fit(table, folder["rating"])
    sums = model.baseline_ + model.breakdown(table).sum(axis=1)
    np.testing.assert_allclose(sums, model.predict(table), rtol=0, atol=1e-9)


def test_without_pictures_it_is_the_regressor(table, folder):
    features = table.drop(columns="picture")
    model = ContentRegressor(FISHER).fit(features, folder["rating"])
    np.testing.assert_array_equal(
        model.predict(features), AestheticRegressor("svm").fit(features, folder["rating"]).predict(features)
    )
    with pytest.raises(ValueError, match="without pictures"):
        model.alike(folder["path"][0])


def test_nearest_training_photographs(fitted, table, folder):
    found = fitted.alike(folder["path"][4], count=3)
    assert found[0].name == "training photograph 5"
    assert found[0].likeness == pytest.approx(1, abs=1e-4)
    assert found[0].rating == pytest.approx(folder["rating"][4])
    assert found[0].likeness > found[1].likeness >= found[2].likeness
    assert int(found[1].name.split()[-1]) % 2 == 1  # stripes of the same direction: rows 1, 3, 5, ... in names


def test_names_are_kept_only_if_asked_for(fitted, table, folder):
    assert not any(".png" in name for name in fitted.model_.content.names)
    named = ContentRegressor(FISHER, keep_names=True, shares=(0.5,), costs=(1,)).fit(table, folder["rating"])
    assert named.model_.content.names[3] == "03.png"


def test_sketches_keep_inner_products():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(20, 6000)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = sketched(vectors).astype(np.float64)
    assert found.shape == (20, SKETCH)
    assert np.abs(found @ found.T - vectors @ vectors.T).max() < 5 / np.sqrt(SKETCH)
    few = rng.normal(size=(3, 7)).astype(np.float32)
    np.testing.assert_array_equal(sketched(few)[:, :7], few)


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.skops"
    save_model(fitted, path)
    return path


def test_a_saved_model_comes_back(saved, fitted, table, folder):
    loaded = load_model(saved)
    assert isinstance(loaded, ContentRegressor)
    np.testing.assert_array_equal(loaded.predict(table), fitted.predict(table))
    assert loaded.alike(folder["path"][3]) == fitted.alike(folder["path"][3])
    scorer = load_scorer(saved)
    assert isinstance(scorer, AdditiveModel)
    np.testing.assert_array_equal(scorer.predict(fitted.completed(table)), fitted.predict(table))
    assert scorer.content.feature.version == fitted.model_.content.feature.version
    again = clone(loaded).fit(table[:24], folder["rating"][:24], groups=folder["group"][:24])
    np.testing.assert_allclose(again.predict(table), fitted.predict(table), rtol=0, atol=1e-9)


def test_a_bag_of_words_is_saved_too(table, folder, tmp_path):
    model = ContentRegressor(BagOfVisualWords(6, n_patches=600), shares=(0.5,), costs=(1,)).fit(table, folder["rating"])
    save_model(model, tmp_path / "model.skops")
    np.testing.assert_array_equal(load_model(tmp_path / "model.skops").predict(table), model.predict(table))


def test_photographs_are_explained_with_evidence(saved, folder):
    why = explain(folder["path"][30], load_scorer(saved))
    assert why.score == pytest.approx(why.baseline + sum(part.effect for part in why.criteria), abs=1e-9)
    assert [part.criterion for part in why.criteria] == ["lighting", "content"]
    assert len(why.alike) == 5
    assert why.to_dict()["alike"][0] == {
        "name": why.alike[0].name,
        "rating": why.alike[0].rating,
        "likeness": why.alike[0].likeness,
    }
    assert all(re.fullmatch(r"training photograph \d+", one.name) for one in why.alike)
    assert explain(folder["path"][30], load_model(saved)).score == why.score


def _damaged(fitted, **changes):
    content = fitted.model_.content
    state = {name: getattr(content, name) for name in content.__dataclass_fields__} | changes
    return state


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": np.zeros(3, np.float32)}, "weights"),
        ({"centre": np.full(128, np.nan, np.float32)}, "centre"),
        ({"names": []}, "ratings"),
        ({"representation": "fisher"}, "no representation"),
    ],
)
def test_parts_that_do_not_fit_are_refused(fitted, changes, message):
    with pytest.raises(ValueError, match=message):
        LearnedContent(**_damaged(fitted, **changes))


def test_a_crafted_mixture_is_refused(saved, tmp_path):
    crafted = tmp_path / "crafted.skops"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(crafted, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "schema.json":
                content = content.replace(b'"n_words": {"__class__": "str"', b"").replace(b'"content": "2"', b'"content": "3"')
            new.writestr(item, content)
    with pytest.raises(ModelFileError):
        load_model(crafted)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (ContentRegressor("fisher"), "representation"),
        (ContentRegressor(FISHER, "svm"), "regressor"),
        (ContentRegressor(FISHER, shares=(1.5,)), "shares"),
        (ContentRegressor(FISHER, costs=()), "costs"),
        (ContentRegressor(FISHER, ridge=0), "ridge"),
        (ContentRegressor(FISHER, choice_folds=1), "choice_folds"),
    ],
)
def test_parameters_are_checked(model, message, table, folder):
    with pytest.raises(ValueError, match=message):
        model.fit(table, folder["rating"])


def test_tables_are_checked(fitted, table, folder):
    with pytest.raises(ValueError, match="one rating per row"):
        clone(fitted).fit(table, folder["rating"][:5])
    with pytest.raises(ValueError, match="no column 'picture'"):
        fitted.predict(table.drop(columns="picture"))
    named = ContentRegressor(FISHER, AestheticRegressor("svm", criteria={"mean_lightness": "content"}))
    with pytest.raises(ValueError, match="'content' already"):
        named.fit(table, folder["rating"])
    with pytest.raises(ValueError, match="cannot be added"):
        fitted.model_.plus(fitted.model_, fitted.completed(table))
