"""What pairs of preferred and rejected photographs say of one person's weights, by the model of Bradley and Terry (1952).

A photograph is preferred to another with the log-odds ``sum_c b_c (e_c - e'_c)``, ``e`` being generic effects. The
coefficients ``b`` are drawn to a common value, that of somebody who prefers as the generic model does. Pairs do not say how
wide somebody's scale is, so that only the proportions of ``b`` are kept: the weights leave the spread of scores as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .personal_fit import DOUBT, WEIGHTS, Solution, Stage, compare

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

LEAST = 0.05
"""Least slope of the log-odds, per standard deviation of the generic score, of somebody like the generic model."""


class Choices(NamedTuple):
    """Pairs, seen from the generic model.

    Attributes
    ----------
    effects : ndarray, shape (n, n_criteria)
        Generic effects of the photographs.
    pairs : ndarray of int, shape (m, 2)
        Rows (better, worse).
    spreads, spread
        As in ``Ratings``.
    folds : ndarray of int, shape (n,)
        Rows that are left out together.
    """

    effects: Floats
    pairs: Rows
    spreads: Floats
    spread: float
    folds: Rows


class _Fit(NamedTuple):
    mean: Floats
    covariance: Floats
    evidence: float


def learn_choices(choices: Choices, *, caution: float = 0.0) -> list[Stage]:
    """Learn weights; they are used if they lower the logistic loss of left-out pairs by ``caution`` standard errors."""
    if not len(choices.pairs) or not choices.spread > 0 or choices.effects.shape[1] < 2:
        return []
    differences = choices.effects[choices.pairs[:, 0]] - choices.effects[choices.pairs[:, 1]]
    photographs = len(np.unique(choices.pairs))
    # Pairs of the same few photographs say the same again.
    worth = min(1.0, photographs / len(differences))
    before, after = _left_out(choices, differences, worth)
    if not len(before):
        return []
    weights, covariance, prior = _weights(_fit(differences, worth, choices), choices)
    solution = Solution(0.0, weights, np.zeros(len(choices.effects)), covariance, prior, after)
    return [compare("weights", before, after, np.ones(len(before)), caution, solution)]


def _fit(differences: Floats, worth: float, choices: Choices) -> tuple[float, _Fit, float]:
    """Common slope, coefficients, and prior variance of the coefficients."""
    unit = 1 / np.sqrt(choices.spread)
    common = _posterior(differences.sum(axis=1, keepdims=True), worth, np.array([unit]), unit**2)
    slope = max(float(common.mean[0]), LEAST * unit)
    centre = np.full(differences.shape[1], slope)
    # Logistic noise of variance pi^2 / 3 in a difference is noise of half that variance in either rating.
    variances = WEIGHTS * 6 / np.pi**2 / choices.spreads.mean()
    best, chosen, variance = -np.inf, common, variances[0]
    for step, candidate in enumerate(variances):
        fit = _posterior(differences, worth, centre, float(candidate))
        likelihood = fit.evidence - step * np.log(DOUBT)
        if likelihood > best:
            best, chosen, variance = likelihood, fit, candidate
    return slope, chosen, float(variance)


def _posterior(design: Floats, worth: float, centre: Floats, variance: float) -> _Fit:
    """Most probable coefficients under a normal prior, their covariance, and the evidence by Laplace's approximation."""
    from scipy.optimize import minimize

    def loss(b: Floats) -> float:
        return float(worth * np.logaddexp(0, -design @ b).sum() + ((b - centre) ** 2).sum() / (2 * variance))

    def slope(b: Floats) -> Floats:
        return -worth * design.T @ _refusal(design @ b) + (b - centre) / variance

    def curvature(b: Floats) -> Floats:
        refused = _refusal(design @ b)
        return worth * (design * (refused * (1 - refused))[:, None]).T @ design + np.eye(len(b)) / variance

    found = minimize(loss, centre, jac=slope, hess=curvature, method="trust-exact")
    precision = curvature(found.x)
    evidence = -float(found.fun) - np.linalg.slogdet(precision * variance)[1] / 2
    covariance: Floats = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    return _Fit(found.x, covariance, float(evidence))


def _refusal(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(np.clip(log_odds, -700, 700)))


def _weights(fitted: tuple[float, _Fit, float], choices: Choices) -> tuple[Floats, Floats, Floats]:
    """Weights that leave the spread of the scores as it is, their covariance, and that before the pairs."""
    _, fit, variance = fitted
    unit = float(np.sqrt(choices.spreads.sum() / (fit.mean**2 @ choices.spreads)))
    return fit.mean * unit, fit.covariance * unit**2, np.eye(len(fit.mean)) * variance * unit**2


def _left_out(choices: Choices, differences: Floats, worth: float) -> tuple[Floats, Floats]:
    """Loss of each photograph's left-out pairs, by the common slope and by the coefficients of the other photographs."""
    folds = choices.folds[choices.pairs]
    losses = np.full((2, len(differences)), np.nan)
    for fold in np.unique(choices.folds):
        train, test = (folds != fold).all(axis=1), (folds == fold).all(axis=1)
        if train.any() and test.any():
            slope, fit, _ = _fit(differences[train], worth, choices)
            losses[0, test] = np.logaddexp(0, -slope * differences[test].sum(axis=1))
            losses[1, test] = np.logaddexp(0, -differences[test] @ fit.mean)
    tested = ~np.isnan(losses[0])
    rows = choices.pairs[tested].ravel()
    counts = np.bincount(rows, minlength=len(choices.effects))
    seen = counts > 0
    before, after = (np.bincount(rows, np.repeat(some[tested], 2), len(counts))[seen] / counts[seen] for some in losses)
    return before, after
