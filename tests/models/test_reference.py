"""Baseline, effects, marks and percentiles that refer to other photographs than those of the fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from iaa_classic.models import AestheticRegressor


@pytest.mark.parametrize("kind", ["gbm", "svm", "both"])
def test_referring_to_other_rows_keeps_predictions(kind):
    random = np.random.default_rng(3)
    X = random.random((150, 6))
    y = X[:, 0] + X[:, 3] ** 2
    criteria = ["light", "light", "light", "colour", "colour", "colour"]
    model = AestheticRegressor(kind, criteria=criteria, random_state=0, n_trees=30, n_bags=2).fit(X, y)
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
        own = [column for column, name in zip(shares.columns, criteria, strict=True) if name == criterion]
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
