"""The faces of a picture: where they are, in which order, and which pixels are theirs.

Faces are found by a detector that the picture carries. Where in a picture the face is and how the camera was set to it is all
that is taken from a face: nothing here, or in the features that build on it, looks at whose face it is, at age, sex, skin,
beauty or expression.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .picture import Picture, shared

Point = tuple[float, float]


class Face(NamedTuple):
    """One face, in pixels of the working scale; x points right, y down.

    ``left``, ``top``, ``right`` and ``bottom`` are those of the box from forehead to chin, which may reach beyond the frame;
    ``area`` is the part of the box that lies within the frame, in pixels. ``eyes`` is the midpoint of both eyes and
    ``eye_line`` the vector from the eye on the left to the eye on the right of an upright face; ``nose`` and ``mouth`` are
    the nose's tip and the middle of the mouth's corners.
    """

    left: float
    top: float
    right: float
    bottom: float
    area: float
    eyes: Point
    eye_line: Point
    nose: Point
    mouth: Point

    @property
    def centre(self) -> Point:
        """Middle of the box."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Oval(NamedTuple):
    """The pixels of a face: where its box cuts the working plane, and which pixels inside belong to it, bool (h, w)."""

    rows: slice
    columns: slice
    mask: NDArray[np.bool_]


@shared
def faces(picture: Picture) -> tuple[Face, ...] | None:
    """Faces from the largest to the smallest, those of equal size from the middle outwards; ``None`` without a detector.

    Detections of less than a pixel within the frame are left out, as are any with numbers that are not finite.
    """
    if picture.face_detector is None:
        return None
    height, width = picture.rgb.shape[:2]
    rows = np.asarray(picture.face_detector.detect(picture.rgb), dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 15:
        raise TypeError(f"a face detector returns an array of shape (faces, 15), got {rows.shape}")
    found = [_face(row, height, width) for row in rows if np.isfinite(row).all()]

    def order(face: Face) -> tuple[float, float, float]:
        x, y = face.centre
        return -face.area, math.hypot(x - width / 2, y - height / 2), y

    return tuple(sorted((face for face in found if face.area >= 1), key=order))


def _face(row: NDArray[np.float64], height: int, width: int) -> Face:
    """One row of ``FaceFinder.detect`` as a face."""
    x, y, w, h, right_x, right_y, left_x, left_y, nose_x, nose_y, *mouth = (float(value) for value in row[:14])
    seen_x = max(0.0, min(x + w, width) - max(x, 0.0))
    seen_y = max(0.0, min(y + h, height) - max(y, 0.0))
    eyes = ((right_x + left_x) / 2, (right_y + left_y) / 2)
    middle = ((mouth[0] + mouth[2]) / 2, (mouth[1] + mouth[3]) / 2)
    return Face(x, y, x + w, y + h, seen_x * seen_y, eyes, (left_x - right_x, left_y - right_y), (nose_x, nose_y), middle)


def of_main_face(function: Callable[[Picture, Face], float]) -> Callable[[Picture], float]:
    """Measure the largest face; NaN without a detector and without a face."""

    @functools.wraps(function)
    def measured(picture: Picture) -> float:
        found = faces(picture)
        return function(picture, found[0]) if found else math.nan

    return measured


def oval(face: Face, height: int, width: int) -> Oval:
    """Pixels of the frame whose centre lies in the ellipse inscribed in the face's box; the whole box where none does."""
    top, bottom = _pixels(face.top, face.bottom, height)
    left, right = _pixels(face.left, face.right, width)
    x, y = face.centre
    across = (np.arange(left, right) + 0.5 - x) / ((face.right - face.left) / 2)
    down = (np.arange(top, bottom) + 0.5 - y) / ((face.bottom - face.top) / 2)
    mask = across[None, :] ** 2 + down[:, None] ** 2 <= 1
    return Oval(slice(top, bottom), slice(left, right), mask if mask.any() else np.ones_like(mask))


def _pixels(start: float, end: float, length: int) -> tuple[int, int]:
    """First pixel and one past the last, at least one, of a stretch that overlaps the frame."""
    first = min(max(math.floor(start), 0), length - 1)
    return first, max(min(math.ceil(end), length), first + 1)


@shared
def away_from_faces(picture: Picture) -> NDArray[np.uint8]:
    """1 where no face is near, 0 in the boxes of faces grown by a third to all sides (hair, ears, neck); (h, w)."""
    height, width = picture.rgb.shape[:2]
    mask = np.ones((height, width), dtype=np.uint8)
    for face in faces(picture) or ():
        grown_x, grown_y = (face.right - face.left) / 3, (face.bottom - face.top) / 3
        top, bottom = _pixels(face.top - grown_y, face.bottom + grown_y, height)
        left, right = _pixels(face.left - grown_x, face.right + grown_x, width)
        mask[top:bottom, left:right] = 0
    return mask
