"""The page and the plots of a model report: escaped, self-contained, private, with the report's numbers."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from iaa_classic.explanation.dependence import dependence
from iaa_classic.explanation.model_report import model_report
from iaa_classic.models import AestheticRegressor
from iaa_classic.report.curve_svg import curve_svg, curve_words, limits, unit_text, value_text
from iaa_classic.report.model_page import magnitude, model_page, thumbnail
from iaa_classic.report.model_plots import plot_calibration, plot_dependence, plot_importance, plot_residuals

NAMES = ["mean_lightness", "saturation", "<b>&amp;", "hue_entropy"]


class Reader(HTMLParser):
    """Collects tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    """A table, ratings, and files with GPS and owner of which one has an awkward name and one is damaged."""
    root = tmp_path_factory.mktemp("secret-folder")
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.random((40, 4)), columns=NAMES)
    X["hue_entropy"] = 0.5
    y = 1 + 3 * X["mean_lightness"] + X["<b>&amp;"] ** 2 + random.normal(0, 0.1, 40)
    exif = Image.Exif()
    exif[0x8298], exif[0xA431] = "Secret Owner", "SERIAL123"
    exif.get_ifd(0x8825).update({1: "N", 2: (12.0, 34.0, 56.0)})
    sources = []
    for k in range(40):
        path = root / (f"<b>&amp;{k}.jpg" if k % 2 else f"{k}.jpg")
        Image.fromarray(random.integers(0, 256, (60, 90, 3), dtype=np.uint8)).save(path, exif=exif)
        sources.append(path)
    sources[int(y.argmax())].write_bytes(b"damaged")
    return X, y, sources


@pytest.fixture(scope="module")
def report(rated):
    X, y, sources = rated
    criteria = ["lighting", "colour", "colour", "colour"]
    model = AestheticRegressor("svm", criteria=criteria, random_state=0).fit(X, y)
    kinds = np.where(np.arange(40) % 2, "<i>odd</i>", "even $1")
    return model_report(model, X, y, categories=kinds, sources=sources, n_resamples=20, n_repeats=1, n_splits=3)


@pytest.fixture(scope="module")
def page(report):
    return model_page(report, "<b>&amp; mine")


def test_names_stay_text(page):
    reader = Reader(page)
    assert not reader.all("i") or all("style" in attributes for attributes in reader.all("i"))
    assert "<b>&amp; mine" in reader.text
    assert "<i>odd</i>" in reader.text
    assert "<b>&amp;" in reader.text
    assert any("<b>&amp;" in (attributes["alt"] or "") for attributes in reader.all("img"))
    assert any((attributes.get("aria-label") or "").startswith("<b>&amp;: mean effect") for attributes in reader.all("svg"))


def test_nothing_is_loaded_and_no_script_runs(page):
    reader = Reader(page)
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in reader.tags}
    for _, attributes in reader.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/"))
    [policy] = [one["content"] for one in reader.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "@import" not in page
    assert "url(http" not in page


def test_the_numbers_of_the_report_are_on_the_page(page, report):
    text = Reader(page).text
    assert magnitude(report.figures.loc["SRCC", "value"]) in text
    assert all(magnitude(value) in text for value in report.criteria["effect"])
    assert all(sentence.replace(" %", "\u00a0%") in text for sentence in report.summary())
    assert "Cross-validated." in text
    assert "There are 3 folds." in text
    assert f"Without any effect on these photographs: {report.features.loc['hue_entropy', 'label']}." in text
    assert [row["scope"] for row in Reader(page).all("th")].count("row") == len(report.criteria) * 2 + 3 + 1


def test_photographs_are_pixels_and_nothing_else(page, report):
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    shown = [*report.best, *report.worst, *report.underrated, *report.overrated]
    assert 0 < len(pictures) < len(shown)
    assert "no picture at hand" in page
    for text in pictures:
        data = base64.b64decode(text)
        with Image.open(io.BytesIO(data)) as image:
            assert not dict(image.getexif())
            assert max(image.size) <= 320
        assert b"SERIAL123" not in data
        assert b"Exif" not in data
    assert "secret-folder" not in page
    assert "Secret Owner" not in page


def test_the_same_report_gives_the_same_page(page, report):
    assert model_page(report, "<b>&amp; mine") == page


def test_a_report_without_ratings_has_no_agreement(rated, report):
    X, y, _ = rated
    model = AestheticRegressor("svm", random_state=0).fit(X, y)
    bare = model_report(model, X, n_resamples=0, n_repeats=1)
    text = Reader(model_page(bare, "Mine")).text
    assert "Agreement with the ratings" not in text
    assert "Without ratings." in text
    for plot in (plot_calibration, plot_residuals):
        with pytest.raises(ValueError, match="made without ratings"):
            plot(bare)


def test_thumbnails_of_what_cannot_be_read_are_left_out(tmp_path):
    assert thumbnail(None) is None
    assert thumbnail(tmp_path / "absent.jpg") is None
    assert thumbnail(7) is None
    assert thumbnail(np.zeros((500, 900, 3), dtype=np.uint8)).startswith("data:image/jpeg;base64,")


# Plots ---------------------------------------------------------------------------------------------------------------


def test_bars_are_as_long_as_the_importance(report):
    axes = plot_importance(report, by="drop")
    values = sorted(bar.get_width() for bar in axes.patches)
    np.testing.assert_allclose(values, sorted(report.criteria["drop"]))
    assert "drop of the SRCC" in axes.get_xlabel()
    axes = plot_importance(report, of="features", most=2, labels=False)
    assert [label.get_text() for label in axes.get_yticklabels()] == report.features.index[:2].tolist()[::-1]
    for wrong in ({"by": "size"}, {"of": "photographs"}):
        with pytest.raises(ValueError, match="must be one of"):
            plot_importance(report, **wrong)


def test_dependence_shows_every_photograph_and_the_mean(report):
    axes = plot_dependence(report, "mean_lightness")
    curve = report.curves["mean_lightness"]
    np.testing.assert_allclose(axes.collections[0].get_offsets(), np.column_stack([curve.values, curve.effects]))
    np.testing.assert_allclose(axes.lines[-1].get_xydata(), np.column_stack([curve.centres, curve.mean]))
    assert plot_dependence(report, "hue_entropy").lines[-1].get_xydata().shape == (1, 2)
    with pytest.raises(ValueError, match="no feature 'x'"):
        plot_dependence(report, "x")


def test_calibration_and_residuals_draw_the_tables_on_given_axes(report):
    from matplotlib.figure import Figure

    first, second = Figure().subplots(1, 2)
    assert plot_calibration(report, first) is first
    np.testing.assert_allclose(first.lines[-1].get_xydata(), report.calibration[["predicted", "truth"]])
    assert plot_residuals(report, second) is second
    assert [label.get_text() for label in second.get_yticklabels()] == [r"even \$1 (20)", r"<i>odd</i> (20)"]
    first.figure.draw_without_rendering()


# Curves as SVG -------------------------------------------------------------------------------------------------------


def test_a_curve_is_drawn_inside_its_frame_and_told_in_words():
    x = np.linspace(0, 0.5, 64)
    curve = dependence(x, np.where(x > 0.25, 0.3, -0.3), x)
    text = curve_svg(curve, limits([curve]), "a <curve>", "share of pixels")
    assert 'aria-label="a &lt;curve&gt;"' in text
    numbers = [float(number) for path in re.findall(r' d="([^"]+)"', text) for number in re.findall(r"-?\d+\.?\d*", path)]
    assert min(numbers) >= 0
    assert max(numbers) <= 260
    assert ">0 %</text>" in text
    assert curve_words("tone", curve, "share of pixels") == "tone: mean effect from −0.300 at 3 % to +0.300 at 47 %"
    hill = dependence(x, np.sin(x * 2 * np.pi), x)
    assert "; highest +0." in curve_words("tone", hill, "1")


def test_curves_of_nothing_and_of_one_value():
    nothing = dependence(np.full(3, np.nan), np.zeros(3), np.full(3, np.nan))
    assert curve_svg(nothing, limits([nothing]), "none", "1").endswith("</svg>")
    assert curve_words("tone", nothing, "1") == "tone: no photograph has a value"
    one = dependence(np.full(9, 2.0), np.full(9, 0.1), np.full(9, 2.0))
    assert "mean dot" in curve_svg(one, limits([one]), "one", "1")
    assert curve_words("tone", one, "bits") == "tone: mean effect +0.100 at 2.0, over all photographs"


def test_values_have_as_many_digits_as_tell_them_apart():
    assert [value_text(-0.0123, "1", 0.05), value_text(178.2, "degrees", 356), value_text(0.5, "share of pixels", 1)] == [
        "−0.012",
        "178",
        "50 %",
    ]
    assert [unit_text("1"), unit_text("share of pixels"), unit_text("bits")] == ["", "% of pixels", "bits"]
