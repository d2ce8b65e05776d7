"""Kernel of the criterion sharpness: the wavelet transform of FISH."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatPlane = NDArray[np.float32]
FloatRow = NDArray[np.float32]

_REACH = 4
"""Samples that the longer filter, of nine taps, takes on either side."""


@kernel
def wavelet_97_step(plane: FloatPlane, low: FloatRow, high: FloatRow) -> tuple[FloatPlane, FloatPlane, FloatPlane, FloatPlane]:
    """One level of a separable transform by ``low`` (9 taps) around even and ``high`` (7 taps) around odd places.

    Beyond its borders the plane is mirrored about its outermost samples. Returns the approximation and the details LH
    (low across, high down), HL and HH, the details squared.
    """
    height, width = plane.shape
    approximation = np.empty(((height + 1) // 2, (width + 1) // 2), np.float32)
    lh = np.empty((height // 2, (width + 1) // 2), np.float32)
    hl = np.empty(((height + 1) // 2, width // 2), np.float32)
    hh = np.empty((height // 2, width // 2), np.float32)
    line = np.empty(width + 2 * _REACH, np.float32)
    even, odd = np.empty((line.size + 1) // 2, np.float32), np.empty(line.size // 2, np.float32)
    for y in range(height):
        _filter_down(plane, y, low if y % 2 == 0 else high, line)
        for x in range(even.size):
            even[x] = line[2 * x]
        for x in range(odd.size):
            odd[x] = line[2 * x + 1]
        across_low, across_high = (approximation[y // 2], hl[y // 2]) if y % 2 == 0 else (lh[y // 2], hh[y // 2])
        _filter_across(even, odd, low, across_low)
        _filter_across(even[1:], odd[1:], high, across_high)
        if y % 2 == 1:
            _square(across_low)
        _square(across_high)
    return approximation, lh, hl, hh


@kernel
def _filter_down(plane: FloatPlane, y: int, taps: FloatRow, line: FloatRow) -> None:
    """Row ``y`` of the plane filtered down, mirrored by ``_REACH`` samples at both ends."""
    height, width = plane.shape
    inner = line[_REACH:]
    line[:] = 0
    for t in range(taps.size):
        row, tap = plane[_mirrored(y + t - taps.size // 2, height)], taps[t]
        for x in range(width):
            inner[x] += tap * row[x]
    for k in range(1, _REACH + 1):
        line[_REACH - k] = inner[_mirrored(-k, width)]
        line[_REACH + width - 1 + k] = inner[_mirrored(width - 1 + k, width)]


@kernel
def _filter_across(even: FloatRow, odd: FloatRow, taps: FloatRow, out: FloatRow) -> None:
    """Every second place of a line filtered, given its even and odd samples from the first tap of the first place on."""
    out[:] = 0
    for t in range(taps.size):
        samples, tap = (even if t % 2 == 0 else odd)[t // 2 :], taps[t]
        for x in range(out.size):
            out[x] += tap * samples[x]


@kernel
def _square(row: FloatRow) -> None:
    for x in range(row.size):
        row[x] *= row[x]


@kernel
def _mirrored(index: int, size: int) -> int:
    """``index`` folded into 0..size-1 about the outermost samples (... 2 1 | 0 1 2 ... n-1 | n-2 ...)."""
    if size == 1:
        return 0
    index %= 2 * size - 2
    return index if index < size else 2 * size - 2 - index
