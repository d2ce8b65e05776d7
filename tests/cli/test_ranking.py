"""``rank``: the order, why each comes before the next, and two photographs side by side."""

from __future__ import annotations

import json
import os
import re
import shutil

import pytest
from PIL import Image

from iaa_classic import default_model


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, photographs):
    """Three photographs that scikit-image ships, one of them in a subfolder."""
    root = tmp_path_factory.mktemp("pictures")
    (root / "trip").mkdir()
    for name, place in (("chelsea", root), ("coffee", root), ("rocket", root / "trip")):
        Image.fromarray(photographs[name][:160, :200]).save(place / f"{name}.png")
    return root


def test_the_order_is_that_of_the_scores(command, shoot, lighting_model):
    names = ("10", "44", "27")
    done = command("rank", *(shoot / f"{name}.png" for name in names), "--model", lighting_model)
    assert done.status == 0, done.err
    places = [done.out.index(f"{name}.png") for name in ("44", "27", "10")]
    assert places == sorted(places)
    assert "44.png before 27.png by" in done.out
    assert "27.png before 10.png by" in done.out
    assert "44.png before 10.png" not in done.out


def test_effects_explain_every_step(command, pictures):
    told = json.loads(command("rank", pictures, "--json").out)
    order, why = told["order"], told["why"]
    assert [own["place"] for own in order] == [1, 2, 3]
    assert [own["score"] for own in order] == sorted((own["score"] for own in order), reverse=True)
    assert len(why) == 2
    by_path = {own["path"]: own for own in order}
    for one in why:
        better, worse = by_path[one["better"]], by_path[one["worse"]]
        assert one["by"] == pytest.approx(better["score"] - worse["score"], abs=1e-12)
        assert sum(one["criteria"].values()) == pytest.approx(one["by"], abs=1e-9)
        sizes = [abs(value) for value in one["criteria"].values()]
        assert sizes == sorted(sizes, reverse=True)
        assert set(one["criteria"]) == set(default_model().criteria_)


def test_printed_steps_add_up(command, pictures):
    out = command("rank", pictures).out
    steps = re.findall(r"^(\S+) before (\S+) by ([\d.]+): (.*)$", out, flags=re.M)
    assert len(steps) == 2
    for better, worse, by, parts in steps:
        assert sum(float(part) for part in re.findall(r"[+-]\d+\.\d+", parts)) == pytest.approx(float(by), abs=1e-9)
        scores = [float(re.search(rf"{re.escape(name)}\s+│\s+([\d.]+)", out)[1]) for name in (better, worse)]
        assert scores[0] - scores[1] == pytest.approx(float(by), abs=1e-9)


def test_two_photographs_are_compared_in_full(command, pictures):
    two = (pictures / "coffee.png", pictures / "chelsea.png")
    done = command("rank", *two)
    for word in (*default_model().criteria_, "baseline", "First", "Second", "Difference", "Behind the largest differences"):
        assert word in done.out
    told = json.loads(command("rank", *two, "--json").out)
    features = told["features"]
    sizes = [abs(own["effects"][0] - own["effects"][1]) for own in features]
    assert sizes == sorted(sizes, reverse=True)
    for criterion, difference in told["why"][0]["criteria"].items():
        own = [feature["effects"] for feature in features if feature["criterion"] == criterion]
        assert sum(a - b for a, b in own) == pytest.approx(difference, abs=1e-6)
    row = re.search(r"│ colour\s+│\s+([+-][\d.]+) │\s+([+-][\d.]+) │\s+([+-][\d.]+) │", done.out)
    assert float(row[1]) - float(row[2]) == pytest.approx(float(row[3]), abs=1e-9)


def test_equal_photographs_are_told_as_equal(command, shoot, lighting_model, tmp_path):
    for name in ("a.png", "b.png"):
        shutil.copy(shoot / "20.png", tmp_path / name)
    done = command("rank", tmp_path, "--model", lighting_model)
    assert done.status == 0
    assert "a.png and b.png score the same" in done.out


def test_failures_are_listed_and_the_rest_is_ranked(command, shoot, lighting_model, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    done = command(
        "rank", shoot / "01.png", shoot / "30.png", tmp_path / "bad.jpg", tmp_path / "gone.jpg", "--model", lighting_model
    )
    assert done.status == 1
    assert "30.png before 01.png" in done.out
    assert "2 of 4 could not be ranked" in done.err
    assert "bad.jpg" in done.err
    assert "gone.jpg" in done.err
    told = json.loads(command("rank", shoot / "01.png", tmp_path / "bad.jpg", "--model", lighting_model, "--json").out)
    assert [len(told[name]) for name in ("order", "why", "failed")] == [1, 0, 1]
    assert command("rank", tmp_path / "bad.jpg", tmp_path / "gone.jpg", "--model", lighting_model).status == 2


def test_one_photograph_is_no_ranking(command, shoot, lighting_model):
    done = command("rank", shoot / "01.png", shoot / "01.png", "--model", lighting_model)
    assert (done.status, "give at least two" in done.err) == (2, True)


def test_long_orders_are_cut_unless_all_are_asked_for(command, shoot, lighting_model):
    done = command("rank", shoot, "--model", lighting_model, "--top", 3)
    assert "... and 45 more" in done.out
    assert done.out.count(" before ") == 2
    assert command("rank", shoot, "--model", lighting_model, "--top", 0).out.count(" before ") + 1 >= 40


def test_odd_names_are_shown_and_not_sent(command, shoot, lighting_model, tmp_path):
    shutil.copy(shoot / "01.png", os.fsencode(tmp_path) + b"/caf\xe9.png")
    shutil.copy(shoot / "40.png", tmp_path / "[bold]\x1b[31mx.png")
    done = command("rank", tmp_path, "--model", lighting_model)
    assert done.status == 0
    assert r"[bold]\x1b[31mx.png before caf\udce9.png by" in done.out
    assert json.loads(command("rank", tmp_path, "--model", lighting_model, "--json").out)["order"][1]["path"].endswith(
        r"caf\udce9.png"
    )
