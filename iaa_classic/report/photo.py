"""The page of one photograph: what it scores, why, where in the picture, and what would help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from .. import __version__
from ..explanation import Explanation
from .pages import asset, policy, templates
from .previews import preview
from .views import REGION_EFFECTS, Change, drawn_maps, influence, photo_view

SIDE = 1600
"""Long side, in pixels, of the photograph on its page."""

_CHANGED_SIDE = 560

_QUALITY = 84


def photo_page(
    explanation: Explanation,
    rgb: NDArray[np.uint8],
    *,
    name: str,
    suggestions: Iterable[Any] = (),
    regions: Any = None,
    scale_line: str | None = None,
) -> str:
    """One self-contained HTML page: nothing from the network, nothing of the file but its pixels, all text escaped.

    Parameters
    ----------
    explanation : Explanation
        Its maps are the page's overlays and charts.
    rgb : ndarray of uint8, shape (H, W, 3)
        The upright photograph; the page holds it at 1600 pixels at most.
    name : str
        What the photograph is called, such as the name of its file.
    suggestions : iterable of Suggestion
        Changes that would help, the best first; each is applied for its picture.
    regions : RegionEffects, optional
        Which parts of the frame help or cost; one more overlay.
    scale_line : str, optional
        What scores mean, where they are not points of the scale.
    """
    maps = [*explanation.maps.values()] + ([] if regions is None else [replace(regions.to_map(), name=REGION_EFFECTS)])
    picture = preview(rgb, SIDE, quality=_QUALITY)
    view = photo_view(explanation, picture, name=name, maps=drawn_maps(maps), changes=_changes(rgb, suggestions))
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
