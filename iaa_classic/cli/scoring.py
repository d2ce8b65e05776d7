"""``score`` and ``demo``."""

from __future__ import annotations

import importlib.resources
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from ..explanation.explanation import model_records
from ..workers import Limits
from .inputs import chosen_model, measured, photographs
from .kinds import scale_line
from .long_runs import LongRun
from .tables import check_output, console, heading, notices, portable, readable, shortened, write_table

if TYPE_CHECKING:
    import pandas as pd

    from ..models import AdditiveModel

_CHUNK = 256
"""Photographs whose features are held at a time; only scores and marks are kept of the others."""


def score(
    paths: Sequence[str],
    *,
    output: Path | None = None,
    model: str | None = None,
    jobs: int = 1,
    top: int | None = 50,
    max_pixels: int,
    face_model: Path | None = None,
    cached: bool = True,
    force: bool = False,
    limits: Limits | None = None,
) -> int:
    """Score photographs, print them ranked, write the table; returns the exit status."""
    check_output(output, force=force)
    run = LongRun(None if output is None else str(output), tuple(paths), limits or Limits())
    fitted = chosen_model(model)
    images, problems = photographs(paths)
    run.require_some(images, problems)
    how: dict[str, Any] = {"jobs": jobs, "max_pixels": max_pixels, "face_model": face_model, "cached": cached, "run": run}
    table = score_table(images, problems, fitted, **how)
    if output is not None:
        write_table(table.assign(path=[portable(path) for path in table["path"]]), output, force=force)
        run.finish()
        notices().print(f"Wrote {len(table)} rows to {readable(str(output))}")
    print_scores(table, fitted, top=top, scale=scale_line(model, fitted))
    return report_failures(table, "scored")


def demo(folder: Path | None, *, jobs: int = 1, cached: bool = True) -> int:
    """Rank the photographs of a folder, or those that other packages ship, and explain the best one."""
    from .explaining import explain

    images = [str(folder)] if folder is not None else [str(path) for path in shipped_photographs()]
    found, problems = photographs(images)
    fitted = chosen_model(None)
    table = score_table(found, problems, fitted, jobs=jobs, max_pixels=200_000_000, cached=cached)
    print_scores(table, fitted, top=50, names=None if folder is not None else lambda path: Path(path).name)
    status = report_failures(table, "scored")
    scored = table.dropna(subset="score")
    if len(scored):
        best = str(scored.sort_values("score")["path"].iloc[-1])
        console().print(f"\nWhy {readable(Path(best).name)} scores highest:\n", highlight=False)
        explain(best, max_pixels=200_000_000, cached=cached)
    return status


def shipped_photographs() -> list[Path]:
    """Real photographs that are installed with scikit-image and scikit-learn."""
    skimage = Path(str(importlib.resources.files("skimage"))) / "data"
    sklearn = Path(str(importlib.resources.files("sklearn"))) / "datasets" / "images"
    names = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "camera.png")
    candidates = [skimage / name for name in names] + [sklearn / name for name in ("china.jpg", "flower.jpg")]
    return [path for path in candidates if path.is_file()]


def score_table(
    images: Sequence[str],
    problems: Sequence[tuple[str, str]],
    model: AdditiveModel,
    *,
    jobs: int,
    max_pixels: int,
    face_model: Path | None = None,
    cached: bool = True,
    run: LongRun | None = None,
) -> pd.DataFrame:
    """Columns ``path``, ``score``, ``percentile``, one mark per criterion, ``error``; rows in the order given."""
    import pandas as pd

    records = model_records(model)
    names = [record.name for record in records]
    parts = []
    how: dict[str, Any] = {"max_pixels": max_pixels, "face_model": face_model, "cached": cached, "run": run}
    stream = measured(images, records, jobs=jobs, **how)
    while chunk := list(itertools.islice(stream, _CHUNK)):
        X = pd.DataFrame(np.array([measurement.values for _, measurement in chunk]), columns=names)
        failed = np.array([measurement.error is not None for _, measurement in chunk])
        scores = np.full(len(chunk), np.nan)
        marks = pd.DataFrame(np.nan, index=X.index, columns=list(model.criteria_))
        if not failed.all():
            scores[~failed] = model.predict(X[~failed])
            marks.loc[~failed] = model.marks(X[~failed])
        part = pd.DataFrame({"path": pd.Series([path for path, _ in chunk], dtype=object), "score": scores})
        part["percentile"] = np.nan
        part.loc[~failed, "percentile"] = model.percentile(scores[~failed])
        part = part.join(marks)
        part["error"] = [measurement.error or "" for _, measurement in chunk]
        parts.append(part)
    columns = ["path", "score", "percentile", *model.criteria_, "error"]
    if problems:
        empty: dict[str, Any] = dict.fromkeys(columns, np.nan)
        rows = [empty | {"path": path, "error": why} for path, why in problems]
        parts.append(pd.DataFrame(rows, columns=columns, dtype=object))
    table = pd.concat(parts, ignore_index=True)[columns]
    return table.astype(dict.fromkeys(columns[1:-1], float))


def print_scores(
    table: pd.DataFrame,
    model: AdditiveModel,
    *,
    top: int | None,
    names: Callable[[str], str] | None = None,
    scale: str | None = None,
) -> None:
    """Print the scored photographs, best first, called by ``names`` or by their path below the folder that they share.

    ``scale`` says what the scores are, ``scale_line`` of the built-in model if left out.
    """
    scored = table.dropna(subset="score").sort_values("score", ascending=False, kind="stable")
    if scored.empty:
        return
    heading(f"{scale or scale_line(None, model)}; marks from 0 to 100")
    out = Table()
    out.add_column("Photo", overflow="fold")
    out.add_column("Score", justify="right")
    out.add_column("Better than", justify="right")
    for criterion in model.criteria_:
        out.add_column(criterion.capitalize(), justify="right")
    shown = scored.head(top) if top else scored
    paths = scored["path"].tolist()
    called = dict(zip(scored.index, map(names, paths) if names else shortened(paths), strict=True))
    for index, row in shown.iterrows():
        marks = (f"{row[criterion]:.0f}" for criterion in model.criteria_)
        out.add_row(readable(called[index]), f"{row['score']:.2f}", f"{row['percentile']:.0f} %", *marks)
    console().print(out)
    if len(shown) < len(scored):
        console().print(f"... and {len(scored) - len(shown)} more: --top 0 prints all, --output writes all")
    console().print("[dim]Better than: share of the photographs that the model was fitted on with a lower score.[/]")


def report_failures(table: pd.DataFrame, done: str) -> int:
    """List what could not be ``done`` on standard error; returns the exit status."""
    failed = table[table["error"] != ""]
    return print_failures(list(zip(failed["path"], failed["error"], strict=True)), len(table), done)


def print_failures(failures: Sequence[tuple[str, str | None]], total: int, done: str) -> int:
    """List paths that could not be ``done``, with the reasons; returns the exit status."""
    if not failures:
        return 0
    out = notices()
    out.print(f"{len(failures)} of {total} could not be {done}:", style="bold", highlight=False)
    for path, why in failures:
        out.print(f"  {readable(path)}: {readable(why or '')}", highlight=False, soft_wrap=True)
    return 2 if len(failures) == total else 1
