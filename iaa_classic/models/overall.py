"""An overall score from several predicted attributes: nonnegative weights, and the additive model of the weighted sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .additive import AdditiveModel, build_model
from .average import AdditiveAverage

Floats = NDArray[np.float64]


def nonnegative_weights(attributes: Floats, overall: Floats, weight: Floats) -> tuple[Floats, float]:
    """Weights of the columns and an intercept that minimise the squared error, the weights not below 0.

    More of an attribute that people call good then never lowers the overall score, and correlated attributes do not get
    weights of opposite signs.

    Parameters
    ----------
    attributes : ndarray of float64, shape (n, n_attributes)
    overall, weight : ndarrays of float64, shape (n,)
    """
    from scipy.optimize import nnls

    means, mean = np.average(attributes, axis=0, weights=weight), float(np.average(overall, weights=weight))
    root = np.sqrt(weight)
    weights, _ = nnls((attributes - means) * root[:, None], (overall - mean) * root)
    return np.asarray(weights, dtype=np.float64), mean - float(weights @ means)


def combined(
    models: Sequence[AdditiveModel], weights: Floats, intercept: float, X: Floats, scale: tuple[float, float]
) -> AdditiveModel:
    """The model whose score is ``intercept`` plus the weighted sum of the models' scores; it refers to the rows of ``X``."""
    lists: list[list[Any]] = [model.core.cores if isinstance(model.core, AdditiveAverage) else [model.core] for model in models]
    counted = [k for k, weight in enumerate(weights) if weight > 0] or [0]
    total = sum(len(lists[k]) for k in counted)
    cores = [core.rescaled(float(weights[k]) * total / len(lists[k]), 0.0) for k in counted for core in lists[k]]
    first = models[0]
    return build_model(
        AdditiveAverage(cores).rescaled(1.0, intercept).centred_on(X),
        X,
        names=first.feature_names_in_,
        criteria_of=first.feature_criteria,
        criteria=first.criteria_,
        scale=scale,
        catalogue=first.catalogue,
    )
