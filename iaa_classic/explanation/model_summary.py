"""A model report in a few sentences: each restates numbers of the report, and says nothing that they do not support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .model_report import ModelReport

_LEADING = 3
"""Criteria and features that are named."""

_CLEAR = 0.7
"""Rank correlation of value and effect from which on more of a feature is said to help or to hurt."""


def summary(report: ModelReport) -> list[str]:
    """Three to five sentences: criteria, features, agreement, calibration, categories."""
    told = [_criteria(report), _features(report), _agreement(report), _spread(report), _categories(report)]
    return [sentence for sentence in told if sentence]


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign, a true minus; none where it rounds to zero."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else "−") + text


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _criteria(report: ModelReport) -> str:
    shares = report.criteria["share"].sort_values(ascending=False, kind="stable")
    shares = shares[shares > 0].head(_LEADING)
    if shares.empty:
        return "It gives all these photographs the same score."
    if len(report.criteria) == 1:
        return f"All of the score's differences come from one criterion, {shares.index[0]}."
    parts = [f"{name} ({100 * share:.0f} %)" for name, share in shares.items()]
    return f"Most of what sets the scores of these photographs apart comes from {_listed(parts)}."


def _features(report: ModelReport) -> str:
    table = report.features[report.features["effect"] > 0]
    if table.empty:
        return ""
    used = len(table)
    parts = []
    for label, trend in table[["label", "trend"]].head(_LEADING).itertuples(index=False):
        clear = abs(trend) >= _CLEAR  # false where it is undefined
        parts.append(label + (" (more helps)" if clear and trend > 0 else " (more hurts)" if clear else ""))
    verb = "acts" if used == 1 else "act"
    what = "feature" if len(parts) == 1 else "features"
    size = f"{table['effect'].iloc[0]:.2g}"
    return (
        f"{used} of {len(report.features)} features {verb}; the strongest {what}: {_listed(parts)}. "
        f"The strongest moves a score by {size} on average."
    )


def _agreement(report: ModelReport) -> str:
    if report.figures is None:
        return ""
    name = str(report.figures.index[0])
    row = report.figures.iloc[0]
    if np.isnan(row["value"]):
        return f"Agreement with the ratings ({name}) is undefined: the ratings or the scores do not differ."
    how = {
        "cross-validated": "each judged by a model that has not seen it",
        "held-out": "none of which the model has seen",
        "in-sample": "on which it was fitted, so that this flatters it",
        "unknown": "of which it may have seen some",
    }[report.basis]
    between = "" if np.isnan(row["low"]) else f" (95 % interval {row['low']:.2f} to {row['high']:.2f})"
    return f"Its {name} with the ratings is {row['value']:.2f}{between}, over {report.settings['judged']} photographs, {how}."


def _spread(report: ModelReport) -> str:
    if report.figures is None or "slope" not in report.figures.index:
        return ""
    row = report.figures.loc["slope"]
    if np.isnan([row["value"], row["low"], row["high"]]).any():
        return ""
    value = f"one point of prediction is worth {row['value']:.2f} points of rating"
    if row["high"] < 1:
        return f"Predictions are spread wider than ratings follow: {value}."
    if row["low"] > 1:
        return f"Predictions are more cautious than they need be: {value}."
    return f"Predictions are spread as they should be, within what so many photographs can tell: {value}."


def _categories(report: ModelReport) -> str:
    if report.residuals is None or len(report.residuals) < 2 or report.settings["answer"] == "class":
        return ""
    table = report.residuals
    off = table[(table["low"] > 0) | (table["high"] < 0)]
    if off.empty:
        return "No category is rated clearly higher or lower than predicted."
    place = int(off["mean"].abs().to_numpy().argmax())
    worst, mean = off.index[place], float(off["mean"].to_numpy()[place])
    way = "higher" if mean > 0 else "lower"
    return f"Photographs of “{worst}” are rated {abs(mean):.2f} points {way} than predicted: the largest clear difference."
