"""Kernels of the saliency map: minimum barrier distance, distance to the border's colours, greyscale
reconstruction, colour cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatArray = NDArray[np.float32]
FloatVector = NDArray[np.float32]


@kernel
def _better(
    side_high: np.float32, side_low: np.float32, value: np.float32, high: np.float32, low: np.float32
) -> tuple[np.float32, np.float32]:
    """Of a pixel's own path and that of its neighbour led on to it, the one with the lower barrier."""
    other_high, other_low = max(side_high, value), min(side_low, value)
    better = other_high - other_low < high - low
    return other_high if better else high, other_low if better else low


@kernel
def _from_row(values: FloatVector, high_near: FloatVector, low_near: FloatVector, high: FloatVector, low: FloatVector) -> None:
    """Each number of a row keeps the better of its own path and that of the number in the row before."""
    for k in range(values.size):
        other_high, other_low = max(high_near[k], values[k]), min(low_near[k], values[k])
        better = other_high - other_low < high[k] - low[k]
        high[k] = other_high if better else high[k]
        low[k] = other_low if better else low[k]


@kernel
def _from_sides(
    values: FloatVector, high: FloatVector, low: FloatVector, back_high: FloatVector, back_low: FloatVector
) -> None:
    """Likewise from the pixel to the left, and in the second pair from that to the right.

    Three channels and both directions side by side, since each of the six has to wait for its own last pixel.
    """
    at, back = 0, values.size - 3
    high_0, high_1, high_2 = high[at], high[at + 1], high[at + 2]
    low_0, low_1, low_2 = low[at], low[at + 1], low[at + 2]
    high_3, high_4, high_5 = back_high[back], back_high[back + 1], back_high[back + 2]
    low_3, low_4, low_5 = back_low[back], back_low[back + 1], back_low[back + 2]
    for _ in range(values.size // 3 - 2):
        at += 3
        back -= 3
        high_0, low_0 = _better(high_0, low_0, values[at], high[at], low[at])
        high_1, low_1 = _better(high_1, low_1, values[at + 1], high[at + 1], low[at + 1])
        high_2, low_2 = _better(high_2, low_2, values[at + 2], high[at + 2], low[at + 2])
        high_3, low_3 = _better(high_3, low_3, values[back], back_high[back], back_low[back])
        high_4, low_4 = _better(high_4, low_4, values[back + 1], back_high[back + 1], back_low[back + 1])
        high_5, low_5 = _better(high_5, low_5, values[back + 2], back_high[back + 2], back_low[back + 2])
        high[at], high[at + 1], high[at + 2] = high_0, high_1, high_2
        low[at], low[at + 1], low[at + 2] = low_0, low_1, low_2
        back_high[back], back_high[back + 1], back_high[back + 2] = high_3, high_4, high_5
        back_low[back], back_low[back + 1], back_low[back + 2] = low_3, low_4, low_5


@kernel
def _sweep(
    plane: FloatArray, high: FloatArray, low: FloatArray, mirrored_high: FloatArray, mirrored_low: FloatArray, down: bool
) -> None:
    """One pass over the raster, and one over its mirror image: each pixel keeps the path with the lowest barrier.

    Rows hold three channels pixel by pixel.
    """
    height, length = plane.shape
    inner = slice(3, length - 3)
    for i in range(1, height - 1):
        row = i if down else height - 1 - i
        near = row - 1 if down else row + 1
        values = plane[row]
        _from_row(values[inner], high[near][inner], low[near][inner], high[row][inner], low[row][inner])
        _from_row(
            values[inner],
            mirrored_high[near][inner],
            mirrored_low[near][inner],
            mirrored_high[row][inner],
            mirrored_low[row][inner],
        )
        if down:
            _from_sides(values, high[row], low[row], mirrored_high[row], mirrored_low[row])
        else:
            _from_sides(values, mirrored_high[row], mirrored_low[row], high[row], low[row])


@kernel
def barrier_distance(pixels: FloatArray, sweeps: int) -> FloatArray:
    r"""Approximate minimum barrier distance of every pixel to the frame's border, in each of three channels.

    .. math:: D(p) = \min_{\pi: p \to border} \left(\max_{\pi} I - \min_{\pi} I\right)

    over 4-connected paths: the smaller of FastMBD (Zhang et al. 2015, algorithm 1) on the plane and on its mirror
    image, so that a mirrored picture has the mirrored map.

    Parameters
    ----------
    pixels : ndarray of float32, shape (h, w, 3)
    sweeps : int
        Passes over the raster for each of the two, in turn forwards and backwards; at least 2. More can only lower the
        distances.

    Returns
    -------
    ndarray of float32, shape (h, w, 3)
        Distances in the channels' units, never below the true ones; 0 on the border.
    """
    height, width, _ = pixels.shape
    plane = pixels.reshape(height, 3 * width)
    high, low = plane.copy(), plane.copy()
    if width > 2:
        high[1:-1, 3:-3] = np.inf
    mirrored_high, mirrored_low = high.copy(), low.copy()
    for sweep in range(sweeps):
        _sweep(plane, high, low, mirrored_high, mirrored_low, sweep % 2 == 0)
    return np.minimum(high - low, mirrored_high - mirrored_low).reshape(height, width, 3)


@kernel
def mahalanobis(pixels: FloatArray, means: FloatArray, whitenings: FloatArray) -> FloatArray:
    r"""Mahalanobis distance of every pixel to several colour distributions.

    .. math:: d_k(p) = \left\lVert W_k^T (p - m_k) \right\rVert, \quad W_k W_k^T = C_k^{-1}

    Parameters
    ----------
    pixels : ndarray of float32, shape (h, w, 3)
    means : ndarray of float32, shape (k, 3)
    whitenings : ndarray of float32, shape (k, 3, 3)
        Lower Cholesky factors of the inverse covariances.

    Returns
    -------
    ndarray of float32, shape (k, h, w)
    """
    height, width, _ = pixels.shape
    distances = np.empty((len(means), height, width), dtype=np.float32)
    xs, ys, zs = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    for row in range(height):
        for column in range(width):
            xs[column], ys[column], zs[column] = pixels[row, column, 0], pixels[row, column, 1], pixels[row, column, 2]
        for k in range(len(means)):
            mean_x, mean_y, mean_z = means[k, 0], means[k, 1], means[k, 2]
            whiten, line = whitenings[k], distances[k, row]
            xx, yx, zx, yy, zy, zz = whiten[0, 0], whiten[1, 0], whiten[2, 0], whiten[1, 1], whiten[2, 1], whiten[2, 2]
            for column in range(width):
                x, y, z = xs[column] - mean_x, ys[column] - mean_y, zs[column] - mean_z
                first, second, third = x * xx + y * yx + z * zx, y * yy + z * zy, z * zz
                line[column] = np.sqrt(first * first + second * second + third * third)
    return distances


@kernel
def reconstruct(marker: FloatArray, limit: FloatArray) -> FloatArray:
    """Greyscale reconstruction by dilation of ``marker`` under ``limit``, with 4-neighbours (Vincent 1993).

    The marker, cut to the limit, takes the maximum of its neighbours under the limit until nothing changes.

    Parameters
    ----------
    marker, limit : ndarray of float32, shape (h, w)

    Returns
    -------
    ndarray of float32, shape (h, w)
    """
    height, width = marker.shape
    plane = np.minimum(marker, limit)
    # Rows that may have to change: all at first, later those next to a change since they were last looked at.
    due_down, due_up = np.ones(height, dtype=np.bool_), np.ones(height, dtype=np.bool_)
    while due_down.any() or due_up.any():
        for row in range(height):
            if not due_down[row]:
                continue
            due_down[row], changes = False, 0
            line, most, above, side = plane[row], limit[row], plane[max(row - 1, 0)], plane[row, 0]
            for column in range(width):
                own = line[column]
                side = min(max(max(own, above[column]), side), most[column])
                changes += side > own
                line[column] = side
            if changes > 0:
                due_down[min(row + 1, height - 1)] = due_up[row] = due_up[max(row - 1, 0)] = True
        for row in range(height - 1, -1, -1):
            if not due_up[row]:
                continue
            due_up[row], changes = False, 0
            line, most, below, side = plane[row], limit[row], plane[min(row + 1, height - 1)], plane[row, width - 1]
            for column in range(width - 1, -1, -1):
                own = line[column]
                side = min(max(max(own, below[column]), side), most[column])
                changes += side > own
                line[column] = side
            if changes > 0:
                due_up[max(row - 1, 0)] = due_down[row] = due_down[min(row + 1, height - 1)] = True
    return plane


@kernel
def change_along(pixels: FloatArray, outline: NDArray[np.uint8], reach: int) -> FloatVector:
    """How far three channels (h, w, 3) change within ``reach`` pixels of those where ``outline`` is not 0, in raster order.

    The length of the differences between the largest and the smallest value of each channel in the square around the
    pixel, as far as it lies in the frame.
    """
    height, width, _ = pixels.shape
    changes, count = np.empty(height * width, dtype=np.float32), 0
    for row in range(height):
        for column in range(width):
            if outline[row, column] == 0:
                continue
            high_0, high_1, high_2 = pixels[row, column, 0], pixels[row, column, 1], pixels[row, column, 2]
            low_0, low_1, low_2 = high_0, high_1, high_2
            for y in range(max(row - reach, 0), min(row + reach + 1, height)):
                for x in range(max(column - reach, 0), min(column + reach + 1, width)):
                    value_0, value_1, value_2 = pixels[y, x, 0], pixels[y, x, 1], pixels[y, x, 2]
                    high_0, low_0 = max(high_0, value_0), min(low_0, value_0)
                    high_1, low_1 = max(high_1, value_1), min(low_1, value_1)
                    high_2, low_2 = max(high_2, value_2), min(low_2, value_2)
            size_0, size_1, size_2 = high_0 - low_0, high_1 - low_1, high_2 - low_2
            changes[count] = np.sqrt(size_0 * size_0 + size_1 * size_1 + size_2 * size_2)
            count += 1
    return changes[:count].copy()


@kernel
def colour_numbers(lab: FloatArray) -> tuple[NDArray[np.int64], int]:
    """For every pixel of Lab (h, w, 3) the number of its cell (6.25 x 8 x 8), occupied cells only; and how many there are.

    L* lies in [0, 100], a* and b* in [-160, 160]. White belongs to the last cell, or else rounding would tell white from
    white.
    """
    height, width, _ = lab.shape
    numbers = np.empty((height, width), dtype=np.int64)
    occupied = np.zeros(16 * 41 * 41, dtype=np.int64)
    for row in range(height):
        for column in range(width):
            lightness = min(np.int64(lab[row, column, 0] * np.float32(1 / 6.25)), 15)
            green_red = np.int64(lab[row, column, 1] * np.float32(1 / 8)) + 20
            blue_yellow = np.int64(lab[row, column, 2] * np.float32(1 / 8)) + 20
            code = (lightness * 41 + green_red) * 41 + blue_yellow  # type: ignore[operator,unused-ignore]
            numbers[row, column] = code
            occupied[code] = 1
    count = 0
    for code in range(occupied.size):  # type: ignore[assignment,unused-ignore]
        here = occupied[code]
        occupied[code] = count
        count += int(here)
    for row in range(height):
        for column in range(width):
            numbers[row, column] = occupied[numbers[row, column]]
    return numbers, count
