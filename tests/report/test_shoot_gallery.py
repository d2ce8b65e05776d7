"""The gallery of a proposal: grouped by view, overridden by keys, exported, and applied to sidecars."""

from __future__ import annotations

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic.cli.main import app
from iaa_classic.shoot.rehearsal import Rehearsal
from iaa_classic.shoot.sidecars import rating_of


@pytest.fixture(scope="module")
def proposal(photographs, tmp_path_factory):
    """A folder with a burst of two and a single frame with an odd name, and the page of its proposal."""
    folder = tmp_path_factory.mktemp("private-parent") / "A shoot"
    folder.mkdir()
    shoot = Rehearsal(folder, seed=5)
    coffee = Image.fromarray(photographs["coffee"])
    coffee.thumbnail((360, 360))
    import numpy as np

    shoot.burst(np.asarray(coffee), ("defocus",))
    rocket = Image.fromarray(photographs["rocket"])
    rocket.thumbnail((360, 360))
    (folder / "sub").mkdir()
    rocket.save(folder / "sub" / "<b>odd, name.png")
    page = tmp_path_factory.mktemp("proposal") / "p.html"
    result = CliRunner().invoke(app, ["cull", str(folder), "--output", str(page)])
    assert result.exit_code == 0, result.output
    return folder, page, next(shot.path.name for shot in shoot.shots if not shot.damage)


def test_the_page_holds_choices_and_nothing_private(proposal):
    folder, page, undamaged = proposal
    text = page.read_text(encoding="utf-8")
    assert undamaged in text
    assert "private-parent" not in text
    assert "Rehearsal" not in text
    refused = CliRunner().invoke(app, ["cull", str(folder), "--output", str(page)])
    assert "exists already" in str(refused.exception)


def test_choices_are_overridden_by_keys_exported_and_applied(proposal, browser):
    folder, page, undamaged = proposal
    browser.open(page)
    choices = json.loads(browser.run("return shoot.choices()"))["choices"]
    by_path = {row["path"]: row for row in choices}
    assert by_path[undamaged]["decision"] == "pick"
    assert set(by_path) == {"IMG_0000.JPG", "IMG_0001.JPG", "sub/<b>odd, name.png"}
    groups = browser.texts(".group > h2")
    assert sorted(groups) == ["1 · burst", "2 · single"]
    place = next(at for at, row in enumerate(choices) if row["path"] == undamaged)
    browser.run(f"gallery.focus(gallery.card({place}))")
    browser.press("x")
    assert "1 by you" in browser.texts("#decided")[0]
    other = next(at for at, row in enumerate(choices) if row["path"] not in (undamaged, "sub/<b>odd, name.png"))
    browser.run(f"gallery.focus(gallery.card({other}))")
    browser.press("p")
    browser.press("u", "a")
    exported = browser.run("return shoot.choices()")
    csv = browser.run("return shoot.csv()")
    assert f"{undamaged},reject,-1,true" in csv
    assert '"sub/<b>odd, name.png"' in csv
    browser.run("document.querySelector('#export-json').click()")
    assert browser.messages() == []
    file = page.with_name("choices.json")
    file.write_text(exported, encoding="utf-8")
    result = CliRunner().invoke(app, ["cull", str(folder), "--apply", str(file)])
    assert result.exit_code == 0, result.output
    assert rating_of(str(folder / undamaged)) == (-1, True)
    assert rating_of(str(folder / choices[other]["path"])) == (2, True)
    browser.run("for (let id = 0; id < 3; id += 1) shoot.decide(id, null)")
