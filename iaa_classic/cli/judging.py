"""What ``evaluate`` and ``train`` share: photographs measured, models judged on photographs unseen, figures printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from ..errors import UserError
from ..face_detection import INSTALLED, REMEDY, detector_for, looks_at_faces
from ..features import Feature, select
from ..progress import progress_bar
from ..tasks import Task
from .inputs import measured
from .rated import Rated
from .tables import console, heading, notices, readable

if TYPE_CHECKING:
    import pandas as pd

    from ..evaluation import Evaluation


@dataclass(frozen=True)
class Measuring:
    """How photographs are measured: names of features, processes, limits, faces, store."""

    features: str = "all"
    jobs: int = 1
    max_pixels: int = 200_000_000
    face_model: Path | None = None
    cached: bool = True

    def records(self, *, all_features: bool = False) -> list[Feature]:
        """The features, less those of faces where there is nothing to find faces with, unless all are asked for.

        Raises
        ------
        UserError
            If a name is unknown.
        """
        try:
            parts = [name.strip() for name in self.features.split(",") if name.strip()]
            records = select(list(dict.fromkeys(record.name for part in parts for record in select(part))))
        except ValueError as error:
            raise UserError(str(error)) from error
        return records if all_features else measurable(records, self.face_model)


def measurable(records: Sequence[Feature], face_model: Path | None) -> list[Feature]:
    """All features, less those of faces where there is nothing to find faces with: they would be empty columns."""
    if not looks_at_faces(records) or detector_for(face_model or INSTALLED, records) is not None:
        return list(records)
    notices().print(
        f"No face detector: the model is fitted without the criterion people; {readable(REMEDY)}",
        highlight=False,
        soft_wrap=True,
    )
    return [record for record in records if not looks_at_faces([record])]


def measure_rated(rated: Rated, how: Measuring, *, all_features: bool = False) -> tuple[pd.DataFrame, Rated, int]:
    """Features and answers of the photographs that could be read, and the exit status; the others are listed."""
    import pandas as pd

    records = how.records(all_features=all_features)
    options: dict[str, Any] = {"jobs": how.jobs, "max_pixels": how.max_pixels, "face_model": how.face_model}
    values = np.full((len(rated), len(records)), np.nan)
    failures = []
    stream = measured(list(rated.frame["path"]), records, cached=how.cached, **options)
    for row, (path, measurement) in enumerate(stream):
        values[row] = measurement.values
        if measurement.error is not None:
            failures.append((path, measurement.error))
    usable = ~np.isnan(values).all(axis=1)
    names = pd.Index(rated.frame["path"].to_numpy()[usable], name="path")
    X = pd.DataFrame(values[usable], columns=[record.name for record in records], index=names)
    return X, rated.take(usable), max(report_unread(failures, len(rated)), int(rated.missing > 0))


def report_unread(failures: list[tuple[str, str]], total: int) -> int:
    """List the photographs that were left out; returns the exit status."""
    if not failures:
        return 0
    out = notices()
    out.print(f"{len(failures)} of {total} rated photographs were left out:", style="bold", highlight=False)
    for path, why in failures:
        out.print(f"  {readable(path)}: {readable(why)}", highlight=False, soft_wrap=True)
    return 1


def tell_notes(rated: Rated) -> None:
    """What was left out, averaged or drawn, one line each."""
    for note in rated.notes:
        notices().print(readable(note), highlight=False, soft_wrap=True)


def judged(
    estimator: Any, X: pd.DataFrame, rated: Rated, task: Task, *, folds: int, seed: int, official: bool, resamples: int = 1000
) -> Evaluation:
    """Held-out figures, under a progress bar."""
    from ..evaluation import evaluate

    split = rated.column("split") if official else None
    rounds = 1 if official else min(folds, _units(rated))
    what = "Fitting and judging" if official else "Cross-validating"
    try:
        with progress_bar(what, rounds) as advance:
            return evaluate(
                estimator,
                X,
                rated.answers,
                task=task,
                groups=rated.column("group"),
                split=split,
                categories=rated.column("category"),
                names=rated.names or None,
                n_splits=folds,
                n_resamples=resamples,
                seed=seed,
                finished=advance,
            )
    except ValueError as error:
        raise UserError(str(error)) from error


def _units(rated: Rated) -> int:
    groups = rated.column("group")
    return len(rated) if groups is None else len(set(groups))


def print_evaluation(evaluation: Evaluation, rated: Rated) -> None:
    """Figures with their intervals beside the baselines; figures of attributes and of categories."""
    out = console()
    _print_figures(evaluation, rated)
    if evaluation.attributes is not None:
        _print_plain("By attribute, all held-out photographs together", evaluation.attributes)
    if evaluation.categories is not None and len(evaluation.categories) > 1:
        _print_plain("By category, all held-out photographs together", evaluation.categories)
    groups = "groups" if evaluation.settings["groups"] else "photographs"
    out.print(
        f"[dim]95 % interval: bootstrap over {groups}. Always the same: the answer of a model that has seen no photograph. "
        "Brightness alone: the same kind of model that sees nothing but the mean lightness.[/]",
        highlight=False,
    )


def _print_figures(evaluation: Evaluation, rated: Rated) -> None:
    settings = evaluation.settings
    if settings["split"] == "official":
        kind = f"fitted on {settings['photographs'] - settings['judged']}, judged on {settings['judged']} (official split)"
    else:
        together = f"{rated.grouped} kept together" if rated.grouped else f"shuffled, seed {settings['seed']}"
        kind = f"{settings['split']}, {together}"
    heading(f"{rated.title}, task {evaluation.task.name}: {settings['photographs']} photographs, {kind}")
    table = Table()
    table.add_column("Figure")
    folds = settings["split"] != "official"
    spread = ("Mean of folds", "Spread (sd)") if folds else ()
    for name in ("All together", "95 % interval", *spread, "Always the same", "Brightness alone"):
        table.add_column(name, justify="right")
    for figure, row in evaluation.figures.iterrows():
        better = "higher" if row["higher_is_better"] else "lower"
        own = (_number(row["fold_mean"]), _number(row["fold_sd"])) if folds else ()
        table.add_row(
            f"{figure} [dim]({better} is better)[/]",
            f"[bold]{_number(row['value'])}[/]",
            f"{_number(row['low'])} to {_number(row['high'])}",
            *own,
            _number(row["constant"]),
            _number(row["brightness"]),
        )
    console().print(table)


def _print_plain(title: str, frame: pd.DataFrame) -> None:
    heading(title)
    table = Table()
    table.add_column(str(frame.index.name).capitalize())
    for name in frame.columns:
        table.add_column(str(name), justify="right")
    for name, row in zip(frame.index, frame.itertuples(index=False), strict=True):
        cells = (str(value) if isinstance(value, (int, np.integer)) else _number(value) for value in row)
        table.add_row(readable(str(name)), *cells)
    console().print(table)


def _number(value: float) -> str:
    return "undefined" if np.isnan(value) else f"{value:.3f}"
