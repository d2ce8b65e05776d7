"""What a file is, told from its first bytes; and the suffixes by which folders are searched."""

from __future__ import annotations

from typing import NamedTuple

# fmt: off
IMAGE_SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".avif", ".heic", ".heif", ".hif", ".jxl",
    ".tif", ".tiff", ".gif", ".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf",
    ".jpx", ".jph", ".psd", ".qoi",
})
# fmt: on
"""Suffixes (lower case) that mark a file in a folder as a picture. HEIC needs an extra, JPEG XL gives a named error."""

# fmt: off
RAW_SUFFIXES = frozenset({
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc", ".mef", ".mos",
    ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
})
# fmt: on
"""Suffixes (lower case) of cameras' raw files, of which the embedded preview is read, with an extra."""

HEAD = 64
"""How many bytes from the start :func:`sniff` wants to see."""


class Format(NamedTuple):
    """A kind of file. ``plugin`` is the Pillow module that reads it, if any; ``remedy`` is for where none does."""

    name: str
    plugin: str = ""
    remedy: str = ""


_CONVERT = "convert it to JPEG, PNG or TIFF"
RAW = Format("a camera's raw file", remedy='pip install "iaa-classic[raw]" reads its preview; or export it as JPEG or TIFF')
_VIDEO = Format("a video", remedy="export a still picture from it")

JPEG = Format("JPEG", "JpegImagePlugin")
PNG = Format("PNG", "PngImagePlugin")
TIFF = Format("TIFF", "TiffImagePlugin")
AVIF = Format("AVIF", "AvifImagePlugin", "pip install --upgrade Pillow (11.3 or newer reads AVIF)")
HEIF = Format("HEIC", remedy='pip install "iaa-classic[heif]"')
_JPEG2000 = Format("JPEG2000", "Jpeg2KImagePlugin")
_JXL = Format("JPEG XL", remedy="convert it to JPEG, PNG or AVIF (djxl does it)")

_PREFIXES: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\0\x10\0\0\0CR", RAW),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"GIF8", Format("GIF", "GifImagePlugin")),
    (b"BM", Format("BMP", "BmpImagePlugin")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _JPEG2000),
    (b"\xff\x4f\xff\x51", _JPEG2000),
    (b"8BPS", Format("PSD", "PsdImagePlugin")),
    (b"qoif", Format("QOI", "QoiImagePlugin")),
    *((b"P%d" % kind, Format("PPM", "PpmImagePlugin")) for kind in range(1, 7)),
    (b"\xff\x0a", _JXL),
    (b"\0\0\0\x0cJXL \r\n\x87\n", _JXL),
    (b"#?RADIANCE", Format("a Radiance HDR picture", remedy="tone-map it and save it as JPEG, PNG or TIFF")),
    (b"#?RGBE", Format("a Radiance HDR picture", remedy="tone-map it and save it as JPEG, PNG or TIFF")),
    (b"\x76\x2f\x31\x01", Format("an OpenEXR picture", remedy="tone-map it and save it as JPEG, PNG or TIFF")),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"MMOR", RAW),
    (b"IIU\0", RAW),
    (b"FOVb", RAW),
    (b"\0\0\1\0", Format("a Windows icon", remedy=_CONVERT)),
    (b"%PDF", Format("a PDF document", remedy="export its pages as JPEG or PNG")),
    (b"%!PS", Format("a PostScript document", remedy="export it as JPEG or PNG")),
    (b"\x1f\x8b", Format("a gzip archive", remedy="unpack it first")),
    (b"PK\3\4", Format("a zip archive", remedy="unpack it first")),
    (b"7z\xbc\xaf", Format("a 7-Zip archive", remedy="unpack it first")),
    (b"Rar!", Format("a RAR archive", remedy="unpack it first")),
    (b"\x93NUMPY", Format("a NumPy array", remedy="load it with numpy.load and give the array")),
    (b"version https://git-lfs", Format("a Git LFS pointer", remedy="fetch the picture itself: git lfs pull")),
    (b"/9j/", Format("base64 text of a JPEG", remedy="decode it with base64.b64decode first")),
    (b"iVBORw0KGgo", Format("base64 text of a PNG", remedy="decode it with base64.b64decode first")),
    (b"data:image/", Format("a data: address", remedy="decode the base64 text after the comma first")),
)

_BRANDS: dict[bytes, Format] = {
    **dict.fromkeys((b"avif", b"avis"), AVIF),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"), HEIF),
    b"crx ": RAW,
    **dict.fromkeys((b"isom", b"iso2", b"mp41", b"mp42", b"qt  ", b"M4V ", b"avc1", b"3gp4", b"3gp5"), _VIDEO),
}


def sniff(head: bytes) -> Format | None:
    """Return what a file that starts with ``head`` (its first ``HEAD`` bytes) is, or None where that is unknown."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format("WebP", "WebPImagePlugin")
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    for prefix, kind in _PREFIXES:
        if head.startswith(prefix):
            return kind
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return Format("HTML", remedy="it is usually an error page saved in the picture's place: download the picture again")
    if text.startswith((b"<svg", b"<?xml")):
        return Format("SVG or XML", remedy="export it as PNG")
    return None


def _by_brand(head: bytes) -> Format | None:
    """Tell the ISO media family apart; a generic brand such as ``mif1`` yields to the compatible ones."""
    size = int.from_bytes(head[:4], "big")
    compatible = [head[at : at + 4] for at in range(16, min(size, len(head)), 4)]
    major = head[8:12]
    if major in (b"mif1", b"msf1") and any(brand in (b"avif", b"avis") for brand in compatible):
        return AVIF
    return _BRANDS.get(major) or next((_BRANDS[brand] for brand in compatible if brand in _BRANDS), None)
