"""Fitting ``AdditiveTrees``: scikit-learn's histogram gradient boosting under interaction constraints, in bags."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .trees import AdditiveTrees, trees_from_sklearn

Floats = NDArray[np.float64]

_WORTH_THREADS = 5_000_000
"""Cells of a training table from which on growing trees in several threads pays."""

_BINS = 255
"""Values of a feature that trees tell apart at most, as in scikit-learn."""


def fit_trees(
    X: Floats,
    y: Floats,
    groups: ArrayLike,
    n_groups: int,
    *,
    monotonic: ArrayLike | None = None,
    sample_weight: Floats | None = None,
    n_trees: int = 200,
    learning_rate: float = 0.05,
    max_depth: int | None = 3,
    min_samples_leaf: int = 20,
    l2_regularization: float = 5.0,
    feature_share: float = 0.1,
    n_bags: int = 10,
    bag_share: float = 0.8,
    classify: bool = False,
    random_state: Any = None,
) -> AdditiveTrees:
    """Boost trees that each stay inside one group of columns.

    Parameters
    ----------
    X : ndarray of float64, shape (n, n_features)
        NaN where missing.
    y : ndarray of float64, shape (n,)
        Ratings, or 0 and 1 with ``classify``; both of these must occur.
    groups : array-like of int, shape (n_features,)
        Group of each column, 0 to ``n_groups - 1``.
    monotonic : array-like of int, shape (n_features,), optional
        +1 or -1 where a higher value may only raise (lower) the prediction, else 0.
    n_bags, bag_share
        The model is the average of ``n_bags`` boosted ensembles, each grown on a random ``bag_share`` of the rows.
    classify : bool
        Minimise the log loss of two classes; the prediction is then the logarithm of the odds of class 1.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.utils import check_random_state
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

    groups = np.asarray(groups, dtype=np.int64)
    random = check_random_state(random_state)
    columns = [np.flatnonzero(groups == group).tolist() for group in range(n_groups)]
    used = np.arange(len(X)) if sample_weight is None else np.flatnonzero(sample_weight > 0)
    size = len(used) if n_bags == 1 else max(2 if classify else 1, round(bag_share * len(used)))
    # With weights, scikit-learn looks for the bins' edges one weighted percentile at a time, which takes minutes.
    table, edges = (X, None) if sample_weight is None else _binned(X, used)
    estimators = []
    for _ in range(n_bags):
        rows = used if size == len(used) else _bag(used, size, y if classify else None, random)
        estimator = (HistGradientBoostingClassifier if classify else HistGradientBoostingRegressor)(
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
        weight = None if sample_weight is None else sample_weight[rows]
        # scikit-learn cannot bin a column without a single value; a constant one it never splits.
        known = np.where(np.isnan(table[rows]).all(axis=0), 0.0, table[rows])
        # On small tables threads wait for each other longer than they work.
        with threadpool_limits(1 if X.size < _WORTH_THREADS else None, user_api="openmp"):
            estimators.append(estimator.fit(known, y[rows], sample_weight=weight))
    return trees_from_sklearn(estimators, groups, n_groups, X, sample_weight, edges=edges)


def _binned(X: Floats, used: NDArray[np.intp]) -> tuple[Floats, list[Floats]]:
    """Number of each value's bin, NaN where it is missing, and per column the upper edges of its bins but the last.

    The edges are percentiles of the rows that are ``used``, all of one weight.
    """
    codes, edges = np.full(X.shape, np.nan), []
    levels = np.linspace(0, 100, _BINS + 1)[1:-1]
    for column in range(X.shape[1]):
        known = ~np.isnan(X[:, column])
        values = np.unique(X[used, column][known[used]])
        if len(values) > _BINS:
            own = np.unique(np.percentile(X[used, column][known[used]], levels, method="averaged_inverted_cdf"))
        else:
            own = (values[1:] + values[:-1]) / 2
        codes[known, column] = np.searchsorted(own, X[known, column])
        edges.append(own)
    return codes, edges


def _bag(used: NDArray[np.intp], size: int, classes: Floats | None, random: np.random.RandomState) -> NDArray[np.intp]:
    """``size`` of the rows at random; with ``classes``, at least one row of each."""
    order = random.permutation(used)
    if classes is not None:
        first = np.unique(classes[order], return_index=True)[1]
        order = np.concatenate([order[first], np.delete(order, first)])
    return np.sort(order[:size])
