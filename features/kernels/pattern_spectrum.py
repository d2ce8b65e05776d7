"""Compiled loops on spectra. Each has a plain twin in the tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatRow = NDArray[np.float32]


@kernel
def ring_sums(
    power: NDArray[np.float32], ring: NDArray[np.int16], times: FloatRow, down: FloatRow, across: FloatRow, rings: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums of the power of a half spectrum, and of its root, the amplitude, over rings of frequency.

    ``ring`` has the shape of ``power``. The power is multiplied by ``down[row] * across[column]`` first, and then
    counts ``times[column]`` times.
    """
    sums, amplitudes = np.zeros(rings), np.zeros(rings)
    squares, roots = np.empty(times.size, np.float32), np.empty(times.size, np.float32)
    for y in range(power.shape[0]):
        row, places, gain = power[y], ring[y], down[y]
        for x in range(times.size):
            squares[x] = row[x] * across[x] * gain
        for x in range(times.size):
            roots[x] = np.sqrt(squares[x])
        for x in range(times.size):
            sums[places[x]] += times[x] * squares[x]
            amplitudes[places[x]] += times[x] * roots[x]
    return sums, amplitudes
