"""Frames of one view compared with each other: which is best, and what speaks against each of the others.

An absolute score is near chance among frames of one view, so frames are measured against their own group alone. What speaks
against a frame is counted in *steps*, each about the least that a person notices side by side; the sharpness of the subject
comes first. Costs are differences to the best or the usual of the group, so that the costs of two frames subtract to their
comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..features.sharpness_edges import crispness
from .frames import Frame
from .maps import detail_losses, look_of_frame, mean_light, moved, stops_between

Floats = NDArray[np.float64]

SHARPNESS_STEP = 0.10
"""Halvings of crispness that count as one step, above the ``SHARPNESS_NOISE`` that frames of one view differ by anyway."""
SHARPNESS_NOISE = 0.05
OVERALL_WEIGHT = 0.5
LOSS_STEP, LOSS_NOISE = 0.30, 0.30
EXPOSURE_STEP, EXPOSURE_NOISE = 0.30, 0.20
CLIPPING_STEP, CLIPPING_NOISE = 0.02, 0.005
KEY_WEIGHT = 0.25
_MIDDLE = 0.18
"""Mean linear light of an ordinary exposure."""

VISIBLE = 1.5
"""Steps behind the best from which a frame is a candidate for rejection."""


@dataclass(frozen=True)
class Against:
    """One thing that speaks against a frame: its aspect, its cost in steps, and the words for it."""

    aspect: str
    cost: float
    text: str


@dataclass(frozen=True)
class Standing:
    """How a frame stands in its group.

    ``crispness``: of the subject, 0 to 1. ``stops``: brightness against the usual of the group. ``against``: what costs it,
    dearest first.
    """

    crispness: float
    stops: float
    against: tuple[Against, ...] = field(default=())

    @property
    def cost(self) -> float:
        """Steps in all."""
        return sum(item.cost for item in self.against)


ASPECTS = ("subject sharpness", "sharpness", "local detail", "exposure", "clipping", "key")
"""What frames of one view are compared by."""


def compare(frames: Sequence[Frame], shifts: Floats, weights: Mapping[str, float] | None = None) -> list[Standing]:
    """Compare frames of one view with each other; one ``Standing`` each, in their order.

    ``weights`` multiplies the costs of ``ASPECTS``; 1 for those that it does not name.
    """
    weights = weights or {}
    subject, overall, focused = _crispness(frames, shifts)
    stops = _stops(frames, shifts)
    losses = detail_losses(frames, shifts, stops)
    best, best_overall = float(subject.max()), float(overall.max())
    clipped = np.array([look_of_frame(frame).clipped for frame in frames])
    blocked = np.array([look_of_frame(frame).blocked for frame in frames])
    standings = []
    for at, frame in enumerate(frames):
        against = [
            _softer("subject" if focused else "frame", subject[at], best, 1.0),
            _softer("frame", overall[at], best_overall, OVERALL_WEIGHT if focused else 0.0),
            _loss(losses.depth[at], losses.place[at]),
            _exposure(stops[at]),
            _clipping("white", clipped[at], float(np.median(clipped))),
            _clipping("black", blocked[at], float(np.median(blocked))),
            _key(frame),
        ]
        weighed = (replace(item, cost=item.cost * weights.get(item.aspect, 1.0)) for item in against)
        dear = sorted((item for item in weighed if item.cost > 0), key=lambda item: -item.cost)
        standings.append(Standing(float(subject[at]), float(stops[at]), tuple(dear)))
    return standings


def _crispness(frames: Sequence[Frame], shifts: Floats) -> tuple[Floats, Floats, bool]:
    """Crispness of the subject and of the frame, and whether a subject was found; at the same places of the scene."""
    looks = [look_of_frame(frame) for frame in frames]
    if any(look.edges.shape != looks[0].edges.shape for look in looks):
        # Pictures of different sizes: each on its own grid, and crispness as detail along the long side
        own = [_own_crispness(frame) * max(look_of_frame(frame).width, look_of_frame(frame).height) for frame in frames]
        values = np.array(own) / max(max(own), 1e-9) * 0.5
        return values, values, False
    pairs = list(zip(looks, shifts, strict=True))
    weight = np.median([moved(look.weight, shift, look) for look, shift in pairs], axis=0)
    shared = np.min([moved(np.ones_like(look.weight), shift, look) for look, shift in pairs], axis=0)
    edges = np.array([moved(look.edges, shift, look) for look, shift in pairs]) * shared
    overall = crispness(np.moveaxis(edges.sum(axis=(2, 3)), 1, 0))
    inside = (edges * weight).sum(axis=(2, 3))
    focused = bool(inside[:, 2].max() >= 40)
    return (crispness(np.moveaxis(inside, 1, 0)) if focused else overall), overall, focused


def _own_crispness(frame: Frame) -> float:
    return float(crispness(look_of_frame(frame).edges.sum(axis=(1, 2)).astype(np.float64)))


def _stops(frames: Sequence[Frame], shifts: Floats) -> Floats:
    """Brightness of each frame against the usual of the group, in stops: the median, to which frames that are clipped more than
    others add less."""
    first = [0.0] + [
        stops_between(frames[0], frame, (shift[0], shift[1])) for frame, shift in zip(frames[1:], shifts[1:], strict=True)
    ]
    stops = np.array(first)
    lost = np.array([look_of_frame(frame).clipped + look_of_frame(frame).blocked for frame in frames])
    weight = 1 / (1 + np.maximum(0, lost - np.median(lost)) / (5 * CLIPPING_STEP))
    order = np.argsort(stops, kind="stable")
    share = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    return stops - np.interp(0.5, share, stops[order])


def _softer(what: str, value: float, best: float, weight: float) -> Against:
    behind = float(np.log2((best + 0.01) / (value + 0.01)))
    cost = weight * max(0.0, behind - SHARPNESS_NOISE) / SHARPNESS_STEP
    name = "the subject is" if what == "subject" else "it is"
    whole = " as a whole" if what == "frame" and weight < 1 else ""
    return Against(
        "subject sharpness" if weight == 1.0 else "sharpness",
        cost,
        f"{name} softer{whole} (crispness {value:.2f}, the sharpest has {best:.2f})",
    )


def _loss(depth: float, place: Floats) -> Against:
    cost = max(0.0, -float(depth) - LOSS_NOISE) / LOSS_STEP
    lost = 100 * (1 - 2.0 ** float(depth))
    text = f"{lost:.0f} % of the detail is missing {_named(place)}, as where eyes close or something passes"
    return Against("local detail", cost, text)


def _named(place: Floats) -> str:
    across = ("on the left", "in the middle", "on the right")[min(2, int(3 * place[0]))]
    down = ("at the top ", "", "at the bottom ")[min(2, int(3 * place[1]))]
    return f"at one place {down}{across}"


def _exposure(stops: float) -> Against:
    cost = max(0.0, abs(float(stops)) - EXPOSURE_NOISE) / EXPOSURE_STEP
    return Against(
        "exposure", cost, f"it is {abs(stops):.1f} stops {'brighter' if stops > 0 else 'darker'} than its neighbours"
    )


def _clipping(end: str, share: float, usual: float) -> Against:
    cost = min(3.0, max(0.0, float(share) - usual - CLIPPING_NOISE) / CLIPPING_STEP)
    return Against("clipping", cost, f"{100 * share:.1f} % of the pixels are {end}, {100 * usual:.1f} % are usual in its group")


def _key(frame: Frame) -> Against:
    """A tie-breaker: how far the frame's mean light is from an ordinary exposure."""
    away = float(np.log2((mean_light(look_of_frame(frame)) + 1e-3) / _MIDDLE))
    cost = KEY_WEIGHT * max(0.0, abs(away) - 1.0)
    return Against("key", cost, f"it is {'bright' if away > 0 else 'dark'} on the whole")
