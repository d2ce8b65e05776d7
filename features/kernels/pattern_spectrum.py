"""Compiled loops on spectra. Each has a plain twin in the tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatRow = NDArray[np.float32]


@kernel
def ring_sums(
    spectrum: NDArray[np.complex64], ring: NDArray[np.int16], times: FloatRow, down: FloatRow, across: FloatRow, rings: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums of power and of amplitude of a half spectrum over rings of frequency.

    ``ring`` has the shape of the spectrum. The power is multiplied by ``down[row] * across[column]`` first, and then
    counts ``times[column]`` times.
    """
    power, amplitude = np.zeros(rings), np.zeros(rings)
    squares, roots = np.empty(times.size, np.float32), np.empty(times.size, np.float32)
    for y in range(spectrum.shape[0]):
        row, places, gain = spectrum[y], ring[y], down[y]
        for x in range(times.size):
            squares[x] = (row[x].real * row[x].real + row[x].imag * row[x].imag) * across[x] * gain
        for x in range(times.size):
            roots[x] = np.sqrt(squares[x])
        for x in range(times.size):
            power[places[x]] += times[x] * squares[x]
            amplitude[places[x]] += times[x] * roots[x]
    return power, amplitude
