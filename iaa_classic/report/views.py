"""What a page shows of one photograph, rounded and placed: the templates only write it down."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ..explanation import Explanation, FeatureEffect
from ..explanation.comparison import shown_effects
from ..explanation.explanation import quantity
from ..text import printable
from .previews import Preview

_PADDING = 0.06
"""Share of the waterfall's width that stays free on either side."""

REGION_EFFECTS = "region_effects"
"""Name of the overlay of region effects on a page."""

MAIN = ("thirds", "subject", "saliency", "balance", "horizon", "lines", "clipping", "focus", REGION_EFFECTS)
"""Overlays that stand first, each with a digit as its key; the others are offered by criterion."""

MAIN_CHARTS = ("histogram", "hue_wheel", "palette")
"""Charts that are always in sight."""

STRONGEST = 6
"""Features for and against that a page lists first."""


@dataclass(frozen=True)
class Step:
    """One criterion of the waterfall; places and lengths in percent of its width."""

    criterion: str
    cents: int
    mark: float
    left: float
    width: float
    end: float


@dataclass(frozen=True)
class Waterfall:
    """Effects of criteria, one after another, from the baseline to the score.

    ``cents`` are effects in hundredths of a point that sum to the shown score less the shown baseline.
    """

    baseline: float
    start: float
    score: float
    stop: float
    steps: tuple[Step, ...]
    ticks: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Influence:
    """One feature in a list; ``length`` is its effect in percent of the strongest, ``maps`` the maps that explain it."""

    feature: FeatureEffect
    measured: str
    length: float
    maps: tuple[str, ...]


@dataclass(frozen=True)
class DrawnMap:
    """One map as an SVG element: an overlay on the photograph or a chart beside it, with what it explains and says."""

    name: str
    title: str
    criterion: str
    description: str
    features: tuple[str, ...]
    overlay: bool
    found: bool
    svg: Markup


@dataclass(frozen=True)
class Said:
    """One sentence of the critique, and the maps of the features that it stands on."""

    text: str
    maps: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One suggestion with the pictures before and after; ``box`` is the crop in percent: left, top, width, height."""

    text: str
    gain: float
    score: float
    before: Preview
    after: Preview
    box: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class PhotoView:
    """All that the page of one photograph shows."""

    name: str
    explanation: Explanation
    picture: Preview
    remarks: tuple[Said, ...]
    warnings: tuple[str, ...]
    waterfall: Waterfall
    helping: tuple[Influence, ...]
    costing: tuple[Influence, ...]
    overlays: tuple[DrawnMap, ...]
    charts: tuple[DrawnMap, ...]
    changes: tuple[Change, ...] = ()

    @property
    def switches(self) -> list[tuple[int, DrawnMap]]:
        """The main overlays with their keys; a key means the same on every photograph."""
        named = {one.name: one for one in self.overlays}
        return [(key, named[name]) for key, name in enumerate(MAIN, start=1) if name in named]

    @property
    def further(self) -> list[tuple[str, list[DrawnMap]]]:
        """The other overlays, by criterion."""
        found: dict[str, list[DrawnMap]] = {}
        for one in self.overlays:
            if one.name not in MAIN:
                found.setdefault(one.criterion, []).append(one)
        return list(found.items())

    @property
    def main_charts(self) -> list[DrawnMap]:
        """The charts that are always in sight."""
        return [one for one in self.charts if one.name in MAIN_CHARTS]

    @property
    def further_charts(self) -> list[DrawnMap]:
        """The other charts."""
        return [one for one in self.charts if one.name not in MAIN_CHARTS]

    @property
    def place(self) -> float:
        """Where the score stands between the ends of the scale, in percent, held inside."""
        return self._along(self.explanation.score)

    @property
    def ordinary(self) -> float:
        """Where the baseline stands between the ends of the scale, in percent, held inside."""
        return self._along(self.explanation.baseline)

    def _along(self, value: float) -> float:
        low, high = self.explanation.scale
        return min(100.0, max(0.0, 100 * (value - low) / (high - low))) if high > low else 50.0


def photo_view(
    explanation: Explanation,
    picture: Preview,
    *,
    name: str,
    maps: Sequence[DrawnMap] = (),
    changes: Sequence[Change] = (),
    top: int = STRONGEST,
) -> PhotoView:
    """Put together what a page shows.

    Parameters
    ----------
    explanation : Explanation
    picture : Preview
        The photograph as the page shows it.
    name : str
        What the photograph is called on the page; its path is not shown.
    maps : sequence of DrawnMap
        Overlays and charts, in order.
    changes : sequence of Change
        What would help, the best first.
    top : int
        Features for and against that are listed.
    """
    longest = max((abs(feature.effect) for feature in explanation.features), default=0.0)
    of_feature: dict[str, list[str]] = {}
    for one in maps:
        for feature in one.features:
            of_feature.setdefault(feature, []).append(one.name)

    def influences(helping: bool) -> tuple[Influence, ...]:
        strongest = explanation.strongest(top, helping=helping)
        return tuple(influence(one, longest, of_feature.get(one.name, ())) for one in strongest)

    def said(text: str, features: Iterable[str]) -> Said:
        names = [name for feature in features for name in of_feature.get(feature, ())]
        return Said(text, tuple(dict.fromkeys(names)))

    return PhotoView(
        name=printable(name),
        explanation=explanation,
        picture=picture,
        remarks=tuple(said(remark.text, remark.features) for remark in explanation.critique()),
        warnings=tuple(map(printable, explanation.warnings)),
        waterfall=waterfall(explanation),
        helping=influences(True),
        costing=influences(False),
        overlays=tuple(one for one in maps if one.overlay),
        charts=tuple(one for one in maps if not one.overlay),
        changes=tuple(changes),
    )


def drawn_maps(maps: Iterable[Any]) -> tuple[DrawnMap, ...]:
    """Maps (``EvidenceMap``) as a page shows them."""
    return tuple(
        DrawnMap(
            *(one.name, one.title, one.criterion, one.description, tuple(one.features)),
            overlay=one.placement == "photograph",
            found=one.found,
            svg=Markup(one.to_svg()),
        )
        for one in maps
    )


def influence(feature: FeatureEffect, longest: float = 0.0, maps: Sequence[str] = ()) -> Influence:
    """One line of a list of features; its bar is as long as its effect is strong beside ``longest``."""
    length = 100 * abs(feature.effect) / longest if longest else 0.0
    return Influence(feature, quantity(feature), length, tuple(maps))


def waterfall(explanation: Explanation) -> Waterfall:
    """Place the effects one after another between the baseline and the score."""
    baseline = round(explanation.baseline, 2)
    cents = shown_effects(explanation)
    ends = [baseline]
    for cent in cents:
        ends.append(ends[-1] + cent / 100)
    low, high = min(ends), max(ends)
    reach = max(high - low, 0.5)
    low, high = (low + high - reach) / 2 - _PADDING * reach, (low + high + reach) / 2 + _PADDING * reach

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 3)

    steps = [
        Step(part.criterion, cent, part.mark, place(min(a, b)), abs(place(b) - place(a)), place(b))
        for part, cent, a, b in zip(explanation.criteria, cents, ends[:-1], ends[1:], strict=True)
    ]
    ticks = tuple((f"{value:g}", place(value)) for value in _ticks(low, high))
    return Waterfall(baseline, place(baseline), round(explanation.score, 2), place(ends[-1]), tuple(steps), ticks)


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers in between."""
    step = 10 ** math.floor(math.log10(high - low))
    for factor in (1, 0.5, 0.25, 0.2, 0.1):
        count = math.floor(high / (step * factor)) - math.ceil(low / (step * factor)) + 1
        if count >= 3:
            step *= factor
            break
    first = math.ceil(low / step)
    return [round(index * step, 6) for index in range(first, math.floor(high / step) + 1)]
