"""Predictive intervals of ``AestheticRegressor``: coverage, folds, and what changes to a model do to them."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from iaa_classic.models import AestheticClassifier, AestheticRegressor, AttributeRegressor
from iaa_classic.models.interval import KEPT, check_errors, error_bounds, folds, kept, out_of_fold_errors
from iaa_classic.models.regressor import MissingRowsWarning
from iaa_classic.persistence import ModelFileError, load_model, save_model

QUICK = {"n_trees": 15, "n_bags": 2, "feature_share": 0.5, "random_state": 0}


@parametrize_with_checks([AestheticRegressor("svm", interval_folds=2)])
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def frame(table) -> pd.DataFrame:
    return pd.DataFrame(table.X, columns=list("abcdefghi"), index=[f"{k}.jpg" for k in range(len(table.X))])


@pytest.fixture(scope="module")
def fitted(frame, table) -> AestheticRegressor:
    return AestheticRegressor("svm", interval_folds=5, random_state=0).fit(frame, table.y)


def noisy(count, seed):
    random = np.random.default_rng(seed)
    X = random.normal(size=(count, 3))
    return X, X[:, 0] + random.normal(size=count)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
def test_new_photographs_lie_inside_as_often_as_promised(coverage):
    model = AestheticRegressor("svm", interval_folds=5, random_state=0).fit(*noisy(600, 0))
    X, y = noisy(4000, 1)
    bounds = model.predict_interval(X, coverage)
    inside = (bounds["low"] <= y) & (y <= bounds["high"])
    assert inside.mean() == pytest.approx(coverage, abs=0.03)
    assert (y < bounds["low"]).mean() == pytest.approx((1 - coverage) / 2, abs=0.02)


def test_errors_are_larger_than_on_rows_that_were_fitted(frame, table):
    model = AestheticRegressor("svm", C=100.0, gamma=1.0, interval_folds=5, random_state=0).fit(frame, table.y)
    inside = np.abs(table.y - model.predict(frame)).mean()
    assert np.abs(model.errors_).mean() > 2 * inside


def test_bounds_are_a_table_with_the_index_of_the_photographs(frame, fitted):
    rows = frame.iloc[:4].copy()
    rows.iloc[2] = np.nan
    bounds = fitted.predict_interval(rows)
    assert list(bounds.columns) == ["low", "high"]
    assert list(bounds.index) == list(rows.index)
    assert bounds.isna().all(axis=1).tolist() == [False, False, True, False]
    scores = fitted.predict(rows)
    narrow, wide = fitted.predict_interval(rows, 0.5), fitted.predict_interval(rows, 0.95)
    order = np.column_stack([wide["low"], bounds["low"], narrow["low"], scores, narrow["high"], bounds["high"], wide["high"]])
    assert (np.diff(order[[0, 1, 3]]) > 0).all()


def test_the_model_is_the_same_without(frame, table):
    with_interval = AestheticRegressor("gbm", interval_folds=2, **QUICK).fit(frame, table.y)
    without = AestheticRegressor("gbm", **QUICK).fit(frame, table.y)
    np.testing.assert_array_equal(with_interval.predict(frame), without.predict(frame))
    assert not hasattr(without, "errors_")
    with pytest.raises(ValueError, match="interval_folds=5"):
        without.predict_interval(frame)


def test_errors_by_hand(frame, table):
    groups = np.arange(300) // 30
    model = AestheticRegressor("svm", interval_folds=3, random_state=0).fit(frame, table.y, groups=groups)
    parts = folds(np.arange(300), groups, 3, 0)
    errors = []
    for train, test in parts:
        assert not set(groups[train]) & set(groups[test])
        twin = AestheticRegressor("svm", random_state=0).fit(table.X[train], table.y[train])
        errors.append(table.y[test] - twin.predict(table.X[test]))
    assert sorted(np.concatenate([test for _, test in parts])) == list(range(300))
    np.testing.assert_allclose(model.errors_, np.sort(np.concatenate(errors)), atol=1e-9)


def test_groups_make_errors_larger_where_rows_of_a_group_are_alike():
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 8)
    X = random.normal(size=(40, 5))[groups] + 0.01 * random.normal(size=(320, 5))
    y = random.normal(size=40)[groups]
    model = AestheticRegressor("svm", C=10.0, interval_folds=5, random_state=0)
    free, grouped = (clone(model).fit(X, y, groups=given).errors_ for given in (None, groups))
    assert np.abs(grouped).mean() > 1.5 * np.abs(free).mean()


def test_unreadable_and_weightless_rows_are_left_out(frame, table):
    rows = pd.concat([frame, frame.iloc[:2] * np.nan])
    y, weight, groups = np.append(table.y, [99.0, -99.0]), np.append(table.weight, [1, 1]), np.arange(302) // 4
    model = AestheticRegressor("svm", interval_folds=3, random_state=0)
    with pytest.warns(MissingRowsWarning):
        model.fit(rows, y, weight, groups)
    assert len(model.errors_) == (table.weight > 0).sum()
    assert np.abs(model.errors_).max() < 20


def test_bounds_follow_the_scale_and_are_dropped_by_plus(frame, table):
    model = AestheticRegressor("svm", interval_folds=3, random_state=0).fit(frame, table.y)
    before = model.predict_interval(frame, 0.8)
    pd.testing.assert_frame_equal(model.refer_to(frame.iloc[:50]).predict_interval(frame, 0.8), before, rtol=1e-12)
    after = model.rescale(2.0, 1.0).predict_interval(frame, 0.8)
    pd.testing.assert_frame_equal(after, 2 * before + 1, rtol=1e-12)
    other = AestheticRegressor("svm", random_state=0).fit(frame, table.y)
    with pytest.raises(ValueError, match="added by plus drops them"):
        model.plus(other, frame).predict_interval(frame)


def test_fitting_again_without_folds_forgets_the_errors(frame, table):
    model = AestheticRegressor("svm", interval_folds=2).fit(frame, table.y)
    model.set_params(interval_folds=0).fit(frame, table.y)
    assert not hasattr(model, "errors_")


def test_saved_and_loaded(frame, fitted, tmp_path):
    save_model(fitted, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    pd.testing.assert_frame_equal(loaded.predict_interval(frame), fitted.predict_interval(frame), check_exact=True)


@pytest.mark.parametrize("wrong", [np.array([]), np.array([2.0, 1.0]), np.array([np.nan]), np.zeros((2, 2)), [1.0], None])
def test_crafted_errors_are_refused(wrong, fitted):
    from skops.io import dumps

    crafted = AestheticRegressor(**fitted.get_params())
    vars(crafted).update(vars(fitted) | {"errors_": wrong})
    with pytest.raises(ModelFileError, match="out-of-fold errors"):
        load_model(io.BytesIO(dumps(crafted)))


def test_a_file_from_before_the_parameter_is_read(frame, table):
    from skops.io import dumps

    class Older(AestheticRegressor):
        pass

    model = AestheticRegressor("svm", random_state=0).fit(frame, table.y)
    older = AestheticRegressor("svm", random_state=0)
    vars(older).clear()
    vars(older).update({name: value for name, value in vars(model).items() if name != "interval_folds"})
    loaded = load_model(dumps(older))
    assert loaded.interval_folds == 0
    np.testing.assert_array_equal(loaded.predict(frame), model.predict(frame))


@pytest.mark.parametrize("coverage", [0, 1, -0.1, 1.5, "wide", None])
def test_wrong_coverage_is_refused(coverage, frame, fitted):
    with pytest.raises(ValueError, match="between 0 and 1"):
        fitted.predict_interval(frame, coverage)


def test_more_coverage_than_the_photographs_can_tell_is_refused(frame, fitted):
    with pytest.raises(ValueError, match=r"at most 0\.993 with the errors of 300 photographs"):
        fitted.predict_interval(frame, 0.999)


@pytest.mark.parametrize(("folds_", "message"), [(1, "0 or at least 2"), (-1, "at least 0"), (2.5, "whole number")])
def test_wrong_numbers_of_folds_are_refused(folds_, message, frame, table):
    with pytest.raises(ValueError, match=message):
        AestheticRegressor(interval_folds=folds_).fit(frame, table.y)


def test_one_group_cannot_be_folded(frame, table):
    with pytest.raises(ValueError, match="at least 2 groups that count, got only 1 group"):
        AestheticRegressor("svm", interval_folds=2).fit(frame, table.y, groups=np.zeros(300))
    with pytest.raises(ValueError, match="one group for each of the 300 rows"):
        AestheticRegressor("svm", interval_folds=2).fit(frame, table.y, groups=np.zeros(3))


def test_bounds_are_order_statistics():
    errors = np.arange(1.0, 20.0)  # 19 of them: each gap between neighbours holds a new one with a chance of 1 in 20
    assert error_bounds(errors, 0.9) == (1.0, 19.0)
    assert error_bounds(errors, 0.8) == (2.0, 18.0)
    assert error_bounds(errors, 0.85) == (1.0, 19.0)
    with pytest.raises(ValueError, match=r"at most 0\.9 "):
        error_bounds(errors, 0.91)


def test_many_errors_are_kept_as_quantiles():
    errors = np.random.default_rng(0).normal(size=20_000)
    few = kept(errors)
    check_errors(few)
    assert len(few) == KEPT
    for coverage in (0.5, 0.9, 0.99):
        np.testing.assert_allclose(error_bounds(few, coverage), error_bounds(np.sort(errors), coverage), atol=0.05)
    np.testing.assert_array_equal(kept(np.array([3.0, 1.0])), [1.0, 3.0])


def test_the_prediction_function_sees_no_row_that_it_predicts():
    seen = []

    def fit(train):
        def predict(test):
            assert not set(train) & set(test)
            seen.extend(test)
            return np.zeros(len(test))

        return predict

    y, weight = np.arange(10.0), np.array([0, 1] * 5)
    errors = out_of_fold_errors(fit, y, weight=weight, groups=None, n_folds=99, random_state=0)
    np.testing.assert_array_equal(errors, [1, 3, 5, 7, 9])
    assert sorted(seen) == [1, 3, 5, 7, 9]


def test_groups_that_are_routed_elsewhere_do_not_disturb_and_can_be_asked_for():
    with sklearn.config_context(enable_metadata_routing=True):
        for model in (AestheticRegressor("svm"), AestheticClassifier("svm"), AttributeRegressor()):
            request = model.get_metadata_routing().fit.requests
            assert request["groups"] is False
            assert model.set_fit_request(groups=True).get_metadata_routing().fit.requests["groups"] is True
