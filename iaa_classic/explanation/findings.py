"""What a sentence says of measured values: high or low, how much, and where in the frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..features import Feature, Picture
from .aspects import alike
from .wording import Wording

if TYPE_CHECKING:
    from .explanation import FeatureEffect

HIGH, LOW = 60.0, 40.0
"""Percentiles from which a value is said to be high, and up to which it is said to be low."""

PLAIN = 90.0
"""Percentile from which a value is plainly high, where the words have a milder form for less."""

MARKED = 25.0
"""Distance from the median, in percent, that a second finding must have."""

SHARE = 0.3
"""Share of the leading finding's effect that a second one must have."""

MOSTLY = 0.6
"""Share of the pixels that must lie in one third of the frame to say that they mostly do."""


@dataclass(frozen=True)
class Finding:
    """A clause on one feature; ``form`` is the form of the words: "high", "some", "low", "ordinary" or "value"."""

    feature: FeatureEffect
    form: str
    text: str


def find(
    members: Sequence[FeatureEffect],
    effect: float,
    shown: Sequence[str],
    records: dict[str, Feature],
    words: Wording,
    picture: Picture | None,
) -> list[Finding]:
    """One or two findings that speak for an effect: features that act in its direction, the strongest first.

    Those that show a fault (``shown``) come first. One whose value is neither high nor low leads only where no other does.
    """
    sign = 1 if effect > 0 else -1
    acting = sorted((one for one in members if sign * one.effect > 0), key=lambda one: -abs(one.effect))
    if effect < 0 and shown:
        acting.sort(key=lambda one: one.name not in shown)
    strongest = max(abs(one.effect) for one in acting)
    told = [one for one in acting if _side(one, records[one.name], sign) is not None]
    leads = [one for one in told if one.name in shown or abs(one.effect) >= SHARE * strongest] or told or acting
    lead = leads[0]
    findings = [_finding(lead, records[lead.name], sign, words, picture, leading=True)]
    for second in told:
        if second is not lead and _adds(second, lead):
            return [*findings, _finding(second, records[second.name], sign, words, picture)]
    return findings


def _adds(second: FeatureEffect, lead: FeatureEffect) -> bool:
    """Whether a second finding is strong enough to be said."""
    assert second.percentile is not None
    enough = abs(second.effect) >= SHARE * abs(lead.effect) and abs(second.percentile - 50) >= MARKED
    return enough and not alike(second.name, lead.name)


def _side(feature: FeatureEffect, record: Feature, sign: int) -> str | None:
    """ "high" or "low" where a value is either, and that is not against what photography knows of its effect."""
    if feature.percentile is None or math.isnan(feature.value) or LOW < feature.percentile < HIGH:
        return None
    side = "high" if feature.percentile >= HIGH else "low"
    if record.monotonic and record.monotonic * (1 if side == "high" else -1) != sign:
        return None
    return side


def _finding(
    feature: FeatureEffect, record: Feature, sign: int, words: Wording, picture: Picture | None, *, leading: bool = False
) -> Finding:
    """The clause; the leading one with how the value stands among photographs."""
    label = words.label(feature.name, feature.label)
    side = _side(feature, record, sign)
    if side is None:
        if math.isnan(feature.value) or feature.percentile is None:
            value = (
                words.message("critique.not_measured") if math.isnan(feature.value) else words.value(feature.value, record.unit)
            )
            return Finding(feature, "value", words.message("critique.ordinary_value", label=label, value=value))
        return Finding(feature, "ordinary", words.message("critique.ordinary", label=label))
    assert feature.percentile is not None
    form = "some" if side == "high" and feature.percentile < PLAIN and words.phrase(feature.name, "some") else side
    phrase = words.phrase(feature.name, f"{form}_{'helps' if sign > 0 else 'costs'}") or words.phrase(feature.name, form)
    assert phrase is not None
    rank = math.floor(min(99.0, feature.percentile if side == "high" else 100 - feature.percentile))
    share = words.message("numbers.percent", number=words.number(rank, 0))
    than = words.message("critique.than", share=share) if leading else words.message("critique.than_usual")
    text = phrase.replace("{value}", words.value(feature.value, record.unit)).replace("{than}", than)
    place = None if picture is None or side == "low" else where(feature.name, picture)
    if place is not None:
        text = words.message("where.place", finding=text, place=words.message(f"where.{place}"))
    if leading and "{than}" not in phrase:
        key = "more_so" if "{value}" not in phrase else "more" if side == "high" else "less"
        text = words.message("critique.evidence", finding=text, evidence=words.message(f"critique.{key}", share=share))
    return Finding(feature, form, text)


def where(name: str, picture: Picture) -> str | None:
    """The third of the frame that holds most of the pixels that a feature counts: "left", "right", "top", "bottom", "middle".

    None where they are spread, or for a feature that counts no pixels.
    """
    mask = _counted(name, picture)
    if mask is None or not mask.any():
        return None
    down = [float(part.sum()) for part in np.array_split(mask, 3, axis=0)]
    across = [float(part.sum()) for part in np.array_split(mask, 3, axis=1)]
    total = float(mask.sum())
    shares = {"top": down[0], "bottom": down[2], "left": across[0], "right": across[2]}
    best = max(shares, key=lambda place: shares[place])
    if shares[best] >= MOSTLY * total:
        return best
    rows, columns = (np.array_split(np.arange(side), 3)[1] for side in mask.shape)
    middle = float(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].sum()) if rows.size and columns.size else 0.0
    return "middle" if middle >= MOSTLY * total else None


def _counted(name: str, picture: Picture) -> NDArray[np.bool_] | None:
    """The pixels of the working scale that a feature counts, by the definition of the feature."""
    if name in ("clipped_highlights", "zone_10_share"):
        return np.asarray(np.rint(picture.luma * 255) >= 251)
    if name in ("clipped_shadows", "zone_0_share"):
        return np.asarray(np.rint(picture.luma * 255) <= 4)
    if name == "clipped_any_channel":
        return np.asarray((picture.rgb >= 251).any(axis=2))
    if name in ("clipped_red", "clipped_green", "clipped_blue"):
        return np.asarray(picture.rgb[..., ("clipped_red", "clipped_green", "clipped_blue").index(name)] >= 251)
    if name == "clipped_saturation":
        return np.asarray((picture.hsv[..., 1] > 0.95) & (picture.hsv[..., 2] > 0.3))
    return None
