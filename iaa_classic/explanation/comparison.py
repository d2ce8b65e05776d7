"""Why one of two photographs is preferred: differences of effects, which sum to the difference of the scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UserError
from .explanation import Explanation, FeatureEffect, quantity
from .rounding import wholes_summing_to

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "tie": "{a} and {b} score the same, {score_a}.",
    "preferred": "{a} is preferred to {b} by {by} points ({score_a} against {score_b}).",
    "for_one": "{criteria} speaks for it",
    "for_more": "{criteria} speak for it",
    "against_one": "{criteria} speaks against it",
    "against_more": "{criteria} speak against it",
    "leading": "In {criterion}, what does most for it is {feature} ({effect}): {value_a} against {value_b}.",
    "and": " and ",
    "comma": ", ",
    "semicolon": "; ",
}
"""The sentences, for Python and for the script of the page alike."""

_NAMED = 3
"""Criteria that a sentence names on either side."""


@dataclass(frozen=True)
class CriterionDifference:
    """Effects of one criterion on the preferred photograph and on the other, in points.

    ``shown`` holds both effects and their difference in hundredths of a point, rounded so that over all criteria they sum to
    the scores less the baseline, and to the difference of the scores, as these are shown to two digits.
    """

    criterion: str
    effects: tuple[float, float]
    shown: tuple[int, int, int]

    @property
    def difference(self) -> float:
        """Effect on the preferred photograph less that on the other, in points."""
        return self.effects[0] - self.effects[1]


@dataclass(frozen=True)
class FeatureDifference:
    """One feature as it was measured in the preferred photograph and in the other, with its effects."""

    preferred: FeatureEffect
    other: FeatureEffect

    @property
    def difference(self) -> float:
        """Effect on the preferred photograph less that on the other, in points."""
        return self.preferred.effect - self.other.effect

    def to_dict(self) -> dict[str, Any]:
        """Plain values; what could not be measured is ``None``."""
        both = (self.preferred, self.other)
        return {
            **{field: getattr(self.preferred, field) for field in ("name", "label", "criterion", "unit")},
            "values": [None if one.value != one.value else one.value for one in both],
            "percentiles": [one.percentile for one in both],
            "effects": [one.effect for one in both],
            "difference": self.difference,
        }


@dataclass(frozen=True)
class Comparison:
    """Two photographs under one model; of every pair of numbers, that of the preferred photograph comes first.

    ``sum(one.difference for one in criteria)`` is ``difference`` to 1e-9, and the differences of a criterion's features sum to
    that of the criterion to 1e-6.

    Attributes
    ----------
    sources : (str, str)
        The preferred photograph and the other.
    scores : (float, float)
        In points; the first is never the lower one.
    criteria : tuple of CriterionDifference
        The largest difference first.
    features : tuple of FeatureDifference
        The largest difference first.
    """

    sources: tuple[str, str]
    scores: tuple[float, float]
    criteria: tuple[CriterionDifference, ...]
    features: tuple[FeatureDifference, ...]

    @property
    def difference(self) -> float:
        """How much higher the preferred photograph scores, in points."""
        return self.scores[0] - self.scores[1]

    def leading(self) -> FeatureDifference | None:
        """The feature that does most for the preferred photograph inside the criterion that does most for it."""
        best = max(self.criteria, key=lambda one: one.shown[2], default=None)
        if best is None or best.shown[2] <= 0:
            return None
        return next(
            (one for one in self.features if one.preferred.criterion == best.criterion and one.difference > 0),
            None,
        )

    def sentences(self, names: tuple[str, str] | None = None) -> list[str]:
        """Why, in one to three sentences; the photographs are called ``names``, by their sources if left out."""
        a, b = names or self.sources
        score_a, score_b = (f"{score:.2f}" for score in self.scores)
        by = sum(one.shown[2] for one in self.criteria)
        first = WORDS["preferred" if by else "tie"]
        said = [first.format(a=a, b=b, by=f"{by / 100:.2f}", score_a=score_a, score_b=score_b)]
        sides = [_side("for", [one for one in self.criteria if one.shown[2] > 0])]
        sides += [_side("against", [one for one in self.criteria if one.shown[2] < 0])]
        if any(sides):
            text = WORDS["semicolon"].join(side for side in sides if side)
            said.append(text[0].upper() + text[1:] + ".")
        leading = self.leading()
        if leading is not None and by:
            criterion, feature = leading.preferred.criterion, leading.preferred.label
            values = {"value_a": quantity(leading.preferred), "value_b": quantity(leading.other)}
            effect = f"{leading.difference:+.2f}"
            said.append(WORDS["leading"].format(criterion=criterion, feature=feature, effect=effect, **values))
        return said

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "sources": list(self.sources),
            "scores": list(self.scores),
            "difference": self.difference,
            "criteria": [
                {"criterion": one.criterion, "effects": list(one.effects), "difference": one.difference}
                for one in self.criteria
            ],
            "features": [one.to_dict() for one in self.features],
            "sentences": self.sentences(),
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per feature, indexed by name: label, criterion, unit, values and effects of both, difference."""
        import pandas as pd

        rows = []
        for one in self.features:
            row = {field: getattr(one.preferred, field) for field in ("name", "label", "criterion", "unit")}
            for side, feature in (("preferred", one.preferred), ("other", one.other)):
                row |= {f"{side}_value": feature.value, f"{side}_effect": feature.effect}
            rows.append(row | {"difference": one.difference})
        return pd.DataFrame(rows).set_index("name")


def compare(first: Explanation, second: Explanation) -> Comparison:
    """Say why one of two photographs is preferred.

    Parameters
    ----------
    first, second : Explanation
        Of the same model, in any order; where both score the same, the first counts as preferred.

    Raises
    ------
    UserError
        If they are of different models.
    """
    others = {feature.name: feature for feature in second.features}
    if _model_of(first) != _model_of(second):
        raise UserError("the photographs are explained by different models; explain both with the same one")
    if second.score > first.score:
        return compare(second, first)
    shown = zip(shown_effects(first), shown_effects(second), strict=True)
    criteria = [
        CriterionDifference(a.criterion, (a.effect, b.effect), (left, right, left - right))
        for a, b, (left, right) in zip(first.criteria, second.criteria, shown, strict=True)
    ]
    return Comparison(
        sources=(first.source, second.source),
        scores=(first.score, second.score),
        criteria=tuple(sorted(criteria, key=lambda one: -abs(one.shown[2]))),
        features=tuple(
            sorted(
                (FeatureDifference(feature, others[feature.name]) for feature in first.features),
                key=lambda one: -abs(one.difference),
            )
        ),
    )


def shown_effects(explanation: Explanation) -> list[int]:
    """Effects of the criteria in hundredths of a point: rounded so that they sum to the score less the baseline as shown."""
    total = round(explanation.score, 2) - round(explanation.baseline, 2)
    return wholes_summing_to(total, [part.effect for part in explanation.criteria])


def _model_of(explanation: Explanation) -> tuple[object, ...]:
    """What explanations of one model have in common."""
    criteria = tuple(part.criterion for part in explanation.criteria)
    return explanation.baseline, explanation.scale, criteria, frozenset(feature.name for feature in explanation.features)


def _side(side: str, differences: Sequence[CriterionDifference]) -> str:
    """Criteria on one side, such as ``"colour (+0.73) and pattern (+0.19) speak for it"``; empty where there is none."""
    named = [f"{one.criterion} ({one.shown[2] / 100:+.2f})" for one in differences[:_NAMED]]
    if not named:
        return ""
    listed = WORDS["comma"].join(named[:-1])
    listed = listed + WORDS["and"] + named[-1] if listed else named[0]
    return WORDS[f"{side}_one" if len(named) == 1 else f"{side}_more"].format(criteria=listed)
