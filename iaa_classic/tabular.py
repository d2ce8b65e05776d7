"""Tables written as they grow, a chunk of rows at a time: CSV, JSON, Parquet, or a folder of Parquet files.

The bytes depend on the rows alone, not on how they came. Text in a CSV file can neither be taken for a formula by a spreadsheet
nor break a row, whatever it holds.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

import numpy as np

from .errors import UserError
from .output import OutputError, appear, not_written, refuse_existing

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 1024
"""Rows of a row group of Parquet, and rows that are held before they are written."""

_TEXT_ROWS = 64
"""Rows that are text at a time, which takes ten times the memory of numbers."""

ENDINGS = (".csv", ".json", ".parquet")
"""Endings of the files that can be written."""

_QUOTED = re.compile(r'[,;"\t\r\n]|^\s|\s$')
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_INNER_FORMULA = re.compile(r"([;\t\r\n]\s*)(?=[=+\-@])")
"""A formula behind what spreadsheets of some countries take for the end of a cell; a path stands first, and is quoted whole."""

_PART = re.compile(r"part-[0-9]{5,}\.parquet")


class TableWriter(Protocol):
    """Takes chunks of a table."""

    def add(self, frame: pd.DataFrame) -> None:
        """Write more rows, of at most ``CHUNK`` at a time where row groups are to be alike."""

    def close(self) -> None:
        """Write what belongs behind the last row."""


def plain_text(text: str, *, is_path: bool = False) -> str:
    """Text that no spreadsheet takes for a formula: a path that could be gets ``./`` before it, other text an apostrophe.

    >>> plain_text("=1+1.jpg", is_path=True), plain_text("-1 pixels"), plain_text("photo.jpg")
    ('./=1+1.jpg', "'-1 pixels", 'photo.jpg')
    """
    if is_path:
        return f"./{text}" if _FORMULA.match(text) else text
    return _INNER_FORMULA.sub(r"\1'", f"'{text}" if _FORMULA.match(text) else text)


def csv_cell(value: Any, *, is_path: bool = False) -> str:
    """One cell of a CSV file: text made plain and quoted where anything could misread it, numbers in full, nothing for NaN."""
    if isinstance(value, str):
        text = plain_text(value, is_path=is_path)
        return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
    if value is None or value != value:
        return ""
    return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)


class _Csv:
    def __init__(self, path: str, columns: Sequence[str]) -> None:
        self._columns = list(columns)
        head = ",".join(csv_cell(str(name)) for name in columns)
        self._file: IO[str] = open(path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._file.write(head + "\n")

    def add(self, frame: pd.DataFrame) -> None:
        for start in range(0, len(frame), _TEXT_ROWS):
            rows = frame.iloc[start : start + _TEXT_ROWS]
            cells = [[csv_cell(value, is_path=name == "path") for value in rows[name].tolist()] for name in self._columns]
            self._file.writelines(",".join(row) + "\n" for row in zip(*cells, strict=True))

    def close(self) -> None:
        self._file.close()


class _Json:
    def __init__(self, path: str, columns: Sequence[str]) -> None:
        self._file: IO[str] = open(path, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
        self._columns, self._before = list(columns), "[\n"

    def add(self, frame: pd.DataFrame) -> None:
        for row in zip(*(frame[name].tolist() for name in self._columns), strict=True):
            told = {name: None if value != value else value for name, value in zip(self._columns, row, strict=True)}
            self._file.write(self._before + json.dumps(told, ensure_ascii=False, allow_nan=False, default=_plain))
            self._before = ",\n"

    def close(self) -> None:
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")
        self._file.close()


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)


class _Parquet:
    def __init__(self, path: str, columns: Sequence[str]) -> None:
        self._path, self._columns, self._writer = path, list(columns), None
        self._open: Any = None

    def add(self, frame: pd.DataFrame) -> None:
        import pyarrow
        import pyarrow.parquet

        kinds = [(name, pyarrow.string() if frame[name].dtype.kind not in "fiub" else None) for name in self._columns]
        arrays = [pyarrow.array(frame[name].to_numpy(), type=kind, from_pandas=True) for name, kind in kinds]
        table = pyarrow.table(arrays, names=self._columns)
        if self._open is None:
            self._open = pyarrow.parquet.ParquetWriter(self._path, table.schema)
        self._open.write_table(table, row_group_size=CHUNK)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()


class _Parts:
    """A folder of Parquet files of so many rows each."""

    def __init__(self, path: str, columns: Sequence[str], rows: int) -> None:
        self._folder, self._columns, self._rows = Path(path), list(columns), rows
        self._number, self._filled = -1, rows
        self._part: _Parquet | None = None

    def add(self, frame: pd.DataFrame) -> None:
        while len(frame):
            if self._filled >= self._rows:
                self.close()
                self._number, self._filled = self._number + 1, 0
                self._part = _Parquet(str(self._folder / f"part-{self._number:05d}.parquet"), self._columns)
            assert self._part is not None
            rows = frame.iloc[: self._rows - self._filled]
            self._part.add(rows)
            self._filled += len(rows)
            frame = frame.iloc[len(rows) :]

    def close(self) -> None:
        if self._part is not None:
            self._part.close()


_KINDS: dict[str, type[_Csv] | type[_Json] | type[_Parquet]] = {".csv": _Csv, ".json": _Json, ".parquet": _Parquet}


@contextmanager
def growing(path: Path, columns: Sequence[str], *, force: bool = False, part_rows: int | None = None) -> Iterator[TableWriter]:
    """Context manager that gives a writer of a table, which becomes ``path`` if all goes well.

    Meanwhile it grows beside it under a hidden name of its own, so that what a killed process leaves is replaced by the next
    run. Nobody else may write the same table at the same time; a ``Journal`` sees to that.

    Parameters
    ----------
    path : Path
        A file of one of ``ENDINGS``; with ``part_rows``, a folder.
    columns : sequence of str
        ``path`` is treated as a path, others as text or numbers.
    force : bool
        Replace what exists.
    part_rows : int, optional
        Rows of every Parquet file of a folder.

    Raises
    ------
    OutputError
        For an ``OSError`` within, or if ``path`` exists and is not to be replaced.
    """
    partial = path.absolute().with_name(f".{path.name}.partial")
    try:
        with ExitStack() as stack:
            stack.callback(_drop, partial)
            _drop(partial)
            writer: TableWriter
            if part_rows is None:
                writer = _KINDS[path.suffix.lower()](str(partial), columns)
            else:
                partial.mkdir()
                writer = _Parts(str(partial), columns, part_rows)
            try:
                yield writer
            except BaseException:
                with suppress(Exception):
                    writer.close()
                raise
            writer.close()
            if part_rows is None:
                appear(partial, path, force=force)
            else:
                _folder_appears(partial, path, force=force)
    except OSError as error:
        raise not_written(path, error) from error


def _folder_appears(partial: Path, path: Path, *, force: bool) -> None:
    refuse_existing(path, force=force)
    if path.is_dir():
        _drop(path)
    if os.path.lexists(path):
        raise OutputError(f"{path}: is not a folder of a table in parts, and is not replaced; give another name")
    os.rename(partial, path)


def _drop(place: Path) -> None:
    """Remove a file, or a folder that holds parts of a table and nothing else."""
    if place.is_dir() and not place.is_symlink():
        parts = list(place.iterdir())
        if all(_PART.fullmatch(part.name) for part in parts):
            for part in parts:
                part.unlink()
            place.rmdir()
    else:
        place.unlink(missing_ok=True)


def chunks(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """A table in pieces of ``CHUNK`` rows, at least one."""
    for start in range(0, max(len(frame), 1), CHUNK):
        yield frame.iloc[start : start + CHUNK]


def check_part_rows(path: Path, part_rows: int | None) -> None:
    """Refuse rows per part for anything but Parquet."""
    if part_rows is not None and path.suffix.lower() != ".parquet":
        raise UserError(f"{path}: a table in parts is a folder of Parquet files; give a name that ends in .parquet")
