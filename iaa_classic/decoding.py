"""Encoded pictures to LoadedImage: what read_image does once it has a stream, an array or a Pillow image."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

from . import image_formats, integrity, raw_files
from .colour_profiles import is_plain
from .errors import UserError
from .pixels import Colour, Pixels, Unusable, from_array, from_pillow

_TRUNCATED = "truncated"
_DAMAGED = "damaged"
_RESAVE = "check that it opens in an image viewer, and save it from there as JPEG or PNG"
_HDR_CURVES = {16: "PQ", 18: "HLG"}
_LOAD_AGAIN = "get the file again from where it came, or pass truncated='flag' to use what is left of it"


class ImageError(UserError):
    """A picture that cannot be used.

    Attributes
    ----------
    what : str
        What was given: a path, or a few words such as ``"bytes"``.
    why : str
        The reason.
    remedy : str
        What to do about it; may be empty.
    """

    def __init__(self, what: str, why: str, remedy: str = "") -> None:
        why = " ".join(why.split())
        super().__init__(what, why, remedy)
        self.what = what
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" + (f"; {self.remedy}" if self.remedy else "")


@dataclass(frozen=True)
class LoadedImage:
    """A decoded picture.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (h, w, 3)
        Upright sRGB, C-contiguous.
    width, height : int
        The full upright size in pixels; ``pixels`` is smaller where a JPEG was decoded at a reduced scale.
    warnings : tuple of str
        What a user should know, such as ``"truncated"`` or ``"fully transparent"``.
    """

    pixels: Pixels
    width: int
    height: int
    warnings: tuple[str, ...] = ()


@dataclass
class Request:
    """One call's source and settings (see ``read_image``), and the warnings gathered on the way."""

    what: str
    max_pixels: int
    background: Colour
    truncated: str
    min_side: int | None
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.truncated not in ("refuse", "flag"):
            raise ValueError(f"truncated must be 'refuse' or 'flag', got {self.truncated!r}")
        if self.max_pixels < 1:
            raise ValueError(f"max_pixels must be at least 1, got {self.max_pixels!r}")
        if self.min_side is not None and self.min_side < 1:
            raise ValueError(f"min_side must be at least 1 or None, got {self.min_side!r}")
        if len(self.background) != 3 or not all(0 <= value <= 255 for value in self.background):
            raise ValueError(f"background must be three numbers from 0 to 255, got {self.background!r}")
        red, green, blue = self.background
        self.background = int(red), int(green), int(blue)

    def error(self, why: str, remedy: str = "") -> ImageError:
        """Return the error that refuses this picture."""
        return ImageError(self.what, why, remedy)

    def warn(self, message: str) -> None:
        """Note what a user should know, once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def check_size(self, width: int, height: int) -> None:
        """Refuse a picture that its header declares empty or too large."""
        if width < 1 or height < 1:
            raise self.error(f"its header gives a size of {width} x {height} pixels", "get the file again")
        if width * height > self.max_pixels:
            size = f"{width} x {height} pixels ({width * height / 1e6:,.0f} megapixels)"
            limit = f"{self.max_pixels / 1e6:,.6g} megapixels"
            raise self.error(
                f"{size} is more than the limit of {limit}", "reduce it, or raise max_pixels if you trust the file"
            )

    def damaged(self, why: str, remedy: str = _LOAD_AGAIN) -> None:
        """Refuse a picture whose pixel data are cut short or damaged, or note it where that was asked for."""
        if self.truncated == "refuse":
            raise self.error(why, remedy)
        self.warn(_TRUNCATED if _TRUNCATED in why else _DAMAGED)

    def refuse_blank(self, image: Image.Image | Pixels) -> None:
        """Refuse a damaged picture of which nothing could be decoded."""
        pixels = np.asarray(image)
        if not {_TRUNCATED, _DAMAGED}.isdisjoint(self.warnings) and (pixels == pixels[0, 0]).all():
            raise self.error("it is truncated or damaged, and nothing of it can be decoded", "get the file again")

    def finish(self, pixels: Pixels, orientation: int, full: tuple[int, int] | None = None) -> LoadedImage:
        """Turn the pixels upright; ``full`` is the size as stored, where it was not decoded in full."""
        upright = np.ascontiguousarray(_turned(pixels, orientation))
        width, height = full or (pixels.shape[1], pixels.shape[0])
        if orientation >= 5:
            width, height = height, width
        return LoadedImage(upright, width, height, tuple(self.warnings))


def load_stream(stream: BinaryIO, request: Request) -> LoadedImage:
    """Read an encoded picture."""
    try:
        head = stream.read(image_formats.HEAD)
        stream.seek(0)
        kind = _recognise(head, request)
        if kind is image_formats.HEIF:
            return _from_heif(stream, request)
        if kind is image_formats.RAW:
            return _from_raw(stream, request)
        with contextlib.closing(_open_with_pillow(stream, kind, request)) as image:
            if _is_raw(image):
                return _from_raw(stream, request)
            request.check_size(*image.size)
            if kind is image_formats.JPEG:
                return _from_jpeg(image, stream, request)
            if kind is image_formats.PNG:
                damage = integrity.png_damage(_contents(stream))
                if damage is not None:
                    request.damaged(damage)
                stream.seek(0)
            _note_hdr(stream, request)
            return load_pillow(image, request)
    except OSError as error:
        raise request.error(f"it cannot be read ({error})", "check the disk it is on") from error


def _contents(stream: BinaryIO) -> bytes:
    if isinstance(stream, io.BytesIO):
        return stream.getvalue()
    stream.seek(0)
    return stream.read()


def _recognise(head: bytes, request: Request) -> image_formats.Format:
    if not head:
        raise request.error("it is empty", "get the file again from where it came")
    kind = image_formats.sniff(head)
    if kind is None:
        zeros = not head.strip(b"\0")
        hint = "its bytes are zeros, as after a failed copy" if zeros else "its first bytes belong to no known format"
        raise request.error(f"it is not an image ({hint})", "check that the file opens in an image viewer")
    if not kind.plugin and kind not in (image_formats.HEIF, image_formats.RAW):
        picture = kind.name.endswith(("picture", "file", "icon", "JPEG XL"))
        why = f"{kind.name} is not supported" if picture else f"it is not an image (looks like {kind.name})"
        raise request.error(why, kind.remedy)
    suffix = os.path.splitext(request.what)[1].lower()
    if suffix in image_formats.RAW_SUFFIXES and kind is image_formats.TIFF:
        return image_formats.RAW
    return kind


def _open_with_pillow(stream: BinaryIO, kind: image_formats.Format, request: Request) -> ImageFile.ImageFile:
    """Read the header. Not by Image.open, whose size limit is one for the whole process."""
    try:
        importlib.import_module(f"PIL.{kind.plugin}")
        factory = Image.OPEN[kind.name.upper()][0]
    except (ImportError, KeyError) as error:
        raise request.error(f"this Pillow does not read {kind.name}", kind.remedy) from error
    try:
        image = factory(stream, "")
    except MemoryError:
        raise
    except Exception as error:
        raise request.error(
            f"its {kind.name} data are truncated, damaged or of an unsupported kind ({error})", _RESAVE
        ) from error
    return image


def _is_raw(image: ImageFile.ImageFile) -> bool:
    """Whether a TIFF is a raw file: it has a DNG version, or is a thumbnail with the picture in a sub-directory."""
    tags = getattr(image, "tag_v2", {})
    return 0xC612 in tags or (tags.get(254) == 1 and 330 in tags)


def _load(image: Image.Image, request: Request) -> None:
    """Decode the first frame; where the data are damaged and that is to be flagged, keep what was decoded of it."""
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:
        if "truncated" in str(error).lower():
            request.damaged("it is truncated: its pixel data end too early")
        else:
            compression = image.info.get("compression")
            data = f"pixel data (compression: {compression})" if compression else "pixel data"
            request.damaged(f"its {data} are damaged or of an unsupported kind ({error})", _RESAVE)
        try:
            image.tile = []  # type: ignore[attr-defined]  # tells Pillow that what has been decoded is all there is
            image.load()
            request.refuse_blank(image)
        except (OSError, ValueError):
            raise request.error(f"nothing of it can be decoded ({error})", _RESAVE) from error


def load_pillow(image: Image.Image, request: Request) -> LoadedImage:
    """Decode and convert a Pillow image."""
    _load(image, request)
    pixels = _converted(image, image.info.get("icc_profile"), request)
    # Only now: loading turns TIFFs upright, and finds the EXIF of a PNG that stands behind its pixels.
    return request.finish(pixels, _orientation(image, request))


def _converted(image: Image.Image, profile: bytes | None, request: Request) -> Pixels:
    try:
        return from_pillow(image, profile, request.background, request.warn)
    except Unusable as error:
        raise request.error(*error.args) from error
    except MemoryError:
        raise
    except Exception as error:  # of a damaged file, Pillow's own assertions fail: a palette that is absent
        reason = str(error) or type(error).__name__
        raise request.error(f"its pixels cannot be converted ({reason})", _RESAVE) from error


def load_array(array: NDArray[Any], request: Request) -> LoadedImage:
    """Convert an array."""
    try:
        return request.finish(from_array(array, request.background, request.warn), orientation=1)
    except Unusable as error:
        raise request.error(*error.args) from error


def _from_heif(stream: BinaryIO, request: Request) -> LoadedImage:
    try:
        import pillow_heif
    except ImportError as error:
        raise request.error("HEIC is not supported without pillow-heif", image_formats.HEIF.remedy) from error
    try:
        picture = pillow_heif.open_heif(stream)
        request.check_size(*picture.size)
        _note_hdr(stream, request)
        image = picture.to_pillow()
    except (ImageError, MemoryError):
        raise
    except Exception as error:
        raise request.error(f"its HEIC data are truncated, damaged or of an unsupported kind ({error})", _RESAVE) from error
    # The decoder has turned it upright; the EXIF orientation of a HEIC is there for information only.
    return request.finish(_converted(image, image.info.get("icc_profile"), request), orientation=1)


def _from_raw(stream: BinaryIO, request: Request) -> LoadedImage:
    preview = raw_files.read_preview(stream, request)
    request.warn("preview of a raw file")
    if preview.pixels is not None:
        return request.finish(from_array(preview.pixels, request.background, request.warn), preview.orientation)
    content = io.BytesIO(preview.jpeg or b"")
    with contextlib.closing(_open_with_pillow(content, image_formats.JPEG, request)) as image:
        request.check_size(*image.size)
        # cameras differ in whether the preview says itself how it is turned
        turned = ExifTags.Base.Orientation in image.getexif()
        return _from_jpeg(image, content, request, None if turned else preview.orientation)


# --- JPEG -----------------------------------------------------------------------------------------------------------


def _from_jpeg(image: ImageFile.ImageFile, stream: BinaryIO, request: Request, orientation: int | None = None) -> LoadedImage:
    """Decode by OpenCV, which is quicker than Pillow, wherever the stream is whole and plain."""
    data = _contents(stream)
    profile, full = image.info.get("icc_profile"), image.size
    orientation = orientation or _orientation(image, request)
    reduction = _reduction(max(full), request.min_side)
    ended = integrity.jpeg_has_end(data)
    if not ended:
        data = _with_end(data, request)
    pixels = _by_opencv(data, image.mode, reduction) if ended and image.mode in ("L", "RGB") else None
    if pixels is None:
        image = _open_with_pillow(io.BytesIO(data), image_formats.JPEG, request)
        if reduction > 1:
            image.draft(image.mode, (max(full[0] // reduction, 1), max(full[1] // reduction, 1)))
        _load(image, request)
        pixels = np.array(image)
    if ended and integrity.ends_blank(pixels, reduction) and not integrity.jpeg_is_complete(integrity.jpeg_body(data)):
        request.damaged("it is truncated: the end of the picture is missing")
    request.refuse_blank(pixels)
    if image.mode == "RGB":
        plain, problem = is_plain(profile, "RGB")
        if problem:
            request.warn(problem)
        if plain:
            return request.finish(pixels, orientation, full)
    return request.finish(_converted(Image.fromarray(pixels, image.mode), profile, request), orientation, full)


def _with_end(data: bytes, request: Request) -> bytes:
    """Give a JPEG stream the end marker it lacks, after finding out whether that is all that it lacks."""
    body = integrity.jpeg_body(data)
    if integrity.jpeg_lacks_scans(body) or not integrity.jpeg_is_complete(body):
        request.damaged("it is truncated: the end of the picture is missing")
    else:
        request.warn("end marker is missing")
    return body + integrity.END_OF_IMAGE


def _reduction(side: int, min_side: int | None) -> int:
    """Return the largest divisor, of those that JPEG decoders offer, that leaves the long side at least min_side."""
    if min_side is None:
        return 1
    return next((divisor for divisor in (8, 4, 2) if -(-side // divisor) >= min_side), 1)


def _by_opencv(data: bytes, mode: str, reduction: int) -> Pixels | None:
    """Decode a gray or RGB JPEG; None where OpenCV cannot."""
    scale = {
        1: cv2.IMREAD_GRAYSCALE,
        2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
        4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
        8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
    }[reduction]
    # The flags for colour differ from those for gray by one bit.
    swap = mode == "RGB" and not hasattr(cv2, "IMREAD_COLOR_RGB")
    colour = 0 if mode == "L" else cv2.IMREAD_COLOR if swap else cv2.IMREAD_COLOR_RGB
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), scale | colour | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    if pixels is None or pixels.dtype != np.uint8:
        return None
    if swap:
        cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=pixels)
    return pixels  # type: ignore[return-value]


# --- metadata -------------------------------------------------------------------------------------------------------


def _orientation(image: Image.Image, request: Request) -> int:
    """Return the EXIF orientation, or else that of XMP; 1 where there is none or it makes no sense."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:
        request.warn("EXIF is damaged and was ignored")
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _turned(pixels: Pixels, orientation: int) -> Pixels:
    """Turn pixels upright from how EXIF says they are stored."""
    if orientation in (5, 7):
        pixels = cv2.transpose(pixels)  # type: ignore[assignment]
    if orientation in (2, 4):
        return cv2.flip(pixels, 1 if orientation == 2 else 0)  # type: ignore[return-value]
    turn = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 7: cv2.ROTATE_180, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return cv2.rotate(pixels, turn[orientation]) if orientation in turn else pixels  # type: ignore[return-value]


def _note_hdr(stream: BinaryIO, request: Request) -> None:
    """Warn of HDR transfer curves, as AVIF, HEIC (colr box) and PNG (cICP chunk) declare them."""
    stream.seek(0)
    head = stream.read(65536)
    stream.seek(0)
    for label in (b"colrnclx", b"cICP"):
        at = head.find(label)
        if at < 0:
            continue
        fields = head[at + len(label) : at + len(label) + 4]
        transfer = int.from_bytes(fields[2:4], "big") if label == b"colrnclx" else fields[1]
        if transfer in _HDR_CURVES:
            request.warn(f"HDR picture ({_HDR_CURVES[transfer]}) was read without tone mapping")
