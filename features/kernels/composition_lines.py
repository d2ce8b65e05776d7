"""Kernels of the lines of the criterion ``composition``: straight edges, sums over lines, vanishing point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatArray = NDArray[np.float32]
FloatVector = NDArray[np.float32]
DoubleArray = NDArray[np.float64]


@kernel
def _between(pairs: FloatVector, stride: int, x: np.float32, y: np.float32) -> tuple[np.float32, np.float32]:
    """Gradient at column ``x`` and row ``y`` between pixels, from rows of ``stride`` numbers: across, down, across..."""
    column, row = np.int32(x), np.int32(y)
    right, down = x - np.float32(column), y - np.float32(row)
    # Unsigned, since a place counted from the end has to be asked for.
    first = np.uint64(row * stride + 2 * column)
    below = first + np.uint64(stride)
    one, two, three = np.uint64(1), np.uint64(2), np.uint64(3)
    upper_x = pairs[first] + right * (pairs[first + two] - pairs[first])
    upper_y = pairs[first + one] + right * (pairs[first + three] - pairs[first + one])
    lower_x = pairs[below] + right * (pairs[below + two] - pairs[below])
    lower_y = pairs[below + one] + right * (pairs[below + three] - pairs[below + one])
    return upper_x + down * (lower_x - upper_x), upper_y + down * (lower_y - upper_y)


@kernel
def _paired(across: FloatArray, down: FloatArray) -> FloatVector:
    """Both planes pixel by pixel in one row, followed by a row of zeros that is only read with a weight of 0."""
    height, width = across.shape
    pairs = np.zeros(2 * width * (height + 1) + 2, dtype=np.float32)
    for row in range(height):
        line, xs, ys = pairs[2 * width * row : 2 * width * (row + 1)], across[row], down[row]
        for column in range(width):
            line[2 * column] = xs[column]
            line[2 * column + 1] = ys[column]
    return pairs


@kernel
def _rising(
    pairs: FloatVector, last: tuple[np.float32, np.float32], x: np.float32, y: np.float32, nx: np.float32, ny: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    """How far the gradient at (x, y) points along (nx, ny), and that times the gradient; 0 beyond ``last`` or backwards."""
    zero = np.float32(0)
    if x < zero or y < zero or x > last[0] or y > last[1]:
        return zero, zero, zero
    there_x, there_y = _between(pairs, 2 * np.int32(last[0]) + 2, x, y)  # type: ignore[arg-type,unused-ignore]
    part = max(there_x * nx + there_y * ny, zero)
    return part, part * there_x, part * there_y


@kernel
def edge_elements(across: FloatArray, down: FloatArray, faint: float, clear: float) -> FloatArray:
    """What length of edge each pixel stands for, where that edge lies, and in which direction it rises.

    Along its gradient's direction ``n``, 3 pixels to either side at steps of one, each pixel reads the profile ``p_k =
    max(0, g(k n) . n)``. Its weight is ``p_0**2 / sum p_k**2``, so that the weights across an edge sum to about 1
    however wide it is, times ``(sqrt(sum p_k**2) - faint) / (clear - faint)`` within [0, 1]. Returns (5, n), for all
    pixels of some weight: x, y (in pixels from the top left corner, moved to the mean place of the profile), a direction
    as a unit vector, and the weight. The direction is the mean of the gradients in the profile and, so that the stairs of a
    nearly level edge do not count, 2 and 4 pixels along the edge to either side.
    """
    height, width = across.shape
    found = np.empty((5, height * width), dtype=np.float32)
    pairs, last, count = _paired(across, down), (np.float32(width - 1), np.float32(height - 1)), 0
    zero, half, one = np.float32(0), np.float32(0.5), np.float32(1)
    least, scale, foot = np.float32(faint), np.float32(1 / (clear - faint)), np.float32(faint * faint / 4)
    for row in range(height):
        for column in range(width):
            gx, gy = across[row, column], down[row, column]
            own = gx * gx + gy * gy
            # Such a pixel is the foot of a clear edge, a fiftieth of it at most, or part of a faint one.
            if own <= foot:
                continue
            size = np.sqrt(own)
            nx, ny = gx / size, gy / size
            here_x, here_y = np.float32(column), np.float32(row)
            energy, offset, sum_x, sum_y = own, zero, gx * size, gy * size
            for k in (-3, -2, -1, 1, 2, 3):
                step = np.float32(k)
                part, part_x, part_y = _rising(pairs, last, here_x + step * nx, here_y + step * ny, nx, ny)
                energy += part * part
                offset += step * part * part
                sum_x += part_x
                sum_y += part_y
            contrast = np.sqrt(energy)
            if contrast <= least:
                continue
            for k in (-4, -2, 2, 4):
                step = np.float32(k)
                _, part_x, part_y = _rising(pairs, last, here_x - step * ny, here_y + step * nx, nx, ny)
                sum_x += part_x
                sum_y += part_y
            length = np.sqrt(sum_x * sum_x + sum_y * sum_y)
            offset /= energy
            found[0, count], found[1, count] = here_x + half + offset * nx, here_y + half + offset * ny
            found[2, count], found[3, count] = sum_x / length, sum_y / length
            found[4, count] = min(one, (contrast - least) * scale) * own / energy
            count += 1
    return found[:, :count].copy()


@kernel
def sum_over_lines(direction: FloatArray, distance: FloatArray, weight: FloatArray, directions: int, reach: int) -> FloatArray:
    """Weights by line, shape (directions, 2 reach + 2): the weighted Hough transform of elements with a direction.

    ``direction`` counts bins, around the circle; ``distance`` is in (-reach, reach) pixels. Each weight is shared
    among the four nearest bins.
    """
    sums = np.zeros((directions, 2 * reach + 2), dtype=np.float32)
    for i in range(direction.size):
        place, offset = np.float64(direction[i]), np.float64(distance[i]) + reach
        turn, away = int(place), int(offset)
        turned, moved = place - turn, offset - away
        first, second = turn % directions, (turn + 1) % directions
        mass = np.float64(weight[i])
        sums[first, away] += mass * (1 - turned) * (1 - moved)
        sums[first, away + 1] += mass * (1 - turned) * moved
        sums[second, away] += mass * turned * (1 - moved)
        sums[second, away + 1] += mass * turned * moved
    return sums


@kernel
def read_lines(sums: FloatArray, direction: FloatArray, distance: FloatArray, reach: int) -> FloatArray:
    """What the sums of ``sum_over_lines`` hold at each element's own line, between bins, shape of ``direction``."""
    directions = sums.shape[0]
    held = np.empty(direction.size, dtype=np.float32)
    for i in range(direction.size):
        place, offset = np.float64(direction[i]), np.float64(distance[i]) + reach
        turn, away = int(place), int(offset)
        turned, moved = place - turn, offset - away
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
    count = points.shape[0]
    xs, ys = points[:, 0].copy(), points[:, 1].copy()
    inlying, cosine, sine, cosine_4, sine_4 = (
        np.zeros(count),
        np.zeros(count),
        np.zeros(count),
        np.zeros(count),
        np.zeros(count),
    )
    sharpness, near = np.float32(1 / (tolerance * tolerance)), np.float32(0.0009)
    zero, one = np.float32(0), np.float32(1)
    total = 0.0
    for j in range(edges.shape[0]):  # edges outside and points inside, so that many points are done at once
        edge_x, edge_y, ux, uy, length = edges[j, 0], edges[j, 1], edges[j, 2], edges[j, 3], edges[j, 4]
        turn_x, turn_y = np.float64(ux), np.float64(uy)
        c, s = turn_x * turn_x - turn_y * turn_y, 2 * turn_x * turn_y
        c_4, s_4 = c * c - s * s, 2 * c * s
        total += np.float64(length)
        for i in range(count):
            x, y = edge_x - xs[i], edge_y - ys[i]
            away, aside = x * x + y * y, x * uy - y * ux
            aimed = length * max(one - aside * aside * sharpness / max(away, near), zero)
            weight = np.float64(aimed if away >= near else zero)
            inlying[i] += weight
            cosine[i] += weight * c
            sine[i] += weight * s
            cosine_4[i] += weight * c_4
            sine_4[i] += weight * s_4
    scores = np.zeros(count)
    for i in range(count):
        if inlying[i] > 0:
            alike = 0.4 * (cosine[i] * cosine[i] + sine[i] * sine[i])
            alike += 0.6 * (cosine_4[i] * cosine_4[i] + sine_4[i] * sine_4[i])
            variety = 1 - alike / (inlying[i] * inlying[i])
            scores[i] = inlying[i] / total * min(1.0, max(0.0, (variety - 0.4) / 0.4))
    return scores
