"""Commands that write pages: what they write, refuse and say."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PIL import Image


@pytest.fixture(scope="module")
def few(tmp_path_factory, photographs):
    folder = tmp_path_factory.mktemp("few")
    for name in ("coffee", "rocket", "flower"):
        image = Image.fromarray(photographs[name])
        image.thumbnail((200, 200))
        image.save(folder / f"{name}.png")
    return folder


def test_a_report_in_two_processes_is_that_of_one(command, few, tmp_path):
    one, two = tmp_path / "one.html", tmp_path / "two.html"
    result = command("report", few, "--output", one, "--title", "My <trip>")
    assert (result.status, result.out) == (0, "")
    assert "3 photographs" in result.err
    assert command("report", few, "--output", two, "--title", "My <trip>", "--jobs", 2).status == 0
    assert one.read_bytes() == two.read_bytes()
    text = one.read_text(encoding="utf-8")
    assert "<h1><bdi>My &lt;trip&gt;</bdi></h1>" in text
    assert str(few) not in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.html", "two.html"]


def test_a_page_takes_the_place_of_a_file_only_by_force(command, few, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("mine")
    for arguments in (("report", few, "--output"), ("explain", few / "coffee.png", "--html"), ("rank", few, "--html")):
        result = command(*arguments, page)
        assert result.status == 2
        assert "exists already; give another name, or --force" in result.err
    assert page.read_text() == "mine"
    assert command("explain", few / "coffee.png", "--html", page, "--force", "--no-suggest", "--no-regions").status == 0
    assert "<h1><bdi>coffee.png</bdi></h1>" in page.read_text(encoding="utf-8")


def test_what_cannot_be_written_is_refused_before_the_work(command, few, tmp_path):
    assert "a page ends in .html" in command("report", few, "--output", tmp_path / "page.pdf").err
    assert "does not exist" in command("report", few, "--output", tmp_path / "no" / "page.html").err


def test_without_a_readable_photograph_there_is_no_page(command, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"nothing")
    result = command("report", tmp_path, "--output", tmp_path / "page.html")
    assert result.status == 2
    assert "1 of 1 could not be scored" in result.err
    assert not (tmp_path / "page.html").exists()


def test_a_ranking_opens_at_the_comparison_of_the_first_two(command, few, tmp_path):
    result = command("rank", few, "--html", tmp_path / "page.html")
    assert (result.status, result.out) == (0, "")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '"compare":[0,1]' in text
    told = command("rank", few, "--json").out
    assert text.index("rocket.png") < text.index("coffee.png")
    assert told.index("rocket.png") < told.index("coffee.png")


@pytest.mark.parametrize(("flags", "asked"), [((), True), (("--no-suggest", "--no-regions"), False)])
def test_a_page_has_what_would_help_and_where(command, few, tmp_path, monkeypatch, flags, asked):
    import numpy as np

    from iaa_classic.cli import explaining
    from iaa_classic.explanation import RegionEffects

    change = SimpleNamespace(text="Brighten <by> 0.5 stops", gain=0.31, score=7.0, box=None, apply=lambda rgb: rgb[::-1])
    regions = RegionEffects(np.array([[0.1, -0.2]]), 6.0, {"light": np.array([[0.1, -0.2]])}, (200, 133))
    monkeypatch.setattr(explaining, "find_suggestions", lambda *arguments, **options: [change])
    monkeypatch.setattr(explaining, "region_effects", lambda *arguments, **options: regions)
    page = tmp_path / "page.html"
    assert command("explain", few / "coffee.png", "--html", page, *flags).status == 0
    text = page.read_text(encoding="utf-8")
    assert ('Brighten &lt;by&gt; 0.5 stops</b> <span class="gain">+0.31' in text) is asked
    assert ('data-map="region_effects" data-key="9"' in text) is asked
