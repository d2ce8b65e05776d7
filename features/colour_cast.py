"""The colour of the light: casts, colour temperature, toning, and warm against cold."""

from __future__ import annotations

import functools
import math

import numpy as np

from .catalogue import family, feature
from .colour_histogram import Values, colours, histograms
from .colour_palette import warmth
from .kernels.colour import edge_light
from .picture import Picture, shared, shrunk

_TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
"""Linear sRGB to CIE XYZ, IEC 61966-2-1."""


@functools.cache
def _linear_light() -> Values:
    """Linear light of the 256 sRGB code values, IEC 61966-2-1."""
    code = np.arange(256) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)


@shared
def illuminant(picture: Picture) -> Values:
    """Colour of the light by the grey-edge hypothesis, linear sRGB of unit length; grey where there is no edge.

    Per channel the sum of the gradient's magnitude in linear light (Minkowski norm 1) of the picture at half the
    working scale, which stands for the smoothing, without clipped pixels. The light is neutral if the sums are equal.
    A little neutral gradient (1e-4 per pixel) is added, so that a picture without edges has no cast.
    """
    height, width = picture.rgb.shape[:2]
    half = shrunk(picture.rgb, max(1, height // 2), max(1, width // 2))
    edges = edge_light(half, _linear_light()) / (half.shape[0] * half.shape[1]) + 1e-4
    return np.asarray(edges / np.linalg.norm(edges))


@feature(
    criterion="colour",
    label="colour cast",
    unit="degrees",
    range=(0, 55),
    direction="neutral",
    reference="van de Weijer, Gevers & Gijsenij 2007, Edge-based color constancy; angular error to neutral",
    version=2,
    rises_with="warm cast",
)
def cast_angle(picture: Picture) -> float:
    """Angle between the estimated colour of the light and neutral, in linear sRGB.

    Grey-edge estimate of first order and Minkowski norm 1. 0: neutral; 54.7 is the largest possible, light of one
    primary. About 2 degrees can be seen. A picture without edges has 0.
    """
    return math.degrees(math.acos(min(1.0, float(illuminant(picture).sum()) / math.sqrt(3))))


@feature(
    criterion="colour",
    label="green cast",
    unit="stops",
    range=(-14, 14),
    direction="neutral",
    reference="van de Weijer, Gevers & Gijsenij 2007, grey-edge; log ratio of green to red and blue",
    version=2,
    rises_with="green cast",
)
def cast_tint(picture: Picture) -> float:
    """How green the estimated light is: log2(G / sqrt(R B)); above 0 green, below 0 magenta, without edges 0."""
    red, green, blue = illuminant(picture)
    return math.log2(green / math.sqrt(red * blue))


def mccamy(rgb: Values) -> float:
    """Correlated colour temperature in kelvin of a linear sRGB colour, 1620 to 25000; McCamy 1992."""
    x, y, z = _TO_XYZ @ rgb
    total = x + y + z
    below = 0.1858 - y / total
    if below >= 0:
        return 25000.0
    # The cubic turns back at -1.28, below its range of validity.
    n = max(-1.28, (x / total - 0.3320) / below)
    return min(25000.0, 449 * n**3 + 3525 * n**2 + 6823.3 * n + 5520.33)


@feature(
    criterion="colour",
    label="colour temperature",
    unit="mired",
    range=(40, 620),
    direction="neutral",
    reference="McCamy 1992, Color Res. Appl. 17(2), on the grey-edge illuminant of van de Weijer et al. 2007",
    version=2,
    falls_with="cold cast",
)
def colour_temperature(picture: Picture) -> float:
    """Correlated colour temperature of the estimated light as 10^6 / kelvin, so that equal steps look equal.

    154 is daylight as sRGB has it (6504 K), also for pictures without edges or colour; larger is warmer (350
    tungsten), smaller colder. Clipped to 1620..25000 K.
    """
    return float(np.clip(1e6 / mccamy(illuminant(picture)), 40, 620))


@feature(
    criterion="colour",
    label="average colour away from grey",
    unit="degrees",
    range=(0, 55),
    direction="neutral",
    reference="Buchsbaum 1980, grey-world hypothesis; angular error to neutral",
    rises_with="warm cast",
)
def grey_world_angle(picture: Picture) -> float:
    """Angle between the mean linear-light colour of the picture and neutral; 0 for grey pictures and black.

    A cast, or simply a scene of one colour: the grey-world estimate cannot tell.
    """
    held = colours(picture)
    code = 255 * held.rgb.T
    below = np.minimum(code.astype(np.int64), 254)
    light, step = _linear_light()[below], np.diff(_linear_light())[below]
    mean = (light + (code - below) * step) @ held.share
    length = float(np.linalg.norm(mean))
    if length < 1e-6:
        return 0.0
    return math.degrees(math.acos(min(1.0, float(mean.sum()) / (length * math.sqrt(3)))))


@family(
    {"warm_colours": "warm colours", "cold_colours": "cold colours"},
    criterion="colour",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Machajdik & Hanbury 2010, section 3.1, memberships of warm and cold",
    falls_with={"warm_colours": "cold cast"},
    rises_with={"cold_colours": "cold cast"},
)
def warm_and_cold(picture: Picture) -> list[float]:
    """Warm and cold memberships of hue times saturation, averaged over the picture.

    warm = <S max(0, cos(h - 50))>, cold = <S max(0, cos(h - 230))>, degrees; S of HSV, below V = 0.1 chroma over 0.1.
    Grey pictures have 0 of both.
    """
    counted = histograms(picture)
    shares = counted.hues / counted.pixels
    return [min(1.0, float(shares @ member)) for member in warmth(np.arange(360.0))]


@shared
def tone_tints(picture: Picture) -> tuple[Values, Values]:
    """Mean (a*, b*) of the darker and of the lighter half of the picture's tones, each (2,).

    Colours are weighed by a smooth step of L* around its mean: 1 / (1 + exp(-(L* - mean) / 8)) for the lighter half.
    """
    held = colours(picture)
    light = held.lab[:, 0]
    lighter = 1 / (1 + np.exp(-(light - held.share @ light) / 8))
    tints = [(held.share * part) @ held.lab[:, 1:] / (held.share @ part) for part in (1 - lighter, lighter)]
    return tints[0], tints[1]


@feature(
    criterion="colour",
    label="warm lights over cold shadows",
    unit="CIELAB units",
    range=(-210, 210),
    direction="neutral",
    reference="project; split toning as in raw converters, on CIE b*",
    rises_with="painted yellow",
)
def toning_warmth(picture: Picture) -> float:
    """Mean b* of the lighter tones less that of the darker ones; above 0 warm lights over cold shadows.

    Tones are lighter or darker than the picture's mean L*, with a soft border of 8 units. Grey and flat: 0.
    """
    shadows, highlights = tone_tints(picture)
    return float(highlights[1] - shadows[1])


@feature(
    criterion="colour",
    label="split toning",
    unit="CIELAB units",
    range=(0, 260),
    direction="neutral",
    reference="project; split toning as in raw converters, CIE 1976 chromaticity difference",
    falls_with="desaturation",
)
def split_toning(picture: Picture) -> float:
    """Distance between the mean (a*, b*) of the darker and of the lighter tones.

    High where shadows and highlights differ in colour, as with teal shadows and orange lights; 0 for grey, flat and
    evenly toned pictures.
    """
    shadows, highlights = tone_tints(picture)
    return float(np.linalg.norm(highlights - shadows))
