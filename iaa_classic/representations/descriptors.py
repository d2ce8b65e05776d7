"""Fixed vectors that say what a picture looks like: functions of a ``Picture`` that know no collection.

They are the costly half of the features that need a collection. Each is a float32 vector of fixed length, measured at the
working scale in a few milliseconds, and defined for every picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from ..features import Picture
from ..features.colour_histogram import coarse_shares, colours

Vector = NDArray[np.float32]

EDGE_SIDE = 100
"""Cells per side of the edge map, as in Ke 2006."""

COLOUR_LEVELS = 16
"""Levels of each of R, G, B in the colour histogram: 4096 bins, as in Ke 2006."""

CLASSES = 50
"""Classes of hue, of saturation and of value, as in Luo & Tang 2008."""

QUANTILES = 16
"""Points at which the distribution of a picture's colours along one direction is remembered."""

SPECTRUM_SIDE = 64
"""Side in pixels of the square to which a picture is brought before its spectrum is taken."""

_LAPLACIAN = np.array([[1, 4, 1], [4, -20, 4], [1, 4, 1]], dtype=np.float32) / 6
"""3x3 Laplacian of shape 0.2, as in Ke 2006."""

_MEAN_OF_THREE = np.full((1, 3), 1 / 3, dtype=np.float32)

_FAINT = 0.025
"""Laplacian, in codes of 0..255, that is added everywhere: a picture without edges has an even map, and none jumps."""


def _directions() -> NDArray[np.float64]:
    """The 13 directions between opposite corners, edges and faces of a cube, as unit vectors (13, 3)."""
    steps = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)], dtype=np.float64)[14:]
    return np.asarray(steps / np.linalg.norm(steps, axis=1, keepdims=True))


DIRECTIONS = _directions()
"""Directions in CIELAB along which two pictures' colours are compared."""


def edges(picture: Picture) -> Vector:
    """Where the edges are: 100x100 map, row by row, sum 1.

    The absolute Laplacian of R, G and B, averaged over the three, brought to 100x100 by an area filter (frames of every
    shape are squeezed alike) and divided by its sum. Even, 1 / 10000 everywhere, without edges.
    """
    laplacian = cv2.filter2D(picture.rgb, cv2.CV_32F, _LAPLACIAN, borderType=cv2.BORDER_REPLICATE)
    strength = cv2.transform(np.abs(laplacian, out=laplacian), _MEAN_OF_THREE)
    small = cv2.resize(strength, (EDGE_SIDE, EDGE_SIDE), interpolation=cv2.INTER_AREA)
    energy = np.maximum(small, 0).astype(np.float64).ravel() + _FAINT
    return (energy / energy.sum()).astype(np.float32)


def colour_histogram(picture: Picture) -> Vector:
    """Share of the pixels in each of 16x16x16 cubes of R, G, B (red slowest): 4096 shares, sum 1."""
    return coarse_shares(picture, COLOUR_LEVELS).astype(np.float32)


def classes(picture: Picture) -> Vector:
    """Shares of the pixels in 50 classes of hue, 50 of saturation and 50 of value, one after the other.

    The hues are those of pixels that have one (S > 0.2 and 0.15 <= V <= 0.95, as Ke 2006 counts hues), and sum to 1, or
    are all 0 where there is no such pixel. Saturation and value count every pixel.
    """
    hsv = picture.hsv
    coloured = cv2.inRange(hsv, (-1, 0.2 + 1e-6, 0.15), (361, 2, 0.95))
    counted = []
    # The bounds are a little wide, so that rounding does not decide between two classes for values at a limit (51 / 255).
    for channel, low, high, mask in ((0, -1e-4, 360, coloured), (1, -1e-5, 1 + 1e-6, None), (2, -1e-5, 1 + 1e-6, None)):
        counts = cv2.calcHist([hsv], [channel], mask, [CLASSES], [low, high]).ravel()
        counted.append(counts / max(1.0, float(counts.sum())))
    return np.concatenate(counted).astype(np.float32)


def colour_quantiles(picture: Picture) -> Vector:
    """How the colours are distributed: quantiles of CIELAB along 13 directions, 16 of each, direction by direction.

    The mean absolute difference of two pictures' vectors is the sliced Wasserstein distance of their colours: the least
    work of turning one picture's colours into the other's, averaged over the directions (Rabin et al. 2011).
    """
    held = colours(picture)
    along = DIRECTIONS @ held.lab.T
    levels = (np.arange(QUANTILES) + 0.5) / QUANTILES
    found = np.empty((len(DIRECTIONS), QUANTILES))
    for direction, values in enumerate(along):
        order = np.argsort(values)
        reached = np.searchsorted(np.cumsum(held.share[order]), levels)
        found[direction] = values[order[np.minimum(reached, len(order) - 1)]]
    return found.ravel().astype(np.float32)


def spectrum(picture: Picture) -> Vector:
    """Amplitude spectrum of the luma, brought to 64x64 by an area filter: 64x33 amplitudes, row by row, mean left out.

    In units of luma; amplitudes that stand for two frequencies (the spectrum of a real picture is symmetric) are multiplied
    by sqrt(2), so that the Euclidean norm of the vector is the standard deviation of the 64x64 luma.
    """
    side = SPECTRUM_SIDE
    small = cv2.resize(picture.luma, (side, side), interpolation=cv2.INTER_AREA).astype(np.float64)
    amplitude = np.abs(np.fft.rfft2(small)) / side**2
    amplitude[:, 1:-1] *= np.sqrt(2)
    amplitude[0, 0] = 0
    return amplitude.ravel().astype(np.float32)


DESCRIPTORS: Mapping[str, Callable[[Picture], Vector]] = {
    "edges": edges,
    "colour_histogram": colour_histogram,
    "classes": classes,
    "colour_quantiles": colour_quantiles,
    "spectrum": spectrum,
}
"""Every descriptor by name."""

LARGE: tuple[str, ...] = ("cells",)
"""Descriptors made only when asked for by name: vectors of some 400 kB, whose length depends on the picture."""


def described(part: str, picture: Picture) -> Vector:
    """The descriptor of this name, also one of ``LARGE``."""
    if part == "cells":
        from .patches import cells

        return cells(picture)
    return DESCRIPTORS[part](picture)
