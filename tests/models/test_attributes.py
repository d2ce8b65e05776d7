"""``AttributeRegressor``: several ratings at once, gaps in them, and an overall score that is exact in two ways."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from iaa_classic.models import AdditiveModel, AestheticRegressor, AttributeRegressor
from iaa_classic.models.base import MissingRowsWarning
from iaa_classic.models.interval import folds
from iaa_classic.models.overall import nonnegative_weights
from iaa_classic.persistence import ModelFileError, load_model, load_scorer, save_model

QUICK = {"n_trees": 15, "n_bags": 2, "feature_share": 0.5, "random_state": 0}
CRITERIA = {"a": "lighting", "b": "colour", "c": "colour"}


@parametrize_with_checks([AttributeRegressor(AestheticRegressor("svm"))])
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def frame(table) -> pd.DataFrame:
    return pd.DataFrame(table.X, columns=list("abcdefghi"), index=[f"{k}.jpg" for k in range(len(table.X))])


@pytest.fixture(scope="module")
def y(frame) -> pd.DataFrame:
    """Three attributes, of which two make up the overall score; the second was not rated for every fourth photograph."""
    random = np.random.default_rng(1)
    light, colour = 2 * frame["a"] + 5, frame["b"] + np.abs(frame["c"])
    noise = random.normal(size=(4, len(frame))) / 4
    table = pd.DataFrame({"light": light, "colour": colour, "overall": light / 2 + colour, "mood": -frame["a"]}) + noise.T
    table.loc[table.index[::4], "colour"] = np.nan
    return table


@pytest.fixture(scope="module", params=["gbm", "svm", "both"])
def fitted(request, frame, y) -> AttributeRegressor:
    base = AestheticRegressor(request.param, criteria=CRITERIA, **QUICK)
    return AttributeRegressor(base, overall="overall", overall_folds=3).fit(frame, y)


def test_every_attribute_is_the_sum_of_its_criteria(fitted, frame):
    assert fitted.attributes_ == ["light", "colour", "mood"]
    predictions = fitted.predict(frame)
    assert predictions.shape == (300, 3)
    for name, own in zip(fitted.attributes_, predictions.T, strict=True):
        effects = fitted.breakdown(frame, name)
        assert list(effects.columns) == fitted.criteria_ == ["lighting", "colour", "features"]
        assert list(effects.index) == list(frame.index)
        np.testing.assert_allclose(fitted.baselines_[name] + effects.sum(axis=1), own, atol=1e-9)
        np.testing.assert_allclose(fitted.feature_effects(frame, name).sum(axis=1), effects.sum(axis=1), atol=1e-9)


def test_overall_is_the_sum_of_criteria_and_of_attributes(fitted, frame):
    scores = fitted.predict_overall(frame)
    np.testing.assert_allclose(fitted.intercept_ + fitted.predict(frame) @ fitted.weights_, scores, atol=1e-9)
    for effects in (fitted.attribute_effects(frame), fitted.breakdown(frame), fitted.feature_effects(frame)):
        np.testing.assert_allclose(fitted.baseline_ + effects.sum(axis=1), scores, atol=1e-9)
        np.testing.assert_allclose(effects.mean().sum(), 0, atol=1e-9)
        assert list(effects.index) == list(frame.index)
    assert list(fitted.attribute_effects(frame).columns) == fitted.attributes_
    assert fitted.marks(frame).shape == fitted.marks(frame, "light").shape == (300, 3)
    expected = sum(w * fitted.breakdown(frame, name) for w, name in zip(fitted.weights_, fitted.attributes_, strict=True))
    shift = fitted.breakdown(frame) - expected
    np.testing.assert_allclose(shift, np.tile(shift.iloc[0], (300, 1)), atol=1e-9)


def test_overall_weighs_what_it_is_made_of(frame, y):
    model = AttributeRegressor(AestheticRegressor("svm", random_state=0), overall="overall").fit(frame, y)
    assert (model.weights_ >= 0).all()
    assert model.weights_[2] == 0  # its true weight would be negative
    assert model.weights_[0] == pytest.approx(0.5, abs=0.25)
    assert model.weights_[1] == pytest.approx(1.0, abs=0.25)
    assert np.corrcoef(model.predict_overall(frame), y["overall"])[0, 1] > 0.9


def test_weights_come_from_photographs_left_out(frame, y):
    base = AestheticRegressor("svm", random_state=0)
    groups = np.arange(300) // 10
    model = AttributeRegressor(base, overall="overall", overall_folds=3).fit(frame, y, groups=groups)
    out = np.zeros((300, 3))
    for train, test in folds(np.arange(300), groups, 3, 0):
        twin = AttributeRegressor(base).fit(frame.iloc[train], y[model.attributes_].iloc[train])
        out[test] = twin.predict(frame.iloc[test])
    weights, intercept = nonnegative_weights(out, y["overall"].to_numpy(), np.ones(300))
    np.testing.assert_allclose(model.weights_, weights, atol=1e-9)
    assert model.intercept_ == pytest.approx(intercept)


def test_every_attribute_is_what_its_own_regressor_says(frame, y):
    base = AestheticRegressor("svm", random_state=0)
    model = AttributeRegressor(base, n_jobs=2).fit(frame, y, sample_weight=np.arange(300.0))
    rated = y["colour"].notna()
    alone = clone(base).fit(frame[rated], y["colour"][rated], sample_weight=np.arange(300.0)[rated])
    np.testing.assert_array_equal(model.predict(frame)[:, 1], alone.predict(frame))
    assert not hasattr(base, "model_")


def test_arrays_and_positions(table, y):
    model = AttributeRegressor(AestheticRegressor("svm", random_state=0), overall=2, overall_folds=2)
    model.fit(table.X, y.to_numpy())
    assert model.attributes_ == ["y0", "y1", "y3"]
    assert np.corrcoef(model.predict_overall(table.X), y["overall"])[0, 1] > 0.9
    assert AttributeRegressor(AestheticRegressor("svm")).fit(table.X, y.to_numpy()[:, :1]).predict(table.X).shape == (300, 1)


def test_without_an_overall_score(frame, y):
    model = AttributeRegressor(AestheticRegressor("svm")).fit(frame, y)
    assert model.attributes_ == ["light", "colour", "overall", "mood"]
    for call in (model.predict_overall, model.breakdown, model.attribute_effects):
        with pytest.raises(AttributeError, match="no overall score was learnt"):
            call(frame)
    with pytest.raises(ValueError, match="one of 'light', 'colour', 'overall', 'mood', got 'colur'"):
        model.breakdown(frame, "colur")


def test_an_overall_score_of_no_attribute_is_its_mean(frame):
    y = pd.DataFrame({"up": frame["a"], "overall": -frame["a"]})
    model = AttributeRegressor(AestheticRegressor("svm"), overall="overall", overall_folds=2).fit(frame, y)
    np.testing.assert_array_equal(model.weights_, [0])
    np.testing.assert_allclose(model.predict_overall(frame), -frame["a"].mean(), atol=1e-9)
    np.testing.assert_allclose(model.breakdown(frame), 0, atol=1e-12)


def test_unreadable_photographs(frame, y):
    rows, ratings = pd.concat([frame, frame.iloc[:2] * np.nan]), pd.concat([y, y.iloc[:2] + 50])
    model = AttributeRegressor(AestheticRegressor("svm", random_state=0), overall="overall", overall_folds=2)
    with pytest.warns(MissingRowsWarning, match="2 of 302") as caught:
        gaps = clone(model).fit(rows, ratings, groups=np.arange(302))
    assert len(caught) == 1
    whole = clone(model).fit(frame, y, groups=np.arange(300))
    np.testing.assert_allclose(gaps.predict(frame), whole.predict(frame), atol=1e-9)
    assert np.isnan(gaps.predict(rows)[300:]).all()
    assert np.isnan(gaps.predict_overall(rows)[300:]).all()
    assert gaps.attribute_effects(rows).isna().all(axis=1).sum() == 2


def test_weightless_rows_say_nothing(frame, y):
    weight = np.arange(300) % 3
    wild = y.mask(np.tile(weight[:, None] == 0, (1, 4)), 99.0)
    model = AttributeRegressor(AestheticRegressor("svm", random_state=0), overall="overall", overall_folds=2)
    once, again = (clone(model).fit(frame, ratings, sample_weight=weight) for ratings in (y, wild))
    np.testing.assert_allclose(once.predict_overall(frame), again.predict_overall(frame), atol=1e-9)
    assert once.baseline_ == pytest.approx(once.predict_overall(frame)[weight > 0].mean())


def test_missing_overall_scores_are_left_out(frame, y):
    some = y.copy()
    some.loc[some.index[:100], "overall"] = np.nan
    model = AttributeRegressor(AestheticRegressor("svm", random_state=0), overall="overall", overall_folds=2)
    assert np.corrcoef(model.fit(frame, some).predict_overall(frame), y["overall"])[0, 1] > 0.9


def test_score_skips_what_was_not_rated(fitted, frame, y):
    from sklearn.metrics import r2_score

    rated = y["colour"].notna()
    predictions = pd.DataFrame(fitted.predict(frame), columns=fitted.attributes_, index=frame.index)
    expected = [
        r2_score(y[name][own], predictions[name][own])
        for name, own in (("light", rated | True), ("colour", rated), ("mood", rated | True))
    ]
    assert fitted.score(frame, y) == pytest.approx(np.mean(expected))
    assert fitted.score(frame, y, sample_weight=np.ones(300)) == pytest.approx(np.mean(expected))
    with pytest.raises(ValueError, match="3 attributes light, colour, mood"):
        fitted.score(frame, y[["light", "overall"]])


def test_grid_search(frame, y):
    model = AttributeRegressor(AestheticRegressor("svm"))
    search = GridSearchCV(model, {"estimator__C": [0.1, 1.0]}, cv=2).fit(frame, y[["light", "mood"]])
    assert search.best_score_ > 0.5


def test_intervals_of_attributes(frame, y):
    base = AestheticRegressor("svm", interval_folds=3, random_state=0)
    model = AttributeRegressor(base, overall="overall", overall_folds=2).fit(frame, y)
    bounds = model.predict_interval(frame, "light", 0.8)
    inside = (bounds["low"] <= y["light"]) & (y["light"] <= bounds["high"])
    assert 0.75 < inside.mean() < 0.95
    assert list(bounds.index) == list(frame.index)


def test_pipeline_from_photographs(tmp_path):
    from iaa_classic.extraction import FeatureExtractor

    pictures = list(np.random.default_rng(0).integers(0, 256, (12, 16, 24, 3), dtype=np.uint8))
    y = np.column_stack([np.arange(12.0), np.arange(12.0)[::-1], np.ones(12)])
    model = AttributeRegressor(AestheticRegressor("svm"), overall=0, overall_folds=2)
    pipeline = make_pipeline(FeatureExtractor("lighting"), model).fit(pictures, y)
    save_model(pipeline, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(loaded.predict(pictures), pipeline.predict(pictures))
    assert loaded[-1].catalogue == pipeline[-1].catalogue != {}


def test_default_estimator():
    X = np.random.default_rng(0).random((200, 1))
    model = AttributeRegressor().fit(X, X)
    assert model.estimators_[0].get_params() == AestheticRegressor().get_params()
    assert model.score(X, X) > 0.9


def test_comes_back_exactly(fitted, frame, tmp_path):
    save_model(fitted, tmp_path / "model.skops")
    for twin in (load_model(tmp_path / "model.skops"), pickle.loads(pickle.dumps(fitted))):
        np.testing.assert_array_equal(twin.predict(frame), fitted.predict(frame))
        np.testing.assert_array_equal(twin.predict_overall(frame), fitted.predict_overall(frame))
        pd.testing.assert_frame_equal(twin.attribute_effects(frame), fitted.attribute_effects(frame), check_exact=True)
        pd.testing.assert_frame_equal(twin.breakdown(frame), fitted.breakdown(frame), check_exact=True)
        assert twin.attributes_ == fitted.attributes_
    scorer = load_scorer(tmp_path / "model.skops")
    assert isinstance(scorer, AdditiveModel)
    np.testing.assert_array_equal(scorer.predict(frame), fitted.predict_overall(frame))


def test_without_overall_it_comes_back_but_has_no_single_score(frame, y, tmp_path):
    model = AttributeRegressor(AestheticRegressor("svm")).fit(frame, y)
    save_model(model, tmp_path / "model.skops")
    np.testing.assert_array_equal(load_model(tmp_path / "model.skops").predict(frame), model.predict(frame))
    with pytest.raises(ModelFileError, match="no single score"):
        load_scorer(tmp_path / "model.skops")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("attributes_", lambda _: ["a"]),
        ("attributes_", lambda _: ["a", "a", "b"]),
        ("attributes_", lambda _: [1, 2, 3]),
        ("attributes_", lambda _: "abc"),
        ("estimators_", lambda own: own[:2]),
        ("estimators_", lambda own: [*own[:2], AestheticRegressor()]),
        ("estimators_", lambda own: [one.model_ for one in own]),
        ("estimators_", lambda _: None),
        ("weights_", lambda own: own * np.nan),
        ("weights_", lambda own: own[:2]),
        ("weights_", lambda _: None),
        ("intercept_", lambda _: None),
        ("intercept_", lambda _: "high"),
        ("intercept_", lambda _: float("inf")),
        ("attribute_means_", lambda own: own.astype(int)),
        ("model_", lambda _: None),
        ("n_features_in_", lambda _: 4),
        ("estimator", lambda _: {"a": 1}),
        ("overall", lambda _: [1]),
    ],
)
def test_crafted_files_are_refused(name, change, fitted):
    from skops.io import dumps

    crafted = AttributeRegressor()
    vars(crafted).update(vars(fitted))
    vars(crafted)[name] = change(vars(fitted)[name])
    with pytest.raises(ModelFileError):
        load_model(dumps(crafted))


def test_a_crafted_estimator_of_other_columns_is_refused(fitted, frame, y):
    from skops.io import dumps

    for columns in (list("ihgfedcba"), list("abc")):
        other = AestheticRegressor("svm").fit(frame[columns], y["light"])
        crafted = AttributeRegressor()
        vars(crafted).update(vars(fitted) | {"estimators_": [*fitted.estimators_[:2], other]})
        with pytest.raises(ModelFileError, match=r"columns|another number of features"):
            load_model(dumps(crafted))


@pytest.mark.parametrize(
    ("parameters", "change", "error", "message"),
    [
        ({}, lambda y: y["light"].to_numpy(), ValueError, "2D array"),
        ({}, lambda y: y.assign(mood=np.nan), ValueError, "the attribute 'mood' has no rating among 300"),
        ({}, lambda y: y.assign(mood=np.inf), ValueError, "infinity"),
        ({}, lambda y: y[:10], ValueError, "each of the 300 rows of X, got 10"),
        ({}, lambda y: y.set_axis(["a", "b", "c", "a"], axis=1), ValueError, "different names"),
        ({"overall": "mod"}, lambda y: y, ValueError, r"columns of y \(light, colour, overall, mood\), got 'mod'"),
        ({"overall": 4}, lambda y: y.to_numpy(), ValueError, "got 4"),
        ({"overall": "light"}, lambda y: y[["light"]], ValueError, "at least two columns"),
        ({"overall": "mood"}, lambda y: y.assign(mood=np.nan), ValueError, "overall score 'mood' has no rating"),
        ({"overall": 1.5}, lambda y: y, TypeError, "name or position"),
        ({"overall_folds": 1}, lambda y: y, ValueError, "overall_folds must be a whole number of at least 2"),
        ({"estimator": "svm"}, lambda y: y, TypeError, "must be an AestheticRegressor or None, got str"),
    ],
)
def test_wrong_answers_and_parameters_are_refused(parameters, change, error, message, frame, y):
    with pytest.raises(error, match=message):
        AttributeRegressor(**({"estimator": AestheticRegressor("svm")} | parameters)).fit(frame, change(y))


@pytest.mark.parametrize("method", ["predict", "predict_overall", "breakdown", "attribute_effects", "marks"])
def test_not_fitted(method, frame):
    with pytest.raises(NotFittedError):
        getattr(AttributeRegressor(), method)(frame)


def test_nonnegative_weights_against_a_plain_search():
    random = np.random.default_rng(0)
    attributes = random.normal(size=(50, 2))
    overall, weight = attributes @ [1.5, -0.7] + 3, random.integers(0, 3, 50).astype(float)
    weights, intercept = nonnegative_weights(attributes, overall, weight)
    centred, target = (
        attributes[:, 0] - np.average(attributes[:, 0], weights=weight),
        overall - np.average(overall, weights=weight),
    )
    slope = (weight * centred) @ target / ((weight * centred) @ centred)
    np.testing.assert_allclose(weights, [slope, 0], atol=1e-9)
    assert intercept == pytest.approx(np.average(overall - attributes[:, 0] * slope, weights=weight))
    exact, offset = nonnegative_weights(attributes, attributes @ [1.5, 0.7] + 3, weight)
    np.testing.assert_allclose([*exact, offset], [1.5, 0.7, 3], atol=1e-9)
