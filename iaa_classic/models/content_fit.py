"""Fitting ``ContentRegressor``: a support vector machine on the criteria's kernels and a linear kernel of learned content."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from ..metrics import srcc
from ..threads import one_thread
from .average import AdditiveAverage
from .base import Columns
from .content_core import AdditiveContent
from .kernel_fit import MOST_ROWS, KernelSpace, Solution, kernel_space
from .learned import LearnedContent, sketched
from .trees_fit import fit_trees

if TYPE_CHECKING:
    import pandas as pd

    from .content import ContentRegressor
    from .regressor import AestheticRegressor

Floats = NDArray[np.float64]

_REMEMBERED = 2000
"""Training photographs that are remembered as evidence, at most."""


@dataclass(frozen=True, eq=False)
class JointFit:
    """What a fit leaves: the core, and what is known of the rows it was fitted on."""

    core: AdditiveContent
    columns: Columns
    values: Floats
    opinions: Floats
    ratings: Floats
    rows: NDArray[np.int64]
    vectors: NDArray[np.float32]
    centre: NDArray[np.float32]
    weights: NDArray[np.float32]
    representation: Any
    scale: tuple[float, float]
    share: float
    cost: float


def fit_jointly(
    given: ContentRegressor,
    features: pd.DataFrame,
    pictures: list[Any],
    y: Floats,
    groups: NDArray[Any] | None,
    regressor: AestheticRegressor,
) -> JointFit:
    """Fit the representation, choose share and cost, fit both parts, and count as the criteria's what they can say."""
    from ..representations import FisherVector

    regressor._check_parameters()
    rows = np.flatnonzero(~np.isnan(np.asarray(features, dtype=np.float64)).all(axis=1))
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))
    representation = clone(given.representation) if given.representation is not None else FisherVector()
    shown = [pictures[row] for row in rows]
    vectors = np.asarray(representation.fit(shown).transform(shown), dtype=np.float32)
    read = ~np.isnan(vectors).any(axis=1)
    rows, vectors = rows[read], vectors[read]
    if len(rows) < 2:
        raise ValueError(f"{len(rows)} photographs could be read; at least 2 are needed")
    values, ratings, _ = regressor._readable_rows(features.iloc[rows], y[rows], None)
    own = None if groups is None else groups[rows]
    columns = regressor._columns()
    if "content" in columns.criteria:
        raise ValueError("a column has the criterion 'content' already; give it another, or fit an AestheticRegressor")
    n_groups = len(columns.criteria)
    space = kernel_space(values, columns.groups, n_groups, weight=np.ones(len(rows)), gamma=regressor.gamma)
    centre = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    criteria_gram, content_gram, unit = space.gram(), *_linear_gram(vectors, centre)
    share, cost = _chosen(given, criteria_gram, content_gram, ratings, own, regressor.epsilon)
    gram = (1 - share) * criteria_gram + share * content_gram
    dual, intercept = _support_vectors(gram, ratings, cost, regressor.epsilon)
    weights = (share / unit * _weighted_sum(vectors, centre, dual)).astype(np.float32)
    learned = LearnedContent(representation, weights, centre, [], np.zeros(0), np.zeros((0, 512), np.float32))
    opinions = learned.opinions(vectors)
    core = _core(space, (1 - share) * dual, intercept, opinions, criteria_gram, given.ridge)
    core = _with_trees(core, values, ratings, columns, regressor)
    scale = regressor.scale or (float(ratings.min()), float(ratings.max()))
    with_content = core.centred_on(np.column_stack([values, opinions]))
    return JointFit(
        core=with_content,
        columns=columns,
        values=values,
        opinions=opinions,
        ratings=ratings,
        rows=rows,
        vectors=vectors,
        centre=centre,
        weights=weights,
        representation=representation,
        scale=scale,
        share=share,
        cost=cost,
    )


def _core(space: KernelSpace, dual: Floats, intercept: float, opinions: Floats, gram: Floats, ridge: float) -> AdditiveContent:
    """The criteria's kernels with what they say of content, and content without it."""
    every = np.arange(len(opinions))
    mean = float(opinions.mean())
    said: Floats = np.linalg.solve(gram + ridge * np.eye(len(gram)), opinions - mean).astype(np.float64)
    base = space.model(Solution(every, dual + said, intercept + mean))
    projection = space.model(Solution(every, said, mean))
    return AdditiveContent(base, projection, 1.0, 0.0)


def _with_trees(
    core: AdditiveContent, values: Floats, ratings: Floats, columns: Columns, regressor: AestheticRegressor
) -> AdditiveContent:
    """The same content beside trees, or beside the mean of trees and kernels, if the regressor asks for these."""
    if regressor.model == "svm":
        return core
    options = regressor._tree_options() | {"monotonic": columns.monotonic}
    trees = fit_trees(values, ratings, columns.groups, len(columns.criteria), **options)
    base: Any = trees if regressor.model == "gbm" else AdditiveAverage([core.base, trees])  # type: ignore[list-item]
    return AdditiveContent(base, core.projection, core.slope, core.centre)


def _linear_gram(vectors: NDArray[np.float32], centre: NDArray[np.float32]) -> tuple[Floats, float]:
    """Inner products of the centred vectors, scaled to unit variance, and the variance that they had."""
    gram = np.zeros((len(vectors), len(vectors)))
    for start in range(0, vectors.shape[1], 4096):
        part = vectors[:, start : start + 4096].astype(np.float64) - centre[start : start + 4096]
        gram += part @ part.T
    unit = max(float(np.trace(gram)) / len(gram), 1e-12)
    return gram / unit, unit


def _weighted_sum(vectors: NDArray[np.float32], centre: NDArray[np.float32], dual: Floats) -> Floats:
    total = np.zeros(vectors.shape[1])
    for weight, vector in zip(dual, vectors, strict=True):
        if weight:
            total += weight * (vector.astype(np.float64) - centre)
    return total


def _support_vectors(gram: Floats, y: Floats, cost: float, epsilon: float) -> tuple[Floats, float]:
    """Dual coefficients of all rows and the intercept, in points."""
    from sklearn.svm import SVR

    mean, spread = float(y.mean()), float(y.std())
    if spread == 0:
        return np.zeros(len(y)), mean
    solver = SVR(kernel="precomputed", C=cost, epsilon=epsilon, tol=1e-6, cache_size=500).fit(gram, (y - mean) / spread)
    dual = np.zeros(len(y))
    dual[solver.support_] = solver.dual_coef_[0] * spread
    return dual, float(solver.intercept_[0]) * spread + mean


def _chosen(
    given: ContentRegressor, criteria: Floats, content: Floats, y: Floats, groups: NDArray[Any] | None, epsilon: float
) -> tuple[float, float]:
    """The share of content and the cost of which the rank correlation on left-out rows is the highest on average."""
    from sklearn.model_selection import GroupKFold, KFold

    choices = [(float(share), float(cost)) for share in given.shares for cost in given.costs]
    units = len(y) if groups is None else len(np.unique(groups))
    if len(choices) == 1 or units < given.choice_folds or len(y) < 4 * given.choice_folds:
        return choices[len(choices) // 2]
    folds: Any = KFold(given.choice_folds, shuffle=True, random_state=0) if groups is None else GroupKFold(given.choice_folds)
    splits = list(folds.split(y, y, groups))
    means = []
    with one_thread():
        for share, cost in choices:
            gram = (1 - share) * criteria + share * content
            found = []
            for train, test in splits:
                dual, intercept = _support_vectors(gram[np.ix_(train, train)], y[train], cost, epsilon)
                found.append(srcc(y[test], gram[np.ix_(test, train)] @ dual + intercept))
            means.append(np.nan_to_num(np.array(found), nan=0.0).mean())
    return choices[int(np.argmax(means))]


def remembered(fitted: JointFit, pictures: list[Any], keep_names: bool) -> LearnedContent:
    """The representation with its weights and up to 2,000 training photographs as evidence."""
    kept = np.arange(len(fitted.rows))
    if len(kept) > _REMEMBERED:
        kept = np.sort(np.random.default_rng(0).choice(len(kept), _REMEMBERED, replace=False))
    return LearnedContent(
        representation=fitted.representation,
        weights=fitted.weights,
        centre=fitted.centre,
        names=[_name(pictures[fitted.rows[k]], int(fitted.rows[k]), keep_names) for k in kept],
        ratings=fitted.ratings[kept],
        sketches=sketched(fitted.vectors[kept] - fitted.centre),
    )


def _name(picture: Any, row: int, keep_names: bool) -> str:
    path = getattr(picture, "source", picture)
    if keep_names and isinstance(path, (str, os.PathLike)):
        return os.path.basename(os.fsdecode(path))
    return f"training photograph {row + 1}"
