"""Features of the criterion ``lighting``: tones that are lost, to black, to white or to gaps between levels."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.lighting import channel_counts, largest_region
from .lighting_tones import BLACK, WHITE, channel_histograms, luma_histogram, luma_levels, quantiles, subject_histograms
from .picture import Picture
from .saliency import subject


def _share(pixels: NDArray[np.float64]) -> float:
    return min(1.0, float(pixels.sum()))


@feature(
    criterion="lighting",
    label="blocked shadows",
    unit="share of pixels",
    range=(0, 1),
    direction="lower",
    reference="share of pixels with luma <= 4/255",
    rises_with="crushed shadows",
)
def clipped_shadows(picture: Picture) -> float:
    """Share of pixels whose luma is at most 4/255: shadows that have fallen to black."""
    return _share(luma_histogram(picture)[: BLACK + 1])


@feature(
    criterion="lighting",
    label="blown highlights",
    unit="share of pixels",
    range=(0, 1),
    direction="lower",
    reference="share of pixels with luma >= 251/255",
    rises_with="clipped highlights",
)
def clipped_highlights(picture: Picture) -> float:
    """Share of pixels whose luma is at least 251/255: highlights that have burnt out to white."""
    return _share(luma_histogram(picture)[WHITE:])


@family(
    {
        "clipped_red": "clipping of the red channel",
        "clipped_green": "clipping of the green channel",
        "clipped_blue": "clipping of the blue channel",
        "clipped_any_channel": "pixels with a clipped colour channel",
    },
    criterion="lighting",
    unit="share of pixels",
    range=(0, 1),
    direction="lower",
    reference="share of pixels with a channel >= 251/255",
    rises_with="clipped highlights",
)
def channel_clipping(picture: Picture) -> list[float]:
    """Share of pixels whose R, G, B, or any of the three, is at least 251/255.

    A channel clips long before the luma does in a saturated colour: a red rose or a sunset loses its modelling there.
    """
    red, green, blue, largest, _ = channel_histograms(picture)
    return [_share(levels[WHITE:]) for levels in (red, green, blue, largest)]


@feature(
    criterion="lighting",
    label="pixels with an empty colour channel",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="share of pixels with a channel near 0, by a soft limit between 4/255 and 20/255",
    rises_with="crushed shadows",
)
def empty_any_channel(picture: Picture) -> float:
    """Share of pixels of which any channel is empty: black, or a colour at the edge of the gamut.

    A pixel counts in full where its smallest channel is at most 4/255 and ever less up to 20/255, since JPEG
    compression scatters such values.
    """
    weight = np.clip((20 - np.arange(256)) / 16, 0, 1)
    return min(1.0, float(channel_histograms(picture)[4] @ weight))


@feature(
    criterion="lighting",
    label="compactness of the blown highlights",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="largest 8-connected clipped region over all clipped pixels",
    rises_with="painted white",
)
def blown_compactness(picture: Picture) -> float:
    """Share of the blown highlights that lies in their largest connected region: 1 a sky, near 0 specular sparkles.

    largest region / max(clipped share, 1 %), so that it falls to 0, its value without clipping, as clipping vanishes.
    """
    return _compactness(picture, WHITE, 255, clipped_highlights(picture))


@feature(
    criterion="lighting",
    label="compactness of the blocked shadows",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="largest 8-connected clipped region over all clipped pixels",
    version=2,
    rises_with="letterbox",
)
def blocked_compactness(picture: Picture) -> float:
    """Share of the blocked shadows that lies in their largest connected region: 1 a black ground, near 0 specks.

    largest region / max(clipped share, 1 %), so that it falls to 0, its value without clipping, as clipping vanishes.
    """
    return _compactness(picture, 0, BLACK, clipped_shadows(picture))


def _compactness(picture: Picture, low: int, high: int, clipped: float) -> float:
    if clipped == 0:
        return 0.0
    levels = luma_levels(picture)
    return min(1.0, largest_region(levels, low, high) / levels.size / max(clipped, 0.01))


@feature(
    criterion="lighting",
    label="clipping on the subject",
    unit="share of the subject",
    range=(0, 1),
    direction="lower",
    reference="share of the subject's pixels with luma >= 251/255 or <= 4/255",
    rises_with="burnt subject",
    version=2,
)
def clipped_subject(picture: Picture) -> float:
    """Share of the subject's pixels that are blown or blocked; 0 where no subject is found, in part where it is in doubt."""
    region = subject(picture)
    if not region.found:
        return 0.0
    inside, _ = subject_histograms(picture)
    return region.trust * float((inside[WHITE:].sum() + inside[: BLACK + 1].sum()) / inside.sum())


SAMPLES = 131_072
"""Largest number of native pixels that are looked at for gaps between levels."""


@feature(
    criterion="lighting",
    label="gaps in the histogram",
    unit="share of levels",
    range=(0, 1),
    direction="lower",
    reference="combing of the histogram after strong tone edits; gaps by grey-level closing",
    scale="native",
    rises_with="clipped highlights",
)
def tonal_gaps(picture: Picture) -> float:
    """Share of 8-bit levels that are skipped although levels on both sides are in use, averaged over R, G and B.

    A level between the 0.5 % and the 99.5 % quantile of its channel is skipped when it holds less than a tenth of the
    morphological closing of the histogram over 17 levels, and that closing is at least 16 pixels. Combs come from
    stretching tones or posterising in 8 bits; JPEG compression and resizing fill them in. 0 for a flat picture, and for
    one with too few pixels to tell. Measured on an even sample of native pixels, since any averaging hides the gaps.
    """
    step = math.ceil(math.sqrt(picture.height * picture.width / SAMPLES))
    counts = channel_counts(picture.native, step).astype(np.float64)
    return sum(_skipped(channel) for channel in counts) / 3


def _skipped(counts: NDArray[np.float64]) -> float:
    shares = counts / counts.sum()
    low, high = quantiles(shares, 0.005, 0.995)
    if high - low < 2:
        return 0.0
    closed = cv2.morphologyEx(counts[None, :], cv2.MORPH_CLOSE, np.ones((1, 17), dtype=np.uint8)).ravel()
    gaps = (counts < 0.1 * closed) & (closed >= 16)
    return float(gaps[low + 1 : high].mean())
