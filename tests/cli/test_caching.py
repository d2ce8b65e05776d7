"""The commands and the feature store: used unless told otherwise, shown and emptied by ``cache``."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic import recall
from iaa_classic.cli import inputs
from iaa_classic.cli import main as cli
from iaa_classic.store import VARIABLE, FeatureStore


@pytest.fixture
def folder(tmp_path, photographs):
    """Three small photographs."""
    root = tmp_path / "photos"
    root.mkdir()
    for name in ("chelsea", "coffee", "rocket"):
        Image.fromarray(photographs[name][:100, :120]).save(root / f"{name}.jpg")
    return root


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in this process with a store of its own; gives status, standard output and standard error."""
    monkeypatch.setattr(recall, "_SETTLED_AFTER", -1.0)

    def invoke(*arguments, store=str(tmp_path / "store")):
        environment = {"COLUMNS": "160", VARIABLE: store}
        result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments], env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return invoke


def extracted(run, folder, output, *options, **keywords):
    status, _, err = run("extract", folder, "--features", "lighting", "--force", "--output", output, *options, **keywords)
    assert status == 0, err
    return pd.read_csv(output), err


def test_second_run_reads_and_prepares_nothing(run, folder, tmp_path, monkeypatch):
    first, told = extracted(run, folder, tmp_path / "a.csv")
    assert "feature store" not in told
    monkeypatch.setattr(inputs, "warm_up", lambda *_, **__: pytest.fail("kernels were loaded"))
    second, told = extracted(run, folder, tmp_path / "b.csv")
    assert "3 of 3 photographs read from the feature store" in told
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_new_photographs_alone_are_measured(run, folder, tmp_path):
    extracted(run, folder / "coffee.jpg", tmp_path / "a.csv")
    table, told = extracted(run, folder, tmp_path / "a.csv", "--jobs", 2)
    assert "1 of 3 photographs read from the feature store" in told
    assert table.notna().sum().sum() == table.size - 3  # the column error is empty
    shutil.copy(folder / "coffee.jpg", folder / "again.jpg")
    assert "4 of 4" in extracted(run, folder, tmp_path / "a.csv")[1]


def test_no_cache_neither_reads_nor_writes(run, folder, tmp_path):
    plain, _ = extracted(run, folder, tmp_path / "a.csv", "--no-cache")
    assert not (tmp_path / "store").exists()
    kept, _ = extracted(run, folder, tmp_path / "b.csv")
    again, told = extracted(run, folder, tmp_path / "a.csv", "--no-cache")
    assert "feature store" not in told
    for other in (kept, again):
        pd.testing.assert_frame_equal(plain, other, check_exact=True)


@pytest.mark.parametrize("off", ["", "off"])
def test_variable_switches_it_off(run, folder, tmp_path, off):
    extracted(run, folder, tmp_path / "a.csv", store=off)
    assert "read from" not in extracted(run, folder, tmp_path / "a.csv", store=off)[1]
    assert "switched off" in run("cache", store=off)[1]
    assert json.loads(run("cache", "--json", "--clear", store=off)[1])["folder"] is None


def test_every_command_uses_it_unless_told_otherwise(run, folder, tmp_path):
    rows = [{"image": f"{index}.png", "stars": index % 5} for index in range(24)]
    rated = tmp_path / "rated"
    rated.mkdir()
    for index in range(24):
        pixels = np.random.default_rng(index).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(rated / f"{index}.png")
    pd.DataFrame(rows).to_csv(rated / "ratings.csv", index=False)
    model = ("--target", "stars", "--force", "--output", tmp_path / "m.skops", "--folds", 2)
    commands = {
        ("score", folder / "coffee.jpg"): 1,
        ("explain", folder / "chelsea.jpg"): 2,
        ("demo", folder): 3,
        ("train", rated / "ratings.csv", "--images", rated, *model): 27,
    }
    store = FeatureStore(tmp_path / "store")
    for command in commands:
        assert run(*command, "--no-cache")[0] == 0
    assert not store.folder.exists()
    for command, known in commands.items():
        status, _, err = run(*command)
        assert status == 0, err
        assert store.info().photographs == known


def test_explanation_from_the_store_is_the_same(run, folder):
    told = [run("explain", folder / "coffee.jpg", "--json", *options)[1] for options in (["--no-cache"], [], [])]
    assert told[1] == told[2]
    plain, kept = (json.loads(text) for text in told[:2])
    assert plain.keys() == kept.keys()
    assert kept["score"] == pytest.approx(plain["score"], abs=1e-6)


def test_cache_shows_and_clears(run, folder, tmp_path):
    empty = json.loads(run("cache", "--json")[1])
    assert (empty["photographs"], empty["bytes"]) == (0, 0)
    assert not (tmp_path / "store").exists()
    extracted(run, folder, tmp_path / "a.csv")
    status, out, _ = run("cache")
    assert status == 0
    assert str(tmp_path / "store") in out
    assert "Photographs:  3" in out
    assert "MB" in out
    told = json.loads(run("cache", "--json", "--clear")[1])
    assert told["photographs"] == 0
    assert told["freed"] >= 0
    assert run("cache", "--clear")[1].startswith("Emptied the feature store: 0.0 MB freed")
    assert "read from" not in extracted(run, folder, tmp_path / "a.csv")[1]


def test_trouble_is_one_line(run, folder, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "features-1.sqlite").write_bytes(b"no database at all" * 500)
    _, told = extracted(run, folder, tmp_path / "a.csv")
    assert told.count("the feature store in") == 1
    assert "--clear" in told
    assert "Warning" not in told
    assert json.loads(run("cache", "--json", "--clear")[1])["freed"] == 9000
    extracted(run, folder, tmp_path / "a.csv")
    assert "3 of 3" in extracted(run, folder, tmp_path / "a.csv")[1]


def test_help_shows_an_example(run):
    assert "Example: iaa-classic cache --clear" in " ".join(run("cache", "--help")[1].split())
    for command in ("score", "extract", "explain", "train", "demo"):
        assert "--no-cache" in run(command, "--help")[1]
