"""Compiled loops of the criterion ``pattern``. Each has a plain twin in the tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

UInt8Plane = NDArray[np.uint8]
FloatRow = NDArray[np.float64]


@kernel
def grey_level_pairs(levels: UInt8Plane, count: int) -> NDArray[np.float64]:
    """Symmetric co-occurrence counts of grey levels at distance 1, for right, down, down-right and down-left.

    ``levels`` holds values below ``count``; the result has shape (4, count, count).
    """
    height, width = levels.shape
    pairs = np.zeros((4, count, count), np.int64)
    right, down, falling, rising = pairs[0], pairs[1], pairs[2], pairs[3]
    for y in range(height - 1):
        row, below = levels[y], levels[y + 1]
        for x in range(width - 1):
            here, under = row[x], below[x]
            right[here, row[x + 1]] += 1
            down[here, under] += 1
            falling[here, below[x + 1]] += 1
            rising[row[x + 1], under] += 1
        down[row[width - 1], below[width - 1]] += 1
    last = levels[height - 1]
    for x in range(width - 1):
        right[last[x], last[x + 1]] += 1
    symmetric = np.zeros((4, count, count), np.float64)
    for d in range(4):
        for i in range(count):
            for j in range(count):
                symmetric[d, i, j] = pairs[d, i, j] + pairs[d, j, i]
    return symmetric


@kernel
def uniform_pattern_counts(grey: UInt8Plane) -> NDArray[np.int64]:
    """Histogram of the rotation-invariant uniform local binary patterns (8 neighbours, radius 1) of the inner pixels.

    Bin k = 0..8: uniform patterns (at most two changes around the circle) with k neighbours not darker than the
    pixel; bin 9: all others. Diagonal neighbours are interpolated at distance 1.
    """
    height, width = grey.shape
    table = _pattern_table()
    counts = np.zeros(10, np.int64)
    codes = np.empty(max(0, width - 2), np.int64)
    for y in range(1, height - 1):
        _pattern_codes(grey[y - 1], grey[y], grey[y + 1], codes)
        for code in codes:
            counts[table[code]] += 1
    return counts


@kernel
def _pattern_codes(a: UInt8Plane, b: UInt8Plane, c: UInt8Plane, codes: NDArray[np.int64]) -> None:
    """Which neighbours, one bit each around the circle, are not darker than the pixels of the middle one of three rows.

    A diagonal neighbour at distance 1 lies at 0.70711 of the way to the next pixel, in whole numbers here.
    """
    far, near, all_three = np.int32(70711), np.int32(29289), np.int32(129289)
    for x in range(codes.size):
        here = np.int32(b[x + 1])
        north, south, west, east = np.int32(a[x + 1]), np.int32(c[x + 1]), np.int32(b[x]), np.int32(b[x + 2])
        level = all_three * here
        northeast = far * np.int32(a[x + 2]) + near * (north + east) >= level
        northwest = far * np.int32(a[x]) + near * (north + west) >= level
        southwest = far * np.int32(c[x]) + near * (south + west) >= level
        southeast = far * np.int32(c[x + 2]) + near * (south + east) >= level
        code = (east >= here) + 2 * northeast + 4 * (north >= here) + 8 * northwest
        codes[x] = code + 16 * (west >= here) + 32 * southwest + 64 * (south >= here) + 128 * southeast


@kernel
def _pattern_table() -> NDArray[np.int64]:
    """Bin of each of the 256 ways in which the eight neighbours can be darker or not."""
    table = np.empty(256, np.int64)
    for code in range(256):
        lighter = changes = 0
        for k in range(8):
            bit, before = code >> k & 1, code >> ((k + 7) % 8) & 1
            lighter += bit
            changes += 1 if bit != before else 0
        table[code] = lighter if changes <= 2 else 9
    return table


@kernel
def strongest_gradient(channels: UInt8Plane) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Horizontal and vertical gradient of several channels, keeping per axis the channel that changes most.

    Central differences, one-sided at the border, as ``numpy.gradient``; ``channels`` has shape (channels, h, w). Of
    two opposite changes of one size the positive one is kept.
    """
    count, height, width = channels.shape
    across = np.zeros((height, width), np.float32)
    down = np.zeros((height, width), np.float32)
    for y in range(height):
        above, below = max(y - 1, 0), min(y + 1, height - 1)
        half = np.float32(0.5) if below - above == 2 else np.float32(1)
        to_x, to_y = across[y], down[y]
        for c in range(count):
            row, upper, lower = channels[c, y], channels[c, above], channels[c, below]
            for x in range(width):
                to_y[x] = _stronger(np.float32(lower[x]) - np.float32(upper[x]), to_y[x])
            for x in range(1, width - 1):
                to_x[x] = _stronger(np.float32(row[x + 1]) - np.float32(row[x - 1]), to_x[x])
            if width > 1:
                to_x[0] = _stronger(np.float32(row[1]) - np.float32(row[0]), to_x[0])
                to_x[width - 1] = _stronger(np.float32(row[width - 1]) - np.float32(row[width - 2]), to_x[width - 1])
        for x in range(width):
            to_y[x] *= half
        for x in range(1, width - 1):
            to_x[x] *= np.float32(0.5)
    return across, down


@kernel
def _stronger(a: np.float32, b: np.float32) -> np.float32:
    return a if abs(a) > abs(b) or (a > 0 and a == -b) else b


@kernel
def orientation_cells(
    across: NDArray[np.float32], down: NDArray[np.float32], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Histograms of gradient directions in 16 bins over 360 degrees, weighted by strength, for a grid of cells.

    Bin b is centred on b * 22.5 degrees. ``rows`` and ``columns`` are the borders of the cells, first 0, last the
    size. Returns shape (cells down, cells across, 16).
    """
    cells = np.zeros((rows.size - 1, columns.size - 1, 16), np.float64)
    steps = np.empty(across.shape[1], np.int32)
    size = np.empty(across.shape[1], np.float32)
    for i in range(rows.size - 1):
        for y in range(rows[i], rows[i + 1]):
            _direction_steps(across[y], down[y], steps)
            for x in range(size.size):
                size[x] = np.sqrt(across[y, x] * across[y, x] + down[y, x] * down[y, x])
            for j in range(columns.size - 1):
                cell = cells[i, j]
                for x in range(columns[j], columns[j + 1]):
                    cell[steps[x]] += size[x]
    return cells


@kernel
def _direction_steps(across: NDArray[np.float32], down: NDArray[np.float32], steps: NDArray[np.int32]) -> None:
    """Directions in steps of 22.5 degrees, 0..15."""
    one, two, three, four = np.float32(0.19891237), np.float32(0.66817864), np.float32(1.49660576), np.float32(5.0273395)
    for x in range(steps.size):
        dx, dy = across[x], down[x]
        wide, tall = abs(dx), abs(dy)
        step = int(tall > one * wide) + int(tall > two * wide) + int(tall > three * wide) + int(tall > four * wide)
        step = 8 - step if dx < 0 else step
        steps[x] = (16 - step) & 15 if dy < 0 else step


@kernel
def wavelet_step(
    plane: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One level of a separable wavelet transform with filters of four taps and half-sample symmetric borders.

    Returns the approximation, shape ((h + 3) // 2, (w + 3) // 2), and the three detail bands stacked in front of it.
    """
    height, width = plane.shape
    tall, wide = (height + 3) // 2, (width + 3) // 2
    approximation = np.empty((tall, wide), np.float32)
    detail = np.empty((3, tall, wide), np.float32)
    padded = np.empty((2, width + 6), np.float32)
    source = np.empty(4, np.int64)
    for k in range(tall):
        for t in range(4):
            source[t] = _reflected(2 * k + 1 - t, height)
        a, b, c, d = plane[source[0]], plane[source[1]], plane[source[2]], plane[source[3]]
        for x in range(width):
            padded[0, x + 3] = low[0] * a[x] + low[1] * b[x] + low[2] * c[x] + low[3] * d[x]
            padded[1, x + 3] = high[0] * a[x] + high[1] * b[x] + high[2] * c[x] + high[3] * d[x]
        for t in range(3):
            for band in range(2):
                padded[band, t] = padded[band, 3 + _reflected(t - 3, width)]
                padded[band, width + 3 + t] = padded[band, 3 + _reflected(width + t, width)]
        smooth, rough = padded[0], padded[1]
        for x in range(wide):
            p, q, r, s = smooth[2 * x + 4], smooth[2 * x + 3], smooth[2 * x + 2], smooth[2 * x + 1]
            approximation[k, x] = low[0] * p + low[1] * q + low[2] * r + low[3] * s
            detail[0, k, x] = high[0] * p + high[1] * q + high[2] * r + high[3] * s
            p, q, r, s = rough[2 * x + 4], rough[2 * x + 3], rough[2 * x + 2], rough[2 * x + 1]
            detail[1, k, x] = low[0] * p + low[1] * q + low[2] * r + low[3] * s
            detail[2, k, x] = high[0] * p + high[1] * q + high[2] * r + high[3] * s
    return approximation, detail


@kernel
def _reflected(index: int, size: int) -> int:
    """``index`` folded into 0..size-1 by half-sample symmetry (... 1 0 | 0 1 2 ... n-1 | n-1 ...)."""
    index %= 2 * size
    return index if index < size else 2 * size - 1 - index


@kernel
def coarseness_sum(integral: NDArray[np.float64], margin: int, levels: int, step: int) -> tuple[float, int]:
    """Sum over every ``step``-th pixel of Tamura's best window size 2**k, k = 1..levels, and the number of pixels.

    ``integral`` is the integral image of the picture padded by ``margin`` >= 2**levels on all sides. The best size
    has the largest difference of two neighbouring windows, across or down; among equal ones the larger, so a flat
    picture is coarse.
    """
    height, width = integral.shape[0] - 1 - 2 * margin, integral.shape[1] - 1 - 2 * margin
    across, down = np.empty(width), np.empty(width)
    best, size = np.empty(width), np.empty(width)
    total, count = 0.0, 0
    for y in range(margin, margin + height, step):
        best[:] = -1.0
        for k in range(1, levels + 1):
            side = 1 << k
            half = side >> 1
            upper, lower = integral[y - half], integral[y - half + side]
            _window_steps(upper[margin - side :], lower[margin - side :], side, across)
            above, here, below = integral[y - side], integral[y], integral[y + side]
            _window_steps_down(above[margin - half :], here[margin - half :], below[margin - half :], side, down)
            _keep_largest(across, down, float(side), best, size)
        for x in range(0, width, step):
            total += size[x]
            count += 1
    return total, count


@kernel
def _window_steps(upper: FloatRow, lower: FloatRow, side: int, steps: FloatRow) -> None:
    """Absolute differences between the sums of windows and of those to their left, from integral rows above and below."""
    upper_middle, lower_middle = upper[side:], lower[side:]
    upper_end, lower_end = upper[2 * side :], lower[2 * side :]
    for x in range(steps.size):
        right = (lower_end[x] - lower_middle[x]) - (upper_end[x] - upper_middle[x])
        left = (lower_middle[x] - lower[x]) - (upper_middle[x] - upper[x])
        steps[x] = abs(right - left)


@kernel
def _window_steps_down(above: FloatRow, here: FloatRow, below: FloatRow, side: int, steps: FloatRow) -> None:
    """Absolute differences between the sums of windows and of those above them."""
    above_end, here_end, below_end = above[side:], here[side:], below[side:]
    for x in range(steps.size):
        lower = (below_end[x] - below[x]) - (here_end[x] - here[x])
        upper = (here_end[x] - here[x]) - (above_end[x] - above[x])
        steps[x] = abs(lower - upper)


@kernel
def _keep_largest(across: FloatRow, down: FloatRow, side: float, best: FloatRow, size: FloatRow) -> None:
    area = 1.0 / (side * side)
    for x in range(size.size):
        difference = max(across[x], down[x]) * area
        size[x] = side if difference >= best[x] - 1e-9 else size[x]
        best[x] = max(difference, best[x])


@kernel
def tile_entropies(levels: UInt8Plane, side: int, step: int, terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shannon entropies, in bits, of the levels (below 16) in square tiles of ``side`` pixels every ``step`` pixels.

    ``terms[n]`` is n log2 n. A picture smaller than a tile is one tile.
    """
    height, width = levels.shape
    tall, wide = min(side, height), min(side, width)
    down, across = (height - tall) // step + 1, (width - wide) // step + 1
    entropies = np.empty(down * across, np.float64)
    area = tall * wide
    for i in range(down):
        for j in range(across):
            counts = np.zeros(16, np.int64)
            for y in range(i * step, i * step + tall):
                for x in range(j * step, j * step + wide):
                    counts[levels[y, x]] += 1
            total = 0.0
            for n in counts:
                total += terms[n]
            entropies[i * across + j] = (terms[area] - total) / area
    return entropies


@kernel
def count_grey_boxes(square: UInt8Plane, side: int, height: float) -> int:
    """Boxes of ``side`` x ``side`` pixels x ``height`` grey levels that the surface of a square picture passes through.

    Columns of boxes share one pixel column with their neighbour; rows do not (Mather's differential box count).
    """
    n = square.shape[0]
    total = 0
    lowest = np.empty(n, np.uint8)
    highest = np.empty(n, np.uint8)
    for top in range(0, n - side - 1, side):
        for x in range(n):
            lowest[x] = square[top, x]
            highest[x] = square[top, x]
        for y in range(top + 1, top + side):
            row = square[y]
            for x in range(n):
                lowest[x] = min(lowest[x], row[x])
                highest[x] = max(highest[x], row[x])
        low, high = _lowest_ahead(lowest, side), _highest_ahead(highest, side)
        for left in range(0, n - side, side - 1):
            span = np.int64(high[left]) - np.int64(low[left])
            total += max(1, int(np.ceil(span / height)))
    return total


@kernel
def _lowest_ahead(values: UInt8Plane, side: int) -> UInt8Plane:
    """The lowest of the ``side`` values from each on, by windows that double; the last ``side`` - 1 are not meant."""
    spare = np.empty_like(values)
    span = 1
    while span < side:
        step = min(span, side - span)
        ahead = values[step:]
        for x in range(ahead.size):
            spare[x] = min(values[x], ahead[x])
        values, spare = spare, values
        span += step
    return values


@kernel
def _highest_ahead(values: UInt8Plane, side: int) -> UInt8Plane:
    """The highest of the ``side`` values from each on; the last ``side`` - 1 are not meant."""
    spare = np.empty_like(values)
    span = 1
    while span < side:
        step = min(span, side - span)
        ahead = values[step:]
        for x in range(ahead.size):
            spare[x] = max(values[x], ahead[x])
        values, spare = spare, values
        span += step
    return values


@kernel
def colour_cube_counts(rgb: UInt8Plane) -> NDArray[np.int64]:
    """How many pixels of a picture (h, w, 3) fall into each of 8 x 8 x 8 cubes of RGB; red changes slowest."""
    counts = np.zeros(512, np.int64)
    for row in rgb:
        for x in range(row.shape[0]):
            cube = (np.int64(row[x, 0]) >> 5) << 6 | (np.int64(row[x, 1]) >> 5) << 3 | np.int64(row[x, 2]) >> 5
            counts[cube] += 1
    return counts


@kernel
def border_cells(cells: UInt8Plane) -> UInt8Plane:
    """Cells of 2 x 2 that are neither empty nor full, of an even square of 0 and 1."""
    half = cells.shape[0] // 2
    out = np.empty((half, half), np.uint8)
    for y in range(half):
        upper, lower, row = cells[2 * y], cells[2 * y + 1], out[y]
        for x in range(half):
            filled = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1]
            row[x] = 1 if (filled > 0) & (filled < 4) else 0
    return out
