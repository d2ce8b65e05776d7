"""Changes that a photographer makes to a finished picture: light, colour, detail and frame, each by one amount.

Every function takes an upright sRGB array, uint8 of shape (H, W, 3), and returns a new one of the same dtype; an amount of 0
changes nothing. Only ``straighten`` and ``crop`` change the shape; nothing is resized.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from . import degradations
from .degradations import Pixels

DAYLIGHT = 6504.0
"""Colour temperature of sRGB's white, in kelvin."""


def _through(rgb: Pixels, table: NDArray[np.uint8]) -> Pixels:
    """Every code value replaced by its entry of ``table``, shape (256,) or (256, 3), one column per channel."""
    return np.asarray(cv2.LUT(rgb, np.ascontiguousarray(table.reshape(1, 256, -1))), dtype=np.uint8)


def _ramp() -> Pixels:
    """All code values as a picture of one column."""
    return np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)


def _table(codes: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.clip(np.rint(255 * codes), 0, 255).astype(np.uint8)


def expose(rgb: Pixels, stops: float) -> Pixels:
    """Change the exposure by ``stops`` in linear light; what passes white is clipped."""
    return _through(rgb, degradations.expose(_ramp(), stops)[:, 0, 0])


def contrast(rgb: Pixels, percent: float) -> Pixels:
    """Turn the middle of the tone curve by ``percent``: black, mid-grey and white stay where they are.

    Code values x in [0, 1] become ``x + percent / 100 * sin(2 pi (x - 0.5)) / (2 pi)``: the slope at mid-grey is ``1 + percent
    / 100``, that at both ends ``1 - percent / 100``.
    """
    x = np.arange(256) / 255
    return _through(rgb, _table(x + percent / 100 * np.sin(2 * np.pi * (x - 0.5)) / (2 * np.pi)))


def shadows(rgb: Pixels, percent: float) -> Pixels:
    """Lighten (or, if negative, darken) the shadows: ``x + percent / 100 * 2 x (1 - x)**3`` of code values in [0, 1]."""
    x = np.arange(256) / 255
    return _through(rgb, _table(x + percent / 100 * 2 * x * (1 - x) ** 3))


def highlights(rgb: Pixels, percent: float) -> Pixels:
    """Lighten (or, if negative, darken) the lights: ``x + percent / 100 * 2 x**3 (1 - x)`` of code values in [0, 1]."""
    x = np.arange(256) / 255
    return _through(rgb, _table(x + percent / 100 * 2 * x**3 * (1 - x)))


def warm(rgb: Pixels, mired: float) -> Pixels:
    """Move the white balance by ``mired`` along the colours of black bodies: positive is warmer.

    The white of 6504 K is turned into that of a black body ``mired`` further along by gains of the linear channels, with the
    gain of green held at 1.
    """
    gains = _black_body(DAYLIGHT / (1 + mired * DAYLIGHT / 1e6)) / _black_body(DAYLIGHT)
    columns = [degradations.expose(_ramp(), math.log2(gain / gains[1]))[:, 0, 0] for gain in gains]
    return _through(rgb, np.stack(columns, axis=1))


def _black_body(kelvin: float) -> NDArray[np.float64]:
    """Linear sRGB of a black body's colour, 1667 to 25000 K, after Kim et al. 2002 (US patent 7024034)."""
    t = 1e3 / kelvin
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    to_linear = [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
    return np.asarray(np.array(to_linear) @ [x / y, 1.0, (1 - x - y) / y], dtype=np.float64)


def saturation(rgb: Pixels, percent: float) -> Pixels:
    """Change the distance of each pixel from its own luma by ``percent``; -100 is black and white."""
    return degradations.saturate(rgb, 1 + percent / 100)


def sharpen(rgb: Pixels, percent: float) -> Pixels:
    """Unsharp mask of ``percent`` with a radius of one thousandth of the long side, at least 0.8 pixels."""
    soft = cv2.GaussianBlur(rgb, (0, 0), max(0.8, 0.001 * max(rgb.shape[:2])))
    return np.asarray(cv2.addWeighted(rgb, 1 + percent / 100, soft, -percent / 100, 0), dtype=np.uint8)


def denoise(rgb: Pixels, strength: float) -> Pixels:
    """Reduce noise by non-local means (Buades et al. 2005) with a filter strength in 8-bit levels, luma and colour alike."""
    if strength == 0:
        return rgb.copy()
    return np.asarray(cv2.fastNlMeansDenoisingColored(rgb, None, strength, strength, 7, 15), dtype=np.uint8)


def corners(rgb: Pixels, stops: float) -> Pixels:
    """Lighten (or, if negative, darken) towards the corners by ``stops`` there, growing with the square of the distance."""
    return degradations.vignette(rgb, -stops) if stops else rgb.copy()


def straighten(rgb: Pixels, degrees: float) -> Pixels:
    """Turn the picture clockwise by ``degrees`` and keep the largest centred frame of the same proportions that it fills."""
    height, width = rgb.shape[:2]
    turn = abs(math.radians(degrees))
    long, short = max(height, width), min(height, width)
    shrink = 1 / (math.cos(turn) + long / short * math.sin(turn))
    size = (max(1, math.floor(width * shrink)), max(1, math.floor(height * shrink)))
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    matrix[:, 2] += [(size[0] - width) / 2, (size[1] - height) / 2]
    turned = cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(turned, dtype=np.uint8)


def crop(rgb: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    """Keep the rectangle given in shares of width and height."""
    height, width = rgb.shape[:2]
    first_row, first_column = round(top * height), round(left * width)
    last_row, last_column = max(first_row + 1, round(bottom * height)), max(first_column + 1, round(right * width))
    return rgb[first_row:last_row, first_column:last_column].copy()
