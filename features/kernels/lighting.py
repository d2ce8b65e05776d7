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
    scale = np.float32(1 / (255 * count))
    deviation = np.empty((wanted.sum(), places), dtype=np.float32)
    columns = np.zeros(across, dtype=np.int32)
    squares = np.zeros(across, dtype=np.int32)
    total = np.zeros(places, dtype=np.int32)
    square = np.zeros(places, dtype=np.int32)
    done = 0
    for y in range(levels.shape[0]):
        entering = levels[y]
        for x in range(across):
            columns[x] += np.int32(entering[x])
        for x in range(across):
            squares[x] += np.int32(entering[x]) * np.int32(entering[x])
        start = y - height + 1
        if start < 0:
            continue
        if wanted[start]:
            _sum_windows(columns, width, total)
            _sum_windows(squares, width, square)
            row = deviation[done]
            for x in range(places):
                variance = np.float64(square[x]) * count - np.float64(total[x]) * np.float64(total[x])
                row[x] = np.sqrt(np.float32(variance)) * scale
            done += 1
        leaving = levels[start]
        for x in range(across):
            columns[x] -= np.int32(leaving[x])
        for x in range(across):
            squares[x] -= np.int32(leaving[x]) * np.int32(leaving[x])
    return deviation


@kernel
def _sum_windows(values: NDArray[np.int32], width: int, sums: NDArray[np.int32]) -> None:
    """Sums of ``width`` neighbouring values from each on."""
    sums[:] = 0
    for offset in range(width):
        ahead = values[offset:]
        for x in range(sums.size):
            sums[x] += ahead[x]


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
    red, green, blue = tables[0], tables[1], tables[2]
    for y in range(rgb.shape[0]):
        row, sums = rgb[y], total[y]
        for x in range(sums.size):
            sums[x] = red[row[x, 0]] + green[row[x, 1]] + blue[row[x, 2]]
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
    red, green, blue = counts[0], counts[1], counts[2]
    for y in range(0, rgb.shape[0], step):
        row = rgb[y]
        for x in range(0, row.shape[0], step):
            red[row[x, 0]] += 1
            green[row[x, 1]] += 1
            blue[row[x, 2]] += 1
    return counts


@kernel
def mean_and_deviation(plane: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and standard deviation of a plane (h, w); the latter is exactly 0 where all values are equal."""
    sums, squares = np.zeros(plane.shape[1]), np.zeros(plane.shape[1])
    first = np.float64(plane[0, 0])
    for y in range(plane.shape[0]):
        row = plane[y]
        for x in range(row.size):
            sums[x] += row[x] - first
        for x in range(row.size):
            squares[x] += (row[x] - first) * (row[x] - first)
    mean = sums.sum() / plane.size
    return float(first + mean), float(np.sqrt(max(0.0, squares.sum() / plane.size - mean * mean)))


@kernel
def masked_means(plane: NDArray[np.float32], mask: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean of a plane (h, w) over the pixels inside a mask (h, w), and over those outside it; 0 where there are none."""
    inside, outside = np.zeros(mask.shape[1]), np.zeros(mask.shape[1])
    zero = np.float32(0)
    for y in range(mask.shape[0]):
        row, chosen = plane[y], mask[y]
        for x in range(row.size):
            inside[x] += row[x] if chosen[x] else zero
        for x in range(row.size):
            outside[x] += zero if chosen[x] else row[x]
    count = mask.sum()
    return inside.sum() / max(1, count), outside.sum() / max(1, mask.size - count)


@kernel
def mean_between(plane: NDArray[np.float32], levels: NDArray[np.uint8], lowest: int, highest: int) -> tuple[float, int]:
    """Mean of a plane (h, w) where 8-bit ``levels`` (h, w) lie from ``lowest`` to ``highest``, 0 if nowhere; how many do."""
    sums, counts = np.zeros(levels.shape[1]), np.zeros(levels.shape[1], np.int32)
    low, high, zero = np.uint8(lowest), np.uint8(highest), np.float32(0)
    for y in range(levels.shape[0]):
        row, places = plane[y], levels[y]
        for x in range(row.size):
            sums[x] += row[x] if (places[x] >= low) & (places[x] <= high) else zero
        for x in range(row.size):
            counts[x] += 1 if (places[x] >= low) & (places[x] <= high) else 0
    count = counts.sum()
    return sums.sum() / max(1, count), count


@kernel
def veil_of(
    dark: NDArray[np.uint8], red: NDArray[np.uint8], green: NDArray[np.uint8], blue: NDArray[np.uint8], least: int
) -> NDArray[np.float32]:
    """``dark`` over the sum of R, G and B, which counts as at least ``least``, at every pixel; all of shape (h, w)."""
    veil = np.empty(dark.shape, dtype=np.float32)
    floor = np.float32(least)
    for y in range(dark.shape[0]):
        row, d, r, g, b = veil[y], dark[y], red[y], green[y], blue[y]
        for x in range(row.size):
            total = np.float32(r[x]) + np.float32(g[x]) + np.float32(b[x])
            # Unlike the operator, np.divide checks for no zero, and so is computed for many pixels at a time.
            row[x] = np.divide(np.float32(d[x]), max(total, floor))
    return veil


@kernel
def level_counts(planes: tuple[NDArray[np.uint8], ...]) -> NDArray[np.int64]:
    """How often each of the 256 levels occurs in each of five planes (h, w), shape (5, 256)."""
    # Neighbours mostly share a level, and each would wait for the one before; so they take turns between two tables.
    counts = np.zeros((2, 5, 256), dtype=np.int64)
    first, second, third, fourth, fifth = planes
    for y in range(first.shape[0]):
        a, b, c, d, e = first[y], second[y], third[y], fourth[y], fifth[y]
        for x in range(a.size):
            turn = counts[x & 1]
            turn[0, a[x]] += 1
            turn[1, b[x]] += 1
            turn[2, c[x]] += 1
            turn[3, d[x]] += 1
            turn[4, e[x]] += 1
    return counts[0] + counts[1]


@kernel
def largest_region(levels: NDArray[np.uint8], lowest: int, highest: int) -> int:
    """Pixels in the largest 8-connected region of levels (h, w) from ``lowest`` to ``highest``; 0 if there are none."""
    height, width = levels.shape
    # Runs of such pixels along the rows, and the tree of runs that touch.
    start, stop = np.empty(height * (width // 2 + 1), np.int32), np.empty(height * (width // 2 + 1), np.int32)
    parent = np.empty(start.size, np.int32)
    above = first = count = 0
    for y in range(height):
        above, first = first, count
        count = _find_runs(levels[y], lowest, highest, start, stop, count)
        upper = above
        for run in range(first, count):
            parent[run] = run
            while upper < first and stop[upper] < start[run]:
                upper += 1
            touching = upper
            while touching < first and start[touching] <= stop[run]:
                one, other = _root(parent, run), _root(parent, touching)
                parent[max(one, other)] = min(one, other)
                touching += 1
    area = np.zeros(count, np.int64)
    for run in range(count):
        area[_root(parent, run)] += stop[run] - start[run]
    return area.max() if count > 0 else 0


@kernel
def _find_runs(
    row: NDArray[np.uint8], lowest: int, highest: int, start: NDArray[np.int32], stop: NDArray[np.int32], count: int
) -> int:
    """Append where runs of levels from ``lowest`` to ``highest`` start, and where they have stopped."""
    inside = False
    for x in range(row.size):
        now = (row[x] >= lowest) & (row[x] <= highest)
        if now != inside:
            if now:
                start[count] = x
            else:
                stop[count] = x
                count += 1
            inside = now
    if inside:
        stop[count] = row.size
        count += 1
    return count


@kernel
def _root(parent: NDArray[np.int32], run: int) -> int:
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run
