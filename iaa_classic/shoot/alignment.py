r"""How two frames lie on each other: shift, overlap and likeness, whatever their exposure.

Thumbnails are turned into *structure*: the logarithm of the luma less its local mean, divided by its local spread. For every
shift by whole thumbnail pixels the normalised cross-correlation over the part of the frame that both share,

.. math:: r = \frac{\sum f g - \sum f \sum g / n}{\sqrt{(\sum f^2 - (\sum f)^2 / n)(\sum g^2 - (\sum g)^2 / n)}}

is computed at once by the Fourier transform (Padfield 2012, Masked object registration in the Fourier domain, with masks that
are whole rectangles).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

FloatPlane = NDArray[np.float32]

STRUCTURE_SIDE = 96
"""Long side, in pixels, at which frames are aligned."""

_SMALLEST_OVERLAP = 0.2
"""Share of the frame that two frames have to share for their likeness to be looked at."""

_GRAIN = 0.08
"""Spread of log luma below which structure fades: grain and clipped areas have none."""


class Relation(NamedTuple):
    """How frame b lies on frame a.

    ``x``, ``y``: where the content of a stands in b, less where it stands in a, in shares of width and height.
    ``overlap``: share of the frame that both hold. ``likeness``: correlation of structure there, -1 to 1.
    """

    x: float
    y: float
    overlap: float
    likeness: float


@dataclass(frozen=True, eq=False)
class Structure:
    """A thumbnail prepared for alignment: its size, its spectrum, and sums over every overlap with a frame of its size."""

    shape: tuple[int, int]
    spectrum: NDArray[np.complex64]
    sums: FloatPlane
    squares: FloatPlane


def structure(luma: NDArray[np.uint8]) -> Structure:
    """Prepare a thumbnail, uint8 (h, w)."""
    from scipy import fft

    scale = STRUCTURE_SIDE / max(luma.shape)
    size = (max(1, round(luma.shape[1] * scale)), max(1, round(luma.shape[0] * scale)))
    plane = normalised(np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), dtype=np.uint8))
    height, width = plane.shape
    padded = np.zeros((2 * height, 2 * width), np.float32)
    padded[:height, :width] = plane
    ones = np.zeros_like(padded)
    ones[:height, :width] = 1
    mask = np.conj(fft.rfft2(ones))
    spectrum = fft.rfft2(padded)
    sums = fft.irfft2(spectrum * mask, padded.shape)
    squares = fft.irfft2(fft.rfft2(padded**2) * mask, padded.shape)
    return Structure((height, width), spectrum, sums, squares)


def normalised(luma: NDArray[np.uint8]) -> FloatPlane:
    """Log luma less its local mean, divided by its local spread: what is left when the exposure is taken out."""
    plane = np.log2(luma.astype(np.float32) / 255 + 0.02)
    sigma = max(1.0, max(plane.shape) / 16)
    mean = cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    centred = cv2.GaussianBlur(plane, (0, 0), 0.7) - mean
    spread = np.sqrt(np.maximum(cv2.GaussianBlur(centred * centred, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), 0))
    return np.asarray(centred / (spread + np.float32(_GRAIN)), dtype=np.float32)


def relation(a: Structure, b: Structure, *, furthest: float = 0.8) -> Relation:
    """Align ``b`` with ``a``, by shifts of at most ``furthest`` of each side; frames of different shapes are unlike."""
    if a.shape != b.shape:
        return Relation(0.0, 0.0, 0.0, 0.0)
    from scipy import fft

    height, width = a.shape
    size = (2 * height, 2 * width)
    rows, columns = (_shifts(side, furthest) for side in a.shape)
    window = np.ix_(rows, columns)
    opposite = np.ix_(-rows, -columns)
    product = fft.irfft2(np.conj(a.spectrum) * b.spectrum, size)[window]
    n = ((height - np.abs(rows))[:, None] * (width - np.abs(columns))).astype(np.float32)
    # sums of b over the overlap stand at the shift, those of a at its opposite
    sum_a, sum_b = a.sums[opposite], b.sums[window]
    spread_a = np.maximum(a.squares[opposite] - sum_a**2 / n, 0)
    spread_b = np.maximum(b.squares[window] - sum_b**2 / n, 0)
    floor = np.float32(1e-3) * n
    score = (product - sum_a * sum_b / n) / np.sqrt((spread_a + floor) * (spread_b + floor))
    # a small overlap correlates highly by chance more often than a large one
    ranked = np.where(n >= _SMALLEST_OVERLAP * height * width, score - 2 / np.sqrt(n), -2)
    row, column = np.unravel_index(int(np.argmax(ranked)), score.shape)
    y = rows[row] + _vertex(score[:, column], int(row))
    x = columns[column] + _vertex(score[row], int(column))
    overlap = float(n[row, column] / (height * width))
    return Relation(x / width, y / height, overlap, float(np.clip(score[row, column], -1, 1)))


def _shifts(side: int, furthest: float) -> NDArray[np.int64]:
    reach = min(side - 1, round(side * furthest))
    return np.arange(-reach, reach + 1)


def _vertex(line: NDArray[np.floating], at: int) -> float:
    """Where the parabola through a peak and its neighbours is highest, relative to the peak."""
    if not 0 < at < len(line) - 1:
        return 0.0
    low, here, high = (float(value) for value in line[at - 1 : at + 2])
    bend = low - 2 * here + high
    return float(np.clip(0.5 * (low - high) / bend, -0.5, 0.5)) if bend < -1e-6 else 0.0


def hash_distances(hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Number of different bits between all pairs of 64-bit hashes, shape (n, n)."""
    bits = np.unpackbits(hashes.astype(">u8").view(np.uint8).reshape(-1, 8), axis=1).astype(np.float32)
    ones = bits.sum(axis=1)
    return (ones[:, None] + ones - 2 * (bits @ bits.T)).astype(np.uint8)
