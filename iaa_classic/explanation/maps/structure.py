"""Maps of the picture's structure: balance, symmetry, horizon, lines, vanishing point, empty space."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...features import Picture
from ...features.composition import edge_box, edge_compactness, negative_space_smoothness
from ...features.composition_balance import (
    apb,
    dcm_distance,
    edge_symmetry,
    ink,
    ink_symmetries,
    luminance_symmetry,
    mass_centre,
)
from ...features.composition_coherence import (
    block_spread,
    border_share,
    flat_areas,
    grid_seams,
    open_space,
    seam_profiles,
    spatial_coherence,
    straight_seam,
)
from ...features.composition_horizon import horizon, horizon_tilt
from ...features.composition_lines import straight_edges
from ...features.composition_vanishing import converging_lines, vanishing_point_strength
from ...features.picture import shrunk
from .attention import working_size
from .marks import Box, Mark, Path, coded, line
from .pens import AMBER, LINE, SKY, THIN, WHITE, covering, cross_hair, drawn, label, percent, segment, shades
from .registry import Drawn, evidence_map
from .segments import element_ticks

CALM = ((0.0, "#b58cff00"), (0.5, "#b58cff48"), (1.0, "#b58cff88"))
MISMATCH = ((0.0, "#ff6b5e00"), (0.2, "#ff6b5e10"), (1.0, "#ff6b5ea0"))
INKS = ((0.0, "#0b102000"), (0.35, "#0b102020"), (1.0, "#0b1020b0"))


@evidence_map(
    "balance",
    "Visual balance",
    criterion="composition",
    features=(
        "dcm_distance",
        "dcm_x_position",
        "dcm_y_position",
        "left_right_imbalance",
        "top_bottom_imbalance",
        "falling_diagonal_imbalance",
        "rising_diagonal_imbalance",
        "inner_outer_imbalance_across",
        "inner_outer_imbalance_down",
        "inner_outer_imbalance_falling",
        "inner_outer_imbalance_rising",
        "apb_imbalance",
        "ink_homogeneity",
    ),
)
def balance(picture: Picture) -> Drawn:
    """The centre of mass of the rarer tone beside the middle of the frame, and what each half holds."""
    width, height = working_size(picture)
    plane = ink(picture)
    if not plane.any():
        return Drawn("The frame is even: there is nothing to balance.", found=False)
    x, y = mass_centre(picture)
    values = apb(picture)
    across, down = plane.sum(axis=0, dtype=np.float64), plane.sum(axis=1, dtype=np.float64)
    left, top = _half(across), _half(down)
    marks: list[Mark] = [
        shades(shrunk(plane, max(1, height // 8), max(1, width // 8)).astype(np.float32) / 255, INKS, (width, height)),
        Path(
            (line((width / 2, 0), (width / 2, height)), line((0, height / 2), (width, height / 2))), drawn(WHITE, THIN, (6, 4))
        ),
        segment(width / 2, height / 2, x * width, y * height, drawn(AMBER)),
        *cross_hair(x * width, y * height),
    ]
    if min(width, height) >= 100:
        places = ((0.03, 0.5, left, "start"), (0.97, 0.5, 1 - left, "end"))
        marks += [label(a * width, b * height - 10, percent(v), anchor=anchor) for a, b, v, anchor in places]
        marks += [label(width / 2 + 6, at * height, percent(v)) for at, v in ((0.05, top), (0.95, 1 - top))]
    tone = "dark" if 2 * int((plane >= 128).sum()) <= plane.size and picture.luma.mean() > 0.5 else "rarer"
    text = (
        f"The centre of mass of the {tone} tone lies {percent(dcm_distance(picture) / 100)} of half the frame from the middle; "
        f"left and right differ by {values[0]:.0f} % of it, top and bottom by {values[1]:.0f} %. "
        f"Over all eight comparisons the imbalance is {values[8]:.0f} %."
    )
    return Drawn(text, tuple(marks))


@evidence_map(
    "coherence",
    "What belongs together",
    criterion="composition",
    features=("coarse_coherence", "fine_coherence", "straight_seam", "grid_seams"),
)
def coherence(picture: Picture) -> Drawn:
    """The frame as the 8 x 8 mean colours whose likeness is measured, and the strongest seam."""
    width, height = working_size(picture)
    coarse, fine = spatial_coherence(picture)
    seam = straight_seam(picture)
    cells = shrunk(picture.rgb, 8, 8).reshape(-1, 3)
    mosaic = covering(np.arange(64, dtype=np.uint8).reshape(8, 8), tuple(coded(cell / 255) for cell in cells), (width, height))
    marks: list[Mark] = [mosaic]
    text = (
        f"Neighbouring parts are alike in colour by {coarse:.2f} for large areas (drawn) and {fine:.2f} for small ones, of 1. "
        f"The straightest seam across the frame has a strength of {seam:.2f}, seams on a grid one of {grid_seams(picture):.2f}."
    )
    places = [(axis, _strongest(weakest)) for axis, (_, weakest) in enumerate(seam_profiles(picture)) if weakest.size > 12]
    if seam >= 0.2 and places:
        axis, (_, at) = max(places, key=lambda place: place[1][0])
        ends = (at + 0.5, 0, at + 0.5, height) if axis == 0 else (0, at + 0.5, width, at + 0.5)
        marks.append(segment(*ends, drawn(AMBER)))
    return Drawn(text, tuple(marks))


def _strongest(weakest: NDArray[np.float64]) -> tuple[float, int]:
    """Strength and place of the strongest seam of a profile, as ``straight_seam`` judges it."""
    inner = weakest[6:-6]
    place = int(np.argmax(inner))
    return float(inner[place] - np.median(inner)), place + 6


def _half(sums: np.ndarray) -> float:
    """Share of the sums in their first half, the middle one in part."""
    at = sums.size / 2
    whole = int(at)
    part = (at - whole) * sums[whole] if whole < sums.size else 0.0
    return float((sums[:whole].sum() + part) / sums.sum())


@evidence_map(
    "symmetry",
    "Symmetry",
    criterion="composition",
    features=(
        "luminance_symmetry_left_right",
        "luminance_symmetry_top_bottom",
        "edge_symmetry_left_right",
        "edge_symmetry_top_bottom",
        "ink_symmetry_left_right",
        "ink_symmetry_top_bottom",
        "ink_symmetry",
    ),
)
def symmetry(picture: Picture) -> Drawn:
    """The axis on which the light is the more symmetric, and where the halves differ."""
    width, height = working_size(picture)
    across, down = luminance_symmetry(picture)
    edges, shapes = edge_symmetry(picture), ink_symmetries(picture)
    upright = across >= down
    grid = shrunk(picture.luma, 64, 64)
    apart = np.abs(grid - (grid[:, ::-1] if upright else grid[::-1]))
    axis = line((width / 2, 0), (width / 2, height)) if upright else line((0, height / 2), (width, height / 2))
    text = (
        f"Mirrored from left to right the light correlates by {across:.2f}, from top to bottom by {down:.2f}; edges agree by "
        f"{edges[0]:.2f} and {edges[1]:.2f}, dark shapes by {shapes[0]:.0f} % and {shapes[1]:.0f} %. "
        f"Red: where the halves beside the drawn axis differ."
    )
    marks = (shades(apart / 0.6, MISMATCH, (width, height)), Path((axis,), drawn(WHITE, LINE, (8, 4))))
    return Drawn(text, marks)


@evidence_map(
    "horizon",
    "Horizon",
    criterion="composition",
    features=(
        "horizon_strength",
        "horizon_height",
        "horizon_tilt",
        "horizon_thirds_distance",
        "visual_weight_deviation",
        "light_from_above",
    ),
)
def horizon_line(picture: Picture) -> Drawn:
    """The line that best parts sky and ground, against the lines of thirds."""
    width, height = working_size(picture)
    found = horizon(picture)
    if found.strength < 0.1:
        return Drawn(f"No horizon: no level line parts the frame in two (strength {found.strength:.2f}).", found=False)
    middle = (1 - found.height) * height
    rise = math.tan(math.radians(found.angle)) * width / 2
    sure = found.strength >= 0.3
    followed = _edge_along(picture, middle, found.angle)
    thirds = [line((0, y * height), (width, y * height)) for y in (1 / 3, 2 / 3)]
    marks: list[Mark] = [Path(tuple(thirds), drawn(WHITE, THIN, (2, 5)))]
    if abs(found.angle) >= 0.5:
        marks.append(segment(0, middle, width, middle, drawn(WHITE, THIN, (6, 4))))
    marks.append(
        segment(0, middle - rise, width, middle + rise, drawn(AMBER, LINE + 0.3, () if sure and followed >= 0.1 else (7, 5)))
    )
    turn = "" if abs(found.angle) < 0.05 else f"{abs(found.angle):.1f}\N{DEGREE SIGN}"
    if turn and height > 60:
        y = min(height - 10, max(10, middle + rise - 12))
        marks.append(label(width - 8, y, turn, anchor="end", colour=AMBER))
    side = "" if not turn else ", falling to the right" if found.angle > 0 else ", rising to the right"
    doubt = "" if sure else f" It is doubtful and counts in part, as a tilt of {horizon_tilt(picture):.1f} degrees."
    unseen = (
        ""
        if followed >= 0.1
        else " No straight edge runs along it: it parts the colours, and need not be the skyline (dashed)."
    )
    text = (
        f"A line at {percent(found.height)} of the height, tilted by {abs(found.angle):.1f} degrees{side}, parts the frame; "
        f"the two sides explain {percent(found.strength)} of the colour variance.{doubt}{unseen}"
    )
    return Drawn(text, tuple(marks))


def _edge_along(picture: Picture, middle: float, angle: float) -> float:
    """Length, in diagonals, of the straight edges within 2 % of the height and 6 degrees of a line through the frame."""
    width, height = working_size(picture)
    lines = straight_edges(picture)
    scale = width / lines.width
    split = middle + math.tan(math.radians(angle)) * (lines.x * scale - width / 2)
    near = (np.abs(lines.y * scale - split) < 0.02 * height) & (np.abs(lines.angle - angle) < 6)
    return float(lines.weight[near].sum())


@evidence_map(
    "vanishing_point",
    "Vanishing point",
    criterion="composition",
    features=("vanishing_point_strength", "vanishing_point_offset", "vanishing_point_on_subject"),
)
def vanishing_point(picture: Picture) -> Drawn:
    """The point on which edges converge, and the edges that aim at it."""
    strength, x, y = converging_lines(picture)
    if strength < 0.1:
        return Drawn(f"No vanishing point: the straight edges do not converge (strength {strength:.2f}).", found=False)
    lines = straight_edges(picture)
    scale = working_size(picture)[0] / lines.width
    bearing = np.degrees(np.arctan2(y - lines.y, x - lines.x))
    off = np.abs((lines.angle - bearing + 90) % 180 - 90)
    aimed = off < 3
    marks: list[Mark] = [*element_ticks(picture, aimed, drawn(SKY, 1.3))]
    marks += _rays(picture, aimed, (x * scale, y * scale))
    marks += cross_hair(x * scale, y * scale, AMBER, 9)
    where = "" if 0 <= x <= lines.width and 0 <= y <= lines.height else ", outside the frame"
    faint = "" if strength >= 0.4 else " That is little, and its place counts in part."
    text = (
        f"{percent(vanishing_point_strength(picture))} of the line length converges on one point{where}, at "
        f"{percent(x / lines.width)} "
        f"of the width and {percent(y / lines.height)} of the height.{faint}"
    )
    return Drawn(text, tuple(marks))


def _rays(picture: Picture, aimed: np.ndarray, point: tuple[float, float]) -> list[Mark]:
    """A few thin rays from the point through the directions that hold most edges."""
    lines = straight_edges(picture)
    scale = working_size(picture)[0] / lines.width
    x, y = lines.x[aimed] * scale, lines.y[aimed] * scale
    if not x.size:
        return []
    bearing = np.arctan2(y - point[1], x - point[0])
    bins = ((bearing + math.pi) / (2 * math.pi) * 72).astype(np.int64) % 72
    held = np.bincount(bins, lines.weight[aimed], 72)
    reach = np.zeros(72)
    np.maximum.at(reach, bins, np.hypot(x - point[0], y - point[1]))
    rays = []
    for k in np.argsort(-held)[:10]:
        if held[k] >= 0.2 * held.max():
            inside = bins == k
            turn = float(np.average(bearing[inside], weights=lines.weight[aimed][inside]))
            rays.append(line(point, (point[0] + reach[k] * math.cos(turn), point[1] + reach[k] * math.sin(turn))))
    return [Path(tuple(rays), drawn(WHITE, THIN, (5, 4)))]


@evidence_map(
    "space",
    "Empty and open space",
    criterion="composition",
    features=(
        "open_space",
        "empty_area",
        "dead_midtone_area",
        "negative_space_smoothness",
        "border_share",
        "edge_compactness",
    ),
)
def space(picture: Picture) -> Drawn:
    """Blocks that are calm, and those that hold nothing at all."""
    width, height = working_size(picture)
    spread = block_spread(picture)[1]
    calm = np.clip((5.5 - 255 * spread) / 3, 0, 1)
    empty, dead = flat_areas(picture)
    border = border_share(picture)
    framed = f" A plain border takes {percent(border)}." if border > 0 else ""
    text = (
        f"{percent(open_space(picture))} of the frame is open space (violet); {percent(empty)} holds nothing at all, "
        f"{percent(dead)} as flat midtones. Around the subject the frame is smooth by "
        f"{negative_space_smoothness(picture):.2f} of 1; "
        f"{percent(edge_compactness(picture))} lies outside the box that holds 98 % of the edges across and down.{framed}"
    )
    left, top, right, bottom = edge_box(picture)
    box = Box(left * width, top * height, (right - left) * width, (bottom - top) * height, drawn(WHITE, THIN + 0.2))
    return Drawn(text, (shades(calm, CALM, (width, height)), box))
