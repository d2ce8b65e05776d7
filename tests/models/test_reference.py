"""Baseline, effects, marks and percentiles that refer to other photographs than those of the fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from iaa_classic.models import AestheticRegressor

CRITERIA = ["light", "light", "light", "colour", "colour", "colour"]


def rows(count: int) -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(3).random((count, 6))
    return X, X[:, 0] + X[:, 3] ** 2


@pytest.mark.parametrize("kind", ["gbm", "svm", "both"])
def test_referring_to_other_rows_keeps_predictions(kind):
    X, y = rows(150)
    model = AestheticRegressor(kind, criteria=CRITERIA, random_state=0, n_trees=30, n_bags=2).fit(X, y)
    before = model.predict(X)
    reference = X[X[:, 0] > 0.5]
    model.refer_to(reference)
    assert model.predict(X) == pytest.approx(before, abs=1e-9)
    assert model.baseline_ == pytest.approx(model.predict(reference).mean(), abs=1e-9)
    effects = model.breakdown(reference)
    assert effects.mean().to_numpy() == pytest.approx([0, 0], abs=1e-9)
    assert (model.baseline_ + model.breakdown(X).sum(axis=1)).to_numpy() == pytest.approx(before, abs=1e-9)
    shares = model.feature_effects(X)
    for criterion in ("light", "colour"):
        own = [column for column, name in zip(shares.columns, CRITERIA, strict=True) if name == criterion]
        assert shares[own].sum(axis=1).to_numpy() == pytest.approx(model.breakdown(X)[criterion].to_numpy(), abs=1e-6)
    assert model.percentile([reference_median := float(np.median(model.predict(reference)))])[0] == pytest.approx(50, abs=2)
    assert np.isfinite(reference_median)
    assert isinstance(model.marks(reference), pd.DataFrame)
    assert model.marks(reference).mean().to_numpy() == pytest.approx([50, 50], abs=3)


def test_nothing_to_refer_to():
    X = np.random.default_rng(0).random((40, 2))
    model = AestheticRegressor("svm").fit(X, X[:, 0])
    with pytest.raises(ValueError, match="nothing to refer to"):
        model.refer_to(np.full((2, 2), np.nan))


@pytest.mark.parametrize(("first", "second"), [("gbm", "gbm"), ("gbm", "svm"), ("both", "gbm"), ("svm", "both")])
def test_added_models_give_sums_of_scores_and_effects(first, second):
    X, y = rows(60)
    one = AestheticRegressor(first, criteria=CRITERIA, n_trees=10, n_bags=2, random_state=0).fit(X, y)
    two = AestheticRegressor(second, criteria=CRITERIA, n_trees=10, n_bags=3, random_state=1).fit(X, -(y**2))
    expected = one.predict(X) + two.predict(X)
    effects = one.breakdown(X) + two.breakdown(X)
    shares = one.feature_effects(X) + two.feature_effects(X)
    total = one.plus(two, X)
    assert total is one
    assert np.allclose(total.predict(X), expected, atol=1e-9)
    assert total.baseline_ == pytest.approx(expected.mean())
    assert np.allclose(total.breakdown(X), effects, atol=1e-9)
    assert np.allclose(total.feature_effects(X), shares, atol=1e-6)
    assert np.allclose(total.baseline_ + total.breakdown(X).sum(axis=1), expected, atol=1e-9)
    assert total.percentile(total.predict(X)).mean() == pytest.approx(50, abs=1)


def test_models_of_other_features_cannot_be_added():
    X, y = rows(60)
    one = AestheticRegressor("svm", criteria=CRITERIA).fit(X, y)
    other = AestheticRegressor("svm", criteria=["a"] * X.shape[1]).fit(X, y)
    with pytest.raises(
        ValueError, match="only models of the same features and criteria can be added; feature_criteria differs"
    ):
        one.plus(other, X)


def test_only_a_regressor_can_be_added():
    X, y = rows(60)
    one = AestheticRegressor("svm", criteria=CRITERIA).fit(X, y)
    with pytest.raises(TypeError, match="another AestheticRegressor, got AdditiveModel"):
        one.plus(one.model_, X)
