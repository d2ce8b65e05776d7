"""What frames of one view say of the same places: sharpness and detail by cell, brought onto the first frame's grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..features.sharpness_edges import crispness
from .alignment import normalised
from .frames import Frame
from .looks import Look

Floats = NDArray[np.float64]

CRESTS = 60.0
"""Crest pixels in a place from which its crispness can be judged."""

_REACH = 0.04
"""Standard deviation of the window around a place, in shares of the long side."""

_DARK, _BRIGHT = 8, 245


@dataclass(frozen=True, eq=False)
class CrispMaps:
    """``crispness`` and whether it is ``known``, shape (frames, rows, columns), on the first frame's grid."""

    crispness: Floats
    known: NDArray[np.bool_]


def crisp_maps(frames: Sequence[Frame], shifts: Floats) -> CrispMaps:
    """Crispness around each cell."""
    sums = np.array(
        [moved(look_of_frame(frame).edges, shift, look_of_frame(frame)) for frame, shift in zip(frames, shifts, strict=True)]
    )
    blurred = np.array([[_neighbourhood(plane) for plane in planes] for planes in sums])
    value = crispness(np.moveaxis(blurred, 1, 0))
    known = blurred[:, 2] >= CRESTS
    return CrispMaps(np.where(known, value, 0.0), known)


def look_of_frame(frame: Frame) -> Look:
    """The look of a frame that could be read."""
    assert frame.look is not None
    return frame.look


def _neighbourhood(plane: Floats) -> Floats:
    """Sums over a Gaussian window, as if it held that many cells."""
    sigma = _REACH * max(plane.shape)
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT) * 4 * math.pi * sigma**2)


def moved(planes: NDArray[np.floating], shift: Sequence[float] | Floats, look: Look) -> Floats:
    """Planes (..., rows, columns) of a frame by cell, moved by ``-shift`` onto the first frame's grid, zero outside."""
    longest = max(look.width, look.height)
    across = float(shift[0]) * look.width / longest / look.cell
    down = float(shift[1]) * look.height / longest / look.cell
    stack = np.asarray(planes, dtype=np.float64)
    flat = stack.reshape(-1, *stack.shape[-2:])
    transform = np.array([[1, 0, -across], [0, 1, -down]])
    size = (stack.shape[-1], stack.shape[-2])
    out = [cv2.warpAffine(plane, transform, size, flags=cv2.INTER_LINEAR) for plane in flat]
    return np.asarray(out, dtype=np.float64).reshape(stack.shape)


def stops_between(a: Frame, b: Frame, shift: tuple[float, float]) -> float:
    """By how many stops b is brighter than a: median over what neither clips, at the thumbnail's pixels; 0 if unknown."""
    one, other = (look_of_frame(frame).luma for frame in (a, b))
    if one.shape != other.shape:
        return 0.0
    return _stops(one, shifted(other, shift))


def _stops(one: NDArray[np.uint8], onto: NDArray[np.uint8]) -> float:
    usable = (one >= _DARK) & (one <= _BRIGHT) & (onto >= _DARK) & (onto <= _BRIGHT)
    if usable.sum() < 0.02 * one.size:
        return float(np.log2((_light(onto).mean() + 1e-4) / (_light(one).mean() + 1e-4)))
    return float(np.median(np.log2(_light(onto[usable]) / _light(one[usable]))))


def shifted(plane: NDArray[Any], shift: Sequence[float] | Floats) -> NDArray[Any]:
    """A plane moved by ``-shift`` (shares of width and height) onto the first frame's place; 0 outside."""
    height, width = plane.shape
    transform = np.array([[1, 0, -float(shift[0]) * width], [0, 1, -float(shift[1]) * height]])
    return np.asarray(cv2.warpAffine(plane, transform, (width, height), flags=cv2.INTER_LINEAR, borderValue=0))


_WINDOW = 0.01
"""Standard deviation of the window that local detail is summed over, in shares of the long side."""


@dataclass(frozen=True, eq=False)
class Losses:
    """Where frames have lost detail that the others have: ``depth`` in halvings of its energy (0 or less), and ``place``,
    (x, y) in shares of the frame, of each frame."""

    depth: Floats
    place: Floats


def detail_losses(frames: Sequence[Frame], shifts: Floats, stops: Floats | None = None) -> Losses:
    """The deepest local loss of detail of each frame against what is usual among them.

    Thumbnails are aligned to a fraction of a pixel. The energy of the gradient of log light, over a window of a hundredth of
    the frame, is divided by the second largest of the frames (the larger one of two; what passes one frame alone is nobody's
    loss), and by the frame's own median ratio, so that neither exposure nor an even blur counts. Of the places with detail that
    all frames show, the deepest thousandth counts. ``stops`` are the frames' exposures, which are evened out first.
    """
    first = look_of_frame(frames[0]).luma
    nothing = Losses(np.zeros(len(frames)), np.full((len(frames), 2), 0.5))
    if any(look_of_frame(frame).luma.shape != first.shape for frame in frames) or len(frames) < 2:
        return nothing
    fine = [refined(first, look_of_frame(frame).luma, shift) for frame, shift in zip(frames, shifts, strict=True)]
    energies, seen = [], np.ones(first.shape, np.uint8)
    gains = np.ones(len(frames)) if stops is None else 2.0 ** -np.asarray(stops)
    for frame, shift, gain in zip(frames, fine, gains, strict=True):
        energies.append(_detail(shifted(look_of_frame(frame).luma, shift), float(gain)))
        seen &= (shifted(np.full(first.shape, 255, np.uint8), shift) == 255).astype(np.uint8)
    reach = math.ceil(4 * _WINDOW * max(first.shape))
    seen = cv2.erode(seen, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8), borderValue=0)
    stack = np.array(energies)
    usual = np.sort(stack, axis=0)[-2 if len(frames) > 2 else -1]
    inside = seen.astype(bool)
    if inside.sum() < 0.1 * inside.size:
        return nothing
    inside &= usual >= np.quantile(usual[inside], 0.3)
    depth, place = [], []
    for energy in stack:
        ratio = np.log2((energy + _NO_DETAIL) / (usual + _NO_DETAIL))
        ratio = np.where(inside, ratio - np.median(ratio[inside]), 0)
        ordered = np.sort(ratio[inside])
        depth.append(min(0.0, float(ordered[len(ordered) // 1000])))
        row, column = np.unravel_index(int(np.argmin(ratio)), ratio.shape)
        place.append(((column + 0.5) / ratio.shape[1], (row + 0.5) / ratio.shape[0]))
    return Losses(np.array(depth), np.array(place))


_NO_DETAIL = 0.05
"""Energy of the gradient of log2 light that is none."""


def _detail(luma: NDArray[np.uint8], gain: float) -> NDArray[np.float32]:
    light = cv2.GaussianBlur(np.log2(_light(luma) * gain + 0.01).astype(np.float32), (0, 0), 1.0)
    across, down = cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)
    energy = cv2.multiply(across, across) + cv2.multiply(down, down)
    return np.asarray(cv2.GaussianBlur(energy, (0, 0), _WINDOW * max(luma.shape)), dtype=np.float32)


def refined(one: NDArray[np.uint8], other: NDArray[np.uint8], shift: Floats) -> Floats:
    """The shift between two thumbnails to a fraction of a pixel, by phase correlation of their structure."""
    height, width = one.shape
    across, down = round(float(shift[0]) * width), round(float(shift[1]) * height)
    rows, columns = height - abs(down), width - abs(across)
    if min(rows, columns) < 32:
        return shift
    a = normalised(one[max(0, -down) : max(0, -down) + rows, max(0, -across) : max(0, -across) + columns])
    b = normalised(other[max(0, down) : max(0, down) + rows, max(0, across) : max(0, across) + columns])
    window = cv2.createHanningWindow((columns, rows), cv2.CV_32F)
    (x, y), _ = cv2.phaseCorrelate(a, b, window)
    if max(abs(x), abs(y)) > 4:
        return shift
    return np.array([(across + x) / width, (down + y) / height])


_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4)


def _light(code: NDArray[np.uint8]) -> Floats:
    """Linear light of sRGB code values, in [0, 1]."""
    return np.asarray(_LINEAR[code])


def mean_light(look: Look) -> float:
    """Mean linear light of the thumbnail, in [0, 1]."""
    return float(_light(look.luma).mean())
