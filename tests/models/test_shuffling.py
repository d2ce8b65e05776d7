"""Replacing columns changes the prediction as predicting the changed table does, whatever was left uncomputed."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.models import AestheticRegressor
from iaa_classic.models.content_core import AdditiveContent
from iaa_classic.models.shuffling import shuffler

CRITERIA = ["light", "light", "colour", "colour", "colour", "idle"]


@pytest.fixture(scope="module")
def table():
    X = np.random.default_rng(0).random((70, 6))
    X[:, 5] = 0.5
    X[3, 0] = X[10, 2] = X[11, 3] = np.nan
    return X


@pytest.fixture(scope="module", params=["gbm", "svm", "both"])
def model(request, table):
    y = np.nan_to_num(table[:, 0]) + np.nan_to_num(table[:, 2]) * table[:, 4]
    estimator = AestheticRegressor(request.param, criteria=CRITERIA, n_trees=15, n_bags=2, min_samples_leaf=4, random_state=0)
    return estimator.fit(table, y).model_


@pytest.mark.parametrize("columns", [[0], [2], [4], [5], [0, 1], [2, 4], [2, 3, 4]])
def test_the_change_is_that_of_the_prediction(model, table, columns):
    order = np.random.default_rng(1).permutation(len(table))
    donors = table[order][:, columns]
    changed = table.copy()
    changed[:, columns] = donors
    own = shuffler(model.core, table).change(np.array(columns), donors)
    np.testing.assert_allclose(own, model.predict(changed) - model.predict(table), atol=1e-10)


def test_a_column_without_effect_changes_nothing_at_all(model, table):
    donors = np.random.default_rng(2).random((len(table), 1))
    assert not shuffler(model.core, table).change(np.array([5]), donors).any()


def test_criteria_can_be_asked_for_in_any_order(model, table):
    """A kernel is remembered for one criterion at a time."""
    own = shuffler(model.core, table)
    donors = table[::-1]
    first = own.change(np.array([2]), donors[:, [2]])
    own.change(np.array([0]), donors[:, [0]])
    np.testing.assert_array_equal(own.change(np.array([2]), donors[:, [2]]), first)


def test_values_that_stay_change_nothing(model, table):
    for columns in ([1], [2, 3, 4]):
        np.testing.assert_allclose(shuffler(model.core, table).change(np.array(columns), table[:, columns]), 0, atol=1e-12)


@pytest.mark.parametrize("columns", [[0], [2, 4], [6]])
def test_learned_content_follows_the_columns_that_are_taken_off_it(model, table, columns):
    random = np.random.default_rng(3)
    svm = AestheticRegressor("svm", criteria=CRITERIA, random_state=0).fit(table, random.random(len(table))).model_.core
    core = AdditiveContent(model.core, svm, slope=0.7, centre=0.1)
    X = np.column_stack([table, random.random(len(table))])
    X[5, 6] = np.nan
    changed = X.copy()
    changed[:, columns] = X[::-1][:, columns]
    own = shuffler(core, X).change(np.array(columns), changed[:, columns])
    expected = core.parts(changed).sum(axis=1) - core.parts(X).sum(axis=1)
    np.testing.assert_allclose(own, expected, atol=1e-10)
    assert np.abs(own).max() > 1e-3
