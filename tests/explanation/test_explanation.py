"""Explanations: exact sums, values that were measured, sentences that say no more than the numbers."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from iaa_classic import AestheticRegressor, ImageError, UserError, default_model, explain
from iaa_classic.explanation import CriterionEffect, Explanation, FeatureEffect, explain_row
from iaa_classic.explanation.explanation import quantity
from iaa_classic.features import Picture, catalogue


def made_up(**changes):
    features = (
        FeatureEffect("luma_noise", "noise", "sharpness", 12.0, "grey levels", -0.7, 92.0),
        FeatureEffect("focus", "focus", "sharpness", 0.2, "1", -0.2, 10.0),
        FeatureEffect("clipped_highlights", "clipped highlights", "lighting", 0.123, "share of pixels", 0.3, 50.0),
        FeatureEffect("face_lightness", "face size", "people", float("nan"), "1", 0.0, None),
    )
    criteria = (CriterionEffect("lighting", 0.3, 70.0), CriterionEffect("sharpness", -0.9, 8.0))
    fields = {
        "source": "x.jpg",
        "score": 4.9,
        "baseline": 5.5,
        "percentile": 31.0,
        "scale": (1.0, 10.0),
        "criteria": criteria,
        "features": features,
    }
    return Explanation(**(fields | changes))


def test_sentences_are_the_texts_of_the_critique():
    explanation = made_up()
    assert explanation.sentences() == [remark.text for remark in explanation.critique()]
    assert explanation.to_dict()["sentences"] == explanation.sentences()


def test_missing_values_are_said_and_not_invented():
    explanation = made_up()
    assert quantity(explanation.features[3]) == "not measured"
    told = json.loads(json.dumps(explanation.to_dict(), allow_nan=False))
    assert told["features"][3]["value"] is None


def test_strongest_by_sign():
    explanation = made_up()
    assert [feature.name for feature in explanation.strongest(helping=True)] == ["clipped_highlights"]
    assert [feature.name for feature in explanation.strongest(1, helping=False)] == ["luma_noise"]


def test_explaining_a_photograph(photographs):
    explanation = explain(photographs["coffee"])
    assert explanation.baseline + sum(part.effect for part in explanation.criteria) == pytest.approx(
        explanation.score, abs=1e-9
    )
    picture = Picture(photographs["coffee"])
    for feature in explanation.features[:20]:
        record = catalogue()[feature.name]
        assert feature.value == record.function(picture)
        assert (feature.label, feature.unit, feature.criterion) == (record.label, record.unit, record.criterion)
        assert 0 <= feature.percentile <= 100
    effects = np.array([abs(feature.effect) for feature in explanation.features])
    assert (np.diff(effects) <= 0).all()
    frame = explanation.to_frame()
    assert isinstance(frame, pd.DataFrame)
    by_criterion = frame.groupby("criterion")["effect"].sum()
    for part in explanation.criteria:
        assert by_criterion[part.criterion] == pytest.approx(part.effect, abs=1e-6)
        assert 0 <= part.mark <= 100


def test_score_is_the_models(photographs):
    from iaa_classic import FeatureExtractor

    model = default_model()
    X = FeatureExtractor(list(model.feature_names_in_)).fit_transform([photographs["chelsea"]])
    assert explain(photographs["chelsea"]).score == pytest.approx(float(model.predict(X)[0]), abs=1e-12)


def test_unreadable_photograph():
    with pytest.raises(ImageError, match="bytes"):
        explain(b"not a picture")


def test_a_model_of_columns_that_one_picture_does_not_give_is_refused(photographs):
    X = pd.DataFrame({"mean_lightness": np.arange(40.0), "ke_edge_template": np.arange(40.0) % 7})
    model = AestheticRegressor("svm").fit(X, X["mean_lightness"])
    with pytest.raises(UserError, match="the model looks at ke_edge_template, which one picture alone does not give"):
        explain(photographs["coffee"], model)
    row = explain_row(X[:1], model, source="a.jpg")
    assert {feature.name: feature.criterion for feature in row.features}["ke_edge_template"] == "composition"
