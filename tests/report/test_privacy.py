"""What is private in a file, planted in every place that cameras and programs use, is in no output."""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic.cli.main import app

SECRETS = (
    *("SERIAL-4711-BODY", "SERIAL-0815-LENS", "OWNER-Jane-Doe", "ARTIST-Jane-Doe", "MAKERNOTE-secret", "COMMENT-secret"),
    *("XMP-creator-secret", "IPTC-byline-secret", "THUMBNAIL-secret", "COPYRIGHT-secret", "HOST-secret", "52.5163", "13.3777"),
)


def exif() -> bytes:
    made = Image.Exif()
    made[0x013B], made[0x8298], made[0x013C] = "ARTIST-Jane-Doe", "COPYRIGHT-secret", "HOST-secret"
    inner = made.get_ifd(0x8769)
    inner[0xA430], inner[0xA431], inner[0xA435] = "OWNER-Jane-Doe", "SERIAL-4711-BODY", "SERIAL-0815-LENS"
    inner[0x927C] = b"MAKERNOTE-secret" * 3
    place = made.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (52.0, 30.0, 58.68), "E", (13.0, 22.0, 39.72)
    return made.tobytes()


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


@pytest.fixture(scope="module")
def private(tmp_path_factory, photographs):
    """A folder whose own path is private as well, with one photograph that holds all secrets."""
    image = Image.fromarray(photographs["coffee"]).resize((240, 160))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><creator>XMP-creator-secret</creator><at>52.5163 13.3777</at></x:xmpmeta>'
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", 23) + b"\x1c\x02\x50\x00\x12IPTC-byline-secret\x00"
    planted = (
        segment(0xE1, exif() if exif().startswith(b"Exif") else b"Exif\x00\x00" + exif())
        + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + xmp)
        + segment(0xED, iptc)
        + segment(0xE0, b"JFXX\x00\x10" + buffer.getvalue()[:2] + segment(0xFE, b"THUMBNAIL-secret") + b"\xff\xd9")
        + segment(0xFE, b"COMMENT-secret at 52.5163 13.3777")
    )
    folder = tmp_path_factory.mktemp("home-of-jane") / "Trip"
    folder.mkdir()
    data = buffer.getvalue()
    (folder / "photo.jpg").write_bytes(data[:2] + planted + data[2:])
    (folder / "broken.jpg").write_bytes(data[:2] + planted)
    image.rotate(180).save(folder / "second.png")
    return folder


def test_the_secrets_are_in_the_photograph(private):
    data = (private / "photo.jpg").read_bytes()
    for secret in SECRETS:
        assert secret.encode() in data
    with Image.open(private / "photo.jpg") as image:
        assert image.getexif().get_ifd(0x8825)[2] == (52.0, 30.0, 58.68)


def layers(text: str) -> list[bytes]:
    """A page and what lies packed in it: data URIs, compressed details, and the data URIs of these."""
    found = [text.encode()]
    for packed in re.findall(r'id="photo-\d+">([^<]+)<', text):
        found += layers(zlib.decompress(base64.b64decode(packed), -15).decode())
    found += [base64.b64decode(data) for data in re.findall(r"data:image/\w+;base64,([A-Za-z0-9+/=]+)", text)]
    return found


def test_no_output_tells_a_secret(private, tmp_path):
    def run(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code in (0, 1), result.output
        return result.output

    photo = private / "photo.jpg"
    said = [
        run("report", private, "--output", tmp_path / "report.html"),
        run("rank", photo, private / "second.png", "--html", tmp_path / "rank.html"),
        run("explain", photo, "--html", tmp_path / "photo.html", "--no-suggest", "--no-regions"),
        run("explain", photo, "--json"),
        run("score", private, "--output", tmp_path / "scores.csv"),
        run("score", private, "--output", tmp_path / "scores.json"),
        run("extract", photo, "--output", tmp_path / "features.csv", "--features", "lighting"),
    ]
    outputs = [text.encode() for text in said]
    for path in sorted(tmp_path.iterdir()):
        outputs += layers(path.read_text(encoding="utf-8")) if path.suffix == ".html" else [path.read_bytes()]
    assert sum(output[:4] == b"RIFF" or output[:2] == b"\xff\xd8" for output in outputs) >= 8
    for output in outputs:
        for secret in SECRETS:
            assert secret.encode() not in output
    for path in tmp_path.glob("*.html"):
        for output in layers(path.read_text(encoding="utf-8")):
            assert b"home-of-jane" not in output
            if output[:4] == b"RIFF" or output[:2] == b"\xff\xd8":
                with Image.open(io.BytesIO(output)) as image:
                    assert not image.getexif()
                    assert not {"exif", "xmp", "icc_profile", "photoshop", "comment", "gps"} & set(image.info)
                    assert np.asarray(image.convert("RGB")).std() > 5
