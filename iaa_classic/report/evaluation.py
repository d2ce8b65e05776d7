"""The page of an evaluation: figures beside their baselines, and how predictions meet the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from .. import __version__
from ..evaluation import Evaluation
from .pages import ACCENT, INK, QUIET, as_label, drawing, plain_axes, svg, templates


def evaluation_page(evaluation: Evaluation, title: str) -> str:
    """One self-contained HTML page: no script, nothing from the network, all text escaped.

    Parameters
    ----------
    evaluation : Evaluation
    title : str
        What was evaluated, such as the name of the dataset.
    """
    page: str = (
        templates()
        .get_template("evaluation.html")
        .render(
            title=title,
            task=evaluation.task,
            folds=evaluation.settings["split"] != "official",
            settings=evaluation.settings,
            figures=evaluation.figures.reset_index().to_dict(orient="records"),
            categories=_rows(evaluation.categories),
            attributes=_rows(evaluation.attributes),
            plot=None if (drawn := _plot(evaluation)) is None else Markup(drawn),
            version=__version__,
        )
    )
    return page


def _rows(table: Any) -> list[dict[str, Any]] | None:
    """Rows of a table of figures; None where there is no table or nothing to compare."""
    if table is None or len(table) < 2:
        return None
    rows: list[dict[str, Any]] = table.reset_index().to_dict(orient="records")
    return rows


def _plot(evaluation: Evaluation) -> str | None:
    """Truth against prediction, what was predicted for each class or share of ratings, or how well each attribute is."""
    table = evaluation.predictions
    if evaluation.task.name == "class":
        return _classes(evaluation)
    if evaluation.attributes is not None:
        return _attributes(evaluation.attributes)
    if "prediction" in table:
        return scatter(table["truth"].to_numpy(), table["prediction"].to_numpy())
    if evaluation.task.name == "distribution":
        truth, predicted = (_shares(table, name) for name in ("truth", "prediction"))
        return _mean_shares(truth, predicted, evaluation.settings.get("levels"))
    return None


def _attributes(table: Any) -> str:
    """Rank correlation of each attribute as a bar with its interval, and that of brightness alone as a dot."""
    ordered = table.sort_values("SRCC", na_position="first")
    places = np.arange(len(ordered))
    figure = drawing(7.2, 0.8 + 0.36 * len(ordered))
    axes = plain_axes(figure.add_subplot())
    axes.barh(places, ordered["SRCC"], height=0.6, color=ACCENT, label="model")
    reach = np.maximum([ordered["SRCC"] - ordered["low"], ordered["high"] - ordered["SRCC"]], 0)
    axes.errorbar(ordered["SRCC"], places, xerr=reach, fmt="none", ecolor=INK, elinewidth=1.2, capsize=3)
    axes.plot(ordered["brightness SRCC"], places, "o", color=QUIET, markeredgecolor=INK, label="brightness alone")
    axes.axvline(0, color=QUIET, linewidth=0.8)
    axes.set_yticks(places, [as_label(name) for name in ordered.index])
    axes.set_xlabel("SRCC with the ratings (bar: 95 % interval)")
    axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1, 1))
    return svg(figure)


def _shares(table: Any, name: str) -> Any:
    values = table[[column for column in table if column.startswith(f"{name}_")]].to_numpy()
    return values / values.sum(axis=1, keepdims=True)


def scatter(truth: Any, predicted: Any) -> str:
    """Points of truth against prediction, with the mean truth per tenth of the predictions."""
    figure = drawing(5.2, 4.2)
    axes = plain_axes(figure.add_subplot())
    axes.scatter(predicted, truth, s=12, color=ACCENT, alpha=0.35, linewidths=0)
    edges = np.quantile(predicted, np.linspace(0, 1, 11))
    part = np.clip(np.searchsorted(edges, predicted, side="right") - 1, 0, 9)
    means = [(predicted[part == k].mean(), truth[part == k].mean()) for k in range(10) if (part == k).sum() > 1]
    if means:
        axes.plot(*zip(*means, strict=True), color=INK, marker="o", markersize=4, linewidth=1.5, label="mean of each tenth")
        axes.legend(frameon=False, fontsize=9)
    axes.set_xlabel("prediction for photographs not seen in training")
    axes.set_ylabel("rating")
    return svg(figure)


def _mean_shares(truth: Any, predicted: Any, levels: Any) -> str:
    """Mean true and predicted share of each score, and of the tenth predicted best and worst."""
    positions = np.arange(truth.shape[1])
    order = np.argsort(predicted @ positions)
    tenth = max(1, len(order) // 10)
    figure = drawing(7.2, 3.2)
    for place, (rows, name) in enumerate(((order[:tenth], "tenth predicted worst"), (order[-tenth:], "tenth predicted best"))):
        axes = plain_axes(figure.add_subplot(1, 2, place + 1))
        axes.bar(positions - 0.2, truth[rows].mean(axis=0), width=0.4, color=QUIET, label="ratings")
        axes.bar(positions + 0.2, predicted[rows].mean(axis=0), width=0.4, color=ACCENT, label="predicted")
        axes.set_title(name, fontsize=10, color=INK)
        axes.set_xlabel("score")
        axes.set_xticks(positions, [f"{level:g}" for level in levels or positions + 1])
        axes.set_ylabel("share")
        axes.legend(frameon=False, fontsize=9)
    return svg(figure)


def _classes(evaluation: Evaluation) -> str:
    """How the predicted probability is spread for the photographs of each true class."""
    truth = evaluation.predictions["truth"].to_numpy()
    shares = _shares(evaluation.predictions, "prediction")
    names = evaluation.settings.get("classes") or [str(k) for k in range(shares.shape[1])]
    figure = drawing(5.2, 3.4)
    axes = plain_axes(figure.add_subplot())
    colours = [QUIET, ACCENT] if shares.shape[1] == 2 else [None] * shares.shape[1]
    column = 1 if shares.shape[1] == 2 else None
    for code, name in enumerate(names):
        own = truth == code
        if own.any():
            values = shares[own, column if column is not None else code]
            axes.hist(
                values, bins=np.linspace(0, 1, 21), histtype="step", linewidth=2, label=as_label(name), color=colours[code]
            )
    axes.set_xlabel(f"predicted probability of “{as_label(names[1])}”" if column else "predicted probability of the true class")
    axes.set_ylabel("photographs")
    axes.legend(frameon=False, fontsize=9, title="true class", title_fontsize=9)
    return svg(figure)
