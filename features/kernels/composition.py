"""Kernels of the criterion ``composition``: gradient orientation grids, seams, horizon and vanishing point."""

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

    Returns ``grid`` of shape (cells, cells, bins), bins centred on multiples of ``180 / bins`` degrees modulo 180,
    and ``degrees`` of shape (180,), bins centred on whole degrees. Magnitudes below ``floor`` do not count. Cells are
    laid so that a mirrored picture fills mirrored cells: the cell of a pixel is that of its centre.
    """
    height, width = magnitude.shape
    grid = np.zeros((cells, cells, bins))
    degrees = np.zeros(180)
    columns = np.empty(width, dtype=np.int64)
    for x in range(width):
        columns[x] = int((x + 0.5) * cells / width)
    for y in range(height):
        row = int((y + 0.5) * cells / height)
        for x in range(width):
            weight = magnitude[y, x]
            if weight >= floor and weight > 0:
                angle = direction[y, x]
                grid[row, columns[x], int(angle * bins / 180.0 + 0.5) % bins] += weight
                degrees[int(angle + 0.5) % 180] += weight
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
    sums = np.zeros((windows, width))
    for y in range(height):
        window = y * windows // height
        for x in range(3, width - 3):
            step = abs(luma[y, x + 1] - luma[y, x - 1])
            usual = 0.5 * (abs(luma[y, x - 1] - luma[y, x - 3]) + abs(luma[y, x + 3] - luma[y, x + 1]))
            sums[window, x] += step / (step + usual + 0.00392156862745098)
    counts = np.zeros(windows)
    for y in range(height):
        counts[y * windows // height] += 1
    for x in range(3, width - 3):
        mean[x] = sums[:, x].sum() / height
        quartile[x] = np.sort(sums[:, x] / counts)[windows // 4]
    return mean, quartile


@kernel
def comb_strength(profile: DoubleArray, periods: DoubleArray) -> DoubleArray:
    """For each period, how far the profile rises above ``profile``'s usual value at every multiple of the period.

    ``profile`` is taken less its median by the caller. A tooth at position ``k * period`` (between pixels) takes the
    largest of the three nearest columns, and the lower quartile over the teeth is kept, so that all but a few must
    rise. 0 where fewer than two teeth fit.
    """
    size = profile.size
    strength = np.zeros(periods.size)
    teeth = np.empty(size)
    for i in range(periods.size):
        count = 0
        position = periods[i]
        while position < size - 3:
            column = int(position)
            if column >= 4:
                teeth[count] = max(profile[column - 1], profile[column], profile[column + 1])
                count += 1
            position += periods[i]
        if count >= 2:
            strength[i] = np.partition(teeth[:count], count // 4)[count // 4]
    return strength


@kernel
def _split(sums: FloatArray, middle: float, slope: float) -> float:
    """Between-region sum of squares of the split ``y = middle + slope (x - centre)``; -1 if a side is too small."""
    height, width, channels = sums.shape[0] - 1, sums.shape[1], sums.shape[2]
    above = np.zeros(channels)
    area = 0.0
    for x in range(width):
        y = min(max(middle + slope * (x + 0.5 - 0.5 * width), 0.0), float(height))
        row = min(int(y), height - 1)
        part = y - row
        area += y
        for c in range(channels):
            above[c] += (1 - part) * sums[row, x, c] + part * sums[row + 1, x, c]
    total = float(height * width)
    if area < 0.05 * total or area > 0.95 * total:
        return -1.0
    energy = 0.0
    for c in range(channels):
        energy += above[c] * above[c]
    return energy * (1 / area + 1 / (total - area))


@kernel
def best_split(sums: FloatArray, limit: float, usual: float) -> tuple[float, float, float]:
    """Near-horizontal straight line that best splits a picture into two regions of even colour.

    ``sums`` of shape (h + 1, w, c) holds, for every column, the running sums from the top of a picture whose mean is
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


@kernel
def vanishing_point(
    ends: FloatArray, low_x: float, low_y: float, high_x: float, high_y: float, tolerance: float
) -> tuple[float, float, float]:
    """Point inside the given rectangle on which most line length converges.

    ``ends`` of shape (n, 4) holds x1, y1, x2, y2. Candidates are the crossings of every two lines that differ by more
    than five degrees. The score of a point is the length of the segments that aim at it, each counted by ``1 - (sine
    of its deviation / tolerance)**2``, times ``min(1, 2 spread)`` where ``spread = 1 - |sum of l exp(2 i angle)| /
    sum of l`` over those segments (0 for parallel ones), as a share of the length of all segments. Returns the score
    and the point; (0, 0, 0) if there is none.
    """
    count = ends.shape[0]
    length = np.empty(count)
    ux = np.empty(count)
    uy = np.empty(count)
    total = 0.0
    for i in range(count):
        dx, dy = ends[i, 2] - ends[i, 0], ends[i, 3] - ends[i, 1]
        length[i] = math.sqrt(dx * dx + dy * dy)
        ux[i], uy[i] = dx / length[i], dy / length[i]
        total += length[i]
    best, best_x, best_y = 0.0, 0.0, 0.0
    for i in range(count):
        for j in range(i + 1, count):
            cross = ux[i] * uy[j] - uy[i] * ux[j]
            if abs(cross) < 0.0871557:
                continue
            gap_x, gap_y = ends[j, 0] - ends[i, 0], ends[j, 1] - ends[i, 1]
            along = (gap_x * uy[j] - gap_y * ux[j]) / cross
            x, y = ends[i, 0] + along * ux[i], ends[i, 1] + along * uy[i]
            if x < low_x or x > high_x or y < low_y or y > high_y:
                continue
            inlying, cosine, sine = 0.0, 0.0, 0.0
            for k in range(count):
                mx = 0.5 * (ends[k, 0] + ends[k, 2]) - x
                my = 0.5 * (ends[k, 1] + ends[k, 3]) - y
                away = math.sqrt(mx * mx + my * my)
                # A segment that contains the point points everywhere near it: its ends must lie on one side.
                if away < 0.5 * length[k] or away == 0.0:
                    continue
                deviation = abs(mx * uy[k] - my * ux[k]) / (away * tolerance)
                if deviation < 1.0:
                    weight = length[k] * (1 - deviation * deviation)
                    inlying += weight
                    cosine += weight * (ux[k] * ux[k] - uy[k] * uy[k])
                    sine += weight * 2 * ux[k] * uy[k]
            if inlying > 0.0:
                spread = 1 - math.sqrt(cosine * cosine + sine * sine) / inlying
                score = inlying * min(1.0, 2 * spread) / total
                if score > best:
                    best, best_x, best_y = score, x, y
    return best, best_x, best_y
