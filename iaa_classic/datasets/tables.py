"""Text tables of every make to DataFrames, and columns to numbers, with errors that name file and line."""

from __future__ import annotations

import bz2
import csv
import gzip
import lzma
import re
import warnings
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_DELIMITERS = ",;\t|"
_COMPRESSED: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def read_table(path: Path, *, delimiter: str | None = None, text: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table with a header; stray blanks around names of columns are dropped.

    Parameters
    ----------
    path : Path
        A text file in UTF-8, or in UTF-16 with its mark (as Excel's Unicode text); may be compressed (``.gz``).
    delimiter : str, optional
        By default the one of comma, semicolon, tab and bar that splits the first line into most names.
    text : sequence of str
        Columns (in any case) to read as text whatever they look like, so that 00001 keeps its zeros.

    Returns
    -------
    DataFrame
        ``attrs["delimiter"]`` is what separated the values.

    Raises
    ------
    UserError
        If the file cannot be read, is empty, or has lines with more values than names.
    """
    import pandas as pd

    try:
        encoding = _encoding(path)
        header = _header(path, encoding)
        delimiter = delimiter or _delimiter(header)
        wanted = {name.lower() for name in text}
        as_text = {name: str for name in _split(header, delimiter) if name.strip().lower() in wanted}
        # index_col=False: a line with too many values raises or warns instead of turning its first value into the index.
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(path, sep=delimiter, encoding=encoding, dtype=as_text, index_col=False)
    except (OSError, ValueError, pd.errors.ParserWarning) as error:
        raise UserError(f"{path}: could not be read as CSV ({error})") from error
    table = table.rename(columns=lambda name: str(name).strip())
    table.attrs["delimiter"] = delimiter
    return table


def _encoding(path: Path) -> str:
    if path.suffix.lower() in _COMPRESSED:
        return "utf-8-sig"
    with path.open("rb") as file:
        start = file.read(2)
    return "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _header(path: Path, encoding: str) -> str:
    with _COMPRESSED.get(path.suffix.lower(), open)(path, "rt", encoding=encoding) as file:
        return next((line for line in file if line.strip()), "").rstrip("\r\n")


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=lambda delimiter: len(_split(header, delimiter)))


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def read_rows(path: Path, names: Sequence[str], *, text: Sequence[str] = ()) -> pd.DataFrame:
    """Read lines without a header whose values are separated by blanks.

    Raises
    ------
    UserError
        If the lines do not have as many values as ``names``.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, sep=r"\s+", header=None, dtype=dict.fromkeys(range(len(names)), str) if text else None)
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=list(names))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: could not be read ({error})") from error
    if table.shape[1] != len(names):
        raise UserError(f"{path}: {table.shape[1]} values in a line; expected {len(names)}: {', '.join(names)}")
    short = table.isna().any(axis=1).to_numpy()
    if short.any():
        line = int(np.flatnonzero(short)[0]) + 1
        raise UserError(f"{path}: line {line} has fewer than {len(names)} values ({', '.join(names)}); is the file cut short?")
    return table.set_axis(list(names), axis=1)


def need_columns(table: pd.DataFrame, names: Sequence[str], path: Path) -> None:
    """Refuse a table that lacks a column."""
    lacking = [name for name in names if name not in table.columns]
    if lacking:
        raise UserError(f"{path}: no column {lacking[0]!r}; there are {', '.join(map(str, table.columns))}")


def numbers(column: pd.Series, path: Path, *, header: bool = True, decimal_comma: bool = False) -> NDArray[np.float64]:
    """A column as float64, NaN where it is empty.

    Raises
    ------
    UserError
        If a value is not a number; names the line.
    """
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=float, na_value=np.nan, copy=True)
    values = pd.to_numeric(column, errors="coerce")
    if decimal_comma and values.isna().any():
        values = values.fillna(pd.to_numeric(column.astype(str).str.replace(",", ".", regex=False), errors="coerce"))
    bad = column.notna() & values.isna() & (column.astype(str).str.strip() != "")
    if bad.any():
        line = int(np.flatnonzero(bad)[0]) + 1 + header
        raise UserError(f"{path}: line {line}: {column[bad].iloc[0]!r} in column {column.name!r} is not a number")
    return values.to_numpy(dtype=float, copy=True)


def between(values: NDArray[np.float64], scale: tuple[float, float], column: str, path: Path) -> NDArray[np.float64]:
    """The values, or an error if one lies outside the dataset's scale, which tells of another scale or column."""
    outside = (values < scale[0]) | (values > scale[1])
    if outside.any():
        first = int(np.flatnonzero(outside)[0])
        raise UserError(
            f"{path}: {values[first]:g} in column {column!r} (row {first + 1}) is outside {scale[0]:g} to {scale[1]:g}, "
            "the scale of this dataset; is it another version of the file?"
        )
    return values


def shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts, percentages or proportions per row as shares summing to 1; NaN in rows without any."""
    total = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, total, out=np.full(counts.shape, np.nan), where=total > 0)


def spread(distribution: NDArray[np.float64], levels: Sequence[float]) -> NDArray[np.float64]:
    """Standard deviation of the ratings (population) of each row."""
    scores = np.asarray(levels, dtype=float)
    mean = distribution @ scores
    return np.sqrt(np.maximum(distribution @ scores**2 - mean**2, 0.0))


def histogram(ratings: pd.DataFrame, levels: Sequence[float]) -> pd.DataFrame:
    """Counts of each level per photograph, from single ratings with columns ``image`` and ``score``."""
    import pandas as pd

    counts = pd.crosstab(ratings["image"], ratings["score"])
    return counts.reindex(columns=list(levels), fill_value=0)


def plain_name(text: Hashable) -> str:
    """A name fit for a column.

    >>> plain_name(" Shallow DOF ")
    'shallow_dof'
    """
    return re.sub(r"\W+", "_", str(text).strip()).strip("_").lower()
