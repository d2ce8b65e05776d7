"""What must hold for every feature of the catalogue, whoever wrote it."""

from __future__ import annotations

import math

import pytest

from iaa_classic.features import Picture, catalogue

NAMES = [name for name, record in catalogue().items() if record.criterion != "people"]
"""All but the features of faces, which are missing without a face; see ``test_people``."""


@pytest.mark.parametrize("name", NAMES)
def test_defined_and_in_range_on_degenerate_pictures(name, degenerate):
    record = catalogue()[name]
    for kind, rgb in degenerate.items():
        value = record.function(Picture(rgb))
        low, high = record.range
        assert math.isfinite(value), f"{name} is {value} on {kind}"
        assert low <= value <= high, f"{name} is {value} on {kind}, outside {record.range}"


@pytest.mark.parametrize("name", NAMES)
def test_in_range_on_photographs(name, photographs):
    record = catalogue()[name]
    for kind, rgb in photographs.items():
        value = record.function(Picture(rgb))
        assert record.range[0] <= value <= record.range[1], f"{name} is {value} on {kind}, outside {record.range}"
