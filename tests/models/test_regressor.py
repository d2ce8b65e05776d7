"""``AestheticRegressor``: scikit-learn's checks, sums of named criteria, marks, missing values, and errors that
help."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from iaa_classic.features import catalogue
from iaa_classic.models import AdditiveAverage, AestheticRegressor
from iaa_classic.models.regressor import MissingRowsWarning

MODELS = ["gbm", "svm", "both"]
QUICK = {"n_trees": 15, "n_bags": 2, "feature_share": 0.5, "random_state": 0}


def expected_failures(estimator):
    if estimator.model == "svm":
        return {}
    reason = "min_samples_leaf and the bags count rows, so a weight of two is not the same as two rows"
    return {"check_sample_weight_equivalence_on_dense_data": reason}


@parametrize_with_checks(
    [
        AestheticRegressor("gbm", n_bags=1, min_samples_leaf=3),
        AestheticRegressor("svm"),
        AestheticRegressor("both", n_trees=50, n_bags=2),
    ],
    expected_failed_checks=expected_failures,
)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def frame(table) -> pd.DataFrame:
    columns = ["light a", "colour a", "colour b", "colour c", "other a", "other b", "other c", "light b", "empty a"]
    return pd.DataFrame(table.X, columns=columns, index=[f"photo {k}.jpg" for k in range(len(table.X))])


CRITERIA = {
    "light a": "lighting",
    "light b": "lighting",
    "colour a": "colour",
    "colour b": "colour",
    "colour c": "colour",
    "empty a": "an own criterion",
}


@pytest.fixture(scope="module", params=MODELS)
def fitted(request, frame, table) -> AestheticRegressor:
    return AestheticRegressor(request.param, criteria=CRITERIA, **QUICK).fit(frame, table.y)


def test_score_is_the_sum_of_its_criteria(fitted, frame):
    effects = fitted.breakdown(frame)
    np.testing.assert_allclose(fitted.baseline_ + effects.sum(axis=1), fitted.predict(frame), atol=1e-9)
    np.testing.assert_allclose(effects.mean(), 0, atol=1e-9)
    assert fitted.baseline_ == pytest.approx(fitted.predict(frame).mean(), abs=1e-9)


def test_criteria_come_in_the_catalogues_order_then_others(fitted, frame):
    expected = ["lighting", "colour", "features", "an own criterion"]
    assert fitted.criteria_ == expected
    for table in (fitted.breakdown(frame), fitted.marks(frame)):
        assert list(table.columns) == expected
        assert list(table.index) == list(frame.index)


def test_feature_effects_sum_to_their_criterion(fitted, frame):
    rows = frame.iloc[:12]
    effects, parts = fitted.feature_effects(rows), fitted.breakdown(rows)
    assert list(effects.columns) == list(frame.columns)
    assert list(effects.index) == list(rows.index)
    for criterion in fitted.criteria_:
        own = [name for name in frame if CRITERIA.get(name, "features") == criterion]
        np.testing.assert_allclose(effects[own].sum(axis=1), parts[criterion], atol=1e-9)


def test_marks_are_percentile_ranks_of_effects(fitted, frame):
    effects, marks = fitted.breakdown(frame), fitted.marks(frame)
    assert marks.min().min() >= 0
    assert marks.max().max() <= 100
    share_below = (effects["colour"].rank() - 0.5) / len(effects) * 100
    np.testing.assert_allclose(marks["colour"], share_below, atol=1.5)
    assert (marks["an own criterion"] == 50).all()


def test_percentile_of_scores(fitted, frame):
    scores = fitted.predict(frame)
    assert fitted.percentile([np.median(scores)])[0] == pytest.approx(50, abs=1)
    np.testing.assert_array_equal(fitted.percentile([scores.min() - 1, scores.max() + 1]), [0, 100])
    shares = fitted.percentile(scores)
    np.testing.assert_allclose(shares, [(scores < score).mean() * 100 for score in scores], atol=1.5)
    assert np.isnan(fitted.percentile([np.nan])[0])


def test_percentiles_of_values(fitted, frame):
    shares = fitted.value_percentiles(frame)
    np.testing.assert_allclose(shares["light a"], (frame["light a"].rank() - 0.5) / len(frame) * 100, atol=1)
    assert (shares["other b"] == 50).all()
    assert shares["empty a"].isna().all()
    assert (shares["other a"].isna() == frame["other a"].isna()).all()


def test_an_unreadable_photograph_has_no_score(fitted, frame):
    rows = frame.iloc[:4].copy()
    rows.iloc[2] = np.nan
    scores = fitted.predict(rows)
    assert np.isnan(scores).tolist() == [False, False, True, False]
    for table in (fitted.breakdown(rows), fitted.marks(rows), fitted.feature_effects(rows)):
        assert table.isna().all(axis=1).tolist() == [False, False, True, False]
    np.testing.assert_allclose(scores[[0, 1, 3]], fitted.predict(frame.iloc[[0, 1, 3]]), atol=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_unreadable_photographs_are_left_out_of_the_fit(model, frame, table):
    rows = pd.concat([frame, frame.iloc[:2] * np.nan])
    y = np.append(table.y, [100.0, -100.0])
    with pytest.warns(MissingRowsWarning, match="2 of 302 rows hold no value"):
        gaps = AestheticRegressor(model, **QUICK).fit(rows, y, sample_weight=np.ones(302))
    whole = AestheticRegressor(model, **QUICK).fit(frame, table.y, sample_weight=np.ones(300))
    np.testing.assert_allclose(gaps.predict(frame), whole.predict(frame), atol=1e-9)


def test_rescaling_keeps_sums_marks_and_percentiles(fitted, frame):
    before = clone(fitted).fit(frame, np.arange(300.0) % 7)
    scores, marks, shares = before.predict(frame), before.marks(frame), before.percentile(before.predict(frame))
    after = before.rescale(1.5, 1.0, scale=(1, 10))
    np.testing.assert_allclose(after.predict(frame), 1.5 * scores + 1, atol=1e-9)
    np.testing.assert_allclose(after.baseline_ + after.breakdown(frame).sum(axis=1), after.predict(frame), atol=1e-9)
    pd.testing.assert_frame_equal(after.marks(frame), marks, atol=1e-4)
    np.testing.assert_allclose(after.percentile(after.predict(frame)), shares, atol=1e-4)
    assert after.scale_ == (1.0, 10.0)


@pytest.mark.parametrize(("factor", "offset"), [(0, 0), (-1, 0), (np.nan, 0), (1, np.inf)])
def test_rescaling_by_anything_but_a_positive_factor_is_refused(fitted, factor, offset):
    with pytest.raises(ValueError, match="factor must be positive"):
        fitted.rescale(factor, offset)


def test_scale_is_that_of_the_ratings_unless_given(frame, table):
    assert AestheticRegressor("svm").fit(frame, table.y).scale_ == (table.y.min(), table.y.max())
    assert AestheticRegressor("svm", scale=(1, 10)).fit(frame, table.y).scale_ == (1.0, 10.0)


@pytest.mark.parametrize("model", MODELS)
def test_same_seed_same_model(model, frame, table):
    once, again = (AestheticRegressor(model, **QUICK).fit(frame, table.y).predict(frame) for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_both_is_the_mean_of_the_two(frame, table):
    gbm, svm, both = (AestheticRegressor(model, **QUICK).fit(frame, table.y) for model in MODELS)
    assert isinstance(both.model_.core, AdditiveAverage)
    np.testing.assert_allclose(both.predict(frame), (gbm.predict(frame) + svm.predict(frame)) / 2, atol=1e-12)


def test_criteria_and_constraints_come_from_the_catalogue():
    records = [record for record in catalogue().values() if record.monotonic][:3]
    names = [record.name for record in records]
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.random((200, 4)), columns=[*names, "unknown"])
    y = -(X[names] @ [record.monotonic for record in records]) + random.normal(size=200) / 5
    model = AestheticRegressor("gbm", n_trees=50, feature_share=1.0, random_state=0).fit(X, y)
    assert set(model.criteria_) == {record.criterion for record in records} | {"features"}
    assert model.model_.catalogue == {record.name: record.version for record in records}
    # the data say the contrary of what photography says, so that the constrained features have nothing left to say
    free = AestheticRegressor("gbm", monotonic=False, n_trees=50, feature_share=1.0, random_state=0).fit(X, y)
    assert np.corrcoef(free.predict(X), y)[0, 1] > 0.9
    for record in records:
        rows = X.iloc[[0] * 50].copy()
        rows[record.name] = np.linspace(0, 1, 50)
        assert (np.diff(model.predict(rows)) * record.monotonic >= -1e-12).all()
        assert (np.diff(free.predict(rows)) * record.monotonic).min() < -0.01


def test_constraints_by_name(frame, table):
    model = AestheticRegressor("gbm", monotonic={"light a": -1}, **QUICK).fit(frame, table.y)
    rows = frame.iloc[[0] * 50].copy()
    rows["light a"] = np.linspace(-3, 3, 50)
    assert (np.diff(model.predict(rows)) <= 1e-12).all()


@pytest.mark.parametrize("model", MODELS)
def test_criteria_by_column_without_names(model, table):
    names = ["a", "b", "b", "b", "c", "c", "c", "a", "d"]
    fitted = AestheticRegressor(model, criteria=names, **QUICK).fit(table.X, table.y)
    assert fitted.criteria_ == ["a", "b", "c", "d"]
    assert list(fitted.feature_effects(table.X[:2]).columns) == [f"x{k}" for k in range(9)]


@pytest.mark.parametrize("model", MODELS)
def test_one_column(model, table):
    fitted = AestheticRegressor(model, **QUICK).fit(table.X[:, :1], table.y)
    np.testing.assert_allclose(fitted.feature_effects(table.X[:3, :1]), fitted.breakdown(table.X[:3, :1]), atol=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_grid_search_clone_and_grouped_cross_validation(model, frame, table):
    search = GridSearchCV(AestheticRegressor(model, **QUICK), {"C": [0.5, 2.0], "max_depth": [2]}, cv=2)
    assert search.fit(frame, table.y).best_score_ > 0
    groups = np.arange(300) // 10
    scores = cross_val_score(clone(search.best_estimator_), frame, table.y, groups=groups, cv=GroupKFold(3))
    assert scores.shape == (3,)


def test_other_columns_are_refused_by_name(fitted, frame):
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(frame[frame.columns[::-1]])
    with pytest.raises(ValueError, match="light a"):
        fitted.predict(frame.drop(columns="light a"))


def test_the_plain_model_says_the_same_and_refuses_other_columns(fitted, frame):
    plain = fitted.model_
    np.testing.assert_array_equal(plain.predict(frame), fitted.predict(frame))
    pd.testing.assert_frame_equal(plain.marks(frame), fitted.marks(frame))
    pd.testing.assert_frame_equal(plain.feature_effects(frame[:2]), fitted.feature_effects(frame[:2]))
    with pytest.raises(ValueError, match="1 missing: light a"):
        plain.predict(frame.drop(columns="light a"))
    with pytest.raises(ValueError, match="another order"):
        plain.predict(frame[frame.columns[::-1]])
    with pytest.raises(ValueError, match="table of 9 features"):
        plain.predict(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="infinite"):
        plain.predict(np.full((3, 9), np.inf))


@pytest.mark.parametrize("method", ["predict", "breakdown", "marks", "feature_effects", "value_percentiles", "percentile"])
def test_not_fitted(method, frame):
    with pytest.raises(NotFittedError):
        getattr(AestheticRegressor(), method)(frame)
    assert not hasattr(AestheticRegressor(), "baseline_")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"model": "forest"}, "'gbm', 'svm' or 'both'"),
        ({"n_trees": 0}, "n_trees must be a whole number of at least 1"),
        ({"n_bags": 1.5}, "n_bags must be a whole number"),
        ({"max_depth": 0}, "max_depth"),
        ({"learning_rate": 0}, "learning_rate must be a number above 0"),
        ({"feature_share": 1.5}, "feature_share must be at most 1"),
        ({"C": -1}, "C must be"),
        ({"epsilon": "small"}, "epsilon must be"),
        ({"scale": (10, 1)}, "low < high"),
        ({"criteria": ["a", "b"]}, "each of the 9 columns"),
        ({"criteria": "lighting"}, "each of the 9 columns"),
        ({"monotonic": {"light a": 2}}, "-1, 0 or 1"),
        ({"monotonic": {"nowhere": 1}}, "no column 'nowhere'"),
    ],
)
def test_wrong_parameters_are_refused(parameters, message, frame, table):
    with pytest.raises(ValueError, match=message):
        AestheticRegressor(**parameters).fit(frame, table.y)


def test_nothing_to_fit_on_is_refused(frame, table):
    with pytest.raises(ValueError, match="none of the photographs could be read"):
        AestheticRegressor().fit(frame * np.nan, table.y)
    rows = frame.copy()
    rows.iloc[0] = np.nan
    with pytest.raises(ValueError, match="every sample_weight is zero"), pytest.warns(MissingRowsWarning):
        AestheticRegressor().fit(rows, table.y, sample_weight=np.arange(300) == 0)


def test_scoring_needs_no_scikit_learn():
    code = (
        "import sys, iaa_classic.models, iaa_classic.persistence, iaa_classic.models.additive\n"
        "heavy = [name for name in ('sklearn', 'skops', 'scipy', 'pandas') if name in sys.modules]\n"
        "assert not heavy, heavy\n"
        "from iaa_classic.models import AestheticRegressor\n"
        "heavy = [name for name in ('sklearn.ensemble', 'sklearn.svm', 'skops') if name in sys.modules]\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
