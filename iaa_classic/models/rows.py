"""Rows of training tables: which can be read, what is known of them, where labels say they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def readable(X: Any) -> NDArray[np.bool_]:
    """Which rows of a table hold a value, shape (n,)."""
    known: NDArray[np.bool_] = np.logical_not(np.isnan(np.asarray(X, dtype=np.float64)).all(axis=1))
    return known


def readable_groups(X: Any, groups: ArrayLike | None) -> NDArray[Any] | None:
    """The groups of the rows that hold a value, one number per group."""
    if groups is None:
        return None
    own = np.asarray(groups)
    known = readable(X)
    if own.shape != known.shape:
        raise ValueError(f"groups must hold one group for each of the {len(known)} rows of X, got shape {own.shape}")
    return np.unique(own.astype(str) if own.dtype == object else own, return_inverse=True)[1][known]


def labels(y: NDArray[Any]) -> NDArray[Any]:
    """Answers as a model file can hold them: strings as objects, all else as it is."""
    return y.astype(object) if y.dtype.kind == "U" else y


def positions(X: Any, rows: ArrayLike, width: int, what: str) -> NDArray[np.int64]:
    """Positions of rows, shape (m, width), from positions or from labels of the table's index.

    Whole numbers are positions, unless the index of ``X`` itself holds whole numbers: then they are its labels, as in ``loc``.
    """
    given = np.asarray(rows)
    if given.ndim != 2 or given.shape[1] != width:
        raise ValueError(f"{what} must have the shape (m, {width}), got {given.shape}")
    index = getattr(X, "index", None)
    whole = given.dtype.kind in "iu"
    if index is None or callable(index) or (whole and index.dtype.kind not in "iu"):
        if not whole:
            raise ValueError(
                f"{what} must hold positions of rows (whole numbers), or labels of the index of X, got {given.dtype}"
            )
        if given.size and (given.min() < 0 or given.max() >= len(X)):
            raise ValueError(f"{what} must hold positions from 0 to {len(X) - 1}, got {given.min()} to {given.max()}")
        return given.astype(np.int64)
    if not index.is_unique:
        raise ValueError(f"{what} name rows by labels, and the index of X holds some labels twice; give positions")
    found = index.get_indexer(given.ravel()).reshape(given.shape)
    if (found < 0).any():
        unknown = given[found < 0][:3]
        raise ValueError(f"{what} name rows that the index of X does not hold: {', '.join(map(repr, unknown.tolist()))}")
    return found.astype(np.int64)
