"""Histograms of ratings: their checks, how they change with their mean, and tilting one to a given mean."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .trees import chunks

Floats = NDArray[np.float64]

POINTS = 33
"""Mean scores at which a profile is remembered."""

FLOOR = 1e-4
"""Share of all ratings that every histogram of a profile spreads evenly, so that no score is impossible."""


class Profile(NamedTuple):
    """How histograms of ratings change with their mean.

    Attributes
    ----------
    means : ndarray of float64, shape (p,)
        Ascending mean scores.
    shares : ndarray of float64, shape (p, n_levels)
        The average histogram of photographs with about this mean score; positive, rows sum to 1.
    spreads : ndarray of float64, shape (p,)
        Standard deviation of the ratings of one such photograph (root mean square).
    """

    means: Floats
    shares: Floats
    spreads: Floats

    def shares_at(self, means: Floats) -> Floats:
        """Histograms between the remembered ones, shape (n, n_levels); beyond the ends, those at the ends."""
        return np.column_stack([np.interp(means, self.means, column) for column in self.shares.T])

    def spreads_at(self, means: Floats) -> Floats:
        """Standard deviations between the remembered ones, shape (n,)."""
        return np.interp(means, self.means, self.spreads)


def checked_levels(levels: Any, count: int) -> Floats:
    """Scores of ``count`` levels: 1, 2, ... if ``levels`` is None."""
    own = np.arange(1.0, count + 1) if levels is None else np.array(list(levels), dtype=np.float64)
    if own.shape != (count,) or not np.isfinite(own).all() or (np.diff(own) <= 0).any():
        raise ValueError(f"levels must hold the scores of the {count} columns of y in ascending order, got {levels!r}")
    return own


def shares_of(y: Any) -> Floats:
    """Counts or shares of ratings as shares that sum to 1 in each row.

    Raises
    ------
    ValueError
        If there are fewer than two levels, a value is negative, missing or infinite, or a row holds no rating.
    """
    from sklearn.utils import check_array

    counts: Floats = check_array(y, dtype=np.float64, input_name="y", ensure_min_features=2)
    if (counts < 0).any():
        raise ValueError(f"y must hold counts or shares of ratings, got the negative value {counts.min()}")
    totals = counts.sum(axis=1, keepdims=True)
    if (totals == 0).any():
        raise ValueError(f"{(totals == 0).sum()} of {len(counts)} rows of y hold no rating; leave these photographs out")
    return counts / totals


def profile(shares: Floats, levels: Floats, weight: Floats, bandwidth: float) -> Profile:
    """Averages of histograms with similar means.

    Parameters
    ----------
    shares : ndarray of float64, shape (n, n_levels)
    levels : ndarray of float64, shape (n_levels,)
    weight : ndarray of float64, shape (n,)
    bandwidth : float
        Standard deviation of the Gaussian kernel between means, as a multiple of the means' standard deviation.
    """
    used = weight > 0
    shares, weight = shares[used], weight[used]
    means = shares @ levels
    variances = np.maximum(shares @ levels**2 - means**2, 0)
    width = bandwidth * np.sqrt(np.average((means - np.average(means, weights=weight)) ** 2, weights=weight))
    points = np.linspace(means.min(), means.max(), POINTS) if width > 0 else means[:1]
    nearest = _distance_to_nearest(points, means)
    sums = np.zeros((len(points), len(levels) + 2))
    for rows in chunks(len(means), len(points)):
        away = np.abs(points[:, None] - means[rows])
        # Less the nearest, so that something counts where means are far apart.
        away = ((away / width) ** 2 - (nearest[:, None] / width) ** 2) / 2 if width > 0 else np.zeros_like(away)
        near = np.exp(-away) * weight[rows]
        sums += near @ np.column_stack([shares[rows], variances[rows], np.ones(len(variances[rows]))])
    averages = sums[:, :-1] / sums[:, -1:]
    even = np.full(len(levels), FLOOR / len(levels))
    return Profile(points, (1 - FLOOR) * averages[:, :-1] + even, np.sqrt(averages[:, -1]))


def _distance_to_nearest(points: Floats, means: Floats) -> Floats:
    ordered = np.sort(means)
    at = np.searchsorted(ordered, points)
    left, right = ordered[np.maximum(at - 1, 0)], ordered[np.minimum(at, len(ordered) - 1)]
    return np.minimum(np.abs(points - left), np.abs(points - right))


def tilted(shares: Floats, levels: Floats, means: ArrayLike) -> Floats:
    """The histograms nearest to the given ones, in Kullback-Leibler's sense, among those with the given means.

        p_k = q_k exp(a l_k) / sum_j q_j exp(a l_j),    a such that sum_k p_k l_k = mean

    (Minimum discrimination information: Kullback 1959, *Information Theory and Statistics*, chapter 3.)

    Parameters
    ----------
    shares : ndarray of float64, shape (n, n_levels)
        Positive.
    levels : ndarray of float64, shape (n_levels,)
        Ascending.
    means : array-like, shape (n,)
        At or beyond an end of ``levels``, all ratings lie at that end. Not NaN.

    Returns
    -------
    ndarray of float64, shape (n, n_levels)
        Nonnegative, rows sum to 1.
    """
    unit = (levels - levels[0]) / (levels[-1] - levels[0])
    wanted = (np.clip(np.asarray(means, dtype=np.float64), levels[0], levels[-1]) - levels[0]) / (levels[-1] - levels[0])
    logs = np.log(shares)
    most = 100 / np.diff(unit).min()
    low, high, tilt = np.full(len(wanted), -most), np.full(len(wanted), most), np.zeros(len(wanted))
    for _ in range(200):
        exponents = logs + tilt[:, None] * unit
        p = np.exp(exponents - exponents.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        mean = p @ unit
        gap = wanted - mean
        if (np.abs(gap) <= 1e-14).all():
            break
        low, high = np.where(gap >= 0, tilt, low), np.where(gap <= 0, tilt, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = tilt + gap / (p @ unit**2 - mean**2)
        inside = (newton > low) & (newton < high)
        tilt = np.where(np.abs(gap) <= 1e-14, tilt, np.where(inside, newton, (low + high) / 2))
    p[wanted <= 0] = np.eye(len(levels))[0]
    p[wanted >= 1] = np.eye(len(levels))[-1]
    return p


def check_profile(own: Profile, levels: Any) -> None:
    """Raise ``ValueError`` unless these are a profile's parts and its levels."""
    for name, array, dims in (("levels", levels, 1), ("means", own[0], 1), ("shares", own[1], 2), ("spreads", own[2], 1)):
        sound = isinstance(array, np.ndarray) and array.dtype == np.float64 and array.ndim == dims
        if not sound or not np.isfinite(array).all():
            raise ValueError(f"distribution: {name} is not an array of {dims} dimensions of finite numbers")
    if len(levels) < 2 or (np.diff(levels) <= 0).any() or (np.diff(own.means) < 0).any() or not len(own.means):
        raise ValueError("distribution: levels or means are not in ascending order")
    if own.shares.shape != (len(own.means), len(levels)) or own.spreads.shape != own.means.shape:
        raise ValueError("distribution: the shapes of the profile's parts do not fit together")
    if (own.shares <= 0).any() or (own.spreads < 0).any() or not np.allclose(own.shares.sum(axis=1), 1, atol=1e-9):
        raise ValueError("distribution: a share is not positive, shares do not sum to 1, or a spread is negative")
