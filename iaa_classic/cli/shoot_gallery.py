"""The gallery that ``cull --output proposal.html`` writes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..face_detection import INSTALLED
from ..measuring import Measurement
from ..progress import progress_bar
from ..shoot.culling import Choice
from .judging import Measuring
from .tables import notices, readable, shortened, write_parts

if TYPE_CHECKING:
    from ..models import AdditiveModel
    from ..report.gallery import GalleryItem


def write_gallery(
    paths: Sequence[str],
    choices: Sequence[Choice],
    known: Mapping[str, Measurement],
    model: AdditiveModel,
    output: Path,
    how: Measuring,
    *,
    line: str | None,
    force: bool = False,
) -> None:
    """Draw the proposal as a page: frames grouped by view, explained, to be overridden and exported."""
    from ..report.folder import Photograph, gallery_items
    from ..report.gallery import GalleryItem, gallery_page
    from ..report.shoot import Proposed, extension, with_proposals

    shown = [choice for choice in choices if not choice.error and choice.path in known]
    names = dict(zip((choice.path for choice in choices), shortened([choice.path for choice in choices]), strict=True))
    failed = [(names[choice.path], choice.error) for choice in choices if choice.error]
    photographs = [Photograph(choice.path, names[choice.path], known[choice.path]) for choice in shown]
    proposals = [
        Proposed(_relative(choice.path, paths), _heading(choice), choice.decision, choice.rating, choice.reasons)
        for choice in shown
    ]
    unread: list[tuple[str, str]] = []
    with progress_bar("Drawing", len(photographs)) as advance:
        drawn = gallery_items(
            photographs,
            model,
            n_jobs=how.jobs,
            max_pixels=how.max_pixels,
            face_detector=how.face_model or INSTALLED,
            finished=advance,
        )

        def items() -> Iterator[GalleryItem]:
            for item in with_proposals(drawn, proposals):
                if isinstance(item, GalleryItem):
                    yield item
                else:
                    unread.append(item)

        def failures() -> Iterator[tuple[str, str]]:
            yield from unread
            yield from failed

        title = f"Proposal for {Path(os.path.abspath(paths[0])).name}" if len(paths) == 1 else "Proposal"
        page = gallery_page(items(), title, failures=failures(), scale_line=line, extension=extension())
        write_parts(page, output, force=force)
    size = os.path.getsize(output) / 1e6
    notices().print(f"Wrote {readable(str(output))}: {len(photographs)} photographs, {size:.1f} MB", highlight=False)


def _heading(choice: Choice) -> str:
    return f"{choice.group} · {choice.kind}"


def _relative(path: str, paths: Sequence[str]) -> str:
    """The path below the folder that was given, with forward slashes; the page holds no other folder's name."""
    if len(paths) == 1 and os.path.isdir(paths[0]):
        return Path(os.path.relpath(path, paths[0])).as_posix()
    return os.path.basename(path)
