"""Honest cross-validation of a regressor: grouped folds, field-standard figures, and a constant baseline beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .metrics import mae, plcc, srcc


@dataclass(frozen=True)
class CrossValidation:
    """Held-out predictions and what they are worth.

    Attributes
    ----------
    predictions : ndarray of float64, shape (n,)
        For each row, the prediction of the model that has not seen its group.
    folds : DataFrame
        One row per fold: ``n``, ``srcc``, ``plcc``, ``mae`` and ``baseline_mae``, the error of always predicting the mean
        of the training fold (whose correlations are undefined).
    """

    predictions: NDArray[np.float64]
    folds: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """Mean and standard deviation over folds, one row per figure."""
        figures = self.folds.drop(columns="n")
        return pd.DataFrame({"mean": figures.mean(), "sd": figures.std(ddof=1)})


def cross_validate(
    model: Any,
    X: pd.DataFrame,
    y: NDArray[np.float64],
    groups: Any = None,
    *,
    n_splits: int = 10,
    seed: int = 0,
    finished: Callable[[], None] = lambda: None,
) -> CrossValidation:
    """Fit clones of ``model`` on all folds but one and predict the one left out.

    Parameters
    ----------
    model : estimator
        An unfitted regressor with ``fit`` and ``predict``.
    X : DataFrame, shape (n, n_features)
    y : ndarray, shape (n,)
        Ratings.
    groups : array-like of length n, optional
        Rows of one group are never split (``GroupKFold``); without groups, shuffled ``KFold`` with ``seed``.
    n_splits : int
        Number of folds, at most the number of groups (or rows).
    finished : callable
        Called after each fold, for progress.

    Returns
    -------
    CrossValidation

    Raises
    ------
    ValueError
        If there are fewer than two rows or groups to split.
    """
    from sklearn.base import clone
    from sklearn.model_selection import GroupKFold, KFold

    units = len(np.unique(np.asarray(groups))) if groups is not None else len(y)
    if units < 2:
        kind = "groups" if groups is not None else "photographs"
        raise ValueError(f"cross-validation needs at least 2 {kind}, got {units}")
    n_splits = min(n_splits, units)
    splitter = GroupKFold(n_splits) if groups is not None else KFold(n_splits, shuffle=True, random_state=seed)
    predictions = np.full(len(y), np.nan)
    rows = []
    for train, test in splitter.split(X, y, groups):
        predictions[test] = clone(model).fit(X.iloc[train], y[train]).predict(X.iloc[test])
        constant = np.full(len(test), y[train].mean())
        rows.append(
            {
                "n": len(test),
                "srcc": srcc(y[test], predictions[test]),
                "plcc": plcc(y[test], predictions[test]),
                "mae": mae(y[test], predictions[test]),
                "baseline_mae": mae(y[test], constant),
            }
        )
        finished()
    return CrossValidation(predictions, pd.DataFrame(rows).rename_axis("fold"))
