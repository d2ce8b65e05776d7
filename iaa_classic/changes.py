"""Controlled changes of a photograph that are not damage: its light, colours, frame and arrangement moved one way at a time.

They prove that features measure what they say (``iaa_classic.fidelity``). Like ``iaa_classic.degradations``, every function
takes an upright sRGB array, uint8 of shape (H, W, 3), and returns a new one; strengths are shares of the way from the
photograph as it is (0) to the fully changed one (1) unless said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]


def _eight_bit(values: NDArray[np.floating]) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _blend(rgb: Pixels, other: NDArray[np.generic], weight: float | Plane) -> Pixels:
    """``rgb`` with ``weight`` (a number, or a plane of shape (H, W)) of ``other`` mixed in."""
    if isinstance(weight, np.ndarray):
        weight = weight[..., None]
    return _eight_bit(rgb.astype(np.float32) * (1 - weight) + np.asarray(other, dtype=np.float32) * weight)


def _grid(rgb: Pixels) -> tuple[Plane, Plane]:
    """Rows and columns of the pixel centres, in shares of height and width."""
    height, width = rgb.shape[:2]
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height
    x = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / width
    return np.broadcast_to(y, (height, width)), np.broadcast_to(x, (height, width))


def _disc(rgb: Pixels, x: float, y: float, radius: float, stretch: float = 1.0) -> Plane:
    """Soft-edged disc around (x, y) in shares of the frame; ``radius`` is in shares of the short side."""
    height, width = rgb.shape[:2]
    rows, columns = _grid(rgb)
    short = min(height, width)
    distance = np.hypot((rows - y) * height, (columns - x) * width / stretch) / short
    return np.clip((radius - distance) / 0.02 + 0.5, 0, 1).astype(np.float32)


def blurred(rgb: Pixels, share: float) -> Pixels:
    """Gaussian blur whose sigma is ``share`` of the long side; made at a reduced size, as no detail survives it."""
    if share == 0:
        return rgb.copy()
    height, width = rgb.shape[:2]
    scale = min(1.0, 256 / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.5, share * max(small.shape[:2])))
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


# Light


def gamma(rgb: Pixels, exponent: float) -> Pixels:
    """Raise code values in [0, 1] to ``exponent``: below 1 brightens, above 1 darkens, black and white stay."""
    return _eight_bit(255 * (rgb.astype(np.float32) / 255) ** np.float32(exponent))


def haze(rgb: Pixels, strength: float) -> Pixels:
    """Mix in bright airlight (0.9 of white), evenly over the frame, as fog does."""
    return _blend(rgb, np.full_like(rgb, 230), strength)


def side_light(rgb: Pixels, strength: float) -> Pixels:
    """Darken from right to left: the left edge loses ``strength`` of its code values, the right edge none."""
    _, x = _grid(rgb)
    return _eight_bit(rgb * (1 - strength * (1 - x))[..., None])


def low_light(rgb: Pixels, strength: float) -> Pixels:
    """Darken from bottom to top: the top edge loses ``strength`` of its code values, the bottom edge none."""
    y, _ = _grid(rgb)
    return _eight_bit(rgb * (1 - strength * (1 - y))[..., None])


def spotlight(rgb: Pixels, strength: float) -> Pixels:
    """Darken everything outside a disc in the middle of the frame by ``strength``."""
    return _blend(rgb, np.zeros_like(rgb), strength * (1 - _disc(rgb, 0.5, 0.5, 0.3)))


def silhouette(rgb: Pixels, strength: float) -> Pixels:
    """Darken a disc in the middle of the frame by ``strength`` and lighten what surrounds it as much: light from behind."""
    disc = _disc(rgb, 0.5, 0.5, 0.3)
    return _blend(_blend(rgb, np.zeros_like(rgb), strength * disc), np.full_like(rgb, 255), strength * 0.7 * (1 - disc))


def local_contrast(rgb: Pixels, strength: float) -> Pixels:
    """Strengthen mid-sized structure (unsharp mask with a sigma of 2 % of the long side)."""
    values = rgb.astype(np.float32)
    return _eight_bit(values + strength * (values - blurred(rgb, 0.02)))


# Colour


def tint(rgb: Pixels, strength: float, hue: float = 30.0) -> Pixels:
    """Mix in the picture toned in one hue (degrees of the HSV wheel): every pixel keeps its value."""
    hsv = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = hue
    hsv[..., 1] = 0.6
    return _blend(rgb, 255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), strength)


def rainbow(rgb: Pixels, strength: float) -> Pixels:
    """Mix in the picture coloured with all hues, which run across the frame; every pixel keeps its value."""
    _, x = _grid(rgb)
    hsv = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = 359 * x
    hsv[..., 1] = 0.8
    return _blend(rgb, 255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), strength)


def split_tone(rgb: Pixels, strength: float) -> Pixels:
    """Mix in the picture toned in two opposite hues, orange on the left and blue on the right."""
    _, x = _grid(rgb)
    hsv = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = np.where(x < 0.5, 30, 210)
    hsv[..., 1] = 0.7
    return _blend(rgb, 255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), strength)


def posterise(rgb: Pixels, levels: int) -> Pixels:
    """Round every channel to ``levels`` (at least 2) evenly spaced code values."""
    if levels < 2:
        raise ValueError(f"levels must be at least 2, got {levels}")
    return _eight_bit(np.rint(rgb.astype(np.float32) / 255 * (levels - 1)) * (255 / (levels - 1)))


def paint(rgb: Pixels, share: float, colour: Sequence[int], side: str = "top") -> Pixels:
    """Paint ``share`` of the frame in one ``colour`` (R, G, B), from its ``side``: "top", "bottom" or "middle" (a disc)."""
    out = rgb.copy()
    rows = round(rgb.shape[0] * share)
    if side not in ("top", "bottom", "middle"):
        raise ValueError(f"side must be 'top', 'bottom' or 'middle', got {side!r}")
    if side == "middle":
        radius = math.sqrt(share * rgb.shape[0] * rgb.shape[1] / math.pi) / min(rgb.shape[:2])
        return _blend(rgb, np.full_like(rgb, colour), _disc(rgb, 0.5, 0.5, radius))
    if side == "top":
        out[:rows] = colour
    else:
        out[rgb.shape[0] - rows :] = colour
    return out


# The frame


def mirrored(rgb: Pixels, strength: float, axis: str = "vertical") -> Pixels:
    """Replace a half by the other's mirror image: the right one about the "vertical" axis, the lower about "horizontal"."""
    if axis not in ("vertical", "horizontal"):
        raise ValueError(f"axis must be 'vertical' or 'horizontal', got {axis!r}")
    flipped = rgb[:, ::-1] if axis == "vertical" else rgb[::-1]
    y, x = _grid(rgb)
    second = (x > 0.5) if axis == "vertical" else (y > 0.5)
    return _blend(rgb, flipped, strength * second.astype(np.float32))


def empty_space(rgb: Pixels, share: float) -> Pixels:
    """Shrink the photograph into the right of the frame and leave ``share`` of the width on its left plain mid-grey."""
    height, width = rgb.shape[:2]
    out = np.full_like(rgb, 128)
    columns = max(1, round(width * (1 - share)))
    rows = max(1, round(height * (1 - share)))
    part = cv2.resize(rgb, (columns, rows), interpolation=cv2.INTER_AREA)
    top = (height - rows) // 2
    out[top : top + rows, width - columns :] = part
    return out


def letterbox(rgb: Pixels, share: float) -> Pixels:
    """Black bars at the top and bottom, together ``share`` of the height."""
    rows = round(rgb.shape[0] * share / 2)
    out = rgb.copy()
    out[:rows] = 0
    out[rgb.shape[0] - rows :] = 0
    return out


def narrow(rgb: Pixels, share: float) -> Pixels:
    """Cut ``share`` of the height away, half at the top and half at the bottom: the frame gets wider in proportion."""
    rows = round(rgb.shape[0] * share / 2)
    return rgb[rows : max(rows + 1, rgb.shape[0] - rows)].copy()


def ruled(rgb: Pixels, strength: float, kind: str = "vertical") -> Pixels:
    """Draw white lines across the frame, mixed in by ``strength``.

    ``kind`` is "vertical", "diagonal", "converging" (eight lines from the border to a point right of the middle) or "grid".
    """
    height, width = rgb.shape[:2]
    drawn = rgb.copy()
    thick = max(1, round(0.008 * max(height, width)))

    def line(x0: float, y0: float, x1: float, y1: float) -> None:
        start = (round(x0 * width), round(y0 * height))
        cv2.line(drawn, start, (round(x1 * width), round(y1 * height)), (255, 255, 255), thick, cv2.LINE_AA)

    if kind == "vertical":
        for x in (0.2, 0.4, 0.6, 0.8):
            line(x, 0, x, 1)
    elif kind == "diagonal":
        for shift in (-0.06, 0.0, 0.06):
            line(0, shift, 1, 1 + shift)
    elif kind == "converging":
        for x, y in ((0, 0.1), (0, 0.5), (0, 0.9), (0.3, 1), (0.7, 1), (1, 0.95), (1, 0.2), (0.4, 0)):
            line(x, y, 0.62, 0.45)
    elif kind == "grid":
        for share in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
            line(share, 0, share, 1)
            line(0, share, 1, share)
    else:
        raise ValueError(f"kind must be 'vertical', 'diagonal', 'converging' or 'grid', got {kind!r}")
    return _blend(rgb, drawn, strength)


def horizon(rgb: Pixels, strength: float, height: float = 1 / 3, angle: float = 0.0) -> Pixels:
    """Mix in a bright sky over dark ground by ``strength``; their edge crosses the middle of the frame at ``height``.

    ``height`` is in shares of the frame from the top; ``angle`` in degrees, positive where the edge falls to the right.
    """
    rows, columns = _grid(rgb)
    tall, wide = rgb.shape[:2]
    edge = height * tall + math.tan(math.radians(angle)) * (columns - 0.5) * wide
    drawn = np.where((rows * tall < edge)[..., None], 235, 40) + np.zeros_like(rgb)
    return _blend(rgb, drawn, strength)


# The subject


def staged(
    rgb: Pixels,
    places: Sequence[tuple[float, float]] = ((0.5, 0.5),),
    radius: float = 0.14,
    *,
    stretch: float = 1.0,
    subject: Pixels | None = None,
) -> Pixels:
    """One or more subjects on a quiet ground, all made of the photograph itself.

    The ground is the photograph blurred, its contrast reduced and its colour taken away; each subject is a sharp, bright,
    strongly coloured disc cut from the photograph's middle. ``places`` are their centres in shares of the frame, ``radius`` is
    in shares of the short side, ``stretch`` makes them longer across, and ``subject`` is what they are cut from
    (``vivid(rgb)`` if left out).
    """
    grey = cv2.cvtColor(blurred(rgb, 0.08), cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    out = _eight_bit(60 + 0.15 * (grey - grey.mean()) + np.zeros((1, 1, 3)))
    height, width = rgb.shape[:2]
    cut_from = vivid(rgb) if subject is None else subject
    for x, y in places:
        shift = (round((y - 0.5) * height), round((x - 0.5) * width))
        out = _blend(out, np.roll(cut_from, shift, axis=(0, 1)), _disc(rgb, x, y, radius, stretch))
    return out


def vivid(rgb: Pixels) -> Pixels:
    """The photograph turned bright orange, with its structure kept: what a staged subject is cut from."""
    return _eight_bit(rgb.astype(np.float32) * 0.45 + np.array([150, 75, 20], dtype=np.float32))


def lines_to_subject(rgb: Pixels, strength: float) -> Pixels:
    """Mix eight converging lines into the ground of a staged subject, which stands where they meet."""
    place = [(0.62, 0.45)]
    ground = staged(rgb, place)
    return _blend(ruled(ground, strength, "converging"), ground, _disc(rgb, 0.62, 0.45, 0.14))


def blurred_surroundings(rgb: Pixels, strength: float) -> Pixels:
    """Blur everything outside a disc in the middle, with a sigma of ``strength`` percent of the long side."""
    return _blend(rgb, blurred(rgb, strength / 100), 1 - _disc(rgb, 0.5, 0.5, 0.33))


def blurred_middle(rgb: Pixels, strength: float) -> Pixels:
    """Blur a disc in the middle, with a sigma of ``strength`` percent of the long side."""
    return _blend(rgb, blurred(rgb, strength / 100), _disc(rgb, 0.5, 0.5, 0.33))


def plain_surroundings(rgb: Pixels, strength: float) -> Pixels:
    """Mix mid-grey into everything outside a disc in the middle."""
    return _blend(rgb, np.full_like(rgb, 128), strength * (1 - _disc(rgb, 0.5, 0.5, 0.33)))


def grey_surroundings(rgb: Pixels, strength: float) -> Pixels:
    """Take ``strength`` of the colour from everything outside a disc in the middle."""
    grey = np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    return _blend(rgb, grey, strength * (1 - _disc(rgb, 0.5, 0.5, 0.33)))
