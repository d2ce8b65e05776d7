"""Kernels of the criterion ``colour``."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

GREY_FLOOR = 25.5
"""Value (0..255) below which saturation is taken as chroma over this floor, since the hue of near-black is noise."""


@kernel
def count_colours(
    rgb: NDArray[np.uint8],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """One pass over the pixels that gathers every histogram of the criterion.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (h, w, 3)

    Returns
    -------
    cubes : ndarray of int32, shape (32768, 4)
        Pixels, and sums of R, G, B, per cube of 8x8x8 codes; cube = (R // 8 * 32 + G // 8) * 32 + B // 8.
    products : ndarray of int64, shape (6,)
        Sums of RR, GG, BB, RG, RB, GB.
    hues : ndarray of float64, shape (360,)
        Saturation per degree of hue, rounded: bin k holds hues in [k - 0.5, k + 0.5). Saturation of pixels darker
        than ``GREY_FLOOR`` is (max - min) / GREY_FLOOR.
    counts : ndarray of int64, shape (278,)
        256 bins of hue over all pixels (grey has hue 0); 20 bins of hue over pixels with S > 0.2 and 0.15 <= V <=
        0.95; the number of pixels with S > 0.95 and V > 0.3; the sum of max(R, G, B).
    moments : ndarray of float64, shape (3,)
        Sums of S, S^2 and S^3.
    """
    cubes = np.zeros((32768, 4), dtype=np.int32)
    hues = np.zeros(360, dtype=np.float64)
    counts = np.zeros(278, dtype=np.int64)
    red_red = green_green = blue_blue = red_green = red_blue = green_blue = highs = np.int64(0)
    first = second = third = 0.0
    for y in range(rgb.shape[0]):
        for x in range(rgb.shape[1]):
            r = np.int64(rgb[y, x, 0])
            g = np.int64(rgb[y, x, 1])
            b = np.int64(rgb[y, x, 2])
            cube = ((r >> 3) << 10) + ((g >> 3) << 5) + (b >> 3)
            cubes[cube, 0] += 1
            cubes[cube, 1] += r
            cubes[cube, 2] += g
            cubes[cube, 3] += b
            red_red += r * r
            green_green += g * g
            blue_blue += b * b
            red_green += r * g
            red_blue += r * b
            green_blue += g * b
            high = max(r, g, b)
            chroma = high - min(r, g, b)
            highs += high
            if chroma == 0:
                counts[0] += 1
                continue
            if high == r:
                sixth = (g - b) / chroma
                if sixth < 0:
                    sixth += 6.0
            elif high == g:
                sixth = (b - r) / chroma + 2.0
            else:
                sixth = (r - g) / chroma + 4.0
            saturation = chroma / high
            square = saturation * saturation
            first += saturation
            second += square
            third += square * saturation
            hues[int(sixth * 60.0 + 0.5) % 360] += saturation * min(1.0, high / GREY_FLOOR)
            counts[int(sixth * (256.0 / 6.0)) & 255] += 1
            if saturation > 0.2 and 38.25 <= high <= 242.25:
                counts[256 + int(sixth * (20.0 / 6.0)) % 20] += 1
            if saturation > 0.95 and high > 76.5:
                counts[276] += 1
    counts[277] = highs
    products = np.array([red_red, green_green, blue_blue, red_green, red_blue, green_blue])
    return cubes, products, hues, counts, np.array([first, second, third])


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
    labels = np.zeros(number, dtype=np.int64)
    shares = np.zeros(most, dtype=np.float64)
    centres = np.zeros((most, 3), dtype=np.float64)
    scatter = np.zeros((most, 3, 3), dtype=np.float64)
    used = 1
    _describe(colours, weights, labels, 0, centres, shares, scatter)
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
        axis = _main_axis(scatter[widest])
        for i in range(number):
            if labels[i] == widest:
                beyond = 0.0
                for c in range(3):
                    beyond += (colours[i, c] - centres[widest, c]) * axis[c]
                if beyond > 0:
                    labels[i] = used
        _describe(colours, weights, labels, widest, centres, shares, scatter)
        _describe(colours, weights, labels, used, centres, shares, scatter)
        used += 1
    _lloyd(colours, weights, labels, centres, shares, used, rounds)
    return labels


@kernel
def _describe(
    colours: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: NDArray[np.int64],
    cluster: int,
    centres: NDArray[np.float64],
    shares: NDArray[np.float64],
    scatter: NDArray[np.float64],
) -> None:
    """Fill in weight, mean and weighted scatter matrix of one cluster."""
    total = 0.0
    mean = np.zeros(3, dtype=np.float64)
    for i in range(labels.shape[0]):
        if labels[i] == cluster:
            total += weights[i]
            for c in range(3):
                mean[c] += weights[i] * colours[i, c]
    shares[cluster] = total
    for c in range(3):
        centres[cluster, c] = mean[c] / total if total > 0 else 0.0
        for d in range(3):
            scatter[cluster, c, d] = 0.0
    for i in range(labels.shape[0]):
        if labels[i] == cluster:
            for c in range(3):
                from_mean = weights[i] * (colours[i, c] - centres[cluster, c])
                for d in range(3):
                    scatter[cluster, c, d] += from_mean * (colours[i, d] - centres[cluster, d])


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
    used: int,
    rounds: int,
) -> None:
    """Lloyd's algorithm in place; an emptied cluster keeps its place and weighs nothing."""
    sums = np.zeros((used, 3), dtype=np.float64)
    for _ in range(rounds):
        sums[:] = 0.0
        shares[:] = 0.0
        moved = False
        for i in range(colours.shape[0]):
            nearest = 0
            least = np.inf
            for k in range(used):
                away = 0.0
                for c in range(3):
                    away += (colours[i, c] - centres[k, c]) ** 2
                if away < least:
                    least = away
                    nearest = k
            moved = moved or labels[i] != nearest
            labels[i] = nearest
            shares[nearest] += weights[i]
            for c in range(3):
                sums[nearest, c] += weights[i] * colours[i, c]
        for k in range(used):
            if shares[k] > 0:
                for c in range(3):
                    centres[k, c] = sums[k, c] / shares[k]
        if not moved:
            break


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
    total = np.zeros(3, dtype=np.float64)
    for y in range(rgb.shape[0] - 1):
        for x in range(rgb.shape[1] - 1):
            here = max(rgb[y, x, 0], rgb[y, x, 1], rgb[y, x, 2])
            right = max(rgb[y, x + 1, 0], rgb[y, x + 1, 1], rgb[y, x + 1, 2])
            below = max(rgb[y + 1, x, 0], rgb[y + 1, x, 1], rgb[y + 1, x, 2])
            if max(here, right, below) >= 250:
                continue
            for c in range(3):
                value = linear[rgb[y, x, c]]
                across = linear[rgb[y, x + 1, c]] - value
                down = linear[rgb[y + 1, x, c]] - value
                total[c] += math.sqrt(across * across + down * down)
    return total


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
    for row in range(height):
        y = (row + 0.5) / height - 0.5
        for column in range(width):
            x = (column + 0.5) / width - 0.5
            nearest = 0
            least = np.inf
            for k in range(centres.shape[0]):
                away = 0.0
                for c in range(3):
                    away += (plane[row, column, c] - centres[k, c]) ** 2
                if away < least:
                    least = away
                    nearest = k
            sums[nearest, 0] += 1
            sums[nearest, 1] += x
            sums[nearest, 2] += y
            sums[nearest, 3] += x * x
            sums[nearest, 4] += y * y
    return sums
