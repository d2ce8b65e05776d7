"""Compiled loops on Fourier transforms, for the criteria ``pattern`` and ``sharpness``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatPlane = NDArray[np.float32]
FloatRow = NDArray[np.float32]


@kernel
def half_power(packed: FloatPlane) -> FloatPlane:
    """Power of a real plane at the frequencies of ``numpy.fft.rfft2``, shape (h, w // 2 + 1).

    ``packed`` is the transform of the plane as ``cv2.dft`` gives it, of the plane's own shape (h, w): after a first column
    of its own, real and imaginary parts take turns along the rows; the first column and, where w is even, the last are
    themselves transforms of real columns, packed so downwards.
    """
    height, width = packed.shape
    power = np.empty((height, width // 2 + 1), np.float32)
    for y in range(height):
        _squared_pairs(packed[y, 1:], power[y, 1:])
    _squared_column(packed[:, 0], power[:, 0])
    if width % 2 == 0:
        _squared_column(packed[:, width - 1], power[:, width // 2])
    return power


@kernel
def _squared_pairs(row: FloatRow, power: FloatRow) -> None:
    for k in range(row.size // 2):
        power[k] = row[2 * k] * row[2 * k] + row[2 * k + 1] * row[2 * k + 1]


@kernel
def _squared_column(column: FloatRow, power: FloatRow) -> None:
    height = column.size
    power[0] = column[0] * column[0]
    for k in range(1, (height + 1) // 2):
        power[k] = column[2 * k - 1] * column[2 * k - 1] + column[2 * k] * column[2 * k]
        power[height - k] = power[k]
    if height % 2 == 0:
        power[height // 2] = column[height - 1] * column[height - 1]
