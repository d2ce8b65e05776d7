"""The page of one photograph: what it scores, why, where in the picture, and what would help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from .. import __version__
from ..explanation import Explanation
from .pages import asset, policy, templates
from .previews import preview
from .views import Change, influence, photo_view

SIDE = 1600
"""Long side, in pixels, of the photograph on its page."""

_CHANGED_SIDE = 560


def photo_page(
    explanation: Explanation,
    rgb: NDArray[np.uint8],
    *,
    name: str,
    maps: Iterable[Any] = (),
    suggestions: Iterable[Any] = (),
    scale_line: str | None = None,
) -> str:
    """One self-contained HTML page: nothing from the network, nothing of the file but its pixels, all text escaped.

    Parameters
    ----------
    explanation : Explanation
    rgb : ndarray of uint8, shape (H, W, 3)
        The upright photograph; the page holds it at 1600 pixels at most.
    name : str
        What the photograph is called, such as the name of its file.
    maps : iterable of EvidenceMap
        Overlays and charts, in order.
    suggestions : iterable of Suggestion
        Changes that would help, the best first; each is applied for its picture.
    scale_line : str, optional
        What scores mean, where they are not points of the scale.
    """
    view = photo_view(explanation, preview(rgb, SIDE, quality=84), name=name, maps=maps, changes=_changes(rgb, suggestions))
    scripts = [asset("overlays.js"), asset("photo.js")]
    page: str = (
        templates()
        .get_template("photo.html")
        .render(
            title=view.name,
            view=view,
            everything=[influence(feature) for feature in explanation.features],
            scale_line=scale_line,
            policy=policy(scripts),
            style=Markup(asset("photo.css")),
            scripts=[Markup(script) for script in scripts],
            version=__version__,
        )
    )
    return page


def _changes(rgb: NDArray[np.uint8], suggestions: Iterable[Any]) -> list[Change]:
    changes = []
    for one in suggestions:
        box = None
        if one.box is not None:
            left, top, right, bottom = (round(100 * share, 3) for share in one.box)
            box = (left, top, round(right - left, 3), round(bottom - top, 3))
        before, after = (preview(pixels, _CHANGED_SIDE, quality=80) for pixels in (rgb, one.apply(rgb)))
        changes.append(Change(one.text, one.gain, one.score, before, after, box))
    return changes
