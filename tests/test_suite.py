"""What must hold for the tests themselves."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent


def test_rated_photographs_are_reached_by_their_fixture_alone():
    """So a test that does not ask for ``data`` runs the same without them."""
    words = ("IAA_CLASSIC_" + "DATA", "shared" + "/data", "shared" + '" /')
    files = {path.relative_to(TESTS).as_posix(): path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py")}
    assert {name for name, text in files.items() if any(word in text for word in words)} == {"conftest.py"}
