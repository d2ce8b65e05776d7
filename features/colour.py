"""Features of the criterion ``colour``: colourfulness, saturation, hue and chroma; other modules hold the rest.

Symbols: S and h are HSV saturation and hue, C*ab, a*, b* CIELAB chroma and its axes, angle brackets the mean over
pixels. All is measured on colour histograms that one pass over the working scale fills (``colour_histogram``).
"""

from __future__ import annotations

import functools
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from . import colour_cast, colour_harmony, colour_names, colour_palette
from .catalogue import family, feature
from .colour_histogram import coarse_shares, colours, entropy_bits, histograms, weighted_mean_std
from .picture import Picture

__all__ = ["colour_cast", "colour_harmony", "colour_names", "colour_palette"]


@feature(
    criterion="colour",
    label="colourfulness",
    unit="1",
    range=(0, 380),
    direction="unimodal",
    reference="Hasler & Suesstrunk 2003, Measuring colourfulness in natural images, SPIE 5007",
    falls_with="desaturation",
)
def colourfulness(picture: Picture) -> float:
    """Colourfulness M of Hasler and Suesstrunk, on code values 0..255.

    rg = R - G, yb = (R + G) / 2 - B; M = sqrt(std(rg)^2 + std(yb)^2) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2). Seen as: 0
    none, 15 slight, 33 moderate, 45 average, 59 quite, 82 high, 109 extreme. Grey pictures: 0.
    """
    counted = histograms(picture)
    opponents = np.array([[1.0, -1.0, 0.0], [0.5, 0.5, -1.0]])
    variance = np.trace(opponents @ counted.covariance @ opponents.T)
    return float(np.sqrt(max(0.0, variance)) + 0.3 * np.linalg.norm(opponents @ counted.mean))


@functools.cache
def _cube_distances() -> NDArray[np.float32]:
    """Distance in CIE L*u*v* between the centres of the 64 cubes of 64x64x64 codes, (64, 64), red slowest."""
    centres = ((np.indices((4, 4, 4)).reshape(3, -1).T + 0.5) / 4).astype(np.float32)
    luv = cv2.cvtColor(centres[None], cv2.COLOR_RGB2Luv)[0]
    return np.asarray(np.linalg.norm(luv[:, None] - luv[None], axis=2), dtype=np.float32)


@feature(
    criterion="colour",
    label="distance from an even mix of all colours",
    unit="CIELUV units",
    range=(0, 155),
    direction="neutral",
    reference="Datta et al. 2006, f2",
    falls_with="all hues",
)
def datta_colourfulness(picture: Picture) -> float:
    """Earth mover's distance between the picture's colours and the even mix of 64 colours; low is colourful.

    Colours are counted in 4x4x4 cubes of RGB, and moved over the distance between cube centres in CIELUV. A picture
    of one colour has 75 (mid-grey) to 154 (pure red); the even mix has 0.
    """
    share = coarse_shares(picture, 4).astype(np.float32)[:, None]
    even = np.full((64, 1), 1 / 64, dtype=np.float32)
    distance = cv2.EMD(share, even, cv2.DIST_USER, cost=_cube_distances())[0]
    return max(0.0, float(distance))


@feature(
    criterion="colour",
    label="saturation",
    unit="1",
    range=(0, 1),
    direction="unimodal",
    reference="Datta et al. 2006, f3",
    falls_with="desaturation",
)
def mean_saturation(picture: Picture) -> float:
    """Mean HSV saturation <S>; 0 for grey and black, 1 for pure colours."""
    counted = histograms(picture)
    return min(1.0, float(counted.saturation_sums[0]) / counted.pixels)


@feature(
    criterion="colour",
    label="variation of saturation",
    unit="1",
    range=(0, 0.5),
    direction="neutral",
    reference="standard statistic; std of the S channel in Aesthetics-Toolbox (Bartho et al. 2025)",
    falls_with="desaturation",
)
def saturation_deviation(picture: Picture) -> float:
    """Standard deviation of HSV saturation; 0 for flat and grey pictures, 0.5 for half grey, half pure colour."""
    first, second = histograms(picture).saturation_sums[:2] / histograms(picture).pixels
    return min(0.5, math.sqrt(max(0.0, second - first * first)))


@feature(
    criterion="colour",
    label="skewness of saturation",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="standard statistic, squashed by x / (1 + |x|)",
    falls_with="over-saturation",
)
def saturation_skewness(picture: Picture) -> float:
    """Third standardised moment g of HSV saturation, as g / (1 + |g|).

    Positive: mostly muted with some vivid parts; negative: mostly vivid. 0 where the deviation is under 0.005.
    """
    first, second, third = histograms(picture).saturation_sums / histograms(picture).pixels
    variance = second - first * first
    if variance < 0.005**2:
        return 0.0
    skewness = (third - 3 * first * second + 2 * first**3) / variance**1.5
    return float(skewness / (1 + abs(skewness)))


@feature(
    criterion="colour",
    label="clipped saturation",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="project; saturation at the edge of the gamut",
    rises_with="over-saturation",
)
def clipped_saturation(picture: Picture) -> float:
    """Share of pixels with S > 0.95 and V > 0.3: colour at the edge of the gamut. Grey: 0.

    Shades of the colour are lost there. Yet skies and sunsets that people like have it too, so no direction is claimed.
    """
    counted = histograms(picture)
    return counted.clipped / counted.pixels


@family(
    {
        "hue_cosine": "lean to red rather than cyan",
        "hue_sine": "lean to yellow-green rather than violet",
        "hue_concentration": "agreement on one hue",
        "hue_polarity": "agreement on one pair of opposite hues",
    },
    criterion="colour",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="Mardia & Jupp 2000, Directional Statistics, trigonometric moments, weighted by saturation",
    falls_with={"hue_cosine": "cold cast", "hue_concentration": "all hues", "hue_polarity": "all hues"},
    rises_with={"hue_sine": "painted grass"},
)
def hue_moments(picture: Picture) -> list[float]:
    """First two trigonometric moments of hue, weighted by saturation.

    cosine = <S cos h> / s, sine = <S sin h> / s; concentration R = sqrt(cosine^2 + sine^2), and 1 - R is the circular
    variance; polarity = |<S exp(2ih)>| / s, high for one hue or two opposite ones. s = <S> + 0.02, so that the faint
    hues of a grey picture weigh little: grey has 0 of each. The last two are never negative.
    """
    counted = histograms(picture)
    angle = np.radians(np.arange(360.0))
    total = counted.hues.sum() + colour_harmony.GREY_SHARE * counted.pixels
    first = complex(counted.hues @ np.exp(1j * angle)) / total
    second = complex(counted.hues @ np.exp(2j * angle)) / total
    return [first.real, first.imag, abs(first), abs(second)]


@feature(
    criterion="colour",
    label="number of hues",
    unit="hues of 20",
    range=(0, 20),
    direction="neutral",
    reference="Ke, Tang & Jing 2006, section 3.4: hue count is 20 less this number",
    rises_with="all hues",
)
def hue_count(picture: Picture) -> float:
    """Number of hues, of 20, that hold more than 5 % as many pixels as the most frequent one.

    Counted over pixels with S > 0.2 and 0.15 <= V <= 0.95. Ke's quality q_h is 20 - this. No such pixel: 0.
    """
    counts = histograms(picture).distinct_hues
    return float(np.count_nonzero(counts > 0.05 * counts.max()))


@feature(
    criterion="colour",
    label="variety of hue",
    unit="bits",
    range=(0, 8),
    direction="neutral",
    reference="Aesthetics-Toolbox (Bartho et al. 2025), colour entropy",
    rises_with="all hues",
    falls_with="posterised",
)
def hue_entropy(picture: Picture) -> float:
    """Shannon entropy of the hue of all pixels in 256 bins, grey pixels counted as hue 0. Flat and grey: 0.

    The bins divide the whole circle; the toolbox lets them run from the smallest to the largest hue that occurs.
    """
    return min(8.0, entropy_bits(histograms(picture).hue_counts.astype(np.float64)))


@feature(
    criterion="colour",
    label="variety of colours",
    unit="bits",
    range=(0, 12),
    direction="neutral",
    reference="Shannon entropy of the 4096-bin RGB histogram of Ke, Tang & Jing 2006, section 3.3",
    falls_with="desaturation",
)
def colour_entropy(picture: Picture) -> float:
    """Shannon entropy of the colours in 16x16x16 cubes of RGB: 0 for one colour, 12 for all in equal parts."""
    return min(12.0, entropy_bits(coarse_shares(picture, 16)))


@family(
    {
        "mean_lab_a": "red rather than green",
        "mean_lab_b": "yellow rather than blue",
        "deviation_lab_a": "variation between red and green",
        "deviation_lab_b": "variation between yellow and blue",
    },
    criterion="colour",
    unit="CIELAB units",
    range=(-110, 110),
    direction="neutral",
    reference="standard statistics; a and b channels in Aesthetics-Toolbox (Bartho et al. 2025)",
    falls_with={
        "mean_lab_a": "green cast",
        "mean_lab_b": "cold cast",
        "deviation_lab_a": "desaturation",
        "deviation_lab_b": "desaturation",
    },
)
def opponent_statistics(picture: Picture) -> list[float]:
    """Mean and standard deviation (never negative) of a*, green to red, and of b*, blue to yellow. Grey: 0."""
    held = colours(picture)
    (mean_a, deviation_a), (mean_b, deviation_b) = (weighted_mean_std(held.lab[:, c], held.share) for c in (1, 2))
    return [mean_a, mean_b, deviation_a, deviation_b]


@feature(
    criterion="colour",
    label="chroma",
    unit="CIELAB chroma units",
    range=(0, 140),
    direction="unimodal",
    reference="CIE 15, C*ab; standard statistic",
    falls_with="desaturation",
)
def mean_chroma(picture: Picture) -> float:
    """Mean CIELAB chroma <C*ab>. Unlike HSV saturation it does not count dark pixels as vivid. Grey: 0."""
    held = colours(picture)
    return float(held.share @ held.chroma)


@feature(
    criterion="colour",
    label="variation of chroma",
    unit="CIELAB chroma units",
    range=(0, 70),
    direction="neutral",
    reference="CIE 15, C*ab; standard statistic",
    falls_with="desaturation",
)
def chroma_deviation(picture: Picture) -> float:
    """Standard deviation of CIELAB chroma C*ab; 0 for flat and grey pictures."""
    held = colours(picture)
    return weighted_mean_std(held.chroma, held.share)[1]


@feature(
    criterion="colour",
    label="monochrome",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="project; triangle inequality in the (a*, b*) plane",
    rises_with="desaturation",
)
def monochrome_degree(picture: Picture) -> float:
    """How nearly the picture is black and white or toned in a single hue: exp(-(<C*ab> - |<(a*, b*)>|) / 4).

    Mean chroma equals the length of the mean (a*, b*) if and only if all colours have one hue, so grey, sepia and
    pictures of one hue have 1; ordinary colour photographs have less than 0.3.
    """
    held = colours(picture)
    dispersion = held.share @ held.chroma - float(np.linalg.norm(held.share @ held.lab[:, 1:]))
    return min(1.0, math.exp(-float(dispersion) / 4))


@feature(
    criterion="colour",
    label="colour in the lights rather than the shadows",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="standard statistic; Pearson correlation of L* and C*ab",
    version=2,
    rises_with="one hue",
)
def lightness_chroma_correlation(picture: Picture) -> float:
    """Correlation of lightness L* and chroma C*ab over the picture; above 0 where lighter parts are more colourful.

    Covariance over the product of standard deviations plus 1, so that flat and grey pictures, which have none, get 0.
    Chroma below 1, which the rounding of code values makes of greys, counts as none.
    """
    held = colours(picture)
    mean_l, deviation_l = weighted_mean_std(held.lab[:, 0], held.share)
    chroma = np.maximum(held.chroma - 1, 0)
    mean_c, deviation_c = weighted_mean_std(chroma, held.share)
    covariance = float(held.share @ ((held.lab[:, 0] - mean_l) * (chroma - mean_c)))
    return covariance / (deviation_l * deviation_c + 1)
