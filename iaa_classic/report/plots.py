"""Explanations as matplotlib plots, for notebooks and papers.

Every function draws on the axes that it is given. Without axes it makes a figure of its own that no state of pyplot knows of;
``axes.figure`` shows it in a notebook and ``axes.figure.savefig`` saves it.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from ..explanation import EvidenceMap, Explanation
from ..explanation.evidence import LazyMaps, leading_maps
from ..explanation.explanation import quantity
from ..features import Picture
from .pages import ACCENT, INK, QUIET, as_label, plain_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COST = "#c8553d"
"""Colour of what lowers a score; ``ACCENT`` is that of what raises it."""


def own_figure(width: float, height: float) -> Figure:
    """A figure of this size in inches that can be saved and shown, unknown to pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def plot_effects(explanation: Explanation, ax: Axes | None = None) -> Axes:
    """How the criteria lead from the baseline to the score: one bar per criterion, each starting where the last one ended.

    Parameters
    ----------
    explanation : Explanation
    ax : matplotlib axes, optional
        Axes to draw on; those of a new figure if left out.

    Returns
    -------
    matplotlib axes
    """
    parts = explanation.criteria
    axes = plain_axes(own_figure(6.4, 0.9 + 0.34 * (len(parts) + 2)).add_subplot() if ax is None else ax)
    effects = np.array([part.effect for part in parts])
    starts = explanation.baseline + np.concatenate([[0.0], np.cumsum(effects)])
    rows = np.arange(1, len(parts) + 1)
    axes.axvline(explanation.baseline, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.barh(rows, effects, left=starts[:-1], height=0.62, color=[_colour(effect) for effect in effects])
    for row in range(len(parts) + 1):
        axes.plot([starts[row]] * 2, [row - 0.31, row + 1.31], color=QUIET, linewidth=0.8)
    axes.plot([explanation.baseline], [0], "o", color=INK, markersize=5)
    axes.plot([explanation.score], [len(parts) + 1], "D", color=INK, markersize=6)
    reach = max(float(np.ptp([*starts, explanation.score])), 1e-6)
    for row, effect in enumerate(effects, start=1):
        end = max(starts[row - 1], starts[row]) + 0.02 * reach
        axes.text(end, row, f"{effect:+.2f}", va="center", color=INK, fontsize=9)
    for row, value in ((0, explanation.baseline), (len(parts) + 1, explanation.score)):
        axes.text(value + 0.05 * reach, row, f"{value:.2f}", va="center", color=INK, fontsize=9, fontweight="bold")
    axes.set_yticks(range(len(parts) + 2), ["average photograph", *(part.criterion for part in parts), "score"])
    axes.set_ylim(len(parts) + 1.6, -0.6)
    low, high = min(*starts, explanation.score), max(*starts, explanation.score)
    axes.set_xlim(low - 0.08 * reach, high + 0.24 * reach)
    axes.set_xlabel("points of the score", fontsize=9)
    return axes


def plot_features(explanation: Explanation, ax: Axes | None = None, *, count: int = 10) -> Axes:
    """The ``count`` features that move the score most, with what was measured; the strongest on top.

    Raises
    ------
    UserError
        If ``count`` is not positive.
    """
    if count < 1:
        raise UserError(f"count is the number of features to show, at least 1; got {count}")
    shown = explanation.features[:count]
    axes = plain_axes(own_figure(7.2, 0.9 + 0.42 * len(shown)).add_subplot() if ax is None else ax)
    effects = [feature.effect for feature in shown]
    axes.barh(range(len(shown)), effects, height=0.62, color=[_colour(effect) for effect in effects])
    axes.axvline(0, color=QUIET, linewidth=0.8)
    reach = max(max(map(abs, effects), default=0.0), 1e-6)
    for row, (feature, effect) in enumerate(zip(shown, effects, strict=True)):
        rank = "" if feature.percentile is None else f"  above {feature.percentile:.0f} %"
        # To the right of the zero line in any case, so that nothing runs into the names.
        axes.text(max(effect, 0.0) + 0.03 * reach, row, f"{effect:+.2f}{rank}", va="center", color=INK, fontsize=8)
    names = [f"{_wrapped(feature.label)}\n{_wrapped(quantity(feature))}" for feature in shown]
    axes.set_yticks(range(len(shown)), [as_label(name) for name in names], fontsize=8)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    low, high = min(0.0, *effects), max(0.0, *effects)
    axes.set_xlim(low - 0.05 * reach, high + 0.75 * reach)
    axes.set_xlabel("points of the score (above: photographs with less)", fontsize=9)
    return axes


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 44))


def _colour(effect: float) -> str:
    return ACCENT if effect >= 0 else COST


def plot_map(source: Explanation | Picture, drawing: str | EvidenceMap, ax: Axes | None = None, *, title: bool = True) -> Axes:
    """One evidence map, over the photograph if it belongs there.

    Parameters
    ----------
    source : Explanation or Picture
        What the map is of.
    drawing : str or EvidenceMap
        The map or its name.
    ax : matplotlib axes, optional
        Axes to draw on; those of a new figure if left out.
    title : bool
        Whether the axes get the map's title.

    Raises
    ------
    UserError
        If there is no such map, or the explanation holds no photograph.
    """
    picture = source.picture if isinstance(source, Explanation) else source
    if picture is None:
        raise UserError("this explanation was made from measured values and holds no photograph; explain(photo) holds one")
    if isinstance(drawing, str):
        maps = source.maps if isinstance(source, Explanation) else LazyMaps(picture)
        if drawing not in maps:
            raise UserError(f"there is no map called {drawing!r}; there are {', '.join(maps)}")
        drawing = maps[drawing]
    width, height = drawing.size
    axes = own_figure(6.4, max(1.2, min(9.0, 6.4 * height / width))).add_subplot() if ax is None else ax
    if drawing.placement == "photograph":
        show_picture(picture, axes)
    drawing.draw(axes)
    if title:
        axes.set_title(drawing.title, fontsize=10, color=INK)
    return axes


def show_picture(picture: Picture, axes: Axes) -> Axes:
    """The photograph at the working scale, on axes without ticks, in the coordinates of its maps."""
    height, width = picture.rgb.shape[:2]
    axes.imshow(picture.rgb, extent=(0, width, height, 0))
    axes.set_axis_off()
    return axes


def plot_explanation(explanation: Explanation, *, maps: list[str] | None = None, count: int = 8) -> Figure:
    """A figure for a paper: the photograph, effects of criteria and features, and maps of what moves the score most.

    Parameters
    ----------
    explanation : Explanation
    maps : list of str, optional
        Names of the maps to show; those of the strongest features if left out. None are shown without a photograph.
    count : int
        Number of features.
    """
    names = leading_maps(explanation, 4) if maps is None else list(maps)
    held = explanation.picture is not None
    names = names if held else []
    figure = own_figure(11, 9 if names else 5.6)
    rows = figure.add_gridspec(2 if names else 1, 1, height_ratios=[2.3, 1] if names else [1])
    upper = rows[0].subgridspec(2 if held else 1, 2, width_ratios=[1.2, 1], height_ratios=[1.25, 1] if held else [1])
    if held:
        show_picture(explanation.picture, figure.add_subplot(upper[0, 0]))  # type: ignore[arg-type]
    plot_effects(explanation, figure.add_subplot(upper[-1, 0]))
    plot_features(explanation, figure.add_subplot(upper[:, 1]), count=count)
    if names:
        lower = rows[1].subgridspec(1, len(names))
        for place, name in enumerate(names):
            plot_map(explanation, name, figure.add_subplot(lower[place]))
    figure.suptitle(as_label(_heading(explanation)), fontsize=12, color=INK)
    return figure


def _heading(explanation: Explanation) -> str:
    low, high = explanation.scale
    text = f"{Path(explanation.source).name}: {explanation.score:.2f} on a scale from {low:g} to {high:g}"
    if explanation.percentile is not None:
        text += f", better than {explanation.percentile:.0f} %"
    return text
