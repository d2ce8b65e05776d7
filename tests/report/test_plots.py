"""Explanations in notebooks: matplotlib axes and the fragment of HTML."""

from __future__ import annotations

import base64
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from iaa_classic import UserError, explain
from iaa_classic.report.plots import plot_effects, plot_explanation, plot_features, plot_map


@pytest.fixture(scope="module")
def explanation(photographs):
    return explain(photographs["coffee"])


def test_bars_lead_from_the_baseline_to_the_score(explanation):
    axes = plot_effects(explanation)
    bars = [patch for patch in axes.patches if patch.get_width() or patch.get_height()]
    assert [bar.get_width() for bar in bars] == pytest.approx([part.effect for part in explanation.criteria])
    assert bars[0].get_x() == pytest.approx(explanation.baseline)
    assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(explanation.score)
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["average photograph", *(part.criterion for part in explanation.criteria), "score"]


def test_features_are_the_strongest_with_what_was_measured(explanation):
    axes = plot_features(explanation, count=5)
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([feature.effect for feature in explanation.features[:5]])
    assert explanation.features[0].label.split()[0] in axes.get_yticklabels()[0].get_text()
    with pytest.raises(UserError, match="at least 1; got 0"):
        plot_features(explanation, count=0)


def test_given_axes_are_drawn_on_and_pyplot_stays_out_of_it(explanation):
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots(2, 2)
    assert plot_effects(explanation, axes[0, 0]) is axes[0, 0]
    assert plot_features(explanation, axes[0, 1]) is axes[0, 1]
    assert plot_map(explanation, "thirds", axes[1, 0]) is axes[1, 0]
    assert plot_map(explanation.picture, explanation.maps["histogram"], axes[1, 1]) is axes[1, 1]
    assert axes[1, 0].images
    assert not axes[1, 1].images
    if "matplotlib.pyplot" in sys.modules:
        assert not sys.modules["matplotlib.pyplot"].get_fignums()


def test_a_figure_for_a_paper(explanation, tmp_path):
    figure = plot_explanation(replace(explanation, source="folder/$a_b$ <i>.jpg"), maps=["thirds", "clipping"])
    figure.savefig(tmp_path / "figure.png", dpi=40)
    titles = [axes.get_title() for axes in figure.axes]
    assert "Rule of thirds" in titles
    assert "folder" not in figure.get_suptitle()
    assert len(plot_explanation(replace(explanation, picture=None)).axes) == 2


def test_maps_need_a_photograph(explanation):
    with pytest.raises(UserError, match="holds no photograph"):
        plot_map(replace(explanation, picture=None), "thirds")


class Checker(HTMLParser):
    VOID = ("img", "image", "path", "rect", "circle", "br")

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_fragment_is_whole_escaped_and_self_contained(explanation):
    odd = replace(explanation, source="/home/someone/<b>&amp;.jpg", warnings=("a <note> & more",))
    html = odd._repr_html_()
    parsed = Checker()
    parsed.feed(html)
    parsed.close()
    assert parsed.open == []
    assert "<b>&amp;.jpg" in parsed.text
    assert "a <note> & more" in parsed.text
    assert "someone" not in html
    assert not {tag for tag, _ in parsed.seen} & {"script", "link", "style", "iframe"}
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", html)
    for _, attributes in parsed.seen:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith("data:")
    for part in explanation.criteria:
        assert part.criterion in parsed.text
        assert f"{part.effect:+.2f}" in parsed.text
    assert f"{explanation.score:.2f}" in parsed.text
    assert sum(tag == "svg" for tag, _ in parsed.seen) == 3
    assert len(html) < 150_000


def test_fragment_without_a_photograph_has_no_picture(explanation):
    html = replace(explanation, picture=None)._repr_html_()
    assert "<img" not in html
    assert "<svg" not in html


def test_thumbnail_holds_no_metadata(explanation):
    import io

    from PIL import Image

    [uri] = set(re.findall(r'alt="the photograph" src="data:image/jpeg;base64,([^"]+)"', explanation._repr_html_()))
    with Image.open(io.BytesIO(base64.b64decode(uri))) as image:
        assert max(image.size) == 320
        assert not image.getexif()
        assert np.asarray(image).mean() == pytest.approx(explanation.picture.rgb.mean(), abs=3)
