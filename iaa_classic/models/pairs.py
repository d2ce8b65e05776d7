"""Preferences as pairs of rows: from triplets, and from scores within groups; and which rows to leave out together."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

_ENUMERABLE = 2_000_000
"""Pairs up to which all are listed before some are drawn from them."""


def pairs_of_triplets(triplets: Rows) -> Rows:
    """(best, middle, worst) as the three pairs (better, worse) that it says, shape (3 m, 2)."""
    return np.concatenate([triplets[:, [0, 1]], triplets[:, [1, 2]], triplets[:, [0, 2]]])


def pairs_of_scores(
    y: Floats, groups: NDArray[Any] | None, weight: Floats | None, max_pairs: int | None, random: np.random.RandomState
) -> Rows:
    """Pairs (better, worse) of rows of one group with different scores, shape (m, 2), at most ``max_pairs`` drawn at random.

    Rows of weight 0 take no part.
    """
    used = np.arange(len(y)) if weight is None else np.flatnonzero(weight > 0)
    own = np.zeros(len(used), dtype=np.int64) if groups is None else np.unique(groups[used], return_inverse=True)[1]
    order = np.argsort(own, kind="stable")
    members = np.split(used[order], np.cumsum(np.bincount(own))[:-1])
    counts = np.array([len(rows) * (len(rows) - 1) // 2 for rows in members])
    if max_pairs is None or counts.sum() <= max(_ENUMERABLE, 4 * max_pairs):
        listed = [_in_order(y, np.column_stack([rows[at] for at in np.triu_indices(len(rows), 1)])) for rows in members]
        pairs = np.concatenate(listed)
        if max_pairs is not None and len(pairs) > max_pairs:
            pairs = pairs[np.sort(random.permutation(len(pairs))[:max_pairs])]
        return pairs
    return _drawn(y, members, counts / counts.sum(), max_pairs, random)


def _drawn(y: Floats, members: list[NDArray[np.intp]], share: Floats, max_pairs: int, random: np.random.RandomState) -> Rows:
    """Distinct random pairs; fewer than ``max_pairs`` where most scores are equal."""
    start = np.concatenate([[0], np.cumsum([len(rows) for rows in members])])
    rows = np.concatenate(members)
    sizes = np.diff(start)
    pairs = np.empty((0, 2), dtype=np.int64)
    for _ in range(20):
        group = random.choice(len(members), 2 * max_pairs, p=share)
        first = (random.random_sample(len(group)) * sizes[group]).astype(np.int64)
        second = (random.random_sample(len(group)) * (sizes[group] - 1)).astype(np.int64)
        second += second >= first
        new = _in_order(y, rows[start[group][:, None] + np.column_stack([first, second])])
        pairs = np.concatenate([pairs, new])
        pairs = pairs[np.sort(np.unique(pairs, axis=0, return_index=True)[1])][:max_pairs]
        if len(pairs) == max_pairs:
            break
    return pairs


def _in_order(y: Floats, pairs: NDArray[Any]) -> Rows:
    """The pairs with different scores, the better row first."""
    first, second = y[pairs[:, 0]], y[pairs[:, 1]]
    turned = np.where((first < second)[:, None], pairs[:, ::-1], pairs)
    return turned[first != second].astype(np.int64)


def left_out_rows(pairs: Rows, n_rows: int, groups: NDArray[Any] | None, n_folds: int, random: np.random.RandomState) -> Rows:
    """Fold of each row, shape (n_rows,), 0 to ``n_folds - 1``.

    Groups stay together; without any, what pairs connect stays together if it falls into small enough pieces, so that every
    pair has both its rows in one fold.
    """
    if groups is None:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        ends = pairs.T.astype(np.int32)  # older SciPy fails, in silence, on wider indices
        links = coo_array((np.ones(len(pairs)), ends), shape=(n_rows, n_rows))
        pieces = connected_components(links, directed=False)[1]
        groups = pieces if np.bincount(pieces).max() * n_folds <= n_rows else np.arange(n_rows)
    names, own = np.unique(groups, return_inverse=True)
    fold = np.arange(len(names)) % n_folds
    return np.asarray(random.permutation(fold)[own], dtype=np.int64)
