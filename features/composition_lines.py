"""Lines of the criterion ``composition``: straight segments, tilt, diagonals, vanishing point.

Symbols: ``l`` is the length of a segment as a share of the frame's diagonal; angles are in degrees, counted from the
x axis towards the y axis, which points down. Sums run over the segments of ``line_segments``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.composition import vanishing_point
from .picture import Picture, shared
from .saliency import subject

FloatArray = NDArray[np.float32]

LINE_SIDE = 256
"""Long side at which segments are found: long lines survive, fine texture does not, at a quarter of the time."""
SHORTEST = 0.05
"""Shortest segment kept, as a share of the frame's diagonal."""
CONVERGING = 40
"""How many of the longest segments are asked for a vanishing point (the search grows with the cube)."""


class Segments(NamedTuple):
    """Straight segments, longest first.

    ``ends`` (n, 4) holds x1, y1, x2, y2 in units of the frame's diagonal from the top left corner, ``length`` (n,) is
    in the same unit, ``angle`` (n,) lies in (-90, 90], and ``width``, ``height`` are the frame's sides in that unit.
    """

    ends: FloatArray
    length: FloatArray
    angle: FloatArray
    width: float
    height: float


@shared
def line_segments(picture: Picture) -> Segments:
    """Segments found by LSD (Grompone von Gioi 2010) on the luma, those along the frame's own border left out."""
    height, width = picture.luma.shape
    scale = LINE_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    unit = math.hypot(*size)
    frame = (size[0] / unit, size[1] / unit)
    ends = np.zeros((0, 4), dtype=np.float32)
    if min(size) >= 8:
        small = cv2.convertScaleAbs(cv2.resize(picture.luma, size, interpolation=cv2.INTER_AREA), alpha=255)
        found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(small)[0]
        if found is not None:
            ends = np.asarray(found, dtype=np.float32).reshape(-1, 4) / np.float32(unit)
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    keep = length >= SHORTEST
    for axis, side in enumerate(frame):
        near, far = np.minimum(ends[:, axis], ends[:, axis + 2]), np.maximum(ends[:, axis], ends[:, axis + 2])
        keep &= (far > 0.01) & (near < side - 0.01)
    ends, length = ends[keep], length[keep]
    order = np.argsort(-length, kind="stable")
    ends, length = ends[order], length[order]
    angle = np.degrees(np.arctan2(ends[:, 3] - ends[:, 1], ends[:, 2] - ends[:, 0]))
    angle = np.where(angle > 90, angle - 180, np.where(angle <= -90, angle + 180, angle)).astype(np.float32)
    return Segments(np.ascontiguousarray(ends), length, angle, *frame)


def _level(angle: FloatArray) -> FloatArray:
    """Smallest turn, in [-45, 45), that makes each angle horizontal or vertical."""
    return np.asarray((angle + 45) % 90 - 45, dtype=np.float32)


@shared
def lengths_by_direction(picture: Picture) -> tuple[float, float, float]:
    """Total length of level, upright and slanted segments, with soft limits between them.

    A segment counts as level up to 8 degrees off, as slanted from 12 degrees on, and in part in between; upright
    likewise. Its length counts in full from 0.1 of the diagonal on, and not at all at ``SHORTEST``.
    """
    lines = line_segments(picture)
    weight = lines.length * np.clip(lines.length / SHORTEST - 1, 0, 1)
    slope = np.abs(lines.angle)
    level, upright = np.clip((12 - slope) / 4, 0, 1), np.clip((slope - 78) / 4, 0, 1)
    return float(weight @ level), float(weight @ upright), float(weight @ (1 - level - upright))


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
    reference="Machajdik and Hanbury 2010, static and dynamic lines; segments by LSD, Grompone von Gioi et al. 2010",
)
def line_lengths(picture: Picture) -> tuple[float, float, float]:
    """Total length of straight segments that are horizontal, vertical or slanted: ``ln(1 + sum l)``.

    About 10 degrees part level from slanted; short segments count less, see ``lengths_by_direction``. Horizontal lines
    read as calm, vertical ones as strength, slanted ones as movement. 0 where there is no such segment.
    """
    level, upright, slanted = lengths_by_direction(picture)
    return math.log1p(level), math.log1p(upright), math.log1p(max(0.0, slanted))


@feature(
    criterion="composition",
    label="share of slanted lines",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="Machajdik and Hanbury 2010, dynamic against static lines",
)
def slanted_line_share(picture: Picture) -> float:
    """Length of slanted segments over the length of all segments: high is dynamic, low is static.

    ``sum_slanted l / (sum l + 0.25)`` with the lengths of ``line_lengths``. The constant, a quarter of the frame's
    diagonal, keeps the share of a picture with hardly any line near 0 instead of at the mercy of one segment. 0
    without segments.
    """
    lengths = lengths_by_direction(picture)
    return max(0.0, lengths[2]) / (sum(lengths) + 0.25)


@feature(
    criterion="composition",
    label="longest straight line",
    unit="share of the frame's diagonal",
    range=(0, 1),
    direction="neutral",
    reference="prominent lines as in Liu et al. 2010, Optimizing photo composition, section 3",
)
def longest_line(picture: Picture) -> float:
    """Length of the longest straight segment over the frame's diagonal; 0 without segments."""
    length = line_segments(picture).length
    return min(1.0, float(length[0])) if length.size else 0.0


@shared
def tilt_of_lines(picture: Picture) -> tuple[float, float]:
    """Signed tilt of the frame in degrees and the agreement on it; see ``frame_tilt``, ``line_alignment``."""
    lines = line_segments(picture)
    if not lines.length.size:
        return 0.0, 0.0
    turn, weight = _level(lines.angle), np.minimum(lines.length, np.float32(0.3)) ** 2
    tilts = np.arange(-15, 15.01, 0.5, dtype=np.float32)
    votes = np.exp(-((turn[None, :] - tilts[:, None]) ** 2) / 4.5) @ weight
    peak = float(tilts[int(np.argmax(votes * np.exp(-(tilts**2) / 200)))])
    near = weight * np.exp(-((turn - peak) ** 2) / 4.5) * (np.abs(turn - peak) <= 3)
    if near.sum() <= 0:
        return 0.0, 0.0
    tilt = float((near * turn).sum() / near.sum())
    agreement = float((weight * np.exp(-((turn - tilt) ** 2) / 4.5)).sum() / (weight.sum() + 0.02))
    return tilt, agreement


@feature(
    criterion="composition",
    label="tilted frame",
    unit="degrees",
    range=(0, 18),
    direction="neutral",
    reference="after automatic straightening: Gallagher 2005, Using vanishing points to correct camera rotation",
)
def frame_tilt(picture: Picture) -> float:
    """Turn of the frame against the horizontals and verticals in it, without its sign.

    For every segment ``d`` is the turn to the nearest axis and ``w = min(l, 0.3)**2``. The tilt is the peak over
    ``t`` in [-15, 15] of ``exp(-t**2 / 2 10**2) sum w exp(-(d - t)**2 / 2 1.5**2)``, refined to the weighted mean of
    the ``d`` within 3 degrees; its absolute value counts in part, ``line_alignment / 0.2``, where few lines agree.
    Slopes of mountains count too. 0 without segments near an axis.
    """
    tilt, agreement = tilt_of_lines(picture)
    return abs(tilt) * min(1.0, agreement / 0.2)


@feature(
    criterion="composition",
    label="agreement of lines on one tilt",
    unit="share of squared line length",
    range=(0, 1),
    direction="neutral",
    reference="confidence of frame_tilt, own formula",
)
def line_alignment(picture: Picture) -> float:
    """How much of the picture's lines are parallel to two axes at right angles, those of ``frame_tilt``.

    ``sum w exp(-(d - tilt)**2 / 2 1.5**2) / (sum w + 0.02)`` with the symbols of ``frame_tilt``; high for buildings
    and level seas, low for foliage. 0 without segments.
    """
    return tilt_of_lines(picture)[1]


@feature(
    criterion="composition",
    label="lines along the diagonals",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="Liu et al. 2010, Optimizing photo composition, section 3, diagonal dominance (constants of our own)",
)
def diagonal_line_fit(picture: Picture) -> float:
    """Share of line length that lies on one of the frame's diagonals.

    ``max over both diagonals of sum l exp(-D**2 / 2 0.1**2) / (sum l + 0.25)`` where ``D`` is the mean distance of a
    segment's ends to the diagonal in a frame scaled to the unit square, plus the sine of the angle between them. 0
    without segments.
    """
    lines = line_segments(picture)
    if not lines.length.size:
        return 0.0
    x, y = lines.ends[:, 0::2] / lines.width, lines.ends[:, 1::2] / lines.height
    dx, dy = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]
    extent = np.hypot(dx, dy)
    shares = []
    for offset, across in ((x - y, dx - dy), (x + y - 1, dx + dy)):
        apart = np.abs(offset).mean(axis=1) / math.sqrt(2) + np.abs(across) / (math.sqrt(2) * extent)
        shares.append(float((lines.length * np.exp(-(apart**2) / 0.02)).sum()))
    return max(shares) / (float(lines.length.sum()) + 0.25)


@feature(
    criterion="composition",
    label="lines leading to the subject",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="leading lines; weights of our own",
)
def leading_lines(picture: Picture) -> float:
    """Share of the length of slanted segments outside the subject that points at the subject's centroid.

    ``sum l max(0, 1 - (a / 10)**2) / (sum l + 0.25)`` over segments whose middle lies outside the subject's mask and
    that are more than 10 degrees off both axes; ``a`` is the angle in degrees between the segment and the line from
    its middle to the centroid. 0 without a subject or without such segments.
    """
    lines, main = line_segments(picture), subject(picture)
    if not lines.length.size or not main.found:
        return 0.0
    middle = 0.5 * (lines.ends[:, :2] + lines.ends[:, 2:])
    height, width = main.mask.shape
    column = np.clip(middle[:, 0] / lines.width * width, 0, width - 1).astype(np.intp)
    row = np.clip(middle[:, 1] / lines.height * height, 0, height - 1).astype(np.intp)
    slope = np.abs(lines.angle)
    outside = ~main.mask[row, column] & (slope > 10) & (slope < 80)
    towards = np.array([main.centroid[0] * lines.width, main.centroid[1] * lines.height]) - middle
    aim = np.degrees(np.arctan2(towards[:, 1], towards[:, 0]))
    off = np.abs((lines.angle - aim + 90) % 180 - 90)
    length = lines.length * outside
    return float((length * np.clip(1 - (off / 10) ** 2, 0, None)).sum() / (length.sum() + 0.25))


@shared
def converging_lines(picture: Picture) -> tuple[float, float, float]:
    """Strength, x and y (units of the frame's diagonal) of the vanishing point; 0 and the centre without one."""
    lines = line_segments(picture)
    width, height = lines.width, lines.height
    strength = 0.0
    if lines.length.size >= 3:
        strength, x, y = vanishing_point(
            lines.ends[:CONVERGING], -width / 4, -height / 4, 1.25 * width, 1.25 * height, math.sin(math.radians(3))
        )
    return (min(1.0, strength), x, y) if strength > 0 else (0.0, width / 2, height / 2)


@feature(
    criterion="composition",
    label="lines converging on one point",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="vanishing point by exhaustive pairs of segments, after Tardif 2009, Non-iterative approach",
)
def vanishing_point_strength(picture: Picture) -> float:
    """Share of line length that converges on one point in the frame or a quarter of its sides around it.

    The length of those of the 40 longest segments that aim within 3 degrees at the best crossing of two of them, each
    counted by ``1 - (sine of its deviation / sine of 3 degrees)**2``, times ``min(1, 2 spread)`` (spread is 0 for
    parallel segments and 1 for a full fan), over the length of the 40. 0 with fewer than three segments or without a
    crossing.
    """
    return converging_lines(picture)[0]


@feature(
    criterion="composition",
    label="vanishing point away from the centre",
    unit="share of the frame's diagonal",
    range=(0, 0.75),
    direction="neutral",
    reference="vanishing point by exhaustive pairs of segments, after Tardif 2009, Non-iterative approach",
)
def vanishing_point_offset(picture: Picture) -> float:
    """Distance from the frame's centre to the vanishing point, in part below a strength of 0.3.

    See ``vanishing_point_strength``. 0 without a vanishing point.
    """
    strength, x, y = converging_lines(picture)
    lines = line_segments(picture)
    return min(0.75, math.hypot(x - lines.width / 2, y - lines.height / 2)) * min(1.0, strength / 0.3)


@feature(
    criterion="composition",
    label="lines converging on the subject",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="leading lines through the vanishing point; weights of our own",
)
def vanishing_point_on_subject(picture: Picture) -> float:
    """``vanishing_point_strength`` times ``exp(-d**2 / 2 0.15**2)``.

    ``d`` is its distance to the subject's centroid in frame diagonals. High where the perspective leads to the subject.
    0 without a subject or a vanishing point.
    """
    strength, x, y = converging_lines(picture)
    main, lines = subject(picture), line_segments(picture)
    if not main.found:
        return 0.0
    apart = math.hypot(x - main.centroid[0] * lines.width, y - main.centroid[1] * lines.height)
    return strength * math.exp(-(apart**2) / 0.045)
