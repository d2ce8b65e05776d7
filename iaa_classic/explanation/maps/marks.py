"""The primitives that every evidence map is made of: plain data, which ``svg`` and ``axes`` render alike.

Coordinates are those of the drawing (x right, y down, from its upper left corner); widths and sizes of letters are in the
same units. Colours are ``"#rrggbb"``, ``"#rrggbbaa"``, or ``INK``: the colour of the text around the drawing, so that
a chart can be read on white paper and in a dark notebook.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

INK = "currentColor"
HALO = "#00000080"
"""Under every line on a photograph lies a wider dark one, so that it is seen on bright ground too."""


@dataclass(frozen=True)
class Stroke:
    """A line's colour, width and dashes (lengths of line and gap); ``halo`` is how far the dark line below stands out."""

    colour: str
    width: float = 1.5
    dash: tuple[float, ...] = ()
    halo: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"colour": self.colour, "width": self.width, "dash": list(self.dash), "halo": self.halo}


@dataclass(frozen=True)
class Path:
    """One or more polylines drawn alike; ``closed`` makes them polygons, in which a polygon within another is a hole.

    ``lines`` holds an array (n, 2) of points for each.
    """

    lines: tuple[NDArray[np.float64], ...]
    stroke: Stroke | None = None
    fill: str | None = None
    closed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        lines = [np.round(line, 2).tolist() for line in self.lines]
        return {"kind": "path", "lines": lines, "closed": self.closed} | _look(self)


@dataclass(frozen=True)
class Circle:
    """A circle around (x, y)."""

    x: float
    y: float
    radius: float
    stroke: Stroke | None = None
    fill: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"kind": "circle", "x": self.x, "y": self.y, "radius": self.radius} | _look(self)


@dataclass(frozen=True)
class Box:
    """An upright rectangle from its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    stroke: Stroke | None = None
    fill: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"kind": "box", "x": self.x, "y": self.y, "width": self.width, "height": self.height} | _look(self)


@dataclass(frozen=True)
class Text:
    """A line of letters; ``anchor`` says which end stands at x, and y is the middle of their height."""

    x: float
    y: float
    text: str
    size: float = 12.0
    colour: str = "#ffffff"
    anchor: Literal["start", "middle", "end"] = "start"
    halo: bool = False
    bold: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        look = {"size": self.size, "colour": self.colour, "anchor": self.anchor, "halo": self.halo, "bold": self.bold}
        return {"kind": "text", "x": self.x, "y": self.y, "text": self.text} | look


@dataclass(frozen=True)
class Raster:
    """Pixels stretched over a rectangle: ``levels``, uint8 (h, w), are positions in ``colours``.

    ``smooth`` asks for interpolation where the rectangle is larger.
    """

    x: float
    y: float
    width: float
    height: float
    levels: NDArray[np.uint8] = field(repr=False)
    colours: tuple[str, ...] = field(repr=False)
    smooth: bool = True

    def rgba(self) -> NDArray[np.uint8]:
        """The pixels as RGBA, uint8 (h, w, 4)."""
        table = np.array([channels(colour) for colour in self.colours], dtype=np.uint8)
        return np.asarray(table[self.levels])

    def png(self) -> bytes:
        """The pixels as a PNG with a palette, which holds no metadata."""
        from PIL import Image

        table = np.array([channels(colour) for colour in self.colours], dtype=np.uint8)
        height, width = self.levels.shape
        image = Image.frombytes("P", (width, height), np.ascontiguousarray(self.levels).tobytes())
        image.putpalette(table[:, :3].tobytes())
        depth = next(bits for bits in (1, 2, 4, 8) if len(table) <= 1 << bits)
        buffer = io.BytesIO()
        image.save(buffer, "PNG", transparency=table[:, 3].tobytes(), bits=depth, optimize=True)
        return buffer.getvalue()

    def data_uri(self) -> str:
        """The PNG as a ``data:`` address."""
        return "data:image/png;base64," + base64.b64encode(self.png()).decode("ascii")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, the pixels as a ``data:`` address."""
        place = {"x": self.x, "y": self.y, "width": self.width, "height": self.height}
        return {"kind": "raster"} | place | {"smooth": self.smooth, "png": self.data_uri()}


Mark = Path | Circle | Box | Text | Raster


def _look(mark: Path | Circle | Box) -> dict[str, Any]:
    return {"stroke": None if mark.stroke is None else mark.stroke.to_dict(), "fill": mark.fill}


def channels(colour: str) -> tuple[int, int, int, int]:
    """Red, green, blue and opacity, 0 to 255 each, of ``"#rrggbb"`` or ``"#rrggbbaa"``."""
    code = bytes.fromhex(colour.removeprefix("#"))
    red, green, blue = code[:3]
    return red, green, blue, code[3] if len(code) > 3 else 255


def coded(colour: Sequence[float]) -> str:
    """``"#rrggbb"`` or ``"#rrggbbaa"`` of three or four channels in [0, 1]."""
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, float(channel)))):02x}" for channel in colour)


def line(*points: tuple[float, float]) -> NDArray[np.float64]:
    """Points as an array (n, 2)."""
    return np.array(points, dtype=np.float64)
