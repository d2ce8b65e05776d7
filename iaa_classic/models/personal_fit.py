"""What one person's ratings say beyond a generic model: scale, weights of the criteria, and a residual.

With ``e_c`` the generic effects and ``s`` the generic score of a photograph, a person's rating is taken as

    y = s + offset + sum_c (w_c - 1) e_c + r(x) + noise,    w_c = 1 + slope + own_c

where offset, slope, own_c and the residual r (a Gaussian process whose kernel is a sum over criteria) all have mean 0 and a
small variance a priori: nothing that the ratings do not insist on leaves the generic model. Given the variances, everything is
linear in the ratings, and the errors of leaving one rating out have a closed form.

The variances, in units of the noise, begin at small values that did no harm to 100 raters of the OASIS photographs (others
are those that ``benchmarks/personal.py`` reports on), and are raised in steps, each of which has to make the ratings ``DOUBT``
times likelier.
Choosing them freely, by cross-validation or by averaging over their likelihoods, ranked unseen photographs worse than not
learning at all (SRCC lower by 0.01 to 0.1 with 10 to 100 ratings): what these choices find in a few noisy ratings is noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OFFSET = 2.0
"""Ratings that the prior belief in an offset of 0 is worth."""

SLOPES = 1 / np.array([300.0, 100.0, 30.0, 10.0, 3.0, 1.0])
"""Variances of the slope: one over the ratings that the belief in 0 is worth, for a score of unit variance."""

WEIGHTS = 1 / np.array([1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0, 0.1])
"""Variances of the criteria's own weights, for effects of unit variance."""

RESIDUALS = np.array([0.03, 0.1, 0.3, 1.0, 3.0])
"""Variances of the residual."""

DOUBT = 30.0
"""How many times likelier the ratings must become for each step to a larger variance."""

FLATTEST = 0.1
"""Least common factor on all criteria: somebody's use of a scale turns no order round. Own weights may."""

MANY = 30
"""Rated photographs from which a residual is tried."""


class Ratings(NamedTuple):
    """One person's ratings, seen from the generic model.

    Attributes
    ----------
    effects : ndarray, shape (n, n_criteria)
        Generic effects of the rated photographs, in points.
    gap : ndarray, shape (n,)
        Rating less generic score.
    weight : ndarray, shape (n,)
        Number of ratings that each row stands for; positive.
    spreads : ndarray, shape (n_criteria,)
        Variance of each criterion's generic effect among photographs at large.
    spread : float
        Variance of the generic score among photographs at large.
    gram : ndarray, shape (n, n), or None
        Kernel of the residual between the rated photographs; None tries no residual.
    """

    effects: Floats
    gap: Floats
    weight: Floats
    spreads: Floats
    spread: float
    gram: Floats | None = None


@dataclass(frozen=True)
class Variances:
    """Prior variances in units of the noise's: of the offset, the slope, the criteria's own weights and the residual."""

    offset: float = 0.0
    slope: float = 0.0
    weights: float = 0.0
    residual: float = 0.0


class Solution(NamedTuple):
    """What is learned: prediction = s + offset + effects (weights - 1) + kernel to the rated photographs @ dual.

    ``covariance`` and ``prior`` are those of the weights after and before the ratings; ``left_out`` holds the error of each
    rating when it is left out.
    """

    offset: float
    weights: Floats
    dual: Floats
    covariance: Floats
    prior: Floats
    left_out: Floats


class Stage(NamedTuple):
    """One attempt to learn more.

    Attributes
    ----------
    name : {"offset", "slope", "weights", "residual"}
    used : bool
    before, after : float
        Mean squared error of left-out ratings without and with it.
    standard_error : float
        Of the difference.
    solution : Solution
        With it, whether used or not.
    """

    name: str
    used: bool
    before: float
    after: float
    standard_error: float
    solution: Solution


def learn(ratings: Ratings, *, caution: float = 0.0) -> list[Stage]:
    """Learn in stages; each is used if it lowers the squared error of left-out ratings by ``caution`` standard errors.

    Returns the stages that were tried, in order; the solution is that of the last one that is used.
    """
    variances, current = Variances(), ratings.gap
    stages: list[Stage] = []
    if np.abs(ratings.gap).max(initial=0.0) <= 1e-9 * np.sqrt(ratings.spread):
        return stages
    for name, candidates in _candidates(ratings).items():
        tried, solution = _tried(ratings, variances, name, candidates)
        if name == "slope" and solution.weights.min() < FLATTEST:
            continue
        stage = compare(name, current**2, solution.left_out**2, ratings.weight, caution, solution)
        if stage.used:
            variances, current = tried, solution.left_out
        stages.append(stage)
    return stages


def compare(name: str, before: Floats, after: Floats, weight: Floats, caution: float, solution: Solution) -> Stage:
    """The stage with its left-out losses beside those before it: used if they are lower on average."""
    gain = before - after
    mean = float(np.average(gain, weights=weight))
    error = float(np.sqrt(np.average((gain - mean) ** 2, weights=weight) / len(gain)))
    # Differences of mere rounding are no gain.
    least = 1e-12 * float(np.average(before, weights=weight))
    used = mean > least + (caution * error if error > 0 else 0.0)
    first, second = (float(np.average(losses, weights=weight)) for losses in (before, after))
    return Stage(name, bool(used), first, second, error, solution)


def solve(ratings: Ratings, variances: Variances) -> Solution:
    """Posterior means and the covariance of the weights, given the variances."""
    effects, gap = ratings.effects, ratings.gap
    n, criteria = effects.shape
    prior = variances.slope * np.ones((criteria, criteria)) + variances.weights * np.eye(criteria)
    total = _noise(ratings) + variances.offset + effects @ prior @ effects.T
    if variances.residual and ratings.gram is not None:
        gram, unit = _centred(ratings.gram)
        total = total + variances.residual * gram
    inverse = np.linalg.inv(total)
    pull = inverse @ gap
    noise = float(gap @ pull) / n
    projected = effects @ prior
    dual, shift = np.zeros(n), 0.0
    if variances.residual and ratings.gram is not None:
        dual = variances.residual / unit * (pull - pull.mean())
        shift = -float(ratings.gram.mean(axis=0) @ dual)
    return Solution(
        offset=variances.offset * float(pull.sum()) + shift,
        weights=1 + projected.T @ pull,
        dual=dual,
        covariance=noise * (prior - projected.T @ inverse @ projected),
        prior=noise * prior,
        left_out=pull / np.diag(inverse),
    )


def _candidates(ratings: Ratings) -> dict[str, Floats]:
    """Variances to choose from, smallest first, of each stage that can be tried."""
    candidates = {"offset": np.array([1 / OFFSET])}
    if ratings.spread > 0 and ratings.spreads.mean() > 0:
        candidates |= {"slope": SLOPES / ratings.spread}
        if ratings.effects.shape[1] > 1:
            candidates |= {"weights": WEIGHTS / ratings.spreads.mean()}
    if ratings.gram is not None and len(ratings.gap) >= MANY and _centred(ratings.gram)[1] > 1e-9:
        candidates |= {"residual": RESIDUALS}
    return candidates


def _tried(ratings: Ratings, variances: Variances, name: str, candidates: Floats) -> tuple[Variances, Solution]:
    """The likeliest variance of this stage, or a smaller one if its slope were too flat, and what it leads to."""
    chosen = _likeliest(ratings, variances, name, candidates)
    for variance in candidates[candidates <= chosen][::-1]:
        tried = replace(variances, **{name: float(variance)})
        solution = solve(ratings, tried)
        if name != "slope" or solution.weights.min() >= FLATTEST:
            break
    return tried, solution


def _likeliest(ratings: Ratings, variances: Variances, name: str, candidates: Floats) -> float:
    """The variance of this stage under which the ratings are likeliest, with a penalty on each step; noise profiled out."""
    if len(candidates) == 1:
        return float(candidates[0])
    effects, total, n = ratings.effects, ratings.effects.sum(axis=1, keepdims=True), len(ratings.gap)
    start = _noise(ratings) + variances.offset + variances.slope * (total @ total.T) + variances.weights * (effects @ effects.T)
    root = np.linalg.inv(np.linalg.cholesky(start))
    if name == "residual" and ratings.gram is not None:
        spectrum, vectors = np.linalg.eigh(root @ _centred(ratings.gram)[0] @ root.T)
    else:
        vectors, values, _ = np.linalg.svd(root @ (total if name == "slope" else effects), full_matrices=False)
        spectrum = values**2
    whitened = root @ ratings.gap
    squares = (vectors.T @ whitened) ** 2
    growth = 1 + np.outer(candidates, np.maximum(spectrum, 0))
    beside = max(float(whitened @ whitened - squares.sum()), 0.0)
    fits = np.maximum((squares / growth).sum(axis=1) + beside, np.finfo(float).tiny)
    likelihood = -(np.log(growth).sum(axis=1) + n * np.log(fits)) / 2
    return float(candidates[np.argmax(likelihood - np.log(DOUBT) * np.arange(len(candidates)))])


def _noise(ratings: Ratings) -> Floats:
    return np.diag(1 / ratings.weight)


def _centred(gram: Floats) -> tuple[Floats, float]:
    """The kernel with its mean over the rated photographs taken out, scaled to unit variance, and that variance."""
    means = gram.mean(axis=0)
    unit = float(np.diag(gram).mean() - means.mean())
    centred: Floats = (gram - means - means[:, None] + means.mean()) / max(unit, np.finfo(float).tiny)
    return centred, unit
