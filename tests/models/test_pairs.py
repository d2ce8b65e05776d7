"""Pairs of rows: those that scores give, which to leave out together, and the loss and solver that learn from them."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.models import pairs as drawing
from iaa_classic.models.calibration import sigmoid
from iaa_classic.models.kernel_fit import kernel_space
from iaa_classic.models.pairs import left_out_rows, pairs_of_scores
from iaa_classic.models.ranker_fit import PairLoss, fit_kernel_pairs


def test_pairs_of_scores_are_all_of_them_in_order():
    y, groups = np.array([3.0, 1.0, 2.0, 2.0, 9.0, 9.0]), np.array([0, 0, 0, 0, 1, 1])
    random = np.random.RandomState(0)
    assert {tuple(pair) for pair in pairs_of_scores(y, groups, None, None, random)} == {(0, 1), (0, 2), (0, 3), (2, 1), (3, 1)}
    assert len(pairs_of_scores(y, None, None, None, random)) == 15 - 2
    assert len(pairs_of_scores(y, None, np.array([0, 1, 1, 1, 0, 0]), None, random)) == 2
    some = pairs_of_scores(y, None, None, 4, random)
    assert some.shape == (4, 2)
    assert (y[some[:, 0]] > y[some[:, 1]]).all()


def test_pairs_drawn_from_too_many_to_list(monkeypatch):
    monkeypatch.setattr(drawing, "_ENUMERABLE", 10)
    random = np.random.RandomState(0)
    y, groups = random.permutation(900) // 2.0, np.arange(900) % 3
    pairs = pairs_of_scores(y, groups, None, 2000, np.random.RandomState(1))
    assert len(np.unique(pairs, axis=0)) == 2000
    assert (y[pairs[:, 0]] > y[pairs[:, 1]]).all()
    assert (groups[pairs[:, 0]] == groups[pairs[:, 1]]).all()
    assert np.bincount(groups[pairs[:, 0]]).min() > 550
    assert np.bincount(pairs.ravel(), minlength=900).max() < 20
    np.testing.assert_array_equal(pairs, pairs_of_scores(y, groups, None, 2000, np.random.RandomState(1)))
    assert len(pairs_of_scores(np.append(1.0, np.zeros(99)), None, None, 20, random)) <= 20


def test_rows_are_left_out_by_group_or_by_piece_or_singly():
    random = np.random.RandomState(0)
    groups = np.arange(60) // 3
    fold = left_out_rows(np.array([[0, 59]]), 60, groups, 5, random)
    assert (fold.reshape(20, 3) == fold[::3, None]).all()
    assert np.bincount(fold).tolist() == [12] * 5
    apart = np.arange(60).reshape(30, 2)
    fold = left_out_rows(apart, 60, None, 5, random)
    assert (fold[apart[:, 0]] == fold[apart[:, 1]]).all()
    chain = np.column_stack([np.arange(59), np.arange(1, 60)])
    assert np.bincount(left_out_rows(chain, 60, None, 5, random)).tolist() == [12] * 5


def test_the_gradient_of_the_pairs_loss_is_its_slope():
    random = np.random.default_rng(0)
    pairs, weight, scores = random.integers(6, size=(20, 2)), random.random(20), random.normal(size=6)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    weight = weight[: len(pairs)]
    gradient, hessian = PairLoss(pairs, weight, 6).gradient_hessian(
        None, scores, gradient_out=np.empty(6), hessian_out=np.empty(6)
    )

    def loss(values):
        return weight @ np.logaddexp(0, values[pairs[:, 1]] - values[pairs[:, 0]])

    step = 1e-4
    for row in range(6):
        unit = step * np.eye(6)[row]
        assert gradient[row] == pytest.approx((loss(scores + unit) - loss(scores - unit)) / (2 * step), abs=1e-6)
        curvature = (loss(scores + unit) - 2 * loss(scores) + loss(scores - unit)) / step**2
        assert hessian[row] == pytest.approx(curvature, abs=1e-5)


def test_the_solution_is_that_of_a_plain_solver():
    """The kernel machine against Newton's method on the same loss, written out."""
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 3))
    y = X[:, 0] + X[:, 1] ** 2
    pairs = np.array([(i, j) for i, j in random.integers(60, size=(150, 2)) if y[i] > y[j]])
    weight, rows = random.random(len(pairs)) + 0.5, np.ones(60)
    core = fit_kernel_pairs(X, pairs, [0, 0, 1], 2, weight=weight, sample_weight=rows, C=2.0)
    gram = kernel_space(X, [0, 0, 1], 2, weight=rows).gram()
    differences = gram[pairs[:, 0]] - gram[pairs[:, 1]]
    share = 2.0 * weight * min(1, 60 / weight.sum())
    dual = np.zeros(60)
    for _ in range(30):
        wrong = sigmoid(-(differences @ dual))
        gradient = gram @ dual - differences.T @ (share * wrong)
        hessian = gram + (differences.T * (share * wrong * (1 - wrong))) @ differences
        dual -= np.linalg.lstsq(hessian, gradient, rcond=1e-13)[0]
    expected = gram @ dual
    np.testing.assert_allclose(core.parts(X).sum(axis=1), expected - expected.mean(), atol=1e-5)
