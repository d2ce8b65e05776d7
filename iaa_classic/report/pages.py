"""What all pages share: templates, which escape whatever they are given, and plots as SVG inside the page."""

from __future__ import annotations

import io
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from matplotlib.figure import Figure

INK = "#1f2933"
ACCENT = "#1f6f8b"
QUIET = "#9aa5b1"


@cache
def templates() -> Environment:
    """The templates of this package; a missing value is an error, not a blank."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("iaa_classic.report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = number
    return environment


def number(value: Any, digits: int = 3) -> str:
    """A number as text; an en dash where it is undefined."""
    return "–" if value is None or value != value else f"{value:.{digits}f}"


def svg(figure: Figure) -> str:
    """A figure as an ``<svg>`` element, its letters as outlines, without date or other trace of where it was drawn."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "iaa-classic"}), warnings.catch_warnings():
        # Letters that the font lacks are drawn as boxes; the tables of the page have them.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def drawing(width: float, height: float) -> Figure:
    """An empty figure of this size in inches, with no window and no state shared with pyplot."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure


def as_label(name: Any) -> str:
    """A name for a plot, where a dollar would begin a formula."""
    return str(name).replace("$", r"\$")


def plain_axes(axes: Any) -> Any:
    """The same axes without a frame on top and right, in the page's colours."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(QUIET)
    axes.tick_params(colors=INK, labelsize=9)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    return axes
