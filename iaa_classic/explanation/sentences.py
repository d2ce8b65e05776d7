"""Plain words for an explanation. Every clause restates numbers of the explanation; nothing is added to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .explanation import CriterionEffect, Explanation, FeatureEffect

_SLIGHT = 0.05
"""Effects smaller than this many points are not worth a sentence."""


def sentences(explanation: Explanation) -> list[str]:
    """Two or three sentences: where the score stands, what helps most, what costs most; and whom it resembles, if known."""
    low, high = explanation.scale
    opening = f"It scores {explanation.score:.1f} on a scale from {round(low, 2):g} to {round(high, 2):g}"
    if explanation.percentile is not None:
        opening += f", better than {explanation.percentile:.0f} % of the photographs that the model was fitted on"
    ranked = sorted(explanation.criteria, key=lambda part: part.effect)
    said = [opening + "."]
    best, worst = ranked[-1], ranked[0]
    if best.effect >= _SLIGHT:
        said.append(_clause(explanation, best, "helps it most"))
    if worst.effect <= -_SLIGHT:
        said.append(_clause(explanation, worst, "costs it most"))
    if len(said) == 1:
        said.append("No criterion sets it apart from the average of those photographs.")
    if explanation.alike:
        shown = ", ".join(f"{one.name} (rated {one.rating:.1f})" for one in explanation.alike[:3])
        said.append(f"Learned content was taught by photographs; those most like this one: {shown}.")
    return said


def _clause(explanation: Explanation, part: CriterionEffect, verb: str) -> str:
    sign = 1 if part.effect > 0 else -1
    own = [feature for feature in explanation.features if feature.criterion == part.criterion]
    leading = [feature for feature in own if sign * feature.effect > 0 and sign * feature.effect >= 0.1 * abs(part.effect)]
    text = f"{part.criterion.capitalize()} {verb} ({part.effect:+.2f} points)"
    if leading:
        text += ", above all " + " and ".join(_measured(feature) for feature in leading[:2])
    return text + "."


def _measured(feature: FeatureEffect) -> str:
    place = ""
    if feature.percentile is not None and feature.percentile >= 50:
        place = f", higher than in {feature.percentile:.0f} % of them"
    elif feature.percentile is not None:
        place = f", lower than in {100 - feature.percentile:.0f} % of them"
    return f"{feature.label} ({quantity(feature)}{place})"


def quantity(feature: FeatureEffect) -> str:
    """A measured value with its unit, rounded for reading: ``"12 % of pixels"``, ``"3.1 bits"``."""
    if feature.value != feature.value:
        return "not measured"
    if feature.unit.startswith("share"):
        return f"{100 * feature.value:.3g} %" + feature.unit.removeprefix("share")
    number = f"{feature.value:.3g}"
    return number if feature.unit in ("1", "") else f"{number} {feature.unit}"
