"""``AdditiveTrees``: boosted trees of which each looks at the features of one criterion only, as flat arrays.

The trees are grown by scikit-learn's ``HistGradientBoostingRegressor`` under interaction constraints, then copied
into plain NumPy arrays: what is kept can be saved without code, checked before use, and evaluated without scikit-
learn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .shapley import product_game

Floats = NDArray[np.float64]

_CHUNK = 1 << 20
"""Cells (rows x trees, or rows x path elements) handled at once, which bounds memory."""


class Paths(NamedTuple):
    """Conditions on the way to each leaf, one entry per distinct feature; shapes (longest path, leaves).

    A photograph meets a condition if ``low < x <= high``, or if ``x`` is missing and ``missing``. ``share`` is the
    share of the training photographs that would go this way at the feature's splits. Shorter paths are padded with
    conditions that everything meets.
    """

    feature: NDArray[np.intp]
    low: Floats
    high: Floats
    missing: NDArray[np.bool_]
    share: Floats
    value: Floats


@dataclass(frozen=True, eq=False)
class AdditiveTrees:
    """A sum of decision trees, each inside one group of features (a criterion).

    Attributes
    ----------
    n_features, n_groups : int
    baseline : float
        Mean prediction over the training rows.
    tree_start : ndarray of int64, shape (n_trees + 1,)
        Tree ``t`` owns the nodes ``tree_start[t]`` to ``tree_start[t + 1] - 1``; the first is its root.
    tree_group : ndarray of int64, shape (n_trees,)
        Group of each tree, ascending.
    feature, threshold, missing_left, left, right : ndarrays, shape (n_nodes,)
        A row goes left if ``x[feature] <= threshold``, or if it is missing and ``missing_left``. Children are
        positions in these same arrays, always behind their parent; a leaf is its own child.
    value : ndarray of float64, shape (n_nodes,)
        Leaves: what the leaf adds to the prediction. Over the training rows each tree's mean is 0.
    cover : ndarray of float64, shape (n_nodes,)
        Weight of the training rows that reach the node.
    """

    n_features: int
    n_groups: int
    baseline: float
    tree_start: NDArray[np.int64]
    tree_group: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: Floats
    missing_left: NDArray[np.bool_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Floats
    cover: Floats

    def __post_init__(self) -> None:
        """Refuse arrays that do not describe trees: walking them could read outside the arrays or never end."""
        check_trees(self)

    def __getstate__(self) -> dict[str, Any]:
        """The attributes without what was derived from them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Check the attributes as a new object would."""
        self.__init__(**state)  # type: ignore[misc]

    @property
    def n_trees(self) -> int:
        """Number of trees that have at least one split."""
        return len(self.tree_group)

    @cached_property
    def depth(self) -> int:
        """Largest number of splits between a root and a leaf."""
        return len(self._levels) - 1

    @cached_property
    def _levels(self) -> list[NDArray[np.int64]]:
        levels = [self.tree_start[:-1]]
        while (inner := levels[-1][self.left[levels[-1]] != levels[-1]]).size:
            levels.append(np.concatenate([self.left[inner], self.right[inner]]))
        return levels

    def leaves(self, X: Floats, trees: NDArray[np.intp] | None = None) -> NDArray[np.int64]:
        """Position of the leaf that each row reaches in each tree, or in some ``trees``, shape (n, n_trees)."""
        rows = np.arange(len(X))[:, None]
        gaps = np.isnan(X).any()
        roots = self.tree_start[:-1] if trees is None else self.tree_start[trees]
        node = np.tile(roots, (len(X), 1))
        for _ in range(self.depth):
            x = X[rows, self.feature[node]]
            goes_left = x <= self.threshold[node]
            if gaps:
                goes_left |= np.isnan(x) & self.missing_left[node]
            node = np.where(goes_left, self.left[node], self.right[node])
        return node

    def parts(self, X: Floats) -> Floats:
        """What each group adds to the prediction, shape (n, n_groups).

        ``baseline + parts.sum(axis=1)`` is the prediction.
        """
        parts = np.zeros((len(X), self.n_groups))
        bounds = np.searchsorted(self.tree_group, np.arange(self.n_groups + 1))
        for rows in chunks(len(X), self.n_trees):
            values = self.value[self.leaves(X[rows])]
            for group, (start, stop) in enumerate(pairwise(bounds)):
                parts[rows, group] = values[:, start:stop].sum(axis=1)
        return parts

    def feature_effects(self, X: Floats) -> Floats:
        """Shapley values of the features inside their group, shape (n, n_features); a group's values sum to its part.

        The game is that of path-dependent TreeSHAP (Lundberg et al. 2020): a feature that does not take part sends
        the photograph both ways at its splits, in the proportion of the training photographs.
        """
        effects = np.zeros((len(X), self.n_features))
        paths = self._paths
        if not paths.value.size:
            return effects
        for rows in chunks(len(X), paths.feature.size):
            x = X[rows][:, paths.feature]
            meets = ((x > paths.low) & (x <= paths.high)) | (np.isnan(x) & paths.missing)
            present = np.moveaxis(meets, 0, 1).astype(np.float64)
            shares = product_game(present, paths.share[:, None, :]) * paths.value
            count = shares.shape[1]
            cell = np.arange(count)[:, None] * self.n_features + paths.feature[:, None, :]
            sums = np.bincount(cell.ravel(), shares.ravel(), minlength=count * self.n_features)
            effects[rows] = sums.reshape(count, self.n_features)
        return effects

    @cached_property
    def _paths(self) -> Paths:
        ways: dict[int, dict[int, tuple[float, float, bool, float]]] = {int(root): {} for root in self.tree_start[:-1]}
        leaves = []
        for node in range(len(self.value)):
            way = ways.pop(node)
            left, right = int(self.left[node]), int(self.right[node])
            if left == node:
                leaves.append((way, float(self.value[node])))
                continue
            feature, threshold = int(self.feature[node]), float(self.threshold[node])
            low, high, missing, share = way.get(feature, (-np.inf, np.inf, True, 1.0))
            to_left = self.cover[left] / self.cover[node] if self.cover[node] > 0 else 0.5
            by_default = bool(self.missing_left[node])
            ways[left] = way | {feature: (low, min(high, threshold), missing and by_default, share * to_left)}
            ways[right] = way | {feature: (max(low, threshold), high, missing and not by_default, share * (1 - to_left))}
        longest = max((len(way) for way, _ in leaves), default=0)
        table = np.tile(np.array([0, -np.inf, np.inf, 1, 1])[:, None, None], (1, longest, len(leaves)))
        for column, (way, _) in enumerate(leaves):
            for row, (feature, condition) in enumerate(way.items()):
                table[:, row, column] = (feature, *condition)
        values = np.array([value for _, value in leaves])
        return Paths(table[0].astype(np.intp), table[1], table[2], table[3].astype(bool), table[4], values)

    def rescaled(self, factor: float, offset: float) -> AdditiveTrees:
        """The same model with every prediction ``p`` replaced by ``factor * p + offset``."""
        return replace(self, baseline=self.baseline * factor + offset, value=self.value * factor)

    def centred_on(self, X: Floats) -> AdditiveTrees:
        """The same predictions, with the baseline and the effects of features referring to these rows."""
        return _centred(self, X, None)


def is_number(value: Any) -> bool:
    """Whether a value, of a file perhaps, is one finite number."""
    return isinstance(value, (int, float, np.number)) and bool(np.isfinite(value))


def chunks(rows: int, width: int) -> list[slice]:
    """Slices of rows such that rows times ``width`` stays within the memory that is used at once."""
    step = max(1, _CHUNK // max(width, 1))
    return [slice(start, start + step) for start in range(0, rows, step)]


def check_trees(trees: AdditiveTrees) -> None:
    """Raise ``ValueError`` if the arrays are not those of sound trees.

    Indices must be in range, children behind their parents inside the same tree, every node but a root the child of
    exactly one other, numbers finite (a threshold may be +inf: present values left, missing ones right).
    """
    kinds = {"tree_start": "i", "tree_group": "i", "feature": "i", "left": "i", "right": "i", "missing_left": "b"}
    for name in ("tree_start", "tree_group", "feature", "threshold", "missing_left", "left", "right", "value", "cover"):
        array, kind = getattr(trees, name), kinds.get(name, "f")
        if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype.kind != kind or array.itemsize > 8:
            raise ValueError(f"trees: {name} is not a one-dimensional array of kind {kind!r}")
    nodes, count = len(trees.feature), len(trees.tree_group)
    lengths = {len(getattr(trees, name)) for name in ("threshold", "missing_left", "left", "right", "value", "cover")}
    start = trees.tree_start
    sizes = np.diff(start)
    position = np.arange(nodes)
    if not (isinstance(trees.n_features, int) and isinstance(trees.n_groups, int) and is_number(trees.baseline)):
        raise ValueError("trees: n_features, n_groups or baseline is not a finite number")
    if lengths != {nodes} or len(start) != count + 1 or start[0] != 0 or start[-1] != nodes or (sizes < 1).any():
        raise ValueError("trees: the lengths of the arrays do not fit together")
    group = trees.tree_group
    if count and (group.min() < 0 or group.max() >= trees.n_groups or (np.diff(group) < 0).any()):
        raise ValueError("trees: a tree's group is out of range or out of order")
    if nodes and (trees.feature.min() < 0 or trees.feature.max() >= trees.n_features):
        raise ValueError("trees: a node's feature is out of range")
    inner = (trees.left != position) | (trees.right != position)
    end = np.repeat(start[1:], sizes)
    for child in (trees.left, trees.right):
        if (child < position).any() or (child[inner] == position[inner]).any() or (child >= end).any():
            raise ValueError("trees: a node's child is not behind it in the same tree")
    parents = np.bincount(np.concatenate([trees.left[inner], trees.right[inner]]), minlength=nodes)
    parents[start[:-1]] += 1
    if (parents != 1).any():
        raise ValueError("trees: a node is not the child of exactly one other")
    if np.isnan(trees.threshold).any() or (trees.threshold == -np.inf).any() or not np.isfinite(trees.value).all():
        raise ValueError("trees: a threshold or a value is not finite")
    if not np.isfinite(trees.cover).all() or (trees.cover < 0).any() or (trees.cover[start[:-1]] <= 0).any():
        raise ValueError("trees: a cover is negative or not finite")
    below = trees.cover[trees.left[inner]] + trees.cover[trees.right[inner]]
    if not np.allclose(below, trees.cover[inner], rtol=1e-6, atol=0):
        raise ValueError("trees: the covers of two children do not add up to their parent's")


def trees_from_sklearn(
    estimators: list[Any],
    groups: ArrayLike,
    n_groups: int,
    X: Floats,
    sample_weight: Floats | None = None,
    *,
    edges: list[Floats] | None = None,
) -> AdditiveTrees:
    """The average of fitted ``HistGradientBoosting*`` estimators with one output (the raw score of a classifier).

    ``X`` and ``sample_weight`` are all the training rows; effects are centred on them. Trees without a split become
    part of the baseline. Where the trees were grown on numbers of bins, ``edges`` are each column's upper edges of bins.
    """
    groups = np.asarray(groups, dtype=np.int64)
    predictors = [predictor for estimator in estimators for (predictor,) in estimator._predictors]
    grown = [predictor.nodes for predictor in predictors if len(predictor.nodes) > 1]
    grown.sort(key=lambda nodes: groups[nodes["feature_idx"][0]])
    start = np.cumsum([0, *map(len, grown)], dtype=np.int64)
    baseline = np.mean([estimator._baseline_prediction[0, 0] for estimator in estimators])
    unsplit = sum(predictor.nodes["value"][0] for predictor in predictors if len(predictor.nodes) == 1)
    nodes = np.concatenate(grown) if grown else np.empty(0, predictors[0].nodes.dtype)
    leaf, position = nodes["is_leaf"].astype(bool), np.arange(len(nodes))
    offset = np.repeat(start[:-1], np.diff(start))
    tree_group = np.array([groups[tree["feature_idx"][0]] for tree in grown], dtype=np.int64)
    inside = groups[nodes["feature_idx"]] == np.repeat(tree_group, np.diff(start))
    if nodes["is_categorical"].any() or not (inside | leaf).all():
        raise ValueError("trees must split on numbers and stay inside one group of features")
    left = np.where(leaf, position, nodes["left"] + offset).astype(np.int64)
    right = np.where(leaf, position, nodes["right"] + offset).astype(np.int64)
    trees = AdditiveTrees(
        n_features=len(groups),
        n_groups=n_groups,
        baseline=float(baseline + unsplit / len(estimators)),
        tree_start=start,
        tree_group=tree_group,
        feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int64),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"] if edges is None else _at_edges(nodes, leaf, edges)),
        missing_left=nodes["missing_go_to_left"].astype(bool) & ~leaf,
        left=left,
        right=right,
        value=np.where(leaf, nodes["value"], 0.0) / len(estimators),
        cover=_unit_cover(left, right),
    )
    return _centred(trees, X, sample_weight)


def _at_edges(nodes: NDArray[Any], leaf: NDArray[np.bool_], edges: list[Floats]) -> Floats:
    """Thresholds between numbers of bins as thresholds between values; +inf, which parts off missing values, stays."""
    thresholds = nodes["num_threshold"].copy()
    for node in np.flatnonzero(~leaf & np.isfinite(thresholds)):
        own = edges[nodes["feature_idx"][node]]
        bin_number = int(thresholds[node])
        thresholds[node] = own[bin_number] if bin_number < len(own) else np.inf
    return thresholds


def _unit_cover(left: NDArray[np.int64], right: NDArray[np.int64]) -> Floats:
    """Covers as if one row had reached every leaf; a stand-in until the training rows are routed."""
    cover = np.ones(len(left))
    for node in range(len(left) - 1, -1, -1):
        if left[node] != node:
            cover[node] = cover[left[node]] + cover[right[node]]
    return cover


def _centred(trees: AdditiveTrees, X: Floats, sample_weight: Floats | None) -> AdditiveTrees:
    """The same trees with the covers of these rows, each tree's mean over them moved into the baseline."""
    cover = np.zeros(len(trees.value))
    for rows in chunks(len(X), trees.n_trees):
        reached = trees.leaves(X[rows])
        weight = None if sample_weight is None else np.repeat(sample_weight[rows], trees.n_trees)
        cover += np.bincount(reached.ravel(), weight, minlength=len(cover))
    for level in trees._levels[-2::-1]:
        inner = level[trees.left[level] != level]
        cover[inner] = cover[trees.left[inner]] + cover[trees.right[inner]]
    if not trees.n_trees:
        return trees
    roots = trees.tree_start[:-1]
    means = np.add.reduceat(cover * trees.value, roots) / cover[roots]
    leaf = trees.left == np.arange(len(trees.left))
    value = np.where(leaf, trees.value - np.repeat(means, np.diff(trees.tree_start)), 0.0)
    return replace(trees, baseline=trees.baseline + float(means.sum()), value=value, cover=cover)
