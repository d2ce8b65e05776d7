"""The generated page of the catalogue is that of today's catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iaa_classic.features import CRITERIA, catalogue

PAGE = Path(__file__).resolve().parents[1] / "docs" / "features.md"


@pytest.fixture(scope="module")
def entries() -> dict[str, str]:
    """Text of the page by feature."""
    if not PAGE.is_file():
        pytest.skip("docs/ is not beside the tests")
    parts = re.split(r"^### `(\w+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_feature_stands_on_the_page_in_order(entries):
    assert list(entries) == list(catalogue()), "run benchmarks/feature_page.py"


def test_entries_are_of_the_present_version(entries):
    old = [
        name
        for name, record in catalogue().items()
        if f"version {record.version}" not in entries[name] or record.reference not in entries[name]
    ]
    assert not old, f"run benchmarks/feature_page.py: {', '.join(old)}"


def test_pictures_exist_and_are_small(entries):
    named = {name for text in entries.values() for name in re.findall(r"\(pictures/([^)]+)\)", text)}
    kept = {path.name: path.stat().st_size for path in (PAGE.parent / "pictures").glob("*.jpg")}
    assert named == set(kept)
    assert max(kept.values()) < 20_000
    without = [name for name, text in entries.items() if "(pictures/" not in text]
    allowed = [name for name, record in catalogue().items() if record.criterion == "people"]
    assert set(without) <= {*allowed, *(name for name in without if catalogue()[name].compatibility)}, without


def test_criteria_head_the_page(entries):
    text = PAGE.read_text(encoding="utf-8")
    present = [criterion for criterion in CRITERIA if any(r.criterion == criterion for r in catalogue().values())]
    assert re.findall(r"^## (\w+)$", text, flags=re.MULTILINE) == present
