"""Evidence maps as SVG: one self-contained element, everything escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from .marks import HALO, INK, Box, Circle, Mark, Path, Raster, Stroke, Text, channels

if TYPE_CHECKING:
    from .evidence_map import EvidenceMap

FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"


def render(evidence: EvidenceMap) -> str:
    """The map as an ``<svg>`` element with ``role="img"``, a title and the description as its label."""
    width, height = evidence.size
    label = quoteattr(f"{evidence.title}. {evidence.description}")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label={label} '
        f'font-family="{FONT}" stroke-linejoin="round" stroke-linecap="round"><title>{escape(evidence.title)}</title>'
    )
    return head + "".join(_mark(mark) for mark in evidence.marks) + "</svg>"


def _mark(mark: Mark) -> str:
    if isinstance(mark, Raster):
        return _raster(mark)
    if isinstance(mark, Text):
        return _text(mark)
    shape = _shape(mark)
    below = ""
    if mark.stroke is not None and mark.stroke.halo > 0:
        wider = Stroke(HALO, mark.stroke.width + 2 * mark.stroke.halo, mark.stroke.dash)
        below = f'{shape} fill="none"{_stroke(wider)}/>'
    return below + f"{shape}{_paint('fill', mark.fill)}{_stroke(mark.stroke)}/>"


def _shape(mark: Path | Circle | Box) -> str:
    if isinstance(mark, Circle):
        return f'<circle cx="{_number(mark.x)}" cy="{_number(mark.y)}" r="{_number(mark.radius)}"'
    if isinstance(mark, Box):
        place = f'x="{_number(mark.x)}" y="{_number(mark.y)}"'
        return f'<rect {place} width="{_number(mark.width)}" height="{_number(mark.height)}"'
    end = "Z" if mark.closed else ""
    parts = ("M" + " ".join(f"{_number(x)},{_number(y)}" for x, y in points) + end for points in mark.lines)
    return f'<path d="{"".join(parts)}"' + (' fill-rule="evenodd"' if mark.closed else "")


def _stroke(stroke: Stroke | None) -> str:
    if stroke is None:
        return ""
    dashes = f' stroke-dasharray="{" ".join(map(_number, stroke.dash))}"' if stroke.dash else ""
    return _paint("stroke", stroke.colour) + f' stroke-width="{_number(stroke.width)}"{dashes}'


def _paint(what: str, colour: str | None) -> str:
    if colour is None or colour == INK:
        return f' {what}="{colour or "none"}"'
    *_, opacity = channels(colour)
    shown = "" if opacity == 255 else f' {what}-opacity="{opacity / 255:.2g}"'
    return f' {what}="{colour[:7]}"{shown}'


def _text(mark: Text) -> str:
    halo = ' paint-order="stroke" stroke="#000000" stroke-opacity=".55" stroke-width="3"' if mark.halo else ""
    bold = ' font-weight="600"' if mark.bold else ""
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    # Not every renderer knows dominant-baseline; a third of the size lifts the middle of capitals to y.
    place = f'x="{_number(mark.x)}" y="{_number(mark.y + 0.35 * mark.size)}" font-size="{_number(mark.size)}"'
    return f"<text {place}{anchor}{bold}{_paint('fill', mark.colour)}{halo}>{escape(mark.text)}</text>"


def _raster(mark: Raster) -> str:
    place = f'x="{_number(mark.x)}" y="{_number(mark.y)}" width="{_number(mark.width)}" height="{_number(mark.height)}"'
    crisp = "" if mark.smooth else ' style="image-rendering:pixelated"'
    return f'<image {place} preserveAspectRatio="none"{crisp} href="{mark.data_uri()}"/>'


def _number(value: float) -> str:
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text
