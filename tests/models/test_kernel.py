"""The sum of kernels: agreement with scikit-learn's SVR, exact sums, Shapley values, and refusal of unsound arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.svm import SVR

from iaa_classic.models import kernel
from iaa_classic.models import kernel_fit as module
from iaa_classic.models.kernel import AdditiveKernel, rbf, scaled_ranks, weighted_quantiles
from iaa_classic.models.kernel_fit import fit_kernel

from ._oracles import enumerated_shapley


@pytest.fixture(scope="module")
def fitted(table) -> AdditiveKernel:
    return fit_kernel(table.X, table.y, table.groups, table.n_groups, C=2.0)


@pytest.fixture(scope="module")
def small(table) -> AdditiveKernel:
    """Fitted on so few rows that all of them are references."""
    return fit_kernel(table.X[:30], table.y[:30], table.groups, table.n_groups, C=2.0, gamma=1.0)


def summed(effects, table):
    return np.stack([effects[:, table.groups == group].sum(axis=1) for group in range(table.n_groups)], axis=1)


def odd_rows(table):
    X = np.random.default_rng(2).normal(size=(50, table.X.shape[1])) * 4
    X[::3, 1] = np.nan
    X[5] = 1e30
    return X


def test_predicts_what_the_support_vector_machine_predicts(table, fitted):
    """The whole pipeline again with scikit-learn's SVR on an explicit kernel function."""
    transformed = scaled_ranks(table.X, fitted.knots, fitted.spread).astype(float)

    def sum_of_kernels(a, b):
        total = np.zeros((len(a), len(b)))
        for group in range(table.n_groups):
            own = (table.groups == group) & (fitted.spread > 0)
            squares = ((a[:, None, own] - b[None, :, own]) ** 2).sum(axis=2)
            total += fitted.weights[group] * np.exp(-fitted.gammas[group] * squares)
        return total

    mean, scale = table.y.mean(), table.y.std()
    svr = SVR(kernel=sum_of_kernels, C=2.0, epsilon=0.3, tol=1e-8).fit(transformed, (table.y - mean) / scale)
    for X in (table.X, odd_rows(table)):
        expected = svr.predict(scaled_ranks(X, fitted.knots, fitted.spread).astype(float)) * scale + mean
        np.testing.assert_allclose(fitted.baseline + fitted.parts(X).sum(axis=1), expected, atol=1e-6)
        # the same coefficients, so that only rounding is left
        own = svr.dual_coef_.ravel()
        np.testing.assert_allclose(np.sort(fitted.dual), np.sort(own * scale), atol=1e-5)


def test_parts_add_up_to_the_dual_expansion(table, fitted):
    transformed = fitted.transform(table.X).astype(float)
    expected = np.full(len(table.X), fitted.intercept)
    for row, dual in zip(fitted.support.astype(float), fitted.dual, strict=True):
        for group in range(table.n_groups):
            own = table.groups == group
            squares = ((transformed[:, own] - row[own]) ** 2).sum(axis=1)
            expected += dual * fitted.weights[group] * np.exp(-fitted.gammas[group] * squares)
    np.testing.assert_allclose(fitted.baseline + fitted.parts(table.X).sum(axis=1), expected, atol=1e-10)


def test_parts_are_centred_on_the_training_rows(table, fitted):
    np.testing.assert_allclose(fitted.parts(table.X).mean(axis=0), 0, atol=1e-12)


def test_parts_are_centred_by_weight(table):
    weighted = fit_kernel(table.X, table.y, table.groups, 4, sample_weight=table.weight)
    np.testing.assert_allclose(np.average(weighted.parts(table.X), axis=0, weights=table.weight), 0, atol=1e-12)
    effects = weighted.feature_effects(table.X[:10])
    np.testing.assert_allclose(summed(effects, table), weighted.parts(table.X[:10]), atol=1e-10)


def test_a_part_moves_only_with_its_own_columns(table, fitted):
    X = table.X.copy()
    X[:, table.groups == 1] = 7.0
    moved = np.abs(fitted.parts(X) - fitted.parts(table.X)).max(axis=0)
    assert moved[1] > 0.1
    assert (moved[[0, 2, 3]] == 0).all()


def test_a_group_without_a_usable_column_adds_nothing(table, fitted):
    assert (fitted.parts(odd_rows(table))[:, 3] == 0).all()


def test_a_column_that_was_constant_has_no_effect(table, fitted):
    X = table.X.copy()
    X[:, 5] = -50.0
    np.testing.assert_array_equal(fitted.parts(X), fitted.parts(table.X))
    assert (fitted.feature_effects(X[:5])[:, [5, 8]] == 0).all()


@pytest.mark.parametrize("which", ["fitted", "small"])
def test_feature_effects_sum_to_the_parts(which, table, request):
    kernel = request.getfixturevalue(which)
    X = np.vstack([table.X[:12], odd_rows(table)[:8]])
    np.testing.assert_allclose(summed(kernel.feature_effects(X), table), kernel.parts(X), atol=1e-10)


def test_references_are_all_training_rows_if_they_are_few(small):
    np.testing.assert_allclose(small.reference_weights, 1 / 30, atol=1e-12)


def test_references_of_many_rows_weigh_nearly_the_same(fitted):
    assert len(fitted.references) == kernel.REFERENCES
    assert fitted.reference_weights.sum() == pytest.approx(1, abs=1e-12)
    assert (fitted.reference_weights > 0).all()


@pytest.mark.parametrize("row", [0, 6, 200])
def test_feature_effects_are_shapley_values_by_enumeration(table, small, row):
    """The interventional game over all training rows: features outside the coalition come from every row in turn."""
    x, members = table.X[row], np.array([0, 1, 2, 3, 4, 6, 7])

    def value(chosen):
        X = table.X[:30].copy()
        kept = members[sorted(chosen)]
        X[:, kept] = x[kept]
        return small.parts(X).sum(axis=1).mean()

    expected = enumerated_shapley(value, len(members))
    np.testing.assert_allclose(small.feature_effects(x[None])[0, members], expected, atol=1e-9)


def test_slices_do_not_show(table, fitted, monkeypatch):
    parts, effects = fitted.parts(table.X), fitted.feature_effects(table.X[:3])
    monkeypatch.setattr("iaa_classic.models.trees._CHUNK", 3000)
    np.testing.assert_allclose(fitted.parts(table.X), parts, atol=1e-12)
    np.testing.assert_allclose(fitted.feature_effects(table.X[:3]), effects, atol=1e-12)


def test_rescaling_stretches_effects_and_moves_the_baseline(table, fitted):
    stretched = fitted.rescaled(2.5, -3)
    assert stretched.baseline == pytest.approx(2.5 * fitted.baseline - 3, abs=1e-12)
    np.testing.assert_allclose(stretched.parts(table.X), 2.5 * fitted.parts(table.X), atol=1e-12)
    np.testing.assert_allclose(stretched.feature_effects(table.X[:3]), 2.5 * fitted.feature_effects(table.X[:3]), atol=1e-12)


def test_it_learns(table, fitted):
    held_out = np.random.default_rng(5).normal(size=(300, 9))
    held_out[:, 5], held_out[:, 8] = 3.0, np.nan
    truth = held_out[:, 0] + np.sin(2 * held_out[:, 1]) * held_out[:, 2]
    predicted = fitted.baseline + fitted.parts(held_out).sum(axis=1)
    assert np.corrcoef(truth, predicted)[0, 1] > 0.7


def test_many_rows_are_fitted_in_the_span_of_a_few(table, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 200)
    monkeypatch.setattr(module, "LANDMARKS", 150)
    few = fit_kernel(table.X, table.y, table.groups, 4, C=2.0, gamma=0.2, random_state=0)
    assert len(few.support) == 150
    np.testing.assert_allclose(few.parts(table.X).mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(summed(few.feature_effects(table.X[:5]), table), few.parts(table.X[:5]), atol=1e-9)
    exact = fit_kernel(table.X, table.y, table.groups, 4)
    monkeypatch.setattr(module, "MOST_ROWS", 5000)
    predicted = few.baseline + few.parts(table.X).sum(axis=1)
    assert np.corrcoef(predicted, table.y)[0, 1] > 0.85
    assert exact.baseline == pytest.approx(few.baseline, abs=0.2)


def test_landmark_solution_is_kernel_ridge_regression(table, monkeypatch):
    """With every row a landmark it is the textbook ridge solution with an unpenalised intercept."""
    monkeypatch.setattr(module, "MOST_ROWS", 50)
    monkeypatch.setattr(module, "LANDMARKS", 60)
    X, y = table.X[:60], table.y[:60]
    ridge = fit_kernel(X, y, table.groups, 4, C=2.0, random_state=0)
    rows = ridge.transform(X)
    gram = sum(
        ridge.weights[g] * rbf(rows[:, table.groups == g], rows[:, table.groups == g], ridge.gammas[g]) for g in range(3)
    )
    system = np.block([[gram + np.eye(60) / 2.0, np.ones((60, 1))], [np.ones((1, 60)), np.zeros((1, 1))]])
    solution = np.linalg.solve(system, np.append(y, 0))
    expected = gram @ solution[:60] + solution[60]
    np.testing.assert_allclose(ridge.baseline + ridge.parts(X).sum(axis=1), expected, atol=1e-5)


@pytest.mark.parametrize("y", [np.full(30, 4.0), np.linspace(1, 1 + 1e-9, 30)])
def test_constant_target_gives_the_baseline(table, y):
    flat = fit_kernel(table.X[:30], y, table.groups, 4)
    np.testing.assert_allclose(flat.baseline + flat.parts(table.X).sum(axis=1), y.mean(), atol=1e-8)


def test_nothing_to_learn_from_gives_the_baseline(table):
    flat = fit_kernel(np.zeros((30, 2)), table.y[:30], [0, 1], 2)
    assert flat.baseline == pytest.approx(table.y[:30].mean())
    assert (flat.parts(np.ones((3, 2))) == 0).all()


def test_ranks_are_midranks_between_minus_and_plus_a_half():
    x = np.array([0.0] * 50 + list(np.linspace(1, 2, 50)))[:, None]
    knots = np.quantile(x[:, 0], np.linspace(0, 1, 41), method="inverted_cdf")[:, None]
    ranks = scaled_ranks(np.array([[-1.0], [0.0], [1.5], [9.0], [np.nan]]), knots, np.ones(1))[:, 0]
    assert ranks[0] == -0.5
    assert ranks[1] == pytest.approx(-0.25, abs=0.02)
    assert ranks[2] == pytest.approx(0.25, abs=0.03)
    assert ranks[3] == 0.5
    assert ranks[4] == 0


def test_weights_count_as_repetitions_in_quantiles():
    random = np.random.default_rng(3)
    x, weight = random.normal(size=37), random.integers(0, 5, 37)
    levels = np.linspace(0, 1, 41)
    repeated = np.repeat(x, weight)
    expected = np.quantile(repeated, levels, method="inverted_cdf")
    np.testing.assert_array_equal(weighted_quantiles(repeated, levels, np.ones(len(repeated))), expected)
    known = weight > 0
    np.testing.assert_array_equal(weighted_quantiles(x[known], levels, weight[known].astype(float)), expected)


UNSOUND = {
    "support of another width": lambda k: {"support": k.support[:, :-1]},
    "dual of another length": lambda k: {"dual": k.dual[:-1]},
    "dual not finite": lambda k: {"dual": np.where(np.arange(len(k.dual)) == 0, np.nan, k.dual)},
    "support not finite": lambda k: {"support": np.full_like(k.support, np.inf)},
    "group outside": lambda k: {"groups": k.groups + 1},
    "negative group": lambda k: {"groups": k.groups - 1},
    "groups as floats": lambda k: {"groups": k.groups.astype(float)},
    "knots descend": lambda k: {"knots": k.knots[::-1]},
    "one knot": lambda k: {"knots": k.knots[:1]},
    "knots of another width": lambda k: {"knots": k.knots[:, :-1]},
    "negative width": lambda k: {"gammas": -k.gammas},
    "negative spread": lambda k: {"spread": -k.spread},
    "intercept not finite": lambda k: {"intercept": np.inf},
    "integers for numbers": lambda k: {"dual": k.dual.astype(int)},
    "list for an array": lambda k: {"weights": k.weights.tolist()},
    "references of another width": lambda k: {"references": k.references[:, 1:]},
}


@pytest.mark.parametrize("kind", UNSOUND)
def test_unsound_arrays_are_refused(fitted, kind):
    with pytest.raises(ValueError, match=r"^kernel: "):
        replace(fitted, **UNSOUND[kind](fitted))
