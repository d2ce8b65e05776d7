"""When and how a frame was taken, from its EXIF: time, exposure, camera. Nothing that identifies a person or a place.

GPS positions, serial numbers and names of owners are never looked up, so that they can get into no output.
"""

from __future__ import annotations

import io
import math
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..image_formats import HEAD, HEIF, sniff

__all__ = ["Capture", "read_capture"]

_MAKE, _MODEL, _EXIF = 0x010F, 0x0110, 0x8769
_TIME, _FRACTION, _OFFSET = 0x9003, 0x9291, 0x9011
_SHUTTER, _APERTURE, _ISO, _BIAS, _MODE = 0x829A, 0x829D, 0x8827, 0x9204, 0xA402
_AUTO_BRACKET = 2
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Capture:
    """What EXIF says of how a frame was taken; None where it does not say.

    Attributes
    ----------
    time : float or None
        Seconds since 1970 by the camera's clock (UTC where EXIF holds the offset), with fractions where given.
    bias : float or None
        Exposure compensation in stops.
    exposure : float or None
        Light let in and amplified, in stops: ``log2(shutter seconds * ISO / 100 / f-number**2)``; one more is twice as bright.
    bracketing : bool
        Whether the camera says that it was bracketing exposures by itself.
    camera : str
        Make and model, empty if unknown: clocks of two cameras are not compared.
    """

    time: float | None = None
    bias: float | None = None
    exposure: float | None = None
    bracketing: bool = False
    camera: str = ""


def read_capture(path: str | os.PathLike[str]) -> Capture:
    """Read the capture data of a picture or raw file; an empty ``Capture`` where there are none or they are damaged."""
    try:
        exif = _exif(os.fspath(path))
        if exif is None:
            return Capture()
        details = exif.get_ifd(_EXIF)
        return _capture(exif, details)
    except Exception:  # EXIF of every kind of damage exists, and Pillow raises many kinds of errors on it
        return Capture()


def _exif(path: str) -> Any:
    from PIL import Image

    with open(path, "rb") as file:
        kind = sniff(file.read(HEAD))
        file.seek(0)
        if kind is HEIF:
            return _heif_exif(file)
        if kind is not None and not kind.plugin:  # most raw files are TIFFs inside
            exif = Image.Exif()
            exif.load_from_fp(file, 0)
            return exif
        with Image.open(file) as image:
            exif = image.getexif()
            exif.get_ifd(_EXIF)  # while the file is open
            return exif


def _heif_exif(file: Any) -> Any:
    try:
        import pillow_heif
    except ImportError:
        return None
    from PIL import Image

    raw = pillow_heif.open_heif(file).info.get("exif")
    if not raw:
        return None
    exif = Image.Exif()
    exif.load(io.BytesIO(raw).getvalue())
    return exif


def _capture(exif: Any, details: Any) -> Capture:
    shutter, aperture, iso = (_number(details.get(tag)) for tag in (_SHUTTER, _APERTURE, _ISO))
    exposure = None
    if shutter and aperture and iso and min(shutter, aperture, iso) > 0:
        exposure = math.log2(shutter * iso / 100 / aperture**2)
    camera = " ".join(str(exif.get(tag) or "").strip(" \0") for tag in (_MAKE, _MODEL)).strip()
    bracketing = details.get(_MODE) == _AUTO_BRACKET
    return Capture(_time(details), _number(details.get(_BIAS)), exposure, bracketing, camera)


def _time(details: Any) -> float | None:
    text = str(details.get(_TIME) or "").strip(" \0")
    try:
        moment = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    fraction = str(details.get(_FRACTION) or "").strip(" \0")
    offset = str(details.get(_OFFSET) or "").strip(" \0")
    seconds = (moment - _EPOCH) / timedelta(seconds=1)
    if fraction.isascii() and fraction.isdigit():
        seconds += float(f"0.{fraction}")
    if len(offset) == 6 and offset[0] in "+-" and offset[1:3].isdigit() and offset[4:].isdigit():
        seconds -= (1 if offset[0] == "+" else -1) * (3600 * int(offset[1:3]) + 60 * int(offset[4:]))
    return seconds


def _number(value: Any) -> float | None:
    if isinstance(value, tuple):
        value = value[0] if value else None
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None
