"""Bit depth, colour space and transparency: arrays and Pillow images of every mode to 8-bit sRGB."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .colour_profiles import to_srgb

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
Warn = Callable[[str], None]

TRANSPARENT = "fully transparent"
_ROUNDING = 1e-5
"""How far outside [0, 1] floating-point values may lie: resampling filters overshoot by rounding."""


class Unusable(Exception):
    """Pixels that cannot be used; the arguments are the reason and the remedy."""


def from_array(array: NDArray[Any], background: Colour, warn: Warn) -> Pixels:
    """Convert a gray, RGB or RGBA array of type uint8, uint16, bool, or float within [0, 1]."""
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or channels not in (1, 3, 4) or array.size == 0:
        first = array.ndim == 3 and array.shape[0] in (1, 3, 4)
        remedy = "channels come last: array.transpose(1, 2, 0)" if first else "give one picture with at least one pixel"
        raise Unusable("its shape is not (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)", remedy)
    pixels = _eight_bit(np.asarray(array))
    if channels == 3:
        return np.ascontiguousarray(pixels)
    if channels == 4:
        return np.array(_composite(Image.fromarray(np.ascontiguousarray(pixels), "RGBA"), background, warn))
    return gray_to_rgb(pixels.reshape(array.shape[:2]))


def _eight_bit(array: NDArray[Any]) -> Pixels:
    if array.dtype == np.uint8:
        return array
    if array.dtype == bool:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        return scale_16(array)
    if array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        if not (low >= -_ROUNDING and high <= 1 + _ROUNDING):
            got = "NaN among its values" if np.isnan(low) or np.isnan(high) else f"values from {low:.4g} to {high:.4g}"
            raise Unusable(f"it has {got}, where floating-point values go from 0 to 1", "scale it, or give uint8")
        return _scale_float(array, 0.0, 1.0)
    raise Unusable(
        f"values of type {array.dtype} have no known range",
        "give uint8 (0 to 255), uint16 (0 to 65535), bool, or floating-point values from 0 to 1",
    )


@functools.cache
def _table_16() -> Pixels:
    return np.rint(np.arange(65536) / 257).astype(np.uint8)


def scale_16(values: NDArray[Any]) -> Pixels:
    """Scale 16-bit values (any integer type holding 0 to 65535) to 8 bits: v / 257, rounded."""
    return np.take(_table_16(), values)


def _scale_float(values: NDArray[Any], low: float, high: float) -> Pixels:
    """Map low..high to 0..255, rounded; a flat picture becomes black."""
    span = high - low
    scaled = (values - values.dtype.type(low)) * values.dtype.type(255 / span if span > 0 else 0)
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)


def gray_to_rgb(gray: Pixels) -> Pixels:
    """Repeat a gray plane three times."""
    rgb: Pixels = cv2.cvtColor(np.ascontiguousarray(gray), cv2.COLOR_GRAY2RGB)  # type: ignore[assignment]
    return rgb


def from_pillow(image: Image.Image, profile: bytes | None, background: Colour, warn: Warn) -> Pixels:
    """Convert a decoded Pillow image of any mode, from its ICC profile, onto a background."""
    if image.mode == "I" or image.mode.startswith("I;16") or image.mode == "F":
        image = _deep_to_gray(image, warn)
    if image.mode == "LAB":
        profile = None  # Pillow's conversion is colour-managed as it is.
    if image.mode == "La":
        image = image.convert("LA")
    alpha = None
    if image.has_transparency_data:
        # Only RGBA holds what palettes, colour keys and premultiplied channels mean by transparency.
        gray = image.mode in ("1", "L", "LA")
        alpha = image.convert("RGBA").getchannel("A")
        image = _opaque(image, gray)
    elif image.mode not in ("L", "RGB", "CMYK"):
        image = _opaque(image, image.mode == "1")
    image, problem = to_srgb(image, profile)
    if problem:
        warn(problem)
    if alpha is not None:
        image = image.convert("RGBA")
        image.putalpha(alpha)
        return np.array(_composite(image, background, warn))
    if image.mode == "L":
        return gray_to_rgb(np.asarray(image))
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _opaque(image: Image.Image, gray: bool) -> Image.Image:
    """Drop transparency and everything else that is not plain gray or RGB."""
    if image.has_transparency_data and image.mode != "P":
        image = image.convert("RGBA")
    rgb = image.convert("RGB")
    return rgb.getchannel(0) if gray else rgb


def _composite(image: Image.Image, background: Colour, warn: Warn) -> Image.Image:
    alpha = image.getchannel("A")
    least, most = alpha.getextrema()
    if most == 0:
        warn(TRANSPARENT)
    if least == 255:
        return image.convert("RGB")
    return Image.composite(image.convert("RGB"), Image.new("RGB", image.size, background), alpha)


def _deep_to_gray(image: Image.Image, warn: Warn) -> Image.Image:
    """Bring 16- and 32-bit gray images to 8 bits; a transparent level becomes an alpha channel."""
    values = np.asarray(image)
    tags = getattr(image, "tag_v2", {})
    if image.mode.startswith("I;16"):
        gray = scale_16(values)
    elif image.mode == "I" and tags.get(258) == (32,) and tags.get(339, (1,)) == (1,):
        gray = np.rint(values.view(np.uint32) / np.float64(0x01010101)).astype(np.uint8)
    else:
        gray = _ranged(values, warn)
    if tags.get(262) == 0:
        gray = 255 - gray
    level = image.info.get("transparency")
    if not isinstance(level, int):
        return Image.fromarray(gray)
    alpha = np.where(values == level, np.uint8(0), np.uint8(255))
    return Image.merge("LA", (Image.fromarray(gray), Image.fromarray(alpha)))


def _ranged(values: NDArray[Any], warn: Warn) -> Pixels:
    """Scale values whose type has no known range: [0, 1] or 16 bits as they are, all else stretched."""
    low, high = float(values.min()), float(values.max())
    whole = values.dtype.kind == "i"
    if not (np.isfinite(low) and np.isfinite(high)):
        raise Unusable("it has NaN or infinite values", "replace them, and save it as 16-bit TIFF or PNG")
    if whole and low >= 0 and high <= 65535:
        return scale_16(values)
    if not whole and low >= 0 and high <= 1:
        return _scale_float(values, 0.0, 1.0)
    kind = "integer" if whole else "floating-point"
    warn(f"{kind} values from {low:.4g} to {high:.4g} were stretched to black and white")
    return _scale_float(values.astype(np.float64) if whole else values, low, high)
