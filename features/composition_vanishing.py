"""Vanishing point of the criterion ``composition``: the point on which the picture's straight edges converge.

Symbols as in ``composition_lines``: ``l`` is the length of edge that an element stands for, in frame diagonals.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .composition_lines import Edges, straight_edges
from .kernels.composition_lines import convergence
from .picture import Picture, shared
from .saliency import subject

FloatArray = NDArray[np.float32]
DoubleArray = NDArray[np.float64]

CELLS, TURNS = 12, 24
"""Elements are gathered by cells of a 12x12 grid and by 24 directions before they are asked where they aim."""
COARSE, FINE = math.sin(math.radians(6)), math.sin(math.radians(3))
"""Deviations, as sines, from which an edge no longer aims at a point: in the first search, and around what it found."""

TARDIF = "vanishing point by the edges that aim at it, after Tardif 2009, Non-iterative approach"


def _gathered(lines: Edges) -> FloatArray:
    """Mean x, y and direction (ux, uy) and total length of the elements in each cell and direction, shape (n, 5)."""
    column = np.minimum((lines.x / lines.width * CELLS).astype(np.int64), CELLS - 1)
    row = np.minimum((lines.y / lines.height * CELLS).astype(np.int64), CELLS - 1)
    turn = np.floor(lines.angle * (TURNS / 180) + 0.5).astype(np.int64) % TURNS
    place = (row * CELLS + column) * TURNS + turn
    twice = np.radians(2 * lines.angle)
    sums = [
        np.bincount(place, lines.weight * plane, CELLS * CELLS * TURNS)
        for plane in (np.float32(1), lines.x, lines.y, np.cos(twice), np.sin(twice))
    ]
    kept = sums[0] > 0
    weight, x, y, cosine, sine = (plane[kept] for plane in sums)
    angle = 0.5 * np.arctan2(sine, cosine)
    return np.stack([x / weight, y / weight, np.cos(angle), np.sin(angle), weight], axis=1).astype(np.float32)


def _grid(x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]]) -> FloatArray:
    columns, rows = np.meshgrid(x, y)
    return np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)


@shared
def convergence_map(picture: Picture) -> tuple[FloatArray, DoubleArray]:
    """Points (n, 2), in units of the frame's diagonal, and how much converges on each; none where nothing does.

    First on a grid over the frame and a quarter of its sides around it with ``COARSE``, then with ``FINE`` on nine
    points around each that reaches half of the highest score.
    """
    lines = straight_edges(picture)
    points, scores = np.zeros((0, 2), dtype=np.float32), np.zeros(0)
    if not lines.x.size:
        return points, scores
    edges = _gathered(lines)
    across, down = lines.width / 16, lines.height / 16
    coarse = _grid(np.arange(-4, 21) * across, np.arange(-4, 21) * down)
    first = convergence(coarse, edges, COARSE)
    if first.max() <= 0:
        return points, scores
    around = _grid(np.array([-1, 0, 1]) * across / 3, np.array([-1, 0, 1]) * down / 3)
    points = (coarse[first >= 0.5 * first.max(), None] + around).reshape(-1, 2)
    return points, convergence(np.ascontiguousarray(points), edges, FINE)


@shared
def converging_lines(picture: Picture) -> tuple[float, float, float]:
    """Strength, x and y (units of the frame's diagonal) of the vanishing point; 0 and the centre without one.

    The strength is the highest of ``convergence_map``, the place the mean of its points weighted by the sixth power,
    so that of two points that compete none wins by a trifle.
    """
    points, scores = convergence_map(picture)
    lines = straight_edges(picture)
    if not scores.size or scores.max() <= 0:
        return 0.0, lines.width / 2, lines.height / 2
    favour = (scores / scores.max()) ** 6
    x, y = favour @ points / favour.sum()
    return min(1.0, float(scores.max())), float(x), float(y)


@feature(
    criterion="composition",
    label="lines converging on one point",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference=TARDIF,
    version=3,
    rises_with="converging lines",
)
def vanishing_point_strength(picture: Picture) -> float:
    """Share of line length that converges on one point in the frame or a quarter of its sides around it.

    ``sum l (1 - (s / sin 3 degrees)**2) / sum l`` over the edges that aim at the point with a deviation of sine ``s``
    below that of 3 degrees, times ``min(1, max(0, v - 0.4) / 0.4)`` where ``v = 1 - 0.4 R_1**2 - 0.6 R_2**2`` is their
    variety of directions and ``R_k = |sum l exp(2 i k angle)| / sum l``: 0 for parallel edges and for two at right
    angles, 1 for a full fan. 0 without lines.
    """
    return converging_lines(picture)[0]


@feature(
    criterion="composition",
    label="vanishing point away from the centre",
    unit="share of the frame's diagonal",
    range=(0, 0.75),
    direction="neutral",
    reference=TARDIF,
    version=3,
    rises_with="lines to the subject",
)
def vanishing_point_offset(picture: Picture) -> float:
    """Distance from the frame's centre to the vanishing point, in part at a strength of 0.1 to 0.4.

    See ``vanishing_point_strength``. 0 without a vanishing point.
    """
    strength, x, y = converging_lines(picture)
    lines = straight_edges(picture)
    apart = min(0.75, math.hypot(x - lines.width / 2, y - lines.height / 2))
    return apart * min(1.0, max(0.0, (strength - 0.1) / 0.3))


@feature(
    criterion="composition",
    label="lines converging on the subject",
    unit="share of line length",
    range=(0, 1),
    direction="neutral",
    reference="leading lines through the vanishing point; weights of our own",
    version=3,
    rises_with="lines to the subject",
)
def vanishing_point_on_subject(picture: Picture) -> float:
    """Convergence on a point, as for ``vanishing_point_strength``, times ``exp(-d**2 / 2 0.15**2)``.

    The largest product of any point in and around the frame, ``d`` being its distance to the subject's centroid in
    frame diagonals. High where the perspective leads to the subject. A doubtful subject counts in part. 0 without a
    subject or converging lines.
    """
    points, scores = convergence_map(picture)
    main, lines = subject(picture), straight_edges(picture)
    if not main.found or not scores.size:
        return 0.0
    apart = points - np.array([main.centroid[0] * lines.width, main.centroid[1] * lines.height])
    return main.trust * min(1.0, float((scores * np.exp(-(apart**2).sum(axis=1) / 0.045)).max()))
