"""Plots of a model report on matplotlib axes, for notebooks and papers; the page draws with them, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..explanation.model_report import ModelReport
from .pages import ACCENT, INK, QUIET, as_label, drawing, plain_axes

if TYPE_CHECKING:
    import pandas as pd

HELPS, HURTS = "#16697f", "#a8431f"
"""Colours of effects that raise and that lower the score."""


def plot_importance(
    report: ModelReport, ax: Any = None, *, by: str = "effect", of: str = "criteria", most: int | None = 15, labels: bool = True
) -> Any:
    """Bars of importance with their 95 % intervals, the largest on top.

    Parameters
    ----------
    report : ModelReport
    ax : matplotlib Axes, optional
        Drawn on a figure of its own if left out.
    by : {"effect", "drop", "rise"}
        Mean absolute effect, drop of the agreement, or rise of the error when shuffled.
    of : {"criteria", "features"}
    most : int or None
        Bars at most; None draws all.
    labels : bool
        Call features by their labels instead of their names.

    Returns
    -------
    matplotlib Axes
    """
    _check("by", by, ("effect", "drop", "rise"))
    _check("of", of, ("criteria", "features"))
    table: pd.DataFrame = getattr(report, of).sort_values(by, ascending=False, kind="stable").head(most)[::-1]
    ax = _axes(ax, 6.4, 0.9 + 0.3 * len(table))
    places = np.arange(len(table))
    values = table[by].to_numpy(dtype=float)
    ax.barh(places, values, height=0.62, color=ACCENT)
    low, high = (table[f"{by}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    if not np.isnan(low).all():
        reach = np.maximum(np.array([values - low, high - values]), 0)
        ax.errorbar(values, places, xerr=reach, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5)
    names = table["label"] if of == "features" and labels else table.index
    ax.set_yticks(places, [as_label(name) for name in names])
    ax.axvline(0, color=QUIET, linewidth=0.8)
    ax.set_xlabel(importance_title(report, by))
    return ax


def importance_title(report: ModelReport, by: str) -> str:
    """What a bar of importance measures, with its unit."""
    settings = report.settings
    if by == "effect":
        return f"mean absolute effect, {_unit(report)}"
    name = settings["agreement"] if by == "drop" else settings["error"]
    if report.basis == "none":
        return f"{'drop of the SRCC' if by == 'drop' else 'mean change of the score'} with its own scores when shuffled"
    return f"{'drop' if by == 'drop' else 'rise'} of the {name} when shuffled"


def plot_dependence(report: ModelReport, feature: str, ax: Any = None) -> Any:
    """Effect of a feature against its value: a point per photograph, the mean with its 10-90 % band, and the density of values.

    Parameters
    ----------
    report : ModelReport
    feature : str
        A name in ``report.features``.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    if feature not in report.curves:
        raise ValueError(f"the report knows no feature {feature!r}; names are in report.features.index")
    curve, record = report.curves[feature], report.features.loc[feature]
    ax = _axes(ax, 4.4, 3.2)
    if curve.counts.size:
        density = ax.inset_axes((0, 0, 1, 0.16), sharex=ax)
        density.bar(curve.edges[:-1], curve.counts, width=np.diff(curve.edges), align="edge", color=QUIET, alpha=0.55)
        density.axis("off")
    ax.axhline(0, color=QUIET, linewidth=0.8)
    ax.scatter(curve.values, curve.effects, s=7, color=ACCENT, alpha=0.3, linewidths=0, rasterized=len(curve.values) > 2000)
    if len(curve.centres) > 1:
        ax.fill_between(curve.centres, curve.low, curve.high, color=ACCENT, alpha=0.18, linewidth=0)
    ax.plot(curve.centres, curve.mean, color=INK, linewidth=1.6, marker="o" if len(curve.centres) == 1 else None, markersize=4)
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.22 * (high - low), high)  # room for the density below the points
    unit = "" if record["unit"] in ("1", "") else f", {record['unit']}"
    ax.set_xlabel(as_label(f"{record['label']}{unit}"))
    ax.set_ylabel(f"effect, {_unit(report)}")
    return ax


def plot_calibration(report: ModelReport, ax: Any = None) -> Any:
    """Mean rating against mean prediction of each tenth of the photographs, with 95 % intervals, beside the diagonal.

    Raises ``ValueError`` if the report has no ratings.
    """
    if report.calibration is None:
        raise ValueError("the report was made without ratings; there is nothing to calibrate against")
    table = report.calibration
    ax = _axes(ax, 4.4, 3.8)
    x, y = table["predicted"].to_numpy(dtype=float), table["truth"].to_numpy(dtype=float)
    low, high = (table[end].to_numpy(dtype=float) for end in ("low", "high"))
    ends = [float(np.nanmin([x, y, low])), float(np.nanmax([x, y, high]))]
    ax.plot(ends, ends, color=QUIET, linewidth=1, linestyle=(0, (4, 3)), label="perfect")
    if not np.isnan(low).all():
        ax.errorbar(x, y, yerr=np.maximum([y - low, high - y], 0), fmt="none", ecolor=QUIET, elinewidth=1.2, capsize=2.5)
    ax.plot(x, y, color=ACCENT, marker="o", markersize=5, linewidth=1.4, label=_parts(len(table)))
    ax.set_xlabel(f"predicted {as_label(report.settings['rating'])}")
    ax.set_ylabel(as_label(report.settings["rating"]))
    ax.legend(frameon=False, fontsize=9, loc="upper left", labelcolor=INK)
    return ax


def _parts(count: int) -> str:
    return {1: "all photographs", 10: "tenths of the photographs"}.get(count, f"{count} equal parts of the photographs")


def plot_residuals(report: ModelReport, ax: Any = None) -> Any:
    """Rating less prediction by category: 10-90 % as a line, the middle half as a bar, the mean as a dot with its interval.

    Raises ``ValueError`` if the report has no ratings.
    """
    if report.residuals is None:
        raise ValueError("the report was made without ratings; there are no residuals")
    table = report.residuals[::-1]
    ax = _axes(ax, 5.2, 1.1 + 0.5 * len(table))
    places = np.arange(len(table))
    ax.axvline(0, color=QUIET, linewidth=0.8)
    ax.hlines(places, table["q10"], table["q90"], color=QUIET, linewidth=1.2)
    ax.barh(places, table["q75"] - table["q25"], left=table["q25"], height=0.5, color=ACCENT, alpha=0.3)
    ax.vlines(table["median"], places - 0.25, places + 0.25, color=ACCENT, linewidth=1.6)
    mean = table["mean"].to_numpy(dtype=float)
    reach = np.maximum([mean - table["low"].to_numpy(dtype=float), table["high"].to_numpy(dtype=float) - mean], 0)
    ax.errorbar(mean, places, xerr=np.nan_to_num(reach), fmt="o", markersize=5, color=INK, elinewidth=1.4, capsize=3)
    ax.set_yticks(places, [as_label(f"{name} ({n})") for name, n in zip(table.index, table["n"], strict=True)])
    ax.set_xlabel(f"{as_label(report.settings['rating'])} less prediction")
    return ax


def _axes(ax: Any, width: float, height: float) -> Any:
    return plain_axes(drawing(width, height).add_subplot() if ax is None else ax)


def _unit(report: ModelReport) -> str:
    return {"class": "decision units", "order": "logits"}.get(report.settings["answer"], "points")


def _check(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
