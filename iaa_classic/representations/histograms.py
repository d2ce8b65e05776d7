"""Histograms of a picture that need no vocabulary: local binary patterns at three scales, and colours, by quarters."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..features import Picture

Vector = NDArray[np.float32]

SCALES = (1.0, 0.5, 0.25)
"""Of the picture at working scale, for the patterns."""

PATTERNS = 256
HUES, SATURATIONS, VALUES = 12, 4, 4
COLOURS = HUES * SATURATIONS * VALUES

REGIONS = 5
"""The whole picture and its four quarters."""

LENGTH = REGIONS * (len(SCALES) * PATTERNS + COLOURS)

_NEIGHBOURS = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
_STEP = 0.5
"""By how much of L* a neighbour must be lighter to count: less is noise of 8-bit rounding."""


def histograms(picture: Picture) -> Vector:
    """Shares of local binary patterns, scale by scale, then of colours, each for the whole and the quarters row by row.

    A pattern says which of the eight neighbours of a pixel are lighter (by 0.5 of L*), 256 of them (Ojala, Pietikainen, Harwood
    1996). Colours are 12 hues by 4 saturations by 4 values of HSV. Every histogram sums to 1; one without pixels is 0.
    """
    parts = []
    light = np.ascontiguousarray(picture.lab[..., 0])
    for scale in SCALES:
        height, width = (max(1, round(side * scale)) for side in light.shape)
        plane = light if scale == 1 else np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA))
        parts.append(_by_region(_patterns(plane), PATTERNS))
    hsv = picture.hsv
    hue = np.minimum((hsv[..., 0] * (HUES / 360)).astype(np.int64), HUES - 1)
    saturation = np.minimum((hsv[..., 1] * SATURATIONS).astype(np.int64), SATURATIONS - 1)
    value = np.minimum((hsv[..., 2] * VALUES).astype(np.int64), VALUES - 1)
    parts.append(_by_region((hue * SATURATIONS + saturation) * VALUES + value, COLOURS))
    return np.concatenate(parts)


def hellinger(shares: Vector) -> Vector:
    """Square roots, so that inner products are means of Bhattacharyya coefficients; patterns have 0.92 of the norm of 1.

    They have that much because nine tenths of it are the same in all photographs, as of the colours a quarter is.
    """
    roots = np.sqrt(shares.astype(np.float64))
    split = REGIONS * len(SCALES) * PATTERNS
    for part, share in ((roots[:split], 0.92), (roots[split:], 0.08)):
        part *= np.sqrt(share) / max(float(np.linalg.norm(part)), 1e-12)
    return roots.astype(np.float32)


def _patterns(plane: NDArray[np.float32]) -> NDArray[np.int64]:
    height, width = plane.shape
    if height < 3 or width < 3:
        return np.zeros((0, 0), dtype=np.int64)
    limit = plane[1:-1, 1:-1] + np.float32(_STEP)
    codes = np.zeros(limit.shape, dtype=np.uint8)
    for bit, (down, right) in enumerate(_NEIGHBOURS):
        lighter = plane[down : down + height - 2, right : right + width - 2] > limit
        codes |= lighter.astype(np.uint8) << np.uint8(bit)
    return codes.astype(np.int64)


def _by_region(codes: NDArray[np.int64], count: int) -> Vector:
    """Shares of codes in the whole and in the quarters, one after the other."""
    height, width = codes.shape
    top, left = height // 2, width // 2
    quarters = (codes[:top, :left], codes[:top, left:], codes[top:, :left], codes[top:, left:])
    counts = [np.bincount(part.ravel(), minlength=count).astype(np.float64) for part in quarters]
    counts.insert(0, np.sum(counts, axis=0))
    return np.concatenate([own / max(own.sum(), 1.0) for own in counts]).astype(np.float32)
