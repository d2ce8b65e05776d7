"""Long runs: whatever ends one, the next goes on where it stopped, and its result is that of an undisturbed run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from iaa_classic.journal import Journal

COUNT = 30
QUICK = ("--features", "aspect_ratio,mean_lightness", "--no-cache")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Small pictures of different sizes, one of them broken."""
    root = tmp_path_factory.mktemp("long") / "in"
    root.mkdir()
    for number in range(COUNT):
        Image.new("RGB", (20 + number, 20), (8 * number, 90, 30)).save(root / f"{number:02d}.png")
    (root / "12.png").write_bytes(b"no picture")
    return root


@pytest.fixture(scope="module")
def whole(command, folder, tmp_path_factory):
    """What an undisturbed run writes, by ending."""
    root = tmp_path_factory.mktemp("whole")
    for ending in ("csv", "json", "parquet"):
        assert command("extract", folder, "--output", root / f"t.{ending}", *QUICK).status == 1
    return {ending: (root / f"t.{ending}").read_bytes() for ending in ("csv", "json", "parquet")}


@pytest.fixture(autouse=True)
def _settled(monkeypatch):
    """Take new files for settled."""
    monkeypatch.setattr("iaa_classic.recall._SETTLED_AFTER", -1.0)


def after(count, monkeypatch, happens):
    """Let something happen when so many photographs have been measured."""
    add, calls = Journal.add, []

    def counted(self, *arguments):
        add(self, *arguments)
        calls.append(1)
        if len(calls) == count:
            happens()

    monkeypatch.setattr(Journal, "add", counted)


class Cut(BaseException):
    """Ends a run as nothing inside it expects."""


def interrupt():
    raise Cut


@pytest.mark.parametrize(("count", "ending", "jobs"), [(1, "csv", 1), (12, "json", 1), (13, "parquet", 2), (COUNT, "csv", 1)])
def test_an_interrupted_run_goes_on(command, folder, whole, tmp_path, monkeypatch, count, ending, jobs):
    output = tmp_path / f"t.{ending}"
    for place in (count, 3, 1):
        with monkeypatch.context() as patch:
            after(place, patch, interrupt)
            with pytest.raises(Cut):
                command("extract", folder, "--output", output, "--jobs", jobs, *QUICK)
        assert not output.exists()
        assert os.listdir(tmp_path) == [f"t.{ending}.unfinished"]
        if place == COUNT:
            break
    done = command("extract", folder, "--output", output, *QUICK)
    assert done.status == 1
    assert f"of {COUNT} photographs are measured already" in done.err
    assert output.read_bytes() == whole[ending]
    assert os.listdir(tmp_path) == [output.name]


def test_score_goes_on_too(command, shoot, lighting_model, tmp_path, monkeypatch):
    asked = ("score", shoot, "--model", lighting_model, "--no-cache", "--output")
    assert command(*asked, tmp_path / "whole.csv").status == 0
    with monkeypatch.context() as patch:
        after(20, patch, interrupt)
        with pytest.raises(Cut):
            command(*asked, tmp_path / "t.csv")
    done = command(*asked, tmp_path / "t.csv")
    assert "20 of 48 photographs are measured already" in done.err
    assert (tmp_path / "t.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_photograph_that_has_changed_meanwhile_is_measured_again(command, folder, tmp_path, monkeypatch):
    mine = tmp_path / "in"
    shutil.copytree(folder, mine)
    asked = ("extract", mine, "--output", tmp_path / "t.csv", *QUICK)
    with monkeypatch.context() as patch:
        after(10, patch, interrupt)
        with pytest.raises(Cut):
            command(*asked)
    Image.new("RGB", (99, 20)).save(mine / "03.png")
    command(*asked)
    assert pd.read_csv(tmp_path / "t.csv")["aspect_ratio"][3] == pytest.approx(np.log(99 / 20))


def test_other_features_begin_anew(command, folder, tmp_path, monkeypatch):
    output = tmp_path / "t.csv"
    with monkeypatch.context() as patch:
        after(10, patch, interrupt)
        with pytest.raises(Cut):
            command("extract", folder, "--output", output, *QUICK)
    done = command("extract", folder, "--output", output, "--features", "aspect_ratio", "--no-cache")
    assert "nothing that can be used now" in done.err
    assert len(pd.read_csv(output)) == COUNT


def test_a_vanished_folder_stops_the_run_and_is_waited_for(command, folder, whole, tmp_path, monkeypatch):
    drive, output = tmp_path / "drive", tmp_path / "t.csv"
    shutil.copytree(folder, drive)
    with monkeypatch.context() as patch:
        after(7, patch, lambda: drive.rename(tmp_path / "elsewhere"))
        done = command("extract", drive, "--output", output, *QUICK)
    assert done.status == 2
    assert "has vanished after 7 photographs; what was measured is kept" in done.err
    done = command("extract", drive, "--output", output, *QUICK)
    assert (done.status, output.exists()) == (2, False)
    assert "is kept until it is back" in done.err
    (tmp_path / "elsewhere").rename(drive)
    done = command("extract", drive, "--output", output, *QUICK)
    assert "7 of 30 photographs are measured already" in done.err
    assert output.read_bytes() == whole["csv"].replace(str(folder).encode(), str(drive).encode())


def test_a_full_disk_stops_the_run_with_one_line(command, folder, whole, tmp_path, monkeypatch):
    output, write, room = tmp_path / "t.csv", os.write, [1000]

    def full(handle, data):
        if room[0] <= 0:
            raise OSError(28, "No space left on device")
        room[0] -= (count := write(handle, data[: room[0]]))
        return count

    with monkeypatch.context() as patch:
        patch.setattr("iaa_classic.journal.os.write", full)
        done = command("extract", folder, "--output", output, *QUICK)
    assert done.status == 2
    assert "could not be written (No space left on device)" in done.err
    assert not output.exists()
    done = command("extract", folder, "--output", output, *QUICK)
    assert "photographs are measured already" in done.err
    assert output.read_bytes() == whole["csv"]


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_killed_run_goes_on(command, folder, whole, tmp_path):
    output, journal = tmp_path / "t.csv", tmp_path / "t.csv.unfinished"
    time.sleep(2.5)  # until the files count as settled in another process
    program = [sys.executable, "-P", "-m", "iaa_classic.cli.main", "extract", folder, "--output", output, "--timeout", "60"]
    with subprocess.Popen([*program, *QUICK], stderr=subprocess.DEVNULL) as run:
        while run.poll() is None and not (journal.exists() and journal.stat().st_size > 300):
            time.sleep(0.001)
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -9
    done = command("extract", folder, "--output", output, *QUICK)
    assert "photographs are measured already" in done.err
    assert output.read_bytes() == whole["csv"]
    assert os.listdir(tmp_path) == ["t.csv"]


# Names ---------------------------------------------------------------------------------------------------------------

NAMES = [
    b"-rf.png",
    b"=cmd|' !A0'.png",
    b"@x.png",
    b"a\nb.png",
    b"a\r\nb.png",
    b'say "cheese", please;.png',
    b"esc\x1b[2J\x07.png",
    b"not \xff utf-8.png",
    "été 写真 😀.png".encode(),
    b"[bold]x.png",
    b"<img src=x onerror=alert(1)>.png",
    b" space .png",
]


@pytest.fixture
def odd_names(tmp_path):
    """A folder of one small picture under odd names; broken ones too."""
    root = tmp_path / "in"
    root.mkdir()
    random = np.random.default_rng(0)
    try:
        for name in NAMES:
            place = os.path.join(os.fsencode(root), name.replace(b"/", b""))
            Image.fromarray(random.integers(0, 256, (16, 24, 3), dtype=np.uint8)).save(tmp_path / "one.png")
            shutil.copyfile(os.fsencode(tmp_path / "one.png"), place)
            with open(os.path.join(os.fsencode(root), b"broken " + name), "wb") as file:
                file.write(b"no picture")
    except OSError as error:
        pytest.skip(f"this file system refuses such names: {error}")
    return root


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_odd_names_survive_every_format(command, odd_names, tmp_path, ending, lighting_model):
    output = tmp_path / f"t.{ending}"
    for asked in (("extract", odd_names, *QUICK), ("score", odd_names, "--model", lighting_model, "--top", 0)):
        done = command(*asked, "--output", output, "--force")
        assert done.status == 1
        for text in (done.out, done.err):
            assert not [char for char in text if not char.isprintable() and char != "\n"]
        if ending == "json":
            table = pd.DataFrame(json.loads(output.read_text("utf-8")))
        else:
            table = pd.read_csv(output) if ending == "csv" else pd.read_parquet(output)
        files = [os.fsdecode(name) for name in os.listdir(os.fsencode(odd_names))]
        expected = {os.path.join(odd_names, name).encode("utf-8", "backslashreplace").decode() for name in files}
        assert {path.replace("\r\n", "\n") for path in table["path"]} == {path.replace("\r\n", "\n") for path in expected}
        broken = table["path"].str.contains("broken ", regex=False)
        assert (table["error"].fillna("").str.len() > 0).equals(broken)


def test_names_given_by_themselves_are_no_formulas(command, odd_names, tmp_path, monkeypatch):
    monkeypatch.chdir(odd_names)
    output = tmp_path / "t.csv"
    assert command("extract", *QUICK, "--output", output, "--", "=cmd|' !A0'.png", "-rf.png", "@x.png").status == 0
    paths = list(pd.read_csv(output)["path"])
    assert paths == ["./=cmd|' !A0'.png", "./-rf.png", "./@x.png"]
    assert all(Path(path).is_file() for path in paths)


def test_one_poisonous_photograph_costs_one_row(command, folder, tmp_path, monkeypatch):
    if sys.platform != "linux":
        pytest.skip("limits of Linux")
    # A picture whose pixels take more memory than it may have; the header alone does not tell.
    mine = tmp_path / "in"
    shutil.copytree(folder, mine)
    Image.new("1", (9000, 9000)).save(mine / "00 large.png")
    output = tmp_path / "t.csv"
    asked = ("extract", mine, "--output", output, *QUICK)
    done = command(*asked, "--timeout", 60, "--memory-limit", 60)
    assert done.status == 1
    table = pd.read_csv(output).set_index("path")
    assert "memory" in table["error"][str(mine / "00 large.png")]
    assert table["error"].isna().sum() == COUNT - 1
