"""Controlled ways to damage a photograph, for training and for proving that features and scores notice.

Every function takes an upright sRGB array, uint8 of shape (H, W, 3), and returns a new one of the same shape and dtype.
Lengths are given in thousandths of the long side where that says so, so that a strength means the same at every size.
Random ones take a seed and are deterministic.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def _eight_bit(values: NDArray[np.floating]) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _linear(rgb: Pixels) -> NDArray[np.float32]:
    """SRGB code values to linear light in [0, 1] (IEC 61966-2-1)."""
    value = rgb.astype(np.float32) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _encoded(linear: NDArray[np.float32]) -> Pixels:
    value = np.clip(linear, 0, 1)
    return _eight_bit(255 * np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055))


def defocus(rgb: Pixels, radius: float) -> Pixels:
    """Blur by a disc of ``radius`` thousandths of the long side, as a lens out of focus does, in linear light."""
    pixels = max(0.5, radius * max(rgb.shape[:2]) / 1000)
    reach = math.ceil(pixels)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(pixels + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return _encoded(cv2.filter2D(_linear(rgb), -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT_101))


def gaussian_blur(rgb: Pixels, sigma: float) -> Pixels:
    """Gaussian blur of ``sigma`` native pixels on code values."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), dtype=np.uint8)


def motion_blur(rgb: Pixels, length: float, angle: float = 20.0) -> Pixels:
    """Blur along a line of ``length`` thousandths of the long side at ``angle`` degrees, in linear light."""
    pixels = max(1.5, length * max(rgb.shape[:2]) / 1000)
    reach = math.ceil(pixels / 2) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along, across = np.abs(x * cos + y * sin), np.abs(-x * sin + y * cos)
    line = (np.clip(pixels / 2 + 0.5 - along, 0, 1) * np.clip(1 - across, 0, 1)).astype(np.float32)
    return _encoded(cv2.filter2D(_linear(rgb), -1, line / line.sum(), borderType=cv2.BORDER_REFLECT_101))


def noise(rgb: Pixels, sigma: float, seed: int = 0) -> Pixels:
    """Add Gaussian noise of standard deviation ``sigma`` (0..255 scale), independent per pixel and channel."""
    random = np.random.default_rng(seed)
    return _eight_bit(rgb + random.standard_normal(rgb.shape, dtype=np.float32) * sigma)


def jpeg(rgb: Pixels, quality: int) -> Pixels:
    """Compress as a JPEG of ``quality`` (1..100) with 4:2:0 chroma and decode again."""
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.cvtColor(cv2.imdecode(coded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), dtype=np.uint8)


def expose(rgb: Pixels, stops: float) -> Pixels:
    """Change the exposure by ``stops`` in linear light; what passes white is clipped."""
    return _encoded(_linear(rgb) * np.float32(2.0**stops))


def clip_highlights(rgb: Pixels, share: float) -> Pixels:
    """Stretch the code values so that the brightest ``share`` of the pixels clip in at least one channel; blacks stay."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    white = max(1.0, float(np.quantile(luma, 1 - share)))
    return _eight_bit(rgb.astype(np.float32) * (255 / white))


def crush_shadows(rgb: Pixels, share: float) -> Pixels:
    """Move the black point so that the darkest ``share`` of the pixels lose at least one channel to black; whites stay."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    black = min(254.0, float(np.quantile(luma, share)))
    return _eight_bit((rgb.astype(np.float32) - black) * (255 / (255 - black)))


def flatten_contrast(rgb: Pixels, factor: float) -> Pixels:
    """Pull every code value towards mid-grey: ``factor`` 1 keeps the picture, 0 makes it flat grey."""
    return _eight_bit(127.5 + (rgb.astype(np.float32) - 127.5) * factor)


def colour_cast(rgb: Pixels, strength: float, hue: float = 60.0) -> Pixels:
    """Shift CIE a*, b* of every pixel by ``strength`` units in direction ``hue`` (degrees; 60 is orange, 240 blue)."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    lab[..., 1] += strength * math.cos(math.radians(hue))
    lab[..., 2] += strength * math.sin(math.radians(hue))
    return _eight_bit(255 * cv2.cvtColor(lab, cv2.COLOR_Lab2RGB))


def saturate(rgb: Pixels, factor: float) -> Pixels:
    """Multiply the distance of each pixel from its own luma by ``factor``: 0 is monochrome, above 1 over-saturated."""
    values = rgb.astype(np.float32)
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None]
    return _eight_bit(luma + (values - luma) * factor)


def oversharpen(rgb: Pixels, amount: float) -> Pixels:
    """Unsharp mask of ``amount`` with a radius of four thousandths of the long side: bright and dark haloes."""
    values = rgb.astype(np.float32)
    blurred = cv2.GaussianBlur(values, (0, 0), max(0.8, 0.004 * max(rgb.shape[:2])))
    return _eight_bit(values + amount * (values - blurred))


def tilt(rgb: Pixels, angle: float) -> Pixels:
    """Rotate by ``angle`` degrees and keep the largest centred rectangle of the same aspect, at the original size."""
    height, width = rgb.shape[:2]
    if min(height, width) == 1:  # nothing to turn, and OpenCV seeks for ever what a single row is mirrored to
        return rgb.copy()
    turn = abs(math.radians(angle))
    grow = max(
        math.cos(turn) + height / width * math.sin(turn),
        math.cos(turn) + width / height * math.sin(turn),
    )
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, grow)
    turned = cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(turned, dtype=np.uint8)


def crop(rgb: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    """Keep the rectangle given in shares of width and height, resized back to the original size along its long side.

    Unlike the others this one may change the shape: the aspect ratio is that of the rectangle.
    """
    height, width = rgb.shape[:2]
    rows = slice(int(top * height), max(int(top * height) + 1, int(bottom * height)))
    columns = slice(int(left * width), max(int(left * width) + 1, int(right * width)))
    part = rgb[rows, columns]
    scale = max(height, width) / max(part.shape[:2])
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def vignette(rgb: Pixels, stops: float) -> Pixels:
    """Darken towards the corners, by ``stops`` at the corners, growing with the square of the distance."""
    height, width = rgb.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    loss = np.exp2(-np.float32(stops) * (x * x + y * y) / 2)
    return _encoded(_linear(rgb) * loss[..., None])


def grey_half(rgb: Pixels, side: str = "bottom", share: float = 0.5) -> Pixels:
    """Paint ``share`` of the frame mid-grey (128), from its ``side``: "bottom", "top", "left" or "right"."""
    out = rgb.copy()
    height, width = rgb.shape[:2]
    rows, columns = round(height * share), round(width * share)
    if side == "bottom":
        out[height - rows :] = 128
    elif side == "top":
        out[:rows] = 128
    elif side == "left":
        out[:, :columns] = 128
    elif side == "right":
        out[:, width - columns :] = 128
    else:
        raise ValueError(f"side must be 'bottom', 'top', 'left' or 'right', got {side!r}")
    return out


def shuffle_blocks(rgb: Pixels, block: int = 64, seed: int = 0) -> Pixels:
    """Cut the picture into squares of ``block`` pixels and shuffle them; what does not fill a square stays in place."""
    out = rgb.copy()
    corners = [(y, x) for y in range(0, rgb.shape[0] - block + 1, block) for x in range(0, rgb.shape[1] - block + 1, block)]
    order = np.random.default_rng(seed).permutation(len(corners))
    for (y, x), source in zip(corners, order, strict=True):
        from_y, from_x = corners[source]
        out[y : y + block, x : x + block] = rgb[from_y : from_y + block, from_x : from_x + block]
    return out
