"""How the scores of a model meet what people said: figures, calibration, residuals by category, all with intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .resampling import ClassAgreement, RankAgreement, interval, linear_agreement, means

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Loss = Callable[[Floats, Floats], Floats]

TENTHS = 10
"""Parts of equally many photographs, by predicted rating, at most."""

_FEWEST = 5
"""Photographs of a part, and of a category of which a correlation is told, at least."""


def absolute(truth: Floats, answers: Floats) -> Floats:
    """Absolute errors, of which the mean is the MAE."""
    return np.abs(truth - answers)


def squared(truth: Floats, answers: Floats) -> Floats:
    """Squared errors, of which the mean is the mean squared error, for probabilities the Brier score."""
    return np.asarray((truth - answers) ** 2)


def figures(answer: str, truth: Floats, scores: Floats, answers: Floats, counts: Floats) -> pd.DataFrame:
    """Agreement over all photographs: ``value``, ``low``, ``high``, ``higher_is_better``; one row per figure.

    ``slope`` is that of the line from answers to truth (1 is best): below 1, the answers are spread too far.
    """
    import pandas as pd

    rank = (ClassAgreement if answer == "class" else RankAgreement)(truth, counts)
    table: dict[str, tuple[Floats, bool | None]] = {rank.label: (rank(scores), True)}
    correlation, slope = linear_agreement(truth, answers, counts)
    if answer == "class":
        table["accuracy"] = (means(((answers > 0.5) == (truth > 0)).astype(float), counts), True)
        table["Brier score"] = (means(squared(truth, answers), counts), False)
    else:
        table["PLCC"] = (correlation, True)
    if answer == "rating":
        table["MAE"] = (means(absolute(truth, answers), counts), False)
        table["RMSE"] = (np.sqrt(means(squared(truth, answers), counts)), False)
        table["bias"] = (means(answers - truth, counts), None)
        table["slope"] = (slope, None)
    rows = {}
    for name, (values, better) in table.items():
        low, high = interval(values)
        rows[name] = {"value": float(values[0]), "low": float(low), "high": float(high), "higher_is_better": better}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("figure")


def calibration(truth: Floats, answers: Floats, counts: Floats) -> pd.DataFrame:
    """Mean prediction and mean truth of each tenth of the photographs, by prediction, with the truth's interval.

    Columns ``n``, ``predicted``, ``truth``, ``low``, ``high``. There are fewer than ten parts where they would hold fewer than
    five photographs. Resamples leave the parts' limits where they are.
    """
    import pandas as pd

    parts = int(np.clip(len(truth) // _FEWEST, 1, TENTHS))
    order = np.argsort(answers, kind="stable")
    rows = []
    for part in np.array_split(order, parts):
        values = means(truth[part], counts[:, part])
        low, high = interval(values)
        rows.append(
            {
                "n": len(part),
                "predicted": float(answers[part].mean()),
                "truth": float(values[0]),
                "low": float(low),
                "high": float(high),
            }
        )
    return pd.DataFrame(rows).rename_axis("part")


def residuals(categories: NDArray[np.object_], truth: Floats, answers: Floats, counts: Floats, loss: Loss) -> pd.DataFrame:
    """Truth less prediction by category, most photographs first: ``n``, ``mean`` with ``low`` and ``high``, the quantiles
    ``q10``, ``q25``, ``median``, ``q75``, ``q90``, mean ``error`` and, of five photographs or more, ``SRCC``."""
    import pandas as pd

    rows = {}
    for name in sorted(set(categories.tolist())):
        own = np.flatnonzero(categories == name)
        off = truth[own] - answers[own]
        values = means(off, counts[:, own])
        low, high = interval(values)
        spread = dict(
            zip(("q10", "q25", "median", "q75", "q90"), np.quantile(off, (0.1, 0.25, 0.5, 0.75, 0.9)).tolist(), strict=True)
        )
        srcc = RankAgreement(truth[own], np.ones((1, len(own))))(answers[own])[0] if len(own) >= _FEWEST else np.nan
        rows[name] = {
            "n": len(own),
            "mean": float(values[0]),
            "low": float(low),
            "high": float(high),
            **spread,
            "error": float(loss(truth[own], answers[own]).mean()),
            "SRCC": float(srcc),
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("category")
    return table.sort_values("n", ascending=False, kind="stable")
