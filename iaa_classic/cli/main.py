"""The command line: thin commands over the public API.

Heavy imports happen inside the commands, so that ``iaa-classic --help`` stays quick.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from .. import __version__
from . import inspection, learning, shooting
from .options import FaceModel, Force, Html, Jobs, MaxPixels, MemoryLimit, Model, NoCache, Paths, Timeout

app = typer.Typer(
    name="iaa-classic",
    help="Score photographs and say why: every score is the exact sum of named, measurable criteria.",
    epilog="Exit status: 0 all went well, 1 some photographs failed, 2 nothing could be done.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"iaa-classic {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""


@app.command(epilog="Example: iaa-classic demo ~/Pictures/holiday")
def demo(
    folder: Annotated[
        Path | None, typer.Argument(help="Photographs to rank. [default: those inside scikit-image and scikit-learn]")
    ] = None,
    jobs: Jobs = 1,
    no_cache: NoCache = False,
) -> None:
    """Rank some photographs, and explain the best of them: a first look."""
    from .scoring import demo as run

    raise typer.Exit(run(folder, jobs=jobs, cached=not no_cache))


@app.command(epilog="Example: iaa-classic score shoot/ extra.jpg --output scores.csv --jobs -1")
def score(
    paths: Paths,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write path, score, marks and errors to a .csv, .json or .parquet file."),
    ] = None,
    model: Model = None,
    force: Force = False,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    top: Annotated[int, typer.Option("--top", min=0, help="Rows to print, best first; 0 prints all.")] = 50,
    face_model: FaceModel = None,
    max_megapixels: MaxPixels = 200,
    no_cache: NoCache = False,
) -> None:
    """Score photographs and print them ranked, with a 0-100 mark per criterion.

    A mark is the share of the photographs that the model was fitted on with a lower effect of that criterion.
    """
    from ..workers import Limits
    from .scoring import score as run

    max_pixels = max_megapixels * 1_000_000
    raise typer.Exit(
        run(
            paths,
            output=output,
            model=model,
            jobs=jobs,
            top=top or None,
            max_pixels=max_pixels,
            face_model=face_model,
            cached=not no_cache,
            force=force,
            limits=Limits(timeout, memory_limit),
        )
    )


@app.command(epilog="Example: iaa-classic explain photo.jpg --json > why.json")
def explain(
    photo: Annotated[str, typer.Argument(metavar="PHOTO", help="The photograph.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    model: Model = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Features to show for and against.")] = 5,
    html: Html = None,
    force: Force = False,
    suggest: Annotated[
        bool | None,
        typer.Option(
            "--suggest/--no-suggest", help="Try changes that would help, and tell what each gains. [default: for --html]"
        ),
    ] = None,
    regions: Annotated[
        bool | None,
        typer.Option(
            "--regions/--no-regions", help="Tell where in the frame the picture gains and loses. [default: for --html]"
        ),
    ] = None,
    face_model: FaceModel = None,
    max_megapixels: MaxPixels = 200,
    no_cache: NoCache = False,
) -> None:
    """Say why a photograph scores as it does: the effect of each criterion and the features behind it."""
    from .explaining import explain as run

    max_pixels, cached = max_megapixels * 1_000_000, not no_cache
    raise typer.Exit(
        run(
            photo,
            as_json=as_json,
            model=model,
            top=top,
            html=html,
            force=force,
            max_pixels=max_pixels,
            face_model=face_model,
            cached=cached,
            suggest=suggest,
            regions=regions,
        )
    )


@app.command(epilog="Example: iaa-classic features --criterion lighting")
def features(
    criterion: Annotated[str | None, typer.Option("--criterion", help="Only the features of this criterion.")] = None,
    set_name: Annotated[
        str | None, typer.Option("--set", help="A named set in its published order: fast, datta2006, ke2006, luo2008, redies.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list of objects.")] = False,
) -> None:
    """List the catalogue: name, criterion, unit, range, direction and source of every feature, or one named set."""
    from .listing import features as run

    raise typer.Exit(run(criterion, as_json=as_json, set_name=set_name))


@app.command(epilog="Example: iaa-classic extract shoot/ --output features.parquet --jobs -1")
def extract(
    paths: Paths,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Write the table to this .csv, .json or .parquet file, or to such an address.")
    ],
    features: Annotated[
        str, typer.Option("--features", help="'all', a named set, a criterion, or feature names, separated by commas.")
    ] = "all",
    force: Force = False,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    memory_limit: MemoryLimit = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Measure on the Dask cluster at this address, such as tcp://host:8786.")
    ] = None,
    part_rows: Annotated[
        int | None, typer.Option("--part-rows", min=1, help="Make OUTPUT a folder of Parquet files of so many rows each.")
    ] = None,
    face_model: FaceModel = None,
    max_megapixels: MaxPixels = 200,
    no_cache: NoCache = False,
) -> None:
    """Measure photographs and write the table of features: path, one column each, error.

    A run that was interrupted goes on where it stopped when the same command is given again: what it has measured is kept in
    OUTPUT.unfinished meanwhile. PATH and OUTPUT may be addresses such as s3://bucket/folder (extra "remote").
    """
    from ..workers import Limits
    from .extracting import extract as run

    max_pixels, cached = max_megapixels * 1_000_000, not no_cache
    raise typer.Exit(
        run(
            paths,
            output=output,
            features=features,
            jobs=jobs,
            max_pixels=max_pixels,
            face_model=face_model,
            cached=cached,
            force=force,
            limits=Limits(timeout, memory_limit),
            scheduler=scheduler,
            part_rows=part_rows,
        )
    )


@app.command(epilog="Example: iaa-classic report shoot/ --output report.html --jobs -1")
def report(
    paths: Paths,
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the page to this .html file.")],
    title: Annotated[str | None, typer.Option("--title", help="Heading of the page. [default: the folder's name]")] = None,
    model: Model = None,
    jobs: Jobs = 1,
    force: Force = False,
    face_model: FaceModel = None,
    max_megapixels: MaxPixels = 200,
    no_cache: NoCache = False,
) -> None:
    """Write a page with all photographs: sorted and filtered by criteria, each explained, any two compared.

    The page needs nothing but itself, and holds the photographs at a reduced size, without their metadata.
    """
    from .judging import Measuring
    from .pages import report as run

    how = Measuring(jobs=jobs, max_pixels=max_megapixels * 1_000_000, face_model=face_model, cached=not no_cache)
    raise typer.Exit(run(paths, output=output, title=title, model=model, force=force, how=how))


learning.add_to(app)
inspection.add_to(app)
shooting.add_to(app)


@app.command(epilog="Example: iaa-classic cache --clear")
def cache(
    clear: Annotated[bool, typer.Option("--clear", help="Forget all that was measured.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
) -> None:
    """Show where the feature store lies, how many photographs it knows and its size, or empty it.

    The commands keep what they measure, so that an unchanged photograph is not measured again. The store holds numbers, no
    pictures and no file names. The variable IAA_CLASSIC_CACHE_DIR names another folder, or "off".
    """
    from .caching import cache as run

    raise typer.Exit(run(clear=clear, as_json=as_json))


def main() -> None:
    """Entry point: run a command and turn expected errors into one clear line and exit status 2."""
    from ..errors import UserError

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `iaa-classic features | head` ends quietly
    try:
        app()
    except (UserError, OSError) as error:
        from .tables import printable

        typer.echo(f"error: {printable(str(error))}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
