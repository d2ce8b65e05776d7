"""Rated photographs in a plain CSV: what ``iaa-classic train`` and ``load_csv`` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from .tables import need_columns, numbers, read_table

if TYPE_CHECKING:
    import pandas as pd

IMAGE_COLUMNS = ("image", "path", "file", "filename", "file_name", "image_name", "photo", "name")
"""Names (in any case) by which the column of photographs is found where it is not given."""


def read_named(
    labels: Path, *, target: str, group: str | None, image_column: str | None, delimiter: str | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table as it is, and its ``image``, ``target`` and ``group`` for rows that name a photograph.

    Both have the same index; ``target`` is NaN where there is no finite rating. Numbers with a decimal comma are read where
    values are separated by semicolons or tabs.

    Raises
    ------
    UserError
        If the table cannot be read, a column is missing, a rating is not a number, or a rated photograph has no group.
    """
    import pandas as pd

    table = read_table(labels, delimiter=delimiter, text=IMAGE_COLUMNS if image_column is None else (image_column, group or ""))
    columns = [str(column) for column in table.columns]
    if image_column is None:
        names = {column.lower(): column for column in columns}
        image_column = next((names[name] for name in IMAGE_COLUMNS if name in names), None)
        if image_column is None:
            raise UserError(
                f"{labels}: no column called {', '.join(IMAGE_COLUMNS)}; there are {', '.join(columns)}; "
                "name it with image_column (--image-column)"
            )
    need_columns(table, list(filter(None, (image_column, target, group))), labels)
    ratings = numbers(table[target], labels, decimal_comma=table.attrs["delimiter"] in ";\t")
    ratings[~np.isfinite(ratings)] = np.nan
    named = table[image_column].notna()
    chosen = pd.DataFrame({"image": table[image_column].astype(str).str.strip(), "target": ratings})[named]
    if group:
        unknown = named & np.isfinite(ratings) & table[group].isna()
        if unknown.any():
            line = int(np.flatnonzero(unknown)[0]) + 2
            raise UserError(f"{labels}: line {line}: no value in column {group!r}; give every rated photograph a group")
        chosen["group"] = table[group].astype(str).where(table[group].notna())[named]
    return table.drop(columns=image_column), chosen


def read_labels(
    labels: Path, *, images: Path, target: str, group: str | None, image_column: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """The rated photographs of a table: columns ``path``, ``target``, ``group``, one row each; and what was done to get there.

    Rows without a name or a finite rating are left out; several ratings of one photograph are averaged.

    Raises
    ------
    UserError
        As ``read_named``; also if ``images`` is no folder, or one photograph stands in two groups.
    """
    table, chosen = read_named(labels, target=target, group=group, image_column=image_column)
    if not images.is_dir():
        raise UserError(f"{images}: no such folder; --images is the folder that the names in the table are relative to")
    chosen = chosen[chosen["target"].notna()]
    paths = [str(images / name) for name in chosen["image"]]
    chosen = chosen.drop(columns="image")
    chosen.insert(0, "path", paths)
    notes = []
    if len(chosen) < len(table):
        notes.append(f"{len(table) - len(chosen)} rows without a name or a finite rating are left out")
    merged = merge_repeated(chosen, labels)
    if len(merged) < len(chosen):
        notes.append(f"{len(chosen)} ratings of {len(merged)} photographs: ratings of one are averaged")
    return merged, notes


def merge_repeated(chosen: pd.DataFrame, labels: Path, key: str = "path") -> pd.DataFrame:
    """One row per photograph with its mean rating, so that cross-validation never trains on what it tests."""
    if "group" in chosen:
        spread = chosen.groupby(key)["group"].nunique()
        if (spread > 1).any():
            raise UserError(f"{labels}: {spread.idxmax()} stands in more than one group")
    how = {column: "mean" if column == "target" else "first" for column in chosen.columns.drop(key)}
    return chosen.groupby(key, sort=False).agg(how).reset_index()
