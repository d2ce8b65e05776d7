"""Region effects: differences of scores that were measured, exact sums over criteria, and what is drawn of them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from iaa_classic import UserError, explain, region_effects
from iaa_classic.explanation.maps import EvidenceMap
from iaa_classic.explanation.regions import SIDE, RegionEffects, neutral_ground, neutralised, reduced


@pytest.fixture(scope="module")
def regions(small_photo, small_model):
    return region_effects(small_photo, small_model, grid=(3, 4))


def test_effects_are_differences_of_measured_scores(regions, small_photo, small_model):
    assert regions.effects.shape == (3, 4)
    assert regions.size == (240, 160)
    assert regions.score == pytest.approx(explain(small_photo, small_model).score, abs=1e-9)
    ground, everything = neutral_ground(small_photo), list(range(12))

    def score(cells):
        return explain(neutralised(small_photo, ground, cells, (3, 4)), small_model).score

    for cell in (0, 6, 11):
        lost = regions.score - score([cell])
        restored = score([other for other in everything if other != cell]) - score(everything)
        assert regions.lost.ravel()[cell] == pytest.approx(lost, abs=1e-9)
        assert regions.restored.ravel()[cell] == pytest.approx(restored, abs=1e-9)
        assert regions.effects.ravel()[cell] == pytest.approx((lost + restored) / 2, abs=1e-9)


def test_there_are_more_cells_along_the_long_side(small_photo, small_model):
    assert region_effects(small_photo, small_model).effects.shape == (5, 6)
    assert region_effects(small_photo.transpose(1, 0, 2).copy(), small_model).effects.shape == (6, 5)


def test_criteria_sum_to_the_effects(regions):
    assert set(regions.by_criterion) == {"composition", "lighting", "colour"}
    np.testing.assert_allclose(sum(regions.by_criterion.values()), regions.effects, rtol=0, atol=1e-12)


def test_only_the_cell_is_changed(small_photo):
    ground = neutral_ground(small_photo)
    changed = np.abs(neutralised(small_photo, ground, [5], (4, 4)).astype(int) - small_photo).max(axis=2)
    assert changed[:30].max() == 0
    assert changed[:, 140:].max() == 0
    inside = neutralised(small_photo, ground, [5], (4, 4))[55:65, 80:100]
    assert np.abs(inside.astype(int) - ground[55:65, 80:100]).max() <= 8
    everything = neutralised(small_photo, ground, list(range(16)), (4, 4))
    assert np.abs(everything.astype(int) - ground).max() <= 1
    np.testing.assert_array_equal(neutralised(small_photo, ground, [], (4, 4)), small_photo)


def test_the_coloured_part_is_what_helps(small_model):
    rgb = np.full((160, 240, 3), 90, np.uint8)
    rgb[40:80, 120:180] = (200, 60, 40)
    colour = region_effects(rgb, small_model, grid=(4, 4)).by_criterion["colour"]
    assert np.unravel_index(colour.argmax(), colour.shape) == (1, 2)


def test_large_pictures_are_reduced():
    large = np.zeros((1000, 2000, 3), np.uint8)
    assert reduced(large, SIDE).shape == (SIDE // 2, SIDE, 3)
    small = np.zeros((10, 20, 3), np.uint8)
    assert reduced(small, SIDE) is small


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (5, 3)])
def test_tiny_pictures_have_effects(shape, small_model):
    random = np.random.default_rng(1)
    rgb = random.integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert np.isfinite(region_effects(rgb, small_model, grid=(2, 2)).effects).all()


@pytest.mark.parametrize("grid", [(0, 8), (8, 33), (-1, 2)])
def test_grids_out_of_range_are_refused(grid, small_photo, small_model):
    with pytest.raises(UserError, match="expected 1 to 32 rows and columns"):
        region_effects(small_photo, small_model, grid=grid)


def made_up(effects):
    table = np.array(effects, dtype=float)
    return RegionEffects(table, 6.0, {"lighting": table * 0.25, "colour": table * 0.75}, (300, 200), table, table)


@pytest.mark.parametrize(
    ("effects", "text"),
    [
        (
            [[0.2, 0, 0], [0, 0, 0], [0, 0, -0.3]],
            "The score rests most on the upper left (+0.20 points) and suffers most from the lower right (-0.30 points).",
        ),
        ([[0, 0, 0], [0, 0.2, 0], [0, 0, 0]], "The score rests most on the middle (+0.20 points); no region takes from it."),
        ([[0, -0.2, 0], [0, 0, 0], [0, 0, 0]], "The score suffers most from the top (-0.20 points); no region adds to it."),
        (
            [[0, 0.2, -0.01]],
            "The score rests most on the middle (+0.20 points); no region takes more than 0.02 points from it.",
        ),
        ([[0.01, 0, -0.01]], "No region by itself moves the score by more than 0.02 points."),
    ],
)
def test_where_the_picture_gains_and_loses(effects, text):
    assert made_up(effects).description() == text


def test_the_map_shows_every_cell():
    drawn = made_up([[0.2, 0.0, 0.05], [0.0, -0.3, 0.0]]).to_map()
    assert isinstance(drawn, EvidenceMap)
    assert (drawn.name, drawn.placement, drawn.size, drawn.criterion) == ("regions", "photograph", (300, 200), "colour")
    boxes = [mark for mark in drawn.marks if type(mark).__name__ == "Box"]
    assert len(boxes) == 6
    assert {mark.text for mark in drawn.marks if type(mark).__name__ == "Text"} == {"+0.20", "-0.30"}
    svg = drawn.to_svg()
    assert svg.startswith("<svg")
    assert "suffers most from" in svg
    assert not made_up([[0.0, 0.0]]).to_map().found


def test_regions_are_plain_data(regions):
    told = json.loads(json.dumps(regions.to_dict()))
    assert told["grid"] == [3, 4]
    assert told["effects"] == regions.effects.tolist()
    assert told["description"] == regions.description()
