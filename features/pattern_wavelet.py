"""Wavelet textures (Datta 2006): how much fine, medium and coarse detail hue, saturation and value carry."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from .catalogue import family
from .kernels.pattern import wavelet_step
from .lighting_tones import channel_levels
from .pattern_planes import lengths, quarter_rgb
from .picture import FloatPlane, Picture

LEVELS = 3

_ROOT3 = math.sqrt(3)
_LOW = np.array([1 - _ROOT3, 3 - _ROOT3, 3 + _ROOT3, 1 + _ROOT3], dtype=np.float32) / np.float32(4 * math.sqrt(2))
"""Decomposition filter of the Daubechies wavelet with two vanishing moments ("db2", four taps)."""
_HIGH = (_LOW[::-1] * np.array([-1, 1, -1, 1])).astype(np.float32)


def _textures(*planes: FloatPlane) -> list[float]:
    """Mean size of the detail coefficients at each level, then their sum; two planes are the parts of a vector."""
    means = []
    for _ in range(LEVELS):
        steps = [wavelet_step(plane, _LOW, _HIGH) for plane in planes]
        planes = tuple(approximation for approximation, _ in steps)
        details = [detail.reshape(1, -1) for _, detail in steps]
        size = details[0] if len(details) == 1 else lengths(*details)
        means.append(cv2.norm(size, cv2.NORM_L1) / size.size)
    return [*means, sum(means)]


def _members(quality: str) -> Mapping[str, str]:
    names = {f"{quality}_wavelet_{level}": level for level in (1, 2, 3)}
    words = {1: "fine", 2: "medium", 3: "coarse"}
    return {name: f"{words[level]} {quality} texture" for name, level in names.items()} | {
        f"{quality}_wavelet_sum": f"{quality} texture"
    }


@family(
    _members("hue"),
    criterion="pattern",
    unit="chroma, 0-1, times 2**level",
    range=(0, 16),
    direction="neutral",
    reference="Datta, Joshi, Li, Wang 2006, f10-f12 and f19, with hue as a vector",
)
def hue_wavelets(picture: Picture) -> Sequence[float]:
    r"""Fine, medium and coarse detail of the hue, and their sum.

    .. math:: f_l = \frac{1}{S_l} \sum_{LH, HL, HH} \sqrt{w_\alpha^2 + w_\beta^2},
       \quad \alpha = R - (G + B)/2, \ \beta = \sqrt{3} (G - B) / 2

    with w the coefficients of level l = 1, 2, 3 of a db2 wavelet transform (half-sample symmetric borders) and S_l
    their number. Hue is an angle, and undefined in greys, so the transform runs on the hue as a vector as long as
    the chroma (the published form transforms the angle itself, which jumps at red and turns the noise of greys into
    texture), at a quarter of the working scale, since JPEG keeps little of finer colour. High values: colours change
    often. Grey and flat pictures give 0.
    """
    red, green, blue = cv2.split(quarter_rgb(picture))
    alpha = red - (green + blue) / 2
    beta = np.float32(_ROOT3 / 2) * (green - blue)
    return _textures(np.asarray(alpha, np.float32), np.asarray(beta, np.float32))


@family(
    _members("saturation"),
    criterion="pattern",
    unit="saturation, 0-1, times 2**level",
    range=(0, 8),
    direction="neutral",
    reference="Datta, Joshi, Li, Wang 2006, f13-f15 and f20",
)
def saturation_wavelets(picture: Picture) -> Sequence[float]:
    r"""Fine, medium and coarse detail of the saturation (HSV, 0..1), and their sum.

    .. math:: f_l = \frac{1}{S_l} \sum_{LH, HL, HH} |w|

    with w the coefficients of level l = 1, 2, 3 of a db2 wavelet transform and S_l their number. Flat pictures give
    0.
    """
    return _textures(np.asarray(cv2.extractChannel(picture.hsv, 1)))


@family(
    _members("value"),
    criterion="pattern",
    unit="value, 0-1, times 2**level",
    range=(0, 8),
    direction="neutral",
    reference="Datta, Joshi, Li, Wang 2006, f16-f18 and f21",
)
def value_wavelets(picture: Picture) -> Sequence[float]:
    r"""Fine, medium and coarse detail of the value (HSV, 0..1), and their sum.

    .. math:: f_l = \frac{1}{S_l} \sum_{LH, HL, HH} |w|

    with w the coefficients of level l = 1, 2, 3 of a db2 wavelet transform and S_l their number. Flat pictures give
    0; a sharp, busy picture scores high at level 1, one of large soft shapes only at level 3.
    """
    return _textures(np.multiply(channel_levels(picture).largest, np.float32(1 / 255), dtype=np.float32))
