"""``cull``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from ..errors import UserError
from ..explanation.explanation import model_records
from ..face_detection import FaceDetector
from ..features import select
from ..measuring import Measurement, effective_jobs
from ..progress import progress_bar
from ..shoot.culling import DECISIONS, LABELS, Choice, summary
from ..shoot.culling import cull as proposed
from ..shoot.frames import companions, look_at_frames
from ..shoot.presets import PRESETS
from ..shoot.selection import thresholds, wanted_count
from ..shoot.sidecars import DECIDED_BY, LABEL, RATING, REJECTED, Change, Convention, photographs_of, planned, write
from ..shoot.xmp import OURS, Name
from .inputs import chosen_model, measured, photographs, prepare_kernels
from .judging import Measuring
from .pages import special_line
from .shoot_gallery import write_gallery
from .tables import check_file, check_output, console, notices, portable, readable, shortened, write_table

if TYPE_CHECKING:
    import pandas as pd

_COLOURS = {"pick": "green", "alternate": "yellow", "reject": "red", "series": "blue"}
_RATING_OF = {"pick": 4, "alternate": 2, "reject": REJECTED, "series": 3}


@dataclass(frozen=True)
class Asked:
    """What the options say about the choice."""

    keep: str | None = None
    least: tuple[str, ...] = ()
    preset: str = "any"
    taste: str | None = None
    diversity: float | None = None
    measure_all: bool = False


@dataclass(frozen=True)
class Writing:
    """What the options say about what is written."""

    output: Path | None = None
    xmp: bool = False
    sidecars: Convention = "auto"
    keep_ratings: bool = False
    dry_run: bool = False
    force: bool = False


def cull(
    paths: Sequence[str],
    asked: Asked,
    writing: Writing,
    *,
    jobs: int,
    max_pixels: int,
    face_model: Path | None,
    cached: bool,
    top: int | None = 30,
) -> int:
    """Propose, print and write; returns the exit status."""
    page = writing.output if writing.output is not None and writing.output.suffix.lower() == ".html" else None
    if page is not None:
        check_file(page, ".html", "a page", force=writing.force)
    else:
        check_output(writing.output, force=writing.force)
    model = chosen_model(asked.taste)
    records = model_records(model)
    names = [record.name for record in records]
    least = thresholds(asked.least, [str(name) for name in model.criteria_])
    wanted_count(asked.keep, 1)
    images, problems = photographs(paths)
    frames = _looked_at(images, jobs=jobs, max_pixels=max_pixels, detector=_detector(asked.preset, face_model))

    known: dict[str, Measurement] = {}

    def measure(sources: Sequence[str]) -> pd.DataFrame:
        import pandas as pd

        stream = measured(sources, records, jobs=jobs, max_pixels=max_pixels, face_model=face_model, cached=cached)
        known.update(stream)
        return pd.DataFrame(np.array([known[path].values for path in sources]), columns=names, index=list(sources))

    options: dict[str, Any] = {"keep": asked.keep, "least": least, "preset": asked.preset, "diversity": asked.diversity}
    everything = asked.measure_all or page is not None
    choices = proposed(frames, measure, model, measure_all=everything, **options)
    choices += [Choice(path, error=why) for path, why in problems]
    print_choices(choices, top=top)
    if page is not None and not writing.dry_run and known:
        how = Measuring(jobs=jobs, max_pixels=max_pixels, face_model=face_model, cached=cached)
        write_gallery(paths, choices, known, model, page, how, line=special_line(asked.taste, model), force=writing.force)
    status = _write(choices, writing)
    return max(status, _failures(choices))


def _detector(preset: str, face_model: Path | None) -> Any:
    if not PRESETS[preset].faces:
        return None
    detector = FaceDetector(str(face_model)) if face_model is not None else FaceDetector.installed()
    return detector.check() if detector is not None else None


def _looked_at(images: Sequence[str], *, jobs: int, max_pixels: int, detector: Any) -> list[Any]:
    """Frames with their looks, under a progress bar."""
    if jobs == 0:
        raise UserError("--jobs must be a positive number of processes, or -1 for every core")
    workers = min(effective_jobs(jobs), max(1, len(images) // 2))
    frames = []
    with ExitStack() as stack:
        bar: list[Callable[[], None]] = []

        def prepare() -> None:
            prepare_kernels(select(["focus", "power_point_distance"]))
            bar.append(stack.enter_context(progress_bar("Looking", len(images))))

        stream = look_at_frames(images, n_jobs=workers, max_pixels=max_pixels, face_detector=detector, before_first=prepare)
        for frame in stream:
            bar[0]()
            frames.append(frame)
    return frames


def print_choices(choices: Sequence[Choice], *, top: int | None) -> None:
    """One block of rows per group, in the order of time, and the counts."""
    usable = [choice for choice in choices if not choice.error]
    names = dict(zip([choice.path for choice in usable], shortened([choice.path for choice in usable]), strict=True))
    table = Table()
    for heading in ("Group", "Photo", "Proposal", "Stars", "Why"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "Stars" else "left")
    groups: dict[int, list[Choice]] = {}
    for choice in usable:
        groups.setdefault(choice.group, []).append(choice)
    shown = sorted(groups)[:top] if top else sorted(groups)
    for number in shown:
        table.add_section()
        for choice in sorted(groups[number], key=lambda choice: choice.place):
            colour = _COLOURS[choice.decision]
            raw = " + raw" if choice.companions else ""
            table.add_row(
                f"{number} {choice.kind}" if choice.place == 1 else "",
                readable(names[choice.path]) + raw,
                f"[{colour}]{choice.decision}[/]",
                str(choice.rating),
                readable("; ".join(choice.reasons)),
            )
    out = console()
    out.print(table)
    if len(shown) < len(groups):
        out.print(f"... and {len(groups) - len(shown)} more groups: --top 0 prints all, --output writes all")
    counted = summary(choices)
    decided = ", ".join(f"{counted['decisions'][name]} {name}" for name in DECISIONS if counted["decisions"][name])
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counted["groups"].items()))
    out.print(f"{len(usable)} photographs in {len(groups)} groups ({kinds}): {decided}", highlight=False, soft_wrap=True)
    out.print("[dim]A proposal: nothing was moved or deleted, and you decide.[/]")


def choices_table(choices: Sequence[Choice]) -> pd.DataFrame:
    """The proposal as a table: one row per frame."""
    import pandas as pd

    criteria = list(dict.fromkeys(name for choice in choices for name in choice.marks))
    rows = [
        {
            "path": portable(choice.path),
            "companions": "; ".join(portable(path) for path in choice.companions),
            "group": choice.group,
            "kind": choice.kind,
            "place": choice.place,
            "decision": "" if choice.error else choice.decision,
            "rating": choice.rating,
            "label": "" if choice.error else LABELS[choice.decision],
            "reasons": "; ".join(choice.reasons),
            "steps_behind": round(choice.steps, 2),
            "score": choice.score,
            **{name: choice.marks.get(name, np.nan) for name in criteria},
            "error": choice.error,
        }
        for choice in choices
    ]
    return pd.DataFrame(rows)


def _write(choices: Sequence[Choice], writing: Writing) -> int:
    """Write the table and the sidecars, or say what would be written."""
    say = notices()
    if writing.output is not None:
        if writing.dry_run:
            say.print(f"Would write {len(choices)} rows to {readable(str(writing.output))}", highlight=False)
        elif writing.output.suffix.lower() != ".html":
            write_table(choices_table(choices), writing.output, force=writing.force)
            say.print(f"Wrote {len(choices)} rows to {readable(str(writing.output))}", highlight=False)
    if not writing.xmp:
        return 0
    jobs = [
        (name, choice.properties())
        for choice in choices
        if not choice.error
        for name in photographs_of(choice.path, choice.companions, writing.sidecars)
    ]
    return write_sidecars(jobs, writing)


def write_sidecars(jobs: Sequence[tuple[str, dict[Name, str]]], writing: Writing) -> int:
    """Set properties in sidecars; returns 1 if one could not be written."""
    say = notices()
    changes: dict[Path, Change] = {}
    failed = []
    for photo, values in jobs:
        try:
            for change in planned(photo, values, writing.sidecars, keep_ratings=writing.keep_ratings):
                changes.setdefault(change.path, change)
        except UserError as error:
            failed.append(str(error))
    written = backups = replaced = 0
    for change in changes.values():
        if not change.changes_anything:
            continue
        replaced += change.former_rating not in (None, "0") and _rating_in(change) != change.former_rating
        if writing.dry_run:
            what = "change" if change.former is not None else "write"
            say.print(f"Would {what} {readable(str(change.path))}", highlight=False, soft_wrap=True)
            written += 1
            continue
        try:
            backups += write(change) is not None
            written += 1
        except UserError as error:
            failed.append(str(error))
    kept = "" if not backups else f"; {backups} that were there are kept as .xmp.bak"
    over = "" if not replaced else f"; {replaced} had another rating (--keep-ratings leaves those)"
    verb = "Would write" if writing.dry_run else "Wrote"
    say.print(f"{verb} {written} of {len(changes)} sidecars{kept}{over}", highlight=False, soft_wrap=True)
    for why in failed:
        say.print(f"  {readable(why)}", highlight=False, soft_wrap=True)
    return 1 if failed else 0


def _rating_in(change: Change) -> str | None:
    from ..shoot.xmp import read_properties

    return read_properties(change.content).get(RATING)


def _failures(choices: Sequence[Choice]) -> int:
    failed = [choice for choice in choices if choice.error]
    if not failed:
        return 0
    out = notices()
    out.print(f"{len(failed)} of {len(choices)} could not be read:", style="bold", highlight=False)
    for choice in failed:
        out.print(f"  {readable(choice.path)}: {readable(choice.error)}", highlight=False, soft_wrap=True)
    return 2 if len(failed) == len(choices) else 1


def apply_choices(paths: Sequence[str], file: Path, writing: Writing) -> int:
    """Write the choices of a .json file, from a gallery or from ``--output``, to sidecars; returns the exit status."""
    if len(paths) != 1 or not os.path.isdir(paths[0]):
        raise UserError("--apply takes exactly one folder, the one that the names in the file are relative to")
    jobs = []
    for name, decision, rating in read_choices(file):
        photo = os.path.normpath(os.path.join(paths[0], name))
        inside = os.path.commonpath([os.path.abspath(paths[0]), os.path.abspath(photo)]) == os.path.abspath(paths[0])
        if not inside or not os.path.isfile(photo):
            raise UserError(f"{file}: {name!r} is no photograph in {paths[0]}; give the folder that the gallery was made of")
        values: dict[Name, str] = {
            RATING: str(rating),
            LABEL: LABELS[decision],
            (OURS, "decision"): decision,
            DECIDED_BY: "person",
        }
        raw = companions([photo]).get(photo, ())
        jobs += [(path, values) for path in photographs_of(photo, raw, writing.sidecars)]
    return write_sidecars(jobs, writing)


def read_choices(file: Path) -> list[tuple[str, str, int]]:
    """(path, decision, rating) of each entry of a .json file of choices.

    Raises
    ------
    UserError
        If it is no such file.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise UserError(f"{file}: is no JSON ({error}); give the file that the gallery or --output wrote") from error
    rows = content.get("choices") if isinstance(content, dict) else content
    found = []
    for row in rows if isinstance(rows, list) else [None]:
        if not isinstance(row, dict) or not isinstance(row.get("path"), str) or row.get("decision") not in LABELS:
            if isinstance(row, dict) and row.get("error"):
                continue
            raise UserError(f"{file}: expected choices with path and decision ({', '.join(LABELS)})")
        rating = row.get("rating", _RATING_OF[row["decision"]])
        if not isinstance(rating, int) or rating not in (REJECTED, 0, 1, 2, 3, 4, 5):
            raise UserError(f"{file}: {row['path']}: rating must be -1 or 0 to 5, got {rating!r}")
        found.append((row["path"], row["decision"], rating))
    return found
