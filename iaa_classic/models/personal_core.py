"""A generic model with other weights of its criteria, an offset, and a residual: an additive model again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .additive import AdditiveModel, Core
from .average import AdditiveAverage, added
from .content_core import AdditiveContent
from .kernel import AdditiveKernel, scaled_ranks
from .kernel_fit import KernelSpace
from .kernel_fit import Solution as Expansion
from .personal_fit import Solution
from .trees import AdditiveTrees

Floats = NDArray[np.float64]


def reweighted(core: Core, weights: Floats) -> Core:
    """The core with the effects of each group multiplied by its weight, shape (n_groups,); the baseline stays."""
    if isinstance(core, AdditiveAverage):
        return replace(core, cores=[_reweighted(one, weights) for one in core.cores])
    if isinstance(core, AdditiveContent):
        raise ValueError("a model with learned content cannot be re-weighed: its content depends on the other criteria")
    return _reweighted(core, weights)


def _reweighted(core: AdditiveTrees | AdditiveKernel, weights: Floats) -> AdditiveTrees | AdditiveKernel:
    if isinstance(core, AdditiveTrees):
        of_nodes = np.repeat(weights[core.tree_group], np.diff(core.tree_start))
        return replace(core, value=core.value * of_nodes)
    centres = core.centres * weights
    intercept = core.baseline - float(centres.sum())
    return replace(core, weights=core.weights * weights, centres=centres, intercept=intercept)


def reweighted_model(model: AdditiveModel, weights: Floats, offset: float) -> AdditiveModel:
    """The model with weighted effects and ``offset`` added to its scores, referring to the same photographs.

    The distribution of effects over them is exact; that of scores is exact for equal weights, and otherwise stretched as if
    effects were independent.
    """
    quantiles = model.effect_quantiles * weights
    return replace(
        model,
        core=reweighted(model.core, weights).rescaled(1.0, offset),
        score_quantiles=np.sort((model.score_quantiles - model.baseline_) * stretch(model, weights)) + model.baseline_ + offset,
        effect_quantiles=np.where(weights < 0, quantiles[::-1], quantiles),
    )


def stretch(model: AdditiveModel, weights: Floats) -> float:
    """How much wider scores lie with these weights."""
    variances = effect_variances(model)
    if (weights == weights[0]).all() or not variances.any():
        return float(weights[0])
    return float(np.sqrt(weights**2 @ variances / variances.sum()))


def effect_variances(model: AdditiveModel) -> Floats:
    """Variance of each criterion's effect among the photographs that the model refers to."""
    variances: Floats = np.nan_to_num(model.effect_quantiles).var(axis=0)
    return variances


def residual_space(model: AdditiveModel, X: Floats, gamma: float) -> KernelSpace:
    """Photographs in the space of one RBF kernel per criterion; ranks are those among the model's photographs."""
    knots = np.where(np.isnan(model.value_quantiles).any(axis=0), 0.0, model.value_quantiles)
    spread = np.where(knots[-1] > knots[0], np.sqrt(12), 0.0)
    groups = np.array([model.criteria_.index(criterion) for criterion in model.feature_criteria])
    sizes = np.bincount(groups[spread > 0], minlength=len(model.criteria_))
    return KernelSpace(
        groups=groups,
        knots=knots,
        spread=spread,
        rows=scaled_ranks(X, knots, spread),
        weight=np.ones(len(X)),
        landmarks=None,
        weights=sizes / max(sizes.sum(), 1),
        gammas=gamma / np.maximum(sizes, 1),
    )


def personal_model(generic: AdditiveModel, solution: Solution, space: KernelSpace | None, X: Floats) -> AdditiveModel:
    """The generic model as changed by what was learned; with a residual, it refers to the rated photographs ``X``."""
    model = reweighted_model(generic, solution.weights, solution.offset)
    if space is None or not solution.dual.any():
        return model
    assert not isinstance(model.core, AdditiveContent)
    return replace(model, core=added(model.core, residual_core(space, solution.dual))).referring_to(X)


def residual_core(space: KernelSpace, dual: Floats) -> AdditiveKernel:
    """The kernel expansion with these coefficients."""
    return space.model(Expansion(np.arange(len(dual)), dual, 0.0))
