"""The commands that sort a shoot and propose crops: their options; what they do stands in modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from . import options as given


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    app.command(epilog="Example: iaa-classic cull shoot/ --keep 15% --output picks.csv --xmp")(cull)
    app.command(epilog="Example: iaa-classic crop photo.jpg --ratio 4:5 --output crops.png")(crop)


def cull(
    paths: given.Paths,
    keep: Annotated[
        str | None, typer.Option("--keep", help="Photographs to pick: 20, or 15%. [default: the best of every view]")
    ] = None,
    least: Annotated[
        list[str] | None, typer.Option("--min", help="Lowest mark of a pick: sharpness=40. May be given several times.")
    ] = None,
    preset: Annotated[
        Literal["any", "portrait", "landscape", "action", "event"],
        typer.Option("--preset", help="Genre: what matters more."),
    ] = "any",
    taste: Annotated[
        str | None, typer.Option("--taste", help="Model file from personalize. [default: the built-in model]")
    ] = None,
    diversity: Annotated[
        float | None, typer.Option("--diversity", min=0, max=1, help="How much picks should differ. [default: the preset's]")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the proposal to a .csv, .json, .parquet or .html file.")
    ] = None,
    xmp: Annotated[bool, typer.Option("--xmp", help="Write ratings, labels and marks to XMP sidecars.")] = False,
    sidecars: Annotated[
        Literal["auto", "darktable", "digikam", "lightroom"],
        typer.Option("--sidecars", help="photo.jpg.xmp (darktable, digikam), photo.xmp (lightroom), or those that are there."),
    ] = "auto",
    keep_ratings: Annotated[bool, typer.Option("--keep-ratings", help="Leave ratings in sidecars that somebody gave.")] = False,
    apply: Annotated[
        Path | None, typer.Option("--apply", help="Write the choices of this .json file to sidecars; look at no picture.")
    ] = None,
    measure_all: Annotated[
        bool, typer.Option("--measure-all", help="Score every frame, not the best of each view alone: slower.")
    ] = False,
    force: given.Force = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    top: Annotated[int, typer.Option("--top", min=0, help="Groups to print; 0 prints all.")] = 30,
    jobs: given.Jobs = 1,
    face_model: given.FaceModel = None,
    max_megapixels: given.MaxPixels = 200,
    no_cache: given.NoCache = False,
) -> None:
    """Group the frames of a shoot, propose the best of each view and say why; nothing is moved or deleted.

    Frames of one view are compared with each other, the sharpness of the subject first. Exposure brackets, focus stacks and
    panoramas stay whole. Every view keeps at least one frame.
    """
    from .culling import Asked, Writing, apply_choices
    from .culling import cull as run

    writing = Writing(output, xmp or apply is not None, sidecars, keep_ratings, dry_run, force)
    if apply is not None:
        raise typer.Exit(apply_choices(paths, apply, writing))
    asked = Asked(keep, tuple(least or ()), preset, taste, diversity, measure_all)
    how: dict[str, Any] = {"jobs": jobs, "max_pixels": max_megapixels * 1_000_000, "cached": not no_cache}
    raise typer.Exit(run(paths, asked, writing, top=top or None, face_model=face_model, **how))


def crop(
    photo: Annotated[str, typer.Argument(metavar="PHOTO", help="The photograph.")],
    ratio: Annotated[
        str | None, typer.Option("--ratio", help="Width to height: 4:5, 1:1, 16:9. [default: any, up to 2:1 or its own]")
    ] = None,
    count: Annotated[int, typer.Option("--count", min=1, max=9, help="Crops to propose.")] = 3,
    least: Annotated[
        float, typer.Option("--least", min=0.1, max=1, help="Smallest share of the photograph's area that a crop keeps.")
    ] = 0.4,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Draw the crops on the photograph: a .png or .html file.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Save the best crop as a new .jpg, .png or .tif file, without metadata.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    force: given.Force = False,
    model: given.Model = None,
    face_model: given.FaceModel = None,
    max_megapixels: given.MaxPixels = 200,
) -> None:
    """Propose the best crops by the criteria of composition, and say what each improves; the photograph is not changed.

    No face is cut and no subject. Gains are measured on the crops themselves.
    """
    from .cropping import crop as run

    raise typer.Exit(
        run(
            photo,
            ratio=ratio,
            count=count,
            least=least,
            output=output,
            export=export,
            as_json=as_json,
            model=model,
            face_model=face_model,
            max_pixels=max_megapixels * 1_000_000,
            force=force,
        )
    )
