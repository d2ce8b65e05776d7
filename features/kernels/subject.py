"""Kernels of the criterion subject: segments of even colour, means of two regions, and the halves of a wavelet transform."""

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


@kernel
def means_within(plane: NDArray[np.float32], first: NDArray[np.uint8], second: NDArray[np.uint8]) -> tuple[float, float]:
    """Means of a plane (h, w) where each of two masks (h, w) is not 0; 0 where a mask is empty."""
    height, width = plane.shape
    sums = np.zeros((2, width))
    counts = np.zeros((2, width), dtype=np.int32)
    zero = np.float32(0)
    for row in range(height):
        line = plane[row]
        # Sums by column, of which the processor can do many at once.
        for k in range(2):
            mask, column_sums, column_counts = (first if k == 0 else second)[row], sums[k], counts[k]
            for column in range(width):
                column_sums[column] += line[column] if mask[column] > 0 else zero
                column_counts[column] += mask[column] > 0
    in_first, in_second = counts[0].sum(), counts[1].sum()
    sum_first, sum_second = 0.0, 0.0
    for column in range(width):
        sum_first += sums[0, column]
        sum_second += sums[1, column]
    return sum_first / max(in_first, 1), sum_second / max(in_second, 1)


@kernel
def _mirrored(place: int, size: int) -> int:
    """Place that a place beyond either end stands for, the last pixel repeated."""
    place %= 2 * size
    return place if place < size else 2 * size - 1 - place


@kernel
def halved(plane: NDArray[np.float32], down: NDArray[np.float32], across: NDArray[np.float32]) -> NDArray[np.float32]:
    """One band of a wavelet transform with filters of four taps and symmetric borders, shape ((h + 3) // 2, (w + 3) // 2).

    ``out[m, n] = sum_ij down[i] across[j] plane[2 m + 1 - i, 2 n + 1 - j]``
    """
    height, width = plane.shape
    out = np.empty(((height + 3) // 2, (width + 3) // 2), dtype=np.float32)
    line = np.empty(width + 6, dtype=np.float32)
    inner = line[3 : 3 + width]
    a, b, c, d = across[0], across[1], across[2], across[3]
    for m in range(out.shape[0]):
        zeroth, first = plane[_mirrored(2 * m + 1, height)], plane[_mirrored(2 * m, height)]
        second, third = plane[_mirrored(2 * m - 1, height)], plane[_mirrored(2 * m - 2, height)]
        for x in range(width):
            inner[x] = down[0] * zeroth[x] + down[1] * first[x] + down[2] * second[x] + down[3] * third[x]
        for k in range(3):
            line[2 - k] = inner[_mirrored(-1 - k, width)]
            line[3 + width + k] = inner[_mirrored(width + k, width)]
        half = out[m]
        for n in range(half.size):
            half[n] = a * line[2 * n + 4] + b * line[2 * n + 3] + c * line[2 * n + 2] + d * line[2 * n + 1]
    return out
