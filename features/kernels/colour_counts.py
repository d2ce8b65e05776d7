"""Kernel of the criterion ``colour``: every histogram of a picture's colours."""

from __future__ import annotations

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
    width = rgb.shape[1]
    cubes = np.zeros((32768, 4), dtype=np.int32)
    products = np.zeros(6, dtype=np.int64)
    hues = np.zeros((2, 360), dtype=np.float64)
    counts = np.zeros((2, 278), dtype=np.int64)
    clipped = highs = 0
    powers = np.zeros((3, width), dtype=np.float64)
    codes, bins = np.empty((3, width), dtype=np.int32), np.empty((3, width), dtype=np.int32)
    high, chroma = np.empty(width, dtype=np.int32), np.empty(width, dtype=np.int32)
    hue, saturation = np.empty(width, dtype=np.float64), np.empty(width, dtype=np.float64)
    # Plain passes along a row, which the compiler turns into vector instructions; only the counting itself goes by pixel.
    for y in range(rgb.shape[0]):
        _part_channels(rgb[y], codes)
        _count_cubes(codes, cubes)
        _add_products(codes, products)
        _find_hues(codes, high, chroma, hue, saturation)
        _add_powers(saturation, powers)
        clipped += _count_clipped(saturation, high)
        highs += high.sum()
        _choose_bins(hue, saturation, high, bins)
        _fade_blacks(saturation, high)
        _count_hues(bins, saturation, hues, counts)
    counted = counts[0] + counts[1]
    counted[276], counted[277] = clipped, highs
    return cubes, products, hues[0] + hues[1], counted, powers.sum(axis=1)


@kernel
def _part_channels(row: NDArray[np.uint8], codes: NDArray[np.int32]) -> None:
    red, green, blue = codes[0], codes[1], codes[2]
    for x in range(red.size):
        red[x] = row[x, 0]
        green[x] = row[x, 1]
        blue[x] = row[x, 2]


@kernel
def _count_cubes(codes: NDArray[np.int32], cubes: NDArray[np.int32]) -> None:
    red, green, blue = codes[0], codes[1], codes[2]
    for x in range(red.size):
        r, g, b = red[x], green[x], blue[x]
        cube = cubes[((r >> 3) << 10) + ((g >> 3) << 5) + (b >> 3)]
        cube[0] += 1
        cube[1] += r
        cube[2] += g
        cube[3] += b


@kernel
def _add_products(codes: NDArray[np.int32], products: NDArray[np.int64]) -> None:
    """A row's sums fit 32 bits up to 33 000 pixels."""
    red, green, blue = codes[0], codes[1], codes[2]
    products[0] += _product(red, red)
    products[1] += _product(green, green)
    products[2] += _product(blue, blue)
    products[3] += _product(red, green)
    products[4] += _product(red, blue)
    products[5] += _product(green, blue)


@kernel
def _product(one: NDArray[np.int32], other: NDArray[np.int32]) -> np.int32:
    total = np.int32(0)
    for x in range(one.size):
        total = np.int32(total + one[x] * other[x])
    return total


@kernel
def _find_hues(
    codes: NDArray[np.int32],
    high: NDArray[np.int32],
    chroma: NDArray[np.int32],
    hue: NDArray[np.float64],
    saturation: NDArray[np.float64],
) -> None:
    """Hue in sixths of the circle and saturation of HSV, both 0 for greys."""
    red, green, blue = codes[0], codes[1], codes[2]
    for x in range(high.size):
        high[x] = max(red[x], max(green[x], blue[x]))
        chroma[x] = high[x] - min(red[x], min(green[x], blue[x]))
    for x in range(high.size):
        saturation[x] = chroma[x] / max(high[x], np.int32(1))
    for x in range(high.size):
        r, g, b = red[x], green[x], blue[x]
        rise = b - r if high[x] == g else r - g
        start = 2.0 if high[x] == g else 4.0
        rise = g - b if high[x] == r else rise
        start = 0.0 if high[x] == r else start
        sixth = rise / max(chroma[x], np.int32(1)) + start
        hue[x] = sixth + 6.0 if sixth < 0 else sixth


@kernel
def _add_powers(saturation: NDArray[np.float64], powers: NDArray[np.float64]) -> None:
    """Add S, S^2 and S^3 to sums by column."""
    first, second, third = powers[0], powers[1], powers[2]
    for x in range(saturation.size):
        first[x] += saturation[x]
    for x in range(saturation.size):
        second[x] += saturation[x] * saturation[x]
    for x in range(saturation.size):
        third[x] += saturation[x] * saturation[x] * saturation[x]


@kernel
def _count_clipped(saturation: NDArray[np.float64], high: NDArray[np.int32]) -> int:
    count = 0
    for x in range(high.size):
        count += 1 if (saturation[x] > 0.95) & (high[x] > 76.5) else 0
    return count


@kernel
def _choose_bins(
    hue: NDArray[np.float64], saturation: NDArray[np.float64], high: NDArray[np.int32], bins: NDArray[np.int32]
) -> None:
    """Places of pixels in the hue histograms: by degree, by 1/256 of the circle, and by 1/20 of it after those 256, or
    after the 20 where the hue is too faint to be told.
    """
    degrees, fine, coarse = bins[0], bins[1], bins[2]
    for x in range(hue.size):
        degree = np.int32(hue[x] * 60.0 + 0.5)
        degrees[x] = degree - np.int32(360) if degree >= 360 else degree
    for x in range(hue.size):
        fine[x] = np.int32(hue[x] * (256.0 / 6.0)) & np.int32(255)
    for x in range(hue.size):
        step = np.int32(hue[x] * (20.0 / 6.0))
        step = np.int32(0) if step >= 20 else step
        distinct = (saturation[x] > 0.2) & (high[x] >= 38.25) & (high[x] <= 242.25)
        coarse[x] = np.int32(256) + (step if distinct else np.int32(20))


@kernel
def _fade_blacks(saturation: NDArray[np.float64], high: NDArray[np.int32]) -> None:
    """Take the saturation of pixels darker than ``GREY_FLOOR`` as chroma over it."""
    for x in range(high.size):
        saturation[x] *= min(1.0, high[x] / GREY_FLOOR)


@kernel
def _count_hues(
    bins: NDArray[np.int32], saturation: NDArray[np.float64], hues: NDArray[np.float64], counts: NDArray[np.int64]
) -> None:
    """Add a row to ``hues`` (2, 360) and ``counts`` (2, 278).

    Neighbours mostly share a bin, and each would wait for the one before; so they take turns between two tables.
    """
    degrees, fine, coarse = bins[0], bins[1], bins[2]
    for x in range(saturation.size):
        turn = x & 1
        hues[turn, degrees[x]] += saturation[x]
        counts[turn, fine[x]] += 1
        counts[turn, coarse[x]] += 1
