"""Evidence maps: they draw what the features measured, everywhere, on both back ends."""

from __future__ import annotations

import json
import math
import pickle
import re
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest

from iaa_classic import UserError, default_model, explain
from iaa_classic.explanation import EvidenceMap, evidence, explain_row, picture_of
from iaa_classic.explanation.evidence import leading_maps, maps_by_feature
from iaa_classic.explanation.maps import Box, Circle, Path, Raster, Stroke, Text
from iaa_classic.explanation.maps.native import KEPT, SIZED, native_values
from iaa_classic.explanation.maps.pens import AMBER, WHITE
from iaa_classic.explanation.maps.registry import LazyMaps, evidence_map, records
from iaa_classic.features import CRITERIA, Picture, catalogue
from iaa_classic.features.colour_harmony import sector_distance, template_fit, uniform_deviation
from iaa_classic.features.colour_histogram import histograms
from iaa_classic.features.composition_balance import mass_centre
from iaa_classic.features.composition_horizon import horizon
from iaa_classic.features.composition_vanishing import converging_lines
from iaa_classic.features.saliency import subject

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "data:image/png;base64,"


def value(picture, name):
    return catalogue()[name].function(picture)


@pytest.fixture(scope="module")
def pictures(photographs):
    return {name: Picture(photographs[name]) for name in ("astronaut", "coffee", "rocket", "china")}


@pytest.fixture(scope="module")
def maps(pictures):
    return {name: evidence(picture) for name, picture in pictures.items()}


def test_every_map_is_well_formed_on_both_back_ends(maps):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    for drawn in maps["coffee"].values():
        assert drawn.description.endswith(".")
        assert drawn.description[0].isupper() or drawn.description[0].isdigit() or drawn.description.startswith("less")
        root = ET.fromstring(drawn.to_svg())
        assert root.attrib["viewBox"] == f"0 0 {drawn.size[0]} {drawn.size[1]}"
        assert root.attrib["role"] == "img"
        assert drawn.description in root.attrib["aria-label"]
        assert root.find(f"{SVG}title").text == drawn.title
        assert "id=" not in drawn.to_svg()
        json.dumps(drawn.to_dict(), allow_nan=False)
        figure = Figure(figsize=(3, 2), dpi=50)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        assert drawn.draw(axes) is axes
        assert axes.get_xlim() == (0, drawn.size[0])
        assert axes.get_ylim() == (drawn.size[1], 0)
        figure.canvas.draw()
        if drawn.found:
            assert len(drawn.marks) > 0
            assert np.ptp(np.asarray(figure.canvas.buffer_rgba())[..., :3]) > 0


def test_overlays_have_the_photographs_size_and_charts_their_own(maps, pictures):
    for name, drawn in maps["rocket"].items():
        assert records()[name].placement == drawn.placement
        if drawn.placement == "photograph":
            assert drawn.size == pictures["rocket"].rgb.shape[1::-1]


def test_maps_are_small(maps):
    for drawn in maps["china"].values():
        assert len(drawn.to_svg()) < 60_000


def test_each_map_names_features_of_the_catalogue_and_nearly_every_feature_has_one(capsys):
    known, named = catalogue(), maps_by_feature()
    for record in records().values():
        assert record.criterion in CRITERIA
        assert record.features
        assert not set(record.features) - set(known)
        assert len(set(record.features)) == len(record.features)
    model = [str(name) for name in default_model().feature_names_in_]
    shown = sum(name in named for name in model)
    every = [name for name, record in known.items() if not record.compatibility]
    with capsys.disabled():
        print(f" maps explain {shown}/{len(model)} features of the default model,", end=" ")
        print(f"{sum(name in named for name in every)}/{len(every)} of the catalogue", end=" ")
    assert shown >= 0.95 * len(model)


def test_a_map_is_declared_once():
    with pytest.raises(ValueError, match="declared already"):
        evidence_map("thirds", "Again", criterion="composition", features=("thirds_fit",))(lambda picture: None)


def raster(drawn) -> Raster:
    [found] = [mark for mark in drawn.marks if isinstance(mark, Raster)]
    return found


def test_zebra_covers_what_is_measured_as_clipped(pictures):
    white = np.full((60, 90, 3), 255, np.uint8)
    white[:, :20] = 0
    white[:30, 40:] = 128
    for picture in (Picture(white), pictures["rocket"], pictures["china"]):
        drawn = records()["clipping"].draw(picture)
        levels = raster(drawn).levels if drawn.found else np.zeros(1)
        assert np.isin(levels, (1, 2)).mean() == pytest.approx(value(picture, "clipped_highlights"), abs=1e-12)
        assert np.isin(levels, (3, 4)).mean() == pytest.approx(value(picture, "clipped_shadows"), abs=1e-12)


def sea(tilt: float, height: float = 0.5) -> Picture:
    rows, columns = np.indices((240, 360))
    below = rows > 240 * (1 - height) + math.tan(math.radians(tilt)) * (columns - 180)
    picture = np.where(below[..., None], (20, 60, 90), (170, 200, 240)).astype(np.uint8)
    return Picture(picture)


@pytest.mark.parametrize("tilt", [-6.0, 0.0, 4.0])
def test_horizon_is_drawn_as_it_is_measured(tilt):
    picture = sea(tilt, 0.4)
    drawn = records()["horizon"].draw(picture)
    [line] = [m.lines[0] for m in drawn.marks if isinstance(m, Path) and m.stroke.colour == AMBER]
    (x0, y0), (x1, y1) = line
    found = horizon(picture)
    height = drawn.size[1]
    assert math.degrees(math.atan2(y1 - y0, x1 - x0)) == pytest.approx(found.angle, abs=1e-6)
    assert 1 - (y0 + y1) / 2 / height == pytest.approx(value(picture, "horizon_height"), abs=1e-9)
    assert abs(found.angle) == pytest.approx(value(picture, "horizon_tilt"), abs=1e-9)
    assert found.angle == pytest.approx(tilt, abs=0.6)
    assert f"{abs(found.angle):.1f} degrees" in drawn.description


def crosses(drawn) -> list[tuple[float, float]]:
    return [(m.x, m.y) for m in drawn.marks if isinstance(m, Circle) and m.stroke is None and m.fill == AMBER]


@pytest.mark.parametrize(("name", "feature", "section"), [("thirds", "power_point_distance", 1 / 3)])
def test_centroid_and_the_nearest_power_point(pictures, name, feature, section):
    checked = 0
    for picture in pictures.values():
        main = subject(picture)
        drawn = records()[name].draw(picture)
        assert drawn.found == main.found
        if not main.found:
            continue
        checked += 1
        width, height = drawn.size
        [(x, y)] = crosses(drawn)
        assert (x / width, y / height) == pytest.approx(main.centroid)
        [(px, py)] = [(m.x / width, m.y / height) for m in drawn.marks if isinstance(m, Circle) and m.fill == WHITE]
        others = [math.hypot(x / width - a, y / height - b) for a in (1 / 3, 2 / 3) for b in (1 / 3, 2 / 3)]
        distance = math.hypot(x / width - px, y / height - py)
        assert distance == pytest.approx(min(others))
        assert distance == pytest.approx(value(picture, feature))
    assert checked


def test_subject_is_outlined_where_its_mask_is(pictures):
    for picture in pictures.values():
        main, drawn = subject(picture), records()["subject"].draw(picture)
        if not main.found:
            continue
        outline = drawn.marks[-1]
        filled = np.zeros(main.mask.shape, np.uint8)
        cv2.fillPoly(filled, [np.int32(np.round(line - 0.5)) for line in outline.lines], 1)
        assert (filled.astype(bool) != main.mask).mean() < 0.02


def test_balance_and_vanishing_point_are_marked_where_they_were_measured(pictures):
    for picture in pictures.values():
        drawn = records()["balance"].draw(picture)
        [(x, y)] = crosses(drawn)
        assert (x / drawn.size[0], y / drawn.size[1]) == pytest.approx(mass_centre(picture))
        strength, at_x, at_y = converging_lines(picture)
        drawn = records()["vanishing_point"].draw(picture)
        assert drawn.found == (strength >= 0.1)
        if drawn.found:
            scale = math.hypot(*drawn.size)
            assert crosses(drawn)[0] == pytest.approx((at_x * scale, at_y * scale), rel=0.01)


def test_box_of_edges_and_frame_of_the_subject(pictures):
    for picture in pictures.values():
        [box] = [mark for mark in records()["space"].draw(picture).marks if isinstance(mark, Box)]
        width, height = picture.rgb.shape[1::-1]
        assert 1 - box.width * box.height / (width * height) == pytest.approx(value(picture, "edge_compactness"))
        drawn = records()["framing"].draw(picture)
        if drawn.found:
            box = drawn.marks[0]
            assert box.y / height == pytest.approx(value(picture, "subject_top_margin"))
            assert 1 - (box.y + box.height) / height == pytest.approx(value(picture, "subject_bottom_margin"))


def test_best_template_is_the_one_that_is_measured(pictures):
    from iaa_classic.features.colour_harmony import GREY_SHARE, best_template

    for picture in pictures.values():
        best, counted = best_template(picture), histograms(picture)
        energy = float(counted.hues @ sector_distance(best.sectors))
        deviation = energy / (counted.hues.sum() + GREY_SHARE * counted.pixels)
        assert deviation == pytest.approx(template_fit(picture)[best.name], abs=1e-9)
        assert deviation / uniform_deviation(best.name) == pytest.approx(value(picture, "hue_disharmony"), abs=1e-9)


def test_palette_and_names_are_as_wide_as_their_shares(pictures):
    from iaa_classic.features.colour_palette import palette

    for picture in pictures.values():
        boxes = [m for m in records()["palette"].draw(picture).marks if isinstance(m, Box) and m.fill]
        assert [box.width / 512 for box in boxes] == pytest.approx(list(palette(picture).share))
        bars = [m.width for m in records()["colour_names"].draw(picture).marks if isinstance(m, Box)]
        shares = [value(picture, f"{name}_share") for name in ("black", "grey", "white")]
        longest = max(value(picture, name) for name in catalogue() if name.endswith("_share") and name in _BASIC)
        assert bars[:3] == pytest.approx([max(0.6, 240 * share / longest) for share in shares])


_BASIC = [
    f"{name}_share"
    for name in ["black", "grey", "white", "red", "orange", "brown", "yellow", "green", "blue", "purple", "pink"]
]


def test_memory_colours_cover_what_is_measured(pictures):
    for picture in pictures.values():
        drawn = records()["memory_colours"].draw(picture)
        levels = raster(drawn).levels
        sky = (levels == 2).mean() if drawn.found else 0
        assert sky <= value(picture, "sky_coloured_share") + 1e-9
        foliage = (levels == 3).mean()
        assert foliage == pytest.approx(value(picture, "foliage_coloured_share"), abs=1e-9)


def test_noise_is_shown_where_it_is_measured(pictures):
    from iaa_classic.features.sharpness_noise import working_flat_places

    for picture in pictures.values():
        drawn = records()["noise"].draw(picture)
        assert np.flatnonzero(raster(drawn).levels.ravel()).tolist() == sorted(working_flat_places(picture).tolist())


NOTHING = (
    "subject",
    "thirds",
    "framing",
    "saliency",
    "horizon",
    "lines",
    "vanishing_point",
    "hue_wheel",
    "focus",
    "repetition",
)


@pytest.mark.parametrize(
    "name", ["black", "mid-grey", "one pixel", "one column", "very wide", "two by two", "grey noise", "checkerboard"]
)
def test_degenerate_pictures_are_drawn_or_said_to_hold_nothing(degenerate, name):
    for drawn in evidence(Picture(degenerate[name])).values():
        ET.fromstring(drawn.to_svg())
        assert "nan" not in re.sub('base64,[^"]*', "", drawn.to_svg())
        assert drawn.description
        json.dumps(drawn.to_dict(), allow_nan=False)
        for mark in drawn.marks:
            if isinstance(mark, Path):
                assert all(np.isfinite(line).all() for line in mark.lines)
    if name in ("black", "mid-grey", "one pixel"):
        found = evidence(Picture(degenerate[name]))
        for nothing in NOTHING:
            if (name, nothing) != ("one pixel", "hue_wheel"):
                assert not found[nothing].found, nothing
                assert "o" in found[nothing].description


def test_degenerate_pictures_on_axes(degenerate):
    from matplotlib.figure import Figure

    for name in ("one pixel", "very wide"):
        for drawn in evidence(Picture(degenerate[name])).values():
            drawn.draw(Figure(figsize=(2, 2)).add_subplot())


def test_text_is_escaped_and_stays_text():
    title, text = "<b>&amp;\"'", "5 < 6 & $x_1$ \u2028"
    drawn = EvidenceMap(
        "x", title, "colour", (), text, "beside", (10, 10), (Text(1, 1, "<script>&"), Circle(1, 1, 1, Stroke("#fff000")))
    )
    root = ET.fromstring(drawn.to_svg())
    assert root.find(f"{SVG}title").text == title
    assert text in root.attrib["aria-label"]
    assert root.find(f"{SVG}text").text == "<script>&"
    assert "<script" not in drawn.to_svg()


def test_rasters_are_palettes_of_their_colours():
    import base64
    import io

    from PIL import Image

    levels = np.array([[0, 1], [2, 1]], np.uint8)
    mark = Raster(0, 0, 4, 4, levels, ("#00000000", "#ff000080", "#0000ff"))
    assert mark.data_uri().startswith(XLINK)
    with Image.open(io.BytesIO(base64.b64decode(mark.data_uri()[len(XLINK) :]))) as image:
        assert np.array_equal(np.asarray(image.convert("RGBA")), mark.rgba())
        assert not image.info.keys() - {"transparency"}


def test_an_explanation_draws_its_maps_when_they_are_asked_for(photographs, monkeypatch):
    explanation = explain(photographs["coffee"])
    assert isinstance(explanation.maps, LazyMaps)
    asked = []
    original = type(records()["thirds"]).draw
    monkeypatch.setattr(
        "iaa_classic.explanation.maps.registry.MapRecord.draw", lambda self, p: asked.append(self.name) or original(self, p)
    )
    assert list(explanation.maps) == list(records())
    assert asked == []
    assert explanation.maps["thirds"] is explanation.maps["thirds"]
    assert asked == ["thirds"]
    assert [drawn.name for drawn in explanation.maps_of("horizon_tilt")] == ["horizon"]
    assert explanation.maps_of("aspect_ratio") == []
    assert "maps" not in explanation.to_dict()
    told = json.loads(json.dumps(explanation.to_dict(maps=True), allow_nan=False))
    assert list(told["maps"]) == list(records())
    assert set(told) - {"maps"} == set(explanation.to_dict())


def test_maps_are_those_of_the_full_photograph(photographs):
    """What native pixels tell is remembered although they are let go of."""
    rgb = cv2.resize(photographs["china"], (1400, 934), interpolation=cv2.INTER_CUBIC)
    explanation = explain(rgb)
    whole = evidence(Picture(rgb))
    assert {name: drawn.to_dict() for name, drawn in explanation.maps.items()} == {
        name: drawn.to_dict() for name, drawn in whole.items()
    }
    focus = next(feature.value for feature in explanation.features if feature.name == "focus")
    assert f"{focus:.2f} pixel by pixel" in explanation.maps["focus"].description


def held_bytes(thing) -> int:
    if isinstance(thing, np.ndarray):
        return (
            thing.nbytes
            if thing.base is None
            else held_bytes(thing.base)
            if isinstance(thing.base, np.ndarray)
            else thing.nbytes
        )
    if isinstance(thing, dict):
        return sum(held_bytes(part) for part in thing.values())
    return sum(held_bytes(part) for part in thing) if isinstance(thing, list | tuple) else 0


def test_an_explanation_holds_the_working_scale_alone(photographs):
    rgb = np.repeat(np.repeat(photographs["china"], 3, axis=0), 3, axis=1)
    explanation = explain(rgb)
    assert explanation.picture.native.shape == (342, 512, 3)
    dict(explanation.maps)
    assert held_bytes(vars(explanation.picture)) < 1_500_000 < rgb.nbytes / 4


def test_a_reduced_picture_measures_the_same(photographs):
    rgb = cv2.resize(photographs["coffee"], (900, 600), interpolation=cv2.INTER_AREA)
    picture = Picture(rgb)
    small = picture.reduced(KEPT)
    for name, record in catalogue().items():
        if record.scale == "working" and not record.compatibility and name not in (*SIZED, "aspect_ratio"):
            assert record.function(small) == pytest.approx(record.function(picture), abs=0, nan_ok=True), name
    assert native_values(small) == {name: value(picture, name) for name in native_values(picture)}


def test_explanations_travel_between_processes(photographs):
    explanation = explain(photographs["rocket"])
    copy = pickle.loads(pickle.dumps(explanation))
    assert copy == explanation
    assert copy.maps["focus"].to_svg() == explanation.maps["focus"].to_svg()


def test_known_values_and_a_picture_of_its_own(photographs):
    model = default_model()
    from iaa_classic import FeatureExtractor

    X = FeatureExtractor(list(model.feature_names_in_)).fit_transform([photographs["coffee"]])
    bare = explain_row(X, model, source="a.jpg")
    assert dict(bare.maps) == {}
    assert bare.maps_of("thirds_fit") == []
    assert leading_maps(bare, 3) == []
    given = explain_row(X, model, source="a.jpg", picture=picture_of(photographs["coffee"]))
    assert given.maps["thirds"].to_svg() == explain(photographs["coffee"]).maps["thirds"].to_svg()
    assert len(leading_maps(given, 3)) == 3


class OneFace:
    def detect(self, rgb):
        return np.array([[100, 40, 60, 80, 115, 70, 145, 70, 130, 90, 118, 105, 142, 105, 0.9]], dtype=np.float64)


def test_faces_of_a_detector_are_boxed(photographs):
    picture = Picture(photographs["astronaut"], OneFace())
    drawn = LazyMaps(picture.reduced(KEPT))["faces"]
    [box] = [mark for mark in drawn.marks if isinstance(mark, Box)]
    assert (box.x, box.y, box.width, box.height) == (100, 40, 60, 80)
    assert drawn.description.startswith("1 face found")
    without = records()["faces"].draw(Picture(photographs["astronaut"]))
    assert "not looked for" in without.description
    assert not without.found


def test_plots_refuse_what_is_not_there(photographs):
    from iaa_classic.report.plots import plot_map

    picture = Picture(photographs["coffee"])
    with pytest.raises(UserError, match="no map called 'third'; there are thirds"):
        plot_map(picture, "third")
