"""The preview that a camera embeds in its raw file, through LibRaw (``rawpy``, an extra): the picture seen on the camera."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import image_formats

if TYPE_CHECKING:
    from .decoding import Request

_TURNS = {3: 3, 5: 8, 6: 6}
"""EXIF orientation of LibRaw's ``flip``."""


class Preview(NamedTuple):
    """A preview as an encoded JPEG, or as RGB pixels, with the EXIF orientation that the raw file gives."""

    jpeg: bytes | None
    pixels: NDArray[np.uint8] | None
    orientation: int


def read_preview(stream: BinaryIO, request: Request) -> Preview:
    """The largest preview of a raw file.

    Raises
    ------
    ImageError
        If rawpy is not installed, or LibRaw does not know the file or finds no preview in it.
    """
    try:
        import rawpy
    except ImportError as error:
        raise request.error("a camera's raw file is not supported without rawpy", image_formats.RAW.remedy) from error
    try:
        stream.seek(0)
        with rawpy.imread(stream) as raw:
            request.check_size(raw.sizes.width, raw.sizes.height)
            orientation = _TURNS.get(raw.sizes.flip, 1)
            thumbnail: Any = raw.extract_thumb()
            encoded = thumbnail.format == rawpy.ThumbFormat.JPEG
            content = bytes(thumbnail.data) if encoded else np.array(thumbnail.data, dtype=np.uint8)
    except (rawpy.LibRawError, OSError, ValueError) as error:
        text = error.args[0] if error.args else error
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        raise request.error(
            f"no preview can be read from this camera's raw file ({text})", "export it as JPEG or TIFF from your raw developer"
        ) from error
    if isinstance(content, bytes):
        return Preview(content, None, orientation)
    return Preview(None, content, orientation)
