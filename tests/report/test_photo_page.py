"""The page of one photograph: what it shows are the numbers of the explanation, and the maps belong to their features."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from iaa_classic import explain
from iaa_classic.models.learned import Alike
from iaa_classic.report.photo import photo_page
from iaa_classic.report.previews import preview
from iaa_classic.report.views import MAIN, drawn_maps, photo_view

from .conftest import made_up


@pytest.fixture(scope="module")
def explained(photographs):
    rgb = photographs["coffee"][::2, ::2].copy()
    return explain(rgb), rgb


def test_features_and_sentences_lead_to_their_maps(explained):
    explanation, rgb = explained
    view = photo_view(explanation, preview(rgb, 100), name="coffee", maps=drawn_maps(explanation.maps.values()))
    for one in (*view.helping, *view.costing):
        assert list(one.maps) == [found.name for found in explanation.maps_of(one.feature.name)]
    assert any(one.maps for one in view.helping)
    for said, remark in zip(view.remarks, explanation.critique(), strict=True):
        assert said.text == remark.text
        assert set(said.maps) == {found.name for feature in remark.features for found in explanation.maps_of(feature)}
    assert [key for key, _ in view.switches] == list(range(1, len(view.switches) + 1))
    assert [one.name for _, one in view.switches] == list(MAIN[: len(view.switches)])
    everywhere = {one.name for _, one in view.switches} | {one.name for _, maps in view.further for one in maps}
    everywhere |= {one.name for one in (*view.main_charts, *view.further_charts)}
    assert everywhere == set(explanation.maps)


def test_the_page_holds_every_measured_value(explained):
    explanation, rgb = explained
    text = photo_page(explanation, rgb, name="coffee.png")
    table = text[text.index('<details class="all">') :]
    assert table.count("<tr><td>") == len(explanation.features)
    for feature in explanation.features:
        assert f"<td>{feature.label}</td>" in html.unescape(table)
    assert not re.search(r"""(src|href)\s*=\s*["']?(?!data:|#)\w""", text)


def test_suggestions_are_applied_and_crops_are_drawn(explained):
    explanation, rgb = explained
    seen = []

    def apply(pixels):
        seen.append(pixels.shape)
        return pixels[:50, :60]

    crop = SimpleNamespace(text="Crop -2 %", gain=0.25, score=6.0, box=(0.1, 0.2, 0.9, 0.7), apply=apply)
    text = photo_page(explanation, rgb, name="x", suggestions=[crop])
    assert seen == [rgb.shape]
    assert 'class="crop" style="left:10.0%;top:20.0%;width:80.0%;height:50.0%"' in text
    assert 'width="60" height="50" alt="After: Crop -2 %"' in text
    assert "<b>Crop −2 %</b>" in text


def test_scores_that_are_no_points_of_a_scale_say_what_they_are():
    rgb = np.full((20, 30, 3), 128, dtype=np.uint8)
    text = photo_page(made_up(), rgb, name="x", scale_line="Scores are logits <of something>")
    assert "Scores are logits &lt;of something&gt;" in text
    assert 'class="scale"' not in text
    assert 'class="scale"' in photo_page(made_up(), rgb, name="x")


def test_look_alikes_of_learned_content_are_listed_with_their_ratings(explained):
    explanation, rgb = explained
    page = photo_page(replace(explanation, alike=(Alike("<i>12.jpg", 5.25, 0.71),)), rgb, name="coffee")
    assert re.search(r"&lt;i&gt;12\.jpg.*?5\.25.*?0\.71", page, flags=re.DOTALL)
    assert "most like this one" not in photo_page(explanation, rgb, name="coffee")
