"""Which crops of a photograph are measured: some of every shape, size and place, then those that promise most in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .crop_candidates import Floats, Kept, apart, held_by_all, overlap, permitted, usual_shape

FIRST, ROUNDS, EACH = 42, 8, 7
"""Crops that are measured first, rounds that follow, and crops that each round adds."""

_REACHES = np.geomspace(0.1, 0.02, ROUNDS)
"""Standard deviation of the steps of each round: of the centre in shares of the crop's sides, and of the logs of these."""

_SIZES = 3
"""Classes of size of a shape's crops, which take turns."""

_POOL, _PARENTS, _DRAWN = 3000, 3, 100
"""Candidates that a round weighs at most, best crops around which it weighs more, and steps drawn around each of them."""

_LENGTH, _NOISE, _HOPE = 0.2, 0.1, 1.0
"""Length of the kernel in shares of the frame, variance of what is not smooth, and weight of the standard deviation. Length and
noise are those at which 100 measured crops predict 100 others best (correlation 0.73, OASIS photographs)."""


def searched(
    shapes: list[Floats],
    guess: Callable[[Floats], Floats],
    measure: Callable[[Floats], Floats],
    kept: Kept,
    *,
    least: float,
    free: tuple[int, int] | None = None,
) -> tuple[Floats, Floats]:
    """Crops that were measured, shape (n, 4), and their effects, shape (n,).

    ``shapes`` holds the candidates of each ratio, ``kept`` what must not be cut, ``least`` the smallest area. Where crops may
    have any ratio, ``free`` is the frame's width and height. Steps are drawn from a fixed seed, so that a photograph always
    gets the same crops.
    """
    random = np.random.default_rng(0)
    boxes = first_crops(shapes, guess)
    effects = measure(boxes)
    pool = np.concatenate(shapes)
    pool = pool[random.permutation(len(pool))[:_POOL]]
    for reach in _REACHES:
        parents = apart(boxes, effects, _PARENTS, 0.9)
        near = [_around(boxes[at], _steps(float(reach), free is not None, random), kept, least) for at in parents]
        candidates = np.unique(np.concatenate([pool, *near]), axis=0)
        if free is not None:
            candidates = candidates[usual_shape(candidates, free)]
        candidates = candidates[(candidates[:, None] != boxes).any(axis=-1).all(axis=1)]
        if not len(candidates):
            break
        hope = promise(candidates, boxes, effects)
        chosen = apart(candidates, hope, EACH, 0.95)
        chosen = list(dict.fromkeys([*chosen, *np.argsort(-hope, kind="stable").tolist()]))[:EACH]
        boxes = np.concatenate([boxes, candidates[chosen]])
        effects = np.concatenate([effects, measure(candidates[chosen])])
    return boxes, effects


def promise(candidates: Floats, boxes: Floats, effects: Floats) -> Floats:
    """Upper confidence bound of the effect of each candidate, from a Gaussian process over the measured ``boxes``.

    The four sides are its coordinates, its kernel is exponential (Rasmussen & Williams 2006, equations 2.25, 2.26 and 4.18).
    """
    kernel = _kernel(boxes, boxes) + _NOISE * np.eye(len(boxes))
    across = _kernel(candidates, boxes)
    scale = max(float(effects.std()), 1e-9)
    weights = np.linalg.solve(kernel, (effects - effects.mean()) / scale)
    mean = across @ weights
    variance = 1 - np.einsum("ij,ji->i", across, np.linalg.solve(kernel, across.T))
    return np.asarray(mean + _HOPE * np.sqrt(np.maximum(variance, 0)))


def _kernel(boxes: Floats, others: Floats) -> Floats:
    squares = ((boxes[:, None] - others[None]) ** 2).sum(axis=-1)
    return np.asarray(np.exp(-np.sqrt(squares) / _LENGTH))


def first_crops(shapes: list[Floats], guess: Callable[[Floats], Floats]) -> Floats:
    """Up to ``FIRST`` crops: the classes of shape and size in turn give what the guess favours and has not been taken yet."""
    classes = [part for boxes in shapes for part in np.array_split(boxes, _SIZES) if len(part)]
    queues = [part[_in_turn(part, guess(part))] for part in classes]
    chosen: list[Floats] = []
    for most in (0.95, 1.0):
        for turn in range(FIRST):
            for queue in queues:
                if turn < len(queue) and (not chosen or overlap(np.array(chosen), queue[turn]).max() < most):
                    chosen.append(queue[turn])
    return np.array(chosen[:FIRST])


def _in_turn(boxes: Floats, guess: Floats) -> list[int]:
    """The best guesses that differ, and after them those that are much like one of them."""
    favoured = apart(boxes, guess, FIRST, 0.9)
    return list(dict.fromkeys([*favoured, *np.argsort(-guess, kind="stable")[:FIRST].tolist()]))


def _steps(reach: float, free: bool, random: np.random.Generator) -> Floats:
    """Steps to the right and down in shares of a crop's sides, and of the logs of width and height, shape (n, 4)."""
    steps = random.normal(0, reach, (_DRAWN, 4))
    every = 2 if free else 1
    steps[::every, 3] = steps[::every, 2]
    return steps


def _around(box: Floats, steps: Floats, kept: Kept, least: float) -> Floats:
    """Crops that are moved and sized by the steps as far as the frame and what must not be cut let them."""
    first, last = held_by_all(kept)
    sides = box[2:] - box[:2]
    growth = np.exp(steps[:, 2:])
    growth *= np.maximum(1, np.sqrt(least / (growth.prod(axis=1) * sides.prod())))[:, None]
    growth *= np.maximum(1, ((last - first) / sides / growth).max(axis=1))[:, None]
    growth /= np.maximum(1, (growth * sides).max(axis=1))[:, None]
    new = growth * sides
    starts = (box[:2] + box[2:]) / 2 + steps[:, :2] * sides - new / 2
    starts = np.clip(starts, np.maximum(0, last - new), np.minimum(first, 1 - new))
    boxes = np.concatenate([starts, starts + new], axis=1).clip(0, 1).round(6)
    return np.asarray(boxes[permitted(boxes, kept) & (new.prod(axis=1) >= least - 1e-6)])
