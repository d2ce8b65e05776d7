"""What ``cull`` adds to a gallery: proposals on the cards, keys that override them, and choices to be exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from .gallery import Extension, GalleryItem
from .pages import asset

KEYS = (
    (("p",), "pick"),
    (("a",), "alternate: stands by"),
    (("x",), "reject"),
    (("u",), "back to the proposal"),
)


@dataclass(frozen=True)
class Proposed:
    """What the page shows of one frame's proposal.

    ``path`` is relative to the folder, as ``cull --apply`` takes it; ``group`` heads the frames of one view.
    """

    path: str
    group: str
    decision: str
    rating: int
    reasons: tuple[str, ...]


def with_proposals(
    items: Iterable[GalleryItem | tuple[str, str]], proposals: Sequence[Proposed]
) -> Iterator[GalleryItem | tuple[str, str]]:
    """The items of a gallery, in the same order as ``proposals``, with what was proposed."""
    for item, proposal in zip(items, proposals, strict=True):
        if not isinstance(item, GalleryItem):
            yield item
            continue
        data: dict[str, Any] = {
            "path": proposal.path,
            "decision": proposal.decision,
            "rating": proposal.rating,
            "reasons": "; ".join(proposal.reasons),
        }
        yield replace(item, group=proposal.group, data=data)


def extension() -> Extension:
    """The controls, the script and the keys."""
    toolbar = Markup(
        '<button type="button" class="chip" id="export-json">Export choices</button>'
        '<button type="button" class="chip" id="export-csv">as CSV</button>'
        '<span class="quiet" role="status" aria-live="polite" id="decided"></span>'
    )
    return Extension(toolbar=toolbar, script=asset("shoot.js"), style=asset("shoot.css"), keys=KEYS)
