"""``AdditiveKernel``: a support vector machine whose kernel is a sum of one RBF kernel per criterion.

    k(x, z) = sum_c weight_c * exp(-gamma_c * |t_c(x) - t_c(z)|^2)

where ``t_c`` holds the features of criterion ``c``, each replaced by its scaled rank among the training photographs.
The dual solution then splits by criterion: f(x) = intercept + sum_c weight_c * sum_i dual_i * k_c(x, s_i).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .shapley import product_game
from .trees import chunks, is_number

Floats = NDArray[np.float64]

KNOTS = 41
"""Quantiles by which a feature's distribution over the training rows is remembered."""

REFERENCES = 32
"""Training photographs that stand in for features that do not take part, at most."""


@dataclass(frozen=True, eq=False)
class AdditiveKernel:
    """A kernel expansion that is a sum over groups of features (criteria).

    Attributes
    ----------
    groups : ndarray of int64, shape (n_features,)
        Group of each feature.
    knots : ndarray of float64, shape (KNOTS, n_features)
        Quantiles of each feature, at equally spaced levels.
    spread : ndarray of float64, shape (n_features,)
        Scale of each feature's rank; 0 for features that were constant or missing throughout, which have no effect.
    support : ndarray of float32, shape (n_support, n_features)
        Transformed rows that carry the solution.
    dual : ndarray of float64, shape (n_support,)
    weights, gammas : ndarrays of float64, shape (n_groups,)
        Weight and width of each group's kernel.
    centres : ndarray of float64, shape (n_groups,)
        Mean of each group's expansion over the training rows.
    intercept : float
    references : ndarray of float32, shape (n_references, n_features)
        Transformed training rows that stand in for features that do not take part in a Shapley game.
    reference_weights : ndarray of float64, shape (n_references,)
        Sum to 1, and weigh the references so that every group's mean over them is its mean over all training rows.
    """

    groups: NDArray[np.int64]
    knots: Floats
    spread: Floats
    support: NDArray[np.float32]
    dual: Floats
    weights: Floats
    gammas: Floats
    centres: Floats
    intercept: float
    references: NDArray[np.float32]
    reference_weights: Floats

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together."""
        check_kernel(self)

    def __getstate__(self) -> dict[str, Any]:
        """The attributes without what was derived from them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Check the attributes as a new object would."""
        self.__init__(**state)  # type: ignore[misc]

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return len(self.groups)

    @property
    def n_groups(self) -> int:
        """Number of criteria."""
        return len(self.weights)

    @property
    def baseline(self) -> float:
        """Mean prediction over the training rows."""
        return self.intercept + float(self.centres.sum())

    def parts(self, X: Floats) -> Floats:
        """What each group adds to the prediction, shape (n, n_groups).

        ``baseline + parts.sum(axis=1)`` is the prediction.
        """
        parts = np.zeros((len(X), self.n_groups))
        for rows in chunks(len(X), max(len(self.support), self.n_features)):
            parts[rows] = self._expansions(self.transform(X[rows])) - self.centres
        return parts

    def transform(self, X: Floats) -> NDArray[np.float32]:
        """Scaled ranks of the features; missing values count as the median."""
        return scaled_ranks(X, self.knots, self.spread)

    def _expansions(self, transformed: NDArray[np.float32]) -> Floats:
        sums = np.zeros((len(transformed), self.n_groups))
        for group in np.flatnonzero(self.weights):
            own = self.groups == group
            kernel = rbf(transformed[:, own], self.support[:, own], self.gammas[group])
            sums[:, group] = self.weights[group] * (kernel @ self.dual)
        return sums

    def feature_effects(self, X: Floats) -> Floats:
        """Shapley values of the features inside their group, shape (n, n_features); a group's values sum to its part.

        The game is the interventional one: the features that do not take part have the values of the reference
        photographs, averaged with ``reference_weights``.
        """
        transformed = self.transform(X).astype(np.float64)
        effects = np.zeros(transformed.shape)
        for group in np.flatnonzero(self.weights):
            own = np.flatnonzero((self.groups == group) & (self.spread > 0))
            support, references = (rows[:, own].T.astype(np.float64) for rows in (self.support, self.references))
            gamma = self.gammas[group]
            # Narrow kernels make smooth integrands, for which this many nodes leave nothing but rounding.
            nodes = 5 + math.ceil(2 * gamma * len(own))
            for some in chunks(len(self.references), len(self.dual) * len(own) * 4):
                absent = np.exp(-gamma * (references[:, some, None] - support[:, None, :]) ** 2)
                scale = self.weights[group] * self.reference_weights[some, None] * self.dual
                for row, x in enumerate(transformed[:, own]):
                    present = np.exp(-gamma * (x[:, None, None] - support[:, None, :]) ** 2)
                    shares = product_game(present, absent, nodes)
                    effects[row, own] += np.tensordot(shares, scale, axes=2)
        return effects

    def rescaled(self, factor: float, offset: float) -> AdditiveKernel:
        """The same model with every prediction ``p`` replaced by ``factor * p + offset``."""
        return replace(
            self,
            dual=self.dual * factor,
            centres=self.centres * factor,
            intercept=self.intercept * factor + offset,
        )

    def centred_on(self, X: Floats) -> AdditiveKernel:
        """The same predictions, with the baseline and the effects of features referring to these rows."""
        return centred(self, self.transform(X), np.ones(len(X)))


def rbf(a: NDArray[Any], b: NDArray[Any], gamma: float) -> Floats:
    """Gaussian kernel between the rows of ``a`` and of ``b``."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * (a @ b.T)
    np.maximum(squares, 0, out=squares)
    squares *= -gamma
    return np.exp(squares, out=squares)


def scaled_ranks(X: Floats, knots: Floats, spread: Floats) -> NDArray[np.float32]:
    """Rank of each value among the quantiles ``knots``, -0.5 to 0.5 (mid-rank of ties), times the column's ``spread``.

    Missing values are 0, the median. Single precision halves the size of a saved model; the fit sees the same rounding.
    """
    levels = np.linspace(-0.5, 0.5, len(knots))
    ranks = np.zeros(X.shape)
    for column in np.flatnonzero(spread):
        x, own = X[:, column], knots[:, column]
        ranks[:, column] = (np.interp(x, own, levels) - np.interp(-x, -own[::-1], levels)) / 2
    return (np.where(np.isnan(X), 0.0, ranks) * spread).astype(np.float32)


def weighted_quantiles(x: Floats, levels: Floats, weight: Floats) -> Floats:
    """Inverse of the weighted distribution function of ``x``; an integer weight counts as so many equal rows."""
    order = np.argsort(x, kind="stable")
    share = np.cumsum(weight[order])
    position = np.searchsorted(share, levels * share[-1] * (1 - 1e-12), side="left")
    return x[order][np.minimum(position, len(x) - 1)]


def check_kernel(kernel: AdditiveKernel) -> None:
    """Raise ``ValueError`` if the arrays' kinds, shapes or values do not fit together."""
    features, groups = len(np.atleast_1d(kernel.groups)), len(np.atleast_1d(kernel.weights))
    support, references = len(np.atleast_1d(kernel.dual)), len(np.atleast_1d(kernel.reference_weights))
    shapes: dict[str, tuple[int, ...]] = {
        "knots": (len(np.atleast_1d(kernel.knots)), features),
        "spread": (features,),
        "support": (support, features),
        "dual": (support,),
        "weights": (groups,),
        "gammas": (groups,),
        "centres": (groups,),
        "references": (references, features),
        "reference_weights": (references,),
    }
    for name, shape in shapes.items():
        array = getattr(kernel, name)
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.shape != shape:
            raise ValueError(f"kernel: {name} is not an array of floats of shape {shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"kernel: {name} holds values that are not finite")
    own = kernel.groups
    if not isinstance(own, np.ndarray) or own.dtype.kind != "i" or own.ndim != 1:
        raise ValueError("kernel: groups is not a one-dimensional array of integers")
    if features and (own.min() < 0 or own.max() >= groups):
        raise ValueError("kernel: a feature's group is out of range")
    if len(kernel.knots) < 2 or (np.diff(kernel.knots, axis=0) < 0).any():
        raise ValueError("kernel: knots are not ascending quantiles")
    if (kernel.gammas < 0).any() or (kernel.spread < 0).any() or not is_number(kernel.intercept):
        raise ValueError("kernel: a width, a spread or the intercept is out of range")


def centred(kernel: AdditiveKernel, rows: NDArray[np.float32], weight: Floats) -> AdditiveKernel:
    """The same kernel with the means of its groups over the training rows, and references that have the same means."""
    sums = np.concatenate([kernel._expansions(rows[some]) for some in chunks(len(rows), len(kernel.support))])
    centres = np.average(sums, axis=0, weights=weight)
    order = np.argsort(sums.sum(axis=1), kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(REFERENCES, len(order))).round().astype(np.int64)]
    start = weight[chosen] / weight[chosen].sum() if len(chosen) == len(rows) else np.full(len(chosen), 1 / len(chosen))
    conditions = np.vstack([np.ones(len(chosen)), (sums[chosen] - centres).T])
    unit = np.maximum(np.abs(conditions).max(axis=1), 1e-300)[:, None]
    wanted = np.zeros(len(conditions))
    wanted[0] = 1
    missing = (wanted - conditions @ start) / unit[:, 0]
    start = start + np.linalg.lstsq(conditions / unit, missing, rcond=None)[0]
    return replace(kernel, centres=centres, references=rows[chosen], reference_weights=start)
