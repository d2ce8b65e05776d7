"""What photography knows against a fault: a sentence with an amount that follows from measured values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..features import Picture
from ..features.composition_horizon import horizon
from ..features.composition_lines import tilt_of_lines
from .frames import CLEAR_HORIZON, CLEAR_LINES, LEAST_TILT, MOST_TILT
from .wording import Wording

if TYPE_CHECKING:
    from .explanation import Explanation

Advice = tuple[str, tuple[str, ...]]

STOPS = (0.5, 4.0)
"""Change of exposure, in stops, that is worth naming, and the largest that is named."""


def remedy(aspect: str, effect: float, shown: Sequence[str], explanation: Explanation, words: Wording) -> Advice | None:
    """A sentence on what to do about an aspect that costs points, and the features that it stands on; None for nothing."""
    if effect >= 0:
        return None
    if aspect == "tilt":
        return _straighten(explanation, words)
    if aspect == "exposure" and shown:
        return _expose(explanation, words)
    if aspect in ("noise", "compression", "sharpening") and shown:
        return words.message(f"advice.{aspect}"), tuple(shown)
    return None


def _straighten(explanation: Explanation, words: Wording) -> Advice | None:
    """By how much to turn a picture whose horizon or lines are clearly tilted; which way, where the picture is at hand."""
    values = {feature.name: feature.value for feature in explanation.features}
    candidates = (
        ("horizon_tilt", "horizon_strength", CLEAR_HORIZON, "horizon", "turn"),
        ("frame_tilt", "line_alignment", CLEAR_LINES, "lines", "turn_lines"),
    )
    for tilt, trust, clear, key, turn in candidates:
        angle = values.get(tilt, math.nan)
        if not (LEAST_TILT <= angle <= MOST_TILT and values.get(trust, 0.0) >= clear):
            continue
        amount = words.quantity(angle, "degrees")
        if explanation.picture is None:
            return words.message(f"advice.{key}", amount=amount), (tilt, trust)
        way = "anticlockwise" if _signed(tilt, explanation.picture) > 0 else "clockwise"
        return words.message(f"advice.{turn}.{way}", amount=amount), (tilt, trust)
    return None


def _signed(tilt: str, picture: Picture) -> float:
    """The tilt with its sign: positive where a line that should be level falls to the right."""
    return horizon(picture).angle if tilt == "horizon_tilt" else tilt_of_lines(picture)[0]


def _expose(explanation: Explanation, words: Wording) -> Advice | None:
    """By how many stops a picture is away from the usual mean lightness."""
    from ..features import catalogue

    usual = catalogue()["mean_lightness"].baseline
    value = next((one.value for one in explanation.features if one.name == "mean_lightness"), math.nan)
    if usual is None or math.isnan(value):
        return None
    stops = math.log2(_luminance(usual.median) / _luminance(value))
    if abs(stops) < STOPS[0]:
        return None
    key = "advice.brighten" if stops > 0 else "advice.darken"
    rounded = min(STOPS[1], round(2 * abs(stops)) / 2)
    return words.message(key, amount=words.quantity(rounded, "stops")), ("mean_lightness",)


def _luminance(lightness: float) -> float:
    """Relative luminance of a CIE L*, at least that of L* = 1."""
    lightness = max(1.0, lightness)
    return float(((lightness + 16) / 116) ** 3 if lightness > 8 else lightness * 27 / 24389)
