"""Kernels of the saliency map: minimum barrier distance, distance to the border's colours, greyscale reconstruction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel


@kernel
def _sweep(plane: NDArray[np.float32], high: NDArray[np.float32], low: NDArray[np.float32], down: bool, right: bool) -> None:
    """One pass over the raster: each pixel keeps the path with the lowest barrier among its own and two neighbours'."""
    height, width = plane.shape
    for i in range(1, height - 1):
        row = i if down else height - 1 - i
        row_before = row - 1 if down else row + 1
        start = 0 if right else width - 1
        side_high = high[row, start]
        side_low = low[row, start]
        for j in range(1, width - 1):
            column = j if right else width - 1 - j
            value = plane[row, column]
            best_high = high[row, column]
            best_low = low[row, column]
            other_high = max(high[row_before, column], value)
            other_low = min(low[row_before, column], value)
            better = other_high - other_low < best_high - best_low
            best_high = other_high if better else best_high
            best_low = other_low if better else best_low
            other_high = max(side_high, value)
            other_low = min(side_low, value)
            better = other_high - other_low < best_high - best_low
            side_high = other_high if better else best_high
            side_low = other_low if better else best_low
            high[row, column] = side_high
            low[row, column] = side_low


@kernel
def barrier_distance(plane: NDArray[np.float32], sweeps: int) -> NDArray[np.float32]:
    r"""Approximate minimum barrier distance of every pixel to the frame's border.

    .. math:: D(p) = \min_{\pi: p \to border} \left(\max_{\pi} I - \min_{\pi} I\right)

    over 4-connected paths: the smaller of FastMBD (Zhang et al. 2015, algorithm 1) on the plane and on its mirror
    image, so that a mirrored picture has the mirrored map.

    Parameters
    ----------
    plane : ndarray of float32, shape (h, w)
    sweeps : int
        Passes over the raster for each of the two, in turn forwards and backwards; at least 2. More can only lower the
        distances.

    Returns
    -------
    ndarray of float32, shape (h, w)
        Distances in the plane's unit, never below the true ones; 0 on the border.
    """
    result = np.full(plane.shape, np.inf, dtype=np.float32)
    for mirrored in (False, True):
        high = plane.copy()
        low = plane.copy()
        high[1:-1, 1:-1] = np.inf
        for sweep in range(sweeps):
            down = sweep % 2 == 0
            _sweep(plane, high, low, down, down != mirrored)
        result = np.minimum(result, high - low)
    return result


@kernel
def mahalanobis(
    pixels: NDArray[np.float32], means: NDArray[np.float32], whitenings: NDArray[np.float32]
) -> NDArray[np.float32]:
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
    for k in range(len(means)):
        mean = means[k]
        whiten = whitenings[k]
        for row in range(height):
            for column in range(width):
                x = pixels[row, column, 0] - mean[0]
                y = pixels[row, column, 1] - mean[1]
                z = pixels[row, column, 2] - mean[2]
                first = x * whiten[0, 0] + y * whiten[1, 0] + z * whiten[2, 0]
                second = y * whiten[1, 1] + z * whiten[2, 1]
                third = z * whiten[2, 2]
                distances[k, row, column] = np.sqrt(first * first + second * second + third * third)
    return distances


@kernel
def reconstruct(marker: NDArray[np.float32], limit: NDArray[np.float32]) -> NDArray[np.float32]:
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
    changed = True
    while changed:
        changed = False
        for row in range(height):
            for column in range(width):
                best = plane[row, column]
                if row > 0:
                    best = max(best, plane[row - 1, column])
                if column > 0:
                    best = max(best, plane[row, column - 1])
                plane[row, column] = min(best, limit[row, column])
        for row in range(height - 1, -1, -1):
            for column in range(width - 1, -1, -1):
                best = plane[row, column]
                if row < height - 1:
                    best = max(best, plane[row + 1, column])
                if column < width - 1:
                    best = max(best, plane[row, column + 1])
                best = min(best, limit[row, column])
                if best > plane[row, column]:
                    plane[row, column] = best
                    changed = True
    return plane
