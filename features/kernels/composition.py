"""Kernels of the criterion ``composition``: gradient orientation grids, seams and horizon."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatArray = NDArray[np.float32]
DoubleArray = NDArray[np.float64]


@kernel
def orientation_grid(
    magnitude: FloatArray, direction: FloatArray, cells: int, bins: int, floor: float
) -> tuple[DoubleArray, DoubleArray]:
    """Sums of gradient magnitude by cell and orientation, and over the frame by degree.

    Returns ``grid`` of shape (cells, cells, bins), bins centred on multiples of ``180 / bins`` degrees modulo 180, which
    must be odd, and ``degrees`` of shape (180,), bins centred on whole degrees. What exceeds ``floor`` of a magnitude
    counts. Cells are laid so that a mirrored picture fills mirrored cells: the cell of a pixel is that of its centre.
    """
    height, width = magnitude.shape
    columns = np.empty(width, dtype=np.uint32)
    for x in range(width):
        columns[x] = int((x + 0.5) * cells / width) * 361
    sums = np.zeros((cells, cells * 361))
    weights, places = np.empty(width), np.empty(width, dtype=np.uint32)
    half = np.float32(0.5)
    for y in range(height):
        strengths, angles = magnitude[y], direction[y]
        row = sums[int((y + 0.5) * cells / height)]
        # Two loops, of which the first can do many pixels at once.
        for x in range(width):
            weights[x] = max(np.float64(strengths[x]) - floor, 0.0)
            places[x] = columns[x] + np.uint32(np.int32(angles[x] + half))
        for x in range(width):
            row[places[x]] += weights[x]
    grid = np.zeros((cells, cells, bins))
    degrees = np.zeros(180)
    for degree in range(361):
        orientation = (degree * bins + 90) // 180 % bins
        for i in range(cells):
            for j in range(cells):
                grid[i, j, orientation] += sums[i, j * 361 + degree]
                degrees[degree % 180] += sums[i, j * 361 + degree]
    return grid, degrees


@kernel
def seam_profile(luma: FloatArray, windows: int) -> tuple[DoubleArray, DoubleArray]:
    """How much each column looks like a vertical seam: mean over all rows, and the weakest of most windows of rows.

    For the pixel in column x the seam ratio is ``step / (step + usual + 1/255)`` with ``step = |I(x+1) - I(x-1)|``
    and ``usual`` the mean of the same difference two pixels to the left and to the right. The second profile is the
    lower quartile (element ``windows // 4`` of the sorted values) of the means in ``windows`` equal windows of rows:
    high only where the seam runs along nearly the whole column. The three outermost columns on either side are 0.
    """
    height, width = luma.shape
    mean = np.zeros(width)
    quartile = np.zeros(width)
    if width < 7 or height < windows:
        return mean, quartile
    sums, counts = np.zeros((windows, width)), np.zeros(windows)
    steps = np.zeros(width, dtype=np.float32)
    half, level = np.float32(0.5), np.float32(1 / 255)
    own, left, right = steps[3 : width - 3], steps[1 : width - 5], steps[5 : width - 1]
    for y in range(height):
        window = y * windows // height
        counts[window] += 1
        before, after, step = luma[y][: width - 2], luma[y][2:], steps[1 : width - 1]
        for x in range(width - 2):
            step[x] = abs(after[x] - before[x])
        total = sums[window][3 : width - 3]
        for x in range(width - 6):
            total[x] += own[x] / (own[x] + half * (left[x] + right[x]) + level)
    sorted_means = np.empty(windows)
    for x in range(3, width - 3):
        total_x = 0.0
        for i in range(windows):
            total_x += sums[i, x]
            value = sums[i, x] / counts[i]
            place = i
            while place > 0 and sorted_means[place - 1] > value:
                sorted_means[place] = sorted_means[place - 1]
                place -= 1
            sorted_means[place] = value
        mean[x] = total_x / height
        quartile[x] = sorted_means[windows // 4]
    return mean, quartile


@kernel
def _rise(peaks: DoubleArray, period: float, least: float, teeth: DoubleArray) -> float:
    """Lower quartile of what ``peaks`` holds at the multiples of a period; ``least`` where it is no more than that."""
    count, low = 0, 0
    position = period
    while position < peaks.size - 3:
        column = int(position)
        if column >= 4:
            teeth[count] = peaks[column]
            low += peaks[column] <= least
            count += 1
        position += period
    if count < 2 or low > count // 4:
        return least
    for i in range(1, count):  # few periods come this far
        tooth, place = teeth[i], i
        while place > 0 and teeth[place - 1] > tooth:
            teeth[place] = teeth[place - 1]
            place -= 1
        teeth[place] = tooth
    return teeth[count // 4]


@kernel
def comb_strength(across: DoubleArray, down: DoubleArray, periods: DoubleArray) -> float:
    """How far two profiles rise above their usual value, at best, at every multiple of one of the periods.

    The profiles are taken less their median by the caller. A tooth at position ``k * period`` (between pixels) takes the
    largest of the three nearest columns, and the lower quartile over the teeth is kept, so that all but a few must
    rise. Positions count from either end of a profile, the better of the two is taken; of the two profiles the worse;
    of the periods the best. 0 where fewer than two teeth fit, or none rises.
    """
    longest = max(across.size, down.size)
    peaks, teeth = np.zeros((4, longest)), np.empty(longest)
    for k in range(2):
        profile = across if k == 0 else down
        for x in range(1, profile.size - 1):
            peak = max(profile[x - 1], profile[x], profile[x + 1])
            peaks[2 * k, x] = peak
            peaks[2 * k + 1, profile.size - 1 - x] = peak
    best = 0.0
    for period in periods:
        first, last = peaks[0, : across.size], peaks[1, : across.size]
        worse = max(_rise(first, period, best, teeth), _rise(last, period, best, teeth))
        if worse > best:  # what is no better than the best so far need not be known
            first, last = peaks[2, : down.size], peaks[3, : down.size]
            worse = min(worse, max(_rise(first, period, best, teeth), _rise(last, period, best, teeth)))
        best = max(best, worse)
    return best


@kernel
def _split(sums: FloatArray, middle: float, slope: float) -> float:
    """Between-region sum of squares of the split ``y = middle + slope (x - centre)``; -1 if a side is too small."""
    height, width = sums.shape[0] - 1, sums.shape[1]
    above_0, above_1, above_2, area = 0.0, 0.0, 0.0, 0.0
    for x in range(width):
        y = min(max(middle + slope * (x + 0.5 - 0.5 * width), 0.0), float(height))
        row = min(int(y), height - 1)
        part = y - row
        area += y
        upper, lower = sums[row, x], sums[row + 1, x]
        above_0 += (1 - part) * np.float64(upper[0]) + part * np.float64(lower[0])
        above_1 += (1 - part) * np.float64(upper[1]) + part * np.float64(lower[1])
        above_2 += (1 - part) * np.float64(upper[2]) + part * np.float64(lower[2])
    total = float(height * width)
    if area < 0.05 * total or area > 0.95 * total:
        return -1.0
    return (above_0 * above_0 + above_1 * above_1 + above_2 * above_2) * (1 / area + 1 / (total - area))


@kernel
def best_split(sums: FloatArray, limit: float, usual: float) -> tuple[float, float, float]:
    """Near-horizontal straight line that best splits a picture into two regions of even colour.

    ``sums`` of shape (h + 1, w, 3) holds, for every column, the running sums from the top of a picture whose mean is
    0. Lines are tried at every pixel of height and every 2 degrees within ``limit``, then around the best one at
    0.125 pixel and 0.25 degree. Returns the between-region sum of squares (0 where no split is possible), the height
    of the line at the middle of the frame (pixels from the top) and its angle in degrees (positive falls to the
    right).
    """
    height = sums.shape[0] - 1
    best, energy, best_middle, best_angle = 0.0, 0.0, 0.5 * height, 0.0
    tries = int(limit / 2.0)
    for i in range(-tries, tries + 1):
        slope = math.tan(math.radians(2.0 * i))
        favour = math.exp(-0.5 * (2.0 * i / usual) ** 2)
        for j in range(1, height):
            value = _split(sums, float(j), slope)
            if value * favour > best:
                best, energy, best_middle, best_angle = value * favour, value, float(j), 2.0 * i
    if best <= 0.0:
        return 0.0, 0.5 * height, 0.0
    middle0, angle0 = best_middle, best_angle
    for i in range(-7, 8):
        angle = angle0 + 0.25 * i
        slope = math.tan(math.radians(angle))
        favour = math.exp(-0.5 * (angle / usual) ** 2)
        for j in range(-7, 8):
            value = _split(sums, middle0 + 0.125 * j, slope)
            if value * favour > best:
                best, energy, best_middle, best_angle = value * favour, value, middle0 + 0.125 * j, angle
    return energy, best_middle, best_angle
