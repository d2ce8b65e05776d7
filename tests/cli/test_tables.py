"""Tables for people and files for machines."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from iaa_classic.cli.explaining import summing_to
from iaa_classic.cli.tables import check_output, portable, readable, shortened, write_table
from iaa_classic.errors import UserError


def test_names_cannot_control_the_terminal():
    assert readable("a\x1b[31mb\nc.jpg") == r"a\x1b[31mb\nc.jpg"
    assert readable("[bold]x") == r"\[bold]x"
    assert readable("été.jpg") == "été.jpg"
    assert readable(os.fsdecode(b"\xff.jpg")) == r"\udcff.jpg"


def test_paths_of_any_bytes_can_be_written(tmp_path):
    name = os.fsdecode(b"bad\xffname.jpg")
    write_table(pd.DataFrame({"path": [portable(name)]}), tmp_path / "t.csv")
    assert pd.read_csv(tmp_path / "t.csv")["path"][0] == r"bad\udcffname.jpg"


def test_common_folder_is_left_out():
    assert shortened(["/a/b/c.jpg", "/a/b/d/e.jpg"]) == ["c.jpg", os.path.join("d", "e.jpg")]
    assert shortened(["/a/b/c.jpg"]) == ["c.jpg"]


def test_files_appear_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("old")

    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("iaa_classic.tabular.csv_cell", fail)
    with pytest.raises(UserError, match="disk full"):
        write_table(pd.DataFrame({"a": [1]}), path, force=True)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["t.csv"]


def test_outputs_that_cannot_be_written_are_refused(tmp_path):
    check_output(None)
    check_output(tmp_path / "x.csv")
    (tmp_path / "y.csv").mkdir()
    with pytest.raises(UserError, match="is a folder"):
        check_output(tmp_path / "y.csv")


@pytest.mark.parametrize("parts", [[5.554, 0.333, -0.127], [1 / 3, 1 / 3, 1 / 3], [2.0, -0.005, 0.005, -0.001]])
def test_rounded_effects_still_add_up(parts):
    total = round(sum(parts), 2)
    rounded = summing_to(total, parts)
    assert sum(rounded) == pytest.approx(total, abs=1e-9)
    assert all(abs(a - b) < 0.011 for a, b in zip(rounded, parts, strict=True))
