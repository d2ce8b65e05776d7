"""How well predictions agree with ratings: correlations, errors, accuracy, and distances between rating distributions.

Correlations of a constant are undefined and returned as NaN. Missing values are refused, since dropping them silently
would flatter a model that does not predict for difficult photographs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def srcc(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Spearman's rank correlation coefficient, -1 to 1: Pearson's of the ranks, ties sharing their mean rank.

    NaN if either is constant or holds fewer than two values.

    Examples
    --------
    >>> round(srcc([1, 2, 3, 4], [10, 20, 40, 30]), 3)
    0.8
    """
    true, pred = _pair(y_true, y_pred)
    return plcc(_ranks(true), _ranks(pred))


def plcc(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Pearson's linear correlation coefficient, -1 to 1; NaN if either is constant or holds fewer than two values."""
    true, pred = _pair(y_true, y_pred)
    if len(true) < 2 or (true == true[0]).all() or (pred == pred[0]).all():
        return float("nan")
    # Scaled first, so that the squares of very large or very small values neither overflow nor vanish.
    true, pred = (_unit(values) for values in (true, pred))
    return float(np.clip(true @ pred / np.sqrt((true @ true) * (pred @ pred)), -1, 1))


def krcc(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Kendall's rank correlation coefficient tau-b, -1 to 1, which allows for ties; NaN if either is constant."""
    from scipy.stats import kendalltau

    true, pred = _pair(y_true, y_pred)
    if len(true) < 2 or (true == true[0]).all() or (pred == pred[0]).all():
        return float("nan")
    return float(kendalltau(true, pred).statistic)


def mae(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean absolute error, in points of the score."""
    true, pred = _pair(y_true, y_pred)
    return float(np.mean(np.abs(true - pred)))


def mse(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean squared error, in squared points of the score."""
    true, pred = _pair(y_true, y_pred)
    return float(np.mean((true - pred) ** 2))


def accuracy(y_true: ArrayLike, y_pred: ArrayLike, *, threshold: float = 5.0) -> float:
    """Share of photographs that ratings and predictions put on the same side of ``threshold``, 0 to 1.

    A value counts as good if it lies above the threshold; 5 is the custom for AVA's scale of 1 to 10.
    """
    true, pred = _pair(y_true, y_pred)
    return float(np.mean((true > threshold) == (pred > threshold)))


def emd(p: ArrayLike, q: ArrayLike, *, r: int) -> float | Floats:
    """Earth mover's distance between rating distributions over equally spaced scores.

        EMD_r(p, q) = (1/N sum_k |P(k) - Q(k)|^r)^(1/r)

    with ``P`` and ``Q`` the cumulative distributions and N the number of scores (Hou et al. 2016; NIMA trains with r=2
    and reports r=1, which is why ``r`` has no default).

    Parameters
    ----------
    p, q : array-like, shape (..., N)
        Distributions or counts; each is divided by its sum.
    r : {1, 2}

    Returns
    -------
    float, or ndarray of shape (...)
        0 for equal distributions; at most ``((N - 1) / N) ** (1 / r)``, all ratings moved from one end to the other.

    Examples
    --------
    >>> emd([1, 0, 0, 0], [0, 1, 0, 0], r=1)
    0.25
    """
    if r not in (1, 2):
        raise ValueError(f"r must be 1 or 2, got {r!r}")
    p, q = (_distribution(name, values) for name, values in (("p", p), ("q", q)))
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(f"p and q must hold the same number of scores, got {p.shape[-1]} and {q.shape[-1]}")
    gaps = np.abs(np.cumsum(p, axis=-1) - np.cumsum(q, axis=-1))
    distance = np.mean(gaps**r, axis=-1) ** (1 / r)
    return float(distance) if distance.ndim == 0 else distance


def _pair(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[Floats, Floats]:
    true, pred = np.asarray(y_true, dtype=np.float64), np.asarray(y_pred, dtype=np.float64)
    if true.ndim != 1 or true.shape != pred.shape:
        raise ValueError(f"ratings and predictions must be two lists of one length, got shapes {true.shape} and {pred.shape}")
    if not true.size:
        raise ValueError("ratings and predictions are empty; at least one photograph is needed")
    for name, values in (("ratings", true), ("predictions", pred)):
        wrong = int((~np.isfinite(values)).sum())
        if wrong:
            raise ValueError(f"{wrong} of {len(values)} {name} are missing or infinite; leave these photographs out first")
    return true, pred


def _unit(values: Floats) -> Floats:
    scaled = values / np.abs(values).max()
    centred = scaled - scaled.mean()
    return centred / np.abs(centred).max()


def _ranks(values: Floats) -> Floats:
    """Ranks from 1; tied values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2)[inverse]
    return ranks


def _distribution(name: str, values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 or not array.shape[-1]:
        raise ValueError(f"{name} must hold at least one score, got shape {array.shape}")
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(f"{name} holds values that are negative, missing or infinite; counts or shares are expected")
    total = array.sum(axis=-1, keepdims=True)
    if (total == 0).any():
        raise ValueError(f"{name} holds a distribution without a single rating")
    return array / total
