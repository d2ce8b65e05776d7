"""Focus: how crisp edges are, where in the frame, and on the subject; and movement."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.sharpness import tensor_sums
from .picture import FloatPlane, Picture, shared
from .saliency import subject
from .sharpness_edges import (
    Cells,
    cell_crispness,
    crispness,
    in_mask,
    native_cells,
    sharpest,
    subject_cells,
    working_cells,
    working_laplacian,
    working_smooth,
)

_METHOD = "edge spread from the ratio of gradients at two scales, after Zhuo and Sim 2011, sec. 3; product form is ours"


@feature(
    criterion="sharpness",
    label="focus",
    unit="1",
    range=(0, 1),
    direction="higher",
    reference=_METHOD,
    scale="native",
    falls_with="defocus",
)
def focus(picture: Picture) -> float:
    """How crisp the edges are, pixel by pixel; noise does not raise it. The default measure of focus.

    Formula: ``sqrt((R^2 - 1) / 27)`` clipped to [0, 1], R the ratio of fine to coarse gradient on the crests of edges
    (``sharpness_edges``); about ``1 / (sqrt(3) s)`` for edges spread by s native pixels (standard deviation).
    Reading: 0.7 perfect steps, more only if sharpened; 0.3 visibly soft at 100 %, below 0.15 blurred.
    Degenerate: 0 where there is no edge. Depends on native resolution: large files are softer pixel by pixel.
    """
    return float(crispness(native_cells(picture).sums.sum(axis=1)))


@feature(
    criterion="sharpness",
    label="focus in the sharpest places",
    unit="1",
    range=(0, 1),
    direction="higher",
    reference=_METHOD,
    scale="native",
    version=2,
    falls_with="defocus",
)
def peak_focus(picture: Picture) -> float:
    """Focus of the sharpest tenth of the cells of 32 native pixels that hold at least 12 crest pixels.

    Reading: high with some place in focus, however small; low only if nothing is. Degenerate: 0 without such a cell.
    """
    return sharpest(native_cells(picture), 12, 0.1)


@feature(
    criterion="sharpness",
    label="focus on the subject",
    unit="1",
    range=(0, 1),
    direction="higher",
    reference=_METHOD,
    scale="native",
    version=3,
    falls_with="defocus",
)
def subject_focus(picture: Picture) -> float:
    """Focus of the sharpest quarter of the cells that lie in the subject, at native resolution.

    Where the picture is too large to be looked at in full, up to 16 tiles within the subject are. Degenerate: equals
    ``peak_focus`` where no subject stands out, 0 where the subject has no edges.
    """
    if not subject(picture).found:
        return peak_focus(picture)
    return sharpest(subject_cells(picture), 12, 0.25)


@feature(
    criterion="sharpness",
    label="focus of the subject against its surroundings",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference=_METHOD,
    scale="native",
    falls_with="softer subject",
    version=3,
)
def subject_focus_advantage(picture: Picture) -> float:
    """Focus over all edges of the subject less focus over all other edges, ``(a - b) / (a + b)`` at native resolution.

    Reading: above 0 the subject is crisper than what surrounds it; below 0 focus missed it. Degenerate: 0 without a
    subject or without edges.
    """
    found = subject(picture)
    if not found.found:
        return 0.0
    cells = native_cells(picture)
    around = cells.sums[:, ~in_mask(cells.centres, found.mask)]
    inside = float(crispness(subject_cells(picture).sums.sum(axis=1)))
    outside = float(crispness(around.sum(axis=1)))
    return (inside - outside) / (inside + outside) if inside + outside > 0 else 0.0


@feature(
    criterion="sharpness",
    label="resolved detail",
    unit="log2 of edge spreads along the long side",
    range=(0, math.inf),
    direction="higher",
    reference=_METHOD,
    scale="native",
    falls_with="defocus",
)
def resolved_detail(picture: Picture) -> float:
    """How many edge spreads fit along the long side, ``log2(1 + long side * sqrt(3) * focus)``.

    Unlike ``focus`` it is comparable over sizes: halving a soft picture loses nothing, halving a crisp one loses 1.
    Reading: 8 a small or blurred picture, 12 a crisp one of 12 megapixels. Degenerate: 0 without edges.
    """
    return math.log2(1 + max(picture.height, picture.width) * math.sqrt(3) * focus(picture))


@feature(
    criterion="sharpness",
    label="sharpness at first sight",
    unit="1",
    range=(0, 1),
    direction="higher",
    reference=_METHOD,
    falls_with="defocus",
)
def visible_focus(picture: Picture) -> float:
    """``focus`` measured at the working scale: how crisp the picture looks when seen whole. Degenerate: 0 without
    edges.
    """
    return float(crispness(working_cells(picture).sums.sum(axis=1)))


class SharpPlaces(NamedTuple):
    """Where a picture is sharp: see the family ``sharp_places``."""

    area: float
    distance: float
    concentration: float


def _sharp_places(cells: Cells) -> SharpPlaces:
    value, known = cell_crispness(cells, 6)
    peak = sharpest(cells, 6, 0.1)
    if peak <= 0:
        return SharpPlaces(0.0, 0.0, 0.0)
    sharp = known & (value >= 0.8 * peak)
    x, y = cells.centres[sharp].mean(axis=0) if sharp.any() else (0.5, 0.5)
    mean = float(crispness(cells.sums[:, known].sum(axis=1)))
    return SharpPlaces(float(sharp.mean()), math.hypot(x - 0.5, y - 0.5) / math.sqrt(0.5), max(0.0, 1 - mean / peak))


@family(
    {
        "sharp_area": "sharp part of the frame",
        "sharp_area_distance": "distance of the sharp part from the centre",
        "focus_concentration": "concentration of focus",
    },
    criterion="sharpness",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="statistics of tile sharpness (peak, concentration, centroid) over the measure of Zhuo and Sim 2011",
    rises_with={
        "sharp_area": "more subjects",
        "sharp_area_distance": "subject to the side",
        "focus_concentration": "backlight",
    },
)
def sharp_places(picture: Picture) -> SharpPlaces:
    """Where the frame is sharp, over cells of 32 pixels at the working scale.

    A cell is sharp if its crispness is at least 0.8 of the peak (the sharpest tenth), so that blur of the whole
    picture does not count. ``sharp_area``: share of sharp cells among all. ``sharp_area_distance``: distance of their
    centroid from the centre, 0 centre, 1 corner. ``focus_concentration``: ``1 - crispness of all edges / peak``: 0
    evenly sharp, towards 1 where few places are. Degenerate: all 0 without edges.
    """
    return _sharp_places(working_cells(picture))


class Motion(NamedTuple):
    """``strength`` in [0, 1] and ``angle`` in degrees [0, 180), from the x axis towards the y axis, which points
    down.
    """

    strength: float
    angle: float


_CRISP, _SOFT = 4.0, 0.5
"""Ratios of fine to coarse energy that a blurred picture stays below, and that one sharp in some direction exceeds."""


@shared
def motion(picture: Picture) -> Motion:
    """Directional blur: the direction in which fine detail is weakest, relative to coarse detail.

    With J_f the mean structure tensor of the gradient of the Laplacian of luma (fine) and J_c that of the smoothed luma
    (coarse), the generalised eigenvalues ``J_f v = e J_c v`` do not mind in which directions the scene has its edges.
    ``strength = (1 - sqrt(e_min / e_max)) * 4 / (4 + e_min) * e_max / (0.5 + e_max)``; ``angle`` is that of the
    eigenvector of e_min. The second factor clears scenes that are crisp in every direction and only more so in one
    (tiles, grass), the third those that are crisp in none (defocus). Flat pictures have (0, 0).
    """
    laplacian = cv2.copyMakeBorder(working_laplacian(picture), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    coarse, fine = _tensor(working_smooth(picture)), _tensor(np.asarray(laplacian, dtype=np.float32))
    scale = float(np.trace(coarse))
    if scale <= 1e-6 or np.trace(fine) <= 1e-6:
        return Motion(0.0, 0.0)
    # A floor of 2 % keeps one-directional scenes (a ramp, a single line) from dividing by nothing.
    coarse = coarse + np.eye(2) * 0.02 * scale
    fine = fine + np.eye(2) * 0.02 * np.trace(fine)
    values, vectors = np.linalg.eig(np.linalg.solve(coarse, fine))
    values, vectors = np.real(values), np.real(vectors)
    least = int(np.argmin(values))
    x, y = vectors[:, least]
    weakest, strongest = max(0.0, float(values.min())), float(values.max())
    strength = (1 - math.sqrt(weakest / strongest)) * _CRISP / (_CRISP + weakest) * strongest / (_SOFT + strongest)
    return Motion(strength, math.degrees(math.atan2(y, x)) % 180)


def _tensor(plane: FloatPlane) -> NDArray[np.float64]:
    """Mean structure tensor, 2 x 2, over the inner pixels of a plane; 0 where it has none."""
    xx, xy, yy = tensor_sums(plane)
    height, width = plane.shape
    return np.array([[xx, xy], [xy, yy]]) / max(1, (height - 2) * (width - 2))


@family(
    {
        "motion_blur": "blur in one direction",
        "motion_horizontal": "movement along the horizontal",
        "motion_diagonal": "movement along the falling diagonal",
    },
    criterion="sharpness",
    unit="1",
    range=(-1, 1),
    direction={"motion_blur": "lower"},
    reference="structure-tensor anisotropy (Bigun and Granlund 1987) of fine relative to coarse gradients; ours",
    rises_with="motion blur",
)
def motion_blur(picture: Picture) -> tuple[float, float, float]:
    """Blur in one direction, from shake or movement, and which direction.

    ``motion_blur`` is ``motion(picture).strength``, 0 the same in all directions, 1 detail gone in one; crisp scenes
    stay below 0.1. ``motion_horizontal`` and ``motion_diagonal`` are ``strength * cos(2 angle)`` and
    ``strength * sin(2 angle)``: +1 and -1 stand for movement along and across the horizontal (the falling diagonal).
    Mirroring left-right flips the sign of ``motion_diagonal``. Degenerate: 0 for flat pictures.
    """
    strength, angle = motion(picture)
    double = math.radians(2 * angle)
    return strength, strength * math.cos(double), strength * math.sin(double)
