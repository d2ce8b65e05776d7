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
    and ``degrees`` of shape (180,), bins centred on whole degrees. What exceeds ``floor`` of a magnitude counts. Cells are
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
            weight = magnitude[y, x] - floor
            if weight > 0:
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
def _between(plane: FloatArray, x: float, y: float) -> float:
    """Value at column ``x`` and row ``y`` between pixels; both lie inside the plane, which is at least 2x2."""
    column, row = min(int(x), plane.shape[1] - 2), min(int(y), plane.shape[0] - 2)
    right, down = x - column, y - row
    above = (1 - right) * plane[row, column] + right * plane[row, column + 1]
    below = (1 - right) * plane[row + 1, column] + right * plane[row + 1, column + 1]
    return (1 - down) * above + down * below


@kernel
def edge_elements(
    across: FloatArray, down: FloatArray, faint: float, clear: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """What length of edge each pixel stands for, where that edge lies, and in which direction it rises.

    Along its gradient's direction ``n``, 3 pixels to either side at steps of one, each pixel reads the profile ``p_k =
    max(0, g(k n) . n)``. Its weight is ``p_0**2 / sum p_k**2``, so that the weights across an edge sum to about 1
    however wide it is, times ``(sqrt(sum p_k**2) - faint) / (clear - faint)`` within [0, 1]. Returns for all pixels
    of some weight x, y (in pixels from the top left corner, moved to the mean place of the profile), a direction as a
    unit vector, and the weight. The direction is the mean of the gradients in the profile and, so that the stairs of a
    nearly level edge do not count, 2 and 4 pixels along the edge to either side.
    """
    height, width = across.shape
    found = np.empty((5, height * width), dtype=np.float32)
    count = 0
    for row in range(height):
        for column in range(width):
            gx, gy = across[row, column], down[row, column]
            own = gx * gx + gy * gy
            # Such a pixel is the foot of a clear edge, a fiftieth of it at most, or part of a faint one.
            if 4 * own <= faint * faint:
                continue
            size = math.sqrt(own)
            nx, ny = gx / size, gy / size
            energy, offset, sum_x, sum_y = own, 0.0, gx * size, gy * size
            for k in (-3, -2, -1, 1, 2, 3):
                x, y = column + k * nx, row + k * ny
                if x < 0 or y < 0 or x > width - 1 or y > height - 1:
                    continue
                there_x, there_y = _between(across, x, y), _between(down, x, y)
                part = there_x * nx + there_y * ny
                if part > 0:
                    energy += part * part
                    offset += k * part * part
                    sum_x += part * there_x
                    sum_y += part * there_y
            contrast = math.sqrt(energy)
            if contrast <= faint:
                continue
            offset /= energy
            for k in (-4, -2, 2, 4):
                x, y = column - k * ny, row + k * nx
                if x < 0 or y < 0 or x > width - 1 or y > height - 1:
                    continue
                there_x, there_y = _between(across, x, y), _between(down, x, y)
                part = there_x * nx + there_y * ny
                if part > 0:
                    sum_x += part * there_x
                    sum_y += part * there_y
            length = math.sqrt(sum_x * sum_x + sum_y * sum_y)
            found[0, count] = column + 0.5 + offset * nx
            found[1, count] = row + 0.5 + offset * ny
            found[2, count] = sum_x / length
            found[3, count] = sum_y / length
            found[4, count] = min(1.0, (contrast - faint) / (clear - faint)) * own / energy
            count += 1
    return (
        found[0, :count].copy(),
        found[1, :count].copy(),
        found[2, :count].copy(),
        found[3, :count].copy(),
        found[4, :count].copy(),
    )


@kernel
def sum_over_lines(direction: FloatArray, distance: FloatArray, weight: FloatArray, directions: int, reach: int) -> FloatArray:
    """Weights by line, shape (directions, 2 reach + 2): the weighted Hough transform of elements with a direction.

    ``direction`` counts bins, around the circle; ``distance`` is in (-reach, reach) pixels. Each weight is shared
    among the four nearest bins.
    """
    sums = np.zeros((directions, 2 * reach + 2), dtype=np.float32)
    for i in range(direction.size):
        turn, away = int(direction[i]), int(distance[i] + reach)
        turned, moved = direction[i] - turn, distance[i] + reach - away
        first, second = turn % directions, (turn + 1) % directions
        sums[first, away] += weight[i] * (1 - turned) * (1 - moved)
        sums[first, away + 1] += weight[i] * (1 - turned) * moved
        sums[second, away] += weight[i] * turned * (1 - moved)
        sums[second, away + 1] += weight[i] * turned * moved
    return sums


@kernel
def read_lines(sums: FloatArray, direction: FloatArray, distance: FloatArray, reach: int) -> FloatArray:
    """What the sums of ``sum_over_lines`` hold at each element's own line, between bins, shape of ``direction``."""
    directions = sums.shape[0]
    held = np.empty(direction.size, dtype=np.float32)
    for i in range(direction.size):
        turn, away = int(direction[i]), int(distance[i] + reach)
        turned, moved = direction[i] - turn, distance[i] + reach - away
        first, second = turn % directions, (turn + 1) % directions
        one = (1 - moved) * sums[first, away] + moved * sums[first, away + 1]
        other = (1 - moved) * sums[second, away] + moved * sums[second, away + 1]
        held[i] = (1 - turned) * one + turned * other
    return held


@kernel
def convergence(points: FloatArray, edges: FloatArray, tolerance: float) -> DoubleArray:
    """How much of the edges' length aims at each point, and from how many directions.

    ``points`` is (n, 2); ``edges`` (m, 5) holds x, y, direction (ux, uy) and length. An edge counts by ``1 - (sine of
    its deviation / tolerance)**2``, not at all within 0.03 of the point. The sum, as a share of all lengths, is
    multiplied by ``(v - 0.4) / 0.4`` within [0, 1], where ``v = 1 - 0.4 R_1**2 - 0.6 R_2**2`` and ``R_k = |sum of
    l exp(2 i k angle)| / sum of l`` over the edges that count.
    """
    scores = np.zeros(points.shape[0])
    total = 0.0
    for j in range(edges.shape[0]):
        total += edges[j, 4]
    for i in range(points.shape[0]):
        inlying, cosine, sine, cosine_4, sine_4 = 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(edges.shape[0]):
            x, y = edges[j, 0] - points[i, 0], edges[j, 1] - points[i, 1]
            ux, uy = edges[j, 2], edges[j, 3]
            away = x * x + y * y
            aside = x * uy - y * ux
            deviation = aside * aside / (tolerance * tolerance)
            if deviation >= away or away < 0.0009:
                continue
            weight = edges[j, 4] * (1 - deviation / away)
            c, s = ux * ux - uy * uy, 2 * ux * uy
            inlying += weight
            cosine += weight * c
            sine += weight * s
            cosine_4 += weight * (c * c - s * s)
            sine_4 += weight * 2 * c * s
        if inlying > 0:
            alike = 0.4 * (cosine * cosine + sine * sine) + 0.6 * (cosine_4 * cosine_4 + sine_4 * sine_4)
            variety = 1 - alike / (inlying * inlying)
            scores[i] = inlying / total * min(1.0, max(0.0, (variety - 0.4) / 0.4))
    return scores
