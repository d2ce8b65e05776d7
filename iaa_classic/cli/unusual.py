"""``unusual``."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from ..errors import UserError
from .inputs import feature_store, photographs
from .judging import Measuring
from .tables import check_output, console, heading, notices, portable, readable, shortened, write_table

if TYPE_CHECKING:
    import pandas as pd

_SPACES = {"measures": "measures", "palette": "colours", "words": "details"}


def unusual(
    paths: Sequence[str],
    *,
    reference: Sequence[str] | None,
    top: int | None,
    output: Path | None,
    as_json: bool,
    how: Measuring,
) -> int:
    """Print the most unusual photographs first; returns the exit status."""
    check_output(output)
    images, problems = photographs(paths)
    images = list(dict.fromkeys(images))
    table, failed = _ranked(images, reference, how)
    failed += problems
    if output is not None:
        write_table(table.rename_axis("path").reset_index().assign(path=[portable(str(path)) for path in table.index]), output)
        notices().print(f"Wrote {len(table)} rows to {readable(str(output))}")
    if as_json:
        rows = [{"path": str(path)} | row.to_dict() for path, row in table.head(top or len(table)).iterrows()]
        errors = [{"path": path, "error": why} for path, why in failed]
        json.dump({"photographs": rows, "errors": errors}, sys.stdout, indent=1)
        sys.stdout.write("\n")
    else:
        _print(table, top, "the others" if reference is None else ", ".join(map(str, reference)))
    for path, why in failed:
        notices().print(f"  {readable(path)}: {readable(why)}", highlight=False, soft_wrap=True)
    return int(bool(failed))


def _ranked(images: list[str], reference: Sequence[str] | None, how: Measuring) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Most unusual first, by path, and the photographs that could not be read."""
    import pandas as pd

    from ..extraction import UnreadableImageWarning
    from ..representations import Novelty

    options: dict[str, Any] = {"n_jobs": how.jobs, "max_pixels": how.max_pixels, "progress": True}
    novelty = Novelty(store=feature_store() if how.cached else None, **options)
    shown = pd.Series(images, index=pd.Index(images, name="path"), dtype=object)
    others = shown if reference is None else pd.Series(list(dict.fromkeys(photographs(reference)[0])), dtype=object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreadableImageWarning)
        try:
            novelty.fit(others)
        except ValueError as error:
            raise UserError(str(error)) from error
        table = novelty.rank() if reference is None else novelty.rank(shown)
    failures = [(str(row.source), str(row.error)) for row in novelty.failures_.itertuples()]
    return table.dropna(subset="novelty"), failures


def _print(table: pd.DataFrame, top: int | None, others: str) -> None:
    heading(f"Most unusual of {len(table)} photographs, compared with {readable(others)}")
    shown = table.head(top or len(table))
    out = Table()
    out.add_column("", justify="right")
    out.add_column("Photo", overflow="fold")
    out.add_column("Unusual", justify="right")
    out.add_column("Above all in")
    names = shortened([str(path) for path in shown.index])
    for place, (name, (_, row)) in enumerate(zip(names, shown.iterrows(), strict=True), start=1):
        out.add_row(str(place), readable(name), f"{row['novelty']:.1f}", _most(row, table))
    console().print(out)
    console().print(
        "[dim]Unusual: by how many interquartile ranges it stands further from its nearest neighbours than is usual here, "
        "averaged over measures, colours and details.[/]",
        highlight=False,
    )


def _most(row: Any, table: pd.DataFrame) -> str:
    """The space in which the photograph stands out most, by its place among all."""
    places = {space: np.mean(table[f"novelty_{space}_distance"] < row[f"novelty_{space}_distance"]) for space in _SPACES}
    return _SPACES[max(places, key=lambda space: places[space])]
