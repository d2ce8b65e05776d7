"""Cross-validation on training folds only, and models that know the criteria of the columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.pipeline import FeatureUnion, make_pipeline

from iaa_classic import FeatureExtractor, load_model, save_model
from iaa_classic.features import CRITERIA
from iaa_classic.features.sets import COLLECTION, sets
from iaa_classic.models import AestheticRegressor
from iaa_classic.representations import ReferenceFeatures, describe, reference_records

COLUMNS = [
    "ke_edge_template",
    "ke_colour_neighbours",
    "luo_learned_harmony",
    "datta_familiarity_2",
    "datta_familiarity_5",
    "spectrum_novelty",
]
CRITERIA_OF = ["composition", "colour", "colour", "uniqueness", "uniqueness", "uniqueness"]
MEASURED = ["aspect_ratio", "mean_lightness", "colourfulness"]


def reference(**parameters) -> ReferenceFeatures:
    return ReferenceFeatures(**{"n_neighbors": 3, "counts": (2, 5), **parameters})


@pytest.fixture(scope="session")
def measured(crops) -> pd.DataFrame:
    """Three features of the catalogue for the crops."""
    return FeatureExtractor(MEASURED).fit_transform(crops)


# Training folds only --------------------------------------------------------------------------------------------------


def test_what_is_held_out_cannot_change_what_is_fitted(described, ratings):
    pipeline = make_pipeline(reference(), AestheticRegressor("svm")).set_output(transform="pandas")
    folds = [(np.arange(12, 36), np.arange(12))]
    honest = cross_validate(pipeline, described, ratings, cv=folds, return_estimator=True)["estimator"][0]
    other, altered = ratings.copy(), described.copy()
    other[:12] = ratings[:12][::-1] * 2
    altered.iloc[:12] = describe([np.full((20, 30, 3), grey, dtype=np.uint8) for grey in range(12)]).to_numpy()
    again = cross_validate(pipeline, altered, other, cv=folds, return_estimator=True)["estimator"][0]
    np.testing.assert_array_equal(honest[0].transform(described), again[0].transform(described))
    np.testing.assert_array_equal(honest.predict(described), again.predict(described))


def test_a_pipeline_fits_its_model_on_rows_that_were_left_out(described, ratings):
    pipeline = make_pipeline(reference(), AestheticRegressor("svm")).set_output(transform="pandas").fit(described, ratings)
    by_hand = AestheticRegressor("svm").fit(reference().fit_transform(described, ratings), ratings)
    np.testing.assert_allclose(pipeline.predict(described), by_hand.predict(pipeline[0].transform(described)))


def test_groups_are_routed(described, ratings, themes):
    with sklearn.config_context(enable_metadata_routing=True):
        transformer = reference().set_fit_request(groups=True)
        pipeline = make_pipeline(transformer, AestheticRegressor("svm")).set_output(transform="pandas")
        scores = cross_validate(
            pipeline,
            described,
            ratings,
            params={"groups": themes},
            cv=GroupKFold(3),
            return_estimator=True,
            return_indices=True,
        )
    for fitted, train in zip(scores["estimator"], scores["indices"]["train"], strict=True):
        table = reference().fit_transform(described.iloc[train], ratings[train], groups=themes[train])
        expected = AestheticRegressor("svm").fit(table, ratings[train])
        np.testing.assert_allclose(fitted[-1].predict(table), expected.predict(table))


# Models with named criteria -------------------------------------------------------------------------------------------


def test_every_column_has_a_record(described, ratings):
    transformer = reference()
    assert [record.name for record in transformer.records] == COLUMNS
    assert list(transformer.criteria.values()) == CRITERIA_OF
    assert {record.criterion for record in transformer.records} <= set(CRITERIA)
    known = reference_records()
    needed = {member.feature for published in sets().values() for member in published.members if member.needs == COLLECTION}
    assert needed <= set(known)
    assert set(known) == set(ReferenceFeatures().get_feature_names_out())
    for name, record in known.items():
        assert record.name == name
        assert record.to_dict()["reference"]
        with pytest.raises(TypeError, match=r"fit iaa_classic\.representations"):
            record.function(None)
    assert list(reference_records(["x", "datta_familiarity_7", "datta_familiarity_0"])) == ["datta_familiarity_7"]


@pytest.mark.parametrize("kind", ["svm", "gbm"])
def test_the_regressor_knows_their_criteria(kind, described, ratings, measured, tmp_path):
    table = measured.join(reference().fit_transform(described, ratings))
    model = AestheticRegressor(kind, min_samples_leaf=3, n_trees=20, random_state=0).fit(table, ratings)
    assert model.criteria_ == ["composition", "lighting", "colour", "uniqueness"]
    assert dict(zip(table.columns, model.model_.feature_criteria, strict=True)) == {
        "aspect_ratio": "composition",
        "mean_lightness": "lighting",
        "colourfulness": "colour",
        **dict(zip(COLUMNS, CRITERIA_OF, strict=True)),
    }
    effects, features = model.breakdown(table), model.feature_effects(table)
    assert np.abs(model.baseline_ + effects.sum(axis=1) - model.predict(table)).max() < 1e-9
    unique = [name for name, criterion in zip(COLUMNS, CRITERIA_OF, strict=True) if criterion == "uniqueness"]
    assert np.abs(features[unique].sum(axis=1) - effects["uniqueness"]).max() < 1e-9
    save_model(model, tmp_path / "model.skops")
    np.testing.assert_array_equal(load_model(tmp_path / "model.skops").predict(table), model.predict(table))


def test_trees_keep_to_the_directions(described, ratings, measured):
    table = measured.join(reference().fit_transform(described, ratings))
    model = AestheticRegressor("gbm", min_samples_leaf=3, feature_share=1.0, random_state=0).fit(table, ratings)
    for name in ("ke_edge_template", "ke_colour_neighbours", "luo_learned_harmony"):
        for row in (0, 20):
            swept = pd.concat([table.iloc[[row]]] * 30, ignore_index=True)
            swept[name] = np.linspace(table[name].min(), table[name].max(), 30)
            assert (np.diff(model.predict(swept)) >= -1e-9).all()


def test_a_mapping_of_criteria_comes_first(described, ratings):
    table = reference().fit_transform(described, ratings)
    model = AestheticRegressor("svm", criteria=dict.fromkeys(COLUMNS, "content")).fit(table, ratings)
    assert model.criteria_ == ["content"]


def test_union_with_the_catalogue_in_cross_validation(crops, ratings, themes):
    union = FeatureUnion(
        [("measured", FeatureExtractor(MEASURED)), ("reference", reference())], verbose_feature_names_out=False
    ).set_output(transform="pandas")
    pipeline = make_pipeline(union, AestheticRegressor("svm"))
    found = cross_validate(
        pipeline, crops, ratings, groups=themes, cv=GroupKFold(3), scoring="r2", return_estimator=True, error_score="raise"
    )
    assert np.isfinite(found["test_score"]).all()
    for fitted in found["estimator"]:
        assert fitted[-1].model_.feature_names_in_ == MEASURED + COLUMNS
        assert fitted[-1].criteria_ == ["composition", "lighting", "colour", "uniqueness"]


def test_one_table_of_values_and_descriptions(described, measured, ratings):
    table = measured.assign(picture=described)
    columns = make_column_transformer(
        (reference(), "picture"), remainder="passthrough", verbose_feature_names_out=False
    ).set_output(transform="pandas")
    found = cross_validate(make_pipeline(columns, AestheticRegressor("svm")), table, ratings, cv=3, return_estimator=True)
    for fitted in found["estimator"]:
        assert set(fitted[-1].feature_names_in_) == {*MEASURED, *COLUMNS}
        assert "features" not in fitted[-1].criteria_


# Rated photographs ----------------------------------------------------------------------------------------------------


def test_they_tell_beauty_on_photographs_held_out(data):
    labels = pd.read_csv(data / "oasis" / "labels.csv").iloc[::3]
    described = describe([data / "oasis" / "images" / name for name in labels["image"]])
    ratings, groups = labels["beauty_mean"].to_numpy(), labels["group"].to_numpy()
    held_out = pd.DataFrame(np.nan, index=range(len(labels)), columns=ReferenceFeatures().get_feature_names_out())
    for train, test in GroupKFold(5).split(described, ratings, groups):
        fitted = ReferenceFeatures().fit(described.iloc[train], ratings[train])
        held_out.iloc[test] = fitted.transform(described.iloc[test]).to_numpy()
    srcc = held_out.corrwith(pd.Series(ratings), method="spearman")
    assert srcc["luo_learned_harmony"] > 0.2
    assert srcc["datta_familiarity_20"] > 0.15
    assert srcc[["ke_edge_template", "ke_colour_neighbours"]].min() > 0
