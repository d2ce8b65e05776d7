"""The kinds of answers that can be learnt from ratings: which estimator gives each, and by which figures it is judged.

A figure takes true and predicted answers, arrays of one row per photograph, and gives one number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .errors import UserError

Answers = NDArray[Any]


class Figure(NamedTuple):
    """One measure of agreement: how it is called, and whether more of it is better."""

    label: str
    function: Callable[[Answers, Answers], float]
    higher_is_better: bool = True


@dataclass(frozen=True)
class Task:
    """One kind of answer.

    Attributes
    ----------
    name : str
    what : str
        What is learnt, in a few words.
    figures : tuple of Figure
        The first is the one to look at.
    """

    name: str
    what: str
    figures: tuple[Figure, ...]

    def estimator(self, model: str = "both", *, seed: int = 0, levels: Sequence[float] | None = None) -> Any:
        """An unfitted estimator of this kind of answer; ``levels`` are the scores of a distribution."""
        from . import models

        if self.name == "class":
            return models.AestheticClassifier(model, random_state=seed)
        if self.name == "rank":
            return models.AestheticRanker(model, random_state=seed)
        regressor = models.AestheticRegressor(model, random_state=seed)
        if self.name == "distribution":
            return models.ScoreDistributionRegressor(regressor, levels=None if levels is None else list(levels))
        return models.AttributeRegressor(regressor) if self.name == "attributes" else regressor

    def fit(self, estimator: Any, X: Any, y: Any, groups: Any = None) -> Any:
        """The estimator, fitted; groups of photographs stay together where a class's probabilities are calibrated, and where
        the weight of learned content is chosen.

        A ranker gets no groups: it would compare photographs of one group alone.
        """
        grouped = groups is not None and (self.name == "class" or getattr(estimator, "_takes_groups", False))
        return estimator.fit(X, y, groups=groups) if grouped else estimator.fit(X, y)

    def predictions(self, fitted: Any, X: Any, width: int | None = None) -> Answers:
        """What the figures compare with the truth: scores, shares of ratings, one column per attribute, or probabilities.

        ``width`` is the number of classes, of which the fitted one may have seen fewer.
        """
        if self.name == "class":
            chances = np.zeros((len(X), width or len(fitted.classes_)))
            chances[:, np.asarray(fitted.classes_).astype(int)] = fitted.predict_proba(X)
            return chances
        if self.name == "distribution":
            return np.asarray(fitted.predict_distribution(X))
        return np.asarray(fitted.predict(X))

    def constant(self, y: Answers, rows: int, width: int = 0) -> Answers:
        """What a model that has seen no photograph answers: the mean answer, or the share of each (of ``width``) class."""
        if self.name == "class":
            return np.tile(np.bincount(y.astype(int), minlength=width) / len(y), (rows, 1))
        if self.name == "distribution":
            shares = y / y.sum(axis=1, keepdims=True)
            return np.tile(shares.mean(axis=0), (rows, 1))
        return np.tile(np.nanmean(y, axis=0), (rows, 1) if y.ndim == 2 else rows)


def task_named(name: str) -> Task:
    """The task of this name; ``UserError`` if there is none."""
    if name not in TASKS:
        raise UserError(f"there is no task {name!r}; choose from {', '.join(TASKS)}")
    return TASKS[name]


def _class_figures() -> tuple[Figure, ...]:
    def auc(true: Answers, shares: Answers) -> float:
        from sklearn.metrics import roc_auc_score

        present = np.unique(true)
        if len(present) < 2:
            return float("nan")
        if shares.shape[1] == 2:
            return float(roc_auc_score(true, shares[:, 1]))
        one_against_rest = [roc_auc_score(true == k, shares[:, int(k)]) for k in present]
        return float(np.mean(one_against_rest))

    def right(true: Answers, shares: Answers) -> float:
        return float(np.mean(true == shares.argmax(axis=1)))

    def balanced(true: Answers, shares: Answers) -> float:
        chosen = shares.argmax(axis=1)
        return float(np.mean([np.mean(chosen[true == k] == k) for k in np.unique(true)]))

    def f1(true: Answers, shares: Answers) -> float:
        from sklearn.metrics import f1_score

        average = "binary" if shares.shape[1] == 2 else "macro"
        return float(f1_score(true, shares.argmax(axis=1), average=average, zero_division=0))

    return (
        Figure("AUC", auc),
        Figure("accuracy", right),
        Figure("balanced accuracy", balanced),
        Figure("F1", f1),
    )


def _mean_of(distance: Callable[..., Any], **options: Any) -> Callable[[Answers, Answers], float]:
    return lambda true, shares: float(np.mean(distance(true, shares, **options)))


def _moment(true: Answers, shares: Answers, spread: bool) -> float:
    """SRCC of the distributions' means, or of their standard deviations."""
    positions = np.arange(true.shape[1])
    pair = []
    for table in (true, shares):
        share = table / table.sum(axis=1, keepdims=True)
        mean = share @ positions
        pair.append(np.sqrt(np.maximum(share @ positions**2 - mean**2, 0)) if spread else mean)
    return metrics.srcc(*(np.round(values, 12) for values in pair))


def _pairwise(true: Answers, predicted: Answers) -> float:
    """``metrics.pairwise_accuracy`` without a gap, from Kendall's tau-b: quick also for many photographs.

    accuracy = 1/2 + tau_b / 2 sqrt((n0 - ties in predictions) / (n0 - ties in ratings)),    n0 = n (n - 1) / 2
    """

    def untied(values: Answers) -> float:
        counts = np.unique(values, return_counts=True)[1].astype(float)
        return float(len(values) * (len(values) - 1) / 2 - (counts * (counts - 1) / 2).sum())

    if not untied(true):
        return float("nan")
    agreement = metrics.krcc(true, predicted)
    return 0.5 if np.isnan(agreement) else 0.5 + agreement / 2 * float(np.sqrt(untied(predicted) / untied(true)))


def _known(function: Callable[..., float]) -> Callable[[Answers, Answers], float]:
    """The mean over attributes of a figure, each over the photographs with a rating."""

    def over_attributes(true: Answers, predicted: Answers) -> float:
        values = []
        for column in range(true.shape[1]):
            known = ~np.isnan(true[:, column])
            values.append(function(true[known, column], predicted[known, column]) if known.any() else np.nan)
        return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")

    return over_attributes


_SCORE = (
    Figure("SRCC", metrics.srcc),
    Figure("PLCC", metrics.plcc),
    Figure("KRCC", metrics.krcc),
    Figure("MAE", metrics.mae, False),
    Figure("RMSE", metrics.rmse, False),
)

_RANK = (
    Figure("pairwise accuracy", _pairwise),
    Figure("SRCC", metrics.srcc),
    Figure("KRCC", metrics.krcc),
    Figure("NDCG", metrics.ndcg),
)

_DISTRIBUTION = (
    Figure("EMD r=1", _mean_of(metrics.emd, r=1), False),
    Figure("EMD r=2", _mean_of(metrics.emd, r=2), False),
    Figure("chi-square distance", _mean_of(metrics.chi_square_distance), False),
    Figure("KL divergence", _mean_of(metrics.kl_divergence), False),
    Figure("SRCC of the mean", lambda true, shares: _moment(true, shares, spread=False)),
    Figure("SRCC of the spread", lambda true, shares: _moment(true, shares, spread=True)),
)

_ATTRIBUTES = (
    Figure("SRCC, mean over attributes", _known(metrics.srcc)),
    Figure("PLCC, mean over attributes", _known(metrics.plcc)),
    Figure("MAE, mean over attributes", _known(metrics.mae), False),
)

EACH_ATTRIBUTE = (_SCORE[0], _SCORE[1], _SCORE[3])
"""The figures of ``attributes`` for one attribute alone."""

TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        Task("score", "the mean rating", _SCORE),
        Task("class", "the class, such as good or bad", _class_figures()),
        Task("rank", "an order: which of two photographs is preferred", _RANK),
        Task("distribution", "how the ratings spread over the scores", _DISTRIBUTION),
        Task("attributes", "several criteria's ratings at once", _ATTRIBUTES),
    )
}
"""All tasks by name."""
