"""Native tiles, and how steep edges are in them: the measurement of focus that noise does not fool.

Symbols: on the crest of an edge, *g* is the gradient of the luma and *G* the gradient of the luma smoothed by a
Gaussian of ``COARSE`` pixels. An edge spread by ``s`` pixels (standard deviation, the pixel grid's own included) has

.. math:: R = \\frac{\\sum g \\cdot G}{\\sum G \\cdot G} = \\sqrt{\\frac{s^2 + COARSE^2}{s^2}}

so that the ratio gives the spread whatever the edge's contrast. Noise adds to *g* and to *G*, but hardly to their
product: a focus measure built from R does not take grain for detail, and a blurred picture cannot hide behind noise.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels.sharpness import step_sums
from .picture import FloatPlane, Picture, shared
from .saliency import subject

COARSE = 3.0
"""Standard deviation, in pixels, of the smoothing that finds the edges."""

CREST = 1.5
"""Gradient of the smoothed luma, in 8-bit levels per pixel, from which a crest counts as an edge."""

TILE = 128
GRID = 8
SUBJECT_TILES = 16
CELL = 32

_FINEST = 1 / math.sqrt(3)
"""Spread, in pixels, of a perfect step as the central difference sees it (a box two pixels wide)."""


class Tiles(NamedTuple):
    """Native pixels at deterministic places: uint8 ``rgb`` (n * height, width, 3), tile below tile, and the same as
    luma.

    ``grey`` is the luma as uint8, ``luma`` as float32 in 0..255, ``origins`` int (n, 2) the top-left corners (y, x),
    multiples of 8 whenever there is more than one tile, so that JPEG's block grid has the same phase in all.
    """

    rgb: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    luma: FloatPlane
    origins: NDArray[np.int64]
    height: int


class Edges(NamedTuple):
    """What ``step_sums`` finds: sums by cell, and gradient energy by 8x8 block."""

    cells: NDArray[np.float64]
    activity: NDArray[np.float64]


class Cells(NamedTuple):
    """Edges by cell of ``CELL`` pixels: sums (3, cells) as in ``step_sums``, centres (cells, 2) as (x, y) shares
    of the frame.
    """

    sums: NDArray[np.float64]
    centres: NDArray[np.float64]


def cut(picture: Picture, origins: NDArray[np.int64], height: int, width: int) -> Tiles:
    """The tiles of ``height`` x ``width`` pixels whose top-left corners (y, x) are given."""
    rgb = np.concatenate([picture.native[y : y + height, x : x + width] for y, x in origins])
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    return Tiles(rgb, grey, grey.astype(np.float32), origins, height)


@shared
def native_tiles(picture: Picture) -> Tiles:
    """The whole picture as one tile where it has no more than 2**20 pixels or is too narrow; else 8 x 8 tiles of 128
    pixels.

    The tiles stand evenly over the frame, on multiples of 8 pixels.
    """
    height, width = picture.height, picture.width
    if height * width <= (GRID * TILE) ** 2 or min(height, width) < TILE:
        grey = picture.native_luma
        return Tiles(picture.native, grey, grey.astype(np.float32), np.zeros((1, 2), dtype=np.int64), height)
    rows = np.linspace(0, height - TILE, min(GRID, height // TILE)).astype(np.int64) // 8 * 8
    columns = np.linspace(0, width - TILE, min(GRID, width // TILE)).astype(np.int64) // 8 * 8
    origins = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    return cut(picture, origins, TILE, TILE)


@shared
def subject_tiles(picture: Picture) -> Tiles:
    """``native_tiles`` where they are the whole picture; else up to 16 tiles of 128 pixels that lie within the
    subject.
    """
    if len(native_tiles(picture).origins) == 1:
        return native_tiles(picture)
    rows, columns = picture.height // TILE, picture.width // TILE
    mask = subject(picture).mask.astype(np.float32)
    cover = np.asarray(cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)).ravel()
    inside = np.flatnonzero(cover >= min(0.5, cover.max()))
    chosen = inside[np.linspace(0, len(inside) - 1, min(SUBJECT_TILES, len(inside))).astype(np.int64)]
    return cut(picture, np.stack([chosen // columns, chosen % columns], axis=1) * TILE, TILE, TILE)


def smoothed(plane: NDArray[np.uint8] | FloatPlane) -> FloatPlane:
    """Luma (0..255) smoothed by a Gaussian of ``COARSE`` pixels."""
    taps = cv2.getGaussianKernel(2 * math.ceil(2 * COARSE) + 3, COARSE, cv2.CV_32F)
    smooth = cv2.sepFilter2D(plane, cv2.CV_32F, taps, taps, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, dtype=np.float32)


def edges(luma: FloatPlane, smooth: FloatPlane, tile_height: int) -> Edges:
    """Edges of a stack of tiles of luma (0..255), given the same ``smoothed``."""
    margin = 8 if len(luma) > tile_height else 3
    return Edges(*step_sums(luma, smooth, tile_height, CELL, margin, CREST))


def tile_edges(tiles: Tiles) -> Edges:
    """Edges of native tiles."""
    return edges(tiles.luma, smoothed(tiles.grey), tiles.height)


@shared
def native_edges(picture: Picture) -> Edges:
    """Edges of the native tiles."""
    return tile_edges(native_tiles(picture))


@shared
def working_luma(picture: Picture) -> FloatPlane:
    """Luma at the working scale in 0..255, the scale in which the published measures are written."""
    return picture.luma * np.float32(255)


@shared
def working_smooth(picture: Picture) -> FloatPlane:
    """Luma (0..255) at the working scale, smoothed by a Gaussian of ``COARSE`` pixels."""
    return smoothed(working_luma(picture))


@shared
def working_laplacian(picture: Picture) -> FloatPlane:
    """3x3 Laplacian of the luma (0..255) at the working scale."""
    luma = working_luma(picture)
    return np.asarray(cv2.Laplacian(luma, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE), dtype=np.float32)


@shared
def working_edges(picture: Picture) -> Edges:
    """Edges of the whole picture at the working scale."""
    return edges(working_luma(picture), working_smooth(picture), len(picture.luma))


def _cells(found: Edges, tiles: Tiles, frame: tuple[int, ...]) -> Cells:
    return _placed(found, tiles.origins, tiles.height, tiles.luma.shape[1], frame)


def _placed(found: Edges, origins: NDArray[np.int64], height: int, width: int, frame: tuple[int, ...]) -> Cells:
    _, tiles, rows, columns = found.cells.shape
    y = (np.arange(rows) * CELL + np.minimum((np.arange(rows) + 1) * CELL, height)) / 2
    x = (np.arange(columns) * CELL + np.minimum((np.arange(columns) + 1) * CELL, width)) / 2
    centres = np.empty((tiles, rows, columns, 2))
    centres[..., 0] = (origins[:, 1, None, None] + x) / frame[1]
    centres[..., 1] = (origins[:, 0, None, None] + y[:, None]) / frame[0]
    return Cells(found.cells.reshape(3, -1), centres.reshape(-1, 2))


@shared
def native_cells(picture: Picture) -> Cells:
    """Edges of the native tiles by cell."""
    return _cells(native_edges(picture), native_tiles(picture), picture.native.shape)


@shared
def subject_cells(picture: Picture) -> Cells:
    """Edges by cell, of native cells whose centre lies in the subject; no cell where there is no subject."""
    found = subject(picture)
    if not found.found:
        return Cells(np.zeros((3, 0)), np.zeros((0, 2)))
    tiles = subject_tiles(picture)
    whole = tiles is native_tiles(picture)
    cells = native_cells(picture) if whole else _cells(tile_edges(tiles), tiles, picture.native.shape)
    inside = in_mask(cells.centres, found.mask)
    return Cells(cells.sums[:, inside], cells.centres[inside])


@shared
def working_cells(picture: Picture) -> Cells:
    """Edges of the whole picture at the working scale by cell."""
    height, width = picture.luma.shape
    return _placed(working_edges(picture), np.zeros((1, 2), dtype=np.int64), height, width, (height, width))


def in_mask(centres: NDArray[np.float64], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each place, given as (x, y) shares of the frame, lies in the mask."""
    height, width = mask.shape
    x = np.clip((centres[:, 0] * width).astype(np.int64), 0, width - 1)
    y = np.clip((centres[:, 1] * height).astype(np.int64), 0, height - 1)
    return np.asarray(mask[y, x])


def crispness(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (sqrt(3) s) = sqrt((R^2 - 1) / (3 COARSE^2)) of ``sums`` (3, ...), in [0, 1]; 0 without an edge.

    0.5 is a spread of 1.15 pixels, 0.25 of 2.3 pixels. A perfect step gives 0.71, since its central difference, a box,
    has a lower peak than a Gaussian of the same spread; sharpened edges and fine texture give more.
    """
    product, energy = sums[0], sums[1]
    ratio = np.divide(product, energy, out=np.ones_like(product), where=energy > 0)
    return np.sqrt(np.clip((ratio * np.abs(ratio) - 1) * (_FINEST / COARSE) ** 2, 0, 1))


def cell_crispness(cells: Cells, crests: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Crispness of each cell, and which cells hold at least ``crests`` crest pixels, enough to judge."""
    return crispness(cells.sums), np.asarray(cells.sums[2] >= crests)


def sharpest(cells: Cells, crests: int, share: float) -> float:
    """Crispness of the sharpest ``share`` of the cells that can be judged, their edges together; 0 without any."""
    value, known = cell_crispness(cells, crests)
    index = np.flatnonzero(known)
    if not len(index):
        return 0.0
    best = index[np.argsort(-value[index], kind="stable")[: max(1, int(len(index) * share))]]
    return float(crispness(cells.sums[:, best].sum(axis=1)))


def quantile(values: NDArray[Any], share: float) -> float:
    """Quantile of one or more values, interpolated; several times quicker than NumPy's on the few thousand there are."""
    ordered = np.sort(values)
    place = share * (len(ordered) - 1)
    lower, upper = float(ordered[math.floor(place)]), float(ordered[math.ceil(place)])
    return lower + (upper - lower) * (place - math.floor(place))
