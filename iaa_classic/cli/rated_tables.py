"""Tables of rated photographs: what each task needs of them, one row per photograph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..datasets.labels import IMAGE_COLUMNS, merge_repeated, read_named
from ..datasets.tables import need_columns, numbers, read_table
from ..errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_COUNT = re.compile(r"^(?:n|p_)(\d+(?:\.\d+)?)$")
"""Columns of a histogram: n1, n2, ... (numbers of ratings) or p_1, p_2, ... (shares)."""


class Table(NamedTuple):
    """``frame`` (``path`` and where asked for ``group`` and ``category``), answers, their names, and what was done."""

    frame: pd.DataFrame
    answers: NDArray[np.float64]
    names: tuple[Any, ...]
    notes: list[str]


def read_rated_table(
    labels: Path,
    *,
    images: Path,
    task: str,
    targets: Sequence[str],
    group: str | None = None,
    category: str | None = None,
    image_column: str | None = None,
    as_classes: bool = True,
) -> Table:
    """The rated photographs of a table; several ratings of one photograph are averaged.

    ``as_classes`` says that a target of the task "class" may be text.

    Raises
    ------
    UserError
        If the table cannot be read, a column is missing, a rating is not a number, ``images`` is no folder, or one photograph
        stands in two groups or classes.
    """
    raw = read_table(labels, text=IMAGE_COLUMNS if image_column is None else (image_column, group or ""))
    levels: tuple[float, ...] = ()
    if task == "distribution":
        targets, levels = _levels(raw, labels)
    _check_columns(raw, labels, task, targets, category)
    words = task == "class" and as_classes and not _is_numeric(raw[targets[0]])
    names: tuple[Any, ...] = levels or (tuple(targets) if task == "attributes" else ())
    if words:
        chosen, answers, names = _text_classes(raw, labels, targets[0], group, image_column)
    else:
        table, chosen = read_named(labels, target=targets[0], group=group, image_column=image_column)
        answers = _numbers(table, targets, labels).loc[chosen.index]
    if not images.is_dir():
        raise UserError(f"{images}: no such folder; --images is the folder that the names in the table are relative to")
    known = answers.notna().any(axis=1) if task == "attributes" else answers.notna().all(axis=1)
    if levels:
        known &= answers.sum(axis=1) > 0
    notes = [f"{len(raw) - known.sum()} rows without a name or a finite rating are left out"] if known.sum() < len(raw) else []
    chosen, answers = chosen[known], answers[known]
    chosen = chosen.assign(path=[str(images / name) for name in chosen["image"]])
    if category is not None:
        chosen["category"] = raw[category].reindex(chosen.index).fillna("none").astype(str)
    frame = merge_repeated(chosen.drop(columns="image"), labels).drop(columns="target")
    merged = answers.groupby(chosen["path"], sort=False).mean()
    if len(merged) < len(chosen):
        if words:
            _refuse_two_classes(answers.iloc[:, 0], chosen["path"], labels)
        notes.append(f"{len(chosen)} ratings of {len(merged)} photographs: ratings of one are averaged")
    values = merged.to_numpy(dtype=float)
    return Table(frame, values if task in ("attributes", "distribution") else values[:, 0], names, notes)


def _check_columns(raw: pd.DataFrame, labels: Path, task: str, targets: Sequence[str], category: str | None) -> None:
    """Refuse too few or too many targets, and columns that are not there."""
    if not targets:
        there = ", ".join(map(str, raw.columns))
        raise UserError(f"which column of {labels} holds the ratings? Name it with --target; it has {there}")
    if task not in ("attributes", "distribution") and len(targets) > 1:
        raise UserError(f"--target was given {len(targets)} times; only --task attributes learns several columns at once")
    need_columns(raw, [*targets, *filter(None, (category,))], labels)


def _levels(table: pd.DataFrame, labels: Path) -> tuple[list[str], tuple[float, ...]]:
    """Columns of a histogram in the order of their levels, and the levels."""
    columns = {float(match[1]): str(name) for name in table.columns if (match := _COUNT.match(str(name)))}
    if len(columns) < 2:
        raise UserError(
            f"{labels}: no distribution of ratings; columns n1, n2, ... (numbers of ratings) or p_1, p_2, ... (shares) are "
            f"expected, and there are {', '.join(map(str, table.columns))}"
        )
    levels = tuple(sorted(columns))
    return [columns[level] for level in levels], levels


def _numbers(table: pd.DataFrame, columns: Sequence[str], labels: Path) -> pd.DataFrame:
    import pandas as pd

    comma = table.attrs.get("delimiter", ",") in ";\t"
    values = np.column_stack([numbers(table[name], labels, decimal_comma=comma) for name in columns])
    return pd.DataFrame(np.where(np.isfinite(values), values, np.nan), index=table.index, columns=list(columns))


def _is_numeric(column: pd.Series) -> bool:
    import pandas as pd

    known = column.dropna().astype(str).str.strip().str.replace(",", ".")
    return bool(pd.to_numeric(known, errors="coerce").notna().all())


def _text_classes(
    raw: pd.DataFrame, labels: Path, target: str, group: str | None, image_column: str | None
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Names and codes of classes that are words, in the order of the alphabet."""
    import pandas as pd

    columns = {str(name).lower(): str(name) for name in raw.columns}
    found = image_column or next((columns[name] for name in IMAGE_COLUMNS if name in columns), None)
    if found is None:
        there = ", ".join(map(str, raw.columns))
        raise UserError(f"{labels}: which column names the photographs? Say it with --image-column; it has {there}")
    need_columns(raw, [found, *filter(None, (group,))], labels)
    named = raw[found].notna()
    words = raw.loc[named, target].astype("string").str.strip()
    names = tuple(sorted(words.dropna().unique()))
    codes = words.map({name: float(code) for code, name in enumerate(names)}).astype(float)
    chosen = pd.DataFrame({"image": raw.loc[named, found].astype(str).str.strip(), "target": codes})
    if group:
        if raw.loc[named, group][codes.notna()].isna().any():
            raise UserError(f"{labels}: a photograph has no value in column {group!r}; give every one a group")
        chosen["group"] = raw.loc[named, group].astype(str)
    return chosen, codes.to_frame(target), names


def _refuse_two_classes(codes: pd.Series, paths: pd.Series, labels: Path) -> None:
    several = codes.groupby(paths).nunique()
    if (several > 1).any():
        raise UserError(f"{labels}: {several.idxmax()} stands in more than one class")
