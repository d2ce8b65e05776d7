"""Galleries and pictures in pages: what stands in them, and that names and numbers stay what they are."""

from __future__ import annotations

import base64
import io
import json
import re
import zlib
from html.parser import HTMLParser

import numpy as np
import pytest
from markupsafe import Markup
from PIL import Image

from iaa_classic.explanation.comparison import shown_effects
from iaa_classic.report.gallery import SCRIPTS, Extension, GalleryItem, gallery_page
from iaa_classic.report.pages import policy, script_data, signed, true_minus
from iaa_classic.report.previews import preview
from iaa_classic.report.views import waterfall

from .conftest import ODD_NAMES, made_up


class Reader(HTMLParser):
    """Texts by the class of their element, scripts, and all elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.scripts, self.attributes, self._open, self.script_attributes = [], [], [], [], []
        self.headings: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append("")
        if tag == "script":
            self.scripts.append("")
            self.script_attributes.append(dict(attrs))

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "script" in self._open[-1:]:
            self.scripts[-1] += data
        elif {"h1", "h2", "h3"} & set(self._open):
            self.headings[-1] += data


def pixels(width=40, height=30, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def items(names=("a.jpg", "b.jpg", "c.jpg"), **changes):
    small = preview(pixels(), 20)
    return [GalleryItem(name, made_up(name, seed), small, small, **changes) for seed, name in enumerate(names)]


def page(*arguments, **options):
    return "".join(gallery_page(*arguments, **options))


def data_of(reader):
    [data] = [
        text
        for text, kind in zip(reader.scripts, reader.script_attributes, strict=True)
        if kind.get("type") == "application/json"
    ]
    return json.loads(data)


def unpacked(reader, position):
    """Details of one photograph as HTML."""
    [text] = [
        text
        for text, attributes in zip(reader.scripts, reader.script_attributes, strict=True)
        if attributes.get("id") == f"photo-{position}"
    ]
    return zlib.decompress(base64.b64decode(text), -15).decode()


def test_cards_stand_by_score_and_data_hold_every_number():
    shown = items()
    reader = Reader(page(shown, "Holiday"))
    best_first = sorted(shown, key=lambda item: -item.explanation.score)
    assert [text for text in reader.headings if text.endswith(".jpg")][:3] == [item.name for item in best_first]
    data = data_of(reader)
    assert data["criteria"] == ["lighting", "colour", "sharpness"]
    for item, told in zip(shown, data["photographs"], strict=True):
        assert told["score"] == item.explanation.score
        assert told["effects"] == shown_effects(item.explanation)
        shown_sum = told["shown"] - round(100 * round(item.explanation.baseline, 2))
        assert sum(told["effects"]) == shown_sum
        effects = {feature.label: feature.effect for feature in item.explanation.features}
        for (label, *_), share in zip(data["features"], told["shares"], strict=True):
            assert share / 1e6 == pytest.approx(effects[label], abs=1e-6)


def test_names_cannot_break_the_page():
    names = [*ODD_NAMES, "a\u2028b.jpg", "c\udcffd.jpg", "\u202egpj.exe", "{{ 7 * 7 }}.jpg", "<!--<script>.jpg"]
    text = page(items(names), "<i>Title</i>", failures=[("</td><b>x", "it is <b>bad</b>")])
    text.encode("utf-8")
    reader = Reader(text)
    plain = [attributes.get("type") for tag, attributes in reader.attributes if tag == "script"]
    assert plain.count("text/plain") == 2 * len(names)
    assert plain.count(None) == len(SCRIPTS)
    assert reader.headings[0] == "<i>Title</i>"
    shown = reader.headings
    for name in ("<b>&amp;.jpg", r"a\u2028b.jpg", r"c\udcffd.jpg", r"\u202egpj.exe", "{{ 7 * 7 }}.jpg", "<!--<script>.jpg"):
        assert name in shown
    assert "<bdi>&lt;b&gt;&amp;amp;.jpg</bdi>" in unpacked(reader, 0)
    told = [one["name"] for one in data_of(reader)["photographs"]]
    assert told[:3] == [ODD_NAMES[0], ODD_NAMES[1].replace("\n", "\\n"), ODD_NAMES[2]]


def test_groups_badges_and_extensions():
    shown = items(("a", "b"), group="first <burst>", badges=("sharpest",))
    shown += items(("c",), group="second", data={"keep": True})
    mine = {"toolbar": Markup("<button id=mine>"), "body": Markup("<template id=own>")}
    more = Extension(**mine, script="gallery.mine = 1;", style=".mine{}")
    text = page(shown, "Cull", extension=more)
    reader = Reader(text)
    assert {"first <burst>", "second"} <= set(reader.headings)
    assert text.count("<span>sharpest</span>") == 2
    assert data_of(reader)["photographs"][2]["extra"] == {"keep": True}
    assert reader.scripts[-1] == "gallery.mine = 1;"
    assert ".mine{}" in text
    ids = {attributes.get("id") for _, attributes in reader.attributes}
    assert {"mine", "own", "photo-0", "photo-2", "card-1"} <= ids
    allowed = next(attributes["content"] for tag, attributes in reader.attributes if attributes.get("http-equiv"))
    assert allowed == policy(reader.scripts[-len(SCRIPTS) - 1 :])


def test_no_photographs_and_no_failures():
    reader = Reader(page([], "Empty"))
    assert reader.headings[0] == "Empty"
    assert "article" not in reader.tags


def test_items_are_read_one_at_a_time():
    """While an item is drawn, those before it have been let go of: only their small pictures and numbers stay."""
    import weakref

    alive = []

    def stream():
        for seed in range(4):
            item = GalleryItem(f"{seed}", made_up(str(seed), seed), preview(pixels(), 20), preview(pixels(), 30))
            alive.append(weakref.ref(item.preview))
            yield item
            del item
            assert sum(one() is not None for one in alive) <= 1

    page(stream(), "Stream")


def test_data_in_a_script_cannot_end_it():
    value = {"a": "</script><!--\u2028&\udcff", "b": [1.5, None]}
    text = script_data(value)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_data(float("nan"))


def test_signs():
    assert [signed(value) for value in (0.304, -0.3, 0.004, -0.004)] == ["+0.30", "−0.30", "0.00", "0.00"]
    assert true_minus("a-1.jpg costs (-0.31) or -2, 3-4") == "a-1.jpg costs (−0.31) or −2, 3-4"


def test_the_waterfall_goes_from_baseline_to_score():
    for seed in range(5):
        explanation = made_up(seed=seed)
        fall = waterfall(explanation)
        at, cents = fall.start, round(100 * fall.baseline)
        for step, part in zip(fall.steps, explanation.criteria, strict=True):
            assert step.width == pytest.approx(abs(step.end - at), abs=0.01)
            assert min(at, step.end) == pytest.approx(step.left, abs=0.01)
            assert step.cents / 100 == pytest.approx(part.effect, abs=0.0101)
            at, cents = step.end, cents + step.cents
        assert cents == round(100 * fall.score)
        assert at == fall.stop
        assert 3 <= len(fall.ticks) <= 12
        assert all(0 <= place <= 100 for _, place in fall.ticks)


def test_a_preview_is_pixels_and_nothing_else():
    picture = pixels(400, 300)
    made = preview(picture, 200)
    assert (made.width, made.height) == (200, 150)
    kind, data = re.fullmatch(r"data:image/(\w+);base64,(.*)", made.uri).groups()
    assert made.size == len(base64.b64decode(data))
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert image.format.lower() == kind
        assert image.size == (200, 150)
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "photoshop", "comment"} & set(image.info)
    assert preview(picture, 1000).width == 400
    for budget in (20_000, 4_000):
        assert preview(picture, 400, budget=budget).size <= budget
    assert preview(pixels(1, 1), 100).width == 1
    assert preview(pixels(3000, 2), 100).height == 1
