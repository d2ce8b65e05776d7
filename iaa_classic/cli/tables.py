"""Tables for people and files for machines."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ..errors import UserError
from ..text import portable as portable
from ..text import printable as printable

if TYPE_CHECKING:
    import pandas as pd

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


_WRITERS: dict[str, Callable[[pd.DataFrame, str], None]] = {
    ".csv": lambda table, path: table.to_csv(path, index=False),
    ".json": lambda table, path: table.to_json(path, orient="records", indent=1, force_ascii=False, double_precision=15),
    ".parquet": lambda table, path: table.to_parquet(path, index=False),
}


def check_output(path: Path | None) -> None:
    """Refuse an output that could not be written, before hours of work go into it."""
    if path is None:
        return
    if path.suffix.lower() not in _WRITERS:
        raise UserError(f"{path}: the format is chosen by the ending, one of {', '.join(_WRITERS)}")
    check_folder(path)
    if path.suffix.lower() == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise UserError(f'{path}: Parquet needs pyarrow; pip install "iaa-classic[parquet]"') from None


def check_file(path: Path | None, ending: str, what: str) -> None:
    """Refuse a file to write whose name does not end as ``what`` does, or that could not be written."""
    if path is None:
        return
    if path.suffix.lower() != ending:
        raise UserError(f"{path}: {what} ends in {ending}")
    check_folder(path)


def check_folder(path: Path) -> None:
    """Refuse a file to write whose folder does not exist or cannot be written to."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UserError(f"{path}: the folder {folder} does not exist; create it first")
    if path.is_dir():
        raise UserError(f"{path}: is a folder; give the name of a file")
    if not os.access(folder, os.W_OK):
        raise UserError(f"{path}: no permission to write into {folder}")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write ``table`` in the format of the path's ending; the file appears whole or not at all."""
    with _whole(path) as temporary:
        _WRITERS[path.suffix.lower()](table, temporary)


def write_text(text: str, path: Path) -> None:
    """Write text in UTF-8; the file appears whole or not at all."""
    with _whole(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        file.write(text)


def write_parts(parts: Iterable[str], path: Path) -> None:
    """Write a text that comes in parts, in UTF-8; the file appears whole or not at all."""
    with _whole(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        file.writelines(parts)


@contextmanager
def _whole(path: Path) -> Iterator[str]:
    """A temporary file beside ``path``, which takes its place if all goes well."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=".iaa-", suffix=path.suffix.lower())
        os.close(handle)
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, os.path.realpath(path))
    except OSError as error:
        raise UserError(f"{path}: could not be written ({error.strerror or error})") from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
