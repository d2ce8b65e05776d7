"""Planes and histograms of the tones of a picture, shared by the features of the criterion ``lighting``.

Percentiles are taken from 8-bit histograms: the ``q`` quantile is the lowest level at or below which lies at least a
share ``q`` of the pixels. Averaging over areas at the working scale makes shares of pixels nearly independent of the
size of the picture, and the clipping thresholds leave room for the ringing that JPEG puts beside full white.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels.lighting import level_counts, local_deviation, mean_and_deviation, sum_of_tables
from .picture import FloatPlane, Picture, shared, shrunk
from .saliency import subject

BLACK = 4
"""Highest 8-bit level that counts as clipped shadow."""

WHITE = 251
"""Lowest 8-bit level that counts as clipped highlight."""

ZONES = 11
"""Number of tonal zones (Adams 0 to X), here equal bands of the 8-bit luma."""

MID_GREY = 0.18
"""Linear luminance of the grey card to which a light meter is set."""

GRID = 24
"""Rows and columns of the grid on which large-scale light is measured; a multiple of 8 and of 2."""

Levels = NDArray[np.uint8]
Histogram = NDArray[np.float64]


class ChannelLevels(NamedTuple):
    """R, G, B, and per pixel their largest and smallest, each uint8 of shape (h, w) at the working scale."""

    red: Levels
    green: Levels
    blue: Levels
    largest: Levels
    smallest: Levels


def histogram(levels: Levels) -> Histogram:
    """Share of pixels at each of the 256 levels of a uint8 plane."""
    counts = cv2.calcHist([levels], [0], None, [256], [0, 256]).ravel().astype(np.float64)
    return np.asarray(counts / levels.size)


def quantile(shares: Histogram, q: float) -> int:
    """Lowest level at or below which lies at least a share ``q`` of the pixels."""
    return quantiles(shares, q)[0]


def quantiles(shares: Histogram, *levels: float) -> list[int]:
    """``quantile`` of each of several shares of the pixels."""
    # The cumulative sum of shares may fall short of an exact q by rounding.
    return [min(255, int(place)) for place in shares.cumsum().searchsorted(np.array(levels) - 1e-9)]


@shared
def luma_levels(picture: Picture) -> Levels:
    """Rec. 601 luma at the working scale in 8 bits, uint8, shape (h, w)."""
    return np.asarray(cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


@shared
def luma_histogram(picture: Picture) -> Histogram:
    """Share of pixels at each 8-bit luma."""
    return histogram(luma_levels(picture))


@shared
def subject_histograms(picture: Picture) -> tuple[Histogram, Histogram]:
    """Number of pixels at each 8-bit luma inside the subject's mask, and outside it."""
    levels, mask = luma_levels(picture), subject(picture).mask.view(np.uint8)
    inside = cv2.calcHist([levels], [0], mask, [256], [0, 256]).ravel().astype(np.float64)
    return inside, np.rint(luma_histogram(picture) * levels.size) - inside


@shared
def zone_shares(picture: Picture) -> Histogram:
    """Share of pixels in each of the eleven zones: level k of the 8-bit luma belongs to zone floor(11 k / 256)."""
    zone = np.arange(256) * ZONES // 256
    shares = np.bincount(zone, weights=luma_histogram(picture), minlength=ZONES)
    return np.asarray(shares, dtype=np.float64)


@shared
def channel_levels(picture: Picture) -> ChannelLevels:
    """R, G, B, their largest and their smallest, per pixel of the working scale."""
    red, green, blue = cv2.split(picture.rgb)
    largest = cv2.max(cv2.max(red, green), blue)
    smallest = cv2.min(cv2.min(red, green), blue)
    return ChannelLevels(*(np.asarray(plane, dtype=np.uint8) for plane in (red, green, blue, largest, smallest)))


@shared
def channel_histograms(picture: Picture) -> NDArray[np.float64]:
    """Share of pixels at each level of R, G, B, their largest and their smallest, shape (5, 256)."""
    levels = channel_levels(picture)
    return level_counts(tuple(levels)) / levels.red.size


@shared
def lab_planes(picture: Picture) -> tuple[FloatPlane, FloatPlane, FloatPlane]:
    """CIE L*, a* and b* at the working scale, each float32 of shape (h, w), contiguous."""
    lightness, a, b = cv2.split(picture.lab)
    return np.asarray(lightness), np.asarray(a), np.asarray(b)


def lightness(picture: Picture) -> FloatPlane:
    """CIE L* at the working scale, float32 in [0, 100], shape (h, w), contiguous."""
    return lab_planes(picture)[0]


@shared
def lightness_histogram(picture: Picture) -> Histogram:
    """Share of pixels at each of 256 equal steps of L*; step k stands for L* = 100 k / 255."""
    return histogram(np.asarray(cv2.convertScaleAbs(lightness(picture), alpha=2.55), dtype=np.uint8))


@shared
def lightness_moments(picture: Picture) -> tuple[float, float]:
    """Mean and standard deviation of L*."""
    mean, deviation = mean_and_deviation(lightness(picture))
    return min(100.0, max(0.0, mean)), min(50.0, deviation)


def luminance_of_steps() -> NDArray[np.float64]:
    """Linear luminance in [0, 1] of each of the 256 steps of L* (CIE 15:2004)."""
    steps = np.arange(256) * (100 / 255)
    return np.where(steps > 8, ((steps + 16) / 116) ** 3, steps * (27 / 24389))


@shared
def luminance(picture: Picture) -> FloatPlane:
    """Linear-light luminance (IEC 61966-2-1 decoding, Rec. 709 weights), float32 in [0, 1], shape (h, w)."""
    return sum_of_tables(picture.rgb, _light_of_levels())


@functools.cache
def _light_of_levels() -> NDArray[np.float32]:
    """What each 8-bit level of R, G and B adds to the luminance, shape (3, 256)."""
    code = np.arange(256) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return np.outer((0.2126, 0.7152, 0.0722), linear).astype(np.float32)


@shared
def lightness_cells(picture: Picture) -> NDArray[np.float64]:
    """Mean L* / 100 of each cell of a grid of 24 x 24 over the frame."""
    return shrunk(lightness(picture), GRID, GRID).astype(np.float64) / 100


@shared
def luminance_cells(picture: Picture) -> NDArray[np.float64]:
    """Mean linear luminance of each cell of a grid of 24 x 24 over the frame."""
    return shrunk(luminance(picture), GRID, GRID).astype(np.float64)


@shared
def fine_deviation(picture: Picture) -> FloatPlane:
    """Standard deviation of the luma in the 5 x 5 window around each pixel, float32 in [0, 0.5], shape (h, w).

    Beyond the frame its outermost pixels are repeated.
    """
    padded = cv2.copyMakeBorder(luma_levels(picture), 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    every = np.ones(padded.shape[0] - 4, dtype=np.bool_)
    return local_deviation(np.asarray(padded, dtype=np.uint8), 5, 5, every)
