"""Kernels of the criterion sharpness: statistics of blocks of pixels, and of bands of frequencies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatPlane = NDArray[np.float32]
FloatRow = NDArray[np.float32]


@kernel
def block_sums(luma: FloatPlane, tile_height: int, side: int) -> NDArray[np.float64]:
    """Per block of ``side`` x ``side`` pixels: mean ``|N * I|`` of Immerkaer's mask N, mean, share of pixels clipped.

    ``luma`` (0..255) is a stack of tiles of ``tile_height`` rows. The mask is left out where it would reach over a
    tile's border; incomplete blocks are left out. Clipped is at most 1 or at least 254. Returns float64, shape (3,
    tiles, rows, columns).
    """
    height, width = luma.shape
    tiles, rows, columns = height // tile_height, tile_height // side, width // side
    sums = np.zeros((3, tiles, rows, columns))
    column = np.empty((3, width), np.float32)
    for tile in range(tiles):
        for row in range(rows):
            column[:] = 0
            inside = 0
            for y in range(tile * tile_height + row * side, tile * tile_height + (row + 1) * side):
                if 0 < y - tile * tile_height < tile_height - 1:
                    inside += 1
                    _add_response(luma[y - 1], luma[y], luma[y + 1], column[0])
                _add_levels(luma[y], column[1], column[2])
            for j in range(columns):
                across = side - (1 if j == 0 else 0) - (1 if (j + 1) * side == width else 0)
                for k in range(3):
                    total = np.float32(0)
                    for x in range(j * side, (j + 1) * side):
                        total += column[k, x]
                    sums[k, tile, row, j] = np.float64(total) / (max(1, inside * across) if k == 0 else side * side)
    return sums


@kernel
def _add_response(a: FloatRow, b: FloatRow, c: FloatRow, sums: FloatRow) -> None:
    """Add ``|N * I|`` along the middle one of three rows to ``sums``."""
    n = max(0, b.size - 2)
    two, four = np.float32(2), np.float32(4)
    above, upper, left, here, right, below, lower = a[1:], a[2:], b, b[1:], b[2:], c[1:], c[2:]
    inner = sums[1:]
    for k in range(n):
        corners = a[k] + upper[k] + c[k] + lower[k]
        sides = above[k] + below[k] + left[k] + right[k]
        inner[k] += abs(corners - two * sides + four * here[k])


@kernel
def _add_levels(row: FloatRow, total: FloatRow, clipped: FloatRow) -> None:
    one, zero, low, high = np.float32(1), np.float32(0), np.float32(1), np.float32(254)
    for x in range(row.size):
        total[x] += row[x]
        clipped[x] += one if (row[x] <= low) | (row[x] >= high) else zero


@kernel
def block_contrasts(luma: FloatPlane, side: int) -> FloatPlane:
    """Range of the values in each block of ``side`` x ``side`` pixels, smaller ones at the far borders."""
    height, width = luma.shape
    contrasts = np.empty((-(-height // side), -(-width // side)), np.float32)
    for row in range(contrasts.shape[0]):
        low, high = luma[row * side].copy(), luma[row * side].copy()
        for y in range(row * side + 1, min((row + 1) * side, height)):
            here = luma[y]
            for x in range(width):
                low[x] = min(low[x], here[x])
            for x in range(width):
                high[x] = max(high[x], here[x])
        for column in range(contrasts.shape[1]):
            part = slice(column * side, min((column + 1) * side, width))
            contrasts[row, column] = high[part].max() - low[part].min()
    return contrasts


@kernel
def neighbour_steps(luma: FloatPlane) -> tuple[float, float]:
    """Mean and mean square, over the inner pixels, of the largest absolute difference to any of the eight neighbours."""
    height, width = luma.shape
    high, low, steps = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width - 2, np.float32)
    sums, squares = np.zeros(width - 2), np.zeros(width - 2)
    for y in range(1, height - 1):
        a, b, c = luma[y - 1], luma[y], luma[y + 1]
        for x in range(width):
            high[x] = max(a[x], max(b[x], c[x]))
        for x in range(width):
            low[x] = min(a[x], min(b[x], c[x]))
        here, high_here, high_right, low_here, low_right = b[1:], high[1:], high[2:], low[1:], low[2:]
        for k in range(steps.size):
            steps[k] = max(high[k], max(high_here[k], high_right[k])) - here[k]
        for k in range(steps.size):
            steps[k] = max(steps[k], here[k] - min(low[k], min(low_here[k], low_right[k])))
        for k in range(steps.size):
            sums[k] += steps[k]
        for k in range(steps.size):
            squares[k] += np.float64(steps[k]) * np.float64(steps[k])
    count = (height - 2) * (width - 2)
    return sums.sum() / count, squares.sum() / count


@kernel
def chroma_responses(rgb: NDArray[np.uint8], tile_height: int, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean ``|N * C|`` of Immerkaer's mask on Cb and Cr of 2x2 means, in chosen blocks of 8x8 pixels; shape (2, n).

    ``rgb`` (height, width, 3) is a stack of tiles of ``tile_height`` rows, and ``chosen`` holds flat indices into the
    whole blocks (tiles, rows, columns). The mask is left out where it would reach over the border of the whole blocks.
    """
    rows, columns = tile_height // 8, rgb.shape[1] // 8
    means = np.zeros((2, chosen.size))
    patch = np.zeros((2, 6, 6), np.float32)
    for n in range(chosen.size):
        tile, row, column = chosen[n] // (rows * columns), chosen[n] // columns % rows, chosen[n] % columns
        top, bottom = (1 if row == 0 else 0), (5 if row == rows - 1 else 6)
        left, right = (1 if column == 0 else 0), (5 if column == columns - 1 else 6)
        for i in range(top, bottom):
            for j in range(left, right):
                y, x = tile * tile_height + 8 * row + 2 * (i - 1), 8 * column + 2 * (j - 1)
                patch[0, i, j], patch[1, i, j] = _chroma(rgb, y, x)
        counted = max(1, (bottom - top - 2) * (right - left - 2))
        for c in range(2):
            p = patch[c]
            total = np.float32(0)
            for i in range(top + 1, bottom - 1):
                for j in range(left + 1, right - 1):
                    corners = p[i - 1, j - 1] + p[i - 1, j + 1] + p[i + 1, j - 1] + p[i + 1, j + 1]
                    sides = p[i - 1, j] + p[i + 1, j] + p[i, j - 1] + p[i, j + 1]
                    total += abs(corners - np.float32(2) * sides + np.float32(4) * p[i, j])
            means[c, n] = np.float64(total) / counted
    return means


@kernel
def _chroma(rgb: NDArray[np.uint8], y: int, x: int) -> tuple[np.float32, np.float32]:
    """Cb and Cr, less their constant, of the rounded mean of 2x2 pixels."""
    red, green, blue = _rounded_mean(rgb, y, x, 0), _rounded_mean(rgb, y, x, 1), _rounded_mean(rgb, y, x, 2)
    luma = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
    return np.float32(0.564) * (blue - luma), np.float32(0.713) * (red - luma)


@kernel
def _rounded_mean(rgb: NDArray[np.uint8], y: int, x: int, c: int) -> np.float32:
    upper = np.int32(rgb[y, x, c]) + np.int32(rgb[y, x + 1, c])
    lower = np.int32(rgb[y + 1, x, c]) + np.int32(rgb[y + 1, x + 1, c])
    return np.float32((upper + lower + 2) >> 2)


@kernel
def amplitude_bands(
    spectrum: NDArray[np.complex64], band: NDArray[np.uint8], weight: FloatRow, bands: int, threshold: float
) -> tuple[NDArray[np.float64], float]:
    """Sum of the amplitudes of a spectrum in each band of frequencies, and how many of them exceed ``threshold``.

    ``band`` has the shape of the spectrum; what stands in a column counts ``weight[column]`` times.
    """
    sums = np.zeros(bands)
    strong = 0.0
    limit = np.float32(threshold)
    amplitude = np.empty(weight.size, np.float32)
    for y in range(spectrum.shape[0]):
        row, places = spectrum[y], band[y]
        for x in range(weight.size):
            amplitude[x] = np.sqrt(row[x].real * row[x].real + row[x].imag * row[x].imag)
        for x in range(weight.size):
            sums[places[x]] += weight[x] * amplitude[x]
            strong += float(weight[x]) if amplitude[x] > limit else 0.0
    return sums, strong
