"""Many possible crops of a photograph, and a quick guess at how well each is composed.

The guess takes sums over any rectangle from integral images, so that thousands of crops take some milliseconds. It only decides
which crops are worth being measured; what is said of a crop is measured on the crop itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..features import Picture
from ..features.saliency import saliency, subject

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in shares of width and height."""

SCALES = 12
PLACES = 13
SIDES = 7
"""Places of each side of a crop of any ratio."""

WIDEST = 2.0
"""Longest crop that is proposed unasked, in shares of its short side, unless the frame is longer."""

MARGIN = 0.01
"""Air that is left around what must not be cut, in shares of the frame."""

_RIM = 0.08
"""Depth of a crop's rim, in shares of its sides."""


class Kept(NamedTuple):
    """What a crop must not cut: boxes that it has to hold, and boxes that it may hold or leave out, whole."""

    inside: tuple[Box, ...] = ()
    whole: tuple[Box, ...] = ()


def boxes_for(size: tuple[int, int], ratio: float, least: float, kept: Kept) -> Floats:
    """Crops of a ratio on a grid of the sizes and places that ``kept`` leaves, largest first.

    Parameters
    ----------
    size : (int, int)
        Width and height of the frame in pixels.
    ratio : float
        Width to height of the crops.
    least : float
        Smallest area of a crop as a share of the frame.
    kept : Kept
        What must not be cut.

    Returns
    -------
    ndarray of float64, shape (n, 4)
        Shares of the frame; empty where no crop of that ratio holds all that must not be cut.
    """
    width, height = size
    wide = min(1.0, ratio * height / width)
    tall = wide * width / (ratio * height)
    (left, top), (right, bottom) = held_by_all(kept)
    smallest = max(min(1.0, float(np.sqrt(least / (wide * tall)))), (right - left) / wide, (bottom - top) / tall)
    if smallest > 1 + 1e-9:
        return np.empty((0, 4))
    found = []
    for scale in np.linspace(1.0, smallest, SCALES) if smallest < 1 - 1e-9 else [1.0]:
        w, h = wide * scale, tall * scale
        x, y = np.meshgrid(_starts(w, left, right), _starts(h, top, bottom))
        found.append(np.stack([x, y, x + w, y + h], axis=-1).reshape(-1, 4))
    boxes = np.unique(np.concatenate(found).round(6), axis=0)
    boxes = boxes[permitted(boxes, kept)]
    return boxes[np.argsort(-(boxes[:, 2] - boxes[:, 0]), kind="stable")]


def free_boxes(size: tuple[int, int], least: float, kept: Kept) -> Floats:
    """Crops of any ratio up to ``WIDEST`` to one (or that of the frame) on a grid of their four sides, largest first."""
    (left, top), (right, bottom) = held_by_all(kept)
    ends = [np.linspace(0, min(left, 1.0), SIDES), np.linspace(0, min(top, 1.0), SIDES)]
    ends += [np.linspace(max(right, 0.0), 1, SIDES), np.linspace(max(bottom, 0.0), 1, SIDES)]
    boxes = np.unique(np.stack(np.meshgrid(*ends), axis=-1).reshape(-1, 4).round(6), axis=0)
    w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    boxes = boxes[(w > 0) & (h > 0) & (w * h >= least)]
    boxes = boxes[permitted(boxes, kept) & usual_shape(boxes, size)]
    return boxes[np.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(axis=1), kind="stable")]


def usual_shape(boxes: Floats, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which boxes are no more than ``WIDEST`` times as long as they are broad, or no more than the frame is."""
    width, height = size
    widest = max(WIDEST, width / height, height / width)
    log_ratio = np.log((boxes[:, 2] - boxes[:, 0]) * width / ((boxes[:, 3] - boxes[:, 1]) * height))
    return np.asarray(np.abs(log_ratio) <= np.log(widest) + 1e-6)


def permitted(boxes: Floats, kept: Kept) -> NDArray[np.bool_]:
    """Which boxes lie within the frame and cut nothing of ``kept``."""
    fine = (boxes[:, :2].min(axis=1) >= 0) & (boxes[:, 2:].max(axis=1) <= 1)
    for at, box in enumerate((*kept.inside, *kept.whole)):
        left, top, right, bottom = _with_air(box)
        held = (boxes[:, 0] <= left + 1e-6) & (boxes[:, 1] <= top + 1e-6)
        held &= (boxes[:, 2] >= right - 1e-6) & (boxes[:, 3] >= bottom - 1e-6)
        if at >= len(kept.inside):
            held |= (boxes[:, 0] >= box[2]) | (boxes[:, 1] >= box[3]) | (boxes[:, 2] <= box[0]) | (boxes[:, 3] <= box[1])
        fine &= held
    return fine


def _with_air(box: Box) -> Floats:
    return np.clip(np.array(box) + np.array([-1, -1, 1, 1]) * MARGIN, 0, 1)


def held_by_all(kept: Kept) -> tuple[Floats, Floats]:
    """Left and top, right and bottom of the smallest box around all that a crop has to hold; inside out if that is nothing."""
    held = np.array([_with_air(box) for box in kept.inside] or [np.array([1.0, 1.0, 0.0, 0.0])])
    return held[:, :2].min(axis=0), held[:, 2:].max(axis=0)


def _starts(side: float, first: float, last: float) -> Floats:
    """Places for a side so that it reaches from ``first`` or before to ``last`` or beyond."""
    low, high = max(0.0, last - side), min(first, 1 - side)
    return np.linspace(low, high, PLACES) if high > low + 1e-9 else np.array([max(0.0, high)])


def protected(picture: Picture, faces: Sequence[Box] = ()) -> Kept:
    """What a crop of the picture must not cut.

    Every face stays inside, with some air: a face's box ends at brow and chin, so that half of its side is added above and a
    quarter elsewhere. Of the subject, if one was found, the region that draws the eye most stays inside; others stay whole.
    """
    kept: list[Box] = []
    for left, top, right, bottom in faces:
        w, h = right - left, bottom - top
        kept.append(_clipped(left - 0.25 * w, top - 0.5 * h, right + 0.25 * w, bottom + 0.25 * h))
    found = subject(picture)
    if not found.found:
        return Kept(tuple(kept))
    salient = saliency(picture)
    height, width = found.mask.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found.mask.astype(np.uint8), connectivity=8)
    weight = np.bincount(labels.ravel(), salient.ravel(), count)[1:]
    boxes = [
        _clipped(left / width, top / height, (left + wide) / width, (top + tall) / height)
        for left, top, wide, tall, _ in stats[1:].tolist()
    ]
    main = int(np.argmax(weight))
    return Kept((*kept, boxes[main]), tuple(box for at, box in enumerate(boxes) if at != main))


def _clipped(*sides: float) -> Box:
    left, top, right, bottom = (min(1.0, max(0.0, float(side))) for side in sides)
    return left, top, right, bottom


class Guess:
    """Integral images of a picture, and properties of any number of crops from them."""

    def __init__(self, picture: Picture) -> None:
        salient = saliency(picture).astype(np.float64)
        height, width = salient.shape
        rows, columns = np.mgrid[:height, :width]
        ink = picture.gradient.magnitude.astype(np.float64)
        planes = (salient, salient * columns / width, salient * rows / height, ink, ink * columns / width, ink * rows / height)
        self._sums = np.array([cv2.integral(plane) for plane in planes])
        self._shape = (height, width)
        self._mask = cv2.integral(subject(picture).mask.astype(np.float64))
        self._found = subject(picture).found

    def properties(self, boxes: Floats) -> Floats:
        """Numbers that the guess is made from, shape (n, 10); see ``NAMES``."""
        salient, across, down, ink, ink_across, ink_down = self._within(self._sums, boxes)
        w, h = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
        x = (across / np.maximum(salient, 1e-9) - boxes[:, 0]) / w
        y = (down / np.maximum(salient, 1e-9) - boxes[:, 1]) / h
        ink_x = (ink_across / np.maximum(ink, 1e-9) - boxes[:, 0]) / w
        ink_y = (ink_down / np.maximum(ink, 1e-9) - boxes[:, 1]) / h
        inner = boxes + np.stack([_RIM * w, _RIM * h, -_RIM * w, -_RIM * h], axis=1)
        core, *_, core_ink, _, _ = self._within(self._sums, inner)
        mask = self._within(self._mask[None], boxes)[0]
        pixels = w * h * self._shape[0] * self._shape[1]
        return np.stack(
            [
                _to_third(x),
                _to_third(y),
                np.abs(x - 0.5),
                y - 0.5,
                1 - core / np.maximum(salient, 1e-9),
                1 - core_ink / np.maximum(ink, 1e-9),
                np.abs(ink_x - 0.5),
                ink_y - 0.5,
                mask / pixels,
                w * h,
            ],
            axis=1,
        )

    def __call__(self, boxes: Floats) -> Floats:
        """The guess of each crop: expected points of the composition effect, up to a constant of the photograph."""
        return self.properties(boxes) @ WEIGHTS

    def _within(self, sums: Floats, boxes: Floats) -> Floats:
        height, width = self._shape
        left, right = (np.clip(np.rint(boxes[:, at] * width), 0, width).astype(int) for at in (0, 2))
        top, bottom = (np.clip(np.rint(boxes[:, at] * height), 0, height).astype(int) for at in (1, 3))
        return sums[:, bottom, right] - sums[:, top, right] - sums[:, bottom, left] + sums[:, top, left]


NAMES = (
    *("saliency off the upright thirds", "saliency off the level thirds", "saliency off the middle", "saliency low"),
    *("saliency in the rim", "ink in the rim", "ink off the middle", "ink low", "size of the subject", "size of the crop"),
)
WEIGHTS = np.array([0.62, 1.107, 0.523, 0.144, 0.353, -1.068, 0.788, -0.104, 0.354, 0.334])
"""Ridge regression of the built-in model's composition effect on 14 crops of each of 52 photographs (OASIS and Kodak). It is
weak: on photographs left out the guess correlates with the measured effect by 0.12, so that crops are also measured that it
does not favour."""


def _to_third(place: Floats) -> Floats:
    return np.minimum(np.abs(place - 1 / 3), np.abs(place - 2 / 3))


def apart(boxes: Floats, guess: Floats, count: int, most: float) -> list[int]:
    """Positions of the best ``count`` boxes no two of which overlap by more than ``most`` (intersection over union)."""
    chosen: list[int] = []
    left = np.ones(len(boxes), dtype=bool)
    for at in np.argsort(-guess, kind="stable"):
        if not left[at]:
            continue
        chosen.append(int(at))
        if len(chosen) == count:
            break
        left &= overlap(boxes, boxes[at]) <= most
    return chosen


def overlap(boxes: Floats, box: Floats) -> Floats:
    """Intersection over union of each of ``boxes`` with ``box``."""
    across = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    down = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    both = np.maximum(across, 0) * np.maximum(down, 0)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return np.asarray(both / (areas + (box[2] - box[0]) * (box[3] - box[1]) - both))
