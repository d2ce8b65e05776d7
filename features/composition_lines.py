"""Lines of the criterion ``composition``: straight edges, tilt, diagonals, vanishing point.

Symbols: an *element* is a pixel on an edge, and ``l`` the length of edge that it stands for, as a share of the frame's
diagonal; angles are in degrees, counted from the x axis towards the y axis, which points down. Sums run over the
elements of ``straight_edges``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.composition_lines import edge_elements, read_lines, sum_over_lines
from .picture import Picture, shared, shrunk
from .saliency import subject

FloatArray = NDArray[np.float32]

LINE_SIDE = 192
"""Long side at which edges are found: long lines survive, fine texture does not, whatever the picture's own size."""
SHORTEST = 0.03
"""Run of edge on one straight line, as a share of the frame's diagonal, up to which it counts as none."""
FAINT, CLEAR = 0.015, 0.05
"""Root energy of the gradient across an edge, luma in [0, 1], up to which it counts as none and from which in full."""
DIRECTIONS = 240
"""Bins of the direction in which an edge rises, 1.5 degrees each."""
SPREAD = 1.5
"""Standard deviation, in bins of direction and in pixels, within which elements belong to one line."""
TOLD = 0.85
"""Part of a straight line's length that ``SPREAD`` lets the sum over that line find."""


class Edges(NamedTuple):
    """Elements of straight edges, in raster order.

    ``x``, ``y`` (n,) are in units of the frame's diagonal from the top left corner, ``angle`` (n,) of the edge lies in
    (-90, 90], ``weight`` (n,) is the length ``l`` that the element stands for and ``run`` (n,) the length of all edges
    on its straight line, both in diagonals. ``width``, ``height`` are the frame's sides, ``longest`` is the longest run.
    """

    x: FloatArray
    y: FloatArray
    angle: FloatArray
    weight: FloatArray
    run: FloatArray
    width: float
    height: float
    longest: float


@shared
def straight_edges(picture: Picture) -> Edges:
    """Straight edges as a sum over pixels instead of a list of segments, so that no threshold decides on a whole line.

    Every pixel of the luma at ``LINE_SIDE``, smoothed by a Gaussian of one pixel, stands for the length of edge that is
    its share of the squared gradient across the edge (3 pixels to either side); its position and direction are those
    of that profile. All are summed by direction and distance from the frame's centre (Duda and Hart 1972, weighted);
    what the sum holds around a pixel's own line is its run. Edges of a run up to ``SHORTEST`` do not count, from
    twice that they count in full; likewise those between ``FAINT`` and ``CLEAR``, and those close to the frame's
    border, which may be its own.
    """
    height, width = picture.luma.shape
    scale = LINE_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    unit = math.hypot(*size)
    empty = np.zeros(0, dtype=np.float32)
    none = Edges(empty, empty, empty, empty, empty, size[0] / unit, size[1] / unit, 0.0)
    if min(size) < 8:
        return none
    small = shrunk(picture.luma, size[1], size[0])
    small = cv2.GaussianBlur(small, (0, 0), 1, borderType=cv2.BORDER_REPLICATE)
    across, down = (
        np.asarray(cv2.Scharr(small, cv2.CV_32F, dx, 1 - dx, scale=1 / 32, borderType=cv2.BORDER_REPLICATE)) for dx in (1, 0)
    )
    x, y, normal_x, normal_y, weight = edge_elements(across, down, FAINT, CLEAR)
    if not x.size:
        return none
    margin = np.minimum(np.minimum(x, size[0] - x), np.minimum(y, size[1] - y)) / unit
    weight = weight * np.clip((margin - 0.015) / 0.01, 0, 1)
    direction = np.asarray(cv2.phase(normal_x, normal_y)).ravel() * np.float32(DIRECTIONS / (2 * math.pi))
    distance = (x - size[0] / 2) * normal_x + (y - size[1] / 2) * normal_y
    reach = int(unit / 2) + 4
    sums = _smoothed(sum_over_lines(direction, distance, weight, DIRECTIONS, reach))
    run = read_lines(sums, direction, distance, reach) / np.float32(unit)
    weight = weight * np.clip(run / SHORTEST - 1, 0, 1) / np.float32(unit)
    kept = weight > 0
    angle = direction[kept] * np.float32(360 / DIRECTIONS) % 180 - 90
    angle = np.where(angle <= -90, np.float32(90), angle)
    longest = float(sums.max()) / unit
    x, y = x[kept] / np.float32(unit), y[kept] / np.float32(unit)
    return Edges(x, y, angle, weight[kept], run[kept], size[0] / unit, size[1] / unit, longest)


def _smoothed(sums: FloatArray) -> FloatArray:
    """Sums over lines within ``SPREAD`` of each other, scaled so that a straight line's length comes out."""
    wrap = 8
    wrapped = np.concatenate([sums[-wrap:], sums, sums[:wrap]])
    smooth = cv2.GaussianBlur(wrapped, (0, 0), SPREAD, borderType=cv2.BORDER_CONSTANT)[wrap:-wrap]
    return np.asarray(smooth * np.float32(2 * math.pi * SPREAD**2 / TOLD))


@shared
def lengths_by_direction(picture: Picture) -> tuple[float, float, float]:
    """Total length of level, upright and slanted edges, with soft limits between them.

    An edge counts as level up to 8 degrees off, as slanted from 12 degrees on, and in part in between; upright
    likewise.
    """
    lines = straight_edges(picture)
    slope = np.abs(lines.angle)
    level, upright = np.clip((12 - slope) / 4, 0, 1), np.clip((slope - 78) / 4, 0, 1)
    total = float(lines.weight.sum())
    flat, steep = float(lines.weight @ level), float(lines.weight @ upright)
    return flat, steep, max(0.0, total - flat - steep)


@family(
    {
        "horizontal_line_length": "horizontal lines",
        "vertical_line_length": "vertical lines",
        "slanted_line_length": "slanted lines",
    },
    criterion="composition",
    unit="natural log of 1 + frame diagonals",
    range=(0, math.inf),
    direction="neutral",
    reference="Machajdik and Hanbury 2010, static and dynamic lines; lines by a weighted Hough transform",
    version=3,
    rises_with={
        "horizontal_line_length": "lines to the subject",
        "vertical_line_length": "vertical lines",
        "slanted_line_length": "diagonal lines",
    },
)
def line_lengths(picture: Picture) -> tuple[float, float, float]:
    """Total length of straight edges that are horizontal, vertical or slanted: ``ln(1 + sum l)``.

    About 10 degrees part level from slanted; short ones count less, see ``straight_edges``. Horizontal lines read as
    calm, vertical ones as strength, slanted ones as movement. 0 where there is no such edge.
    """
    level, upright, slanted = lengths_by_direction(picture)
    return math.log1p(level), math.log1p(upright), math.log1p(slanted)


@feature(
    criterion="composition",
    label="share of slanted lines",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="Machajdik and Hanbury 2010, dynamic against static lines",
    version=3,
    rises_with="diagonal lines",
)
def slanted_line_share(picture: Picture) -> float:
    """Length of slanted edges over the length of all straight edges: high is dynamic, low is static.

    ``sum_slanted l / (sum l + 0.25)`` with the lengths of ``line_lengths``. The constant, a quarter of the frame's
    diagonal, keeps the share of a picture with hardly any line near 0 instead of at the mercy of one edge. 0 without
    lines.
    """
    lengths = lengths_by_direction(picture)
    return lengths[2] / (sum(lengths) + 0.25)


@feature(
    criterion="composition",
    label="longest straight line",
    unit="share of the frame's diagonal",
    range=(0, 1),
    direction="neutral",
    reference="prominent lines as in Liu et al. 2010, Optimizing photo composition, section 3",
    version=3,
    rises_with="lines to the subject",
)
def longest_line(picture: Picture) -> float:
    """Longest run of edge along one straight line over the frame's diagonal, gaps left out; 0 without lines."""
    return min(1.0, straight_edges(picture).longest)


@shared
def tilt_of_lines(picture: Picture) -> tuple[float, float]:
    """Signed tilt of the frame in degrees and the agreement on it; see ``frame_tilt``, ``line_alignment``."""
    lines = straight_edges(picture)
    weight = lines.weight * np.minimum(lines.run, np.float32(0.3))
    total = float(weight.sum())
    if total <= 0:
        return 0.0, 0.0
    turn = (lines.angle + 45) % 90 - 45
    votes = _votes(turn, weight)
    favour = (votes * np.exp(-(TILTS**2) / 200)) ** 8
    if favour.sum() <= 0:
        return 0.0, 0.0
    peak = float(favour @ TILTS / favour.sum())
    near = weight * np.exp(-((turn - peak) ** 2) / 4.5)
    tilt = float((near * turn).sum() / max(float(near.sum()), 1e-12))
    agreement = float(favour @ votes / favour.sum()) / (total + 0.02)
    return max(-18.0, min(18.0, tilt)), min(1.0, agreement)


TILTS = np.arange(-15, 15.01, 0.25)


def _votes(turn: FloatArray, weight: FloatArray) -> NDArray[np.float64]:
    """For each of ``TILTS`` the weight of the turns around it, by a Gaussian of 1.5 degrees."""
    place = np.clip((turn + 45) * 4, 0, 359.999)
    left = place.astype(np.int64)
    part = place - left
    counts = np.bincount(left, weight * (1 - part), 361) + np.bincount(left + 1, weight * part, 361)
    offsets = np.arange(-24, 25) * 0.25
    smooth = np.convolve(counts, np.exp(-(offsets**2) / 4.5), mode="same")
    return np.asarray(smooth[120:241])


@feature(
    criterion="composition",
    label="tilted frame",
    unit="degrees",
    range=(0, 18),
    direction="neutral",
    reference="after automatic straightening: Gallagher 2005, Using vanishing points to correct camera rotation",
    version=3,
    rises_with="tilted horizon",
)
def frame_tilt(picture: Picture) -> float:
    """Turn of the frame against the horizontals and verticals in it, without its sign.

    For every element ``d`` is the turn to the nearest axis and ``w = l min(run, 0.3)``. The tilt is the mean of ``t``
    in [-15, 15], weighted by the eighth power of ``v(t) exp(-t**2 / 2 10**2)`` with the votes ``v(t) = sum w exp(-(d -
    t)**2 / 2 1.5**2)``, then refined to the mean ``d`` around it. Its absolute value counts in part,
    ``(line_alignment - 0.05) / 0.15``, where few lines agree. Slopes of mountains count too; lines that lean to both
    sides alike, as those of a building seen from below, cancel. 0 without lines near an axis.
    """
    tilt, agreement = tilt_of_lines(picture)
    return abs(tilt) * min(1.0, max(0.0, (agreement - 0.05) / 0.15))


@feature(
    criterion="composition",
    label="agreement of lines on one tilt",
    unit="share of squared line length",
    range=(0, 1),
    direction="neutral",
    reference="confidence of frame_tilt, own formula",
    version=3,
    rises_with="grid",
)
def line_alignment(picture: Picture) -> float:
    """How much of the picture's lines are parallel to two axes at right angles, those of ``frame_tilt``.

    The mean of the votes ``v(t)`` under the weights of ``frame_tilt``, over ``sum w + 0.02``; high for buildings and
    level seas, low for foliage. 0 without lines.
    """
    return tilt_of_lines(picture)[1]


@feature(
    criterion="composition",
    label="lines along the diagonals",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="Liu et al. 2010, Optimizing photo composition, section 3, diagonal dominance (constants of our own)",
    version=3,
    rises_with="diagonal lines",
)
def diagonal_line_fit(picture: Picture) -> float:
    """Share of line length that lies on one of the frame's diagonals.

    ``max over both diagonals of sum l exp(-D**2 / 2 0.1**2) / (sum l + 0.25)`` where ``D`` is the distance of the
    element to the diagonal in a frame scaled to the unit square, plus the sine of the angle between its edge and the
    diagonal. 0 without lines.
    """
    lines = straight_edges(picture)
    x, y = lines.x / lines.width, lines.y / lines.height
    angle = np.radians(lines.angle)
    dx, dy = np.cos(angle) / lines.width, np.sin(angle) / lines.height
    extent = np.hypot(dx, dy)
    shares = []
    for offset, across in ((x - y, dx - dy), (x + y - 1, dx + dy)):
        apart = (np.abs(offset) + np.abs(across) / extent) / math.sqrt(2)
        shares.append(float(lines.weight @ np.exp(-(apart**2) / 0.02)))
    return max(shares) / (float(lines.weight.sum()) + 0.25)


@feature(
    criterion="composition",
    label="lines leading to the subject",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="leading lines; weights of our own",
    version=3,
    rises_with="lines to the subject",
)
def leading_lines(picture: Picture) -> float:
    """Share of the length of slanted edges outside the subject that points at the subject's centroid.

    ``sum l max(0, 1 - (a / 10)**2) / (sum l + 0.25)`` over elements outside the subject's mask whose edge is more than
    10 degrees off both axes; ``a`` is the angle in degrees between the edge and the line to the centroid. A doubtful
    subject counts in part. 0 without a subject or without such edges.
    """
    lines, main = straight_edges(picture), subject(picture)
    if not lines.x.size or not main.found:
        return 0.0
    height, width = main.mask.shape
    column = np.clip(lines.x / lines.width * width, 0, width - 1).astype(np.intp)
    row = np.clip(lines.y / lines.height * height, 0, height - 1).astype(np.intp)
    slope = np.abs(lines.angle)
    slanted = np.clip(np.minimum(slope - 8, 82 - slope) / 4, 0, 1)
    length = lines.weight * slanted * ~main.mask[row, column]
    away_x, away_y = main.centroid[0] * lines.width - lines.x, main.centroid[1] * lines.height - lines.y
    off = np.abs((lines.angle - np.degrees(np.arctan2(away_y, away_x)) + 90) % 180 - 90)
    aimed = float((length * np.clip(1 - (off / 10) ** 2, 0, None)).sum())
    return main.trust * aimed / (float(length.sum()) + 0.25)
