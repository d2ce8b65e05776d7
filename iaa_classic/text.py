"""Names and messages as text that terminals, tables and pages can hold."""

from __future__ import annotations


def portable(text: str) -> str:
    """A path as text that every format can hold: bytes that are not UTF-8 are written as ``\\udcXX``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(text: str) -> str:
    """Text fit for a terminal or a page: control characters, marks of direction and stray bytes are shown, not sent."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in portable(text))
