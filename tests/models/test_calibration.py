"""Calibration: Platt's sigmoid against scikit-learn's, folds, isotonic tables."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from iaa_classic.models.calibration import folds_of, isotonic_table, platt, sigmoid


def test_platt_is_scikit_learns_sigmoid():
    random = np.random.default_rng(0)
    decisions = random.normal(size=(400, 1)) * 30 + 7
    y = random.random(400) < sigmoid(decisions[:, 0] / 20)
    theirs = CalibratedClassifierCV(LogisticRegression(), cv=StratifiedKFold(5), ensemble=False).fit(decisions, y)
    out = np.empty(400)
    for train, test in StratifiedKFold(5).split(decisions, y):
        out[test] = LogisticRegression().fit(decisions[train], y[train]).decision_function(decisions[test])
    factor, offset = platt(out, y, np.ones(400))
    whole = LogisticRegression().fit(decisions, y).decision_function(decisions)
    np.testing.assert_allclose(sigmoid(factor * whole + offset), theirs.predict_proba(decisions)[:, 1], atol=1e-4)


def test_platt_never_turns_the_order_round():
    y = np.arange(100) % 2 == 0
    factor, _ = platt(np.where(y, -1.0, 1.0), y, np.ones(100))
    assert 0 < factor < 0.01
    factor, offset = platt(np.ones(100), y, np.ones(100))
    assert factor > 0
    assert sigmoid(factor + offset) == pytest.approx(0.5)


def test_weights_of_platt_count_as_rows():
    random = np.random.default_rng(0)
    decisions, weight = random.normal(size=60), random.integers(1, 4, 60)
    for y in (random.random(60) < 0.4, random.random(60) < sigmoid(2 * decisions)):
        repeated = platt(np.repeat(decisions, weight), np.repeat(y, weight), np.ones(weight.sum()))
        np.testing.assert_allclose(platt(decisions, y, weight.astype(float)), repeated, rtol=1e-4, atol=1e-9)


def test_folds_keep_groups_together_and_leave_out_each_row_once():
    random = np.random.default_rng(0)
    positive, groups, weight = random.random(90) < 0.5, np.arange(90) // 3, np.ones(90)
    weight[:6] = 0
    folds = folds_of(positive, weight, groups, 5, 0)
    assert len(folds) == 5
    for train, test in folds:
        assert not set(groups[train]) & set(groups[test])
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(6, 90))
    again = StratifiedGroupKFold(5, shuffle=True, random_state=0).split(positive[6:], positive[6:], groups[6:])
    assert all((one[1] == other[1] + 6).all() for one, other in zip(folds, again, strict=True))


def test_isotonic_tables_are_small():
    random = np.random.default_rng(0)
    decisions = np.append(random.normal(size=500), np.nan)
    table = isotonic_table(decisions, decisions > 0, None)
    assert table.shape[0] == 2
    assert table.shape[1] <= 4
