"""Patches of a picture on a dense grid at three scales: what vocabularies are learned from and pictures are encoded by.

The cells that patches consist of are what is kept of a picture (``descriptors.cells``): half the size of its pixels as floats,
a fortieth of that of its patches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..features import Picture
from ..features.kernels.dense import ORIENTATIONS, SIDE, colour_cells, gathered, limited, orientation_cells
from ..features.picture import shrunk
from .histograms import LENGTH, histograms

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]

CELL = 8
"""Pixels along the side of a cell; a patch has ``SIDE`` cells along its side, and patches lie a cell apart."""

SCALES = (1.0, 0.5**0.5, 0.5)
"""Of the picture at working scale (long side 512 at most)."""

CHANNELS = ("gradient", "colour")
"""Kinds of patches: histograms of gradients (128 numbers), and means and deviations of CIELAB (96 numbers)."""

_COLOURS = 6
_DEPTH = ORIENTATIONS + _COLOURS
_FLAT = 1.0
"""Norm of the histograms, in units of L* summed over pixels, below which a patch is called flat: noise of 8-bit rounding."""

_WINDOW = np.exp(-((np.arange(SIDE) - (SIDE - 1) / 2) ** 2) / (2 * (SIDE / 2) ** 2)).astype(np.float32)
_GAUSSIAN = np.outer(_WINDOW, _WINDOW)
_EVEN = np.ones((SIDE, SIDE), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Patches:
    """The patches of a picture.

    Attributes
    ----------
    gradient : ndarray of float32, shape (n, 128)
        Dense SIFT (Lowe 2004): 4x4 cells of 8 orientations, weighed by a Gaussian of half the patch's side, unit norm, cut at
        0.2, then RootSIFT. Flat patches are 0.
    colour : ndarray of float32, shape (n, 96)
        Per cell the means, then the standard deviations, of L*, a*, b* (Marchesotti 2011 do so with RGB).
    height : ndarray of float32, shape (n,)
        Where the patch's centre lies, 0 at the top and 1 at the bottom of the picture.
    """

    gradient: Matrix
    colour: Matrix
    height: Vector

    def __len__(self) -> int:
        return len(self.height)

    def channel(self, name: str) -> Matrix:
        """The patches of one kind."""
        matrix: Matrix = getattr(self, name)
        return matrix


def cells(picture: Picture) -> Vector:
    """The cells of the picture at all scales in one vector: rows and columns of each scale, ``histograms``, then the cells.

    A picture whose short side has fewer than 32 pixels at working scale has no patch, and no cells in its vector.
    """
    head, parts = [], []
    for scale in SCALES:
        height, width = (max(1, round(side * scale)) for side in picture.lab.shape[:2])
        lab = picture.lab if scale == 1 else shrunk(picture.lab, height, width)
        lab = np.ascontiguousarray(lab, dtype=np.float32)
        rows, columns = height // CELL, width // CELL
        if rows < SIDE or columns < SIDE:
            head += [0, 0]
            continue
        head += [rows, columns]
        gradients = orientation_cells(_smoothed(np.ascontiguousarray(lab[..., 0])), CELL)
        parts += [gradients.ravel(), colour_cells(lab, CELL).ravel()]
    return np.concatenate([np.array(head, dtype=np.float32), histograms(picture), *parts]).astype(np.float32)


def patches(packed: Vector) -> Patches:
    """The patches that the vector of ``cells`` stands for, scale by scale and row by row."""
    found: dict[str, list[NDArray[np.float32]]] = {"gradient": [], "colour": [], "height": []}
    shapes = packed[: 2 * len(SCALES)].astype(int).reshape(-1, 2)
    start = shapes.size + LENGTH
    for rows, columns in shapes:
        if not rows:
            continue
        for name, depth, window in (("gradient", ORIENTATIONS, _GAUSSIAN), ("colour", _COLOURS, _EVEN)):
            stop = start + rows * columns * depth
            found[name].append(gathered(np.ascontiguousarray(packed[start:stop]).reshape(rows, columns, depth), 1, window))
            start = stop
        centres = (np.arange(rows - SIDE + 1, dtype=np.float32) + SIDE / 2) / rows
        found["height"].append(np.repeat(centres, columns - SIDE + 1).astype(np.float32))
    if not found["height"]:
        return Patches(np.zeros((0, 128), np.float32), np.zeros((0, 96), np.float32), np.zeros(0, np.float32))
    gradient = np.concatenate(found["gradient"])
    limited(gradient, np.float32(_FLAT))
    return Patches(gradient, np.concatenate(found["colour"]), np.concatenate(found["height"]))


def held_histograms(packed: Vector) -> Vector:
    """The ``histograms`` that the vector of ``cells`` holds."""
    return packed[2 * len(SCALES) : 2 * len(SCALES) + LENGTH]


def _smoothed(plane: Matrix) -> Matrix:
    """The plane after the binomial filter of 5 x 5, a Gaussian of one pixel, as SIFT looks at a picture."""
    padded = np.pad(plane, 2, mode="edge")
    for axis in (0, 1):
        a, b, c, d, e = (np.take(padded, range(k, padded.shape[axis] - 4 + k), axis=axis) for k in range(5))
        padded = (a + e + np.float32(4) * (b + d) + np.float32(6) * c) / np.float32(16)
    return np.ascontiguousarray(padded)
