"""What a fitted model has learnt, as data: importance, shapes of effects, agreement with ratings, galleries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import UserError
from .dependence import Dependence
from .model_summary import summary
from .report_data import Basis, Table, prepared
from .report_parts import importance_tables, judged_tables, shapes, shown_photographs

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ModelReport", "Shown", "model_report"]

Floats = NDArray[np.float64]
Tell = Callable[[str, int, int], None]

GALLERIES = ("best", "worst", "underrated", "overrated")
"""Attributes of a report that hold photographs."""

_TABLES = ("figures", "criteria", "features", "calibration", "residuals")


@dataclass(frozen=True)
class Shown:
    """One photograph of a gallery.

    Attributes
    ----------
    source : object
        As given: a path, bytes, an array, a picture; None without sources.
    name : str
        The source in words, or what the index of the features calls it.
    score : float
        Of the model, in points of its scale.
    percentile : float
        Share of the photographs that the model was fitted on, in percent, that score lower.
    answer, rating : float or None
        What the model predicts on the scale of the ratings (by a model that has not seen the photograph, where the report is
        cross-validated), and what people said.
    effects : dict of str to float
        Each criterion's effect, in points of the score.
    """

    source: Any
    name: str
    score: float
    percentile: float
    answer: float | None
    rating: float | None
    effects: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Everything but the source itself, ready for JSON."""
        return {key: value for key, value in vars(self).items() if key != "source"} | {"effects": dict(self.effects)}


@dataclass(frozen=True, eq=False)
class ModelReport:
    """What a fitted model does over some photographs, and how well its scores agree with ratings.

    Attributes
    ----------
    settings : dict
        ``estimator``, ``photographs``, ``judged`` (those with a rating and a judge), ``effects_of`` (those whose Shapley values
        were computed), ``shuffled`` (those over which columns were shuffled), ``repeats``, ``resamples``, ``seed``, ``groups``,
        ``criteria``, ``features`` (numbers), ``folds``, ``answer`` (kind of answer), ``score`` and ``rating`` (what they are
        called), ``agreement`` and ``error`` (names of the figures by which shuffling is judged), and ``notes``.
    basis : {"cross-validated", "held-out", "in-sample", "unknown", "none"}
        What the figures of agreement rest on. ``basis_text`` says it in a sentence.
    scale : (float, float)
        Ends of the model's scale.
    baseline : float
        Mean score of the photographs that the model was fitted on.
    figures : DataFrame or None
        Agreement with the ratings: ``value``, ``low``, ``high``; None without ratings.
    criteria : DataFrame, one row per criterion
        ``features`` (their number), ``effect`` (mean absolute effect, points) with ``effect_low`` and ``effect_high``, ``sd``
        of the effects, ``share`` of the score's variance; ``drop`` of the agreement and ``rise`` of the error when all its
        columns are shuffled, each with ``_low`` and ``_high``.
    features : DataFrame, one row per feature, the largest mean absolute effect first
        ``label``, ``criterion``, ``unit``, ``effect`` and so on as above, ``trend``: the rank correlation of value and effect
        (1: the more the better), and ``missing``, the share of photographs without a value.
    curves : dict of str to Dependence
        Of each feature, in the same order.
    correlations : DataFrame
        Of the criteria's effects with each other.
    calibration, residuals : DataFrame or None
        See ``agreement.calibration`` and ``agreement.residuals``; None without ratings.
    predictions : DataFrame
        Of each photograph: ``name``, ``score``; with ratings ``fold`` (-1: not judged), ``answer``, ``rating``, ``residual``;
        with categories ``category``.
    best, worst : tuple of Shown
        The highest and the lowest scores, most extreme first.
    underrated, overrated : tuple of Shown
        Those that people liked more, or less, than predicted, worst first; empty without ratings.
    """

    settings: dict[str, Any]
    basis: str
    basis_text: str
    scale: tuple[float, float]
    baseline: float
    figures: pd.DataFrame | None
    criteria: pd.DataFrame
    features: pd.DataFrame
    curves: dict[str, Dependence]
    correlations: pd.DataFrame
    calibration: pd.DataFrame | None
    residuals: pd.DataFrame | None
    predictions: pd.DataFrame
    best: tuple[Shown, ...]
    worst: tuple[Shown, ...]
    underrated: tuple[Shown, ...] = field(default=())
    overrated: tuple[Shown, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON; what is undefined becomes None."""
        tables = {
            name: _records(getattr(self, name)) for name in ("figures", "criteria", "features", "calibration", "residuals")
        }
        galleries = {
            name: [_finite(one.to_dict()) for one in getattr(self, name)]
            for name in ("best", "worst", "underrated", "overrated")
        }
        return {
            "settings": _finite(self.settings),
            "summary": self.summary(),
            "basis": self.basis,
            "basis_text": self.basis_text,
            "scale": list(self.scale),
            "baseline": self.baseline,
            **tables,
            "curves": {name: curve.to_dict() for name, curve in self.curves.items()},
            "correlations": _records(self.correlations),
            "predictions": _records(self.predictions.reset_index(drop=True), index=False),
            **galleries,
        }

    def summary(self) -> list[str]:
        """The report in a few sentences."""
        return summary(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per feature: what ``features`` holds."""
        return self.features.copy()


def model_report(
    model: Any,
    features: pd.DataFrame,
    ratings: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    categories: ArrayLike | None = None,
    sources: Sequence[Any] | None = None,
    of: Any = None,
    basis: Basis | None = None,
    rating_scale: tuple[float, float] | None = None,
    n_splits: int = 10,
    n_repeats: int = 5,
    n_resamples: int = 200,
    max_effects: int = 200,
    max_shuffled: int = 2000,
    n_shown: int = 8,
    seed: int = 0,
    tell: Tell = lambda stage, done, total: None,
) -> ModelReport:
    """Look at what a fitted model does over some photographs.

    Parameters
    ----------
    model : AestheticRegressor, any other fitted estimator of this package, AdditiveModel, or a pipeline that ends in one
    features : DataFrame, shape (n, n_features)
        Measured values in the columns of the model, NaN where missing. Rows without a single value are left out.
    ratings : array-like of length n, optional
        What people said: the mean rating; classes for an ``AestheticClassifier``; for a ``ScoreDistributionRegressor`` mean
        ratings or one count per level, shape (n, n_levels). NaN where unknown.
    groups : array-like of length n, optional
        Photographs of one group stay together in folds and in every bootstrap.
    categories : array-like of length n, optional
        Residuals are told for each.
    sources : sequence of length n, optional
        The photographs themselves (paths, arrays, ...), for the galleries; what the index says if left out.
    of : optional
        Which class of a classifier, or which attribute of an ``AttributeRegressor``, is meant.
    basis : {"cross-validated", "held-out", "in-sample", "unknown"}, optional
        What the agreement with ratings rests on. "cross-validated": clones of the model are fitted on some folds and judge the
        others, in figures and in shuffling alike. "held-out": the caller knows that the model has not seen these photographs.
        "in-sample": it has. If left out: cross-validated where the model was fitted on exactly these photographs (which the
        quantiles that it remembers tell) and can be fitted again; in-sample where it cannot; else unknown.
    rating_scale : (float, float), optional
        Ends of the scale that ratings are on, if it is not the model's: the ends are mapped to each other.
    n_splits : int
        Folds, at most the number of groups.
    n_repeats : int
        Shuffles of each criterion and feature.
    n_resamples : int
        Of every bootstrap.
    max_effects, max_shuffled : int
        Shapley values, and shuffling, take at most so many photographs, drawn at random.
    n_shown : int
        Photographs of each gallery.
    tell : callable
        Called with stage, steps done and steps of the stage.

    Returns
    -------
    ModelReport

    Raises
    ------
    UserError
        If the model is no model, the table has other columns, nothing could be measured, or ratings do not fit the model.
    """
    for name, value, least in (
        ("n_splits", n_splits, 2),
        ("n_repeats", n_repeats, 1),
        ("n_resamples", n_resamples, 0),
        ("max_effects", max_effects, 1),
        ("max_shuffled", max_shuffled, 1),
        ("n_shown", n_shown, 0),
    ):
        if not isinstance(value, (int, np.integer)) or value < least:
            raise UserError(f"{name} must be a whole number of at least {least}, got {value!r}")
    data = Table.of(features, ratings, groups=groups, categories=categories, sources=sources)
    state = prepared(model, data, of=of, basis=basis, rating_scale=rating_scale, n_splits=n_splits, seed=seed, tell=tell)
    drawing = {"n_repeats": n_repeats, "n_resamples": n_resamples, "seed": seed}
    curves, effects = shapes(state, max_effects, seed, tell)
    criteria, rows = importance_tables(state, effects, max_shuffled=max_shuffled, **drawing, tell=tell)
    judged = judged_tables(state, n_resamples=n_resamples, seed=seed)
    galleries: dict[str, Any] = {name: _shown(state, places) for name, places in shown_photographs(state, n_shown).items()}
    correlations = state.parts_frame().corr()
    return ModelReport(
        settings=state.settings() | {"effects_of": len(effects.rows), **state.shuffling(max_shuffled), **_named(drawing)},
        basis=state.basis,
        basis_text=state.basis_text,
        scale=state.model.scale_,
        baseline=state.model.baseline_,
        criteria=criteria,
        features=rows,
        curves={name: curves[name] for name in rows.index},
        correlations=correlations,
        predictions=state.predictions(),
        **judged,
        **galleries,
    )


def _named(drawing: dict[str, int]) -> dict[str, int]:
    return {"repeats": drawing["n_repeats"], "resamples": drawing["n_resamples"], "seed": drawing["seed"]}


def _shown(state: Any, places: NDArray[np.intp]) -> tuple[Shown, ...]:
    """The photographs at some places, as a gallery shows them."""
    table, model = state.table, state.model
    percentiles = model.percentile(state.scores[places])
    photographs = []
    for place, percentile in zip(places.tolist(), np.atleast_1d(percentiles).tolist(), strict=True):
        source = None if table.sources is None else table.sources[place]
        answer, truth = (
            None if values is None or np.isnan(values[place]) else float(values[place]) for values in state.answered
        )
        effects = dict(zip(model.criteria_, state.parts[place].tolist(), strict=True))
        score = float(state.scores[place])
        photographs.append(Shown(source, table.name_of(place), score, percentile, answer, truth, effects))
    return tuple(photographs)


def _records(table: Any, *, index: bool = True) -> list[dict[str, Any]] | None:
    if table is None:
        return None
    rows = (table.reset_index() if index else table).to_dict(orient="records")
    return [_finite({str(key): value for key, value in row.items()}) for row in rows]


def _finite(value: Any) -> Any:
    """Plain values, None for what is not finite."""
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value
