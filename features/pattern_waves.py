"""Directions, peaks and repetition, from the spectrum of the half-scale luma under a window."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .pattern_planes import half_grey
from .pattern_spectrum import mirror_weight
from .picture import Picture, shared


class _Waves(NamedTuple):
    """Whitened power of the half-scale luma under a Hann window (half spectrum), and the shape of the plane."""

    power: NDArray[np.float32]
    shape: tuple[int, int]


@functools.lru_cache(maxsize=8)
def _window(rows: int, columns: int) -> NDArray[np.float32]:
    """Hann window without zero rows or columns, so that the thinnest picture keeps a pixel."""
    down, across = np.hanning(rows + 2)[1:-1], np.hanning(columns + 2)[1:-1]
    return np.outer(down, across).astype(np.float32)


class _Whitening(NamedTuple):
    """For each frequency of a half spectrum: the gain, frequency squared with a soft limit near 0.35 cycles per pixel;
    whether it lies inside the band; and there, weighted as in the full spectrum, 1 and the cosine and sine of twice its
    direction and the cosine of four times.
    """

    gain: NDArray[np.float32]
    band: NDArray[np.bool_]
    harmonics: NDArray[np.float32]


@functools.lru_cache(maxsize=8)
def _whitening(rows: int, columns: int) -> _Whitening:
    down, across = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :]
    square = down**2 + across**2
    gain = square * np.exp(-square / (2 * 0.25**2)) ** 2
    direction = 2 * np.arctan2(np.broadcast_to(down, square.shape), np.broadcast_to(across, square.shape))
    radius = np.sqrt(square)
    band = (radius > 4 / max(rows, columns)) & (radius < 0.35)
    waves = np.stack([np.ones(square.shape), np.cos(direction), np.sin(direction), np.cos(2 * direction)])
    harmonics = (waves * mirror_weight(columns) * band).astype(np.float32)
    return _Whitening(gain.astype(np.float32), band, harmonics)


@shared
def _waves(picture: Picture) -> _Waves:
    from scipy import fft

    values = half_grey(picture).astype(np.float32) / np.float32(255)
    window = _window(*values.shape)
    values = (values - (values * window).sum(dtype=np.float64) / window.sum(dtype=np.float64)) * window
    spectrum = fft.rfft2(values.astype(np.float32))
    power = (spectrum.real**2 + spectrum.imag**2) * _whitening(*values.shape).gain
    return _Waves(np.asarray(power, dtype=np.float32), values.shape)


@shared
def _angular_moments(picture: Picture) -> tuple[float, float]:
    """Size of the second and real part of the fourth angular moment of the whitened power, as shares of the power."""
    power, shape = _waves(picture)
    # Neither a matrix product, which would start threads, nor OpenCV's sum, whose last digit depends on where the plane lies.
    total, along, across, cardinal = (float((power * wave).sum(dtype=np.float64)) for wave in _whitening(*shape).harmonics)
    if total < 1e-9:
        return 0.0, 0.0
    return min(1.0, math.hypot(along, across) / total), max(-1.0, min(1.0, cardinal / total))


@feature(
    criterion="pattern",
    label="predominance of one direction",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="after Koch, Denzler, Redies 2010 (anisotropy of spectra)",
)
def spectral_orientation_bias(picture: Picture) -> float:
    r"""Second angular moment of the whitened power spectrum of the half-scale luma, under a Hann window.

    .. math:: \left|\sum P f^2 e^{2 i \theta}\right| / \sum P f^2

    0 if all directions carry equal contrast (or two at right angles do), 1 if only one does: stripes, a sea, tall
    trees. Flat pictures give 0.
    """
    return _angular_moments(picture)[0]


@feature(
    criterion="pattern",
    label="predominance of horizontals and verticals over diagonals",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="after Hansen, Essock 2004 (horizontal effect), fourth angular moment",
)
def spectral_cardinality(picture: Picture) -> float:
    r"""Fourth angular moment of the whitened power spectrum of the half-scale luma, under a Hann window.

    .. math:: \text{Re} \sum P f^2 e^{4 i \theta} / \sum P f^2

    1 if all contrast lies along the frame (buildings, horizons), -1 if along its diagonals, 0 if evenly spread. Flat
    pictures give 0.
    """
    return _angular_moments(picture)[1]


@feature(
    criterion="pattern",
    label="spectral flatness",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Gray, Markel 1974 (spectral flatness), on the whitened luma spectrum",
)
def spectral_flatness(picture: Picture) -> float:
    r"""Geometric over arithmetic mean of the whitened power spectrum of the half-scale luma.

    .. math:: \exp(\langle \ln P f^2 \rangle) / \langle P f^2 \rangle

    over frequencies from 4 cycles per long side to 0.35 cycles per pixel. Noise-like textures come near 0.5; a
    spectrum of few peaks (stripes, grids, repeated things) and pictures of a single scale near 0. Flat pictures
    give 0.
    """
    power, shape = _waves(picture)
    values = power[_whitening(*shape).band].astype(np.float64)
    if values.size == 0 or values.mean() < 1e-12:
        return 0.0
    mean = values.mean()
    return float(min(1.0, np.exp(np.log(values + 1e-9 * mean).mean()) / (mean * (1 + 1e-9))))


@functools.lru_cache(maxsize=8)
def _window_correlation(rows: int, columns: int) -> NDArray[np.float32]:
    """Circular autocorrelation of the window, 1 at lag 0."""
    from scipy import fft

    spectrum = fft.rfft2(_window(rows, columns))
    correlation = fft.irfft2(np.abs(spectrum) ** 2, (rows, columns))
    return np.asarray(correlation / correlation[0, 0], dtype=np.float32)


@shared
def _autocorrelation(picture: Picture) -> NDArray[np.float32]:
    """Autocorrelation of the whitened half-scale luma: 1 at lag 0, in the middle; lags up to half a side."""
    from scipy import fft

    power, shape = _waves(picture)
    correlation = fft.irfft2(power, shape)
    if correlation[0, 0] < 1e-12:
        return np.zeros(shape, np.float32)
    correlation = correlation / correlation[0, 0] / _window_correlation(*shape)
    return np.asarray(np.fft.fftshift(correlation), dtype=np.float32)


@family(
    {"repetition_strength": "repetition", "repetition_regularity": "regularity of repetition"},
    criterion="pattern",
    unit="correlation",
    range=(0, 1),
    direction="neutral",
    reference="second peak of the autocorrelation, after Liu, Collins, Tsin 2004 (periodic patterns)",
)
def repetition(picture: Picture) -> Sequence[float]:
    """How well the picture matches a shifted copy of itself, and a copy shifted once more by as much.

    Strength: among the local maxima of the autocorrelation of the whitened half-scale luma, at lags from 4 pixels
    to a quarter of each side, the greatest rise above the lowest correlation met on the straight way from lag 0 (at
    least 0): a long edge matches itself along its length without repeating, and does not count. Regularity: the
    correlation at twice that lag, the best within a pixel or two, but not more than the strength. Windows in a
    facade, railings and brickwork score high; both are 0 for flat pictures and ones less than 32 pixels high or wide
    at the working scale.
    """
    correlation = _autocorrelation(picture)
    lag = repeat_lag(picture)
    if lag is None:
        return 0.0, 0.0
    dy, dx, strength = lag
    top, left = (side // 2 for side in correlation.shape)
    y, x = top + 2 * dy, left + 2 * dx
    again = correlation[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3]
    strength = float(np.clip(strength, 0, 1))
    return strength, float(np.clip(again.max(), 0, strength))


@shared
def repeat_lag(picture: Picture) -> tuple[int, int, float] | None:
    """The lag (down, across) of ``repetition`` in pixels of the half scale, and its strength; None where there is none."""
    correlation = _autocorrelation(picture)
    height, width = correlation.shape
    if min(height, width) < 16 or not correlation.any():
        return None
    return _highest_repeat(correlation, height // 2, width // 2)


def _highest_repeat(correlation: NDArray[np.float32], top: int, left: int) -> tuple[int, int, float] | None:
    """Lag (down, across) of the local maximum that rises highest above the way to it, and that rise."""
    height, width = correlation.shape
    reach_y, reach_x = height // 4, width // 4
    part = np.ascontiguousarray(correlation[top : top + reach_y + 1, left - reach_x : left + reach_x + 1])
    peaks = part == cv2.dilate(part, np.ones((5, 5), np.uint8))
    down, across = np.nonzero(peaks & (part > 0))
    across = across - reach_x
    far = np.hypot(down, across) >= 4
    down, across = down[far], across[far]
    if down.size == 0:
        return None
    heights = part[down, across + reach_x]
    best = np.argsort(-heights, kind="stable")[:24]
    down, across, heights = down[best], across[best], heights[best]
    way = np.linspace(0, 1, 33)[:, None]
    valley = correlation[np.rint(top + way * down).astype(int), np.rint(left + way * across).astype(int)].min(axis=0)
    rise = heights - np.maximum(valley, 0)
    k = int(np.argmax(rise))
    return int(down[k]), int(across[k]), float(rise[k])
