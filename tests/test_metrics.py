"""Metrics against scipy, scikit-learn and hand-worked values."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as reference

from iaa_classic.metrics import (
    accuracy,
    bootstrap_interval,
    chi_square_distance,
    emd,
    kl_divergence,
    krcc,
    mae,
    mse,
    ndcg,
    pairwise_accuracy,
    plcc,
    rmse,
    srcc,
)

PAIRS = st.integers(2, 40).flatmap(lambda n: st.tuples(*[st.lists(st.integers(-5, 5).map(float), min_size=n, max_size=n)] * 2))


@settings(deadline=None)
@given(PAIRS)
def test_correlations_agree_with_scipy_ties_and_constants_included(pair):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = [
            stats.spearmanr(*pair).statistic,
            stats.pearsonr(*pair).statistic,
            stats.kendalltau(*pair).statistic,
        ]
    np.testing.assert_allclose([srcc(*pair), plcc(*pair), krcc(*pair)], expected, atol=1e-12)


def test_correlations_by_hand():
    # ranks 1 2 3 4 against 1 2 4 3: 1 - 6 * 2 / (4 * 15)
    assert srcc([1, 2, 3, 4], [10, 20, 40, 30]) == pytest.approx(0.8, abs=1e-15)
    # centred -1 0 1 against -1 -1 2: 3 / sqrt(2 * 6)
    assert plcc([1, 2, 3], [0, 0, 3]) == pytest.approx(3 / np.sqrt(12), abs=1e-15)
    # five of six pairs concordant
    assert krcc([1, 2, 3, 4], [10, 20, 40, 30]) == pytest.approx(4 / 6, abs=1e-15)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_correlation_of_extreme_magnitudes(scale):
    x = np.array([1.0, 2.0, 4.0, 3.0])
    assert plcc(x * scale, x) == pytest.approx(1, abs=1e-12)
    assert srcc(x * scale, -x) == pytest.approx(-1, abs=1e-12)


@pytest.mark.parametrize("metric", [srcc, plcc, krcc])
def test_correlation_of_a_constant_is_undefined(metric):
    assert np.isnan(metric([1, 2, 3], [5, 5, 5]))
    assert np.isnan(metric([5, 5, 5], [1, 2, 3]))
    assert np.isnan(metric([1], [2]))


def test_errors_agree_with_scikit_learn():
    true, pred = np.random.default_rng(0).normal(5, 2, (2, 100))
    assert mae(true, pred) == pytest.approx(reference.mean_absolute_error(true, pred), abs=1e-12)
    assert mse(true, pred) == pytest.approx(reference.mean_squared_error(true, pred), abs=1e-12)
    assert mae([1, 2], [2, 4]) == 1.5
    assert mse([1, 2], [2, 4]) == 2.5


def test_accuracy_counts_the_threshold_itself_as_not_good():
    assert accuracy([4, 5, 6, 7], [5, 6, 6, 1]) == 0.5
    assert accuracy([1, 3], [2, 2], threshold=2.5) == 0.5


@pytest.mark.parametrize("metric", [srcc, plcc, krcc, mae, mse, accuracy])
@pytest.mark.parametrize(
    ("true", "pred", "message"),
    [
        ([1, 2], [1, np.nan], "1 of 2 predictions are missing"),
        ([np.inf, 2], [1, 2], "1 of 2 ratings are missing or infinite"),
        ([1, 2], [1, 2, 3], "one length"),
        ([[1, 2]], [[1, 2]], "two lists"),
        ([], [], "empty"),
    ],
)
def test_what_cannot_be_compared_is_refused(metric, true, pred, message):
    with pytest.raises(ValueError, match=message):
        metric(true, pred)


def test_emd_by_hand():
    # cumulative 1 1 1 1 against 0 0 0 1: gaps 1 1 1 0
    assert emd([1, 0, 0, 0], [0, 0, 0, 1], r=1) == pytest.approx(0.75, abs=1e-15)
    assert emd([1, 0, 0, 0], [0, 0, 0, 1], r=2) == pytest.approx(np.sqrt(0.75), abs=1e-15)
    # .5 1 against .25 .5 (and 1 1 both): gaps .25 .5 0 0
    assert emd([2, 2, 0, 0], [1, 1, 2, 0], r=1) == pytest.approx(0.1875, abs=1e-15)
    assert emd([2, 2, 0, 0], [1, 1, 2, 0], r=2) == pytest.approx(np.sqrt((0.0625 + 0.25) / 4), abs=1e-15)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=10))
def test_emd_of_order_one_is_the_wasserstein_distance_over_the_number_of_scores(counts):
    p, q = np.array(counts, dtype=float).T
    if p.sum() and q.sum():
        scores = np.arange(len(p))
        expected = stats.wasserstein_distance(scores, scores, p, q) / len(p)
        assert emd(p, q, r=1) == pytest.approx(expected, abs=1e-12)


def test_emd_of_many_distributions_at_once():
    p, q = np.random.default_rng(0).random((2, 5, 3, 10))
    together = emd(p, q, r=2)
    assert together.shape == (5, 3)
    assert together[4, 1] == pytest.approx(emd(p[4, 1], q[4, 1], r=2), abs=1e-15)
    assert (emd(p, 7 * p, r=1) < 1e-12).all()
    np.testing.assert_allclose(emd(p, q, r=1), emd(q, p, r=1), atol=1e-15)


@pytest.mark.parametrize(
    ("p", "q", "r", "message"),
    [
        ([1, 0], [0, 1], 3, "r must be 1 or 2"),
        ([1, 0], [0, 1, 0], 1, "same number of scores, got 2 and 3"),
        ([0, 0], [0, 1], 1, "p holds a distribution without a single rating"),
        ([1, 0], [-1, 1], 1, "q holds values that are negative"),
        ([1, np.nan], [0, 1], 1, "p holds values"),
        (1, [0, 1], 1, "at least one score"),
    ],
)
def test_what_is_no_distribution_is_refused(p, q, r, message):
    with pytest.raises(ValueError, match=message):
        emd(p, q, r=r)


@settings(deadline=None)
@given(PAIRS)
def test_pairwise_accuracy_is_that_of_counting(pair):
    true, pred = pair
    wins = [
        1.0 if pred[i] > pred[j] else 0.5 if pred[i] == pred[j] else 0.0
        for i in range(len(true))
        for j in range(len(true))
        if true[i] > true[j] + 1
    ]
    expected = np.mean(wins) if wins else np.nan
    np.testing.assert_allclose(pairwise_accuracy(true, pred, gap=1), expected)


def test_pairwise_accuracy_without_ties_is_kendalls_tau():
    random = np.random.default_rng(0)
    true, pred = random.permutation(500).astype(float), random.normal(size=500)
    assert pairwise_accuracy(true, pred) == pytest.approx((krcc(true, pred) + 1) / 2)


def test_pairwise_accuracy_needs_no_square_of_memory(monkeypatch):
    random = np.random.default_rng(0)
    true, pred = random.normal(size=(2, 300))
    whole = pairwise_accuracy(true, pred, gap=0.2)
    monkeypatch.setattr("iaa_classic.metrics._CELLS", 1000)
    assert pairwise_accuracy(true, pred, gap=0.2) == pytest.approx(whole, abs=1e-12)


def test_pairwise_accuracy_refuses_a_negative_gap():
    with pytest.raises(ValueError, match="gap must not be negative"):
        pairwise_accuracy([1, 2], [1, 2], gap=-1)


def test_ndcg_by_hand():
    # gains 2 0 1 in the predicted order 0 1 2 against 2 1 0 in the best
    got = ndcg([3, 1, 2], [2, 3, 1])
    dcg, ideal = 0 + 2 / np.log2(3) + 1 / np.log2(4), 2 + 1 / np.log2(3)
    assert got == pytest.approx(dcg / ideal)
    assert ndcg([3, 1, 2], [2, 3, 1], k=1) == 0
    assert ndcg([3, 1, 2], [3, 1, 2]) == pytest.approx(1)
    assert np.isnan(ndcg([2, 2], [1, 2]))
    with pytest.raises(ValueError, match="k must be at least 1"):
        ndcg([1, 2], [1, 2], k=0)


def test_distances_of_distributions_agree_with_scipy():
    random = np.random.default_rng(0)
    p, q = random.random((2, 5, 7))
    np.testing.assert_allclose(kl_divergence(p, q), [stats.entropy(a, b) for a, b in zip(p, q, strict=True)], rtol=1e-12)
    shares, others = p / p.sum(axis=1, keepdims=True), q / q.sum(axis=1, keepdims=True)
    by_hand = [(((a - b) ** 2) / (a + b)).sum() / 2 for a, b in zip(shares, others, strict=True)]
    np.testing.assert_allclose(chi_square_distance(p, q), by_hand, rtol=1e-12)
    assert isinstance(chi_square_distance(p[0], q[0]), float)


def test_distances_of_distributions_at_their_ends():
    assert chi_square_distance([1, 0, 0], [0, 1, 0]) == 1
    assert chi_square_distance([1, 1, 0], [2, 2, 0]) == 0
    assert kl_divergence([1, 1, 0], [1, 1, 0]) == 0
    assert kl_divergence([1, 0], [1, 1]) == pytest.approx(np.log(2))
    assert kl_divergence([1, 1], [1, 0]) == np.inf


def test_rmse_is_the_root_of_mse():
    assert rmse([1, 2, 3], [1, 2, 5]) == pytest.approx(np.sqrt(4 / 3))


def test_bootstrap_interval_of_a_mean_is_that_of_theory():
    values = np.random.default_rng(0).normal(10, 2, 400)
    low, high = bootstrap_interval(lambda x: float(x.mean()), values, n_resamples=2000)
    half = 1.96 * values.std() / 20
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)


def test_bootstrap_draws_whole_groups():
    groups = np.repeat(np.arange(20), 10)
    values = np.repeat(np.random.default_rng(0).normal(size=20), 10)
    alone, grouped = (np.diff(bootstrap_interval(lambda x: float(x.mean()), values, groups=g)).item() for g in (None, groups))
    # a group of ten equal values says as much as one of them
    assert grouped / alone == pytest.approx(np.sqrt(10), rel=0.15)


def test_bootstrap_leaves_out_where_the_figure_is_undefined():
    assert np.isnan(bootstrap_interval(srcc, [1.0, 1.0, 1.0], [1.0, 2.0, 3.0])).all()
    low, high = bootstrap_interval(srcc, [1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert low == high == 1
    with pytest.raises(ValueError, match="coverage"):
        bootstrap_interval(srcc, [1.0], [1.0], coverage=1)


def test_bootstrap_repeats_itself():
    first, again, other = (bootstrap_interval(lambda x: float(x.mean()), np.arange(30.0), seed=s) for s in (1, 1, 2))
    assert first == again != other
