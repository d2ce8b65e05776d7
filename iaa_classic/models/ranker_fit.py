"""Fitting additive cores to pairs of rows by the Bradley-Terry model: P(a before b) = 1 / (1 + exp(f(b) - f(a))).

Bradley & Terry, "Rank analysis of incomplete block designs", Biometrika 39, 1952. A core learns from which of two rows comes
first, not from scores; its prediction is defined up to a constant.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn._loss.link import IdentityLink
from sklearn._loss.loss import BaseLoss

from .calibration import sigmoid
from .kernel import AdditiveKernel
from .kernel_fit import Solution, kernel_space
from .trees import AdditiveTrees, trees_from_sklearn
from .trees_fit import _WORTH_THREADS

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

JITTER = 1e-9
"""Added to the diagonal of a kernel matrix of unit size before it is factorised."""


class PairLoss(BaseLoss):  # type: ignore[misc,unused-ignore]
    """Logistic loss of pairs of rows, as scikit-learn's boosting takes a loss; ``y_true`` is not looked at.

    Parameters
    ----------
    pairs : ndarray of int64, shape (m, 2)
        Better and worse row.
    weight : ndarray of float64, shape (m,)
    n_rows : int
    """

    differentiable = True
    need_update_leaves_values = False
    is_multiclass = False

    def __init__(self, pairs: Rows, weight: Floats, n_rows: int) -> None:
        super().__init__(closs=None, link=IdentityLink())
        self.better, self.worse = np.ascontiguousarray(pairs.T)
        self.weight = weight
        self.n_rows = n_rows

    def fit_intercept_only(self, y_true: Any, sample_weight: Any = None) -> Any:
        """Pairs say nothing of a constant."""
        return np.zeros(())

    def gradient_hessian(
        self,
        y_true: Any,
        raw_prediction: Any,
        sample_weight: Any = None,
        gradient_out: Any = None,
        hessian_out: Any = None,
        n_threads: int = 1,
    ) -> tuple[Any, Any]:
        """First and second derivative of the loss by each row's prediction."""
        scores = raw_prediction.ravel()
        wrong = sigmoid(scores[self.worse] - scores[self.better])
        slope, bend = self.weight * wrong, self.weight * wrong * (1 - wrong)
        gradient_out[:] = self._summed(self.worse, slope) - self._summed(self.better, slope)
        hessian_out[:] = self._summed(self.worse, bend) + self._summed(self.better, bend)
        return gradient_out, hessian_out

    def _summed(self, rows: Rows, values: Floats) -> Floats:
        sums: Floats = np.bincount(rows, values, minlength=self.n_rows).astype(np.float64, copy=False)
        return sums


def unit_weights(weight: Floats, rows_weigh: float) -> Floats:
    """Weights of pairs that sum to no more than the weight of the rows: what many pairs say of a row is one row's worth."""
    scaled: Floats = weight * min(1.0, rows_weigh / weight.sum())
    return scaled


def fit_kernel_pairs(
    X: Floats,
    pairs: Rows,
    groups: ArrayLike,
    n_groups: int,
    *,
    weight: Floats,
    sample_weight: Floats,
    C: float = 1.0,
    gamma: float = 0.1,
    random_state: Any = None,
) -> AdditiveKernel:
    """Fit a kernel machine with one RBF kernel per group of columns to pairs.

    Parameters
    ----------
    X : ndarray of float64, shape (n, n_features)
        NaN where missing.
    pairs : ndarray of int64, shape (m, 2)
        Better and worse row.
    groups, n_groups, gamma
        As for ``kernel_space``.
    weight : ndarray of float64, shape (m,)
        Of the pairs.
    sample_weight : ndarray of float64, shape (n,)
        Of the rows where ranks and means are taken over them; positive.
    C : float
        Cost of the pairs' logistic losses against half the squared norm of the solution.
    """
    space = kernel_space(X, groups, n_groups, weight=sample_weight, gamma=gamma, random_state=random_state)
    if not space.varies:
        return space.model(Solution(np.arange(1), np.zeros(1), 0.0))
    chosen = np.arange(len(X)) if space.landmarks is None else space.landmarks
    design, factor = _whitened(space, chosen)
    solution = _minimised(design, pairs, C * unit_weights(weight, float(sample_weight.sum())))
    from scipy.linalg import solve_triangular

    return space.model(Solution(chosen, solve_triangular(factor.T, solution), 0.0))


def _whitened(space: Any, chosen: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Coordinates of the rows in which the norm of a solution is the plain one, and the factor of the kernel matrix."""
    from scipy.linalg import cholesky, solve_triangular

    gram = space.gram(chosen, chosen)
    factor = cholesky(gram + JITTER * np.trace(gram) / len(gram) * np.eye(len(gram)), lower=True)
    if space.landmarks is None:
        return factor, factor
    return np.ascontiguousarray(solve_triangular(factor, space.gram(slice(None), chosen).T, lower=True).T), factor


def _minimised(design: Floats, pairs: Rows, weight: Floats) -> Floats:
    """The coordinates v with the least |v|^2 / 2 + sum_p weight_p log(1 + exp(-(z_better - z_worse) . v))."""
    from scipy.optimize import minimize

    loss = PairLoss(pairs, weight, len(design))
    slope, bend = np.empty(len(design)), np.empty(len(design))

    def objective(v: Floats) -> tuple[float, Floats]:
        scores = design @ v
        loss.gradient_hessian(None, scores, gradient_out=slope, hessian_out=bend)
        total = weight @ np.logaddexp(0, scores[loss.worse] - scores[loss.better])
        return float(v @ v / 2 + total), v + slope @ design

    options = {"maxiter": 2000, "maxfun": 4000, "ftol": 0.0, "gtol": 1e-9 * max(1.0, float(weight.sum()))}
    solution: Floats = minimize(objective, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B", options=options).x
    return solution


def fit_tree_pairs(
    X: Floats,
    pairs: Rows,
    groups: ArrayLike,
    n_groups: int,
    *,
    weight: Floats,
    sample_weight: Floats,
    monotonic: ArrayLike | None = None,
    n_trees: int = 200,
    learning_rate: float = 0.05,
    max_depth: int | None = 3,
    min_samples_leaf: int = 20,
    l2_regularization: float = 5.0,
    feature_share: float = 0.1,
    n_bags: int = 10,
    bag_share: float = 0.8,
    random_state: Any = None,
) -> AdditiveTrees:
    """Boost trees that each stay inside one group of columns by Newton steps on the pairs' logistic loss.

    Takes what ``fit_kernel_pairs`` and ``fit_trees`` do. Each bag is a random ``bag_share`` of the rows, and learns from the
    pairs of which it holds both.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.utils import check_random_state
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

    groups = np.asarray(groups, dtype=np.int64)
    random = check_random_state(random_state)
    columns = [np.flatnonzero(groups == group).tolist() for group in range(n_groups)]
    estimators = []
    for _ in range(n_bags):
        rows, own, share = _bag(pairs, weight, sample_weight, 1.0 if n_bags == 1 else bag_share, random)
        estimator = HistGradientBoostingRegressor(
            loss=PairLoss(own, share, len(rows)),
            max_iter=n_trees,
            learning_rate=learning_rate,
            max_depth=max_depth,
            min_samples_leaf=min_samples_leaf,
            l2_regularization=l2_regularization,
            max_features=feature_share,
            interaction_cst=[members for members in columns if members],
            monotonic_cst=None if monotonic is None else np.asarray(monotonic),
            early_stopping=False,
            random_state=random.randint(np.iinfo(np.int32).max),
        )
        # scikit-learn cannot bin a column without a single value; a constant one it never splits.
        known = np.where(np.isnan(X[rows]).all(axis=0), 0.0, X[rows])
        with threadpool_limits(1 if X.size < _WORTH_THREADS else None, user_api="openmp"):
            estimators.append(estimator.fit(known, np.zeros(len(rows))))
    return trees_from_sklearn(estimators, groups, n_groups, X, sample_weight)


def _bag(
    pairs: Rows, weight: Floats, sample_weight: Floats, share: float, random: np.random.RandomState
) -> tuple[NDArray[np.intp], Rows, Floats]:
    """Rows at random, the pairs among them (by positions in them), and the pairs' weights; all rows if that leaves no pair."""
    n_rows = len(sample_weight)
    rows = np.sort(random.permutation(n_rows)[: round(share * n_rows)]) if share < 1 else np.arange(n_rows)
    position = np.full(n_rows, -1)
    position[rows] = np.arange(len(rows))
    inside = (position[pairs] >= 0).all(axis=1)
    if not inside.any():
        return np.arange(n_rows), pairs, unit_weights(weight, float(sample_weight.sum()))
    return rows, position[pairs[inside]], unit_weights(weight[inside], float(sample_weight[rows].sum()))
