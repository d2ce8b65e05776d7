"""The other answers beside the mean rating: classes, distributions of ratings, orders; part of ``accuracy.py``.

Judged on the same photographs and by the same rule: photographs of one theme are never split.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from rated_photographs import LEVELS
from sklearn.model_selection import GroupKFold

from iaa_classic.evaluation import Evaluation, evaluate
from iaa_classic.metrics import pairwise_accuracy
from iaa_classic.models import AestheticClassifier, AestheticRanker, AestheticRegressor, ScoreDistributionRegressor
from iaa_classic.tasks import TASKS

PAIRS = 5000
"""Pairs that a ranker learns from, drawn from each training fold."""

GAP = 0.5
"""Difference of mean ratings above which the order of two held-out photographs counts."""


def thirds(X: pd.DataFrame, y: np.ndarray, groups: pd.Series, *, seed: int) -> dict[str, Evaluation]:
    """The best-rated third told from the worst, by each kind of model."""
    low, high = np.quantile(y, [1 / 3, 2 / 3])
    outer = (y <= low) | (y >= high)
    good = (y[outer] >= high).astype(float)
    found = {}
    for kind in ("gbm", "svm", "both"):
        model = AestheticClassifier(kind, class_weight="balanced", monotonic=True, random_state=seed)
        found[kind] = evaluate(
            model, X[outer], good, task=TASKS["class"], groups=groups[outer].to_numpy(), n_resamples=200, seed=seed
        )
    return found


def distributions(X: pd.DataFrame, counts: np.ndarray, groups: pd.Series, *, seed: int) -> Evaluation:
    """The histogram of ratings."""
    model = ScoreDistributionRegressor(AestheticRegressor("both", random_state=seed), levels=list(LEVELS))
    return evaluate(model, X, counts, task=TASKS["distribution"], groups=groups.to_numpy(), n_resamples=200, seed=seed)


def orders(X: pd.DataFrame, y: np.ndarray, groups: pd.Series, *, seed: int) -> pd.DataFrame:
    """Pairwise accuracy on held-out pairs, of rankers that have seen pairs and of regressors that have seen ratings."""
    scores: dict[str, list[float]] = {}
    sizes = []
    random = np.random.default_rng(seed)
    for train, test in GroupKFold(10).split(X, y, groups):
        drawn = random.integers(0, len(train), (4 * PAIRS, 2))
        drawn = drawn[y[train][drawn[:, 0]] > y[train][drawn[:, 1]]][:PAIRS]
        own, held_out = X.iloc[train].reset_index(drop=True), X.iloc[test]
        fitted = {
            f"{PAIRS} pairs, {kind}": AestheticRanker(kind, n_bags=3, random_state=seed).fit_pairs(own, drawn)
            for kind in ("gbm", "svm", "both")
        }
        fitted["ratings, svm"] = AestheticRegressor("svm").fit(own, y[train])
        sizes.append(int((np.abs(y[test][:, None] - y[test]) > GAP).sum() // 2))
        for name, model in fitted.items():
            scores.setdefault(name, []).append(pairwise_accuracy(y[test], model.predict(held_out), gap=GAP))
    rows = {
        name: {"all pairs": np.average(values, weights=sizes), "sd of folds": np.std(values, ddof=1)}
        for name, values in scores.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")
