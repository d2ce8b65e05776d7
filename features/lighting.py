"""Features of the criterion ``lighting``: exposure, tonal zones and key.

Clipping, contrast, and how the light lies over the frame have modules of their own, imported here to be registered.
"""

from __future__ import annotations

import numpy as np

from . import lighting_clipping, lighting_contrast, lighting_space  # noqa: F401
from .catalogue import family, feature
from .kernels.lighting import mean_between
from .lighting_tones import (
    channel_histograms,
    fine_deviation,
    lightness_histogram,
    lightness_moments,
    luma_levels,
    luminance_of_steps,
    quantiles,
    zone_shares,
)
from .picture import Picture

SETTLED = 0.02
"""Share of the frame that a zone must hold before the texture in it is taken at its full value."""


def ramp(value: float, start: float, end: float) -> float:
    """0 at ``start``, 1 at ``end``, linear between and constant outside; ``end`` may lie below ``start``."""
    return min(1.0, max(0.0, (value - start) / (end - start)))


@feature(
    criterion="lighting",
    label="overall lightness",
    unit="L*",
    range=(0, 100),
    direction="unimodal",
    reference="Ke, Tang & Jing 2006, section 3.6 (average brightness); CIE 15:2004",
    falls_with="underexposure",
    rises_with="brighter midtones",
)
def mean_lightness(picture: Picture) -> float:
    """Mean CIE L* of the picture: 0 black, 50 about mid-grey, 100 white."""
    return lightness_moments(picture)[0]


@feature(
    criterion="lighting",
    label="brightness (HSV value)",
    unit="1",
    range=(0, 1),
    direction="unimodal",
    reference="Datta, Joshi, Li & Wang 2006, f1 (exposure of light)",
    falls_with="underexposure",
)
def mean_hsv_value(picture: Picture) -> float:
    """Mean of V of HSV, the largest of R, G and B: a saturated colour counts as bright as white.

    .. math:: f_1 = \\frac{1}{hw} \\sum_p \\max(R_p, G_p, B_p)
    """
    return float(channel_histograms(picture)[3] @ np.arange(256)) / 255


@feature(
    criterion="lighting",
    label="departure from a middle exposure",
    unit="share of the way to black or white",
    range=(0, 1),
    direction="neutral",
    reference="basic exposure: closeness of mean brightness to mid-grey; here on CIE L*",
    rises_with="clipped highlights",
)
def exposure_deviation(picture: Picture) -> float:
    """Distance of the mean L* from 50: |mean L* - 50| / 50; 0 is a middle exposure, 1 a black or a white picture."""
    return abs(lightness_moments(picture)[0] - 50) / 50


@feature(
    criterion="lighting",
    label="key within the range of light",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="Reinhard 2003, Parameter estimation for photographic tone reproduction (key of a scene)",
    rises_with="overexposure",
)
def tonal_key(picture: Picture) -> float:
    """Where the log-average luminance lies between the darkest (-1) and the lightest tones (1).

    .. math:: \\frac{2 \\bar{l} - l_1 - l_{99}}{l_{99} - l_1}, \\quad l = \\log_2 \\max(Y, 1/1000)

    The ends are the 1 % and 99 % quantiles; tones beyond them count as lying on them. Unlike the mean brightness it
    does not change with the exposure, clipping aside. 0 for a flat picture.
    """
    shares = lightness_histogram(picture)
    stops = np.log2(np.maximum(luminance_of_steps(), 1e-3))
    low, high = stops[quantiles(shares, 0.01, 0.99)]
    if high - low < 1e-9:
        return 0.0
    mean = float(shares @ np.clip(stops, low, high))
    return float(np.clip((2 * mean - low - high) / (high - low), -1, 1))


@family(
    {
        "zone_0_share": "share of pure black (zone 0)",
        "zone_1_share": "share of near black (zone I)",
        "zone_2_share": "share of textured black (zone II)",
        "zone_3_share": "share of dark tones (zone III)",
        "zone_4_share": "share of open shadow (zone IV)",
        "zone_5_share": "share of middle grey (zone V)",
        "zone_6_share": "share of light middle tones (zone VI)",
        "zone_7_share": "share of light tones (zone VII)",
        "zone_8_share": "share of textured white (zone VIII)",
        "zone_9_share": "share of near white (zone IX)",
        "zone_10_share": "share of pure white (zone X)",
    },
    criterion="lighting",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="Adams 1948, The Negative (zone system); here eleven equal bands of 8-bit luma",
    rises_with={
        "zone_0_share": "crushed shadows",
        "zone_1_share": "horizon",
        "zone_5_share": "low contrast",
        "zone_9_share": "haze",
        "zone_10_share": "overexposure",
    },
    falls_with={
        "zone_2_share": "haze",
        "zone_3_share": "haze",
        "zone_4_share": "painted sky",
        "zone_6_share": "crushed shadows",
        "zone_7_share": "underexposure",
        "zone_8_share": "spotlight",
    },
)
def zone_histogram(picture: Picture) -> list[float]:
    """Share of pixels in each of Adams's eleven zones, from black (0) to white (X), as equal bands of the 8-bit luma.

    Level k belongs to zone floor(11 k / 256). The shares sum to 1.
    """
    return [min(1.0, float(share)) for share in zone_shares(picture)]


@feature(
    criterion="lighting",
    label="number of tonal zones in use",
    unit="zones",
    range=(1, 11),
    direction="unimodal",
    reference="Adams 1948 (zone system); counted continuously",
    falls_with="low contrast",
)
def zones_used(picture: Picture) -> float:
    """How many of the eleven zones hold pixels: sum over zones of min(1, share / 1 %).

    A zone with less than 1 % of the pixels counts in part, so that a few pixels never add a zone. A flat picture
    gives 1.
    """
    return max(1.0, float(np.minimum(1, zone_shares(picture) / 0.01).sum()))


@feature(
    criterion="lighting",
    label="share of middle tones",
    unit="share of pixels",
    range=(0, 1),
    direction="unimodal",
    reference="Adams 1948 (zones III to VII hold detail)",
    rises_with="low contrast",
)
def midtone_share(picture: Picture) -> float:
    """Share of pixels in zones III to VII, the tones that hold full detail in a print."""
    return min(1.0, float(zone_shares(picture)[3:8].sum()))


def _zone_texture(picture: Picture, first: int, last: int) -> float:
    levels = luma_levels(picture)
    lowest, highest = -(-first * 256 // 11), -(-(last + 1) * 256 // 11) - 1
    mean, count = mean_between(fine_deviation(picture), levels, lowest, highest)
    return min(0.5, mean * min(1.0, count / (SETTLED * levels.size)))


@feature(
    criterion="lighting",
    label="texture in the shadows",
    unit="luma",
    range=(0, 0.5),
    direction="neutral",
    reference="Adams 1948 (zones I and II: the darkest texture); standard deviation over 5 x 5 windows",
    falls_with="low contrast",
)
def shadow_texture(picture: Picture) -> float:
    """Mean local standard deviation of the luma (5 x 5 windows) over the pixels of zones I and II.

    Falls to 0 as these zones empty below 2 % of the frame, and is 0 where they are empty.
    """
    return _zone_texture(picture, 1, 2)


@feature(
    criterion="lighting",
    label="texture in the highlights",
    unit="luma",
    range=(0, 0.5),
    direction="neutral",
    reference="Adams 1948 (zones VIII and IX: the lightest texture); standard deviation over 5 x 5 windows",
    falls_with="low contrast",
)
def highlight_texture(picture: Picture) -> float:
    """Mean local standard deviation of the luma (5 x 5 windows) over the pixels of zones VIII and IX.

    Falls to 0 as these zones empty below 2 % of the frame, and is 0 where they are empty.
    """
    return _zone_texture(picture, 8, 9)


@feature(
    criterion="lighting",
    label="high-key look",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="high key: at least 70 % of the pixels in zones VII to X and few in 0 to III",
    rises_with="haze",
)
def high_key(picture: Picture) -> float:
    """Degree to which the picture is high key: mostly light tones and hardly a dark one.

    Product of two ramps: the share of zones VII to X from 50 % (0) to 90 % (1), 70 % being half way, and the share of
    zones 0 to III from 20 % (0) to 5 % (1). White gives 1, black 0.
    """
    shares = zone_shares(picture)
    return ramp(float(shares[7:].sum()), 0.5, 0.9) * ramp(float(shares[:4].sum()), 0.2, 0.05)


@feature(
    criterion="lighting",
    label="low-key look",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="low key: at least 70 % of the pixels in zones 0 to IV",
    rises_with="underexposure",
)
def low_key(picture: Picture) -> float:
    """Degree to which the picture is low key: the share of zones 0 to IV, from 50 % (0) to 90 % (1).

    The usual limit of 70 % is half way. Black gives 1, white 0.
    """
    return ramp(float(zone_shares(picture)[:5].sum()), 0.5, 0.9)
