"""Which changes are tried for a photograph, and how the best amount of each is found with few measurements.

Light, colour and detail are tried step by step in both directions, further only while the score rises. Large pictures are
searched at a reduced size; what is promised is always measured on the full pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from .. import retouching
from .frames import Box, Guarded, crops, tilts
from .judging import Judge, Pixels
from .regions import reduced

GUESS_SIDE = 768
"""Long side, in pixels, at which larger pictures are searched."""

NOISY = 3.0
"""Standard deviation of the noise, in 8-bit levels, from which reducing it is tried."""

DENOISED_PIXELS = 6_000_000
"""Pixels above which noise is not reduced: it would take longer than all the rest."""

MOST_TOGETHER = 4
"""Changes that are made together at most."""

_ORDER = (
    *("straighten", "crop", "denoise", "exposure", "contrast", "shadows", "highlights", "warmth", "saturation"),
    *("black_and_white", "corners", "sharpen"),
)
"""The order in which changes are made, that of a photographer's work."""


@dataclass(frozen=True)
class Kind:
    """A change of one amount: what does it, its unit, and the amounts that are tried, by growing size on either side of 0."""

    function: Callable[[Pixels, float], Pixels]
    unit: str
    amounts: tuple[float, ...]


def _both(*amounts: float) -> tuple[float, ...]:
    return (*amounts, *(-amount for amount in amounts))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "exposure": Kind(retouching.expose, "stops", _both(0.25, 0.5, 0.75, 1.0, 1.5)),
        "contrast": Kind(retouching.contrast, "percent", _both(15, 30, 45)),
        "shadows": Kind(retouching.shadows, "percent", _both(15, 30, 45)),
        "highlights": Kind(retouching.highlights, "percent", _both(15, 30, 45)),
        "warmth": Kind(retouching.warm, "mired", _both(10, 20, 30)),
        "saturation": Kind(retouching.saturation, "percent", _both(10, 20, 30)),
        "black_and_white": Kind(retouching.saturation, "percent", (-100,)),
        "sharpen": Kind(retouching.sharpen, "percent", (40, 80)),
        "denoise": Kind(retouching.denoise, "levels", (4, 8, 12)),
        "corners": Kind(retouching.corners, "stops", _both(0.25, 0.5, 0.75)),
        "straighten": Kind(retouching.straighten, "degrees", ()),
    }
)
"""Changes of one amount. Amounts are bounded to what leaves the photograph the same photograph."""


@dataclass(frozen=True)
class Change:
    """One change of a picture: its kind, amount and unit; ``box`` is what a crop keeps, in shares of the frame."""

    name: str
    amount: float
    unit: str
    box: Box | None = None

    def apply(self, rgb: Pixels) -> Pixels:
        """The changed pixels, uint8 (H, W, 3); ``rgb`` is not modified."""
        if self.box is not None:
            return retouching.crop(rgb, *self.box)
        return KINDS[self.name].function(rgb, self.amount)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        box = None if self.box is None else list(self.box)
        return {"name": self.name, "amount": self.amount, "unit": self.unit, "box": box}


@dataclass(frozen=True)
class Finding:
    """Changes that were made together, and the score of the full picture after them."""

    changes: tuple[Change, ...]
    score: float


class Search:
    """The search for changes that help one photograph.

    Parameters
    ----------
    judge : Judge
    rgb : ndarray of uint8, shape (H, W, 3)
    least_gain : float
        Points that a finding must gain.
    face_detector
        As for ``explain``: what finds the faces that no crop may cut.
    """

    def __init__(self, judge: Judge, rgb: Pixels, least_gain: float, face_detector: Any) -> None:
        self._judge, self._rgb, self._least = judge, rgb, least_gain
        self._small = reduced(rgb, GUESS_SIDE)
        self._picture = judge.picture(self._small)
        self._guarded = Guarded.of(self._small, face_detector)

    def run(self, advance: Callable[[], object], *, together: bool) -> tuple[float, list[Finding]]:
        """Score as it is, and what helps, best first; ``advance`` is called after each measurement."""
        self._advance = advance
        before = self._score(self._rgb)
        self._start = before if self._small is self._rgb else self._score(self._small)
        singles = [found for guess in self._guesses() if (found := self._confirmed((guess,), before)) is not None]
        singles.sort(key=lambda finding: -finding.score)
        joint = self._together(singles) if together else None
        return before, [*([joint] if joint else []), *singles]

    def _score(self, rgb: Pixels) -> float:
        score = self._judge.score(rgb)
        self._advance()
        return score

    def _guesses(self) -> Iterator[Change]:
        """The most promising change of each kind."""
        for name, kind in KINDS.items():
            best = self._climbed(name, kind)
            if best is not None:
                yield best
        framed = [Change("crop", (b[2] - b[0]) * (b[3] - b[1]), "share of the frame", b) for b in crops(self._guarded)]
        if framed:
            scores = [self._score(change.apply(self._small)) for change in framed]
            best_frame = int(np.argmax(scores))
            if scores[best_frame] > self._start:
                yield framed[best_frame]

    def _climbed(self, name: str, kind: Kind) -> Change | None:
        """The best amount of a kind, going on in each direction only while the score rises."""
        best, best_score = None, self._start
        for side in (1, -1):
            last = self._start
            for amount in self._amounts(name, kind):
                if amount * side <= 0:
                    continue
                change = Change(name, amount, kind.unit)
                score = self._score(change.apply(self._small))
                if score <= last:
                    break
                last = score
                if score > best_score:
                    best, best_score = change, score
        return best

    def _amounts(self, name: str, kind: Kind) -> tuple[float, ...]:
        if name == "straighten":
            return tilts(self._picture)
        if name == "denoise":
            from ..features import catalogue

            noisy = catalogue()["luma_noise"].function(self._judge.picture(self._rgb)) >= NOISY
            return kind.amounts if noisy and self._rgb.shape[0] * self._rgb.shape[1] <= DENOISED_PIXELS else ()
        return kind.amounts

    def _confirmed(self, changes: tuple[Change, ...], before: float) -> Finding | None:
        """What the changes do to the full pixels, if it is worth it."""
        rgb = self._rgb
        for change in changes:
            rgb = change.apply(rgb)
        score = self._score(rgb)
        return Finding(changes, score) if score - before >= self._least else None

    def _together(self, singles: list[Finding]) -> Finding | None:
        """Changes added one by one, the best first, as long as each raises the score by enough."""
        if len(singles) < 2:
            return None
        best = singles[0]
        for finding in singles[1:]:
            [change] = finding.changes
            if len(best.changes) == MOST_TOGETHER or not _compatible(change, best.changes):
                continue
            changes = tuple(sorted((*best.changes, change), key=lambda one: _ORDER.index(one.name)))
            best = self._confirmed(changes, best.score) or best
        return best if len(best.changes) > 1 else None


def _compatible(change: Change, others: tuple[Change, ...]) -> bool:
    """Whether a change makes sense after the others: one frame, and no colour work on a black-and-white picture."""
    names = {change.name, *(other.name for other in others)}
    if "black_and_white" in names and names & {"saturation", "warmth"}:
        return False
    return not {"straighten", "crop"} <= names
