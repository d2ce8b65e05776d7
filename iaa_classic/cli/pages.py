"""``report``, and the pages that ``explain`` and ``rank`` write."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UserError
from ..explanation.explanation import require_catalogue
from ..face_detection import INSTALLED, detector_for
from ..features import select
from ..measuring import Measurement
from ..progress import progress_bar
from .inputs import chosen_model, measured, photographs
from .judging import Measuring
from .kinds import UNUSUAL, kind_of, scale_line
from .scoring import report_failures
from .tables import check_file, notices, readable, shortened, write_parts

if TYPE_CHECKING:
    from ..explanation import Explanation
    from ..models import AdditiveModel
    from ..report.folder import Photograph


def report(paths: Sequence[str], *, output: Path, title: str | None, model: str | None, force: bool, how: Measuring) -> int:
    """Write a gallery of photographs, each explained; returns the exit status."""
    from ..report.folder import Photograph

    check_page(output, force=force)
    fitted = chosen_model(model)
    images, problems = photographs(paths)
    names = require_catalogue([str(name) for name in fitted.feature_names_in_])
    called = shortened([*images, *(path for path, _ in problems)])
    options: dict[str, Any] = {"jobs": how.jobs, "max_pixels": how.max_pixels, "face_model": how.face_model}
    stream = measured(images, select(names), cached=how.cached, **options)
    found = [
        Photograph(path, name, measurement) for (path, measurement), name in zip(stream, called[: len(images)], strict=True)
    ]
    failed = list(zip(called[len(images) :], (why for _, why in problems), strict=True))
    if any(one.measurement.error is None for one in found):
        failed = _write(output, found, fitted, failed, how, title=title or _title(paths), line=special_line(model, fitted))
    else:
        failed = [*((one.name, one.measurement.error or "") for one in found), *failed]
    return tell_failures(failed, len(called))


def _write(
    output: Path,
    found: Sequence[Photograph],
    model: AdditiveModel,
    failed: Sequence[tuple[str, str]],
    how: Measuring,
    *,
    title: str,
    line: str | None,
    compare: tuple[int, int] | None = None,
) -> list[tuple[str, str]]:
    """Draw the photographs into a page under a progress bar; returns all failures."""
    from ..report.folder import gallery_items
    from ..report.gallery import GalleryItem, gallery_page

    unread: list[tuple[str, str]] = []

    def items(advance: Any) -> Iterator[GalleryItem]:
        options: dict[str, Any] = {"max_pixels": how.max_pixels, "face_detector": how.face_model or INSTALLED}
        drawn = gallery_items(found, model, n_jobs=how.jobs, finished=advance, **options)
        for item in drawn:
            if isinstance(item, GalleryItem):
                yield item
            else:
                unread.append(item)

    def failures() -> Iterator[tuple[str, str]]:
        yield from unread
        yield from failed

    with progress_bar("Drawing", len(found)) as advance:
        write_parts(gallery_page(items(advance), title, failures=failures(), scale_line=line, compare=compare), output)
    shown = len(found) - len(unread)
    size = os.path.getsize(output) / 1e6
    notices().print(f"Wrote {readable(str(output))}: {shown} photograph{'s' * (shown != 1)}, {size:.1f} MB", highlight=False)
    return [*unread, *failed]


def _title(paths: Sequence[str]) -> str:
    """The name of the folder, if there is one."""
    if len(paths) == 1:
        path = Path(os.path.abspath(paths[0]))
        return path.name or "Photographs"
    return "Photographs"


def check_page(path: Path | None, *, force: bool) -> None:
    """Refuse a page that could not be written, or that would take the place of a file unless ``force``."""
    check_file(path, ".html", "a page")
    if path is not None and not force and os.path.lexists(path):
        raise UserError(f"{path}: exists already; give another name, or --force to put the page in its place")


def special_line(path: str | None, model: AdditiveModel) -> str | None:
    """What scores of this model are, where they are not points of its scale."""
    return scale_line(path, model) if kind_of(path) in UNUSUAL else None


def write_photo_page(
    output: Path,
    photo: str,
    explanation: Explanation,
    *,
    max_pixels: int,
    face_detector: Any,
    line: str | None,
    suggestions: Iterable[Any],
    regions: Any,
) -> None:
    """The page of one photograph."""
    from ..explanation.evidence import picture_of
    from ..images import load_image
    from ..report.photo import photo_page

    pixels = load_image(photo, max_pixels=max_pixels)
    detector = detector_for(face_detector, select([feature.name for feature in explanation.features]))
    with_maps = replace(explanation, picture=picture_of(pixels, face_detector=detector))
    name = os.path.basename(os.path.abspath(photo))
    page = photo_page(with_maps, pixels, name=name, suggestions=suggestions, regions=regions, scale_line=line)
    write_parts([page], output)
    notices().print(f"Wrote {readable(str(output))}", highlight=False)


def write_ranking_page(
    output: Path,
    order: Sequence[tuple[str, Measurement]],
    model: AdditiveModel,
    failed: Sequence[tuple[str, str]],
    *,
    model_file: str | None,
    how: Measuring,
) -> None:
    """A gallery of ranked photographs, opened at the comparison of the first two."""
    from ..report.folder import Photograph

    called = shortened([path for path, _ in order])
    found = [Photograph(path, name, measurement) for name, (path, measurement) in zip(called, order, strict=True)]
    line = special_line(model_file, model)
    both = (0, 1) if len(found) > 1 else None
    names = [(os.path.basename(path), why) for path, why in failed]
    _write(output, found, model, names, how, title="Photographs", line=line, compare=both)


def tell_failures(failed: Sequence[tuple[str, str]], total: int) -> int:
    """List what could not be read; returns the exit status."""
    import pandas as pd

    table = pd.DataFrame({"path": [""] * total, "error": [""] * total})
    for row, (path, why) in enumerate(failed):
        table.loc[row] = [path, why]
    return report_failures(table, "scored")
