"""How well a kind of model predicts answers that it has not seen, beside baselines, with intervals.

Photographs of one group are never split, or the official split is kept. Every figure stands beside two baselines: a constant,
and the same kind of model that sees nothing but the mean lightness.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from . import metrics
from .metrics import bootstrap_interval
from .tasks import EACH_ATTRIBUTE, Answers, Task

BRIGHTNESS = "mean_lightness"
"""The feature that a model of brightness alone sees."""

_KINDS = {
    "gbm": "gradient-boosted trees",
    "svm": "support vector machine",
    "both": "mean of gradient-boosted trees and support vector machine",
}
"""What the parameter ``model`` of our estimators means."""

_FEWEST = 5
"""Photographs of a category below which no figure is given for it."""


@dataclass(frozen=True)
class Evaluation:
    """Held-out predictions and what they are worth.

    Attributes
    ----------
    task : Task
    figures : DataFrame, one row per figure
        ``value`` over all held-out photographs together, ``low`` and ``high`` of its 95 % bootstrap interval (over groups),
        ``fold_mean`` (weighted by size) and ``fold_sd`` over folds, ``constant`` and ``brightness``: the mean over folds of the
        two baselines (NaN where undefined, as correlations of a constant are), and ``higher_is_better``.
    categories : DataFrame or None
        One row per category: ``n`` and each figure over its held-out photographs.
    predictions : DataFrame
        Index that of ``X``; ``fold``, truth and prediction.
    settings : dict
        What was done: estimator, counts, folds, seed, the names of classes, levels or attributes.
    attributes : DataFrame or None
        One row per attribute: ``n``, ``SRCC`` with ``low`` and ``high`` of its interval, ``PLCC``, ``MAE``, and of the
        baselines ``constant MAE`` and ``brightness SRCC``, over all held-out photographs together.
    """

    task: Task
    figures: pd.DataFrame
    categories: pd.DataFrame | None
    predictions: pd.DataFrame
    settings: dict[str, Any] = field(default_factory=dict)
    attributes: pd.DataFrame | None = None

    def to_dict(self) -> dict[str, Any]:
        """Everything but the predictions, ready for JSON; what is undefined is None."""
        return {
            "task": self.task.name,
            "settings": self.settings,
            "figures": _plain(self.figures),
            "categories": None if self.categories is None else _plain(self.categories),
            "attributes": None if self.attributes is None else _plain(self.attributes),
        }


def evaluate(
    estimator: Any,
    X: pd.DataFrame,
    y: ArrayLike,
    *,
    task: Task,
    groups: ArrayLike | None = None,
    split: ArrayLike | None = None,
    categories: ArrayLike | None = None,
    names: Sequence[Any] | None = None,
    n_splits: int = 10,
    n_resamples: int = 1000,
    seed: int = 0,
    finished: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Fit clones of ``estimator`` on some photographs and judge them on others.

    Parameters
    ----------
    estimator : estimator
        Unfitted, of the kind that ``task.estimator`` gives.
    X : DataFrame, shape (n, n_features)
    y : array-like, shape (n,) or (n, n_answers)
        Ratings; class codes 0, 1, ... for the task "class"; counts or shares of scores for "distribution"; one column per
        attribute for "attributes".
    groups : array-like of length n, optional
        Photographs of one group stay together, in folds and in the bootstrap.
    split : array-like of length n, optional
        "train", "validation" or "test": fit on the first two, judge on the last. Without it, grouped folds.
    categories : array-like of length n, optional
        Figures are given for each category as well.
    names : sequence, optional
        Of the classes, of the attributes, or the levels of a distribution: what the columns and codes of ``y`` are called.
    n_splits : int
        Folds, at most the number of groups.
    finished : callable
        Called after each fold.

    Raises
    ------
    ValueError
        If there is nothing to split, the split has no training or no test photographs, or the photographs to fit on are all
        of one class.
    """
    answers = np.asarray(y, dtype=float)
    ids = np.arange(len(X)) if groups is None else np.unique(np.asarray(groups).astype(str), return_inverse=True)[1]
    if split is not None:
        parts = _official(np.asarray(split))
    else:
        parts = grouped_folds(answers if task.name == "class" else None, ids, n_splits=n_splits, seed=seed)
    held_out, fold = _held_out(estimator, X, answers, parts, task, None if groups is None else ids, finished)
    judged = np.flatnonzero(fold >= 0)
    truth = answers[judged]
    own = {name: table[judged] for name, table in held_out.items()}
    resampling = {"n_resamples": n_resamples, "seed": seed}
    figures = _figures(task, truth, own, fold[judged], ids[judged], **resampling)
    settings: dict[str, Any] = {
        "estimator": type(estimator).__name__,
        "model": _KINDS.get(_kind(estimator)),
        "photographs": len(X),
        "judged": len(judged),
        "groups": len(np.unique(ids)) if groups is not None else None,
        "split": "official" if split is not None else f"{len(parts)} folds",
        "seed": seed,
        "features": X.shape[1],
        "resamples": n_resamples,
    }
    if names is not None:
        kinds = {"class": "classes", "distribution": "levels", "attributes": "attributes"}
        settings[kinds[task.name]] = list(names)
    return Evaluation(
        task=task,
        figures=figures,
        categories=None if categories is None else _per_category(task, np.asarray(categories)[judged], truth, own["model"]),
        predictions=_table(X.index[judged], fold[judged], truth, own["model"]),
        settings=settings,
        attributes=_per_attribute(truth, own, ids[judged], names, **resampling) if task.name == "attributes" else None,
    )


def _held_out(
    estimator: Any,
    X: pd.DataFrame,
    answers: Answers,
    parts: list[tuple[NDArray[np.intp], NDArray[np.intp]]],
    task: Task,
    groups: NDArray[Any] | None,
    finished: Callable[[], None],
) -> tuple[dict[str, Answers], NDArray[np.int64]]:
    """What the model and the baselines say of photographs that they have not seen, and the fold of each (-1: not judged)."""
    from sklearn.base import clone

    width = int(answers.max()) + 1 if task.name == "class" else 0
    fold = np.full(len(X), -1)
    held_out: dict[str, Answers] = {}
    alone = X[[BRIGHTNESS]] if BRIGHTNESS in X else None
    for number, (train, test) in enumerate(parts):
        if width and len(np.unique(answers[train])) < 2:
            raise ValueError("the photographs to fit on are all of one class; give more photographs or fewer folds")
        fold[test] = number
        some = None if groups is None else groups[train]
        for name, table in (("model", X), ("brightness", alone)):
            if table is not None:
                fitted = task.fit(clone(estimator), table.iloc[train], answers[train], some)
                _keep(held_out, name, len(X), test, task.predictions(fitted, table.iloc[test], width))
        _keep(held_out, "constant", len(X), test, task.constant(answers[train], len(test), width))
        finished()
    return held_out, fold


def _kind(estimator: Any) -> str:
    """The parameter ``model`` of an estimator, or of the one inside it."""
    parameters = estimator.get_params()
    return str(parameters.get("model", parameters.get("estimator__model")))


def _official(split: NDArray[Any]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """One part: fitted on "train" and "validation", judged on "test"."""
    names = split.astype(str)
    train, test = np.flatnonzero(np.isin(names, ("train", "validation"))), np.flatnonzero(names == "test")
    if not train.size or not test.size:
        raise ValueError(f"the split has {len(train)} training and {len(test)} test photographs; both are needed")
    return [(train, test)]


def grouped_folds(
    classes: Answers | None, ids: NDArray[Any], *, n_splits: int, seed: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Folds that split no group, shuffled only where every photograph is a group of its own; classes are spread evenly."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold

    units = len(np.unique(ids))
    if units < 2:
        raise ValueError(f"cross-validation needs at least 2 groups of photographs, got {units}")
    count = min(n_splits, units)
    if classes is not None:
        count = max(2, min(count, np.bincount(classes.astype(int)).max()))
        splitter: Any = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    else:
        splitter = GroupKFold(count) if units < len(ids) else KFold(count, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # A class that some fold lacks is allowed for.
        warnings.filterwarnings("ignore", message="The least populated class")
        return list(splitter.split(ids, classes, None if isinstance(splitter, KFold) else ids))


def _keep(tables: dict[str, Answers], name: str, rows: int, where: NDArray[np.intp], values: Answers) -> None:
    """Put the predictions for some photographs into their rows."""
    if name not in tables:
        tables[name] = np.full((rows, *values.shape[1:]), np.nan)
    tables[name][where] = values


def _figures(
    task: Task,
    truth: Answers,
    predicted: dict[str, Answers],
    fold: NDArray[np.int64],
    ids: NDArray[Any],
    *,
    n_resamples: int,
    seed: int,
) -> pd.DataFrame:
    """The table ``Evaluation.figures``."""
    rows = {}
    members = [np.flatnonzero(fold == number) for number in np.unique(fold)]
    for label, function, higher_is_better in task.figures:
        folds = {name: [function(truth[own], table[own]) for own in members] for name, table in predicted.items()}
        sizes, model = [len(own) for own in members], folds["model"]
        low, high = bootstrap_interval(function, truth, predicted["model"], groups=ids, n_resamples=n_resamples, seed=seed)
        rows[label] = {
            "value": function(truth, predicted["model"]),
            "low": low,
            "high": high,
            "fold_mean": float(np.average(model, weights=sizes)),
            "fold_sd": float(np.std(model, ddof=1)) if len(model) > 1 else np.nan,
            # Within folds, since the constants of several folds would together look like a (bad) prediction.
            "constant": float(np.average(folds["constant"], weights=sizes)),
            "brightness": float(np.average(folds["brightness"], weights=sizes)) if "brightness" in folds else np.nan,
            "higher_is_better": higher_is_better,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("figure")
    return table.astype({"higher_is_better": bool})


def _per_category(task: Task, categories: NDArray[Any], truth: Answers, predicted: Answers) -> pd.DataFrame:
    """Each figure over the photographs of each category; NaN for a category of too few."""
    rows: dict[Any, dict[str, Any]] = {}
    names = categories.astype(str)
    for name in np.unique(names):
        own = names == name
        enough = own.sum() >= _FEWEST
        rows[name] = {"n": int(own.sum())} | {
            figure.label: figure.function(truth[own], predicted[own]) if enough else np.nan for figure in task.figures
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("category")


def _per_attribute(
    truth: Answers,
    predicted: dict[str, Answers],
    ids: NDArray[Any],
    names: Sequence[Any] | None,
    *,
    n_resamples: int,
    seed: int,
) -> pd.DataFrame:
    """The table ``Evaluation.attributes``."""
    rank = EACH_ATTRIBUTE[0].function
    rows: dict[str, dict[str, Any]] = {}
    for column in range(truth.shape[1]):
        known = ~np.isnan(truth[:, column])
        name = f"attribute {column + 1}" if names is None else str(names[column])
        rows[name] = {"n": int(known.sum())}
        if not known.any():
            continue
        true = truth[known, column]
        own = {kind: table[known, column] for kind, table in predicted.items()}
        interval = bootstrap_interval(rank, true, own["model"], groups=ids[known], n_resamples=n_resamples, seed=seed)
        figures = {label: function(true, own["model"]) for label, function, _ in EACH_ATTRIBUTE}
        rows[name] |= {"SRCC": figures.pop("SRCC"), "low": interval[0], "high": interval[1]} | figures
        rows[name]["constant MAE"] = metrics.mae(true, own["constant"])
        rows[name]["brightness SRCC"] = rank(true, own["brightness"]) if "brightness" in own else np.nan
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("attribute")


def _table(index: pd.Index, fold: NDArray[np.int64], truth: Answers, predicted: Answers) -> pd.DataFrame:
    """Fold, truth and prediction, one column each, or one per answer."""
    parts = {"fold": fold}
    for name, table in (("truth", truth), ("prediction", predicted)):
        if table.ndim == 1:
            parts[name] = table
        else:
            parts |= {f"{name}_{k}": table[:, k] for k in range(table.shape[1])}
    return pd.DataFrame(parts, index=index)


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts, with None for what is undefined."""
    rows = table.reset_index().to_dict(orient="records")
    return [
        {str(key): None if isinstance(value, float) and not np.isfinite(value) else value for key, value in row.items()}
        for row in rows
    ]
