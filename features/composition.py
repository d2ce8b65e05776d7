"""Features of the criterion ``composition``: where things stand.

This module holds the placing of the subject (thirds, golden section, margins), the frame and its space. Beside it:
``composition_balance`` (balance, symmetry, edge directions), ``composition_lines`` (segments, tilt, horizon,
diagonals, vanishing point) and ``composition_coherence`` (borders, dead areas, seams).

Symbols: ``(cx, cy)`` is the centroid of the subject, as shares of width and height; power points are the four
crossings of the lines at 1/3 and 2/3 of the frame; ``S`` is the saliency map. Where no subject is found, its centroid
is the frame's centre.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from . import (
    composition_balance,
    composition_coherence,
    composition_horizon,
    composition_lines,
    composition_vanishing,
)
from .catalogue import family, feature
from .composition_lines import straight_edges
from .picture import Picture, shared, shrunk
from .saliency import saliency, subject

__all__ = ["composition_balance", "composition_coherence", "composition_horizon", "composition_lines", "composition_vanishing"]

DoubleArray = NDArray[np.float64]

LIU = "Liu, Chen, Wolf and Cohen-Or 2010, Optimizing photo composition, section 3"
ATHEC = "Peng 2022, Athec, attributes of the rule of thirds; saliency of this package"
GOLDEN = (3 - math.sqrt(5)) / 2
LAPLACIAN = np.array([[1 / 6, 2 / 3, 1 / 6], [2 / 3, -10 / 3, 2 / 3], [1 / 6, 2 / 3, 1 / 6]], dtype=np.float32)
"""3x3 Laplacian of shape parameter 0.2, as in Ke 2006."""


def _to_lines(place: float, section: float = 1 / 3) -> float:
    """Distance of a coordinate in [0, 1] to the nearer of ``section`` and ``1 - section``."""
    return min(section, abs(place - section), abs(place - 1 + section))


@feature(
    criterion="composition",
    label="subject away from the power points",
    unit="share of width and height",
    range=(0, math.sqrt(2) / 3),
    direction="neutral",
    reference="Luo and Tang 2008, Photo and video quality evaluation: focusing on the subject, geometry f_m",
    version=3,
    falls_with="subject to a power point",
)
def power_point_distance(picture: Picture) -> float:
    """Distance of the subject's centroid to the nearest power point: ``min sqrt((cx - px)**2 + (cy - py)**2)``.

    0 on a power point; 0.236 for a centred subject or none.
    """
    x, y = subject(picture).centroid
    return math.hypot(_to_lines(x), _to_lines(y))


@family(
    {
        "subject_thirds_distance_across": "subject away from the upright thirds",
        "subject_thirds_distance_down": "subject away from the level thirds",
    },
    criterion="composition",
    unit="share of the side",
    range=(0, 1 / 3),
    direction="neutral",
    reference=ATHEC,
    version=3,
    falls_with="subject to a power point",
)
def subject_thirds_distances(picture: Picture) -> tuple[float, float]:
    """Distance of the subject's centroid to the nearer line of thirds, across (``cx``) and down (``cy``).

    ``min(|c - 1/3|, |c - 2/3|)``; 1/6 for a centred subject or none.
    """
    x, y = subject(picture).centroid
    return _to_lines(x), _to_lines(y)


@feature(
    criterion="composition",
    label="subject away from the golden section",
    unit="share of width and height",
    range=(0, GOLDEN * math.sqrt(2)),
    direction="neutral",
    reference="golden section at 0.382 and 0.618, in the form of Luo and Tang 2008",
    version=3,
    falls_with="subject to a power point",
)
def golden_section_distance(picture: Picture) -> float:
    """Distance of the subject's centroid to the nearest of the four golden-section points.

    0.167 for a centred subject or none. Close to ``power_point_distance`` by nature.
    """
    x, y = subject(picture).centroid
    return math.hypot(_to_lines(x, GOLDEN), _to_lines(y, GOLDEN))


@family(
    {
        "salient_upright_third": "attention on an upright third",
        "salient_level_third": "attention on a level third",
        "salient_power_point": "attention on a power point",
    },
    criterion="composition",
    unit="share of saliency",
    range=(0, 1),
    direction="neutral",
    reference=ATHEC,
    version=3,
    rises_with="subject to a power point",
)
def salient_thirds(picture: Picture) -> tuple[float, float, float]:
    """Share of the saliency in the band around a line of thirds or the rectangle around a power point.

    Bands reach from 1/4 to 5/12 and from 7/12 to 3/4 of the width (upright) or height (level); the fuller of the two
    counts, and the fullest of their four crossings. Even saliency gives 1/6, 1/6 and 1/36, as does a picture without
    any.
    """
    cells = shrunk(saliency(picture), 12, 12).astype(np.float64)
    total = float(cells.sum())
    if total <= 0:
        return 1 / 6, 1 / 6, 1 / 36
    bands = (slice(3, 5), slice(7, 9))
    upright = max(float(cells[:, band].sum()) for band in bands)
    level = max(float(cells[band].sum()) for band in bands)
    crossing = max(float(cells[down, across].sum()) for down in bands for across in bands)
    return upright / total, level / total, crossing / total


@shared
def regions(picture: Picture) -> tuple[DoubleArray, DoubleArray]:
    """Connected regions of the subject: their masses (sums of saliency) and centroids (n, 2) in shares of the frame.

    Found at a quarter of the working scale, where fragments of a few pixels are gone.
    """
    main = subject(picture)
    if not main.found:
        return np.ones(1), np.array([[0.5, 0.5]])
    height, width = main.mask.shape
    size = (max(1, width // 4), max(1, height // 4))
    mask = shrunk(main.mask.view(np.uint8) * np.uint8(255), size[1], size[0]) > 127
    count, labels, _, centroids = cv2.connectedComponentsWithStats(mask.view(np.uint8))
    weights = shrunk(saliency(picture), size[1], size[0])
    masses: DoubleArray = np.bincount(labels.ravel(), weights=weights.ravel(), minlength=count)[1:].astype(np.float64)
    places = (centroids[1:] + 0.5) / np.array(size)
    return (masses, places) if masses.sum() > 0 else (np.ones(1), np.array([main.centroid]))


@feature(
    criterion="composition",
    label="fit to the rule of thirds",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference=LIU + ", E_RT",
    version=3,
    rises_with="subject to a power point",
)
def thirds_fit(picture: Picture) -> float:
    """How well subjects stand on power points and lines on thirds: ``E_point / 3 + 2 E_line / 3``.

    ``E_point = sum M_i exp(-D_i**2 / (2 * 0.17)) / sum M_i`` over the regions of the subject: ``M`` is their
    saliency, ``D`` the smallest Manhattan distance of their centroid to a power point, in shares of the frame.
    ``E_line`` likewise for edges within about 10 degrees of level or upright: ``M`` their length, ``D`` their distance
    to the nearer parallel third. Where these are shorter than a quarter of the frame's diagonal, ``E_point`` takes the
    missing part of their weight. 0.72 for a picture with neither subject nor lines.
    """
    mass, place = regions(picture)
    apart = np.minimum(np.abs(place - 1 / 3), np.abs(place - 2 / 3)).sum(axis=1)
    point = float((mass * np.exp(-(apart**2) / 0.34)).sum() / mass.sum())
    lines = straight_edges(picture)
    fits, length = 0.0, 0.0
    for at, slope in ((lines.y / lines.height, np.abs(lines.angle)), (lines.x / lines.width, 90 - np.abs(lines.angle))):
        gap = np.minimum(np.abs(at - 1 / 3), np.abs(at - 2 / 3))
        along = lines.weight * np.clip((12 - slope) / 4, 0, 1)
        fits += float(along @ np.exp(-(gap**2) / 0.34))
        length += float(along.sum())
    share = 2 / 3 * min(1.0, length / 0.25)
    return min(1.0, point * (1 - share) + (fits / length * share if length > 0 else 0.0))


@feature(
    criterion="composition",
    label="attention away from the centre",
    unit="share of half the diagonal",
    range=(0, 1),
    direction="neutral",
    reference="distance of the saliency centroid from the centre over half the diagonal",
    version=3,
    rises_with="subject to the side",
)
def attention_offset(picture: Picture) -> float:
    """Distance of the centroid of the saliency from the frame's centre over half the diagonal; 0 without saliency."""
    plane = saliency(picture)
    height, width = plane.shape
    columns = cv2.reduce(plane, 0, cv2.REDUCE_SUM, dtype=cv2.CV_64F).ravel()
    rows = cv2.reduce(plane, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F).ravel()
    total = float(columns.sum())
    if total <= 0:
        return 0.0
    x = float(columns @ (np.arange(width) + 0.5)) / total - width / 2
    y = float(rows @ (np.arange(height) + 0.5)) / total - height / 2
    return min(1.0, 2 * math.hypot(x, y) / math.hypot(width, height))


@feature(
    criterion="composition",
    label="subject away from the diagonals",
    unit="share of the frame",
    range=(0, math.sqrt(0.5)),
    direction="neutral",
    reference="diagonal dominance by the distance of the centroid to the diagonals; " + LIU,
    version=3,
    rises_with="subject to the side",
)
def subject_diagonal_distance(picture: Picture) -> float:
    """Distance of the subject's centroid to the nearer diagonal of the frame scaled to a unit square.

    ``min(|cx - cy|, |cx + cy - 1|) / sqrt(2)``; 0 for a centred subject or none.
    """
    x, y = subject(picture).centroid
    return min(abs(x - y), abs(x + y - 1)) / math.sqrt(2)


@feature(
    criterion="composition",
    label="fitting size of the subject",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference=LIU + ", E_SZ",
    version=3,
    falls_with="smaller subject",
)
def subject_size_fit(picture: Picture) -> float:
    """Closeness of the subject's share ``r`` of the frame to one of three favoured sizes.

    ``max_j exp(-(r - r_j)**2 / (2 t_j))`` with ``r_j`` = 0.10, 0.56, 0.82 and ``t_j`` = 0.07, 0.20, 0.16, for the
    whole subject. Without a subject ``r`` is 0, which gives 0.93.
    """
    share = subject(picture).area
    favoured = ((0.10, 0.07), (0.56, 0.20), (0.82, 0.16))
    return max(math.exp(-((share - size) ** 2) / (2 * width)) for size, width in favoured)


@feature(
    criterion="composition",
    label="subject cut by the frame",
    unit="share of the frame's border",
    range=(0, 1),
    direction="neutral",
    reference="figure-ground contact with the border, as in Wei et al. 2012, Geodesic saliency using background priors",
    version=3,
    rises_with="subject over the border",
)
def subject_border_contact(picture: Picture) -> float:
    """Share of the outermost pixels of the frame that belong to the subject; 0 without a subject."""
    mask = subject(picture).mask
    border = np.concatenate([mask[0], mask[-1], mask[1:-1, 0], mask[1:-1, -1]])
    return subject(picture).trust * float(border.mean())


@family(
    {
        "subject_side_margin": "room beside the subject",
        "subject_top_margin": "room above the subject",
        "subject_bottom_margin": "room below the subject",
    },
    criterion="composition",
    unit="share of the side",
    range=(0, 1),
    direction="neutral",
    reference="head-room and side-room of framing guides: distance of the subject's box to the edges",
    version=3,
    falls_with={"subject_side_margin": "subject to the side", "subject_bottom_margin": "subject lower"},
    rises_with={"subject_top_margin": "subject lower"},
)
def subject_margins(picture: Picture) -> tuple[float, float, float]:
    """Distance of the subject's box to the nearer side, to the top and to the bottom; 0 without a subject."""
    left, top, right, bottom = subject(picture).box
    return max(0.0, min(left, 1 - right)), max(0.0, top), max(0.0, 1 - bottom)


@feature(
    criterion="composition",
    label="room for the subject to look into",
    unit="share of the width",
    range=(0, 1),
    direction="neutral",
    reference="unequal side-room of framing guides",
    version=3,
    rises_with="subject to the side",
)
def subject_side_room(picture: Picture) -> float:
    """Difference of the room beside the subject: ``|left - (1 - right)|`` of its box; 0 if centred or without one."""
    left, _, right, _ = subject(picture).box
    return abs(left - (1 - right))


@feature(
    criterion="composition",
    label="calm space around the subject",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="smoothness of the negative space: inverse mean gradient outside the subject",
    version=3,
    falls_with="grid",
)
def negative_space_smoothness(picture: Picture) -> float:
    """Smoothness of everything but the subject: ``1 / (1 + g / 0.02)``.

    ``g`` is the mean gradient of the luma outside the mask. 1 where it is flat, 0.5 at a mean gradient of 0.02 (5 of
    0..255 per pixel). The whole frame counts where there is
    no subject.
    """
    outside = (~subject(picture).mask).view(np.uint8)
    mean = cv2.mean(picture.gradient.magnitude, mask=outside)[0]
    return 1 / (1 + mean / 0.02)


@shared
def edge_box(picture: Picture) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, as shares of the frame, of the box of ``edge_compactness``; the frame without edges."""
    energy = np.abs(cv2.filter2D(picture.luma, cv2.CV_32F, LAPLACIAN, borderType=cv2.BORDER_REPLICATE))
    small = shrunk(energy, 100, 100).astype(np.float64)
    total = float(small.sum())
    if total < 1e-2:
        return 0.0, 0.0, 1.0, 1.0
    ends = []
    for axis in (0, 1):
        running = np.concatenate([[0.0], np.cumsum(small.sum(axis=axis)) / total])
        ends.append(np.interp([0.01, 0.99], running, np.linspace(0, 1, 101)))
    (left, right), (top, bottom) = ends
    return float(left), float(top), float(right), float(bottom)


@feature(
    criterion="composition",
    label="edges gathered in one place",
    unit="share of the frame",
    range=(0, 1),
    direction="neutral",
    reference="Ke, Tang and Jing 2006, The design of high-level features for photo quality assessment, q_a",
    rises_with="empty space",
)
def edge_compactness(picture: Picture) -> float:
    """Share of the frame outside the box that holds the edges: ``1 - w_x w_y``.

    The absolute Laplacian (shape 0.2) of the luma, averaged to 100x100 and scaled to sum 1, is projected on both
    axes; ``w_x``, ``w_y`` are the widths that hold the middle 98 % of the projections. High for an uncluttered
    picture. Ke takes the mean over the colour channels. 0 without edges.
    """
    left, top, right, bottom = edge_box(picture)
    return max(0.0, 1 - (right - left) * (bottom - top))


@feature(
    criterion="composition",
    label="wide frame",
    unit="natural log of width over height",
    range=(-math.inf, math.inf),
    direction="neutral",
    reference="Datta et al. 2006, Studying aesthetics in photographic images, f23 (as a logarithm)",
    rises_with="wider frame",
)
def aspect_ratio(picture: Picture) -> float:
    """``ln(width / height)``: 0 for a square, 0.405 for 3:2, the same negative for its upright."""
    return math.log(picture.width / picture.height)


@shared
def central_third(picture: Picture) -> tuple[float, float, float]:
    """Circular mean hue in degrees, and mean saturation and value, of the central third of both sides."""
    height, width = picture.luma.shape
    rows = slice(height // 3, max(height // 3 + 1, 2 * height // 3))
    columns = slice(width // 3, max(width // 3 + 1, 2 * width // 3))
    hue, saturation, value = (picture.hsv[rows, columns, channel] for channel in range(3))
    angle = np.radians(hue)
    x, y = float((saturation * np.cos(angle)).sum()), float((saturation * np.sin(angle)).sum())
    mean_hue = math.degrees(math.atan2(y, x)) % 360 if math.hypot(x, y) > 1e-3 * hue.size else 0.0
    return mean_hue % 360, float(saturation.mean()), float(value.mean())


DATTA = "Datta et al. 2006, Studying aesthetics in photographic images"


@feature(
    criterion="composition",
    label="hue of the central third",
    unit="degrees",
    range=(0, 360),
    direction="neutral",
    reference=DATTA + ", f5; circular mean weighted by saturation",
    falls_with="subject to the side",
)
def central_third_hue(picture: Picture) -> float:
    """Mean hue of the middle ninth of the frame, a circular mean weighted by saturation; 0 without colour."""
    return central_third(picture)[0]


@family(
    {"central_third_saturation": "saturated central third", "central_third_value": "bright central third"},
    criterion="composition",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference=DATTA + ", f6 and f7",
    falls_with={"central_third_saturation": "desaturation", "central_third_value": "vignette"},
)
def central_third_tone(picture: Picture) -> tuple[float, float]:
    """Mean saturation and mean value (HSV) of the middle ninth of the frame, between the lines of thirds."""
    return central_third(picture)[1:]
