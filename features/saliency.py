"""Where a picture draws the eye, and the subject that stands there."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .picture import FloatPlane, Picture, shared


class Subject(NamedTuple):
    """The salient region that stands for the subject of a picture.

    ``mask`` is a bool array (h, w) at the working scale. ``found`` is False where nothing stands out: the mask is then all
    False, the centroid is the centre of the frame, the box is the whole frame and the area 0. ``centroid`` is (x, y) and
    ``box`` (left, top, right, bottom), both as shares of width and height in [0, 1]; ``area`` is the mask's share of the
    frame.
    """

    mask: NDArray[np.bool_]
    found: bool
    centroid: tuple[float, float]
    box: tuple[float, float, float, float]
    area: float


@shared
def saliency(picture: Picture) -> FloatPlane:
    """Saliency map, float32 in [0, 1], shape (h, w): frequency-tuned (Achanta 2009), scaled by its maximum."""
    blurred = cv2.GaussianBlur(picture.lab, (5, 5), 0)
    distance = np.linalg.norm(blurred - picture.lab.mean(axis=(0, 1)), axis=2)
    peak = distance.max()
    return np.asarray(distance / peak if peak > 0 else distance, dtype=np.float32)


@shared
def subject(picture: Picture) -> Subject:
    """The region of the picture whose saliency is above Otsu's threshold."""
    plane = (saliency(picture) * 255).astype(np.uint8)
    _, binary = cv2.threshold(plane, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = binary.astype(bool)
    height, width = mask.shape
    if not mask.any() or mask.all():
        return Subject(np.zeros_like(mask), False, (0.5, 0.5), (0.0, 0.0, 1.0, 1.0), 0.0)
    rows, columns = np.nonzero(mask)
    centroid = ((columns.mean() + 0.5) / width, (rows.mean() + 0.5) / height)
    box = (columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height)
    return Subject(mask, True, centroid, box, float(mask.mean()))
