"""Noise, compression and what software has done to the pixels."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .kernels.sharpness_blocks import block_sums, chroma_responses
from .kernels.spectrum import half_power
from .picture import FloatPlane, Picture, shared
from .sharpness_edges import (
    TILE,
    Edges,
    native_edges,
    native_tiles,
    quantile,
    working_edges,
    working_luma,
)

_TO_SIGMA = math.sqrt(math.pi / 2) / 6
_MOST = _TO_SIGMA * 8 * 255
"""Immerkaer's estimate of a checkerboard of 0 and 255: no picture has more."""

_BLOCK = 8
_TEXTURE = 1.0
"""What fine texture adds to the squared estimate per unit of smoothed gradient energy: median over blocks of
photographs.
"""

_ENOUGH = 8
"""Fewest blocks of 8x8 pixels from which noise in the shadows is told."""


class Blocks(NamedTuple):
    """Per 8x8 block: Immerkaer's estimate of the noise, energy of the smoothed gradient, mean luma, whether it is
    unclipped.

    All of shape (tiles, rows, columns); noise and luma in 8-bit levels.
    """

    noise: NDArray[np.float64]
    activity: NDArray[np.float64]
    luma: NDArray[np.float64]
    usable: NDArray[np.bool_]


def _blocks(luma: FloatPlane, edges: Edges, tile_height: int) -> Blocks:
    """Blocks of a stack of tiles.

    They will be chosen by the smoothed gradient, which noise hardly moves: by variance, the luckiest would be chosen.
    """
    response, mean, clipped = block_sums(luma, tile_height, _BLOCK)
    noise = np.sqrt(np.maximum((response * _TO_SIGMA) ** 2 - _TEXTURE * edges.activity, 0))
    return Blocks(noise, edges.activity, mean, clipped < 0.05)


def _flattest(blocks: Blocks, candidates: NDArray[np.bool_], share: float) -> NDArray[np.int64]:
    """Flat indices of the ``share`` of the candidates with the least activity, at least one if there are any; among
    equals the first.
    """
    index = np.flatnonzero(candidates)
    if not len(index):
        return index
    count = math.ceil(share * len(index))
    activity = blocks.activity.ravel()[index]
    limit = np.partition(activity, count - 1)[count - 1]
    calmer = index[activity < limit]
    return np.concatenate([calmer, index[activity == limit][: count - len(calmer)]])


@shared
def native_blocks(picture: Picture) -> Blocks:
    """Blocks of the native tiles."""
    tiles = native_tiles(picture)
    return _blocks(tiles.luma, native_edges(picture), tiles.height)


@shared
def _flat_places(picture: Picture) -> NDArray[np.int64]:
    """The native blocks from which noise is told: the flattest tenth of the unclipped ones, as flat indices."""
    return _flattest(native_blocks(picture), native_blocks(picture).usable, 0.1)


def _typical(values: NDArray[np.float64]) -> float:
    return min(_MOST, quantile(values, 0.5)) if len(values) else 0.0


@feature(
    criterion="sharpness",
    label="noise",
    unit="standard deviation in 8-bit levels",
    range=(0, _MOST),
    direction="lower",
    reference="Immerkaer 1996, in the flattest tenth of the blocks",
    scale="native",
    rises_with="noise",
)
def luma_noise(picture: Picture) -> float:
    """Standard deviation of the luma's pixel noise, native, from flat places only: texture is not noise.

    Median of Immerkaer's estimate over the tenth of the unclipped 8x8 blocks with the least smoothed gradient energy.
    Noise of s in each of R, G, B gives 0.67 s. Reading: below 1 clean, above 4 plainly noisy at 100 %.
    Degenerate: 0 where every block is clipped or none fits.
    """
    return _typical(native_blocks(picture).noise.ravel()[_flat_places(picture)])


@feature(
    criterion="sharpness",
    label="noise in the shadows",
    unit="standard deviation in 8-bit levels",
    range=(0, _MOST),
    direction="lower",
    reference="Immerkaer 1996, in the flattest quarter of the dark blocks",
    scale="native",
    rises_with="noise",
)
def shadow_noise(picture: Picture) -> float:
    """``luma_noise`` of the flattest quarter of the blocks with a mean luma below 64.

    Degenerate: 0 with fewer than 8 such blocks.
    """
    blocks = native_blocks(picture)
    dark = blocks.usable & (blocks.luma < 64)
    if np.count_nonzero(dark) < _ENOUGH:
        return 0.0
    return _typical(blocks.noise.ravel()[_flattest(blocks, dark, 0.25)])


@feature(
    criterion="sharpness",
    label="colour noise",
    unit="standard deviation in 8-bit levels",
    range=(0, math.sqrt(2) * _MOST),
    direction="lower",
    reference="Immerkaer 1996, on Cb and Cr of 2x2 means in the flattest tenth of the blocks",
    scale="native",
    rises_with="noise",
)
def chroma_noise(picture: Picture) -> float:
    """Standard deviation of the chroma's noise at half the native resolution, where JPEG's 4:2:0 has left some of it.

    ``sqrt(s_Cb^2 + s_Cr^2)`` over the same blocks as ``luma_noise``. Noise of s in each of R, G, B gives 0.42 s.
    Degenerate: 0 where every block is clipped or none fits, and for grey pictures.
    """
    tiles = native_tiles(picture)
    sigmas = chroma_responses(tiles.rgb, tiles.height, _flat_places(picture)) * _TO_SIGMA
    return min(math.sqrt(2) * _MOST, math.hypot(*(_typical(sigma) for sigma in sigmas)))


@shared
def working_blocks(picture: Picture) -> Blocks:
    """Blocks of the working scale, as one tile."""
    luma = working_luma(picture)
    return _blocks(luma, working_edges(picture), len(luma))


@shared
def working_flat_places(picture: Picture) -> NDArray[np.int64]:
    """The blocks of the working scale from which noise is told, as flat indices."""
    blocks = working_blocks(picture)
    return _flattest(blocks, blocks.usable, 0.1)


@feature(
    criterion="sharpness",
    label="visible noise",
    unit="standard deviation in 8-bit levels",
    range=(0, _MOST),
    direction="lower",
    reference="Immerkaer 1996, in the flattest tenth of the blocks, at the working scale",
    rises_with="noise",
)
def visible_noise(picture: Picture) -> float:
    """``luma_noise`` at the working scale: grain that is seen when the picture is looked at whole."""
    return _typical(working_blocks(picture).noise.ravel()[working_flat_places(picture)])


_STEP = 12
"""Differences above this count as this much: JPEG's block steps are small, the scene's edges are not."""

_FAINT = 0.02
_WORST = 6.0


@feature(
    criterion="sharpness",
    label="JPEG blocks",
    unit="log2 of a ratio",
    range=(0, _WORST),
    direction="lower",
    reference="step at the 8-pixel grid against off-grid steps, after Wang, Sheikh and Bovik 2002; all phases tried",
    scale="native",
    rises_with="jpeg",
)
def blockiness(picture: Picture) -> float:
    """Steps at every eighth pixel, as heavy JPEG compression leaves them, wherever a crop has put the grid.

    Along each axis, m_p is the mean absolute luma difference (at most 12 levels) between pixels 8 k + p - 1
    and 8 k + p; ``log2((m_(1) + 0.02) / (m_(2) + 0.02))`` with the two largest of the eight, averaged over both
    axes, at most 6.
    Reading: 0 to 0.05 none, above 0.3 visible blocks. Degenerate: 0 for flat pictures and those below 16 pixels.
    """
    tiles = native_tiles(picture)
    grey, width = tiles.grey, tiles.grey.shape[1]
    scores = []
    if width >= 16:
        sums = cv2.reduce(_steps(grey[:, 1:], grey[:, :-1]), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
        scores.append(_grid_excess(np.ravel(sums) / len(grey)))
    if tiles.height >= 16:
        sums = cv2.reduce(_steps(grey[1:], grey[:-1]), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
        rows = np.append(sums, 0).reshape(-1, tiles.height)[:, :-1] / width
        scores.append(_grid_excess(rows.mean(axis=0)))
    return float(np.mean(scores)) if scores else 0.0


def _steps(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Absolute differences, at most ``_STEP``."""
    return np.asarray(cv2.threshold(cv2.absdiff(one, other), _STEP, _STEP, cv2.THRESH_TRUNC)[1], dtype=np.uint8)


def _grid_excess(steps: NDArray[np.float64]) -> float:
    """How far the largest of the eight phase means of ``steps`` exceeds the second, in octaves."""
    phase = np.arange(1, len(steps) + 1) % 8
    means = np.sort(np.bincount(phase, weights=steps, minlength=8) / np.bincount(phase, minlength=8))
    return min(_WORST, math.log2((means[-1] + _FAINT) / (means[-2] + _FAINT)))


_DETAILED = 8
_BINS = 32
_ABOVE_NOISE = 4.0
_ROUNDING = 1 / 12


@feature(
    criterion="sharpness",
    label="resolution in use",
    unit="share of the pixel resolution",
    range=(0, 1),
    direction="higher",
    reference="limiting resolution of the radial spectrum above its noise floor; ours",
    scale="native",
    falls_with="defocus",
)
def effective_resolution(picture: Picture) -> float:
    """How much of the resolution that its pixels allow the picture uses: low if it was enlarged, blurred or smoothed.

    In the 8 most detailed tiles, the radial mean of the power spectrum (Hann window, 32 bands up to half the sampling
    frequency) falls with frequency until it sinks into the floor, four times the power of rounding and of
    ``luma_noise``.
    The value is the first frequency below the floor as a share of half the sampling frequency.
    Reading: 1 crisp to the pixel, 0.5 enlarged about twice. Degenerate: 0 for flat pictures and those below 16 pixels.
    """
    luma, tile_height = native_tiles(picture).luma, native_tiles(picture).height
    side = min(TILE, tile_height, luma.shape[1]) // _BLOCK * _BLOCK
    if side < 16:
        return 0.0
    places = _detailed_places(native_blocks(picture), side, tile_height)
    windows = np.stack([luma[y : y + side, x : x + side] for y, x in places])
    window = _hann(side)
    radial = _radial_power((windows - windows.mean(axis=(1, 2), keepdims=True)) * window)
    noise = luma_noise(picture) ** 2 + _ROUNDING
    below = np.flatnonzero(radial <= _ABOVE_NOISE * noise * float(np.sum(window * window)))
    return float(below[0]) / len(radial) if len(below) else 1.0


@functools.lru_cache(maxsize=8)
def _hann(side: int) -> FloatPlane:
    hann = np.hanning(side + 2)[1:-1].astype(np.float32)
    return np.outer(hann, hann)


@functools.lru_cache(maxsize=8)
def _radial_bands(side: int) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
    """Number of bands up to half the sampling frequency, the band of each frequency of ``rfft2``, and their sizes."""
    bins = min(_BINS, side // 2)
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    band = np.minimum((radius * 2 * bins).astype(np.int64), bins).ravel()
    return bins, band, np.bincount(band)


def _radial_power(windows: FloatPlane) -> NDArray[np.float64]:
    """Power of square windows (n, side, side), mean over windows and over bands of radial frequency up to 1/2."""
    power = sum(half_power(np.asarray(cv2.dft(window))) for window in windows) / np.float32(len(windows))
    bins, band, sizes = _radial_bands(windows.shape[1])
    return np.asarray((np.bincount(band, weights=power.ravel()) / sizes)[:bins])


def _detailed_places(blocks: Blocks, side: int, tile_height: int) -> list[tuple[int, int]]:
    """Corners (y, x), in the stack, of the 8 windows of ``side`` pixels with the strongest edges, within tiles."""
    step = side // _BLOCK
    tiles, rows, columns = (size // part for size, part in zip(blocks.activity.shape, (1, step, step), strict=True))
    whole = blocks.activity[:, : rows * step, : columns * step]
    energy = whole.reshape(tiles, rows, step, columns, step).mean(axis=(2, 4)).ravel()
    best = np.argsort(-energy, kind="stable")[:_DETAILED]
    tile, row, column = np.unravel_index(best, (tiles, rows, columns))
    return list(zip(tile * tile_height + row * side, column * side, strict=True))
