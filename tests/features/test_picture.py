"""The shared planes of a Picture, and the registry of the catalogue."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.features import CRITERIA, WORKING_SIDE, Feature, Picture, catalogue, select, shared
from iaa_classic.features.catalogue import DuplicateFeatureError, register


def test_working_scale_has_a_fixed_long_side():
    for shape in ((300, 1000, 3), (2000, 900, 3), (20, 10, 3), (1, 5000, 3)):
        height, width = Picture(np.zeros(shape, np.uint8)).rgb.shape[:2]
        assert max(height, width) == WORKING_SIDE
        assert min(height, width) == max(1, round(min(shape[:2]) * WORKING_SIDE / max(shape[:2])))


def test_planes_of_known_colours():
    red = Picture(np.full((8, 8, 3), (255, 0, 0), np.uint8))
    assert red.luma == pytest.approx(0.299, abs=1e-3)
    assert red.hsv[0, 0] == pytest.approx([0, 1, 1], abs=1e-5)
    assert red.lab[0, 0] == pytest.approx([53.24, 80.09, 67.20], abs=0.1)


def test_gradient_of_a_ramp():
    ramp = np.repeat(np.tile(np.linspace(0, 255, 512).astype(np.uint8), (512, 1))[..., None], 3, axis=2)
    gradient = Picture(ramp).gradient
    assert gradient.x[256, 1:-1].mean() == pytest.approx(1 / 511, rel=1e-2)
    assert np.abs(gradient.y).max() < 1e-6
    assert Picture(np.rot90(ramp).copy()).gradient.direction[200:300, 200:300].mean() == pytest.approx(270, abs=1)


def test_native_pixels_are_not_resized():
    rgb = np.arange(30, dtype=np.uint8).reshape(2, 5, 3)
    picture = Picture(rgb)
    assert np.array_equal(picture.native, rgb)
    assert picture.native_luma.shape == (2, 5)
    assert (picture.width, picture.height) == (5, 2)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (np.zeros((4, 4, 3), float), TypeError, "uint8 array, got float64"),
        ([[1]], TypeError, "got list"),
        (np.zeros((4, 4), np.uint8), ValueError, r"got \(4, 4\)"),
        (np.zeros((0, 4, 3), np.uint8), ValueError, r"got \(0, 4, 3\)"),
        (np.zeros((4, 4, 4), np.uint8), ValueError, r"got \(4, 4, 4\)"),
    ],
)
def test_wrong_arrays_are_told(value, error, message):
    with pytest.raises(error, match=message):
        Picture(value)


def test_shared_runs_once_per_picture():
    calls = []

    @shared
    def plane(picture):
        calls.append(picture)
        return object()

    first, second = Picture(np.zeros((2, 2, 3), np.uint8)), Picture(np.zeros((2, 2, 3), np.uint8))
    assert plane(first) is plane(first)
    assert plane(first) is not plane(second)
    assert calls == [first, second]


def record(**changes):
    def function(picture):
        """A value."""
        return 0.0

    fields = {
        "name": "made_up",
        "criterion": "lighting",
        "label": "made-up value",
        "unit": "1",
        "range": (0, 1),
        "direction": "neutral",
        "reference": "none",
        "function": function,
    }
    return Feature(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Made Up"}, "lower-case identifier"),
        ({"criterion": "light"}, "not one of composition"),
        ({"direction": "up"}, "not one of"),
        ({"range": (1, 0)}, r"not \(low, high\)"),
        ({"unit": " "}, "unit is empty"),
        ({"function": lambda picture: 0.0}, "no docstring"),
    ],
)
def test_incomplete_records_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        record(**changes)


def test_a_name_is_registered_once():
    name = next(iter(catalogue()))
    with pytest.raises(DuplicateFeatureError, match=name):
        register(record(name=name))
    assert "made_up" not in catalogue()


def test_directions_become_constraints():
    assert [record(direction=d).monotonic for d in ("higher", "lower", "unimodal", "neutral")] == [1, -1, 0, 0]
    assert record(range=(0, float("inf"))).to_dict()["range"] == [0, None]


def test_selection():
    assert [r.name for r in select("all")] == [name for name, r in catalogue().items() if not r.compatibility]
    assert {r.criterion for r in select("lighting")} == {"lighting"}
    name = next(iter(catalogue()))
    assert [r.name for r in select(name)] == [name]
    with pytest.raises(ValueError, match="no feature called 'nonsense'"):
        select(["nonsense"])


def test_catalogue_is_in_the_order_of_the_criteria():
    order = list(CRITERIA)
    positions = [order.index(r.criterion) for r in catalogue().values()]
    assert positions == sorted(positions)
