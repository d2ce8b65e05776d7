"""Is a JPEG or PNG stream whole? Decoders paint over what is missing; these checks look at the bytes themselves."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

END_OF_IMAGE = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_PROGRESSIVE = (0xC2, 0xCA)
_MARKER_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PADDING = 16
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT")
_FILLERS = tuple(bytes((start + step * 73) % 251 for step in range(4096)) for start in (0xB6, 0x49))
"""Scan data out of nowhere (two, of opposite bits): a scan that is complete ignores them, another decodes them."""


class Segment(NamedTuple):
    """A marker of a JPEG stream and the span of its payload."""

    marker: int
    start: int
    stop: int


def jpeg_segments(data: bytes) -> Iterator[Segment]:
    """Walk over the segments of a JPEG stream, scans included, up to its end marker or the end of the data."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF or data[at + 1] in (0x00, 0xFF):
            at += 1
            continue
        marker = data[at + 1]
        if marker == END_OF_IMAGE[1]:
            return
        if 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 2
            continue
        stop = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield Segment(marker, at + 4, stop)
        at = stop
        if marker == _START_OF_SCAN:
            following = _MARKER_AFTER_SCAN.search(data, at)
            if following is None:
                return
            at = following.start()


def jpeg_has_end(data: bytes) -> bool:
    """Tell whether a JPEG stream has a scan and an end marker; what follows (a second picture, a video) may be cut."""
    scan = _first_scan(data)
    return scan > 0 and (data.endswith(END_OF_IMAGE) or data.find(END_OF_IMAGE, scan) >= 0)


def jpeg_body(data: bytes) -> bytes:
    """Return a JPEG stream up to its end marker; where it has none, less the zeros of a half-filled file."""
    # Inside a scan 0xFF is always followed by 0x00 or a restart marker, so FF D9 can only be the end.
    end = data.find(END_OF_IMAGE, _first_scan(data))
    if end >= 0:
        return data[:end]
    bare = data.rstrip(b"\0")
    return (bare if len(data) - len(bare) >= _PADDING else data).rstrip(b"\xff")


def jpeg_is_complete(body: bytes) -> bool:
    """Tell whether a JPEG stream (see :func:`jpeg_body`) holds the data of every block.

    The stream is decoded as it is and with arbitrary bytes before the end marker: where blocks are missing these are
    taken for their data, and the pictures differ. It costs several decodes, so it is for suspicious files only.
    """
    try:
        bare = _fingerprint(body + END_OF_IMAGE)
        return all(_fingerprint(body + filler + END_OF_IMAGE) == bare for filler in _FILLERS)
    except (OSError, SyntaxError, ValueError):
        return False


def jpeg_lacks_scans(data: bytes) -> bool:
    """Tell whether a stream is progressive and lacks a scan: some bit of some coefficient of some component."""
    pending: set[tuple[int, int]] = set()
    for marker, start, stop in jpeg_segments(data):
        payload = data[start:stop]
        if marker in _PROGRESSIVE and len(payload) >= 6:
            pending = {(component, index) for component in payload[6::3][: payload[5]] for index in range(64)}
        elif marker == _START_OF_SCAN and len(payload) >= 6:
            count = payload[0]
            if len(payload) < 4 + 2 * count:  # a scan's header that is cut short or a lie: nothing is known to be complete
                continue
            first, last, bits = payload[1 + 2 * count : 4 + 2 * count]
            if bits & 0x0F == 0:
                components = payload[1 : 1 + 2 * count : 2]
                pending -= {(component, index) for component in components for index in range(first, last + 1)}
    return bool(pending)


def _first_scan(data: bytes) -> int:
    """Return where the data of the first scan begin, 0 if there is none."""
    return next((segment.stop for segment in jpeg_segments(data) if segment.marker == _START_OF_SCAN), 0)


def _fingerprint(data: bytes) -> int:
    from PIL import JpegImagePlugin

    with JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as image:
        return zlib.crc32(image.tobytes())


def ends_blank(pixels: NDArray[np.uint8], reduction: int = 1) -> bool:
    """Tell whether the last block of a decoded JPEG is plain mid-grey, as decoders paint what they did not find."""
    side = 8 // reduction
    last = pixels[-side:, -side:]
    return bool(((last == 127) | (last == 128)).all())


def png_damage(data: bytes | memoryview) -> str | None:
    """Return what is wrong with a PNG stream: its pixel data cut short or failing their checksum; None if whole.

    A missing end chunk alone is harmless: the decoder finds out whether the pixel data are complete.
    """
    view = memoryview(data)
    at = 8
    while at + 8 <= len(view):
        length = int.from_bytes(view[at : at + 4], "big")
        kind = bytes(view[at + 4 : at + 8])
        if at + 12 + length > len(view):
            return "it is truncated: its pixel data end too early" if kind in _CRITICAL else None
        if kind in _CRITICAL:
            stored = int.from_bytes(view[at + 8 + length : at + 12 + length], "big")
            if zlib.crc32(view[at + 4 : at + 8 + length]) != stored:
                return f"the checksum of its {kind.decode()} chunk is wrong, so its data are damaged"
        if kind == b"IEND":
            return None
        at += 12 + length
    return None
