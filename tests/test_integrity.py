"""Truncated and damaged pictures, and the archive of odd files with what is expected of each."""

from __future__ import annotations

import csv
import io
import re
import struct
import subprocess
import sys
import tarfile
import zlib
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from iaa_classic.images import ImageError, load_image, read_image

Image.init()
AVIF = "AVIF" in Image.SAVE
END = b"\xff\xd9"


@pytest.fixture(scope="module")
def photo(photographs) -> Image.Image:
    """A photograph of 300 x 200 pixels."""
    return Image.fromarray(np.ascontiguousarray(photographs["astronaut"][:200, :300]))


def encode(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


JPEGS = {
    "baseline": {"quality": 90},
    "progressive": {"quality": 90, "progressive": True},
    "restarts": {"restart_marker_blocks": 8},
}


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_truncated_jpegs_are_refused_wherever_they_are_cut(photo, kind, mode):
    data = encode(photo.convert(mode), "JPEG", **JPEGS[kind])
    whole = load_image(data)
    for cut in (*np.linspace(30, len(data) - 3, 25).astype(int), len(data) - 4, len(data) - 5):
        for tail in (b"", bytes(5000)):
            try:
                loaded = load_image(data[:cut] + tail)
            except ImageError:
                continue
            # Of a progressive JPEG the very last bits may be lost without changing any pixel.
            assert cut >= len(data) - 5
            np.testing.assert_array_equal(loaded, whole)
    flagged = read_image(data[: len(data) * 3 // 4], truncated="flag")
    assert flagged.warnings == ("truncated",)
    assert flagged.pixels.shape == whole.shape
    if kind != "progressive":
        np.testing.assert_array_equal(flagged.pixels[:64], whole[:64])


@pytest.mark.parametrize("kind", JPEGS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_that_only_lacks_its_end_marker_loads(photo, kind, mode):
    data = encode(photo.convert(mode), "JPEG", **JPEGS[kind])
    for cut in (data[:-1], data[:-2], data[:-2] + bytes(4096)):
        loaded = read_image(cut)
        np.testing.assert_array_equal(loaded.pixels, load_image(data))
        assert loaded.warnings == ("end marker is missing",)


def test_a_jpeg_cut_short_and_closed_again_is_refused(photo):
    data = encode(photo, "JPEG", quality=90)
    for share in (0.3, 0.6, 0.9):
        cut = data[: int(len(data) * share)].rstrip(b"\xff") + END
        with pytest.raises(ImageError, match="truncated"):
            read_image(cut)
        with pytest.raises(ImageError, match="truncated"):
            read_image(cut, min_side=50)
        assert read_image(cut, truncated="flag").warnings == ("truncated",)


@pytest.mark.parametrize("level", [127, 128])
def test_a_gray_end_alone_is_not_suspicious(photo, level):
    flat = np.asarray(photo).copy()
    flat[100:] = level
    for array in (flat, np.full_like(flat, level), flat[..., 0]):
        assert read_image(encode(Image.fromarray(array), "JPEG", quality=95)).warnings == ()


def test_what_follows_the_end_of_a_jpeg_is_no_concern(photo):
    data = encode(photo, "JPEG")
    for tail in (b"\0" * 3, b"video " * 1000, data[: len(data) // 2]):
        assert read_image(data + tail).warnings == ()
        np.testing.assert_array_equal(load_image(data + tail), load_image(data))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("GIF", {}),
        ("BMP", {}),
        ("PPM", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("JPEG2000", {}),
    ],
)
def test_truncated_files_of_other_formats_are_refused(photo, kind, options):
    data = encode(photo, kind, **options)
    whole = load_image(data)
    for cut in np.linspace(20, len(data) * 0.99, 20).astype(int):
        with pytest.raises(ImageError):
            read_image(data[:cut])
    if kind in ("PNG", "GIF", "BMP", "PPM", "TIFF"):
        flagged = read_image(data[: len(data) // 2], truncated="flag")
        assert flagged.warnings == ("truncated",)
        assert (flagged.pixels == whole).all(axis=(1, 2)).sum() >= 60


def test_a_png_with_a_wrong_checksum_is_refused_or_flagged(photo):
    data = encode(photo, "PNG")
    at = data.index(b"IDAT")
    length = struct.unpack(">I", data[at - 4 : at])[0]
    wrong = data[: at + 4 + length] + b"\0\0\0\0" + data[at + 8 + length :]
    assert zlib.crc32(data[at : at + 4 + length]) != 0
    with pytest.raises(ImageError, match="checksum"):
        read_image(wrong)
    assert read_image(wrong, truncated="flag").warnings == ("damaged",)


def test_nothing_left_is_refused_even_where_damage_is_to_be_flagged(photo):
    for kind in ("JPEG", "PNG", "GIF"):
        with pytest.raises(ImageError):
            read_image(encode(photo, kind)[:30], truncated="flag")


# --- the archive of odd files ---------------------------------------------------------------------------------------

REFUSED = {
    "modern/coffee.jxl": "JPEG XL",
    "modern/radiance.hdr": "Radiance HDR",
    "misnamed/array.npy": "not an image",
    "bomb/Bad_reallybig.bmp": "megapixels",
}
"""Where the manifest leaves a choice and the choice is to refuse, and what the error says."""
FREE = {"tiff/hopper_webp.tif", "tiff/hopper_lzma.tif", "modern/example.heic", "corrupt/bitflips.jpg"}
"""Where it depends on what Pillow was built with, or on the decoder's luck."""


class Odd:
    """The unpacked archive and its manifest."""

    def __init__(self, folder: Path, manifest: Path) -> None:
        self.folder = folder
        with manifest.open(encoding="utf-8", newline="") as file:
            rows = [{**row, "path": unquote(row["path"])} for row in csv.DictReader(file)]
        self.rows = [row for row in rows if AVIF or not row["path"].endswith(".avif")]

    def __call__(self, path: str, **options) -> np.ndarray:
        return load_image(self.folder / path, **options)

    def error(self, path: str) -> str:
        with pytest.raises(ImageError) as caught:
            read_image(self.folder / path)
        return str(caught.value)


@pytest.fixture(scope="module")
def odd(data, tmp_path_factory) -> Odd:
    folder = tmp_path_factory.mktemp("odd files")
    with tarfile.open(data / "odd_files" / "odd_files.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return Odd(folder, data / "odd_files" / "MANIFEST.csv")


def test_every_odd_file_is_handled_as_its_manifest_expects(odd):
    wrong = []
    for row in odd.rows:
        path, expected = row["path"], row["expected"]
        try:
            loaded = read_image(odd.folder / path)
        except ImageError as error:
            if expected.startswith("rejected"):
                named = re.search(r'"(.+)"|: (not an image)', expected)
                if named and (named[1] or named[2]) not in str(error):
                    wrong.append(f"{path}: {error}, expected {expected}")
            elif path in REFUSED:
                if REFUSED[path] not in str(error):
                    wrong.append(f"{path}: {error}")
            elif path not in FREE:
                wrong.append(f"{path}: {error}, expected {expected}")
            continue
        if (expected.startswith("rejected") or path in REFUSED) and path not in FREE:
            wrong.append(f"{path}: loaded, expected {expected}")
        size = (row["expected_width"], row["expected_height"])
        stated = re.match(r"loads (\d+)x(\d+)", expected)
        for width, height in filter(all, (size, stated.groups() if stated else ("", ""))):
            if (loaded.width, loaded.height) != (int(width), int(height)):
                wrong.append(f"{path}: {loaded.width}x{loaded.height}, expected {width}x{height}")
        if loaded.pixels.dtype != np.uint8 or loaded.pixels.shape != (loaded.height, loaded.width, 3):
            wrong.append(f"{path}: {loaded.pixels.dtype} {loaded.pixels.shape}")
    assert not wrong, "\n".join(wrong)
    assert len(odd.rows) > 90


def test_odd_files_with_warnings(odd):
    expected = {
        "png/fully_transparent.png": "fully transparent",
        "icc/garbage_icc.jpg": "colour profile is damaged and was ignored",
        "icc/rgb_profile_on_gray.jpg": "colour profile is for RGB pictures",
        "tiff/10ct_32bit_128.tiff": "were stretched",
        "modern/colors_hdr_p3.avif": "HDR picture (PQ)",
        "corrupt/no_eoi.jpg": "end marker is missing",
    }
    for row in odd.rows:
        try:
            warned = read_image(odd.folder / row["path"]).warnings
        except ImageError:
            continue
        assert ("".join(warned) == "") == (row["path"] not in expected), row["path"]
        assert expected.get(row["path"], "") in "".join(warned)


@pytest.mark.parametrize(
    ("path", "tolerance"),
    [
        ("icc/coffee_AdobeRGBcompat.jpg", 3),
        ("icc/coffee_Rec2020.jpg", 3),
        ("jpeg/ycck.jpg", 3),
        ("corrupt/no_eoi.jpg", 4),
        ("webp/lossless.webp", 0),
    ],
)
def test_odd_files_made_of_the_control_picture_look_like_it(odd, path, tolerance):
    difference = np.abs(odd(path).astype(int) - odd("control/coffee_srgb.png")).mean()
    assert difference <= tolerance


def test_odd_files_stand_upright(odd):
    # The pictures of one set differ in a digit drawn on them.
    second = odd("exif/Landscape_2.jpg").astype(int)
    for number in (5, 7, 8):
        assert np.abs(odd(f"exif/Landscape_{number}.jpg") - second).mean() < 4
    assert np.abs(odd("exif/Portrait_6.jpg") - odd("exif/Portrait_8.jpg").astype(int)).mean() < 4
    assert odd("exif/g4_orientation_6.tif").shape == (88, 590, 3)
    if AVIF:
        assert odd("exif/avif_irot1.avif").shape == (427, 640, 3)
        assert odd("exif/avif_orientation_6.avif").shape == (4032, 3024, 3)
    assert odd("exif/paris_orientation_5.jpg").shape == (403, 302, 3)


def test_odd_files_keep_their_colours(odd):
    red = odd("jpeg/cmyk_adobe_inverted.jpg")
    assert (red[..., 0] > 150).sum() > 500
    assert red[0].max() > 200
    assert red[20].max() < 40
    overalls = odd("jpeg/xyb_icc.jpg")[200:260, 130:180].mean(axis=(0, 1))
    assert overalls[2] > overalls[0] + 20, "the man wears blue"
    assert odd("icc/P3-sRGB-blue.png")[500, 500].tolist() == pytest.approx([0, 0, 255], abs=3)
    assert odd("png/basn2c16.png").max() == 255
    assert 200 < odd("tiff/uint32_gray.tif").max() <= 255
    clear = odd("png/fully_transparent.png", background=(10, 20, 30))
    assert (clear == (10, 20, 30)).all()


def test_no_odd_file_takes_long_or_much(odd):
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc")
    script = """if True:
        import re, sys, time
        from iaa_classic.features import select
        from iaa_classic.measuring import measure_images
        from iaa_classic.compiling import warm_up
        records = select("fast")
        warm_up(records)
        for path in sys.argv[1:]:
            start = time.process_time()
            [measured] = measure_images([path], records)
            assert "report this" not in (measured.error or ""), (path, measured.error)
            assert time.process_time() - start < 5, path
        with open("/proc/self/status") as status:
            print(int(re.search("VmHWM:\\s+([0-9]+)", status.read())[1]) / 1024)
    """
    paths = [str(odd.folder / row["path"]) for row in odd.rows]
    run = subprocess.run([sys.executable, "-P", "-c", script, *paths], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    assert float(run.stdout) < 1000


def test_bombs_are_refused_in_no_time_and_little_memory(odd):
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc")
    script = """if True:
        import re, sys, time
        from iaa_classic.images import ImageError, read_image
        for path in sys.argv[1:]:
            start = time.perf_counter()
            try:
                read_image(path)
                sys.exit(path + " loaded")
            except ImageError as error:
                assert "megapixels" in error.why
            print(time.perf_counter() - start)
        with open("/proc/self/status") as status:
            print(int(re.search("VmHWM:\\s+([0-9]+)", status.read())[1]) / 1024)
    """
    bombs = sorted(map(str, (odd.folder / "bomb").iterdir()))
    run = subprocess.run([sys.executable, "-P", "-c", script, *bombs], capture_output=True, text=True, check=True)
    *seconds, megabytes = map(float, run.stdout.split())
    assert len(seconds) == len(bombs) >= 5
    assert max(seconds) < 0.5
    assert megabytes < 300
