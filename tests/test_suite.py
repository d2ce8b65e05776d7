"""What must hold for the tests themselves."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent


def test_rated_photographs_are_reached_by_their_fixture_alone():
    """So a test that does not ask for ``data`` runs the same without them."""
    words = ("IAA_CLASSIC_" + "DATA", "shared" + "/data", "shared" + '" /')
    knowing = {
        path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py") if any(word in path.read_text() for word in words)
    }
    assert knowing == {"conftest.py"}
