"""``personalize``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from ..datasets.tables import read_table
from ..errors import UserError
from ..explanation.explanation import require_catalogue
from .inputs import chosen_model
from .judging import Measuring, measure_rated, tell_notes
from .rated import Rated
from .rated_tables import read_rated_table
from .tables import check_file, console, heading, notices, readable

if TYPE_CHECKING:
    import pandas as pd

    from ..models import PersonalizedRegressor

_PAIR = ("better", "worse")
"""Columns of a table of pairs."""

_STAGES = {
    "offset": "how high this person rates",
    "slope": "how far the ratings spread",
    "weights": "which criteria weigh more or less",
    "residual": "what else the photographs have in common",
}


def personalize(
    ratings: Path,
    *,
    images: Path | None,
    target: str | None,
    pairs: bool,
    image_column: str | None,
    scale: tuple[float, float] | None,
    generic: str | None,
    output: Path,
    how: Measuring,
    force: bool = False,
) -> int:
    """Learn one person's taste and save the personal model; returns the exit status."""
    person, how = beginner(scale, generic, output, how, force=force)
    folder = images or ratings.parent
    if pairs or (target is None and holds_pairs(ratings)):
        status = _fit_pairs(person, ratings, folder, how)
    else:
        status = _fit_ratings(person, ratings, folder, target, image_column, how)
    finish(person, output)
    return status


def beginner(
    scale: tuple[float, float] | None, generic: str | None, output: Path, how: Measuring, *, force: bool
) -> tuple[PersonalizedRegressor, Measuring]:
    """A personal model that is still everybody's, and what is to be measured for it; refuses options that make no sense."""
    from ..models import PersonalizedRegressor

    check_file(output, ".skops", "a model file", force=force)
    if scale is not None and not scale[0] < scale[1]:
        raise UserError(f"--scale takes the lowest and the highest rating, got {scale[0]:g} {scale[1]:g}")
    everybody = chosen_model(generic)
    if everybody.content is not None:
        raise UserError(
            "personalize re-weighs criteria that are measured on their own, and this model has learned content; "
            "train one with --representation none, or leave --generic out"
        )
    names = require_catalogue([str(name) for name in everybody.feature_names_in_])
    return PersonalizedRegressor(everybody, scale=scale), replace(how, features=",".join(names))


def finish(person: PersonalizedRegressor, output: Path) -> None:
    """Print what was learnt and save the personal model."""
    from ..persistence import save_model

    print_stages(person)
    print_taste(person)
    save_model(person, output)
    said = f"Saved the personal model to {readable(str(output))}: iaa-classic score PHOTOS --model {readable(str(output))}"
    console().print(said, highlight=False, soft_wrap=True)


def holds_pairs(path: Path) -> bool:
    """Whether a table has the columns of pairs."""
    return set(_PAIR) <= set(read_table(path).columns)


def _fit_ratings(
    person: PersonalizedRegressor, path: Path, folder: Path, target: str | None, image_column: str | None, how: Measuring
) -> int:
    wanted = () if target is None else (target,)
    table = read_rated_table(path, images=folder, task="score", targets=wanted, image_column=image_column)
    rated = Rated(path.name, table.frame, table.answers, notes=tuple(table.notes))
    tell_notes(rated)
    if not len(rated):
        raise UserError(f"{path}: no rated photograph; rate some, in column {target!r}")
    X, rated, status = measured_features(rated, how)
    person.fit(X, rated.answers)
    console().print(f"{len(rated)} rated photographs", highlight=False)
    return status


def _fit_pairs(person: PersonalizedRegressor, path: Path, folder: Path, how: Measuring) -> int:
    import pandas as pd

    better, worse, notes = read_pairs(path, folder)
    every = list(dict.fromkeys([*better, *worse]))
    rated = Rated(path.name, pd.DataFrame({"path": every}), np.zeros(len(every)), notes=notes)
    tell_notes(rated)
    X, _, status = measured_features(rated, how)
    place = {name: row for row, name in enumerate(X.index)}
    rows = [(place[a], place[b]) for a, b in zip(better, worse, strict=True) if a in place and b in place]
    if len(rows) < len(better):
        notices().print(f"{len(better) - len(rows)} of {len(better)} pairs are left out: a photograph could not be read")
    if not rows:
        raise UserError(f"{path}: no pair of two readable photographs is left")
    person.fit_pairs(X.reset_index(drop=True), np.array(rows))
    console().print(f"{len(rows)} pairs of {len(X)} photographs", highlight=False)
    return status


def read_pairs(path: Path, folder: Path) -> tuple[list[str], list[str], tuple[str, ...]]:
    """Paths of the better and the worse photographs of a table of pairs, and what was left out."""
    table = read_table(path, text=_PAIR)
    if not set(_PAIR) <= set(table.columns):
        raise UserError(f"{path}: pairs need the columns better and worse; there are {', '.join(map(str, table.columns))}")
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; --images is the folder that the names in the table are relative to")
    named = table[list(_PAIR)].dropna().apply(lambda column: column.astype(str).str.strip())
    different = named[named["better"] != named["worse"]]
    if different.empty:
        raise UserError(f"{path}: no pair of two different photographs")
    left_out = len(table) - len(different)
    notes = (f"{left_out} rows that do not name two different photographs are left out",) if left_out else ()
    better, worse = ([str(folder / name) for name in different[column]] for column in _PAIR)
    return better, worse, notes


def measured_features(rated: Rated, how: Measuring) -> tuple[pd.DataFrame, Rated, int]:
    """Features of the readable photographs in the columns of the generic model."""
    X, kept, status = measure_rated(rated, how, all_features=True)
    if not len(kept):
        raise UserError(f"{rated.title}: none of the {len(rated)} photographs could be read")
    return X, kept, status


def print_stages(person: PersonalizedRegressor) -> None:
    """What was tried, and whether it predicted left-out ratings better."""
    out = console()
    stages: list[dict[str, Any]] = person.stages_
    if not any(stage["used"] for stage in stages):
        out.print("Your ratings say too little yet: the personal model is the generic one.", highlight=False)
    if not stages:
        return
    heading("Stages, each used only if it lowers the error of left-out ratings")
    table = Table()
    for name in ("Stage", "Learns", "Error without", "Error with", "Standard error", "Used"):
        table.add_column(name, justify="right" if "rror" in name else "left")
    for stage in stages:
        figures = (f"{stage[name]:.4f}" for name in ("before", "after", "standard_error"))
        table.add_row(stage["stage"], _STAGES[stage["stage"]], *figures, "[green]yes[/]" if stage["used"] else "[dim]no[/]")
    out.print(table)


def print_taste(person: PersonalizedRegressor) -> None:
    """Which criteria weigh more and less than for most."""
    taste = person.taste()
    heading("Your taste: 1 weighs a criterion as most people do")
    table = Table()
    for name in ("Criterion", "Weight", "90 % interval", "Certainty", "Verdict"):
        table.add_column(name, justify="left" if name in ("Criterion", "Verdict") else "right")
    for criterion, row in taste.iterrows():
        interval = "" if np.isnan(row["low"]) else f"{row['low']:.2f} to {row['high']:.2f}"
        cells = (f"{row['weight']:.2f}", interval, f"{100 * row['certainty']:.0f} %", row["verdict"])
        table.add_row(readable(str(criterion)), *cells)
    console().print(table)
    if (taste["verdict"] == "like most").all():
        console().print("No criterion stands out from the others yet.", highlight=False)
