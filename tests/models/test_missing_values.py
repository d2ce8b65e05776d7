"""Criteria whose features are missing, on some photographs or on all: faces without a face, faces without a detector."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from iaa_classic.explanation.explanation import explain_row
from iaa_classic.features import select
from iaa_classic.models import AestheticRegressor
from iaa_classic.persistence import load_model, save_model

PEOPLE = [record.name for record in select("people")]
LIGHT = [record.name for record in select("lighting")[:3]]
ROWS = 400


def table(kind):
    """Features of light, features of people that are missing as ``kind`` says, ratings that follow both where known."""
    random = np.random.default_rng(3)
    X = pd.DataFrame(random.random((ROWS, len(LIGHT + PEOPLE))), columns=LIGHT + PEOPLE)
    y = 5 + X[LIGHT[0]] + 0.05 * random.normal(size=ROWS)
    faces = random.random(ROWS) < 0.4
    X["face_count"] = faces.astype(float)
    if kind == "no detector":
        X[PEOPLE] = np.nan
    elif kind == "no face":
        X[PEOPLE] = np.nan
        X["face_count"] = 0.0
    elif kind == "some faces":
        missing = [name for name in PEOPLE if name != "face_count"]
        y = y + np.where(faces, 0.5 + X["face_tilt"], 0)
        X.loc[~faces, missing] = np.nan
    return X, y


def regressor(kind):
    return AestheticRegressor(kind, n_trees=60, n_bags=3, feature_share=0.5, random_state=0)


@pytest.mark.parametrize("kind", ["gbm", "svm", "both"])
@pytest.mark.parametrize("missing", ["no detector", "no face", "some faces"])
def test_effects_are_finite_and_sum_up_whatever_is_missing(kind, missing, tmp_path):
    X, y = table(missing)
    model = regressor(kind).fit(X, y)
    for rows in (X, table("complete")[0], table("no detector")[0]):
        scores, effects, shares = model.predict(rows), model.breakdown(rows), model.feature_effects(rows)
        assert np.isfinite(scores).all()
        assert np.allclose(model.baseline_ + effects.sum(axis=1), scores, atol=1e-9)
        assert np.allclose(shares[PEOPLE].sum(axis=1), effects["people"], atol=1e-6)
        assert np.isfinite(model.marks(rows)).all(axis=None)
        if missing != "some faces":
            assert (effects["people"] == 0).all()
    save_model(model, tmp_path / "model.skops")
    assert np.array_equal(load_model(tmp_path / "model.skops").predict(X), model.predict(X))


@pytest.mark.parametrize("kind", ["gbm", "svm", "both"])
def test_faces_count_where_there_are_some(kind):
    X, y = table("some faces")
    known, fresh = slice(0, 300), slice(300, None)
    model = regressor(kind).fit(X[known], y[known])
    effects, faces = model.breakdown(X[fresh])["people"], X[fresh]["face_count"] == 1
    assert effects[faces].mean() > effects[~faces].mean() + 0.5
    blind = regressor(kind).fit(X[known][LIGHT], y[known])
    errors = [np.abs(each.predict(rows) - y[fresh]).mean() for each, rows in ((model, X[fresh]), (blind, X[fresh][LIGHT]))]
    assert errors[0] < 0.6 * errors[1]


@pytest.mark.parametrize("kind", ["gbm", "svm", "both"])
def test_an_explanation_says_what_was_not_measured(kind):
    X, y = table("some faces")
    model = regressor(kind).fit(X, y)
    row = X[X["face_count"] == 0].iloc[[0]]
    explanation = explain_row(row, model, source="photo.jpg")
    tilt = next(feature for feature in explanation.features if feature.name == "face_tilt")
    assert np.isnan(tilt.value)
    assert tilt.percentile is None
    assert explanation.score == pytest.approx(explanation.baseline + sum(part.effect for part in explanation.criteria))
    assert "NaN" not in json.dumps(explanation.to_dict())
