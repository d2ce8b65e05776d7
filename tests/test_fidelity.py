"""The numbers move when the photograph does: every technical feature under its own controlled change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from iaa_classic.features import catalogue, select
from iaa_classic.fidelity import CHANGES, TECHNICAL, cases, fidelity, follow, without_case

FIELDS = ("rises_with", "falls_with")


def test_every_technical_feature_has_a_case_or_a_reason():
    missing = without_case()
    assert not missing, f"neither rises_with, falls_with nor no_case: {', '.join(missing)}"


def test_a_technical_feature_without_a_case_is_named():
    bare = replace(catalogue()["mean_lightness"], rises_with="", falls_with="", no_case="")
    assert without_case([bare]) == ["mean_lightness"]
    assert without_case([replace(bare, criterion="pattern")]) == []
    assert without_case([replace(bare, no_case="because")]) == []


def test_a_change_that_is_not_in_the_table_is_refused():
    odd = replace(catalogue()["mean_lightness"], rises_with="sunshine", falls_with="", no_case="")
    with pytest.raises(ValueError, match="mean_lightness declares the change 'sunshine'"):
        cases([odd])


def test_the_table_is_wide_enough():
    table = cases()
    assert len(CHANGES) >= 14
    assert set(table["criterion"]) >= set(TECHNICAL)
    assert set(table["direction"]) == {1, -1}
    assert {change.criterion for change in CHANGES.values()} == set(TECHNICAL)
    assert set(table["change"]) == set(CHANGES), "a change that no feature declares"


def test_records_may_come_from_a_generator_and_pictures_must_come():
    grey = np.full((32, 48, 3), 90, dtype=np.uint8)
    records = [replace(catalogue()["mean_lightness"], rises_with="overexposure", falls_with="", no_case="")]
    assert follow([grey], iter(records))["overexposure"].shape == (1, 1, 4)
    with pytest.raises(ValueError, match="at least one"):
        follow([], records)


@pytest.mark.parametrize("name", sorted(set(cases()["change"])))
def test_declared_features_move_as_declared(name, photographs):
    """On at least five of the six photographs that ship with scikit-image and scikit-learn, in the strong form."""
    records = [record for record in select("all") if name in (record.rises_with, record.falls_with)]
    own = [replace(record, **{field: "" for field in FIELDS if getattr(record, field) != name}) for record in records]
    table = fidelity(follow(list(photographs.values()), own), own)
    short = table[table["strong"] < 5 / 6]
    assert short.empty, short.to_string()


def test_shares_of_photographs_are_counted():
    """By hand: two pictures, one of which gets lighter with each strength and one that cannot."""
    record = replace(catalogue()["mean_lightness"], rises_with="overexposure", falls_with="", no_case="")
    grey, white = np.full((32, 48, 3), 90, dtype=np.uint8), np.full((32, 48, 3), 255, dtype=np.uint8)
    moved = follow([grey, white], [record])
    assert moved["overexposure"].tolist() == [[[1, 1, 1, 1]], [[0, 0, 0, 0]]]
    table = fidelity(moved, [record])
    assert table.loc[0, ["weak", "middle", "strong", "monotone"]].tolist() == [0.5] * 4
    falling = replace(record, rises_with="", falls_with="overexposure")
    assert follow([grey], [falling])["overexposure"].tolist() == [[[-1, -1, -1, 0]]]
