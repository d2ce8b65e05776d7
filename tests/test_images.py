"""Every kind of picture in, upright 8-bit sRGB out, or one clear error."""

from __future__ import annotations

import io
import pickle
import struct
import threading
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from iaa_classic.images import ImageError, LoadedImage, load_image, read_image

Image.init()
AVIF = "AVIF" in Image.SAVE

ORIENTED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}
"""How a camera stores an upright picture under each EXIF orientation (6: to be turned clockwise to stand upright)."""


@pytest.fixture(scope="module")
def photo(photographs) -> np.ndarray:
    """A photograph of 200 x 300 pixels."""
    return np.ascontiguousarray(photographs["astronaut"][:200, :300])


def encode(array: np.ndarray | Image.Image, kind: str = "JPEG", **options) -> bytes:
    image = array if isinstance(array, Image.Image) else Image.fromarray(np.ascontiguousarray(array))
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def refusal(source, **options) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_image(source, **options)
    error = caught.value
    assert error.what
    assert error.why
    assert "\n" not in str(error)
    return error


def chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


# --- sources --------------------------------------------------------------------------------------------------------


def test_every_kind_of_source_gives_the_same_pixels(photo, tmp_path):
    data = encode(photo, "PNG")
    path = tmp_path / "-odd \n näme.png"
    path.write_bytes(data)
    with path.open("rb") as file:
        pictures = [
            load_image(source)
            for source in (path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data), file, photo)
        ]
    with Image.open(path) as image:
        pictures.append(load_image(image))
    for picture in pictures:
        assert picture.dtype == np.uint8
        assert picture.flags.c_contiguous
        np.testing.assert_array_equal(picture, photo)
    assert path.read_bytes() == data


def test_a_stream_that_cannot_seek_is_read_from_where_it_stands(photo):
    class Socket(io.RawIOBase):
        def __init__(self, data):
            self.inner = io.BytesIO(data)

        def read(self, size=-1):
            return self.inner.read(size)

    stream = Socket(b"skipped" + encode(photo, "PNG"))
    stream.read(7)
    np.testing.assert_array_equal(load_image(stream), photo)


def test_full_size_and_no_warnings_for_an_ordinary_picture(photo):
    loaded = read_image(encode(photo))
    assert (loaded.width, loaded.height, loaded.warnings) == (300, 200, ())
    assert isinstance(loaded, LoadedImage)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"", "empty"),
        (b"\xff", "not an image"),
        (b"just some words", "not an image"),
        (bytes(1000), "zeros"),
        (b"<!DOCTYPE html><p>404", "looks like HTML"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS"),
        (b"\xff\x0a....", "JPEG XL"),
        (b"#?RADIANCE\n", "Radiance HDR"),
        (b"II*\0\x10\0\0\0CR\x02\0", "raw file"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", "raw file"),
        (b"\0\0\0\x18ftypisom\0\0\0\1", "video"),
        (io.StringIO("text"), "text"),
        (42, "not a picture"),
        (None, "not a picture"),
        ("no-such-file.jpg", "no such file"),
        ("nul\0byte.jpg", "cannot be opened"),
        ("https://example.org/a.jpg", "no such file"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(source, why):
    error = refusal(source)
    assert why in error.why
    assert error.remedy


def test_folders_empty_files_and_pipes_are_refused(tmp_path):
    import os

    (tmp_path / "empty.jpg").touch()
    assert "folder" in refusal(tmp_path).why
    assert "empty" in refusal(tmp_path / "empty.jpg").why
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.jpg")
        assert "pipe" in refusal(tmp_path / "pipe.jpg").why


def test_denied_permission_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "private.jpg"
    path.write_bytes(b"x")

    def deny(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", deny)
    with pytest.raises(ImageError, match="permission"):
        read_image(path)


def test_errors_survive_pickling_and_read_well():
    error = pickle.loads(pickle.dumps(ImageError("a.jpg", "it is\n empty", "get it again")))
    assert (error.what, error.why, error.remedy) == ("a.jpg", "it is empty", "get it again")
    assert str(error) == "a.jpg: it is empty; get it again"
    assert str(refusal("a\udcffb\n.jpg")).startswith("a\\udcffb\\n.jpg: ")


@pytest.mark.parametrize(
    "options",
    [{"truncated": "ignore"}, {"max_pixels": 0}, {"min_side": 0}, {"background": (0, 0)}, {"background": (0, 0, 256)}],
)
def test_wrong_settings_are_value_errors(photo, options):
    with pytest.raises(ValueError, match=next(iter(options))):
        read_image(photo, **options)


# --- arrays ---------------------------------------------------------------------------------------------------------


def test_arrays_of_every_type_are_scaled(photo):
    expected = photo
    np.testing.assert_array_equal(load_image(photo.astype(np.uint16) * 257), expected)
    for kind in (np.float16, np.float32, np.float64):
        scaled = load_image((photo / 255).astype(kind))
        np.testing.assert_array_equal(scaled, expected)
    np.testing.assert_array_equal(load_image(photo > 99), np.where(photo > 99, 255, 0))
    np.testing.assert_array_equal(load_image(np.array([[0, 128, 129, 65535]], np.uint16))[0, :, 0], [0, 0, 1, 255])


def test_gray_and_transparent_arrays(photo):
    gray = photo[..., 0]
    for array in (gray, gray[..., None], photo[:, ::-1, 0][:, ::-1]):
        np.testing.assert_array_equal(load_image(array), np.repeat(gray[..., None], 3, axis=2))
    clear = np.dstack([photo, np.zeros_like(gray)])
    loaded = read_image(clear, background=(1, 2, 3))
    assert (loaded.pixels == (1, 2, 3)).all()
    assert loaded.warnings == ("fully transparent",)
    half = np.full((1, 1, 4), (200, 100, 0, 128), np.uint8)
    assert load_image(half, background=(0, 0, 0)).ravel() == pytest.approx([100, 50, 0], abs=1)
    np.testing.assert_array_equal(load_image(np.dstack([photo, np.full_like(gray, 255)])), photo)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.full((2, 2), 1.5), "from 1.5 to 1.5"),
        (np.full((2, 2), -0.1), "from -0.1"),
        (np.array([[0.5, np.nan]]), "NaN"),
        (np.array([[0.5, np.inf]]), "inf"),
        (np.zeros((2, 2), np.int64), "int64"),
        (np.zeros((2, 2), complex), "complex"),
        (np.zeros((2, 2, 2), np.uint8), "shape"),
        (np.zeros((3, 20, 20), np.uint8), "transpose"),
        (np.zeros((0, 5, 3), np.uint8), "shape"),
        (np.zeros(5, np.uint8), "shape"),
        (np.zeros((1, 2, 2, 3), np.uint8), "shape"),
    ],
)
def test_other_arrays_are_refused_with_what_was_expected(array, said):
    assert said in str(refusal(array))


# --- size -----------------------------------------------------------------------------------------------------------


def png_of(width: int, height: int, tail: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + tail + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_size_is_checked_from_the_header(photo):
    for kind in ("JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP", "PPM", "JPEG2000"):
        data = encode(photo, kind)
        assert load_image(data, max_pixels=60_000).shape == photo.shape
        assert "300 x 200 pixels" in refusal(data, max_pixels=59_999).why
    assert "50000 x 50000" in refusal(png_of(50_000, 50_000)).why
    assert "2147483647" in refusal(png_of(2**31 - 1, 2**31 - 1)).why


def test_pillows_own_size_limit_is_neither_used_nor_changed(photo, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert load_image(encode(photo)).shape == photo.shape
    assert load_image(encode(photo, "PNG")).shape == photo.shape
    assert Image.MAX_IMAGE_PIXELS == 100
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_a_bomb_takes_neither_time_nor_memory():
    import tracemalloc

    tracemalloc.start()
    try:
        refusal(png_of(20_000, 20_000))
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("side", "expected"), [(None, 900), (900, 900), (450, 450), (226, 450), (225, 225), (100, 113), (1, 113)]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpegs_may_be_decoded_smaller(photographs, side, expected, mode):
    image = Image.fromarray(photographs["astronaut"]).resize((900, 601)).convert(mode)
    data = encode(image, quality=95)
    loaded = read_image(data, min_side=side)
    scale = round(900 / expected)
    assert loaded.pixels.shape == (-(-601 // scale), expected, 3)
    assert (loaded.width, loaded.height) == (900, 601)
    padded = np.pad(load_image(data), ((0, -601 % scale), (0, -900 % scale), (0, 0)), "edge").astype(float)
    means = padded.reshape(padded.shape[0] // scale, scale, expected, scale, 3).mean(axis=(1, 3))
    assert np.abs(loaded.pixels - means)[:-1, :-1].mean() < 2
    exif = Image.Exif()
    exif[274] = 6
    turned = read_image(encode(image, quality=95, exif=exif), min_side=side)
    np.testing.assert_array_equal(turned.pixels, np.rot90(loaded.pixels, -1))
    assert (turned.width, turned.height) == (601, 900)
    assert load_image(encode(image.convert("RGB"), "PNG"), min_side=1).shape == (601, 900, 3)


# --- orientation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "MPO"])
def test_orientation_is_applied_once(photo, kind, orientation):
    if kind == "AVIF" and not AVIF:
        pytest.skip("this Pillow has no AVIF")
    stored = np.ascontiguousarray(ORIENTED[orientation](photo))
    exif = Image.Exif()
    exif[274] = orientation
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind != "TIFF" else {"compression": "tiff_lzw"}
    loaded = read_image(encode(stored, kind, exif=exif, **options))
    assert (loaded.width, loaded.height) == (300, 200)
    assert np.abs(loaded.pixels.astype(int) - photo).mean() < 6


@pytest.mark.parametrize("value", [0, 9, 255])
def test_an_invalid_orientation_is_none(photo, value):
    exif = Image.Exif()
    exif[274] = value
    np.testing.assert_array_equal(load_image(encode(photo, "PNG", exif=exif)), photo)


def test_orientation_of_xmp_counts_where_exif_has_none(photo):
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", '<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>')
    data = encode(ORIENTED[6](photo), "PNG", pnginfo=text)
    np.testing.assert_array_equal(load_image(data), photo)


def test_exif_behind_the_pixels_of_a_png_is_found(photo):
    exif = Image.Exif()
    exif[274] = 8
    data = encode(ORIENTED[8](photo), "PNG")
    late = data[:-12] + chunk(b"eXIf", exif.tobytes()[6:]) + data[-12:]
    np.testing.assert_array_equal(load_image(late), photo)


def test_damaged_exif_is_no_reason_to_refuse(photo):
    for exif in (
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0" + bytes(50),
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
    ):
        assert load_image(encode(photo, exif=exif)).shape == photo.shape


# --- formats and sizes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 1), (1, 100), (100, 1), (2, 2), (7, 5)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_nothing_is_too_small(size, kind):
    loaded = read_image(encode(Image.new("RGB", size, (9, 99, 199)), kind), min_side=1)
    assert (loaded.width, loaded.height) == size


def test_raw_files_that_are_tiffs_are_refused_by_name(photo, tmp_path):
    data = encode(photo, "TIFF", tiffinfo={0xC612: b"\1\4\0\0"})
    assert "raw file" in refusal(data).why
    path = tmp_path / "a.NEF"
    path.write_bytes(encode(photo, "TIFF"))
    assert "raw file" in refusal(path).why


def test_heic_without_its_plugin_names_the_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    for head in (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"):
        assert refusal(head).remedy == 'pip install "iaa-classic[heif]"'


def test_heic_is_upright_once_and_checked_for_size(photo):
    pillow_heif = pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[274] = 6
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(photo)).save(buffer, exif=exif.tobytes(), quality=95)
    loaded = read_image(buffer.getvalue())
    assert (loaded.width, loaded.height) == (200, 300)
    assert np.abs(loaded.pixels.astype(int) - np.rot90(photo, -1)).mean() < 6
    assert "300" in refusal(buffer.getvalue(), max_pixels=59_999).why


# --- threads and warnings -------------------------------------------------------------------------------------------


def test_pillows_warnings_do_not_leak_and_filters_are_left_alone(photo, monkeypatch):
    def warn_and_open(stream, name):
        warnings.warn_explicit("odd", UserWarning, "PngImagePlugin.py", 1, module="PIL.PngImagePlugin")
        return PngImagePlugin.PngImageFile(stream, name)

    monkeypatch.setitem(Image.OPEN, "PNG", (warn_and_open, None))
    data, before = encode(photo, "PNG"), list(warnings.filters)
    threads = [threading.Thread(target=lambda: [load_image(data) for _ in range(5)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load_image(data)
    assert warnings.filters == before
    with pytest.raises(UserWarning, match="odd"):
        warn_and_open(io.BytesIO(data), "")
