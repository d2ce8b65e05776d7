"""Evidence maps on matplotlib axes: the same primitives as in ``svg``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .marks import HALO, INK, Box, Circle, Mark, Path, Raster, Stroke, Text, channels

if TYPE_CHECKING:
    from .evidence_map import EvidenceMap


def draw(evidence: EvidenceMap, axes: Any) -> Any:
    """Draw the map over what the axes show; the axes take on the drawing's coordinates."""
    width, height = evidence.size
    axes.set_aspect("equal")
    _limit(axes, width, height)
    axes.set_axis_off()
    axes.apply_aspect()
    window = axes.get_window_extent()
    points = min(window.width / width, window.height / height) * 72 / axes.figure.dpi
    for place, mark in enumerate(evidence.marks):
        _mark(axes, mark, points, 2 + 0.01 * place)
    _limit(axes, width, height)
    return axes


def _limit(axes: Any, width: float, height: float) -> None:
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)


def _mark(axes: Any, mark: Mark, points: float, order: float) -> None:
    """``points`` is how many typographic points one unit of the drawing takes."""
    if isinstance(mark, Raster):
        extent = (mark.x, mark.x + mark.width, mark.y + mark.height, mark.y)
        kind = "bilinear" if mark.smooth else "nearest"
        axes.imshow(mark.rgba(), extent=extent, interpolation=kind, zorder=order)
    elif isinstance(mark, Text):
        _text(axes, mark, points, order)
    else:
        if mark.stroke is not None and mark.stroke.halo > 0:
            wider = Stroke(HALO, mark.stroke.width + 2 * mark.stroke.halo, mark.stroke.dash)
            _shape(axes, mark, None, wider, points, order)
        _shape(axes, mark, mark.fill, mark.stroke, points, order + 0.005)


def _shape(axes: Any, mark: Path | Circle | Box, fill: str | None, stroke: Stroke | None, points: float, order: float) -> None:
    from matplotlib import patches

    look: dict[str, Any] = {
        "facecolor": _colour(fill),
        "edgecolor": _colour(stroke.colour if stroke is not None else None),
        "zorder": order,
    }
    if stroke is not None:
        look |= {"linewidth": stroke.width * points, "capstyle": "round", "joinstyle": "round"}
        if stroke.dash:
            look["linestyle"] = (0, tuple(length / stroke.width for length in stroke.dash))
    else:
        look["linewidth"] = 0
    shape: Any
    if isinstance(mark, Circle):
        shape = patches.Circle((mark.x, mark.y), mark.radius, **look)
    elif isinstance(mark, Box):
        shape = patches.Rectangle((mark.x, mark.y), mark.width, mark.height, **look)
    else:
        shape = patches.PathPatch(_outline(mark), **look)
    axes.add_patch(shape)


def _outline(mark: Path) -> Any:
    from matplotlib.path import Path as Outline

    vertices, codes = [], []
    for points in mark.lines:
        vertices.append(points)
        codes += [Outline.MOVETO] + [Outline.LINETO] * (len(points) - 1)
        if mark.closed:
            vertices.append(points[:1])
            codes.append(Outline.CLOSEPOLY)
    return Outline(np.concatenate(vertices) if vertices else np.zeros((0, 2)), codes)


def _text(axes: Any, mark: Text, points: float, order: float) -> None:
    from matplotlib import patheffects

    align = {"start": "left", "middle": "center", "end": "right"}[mark.anchor]
    effects = [patheffects.withStroke(linewidth=3 * points, foreground=(0, 0, 0, 0.55))] if mark.halo else None
    axes.text(
        mark.x,
        mark.y,
        mark.text,
        fontsize=mark.size * points,
        color=_colour(mark.colour),
        horizontalalignment=align,
        verticalalignment="center_baseline",
        fontweight=600 if mark.bold else "normal",
        path_effects=effects,
        parse_math=False,
        zorder=order,
        clip_on=True,
    )


def _colour(colour: str | None) -> Any:
    import matplotlib as mpl

    if colour is None:
        return "none"
    if colour == INK:
        return mpl.rcParams["text.color"]
    return tuple(channel / 255 for channel in channels(colour))
