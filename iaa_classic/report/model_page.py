"""The page of a fitted model: what counts, in which shape, how well it agrees with ratings, its best and worst photographs."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from .. import __version__
from ..explanation.model_report import ModelReport, Shown
from ..explanation.model_summary import signed
from ..images import ImageError, load_image
from .curve_svg import curve_svg, curve_words, limits, unit_text
from .model_plots import importance_title, plot_calibration, plot_residuals
from .pages import ACCENT, INK, QUIET, drawing, svg, templates

if TYPE_CHECKING:
    import pandas as pd

FIRST = 12
"""Curves and features that are shown before anything is unfolded."""

THUMBNAIL = 320
"""Long side of a photograph in a gallery, in pixels."""

_GALLERIES = (
    ("best", "Scored highest"),
    ("worst", "Scored lowest"),
    ("underrated", "Liked more than predicted"),
    ("overrated", "Liked less than predicted"),
)


def model_page(report: ModelReport, title: str, *, finished: Callable[[], None] = lambda: None) -> str:
    """One self-contained HTML page: no script, nothing from the network, all text escaped.

    Parameters
    ----------
    report : ModelReport
    title : str
        Whose model it is, or of which photographs.
    finished : callable
        Called after each photograph of a gallery.

    Returns
    -------
    str
        Photographs are in it as thumbnails, encoded anew from their pixels: nothing of their metadata is left. Of a
        photograph that cannot be read (any more), its name and numbers are shown.
    """
    page: str = (
        templates()
        .get_template("model.html")
        .render(
            title=title,
            report=report,
            settings=report.settings,
            summary=report.summary(),
            figures=None if report.figures is None else report.figures.reset_index().to_dict(orient="records"),
            bars=[_bars(report, "criteria", len(report.criteria)), _bars(report, "features", FIRST)],
            titles=_titles(report),
            table=report.features.reset_index().to_dict(orient="records"),
            shapes=_shapes(report),
            charts=_charts(report),
            galleries=_galleries(report, finished),
            together=_together(report.correlations),
            signed=signed,
            magnitude=magnitude,
            plain=plain,
            version=__version__,
        )
    )
    return page


def magnitude(value: Any, digits: int = 3) -> str:
    """A number as text with a true minus sign; an en dash where it is undefined."""
    if value is None or value != value:
        return "–"
    return signed(value, digits) if value < 0 else f"{value:.{digits}f}"


def plain(value: float) -> str:
    """A number with as few digits as it needs."""
    return f"{round(value, 2):g}".replace("-", "−")


def _titles(report: ModelReport) -> dict[str, str]:
    return {by: importance_title(report, by) for by in ("effect", "drop", "rise")}


def _bars(report: ModelReport, of: str, most: int) -> list[dict[str, Any]]:
    """Rows with the widths and places of their bars and intervals, in percent of the longest."""
    table: pd.DataFrame = getattr(report, of)
    table = table.sort_values("effect", ascending=False, kind="stable").head(most)
    scales = {by: _scale(table, by) for by in ("effect", "drop")}
    rows: list[dict[Any, Any]] = table.rename_axis("name").reset_index().to_dict(orient="records")
    return [{"label": row["name"]} | row | {f"{by}_bar": _bar(row, by, scales[by]) for by in scales} for row in rows]


def _scale(table: pd.DataFrame, by: str) -> tuple[float, float]:
    """Ends of the axis on which bars and intervals lie."""
    values = table[[by, f"{by}_low", f"{by}_high"]].to_numpy(dtype=float)
    known = values[np.isfinite(values)]
    low, high = min(0.0, known.min(initial=0.0)), max(0.0, known.max(initial=0.0))
    return (low, high) if high > low else (0.0, 1.0)


def _bar(row: Any, by: str, ends: tuple[float, float]) -> dict[str, float | None] | None:
    low, high = ends

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    if not np.isfinite(row[by]):
        return None
    zero, end = place(0.0), place(row[by])
    bar: dict[str, float | None] = {"left": min(zero, end), "width": round(abs(end - zero), 2), "zero": zero}
    first, last = row[f"{by}_low"], row[f"{by}_high"]
    sound = np.isfinite(first) and np.isfinite(last)
    bar["from"] = place(first) if sound else None
    bar["reach"] = round(place(last) - place(first), 2) if sound else None
    return bar


def _shapes(report: ModelReport) -> list[dict[str, Any]]:
    """The strongest curves, then those of each criterion, weakest last; features without any effect are named only."""
    acting = report.features[report.features["sd"] > 0]
    first = _section("The strongest features", report, acting.index[:FIRST].tolist(), opened=True)
    sections = [first] if len(acting) else []
    for criterion in report.criteria.index:
        own = report.features[report.features["criterion"] == criterion]
        names = own.index[own["sd"] > 0].tolist()
        idle = own.loc[own["sd"] == 0, "label"].tolist()
        if names or idle:
            count = f"{len(names)} features" if len(names) != 1 else "1 feature"
            sections.append(_section(f"{str(criterion).capitalize()}: {count}", report, names) | {"idle": idle})
    return sections


def _section(title: str, report: ModelReport, names: Sequence[str], *, opened: bool = False) -> dict[str, Any]:
    ends = limits([report.curves[name] for name in names])
    curves = []
    for name in names:
        curve, row = report.curves[name], report.features.loc[name].to_dict()
        words = curve_words(row["label"], curve, row["unit"])
        curves.append(
            {
                "name": name,
                "label": row["label"],
                "criterion": row["criterion"],
                "unit": unit_text(row["unit"]),
                "effect": row["effect"],
                "missing": curve.missing,
                "missing_effect": curve.missing_effect,
                "svg": Markup(curve_svg(curve, ends, words, row["unit"])),
            }
        )
    return {"title": title, "opened": opened, "curves": curves, "idle": []}


def _charts(report: ModelReport) -> list[dict[str, Any]]:
    """Calibration and residuals as drawings with their tables."""
    if report.calibration is None or report.residuals is None:
        return []
    charts = []
    for title, plot, table, height in (
        ("Calibration", plot_calibration, report.calibration, 3.9),
        ("Residuals", plot_residuals, report.residuals, 1.0 + 0.62 * len(report.residuals)),
    ):
        figure = drawing(4.9, min(max(height, 2.2), 7.0))
        plot(report, figure.add_subplot())
        rows = table.reset_index().to_dict(orient="records")
        charts.append({"title": title, "plot": Markup(_themed(svg(figure))), "rows": rows})
    return charts


def _themed(drawn: str) -> str:
    """The same drawing in the colours of the page, which has a dark side, too."""
    for colour, name in ((INK, "--ink"), (ACCENT, "--accent"), (QUIET, "--faint")):
        drawn = drawn.replace(colour, f"var({name})")
    return drawn.replace("#000000", "var(--ink)")


def _galleries(report: ModelReport, finished: Callable[[], None]) -> list[dict[str, Any]]:
    galleries = []
    for name, title in _GALLERIES:
        shown: tuple[Shown, ...] = getattr(report, name)
        if shown:
            galleries.append({"name": name, "title": title, "photographs": [_card(one, finished) for one in shown]})
    return galleries


def _card(shown: Shown, finished: Callable[[], None]) -> dict[str, Any]:
    strongest = sorted(shown.effects.items(), key=lambda item: -abs(item[1]))[:3]
    residual = None if shown.answer is None or shown.rating is None else shown.rating - shown.answer
    picture = thumbnail(shown.source)
    finished()
    # What a photograph is called is its own; the folders that it lies in are nobody's business.
    name = shown.name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return {"name": name, "picture": picture, "shown": shown, "residual": residual, "strongest": strongest}


def thumbnail(source: Any) -> str | None:
    """A photograph as a small JPEG in a data URI, encoded anew from its pixels; None if there is none to be read."""
    if source is None:
        return None
    from PIL import Image

    try:
        pixels = load_image(source, min_side=THUMBNAIL)
    except (ImageError, OSError, TypeError, ValueError):
        return None
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80, optimize=True, progressive=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _together(correlations: pd.DataFrame) -> list[dict[str, Any]] | None:
    """Rows of the correlations of criteria, each cell with how strongly it is shaded; None for a single criterion."""
    if len(correlations) < 2:
        return None
    rows = []
    for name, row in correlations.iterrows():
        cells = [
            {"value": value, "own": other == name, "shade": 0 if value != value else round(55 * abs(value)), "up": value > 0}
            for other, value in row.items()
        ]
        rows.append({"name": name, "cells": cells})
    return rows
