"""The arithmetic of learning a taste: closed forms against their definitions, and when a stage is tried and used."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.models.personal_fit import FLATTEST, MANY, Ratings, Variances, learn, solve
from iaa_classic.models.personal_pairs import Choices, learn_choices


def test_left_out_errors_are_those_of_fits_without_each_rating():
    """The closed form against leaving every rating out in turn."""
    random = np.random.default_rng(8)
    effects, gap = random.normal(size=(12, 3)), random.normal(size=12)
    points = random.normal(size=(12, 2))
    gram = np.exp(-((points[:, None] - points) ** 2).sum(axis=2))
    weight = random.integers(1, 4, 12).astype(float)
    variances = Variances(offset=0.5, slope=0.3, weights=0.7)
    ratings = Ratings(effects, gap, weight, np.ones(3), 3.0, gram)
    whole = solve(ratings, variances)
    for left in range(12):
        rest = np.delete(np.arange(12), left)
        fewer = solve(Ratings(effects[rest], gap[rest], weight[rest], np.ones(3), 3.0, gram[np.ix_(rest, rest)]), variances)
        predicted = fewer.offset + effects[left] @ (fewer.weights - 1)
        assert whole.left_out[left] == pytest.approx(gap[left] - predicted, abs=1e-9)


def test_solution_is_that_of_ridge_regression():
    random = np.random.default_rng(9)
    effects, gap = random.normal(size=(20, 3)), random.normal(size=20)
    solution = solve(Ratings(effects, gap, np.ones(20), np.ones(3), 3.0), Variances(offset=0.5, weights=0.2))
    design = np.column_stack([np.ones(20), effects])
    expected = np.linalg.solve(design.T @ design + np.diag([2, 5, 5, 5]), design.T @ gap)
    np.testing.assert_allclose([solution.offset, *(solution.weights - 1)], expected, atol=1e-9)


def ratings_of(count: int, weights: list[float], noise: float, seed: int = 0) -> Ratings:
    random = np.random.default_rng(seed)
    effects = random.normal(size=(count, 3))
    gap = effects @ (np.array(weights) - 1) + noise * random.normal(size=count)
    return Ratings(effects, gap, np.ones(count), np.ones(3), 3.0, np.exp(-((effects[:, None] - effects) ** 2).sum(axis=2)))


def test_a_residual_needs_many_ratings():
    for count, expected in ((MANY - 1, ["offset", "slope", "weights"]), (MANY, ["offset", "slope", "weights", "residual"])):
        assert [stage.name for stage in learn(ratings_of(count, [1, 1, 1], 1.0))] == expected


def test_a_scale_turns_no_order_round_but_own_weights_may():
    stages = {stage.name: stage for stage in learn(ratings_of(60, [-1, -1, -1], 0.5))}
    assert "slope" not in stages or (stages["slope"].solution.weights >= FLATTEST).all()
    assert (stages["weights"].solution.weights < 0).all()


def test_ratings_that_the_generic_model_foresaw_teach_nothing():
    foreseen = ratings_of(40, [1, 1, 1], 0.0)
    assert learn(foreseen) == []


def test_clearer_tastes_are_followed_further():
    learned = [learn(ratings_of(60, [3, 1, -1], noise))[2].solution for noise in (0.1, 3.0)]
    errors = [np.abs(solution.weights - [3, 1, -1]).max() for solution in learned]
    assert errors[0] < 0.1 < errors[1]
    assert np.diag(learned[0].covariance).max() < np.diag(learned[1].covariance).max()


def test_pairs_are_fitted_as_by_logistic_regression():
    """With so many pairs that nothing is left of the prior, but the weights' common size."""
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(3)
    effects = random.normal(size=(3000, 3))
    pairs = np.arange(3000).reshape(-1, 2)
    differences = effects[pairs[:, 0]] - effects[pairs[:, 1]]
    chance = 1 / (1 + np.exp(-differences @ [3.0, 1.0, -1.0]))
    turned = np.where((random.random(1500) < chance)[:, None], pairs, pairs[:, ::-1])
    folds = np.repeat(np.arange(1500) % 5, 2)
    (stage,) = learn_choices(Choices(effects, turned, np.ones(3), 3.0, folds))
    both = np.concatenate([effects[turned[:, 0]] - effects[turned[:, 1]], effects[turned[:, 1]] - effects[turned[:, 0]]])
    logistic = LogisticRegression(C=1e6, fit_intercept=False).fit(both, np.repeat([1, 0], 1500)).coef_[0]
    weights = stage.solution.weights
    np.testing.assert_allclose(weights / np.linalg.norm(weights), logistic / np.linalg.norm(logistic), atol=0.03)
    assert np.linalg.norm(weights) == pytest.approx(np.sqrt(3))
    assert stage.used
    assert stage.after < stage.before
