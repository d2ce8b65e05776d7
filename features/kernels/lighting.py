"""Kernels of the criterion ``lighting``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel


@kernel
def mean_neighbour_contrast(plane: NDArray[np.float32]) -> float:
    """Mean over the pixels of the mean absolute difference to those of the four neighbours that lie inside the frame.

    .. math:: \\frac{1}{hw} \\sum_p \\frac{1}{|N(p)|} \\sum_{q \\in N(p)} |I_p - I_q|

    Parameters
    ----------
    plane : ndarray of float32, shape (h, w)

    Returns
    -------
    float
        In the unit of ``plane``; 0 for a single pixel, which has no neighbours.
    """
    height, width = plane.shape
    beside = np.full(width, 2)
    beside[0] -= 1
    beside[width - 1] -= 1
    # inverse[v, x]: one over the number of neighbours in column x with v of them above and below.
    inverse = np.zeros((3, width))
    for v in range(3):
        for x in range(width):
            inverse[v, x] = 1.0 / max(1, v + beside[x])
    # One sum per column, since a single running sum would keep the loops from being vectorised.
    sums = np.zeros(width)
    for y in range(height):
        here = (1 if y > 0 else 0) + (1 if y < height - 1 else 0)
        for x in range(width - 1):
            sums[x] += abs(plane[y, x] - plane[y, x + 1]) * (inverse[here, x] + inverse[here, x + 1])
        if y < height - 1:
            below = 1 + (1 if y + 1 < height - 1 else 0)
            for x in range(width):
                sums[x] += abs(plane[y, x] - plane[y + 1, x]) * (inverse[here, x] + inverse[below, x])
    return float(sums.sum() / (height * width))


@kernel
def local_deviation(levels: NDArray[np.uint8], height: int, width: int, wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Standard deviation over the windows of a given size that lie inside an array of 8-bit levels.

    Parameters
    ----------
    levels : ndarray of uint8, shape (h, w)
    height, width : int
        Size of the window, at most (h, w); its area times 255**2 must stay below 2**31.
    wanted : ndarray of bool, shape (h - height + 1,)
        Rows at which windows start; every column is taken.

    Returns
    -------
    ndarray of float32, shape (number of wanted rows, w - width + 1)
        In units of 255 levels, [0, 0.5]; exactly 0 where all levels are equal.
    """
    across = levels.shape[1]
    places = across - width + 1
    count = height * width
    deviation = np.empty((wanted.sum(), places), dtype=np.float32)
    columns = np.zeros(across, dtype=np.int32)
    squares = np.zeros(across, dtype=np.int32)
    total = np.zeros(places, dtype=np.int32)
    square = np.zeros(places, dtype=np.int32)
    done = 0
    for y in range(levels.shape[0]):
        for x in range(across):
            level = np.int32(levels[y, x])
            columns[x] += level
            squares[x] += level * level
        start = y - height + 1
        if start < 0:
            continue
        if wanted[start]:
            total[:] = 0
            square[:] = 0
            for offset in range(width):
                for x in range(places):
                    total[x] += columns[x + offset]
                    square[x] += squares[x + offset]
            for x in range(places):
                variance = np.float64(square[x]) * count - np.float64(total[x]) * np.float64(total[x])
                deviation[done, x] = np.sqrt(variance) / (255 * count)
            done += 1
        for x in range(across):
            level = np.int32(levels[start, x])
            columns[x] -= level
            squares[x] -= level * level
    return deviation


@kernel
def sum_of_tables(rgb: NDArray[np.uint8], tables: NDArray[np.float32]) -> NDArray[np.float32]:
    """``tables[0, R] + tables[1, G] + tables[2, B]`` at every pixel.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (h, w, 3)
    tables : ndarray of float32, shape (3, 256)

    Returns
    -------
    ndarray of float32, shape (h, w)
    """
    total = np.empty(rgb.shape[:2], dtype=np.float32)
    for y in range(rgb.shape[0]):
        row = rgb[y]
        total[y] = tables[0][row[:, 0]] + tables[1][row[:, 1]] + tables[2][row[:, 2]]
    return total


@kernel
def channel_counts(rgb: NDArray[np.uint8], step: int) -> NDArray[np.int64]:
    """How often each level occurs in each channel, at every ``step``-th pixel of every ``step``-th row.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (h, w, 3)
    step : int

    Returns
    -------
    ndarray of int64, shape (3, 256)
    """
    counts = np.zeros((3, 256), dtype=np.int64)
    for y in range(0, rgb.shape[0], step):
        for channel in range(3):
            counts[channel] += np.bincount(rgb[y, ::step, channel], minlength=256)
    return counts
