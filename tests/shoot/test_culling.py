"""The proposal as a whole: choices, the command, sidecars, originals untouched, raw files, taste, the gallery."""

from __future__ import annotations

import json
import os
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic.cli import main as cli
from iaa_classic.default import default_scorer
from iaa_classic.errors import UserError
from iaa_classic.features import select
from iaa_classic.images import ImageError, read_image
from iaa_classic.measuring import measure_images
from iaa_classic.shoot.culling import LABELS, cull
from iaa_classic.shoot.frames import companions
from iaa_classic.shoot.rehearsal import Rehearsal
from iaa_classic.shoot.selection import diverse, likeness, thresholds, wanted_count
from iaa_classic.shoot.sidecars import RATING, rating_of
from iaa_classic.shoot.xmp import OURS, read_properties


def command(*arguments):
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    if isinstance(result.exception, UserError):
        return SimpleNamespace(status=2, out=result.stdout, err=result.stderr + f"error: {result.exception}")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return SimpleNamespace(status=result.exit_code, out=result.stdout, err=result.stderr)


def reduced(rgb):
    image = Image.fromarray(rgb)
    image.thumbnail((400, 400))
    return np.asarray(image)


def states(folder):
    """Content and modification time of every picture."""
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.suffix.lower() in (".jpg", ".dng", ".png")
    }


@pytest.fixture(scope="module")
def small(photographs, tmp_path_factory, dng):
    """A burst, a bracket, a single frame, a raw file beside its JPEG and one on its own, and a file that is no picture."""
    folder = tmp_path_factory.mktemp("shoot to cull")
    shoot = Rehearsal(folder, seed=3)
    shoot.burst(reduced(photographs["coffee"]), ("defocus", "overexposed"))
    shoot.bracket(reduced(photographs["china"]))
    shoot.single(reduced(photographs["chelsea"]))
    preview = Image.fromarray(reduced(photographs["rocket"]))
    (folder / "IMG_0006.dng").write_bytes(dng(preview))
    (folder / "RAW_1.dng").write_bytes(dng(preview, 8))
    (folder / "notes.jpg").write_bytes(b"no picture")
    return SimpleNamespace(folder=folder, shots=shoot.shots)


@pytest.fixture
def copied(small, tmp_path):
    """A copy that a test may write sidecars into."""
    return shutil.copytree(small.folder, tmp_path / "copy")


@pytest.fixture(scope="module")
def measure():
    """Features of photographs, each measured once."""
    names = [str(name) for name in default_scorer().feature_names_in_]
    known: dict[str, np.ndarray] = {}

    def measured(paths):
        new = [path for path in paths if path not in known]
        for path, measurement in zip(new, measure_images(new, select(names)), strict=True):
            known[path] = measurement.values
        return pd.DataFrame([known[path] for path in paths], columns=names, index=list(paths))

    return measured


def test_proposals_keep_one_of_every_view_and_no_series_is_rejected(rehearsed, measure):
    for keep in (None, "2", "50%"):
        choices = cull(rehearsed.frames, measure, default_scorer(), keep=keep)
        assert [choice.path for choice in choices] == [frame.path for frame in rehearsed.frames]
        for number in range(1, len(rehearsed.groups) + 1):
            own = [choice for choice in choices if choice.group == number]
            assert any(choice.decision != "reject" for choice in own)
            if own[0].kind not in ("burst", "single"):
                assert {choice.decision for choice in own} <= {"pick", "series"}
        assert all(choice.reasons and choice.decision in LABELS for choice in choices)
        picks = sum(choice.decision == "pick" for choice in choices)
        assert picks == {None: len(rehearsed.groups), "2": 2, "50%": picks}[keep]
    rejected = {choice.path for choice in choices if choice.decision == "reject"}
    damaged = {str(shot.path) for shot in rehearsed.shots if shot.damage}
    assert rejected <= damaged
    assert len(rejected) >= 0.7 * len(damaged)


def test_thresholds_hold_for_picks_and_say_so(rehearsed, measure):
    choices = cull(rehearsed.frames, measure, default_scorer(), least={"sharpness": 50})
    picks = [choice for choice in choices if choice.decision == "pick"]
    assert picks
    assert all(choice.marks["sharpness"] >= 50 for choice in picks)
    failing = [choice for choice in choices if choice.place == 1 and choice.marks["sharpness"] < 50 and choice.kind == "single"]
    assert all("below the 50 asked for" in " ".join(choice.reasons) for choice in failing)


def test_counts_and_thresholds_are_read_or_refused():
    assert [wanted_count(text, 600) for text in (None, "20", "15%", " 0.1 %")] == [None, 20, 90, 1]
    for text in ("0", "-1", "101%", "1.5", "many", "", "0%"):
        with pytest.raises(UserError, match="--keep"):
            wanted_count(text, 600)
    assert thresholds(["sharpness=40", "colour = 5.5"], ["sharpness", "colour"]) == {"sharpness": 40, "colour": 5.5}
    for text in ("sharpness", "sharpness=x", "sharpness=101", "=4", "beauty=4"):
        with pytest.raises(UserError, match="--min"):
            thresholds([text], ["sharpness"])


def test_picks_differ_from_each_other():
    hashes = np.array([0, 1, 3, 2**40 - 1], dtype=np.uint64)
    alike = likeness(hashes, np.zeros((4, 2)))
    relevance = np.array([4.0, 3.9, 3.8, 1.0])
    assert diverse(relevance, alike, 2, 0.0) == [0, 1]
    assert diverse(relevance, alike, 2, 0.6) == [0, 3]
    features = np.array([[0.0, 0.0], [0.0, 0.1], [5.0, 5.0], [9.0, 0.0]])
    by_features = likeness(np.array([0, 2**32 - 1, (2**32 - 1) << 32, 0x5555555555555555], dtype=np.uint64), features)
    assert by_features[0, 1] > by_features[0, 2]


def test_the_command_writes_tables_and_sidecars_and_leaves_originals_alone(small, copied, tmp_path):
    before = states(copied)
    said = command("cull", copied, "--xmp", "--output", tmp_path / "p.csv", "--min", "sharpness=1")
    assert said.status == 1  # the file that is no picture
    assert "notes.jpg" in said.err
    assert states(copied) == before
    table = pd.read_csv(tmp_path / "p.csv")
    assert len(table) == len(small.shots) + 2
    by_name = {os.path.basename(path): row for path, row in zip(table["path"], table.to_dict("records"), strict=True)}
    undamaged = next(shot.path.name for shot in small.shots if shot.kind == "burst" and not shot.damage)
    assert by_name[undamaged]["decision"] == "pick"
    assert {row["decision"] for row in by_name.values() if row["kind"] == "bracket"} == {"pick", "series"}
    assert "IMG_0006.dng" not in by_name
    assert by_name["IMG_0006.JPG"]["companions"].endswith("IMG_0006.dng")
    for name in ("IMG_0006.JPG.xmp", "IMG_0006.dng.xmp", "RAW_1.dng.xmp"):
        assert (copied / name).exists()
    properties = read_properties((copied / f"{undamaged}.xmp").read_bytes())
    assert properties[RATING] in ("4", "5")
    assert properties[OURS, "kind"] == "burst"
    assert 0 <= float(properties[OURS, "composition"]) <= 100
    assert not (copied / "notes.jpg.xmp").exists()
    again = command("cull", copied, "--xmp", "--min", "sharpness=1")
    assert "Wrote 0 of" in again.err
    assert not list(copied.glob("*.bak*"))


def test_a_dry_run_writes_nothing_and_lightroom_s_names_are_used(copied, tmp_path):
    listed = sorted(path.name for path in copied.iterdir())
    said = command("cull", copied, "--xmp", "--output", tmp_path / "p.json", "--dry-run", "--sidecars", "lightroom")
    assert "Would write" in said.err
    assert sorted(path.name for path in copied.iterdir()) == listed
    assert not (tmp_path / "p.json").exists()
    command("cull", copied, "--xmp", "--sidecars", "lightroom", "--keep", 1)
    names = {path.name for path in copied.glob("*.xmp")}
    assert {"IMG_0006.xmp", "RAW_1.xmp"} <= names
    assert not any(".JPG.xmp" in name or ".dng.xmp" in name for name in names)


def test_choices_are_applied_from_the_table_and_refused_where_they_point_outside(copied, tmp_path):
    rows = [{"path": "IMG_0000.JPG", "decision": "pick", "rating": 5}, {"path": "IMG_0006.JPG", "decision": "reject"}]
    (tmp_path / "c.json").write_text(json.dumps({"choices": rows}))
    before = states(copied)
    assert command("cull", copied, "--apply", tmp_path / "c.json").status == 0
    assert states(copied) == before
    assert rating_of(str(copied / "IMG_0000.JPG")) == (5, True)
    assert rating_of(str(copied / "IMG_0006.dng")) == (-1, True)
    command("cull", copied, "--xmp", "--keep-ratings")
    assert rating_of(str(copied / "IMG_0000.JPG")) == (5, True)
    for wrong in ("../IMG_0000.JPG", "/etc/passwd", "none.jpg"):
        (tmp_path / "d.json").write_text(json.dumps([{"path": wrong, "decision": "pick"}]))
        assert "is no photograph in" in command("cull", copied, "--apply", tmp_path / "d.json").err
    for content in ("{", '{"choices": 3}', '[{"path": "a"}]', '[{"path": "a", "decision": "pick", "rating": 9}]'):
        (tmp_path / "d.json").write_text(content)
        assert command("cull", copied, "--apply", tmp_path / "d.json").status == 2


def test_taste_is_learnt_from_sidecars_and_used(copied, tmp_path):
    assert "no sidecar holds a rating" in command("personalize", "--from-xmp", copied, "--output", tmp_path / "t.skops").err
    command("cull", copied, "--xmp")
    ours = command("personalize", "--from-xmp", copied, "--output", tmp_path / "t.skops")
    assert "nobody changed are left out" in ours.err
    assert ours.status == 2
    sidecar = copied / "IMG_0006.JPG.xmp"
    text = sidecar.read_text(encoding="utf-8")
    sidecar.write_text(
        text.replace(f'xmp:Rating="{read_properties(text.encode())[RATING]}"', 'xmp:Rating="1"'), encoding="utf-8"
    )
    (copied / "IMG_0000.JPG.xmp").write_bytes(b"<!DOCTYPE a><a/>")
    learnt = command("personalize", "--from-xmp", copied, "--output", tmp_path / "t.skops")
    assert "1 rated photographs, 0 of them rejected" in learnt.out
    assert "document type" in learnt.err
    assert learnt.status == 1
    every = command("personalize", "--from-xmp", copied, "--output", tmp_path / "t.skops", "--with-proposals", "--force")
    assert int(every.out.split()[0]) >= 5
    assert command("cull", copied, "--taste", tmp_path / "t.skops", "--keep", "50%").status == 1
    assert (
        "--pairs belongs to a table" in command("personalize", "--from-xmp", copied, "-o", tmp_path / "t.skops", "--pairs").err
    )
    assert "give a table" in command("personalize", "-o", tmp_path / "t.skops").err


def test_raw_files_pair_with_pictures_whatever_the_case(tmp_path):
    for name in ("a.JPG", "A.nef", "b.jpg", "c.CR2", ".b.nef"):
        (tmp_path / name).write_bytes(b"")
    found = companions([str(tmp_path / name) for name in ("a.JPG", "b.jpg", "c.CR2")])
    assert {os.path.basename(path): [os.path.basename(raw) for raw in own] for path, own in found.items()} == {
        "a.JPG": ["A.nef"],
        "b.jpg": [],
    }


@pytest.mark.parametrize(("orientation", "size"), [(1, (90, 60)), (3, (90, 60)), (6, (60, 90)), (8, (60, 90))])
def test_a_raw_file_is_read_by_its_preview_upright(dng, photographs, orientation, size):
    image = Image.fromarray(photographs["coffee"]).resize((90, 60))
    loaded = read_image(dng(image, orientation))
    assert (loaded.width, loaded.height) == size
    assert loaded.warnings == ("preview of a raw file",)
    turned = {1: 0, 3: 2, 6: -1, 8: 1}[orientation]
    expected = np.rot90(np.asarray(image), turned)
    assert np.abs(loaded.pixels.astype(int) - expected).mean() < 8


def test_raw_without_its_extra_names_it(monkeypatch, dng, photographs):
    import sys

    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(ImageError, match=r"raw file.*iaa-classic\[raw\]"):
        read_image(dng(Image.fromarray(photographs["coffee"]).resize((90, 60))))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--keep", "none"), "--keep"),
        (("--min", "beauty=3"), "no criterion 'beauty'"),
        (("--output", "x.txt"), "format is chosen"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_options_that_make_no_sense_are_refused(small, arguments, said):
    refused = command("cull", small.folder, *arguments)
    assert refused.status == 2
    assert said in refused.err
