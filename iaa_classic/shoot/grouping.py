"""Frames of one view together: bursts and near-duplicates, told from series whose frames belong together.

Two frames show one view where their thumbnails, aligned and with the exposure taken out, correlate: the closer in time, the
less it takes. Pairs are tried among neighbours in time, and among frames whose perceptual hashes are close, wherever they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..files import natural_key
from .alignment import Relation, hash_distances, relation
from .frames import Frame
from .series import bracket_sets, is_focus_stack, is_sweep, panoramas

Kind = Literal["single", "burst", "bracket", "focus stack", "panorama"]

NEIGHBOURS = 8
"""Frames after each frame, in the order of time, that it is compared with."""

SAME_VIEW = 0.15
"""Largest shift, in shares of a side, between frames of one view."""

_LIKENESS = ((2.0, 0.40), (10.0, 0.45), (60.0, 0.55))
"""Seconds between two frames, and likeness from which they show one view. Photographs of one motif that are not of one view
stay below 0.44 (OASIS)."""

_LIKE_AT_ANY_TIME = 0.65
_SURE = 0.75
_LONGEST = 60.0
_CLOSE_HASH, _CLOSE_HASH_AT_ANY_TIME = 18, 12


@dataclass(frozen=True, eq=False)
class Group:
    """Frames that belong together.

    Attributes
    ----------
    kind : str
        "single", "burst" (also near-duplicates), or a series that is kept as a whole: "bracket", "focus stack", "panorama".
    members : tuple of int
        Positions of the frames, in the order of time.
    shifts : ndarray of float64, shape (n, 2)
        Where the content of the first member stands in each, less where it stands in the first, in shares of width, height.
    """

    kind: Kind
    members: tuple[int, ...]
    shifts: NDArray[np.float64]

    @property
    def is_series(self) -> bool:
        """Whether all frames are needed, so that none is a duplicate of another."""
        return self.kind not in ("single", "burst")


def group_frames(frames: Sequence[Frame]) -> list[Group]:
    """Group the frames that could be looked at; every one is in exactly one group, in the order of its first frame."""
    order = _order(frames)
    pairs = _candidates(frames, order)
    place = {frame: at for at, frame in enumerate(order)}
    links: dict[tuple[int, int], Relation] = {}
    for a, b in pairs:
        found = relation(frames[a].structure, frames[b].structure, furthest=SAME_VIEW)
        if found.likeness >= _required(frames[a], frames[b]) and not _continues(frames[a], frames[b], found):
            links[a, b] = found
    groups: list[Group] = []
    singles: list[int] = []
    for members in _components(order, links):
        members.sort(key=place.__getitem__)
        if len(members) == 1:
            singles += members
        else:
            groups += _split(frames, members)
    for run in panoramas(frames, [frame for frame in order if frame in set(singles)], place):
        groups.append(Group("panorama", tuple(run), np.zeros((len(run), 2))))
        singles = [frame for frame in singles if frame not in run]
    groups += [Group("single", (frame,), np.zeros((1, 2))) for frame in singles]
    return sorted(groups, key=lambda group: place[group.members[0]])


def _order(frames: Sequence[Frame]) -> list[int]:
    """Positions of usable frames by camera and time; those without a time by name."""

    def key(at: int) -> tuple[object, ...]:
        capture = frames[at].capture
        name = natural_key(frames[at].path)
        return (capture.time is None, capture.camera if capture.time is not None else "", capture.time or 0.0, name)

    return sorted((at for at, frame in enumerate(frames) if frame.look is not None), key=key)


def _candidates(frames: Sequence[Frame], order: Sequence[int]) -> list[tuple[int, int]]:
    pairs: dict[tuple[int, int], None] = {}
    for at, a in enumerate(order):
        for b in order[at + 1 : at + 1 + NEIGHBOURS]:
            gap = seconds_between(frames[a], frames[b])
            if gap is None or gap <= _LONGEST:
                pairs[a, b] = None
    hashes = np.array([frames[at].look.phash for at in order], dtype=np.uint64)  # type: ignore[union-attr]
    if len(order) > 1:
        distances = hash_distances(hashes)
        for one, other in zip(*np.nonzero(np.triu(distances <= _CLOSE_HASH, 1)), strict=True):
            a, b = order[one], order[other]
            gap = seconds_between(frames[a], frames[b])
            if (gap is not None and gap <= _LONGEST) or distances[one, other] <= _CLOSE_HASH_AT_ANY_TIME:
                pairs[a, b] = None
    return list(pairs)


def seconds_between(a: Frame, b: Frame) -> float | None:
    """Seconds between two frames; None where a time is unknown, or the clocks are two cameras'."""
    if a.capture.time is None or b.capture.time is None or a.capture.camera != b.capture.camera:
        return None
    return abs(a.capture.time - b.capture.time)


def _required(a: Frame, b: Frame) -> float:
    gap = seconds_between(a, b)
    if gap is None:
        return _LIKE_AT_ANY_TIME
    return next((likeness for seconds, likeness in _LIKENESS if gap <= seconds), _LIKE_AT_ANY_TIME)


def _continues(a: Frame, b: Frame, found: Relation) -> bool:
    """Whether b goes on beside a rather than shows its view: aligned further off, they are clearly more alike."""
    if found.likeness >= _SURE:
        return False
    wide = relation(a.structure, b.structure)
    return wide.overlap < 0.75 and wide.likeness >= found.likeness + 0.15


def _components(order: Sequence[int], links: dict[tuple[int, int], Relation]) -> list[list[int]]:
    parent = {frame: frame for frame in order}

    def root(frame: int) -> int:
        while parent[frame] != frame:
            parent[frame] = parent[parent[frame]]
            frame = parent[frame]
        return frame

    for a, b in links:
        parent[root(b)] = root(a)
    found: dict[int, list[int]] = {}
    for frame in order:
        found.setdefault(root(frame), []).append(frame)
    return list(found.values())


def _split(frames: Sequence[Frame], members: list[int]) -> list[Group]:
    """A set of frames of one view as series and what is left of it: a burst, or a single frame."""
    shifts = aligned(frames, members)
    if is_sweep(shifts):
        return [Group("panorama", tuple(members), shifts)]
    groups = []
    left = list(range(len(members)))
    for rows in bracket_sets([frames[at] for at in members], shifts):
        groups.append(_group("bracket", members, shifts, rows))
        left = [row for row in left if row not in rows]
    if len(left) > 2 and is_focus_stack([frames[members[row]] for row in left], shifts[left]):
        groups.append(_group("focus stack", members, shifts, left))
    elif left:
        groups.append(_group("burst" if len(left) > 1 else "single", members, shifts, left))
    return groups


def _group(kind: Kind, members: Sequence[int], shifts: NDArray[np.float64], rows: Sequence[int]) -> Group:
    own = shifts[list(rows)]
    return Group(kind, tuple(members[row] for row in rows), own - own[0])


def aligned(frames: Sequence[Frame], members: Sequence[int]) -> NDArray[np.float64]:
    """Shift of each member against the first, from step to step where it is too far for one look."""
    shifts = np.zeros((len(members), 2))
    for row in range(1, len(members)):
        direct = relation(frames[members[0]].structure, frames[members[row]].structure, furthest=2 * SAME_VIEW)
        step = relation(frames[members[row - 1]].structure, frames[members[row]].structure, furthest=SAME_VIEW)
        if direct.likeness >= step.likeness - 0.1:
            shifts[row] = direct.x, direct.y
        else:
            shifts[row] = shifts[row - 1] + (step.x, step.y)
    return shifts
