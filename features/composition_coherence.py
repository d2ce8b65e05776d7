"""Coherence of the criterion ``composition``: frames, dead areas, seams, parts that do not belong together."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .composition_balance import grey
from .kernels.composition import comb_strength, seam_profile
from .picture import Picture, shared, shrunk

DoubleArray = NDArray[np.float64]

BLOCK = 16
FLAT = 0.5 / 255
"""Standard deviation of the luma below which a block holds nothing: even a clear sky keeps its gradient and grain."""
PERIODS = np.geomspace(5.0, 130.0, 450)
"""Periods, in pixels of the working scale, at which seams of pasted blocks are looked for.

They are 0.7 % apart, so that all teeth of the nearest comb stand within 2 pixels of their seams.
"""


def _depth(plane: NDArray[np.uint8], spread: int) -> tuple[int, int]:
    """Even rows at the top and at the bottom that continue the outermost row's grey value, within ``spread``.

    0 where what follows does not begin along at least a third of the row: an object before a plain backdrop is no
    picture in a frame.
    """
    low, high = plane.min(axis=1).astype(np.int64), plane.max(axis=1).astype(np.int64)
    counts = []
    for least, most in ((low, high), (low[::-1], high[::-1])):
        same = (np.maximum(most, most[0]) - np.minimum(least, least[0])) <= spread
        counts.append(int(np.argmin(same)) if not same.all() else same.size)
    for side, rows in enumerate((plane, plane[::-1])):
        inside = rows[counts[side] : counts[side] + 5].astype(np.int16)
        if 0 < counts[side] < len(rows) and (np.abs(inside - rows[0].mean()) > spread).any(axis=0).mean() < 1 / 3:
            counts[side] = 0
    return counts[0], counts[1]


@feature(
    criterion="composition",
    label="border around the picture",
    unit="share of the frame",
    range=(0, 1),
    direction="neutral",
    reference="frame detection: about 30 % of Photo.net pictures carry one (Marchesotti et al. 2011); own formula",
    rises_with="letterbox",
)
def border_share(picture: Picture) -> float:
    """Share of the frame taken by a plain border: bars at top and bottom, at the sides, or all around.

    A border's rows hold one grey value within 6 of 0..255. Only what faces a border on the opposite side counts
    (twice the thinner of the two, from 1 % of the side on), so that a plain sky is none, and only where the picture
    begins along at least a third of the border's edge: an object before a plain backdrop is not framed by it. 0 for a
    picture that is plain altogether.
    """
    plane = grey(picture)
    kept = 1.0
    for _ in range(2):
        top, bottom = _depth(plane, 6)
        thin = min(top, bottom)
        if top == plane.shape[0]:
            return 0.0
        if thin >= 0.01 * plane.shape[0] and 2 * thin < plane.shape[0]:
            kept *= 1 - 2 * thin / plane.shape[0]
            plane = plane[thin : plane.shape[0] - thin]
        plane = np.asarray(cv2.transpose(plane), dtype=np.uint8)
    return 1 - kept


@shared
def block_spread(picture: Picture) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of the luma in blocks of 16x16 pixels, smaller only where the frame is."""
    height, width = picture.luma.shape
    rows, columns = max(1, height // BLOCK), max(1, width // BLOCK)
    tall, wide = rows * min(BLOCK, height), columns * min(BLOCK, width)
    top, left = (height - tall) // 2, (width - wide) // 2
    inner = picture.luma[top : top + tall, left : left + wide]
    # Measured from the middle, so that squares of bright values do not drown a small variance in rounding.
    centred = inner - np.float32(0.5)
    mean = shrunk(centred, rows, columns)
    square = shrunk(centred * centred, rows, columns)
    return mean + np.float32(0.5), np.sqrt(np.maximum(square - mean * mean, 0))


@family(
    {"empty_area": "empty area", "dead_midtone_area": "dead flat midtones"},
    criterion="composition",
    unit="share of the frame",
    range=(0, 1),
    direction={"dead_midtone_area": "lower"},
    reference="open space by blocks of low deviation; threshold of our own, for pictures with a part missing",
    version=2,
    rises_with="empty space",
)
def flat_areas(picture: Picture) -> tuple[float, float]:
    """Share of blocks of 16x16 pixels in which nothing is: standard deviation of the luma below 0.5 of 0..255.

    ``empty_area`` counts all of them: blown skies, black backgrounds, pasted plain areas. ``dead_midtone_area``
    counts those of a mean luma between 0.15 and 0.85, where a lens and a sensor always leave some gradient or grain:
    a part of the picture is missing or painted over. Both are 1 for a flat grey picture; black and white ones have no
    midtones.
    """
    mean, spread = block_spread(picture)
    empty = spread < FLAT
    midtone = empty & (mean > 0.15) & (mean < 0.85)
    return float(empty.mean()), float(midtone.mean())


@feature(
    criterion="composition",
    label="open space",
    unit="share of the frame",
    range=(0, 1),
    direction="neutral",
    reference="negative space: share of 16x16 blocks with a standard deviation below 4 of 0..255",
    version=2,
    rises_with="empty space",
)
def open_space(picture: Picture) -> float:
    """Share of blocks of 16x16 pixels whose luma has a standard deviation below 4 of 0..255: sky, water, plain walls.

    A block counts in full up to 2.5, by half at 4 and not at all from 5.5 on. 1 for flat pictures, near 0 for busy ones.
    """
    return float(np.clip((5.5 - 255 * block_spread(picture)[1]) / 3, 0, 1).mean(dtype=np.float64))


@shared
def seam_profiles(picture: Picture) -> tuple[tuple[DoubleArray, DoubleArray], tuple[DoubleArray, DoubleArray]]:
    """``seam_profile`` of the columns and of the rows."""
    luma = picture.luma
    return seam_profile(luma, 8), seam_profile(cv2.transpose(luma), 8)


@feature(
    criterion="composition",
    label="straight seam",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="own formula, for collages, pasted areas and shuffled pictures",
    rises_with="horizon",
)
def straight_seam(picture: Picture) -> float:
    """Strength of the strongest axis-parallel step that runs through nearly the whole frame.

    For a column ``x``, every pixel gives ``s / (s + u + 1/255)``: ``s = |Y(x+1) - Y(x-1)|`` is the step across it and
    ``u`` the mean step two pixels to either side. Means over 8 windows of rows, their lower quartile, less the median
    over all columns; the maximum over columns, and over rows likewise. A pasted area or the level horizon of a sea
    give 0.4 to 0.9, photographs in general less than 0.2. Columns within 3 pixels of the frame are left out. 0 for
    flat and very narrow pictures.
    """
    strongest = 0.0
    for _, weakest in seam_profiles(picture):
        if weakest.size > 12:
            inner = weakest[6:-6]
            strongest = max(strongest, float(inner.max() - np.median(inner)))
    return strongest


@feature(
    criterion="composition",
    label="seams on a regular grid",
    unit="1",
    range=(0, 0.3),
    direction="lower",
    reference="own formula, for pictures put together from blocks",
    rises_with="grid",
)
def grid_seams(picture: Picture) -> float:
    """Strength of axis-parallel steps that repeat at one period down and across, as in a picture of shuffled blocks.

    The mean of the seam ratio of ``straight_seam`` over each column, less its median over columns and limited to
    [-0.2, 0.3], is read at the multiples of a period, counted from either end: the lower quartile over these places.
    The same for rows; the smaller of the two counts; the maximum over periods of 5 to 130 pixels. Photographs stay
    below 0.04. 0 where no period fits twice.
    """
    profiles = []
    for mean, _ in seam_profiles(picture):
        if mean.size < 16:
            return 0.0
        profile = np.zeros_like(mean)
        profile[3:-3] = np.clip(mean[3:-3] - np.median(mean[3:-3]), -0.2, 0.3)
        profiles.append(profile)
    return float(comb_strength(profiles[0], profiles[1], PERIODS))


def _neighbour_correlation(lab: NDArray[np.float32], side: int) -> float:
    grid = shrunk(lab, side, side).astype(np.float64)
    grid -= grid.mean(axis=(0, 1))
    variance = float((grid * grid).mean())
    if variance < 1e-3:
        return 1.0
    down, across = (grid[1:] * grid[:-1]).mean(), (grid[:, 1:] * grid[:, :-1]).mean()
    return max(-1.0, min(1.0, float(down + across) / (2 * variance)))


@family(
    {"coarse_coherence": "coherence of large areas", "fine_coherence": "coherence of neighbouring areas"},
    criterion="composition",
    unit="Moran's I",
    range=(-1, 1),
    direction="neutral",
    reference="Moran 1950, Notes on continuous stochastic phenomena; on a Lab thumbnail",
    version=2,
    falls_with="local contrast",
)
def spatial_coherence(picture: Picture) -> tuple[float, float]:
    """How much neighbouring parts of the picture resemble each other in colour: Moran's I of a Lab thumbnail.

    ``I = mean of z_i . z_j over neighbours / mean of z_i . z_i`` for the cells of an 8x8 (coarse) or 32x32 (fine)
    grid, ``z`` the Lab colour less its mean; neighbours share a side. Near 1 for large calm areas, 0 where parts
    stand side by side by chance, -1 for a checkerboard of cells. 1 for flat pictures.
    """
    small = shrunk(picture.lab, 64, 64)
    return _neighbour_correlation(small, 8), _neighbour_correlation(small, 32)
