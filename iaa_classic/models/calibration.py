"""Decision values turned into log odds: out-of-fold values, Platt's sigmoid, isotonic regression.

A core's values for rows that it was fitted on are too sure of themselves, so calibration looks at values for rows that were
left out. Platt's sigmoid is a factor and an offset: a calibrated decision function is additive as it was before.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .additive import Core
from .average import AdditiveAverage

Floats = NDArray[np.float64]

Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]
"""Training and left-out rows of each fold."""

FLATTEST = 1e-3
"""Least slope of a sigmoid, per standard deviation of the decision values: what is worse than chance is not turned round."""


FEWEST_BAGS = 3
"""Bags of a fit whose left-out values stand for those of more bags; values from fewer are noisier, so the slope too flat."""


class CalibrationWarning(UserWarning):
    """Too few photographs of a class to calibrate with; decision values stay as the core gives them."""


def sigmoid(values: ArrayLike) -> Floats:
    """The logistic function: probability of log odds."""
    from scipy.special import expit

    return np.asarray(expit(np.asarray(values, dtype=np.float64)))


def platt(decisions: Floats, positive: NDArray[np.bool_], weight: Floats, *, offset: bool = True) -> tuple[float, float]:
    """Factor and offset that turn decision values into log odds.

    Parameters
    ----------
    decisions : ndarray of float64, shape (n,)
        Of rows that the core was not fitted on.
    positive : ndarray of bool, shape (n,)
    weight : ndarray of float64, shape (n,)
    offset : bool
        False fits a factor alone, for differences of scores, which have no offset.

    Returns
    -------
    factor, offset : float
        The factor is above 0.

    Notes
    -----
    The targets are those of Platt (1999), (n+ + 1) / (n+ + 2) and 1 / (n- + 2), which keep the factor finite where the classes
    are separated; the log loss is minimised as in Lin, Lin and Weng (2007), DOI 10.1007/s10994-007-5018-6.
    """
    from scipy.optimize import minimize

    mean = float(np.average(decisions, weights=weight))
    spread = float(np.sqrt(np.average((decisions - mean) ** 2, weights=weight))) or 1.0
    centre = mean if offset else 0.0
    values = (decisions - centre) / spread
    many, few = float(weight[positive].sum()), float(weight[~positive].sum())
    target = np.where(positive, (many + 1) / (many + 2), 1 / (few + 2))
    if not offset:
        target = np.where(positive, (many + few + 1) / (many + few + 2), 1 / (many + few + 2))

    def loss(parameters: Floats) -> tuple[float, Floats]:
        odds = parameters[0] * values + parameters[1]
        slope = weight * (sigmoid(odds) - target)
        gradient = np.array([slope @ values, slope.sum() if offset else 0.0])
        return float(weight @ (np.logaddexp(0, odds) - target * odds)), gradient

    start = np.array([1.0, np.log((many + 1) / (few + 1)) if offset else 0.0])
    free = (None, None) if offset else (0.0, 0.0)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(FLATTEST, None), free], options={"ftol": 1e-12})
    factor = float(found.x[0]) / spread
    return factor, float(found.x[1]) - factor * centre


def isotonic_table(decisions: Floats, positive: NDArray[np.bool_], weight: Floats | None) -> Floats:
    """Corners of the rising function from decision values to probabilities, shape (2, n_corners).

    Rows whose decision value is NaN are left out.
    """
    from sklearn.isotonic import IsotonicRegression

    known = ~np.isnan(decisions)
    steps = IsotonicRegression(y_min=0, y_max=1)
    steps.fit(decisions[known], positive[known].astype(np.float64), sample_weight=_weight(weight, known))
    return np.array([steps.X_thresholds_, steps.y_thresholds_], dtype=np.float64)


def check_table(table: Any) -> None:
    """Raise ``ValueError`` unless ``table`` is one that ``isotonic_table`` may have returned, or an empty one."""
    sound = isinstance(table, np.ndarray) and table.dtype.kind == "f" and table.ndim == 2 and len(table) == 2
    if not sound or not np.isfinite(table).all() or (np.diff(table, axis=1) < 0).any():
        raise ValueError("calibration: a table is not two ascending rows of numbers")
    if table.size and not 0 <= table[1, 0] <= table[1, -1] <= 1:
        raise ValueError("calibration: a table holds what is no probability")


def folds_of(
    positive: NDArray[np.bool_], weight: Floats | None, groups: ArrayLike | None, n_folds: int, random_state: Any
) -> Folds:
    """Training and left-out rows, stratified; rows of one group stay together. Empty, with a warning, if that cannot be.

    Every training part holds rows of both classes that count.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    used = np.arange(len(positive)) if weight is None else np.flatnonzero(weight > 0)
    y = positive[used]
    own = None if groups is None else np.asarray(groups)[used]
    units = (int(y.sum()), int((~y).sum())) if own is None else (len(np.unique(own[y])), len(np.unique(own[~y])))
    folds = min(n_folds, *units)
    if folds < 2:
        what = "photographs" if groups is None else "groups"
        warnings.warn(
            f"a class has only {min(units)} {what}, too few to calibrate with; probabilities are the logistic function of "
            "uncalibrated decision values",
            CalibrationWarning,
            stacklevel=4,
        )
        return []
    splitter = (StratifiedKFold if own is None else StratifiedGroupKFold)(folds, shuffle=True, random_state=random_state)
    parts = [(used[train], used[test]) for train, test in splitter.split(used, y, own)]
    return [(train, test) for train, test in parts if 0 < positive[train].sum() < len(train)]


def thinner(n_bags: int, n_folds: int) -> int:
    """Bags of a fit on all folds but one, so that all such fits take about as long as the one on all rows."""
    return min(n_bags, max(FEWEST_BAGS, math.ceil(n_bags / max(n_folds, 1))))


def fit_decision(
    fit: Callable[[str, NDArray[np.intp], int], Core],
    kinds: Sequence[str],
    X: Floats,
    positive: NDArray[np.bool_],
    weight: Floats | None,
    folds: Folds,
    n_bags: int,
) -> tuple[Core, Floats]:
    """A core of each kind, or their mean, on the scale of log odds if there are folds; and its out-of-fold values.

    ``fit`` takes a kind, rows and a number of bags. Rows that were never left out have the value NaN.
    """
    thinned = thinner(n_bags, len(folds))
    cores: list[Any] = []
    outs = []
    for kind in kinds:
        core, out = fit(kind, np.arange(len(X)), n_bags), np.full(len(X), np.nan)
        for train, test in folds:
            left_out = fit(kind, train, thinned)
            out[test] = left_out.baseline + left_out.parts(X[test]).sum(axis=1)
        factor, offset = _log_odds(out, positive, weight)
        cores.append(core.rescaled(factor, offset))
        outs.append(factor * out + offset)
    if len(cores) == 1:
        return cores[0], outs[0]
    mean = np.mean(outs, axis=0)
    factor, offset = _log_odds(mean, positive, weight)
    return AdditiveAverage(cores).rescaled(factor, offset), factor * mean + offset


def _log_odds(out: Floats, positive: NDArray[np.bool_], weight: Floats | None) -> tuple[float, float]:
    """Platt's factor and offset by the rows that were left out once; 1 and 0 if none was."""
    known = ~np.isnan(out)
    return platt(out[known], positive[known], _weight(weight, known)) if known.any() else (1.0, 0.0)


def _weight(weight: Floats | None, rows: NDArray[np.bool_]) -> Floats:
    return np.ones(int(rows.sum())) if weight is None else weight[rows]
