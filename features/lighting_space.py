"""Features of the criterion ``lighting``: how the light lies over the frame and on its subject."""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.lighting import masked_means, veil_of
from .lighting_tones import (
    GRID,
    MID_GREY,
    Levels,
    channel_levels,
    lightness,
    lightness_cells,
    lightness_moments,
    luminance,
    luminance_cells,
    subject_histograms,
)
from .picture import Picture, shared
from .saliency import subject

FLARE = 0.01
"""Linear luminance added on both sides of a ratio of brightness, as veiling flare does, so that black stays finite."""

DIM = 96
"""Sum of R, G and B (0..255 each) below which a ratio to it would be noise."""

RINGS = 8
"""Number of rings of equal area in which the fall-off of the light is measured."""

DARKEST = MID_GREY / 64
"""Linear luminance below which a cell counts as no darker: six stops under mid-grey."""


@feature(
    criterion="lighting",
    label="fall-off of light towards the corners",
    unit="stops",
    range=(-17.43, 17.43),
    direction="neutral",
    reference="radial fall-off of light (Goldman 2010); line through the medians of rings",
    rises_with="vignette",
)
def vignetting(picture: Picture) -> float:
    """Stops by which the corners are darker than the centre; negative where they are lighter.

    The log2 luminance of the cells of a 24 x 24 grid is reduced to its median in eight rings of equal area around the
    centre; minus the slope of the line fitted to them over the squared distance (1 at the corner) is the fall-off.
    Cells darker than 6 stops under mid-grey count as that, which bounds the slope. 0 for a flat picture.
    """
    stops = np.log2(np.maximum(luminance_cells(picture), DARKEST))
    rings, distance = _rings()
    levels = np.array([_median(stops.ravel()[ring]) for ring in rings])
    offset = distance - distance.mean()
    return -float(offset @ levels / (offset @ offset))


def _median(values: NDArray[np.float64]) -> float:
    """As NumPy's, which takes ten times as long for a few dozen values."""
    ordered = np.sort(values)
    return float(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


@functools.cache
def _rings() -> tuple[list[NDArray[np.intp]], NDArray[np.float64]]:
    """Cells of each ring, and the mean squared distance of each from the centre; cells equally far share a ring."""
    across = ((2 * np.arange(GRID) + 1 - GRID) / GRID) ** 2
    distance = ((across[:, None] + across[None, :]) / 2).ravel()
    limits = np.sort(distance)[np.arange(1, RINGS) * distance.size // RINGS]
    ring = np.searchsorted(limits, distance, side="right")
    rings = [np.flatnonzero(ring == place) for place in range(RINGS)]
    return rings, np.array([distance[cells].mean() for cells in rings])


@family(
    {
        "light_from_above": "light from above",
        "light_from_side": "light from one side",
        "lightness_gradient": "difference of light across the frame",
    },
    criterion="lighting",
    unit="share of L*",
    range=(-1, 1),
    direction="neutral",
    reference="difference of mean L* between opposite halves of the frame",
    falls_with={
        "light_from_above": "light from below",
        "light_from_side": "mirrored halves",
        "lightness_gradient": "low contrast",
    },
    rises_with={"light_from_side": "light from the right"},
)
def light_direction(picture: Picture) -> tuple[float, float, float]:
    """Where the frame is lighter, from the mean L* / 100 of its halves.

    From above: upper less lower half, -1 to 1. From one side: |left - right|, 0 to 1, the same for a mirrored picture.
    Difference across the frame: the length of the two together, sqrt(above**2 + side**2), 0 to 1.
    """
    cells, half = lightness_cells(picture), GRID // 2
    above = float(cells[:half].mean() - cells[half:].mean())
    side = abs(float(cells[:, :half].mean() - cells[:, half:].mean()))
    return above, side, math.hypot(above, side)


@feature(
    criterion="lighting",
    label="evenness of the light",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="standard deviation of mean L* over an 8 x 8 grid",
    rises_with="low contrast",
)
def lighting_evenness(picture: Picture) -> float:
    """1 - 2 s, s the standard deviation of the mean L* / 100 of the cells of an 8 x 8 grid.

    1 for an evenly lit frame; 0 for one that is half black and half white in large masses.
    """
    return 1 - min(1.0, 2 * float(_masses(picture).std()))


@feature(
    criterion="lighting",
    label="light and dark in large masses",
    unit="share of variance",
    range=(0, 1),
    direction="neutral",
    reference="share of the variance of L* between the cells of an 8 x 8 grid (law of total variance)",
    version=2,
    falls_with="local contrast",
)
def tonal_masses(picture: Picture) -> float:
    """Share of the variance of L* that lies between the cells of an 8 x 8 grid rather than within them.

    Near 1 for broad masses of light and shade, near 0 for fine texture in flat light; 0 for a flat picture (a standard
    deviation of L* up to 0.1).
    """
    deviation = lightness_moments(picture)[1]
    return min(1.0, 1e4 * float(_masses(picture).var()) / deviation**2) if deviation > 0.1 else 0.0


@shared
def _masses(picture: Picture) -> NDArray[np.float64]:
    blocks = lightness_cells(picture).reshape(8, GRID // 8, 8, GRID // 8)
    return np.asarray(blocks.mean(axis=(1, 3)))


@shared
def dark_channel(picture: Picture) -> Levels:
    """Smallest of R, G, B over the 15 x 15 window around each pixel, uint8, shape (h, w)."""
    window = np.ones((15, 15), dtype=np.uint8)
    return np.asarray(cv2.erode(channel_levels(picture).smallest, window), dtype=np.uint8)


@feature(
    criterion="lighting",
    label="haze",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="He, Sun & Tang 2009 (dark channel)",
    version=2,
    rises_with="haze",
)
def dark_channel_mean(picture: Picture) -> float:
    """Mean of the dark channel: the smallest of R, G, B in the 15 x 15 window around each pixel.

    Near 0 in clear air and saturated colour; haze, fog, flare and white surfaces raise it. 1 for white.
    """
    return float(cv2.mean(dark_channel(picture))[0]) / 255


@feature(
    criterion="lighting",
    label="veil over the subject",
    unit="1",
    range=(0, 1 / 3),
    direction="neutral",
    reference="Luo, Wang & Tang 2011, section 4.2 (dark channel of the subject)",
    version=3,
    rises_with="haze",
)
def subject_dark_channel(picture: Picture) -> float:
    """Mean over the subject of its dark channel over the sum of R, G and B: low for a clear, saturated, sharp subject.

    .. math:: \\frac{1}{|R|} \\sum_{p \\in R} \\frac{D(p)}{R_p + G_p + B_p}

    The sum counts as at least 96/255, so that black pixels give 0 and dark ones are not noise. The whole frame stands
    for the subject where none is found, and in part where it is in doubt. 1/3 for a flat grey.
    """
    region = subject(picture)
    levels = channel_levels(picture)
    veil = veil_of(dark_channel(picture), levels.red, levels.green, levels.blue, DIM)
    inside, outside = masked_means(veil, region.mask)
    covered = np.count_nonzero(region.mask) / region.mask.size
    whole = covered * inside + (1 - covered) * outside
    return min(1 / 3, whole + region.trust * (inside - whole))


@feature(
    criterion="lighting",
    label="backlight",
    unit="stops",
    range=(-6.66, 6.66),
    direction="neutral",
    reference="Luo & Tang 2008, section 3.2 (lighting of subject against background), signed and in stops",
    version=3,
    rises_with="backlight",
)
def backlight(picture: Picture) -> float:
    """Stops by which the background is brighter than the subject; negative for a lit subject on a dark ground.

    log2 of (mean linear luminance of the background + 0.01) / (that of the subject + 0.01); a doubtful
    subject counts in part. 0 without a subject.
    """
    region = subject(picture)
    if not region.found:
        return 0.0
    inside, outside = masked_means(luminance(picture), region.mask)
    return region.trust * min(6.66, max(-6.66, math.log2((outside + FLARE) / (inside + FLARE))))


@feature(
    criterion="lighting",
    label="lightness of the subject",
    unit="L*",
    range=(0, 100),
    direction="unimodal",
    reference="mean CIE L* of the subject",
    version=3,
    falls_with="underexposure",
)
def subject_lightness(picture: Picture) -> float:
    """Mean L* of the subject, of the whole frame where no subject is found, and between the two where it is in doubt."""
    region = subject(picture)
    whole = lightness_moments(picture)[0]
    if not region.found:
        return whole
    inside, _ = masked_means(lightness(picture), region.mask)
    return min(100.0, max(0.0, whole + region.trust * (inside - whole)))


@feature(
    criterion="lighting",
    label="silhouette",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="silhouette: dark subject (zones 0 to II) on a light ground (zones V to X)",
    rises_with="backlight",
    version=2,
)
def silhouette(picture: Picture) -> float:
    """Share of the subject that is dark (zones 0 to II) times the share of the background that is light (zones V to X).

    1 for a black shape on white. A doubtful subject counts in part. 0 where no subject is found.
    """
    region = subject(picture)
    if not region.found:
        return 0.0
    inside, outside = subject_histograms(picture)
    dark, light = inside[:70].sum() / inside.sum(), outside[117:].sum() / max(1.0, outside.sum())
    return region.trust * float(dark) * float(light)
