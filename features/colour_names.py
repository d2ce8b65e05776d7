"""Colours by name and by memory: the eleven basic names, skin, sky and foliage, naturalness."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .colour_histogram import Values, colours, entropy_bits, histograms
from .picture import FloatPlane, Picture, shared

PROTOTYPES = {
    "black": "000000 070d0d",
    "grey": "363737 59656d 7d7f7c 929591 978a84 95a3a6 b8b8b8 d8dcd6",
    "white": "ffffff f4f4f0",
    "red": "e50000 840000 ff474c bb3f3f d3494e ff000d",
    "orange": "f97306 c65102 fdaa48 d8863b f0944d ff5b00 ffa756",
    "brown": "653700 341c02 ad8150 876e4b 7f5112 b1916e d3b683",
    "yellow": "ffff14 d5b60a fffe7a eedc5b feff7f fffd01 ffff84",
    "green": "15b01a 033500 96f97b 74a662 7bb274 01ff07 39ad48 c7fdb5 526525 4b6113 8eab12 53fca1",
    "blue": "0343df 00035b 001146 214761 95d0fc 49759c 475f94 658cbb 0165fc 2c6fbb d0fefe 5b7c99",
    "purple": "7e1e9c 35063e bf77f6 84597e 916e99 be03fd 9e43a2 b790d4",
    "pink": "ff81c0 cb416b ffd1df d5869d de9dac fe01b1 f36196 ffcfdc",
}
"""sRGB examples of the eleven basic names: what people called "dark blue", "light blue", ... in the colour
survey of xkcd (Munroe 2010, CC0), and a few greys and whites between."""


@functools.cache
def prototypes() -> tuple[FloatPlane, NDArray[np.int64]]:
    """CIE L*a*b* of every example, float32 (m, 3), and the position of its name in ``PROTOTYPES``, (m,)."""
    codes = [(name, bytes.fromhex(code)) for name, row in enumerate(PROTOTYPES.values()) for code in row.split()]
    rgb = np.array([list(code) for _, code in codes], dtype=np.float32)[None] / 255
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab)[0]), np.array([name for name, _ in codes])


def name_of(lab: FloatPlane) -> NDArray[np.int64]:
    """Name of each colour, (n, 3) to (n,): that of the nearest example by the CIE 1994 colour difference."""
    examples, names = prototypes()
    lab = lab.astype(np.float32)
    chroma, example_chroma = np.hypot(lab[:, 1], lab[:, 2])[:, None], np.hypot(examples[:, 1], examples[:, 2])
    scale = chroma * example_chroma
    d_chroma = (chroma - example_chroma) ** 2
    # |ab - ab'|^2 - (C - C')^2 = 2 (C C' - ab . ab')
    d_hue = 2 * (scale - lab[:, 1:] @ examples[:, 1:].T)
    np.sqrt(scale, out=scale)
    apart = (lab[:, :1] - examples[:, 0]) ** 2
    apart += d_chroma / (1 + np.float32(0.045) * scale) ** 2
    apart += d_hue / (1 + np.float32(0.015) * scale) ** 2
    return names[apart.argmin(axis=1)]


@functools.cache
def _name_table() -> NDArray[np.int64]:
    """Name of the centre of each cube of 8x8x8 codes, (32768,), red slowest."""
    centres = ((np.indices((32, 32, 32)).reshape(3, 32, -1).transpose(1, 2, 0) + 0.5) / 32).astype(np.float32)
    return np.concatenate([name_of(plane) for plane in cv2.cvtColor(centres, cv2.COLOR_RGB2Lab)])


@shared
def name_shares(picture: Picture) -> Values:
    """Share of the picture that each of the eleven names covers, in the order of ``PROTOTYPES``.

    Names are given to cubes of 8x8x8 codes, which puts the shares within 0.04 of naming each pixel.
    """
    held = colours(picture)
    names = _name_table()[held.cube]
    return np.minimum(1.0, np.bincount(names, weights=held.share, minlength=len(PROTOTYPES)))


@family(
    {f"{name}_share": f"{name} areas" for name in PROTOTYPES},
    criterion="colour",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="Berlin & Kay 1969, Basic Color Terms; examples of the xkcd colour survey (Munroe 2010)",
    rises_with={
        "black_share": "crushed shadows",
        "grey_share": "desaturation",
        "white_share": "painted white",
        "red_share": "painted red",
        "orange_share": "painted orange",
        "brown_share": "painted skin",
        "yellow_share": "painted yellow",
        "green_share": "painted grass",
        "blue_share": "painted sky",
        "purple_share": "painted purple",
        "pink_share": "painted pink",
    },
)
def basic_colours(picture: Picture) -> list[float]:
    """Share of the picture in each of the eleven basic colour names of English.

    A colour has the name of its nearest example by the CIE 1994 colour difference; the examples are named colours of
    a survey among some 200 000 people. This is not the table that van de Weijer et al. 2009 learned from web images,
    although it serves the same end. The shares sum to 1.
    """
    return name_shares(picture).tolist()


@feature(
    criterion="colour",
    label="diversity of colour names",
    unit="bits",
    range=(0, math.log2(len(PROTOTYPES))),
    direction="neutral",
    reference="Shannon entropy over the names of Berlin & Kay 1969; idea of van de Weijer et al. 2009",
    falls_with="desaturation",
)
def colour_name_diversity(picture: Picture) -> float:
    """Entropy of the shares of the eleven basic colour names: 0 for one name, 3.46 for all in equal parts."""
    return min(math.log2(len(PROTOTYPES)), entropy_bits(name_shares(picture)))


# Naturalness classes of Huang et al.: hue limits in CIELUV degrees, then mean and spread of a natural saturation.
_CLASSES = {"skin": (25, 70, 0.76, 0.52), "foliage": (95, 135, 0.81, 0.53), "sky": (185, 260, 0.43, 0.22)}


@shared
def _luv_polar(picture: Picture) -> tuple[Values, Values, Values]:
    """Lightness, saturation C*uv / L* and hue in degrees of the picture's colours in CIELUV."""
    light, u, v = colours(picture).luv.T
    return light, np.hypot(u, v) / np.maximum(light, 1.0), np.degrees(np.arctan2(v, u)) % 360


@feature(
    criterion="colour",
    label="naturalness of colour",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Huang, Wang & Wu 2006, Natural color image enhancement and evaluation; colour naturalness index",
    falls_with="painted sky",
)
def colour_naturalness(picture: Picture) -> float:
    """Whether skin, foliage and sky have the saturation that memory expects of them; 1 is fully natural.

    Pixels with 20 <= L* <= 80 and CIELUV saturation S > 0.1 are of class skin (hue 25-70), foliage (95-135) or sky
    (185-260). CNI = sum n_i N_i / sum n_i, N_i = exp(-((S_i - m_i) / s_i)^2 / 2) with S_i the class mean, (m, s) =
    (0.76, 0.52), (0.81, 0.53), (0.43, 0.22). Where no pixel is of any class nothing speaks for naturalness: 0.
    """
    held = colours(picture)
    light, saturation, hue = _luv_polar(picture)
    usable = (light >= 20) & (light <= 80) & (saturation > 0.1)
    found = natural = 0.0
    for low, high, mean, spread in _CLASSES.values():
        share = held.share * (usable & (hue >= low) & (hue <= high))
        size = float(share.sum())
        if size > 0:
            found += size
            natural += size * math.exp(-0.5 * ((float(share @ saturation) / size - mean) / spread) ** 2)
    return min(1.0, natural / found) if found > 0 else 0.0


class MemoryMasks(NamedTuple):
    """Which entries of ``colours(picture)`` have the colour of skin, of a clear sky and of foliage, bool (n,) each."""

    skin: NDArray[np.bool_]
    sky: NDArray[np.bool_]
    foliage: NDArray[np.bool_]


@shared
def memory_masks(picture: Picture) -> MemoryMasks:
    """The colours that count for ``skin_coloured_share``, ``sky_coloured_share`` and ``foliage_coloured_share``."""
    red, green, blue = 255 * colours(picture).rgb.T
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    skin = (red > 95) & (green > 40) & (blue > 20) & (spread > 15) & (red - green > 15) & (red > blue)
    light, saturation, hue = _luv_polar(picture)
    sky = (hue >= 185) & (hue <= 260) & (saturation > 0.1) & (light >= 35)
    leaf = (hue >= 75) & (hue <= 150) & (saturation > 0.25) & (light >= 10) & (light <= 90)
    return MemoryMasks(skin, sky, leaf)


@family(
    {"skin_coloured_share": "skin-coloured areas", "sky_coloured_share": "sky-coloured areas"},
    criterion="colour",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="skin: Kovac, Peer & Solina 2003, daylight rule; sky: hue class of Huang, Wang & Wu 2006",
    rises_with={"skin_coloured_share": "painted skin", "sky_coloured_share": "painted sky"},
)
def memory_colours(picture: Picture) -> list[float]:
    """Share of pixels with the colour of skin and of a clear sky; sand and wood count as skin, water as sky.

    Skin: R > 95, G > 40, B > 20, max - min > 15, R - G > 15, R > B (0..255). Sky: CIELUV hue 185-260, saturation >
    0.1, L* >= 35.
    """
    masks = memory_masks(picture)
    return [min(1.0, float(colours(picture).share @ mask)) for mask in (masks.skin, masks.sky)]


@feature(
    criterion="colour",
    label="foliage-coloured areas",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="hue class of Huang, Wang & Wu 2006, with lime to yellow-green added",
    rises_with="painted grass",
)
def foliage_coloured_share(picture: Picture) -> float:
    """Share of pixels with the colour of leaves and grass: CIELUV hue 75-150, saturation > 0.25, 10 <= L* <= 90."""
    return min(1.0, float(colours(picture).share @ memory_masks(picture).foliage))


@family(
    {"pleasure": "pleasure", "arousal": "arousal", "dominance": "dominance"},
    criterion="colour",
    unit="1",
    range=(-0.8, 0.95),
    direction="neutral",
    reference="Valdez & Mehrabian 1994, Effects of color on emotions, J. Exp. Psychol. General 123(4)",
    falls_with={"pleasure": "desaturation", "arousal": "desaturation", "dominance": "overexposure"},
)
def colour_emotions(picture: Picture) -> list[float]:
    """Emotion that colour alone suggests, from mean brightness B (HSV value) and mean saturation S, both in [0, 1].

    pleasure = 0.69 B + 0.22 S, arousal = -0.31 B + 0.60 S, dominance = -0.76 B + 0.32 S. Signs as in 1994; Machajdik
    & Hanbury 2010 print +0.76. Black: 0 of each.
    """
    counted = histograms(picture)
    brightness, saturation = counted.brightness, float(counted.saturation_sums[0]) / counted.pixels
    return [
        0.69 * brightness + 0.22 * saturation,
        -0.31 * brightness + 0.60 * saturation,
        -0.76 * brightness + 0.32 * saturation,
    ]
