"""Series whose frames belong together, so that none is a duplicate of another: brackets, focus stacks, panoramas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .alignment import relation
from .frames import Frame
from .maps import crisp_maps, stops_between

Floats = NDArray[np.float64]

_SMALLEST_STEP = 0.5
"""Stops between neighbours in a bracket, at least."""

_LONGEST_PAUSE = 10.0
"""Seconds between frames of one bracket, at most: a timer or a tripod may slow it down."""

_EVEN = 1.4
"""Ratio of the largest to the smallest step up to which steps count as even."""

_SWEEP_STEP, _SWEEP_LENGTH = 0.04, 0.25
_PANORAMA_LIKENESS, _PANORAMA_PAUSE, _SAME_DIRECTION = 0.55, 30.0, 0.8
_LEAST_OVERLAP, _MOST_OVERLAP = 0.2, 0.9


def bracket_sets(frames: Sequence[Frame], shifts: Floats) -> list[list[int]]:
    """Positions of the frames of each exposure bracket among ``frames`` of one view, which stand in the order of time; no
    set goes across a pause.

    By EXIF where it holds the exposure compensation or the exposure: a set of at least three different ones in a row, or two
    if the camera says that it was bracketing or there are no more frames than these two. A camera that says that all were
    exposed alike is believed. Without it a bracket has to be evident: three or more frames in all, every brightness once, in
    even steps.
    """
    sets: list[list[int]] = []
    for run in _runs(frames):
        own = [frames[row] for row in run]
        sets += [[run[row] for row in found] for found in _bracket_sets(own, shifts[run] - shifts[run[0]])]
    return sets


def _runs(frames: Sequence[Frame]) -> list[list[int]]:
    """Positions of frames without a long pause between them."""
    runs = [[0]]
    for at in range(1, len(frames)):
        if _pause(frames[at - 1], frames[at]) > _LONGEST_PAUSE:
            runs.append([])
        runs[-1].append(at)
    return runs


def _bracket_sets(frames: Sequence[Frame], shifts: Floats) -> list[list[int]]:
    biases = [frame.capture.bias for frame in frames]
    exposures = [frame.capture.exposure for frame in frames]
    if _spread(biases) >= _SMALLEST_STEP:
        return _cycles(frames, [bias for bias in biases if bias is not None])
    known = _known(exposures)
    if known is not None:
        return _evident(known) if _spread(exposures) >= _SMALLEST_STEP else []
    if _known(biases) is not None and not all(frame.capture.bracketing for frame in frames):
        return []
    measured = [0.0] + [
        stops_between(frames[0], frame, (shift[0], shift[1])) for frame, shift in zip(frames[1:], shifts[1:], strict=True)
    ]
    return _evident(measured)


def _known(values: Sequence[float | None]) -> list[float] | None:
    found = [value for value in values if value is not None]
    return found if len(found) == len(values) else None


def _spread(values: Sequence[float | None]) -> float:
    known = _known(values)
    return max(known) - min(known) if known else 0.0


def _cycles(frames: Sequence[Frame], biases: Sequence[float]) -> list[list[int]]:
    """Runs of different compensations: a new one begins where one comes again."""
    runs: list[list[int]] = []
    for at, bias in enumerate(biases):
        seen = [biases[row] for row in runs[-1]] if runs else []
        again = any(abs(bias - other) < 0.1 for other in seen)
        if not runs or again:
            runs.append([])
        runs[-1].append(at)

    def whole(run: list[int]) -> bool:
        values = [biases[row] for row in run]
        if max(values) - min(values) < _SMALLEST_STEP:
            return False
        return len(run) > 2 or (len(run) == 2 and (len(frames) == 2 or all(frames[row].capture.bracketing for row in run)))

    return [run for run in runs if whole(run)]


def _pause(a: Frame, b: Frame) -> float:
    if a.capture.time is None or b.capture.time is None:
        return 0.0
    return abs(b.capture.time - a.capture.time)


def _evident(stops: Sequence[float]) -> list[list[int]]:
    """All frames as one bracket, if every brightness comes once and in even steps."""
    if not 3 <= len(stops) <= 9:
        return []
    steps = np.diff(np.sort(np.asarray(stops, dtype=float)))
    if steps.min() < _SMALLEST_STEP or steps.max() > _EVEN * steps.min():
        return []
    return [list(range(len(stops)))]


def is_focus_stack(frames: Sequence[Frame], shifts: Floats) -> bool:
    """Whether each frame, in the order of time, is sharp in another place: three frames or more.

    Of the first and the last frame each is clearly crisper than the other in a fifth of the places with edges. Where frames
    differ, at least three of them lead somewhere, and going through the frames, crispness rises and then falls. A burst has a
    frame that is sharpest everywhere, or none that differs.
    """
    if len(frames) < 3:
        return False
    maps = crisp_maps(frames, shifts)
    textured = maps.known.any(axis=0) & (maps.crispness.max(axis=0) > 0.05)
    if textured.sum() < 16:
        return False
    values = maps.crispness[:, textured]
    change = np.log2((values[-1] + 0.02) / (values[0] + 0.02))
    if min((change > 0.25).mean(), (change < -0.25).mean()) < _OPPOSED:
        return False
    differing = values[:, values.max(axis=0) - values.min(axis=0) >= 0.3 * values.max(axis=0)]
    if differing.shape[1] < 8:
        return False
    leads = np.bincount(differing.argmax(axis=0), minlength=len(frames)) / differing.shape[1]
    return bool((leads >= _LEADS).sum() >= 3 and _unimodal(differing).mean() >= 0.75)


_LEADS = 0.04
"""Share of the differing places that a frame has to lead in to be one of the three that a stack needs at least."""

_OPPOSED = 0.2
"""Share of places in which the first frame of a focus stack is clearly crisper than the last, and the other way round."""


def _unimodal(values: Floats) -> NDArray[np.bool_]:
    """Whether each column rises to its peak and falls after it, but for a tenth of the peak."""
    peak = values.argmax(axis=0)
    slack = 0.1 * values.max(axis=0)
    rows = np.arange(len(values))[:, None]
    rising = np.where(rows <= peak, values, -np.inf)
    falling = np.where(rows >= peak, values, -np.inf)
    before = np.maximum.accumulate(rising, axis=0) - values
    after = np.maximum.accumulate(falling[::-1], axis=0)[::-1] - values
    return np.asarray(
        (np.where(rows <= peak, before, 0).max(axis=0) <= slack) & (np.where(rows >= peak, after, 0).max(axis=0) <= slack)
    )


def is_sweep(shifts: Floats) -> bool:
    """Whether frames of one view wander steadily in one direction and further than a hand does."""
    if len(shifts) < 3:
        return False
    steps = np.diff(shifts, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    total = float(np.hypot(*(shifts[-1] - shifts[0])))
    return bool(lengths.min() >= _SWEEP_STEP and total >= _SWEEP_LENGTH and total >= 0.95 * lengths.sum())


def panoramas(frames: Sequence[Frame], order: Sequence[int], place: Mapping[int, int]) -> list[list[int]]:
    """Runs of three or more frames, one after another, each of which continues the view of the last in one direction."""
    runs: list[list[int]] = []
    direction: tuple[float, float] | None = None
    run: list[int] = []
    for at in order:
        step = _continuation(frames[run[-1]], frames[at]) if run and place[at] == place[run[-1]] + 1 else None
        if step is not None and (direction is None or step[0] * direction[0] + step[1] * direction[1] >= _SAME_DIRECTION):
            run.append(at)
            direction = step
            continue
        if len(run) > 2:
            runs.append(run)
        # the last frame may begin another one
        if step is not None:
            run, direction = [run[-1], at] if len(run) < 3 else [at], step if len(run) < 3 else None
        else:
            run, direction = [at], None
    if len(run) > 2:
        runs.append(run)
    return runs


def _continuation(a: Frame, b: Frame) -> tuple[float, float] | None:
    """Direction of the shift, a unit vector, where b overlaps a in part."""
    if _pause(a, b) > _PANORAMA_PAUSE or a.capture.camera != b.capture.camera:
        return None
    found = relation(a.structure, b.structure)
    if found.likeness < _PANORAMA_LIKENESS or not _LEAST_OVERLAP <= found.overlap <= _MOST_OVERLAP:
        return None
    length = math.hypot(found.x, found.y)
    return (found.x / length, found.y / length) if length > 0 else None
