"""Maps of where the subject stands: thirds, golden section, frame and margins."""

from __future__ import annotations

from ...features import Picture
from ...features.composition import power_point_distance, thirds_fit
from ...features.saliency import Subject, subject
from .marks import Circle, Mark, Path, line
from .pens import AMBER, THIN, WHITE, cross_hair, dot, drawn, percent, segment
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
        marks.append(segment(x * width, y * height, to_x * width, to_y * height, drawn(AMBER, 1.3, (4, 3))))
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


def describe_place(main: Subject) -> str:
    """Where the subject's centre is, in plain words."""
    across = "left" if main.centroid[0] < 0.4 else "right" if main.centroid[0] > 0.6 else "middle"
    down = "upper" if main.centroid[1] < 0.4 else "lower" if main.centroid[1] > 0.6 else "middle"
    return {"middle middle": "middle"}.get(f"{down} {across}", f"{down} {across}")
