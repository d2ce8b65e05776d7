"""Balance and symmetry of the criterion ``composition``.

Symbols: ``h``, ``w`` are the height and width of the working scale; *ink* is the grey value of the rarer tone: the
luma ``Y`` in 0..255 where most pixels are dark (``Y < 128``), its inverse ``255 - Y`` otherwise (Huebner and
Fillinger 2016).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.composition import orientation_grid
from .picture import Picture, shared, shrunk

DoubleArray = NDArray[np.float64]

HUEBNER = "Huebner and Fillinger 2016, Comparison of objective measures for predicting perceptual balance"
WILSON = "Wilson and Chatterjee 2005, The assessment of preference for balance; Huebner and Fillinger 2016"
APB_SIDE = 128
"""Side of the square to which ink is averaged for the diagonal terms."""
ORIENTATIONS = 12
EDGE_FLOOR = 64 / 8 / 255
"""Gradient magnitude above which an edge counts: 64 of 0..255 on the Sobel operator, which ``Picture`` divides by 8."""


@shared
def grey(picture: Picture) -> NDArray[np.uint8]:
    """Luma at the working scale as the 8-bit grey values that the toolbox of Huebner's group measures."""
    return np.asarray(cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


@shared
def ink(picture: Picture) -> NDArray[np.uint8]:
    """Grey values of the rarer tone: inverted where dark pixels (below 128) are no majority."""
    plane = grey(picture)
    dark = int(cv2.countNonZero(cv2.compare(plane, 128, cv2.CMP_LT)))
    return np.asarray(cv2.bitwise_not(plane), dtype=np.uint8) if 2 * dark <= plane.size else plane


@shared
def _marginals(picture: Picture) -> tuple[DoubleArray, DoubleArray]:
    """Column sums and row sums of the ink."""
    plane = ink(picture)
    columns = cv2.reduce(plane, 0, cv2.REDUCE_SUM, dtype=cv2.CV_64F).ravel()
    rows = cv2.reduce(plane, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F).ravel()
    return np.asarray(columns), np.asarray(rows)


@shared
def mass_centre(picture: Picture) -> tuple[float, float]:
    """Centroid (x, y) of the ink as shares of width and height; the centre where there is no ink."""
    columns, rows = _marginals(picture)
    total = columns.sum()
    if total <= 0:
        return 0.5, 0.5
    x = float(columns @ (np.arange(columns.size) + 0.5)) / float(total) / columns.size
    y = float(rows @ (np.arange(rows.size) + 0.5)) / float(total) / rows.size
    return x, y


@feature(
    criterion="composition",
    label="centre of mass away from the centre",
    unit="percent of half the frame",
    range=(0, 100 * math.sqrt(2)),
    direction="neutral",
    reference=HUEBNER + ", deviation of the centre of mass (DCM)",
    rises_with="subject to the side",
)
def dcm_distance(picture: Picture) -> float:
    """Deviation of the centre of mass: ``100 sqrt((0.5 - x)**2 + (0.5 - y)**2) / 0.5``.

    ``x``, ``y`` are the centroid of the ink as shares of width and height. 0 is balanced. 0 for flat pictures.
    """
    x, y = mass_centre(picture)
    return 200 * math.hypot(0.5 - x, 0.5 - y)


@family(
    {"dcm_x_position": "centre of mass towards the left", "dcm_y_position": "centre of mass towards the top"},
    criterion="composition",
    unit="share of the frame",
    range=(-0.5, 0.5),
    direction="neutral",
    reference=HUEBNER + ", deviation of the centre of mass (DCM)",
    falls_with={"dcm_x_position": "subject to the side", "dcm_y_position": "subject lower"},
)
def dcm_position(picture: Picture) -> tuple[float, float]:
    """``(0.5 - x, 0.5 - y)`` for the centroid (x, y) of the ink: positive towards the left and towards the top.

    The first changes its sign when the picture is mirrored. Both are 0 for flat pictures.
    """
    x, y = mass_centre(picture)
    return 0.5 - x, 0.5 - y


def _diagonal_masks() -> NDArray[np.float32]:
    """Rows: sign of the two triangles of each diagonal, then corners (+1) against band (-1) of each."""
    at = (np.arange(APB_SIDE, dtype=np.float32) + 0.5) / APB_SIDE
    falling, rising = at[None, :] - at[:, None], at[None, :] + at[:, None] - 1
    outer = 1 - 1 / math.sqrt(2)
    masks = [np.sign(falling), np.sign(rising)]
    masks += [np.where(np.abs(offset) > outer, 1, -1) for offset in (falling, rising)]
    return np.stack([mask.ravel() for mask in masks]).astype(np.float32)


_DIAGONAL_MASKS = _diagonal_masks()


def _share_before(sums: DoubleArray, place: float) -> float:
    """Sum of the first ``place * n`` elements, the last one in part, over the sum of all."""
    at = place * sums.size
    whole = int(at)
    part = (at - whole) * sums[whole] if whole < sums.size else 0.0
    return float((sums[:whole].sum() + part) / sums.sum())


@family(
    {
        "left_right_imbalance": "left-right imbalance",
        "top_bottom_imbalance": "top-bottom imbalance",
        "falling_diagonal_imbalance": "imbalance across the falling diagonal",
        "rising_diagonal_imbalance": "imbalance across the rising diagonal",
        "inner_outer_imbalance_across": "imbalance between the middle and the sides",
        "inner_outer_imbalance_down": "imbalance between the middle and top and bottom",
        "inner_outer_imbalance_falling": "imbalance between the falling diagonal and its corners",
        "inner_outer_imbalance_rising": "imbalance between the rising diagonal and its corners",
        "apb_imbalance": "visual imbalance",
    },
    criterion="composition",
    unit="percent of ink",
    range=(0, 100),
    direction="neutral",
    reference=WILSON + ", assessment of preference for balance (APB)",
    version=2,
    falls_with={
        "left_right_imbalance": "mirrored halves",
        "top_bottom_imbalance": "mirrored top",
        "rising_diagonal_imbalance": "low contrast",
    },
    rises_with={
        "falling_diagonal_imbalance": "horizon",
        "inner_outer_imbalance_across": "larger subject",
        "inner_outer_imbalance_down": "larger subject",
        "inner_outer_imbalance_falling": "larger subject",
        "inner_outer_imbalance_rising": "larger subject",
        "apb_imbalance": "larger subject",
    },
)
def apb(picture: Picture) -> tuple[float, ...]:
    """Assessment of preference for balance: eight comparisons of ink, and their mean (0 is perfectly balanced).

    Each is ``100 |s1 - s2| / (s1 + s2)``: left against right half; top against bottom half; the two triangles of each
    diagonal of the frame; the two outer quarters against the inner half, across and down; and for both diagonals the
    two outer corners against the band between them, which take half of the frame each. Diagonals run from corner to
    corner; the toolbox of Huebner's group runs them at 45 degrees from one corner, which is the same for squares. All
    are 0 for a picture without ink.
    """
    columns, rows = _marginals(picture)
    if columns.sum() <= 0:
        return (0.0,) * 9
    terms = [abs(2 * _share_before(sums, 0.5) - 1) for sums in (columns, rows)]
    square = shrunk(ink(picture), APB_SIDE, APB_SIDE).ravel().astype(np.float32)
    terms += [abs(float(value)) for value in _DIAGONAL_MASKS @ square / max(float(square.sum()), 1.0)]
    for position, sums in enumerate((columns, rows)):
        outer = _share_before(sums, 0.25) + 1 - _share_before(sums, 0.75)
        terms.insert(4 + position, abs(2 * outer - 1))
    percent = [min(100.0, 100 * term) for term in terms]
    return (*percent, sum(percent) / 8)


@family(
    {
        "ink_symmetry_left_right": "left-right symmetry of dark shapes",
        "ink_symmetry_top_bottom": "top-bottom symmetry of dark shapes",
        "ink_symmetry": "mirror symmetry of dark shapes",
    },
    criterion="composition",
    unit="percent",
    range=(0, 100),
    direction="neutral",
    reference=HUEBNER + ", mirror symmetry (MS)",
    rises_with={"ink_symmetry_left_right": "mirrored halves", "ink_symmetry_top_bottom": "mirrored top"},
    falls_with={"ink_symmetry": "subject to a power point"},
)
def ink_symmetries(picture: Picture) -> tuple[float, float, float]:
    """Share of mirrored pairs of pixels that are both dark, pairs near the axis counting up to twice as much.

    Dark is at most Otsu's threshold. Per axis ``100 * 2 / (3 n m) sum_j (1 + j / (m - 1)) pairs_j``, where ``j``
    counts the ``m`` pairs of each of the ``n`` lines from the border (0) to the axis (m - 1); then the mean of both
    axes. Grows with the amount of dark, as published. A flat picture is all dark: 100. A side of fewer than 4 pixels
    has no inside to mirror: 0 on that axis.
    """
    plane = grey(picture)
    _, dark = cv2.threshold(plane, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if plane.min() == plane.max():
        dark = np.ones_like(plane)
    shares = []
    for mask in (np.asarray(cv2.transpose(dark)), dark):
        half = mask.shape[0] // 2
        if half < 2:
            shares.append(0.0)
            continue
        pairs = cv2.bitwise_and(mask[:half], np.ascontiguousarray(mask[::-1][:half]))
        counts = cv2.reduce(pairs, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F).ravel()
        weights = 1 + np.arange(half) / (half - 1)
        shares.append(min(100.0, 200 * float(weights @ counts) / (3 * mask.shape[1] * half)))
    return shares[0], shares[1], (shares[0] + shares[1]) / 2


def _correlation(a: DoubleArray, b: DoubleArray) -> float:
    """Pearson correlation of two arrays of one mean and variance (a picture and its mirror image); 1 where flat."""
    a, b = a - a.mean(), b - b.mean()
    variance = float((a * a).mean())
    return 1.0 if variance < 1e-8 else max(-1.0, min(1.0, float((a * b).mean()) / variance))


@family(
    {
        "luminance_symmetry_left_right": "left-right symmetry of light",
        "luminance_symmetry_top_bottom": "top-bottom symmetry of light",
    },
    criterion="composition",
    unit="correlation",
    range=(-1, 1),
    direction="neutral",
    reference="Pearson correlation of the luminance with its mirror image",
    rises_with={"luminance_symmetry_left_right": "mirrored halves", "luminance_symmetry_top_bottom": "mirrored top"},
)
def luminance_symmetry(picture: Picture) -> tuple[float, float]:
    """Correlation of the luma, averaged on a grid of 64x64, with its flip from left to right and from top to bottom.

    1 is a mirror image, 0 none, negative where bright faces dark (a bright sky over dark ground). 1 for flat pictures.
    """
    grid = shrunk(picture.luma, 64, 64).astype(np.float64)
    return _correlation(grid, grid[:, ::-1]), _correlation(grid, grid[::-1])


@shared
def edge_orientations(picture: Picture) -> tuple[DoubleArray, DoubleArray]:
    """Gradient magnitude of edges by cell of an 8x8 grid and 12 orientations, and over the frame by degree."""
    gradient = picture.gradient
    return orientation_grid(gradient.magnitude, gradient.direction, 8, ORIENTATIONS, EDGE_FLOOR)


@family(
    {
        "edge_symmetry_left_right": "left-right symmetry of edges",
        "edge_symmetry_top_bottom": "top-bottom symmetry of edges",
    },
    criterion="composition",
    unit="cosine",
    range=(0, 1),
    direction="neutral",
    reference="Redi and Merialdo 2012, edge-histogram symmetry, here on an 8x8 grid of orientation histograms",
    version=2,
    rises_with={"edge_symmetry_left_right": "mirrored halves", "edge_symmetry_top_bottom": "mirrored top"},
)
def edge_symmetry(picture: Picture) -> tuple[float, float]:
    """Cosine similarity of the 8x8 grid of edge-orientation histograms with its mirror image.

    The mirror image has its cells flipped and its orientations reflected; entries are square roots of summed gradient
    magnitudes, so that one strong edge does not decide. 1 is a mirror image; 1 for pictures without edges.
    """
    grid = np.sqrt(edge_orientations(picture)[0])
    energy = float((grid * grid).sum())
    if energy <= 0:
        return 1.0, 1.0
    reflected = grid[:, :, -np.arange(ORIENTATIONS) % ORIENTATIONS]
    values = [float((grid * flip).sum()) / energy for flip in (reflected[:, ::-1], reflected[::-1])]
    return min(1.0, values[0]), min(1.0, values[1])


@feature(
    criterion="composition",
    label="diagonal edges",
    unit="share of gradient magnitude",
    range=(0, 1),
    direction="neutral",
    reference="diagonal dominance by gradient direction, within 22.5 degrees of a diagonal",
    version=2,
    rises_with="diagonal lines",
)
def diagonal_gradient_share(picture: Picture) -> float:
    """Share of the gradient magnitude of edges whose direction lies within 22.5 degrees of 45 or 135 degrees.

    Of a pixel's magnitude counts what exceeds 64 of 0..255 on the unscaled Sobel operator. 0.5 for edges in all
    directions alike; 0 without edges.
    """
    degrees = edge_orientations(picture)[1]
    total = float(degrees.sum())
    diagonal = degrees[23:68].sum() + degrees[113:158].sum()
    return float(diagonal) / total if total > 0 else 0.0


@feature(
    criterion="composition",
    label="edges aligned with the frame",
    unit="share of gradient magnitude",
    range=(0, 1),
    direction="neutral",
    reference="cardinal edges: Redies et al. 2012; within about 3 degrees, own choice",
    version=2,
    falls_with="diagonal lines",
)
def axis_alignment(picture: Picture) -> float:
    """Share of the gradient magnitude of edges whose direction is horizontal or vertical.

    Edges as in ``diagonal_gradient_share``. They count in full up to 2 degrees off and not at all from 5 degrees on.
    High for level architecture and seas, falls when the frame is tilted; 14/180 = 0.08 for edges in all directions
    alike; 0 without edges.
    """
    degrees = edge_orientations(picture)[1]
    total = float(degrees.sum())
    off = np.abs((np.arange(180) + 45) % 90 - 45)
    return float(degrees @ np.clip((5 - off) / 3, 0, 1)) / total if total > 0 else 0.0
