"""Distances between pictures and the collection, a block of rows at a time, and checks of numbers of neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Floats

_BLOCK = 2**22
"""Distances that are held at a time."""


def l1_distances(
    queries: NDArray[np.float32],
    references: NDArray[np.float32],
    own: NDArray[np.int64] | None = None,
    theirs: NDArray[np.int64] | None = None,
) -> Iterator[tuple[slice, Floats]]:
    """L1 distances (rows, n_references), block by block of queries; infinite where the query's group is the reference's.

    Vectors that are mostly 0, as histograms are, are compared by what they hold.
    """
    from scipy.sparse import csr_array
    from sklearn.metrics.pairwise import manhattan_distances

    mostly_empty = np.count_nonzero(references) < references.size / 3
    form = csr_array if mostly_empty else np.asarray
    compared = form(references.astype(np.float64))
    step = max(1, _BLOCK // len(references))
    for start in range(0, len(queries), step):
        rows = slice(start, min(start + step, len(queries)))
        apart = np.asarray(manhattan_distances(form(queries[rows].astype(np.float64)), compared))
        if own is not None and theirs is not None:
            apart[own[rows, None] == theirs] = np.inf
        yield rows, apart


def least_left(own: NDArray[np.int64], theirs: NDArray[np.int64]) -> int:
    """Fewest references that are left to a row when those of its group are left out."""
    return len(theirs) - int(np.bincount(theirs, minlength=int(own.max()) + 1)[own].max())


def require_count(name: str, value: Any) -> None:
    """Refuse a number of neighbours that is not a positive whole number."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")


def enough_neighbours(wanted: int, available: int, what: str, parameter: str) -> None:
    """Refuse a collection that has fewer pictures than neighbours are wanted."""
    if available < wanted:
        raise ValueError(
            f"the collection has {available} {what} and {wanted} neighbours are wanted; "
            f"give more pictures, or a smaller number as {parameter}"
        )
