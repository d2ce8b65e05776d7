"""Photographs inside a page: encoded anew from decoded upright pixels, so that nothing else of the file is in them."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

THUMBNAIL = 360
"""Long side, in pixels, of the picture on a card: enough for twice the density of an ordinary screen."""

PREVIEW = 960
"""Long side, in pixels, of the larger picture in a report."""

PREVIEW_BYTES = 44_000
"""Bytes that the larger picture may take before it is encoded more coarsely, so that 200 photographs stay below 25 MB."""

_QUALITIES = (80, 72, 64, 56, 48)
_SMALLER = 0.8


@dataclass(frozen=True)
class Preview:
    """A picture as a data URI, its size in pixels, and its size in bytes before they are written as text."""

    uri: str
    width: int
    height: int
    size: int


def preview(rgb: NDArray[np.uint8], side: int = PREVIEW, *, quality: int = _QUALITIES[0], budget: int | None = None) -> Preview:
    """Reduce a picture to ``side`` pixels and encode it as WebP, or JPEG where Pillow lacks WebP.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (H, W, 3)
        Upright sRGB pixels.
    side : int
        Pixels of the long side at most; a smaller picture keeps its size.
    quality : int
        From 1 to 100.
    budget : int, optional
        Bytes not to be exceeded: quality is lowered first, then the size.
    """
    from PIL import Image, features

    kind = "webp" if features.check("webp") else "jpeg"
    qualities = [quality] if budget is None else [quality, *(lower for lower in _QUALITIES if lower < quality)]
    while True:
        image = Image.fromarray(np.ascontiguousarray(rgb))
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
        for chosen in qualities:
            data = _encoded(image, kind, chosen)
            if budget is None or len(data) <= budget:
                break
        else:
            if max(image.size) > 64:
                side = int(max(image.size) * _SMALLER)
                continue
        uri = f"data:image/{kind};base64," + base64.b64encode(data).decode("ascii")
        return Preview(uri, image.width, image.height, len(data))


def _encoded(image: object, kind: str, quality: int) -> bytes:
    buffer = io.BytesIO()
    options = {"method": 4} if kind == "webp" else {"optimize": True, "progressive": True}
    image.save(buffer, format=kind, quality=quality, **options)  # type: ignore[attr-defined]
    return buffer.getvalue()
