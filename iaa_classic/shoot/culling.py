"""A proposal for a shoot: which frames to keep, which stand by, which could go, and why. Nothing is moved or deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from .frames import Frame
from .grouping import Group, group_frames
from .presets import PRESETS, Preset
from .ranking import VISIBLE, Standing, compare
from .selection import diverse, likeness, wanted_count
from .sidecars import LABEL, OUR_RATING, RATING, REJECTED
from .xmp import OURS, Name

if TYPE_CHECKING:
    import pandas as pd

    from ..models import AdditiveModel

Decision = Literal["pick", "alternate", "reject", "series"]
DECISIONS: tuple[Decision, ...] = ("pick", "alternate", "reject", "series")
LABELS: dict[str, str] = {"pick": "Green", "alternate": "Yellow", "reject": "Red", "series": "Blue"}

Measure = Callable[[Sequence[str]], "pd.DataFrame"]
"""Features of photographs, one row each in the order given, indexed by path; NaN where one could not be measured."""


@dataclass(frozen=True)
class Choice:
    """What is proposed for one frame.

    Attributes
    ----------
    path, companions
        As in ``Frame``.
    group : int
        Number of its group, from 1, in the order of time; 0 for a frame that could not be read.
    kind : str
        Of the group: "single", "burst", "bracket", "focus stack" or "panorama".
    place : int
        Rank in its group, 1 is best; in a series the order of time.
    decision : str
        "pick"; "alternate": stands by; "reject": could go; "series": belongs to others and is never rejected.
    rating : int
        Stars from 1 to 5, -1 for "reject".
    reasons : tuple of str
        Why, in words.
    score : float
        Of the model, NaN where the frame was not measured: of frames of one view only the best is, unless asked for.
    marks : mapping
        Marks of the criteria, 0 to 100; empty where not measured.
    steps : float
        How far behind the best of its group, in just noticeable steps.
    error : str
        Why the frame could not be read.
    """

    path: str
    companions: tuple[str, ...] = ()
    group: int = 0
    kind: str = "single"
    place: int = 1
    decision: Decision = "alternate"
    rating: int = 0
    reasons: tuple[str, ...] = ()
    score: float = float("nan")
    marks: Mapping[str, float] = field(default_factory=dict)
    steps: float = 0.0
    error: str = ""

    def properties(self) -> dict[Name, str]:
        """XMP properties of the frame's sidecar."""
        values: dict[Name, str] = {RATING: str(self.rating), LABEL: LABELS[self.decision]}
        own = {
            "rating": str(self.rating),
            "decision": self.decision,
            "decidedBy": "proposal",
            "group": str(self.group),
            "kind": self.kind,
            "reasons": "; ".join(self.reasons),
        }
        if self.score == self.score:
            own["score"] = f"{self.score:.2f}"
        own |= {name: f"{mark:.0f}" for name, mark in self.marks.items()}
        assert (OURS, "rating") == OUR_RATING
        return values | {(OURS, name): value for name, value in own.items()}


@dataclass
class _Candidate:
    """A frame that may be picked: its position, its group, and how it stands there."""

    frame: int
    group: int
    place: int
    steps: float


def cull(
    frames: Sequence[Frame],
    measure: Measure,
    model: AdditiveModel,
    *,
    keep: str | None = None,
    least: Mapping[str, float] | None = None,
    preset: str | Preset = "any",
    diversity: float | None = None,
    measure_all: bool = False,
) -> list[Choice]:
    """Propose what to keep of a shoot; one ``Choice`` per frame, in their order.

    Parameters
    ----------
    frames : sequence of Frame
    measure : callable
        Gives the model's features of some of the frames.
    model : AdditiveModel
        Compares views with each other; frames of one view are compared without it.
    keep : str, optional
        How many frames to pick: ``"20"`` or ``"15%"``. Without it the best of every view is picked.
    least : mapping, optional
        Lowest marks of a pick by criterion; with it all frames are measured.
    preset : str or Preset
        Genre, a key of ``PRESETS``.
    diversity : float, optional
        0 to 1; that of the preset if left out.
    measure_all : bool
        Whether all frames get scores and marks, not the candidates alone.

    Raises
    ------
    UserError
        If ``keep`` makes no sense.
    """
    genre = PRESETS[preset] if isinstance(preset, str) else preset
    least = least or {}
    usable = [frame for frame in frames if frame.look is not None]
    count = wanted_count(keep, len(usable))
    groups = group_frames(frames)
    standings = [_standings(frames, group, genre) for group in groups]
    choices = [Choice(frame.path, frame.companions, error=frame.error) for frame in frames]
    candidates = _candidates(frames, groups, standings, deep=bool(least) or (count or 0) > len(groups))
    wanted = (
        [at for at, frame in enumerate(frames) if frame.look is not None]
        if measure_all or least
        else [candidate.frame for candidate in candidates]
    )
    worth = _Worth(frames, wanted, measure, model, genre)
    picked = _picked(candidates, groups, worth, count, least, genre.diversity if diversity is None else diversity, frames)
    for number, (group, stands) in enumerate(zip(groups, standings, strict=True), start=1):
        for at, choice in _told(frames, group, stands, number, picked, worth, least).items():
            choices[at] = choice
    return choices


def _standings(frames: Sequence[Frame], group: Group, genre: Preset) -> list[Standing]:
    if group.kind != "burst":
        return [Standing(0.0, 0.0) for _ in group.members]
    return compare([frames[at] for at in group.members], group.shifts, genre.aspects)


def _ranked(standings: Sequence[Standing]) -> list[int]:
    return sorted(range(len(standings)), key=lambda row: standings[row].cost)


def _representative(frames: Sequence[Frame], group: Group) -> int:
    """The frame that stands for a series: the middle exposure of a bracket, the middle one of a stack, the first otherwise."""
    members = group.members
    if group.kind == "bracket":
        biases = [frames[at].capture.bias for at in members]
        if all(bias is not None for bias in biases):
            return members[
                int(np.argmin(np.abs(np.array(biases, dtype=float) - float(np.median(np.array(biases, dtype=float))))))
            ]
        light = [int(np.median(look.luma)) for look in (frames[at].look for at in members) if look is not None]
        return members[int(np.argsort(light)[len(light) // 2])]
    return members[len(members) // 2] if group.kind == "focus stack" else members[0]


def _candidates(
    frames: Sequence[Frame], groups: Sequence[Group], standings: Sequence[Sequence[Standing]], *, deep: bool
) -> list[_Candidate]:
    """The best of every group; with ``deep`` also those that are nearly as good, after all of the best."""
    found: list[_Candidate] = []
    further: list[_Candidate] = []
    for number, (group, stands) in enumerate(zip(groups, standings, strict=True)):
        if group.is_series:
            found.append(_Candidate(_representative(frames, group), number, 0, 0.0))
            continue
        order = _ranked(stands)
        for place, row in enumerate(order):
            steps = stands[row].cost - stands[order[0]].cost
            if place == 0:
                found.append(_Candidate(group.members[row], number, 0, 0.0))
            elif deep and steps < VISIBLE:
                further.append(_Candidate(group.members[row], number, place, steps))
    return found + further


class _Worth:
    """Scores, marks and relevance of measured frames."""

    def __init__(
        self, frames: Sequence[Frame], wanted: Sequence[int], measure: Measure, model: AdditiveModel, genre: Preset
    ) -> None:
        self.features: dict[int, NDArray[np.float64]] = {}
        self.score: dict[int, float] = {}
        self.marks: dict[int, dict[str, float]] = {}
        self.relevance: dict[int, float] = {}
        if not wanted:
            return
        X = measure([frames[at].path for at in wanted])
        known = ~X.isna().all(axis=1).to_numpy()
        rows = np.flatnonzero(known)
        if not len(rows):
            return
        X = X.iloc[rows].reset_index(drop=True)
        scores, marks, effects = model.predict(X), model.marks(X), model.breakdown(X)
        factors = np.array([genre.criteria.get(str(name), 1.0) for name in effects.columns])
        relevance = effects.to_numpy() @ factors
        for row, at in enumerate(wanted[int(position)] for position in rows):
            self.features[at] = X.iloc[row].to_numpy(dtype=float)
            self.score[at] = float(scores[row])
            self.marks[at] = {str(name): float(value) for name, value in marks.iloc[row].items()}
            self.relevance[at] = float(relevance[row])

    def passes(self, at: int, least: Mapping[str, float]) -> bool:
        """Whether the marks of a frame reach the thresholds."""
        return all(self.marks.get(at, {}).get(name, -1.0) >= mark for name, mark in least.items())


def _picked(
    candidates: list[_Candidate],
    groups: Sequence[Group],
    worth: _Worth,
    count: int | None,
    least: Mapping[str, float],
    diversity: float,
    frames: Sequence[Frame],
) -> dict[int, float]:
    """Frames that are picked, with their relevance."""
    open_ones = [item for item in candidates if worth.passes(item.frame, least)]
    if count is None:
        first: dict[int, _Candidate] = {}
        for item in open_ones:
            first.setdefault(item.group, item)
        return {item.frame: worth.relevance.get(item.frame, 0.0) for item in first.values()}
    best = [item for item in open_ones if item.frame in worth.relevance]
    chosen: dict[int, float] = {}
    taken: set[int] = set()
    while len(chosen) < count and best:
        # one of each view first; further frames of a view only when there are no other views left
        heads: dict[int, _Candidate] = {}
        for item in best:
            if item.group not in taken:
                heads.setdefault(item.group, item)
        if not heads:
            taken.clear()
            continue
        row = list(heads.values())
        relevance = np.array([worth.relevance[item.frame] for item in row])
        hashes = np.array([frames[item.frame].look.phash for item in row], dtype=np.uint64)  # type: ignore[union-attr]
        features = np.array([worth.features[item.frame] for item in row])
        for place in diverse(relevance, likeness(hashes, features), count - len(chosen), diversity):
            chosen[row[place].frame] = worth.relevance[row[place].frame]
            taken.add(row[place].group)
        best = [item for item in best if item.frame not in chosen]
    return chosen


def _told(
    frames: Sequence[Frame],
    group: Group,
    standings: Sequence[Standing],
    number: int,
    picked: Mapping[int, float],
    worth: _Worth,
    least: Mapping[str, float],
) -> dict[int, Choice]:
    """The choices of a group, with reasons."""
    told: dict[int, Choice] = {}
    order = list(range(len(group.members))) if group.kind != "burst" else _ranked(standings)
    chosen = [at for at in group.members if at in picked]
    best = group.members[order[0]]
    for place, row in enumerate(order, start=1):
        at = group.members[row]
        steps = standings[row].cost - standings[order[0]].cost
        decision: Decision = "alternate"
        if at in picked:
            decision = "pick"
        elif group.is_series:
            decision = "series"
        elif steps >= VISIBLE:
            decision = "reject"
        base = Choice(frames[at].path, frames[at].companions, number, group.kind, place, decision)
        reasons = _reasons(frames, group, standings[row], at, best, decision, worth, least)
        rating = _rating(decision, place, picked.get(at), picked, bool(chosen) and group.is_series)
        told[at] = replace(
            base,
            rating=rating,
            reasons=tuple(reasons),
            score=worth.score.get(at, float("nan")),
            marks=worth.marks.get(at, {}),
            steps=steps,
        )
    return told


def _rating(decision: Decision, place: int, relevance: float | None, picked: Mapping[int, float], of_picked: bool) -> int:
    """Five stars for the better third of the picks, four for the others and for the rest of their series, fewer below."""
    if decision == "reject":
        return REJECTED
    if decision == "pick" and relevance is not None:
        return 5 if relevance >= float(np.quantile(list(picked.values()), 2 / 3)) else 4
    if decision == "series":
        return 4 if of_picked else 3
    return 3 if place == 1 else 2


def _reasons(
    frames: Sequence[Frame],
    group: Group,
    standing: Standing,
    at: int,
    best: int,
    decision: Decision,
    worth: _Worth,
    least: Mapping[str, float],
) -> list[str]:
    said: list[str] = []
    if group.is_series:
        said.append(f"one of {len(group.members)} frames of a {group.kind}, which belong together")
    elif group.kind == "burst" and at == best:
        said.append(f"best of {len(group.members)} frames of one view" + _why_best(standing))
    elif group.kind == "burst":
        name = frames[best].path.replace("\\", "/").rsplit("/", 1)[-1]
        if decision == "reject":
            said.append(f"behind {name}")
        else:
            said.append(f"nearly as good as {name}")
    if group.kind == "burst":
        dear = [item for item in standing.against if item.cost >= 0.5]
        # what is soft or clipped loses detail somewhere, too: that is no second reason
        said += [item.text for row, item in enumerate(dear) if item.aspect != "local detail" or row == 0][:3]
    marks = worth.marks.get(at, {})
    failing = [name for name, mark in least.items() if marks.get(name, -1.0) < mark]
    said += [f"{name} {marks.get(name, 0.0):.0f} is below the {least[name]:.0f} asked for" for name in failing]
    if marks and decision in ("pick", "alternate") and at == best:
        said.append(_criteria(marks))
    return said or ["no other frame shows this view"]


def _why_best(standing: Standing) -> str:
    return "" if standing.cost > 0.5 else ": sharp where it matters, exposed like its neighbours, nothing missing"


def _criteria(marks: Mapping[str, float]) -> str:
    ordered = sorted(marks.items(), key=lambda item: item[1])
    (low, least), (high, most) = ordered[0], ordered[-1]
    return f"strongest in {high} ({most:.0f} of 100), weakest in {low} ({least:.0f})"


def summary(choices: Sequence[Choice]) -> dict[str, Any]:
    """Counts of frames by decision, and of groups by kind."""
    decided = {name: sum(choice.decision == name and not choice.error for choice in choices) for name in DECISIONS}
    kinds: dict[str, int] = {}
    for _, kind in {(choice.group, choice.kind) for choice in choices if choice.group}:
        kinds[kind] = kinds.get(kind, 0) + 1
    return {"frames": len(choices), "decisions": decided, "groups": kinds}
