"""Maps of pattern: directions of edges, regions, repetition, plain and busy parts."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ...features import Picture
from ...features.composition_balance import axis_alignment, edge_orientations
from ...features.pattern import local_entropies, local_entropy, local_entropy_spread
from ...features.pattern_orientation import edge_orientation_entropy
from ...features.pattern_planes import half_grey
from ...features.pattern_regions import five_regions_share, large_region_count, region_count, segmentations
from ...features.pattern_waves import repeat_lag, repetition
from .attention import working_size
from .marks import Circle, Mark, Path, line
from .pens import ACCENT, AMBER, QUIET, WARMTH, arrow, covering, dot, drawn, note, percent, plain, segment, shades
from .registry import Drawn, evidence_map


@evidence_map(
    "orientations",
    "Directions of edges",
    criterion="pattern",
    placement="beside",
    features=(
        "edge_orientation_entropy",
        "edge_orientation_entropy_pairs",
        "phog_anisotropy",
        "spectral_orientation_bias",
        "spectral_cardinality",
        "tamura_directionality",
        "line_coherence",
        "orientation_scale_similarity",
        "axis_alignment",
        "diagonal_gradient_share",
    ),
)
def rose(picture: Picture) -> Drawn:
    """A rose of how much edge runs in each direction."""
    degrees = edge_orientations(picture)[1]
    total = float(degrees.sum())
    side, centre, reach = 240, 120.0, 100.0
    marks: list[Mark] = [Circle(centre, centre, reach * ring, plain(QUIET + "80", 0.6)) for ring in (0.5, 1.0)]
    marks.append(segment(centre - reach, centre, centre + reach, centre, plain(QUIET, 0.8)))
    marks.append(segment(centre, centre - reach, centre, centre + reach, plain(QUIET, 0.8)))
    marks += [note(side - 2, centre - 8, "level", size=10, anchor="end"), note(centre + 5, 12, "upright", size=10)]
    if total <= 0:
        return Drawn("There are no edges whose direction could be told.", tuple(marks), found=False, size=(side, side))
    # An edge runs across its gradient; bins of five degrees around the whole turn, from 2.5 degrees to either side.
    along = np.roll(degrees, 90)
    held = np.roll(along, 2).reshape(36, 5).sum(axis=1)
    petals = []
    for half in (0, 180):
        for place, weight in enumerate(held):
            length = reach * math.sqrt(float(weight) / float(held.max()))
            ends = [math.radians(half + 5 * place + turn) for turn in (-2.4, 2.4)]
            petals.append(
                line((centre, centre), *((centre + length * math.cos(t), centre + length * math.sin(t)) for t in ends))
            )
    marks.append(Path(tuple(petals), plain(ACCENT, 0.6), ACCENT + "b0", closed=True))
    text = (
        f"Edges by direction (area of a petal: their share): {percent(axis_alignment(picture))} run along the frame; the "
        "variety of "
        f"directions is {edge_orientation_entropy(picture):.2f} of at most 4.58 bits."
    )
    return Drawn(text, tuple(marks), size=(side, side))


@evidence_map(
    "regions",
    "Regions of even colour",
    criterion="pattern",
    features=("region_count", "large_region_count", "five_regions_share", "region_evenness"),
)
def colour_regions(picture: Picture) -> Drawn:
    """Outlines of the regions at one of the four scales that are measured; the five largest tinted."""
    width, height = working_size(picture)
    labels = segmentations(picture)[2]
    areas = np.bincount(labels.ravel())
    order = np.argsort(-areas, kind="stable")
    tint = np.zeros(len(areas), np.uint8)
    tint[order[:5]] = np.arange(1, 1 + min(5, len(areas)))
    colours = ("#00000000", "#58c4f688", "#ffb84d88", "#a8e05f88", "#ff6b5e88", "#c9a0ff88")
    # Enlarged and rounded by medians, since the steps of 96 pixels are no property of the regions.
    large = np.kron(labels, np.ones((4, 4), np.int32)).astype(np.uint16)
    large = cv2.medianBlur(cv2.medianBlur(large, 5), 5)
    levels = tint[large]
    levels[:, 1:][large[:, 1:] != large[:, :-1]] = 6
    levels[1:][large[1:] != large[:-1]] = 6
    marks = (covering(levels, (*colours, "#ffffffd8"), (width, height), smooth=True),)
    text = (
        f"{2 ** region_count(picture):.0f} regions of even colour, {large_region_count(picture):.0f} of at least a "
        "hundredth of the frame; "
        f"the five largest (tinted) cover {percent(five_regions_share(picture))}. Means over four scales, of which one is "
        "drawn."
    )
    return Drawn(text, marks, found=len(areas) > 1)


@evidence_map(
    "repetition",
    "Repetition",
    criterion="pattern",
    features=("repetition_strength", "repetition_regularity", "spectral_flatness"),
)
def repeats(picture: Picture) -> Drawn:
    """The shift by which the picture best matches itself, laid out from the middle."""
    lag = repeat_lag(picture)
    strength, regularity = repetition(picture)
    if lag is None or strength < 0.1:
        return Drawn(f"Nothing repeats at an even distance (strength {strength:.2f}).", found=False)
    width, height = working_size(picture)
    dy, dx = 2.0 * lag[0], 2.0 * lag[1]
    steps = int(min(3, 0.45 * min(width / max(abs(dx), 1), height / max(abs(dy), 1))))
    x, y = width / 2, height / 2
    marks: list[Mark] = [segment(x - steps * dx, y - steps * dy, x + steps * dx, y + steps * dy, drawn("#ffffff", 0.9, (4, 4)))]
    for step in range(-steps, steps + 1):
        marks += dot(x + step * dx, y + step * dy, 4)
    marks += arrow(x, y, x + dx, y + dy, drawn(AMBER, 2), 8)
    text = (
        f"Shifted by {math.hypot(dx, dy) / width:.2f} of the width (arrow) the picture matches itself by {strength:.2f}, "
        "shifted "
        f"once more by {regularity:.2f}."
    )
    return Drawn(text, tuple(marks))


@evidence_map(
    "disorder",
    "Plain and busy parts",
    criterion="pattern",
    features=(
        "local_entropy",
        "local_entropy_spread",
        "jpeg_complexity",
        "spatial_order",
        "phog_complexity",
        "glcm_entropy",
        "glcm_homogeneity",
        "glcm_energy",
        "glcm_contrast",
        "lbp_entropy",
        "lbp_flat_share",
        "lbp_irregular_share",
        "fractal_dimension_2d",
    ),
)
def plain_and_busy(picture: Picture) -> Drawn:
    """Entropy of the grey levels in small tiles."""
    width, height = working_size(picture)
    plane = half_grey(picture)
    rows, columns = ((side - min(9, side)) // 4 + 1 for side in plane.shape)
    entropies = local_entropies(picture).reshape(rows, columns).astype(np.float32)
    text = (
        f"Disorder within tiles of 18 pixels, from calm to busy (bright): {local_entropy(picture):.2f} bits on average, "
        "deviating by "
        f"{local_entropy_spread(picture):.2f} over the frame."
    )
    return Drawn(text, (shades(entropies / 3.2, WARMTH, (width, height)),), found=bool(entropies.max() > 0))
