"""Descriptors of patches on a dense grid: gradients (dense SIFT) and colours, cells shared by the patches that cover them.

A patch is 4 x 4 cells. Where patches lie a whole number of cells apart, as Vedaldi & Fulkerson's ``vl_dsift`` notes, its
histograms can be collected once for all patches, and the Gaussian window over the patch becomes one weight per cell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

SIDE = 4
"""Cells along a side of a patch."""

ORIENTATIONS = 8
"""Orientations that a cell tells apart."""


@kernel
def orientation_cells(plane: FloatArray, size: int) -> FloatArray:
    """Histograms of gradient orientations in cells of ``size`` x ``size`` pixels, shape (H // size, W // size, 8).

    .. math:: c_{ijo} = \\sum_p |g_p| \\, \\Lambda(y_p - y_i) \\, \\Lambda(x_p - x_j) \\, \\Lambda(\\theta_p - \\theta_o)

    with :math:`\\Lambda` the triangle of a cell's (an orientation's) width: each pixel is shared between the two nearest cells
    on either axis and the two nearest orientations, as in Lowe 2004. Gradients are central differences, 0 at the border;
    orientation o stands for the angle 45 o degrees, from the axis of x towards that of y, which points down.
    """
    height, width = plane.shape
    rows, columns = height // size, width // size
    cells = np.zeros((rows, columns, ORIENTATIONS), np.float32)
    to_bin = np.float32(ORIENTATIONS / (2 * np.pi))
    unit = np.float32(1.0 / size)
    half = np.float32(0.5)
    for y in range(1, min(height - 1, rows * size)):
        above, own, below = plane[y - 1], plane[y], plane[y + 1]
        v = (np.float32(y) + half) * unit - half
        i = int(np.floor(v))
        down = v - np.float32(i)
        for x in range(1, min(width - 1, columns * size)):
            dx, dy = own[x + 1] - own[x - 1], below[x] - above[x]
            if dx == 0 and dy == 0:
                continue
            magnitude = half * np.sqrt(dx * dx + dy * dy)
            angle = np.arctan2(dy, dx) * to_bin
            if angle < 0:
                angle += np.float32(ORIENTATIONS)
            o = int(angle)
            turned = angle - np.float32(o)
            first, second = o & 7, (o + 1) & 7
            u = (np.float32(x) + half) * unit - half
            j = int(np.floor(u))
            right = u - np.float32(j)
            for a in range(2):
                row = i + a
                if row < 0 or row >= rows:
                    continue
                share = magnitude * (down if a == 1 else 1 - down)
                for b in range(2):
                    column = j + b
                    if column < 0 or column >= columns:
                        continue
                    part = share * (right if b == 1 else 1 - right)
                    cells[row, column, first] += part * (1 - turned)
                    cells[row, column, second] += part * turned
    return cells


@kernel
def colour_cells(planes: FloatArray, size: int) -> FloatArray:
    """Mean and deviation of every channel in cells of ``size`` x ``size`` pixels, shape (H // size, W // size, 2 C)."""
    height, width, channels = planes.shape
    rows, columns = height // size, width // size
    cells = np.zeros((rows, columns, 2 * channels), np.float32)
    count = np.float32(size * size)
    for i in range(rows):
        for j in range(columns):
            for c in range(channels):
                origin = planes[i * size, j * size, c]
                total, squares = np.float32(0), np.float32(0)
                for y in range(i * size, (i + 1) * size):
                    for x in range(j * size, (j + 1) * size):
                        value = planes[y, x, c] - origin
                        total += value
                        squares += value * value
                mean = total / count
                cells[i, j, c] = origin + mean
                cells[i, j, channels + c] = np.sqrt(max(squares / count - mean * mean, np.float32(0)))
    return cells


@kernel
def gathered(cells: FloatArray, step: int, window: FloatArray) -> FloatArray:
    """The patches of 4 x 4 cells, ``step`` cells apart, row by row: shape (n, 16 C), each cell weighed by ``window`` (4, 4)."""
    rows, columns, channels = cells.shape
    down, across = max((rows - SIDE) // step + 1, 0), max((columns - SIDE) // step + 1, 0)
    out = np.empty((down * across, SIDE * SIDE * channels), np.float32)
    for i in range(down):
        for j in range(across):
            patch = out[i * across + j]
            k = 0
            for a in range(SIDE):
                for b in range(SIDE):
                    weight = window[a, b]
                    cell = cells[i * step + a, j * step + b]
                    for c in range(channels):
                        patch[k] = weight * cell[c]
                        k += 1
    return out


@kernel
def limited(patches: FloatArray, flat: np.float32) -> None:
    """Gradient patches (n, 128) made insensitive to contrast, in place: unit norm, values above 0.2 cut, unit norm, root.

    Unit norm and cut are Lowe's; the square root of the values over their sum, RootSIFT, is Arandjelovic & Zisserman's. A patch
    of a norm below ``flat`` has no gradients to speak of and is 0 throughout.
    """
    for patch in patches:
        norm = np.float32(0)
        for value in patch:
            norm += value * value
        norm = np.sqrt(norm)
        if norm < flat:
            patch[:] = 0
            continue
        total = np.float32(0)
        for k in range(patch.size):
            patch[k] = min(patch[k] / norm, np.float32(0.2))
            total += patch[k]
        for k in range(patch.size):
            patch[k] = np.sqrt(patch[k] / total)
