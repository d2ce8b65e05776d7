"""Agreement with the Aesthetics-Toolbox on the Kodak photographs, for every property that we share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numba
import pytest

from iaa_classic.features import catalogue

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "benchmarks" / "agreement.py"


def _loaded():
    spec = importlib.util.spec_from_file_location("agreement", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if not SCRIPT.is_file():
    pytest.skip("benchmarks/agreement.py belongs to the checkout", allow_module_level=True)
agreement = _loaded()

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="24 photographs at two sizes take minutes without compilation")


@pytest.fixture(scope="module")
def same(kodak, toolbox):
    return agreement.agreement(agreement.SAME, kodak, toolbox).set_index("column")


@pytest.fixture(scope="module")
def idea(kodak, toolbox):
    return agreement.agreement(agreement.IDEA, kodak, toolbox).set_index("column")


def test_every_column_is_accounted_for(toolbox):
    shared = {pair.column for pair in (*agreement.SAME, *agreement.IDEA)}
    assert not shared & set(agreement.ABSENT)
    assert shared | set(agreement.ABSENT) == set(toolbox.columns)


def test_every_feature_exists():
    assert {pair.feature for pair in (*agreement.SAME, *agreement.IDEA)} <= set(catalogue())
    assert all(pair.remark for pair in agreement.IDEA)
    assert all(agreement.ABSENT.values())


@compiled
@pytest.mark.parametrize("column", [pair.column for pair in agreement.SAME])
def test_same_definition(column, same):
    """Ranked alike where size is no matter; at 512 pixels, the finest detail may cost half a hundredth."""
    row = same.loc[column]
    print(f"{column} ~ {row.feature}: Spearman {row.spearman_512:.4f}, median relative difference {row.difference_512:.2%}")
    at_best = row.spearman_512 if row.feature in agreement.FIXED else max(row.spearman_512, row.spearman_own)
    assert round(at_best, 3) >= agreement.SAME_BAR
    assert row.spearman_512 >= agreement.SAME_BAR - 0.005


VALUES_DIFFER = frozenset({"Edge density", "DCM x position"})
"""The gain of the filters is another; a place close to 0 has no relative difference."""


@compiled
@pytest.mark.parametrize(
    "column",
    [pair.column for pair in agreement.SAME if pair.feature not in agreement.FIXED and pair.column not in VALUES_DIFFER],
)
def test_same_values_at_the_same_size(column, same):
    """At the pictures' own size the values are those of the toolbox, to 2.5 %: half of the photographs, at least."""
    assert same.loc[column].difference_own <= 0.025


@compiled
@pytest.mark.parametrize("column", [pair.column for pair in agreement.IDEA])
def test_same_idea(column, idea):
    row = idea.loc[column]
    print(f"{column} ~ {row.feature}: Spearman {row.spearman_512:.4f}, median relative difference {row.difference_512:.2%}")
    assert row.spearman_512 >= agreement.IDEA_BAR


def test_page_lists_every_column(toolbox):
    page = (ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")
    for column in toolbox.columns:
        assert f"| {column} |" in page, f"{column} is missing; run benchmarks/agreement.py"
