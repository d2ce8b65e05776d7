"""Maps of hue: the wheel with its best harmony template, and the plane of a* and b* with casts and toning."""

from __future__ import annotations

import colorsys
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ...features import Picture
from ...features.colour import colourfulness, mean_chroma
from ...features.colour_cast import cast_angle, colour_temperature, illuminant, tone_tints
from ...features.colour_harmony import best_template, hue_arc, hue_disharmony
from ...features.colour_histogram import colours, histograms
from ...features.colour_palette import palette
from .marks import INK, Circle, Mark, Path, coded, line
from .pens import AMBER, QUIET, SKY, arrow, note, percent, plain, segment
from .registry import Drawn, evidence_map

TEMPLATE_NAMES = {
    "i": "one narrow band",
    "I": "two opposite narrow bands",
    "V": "a quarter of the wheel",
    "L": "a right angle",
    "Y": "a quarter and its opposite",
    "T": "one half of the wheel",
    "X": "two opposite quarters",
}
SIDE, CENTRE, OUTER, RING, HUB = 280, 140.0, 128.0, 108.0, 34.0


def _at(hue: float, radius: float) -> tuple[float, float]:
    """Place of a hue on the wheel: red on the right, counter-clockwise through yellow and green."""
    return CENTRE + radius * math.cos(math.radians(hue)), CENTRE - radius * math.sin(math.radians(hue))


def _sector(first: float, last: float, inner: float, outer: float) -> NDArray[np.float64]:
    """The polygon of a sector of a ring."""
    steps = max(2, math.ceil((last - first) / 6) + 1)
    turns = np.linspace(first, last, steps)
    return line(*(_at(hue, outer) for hue in turns), *(_at(hue, inner) for hue in turns[::-1]))


@evidence_map(
    "hue_wheel",
    "Colour harmony",
    criterion="colour",
    placement="beside",
    features=(
        "hue_disharmony",
        "template_width",
        "hue_arc",
        "template_small_i_deviation",
        "template_capital_i_deviation",
        "template_v_deviation",
        "template_l_deviation",
        "template_y_deviation",
        "template_t_deviation",
        "template_x_deviation",
        "hue_cosine",
        "hue_sine",
        "hue_concentration",
        "hue_polarity",
        "hue_count",
        "hue_entropy",
        "warm_colours",
        "cold_colours",
        "itten_hue_contrast",
        "itten_warm_cold_contrast",
        "itten_complementary_contrast",
        "datta_colourfulness",
        "colour_entropy",
    ),
)
def hue_wheel(picture: Picture) -> Drawn:
    """The picture's saturation by hue inside a wheel of hues, over the template that fits best."""
    counted = histograms(picture)
    total = float(counted.hues.sum())
    marks: list[Mark] = []
    for hue in range(0, 360, 6):
        colour = coded(colorsys.hsv_to_rgb((hue + 3) / 360, 0.75, 0.92))
        marks.append(Path((_sector(hue - 0.3, hue + 6.3, RING + 2, OUTER),), None, colour, closed=True))
    if total < 0.001 * counted.pixels:
        marks.append(Circle(CENTRE, CENTRE, RING, plain(QUIET, 0.8)))
        return Drawn("The picture has no hue: it is black, white and grey.", tuple(marks), found=False, size=(SIDE, SIDE))
    best = best_template(picture)
    for centre, width in best.sectors:
        sector = _sector(centre - width / 2, centre + width / 2, HUB, RING)
        marks.append(Path((sector,), plain(QUIET, 1.2), QUIET + "38", closed=True))
    weights = counted.hues.reshape(90, 4).sum(axis=1)
    longest = float(weights.max())
    for place, weight in enumerate(weights):
        if weight > 0.002 * longest:
            colour = coded(colorsys.hsv_to_rgb((4 * place + 2) / 360, 0.8, 0.85))
            reach = HUB + (RING - HUB - 2) * float(weight) / longest
            marks.append(Path((_sector(4 * place, 4 * place + 4, HUB, reach),), None, colour, closed=True))
    marks.append(Circle(CENTRE, CENTRE, HUB, plain(QUIET, 0.8)))
    inside = 100 * (1 - hue_disharmony(picture))
    text = (
        f"Of the harmonic templates {TEMPLATE_NAMES[best.name]} (type {best.name}) fits the hues best, with a deviation of "
        f"{best.deviation:.1f} degrees: they are {inside:.0f} % nearer to it than evenly spread hues. Nine tenths of the "
        "colour lie "
        f"within {hue_arc(picture):.0f} degrees of the wheel."
    )
    return Drawn(text, tuple(marks), size=(SIDE, SIDE))


@evidence_map(
    "colour_plane",
    "Colour cast and toning",
    criterion="colour",
    placement="beside",
    features=(
        "cast_angle",
        "cast_tint",
        "colour_temperature",
        "grey_world_angle",
        "toning_warmth",
        "split_toning",
        "mean_lab_a",
        "mean_lab_b",
        "deviation_lab_a",
        "deviation_lab_b",
        "mean_chroma",
        "chroma_deviation",
        "colourfulness",
        "monochrome_degree",
    ),
)
def colour_plane(picture: Picture) -> Drawn:
    """The palette on the plane of a* (green to red) and b* (blue to yellow), with arrows for cast and toning."""
    held = palette(picture)
    light = _light_of(illuminant(picture))
    shadows, highlights = tone_tints(picture)
    mean = colours(picture).share @ colours(picture).lab[:, 1:]
    points = [*held.lab[:, 1:], light, shadows, highlights, mean]
    reach = max(20.0, 1.15 * max(float(np.abs(point).max()) for point in points))
    scale = (CENTRE - 26) / reach

    def at(ab: NDArray[np.float64]) -> tuple[float, float]:
        return CENTRE + scale * float(ab[0]), CENTRE - scale * float(ab[1])

    marks: list[Mark] = [Circle(CENTRE, CENTRE, scale * ring, plain(QUIET + "80", 0.6)) for ring in _rings(reach)]
    edge = CENTRE - 24
    marks.append(segment(CENTRE - edge, CENTRE, CENTRE + edge, CENTRE, plain(QUIET, 0.8)))
    marks.append(segment(CENTRE, CENTRE - edge, CENTRE, CENTRE + edge, plain(QUIET, 0.8)))
    marks += [note(SIDE - 2, CENTRE - 8, "red", size=10, anchor="end"), note(2, CENTRE - 8, "green", size=10)]
    marks += [note(CENTRE + 5, 10, "yellow", size=10), note(CENTRE + 5, SIDE - 8, "blue", size=10)]
    for lab, share in sorted(zip(held.lab, held.share, strict=True), key=lambda pair: -pair[1]):
        x, y = at(lab[1:])
        marks.append(Circle(x, y, 3 + 26 * math.sqrt(share), plain(QUIET, 0.7), shown(lab)))
    if np.hypot(*light) >= 1.5:
        marks += arrow(CENTRE, CENTRE, *at(light), plain(INK, 2.0), 8)
    if np.hypot(*(highlights - shadows)) >= 3:
        marks += arrow(*at(shadows), *at(highlights), plain(AMBER, 2.0), 8)
    marks.append(Circle(*at(mean), 3.2, plain(INK, 1.2), SKY))
    kelvin = 1e6 / colour_temperature(picture)
    text = (
        f"The light is {cast_angle(picture):.1f} degrees away from neutral, about {round(kelvin, -2):.0f} K (arrow from the "
        "middle); "
        f"the mean chroma is {mean_chroma(picture):.0f}, the colourfulness {colourfulness(picture):.0f}. From shadows to "
        f"lights the tone moves by {float(np.hypot(*(highlights - shadows))):.0f} (amber arrow); the blue point is the mean "
        "colour. "
        f"Discs: the palette, {percent(float(held.share[0]))} in the largest."
    )
    return Drawn(text, tuple(marks), size=(SIDE, SIDE))


def _rings(reach: float) -> list[float]:
    step = 10 if reach < 45 else 20 if reach < 90 else 40
    return [float(ring) for ring in range(step, math.floor(reach) + 1, step)]


def _light_of(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    """(a*, b*) of a light of this linear colour, as bright as a grey card under it."""
    grey = linear / float(linear @ np.array([0.2126, 0.7152, 0.0722])) * 0.18
    code = np.where(grey <= 0.0031308, 12.92 * grey, 1.055 * np.maximum(grey, 0) ** (1 / 2.4) - 0.055)
    lab = cv2.cvtColor(np.clip(code, 0, 1).astype(np.float32)[None, None], cv2.COLOR_RGB2Lab)
    return np.asarray(lab[0, 0, 1:], dtype=np.float64)


def shown(lab: NDArray[np.float64]) -> str:
    """The colour of CIE L*a*b* values, cut to what a screen shows."""
    rgb = cv2.cvtColor(np.asarray(lab, dtype=np.float32)[None, None], cv2.COLOR_Lab2RGB)[0, 0]
    return coded([float(channel) for channel in rgb])
