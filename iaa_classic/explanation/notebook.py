"""An explanation as a fragment of HTML for notebooks: self-contained, without script, in the notebook's own colours."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from .evidence import leading_maps
from .explanation import quantity

if TYPE_CHECKING:
    from ..features import Picture
    from .explanation import Explanation, FeatureEffect
    from .maps import EvidenceMap

GOOD, BAD = "#2c8fb3", "#d0694f"
"""Bars that raise and lower the score: readable on white and on black."""
FAINT = "rgba(127,127,127,.35)"
THUMBNAIL = 320
"""Long side, in pixels, of the photograph that is shown."""
_CELL = "padding:2px 8px;border:0;text-align:{side};background:none;vertical-align:middle"
_TABLE = '<table style="font:inherit;border-collapse:collapse;margin:8px 0;color:inherit;font-variant-numeric:tabular-nums">'


def fragment(explanation: Explanation) -> str:
    """The explanation as a ``<div>``; all text escaped, of a path no more than the file's name."""
    side = "display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start"
    top = f'<div style="{side}">{_photograph(explanation)}{_criteria(explanation)}</div>'
    parts = [_heading(explanation), top, _sentences(explanation), _features(explanation), _maps(explanation)]
    style = "font:14px/1.45 system-ui,-apple-system,'Segoe UI',sans-serif;max-width:860px;color:inherit"
    return f'<div style="{style}">{"".join(parts)}</div>'


def _heading(explanation: Explanation) -> str:
    low, high = explanation.scale
    told = f"on a scale from {low:.4g} to {high:.4g}"
    if explanation.percentile is not None:
        told += f", better than {explanation.percentile:.0f} % of the photographs that the model was fitted on"
    name = escape(Path(explanation.source).name)
    notes = "".join(f'<div style="opacity:.75">note: {escape(warning)}</div>' for warning in explanation.warnings)
    score = f'<b style="font-size:1.5em">{explanation.score:.2f}</b>'
    return f'<div>{score} {told}</div><div style="opacity:.75">{name}</div>{notes}'


def _photograph(explanation: Explanation) -> str:
    if explanation.picture is None:
        return ""
    return f'<img alt="the photograph" src="{thumbnail(explanation.picture)}" style="max-width:320px;margin:8px 0">'


def _bar(effect: float, longest: float) -> str:
    """A bar to the right of the middle for what raises the score, to the left for what lowers it."""
    share = 50 * abs(effect) / longest if longest > 0 else 0
    side = "left:50%" if effect >= 0 else "right:50%"
    colour = GOOD if effect >= 0 else BAD
    middle = f"position:absolute;left:50%;top:0;bottom:0;border-left:1px solid {FAINT}"
    return (
        '<div style="position:relative;width:130px;height:12px" aria-hidden="true">'
        f'<span style="{middle}"></span>'
        f'<span style="position:absolute;{side};top:1px;height:10px;width:{share:.1f}%;background:{colour}"></span></div>'
    )


def _row(cells: list[tuple[str, str]]) -> str:
    """A row of cells, each its HTML and the side that it is aligned to."""
    inner = "".join(f'<td style="{_CELL.format(side=side)}">{text}</td>' for text, side in cells)
    return f'<tr style="background:none">{inner}</tr>'


def _head(names: list[tuple[str, str]]) -> str:
    shade = f";opacity:.75;font-weight:600;border-bottom:1px solid {FAINT}"
    cells = "".join(f'<th scope="col" style="{_CELL.format(side=side)}{shade}">{text}</th>' for text, side in names)
    return f'<tr style="background:none">{cells}</tr>'


def _criteria(explanation: Explanation) -> str:
    longest = max((abs(part.effect) for part in explanation.criteria), default=0.0)
    rows = [_row([("baseline", "left"), ("", "left"), (f"{explanation.baseline:.2f}", "right"), ("", "right")])]
    for part in explanation.criteria:
        cells = [(escape(part.criterion), "left"), (_bar(part.effect, longest), "left")]
        rows.append(_row([*cells, (f"{part.effect:+.2f}", "right"), (f"{part.mark:.0f}", "right")]))
    rows.append(_row([("<b>score</b>", "left"), ("", "left"), (f"<b>{explanation.score:.2f}</b>", "right"), ("", "right")]))
    head = _head([("criterion", "left"), ("", "left"), ("effect", "right"), ("mark", "right")])
    return f"{_TABLE}{head}{''.join(rows)}</table>"


def _features(explanation: Explanation) -> str:
    shown = [*explanation.strongest(4, helping=True), *explanation.strongest(4, helping=False)]
    if not shown:
        return ""
    longest = max(abs(feature.effect) for feature in shown)
    head = _head([("feature", "left"), ("measured", "left"), ("higher than", "right"), ("", "left"), ("effect", "right")])
    return f"{_TABLE}{head}{''.join(_feature(feature, longest) for feature in shown)}</table>"


def _feature(feature: FeatureEffect, longest: float) -> str:
    rank = "" if feature.percentile is None else f"{feature.percentile:.0f} %"
    measured = escape(quantity(feature))
    cells = [(escape(feature.label), "left"), (measured, "left"), (rank, "right"), (_bar(feature.effect, longest), "left")]
    return _row([*cells, (f"{feature.effect:+.2f}", "right")])


def _sentences(explanation: Explanation) -> str:
    return "".join(f'<p style="margin:4px 0;max-width:56em">{escape(sentence)}</p>' for sentence in explanation.sentences())


def _maps(explanation: Explanation) -> str:
    """The photograph under maps of the strongest features, and charts beside it."""
    if explanation.picture is None:
        return ""
    photograph = thumbnail(explanation.picture, 260)
    figures = [_figure(explanation.maps[name], photograph) for name in leading_maps(explanation, 3)]
    return f'<div style="display:flex;flex-wrap:wrap;gap:12px;margin-top:8px">{"".join(figures)}</div>' if figures else ""


def _figure(drawn: EvidenceMap, photograph: str) -> str:
    width, height = drawn.size
    overlay = drawn.placement == "photograph"
    fill = "position:absolute;inset:0;width:100%;height:100%"
    under = f'<img alt="" src="{photograph}" style="{fill};margin:0">' if overlay else ""
    # An upright picture would else be taller than the rest of the page.
    wide = max(1, min(260, round(260 * width / height)))
    frame = f"position:relative;width:{wide}px;aspect-ratio:{width}/{height};overflow:hidden"
    svg = drawn.to_svg().replace("<svg ", f'<svg style="{fill}" ', 1)
    caption = f'<figcaption style="font-size:12px;opacity:.85">{escape(drawn.title)}</figcaption>'
    return f'<figure style="margin:0;max-width:260px"><div style="{frame}">{under}{svg}</div>{caption}</figure>'


def thumbnail(picture: Picture, side: int = THUMBNAIL) -> str:
    """The photograph as a small JPEG in a ``data:`` address, without any metadata."""
    from PIL import Image

    image = Image.fromarray(picture.rgb)
    image.thumbnail((side, side))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
