"""The parts of a model report, each computed from its state: shapes, importance, agreement, galleries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..features import Feature, catalogue
from .agreement import absolute, calibration, figures, residuals, squared
from .dependence import Dependence, dependence
from .importance import Costs, Sizes, costs, effect_sizes, linked, shares_of_variance, shuffled_changes
from .report_data import State
from .resampling import ClassAgreement, RankAgreement, resamples

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Tell = Callable[[str, int, int], None]

_TOGETHER = 8
"""Photographs whose Shapley values are computed between two reports of progress."""


class Effects(NamedTuple):
    """Positions of some photographs, ascending, and the effects of their features, shape (m, n_features)."""

    rows: NDArray[np.intp]
    table: Floats


def shapes(state: State, most: int, seed: int, tell: Tell) -> tuple[dict[str, Dependence], Effects]:
    """Curves of all features, and the effects that they are drawn from."""
    rows = _drawn(np.arange(len(state.values)), most, seed)
    tables = []
    for start in range(0, len(rows), _TOGETHER):
        tell("Effects of features", start, len(rows))
        tables.append(state.model.core.feature_effects(state.values[rows[start : start + _TOGETHER]]))
    tell("Effects of features", len(rows), len(rows))
    effects = np.concatenate(tables)
    names = state.model.feature_names_in_
    curves = {
        name: dependence(state.values[rows, place], effects[:, place], state.values[:, place])
        for place, name in enumerate(names)
    }
    return curves, Effects(rows, effects)


def _drawn(rows: NDArray[np.intp], most: int, seed: int) -> NDArray[np.intp]:
    """At most so many of some positions, drawn at random, ascending."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def importance_tables(
    state: State, effects: Effects, *, n_repeats: int, n_resamples: int, max_shuffled: int, seed: int, tell: Tell
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables ``ModelReport.criteria`` and ``ModelReport.features``."""
    import pandas as pd

    model = state.model
    every = resamples(state.table.ids, n_resamples, seed)
    some = resamples(np.unique(state.table.ids[effects.rows], return_inverse=True)[1], n_resamples, seed)
    sizes = [effect_sizes(state.parts, every), effect_sizes(effects.table, some)]
    shuffled = _shuffled(state, n_repeats, n_resamples, max_shuffled, seed, tell)
    criteria = pd.DataFrame(
        {
            "features": [model.feature_criteria.count(name) for name in model.criteria_],
            **_sized(sizes[0]),
            "share": shares_of_variance(state.parts),
            **_costing(shuffled, slice(0, len(model.criteria_))),
        },
        index=pd.Index(model.criteria_, name="criterion"),
    )
    records = _records(model.feature_names_in_)
    features = pd.DataFrame(
        {
            **_described(records, model.feature_names_in_),
            "criterion": model.feature_criteria,
            **_sized(sizes[1]),
            "trend": _trends(state.values[effects.rows], effects.table),
            **_costing(shuffled, slice(len(model.criteria_), None)),
            "missing": np.isnan(state.values).mean(axis=0),
        },
        index=pd.Index(model.feature_names_in_, name="feature"),
    )
    return criteria, features.sort_values("effect", ascending=False, kind="stable")


def _records(names: list[str]) -> dict[str, Feature]:
    """Records of the columns that are known: of the catalogue, or of features that need a collection."""
    known = catalogue()
    others = [name for name in names if name not in known]
    if not others:
        return known
    from ..representations import reference_records

    return known | reference_records(others)


def _described(records: dict[str, Feature], names: list[str]) -> dict[str, list[str]]:
    return {
        "label": [records[name].label if name in records else name for name in names],
        "unit": [records[name].unit if name in records else "" for name in names],
    }


def _sized(sizes: Sizes) -> dict[str, Floats]:
    return {"effect": sizes.effect, "effect_low": sizes.low, "effect_high": sizes.high, "sd": sizes.sd}


def _costing(shuffled: Costs, some: slice) -> dict[str, Floats]:
    return {name: values[some] for name, values in shuffled._asdict().items()}


def _trends(values: Floats, effects: Floats) -> Floats:
    """Rank correlation of value and effect of each feature; NaN where either is the same throughout."""
    trends = np.full(values.shape[1], np.nan)
    for place in range(values.shape[1]):
        known = ~np.isnan(values[:, place])
        own = effects[known, place]
        if known.sum() > 1 and np.ptp(own) > 0:
            trends[place] = RankAgreement(values[known, place], np.ones((1, known.sum())))(own)[0]
    return trends


def _shuffled(state: State, n_repeats: int, n_resamples: int, most: int, seed: int, tell: Tell) -> Costs:
    """What shuffling each criterion, then each feature, costs; in the order of the model."""
    model, truth = state.model, state.subject.truth
    groups = model.feature_criteria
    own = [np.flatnonzero([criterion == name for criterion in groups]) for name in model.criteria_]
    # Sets of one criterion follow each other, so that its kernel is computed once.
    sets = [one for columns in own for one in (columns, *(np.array([column]) for column in columns))]
    place = np.argsort(np.concatenate([[-len(own) + k, *columns] for k, columns in enumerate(own)]), kind="stable")
    rows = _drawn(state.judged, most, seed)
    position = np.full(len(state.values), -1)
    position[rows] = np.arange(len(rows))
    folds = [fold._replace(rows=kept) for fold in state.folds if (kept := position[fold.rows[position[fold.rows] >= 0]]).size]
    random = np.random.default_rng(seed)
    orders = np.array([random.permutation(len(rows)) for _ in range(n_repeats)])
    steps = iter(range(1, len(folds) * len(sets) + 1))
    total = len(folds) * len(sets)
    changes = shuffled_changes(folds, state.values[rows], sets, orders, lambda: tell("Shuffling", next(steps), total))
    counts = resamples(np.unique(state.table.ids[rows], return_inverse=True)[1], n_resamples, seed)
    scores = state.judged_scores[rows]
    if truth is None:
        links: Callable[[Floats], Floats] = lambda own: own  # noqa: E731
        return costs(scores, changes[place], links, scores, RankAgreement(scores, counts), absolute, counts, seed)
    classes = state.subject.answer == "class"
    agreement = (ClassAgreement if classes else RankAgreement)(truth[rows], counts)
    loss = squared if classes else absolute
    return costs(scores, changes[place], lambda own: linked(folds, own), truth[rows], agreement, loss, counts, seed)


def judged_tables(state: State, *, n_resamples: int, seed: int) -> dict[str, Any]:
    """``figures``, ``calibration`` and ``residuals`` of the report."""
    truth = state.subject.truth
    if truth is None:
        return {"figures": None, "calibration": None, "residuals": None}
    rows, answer = state.judged, state.subject.answer
    counts = resamples(np.unique(state.table.ids[rows], return_inverse=True)[1], n_resamples, seed)
    true, answers = truth[rows], state.answers[rows]
    categories = state.table.categories
    named = np.full(len(rows), "all", dtype=object) if categories is None else categories[rows]
    loss = squared if answer == "class" else absolute
    return {
        "figures": figures(answer, true, state.judged_scores[rows], answers, counts),
        "calibration": calibration(true, answers, counts),
        "residuals": residuals(named, true, answers, counts, loss),
    }


def shown_photographs(state: State, count: int) -> dict[str, NDArray[np.intp]]:
    """Positions of the photographs of each gallery, most extreme first."""
    order = np.argsort(state.scores, kind="stable")
    few = min(count, len(order) // 2) if len(order) > 1 else min(count, 1)
    galleries = {"best": order[::-1][:few], "worst": order[:few]}
    nothing = np.empty(0, dtype=np.intp)
    galleries |= {"underrated": nothing, "overrated": nothing}
    if state.subject.truth is None:
        return galleries
    off = state.subject.truth - state.answers
    judged = state.judged
    order = judged[np.argsort(off[judged], kind="stable")]
    galleries["underrated"] = np.array([row for row in order[::-1][:count] if off[row] > 0], dtype=np.intp)
    galleries["overrated"] = np.array([row for row in order[:count] if off[row] < 0], dtype=np.intp)
    return galleries
