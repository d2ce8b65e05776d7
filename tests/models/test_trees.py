"""Trees as flat arrays: agreement with scikit-learn, exact sums, Shapley values, and refusal of unsound arrays."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from iaa_classic.models.trees import AdditiveTrees, trees_from_sklearn
from iaa_classic.models.trees_fit import fit_trees

from ._oracles import enumerated_shapley


def without_empty(table) -> np.ndarray:
    """The table with zeros in its column without a value, which scikit-learn cannot bin and no tree splits."""
    return np.where(np.isnan(table.X).all(axis=0), 0.0, table.X)


@pytest.fixture(scope="module")
def grown(table):
    """A scikit-learn estimator under interaction constraints, and its copy."""
    columns = [np.flatnonzero(table.groups == group).tolist() for group in range(table.n_groups)]
    estimator = HistGradientBoostingRegressor(
        max_iter=40, max_depth=4, interaction_cst=columns, early_stopping=False, random_state=0
    ).fit(without_empty(table), table.y)
    return estimator, trees_from_sklearn([estimator], table.groups, table.n_groups, table.X)


@pytest.fixture(scope="module")
def bagged(table) -> AdditiveTrees:
    return fit_trees(
        table.X,
        table.y,
        table.groups,
        table.n_groups,
        sample_weight=table.weight,
        n_trees=30,
        n_bags=3,
        feature_share=0.5,
        random_state=0,
    )


def gaps_everywhere(table, seed=1):
    random = np.random.default_rng(seed)
    X = random.normal(size=(200, table.X.shape[1])) * 2
    X[random.random(X.shape) < 0.2] = np.nan
    return X


def test_predicts_what_scikit_learn_predicts(grown, table):
    estimator, trees = grown
    for X in (table.X, gaps_everywhere(table)):
        np.testing.assert_allclose(trees.baseline + trees.parts(X).sum(axis=1), estimator.predict(X), atol=1e-12)


def test_averages_several_ensembles(table):
    columns = [np.flatnonzero(table.groups == group).tolist() for group in range(table.n_groups)]
    estimators = [
        HistGradientBoostingRegressor(max_iter=10, interaction_cst=columns, max_features=0.5, random_state=seed).fit(
            without_empty(table)[seed::2], table.y[seed::2]
        )
        for seed in (0, 1)
    ]
    trees = trees_from_sklearn(estimators, table.groups, table.n_groups, table.X)
    expected = np.mean([estimator.predict(table.X) for estimator in estimators], axis=0)
    np.testing.assert_allclose(trees.baseline + trees.parts(table.X).sum(axis=1), expected, atol=1e-12)


def test_raw_score_of_a_classifier(table):
    estimator = HistGradientBoostingClassifier(max_iter=10, random_state=0).fit(without_empty(table), table.y > 5)
    trees = trees_from_sklearn([estimator], np.zeros(9), 1, table.X)
    raw = estimator.decision_function(without_empty(table))
    np.testing.assert_allclose(trees.baseline + trees.parts(table.X).sum(axis=1), raw, atol=1e-12)


def test_a_tree_across_groups_is_refused(table):
    estimator = HistGradientBoostingRegressor(max_iter=10).fit(without_empty(table), table.y)
    with pytest.raises(ValueError, match="inside one group"):
        trees_from_sklearn([estimator], table.groups, table.n_groups, table.X)


def test_parts_are_centred_on_the_training_rows(grown, table):
    _, trees = grown
    np.testing.assert_allclose(trees.parts(table.X).mean(axis=0), 0, atol=1e-12)


def test_parts_are_centred_by_weight(bagged, table):
    np.testing.assert_allclose(np.average(bagged.parts(table.X), axis=0, weights=table.weight), 0, atol=1e-12)


def test_a_part_moves_only_with_its_own_columns(grown, table):
    _, trees = grown
    X = table.X.copy()
    X[:, table.groups == 1] = 7.0
    moved = np.abs(trees.parts(X) - trees.parts(table.X)).max(axis=0)
    assert moved[1] > 0.1
    assert (moved[[0, 2, 3]] == 0).all()


def test_a_group_without_a_usable_column_adds_nothing(grown, table):
    _, trees = grown
    assert (trees.parts(gaps_everywhere(table))[:, 3] == 0).all()


def test_one_row_is_evaluated_as_in_a_batch(grown, table):
    _, trees = grown
    np.testing.assert_array_equal(trees.parts(table.X[17:18])[0], trees.parts(table.X)[17])


def test_slices_do_not_show(grown, table, monkeypatch):
    _, trees = grown
    parts, effects = trees.parts(table.X), trees.feature_effects(table.X)
    monkeypatch.setattr("iaa_classic.models.trees._CHUNK", 700)
    np.testing.assert_array_equal(trees.parts(table.X), parts)
    np.testing.assert_array_equal(trees.feature_effects(table.X), effects)


@pytest.mark.parametrize("which", ["grown", "bagged"])
def test_feature_effects_sum_to_the_parts(which, table, request):
    trees = request.getfixturevalue(which)
    trees = trees[1] if which == "grown" else trees
    for X in (table.X, gaps_everywhere(table)):
        effects = trees.feature_effects(X)
        sums = np.stack([effects[:, table.groups == group].sum(axis=1) for group in range(4)], axis=1)
        np.testing.assert_allclose(sums, trees.parts(X), atol=1e-12)


def path_dependent_value(trees: AdditiveTrees, x: np.ndarray, chosen: frozenset[int]) -> float:
    """The game of path-dependent TreeSHAP as Lundberg et al. (2020), algorithm 1, define it."""

    def below(node: int) -> float:
        left, right = trees.left[node], trees.right[node]
        if left == node:
            return trees.value[node]
        feature = trees.feature[node]
        if feature in chosen:
            missing = np.isnan(x[feature])
            goes_left = trees.missing_left[node] if missing else x[feature] <= trees.threshold[node]
            return below(left if goes_left else right)
        cover = trees.cover
        return (cover[left] * below(left) + cover[right] * below(right)) / cover[node]

    return sum(below(root) for root in trees.tree_start[:-1])


@pytest.mark.parametrize("row", [0, 1, 6, 50])
def test_feature_effects_are_shapley_values_by_enumeration(grown, table, row):
    _, trees = grown
    x = table.X[row]
    members = [0, 1, 2, 3, 4, 6, 7]
    expected = enumerated_shapley(
        lambda chosen: path_dependent_value(trees, x, frozenset(members[k] for k in chosen)), len(members)
    )
    np.testing.assert_allclose(trees.feature_effects(x[None])[0, members], expected, atol=1e-10)


def test_feature_effects_agree_with_shap(grown, table):
    shap = pytest.importorskip("shap")
    estimator, trees = grown
    expected = shap.TreeExplainer(estimator).shap_values(table.X[:50], check_additivity=False)
    np.testing.assert_allclose(trees.feature_effects(table.X[:50]), expected, atol=1e-6)


def test_rescaling_stretches_effects_and_moves_the_baseline(grown, table):
    _, trees = grown
    stretched = trees.rescaled(2.5, -3)
    assert stretched.baseline == pytest.approx(2.5 * trees.baseline - 3, abs=1e-12)
    np.testing.assert_allclose(stretched.parts(table.X), 2.5 * trees.parts(table.X), atol=1e-12)
    np.testing.assert_allclose(stretched.feature_effects(table.X), 2.5 * trees.feature_effects(table.X), atol=1e-12)


def test_monotonic_constraints_hold(table):
    y = table.y - 2 * table.X[:, 3] ** 2
    constraints = [1, 0, 0, -1, 0, 0, 0, 0, 0]
    trees = fit_trees(
        table.X, y, table.groups, 4, monotonic=constraints, n_trees=60, n_bags=2, feature_share=1.0, random_state=0
    )
    for column, sign, group in ((0, 1, 0), (3, -1, 1)):
        X = np.repeat(table.X[:40], 60, axis=0)
        X[:, column] = np.tile(np.linspace(-3, 3, 60), 40)
        steps = sign * np.diff(trees.parts(X)[:, group].reshape(40, 60), axis=1)
        assert steps.min() >= -1e-12
    assert np.ptp(trees.parts(X)[:, 1]) > 0.5


def test_same_seed_same_trees(table):
    once, again = (fit_trees(table.X, table.y, table.groups, 4, n_trees=5, random_state=3) for _ in range(2))
    other = fit_trees(table.X, table.y, table.groups, 4, n_trees=5, random_state=4)
    np.testing.assert_array_equal(once.parts(table.X), again.parts(table.X))
    assert not np.array_equal(once.parts(table.X), other.parts(table.X))


def test_nothing_to_split_on_leaves_the_baseline(table):
    trees = fit_trees(np.zeros((30, 2)), table.y[:30], [0, 1], 2, n_bags=1)
    assert trees.n_trees == 0
    assert trees.baseline == pytest.approx(table.y[:30].mean())
    assert (trees.parts(np.ones((4, 2))) == 0).all()
    assert (trees.feature_effects(np.ones((4, 2))) == 0).all()


def changed(array, position, value):
    array = array.copy()
    array[position] = value
    return array


def first_inner(trees):
    return int(np.flatnonzero(trees.left != np.arange(len(trees.left)))[0])


UNSOUND = {
    "child far outside": lambda t: {"left": changed(t.left, first_inner(t), 10**9)},
    "negative child": lambda t: {"right": changed(t.right, first_inner(t), -1)},
    "child before its parent": lambda t: {"right": changed(t.right, 2, 0)},
    "leaf that points at the next node": lambda t: {"left": changed(t.left, len(t.left) - 2, len(t.left) - 1)},
    "only one child is the node itself": lambda t: {"left": changed(t.left, first_inner(t), first_inner(t))},
    "child in another tree": lambda t: {"right": changed(t.right, 0, int(t.tree_start[1]))},
    "both children the same": lambda t: {"right": changed(t.right, 0, int(t.left[0]))},
    "feature outside": lambda t: {"feature": changed(t.feature, 0, t.n_features)},
    "negative feature": lambda t: {"feature": changed(t.feature, 0, -1)},
    "threshold not a number": lambda t: {"threshold": changed(t.threshold, 0, np.nan)},
    "value not a number": lambda t: {"value": changed(t.value, 1, np.nan)},
    "infinite value": lambda t: {"value": changed(t.value, 1, np.inf)},
    "negative cover": lambda t: {"cover": changed(t.cover, 1, -1.0)},
    "cover that does not add up": lambda t: {"cover": changed(t.cover, 0, 1.0)},
    "empty root": lambda t: {"cover": np.zeros_like(t.cover)},
    "group outside": lambda t: {"tree_group": changed(t.tree_group, -1, 99)},
    "groups out of order": lambda t: {"tree_group": t.tree_group[::-1].copy()},
    "starts do not cover the nodes": lambda t: {"tree_start": t.tree_start[:-1]},
    "starts go back": lambda t: {"tree_start": changed(t.tree_start, 1, 10**6)},
    "shorter array": lambda t: {"value": t.value[:-1]},
    "floats for indices": lambda t: {"left": t.left.astype(float)},
    "table for a list": lambda t: {"value": t.value[:, None]},
    "objects": lambda t: {"value": t.value.astype(object)},
    "list for an array": lambda t: {"value": t.value.tolist()},
    "baseline not a number": lambda t: {"baseline": np.nan},
}


@pytest.mark.parametrize("kind", UNSOUND)
def test_unsound_arrays_are_refused(grown, kind):
    _, trees = grown
    with pytest.raises(ValueError, match=r"^trees: "):
        replace(trees, **UNSOUND[kind](trees))


def test_weighted_trees_split_where_unweighted_ones_do(table):
    """Weights of one are no weights; only the way there differs, which spares scikit-learn its weighted percentiles."""
    options = {"n_trees": 30, "n_bags": 1, "min_samples_leaf": 5, "random_state": 0}
    plain = fit_trees(table.X, table.y, table.groups, 4, **options)
    weighted = fit_trees(table.X, table.y, table.groups, 4, sample_weight=np.ones(len(table.y)), **options)
    for X in (table.X, np.random.default_rng(1).normal(size=(200, table.X.shape[1]))):
        own, other = (trees.baseline + trees.parts(X).sum(axis=1) for trees in (plain, weighted))
        np.testing.assert_allclose(own, other, atol=1e-12)
    inner = weighted.left != np.arange(len(weighted.left))
    for feature in np.unique(weighted.feature[inner]):
        seen = table.X[:, feature]
        cuts = weighted.threshold[inner & (weighted.feature == feature)]
        assert ((cuts >= np.nanmin(seen)) & (cuts <= np.nanmax(seen)) | np.isinf(cuts)).all()


def test_weighted_trees_of_many_distinct_values_are_quick():
    random = np.random.default_rng(0)
    X, y = random.normal(size=(600, 200)), random.normal(size=600)
    took = []
    for weight in (None, random.uniform(0.5, 1.5, 600)):
        start = time.process_time()
        fit_trees(X, y, np.zeros(200, int), 1, n_trees=5, n_bags=1, sample_weight=weight)
        took.append(time.process_time() - start)
    assert took[1] < 5 * took[0] + 1
