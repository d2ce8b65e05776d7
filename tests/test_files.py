"""Files and folders to a list of pictures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iaa_classic.files import IMAGE_SUFFIXES, RAW_SUFFIXES, find_images, natural_key


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty folder that is also the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()


def listed(*paths) -> list[str]:
    found = find_images(paths)
    assert found.problems == ()
    return [path.as_posix() for path in found.images]


def test_folders_are_searched_in_natural_order_files_first(folder):
    make(
        "d/IMG_10.jpg",
        "d/img_9.JPG",
        "d/IMG_2.jpg",
        "d/a/1.png",
        "d/b10/x.tif",
        "d/b9/x.heic",
        "d/readme.txt",
        "d/x.jxl",
    )
    expected = ["d/IMG_2.jpg", "d/img_9.JPG", "d/IMG_10.jpg", "d/x.jxl", "d/a/1.png", "d/b9/x.heic", "d/b10/x.tif"]
    assert listed("d") == expected
    assert listed(Path("d")) == expected
    assert [path.as_posix() for path in find_images("d").images] == expected
    assert listed(folder / "d") == [(folder / name).as_posix() for name in expected]


def test_named_files_are_always_taken_and_order_is_kept(folder):
    make("b.jpg", "a.jpg", ".hidden.jpg", "notes.txt", "noSuffix", "Thumbs.db")
    assert listed("b.jpg", "a.jpg", ".hidden.jpg", "notes.txt", "noSuffix", "Thumbs.db") == [
        *("b.jpg", "a.jpg", ".hidden.jpg", "notes.txt", "noSuffix", "Thumbs.db")
    ]


def test_one_path_is_listed_once(folder):
    make("d/a.jpg", "d/s/b.jpg")
    assert listed("d/a.jpg", "./d/a.jpg", folder / "d" / "a.jpg", "d", "d/s", "d/s/../a.jpg") == [
        "d/a.jpg",
        "d/s/b.jpg",
    ]
    Path("link.jpg").symlink_to("d/a.jpg")
    assert listed("link.jpg", "d/a.jpg") == ["link.jpg", "d/a.jpg"]


def test_litter_and_hidden_things_are_skipped_unless_named(folder):
    names = (".DS_Store", "Thumbs.db", "desktop.ini", "._a.jpg", ".b.jpg", "@eaDir/a.jpg", ".thumbnails/a.jpg")
    make(*(f"d/{name}" for name in (*names, "__MACOSX/a.jpg", ".Trash-1000/a.jpg", "$RECYCLE.BIN/a.jpg", "a.jpg")))
    assert listed("d") == ["d/a.jpg"]
    assert listed("d/.thumbnails", "d/__MACOSX") == ["d/.thumbnails/a.jpg", "d/__MACOSX/a.jpg"]


def test_every_suffix_counts_in_any_case(folder):
    for suffix in IMAGE_SUFFIXES:
        make(f"d/a{suffix}", f"d/b{suffix.upper()}")
    assert len(listed("d")) == 2 * len(IMAGE_SUFFIXES)
    assert {".jpg", ".png", ".heic", ".avif", ".jxl", ".tif", ".webp"} <= IMAGE_SUFFIXES
    assert not IMAGE_SUFFIXES & RAW_SUFFIXES


def test_raw_files_are_listed_only_where_no_picture_lies_beside_them(folder):
    make("d/a.NEF", "d/A.jpg", "d/b.cr2")
    assert listed("d") == ["d/A.jpg", "d/b.cr2"]


def test_missing_paths_are_problems(folder):
    make("a.jpg")
    Path("broken.jpg").symlink_to("nowhere.jpg")
    found = find_images(["no.jpg", "a.jpg", "broken.jpg", "nul\0.jpg", "no.jpg"])
    assert found.images == (Path("a.jpg"),)
    assert [path for path, _ in found.problems] == [Path("no.jpg"), Path("broken.jpg"), Path("nul\0.jpg")]
    assert "no such file" in found.problems[0].reason
    assert "link" in found.problems[1].reason


def test_broken_links_and_pipes_in_folders_are_problems(folder):
    make("d/a.jpg")
    Path("d/broken.jpg").symlink_to("nowhere.jpg")
    Path("d/broken.txt").symlink_to("nowhere.txt")
    os.mkfifo("d/pipe.jpg")
    found = find_images(["d"])
    assert found.images == (Path("d/a.jpg"),)
    assert [path.name for path, _ in found.problems] == ["broken.jpg", "pipe.jpg"]


def test_loops_of_links_end(folder):
    make("d/a.jpg", "d/s/b.jpg", "e/c.jpg")
    Path("d/s/up").symlink_to("..")
    Path("d/self").symlink_to(".")
    Path("d/other").symlink_to("../e")
    Path("e/back").symlink_to("../d")
    assert listed("d") == ["d/a.jpg", "d/other/c.jpg", "d/s/b.jpg"]
    Path("x").symlink_to("x")
    assert len(find_images("x").problems) == 1


def test_odd_names_survive(folder):
    names = ["-rf.jpg", "new\nline.jpg", " space .jpg", "quote'\".jpg", "日本.jpg", os.fsdecode(b"latin-\xe9.jpg")]
    try:
        make(*(f"d/{name}" for name in names))
    except OSError:
        pytest.skip("this file system takes no such names")
    assert sorted(path.name for path in find_images("d").images) == sorted(names)
    assert listed(Path("d") / names[-1]) == [f"d/{names[-1]}"]


def test_a_folder_that_may_not_be_read_is_a_problem_and_no_end(folder, monkeypatch):
    make("d/a.jpg", "d/private/b.jpg", "d/z/c.jpg")
    scan = os.scandir

    def guarded(path):
        if Path(path).name == "private":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = find_images(["d"])
    assert [path.as_posix() for path in found.images] == ["d/a.jpg", "d/z/c.jpg"]
    assert found.problems == ((Path("d/private"), "permission to read it is denied"),)


def test_natural_order_is_total():
    ordered = ["", "1", "1a", "A", "a", "a01", "a1", "a2", "a10", "²"]
    for names in (ordered, ordered[::-1], ordered[5:] + ordered[:5]):
        assert sorted(names, key=natural_key) == ordered
    assert natural_key("a2") < natural_key("a10") < natural_key("b1")
