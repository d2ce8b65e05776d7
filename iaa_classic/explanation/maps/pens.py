"""Colours, lines and shades that all maps share, and numbers as text."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .marks import INK, Box, Circle, Mark, Path, Raster, Stroke, Text, channels, coded, line

WHITE, AMBER, SKY, CORAL, LIME, BLACK = "#ffffff", "#ffb84d", "#58c4f6", "#ff6b5e", "#a8e05f", "#000000"
"""Light colours for lines on photographs, told apart by people with any kind of colour vision next to each other."""
QUIET = "#8a94a0"
"""A grey that is readable on white and on black, for the axes of charts."""
ACCENT = "#2c8fb3"
LINE = 1.5
"""Width of a main line; the long side of a photograph is 512."""
THIN = 0.8

WARMTH = (
    (0.0, "#00000a00"),
    (0.25, "#3b0f7055"),
    (0.5, "#8c298188"),
    (0.7, "#de49689c"),
    (0.85, "#fe9f6da0"),
    (1.0, "#fcfdbfa4"),
)
"""Shades from nothing to much, in the order of the magma scale; the picture shows through where there is nothing."""
VEIL = ((0.0, "#0b1020c8"), (0.5, "#0b102068"), (1.0, "#0b102000"))
"""Shades that darken what counts little and leave clear what counts."""


def drawn(colour: str = WHITE, width: float = LINE, dash: tuple[float, ...] = ()) -> Stroke:
    """A line for photographs, with the dark halo that shows it on bright ground."""
    return Stroke(colour, width, dash, halo=0.9)


def plain(colour: str = INK, width: float = 1.0, dash: tuple[float, ...] = ()) -> Stroke:
    """A line for charts."""
    return Stroke(colour, width, dash)


def segment(x0: float, y0: float, x1: float, y1: float, stroke: Stroke) -> Path:
    """One straight line."""
    return Path((line((x0, y0), (x1, y1)),), stroke)


def dot(x: float, y: float, radius: float = 4.0, fill: str = WHITE) -> tuple[Circle, ...]:
    """A filled point with a dark rim."""
    return (Circle(x, y, radius, Stroke("#000000a0", 1.2), fill),)


def cross_hair(x: float, y: float, colour: str = AMBER, radius: float = 8.0) -> tuple[Mark, ...]:
    """A ring with a point in it, for a place that was measured."""
    return Circle(x, y, radius, drawn(colour, 1.6)), Circle(x, y, 1.6, None, colour)


def arrow(x0: float, y0: float, x1: float, y1: float, stroke: Stroke, head: float = 7.0) -> tuple[Mark, ...]:
    """A line with an open head at its end; nothing where it has no length."""
    length = float(np.hypot(x1 - x0, y1 - y0))
    if length < 1e-6:
        return ()
    along = np.array([x1 - x0, y1 - y0]) / length * min(head, length)
    side = np.array([-along[1], along[0]]) * 0.5
    tip = np.array([x1, y1])
    return (Path((line((x0, y0), (x1, y1)), np.array([tip - along + side, tip, tip - along - side])), stroke),)


def label(x: float, y: float, text: str, *, colour: str = WHITE, size: float = 11.0, anchor: str = "start") -> Text:
    """Letters on a photograph."""
    return Text(x, y, text, size, colour, anchor, halo=True)  # type: ignore[arg-type]


def note(
    x: float, y: float, text: str, *, colour: str = INK, size: float = 11.0, anchor: str = "start", bold: bool = False
) -> Text:
    """Letters in a chart."""
    return Text(x, y, text, size, colour, anchor, bold=bold)  # type: ignore[arg-type]


def outlines(mask: NDArray[np.bool_], smooth: float = 1.0) -> tuple[NDArray[np.float64], ...]:
    """Polygons around a mask of the working scale, holes included, in its pixels; simplified to within ``smooth`` pixels."""
    # The outline runs through the outermost pixels' middles; padding keeps it open to what touches the frame.
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    polygons = (cv2.approxPolyDP(outline, smooth, closed=True)[:, 0].astype(np.float64) + 0.5 for outline in found)
    return tuple(polygon for polygon in polygons if len(polygon) > 2)


def shades(plane: NDArray[np.floating], stops: Sequence[tuple[float, str]], size: tuple[int, int], levels: int = 32) -> Raster:
    """A plane in [0, 1] as a smooth raster over a drawing of ``size`` (width, height)."""
    places = np.linspace(0, 1, levels)
    codes = np.array([channels(colour) for _, colour in stops], dtype=np.float64) / 255
    at = [place for place, _ in stops]
    table = np.stack([np.interp(places, at, codes[:, k]) for k in range(4)], axis=1)
    index = np.rint(np.clip(plane, 0, 1) * (levels - 1)).astype(np.uint8)
    return Raster(0, 0, size[0], size[1], index, tuple(coded(row) for row in table))


def covering(levels: NDArray[np.uint8], colours: tuple[str, ...], size: tuple[int, int], *, smooth: bool = False) -> Raster:
    """Areas by number, each in its colour, over a drawing of ``size``."""
    return Raster(0, 0, size[0], size[1], levels, colours, smooth)


def veiled(
    mask: NDArray[np.bool_], polygons: tuple[NDArray[np.float64], ...], size: tuple[int, int], dark: str = "#0b102088"
) -> Path:
    """Everything but the polygons, darkened."""
    frame = line((0, 0), (size[0], 0), (size[0], size[1]), (0, size[1]))
    return Path((frame, *polygons), None, dark, closed=True)


def frame_box(width: float, height: float, stroke: Stroke) -> Box:
    """A box around the whole drawing."""
    return Box(0, 0, width, height, stroke)


def percent(share: float) -> str:
    """A share in words: "12 %", "3.4 %", "less than 0.1 %", "nothing" is left to the caller."""
    value = 100 * share
    if 0 < value < 0.1:
        return "less than 0.1 %"
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.1f} %"


def plural(count: float, one: str, many: str = "") -> str:
    """A number with its noun."""
    whole = round(count)
    return f"{whole} {one if whole == 1 else many or one + 's'}"
