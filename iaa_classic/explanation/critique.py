"""The explanation in a few sentences, written from effects and measured values; nothing is added to them.

A sentence speaks of one aspect of one criterion (``aspects``): its findings are features with a share in the effect, said to be
high or low only where they stand so among the photographs that the model was fitted on, and its points are the sum of the
effects of the aspect's features. Technical faults come first (a value that photography calls bad, at the far end of what those
photographs show, and that costs points), then what else moves the score; each in the order of effect.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..features import Feature
from .aspects import FAULTS, aspect
from .findings import find
from .remedies import remedy
from .wording import Wording, wording

if TYPE_CHECKING:
    from .explanation import Explanation, FeatureEffect

SLIGHT = 0.05
"""Points below which an effect is not worth a sentence."""

SERIOUS = 0.2
"""Points that an aspect must cost to be named first as a fault."""

EXTREME = 97.0
"""Percentile, counted towards the bad side, from which a value shows a fault."""

MOST_FAULTS, MOST = 2, 4
"""Faults that are named first at most, and sentences beside a remedy."""


@dataclass(frozen=True)
class Remark:
    """One sentence of a critique, and what it stands on.

    Attributes
    ----------
    text : str
        The sentence.
    criterion : str or None
        The criterion that it speaks of; None for one about the whole picture.
    features : tuple of str
        The features whose values it restates, the leading one first.
    effect : float or None
        What it says is added to (or, if negative, taken from) the score, in points; None where it says nothing of points.
    aspect : str or None
        The aspect of the criterion whose features' effects sum to ``effect``.
    fault : bool
        Whether it names a technical fault.
    """

    text: str
    criterion: str | None
    features: tuple[str, ...]
    effect: float | None
    aspect: str | None = None
    fault: bool = False


@dataclass(frozen=True)
class _Group:
    """The features of one aspect of one criterion, and what they add up to."""

    criterion: str
    aspect: str
    members: tuple[FeatureEffect, ...]
    effect: float
    shown: tuple[str, ...]
    """Features that show it to be a fault."""


def critique(explanation: Explanation, language: str = "en") -> list[Remark]:
    """Two to five sentences on what decides the score; the first names a technical fault where there is one.

    Parameters
    ----------
    explanation : Explanation
    language : str
        Code of a language, or path of a language file.
    """
    words, records = wording(language), explanation.records()
    groups = _groups(explanation, records)
    chosen = _chosen(groups)
    remarks = [_remark(group, explanation, records, words) for group in chosen]
    if len(remarks) < 2:
        remarks.append(_standing(explanation, words))
    if len(remarks) < 2:
        least = words.quantity(SLIGHT, "points")
        remarks.append(Remark(words.message("critique.even", points=least), None, (), None))
    for group in chosen:
        advice = remedy(group.aspect, group.effect, group.shown, explanation, words)
        if advice is not None:
            text, features = advice
            remarks.append(Remark(text, group.criterion, features, None, group.aspect))
            break
    return remarks


def _groups(explanation: Explanation, records: dict[str, Feature]) -> list[_Group]:
    """All aspects, the strongest effect first."""
    members: dict[tuple[str, str], list[FeatureEffect]] = defaultdict(list)
    for feature in explanation.features:
        members[feature.criterion, aspect(feature.name)].append(feature)
    groups = []
    for (criterion, name), features in members.items():
        effect = math.fsum(feature.effect for feature in features)
        shown = tuple(feature.name for feature in features if _bad(feature, records[feature.name], name))
        groups.append(_Group(criterion, name, tuple(features), effect, shown))
    return sorted(groups, key=lambda group: -abs(group.effect))


def _bad(feature: FeatureEffect, record: Feature, name: str) -> bool:
    """Whether a feature's value shows a fault of its aspect."""
    if feature.name not in FAULTS.get(name, ()) or feature.percentile is None:
        return False
    worse = {"lower": feature.percentile, "higher": 100 - feature.percentile}
    return worse.get(record.direction, max(feature.percentile, 100 - feature.percentile)) >= EXTREME


def _chosen(groups: Sequence[_Group]) -> list[_Group]:
    """Faults first, then the strongest effects; where there is both, at least one that helps and one that costs."""
    faults = [group for group in groups if group.shown and group.effect <= -SERIOUS][:MOST_FAULTS]
    others = [group for group in groups if group not in faults and abs(group.effect) >= SLIGHT]
    chosen = [*faults, *others][:MOST]
    for sign in (1, -1):
        other_side = [group for group in others if sign * group.effect > 0]
        if len(chosen) == MOST and other_side and not any(sign * group.effect > 0 for group in chosen):
            chosen[-1] = other_side[0]
    return chosen


def _remark(group: _Group, explanation: Explanation, records: dict[str, Feature], words: Wording) -> Remark:
    findings = find(group.members, group.effect, group.shown, records, words, explanation.picture)
    said = words.listed([finding.text for finding in findings])
    verb = "critique.costs" if group.effect < 0 else "critique.helps"
    text = words.message(
        verb,
        findings=words.capitalised(said),
        points=words.quantity(abs(group.effect), "points"),
        criterion=words.message(f"criteria.{group.criterion}"),
    )
    features = tuple(finding.feature.name for finding in findings)
    return Remark(text, group.criterion, features, group.effect, group.aspect, bool(group.shown) and group.effect <= -SERIOUS)


def _standing(explanation: Explanation, words: Wording) -> Remark:
    """Where the score stands: what is left to say if nothing else is."""
    low, high = explanation.scale
    ends = {
        "score": words.number(explanation.score, 1),
        "low": words.number(low, 0 if low == round(low) else 2),
        "high": words.number(high, 0 if high == round(high) else 2),
    }
    if explanation.percentile is None:
        return Remark(words.message("critique.standing_alone", **ends), None, (), None)
    share = words.message("numbers.percent", number=words.number(math.floor(explanation.percentile), 0))
    return Remark(words.message("critique.standing", share=share, **ends), None, (), None)
