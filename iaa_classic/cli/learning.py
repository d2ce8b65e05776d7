"""The commands that learn from ratings or compare photographs: their options; what they do stands in modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ..errors import UserError
from . import options as given


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    table = "ratings.csv --images photos/ --target stars --group shoot"
    app.command(epilog="Example: iaa-classic rank a.jpg b.jpg c.jpg")(rank)
    app.command(epilog=f"Example: iaa-classic evaluate {table} --output report.html")(evaluate)
    app.command(epilog=f"Example: iaa-classic train {table} --output mine.skops")(train)
    app.command(epilog="Example: iaa-classic unusual shoot/ --reference archive/ --top 10")(unusual)
    mine = "mine.csv --images photos/ --target stars --scale 1 5 --output mine.skops"
    app.command(epilog=f"Example: iaa-classic personalize {mine}")(personalize)


def evaluate(
    labels: given.Labels = None,
    images: given.Images = None,
    target: given.Target = None,
    group: given.Group = None,
    category: given.Category = None,
    image_column: given.ImageColumn = None,
    dataset: given.Dataset = None,
    root: given.Root = None,
    task: given.TaskName = "score",
    threshold: given.Threshold = None,
    thirds: given.Thirds = False,
    model: given.Kind = "both",
    split: Annotated[
        Literal["official", "folds"] | None,
        typer.Option("--split", help="The dataset's own parts, or folds. [default: official where the dataset has them]"),
    ] = None,
    folds: given.Folds = 10,
    seed: given.Seed = 0,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="A random subset of so many photographs, whole groups: a first look.")
    ] = None,
    features: given.Features = "all",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write a page (.html).")] = None,
    report: Annotated[Path | None, typer.Option("--json", help="Write the figures to a .json file.")] = None,
    force: given.Force = False,
    jobs: given.Jobs = 1,
    face_model: given.FaceModel = None,
    max_megapixels: given.MaxPixels = 200,
    no_cache: given.NoCache = False,
) -> None:
    """Say how well photographs' ratings can be predicted, by models that have not seen them.

    Every figure stands beside its 95 % interval and two baselines: a constant, and the mean lightness alone. No group of
    photographs is split.
    """
    from .evaluating import evaluate as run

    asked = _asked(labels, images, target, group, category, image_column, dataset, root, task, threshold, thirds)
    how = _measuring(jobs, max_megapixels, face_model, no_cache, features)
    choices: dict[str, Any] = {"model": model, "split": split, "folds": folds, "seed": seed, "limit": limit}
    raise typer.Exit(run(asked, how=how, page=output, report=report, force=force, **choices))


def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="Model file to write (.skops).")],
    labels: given.Labels = None,
    images: given.Images = None,
    target: given.Target = None,
    group: given.Group = None,
    category: given.Category = None,
    image_column: given.ImageColumn = None,
    dataset: given.Dataset = None,
    root: given.Root = None,
    task: given.TaskName = "score",
    threshold: given.Threshold = None,
    thirds: given.Thirds = False,
    model: given.Kind = "svm",
    features: given.Features = "all",
    representation: given.Representation = "none",
    keep_names: given.KeepNames = False,
    folds: given.Folds = 10,
    seed: given.Seed = 0,
    force: given.Force = False,
    jobs: given.Jobs = 1,
    face_model: given.FaceModel = None,
    max_megapixels: given.MaxPixels = 200,
    no_cache: given.NoCache = False,
) -> None:
    """Fit a model on your own ratings and say how well it predicts ratings that it has not seen."""
    from .training import train as run

    asked = _asked(labels, images, target, group, category, image_column, dataset, root, task, threshold, thirds)
    how = _measuring(jobs, max_megapixels, face_model, no_cache, features)
    content: dict[str, Any] = {"representation": representation, "keep_names": keep_names}
    raise typer.Exit(run(asked, output=output, model=model, folds=folds, seed=seed, how=how, force=force, **content))


def rank(
    paths: given.Paths,
    model: given.Model = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    top: Annotated[int, typer.Option("--top", min=0, help="Photographs to print, best first; 0 prints all.")] = 20,
    html: given.Html = None,
    force: given.Force = False,
    jobs: given.Jobs = 1,
    face_model: given.FaceModel = None,
    max_megapixels: given.MaxPixels = 200,
    no_cache: given.NoCache = False,
) -> None:
    """Put photographs in order and say why each comes before the next: the criteria that decide, largest first.

    Of exactly two photographs, every criterion and the features behind the largest differences are shown. A page (--html) shows
    the photographs themselves, and compares any two.
    """
    from .ranking import rank as run

    how = _measuring(jobs, max_megapixels, face_model, no_cache)
    raise typer.Exit(run(paths, model=model, as_json=as_json, top=top or None, html=html, force=force, how=how))


def unusual(
    paths: given.Paths,
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", help="Photographs and folders to compare with. [default: the others that are given]"),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=0, help="Photographs to print, most unusual first; 0 prints all.")] = 10,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the table to a .csv, .json or .parquet file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    jobs: given.Jobs = 1,
    max_megapixels: given.MaxPixels = 200,
    no_cache: given.NoCache = False,
) -> None:
    """Find the photographs that stand out from the others, or from a reference collection: by measures, colours and details."""
    from .unusual import unusual as run

    how = _measuring(jobs, max_megapixels, None, no_cache)
    raise typer.Exit(run(paths, reference=reference, top=top or None, output=output, as_json=as_json, how=how))


def personalize(
    output: Annotated[Path, typer.Option("--output", "-o", help="Model file to write (.skops).")],
    ratings: Annotated[
        Path | None,
        typer.Argument(metavar="RATINGS.csv", help="One person's ratings; or columns better, worse; or --from-xmp."),
    ] = None,
    from_xmp: Annotated[
        Path | None,
        typer.Option("--from-xmp", help="Folder of photographs whose XMP sidecars hold ratings: 1 to 5, or -1."),
    ] = None,
    with_proposals: Annotated[
        bool, typer.Option("--with-proposals", help="With --from-xmp: also ratings that cull proposed and nobody changed.")
    ] = False,
    images: given.Images = None,
    target: Annotated[str | None, typer.Option("--target", help="Column with the ratings.")] = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="The table holds pairs. [default: if it has columns better and worse]")
    ] = False,
    image_column: given.ImageColumn = None,
    scale: Annotated[
        tuple[float, float] | None,
        typer.Option("--scale", help="Lowest and highest rating that could be given. [default: the model's, if all lie on it]"),
    ] = None,
    generic: Annotated[
        str | None, typer.Option("--generic", help="Model file of everybody's taste. [default: the built-in model]")
    ] = None,
    force: given.Force = False,
    jobs: given.Jobs = 1,
    face_model: given.FaceModel = None,
    max_megapixels: given.MaxPixels = 200,
    no_cache: given.NoCache = False,
) -> None:
    """Learn one person's taste: what their ratings say beyond a model of everybody's.

    The scale first, then the weights of the criteria, then the rest; each is used only if it predicts this person's left-out
    ratings better.
    """
    from .personalizing import personalize as run

    how = _measuring(jobs, max_megapixels, face_model, no_cache)
    if from_xmp is not None:
        from .sidecar_ratings import personalize_from_sidecars

        given_too = {"RATINGS.csv": ratings, "--images": images, "--target": target, "--image-column": image_column}
        wrong = ["--pairs"] * pairs + [name for name, value in given_too.items() if value is not None]
        if wrong:
            raise UserError(f"{wrong[0]} belongs to a table of ratings; --from-xmp reads the sidecars of a folder")
        raise typer.Exit(
            personalize_from_sidecars(
                from_xmp, scale=scale, generic=generic, output=output, how=how, with_proposals=with_proposals, force=force
            )
        )
    if ratings is None:
        raise UserError("give a table of ratings, or --from-xmp and the folder of photographs whose sidecars hold them")
    columns: dict[str, Any] = {"target": target, "pairs": pairs, "image_column": image_column}
    files: dict[str, Any] = {"output": output, "force": force}
    raise typer.Exit(run(ratings, images=images, **columns, scale=scale, generic=generic, **files, how=how))


def _asked(
    labels: Path | None,
    images: Path | None,
    target: list[str] | None,
    group: str | None,
    category: str | None,
    image_column: str | None,
    dataset: str | None,
    root: Path | None,
    task: str,
    threshold: float | None,
    thirds: bool,
) -> Any:
    from ..tasks import task_named
    from .rated import Asked

    return Asked(
        task_named(task),
        labels,
        images,
        tuple(target or ()),
        group,
        category,
        image_column,
        dataset,
        root,
        threshold,
        thirds,
    )


def _measuring(jobs: int, megapixels: int, face_model: Path | None, no_cache: bool, features: str = "all") -> Any:
    from .judging import Measuring

    return Measuring(features, jobs, megapixels * 1_000_000, face_model, not no_cache)
