"""Figures over many bootstrap resamples at once: a resample is a row of counts, how often each photograph was drawn.

The first row always holds ones, so that the first of the figures is the one over the photographs as they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COVERAGE = 0.95
"""Of the percentile intervals."""


def resamples(ids: NDArray[np.intp], n_resamples: int, seed: int) -> Floats:
    """Counts of photographs, shape (1 + n_resamples, n): ones, then resamples of whole groups.

    Parameters
    ----------
    ids : ndarray of int, shape (n,)
        Group of each photograph: 0, 1, ...
    """
    groups = int(ids.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), size=n_resamples)
    return np.vstack([np.ones(len(ids)), drawn[:, ids].astype(np.float64)])


def interval(figures: Floats) -> tuple[Floats, Floats]:
    """Ends of the 95 % percentile interval of figures of shape (1 + n_resamples, ...), the first left out.

    Resamples in which a figure is undefined do not count; NaN where it is defined in none.
    """
    tails = [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2]
    values = figures[1:]
    if not len(values):
        nothing = np.full(figures.shape[1:], np.nan)
        return nothing, nothing
    known = ~np.isnan(values)
    if known.all():
        low, high = np.quantile(values, tails, axis=0)
        return low, high
    flat = values.reshape(len(values), -1)
    ends = [np.quantile(column[keep], tails) if keep.any() else (np.nan, np.nan) for column, keep in _columns(flat)]
    low, high = np.array(ends).T.reshape(2, *values.shape[1:])
    return low, high


def _columns(table: Floats) -> list[tuple[Floats, NDArray[np.bool_]]]:
    return [(column, ~np.isnan(column)) for column in table.T]


def means(values: Floats, counts: Floats) -> Floats:
    """Mean over each resample of values of shape (n,) or (n, k); NaN where a resample draws nobody."""
    total = counts.sum(axis=1)
    total = np.where(total > 0, total, np.nan)
    result: Floats = (counts @ values) / (total if values.ndim == 1 else total[:, None])
    return result


def ranks(values: Floats, counts: Floats) -> Floats:
    """Mid-ranks of values within each resample, shape (resamples, n): what ranking the drawn photographs would give."""
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    first, last = (np.searchsorted(ascending, ascending, side=side) for side in ("left", "right"))
    below = np.zeros((len(counts), len(values) + 1))
    np.cumsum(counts[:, order], axis=1, out=below[:, 1:])
    result = np.empty(counts.shape)
    result[:, order] = (below[:, first] + below[:, last] + 1) / 2
    return result


class RankAgreement:
    """Spearman's rank correlation with the truth, over each resample; NaN where either is constant."""

    label, higher_is_better = "SRCC", True

    def __init__(self, truth: Floats, counts: Floats) -> None:
        self.counts = counts
        self.middle = (counts.sum(axis=1, keepdims=True) + 1) / 2
        self.truth = ranks(truth, counts) - self.middle
        self.weighted = counts * self.truth
        self.spread = (self.weighted * self.truth).sum(axis=1)

    def __call__(self, predicted: Floats) -> Floats:
        """Correlations, shape (resamples,)."""
        own = ranks(predicted, self.counts) - self.middle
        spread = np.einsum("bn,bn,bn->b", self.counts, own, own)
        together = np.einsum("bn,bn->b", self.weighted, own)
        return _divided(together, np.sqrt(spread * self.spread))


class ClassAgreement:
    """Area under the ROC curve, over each resample; NaN where only one class was drawn."""

    label, higher_is_better = "AUC", True

    def __init__(self, truth: Floats, counts: Floats) -> None:
        self.counts = counts
        self.positive = counts * (truth > 0)
        self.many = self.positive.sum(axis=1)
        self.few = counts.sum(axis=1) - self.many

    def __call__(self, predicted: Floats) -> Floats:
        """Areas, shape (resamples,)."""
        sums = np.einsum("bn,bn->b", self.positive, ranks(predicted, self.counts))
        return _divided(sums - self.many * (self.many + 1) / 2, self.many * self.few)


def linear_agreement(truth: Floats, predicted: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Pearson's correlation, and the slope of the line from predictions to truth, over each resample; NaN if undefined."""
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    unit = max(np.ptp(predicted), 1e-12 * np.abs(predicted).max(), 1e-300)
    true, own = (values - (counts @ values)[:, None] / total for values in (truth, predicted / unit))
    together, a, b = ((counts * product).sum(axis=1) for product in (true * own, true**2, own**2))
    return _divided(together, np.sqrt(a * b)), _divided(together, b) / unit


def _divided(above: Floats, below: Floats) -> Floats:
    # What is constant but for rounding has no correlation.
    sound = below > 1e-12 * np.abs(below).max(initial=0.0)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=sound)
