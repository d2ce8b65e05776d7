"""What all pages share: templates, which escape whatever they are given, and plots as SVG inside the page."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
import io
import json
import re
import warnings
import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup
    from matplotlib.figure import Figure

INK = "#1f2933"
ACCENT = "#1f6f8b"
QUIET = "#9aa5b1"

_NEGATIVE = re.compile(r"(?<![\w.])-(?=\d)")


@cache
def templates() -> Environment:
    """The templates of this package; a missing value is an error, not a blank."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("iaa_classic.report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "signed": signed, "minus": true_minus}
    return environment


def number(value: Any, digits: int = 3) -> str:
    """A number as text; an en dash where it is undefined."""
    return "–" if value is None or value != value else f"{value:.{digits}f}"


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign, a true minus sign; none where it rounds to zero."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else "−") + text


def true_minus(text: str) -> str:
    """The same text with minus signs where hyphens stand before numbers."""
    return _NEGATIVE.sub("−", text)


def script_data(value: Any) -> Markup:
    """A value as JSON for a ``<script type="application/json">``, in which no name can end the script or open a comment."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


def packed(text: str) -> str:
    """A text compressed (raw deflate) and written in base64, for ``DecompressionStream`` in the page."""
    compressor = zlib.compressobj(level=9, wbits=-15)
    return base64.b64encode(compressor.compress(text.encode()) + compressor.flush()).decode("ascii")


def policy(scripts: Sequence[str] = ()) -> str:
    """A Content-Security-Policy under which a page loads nothing and runs no script but these, told by their hashes."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii") for script in scripts]
    allowed = " ".join(f"'sha256-{value}'" for value in hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def asset(name: str) -> str:
    """The text of a script or style sheet of this package."""
    return (importlib.resources.files("iaa_classic.report") / "templates" / name).read_text(encoding="utf-8")


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
