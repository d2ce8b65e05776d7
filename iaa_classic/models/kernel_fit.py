"""Fitting ``AdditiveKernel``: a support vector machine for ratings or for two classes, in the space of a sum of kernels.

The space is settled first (ranks, weights, widths), then a solver finds the coefficients of the training rows in it. Everything
that learns in this space, from whatever kind of answer, can go this way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .kernel import KNOTS, AdditiveKernel, centred, rbf, scaled_ranks, weighted_quantiles
from .trees import chunks

Floats = NDArray[np.float64]

MOST_ROWS = 5000
"""Training rows up to which the exact problem is solved; its kernel matrix grows with their square."""

LANDMARKS = 1000
"""Rows that span the solution when there are more than ``MOST_ROWS``."""


class Solution(NamedTuple):
    """f(x) = intercept + sum_i dual_i k(x, row support_i)."""

    support: NDArray[np.int64]
    dual: Floats
    intercept: float


@dataclass(frozen=True, eq=False)
class KernelSpace:
    """The training rows in the space of one RBF kernel per group, scaled to unit variance.

    Attributes
    ----------
    groups : ndarray of int64, shape (n_features,)
    knots, spread : ndarrays
        As in ``AdditiveKernel``.
    rows : ndarray of float32, shape (n, n_features)
        Scaled ranks of the training rows.
    weight : ndarray, shape (n,)
        Weight of each training row.
    landmarks : ndarray of int64 or None
        Rows that span the solution; None where all do.
    weights, gammas : ndarrays, shape (n_groups,)
    """

    groups: NDArray[np.int64]
    knots: Floats
    spread: Floats
    rows: NDArray[np.float32]
    weight: Floats
    landmarks: NDArray[np.int64] | None
    weights: Floats
    gammas: Floats

    @property
    def varies(self) -> bool:
        """Whether any feature tells rows apart."""
        return bool((self.spread > 0).any())

    def gram(self, a: Any = slice(None), b: Any = slice(None)) -> Floats:
        """Kernel between the training rows ``a`` and ``b`` (indices or slices)."""
        return _gram(self.rows[a], self.rows[b], self.groups, self.weights, self.gammas)

    def model(self, solution: Solution) -> AdditiveKernel:
        """The kernel expansion of a solution, its effects centred on the training rows."""
        kernel = AdditiveKernel(
            groups=self.groups,
            knots=self.knots,
            spread=self.spread,
            support=self.rows[solution.support],
            dual=solution.dual,
            weights=self.weights,
            gammas=self.gammas,
            centres=np.zeros(len(self.weights)),
            intercept=solution.intercept,
            references=self.rows[:1],
            reference_weights=np.ones(1),
        )
        return centred(kernel, self.rows, self.weight)


def kernel_space(
    X: Floats, groups: ArrayLike, n_groups: int, *, weight: Floats, gamma: float = 0.1, random_state: Any = None
) -> KernelSpace:
    """Settle ranks, weights and widths on the training rows.

    Parameters
    ----------
    X : ndarray of float64, shape (n, n_features)
        NaN where missing.
    groups : array-like of int, shape (n_features,)
        Group of each column, 0 to ``n_groups - 1``.
    weight : ndarray of float64, shape (n,)
        Positive.
    gamma : float
        A group's kernel has the width ``gamma / (number of its features)``, for features of unit variance.

    Notes
    -----
    A group's weight is its number of features: a criterion that is measured in more ways may say more. With more than
    ``MOST_ROWS`` rows, ``LANDMARKS`` random ones span the solution, in memory that does not grow with the square of the rows.
    """
    from sklearn.utils import check_random_state

    groups = np.asarray(groups, dtype=np.int64)
    knots, spread = _rank_scale(X, weight)
    rows = scaled_ranks(X, knots, spread)
    sizes = np.bincount(groups[spread > 0], minlength=n_groups)
    weights, gammas = sizes / max(sizes.sum(), 1), gamma / np.maximum(sizes, 1)
    landmarks = None
    if sizes.any():
        if len(rows) > MOST_ROWS:
            landmarks = check_random_state(random_state).permutation(len(rows))[:LANDMARKS].astype(np.int64)
        chosen, own = (slice(None), weight) if landmarks is None else (landmarks, np.ones(LANDMARKS))
        gram = _gram(rows[chosen], rows[chosen], groups, weights, gammas)
        weights = weights / max(1 - float(own @ gram @ own) / own.sum() ** 2, 1e-12)
    return KernelSpace(groups, knots, spread, rows, weight, landmarks, weights, gammas)


def fit_kernel(
    X: Floats,
    y: Floats,
    groups: ArrayLike,
    n_groups: int,
    *,
    sample_weight: Floats | None = None,
    C: float = 0.25,
    gamma: float = 0.1,
    epsilon: float = 0.3,
    random_state: Any = None,
) -> AdditiveKernel:
    """Fit a support vector regression with one RBF kernel per group of columns.

    Parameters
    ----------
    X, groups, gamma
        As for ``kernel_space``.
    y : ndarray of float64, shape (n,)
    C, epsilon : float
        Cost and insensitive width of the regression, for a target scaled to unit variance and a kernel scaled to unit
        variance in feature space.

    Notes
    -----
    With more than ``MOST_ROWS`` rows the squared loss is used (a least-squares support vector machine).
    """
    space, y = _space(X, y, groups, n_groups, sample_weight, gamma, random_state)
    mean = float(np.average(y, weights=space.weight))
    scale = float(np.sqrt(np.average((y - mean) ** 2, weights=space.weight)))
    if not space.varies or scale == 0:
        return space.model(Solution(np.arange(1), np.zeros(1), mean))
    target = (y - mean) / scale
    support, dual, intercept = _least_squares(space, target, C) if _large(space) else _svr(space, target, C, epsilon)
    return space.model(Solution(support, dual * scale, intercept * scale + mean))


def fit_kernel_classifier(
    X: Floats,
    y: NDArray[np.bool_],
    groups: ArrayLike,
    n_groups: int,
    *,
    sample_weight: Floats | None = None,
    C: float = 0.25,
    gamma: float = 0.1,
    random_state: Any = None,
) -> AdditiveKernel:
    """Fit a support vector classification with one RBF kernel per group of columns: positive where ``y`` is true.

    Takes what ``fit_kernel`` does. Prediction plus or minus 1 is the margin. With more than ``MOST_ROWS`` rows the squared loss
    is used. If all rows are of one class, the prediction is 1 or -1 throughout.
    """
    space, y = _space(X, y, groups, n_groups, sample_weight, gamma, random_state)
    target = np.where(y, 1.0, -1.0)
    if not space.varies or (target == target[0]).all():
        constant = float(np.average(target, weights=space.weight))
        return space.model(Solution(np.arange(1), np.zeros(1), constant))
    return space.model(_least_squares(space, target, C) if _large(space) else _svc(space, y, C))


def _space(
    X: Floats,
    y: NDArray[Any],
    groups: ArrayLike,
    n_groups: int,
    sample_weight: Floats | None,
    gamma: float,
    random_state: Any,
) -> tuple[KernelSpace, NDArray[Any]]:
    """The space of the rows that count, and their answers."""
    weight = np.ones(len(X)) if sample_weight is None else sample_weight
    used = np.flatnonzero(weight > 0)
    space = kernel_space(X[used], groups, n_groups, weight=weight[used], gamma=gamma, random_state=random_state)
    return space, y[used]


def _large(space: KernelSpace) -> bool:
    return space.landmarks is not None


def _rank_scale(X: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Quantiles of every column, and the factor that gives its ranks unit variance (0 where it does not vary)."""
    levels = np.linspace(0, 1, KNOTS)
    knots, spread = np.zeros((KNOTS, X.shape[1])), np.zeros(X.shape[1])
    for column in range(X.shape[1]):
        known = ~np.isnan(X[:, column])
        x = X[known, column]
        if x.size and x.min() < x.max():
            knots[:, column] = weighted_quantiles(x, levels, weight[known])
            spread[column] = np.sqrt(12)
    return knots, spread


def _gram(a: NDArray[np.float32], b: NDArray[np.float32], groups: NDArray[np.int64], weights: Floats, gammas: Floats) -> Floats:
    total = np.zeros((len(a), len(b)))
    for group in np.flatnonzero(weights):
        own = groups == group
        total += weights[group] * rbf(a[:, own], b[:, own], gammas[group])
    return total


def _svr(space: KernelSpace, target: Floats, C: float, epsilon: float) -> Solution:
    from sklearn.svm import SVR

    solver = SVR(kernel="precomputed", C=C, epsilon=epsilon, tol=1e-8, cache_size=500)
    return _of_solver(solver.fit(space.gram(), target, sample_weight=space.weight))


def _svc(space: KernelSpace, positive: NDArray[np.bool_], C: float) -> Solution:
    from sklearn.svm import SVC

    solver = SVC(kernel="precomputed", C=C, tol=1e-8, cache_size=500)
    return _of_solver(solver.fit(space.gram(), positive, sample_weight=space.weight))


def _of_solver(solver: Any) -> Solution:
    support = solver.support_.astype(np.int64)
    if not support.size:
        return Solution(np.arange(1), np.zeros(1), float(solver.intercept_[0]))
    return Solution(support, solver.dual_coef_.ravel().astype(np.float64), float(solver.intercept_[0]))


def _least_squares(space: KernelSpace, target: Floats, C: float) -> Solution:
    """Kernel ridge regression in the span of the landmarks, by normal equations summed over slices of rows."""
    chosen = np.arange(len(space.rows)) if space.landmarks is None else space.landmarks
    size = len(chosen)
    normal, right = np.zeros((size + 1, size + 1)), np.zeros(size + 1)
    for some in chunks(len(space.rows), size):
        gram = space.gram(some, chosen)
        design = np.column_stack([gram, np.ones(len(gram))])
        weighted = design * space.weight[some, None]
        normal += weighted.T @ design
        right += weighted.T @ target[some]
    normal[:size, :size] += space.gram(chosen, chosen) / C
    solution: Floats = np.linalg.lstsq(normal, right, rcond=1e-12)[0].astype(np.float64)
    return Solution(chosen, solution[:-1], float(solution[-1]))
