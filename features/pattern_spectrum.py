"""Scene statistics of the Fourier spectrum: how contrast falls from coarse to fine."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .kernels.pattern_spectrum import ring_sums
from .kernels.spectrum import half_power
from .pattern_planes import UInt8Plane, central_square, fitted_slope, grey
from .picture import WORKING_SIDE, Picture, shared

Vector = NDArray[np.float64]


def mirror_weight(columns: int) -> NDArray[np.float32]:
    """How often each column of a half spectrum stands in the full one of ``columns``: twice but for 0 and the highest."""
    weight = np.full(columns // 2 + 1, 2, np.float32)
    weight[0] = 1
    if columns % 2 == 0:
        weight[-1] = 1
    return weight


@functools.lru_cache(maxsize=8)
def _rings(side: int) -> tuple[NDArray[np.int16], Vector]:
    """Rounded radius of each frequency of the half spectrum of a square, and the frequencies per ring of the full one."""
    down = np.fft.fftfreq(side) * side
    ring = np.rint(np.hypot(down[:, None], np.arange(side // 2 + 1))).astype(np.int16)
    times = np.broadcast_to(mirror_weight(side), ring.shape)
    return ring, np.asarray(np.bincount(ring.ravel(), times.ravel()), np.float64)


@functools.lru_cache(maxsize=32)
def _area_filter_power(size: int, ratio: float) -> Vector:
    """Power that the area filter leaves at each FFT frequency of ``size`` pixels after shrinking by ``ratio``.

    Averaging r native pixels multiplies a wave of x cycles per working pixel by sin(pi x) / (r sin(pi x / r)).
    """
    x = np.fft.fftfreq(size)
    if ratio <= 1:
        return np.ones(size)
    denominator = ratio * np.sin(np.pi * x / ratio)
    return np.where(x == 0, 1, np.sin(np.pi * x) / np.where(x == 0, 1, denominator)) ** 2


class RadialMeans(NamedTuple):
    """Mean power and mean amplitude over rings of equal frequency 0, 1, 2... cycles per side."""

    power: Vector
    amplitude: Vector


def _radial_means(plane: UInt8Plane, side: int, ratio: float) -> RadialMeans:
    """Of ``plane`` in 0..1 less its mean, padded (or cut) to a square of ``side``, freed of the area filter's loss of power."""
    values = np.zeros((side, side), np.float32)
    inside = values[: plane.shape[0], : plane.shape[1]]
    np.subtract(plane[:side, :side], np.float32(cv2.mean(plane)[0]), out=inside)
    inside *= np.float32(1 / 255)
    power = half_power(np.asarray(cv2.dft(values)))
    kept = _area_filter_power(side, ratio)
    gain = (1 / kept).astype(np.float32)
    ring, counts = _rings(side)
    sums = ring_sums(power, ring, mirror_weight(side), gain, gain[: side // 2 + 1], len(counts))
    return RadialMeans(*(np.asarray(total / np.maximum(counts, 1)) for total in sums))


def _shrinkage(picture: Picture) -> float:
    """Native pixels per working pixel, rounded so that few filters are kept in memory."""
    return round(max(picture.width, picture.height) / WORKING_SIDE, 3)


@shared
def spectral_power_profile(picture: Picture) -> Vector:
    """Rotational mean of the luma's power at 0..256 cycles per long side, padded to a square with its mean."""
    return _radial_means(grey(picture), WORKING_SIDE, _shrinkage(picture)).power


LOWEST, HIGHEST = 10, 200
"""Cycles per long side between which the spectrum is fitted: above, the working scale is too near its limit."""


@shared
def _fourier_fit(picture: Picture) -> tuple[float, float]:
    """Slope of the radially averaged power spectrum in log-log, and the variance of its residuals."""
    power = spectral_power_profile(picture)
    highest = min(HIGHEST, math.floor(min(1.0, _shrinkage(picture)) * WORKING_SIDE / 2))
    if highest < 2 * LOWEST:
        return 0.0, 0.0
    # The published fit counts the mean as frequency 1.
    values = power[LOWEST - 1 : highest]
    if values.max() < 1e-6:
        return 0.0, 0.0
    values = values + 1e-9 * values.max()
    frequency = np.arange(LOWEST, highest + 1, dtype=np.float64)
    bins = math.ceil((highest - LOWEST) / 2)
    borders = np.floor(np.geomspace(LOWEST, highest, bins + 1) + 1e-9).astype(int) - LOWEST
    x, y = (np.log10(_means(series, borders[:-1], borders[1:])) for series in (frequency, values))
    slope = fitted_slope(x, y)
    residual = np.log10(values) - (y.mean() + slope * (np.log10(frequency) - x.mean()))
    return slope, float(residual.var())


@feature(
    criterion="pattern",
    label="spectral slope",
    unit="log10 power per log10 frequency",
    range=(-math.inf, math.inf),
    direction="unimodal",
    reference="Redies, Hasenstein, Denzler 2007; Bartho et al. 2025 (Aesthetics-Toolbox)",
)
def fourier_slope(picture: Picture) -> float:
    r"""Slope of the radially averaged power spectrum of the luma in log-log (Redies).

    .. math:: \log_{10} P(f) \approx a + \text{slope} \cdot \log_{10} f

    fitted for 10..200 cycles per long side to means over bins of equal width in log f, two frequencies a bin on
    average (published: up to 256, which the working scale cannot show). The picture is padded to a square with its
    mean, and the loss of power by the area filter that made the working scale is divided out, so the slope hardly
    depends on the native size. Natural scenes and art lie near -2; -3 is smooth, -1 grainy. Flat pictures, and ones
    of fewer than 40 native pixels, give 0.
    """
    return _fourier_fit(picture)[0]


@feature(
    criterion="pattern",
    label="irregularity of the spectrum",
    unit="variance of log10 power",
    range=(0, math.inf),
    direction="neutral",
    reference="Redies, Hasenstein, Denzler 2007; Bartho et al. 2025 (Aesthetics-Toolbox)",
)
def fourier_sigma(picture: Picture) -> float:
    """Variance of the residuals of the fit of ``fourier_slope``, over all single frequencies of 10..200 cycles.

    0 if contrast falls evenly from coarse to fine; large if some scale dominates, as in regular patterns. Flat
    pictures, and ones of fewer than 40 native pixels, give 0.
    """
    return _fourier_fit(picture)[1]


def _means(series: Vector, first: NDArray[np.int_], last: NDArray[np.int_]) -> Vector:
    """Means of ``series`` from each ``first`` to its ``last`` position, inclusive."""
    total = np.concatenate(([0], np.cumsum(series)))
    return np.asarray((total[last + 1] - total[first]) / (last + 1 - first))


def _smooth_size(limit: int) -> int:
    """Largest even size up to ``limit`` without prime factors above 5, for which transforms are quick."""
    for size in range(limit - limit % 2, 1, -2):
        rest = size
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
    return 0


class _SquareSpectrum(NamedTuple):
    means: RadialMeans
    highest: int


@shared
def _square_spectrum(picture: Picture) -> _SquareSpectrum | None:
    """Radial spectrum of the central square of the picture, and the highest frequency at which it carries content.

    None if the square is too small or flat.
    """
    square = central_square(grey(picture))
    side = _smooth_size(square.shape[0])
    offset = (square.shape[0] - side) // 2
    highest = math.floor(min(1.0, _shrinkage(picture)) * side / 2)
    if side < 64 or highest < 32:
        return None
    means = _radial_means(square[offset : offset + side, offset : offset + side], side, _shrinkage(picture))
    return _SquareSpectrum(means, highest) if means.power.max() > 1e-6 else None


@feature(
    criterion="pattern",
    label="spectral slope of the centre (Mather)",
    unit="log amplitude per log frequency",
    range=(-math.inf, math.inf),
    direction="unimodal",
    reference="Mather 2014, Art & Perception; Bartho et al. 2025 (Aesthetics-Toolbox)",
)
def fourier_slope_mather(picture: Picture) -> float:
    r"""Half the slope of the radially averaged power of the central square, in log-log, every frequency its own point.

    Fitted between 1/51 and 1/4 of the 512 cycles per side of the published measurement, that is 10..128 cycles per
    side (fewer where the working scale has not as many). About -1 for natural scenes. Flat pictures, and ones whose
    short side is under 64 pixels at the working scale, give 0.
    """
    found = _square_spectrum(picture)
    if found is None:
        return 0.0
    power = found.means.power
    frequency = np.arange(10, min(128, found.highest) + 1)
    return fitted_slope(np.log(frequency), np.log(power[frequency] + 1e-12 * power.max())) / 2


@feature(
    criterion="pattern",
    label="spectral slope of the centre (Spehar)",
    unit="log amplitude per log frequency",
    range=(-math.inf, math.inf),
    direction="unimodal",
    reference="Isherwood, Clifford, Schira, Roberts, Spehar 2021, Vision Research 181; Bartho et al. 2025",
)
def fourier_slope_spehar(picture: Picture) -> float:
    r"""Slope of the radially averaged amplitude of the central square in log-log, outliers of a linear fit left out.

    Frequencies 1..half the side; those whose Cook's distance in the fit of amplitude on frequency exceeds 4 / n (in
    practice the lowest few) are left out. About -1.2 for natural scenes. Flat pictures, and ones whose short side is
    under 64 pixels at the working scale, give 0.
    """
    found = _square_spectrum(picture)
    if found is None:
        return 0.0
    amplitude = found.means.amplitude[1 : found.highest + 1]
    frequency = np.arange(1, found.highest + 1, dtype=np.float64)
    kept = _cooks_distance(frequency, amplitude) <= 4 / found.highest
    return fitted_slope(np.log(frequency[kept]), np.log(amplitude[kept] + 1e-9 * amplitude.max()))


def _cooks_distance(x: Vector, y: Vector) -> Vector:
    """Cook's distance of each point from the least-squares line through (x, y)."""
    n = x.size
    centred = x - x.mean()
    leverage = 1 / n + centred**2 / (centred @ centred)
    residual = y - y.mean() - fitted_slope(x, y) * centred
    variance = residual @ residual / (n - 2)
    if variance == 0:
        return np.zeros(n)
    return np.asarray(residual**2 / (2 * variance) * leverage / (1 - leverage) ** 2)
