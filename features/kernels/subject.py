"""Kernels of the criterion subject: segments of even colour, and the smallest box that holds a share of the mass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel


@kernel
def _root(parents: NDArray[np.int32], node: int) -> int:
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node


@kernel
def segment_roots(pixels: NDArray[np.float32], tolerance: float) -> NDArray[np.int32]:
    """Join neighbours whose colours differ by at most ``tolerance``, and name each segment by one of its pixels.

    Parameters
    ----------
    pixels : ndarray of float32, shape (h, w, 3)
    tolerance : float
        Largest Euclidean distance between 4-neighbours of one segment.

    Returns
    -------
    ndarray of int32, shape (h * w,)
        For every pixel in raster order, the index of its segment's root pixel. A root is its own root.
    """
    height, width, _ = pixels.shape
    parents = np.arange(height * width).astype(np.int32)
    limit = tolerance * tolerance
    for row in range(height):
        for column in range(width):
            here = row * width + column
            x, y, z = pixels[row, column, 0], pixels[row, column, 1], pixels[row, column, 2]
            for back in range(2):
                other_row = row - 1 if back == 0 else row
                other_column = column if back == 0 else column - 1
                if other_row < 0 or other_column < 0:
                    continue
                dx = x - pixels[other_row, other_column, 0]
                dy = y - pixels[other_row, other_column, 1]
                dz = z - pixels[other_row, other_column, 2]
                if dx * dx + dy * dy + dz * dz <= limit:
                    first = _root(parents, here)
                    second = _root(parents, other_row * width + other_column)
                    if first < second:
                        parents[second] = first
                    else:
                        parents[first] = second
    for here in range(height * width):
        parents[here] = _root(parents, here)
    return parents
