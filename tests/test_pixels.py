"""Bit depth, colour profiles, transparency and frames: every mode of pixels to 8-bit sRGB."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from iaa_classic.images import ImageError, load_image, read_image

Image.init()
AVIF = "AVIF" in Image.SAVE


@pytest.fixture(scope="module")
def photo(photographs) -> np.ndarray:
    """A photograph of 200 x 300 pixels."""
    return np.ascontiguousarray(photographs["astronaut"][:200, :300])


def encode(array: np.ndarray | Image.Image, kind: str = "JPEG", **options) -> bytes:
    image = array if isinstance(array, Image.Image) else Image.fromarray(np.ascontiguousarray(array))
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


# --- colour ---------------------------------------------------------------------------------------------------------


def test_an_srgb_profile_changes_nothing(photo):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    np.testing.assert_array_equal(load_image(encode(photo, "PNG", icc_profile=profile)), photo)
    assert read_image(encode(photo, icc_profile=profile)).warnings == ()


def swapped_profile() -> bytes:
    """An sRGB profile whose red and blue primaries are exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * profile[131], 12)}
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    profile[red + 4 : red + 12], profile[blue + 4 : blue + 12] = (
        profile[blue + 4 : blue + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_profiles_are_converted(photo, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encode(photo[..., ::-1], kind, icc_profile=swapped_profile(), **options)
    assert np.abs(load_image(data).astype(int) - photo).max() <= 2


def test_profiles_are_converted_in_jpegs_and_with_transparency(photo):
    profile = swapped_profile()
    jpeg = load_image(encode(photo, quality=95, subsampling=0, icc_profile=profile), min_side=100)
    plain = load_image(encode(photo, quality=95, subsampling=0), min_side=100)
    assert np.abs(jpeg[..., ::-1].astype(int) - plain).max() <= 2
    clear = np.dstack([photo[..., ::-1], np.full(photo.shape[:2], 255, np.uint8)])
    clear[:50, :, 3] = 0
    loaded = load_image(encode(clear, "PNG", icc_profile=profile), background=(9, 8, 7))
    assert (loaded[:50] == (9, 8, 7)).all()
    assert np.abs(loaded[50:].astype(int) - photo[50:]).max() <= 2


def test_profiles_that_do_not_fit_are_ignored_with_a_warning(photo):
    damaged = read_image(encode(photo, icc_profile=b"garbage" * 50))
    assert damaged.warnings == ("colour profile is damaged and was ignored",)
    mismatch = read_image(encode(photo[..., 0], icc_profile=swapped_profile()))
    assert "colour profile is for RGB pictures" in mismatch.warnings[0]
    np.testing.assert_array_equal(mismatch.pixels[..., 0], mismatch.pixels[..., 2])


def test_cmyk_has_natural_colours(photo):
    # 50 levels of ink cannot hold the picture exactly; Pillow's formula is inverted by its own conversion.
    loaded = load_image(encode(Image.fromarray(photo).convert("CMYK"), quality=95))
    assert np.abs(loaded.astype(int) - photo).mean() < 5
    assert load_image(Image.new("CMYK", (2, 2), (0, 255, 255, 0)))[0, 0].tolist() == [255, 0, 0]


def test_hdr_curves_are_named(photo):
    data = encode(photo, "PNG")
    hdr = data[:33] + chunk(b"cICP", bytes([9, 16, 0, 1])) + data[33:]
    assert read_image(hdr).warnings == ("HDR picture (PQ) was read without tone mapping",)
    sdr = data[:33] + chunk(b"cICP", bytes([1, 13, 0, 1])) + data[33:]
    assert read_image(sdr).warnings == ()


# --- depth and modes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG2000"])
def test_sixteen_bits_are_scaled_not_clipped(photo, kind):
    gray = photo[..., 0].astype(np.uint16) * 257
    loaded = read_image(encode(gray, kind))
    np.testing.assert_array_equal(loaded.pixels, np.repeat(photo[..., :1], 3, axis=2))
    assert loaded.warnings == ()


def test_floating_point_tiffs(photo):
    unit = (photo[..., 0] / np.float32(255)).astype(np.float32)
    unit_loaded = read_image(encode(unit, "TIFF"))
    np.testing.assert_array_equal(unit_loaded.pixels[..., 0], photo[..., 0])
    assert unit_loaded.warnings == ()
    wide = read_image(encode(unit * 6 - 3, "TIFF"))
    assert "floating-point values from -3 to 3 were stretched" in wide.warnings[0]
    assert np.abs(wide.pixels[..., 0].astype(int) - photo[..., 0]).max() <= 1
    with pytest.raises(ImageError, match="NaN"):
        read_image(encode(np.full((2, 2), np.nan, np.float32), "TIFF"))


def test_integer_images_have_the_range_of_sixteen_bits_or_are_stretched():
    small = Image.fromarray(np.array([[0, 257, 65535]], np.int32))
    assert load_image(small)[0, :, 0].tolist() == [0, 1, 255]
    large = read_image(Image.fromarray(np.array([[-100, 0, 100]], np.int32)))
    assert large.pixels[0, :, 0] == pytest.approx([0, 127.5, 255], abs=0.6)
    assert "integer values from -100 to 100" in large.warnings[0]


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "PA", "RGBA", "RGBX", "YCbCr", "LAB", "HSV", "CMYK", "La", "RGBa"])
def test_pillow_images_of_every_mode(photo, mode):
    image = Image.fromarray(photo)
    if mode in ("La", "RGBa"):
        image = image.convert(mode.upper()).convert(mode)
    elif mode in ("P", "PA"):
        image = image.quantize(256).convert(mode)
    elif mode == "LAB":
        to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        image = to_lab.apply(image)
    else:
        image = image.convert(mode)
    loaded = read_image(image)
    assert loaded.pixels.shape == photo.shape
    assert loaded.warnings == ()
    gray = np.repeat(np.asarray(Image.fromarray(photo).convert("L"))[..., None], 3, axis=2)
    expected = gray if mode in ("1", "L", "LA", "La") else photo
    assert np.abs(loaded.pixels.mean() - expected.mean()) < 12
    assert mode == "1" or np.abs(loaded.pixels.astype(int) - expected).mean() < 13


def test_transparent_levels_and_palettes(photo):
    levels = np.tile(np.arange(0, 250, 10, dtype=np.uint8), (4, 1))
    loaded = load_image(encode(levels, "PNG", transparency=50), background=(1, 2, 3))
    assert (loaded[:, 5] == (1, 2, 3)).all()
    assert (loaded[:, 6] == 60).all()
    palette = Image.fromarray(levels).convert("P")
    assert (load_image(encode(palette, "GIF", transparency=0), background=(1, 2, 3))[:, 0] == (1, 2, 3)).all()
    assert (load_image(encode(levels.astype(np.uint16) * 257, "PNG"))[:, 6] == 60).all()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "MPO", "AVIF"])
def test_the_first_frame_counts(photo, kind):
    if kind == "AVIF" and not AVIF:
        pytest.skip("this Pillow has no AVIF")
    frames = [Image.new("RGB", (32, 32), colour) for colour in ((250, 250, 250), (0, 0, 0))]
    loaded = load_image(encode(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert loaded.shape == (32, 32, 3)
    assert loaded.min() > 240
