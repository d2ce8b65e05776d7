"""Commands with learned content: train, score, explain; and the most unusual photographs of a folder."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def small(shoot, tmp_path_factory):
    """Ratings of twenty-four photographs."""
    root = tmp_path_factory.mktemp("small")
    table = pd.read_csv(shoot / "ratings.csv").iloc[::2]
    for name in table["image"]:
        shutil.copy(shoot / name, root / name)
    table.to_csv(root / "ratings.csv", index=False)
    return root


@pytest.fixture(scope="module")
def trained(command, small, tmp_path_factory):
    path = tmp_path_factory.mktemp("content") / "content.skops"
    options = ("--target", "stars", "--features", "mean_lightness,clipped_highlights", "--folds", 2, "--output", path)
    result = command("train", small / "ratings.csv", *options, "--representation", "bovw", "--keep-names")
    assert result.status == 0, result.err
    return path, result


def test_train_says_what_criteria_explain(trained):
    _, result = trained
    assert "interpretable criteria explain" in result.out


def test_score_and_rank_with_learned_content(command, trained, small):
    path, _ = trained
    result = command("score", small, "--model", path, "--output", small / "scores.csv")
    assert result.status == 0, result.err
    scores = pd.read_csv(small / "scores.csv")
    assert "content" in scores.columns
    assert scores["score"].notna().all()
    assert command("score", small, "--model", path, "--jobs", 2, "--output", small / "again.csv").status == 0
    pd.testing.assert_frame_equal(pd.read_csv(small / "again.csv"), scores)
    ranked = command("rank", small / "00.png", small / "46.png", "--model", path, "--json")
    assert ranked.status == 0, ranked.err


def test_explain_shows_the_nearest_training_photographs(command, trained, small):
    path, _ = trained
    result = command("explain", small / "06.png", "--model", path, "--json")
    assert result.status == 0, result.err
    why = json.loads(result.out)
    assert why["alike"][0]["name"] == "06.png"
    assert why["score"] == pytest.approx(why["baseline"] + sum(part["effect"] for part in why["criteria"]), abs=1e-9)
    shown = command("explain", small / "06.png", "--model", path)
    assert "Most like these" in shown.out
    assert "06.png" in shown.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--representation", "vgg"), "must be fisher, bovw, onnx:PATH or none"),
        (("--representation", "onnx:nowhere.onnx"), "there is no file nowhere.onnx"),
        (("--representation", "fisher", "--task", "rank"), "--task score"),
        (("--keep-names",), "--keep-names has no meaning"),
    ],
)
def test_wrong_representations_are_said(command, small, tmp_path, options, message):
    arguments = ("--target", "stars", "--features", "mean_lightness", "--folds", 2, "--output", tmp_path / "m.skops")
    result = command("train", small / "ratings.csv", *arguments, *options)
    assert result.status == 2
    assert message in result.err


def test_personalize_refuses_learned_content(command, trained, small, tmp_path):
    path, _ = trained
    options = ("--target", "stars", "--scale", 1, 5, "--generic", path, "--output", tmp_path / "m.skops")
    result = command("personalize", small / "ratings.csv", *options)
    assert result.status == 2
    assert "--representation none" in result.err


@pytest.fixture(scope="module")
def odd(small, tmp_path_factory):
    """The photographs and one of bright colours."""
    root = tmp_path_factory.mktemp("odd")
    for path in sorted(small.glob("*.png"))[:9]:
        shutil.copy(path, root / path.name)
    y, x = np.mgrid[:48, :64]
    Image.fromarray(np.stack([255 * (x // 8 % 2), 255 * (y // 8 % 2), 0 * x], axis=2).astype(np.uint8)).save(root / "odd.png")
    return root


def test_unusual_finds_the_odd_one(command, odd, tmp_path):
    result = command("unusual", odd, "--json", "--output", tmp_path / "table.csv")
    assert result.status == 0, result.err
    found = json.loads(result.out)["photographs"]
    assert len(found) == 10
    assert found[0]["path"].endswith("odd.png")
    assert len(pd.read_csv(tmp_path / "table.csv")) == 10


def test_unusual_against_a_reference(command, odd, small):
    result = command("unusual", odd / "odd.png", odd / "00.png", "--reference", small, "--top", 1)
    assert result.status == 0, result.err
    assert "odd.png" in result.out
    assert "00.png" not in result.out
    alone = command("unusual", odd / "odd.png")
    assert alone.status == 2
    assert "more pictures" in alone.err
