"""Planes that several features of the criterion ``pattern`` read, and small helpers on histograms."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .picture import Picture, shared, shrunk

UInt8Plane = NDArray[np.uint8]


@shared
def grey(picture: Picture) -> UInt8Plane:
    """Luma at the working scale in 0..255."""
    return np.asarray(cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


@shared
def half_grey(picture: Picture) -> UInt8Plane:
    """Luma in 0..255 at half the working scale (long side 256)."""
    return reduced(grey(picture), 2)


@shared
def lab_bytes(picture: Picture) -> UInt8Plane:
    """CIE Lab at the working scale in bytes: L* 255/100, a* + 128, b* + 128."""
    return np.asarray(cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2LAB), dtype=np.uint8)


@shared
def quarter_rgb(picture: Picture) -> NDArray[np.float32]:
    """RGB in 0..1 at a quarter of the working scale (long side 128)."""
    return reduced(picture.rgb, 4).astype(np.float32) * np.float32(1 / 255)


@shared
def grey_counts(picture: Picture) -> NDArray[np.float64]:
    """Number of pixels of each of the 256 luma values."""
    return np.asarray(cv2.calcHist([grey(picture)], [0], None, [256], [0, 256]), dtype=np.float64).ravel()


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
