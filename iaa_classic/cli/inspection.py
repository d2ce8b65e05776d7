"""The command ``inspect``: its options; what it does stands in ``inspecting``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from . import options as given


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    example = "ratings.csv --images photos/ --target stars --model mine.skops --output model.html"
    app.command(epilog=f"Example: iaa-classic inspect {example}")(inspect)


def inspect(
    labels: given.Labels = None,
    images: given.Images = None,
    target: given.Target = None,
    group: given.Group = None,
    category: given.Category = None,
    image_column: given.ImageColumn = None,
    dataset: given.Dataset = None,
    root: given.Root = None,
    threshold: given.Threshold = None,
    thirds: given.Thirds = False,
    model: given.Model = None,
    of: Annotated[str | None, typer.Option("--of", help="Class of a classifier, or attribute, that is meant.")] = None,
    basis: Annotated[
        Literal["cross-validated", "held-out", "in-sample"] | None,
        typer.Option("--basis", help="What agreement with the ratings rests on. [default: found out; the page says which]"),
    ] = None,
    scale: Annotated[
        tuple[float, float] | None,
        typer.Option("--scale", help="Lowest and highest rating that could be given. [default: the dataset's, or the model's]"),
    ] = None,
    folds: given.Folds = 10,
    seed: given.Seed = 0,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="A random subset of so many photographs, whole groups: a first look.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write a page (.html).")] = None,
    report: Annotated[Path | None, typer.Option("--json", help="Write everything to a .json file.")] = None,
    force: given.Force = False,
    jobs: given.Jobs = 1,
    face_model: given.FaceModel = None,
    max_megapixels: given.MaxPixels = 200,
    no_cache: given.NoCache = False,
) -> None:
    """Show what a fitted model has learnt: which criteria and features count, in which shape, and where it errs.

    Importance by the size of effects and by shuffling, dependence curves, calibration, residuals by category, and the best- and
    worst-scored photographs. Figures of agreement say what they rest on; a model that was fitted on just these photographs is
    fitted again in folds, so that each is judged by a model that has not seen it.
    """
    from .inspecting import inspect as run
    from .judging import Measuring
    from .rated import Asked
    from .tables import check_file

    check_file(output, ".html", "a page", force=force)
    check_file(report, ".json", "a report for machines", force=force)
    columns = {"group": group, "category": category, "image_column": image_column}
    where: dict[str, Any] = columns | {"dataset": dataset, "root": root, "threshold": threshold, "thirds": thirds}
    asked = Asked(labels=labels, images=images, targets=tuple(target or ()), **where)
    how = Measuring("all", jobs, max_megapixels * 1_000_000, face_model, not no_cache)
    choices: dict[str, Any] = {"of": of, "basis": basis, "scale": scale, "folds": folds, "seed": seed, "limit": limit}
    raise typer.Exit(run(asked, model, how=how, page=output, report=report, force=force, **choices))
