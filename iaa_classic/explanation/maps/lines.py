"""Map of the straight lines of a photograph."""

from __future__ import annotations

import numpy as np

from ...features import Picture
from ...features.composition_balance import axis_alignment, diagonal_gradient_share
from ...features.composition_lines import leading_lines, lengths_by_direction, longest_line, tilt_of_lines
from ...features.saliency import subject
from .attention import working_size
from .marks import Mark, Path
from .pens import AMBER, LIME, SKY, WHITE, cross_hair, drawn, percent
from .registry import Drawn, evidence_map
from .segments import segments


@evidence_map(
    "lines",
    "Lines",
    criterion="composition",
    features=(
        "leading_lines",
        "horizontal_line_length",
        "vertical_line_length",
        "slanted_line_length",
        "slanted_line_share",
        "longest_line",
        "frame_tilt",
        "line_alignment",
        "axis_alignment",
        "diagonal_gradient_share",
    ),
)
def straight_lines(picture: Picture) -> Drawn:
    """Level lines blue, upright ones green, slanted ones white; those that lead to the subject amber."""
    lengths = lengths_by_direction(picture)
    found = segments(picture)
    if not sum(lengths) or not len(found.weight):
        return Drawn("There are no straight lines of any length.", found=False)
    slope = np.abs(found.angle)
    kinds = np.where(slope < 10, 0, np.where(slope > 80, 1, 2))
    leading = _leading(picture)
    marks: list[Mark] = []
    for kind, colour in enumerate((SKY, LIME, WHITE)):
        own = (kinds == kind) & ~leading
        if own.any():
            marks.append(Path(tuple(found.ends[own]), drawn(colour, 1.3)))
    if leading.any():
        marks.append(Path(tuple(found.ends[leading]), drawn(AMBER, 2.0)))
    main = subject(picture)
    if main.found:
        width, height = working_size(picture)
        marks += cross_hair(main.centroid[0] * width, main.centroid[1] * height)
    return Drawn(_told(picture, lengths), tuple(marks))


def _leading(picture: Picture) -> np.ndarray:
    """Which segments lie outside the subject, are slanted, and aim at its centroid within 7 degrees."""
    found, main = segments(picture), subject(picture)
    if not main.found:
        return np.zeros(len(found.weight), dtype=bool)
    height, width = main.mask.shape
    x, y = found.ends.mean(axis=1).T
    to_x, to_y = main.centroid[0] * width - x, main.centroid[1] * height - y
    off = np.abs((found.angle - np.degrees(np.arctan2(to_y, to_x)) + 90) % 180 - 90)
    slope = np.abs(found.angle)
    inside = main.mask[np.clip(y, 0, height - 1).astype(int), np.clip(x, 0, width - 1).astype(int)]
    return np.asarray((off < 7) & (slope > 10) & (slope < 80) & ~inside)


def _told(picture: Picture, lengths: tuple[float, float, float]) -> str:
    tilt, agreement = tilt_of_lines(picture)
    text = (
        f"Straight edges add up to {sum(lengths):.1f} diagonals of the frame: {lengths[0]:.1f} level (blue), "
        f"{lengths[1]:.1f} upright "
        f"(green), {lengths[2]:.1f} slanted (white); the longest runs over {percent(longest_line(picture))} of the diagonal."
    )
    if subject(picture).found:
        text += f" {percent(leading_lines(picture))} of the slanted ones lead to the subject (amber)."
    if agreement >= 0.05:
        text += f" The frame is tilted by {abs(tilt):.1f} degrees against them."
    along, slanted = axis_alignment(picture), diagonal_gradient_share(picture)
    return text + f" Of all edges {percent(along)} run along the frame, {percent(slanted)} slant."
