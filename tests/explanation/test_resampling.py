"""Figures over many resamples at once are those of each resample written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.metrics import roc_auc_score

from iaa_classic import metrics
from iaa_classic.explanation.resampling import (
    ClassAgreement,
    RankAgreement,
    interval,
    linear_agreement,
    means,
    ranks,
    resamples,
)


@pytest.fixture(scope="module")
def drawn():
    """Values with ties, their counts in some resamples, and the rows of each."""
    random = np.random.default_rng(3)
    true, own = random.integers(0, 9, 40).astype(float), random.normal(size=40).round(1)
    counts = resamples(np.repeat(np.arange(20), 2), 12, seed=4)
    return true, own, counts, [np.repeat(np.arange(40), row.astype(int)) for row in counts]


def test_whole_groups_are_drawn_and_the_first_is_as_it_is():
    ids = np.array([0, 0, 1, 2, 2, 2])
    counts = resamples(ids, 300, seed=0)
    assert counts.shape == (301, 6)
    assert (counts[0] == 1).all()
    assert (counts[:, 0] == counts[:, 1]).all()
    assert (counts[:, 3] == counts[:, 5]).all()
    assert (counts[:, [0, 2, 3]].sum(axis=1) == 3).all()
    assert counts[1:, 2].mean() == pytest.approx(1, abs=0.2)


def test_ranks_are_those_of_the_drawn_photographs(drawn):
    true, _, counts, rows = drawn
    table = ranks(true, counts)
    for own, some in zip(table, rows, strict=True):
        np.testing.assert_allclose(own[some], rankdata(true[some]))


def test_agreement_is_that_of_the_drawn_photographs(drawn):
    true, own, counts, rows = drawn
    expected = [metrics.srcc(true[some], own[some]) for some in rows]
    np.testing.assert_allclose(RankAgreement(true, counts)(own), expected)
    good = (true > 4).astype(float)
    areas = [roc_auc_score(good[some], own[some]) for some in rows]
    np.testing.assert_allclose(ClassAgreement(good, counts)(own), areas)
    correlations, slopes = linear_agreement(true, own, counts)
    np.testing.assert_allclose(correlations, [metrics.plcc(true[some], own[some]) for some in rows])
    np.testing.assert_allclose(slopes, [np.polyfit(own[some], true[some], 1)[0] for some in rows])
    np.testing.assert_allclose(means(own, counts), [own[some].mean() for some in rows])


def test_what_is_constant_agrees_with_nothing(drawn):
    true, own, counts, _ = drawn
    assert np.isnan(RankAgreement(true, counts)(np.full(40, 0.1))).all()
    assert np.isnan(RankAgreement(np.full(40, 0.1), counts)(own)).all()
    assert np.isnan(ClassAgreement(np.ones(40), counts)(own)).all()
    assert np.isnan(linear_agreement(true, np.full(40, 0.1), counts)[0]).all()
    low, high = interval(np.full((5, 2), np.nan))
    assert np.isnan([low, high]).all()


def test_intervals_leave_undefined_resamples_and_the_first_row_out():
    figures = np.column_stack([[99.0, *np.arange(101)], [99.0, *np.arange(101)]])
    figures[3, 1] = np.nan
    low, high = interval(figures)
    np.testing.assert_allclose([low[0], high[0]], [2.5, 97.5])
    assert low[1] > 2.5
    assert np.isnan(interval(np.ones((1, 3)))).all()
