"""Tables for people and files for machines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ..errors import UserError
from ..output import check_new, write_parts, write_text
from ..tabular import ENDINGS, chunks, growing
from ..text import portable, printable

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "check_file",
    "check_format",
    "check_output",
    "console",
    "heading",
    "notices",
    "portable",
    "printable",
    "readable",
    "shortened",
    "write_parts",
    "write_table",
    "write_text",
]

_WIDTH_OF_FILES = 160
"""Columns of a table that is not printed to a terminal, where rich would otherwise assume 80 and cut names short."""


def console() -> Console:
    """Standard output, wide enough for a table when it is piped into a file."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=_WIDTH_OF_FILES)


def notices() -> Console:
    """Standard error, for what is not a result."""
    plain = Console(stderr=True)
    return plain if plain.is_terminal else Console(stderr=True, width=_WIDTH_OF_FILES)


def heading(text: str) -> None:
    """Print what stands above a table, in one line however narrow the table is."""
    console().print(readable(text), highlight=False, soft_wrap=True)


def readable(text: str) -> str:
    """Text fit for a terminal that rich prints as it is, without reading markup into it."""
    return escape(printable(text))


def shortened(paths: list[str]) -> list[str]:
    """Paths without the folder that they all share."""
    if len(paths) < 2:
        return [os.path.basename(path) for path in paths]
    try:
        common = os.path.commonpath([os.path.dirname(os.path.abspath(path)) for path in paths])
    except ValueError:
        return paths
    return [os.path.relpath(os.path.abspath(path), common) for path in paths]


def check_output(path: Path | None, *, force: bool = False) -> None:
    """Refuse an output that could not be written or exists already, before hours of work go into it."""
    if path is None:
        return
    check_format(path)
    check_new(path, force=force)


def check_format(path: Path) -> None:
    """Refuse a table of a format that cannot be written."""
    if path.suffix.lower() not in ENDINGS:
        raise UserError(f"{path}: the format is chosen by the ending, one of {', '.join(ENDINGS)}")
    if path.suffix.lower() == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise UserError(f'{path}: Parquet needs pyarrow; pip install "iaa-classic[parquet]"') from None


def check_file(path: Path | None, ending: str, what: str, *, force: bool = False) -> None:
    """Refuse a file to write whose name does not end as ``what`` does, that could not be written or that exists already."""
    if path is None:
        return
    if path.suffix.lower() != ending:
        raise UserError(f"{path}: {what} ends in {ending}")
    check_new(path, force=force)


def write_table(table: pd.DataFrame, path: Path, *, force: bool = False) -> None:
    """Write ``table`` in the format of the path's ending; the file appears whole or not at all."""
    with growing(path, list(table.columns), force=force) as writer:
        for chunk in chunks(table):
            writer.add(chunk)
