"""Horizon of the criterion ``composition``: the line that best parts a picture into sky and ground."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .catalogue import feature
from .composition_lines import SHORTEST, straight_edges
from .kernels.composition import best_split
from .picture import Picture, shared, shrunk


class Horizon(NamedTuple):
    """Line that best parts the picture into an upper and a lower region.

    ``strength`` is the share of the colour variance that the two regions explain (0 where there is none), ``height``
    the place of the line at the middle of the frame as a share from the bottom, ``angle`` its tilt in degrees.
    """

    strength: float
    height: float
    angle: float

    def believed(self, value: float, otherwise: float) -> float:
        """``value`` for a clear horizon (strength from 0.3), ``otherwise`` for none (to 0.1), a mixture in between."""
        trust = min(1.0, max(0.0, (self.strength - 0.1) / 0.2))
        return trust * value + (1 - trust) * otherwise


@shared
def horizon(picture: Picture) -> Horizon:
    """Best two-region split of a 64-pixel Lab thumbnail by a straight line within 20 degrees of level.

    The share explained is weighed by ``exp(-angle**2 / 2 25**2)``, so that among equals the level one wins.
    """
    height, width = picture.luma.shape
    scale = 64 / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if min(size) < 4:
        return Horizon(0.0, 0.5, 0.0)
    small = shrunk(picture.lab, size[1], size[0])
    small = small - small.mean(axis=(0, 1), dtype=np.float64)
    total = float((small**2).sum())
    if total < small.size * 0.01:
        return Horizon(0.0, 0.5, 0.0)
    sums = np.zeros((size[1] + 1, size[0], 3), dtype=np.float32)
    np.cumsum(small, axis=0, out=sums[1:])
    energy, middle, angle = best_split(sums, 20.0, 25.0)
    if energy <= 0:
        return Horizon(0.0, 0.5, 0.0)
    angle = _along_lines(picture, middle / size[1], angle)
    return Horizon(min(1.0, energy / total), min(1.0, max(0.0, 1 - middle / size[1])), angle)


def _along_lines(picture: Picture, middle: float, angle: float) -> float:
    """Angle of the straight edges that run along the split at ``middle`` (share from the top), if there are any.

    The mean of the edges about level (20 degrees), parallel to the split (12 degrees) and close to it (6 % of the
    height), fading out towards these limits, weighted by their length times that of their line; the split's own angle
    weighs as one of a twentieth of the diagonal.
    """
    lines = straight_edges(picture)
    split = middle * lines.height + math.tan(math.radians(angle)) * (lines.x - 0.5 * lines.width)
    near = np.ones_like(lines.x)
    for distance, limit in (
        (lines.y - split, 0.06 * lines.height),
        (lines.angle, 20),
        (lines.angle - angle, 12),
    ):
        near *= np.clip(1 - (distance / limit) ** 2, 0, 1)
    weight = lines.weight * lines.run * near
    return float((weight @ lines.angle + angle * SHORTEST**2) / (weight.sum() + SHORTEST**2))


@feature(
    criterion="composition",
    label="clear horizon",
    unit="share of colour variance",
    range=(0, 1),
    direction="neutral",
    reference="best two-region split, the least-squares form of Otsu 1979, over lines within 20 degrees of level",
    rises_with="horizon",
)
def horizon_strength(picture: Picture) -> float:
    """How much of the Lab variance two regions explain, one above and one below the best near-horizontal line.

    ``(n_a |m_a - m|**2 + n_b |m_b - m|**2) / sum |p - m|**2`` for the means ``m_a``, ``m_b`` above and below. 1 is a
    picture of two flat bands. 0 for flat pictures and those narrower than 1/16 of their length.
    """
    return horizon(picture).strength


@feature(
    criterion="composition",
    label="height of the horizon",
    unit="share of the frame's height, from the bottom",
    range=(0, 1),
    direction="neutral",
    reference="Bhattacharya et al. 2010, A framework for photo-quality assessment, section on visual weight balance",
    falls_with="lower horizon",
)
def horizon_height(picture: Picture) -> float:
    """Height of the horizon at the middle of the frame, 0 at the bottom and 1 at the top; 0.5 where there is none.

    A horizon of doubtful strength (0.1 to 0.3) counts in part.

    It fixes Bhattacharya's ratio of visual weight, the area of the sky over that of the ground: ``(1 - h) / h``.
    """
    line = horizon(picture)
    return line.believed(line.height, 0.5)


@feature(
    criterion="composition",
    label="tilted horizon",
    unit="degrees",
    range=(0, 22),
    direction="neutral",
    reference="best two-region split, see horizon_strength",
    version=3,
    rises_with="tilted horizon",
)
def horizon_tilt(picture: Picture) -> float:
    """Absolute angle between the horizon and the frame's bottom edge; 0 where there is no horizon.

    A horizon of doubtful strength (0.1 to 0.3) counts in part.

    Skylines of mountains count as horizons here, so a tilt is not always a fault; see ``horizon_strength``.
    """
    line = horizon(picture)
    return line.believed(abs(line.angle), 0.0)


@feature(
    criterion="composition",
    label="horizon away from the thirds",
    unit="share of the frame's height",
    range=(0, 1 / 3),
    direction="neutral",
    reference="rule of thirds for the horizon: Liu et al. 2010, Optimizing photo composition, section 3",
    falls_with="horizon",
)
def horizon_thirds_distance(picture: Picture) -> float:
    """Distance of the horizon's height to the nearer of 1/3 and 2/3; 1/6 for a centred one or none."""
    line = horizon(picture)
    return line.believed(min(1 / 3, abs(line.height - 1 / 3), abs(line.height - 2 / 3)), 1 / 6)


@feature(
    criterion="composition",
    label="sky and ground away from the golden ratio",
    unit="share of the frame's height",
    range=(0, 0.3820),
    direction="neutral",
    reference="Bhattacharya et al. 2010: visual weight ratio compared with 1.618",
    rises_with="horizon to the middle",
)
def visual_weight_deviation(picture: Picture) -> float:
    """Distance of the larger of the regions above and below the horizon to 0.618 of the frame; 0.118 for none."""
    line, golden = horizon(picture), (math.sqrt(5) - 1) / 2
    return line.believed(abs(max(line.height, 1 - line.height) - golden), golden - 0.5)
