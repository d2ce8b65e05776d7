"""``train``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from ..errors import UserError
from ..face_detection import INSTALLED, REMEDY, detector_for, looks_at_faces
from ..features import Feature, select
from ..progress import progress_bar
from .inputs import measured
from .tables import check_folder, console, notices, readable

if TYPE_CHECKING:
    import pandas as pd

    from ..validation import CrossValidation

_IMAGE_COLUMNS = ("image", "path", "file", "filename", "file_name", "image_name", "photo", "name")
_FEWEST = 20
"""Photographs below which a model would be fitted on noise."""


def train(
    labels: Path,
    *,
    images: Path,
    target: str,
    output: Path,
    group: str | None,
    model: str,
    image_column: str | None,
    folds: int,
    seed: int,
    jobs: int,
    max_pixels: int,
    face_model: Path | None = None,
) -> int:
    """Fit a model on rated photographs, cross-validate it, save it; returns the exit status."""
    import pandas as pd

    from ..models import AestheticRegressor
    from ..persistence import save_model
    from ..validation import cross_validate

    if output.suffix.lower() != ".skops":
        raise UserError(f"{output}: a model file ends in .skops")
    check_folder(output)
    table = read_labels(labels, images=images, target=target, group=group, image_column=image_column)
    check_ratings(table, target=target, group=group)
    records = _measurable(select("all"), face_model)
    values, failures = [], []
    stream = measured(list(table["path"]), records, jobs=jobs, max_pixels=max_pixels, face_model=face_model)
    for path, measurement in stream:
        values.append(measurement.values)
        if measurement.error is not None:
            failures.append((path, measurement.error))
    usable = ~np.isnan(np.array(values)).all(axis=1)
    X = pd.DataFrame(np.array(values)[usable], columns=[record.name for record in records])
    y = table["target"].to_numpy(dtype=float)[usable]
    groups = table["group"].to_numpy()[usable] if group else None
    status = report_unread(failures, len(table))
    if status:
        check_ratings(table.iloc[np.flatnonzero(usable)], target=target, group=group)
    regressor = AestheticRegressor(model=model, random_state=seed)
    try:
        with progress_bar("Cross-validating", folds) as advance:
            validation = cross_validate(regressor, X, y, groups, n_splits=folds, seed=seed, finished=advance)
    except ValueError as error:
        raise UserError(str(error)) from error
    print_validation(validation, n=len(y), grouped=group, seed=seed)
    save_model(regressor.fit(X, y), output)
    console().print(f"Saved the model, fitted on all {len(y)} photographs, to {readable(str(output))}", highlight=False)
    return status


def _measurable(records: Sequence[Feature], face_model: Path | None) -> list[Feature]:
    """All features, less those of faces where there is nothing to find faces with: they would be empty columns."""
    if not looks_at_faces(records) or detector_for(face_model or INSTALLED, records) is not None:
        return list(records)
    notices().print(
        f"No face detector: the model is fitted without the criterion people; {readable(REMEDY)}",
        highlight=False,
        soft_wrap=True,
    )
    return [record for record in records if not looks_at_faces([record])]


def check_ratings(table: pd.DataFrame, *, target: str, group: str | None) -> None:
    """Refuse ratings from which nothing can be learnt, before and after the photographs have been read."""
    if len(table) < _FEWEST:
        raise UserError(
            f"{len(table)} rated photographs are left; at least {_FEWEST} are needed to fit a model "
            "(names in the table are looked up below --images)"
        )
    if table["target"].nunique() == 1:
        raise UserError(f"every rating in column {target!r} is {table['target'].iloc[0]:g}; there is nothing to learn")
    if group and table["group"].nunique() < 2:
        raise UserError(f"column {group!r} holds a single group; cross-validation needs at least 2")


def read_labels(labels: Path, *, images: Path, target: str, group: str | None, image_column: str | None) -> pd.DataFrame:
    """The rated photographs of a table: columns ``path``, ``target``, ``group``; rows without a rating are left out.

    Raises
    ------
    UserError
        If the table cannot be read, a column is missing, or a rating is not a number.
    """
    import pandas as pd

    try:
        table = pd.read_csv(labels)
    except (OSError, ValueError) as error:
        raise UserError(f"{labels}: could not be read as CSV ({error})") from error
    if not images.is_dir():
        raise UserError(f"{images}: no such folder; --images is the folder that the names in the table are relative to")
    columns = [str(column) for column in table.columns]
    names = {column.strip().lower(): column for column in columns}
    if image_column is None:
        image_column = next((names[name] for name in _IMAGE_COLUMNS if name in names), None)
        if image_column is None:
            raise UserError(f"{labels}: no column called {', '.join(_IMAGE_COLUMNS)}; name it with --image-column")
    for wanted in filter(None, (image_column, target, group)):
        if wanted not in columns:
            raise UserError(f"{labels}: no column {wanted!r}; there are {', '.join(columns)}")
    ratings = pd.to_numeric(table[target], errors="coerce")
    bad = table[target].notna() & ratings.isna()
    if bad.any():
        line = int(np.flatnonzero(bad)[0]) + 2
        raise UserError(f"{labels}: line {line}: {table.loc[bad, target].iloc[0]!r} in column {target!r} is not a number")
    rated = np.isfinite(ratings) & table[image_column].notna()
    paths = [str(images / name.strip()) for name in table.loc[rated, image_column].astype(str).tolist()]
    chosen = pd.DataFrame({"path": paths, "target": ratings[rated].to_numpy(dtype=float)})
    if group:
        unknown = rated & table[group].isna()
        if unknown.any():
            line = int(np.flatnonzero(unknown)[0]) + 2
            raise UserError(f"{labels}: line {line}: no value in column {group!r}; give every rated photograph a group")
        chosen["group"] = table.loc[rated, group].astype(str).to_numpy()
    out = notices()
    if len(chosen) < len(table):
        out.print(f"{len(table) - len(chosen)} rows without a name or a finite rating are left out", highlight=False)
    merged = merge_repeated(chosen, labels)
    if len(merged) < len(chosen):
        out.print(f"{len(chosen)} ratings of {len(merged)} photographs: ratings of one are averaged", highlight=False)
    return merged


def merge_repeated(chosen: pd.DataFrame, labels: Path) -> pd.DataFrame:
    """One row per photograph with its mean rating, so that cross-validation never trains on what it tests."""
    if "group" in chosen:
        spread = chosen.groupby("path")["group"].nunique()
        if (spread > 1).any():
            raise UserError(f"{labels}: {spread.idxmax()} stands in more than one group")
    how = {column: "mean" if column == "target" else "first" for column in chosen.columns.drop("path")}
    return chosen.groupby("path", sort=False).agg(how).reset_index()


def print_validation(validation: CrossValidation, *, n: int, grouped: str | None, seed: int) -> None:
    """Mean and spread over folds, beside the constant baseline."""
    summary = validation.summary()
    means, spreads = summary["mean"].to_dict(), summary["sd"].to_dict()
    kind = f"groups of {grouped!r} kept together" if grouped else f"shuffled, seed {seed}"
    out = Table(
        title=f"Cross-validation: {n} photographs, {len(validation.folds)} folds, {kind}", title_justify="left", title_style=""
    )
    out.add_column("Figure")
    out.add_column("Mean of folds", justify="right")
    out.add_column("Spread (sd)", justify="right")
    out.add_column("Always the mean rating", justify="right")
    labels = {"srcc": "SRCC (rank correlation)", "plcc": "PLCC (linear correlation)", "mae": "MAE (mean absolute error)"}
    for figure, label in labels.items():
        baseline = f"{means['baseline_mae']:.3f}" if figure == "mae" else "undefined"
        undefined = int(validation.folds[figure].isna().sum())
        note = f" ({undefined} of {len(validation.folds)} folds undefined)" if undefined else ""
        out.add_row(label + note, _number(means[figure]), _number(spreads[figure]), baseline)
    console().print(out)


def _number(value: float) -> str:
    return "undefined" if np.isnan(value) else f"{value:.3f}"


def report_unread(failures: list[tuple[str, str]], total: int) -> int:
    """List the photographs that were left out; returns the exit status."""
    if not failures:
        return 0
    out = notices()
    out.print(f"{len(failures)} of {total} rated photographs were left out:", style="bold", highlight=False)
    for path, why in failures:
        out.print(f"  {readable(path)}: {readable(why)}", highlight=False, soft_wrap=True)
    return 1
