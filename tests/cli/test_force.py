"""No command overwrites a file unasked, and each says so before it works."""

from __future__ import annotations

import pytest


@pytest.fixture
def existing(tmp_path):
    """A function that makes a file and gives its path."""

    def make(name):
        path = tmp_path / name
        path.write_text("mine")
        return path

    return make


@pytest.mark.parametrize("kind", ["extract", "score", "train", "personalize", "evaluate page", "evaluate figures"])
def test_commands_refuse_an_existing_file(command, shoot, existing, kind):
    name, _, what = kind.partition(" ")
    ending = {"extract": ".csv", "score": ".csv", "train": ".skops", "personalize": ".skops"}
    output = existing("out" + ending.get(name, ".html" if what == "page" else ".json"))
    given = (shoot,) if name in ("extract", "score") else (shoot / "ratings.csv", "--target", "stars")
    done = command(name, *given, "--json" if what == "figures" else "--output", output)
    assert done.status == 2
    assert "exists already; give another name, or --force to replace it" in done.err
    assert output.read_text() == "mine"


def test_force_replaces(command, shoot, existing):
    output = existing("out.csv")
    assert command("extract", shoot / "00.png", "--features", "aspect_ratio", "--output", output, "--force").status == 0
    assert output.read_text().startswith("path,aspect_ratio,error\n")
