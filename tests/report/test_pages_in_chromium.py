"""The pages in a browser: nothing is asked of the network, no error, and everything that they offer works."""

from __future__ import annotations

import json
import re

import pytest

from iaa_classic import explain, load_image
from iaa_classic.default import default_scorer
from iaa_classic.explanation.comparison import compare
from iaa_classic.report.pages import true_minus
from iaa_classic.report.photo import photo_page

from .conftest import CONTRAST, ODD_NAMES


def id_of(name: str) -> str:
    return f"String(gallery.photographs.findIndex((one) => one.name === {json.dumps(name)}))"


def in_order(browser) -> list[dict]:
    return browser.run("return gallery.visible().map((card) => gallery.photographs[card.dataset.id])")


def choose(browser, selector: str, value: str) -> None:
    kind = "change" if selector == "#sort" else "input"
    event = f"new Event('{kind}', {{bubbles: true}})"
    browser.run(f"const at = document.querySelector('{selector}'); at.value = {value!r}; at.dispatchEvent({event})")


def test_cards_are_sorted_and_filtered(browser, report):
    browser.open(report)
    assert browser.requested() == {report.as_uri()}
    shown = in_order(browser)
    assert len(shown) >= 7
    scores = [one["score"] for one in shown]
    assert scores == sorted(scores, reverse=True)
    criteria = browser.run("return gallery.criteria")
    assert criteria == list(default_scorer().criteria_)
    for index, criterion in enumerate(criteria):
        choose(browser, "#sort", criterion)
        marks = [one["marks"][index] for one in in_order(browser)]
        assert marks == sorted(marks, reverse=True)
    choose(browser, "#sort", "name")
    names = [one["name"] for one in in_order(browser)]
    assert names.index("astronaut.jpg") < names.index("chelsea.png")
    browser.run("document.querySelector('#reverse').click()")
    assert [one["name"] for one in in_order(browser)] == names[::-1]

    choose(browser, "#find", "CAT")
    assert [one["name"] for one in in_order(browser)] == ["later/cat 2.jpg"]
    assert browser.texts("#count") == [f"1 of {len(names)} shown"]
    choose(browser, "#find", "nothing is called so")
    assert browser.run("return document.querySelector('#none').checkVisibility()")
    browser.run("document.querySelector('#clear').click()")
    middle = sorted(scores)[len(scores) // 2]
    choose(browser, "[data-least=score]", str(middle))
    least = float(browser.run("return document.querySelector('[data-least=score]').value"))
    assert sorted(one["score"] for one in in_order(browser)) == [score for score in sorted(scores) if score >= least]
    choose(browser, "[data-least=colour]", "60")
    assert all(one["marks"][criteria.index("colour")] >= 60 for one in in_order(browser))
    assert browser.messages() == []


def test_names_stay_text(browser, report):
    browser.open(report)
    assert browser.run("return window.broken") is None
    titles = browser.texts(".card h3")
    for name in ODD_NAMES:
        shown = name.replace("/", "∕").replace("\n", "\\n")
        assert titles.count(shown) == 1
    assert browser.texts(".card b, .card script") == []
    [reason] = browser.texts("#failures tbody tr")
    assert "broken.jpg" in reason
    assert "not an image" in reason


def test_details_overlays_and_keys(browser, report):
    browser.open(report)
    keys = {"right": "\ue014", "enter": "\ue007", "escape": "\ue00c"}
    names = [one["name"] for one in in_order(browser)]
    browser.press(keys["right"], keys["right"], keys["enter"])
    browser.wait_for("#viewer h2", names[1])
    open_layers = "#viewer .layer:not([hidden])"
    assert browser.texts(open_layers) == []
    browser.press("1")
    first = browser.run("return document.querySelector('#viewer .chip[data-map]').dataset.map")
    assert browser.run(f"return document.querySelector('{open_layers}').dataset.map") == first
    assert len(browser.texts("#viewer .caption p:not([hidden])")) == 1
    browser.press(keys["right"])
    browser.wait_for("#viewer h2", names[2])
    assert browser.run(f"return document.querySelector('{open_layers}').dataset.map") == first
    browser.press("0")
    assert browser.texts(open_layers) == []
    feature = "const button = document.querySelector('#viewer .influences .label[data-maps]');"
    maps = browser.run(f"{feature} if (!button) return null; button.click(); return button.dataset.maps.split(' ')")
    if maps is not None:
        chips = "#viewer .chip[data-map][aria-pressed=true], #viewer .chart.found"
        pressed = browser.run(f"return Array.from(document.querySelectorAll('{chips}'), (one) => one.dataset.map)")
        assert set(pressed) == set(maps)
    sizes = browser.run(
        "return ['img', '.layer'].map((what) => { const box = document.querySelector('#viewer .frame > ' + what); "
        "box.hidden = false; const at = box.getBoundingClientRect(); return [at.left, at.top, at.width, at.height]; })"
    )
    assert sizes[0] == pytest.approx(sizes[1], abs=1)
    browser.press(keys["escape"])
    assert not browser.run("return document.querySelector('#viewer').open")
    assert browser.run("return document.activeElement.dataset.id") == browser.run(f"return {id_of(names[2])}")
    browser.press("?")
    assert browser.run("return document.querySelector('#keys').open")
    assert browser.messages() == []


def test_comparison_says_what_python_says(browser, report, shoot):
    browser.open(report)
    for name in ("astronaut.jpg", "chelsea.png"):
        browser.run(f"gallery.choose(Number({id_of(name)}))")
    browser.wait_for("#comparison[open] h3", "Criteria")
    expected = compare(explain(shoot / "astronaut.jpg"), explain(shoot / "chelsea.png"))
    by_name = {"astronaut.jpg": 0, "chelsea.png": 1}
    names = tuple(source.rsplit("/", 1)[-1] for source in expected.sources)
    assert set(names) == set(by_name)
    assert browser.texts("#comparison .because p") == [true_minus(text) for text in expected.sentences(names)]
    rows = browser.run(
        "return Array.from(document.querySelectorAll('#comparison tr[data-criterion]'), "
        "(row) => [row.dataset.criterion, Number(row.lastChild.textContent.replace('\\u2212', '-'))])"
    )
    assert [row[0] for row in rows] == [one.criterion for one in expected.criteria]
    total = browser.run("return document.querySelector('#comparison .total').lastChild.textContent")
    assert sum(round(100 * row[1]) for row in rows) == round(100 * float(total))
    assert float(total) == pytest.approx(expected.difference, abs=0.0101)
    first = browser.texts("#comparison section:last-child tbody th")[0].lower()
    assert first.startswith(expected.features[0].preferred.label.lower())
    browser.press("1")
    assert len(browser.texts("#comparison .layer:not([hidden])")) == 2
    assert browser.messages() == []


@pytest.fixture(scope="module")
def photo(shoot, tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "photo.html"
    picture = shoot / ODD_NAMES[0]
    path.write_text(photo_page(explain(picture), load_image(picture), name=picture.name), encoding="utf-8")
    return path


def test_page_of_one_photograph(browser, photo):
    browser.open(photo)
    assert browser.requested() == {photo.as_uri()}
    assert browser.texts("h1") == ["<b>&amp;.jpg"]
    assert browser.run("return document.querySelector('.frame img').naturalWidth") > 100
    browser.press("2")
    assert len(browser.texts(".layer:not([hidden])")) == 1
    browser.press("\ue00c")
    assert browser.texts(".layer:not([hidden])") == []
    numbers = [float(text.replace("−", "-")) for text in browser.texts(".waterfall tbody td:nth-child(3)")]
    assert round(100 * numbers[-1]) == sum(round(100 * number) for number in numbers[:-1])
    assert browser.messages() == []


@pytest.mark.parametrize("page", ["photo", "report"])
def test_phone_dark_and_print(browser, page, request):
    path = request.getfixturevalue(page)
    browser.open(path, width=390, height=844)
    assert browser.run("return document.documentElement.scrollWidth") == 390
    if page == "report":
        browser.run("document.querySelector('.card .open').click()")
        browser.wait_for("#viewer h3", "For it")
        assert browser.run("const at = document.querySelector('#viewer .content'); return at.scrollWidth - at.clientWidth") == 0
    assert browser.run(CONTRAST) == []
    browser.open(path, dark=True)
    assert browser.run(CONTRAST) == []
    assert browser.run("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    browser.open(path, medium="print")
    assert browser.run(CONTRAST) == []
    controls = ".tools, .switches, .choose"
    assert not browser.run(f"return Array.from(document.querySelectorAll('{controls}')).some((one) => one.checkVisibility())")
    assert browser.messages() == []


def test_nothing_else_may_run_or_load(browser, photo, tmp_path):
    """The page's policy, put to the test by a page that tries."""
    text = photo.read_text(encoding="utf-8")
    bad = tmp_path / "bad.html"
    bad.write_text(text.replace("</main>", "<script>window.broken = 1</script><img src='http://127.0.0.1:9/x.png'></main>"))
    browser.open(bad)
    assert browser.run("return window.broken") is None
    said = browser.messages()
    assert len([one for one in said if re.search("Content Security Policy", one)]) == 2
