"""Photographs and tables under addresses, and none of them fetched unasked."""

from __future__ import annotations

import builtins
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic import remote
from iaa_classic.cli.main import app
from iaa_classic.errors import UserError
from iaa_classic.images import ImageError, read_image

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def bucket():
    """Three pictures, one of them broken, and other things, in memory."""
    files = fsspec.filesystem("memory")
    files.rm("/bucket", recursive=True) if files.exists("/bucket") else None
    random = np.random.default_rng(0)
    for name in ("b/2.png", "b/1.jpg"):
        buffer = io.BytesIO()
        Image.fromarray(random.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(buffer, "PNG")
        files.pipe(f"/bucket/{name}", buffer.getvalue())
    files.pipe("/bucket/a.png", b"no picture")
    files.pipe("/bucket/notes.txt", b"x")
    files.pipe("/bucket/.hidden/3.png", b"x")
    yield "memory://bucket"
    files.rm("/bucket", recursive=True)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("s3://bucket/a.jpg", True),
        ("memory://a", True),
        ("/a/b.jpg", False),
        ("C:/a.jpg", False),
        ("https://example.org/a.jpg", False),
        ("HTTP://example.org/a.jpg", False),
        (b"s3://a", False),
    ],
)
def test_addresses_are_told_from_paths(source, expected):
    assert remote.is_remote(source) is expected


def test_pictures_are_found_and_read(bucket):
    found = [address.replace(":///", "://") for address in remote.pictures(bucket)]
    assert found == [f"{bucket}/{name}" for name in ("a.png", "b/1.jpg", "b/2.png")]
    assert list(remote.pictures(found[1])) == [found[1]]
    assert read_image(found[2]).pixels.shape == (20, 30, 3)
    with pytest.raises(ImageError, match=r"a\.png: it is not an image"):
        read_image(found[0])
    with pytest.raises(ImageError, match="there is no such file; check the address"):
        read_image(f"{bucket}/gone.png")
    with pytest.raises(UserError, match="there is nothing; check the spelling"):
        list(remote.pictures("memory://nowhere"))
    with pytest.raises(ImageError, match="cannot be opened"):
        read_image("nosuchscheme://bucket/a.png")


def test_without_fsspec_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def absent(name, *arguments, **options):
        if name.startswith("fsspec"):
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImageError, match=r"addresses need fsspec; pip install \"iaa-classic\[remote\]\""):
        read_image("s3://bucket/a.png")


def test_a_run_over_addresses_goes_on(bucket, tmp_path, monkeypatch):
    class Cut(BaseException):
        pass

    def cut(*_, **__):
        raise Cut

    monkeypatch.setenv("IAA_CLASSIC_CACHE_DIR", str(tmp_path))
    asked = ["extract", bucket, "--features", "aspect_ratio", "--output", f"{bucket}/out/t.csv"]
    with monkeypatch.context() as patch:
        patch.setattr("iaa_classic.cli.extracting._table", cut)
        with pytest.raises(Cut):
            CliRunner().invoke(app, asked)
    assert [path.suffix for path in (tmp_path / "unfinished").iterdir()] == [".unfinished"]
    fsspec.filesystem("memory").pipe("/bucket/b/1.jpg", b"no picture")
    done = CliRunner().invoke(app, asked)
    assert "2 of 3 photographs are measured already" in done.stderr  # one of which has changed
    table = pd.read_csv(io.BytesIO(fsspec.filesystem("memory").cat("/bucket/out/t.csv")))
    assert list(table["error"].isna()) == [False, False, True]
    assert not list((tmp_path / "unfinished").iterdir())


@pytest.mark.parametrize("parts", [(), ("--part-rows", 2)])
def test_extract_from_and_to_addresses(bucket, parts):
    output = f"{bucket}/out/t.parquet"
    asked = ["extract", bucket, "--features", "aspect_ratio", "--output", output, *map(str, parts)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 1, done.output
    assert "1 of 3 could not be measured" in done.stderr
    files = fsspec.filesystem("memory")
    names = files.ls("/bucket/out/t.parquet", detail=False) if parts else ["/bucket/out/t.parquet"]
    table = pd.concat([pd.read_parquet(io.BytesIO(files.cat(name))) for name in sorted(names)])
    assert list(table["aspect_ratio"].fillna(0)) == pytest.approx([0, np.log(1.5), np.log(1.5)])
    with pytest.raises(UserError, match="exists already"):
        CliRunner().invoke(app, asked, catch_exceptions=False)
