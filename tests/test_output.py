"""Files that are written appear whole, and take the place of others only when that is asked for."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from iaa_classic.output import OutputError, check_new, whole, write_text


def test_an_existing_file_is_kept_unless_forced(tmp_path):
    path = tmp_path / "a.txt"
    write_text("old", path)
    for attempt in (lambda: check_new(path), lambda: write_text("new", path)):
        with pytest.raises(OutputError, match="exists already; give another name, or --force"):
            attempt()
    assert path.read_text() == "old"
    check_new(path, force=True)
    write_text("new", path, force=True)
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_file_that_appears_meanwhile_is_kept(tmp_path):
    path = tmp_path / "a.txt"

    def write_late():
        with whole(path) as temporary:
            Path(temporary).write_text("mine")
            path.write_text("another's")

    with pytest.raises(OutputError, match="exists already"):
        write_late()
    assert path.read_text() == "another's"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_what_cannot_be_written_is_refused_early(tmp_path):
    check_new(None)
    with pytest.raises(OutputError, match="does not exist; create it"):
        check_new(tmp_path / "none" / "a.txt")
    with pytest.raises(OutputError, match="is a folder"):
        check_new(tmp_path, force=True)
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(OutputError, match="exists already"):
        check_new(tmp_path / "link")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError("x")])
def test_nothing_is_left_where_writing_fails(tmp_path, error):
    expected = OutputError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected) as caught, whole(tmp_path / "a.txt"):
        raise error
    assert os.listdir(tmp_path) == []
    if isinstance(error, OSError):
        assert "a.txt: could not be written (No space left on device)" in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_link_is_followed_and_permissions_are_those_of_a_new_file(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "real" / "a.txt")
    before = os.umask(0o027)
    try:
        write_text("x", tmp_path / "link.txt", force=True)
    finally:
        os.umask(before)
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real" / "a.txt").read_text() == "x"
    assert stat.S_IMODE((tmp_path / "real" / "a.txt").stat().st_mode) == 0o640
