"""The straight edges of a photograph as a few clean lines to draw; lengths and shares are measured on the edges themselves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...features import Picture
from ...features.composition_lines import LINE_SIDE, straight_edges
from ...features.picture import shared
from .marks import Path, Stroke

Bools = NDArray[np.bool_]


class Segments(NamedTuple):
    """Lines for drawing, in pixels of the working scale: ``ends`` (n, 2, 2), ``weight`` (n,) in diagonals, ``angle`` (n,) in
    degrees as for ``straight_edges``, and the elements of each, as the number of its segment, -1 for none, (elements,).
    """

    ends: NDArray[np.float64]
    weight: NDArray[np.float64]
    angle: NDArray[np.float64]
    members: NDArray[np.int64]


@shared
def segments(picture: Picture) -> Segments:
    """Straight edges joined to segments: neighbours of nearly one direction that continue each other's line."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    lines = straight_edges(picture)
    count = lines.x.size
    if not count:
        return Segments(np.zeros((0, 2, 2)), np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    unit = LINE_SIDE / max(lines.width, lines.height)
    x, y = lines.x.astype(np.float64) * unit, lines.y.astype(np.float64) * unit
    column, row = x.astype(np.int64), y.astype(np.int64)
    place = np.full((row.max() + 7, column.max() + 7), -1, np.int64)
    place[row + 3, column + 3] = np.arange(count)
    turn = np.radians(lines.angle.astype(np.float64))
    normal_x, normal_y = -np.sin(turn), np.cos(turn)
    first, second = [], []
    for down in range(4):
        for across in range(-3, 4):
            if down == 0 and across <= 0:
                continue
            other = place[row + 3 + down, column + 3 + across]
            one = np.flatnonzero(other >= 0)
            two = other[one]
            bend = np.abs((lines.angle[one] - lines.angle[two] + 90) % 180 - 90)
            dx, dy = x[two] - x[one], y[two] - y[one]
            aside = np.maximum(np.abs(dx * normal_x[one] + dy * normal_y[one]), np.abs(dx * normal_x[two] + dy * normal_y[two]))
            joined = (bend < 7) & (aside < 0.9)
            first.append(one[joined])
            second.append(two[joined])
    one, two = np.concatenate(first), np.concatenate(second)
    graph = coo_matrix((np.ones(one.size, np.int8), (one, two)), shape=(count, count))
    _, names = connected_components(graph, directed=False)
    return _fitted(names, x, y, turn, lines.weight.astype(np.float64), working_width(picture) / (lines.width * unit))


def working_width(picture: Picture) -> int:
    """Width of the photograph at the working scale."""
    return int(picture.rgb.shape[1])


def _fitted(names: NDArray[np.integer], x: NDArray, y: NDArray, turn: NDArray, weight: NDArray, scale: float) -> Segments:
    """A straight line through each group of elements, between its outermost ones."""
    size = int(names.max()) + 1
    total = np.bincount(names, weight, size)
    mean_x, mean_y = (np.bincount(names, weight * at, size) / total for at in (x, y))
    cosine, sine = (np.bincount(names, weight * wave(2 * turn), size) for wave in (np.cos, np.sin))
    dx, dy = x - mean_x[names], y - mean_y[names]
    xx, yy, xy = (np.bincount(names, weight * product, size) for product in (dx * dx, dy * dy, dx * dy))
    # The elements' places tell a long line's direction best, their own directions a short one's.
    spread = total * 4.0
    axis = 0.5 * np.arctan2(2 * xy + spread * sine / total, xx - yy + spread * cosine / total)
    along = dx * np.cos(axis)[names] + dy * np.sin(axis)[names]
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, names, along)
    np.maximum.at(high, names, along)
    long = high - low >= 5
    order = np.full(size, -1, np.int64)
    order[long] = np.arange(int(long.sum()))
    ends = [
        np.stack([mean_x + reach * np.cos(axis), mean_y + reach * np.sin(axis)], axis=1)[long] * scale for reach in (low, high)
    ]
    return Segments(np.stack(ends, axis=1), total[long], np.degrees(axis)[long], order[names])


def chosen_share(found: Segments, chosen: Bools, weight: NDArray) -> NDArray[np.float64]:
    """For each segment, the share of its weight that lies in the chosen elements."""
    inside = found.members >= 0
    size = len(found.weight)
    picked = np.bincount(found.members[inside], (weight * chosen)[inside], size)
    return np.asarray(picked / np.maximum(np.bincount(found.members[inside], weight[inside], size), 1e-12))


def element_ticks(picture: Picture, chosen: Bools, stroke: Stroke) -> list[Path]:
    """The segments of which most lies in the chosen elements, as one path."""
    found = segments(picture)
    if not len(found.weight):
        return []
    kept = chosen_share(found, chosen, straight_edges(picture).weight.astype(np.float64)) > 0.5
    return [Path(tuple(found.ends[kept]), stroke)] if kept.any() else []
