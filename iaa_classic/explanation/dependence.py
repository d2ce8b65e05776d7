"""The shape of a feature's effect: effects of photographs against their measured values, and how the values are spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PIECES = 16
"""Pieces of equally many photographs over which a curve is drawn, at most."""

_FEWEST = 8
"""Photographs of a piece, at least."""

BARS = 24
"""Bars of a histogram."""

_TAILS = (0.01, 0.99)
"""Quantiles between which bars are spread; what lies beyond is counted in the outermost."""


@dataclass(frozen=True, eq=False)
class Dependence:
    """How the effect of a feature depends on its value.

    The points are exact Shapley values within the criterion, so that all that the model makes of the feature is in them; where
    points of one value differ in effect, it is because other features of the criterion decide with it. The curve says what
    is usual at a value, over photographs as they are; it extrapolates to none.

    Attributes
    ----------
    values, effects : ndarray of float64, shape (m,)
        Points: value in the feature's unit and effect in points of the score, of the photographs with a value.
    centres, mean, low, high : ndarray of float64, shape (p,)
        Curve: mean value of the photographs of a piece, their mean effect, and its 10 % and 90 % quantiles. Pieces hold
        equally many photographs, and photographs of equal value are never split.
    edges : ndarray of float64, shape (BARS + 1,) or (0,)
        Of the histogram of values over all photographs, between their 1 % and 99 % quantiles; empty without a value.
    counts : ndarray of int64, shape (BARS,) or (0,)
        Photographs per bar; the outermost bars hold what lies beyond, too.
    missing : int
        Photographs without a value, of all.
    missing_effect : float
        Mean effect of those among the points' photographs; NaN without one.
    """

    values: Floats
    effects: Floats
    centres: Floats
    mean: Floats
    low: Floats
    high: Floats
    edges: Floats
    counts: NDArray[np.int64]
    missing: int
    missing_effect: float

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        names = ("values", "effects", "centres", "mean", "low", "high", "edges", "counts")
        plain: dict[str, Any] = {name: getattr(self, name).tolist() for name in names}
        gone = None if np.isnan(self.missing_effect) else self.missing_effect
        return plain | {"missing": self.missing, "missing_effect": gone}


def dependence(values: Floats, effects: Floats, every: Floats) -> Dependence:
    """The curve of one feature.

    Parameters
    ----------
    values, effects : ndarray of float64, shape (m,)
        Of the photographs whose effects are known; NaN where a value is missing.
    every : ndarray of float64, shape (n,)
        Values of all photographs, for the histogram.
    """
    known = ~np.isnan(values)
    x, y = values[known], effects[known]
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    pieces = [slice(start, stop) for start, stop in _pieces(x)]
    tails = [np.quantile(y[one], (0.1, 0.9)) for one in pieces]
    edges, counts = _histogram(every[~np.isnan(every)])
    return Dependence(
        values=x,
        effects=y,
        centres=np.array([x[one].mean() for one in pieces]),
        mean=np.array([y[one].mean() for one in pieces]),
        low=np.array([tail[0] for tail in tails]),
        high=np.array([tail[1] for tail in tails]),
        edges=edges,
        counts=counts,
        missing=int(np.isnan(every).sum()),
        missing_effect=float(effects[~known].mean()) if (~known).any() else float("nan"),
    )


def _pieces(x: Floats) -> list[tuple[int, int]]:
    """First and one past the last of each piece of ascending values; equal values stay together."""
    count = int(np.clip(len(x) // _FEWEST, 1, PIECES))
    cuts = np.unique(np.searchsorted(x, x[np.linspace(0, len(x), count, endpoint=False).astype(int)]) if len(x) else [])
    stops = [*cuts[1:].tolist(), len(x)]
    return [(int(start), int(stop)) for start, stop in zip(cuts.tolist(), stops, strict=True)] if len(x) else []


def _histogram(known: Floats) -> tuple[Floats, NDArray[np.int64]]:
    if not known.size:
        return np.empty(0), np.empty(0, dtype=np.int64)
    low, high = np.quantile(known, _TAILS)
    if not low < high:
        low, high = known.min(), known.max()
    if not low < high:
        pad = max(abs(low) * 0.01, 0.5)
        low, high = low - pad, high + pad
    counts, edges = np.histogram(np.clip(known, low, high), bins=BARS, range=(low, high))
    return edges, counts.astype(np.int64)
