"""Kernels of the criterion ``colour``: clusters of colours, where they lie, and the light at edges."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .colour_counts import count_colours
from .jit import kernel

__all__ = ["count_colours", "edge_light", "place_colours", "split_colours"]


@kernel
def split_colours(colours: NDArray[np.float64], weights: NDArray[np.float64], most: int, rounds: int) -> NDArray[np.int64]:
    """Cluster weighted colours: split the widest cluster along its main axis until there are ``most``, then k-means.

    Deterministic, with no random start. A cluster is split at its mean while its variance summed over the three axes,
    times its weight, is the largest of all and its standard deviation exceeds one unit.

    Parameters
    ----------
    colours : ndarray of float64, shape (n, 3)
        n > 0.
    weights : ndarray of float64, shape (n,)
        Positive.
    most : int
        Largest number of clusters.
    rounds : int
        Rounds of Lloyd's algorithm after the splits.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cluster of each colour, 0..``most`` - 1; some may be empty.
    """
    number = colours.shape[0]
    shares = np.zeros(most, dtype=np.float64)
    centres = np.zeros((most, 3), dtype=np.float64)
    scatter = np.zeros((most, 3, 3), dtype=np.float64)
    # The colours of cluster k are order[start[k]:stop[k]].
    order = np.arange(number)
    start, stop = np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64)
    stop[0] = number
    used = 1
    _describe(colours, weights, order, 0, centres, shares, scatter)
    while used < most:
        widest = 0
        spread = -1.0
        for k in range(used):
            total = scatter[k, 0, 0] + scatter[k, 1, 1] + scatter[k, 2, 2]
            if total > spread:
                spread = total
                widest = k
        if spread <= shares[widest]:
            break
        first, last = start[widest], stop[widest]
        middle = first + _part(colours, order[first:last], centres[widest], _main_axis(scatter[widest]))
        stop[widest], start[used], stop[used] = middle, middle, last
        _describe(colours, weights, order[first:middle], widest, centres, shares, scatter)
        _describe(colours, weights, order[middle:last], used, centres, shares, scatter)
        used += 1
    labels = np.empty(number, dtype=np.int64)
    for k in range(used):
        for i in order[start[k] : stop[k]]:
            labels[i] = k
    _lloyd(np.ascontiguousarray(colours.T), weights, labels, centres[:used], shares[:used], rounds)
    return labels


@kernel
def _part(
    colours: NDArray[np.float64], members: NDArray[np.int64], centre: NDArray[np.float64], axis: NDArray[np.float64]
) -> int:
    """Put the colours beyond the plane through ``centre`` across ``axis`` last, else in order; how many are not beyond."""
    beyond = np.empty_like(members)
    near = far = 0
    for i in members:
        along = 0.0
        for c in range(3):
            along += (colours[i, c] - centre[c]) * axis[c]
        # Without a branch, since the side of the next colour is hard to guess.
        beyond[far] = i
        members[near] = i
        far += 1 if along > 0 else 0
        near += 0 if along > 0 else 1
    members[near:] = beyond[:far]
    return near


@kernel
def _describe(
    colours: NDArray[np.float64],
    weights: NDArray[np.float64],
    members: NDArray[np.int64],
    cluster: int,
    centres: NDArray[np.float64],
    shares: NDArray[np.float64],
    scatter: NDArray[np.float64],
) -> None:
    """Fill in weight, mean and weighted scatter matrix of the cluster of the given members."""
    total = 0.0
    mean = np.zeros(3, dtype=np.float64)
    for i in members:
        total += weights[i]
        for c in range(3):
            mean[c] += weights[i] * colours[i, c]
    shares[cluster] = total
    for c in range(3):
        centres[cluster, c] = mean[c] / total if total > 0 else 0.0
    xx = xy = xz = yy = yz = zz = 0.0
    for i in members:
        x, y, z = colours[i, 0] - centres[cluster, 0], colours[i, 1] - centres[cluster, 1], colours[i, 2] - centres[cluster, 2]
        weighted_x, weighted_y = weights[i] * x, weights[i] * y
        xx += weighted_x * x
        xy += weighted_x * y
        xz += weighted_x * z
        yy += weighted_y * y
        yz += weighted_y * z
        zz += weights[i] * z * z
    own = scatter[cluster]
    own[0, 0], own[1, 1], own[2, 2] = xx, yy, zz
    own[0, 1], own[0, 2], own[1, 2] = xy, xz, yz
    own[1, 0], own[2, 0], own[2, 1] = xy, xz, yz


@kernel
def _main_axis(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Eigenvector of the largest eigenvalue of a 3x3 scatter matrix, by power iteration from its longest row."""
    longest = 0
    for c in range(1, 3):
        if matrix[c, c] > matrix[longest, longest]:
            longest = c
    axis = matrix[longest].copy()
    for _ in range(20):
        turned = np.zeros(3, dtype=np.float64)
        norm = 0.0
        for c in range(3):
            for d in range(3):
                turned[c] += matrix[c, d] * axis[d]
            norm += turned[c] * turned[c]
        norm = math.sqrt(norm)
        for c in range(3):
            axis[c] = turned[c] / norm
    return axis


@kernel
def _lloyd(
    colours: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: NDArray[np.int64],
    centres: NDArray[np.float64],
    shares: NDArray[np.float64],
    rounds: int,
) -> None:
    """Lloyd's algorithm in place on ``colours`` (3, n); an emptied cluster keeps its place and weighs nothing."""
    sums = np.zeros(centres.shape, dtype=np.float64)
    nearest = np.empty(labels.size, dtype=np.int64)
    for _ in range(rounds):
        sums[:] = 0.0
        shares[:] = 0.0
        _nearest_of(colours, centres, nearest)
        moved = 0
        for i in range(labels.size):
            k = nearest[i]
            moved += 1 if labels[i] != k else 0
            labels[i] = k
            shares[k] += weights[i]
            for c in range(3):
                sums[k, c] += weights[i] * colours[c, i]
        for k in range(shares.size):
            if shares[k] > 0:
                for c in range(3):
                    centres[k, c] = sums[k, c] / shares[k]
        if moved == 0:
            break


@kernel
def _nearest_of(points: NDArray[np.floating], centres: NDArray[np.float64], nearest: NDArray[np.int64]) -> None:
    """Index of the nearest of ``centres`` (k, 3), or the first of equals, to each of ``points`` (3, n)."""
    chunk = 512  # stays in the first-level cache while all centres pass over it
    least = np.empty(chunk, dtype=np.float64)
    for start in range(0, nearest.size, chunk):
        stop = min(start + chunk, nearest.size)
        least[:] = np.inf
        for k in range(centres.shape[0]):
            _keep_nearer(
                points[0][start:stop], points[1][start:stop], points[2][start:stop], centres[k], k, least, nearest[start:stop]
            )


@kernel
def _keep_nearer(
    a: NDArray[np.floating],
    b: NDArray[np.floating],
    c: NDArray[np.floating],
    centre: NDArray[np.float64],
    name: int,
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
) -> None:
    u, v, w = centre[0], centre[1], centre[2]
    for i in range(a.size):
        away = (a[i] - u) * (a[i] - u) + (b[i] - v) * (b[i] - v) + (c[i] - w) * (c[i] - w)
        nearest[i] = name if away < least[i] else nearest[i]
        least[i] = min(away, least[i])


@kernel
def edge_light(rgb: NDArray[np.uint8], linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the gradient's magnitude per channel, in linear light, over pixels where no channel is clipped.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (h, w, 3)
    linear : ndarray of float64, shape (256,)
        Linear light of each code value.

    Returns
    -------
    ndarray of float64, shape (3,)
        Forward differences; a pixel counts where it, its right and its lower neighbour have every channel below 250.
    """
    height, width, _ = rgb.shape
    total = np.zeros((3, width), dtype=np.float64)
    light = np.empty((2, 3, width), dtype=np.float64)
    high = np.zeros((2, width), dtype=np.uint8)
    for y in range(height):
        here, above = y % 2, (y + 1) % 2
        _to_light(rgb[y], linear, light[here], high[here])
        if y > 0:
            for c in range(3):
                _add_steps(light[above, c], light[here, c], high[above], high[here], total[c])
    return total.sum(axis=1)


@kernel
def _to_light(row: NDArray[np.uint8], linear: NDArray[np.float64], light: NDArray[np.float64], high: NDArray[np.uint8]) -> None:
    """Linear light of a row (w, 3) as (3, w), and its largest channel."""
    red, green, blue = light[0], light[1], light[2]
    for x in range(high.size):
        red[x] = linear[row[x, 0]]
        green[x] = linear[row[x, 1]]
        blue[x] = linear[row[x, 2]]
        high[x] = max(row[x, 0], max(row[x, 1], row[x, 2]))


@kernel
def _add_steps(
    light: NDArray[np.float64],
    below: NDArray[np.float64],
    high: NDArray[np.uint8],
    high_below: NDArray[np.uint8],
    total: NDArray[np.float64],
) -> None:
    """Add the gradient's magnitude at the unclipped places of a row, given the row below, to sums by column."""
    right, high_right = light[1:], high[1:]
    for x in range(right.size):
        across, down = right[x] - light[x], below[x] - light[x]
        counted = (high[x] < 250) & (high_right[x] < 250) & (high_below[x] < 250)
        total[x] += math.sqrt(across * across + down * down) if counted else 0.0


@kernel
def place_colours(plane: NDArray[np.float32], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the pixels of each cluster of colours lie.

    Parameters
    ----------
    plane : ndarray of float32, shape (h, w, 3)
    centres : ndarray of float64, shape (k, 3)
        Colours in the same space; a pixel belongs to the nearest.

    Returns
    -------
    ndarray of float64, shape (k, 5)
        Per cluster: pixels, and sums of x, y, x^2, y^2 with x and y the pixel's centre in [-0.5, 0.5] of width and
        height.
    """
    height, width = plane.shape[0], plane.shape[1]
    sums = np.zeros((centres.shape[0], 5), dtype=np.float64)
    nearest = np.empty(width, dtype=np.int64)
    for row in range(height):
        y = (row + 0.5) / height - 0.5
        _nearest_of(np.ascontiguousarray(plane[row].T), centres, nearest)
        for column in range(width):
            x = (column + 0.5) / width - 0.5
            own = sums[nearest[column]]
            own[0] += 1
            own[1] += x
            own[2] += y
            own[3] += x * x
            own[4] += y * y
    return sums
