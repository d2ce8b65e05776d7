"""How well predictions agree with ratings: correlations, errors, accuracy, and distances between rating distributions.

Correlations of a constant are undefined and returned as NaN. Missing values are refused, since dropping them silently
would flatter a model that does not predict for difficult photographs.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_CELLS = 1 << 22
"""Pairs of photographs that are compared at once."""


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


def rmse(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Root of the mean squared error, in points of the score."""
    return float(np.sqrt(mse(y_true, y_pred)))


def accuracy(y_true: ArrayLike, y_pred: ArrayLike, *, threshold: float = 5.0) -> float:
    """Share of photographs that ratings and predictions put on the same side of ``threshold``, 0 to 1.

    A value counts as good if it lies above the threshold; 5 is the custom for AVA's scale of 1 to 10.
    """
    true, pred = _pair(y_true, y_pred)
    return float(np.mean((true > threshold) == (pred > threshold)))


def pairwise_accuracy(y_true: ArrayLike, y_pred: ArrayLike, *, gap: float = 0.0) -> float:
    """Share of pairs that predictions order as the ratings do, 0 to 1; 0.5 is chance.

    Counted are the pairs whose ratings differ by more than ``gap``; a pair of equal predictions counts as half right. Without a
    gap and without ties it is ``(krcc + 1) / 2``. NaN if there is no such pair. Time grows with the square of the number of
    photographs, memory does not.

    Examples
    --------
    >>> pairwise_accuracy([1, 2, 3], [1, 3, 2])
    0.6666666666666666
    """
    true, pred = _pair(y_true, y_pred)
    if gap < 0:
        raise ValueError(f"gap must not be negative, got {gap!r}")
    right, pairs = 0.0, 0
    step = max(1, _CELLS // len(true))
    for start in range(0, len(true), step):
        some = slice(start, start + step)
        counted = true[some, None] - true > gap
        ahead = np.sign(pred[some, None] - pred)
        right += float(((ahead + 1) / 2)[counted].sum())
        pairs += int(counted.sum())
    return right / pairs if pairs else float("nan")


def ndcg(y_true: ArrayLike, y_pred: ArrayLike, *, k: int | None = None) -> float:
    """Normalised discounted cumulative gain of the first ``k`` photographs (all if left out), 0 to 1.

        DCG = sum_i gain_i / log2(i + 1),  divided by that of the best order

    The gain of a photograph is its rating less the lowest one (Järvelin & Kekäläinen 2002, linear gains); equal predictions
    share their places. NaN if all ratings are equal.
    """
    from sklearn.metrics import ndcg_score

    true, pred = _pair(y_true, y_pred)
    if k is not None and k < 1:
        raise ValueError(f"k must be at least 1, got {k!r}")
    if (true == true[0]).all():
        return float("nan")
    return float(ndcg_score([true - true.min()], [pred], k=k))


def chi_square_distance(p: ArrayLike, q: ArrayLike) -> float | Floats:
    """Chi-square distance between rating distributions, 0 to 1: ``1/2 sum_k (p_k - q_k)^2 / (p_k + q_k)``.

    Symmetric; scores that neither holds add nothing. Takes and returns what ``emd`` does.
    """
    p, q = _two_distributions(p, q)
    both = p + q
    terms = np.divide((p - q) ** 2, both, out=np.zeros_like(both), where=both > 0)
    return _scalar(terms.sum(axis=-1) / 2)


def kl_divergence(p: ArrayLike, q: ArrayLike) -> float | Floats:
    """Kullback-Leibler divergence of the prediction ``q`` from the truth ``p``, in nats: ``sum_k p_k ln(p_k / q_k)``.

    Not symmetric; infinite where ``p`` holds a score that ``q`` gives no share. Takes and returns what ``emd`` does.
    """
    from scipy.special import rel_entr

    p, q = _two_distributions(p, q)
    return _scalar(rel_entr(p, q).sum(axis=-1))


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
    p, q = _two_distributions(p, q)
    gaps = np.abs(np.cumsum(p, axis=-1) - np.cumsum(q, axis=-1))
    return _scalar(np.mean(gaps**r, axis=-1) ** (1 / r))


def bootstrap_interval(
    metric: Callable[..., float],
    *arrays: ArrayLike,
    groups: ArrayLike | None = None,
    coverage: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a figure over photographs (Efron & Tibshirani 1993, section 13.3).

    Parameters
    ----------
    metric : callable
        Takes the arrays, returns a number.
    *arrays : array-like, each of length n
        Ratings, predictions and whatever else ``metric`` takes.
    groups : array-like of length n, optional
        Whole groups are drawn instead of single photographs, as photographs of a group are not independent.
    coverage : float
        Between 0 and 1.

    Returns
    -------
    (float, float)
        Quantiles of the figure over resamples in which it is defined; NaN if there is none.
    """
    if not 0 < coverage < 1:
        raise ValueError(f"coverage must lie between 0 and 1, got {coverage!r}")
    tables = [np.asarray(values) for values in arrays]
    length = len(tables[0])
    _, unit = np.unique(np.arange(length) if groups is None else np.asarray(groups), return_inverse=True)
    order = np.argsort(unit, kind="stable")
    starts = np.searchsorted(unit[order], np.arange(unit.max() + 2))
    members = [order[start:stop] for start, stop in pairwise(starts)]
    random = np.random.default_rng(seed)
    figures = []
    for _ in range(n_resamples):
        rows = np.concatenate([members[k] for k in random.integers(0, len(members), len(members))])
        figures.append(metric(*(table[rows] for table in tables)))
    known = np.array(figures)[~np.isnan(figures)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - coverage) / 2, (1 + coverage) / 2])
    return float(low), float(high)


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


def _two_distributions(p: ArrayLike, q: ArrayLike) -> tuple[Floats, Floats]:
    p, q = (_distribution(name, values) for name, values in (("p", p), ("q", q)))
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(f"p and q must hold the same number of scores, got {p.shape[-1]} and {q.shape[-1]}")
    return p, q


def _scalar(values: Floats) -> float | Floats:
    return float(values) if values.ndim == 0 else values


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
