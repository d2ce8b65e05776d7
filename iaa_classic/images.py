"""Any picture in, an upright 8-bit sRGB array out, or one clear error.

What is done to a picture, in this order:

1. *What it is* is told from its first bytes, never from its name.
2. *Size* is read from the header and checked against ``max_pixels`` before any pixel is decoded.
3. *Decoding*: the first frame or page. JPEGs may be decoded at 1/2, 1/4 or 1/8 (``min_side``). Truncated or damaged
   pixel data are refused, or flagged on request; a JPEG that only lacks its end marker is whole.
4. *Depth*: 16-bit values v become v / 257, unsigned 32-bit values v / 16843009 (the full range of the type, never
   stretched). Floating-point values in [0, 1] become 255 v; other floating-point and signed 32-bit pictures have no
   known range and are stretched from their least to their greatest value, with a warning.
5. *Colour*: an embedded ICC profile is converted to sRGB (relative colorimetric, black point compensation); one that
   cannot be used is ignored with a warning. CMYK without a profile is converted by the plain formula. HDR transfer
   curves (PQ, HLG) are not tone-mapped; a warning says so.
6. *Transparency* is composited on ``background``.
7. *Orientation*, from EXIF or else XMP, is applied once. Pixel aspect ratios are ignored.

Nothing is too small: a picture of one pixel loads.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, BinaryIO, Literal

import numpy as np
from PIL import Image

from .decoding import ImageError, LoadedImage, Request, load_array, load_pillow, load_stream
from .errors import UserError
from .pixels import Colour, Pixels
from .remote import is_remote, opened

__all__ = ["MAX_PIXELS", "ImageError", "LoadedImage", "load_image", "read_image"]

MAX_PIXELS = 200_000_000
"""Default limit on width x height, read from the header: larger than any camera, 600 MB decoded."""


def load_image(
    source: Any,
    *,
    max_pixels: int = MAX_PIXELS,
    background: Colour = (255, 255, 255),
    truncated: Literal["refuse", "flag"] = "refuse",
    min_side: int | None = None,
) -> Pixels:
    """Return the upright 8-bit sRGB pixels of a picture; the parameters are those of :func:`read_image`.

    >>> load_image(np.zeros((2, 3), dtype=bool)).shape
    (2, 3, 3)
    """
    return read_image(source, max_pixels=max_pixels, background=background, truncated=truncated, min_side=min_side).pixels


def read_image(
    source: Any,
    *,
    max_pixels: int = MAX_PIXELS,
    background: Colour = (255, 255, 255),
    truncated: Literal["refuse", "flag"] = "refuse",
    min_side: int | None = None,
) -> LoadedImage:
    """Read a picture as an upright 8-bit sRGB array, with its full size and what is odd about it.

    Parameters
    ----------
    source : path, bytes, binary file object, ndarray or PIL image
        A string may be an address that fsspec opens, such as ``s3://bucket/photo.jpg``, with the extra ``remote``. Bytes are
        an encoded picture, and a file object is read from where it stands. Arrays are gray, RGB or RGBA, of shape (H, W),
        (H, W, 1), (H, W, 3) or (H, W, 4), and of type uint8, uint16, bool, or float within [0, 1]; they are taken as upright
        sRGB, and a uint8 RGB array is not copied.
    max_pixels : int
        Larger pictures are refused from their header, before decoding.
    background : three ints from 0 to 255
        The colour that shows through transparent pixels.
    truncated : "refuse" or "flag"
        Whether a picture whose pixel data are cut short or damaged is an error or, where something of it can be
        decoded, a picture with a warning.
    min_side : int, optional
        JPEGs may be decoded at 1/2, 1/4 or 1/8 as long as their long side keeps at least this many pixels.

    Raises
    ------
    ImageError
        If there is no usable picture in ``source``.
    ValueError
        If another parameter is out of its range.
    """
    request = Request(_describe(source), max_pixels, background, truncated, min_side)
    if isinstance(source, np.ndarray):
        return load_array(source, request)
    with _quiet():
        try:
            if isinstance(source, Image.Image):
                request.check_size(*source.size)
                return load_pillow(source, request)
            with _opened(source, request) as stream:
                return load_stream(stream, request)
        except MemoryError as error:
            raise request.error("there is not enough memory to decode it", "reduce it first") from error


# --- where the bytes come from --------------------------------------------------------------------------------------


def _describe(source: Any) -> str:
    """Name the source in one printable line."""
    if isinstance(source, (str, PurePath)):
        name = str(source)
        return name if name.isprintable() else ascii(name)[1:-1]
    if isinstance(source, np.ndarray):
        return f"array of shape {source.shape} and type {source.dtype}"
    if hasattr(source, "read") and isinstance(getattr(source, "name", None), str):
        return _describe(source.name)
    return type(source).__name__


@contextlib.contextmanager
def _opened(source: Any, request: Request) -> Iterator[BinaryIO]:
    """Yield a seekable binary file for a path, bytes or a file object."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield io.BytesIO(source)
    elif is_remote(source):
        with _open_address(source, request) as file:
            yield file
    elif isinstance(source, (str, os.PathLike)):
        with _open_path(os.fspath(source), request) as file:
            yield file
    elif hasattr(source, "read"):
        try:
            data = source.read()
        except (OSError, ValueError) as error:
            raise request.error(f"it cannot be read ({error})", "check that it is open and at its start") from error
        if not isinstance(data, bytes):
            raise request.error("its read() gives text, not bytes", "open the file in binary mode, 'rb'")
        yield io.BytesIO(data)
    else:
        raise request.error("it is not a picture", "give a path, bytes, a binary file object, a NumPy array or a PIL image")


def _open_address(address: str, request: Request) -> BinaryIO:
    try:
        return opened(address)
    except FileNotFoundError as error:
        raise request.error("there is no such file", "check the address") from error
    except (UserError, OSError) as error:
        why = str(error).removeprefix(f"{address}: ")
        raise request.error(f"it cannot be opened ({why})", "check the address and your access to it") from error


def _open_path(path: str | bytes, request: Request) -> BinaryIO:
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise request.error("it is a folder, not a file", "find_images lists the pictures in a folder")
        if not stat.S_ISREG(mode):
            raise request.error("it is a pipe or a device, not a file", "open it yourself and give the file object")
        return open(path, "rb")
    except FileNotFoundError as error:
        remote = request.what.startswith(("http://", "https://"))
        remedy = "download it first: addresses are not fetched" if remote else "check its spelling"
        raise request.error("there is no such file", remedy) from error
    except PermissionError as error:
        raise request.error("permission to read it is denied", "check the rights of the file and its folder") from error
    except (OSError, ValueError) as error:
        raise request.error(f"it cannot be opened ({error})", "check its name and the disk it is on") from error


# --- Pillow's warnings ----------------------------------------------------------------------------------------------

_quiet_lock = threading.Lock()
_quiet_depth = 0
_quiet_filters: warnings.catch_warnings[None] | None = None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the warnings of Pillow's own modules (odd metadata, large pictures) from users.

    The filters are one list for the whole process, so threads must not save and restore it in turns: the first one
    in adds the filter and the last one out restores the list. Newer Pythons keep filters apart by thread.
    """
    global _quiet_depth, _quiet_filters
    if getattr(sys.flags, "context_aware_warnings", False):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"PIL\.")
            yield
        return
    with _quiet_lock:
        _quiet_depth += 1
        if _quiet_depth == 1:
            _quiet_filters = warnings.catch_warnings()
            _quiet_filters.__enter__()
            warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_depth -= 1
            if _quiet_depth == 0 and _quiet_filters is not None:
                _quiet_filters.__exit__(None, None, None)
