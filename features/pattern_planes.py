"""Planes that several features of the criterion ``pattern`` read, and small helpers on histograms."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .lighting_tones import lab_planes, luma_histogram, luma_levels
from .picture import FloatPlane, Picture, shared, shrunk

UInt8Plane = NDArray[np.uint8]


def grey(picture: Picture) -> UInt8Plane:
    """Luma at the working scale in 0..255."""
    return luma_levels(picture)


@shared
def half_grey(picture: Picture) -> UInt8Plane:
    """Luma in 0..255 at half the working scale (long side 256)."""
    return reduced(grey(picture), 2)


@shared
def lab_bytes(picture: Picture) -> UInt8Plane:
    """CIE Lab at the working scale in bytes, one plane after another, (3, h, w): L* 255/100, a* + 128, b* + 128.

    Rounded from the exact values: OpenCV's conversion of bytes is off by up to 3 levels, and takes several times as long.
    """
    planes = np.empty((3, *picture.rgb.shape[:2]), np.uint8)
    for plane, values, scale, offset in zip(planes, lab_planes(picture), (2.55, 1, 1), (0, 128, 128), strict=True):
        cv2.convertScaleAbs(values, plane, scale, offset)
    return planes


@shared
def quarter_rgb(picture: Picture) -> NDArray[np.float32]:
    """RGB in 0..1 at a quarter of the working scale (long side 128)."""
    return reduced(picture.rgb, 4).astype(np.float32) * np.float32(1 / 255)


@shared
def grey_counts(picture: Picture) -> NDArray[np.float64]:
    """Number of pixels of each of the 256 luma values."""
    return np.rint(luma_histogram(picture) * grey(picture).size)


def reduced(plane: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """``plane`` made smaller by ``factor`` with an area filter, at least one pixel per side."""
    height, width = plane.shape[:2]
    return shrunk(plane, max(1, round(height / factor)), max(1, round(width / factor)))


def central_square(plane: UInt8Plane) -> UInt8Plane:
    """The largest centred square of ``plane``."""
    height, width = plane.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return plane[top : top + side, left : left + side]


def entropy_bits(weights: NDArray[Any], axis: int = -1) -> NDArray[np.float64]:
    """Shannon entropy in bits along ``axis`` of non-negative ``weights`` of any sum; 0 where all are 0."""
    values = np.asarray(weights, dtype=np.float64)
    total = values.sum(axis=axis, keepdims=True)
    share = values / np.where(total > 0, total, 1)
    return np.asarray(-(share * np.log2(np.where(share > 0, share, 1))).sum(axis=axis) + 0.0)


def fitted_slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Slope of the least-squares line through (x, y)."""
    centred = x - x.mean()
    return float(centred @ y / (centred @ centred))


def lengths(x: FloatPlane, y: FloatPlane) -> FloatPlane:
    """Lengths of the vectors (x, y), float32.

    In place of ``cv2.magnitude``, whose last digit depends on where in memory its result comes to lie.
    """
    return np.sqrt(x * x + y * y)
