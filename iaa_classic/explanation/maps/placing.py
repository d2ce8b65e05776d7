"""Maps of where the subject stands: thirds, golden section, frame and margins."""

from __future__ import annotations

from ...features import Picture
from ...features.composition import (
    GOLDEN,
    central_third,
    golden_section_distance,
    power_point_distance,
    subject_border_contact,
    subject_diagonal_distance,
    subject_margins,
    subject_side_room,
    thirds_fit,
)
from ...features.composition_lines import diagonal_line_fit
from ...features.saliency import subject
from .marks import Box, Circle, Mark, Path, line
from .pens import AMBER, SKY, THIN, WHITE, arrow, cross_hair, dot, drawn, label, percent, segment
from .registry import Drawn, evidence_map

NOTHING = "No subject stands out, so its place counts as the middle of the frame"


def grid(picture: Picture, section: float) -> list[Mark]:
    """Lines at ``section`` and 1 less it, across and down."""
    height, width = picture.rgb.shape[:2]
    upright = [line((x * width, 0), (x * width, height)) for x in (section, 1 - section)]
    level = [line((0, y * height), (width, y * height)) for y in (section, 1 - section)]
    return [Path((*upright, *level), drawn(WHITE, THIN + 0.2))]


def nearest(place: tuple[float, float], section: float) -> tuple[float, float]:
    """The crossing of the lines at ``section`` that is nearest to a place, both as shares of the frame."""
    x, y = (section if at <= 0.5 else 1 - section for at in place)
    return x, y


def _measured_from(picture: Picture, section: float) -> list[Mark]:
    """The subject's centroid, the crossings, and the way from one to the nearest."""
    height, width = picture.rgb.shape[:2]
    main = subject(picture)
    marks = grid(picture, section)
    for x in (section, 1 - section):
        for y in (section, 1 - section):
            marks.append(Circle(x * width, y * height, 4, drawn(WHITE, 1.2)))
    if main.found:
        x, y = main.centroid
        to_x, to_y = nearest(main.centroid, section)
        marks.append(segment(x * width, y * height, to_x * width, to_y * height, drawn(AMBER, 1.5)))
        marks += [*dot(to_x * width, to_y * height, 4.5), *cross_hair(x * width, y * height)]
    return marks


@evidence_map(
    "thirds",
    "Rule of thirds",
    criterion="composition",
    features=(
        "power_point_distance",
        "subject_thirds_distance_across",
        "subject_thirds_distance_down",
        "thirds_fit",
        "salient_upright_third",
        "salient_level_third",
        "salient_power_point",
    ),
)
def thirds(picture: Picture) -> Drawn:
    """Lines of thirds, the four power points, and the subject's centroid."""
    main = subject(picture)
    fit = f"the fit to the rule of thirds is {thirds_fit(picture):.2f} of 1"
    if not main.found:
        return Drawn(f"{NOTHING}; {fit}.", tuple(grid(picture, 1 / 3)), found=False)
    away = power_point_distance(picture)
    text = (
        f"The subject's centre stands at {percent(main.centroid[0])} of the width and {percent(main.centroid[1])} of the "
        f"height, {away:.2f} of the frame from the nearest power point; {fit}."
    )
    return Drawn(text, tuple(_measured_from(picture, 1 / 3)))


@evidence_map("golden_section", "Golden section", criterion="composition", features=("golden_section_distance",))
def golden_section(picture: Picture) -> Drawn:
    """Lines at the golden section, and the subject's centroid."""
    main = subject(picture)
    if not main.found:
        return Drawn(f"{NOTHING}.", tuple(grid(picture, GOLDEN)), found=False)
    text = f"The subject's centre stands {golden_section_distance(picture):.2f} of the frame from the nearest crossing."
    return Drawn(text, tuple(_measured_from(picture, GOLDEN)))


@evidence_map(
    "framing",
    "Room around the subject",
    criterion="composition",
    features=(
        "subject_side_margin",
        "subject_top_margin",
        "subject_bottom_margin",
        "subject_side_room",
        "subject_border_contact",
    ),
)
def framing(picture: Picture) -> Drawn:
    """The subject's box and its distances to the frame."""
    main = subject(picture)
    if not main.found:
        return Drawn("No subject stands out, so there is no room around it to measure.", found=False)
    height, width = picture.rgb.shape[:2]
    left, top, right, bottom = main.box
    x0, y0, x1, y1 = left * width, top * height, right * width, bottom * height
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    marks: list[Mark] = [Box(x0, y0, x1 - x0, y1 - y0, drawn(AMBER))]
    ways = (
        (x0, middle_y, 0.0, middle_y, left),
        (x1, middle_y, width, middle_y, 1 - right),
        (middle_x, y0, middle_x, 0.0, top),
        (middle_x, y1, middle_x, height, 1 - bottom),
    )
    for from_x, from_y, to_x, to_y, room in ways:
        if room >= 0.02:
            marks += arrow(from_x, from_y, to_x, to_y, drawn(WHITE, 1.2))
        if room >= 0.06:
            anchor = "start" if from_x == to_x else "middle"
            x, y = (from_x + to_x) / 2, (from_y + to_y) / 2
            marks.append(
                label(x + (6 if from_x == to_x else 0), y - (0 if from_x == to_x else 10), percent(room), anchor=anchor)
            )
    _, above, below = subject_margins(picture)
    text = (
        f"Beside the subject there is {percent(left)} of the width on the left and {percent(1 - right)} on the right, a "
        f"difference of {percent(subject_side_room(picture))}; above it {percent(above)} and below it {percent(below)} of "
        f"the height. {percent(subject_border_contact(picture))} of the frame's border cut through it."
    )
    return Drawn(text, tuple(marks))


@evidence_map(
    "diagonals",
    "Diagonals",
    criterion="composition",
    features=("subject_diagonal_distance", "diagonal_line_fit"),
)
def diagonals(picture: Picture) -> Drawn:
    """The frame's diagonals and the subject's centroid."""
    height, width = picture.rgb.shape[:2]
    main = subject(picture)
    marks: list[Mark] = [
        Path((line((0, 0), (width, height)), line((0, height), (width, 0))), drawn(WHITE, THIN + 0.2)),
    ]
    text = f"{percent(diagonal_line_fit(picture))} of the length of straight edges lies along a diagonal of the frame."
    if main.found:
        x, y = main.centroid
        # The foot of the perpendicular in the frame scaled to a unit square.
        foot = ((x + y) / 2,) * 2 if abs(x - y) <= abs(x + y - 1) else ((x - y + 1) / 2, (y - x + 1) / 2)
        marks.append(segment(x * width, y * height, foot[0] * width, foot[1] * height, drawn(AMBER, 1.3, (4, 3))))
        marks += cross_hair(x * width, y * height)
        away = subject_diagonal_distance(picture)
        text += f" The subject's centre is {away:.2f} of the frame from the nearer one."
    return Drawn(text, tuple(marks))


@evidence_map(
    "central_third",
    "Middle of the frame",
    criterion="composition",
    features=("central_third_hue", "central_third_saturation", "central_third_value"),
)
def middle_of_the_frame(picture: Picture) -> Drawn:
    """The middle ninth, whose mean colour is measured."""
    height, width = picture.rgb.shape[:2]
    hue, saturation, value = central_third(picture)
    text = (
        f"The middle ninth of the frame has a mean hue of {hue:.0f} degrees, a saturation of {percent(saturation)} and a "
        f"brightness of {percent(value)}."
    )
    return Drawn(text, (Box(width / 3, height / 3, width / 3, height / 3, drawn(SKY)),))
