"""A quick look at a frame: what comparing it with its neighbours takes, from a reduced decode.

A look holds a perceptual hash, a thumbnail, where edges are how crisp, where the subject stands and what is clipped: some
130 kB, so that thousands of frames fit into memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..decoding import ImageError
from ..features import Picture
from ..features.kernels.sharpness import step_sums
from ..features.picture import FaceFinder
from ..features.saliency import subject
from ..features.sharpness_edges import CREST, smoothed
from ..images import MAX_PIXELS, read_image
from ..pixels import Pixels
from ..threads import one_thread

LOOK_SIDE = 1800
"""Pixels that the long side keeps at least, where a picture is that large: half of a 12-megapixel frame's, at which a blur of
one native pixel still shows."""

THUMB_SIDE = 320
"""Long side, in pixels, of the thumbnail in which places are compared."""

CELLS = 64
"""Cells of the sharpness map along the long side, about."""

_MARGIN = 3

FloatPlane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Look:
    """What is kept of a frame.

    Attributes
    ----------
    width, height : int
        Upright size of the file in pixels.
    phash : int
        64-bit perceptual hash (DCT) of the ``imagehash`` library.
    luma : ndarray of uint8, shape (h, w)
        Thumbnail with a long side of ``THUMB_SIDE``.
    edges : ndarray of float32, shape (3, rows, columns)
        Sums over the crests of edges by cell, as ``features.sharpness_edges``: g . G, G . G and their number.
    cell : float
        Side of a cell as a share of the long side.
    weight : ndarray of float32, shape (rows, columns)
        How far each cell belongs to the subject, 0 to 1.
    subject : tuple of four floats or None
        Box (left, top, right, bottom) of the subject, in shares of the frame.
    faces : ndarray of float32, shape (n, 4)
        Boxes (left, top, right, bottom) of faces, in shares of the frame; none without a detector.
    clipped, blocked : float
        Shares of pixels with a channel at white (254 or more), or with all at black (4 or less).
    warnings : tuple of str
        As ``LoadedImage.warnings``.
    """

    width: int
    height: int
    phash: int
    luma: NDArray[np.uint8]
    edges: FloatPlane
    cell: float
    weight: FloatPlane
    subject: tuple[float, float, float, float] | None
    faces: FloatPlane
    clipped: float
    blocked: float
    warnings: tuple[str, ...] = ()


def look_at(source: Any, *, max_pixels: int = MAX_PIXELS, face_detector: FaceFinder | None = None) -> Look:
    """Look at one frame.

    Raises
    ------
    ImageError
        If it cannot be read.
    """
    loaded = read_image(source, max_pixels=max_pixels, min_side=LOOK_SIDE)
    with one_thread():
        return look_of(loaded.pixels, (loaded.width, loaded.height), loaded.warnings, face_detector)


def look_of(
    rgb: Pixels,
    size: tuple[int, int] | None = None,
    warnings: tuple[str, ...] = (),
    face_detector: FaceFinder | None = None,
) -> Look:
    """The look of decoded pixels, uint8 (H, W, 3); ``size`` is the file's full width and height."""
    height, width = rgb.shape[:2]
    size = size or (width, height)
    factor = max(1, max(height, width) // LOOK_SIDE)
    if factor > 1:
        rgb = np.asarray(
            cv2.resize(rgb, (max(1, width // factor), max(1, height // factor)), interpolation=cv2.INTER_AREA), dtype=np.uint8
        )
    picture = Picture(rgb, face_detector)
    edges, cell = _sharpness(rgb)
    grey = np.asarray(cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    found = subject(picture)
    faces = _faces(picture)
    return Look(
        *size,
        _phash(grey),
        _thumb(grey),
        edges,
        cell / max(rgb.shape[:2]),
        _weights(found, faces, edges.shape[1:]),
        _box(found.mask) if found.found else None,
        faces,
        float((picture.rgb.max(axis=2) >= 254).mean()),
        float((picture.rgb.max(axis=2) <= 4).mean()),
        warnings,
    )


def _sharpness(rgb: Pixels) -> tuple[FloatPlane, int]:
    """Sums over the crests of edges by cell, and the side of a cell in pixels, a multiple of 8."""
    height, width = rgb.shape[:2]
    cell = 8 * max(1, round(max(height, width) / CELLS / 8))
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    if min(height, width) < 8:
        return np.zeros((3, -(-height // cell), -(-width // cell)), np.float32), cell
    sums, _ = step_sums(grey.astype(np.float32), smoothed(grey), height, cell, _MARGIN, CREST)
    return sums[:, 0].astype(np.float32), cell


def _phash(grey: NDArray[np.uint8]) -> int:
    import imagehash
    from PIL import Image

    bits = imagehash.phash(Image.fromarray(grey)).hash
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), "big")


def _thumb(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = grey.shape
    scale = THUMB_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _faces(picture: Picture) -> FloatPlane:
    if picture.face_detector is None:
        return np.zeros((0, 4), np.float32)
    height, width = picture.rgb.shape[:2]
    rows = picture.face_detector.detect(picture.rgb)[:, :4]
    boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1) / (width, height, width, height)
    return np.clip(boxes, 0, 1).astype(np.float32)


def _box(mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = mask.shape
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )


def _weights(found: Any, faces: FloatPlane, shape: tuple[int, ...]) -> FloatPlane:
    """The subject's mask by cell, as far as it is trusted; faces count in full, and twice as much as the rest of it."""
    rows, columns = shape
    weight = np.zeros((rows, columns), np.float32)
    if found.found:
        mask = cv2.resize(found.mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
        weight = np.asarray(mask, dtype=np.float32) * np.float32(found.trust)
    if len(faces):
        weight *= 0.5
        for left, top, right, bottom in faces:
            weight[
                int(top * rows) : max(int(top * rows) + 1, round(bottom * rows)),
                int(left * columns) : max(int(left * columns) + 1, round(right * columns)),
            ] = 1.0
    return weight


__all__ = ["CELLS", "LOOK_SIDE", "THUMB_SIDE", "ImageError", "Look", "look_at", "look_of"]
