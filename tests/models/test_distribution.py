"""``ScoreDistributionRegressor``: histograms whose mean is an exact sum, spreads, and the arithmetic of histograms."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import column_or_1d
from sklearn.utils.estimator_checks import parametrize_with_checks

from iaa_classic.metrics import emd, srcc
from iaa_classic.models import AestheticRegressor, ScoreDistributionRegressor
from iaa_classic.models.base import MissingRowsWarning
from iaa_classic.models.histograms import Profile, checked_levels, profile, shares_of, tilted
from iaa_classic.persistence import ModelFileError, load_model, load_scorer, save_model

QUICK = {"n_trees": 15, "n_bags": 2, "feature_share": 0.5, "random_state": 0}
LEVELS = np.arange(1.0, 8.0)


class TwoLevels(ScoreDistributionRegressor):
    """Takes scikit-learn's single answers for the share of a second level, on a logistic scale."""

    def fit(self, X, y, sample_weight=None):
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None")
        values = column_or_1d(y, dtype=np.float64, warn=True)
        if not np.isfinite(values).all():
            raise ValueError("Input y contains NaN or infinity")
        share = 1 / (1 + np.exp(-np.clip(values / 5, -20, 20)))
        return super().fit(X, np.column_stack([1 - share, share]), sample_weight)

    def score(self, X, y, sample_weight=None):
        return float(np.corrcoef(self.predict(X), np.asarray(y).ravel())[0, 1])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output, tags.target_tags.single_output = False, True
        tags.target_tags.positive_only = False
        return tags


@parametrize_with_checks([TwoLevels(AestheticRegressor("svm"))])
@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def counts_around(means, seed=0, ratings=100):
    """Ratings of 1 to 7, normal around the means and less spread near the ends."""
    random = np.random.default_rng(seed)
    spreads = 0.6 + 0.25 * np.minimum(means - 1, 7 - means).clip(0, 3)
    given = np.rint(means[:, None] + spreads[:, None] * random.normal(size=(len(means), ratings))).clip(1, 7)
    return np.array([np.bincount(row.astype(int), minlength=8)[1:] for row in given])


@pytest.fixture(scope="module")
def frame(table) -> pd.DataFrame:
    return pd.DataFrame(table.X, columns=list("abcdefghi"), index=[f"{k}.jpg" for k in range(len(table.X))])


@pytest.fixture(scope="module")
def counts(table) -> np.ndarray:
    return counts_around(np.interp(table.y, [table.y.min(), table.y.max()], [1.5, 6.5]))


@pytest.fixture(scope="module", params=["gbm", "svm", "both"])
def fitted(request, frame, counts) -> ScoreDistributionRegressor:
    base = AestheticRegressor(request.param, criteria=dict.fromkeys("abc", "lighting"), **QUICK)
    return ScoreDistributionRegressor(base).fit(frame, counts)


def test_mean_is_the_sum_of_its_criteria(fitted, frame):
    np.testing.assert_allclose(fitted.baseline_ + fitted.breakdown(frame).sum(axis=1), fitted.predict(frame), atol=1e-9)
    np.testing.assert_allclose(fitted.feature_effects(frame).sum(axis=1), fitted.breakdown(frame).sum(axis=1), atol=1e-9)
    assert fitted.criteria_ == ["lighting", "features"]
    assert fitted.scale_ == (1.0, 7.0)


def test_distributions_sum_to_one_and_have_the_predicted_mean(fitted, frame):
    shares = fitted.predict_distribution(frame)
    assert list(shares.columns) == LEVELS.tolist()
    assert list(shares.index) == list(frame.index)
    assert (shares.to_numpy() > 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(shares @ fitted.levels_, fitted.predict(frame), atol=1e-9)


def test_a_mean_beyond_the_levels_becomes_the_last_level(fitted, frame):
    high = clone(fitted).fit(frame, counts_around(np.full(300, 4.0)))
    high.model_ = fitted.model_.rescaled(30.0, -30 * 4.0 + 4)
    means, shares = high.predict(frame), high.predict_distribution(frame)
    assert means.min() < 1
    assert means.max() > 7
    np.testing.assert_allclose(shares @ high.levels_, means.clip(1, 7), atol=1e-9)
    assert (shares.loc[means <= 1, 1.0] == 1).all()
    assert (shares.loc[means >= 7, 7.0] == 1).all()


def test_beats_the_constant_histogram_on_photographs_left_out(frame, counts):
    shares = counts / counts.sum(axis=1, keepdims=True)
    train, test = np.arange(0, 200), np.arange(200, 300)
    model = ScoreDistributionRegressor(AestheticRegressor("svm", random_state=0)).fit(frame.iloc[train], counts[train])
    for r in (1, 2):
        constant = emd(shares[test], np.tile(model.mean_distribution_, (100, 1)), r=r).mean()
        assert emd(shares[test], model.predict_distribution(frame.iloc[test]), r=r).mean() < 0.75 * constant
    assert model.score(frame.iloc[test], counts[test]) > 0.25
    np.testing.assert_allclose(model.mean_distribution_, shares[train].mean(axis=0), atol=1e-12)


def test_spread_is_that_of_photographs_with_such_a_mean(fitted, frame, counts):
    shares = counts / counts.sum(axis=1, keepdims=True)
    means = shares @ LEVELS
    spread = np.sqrt(shares @ LEVELS**2 - means**2)
    predicted = fitted.predict_spread(frame)
    np.testing.assert_array_equal(predicted, np.interp(fitted.predict(frame), fitted.profile_means_, fitted.profile_spreads_))
    assert predicted.mean() == pytest.approx(spread.mean(), rel=0.1)
    own = np.sqrt((fitted.predict_distribution(frame) @ LEVELS**2) - fitted.predict(frame) ** 2)
    assert own.mean() > predicted.mean()


def test_spread_at_a_mean_is_that_which_the_ratings_were_drawn_with(frame, counts):
    model = ScoreDistributionRegressor(AestheticRegressor("svm"), bandwidth=0.1).fit(frame, counts)
    middle = (model.profile_means_ > 2.5) & (model.profile_means_ < 5.5)
    drawn = 0.6 + 0.25 * np.minimum(model.profile_means_ - 1, 7 - model.profile_means_)
    expected = np.sqrt(drawn**2 + 1 / 12)  # whole ratings
    np.testing.assert_allclose(model.profile_spreads_[middle], expected[middle], atol=0.1)


def test_score_is_a_share_of_the_constants_distance(fitted, frame, counts):
    shares = counts / counts.sum(axis=1, keepdims=True)
    own = emd(shares, fitted.predict_distribution(frame), r=2).mean()
    constant = emd(shares, np.tile(shares.mean(axis=0), (300, 1)), r=2).mean()
    assert fitted.score(frame, counts) == pytest.approx(1 - own / constant)
    assert 0 < fitted.score(frame, counts, np.arange(300) % 2) < 1
    alike = np.tile([1, 2, 1], (300, 1))
    model = ScoreDistributionRegressor(AestheticRegressor("svm")).fit(frame, alike)
    assert model.score(frame, alike) == 0
    np.testing.assert_allclose(model.predict_distribution(frame), np.tile([0.25, 0.5, 0.25], (300, 1)), atol=1e-4)


def test_counts_and_shares_say_the_same(frame, counts):
    model = ScoreDistributionRegressor(AestheticRegressor("svm", random_state=0))
    shares = pd.DataFrame(counts / counts.sum(axis=1, keepdims=True))
    once, again = (clone(model).fit(frame, y).predict_distribution(frame) for y in (counts, shares))
    pd.testing.assert_frame_equal(once, again, atol=1e-9)


def test_weight_counts_like_repetition(frame, counts):
    weight = np.arange(300) % 3
    model = ScoreDistributionRegressor(AestheticRegressor("svm", random_state=0))
    weighted = clone(model).fit(frame, counts, sample_weight=weight)
    repeated = clone(model).fit(frame.loc[frame.index.repeat(weight)], counts.repeat(weight, axis=0))
    np.testing.assert_allclose(weighted.profile_shares_, repeated.profile_shares_, atol=1e-12)
    np.testing.assert_allclose(weighted.profile_spreads_, repeated.profile_spreads_, atol=1e-12)
    np.testing.assert_allclose(weighted.mean_distribution_, repeated.mean_distribution_, atol=1e-12)
    np.testing.assert_allclose(weighted.predict(frame), repeated.predict(frame), atol=1e-4)


def test_own_levels(frame, counts):
    model = ScoreDistributionRegressor(AestheticRegressor("svm", random_state=0), levels=[0, 1, 2, 4, 8, 16, 32])
    shares = model.fit(frame, counts).predict_distribution(frame)
    assert list(shares.columns) == [0, 1, 2, 4, 8, 16, 32]
    inside = model.predict(frame) > 0
    np.testing.assert_allclose((shares @ model.levels_)[inside], model.predict(frame)[inside], atol=1e-9)
    assert model.scale_ == (0.0, 32.0)


def test_unreadable_photographs(frame, counts):
    model = ScoreDistributionRegressor(AestheticRegressor("svm", random_state=0))
    rows = pd.concat([frame, frame.iloc[:2] * np.nan])
    with pytest.warns(MissingRowsWarning, match="2 of 302"):
        gaps = clone(model).fit(rows, np.vstack([counts, counts_around(np.array([1.0, 7.0]))]))
    whole = clone(model).fit(frame, counts)
    shares = gaps.predict_distribution(rows)
    pd.testing.assert_frame_equal(shares.iloc[:300], whole.predict_distribution(frame), atol=1e-9)
    assert shares.iloc[300:].isna().all().all()
    assert np.isnan(gaps.predict_spread(rows)[300:]).all()
    assert not np.isnan(gaps.predict_spread(rows)[:300]).any()


def test_the_estimator_is_not_changed(frame, counts):
    base = AestheticRegressor("svm", random_state=0, interval_folds=3)
    ScoreDistributionRegressor(base).fit(frame, counts)
    assert base.get_params() == AestheticRegressor("svm", random_state=0, interval_folds=3).get_params()
    assert not hasattr(base, "model_")
    assert ScoreDistributionRegressor(AestheticRegressor("svm", scale=(0, 9))).fit(frame, counts).scale_ == (0.0, 9.0)


def test_grid_search_and_grouped_cross_validation(frame, counts):
    model = ScoreDistributionRegressor(AestheticRegressor("svm"))
    search = GridSearchCV(model, {"bandwidth": [0.5, 1.0], "estimator__C": [0.1]}, cv=2).fit(frame, counts)
    assert search.best_score_ > 0.1
    scores = cross_val_score(model, frame, counts, groups=np.arange(300) // 10, cv=GroupKFold(3))
    assert (scores > 0.1).all()


def test_default_estimator():
    assert ScoreDistributionRegressor().get_params()["estimator"] is None
    X = np.random.default_rng(0).random((60, 1))
    model = ScoreDistributionRegressor().fit(X, counts_around(1 + 6 * X[:, 0]))
    assert srcc(model.predict(X), X[:, 0]) > 0.9


def test_pipeline_from_photographs_to_histograms(tmp_path):
    from iaa_classic.extraction import FeatureExtractor

    pictures = list(np.random.default_rng(0).integers(0, 256, (12, 16, 24, 3), dtype=np.uint8))
    counts = counts_around(np.linspace(2, 6, 12))
    model = ScoreDistributionRegressor(AestheticRegressor("svm"))
    pipeline = make_pipeline(FeatureExtractor("lighting"), model).fit(pictures, counts)
    save_model(pipeline, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    shares = [one[1].predict_distribution(one[0].transform(pictures)) for one in (pipeline, loaded)]
    pd.testing.assert_frame_equal(*shares, check_exact=True)


def test_comes_back_exactly(fitted, frame, tmp_path):
    save_model(fitted, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    assert loaded.get_params()["estimator__model"] == fitted.estimator.model
    for twin in (loaded, pickle.loads(pickle.dumps(fitted))):
        pd.testing.assert_frame_equal(twin.predict_distribution(frame), fitted.predict_distribution(frame), check_exact=True)
        np.testing.assert_array_equal(twin.predict_spread(frame), fitted.predict_spread(frame))
        pd.testing.assert_frame_equal(twin.breakdown(frame), fitted.breakdown(frame), check_exact=True)
    np.testing.assert_array_equal(load_scorer(tmp_path / "model.skops").predict(frame), fitted.predict(frame))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("levels_", np.array([2.0, 1.0])),
        ("levels_", None),
        ("levels_", LEVELS.astype(int)),
        ("profile_means_", np.arange(33.0)[::-1].copy()),
        ("profile_means_", np.arange(3.0)),
        ("profile_shares_", np.full((33, 7), np.nan)),
        ("profile_shares_", np.full((33, 7), 0.5)),
        ("profile_shares_", np.zeros((33, 7))),
        ("profile_shares_", [[1.0]]),
        ("profile_spreads_", np.full(33, -1.0)),
        ("mean_distribution_", np.full(7, 1.0)),
        ("mean_distribution_", np.full(6, 1 / 6)),
        ("mean_distribution_", None),
        ("model_", None),
        ("estimator", {"a": 1}),
        ("bandwidth", -1.0),
    ],
)
def test_crafted_files_are_refused(name, wrong, fitted):
    from skops.io import dumps

    crafted = ScoreDistributionRegressor()
    vars(crafted).update(vars(fitted) | {name: wrong})
    with pytest.raises(ModelFileError):
        load_model(io.BytesIO(dumps(crafted)))


@pytest.mark.parametrize(
    ("parameters", "change", "message"),
    [
        ({}, lambda y: -y, "negative value"),
        ({}, lambda y: y * (np.arange(300) > 1)[:, None], "2 of 300 rows of y hold no rating"),
        ({}, lambda y: y * np.nan, "NaN"),
        ({}, lambda y: y[:, :1], "minimum of 2"),
        ({}, lambda y: y[:, 0], "2D array"),
        ({}, lambda y: y[:10], "inconsistent numbers of samples"),
        ({"levels": [1, 2, 3]}, lambda y: y, "scores of the 7 columns"),
        ({"levels": [1, 2, 3, 4, 5, 7, 6]}, lambda y: y, "ascending order"),
        ({"bandwidth": 0}, lambda y: y, "bandwidth must be a number of at least 0.01"),
        ({"estimator": AestheticRegressor("forest")}, lambda y: y, "'gbm', 'svm' or 'both'"),
    ],
)
def test_wrong_answers_and_parameters_are_refused(parameters, change, message, frame, counts):
    with pytest.raises(ValueError, match=message):
        ScoreDistributionRegressor(**parameters).fit(frame, change(counts.astype(float)))


def test_another_estimator_is_refused(frame, counts):
    from sklearn.linear_model import Ridge

    with pytest.raises(TypeError, match="must be an AestheticRegressor or None, got Ridge"):
        ScoreDistributionRegressor(Ridge()).fit(frame, counts)


@pytest.mark.parametrize("method", ["predict", "predict_distribution", "predict_spread", "breakdown"])
def test_not_fitted(method, frame):
    with pytest.raises(NotFittedError):
        getattr(ScoreDistributionRegressor(), method)(frame)


# The arithmetic of histograms ------------------------------------------------------------------------------------------


def test_tilting_is_the_nearest_histogram_with_the_mean():
    from scipy.optimize import minimize

    base, mean = np.array([0.1, 0.2, 0.4, 0.3]), 2.2
    levels = np.arange(1.0, 5.0)
    found = minimize(
        lambda p: np.sum(p * np.log(p / base)),
        base,
        bounds=[(1e-9, 1)] * 4,
        constraints=[{"type": "eq", "fun": lambda p: p.sum() - 1}, {"type": "eq", "fun": lambda p: p @ levels - mean}],
        options={"ftol": 1e-14},
    )
    np.testing.assert_allclose(tilted(base[None], levels, [mean])[0], found.x, atol=1e-5)


@pytest.mark.parametrize("count", [2, 7, 100])
def test_tilting_reaches_every_mean_within_the_levels(count):
    random = np.random.default_rng(0)
    levels = np.sort(random.normal(size=count)) * 5
    near = np.array([1e-300, 1e-17, 1e-12, 1e-6])
    means = np.concatenate([random.uniform(levels[0], levels[-1], 200), levels[0] + near, levels[-1] - near])
    base = random.dirichlet(np.full(count, 0.3), len(means)) + 1e-6
    p = tilted(base / base.sum(axis=1, keepdims=True), levels, means)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(p @ levels, means, atol=1e-9)


def test_tilting_to_its_own_mean_changes_nothing():
    base = np.array([[0.1, 0.2, 0.4, 0.3]])
    np.testing.assert_allclose(tilted(base, np.arange(4.0), base @ np.arange(4.0)), base, atol=1e-12)


def test_profile_is_a_kernel_average_by_its_definition():
    random = np.random.default_rng(0)
    shares, weight = random.dirichlet(np.ones(5), 40), random.integers(0, 3, 40).astype(float)
    levels = np.arange(1.0, 6.0)
    own = profile(shares, levels, weight, 0.5)
    means = shares @ levels
    width = 0.5 * np.sqrt(np.cov(means, aweights=weight, ddof=0))
    near = weight * np.exp(-(((own.means[7] - means) / width) ** 2) / 2)
    expected = near @ shares / near.sum()
    np.testing.assert_allclose(own.shares[7], expected, atol=1e-4)
    variances = np.array([np.average((levels - mean) ** 2, weights=row) for mean, row in zip(means, shares, strict=True)])
    np.testing.assert_allclose(own.spreads[7] ** 2, near @ variances / near.sum(), atol=1e-12)
    np.testing.assert_allclose(own.shares_at(own.means), own.shares, atol=1e-12)
    np.testing.assert_array_equal(own.shares_at(np.array([-9.0, 99.0])), own.shares[[0, -1]])


def test_profile_across_a_wide_gap_and_of_equal_histograms():
    shares = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, 0.001, 0.999]])
    own = profile(shares, np.arange(3.0), np.ones(3), 0.01)
    assert isinstance(own, Profile)
    assert np.isfinite(own.shares).all()
    np.testing.assert_allclose(own.shares.sum(axis=1), 1, atol=1e-12)
    assert (own.shares > 0).all()
    alike = profile(shares[[1, 1]], np.arange(3.0), np.ones(2), 0.7)
    np.testing.assert_allclose(alike.shares, [[0, 0, 1]], atol=1e-4)
    np.testing.assert_array_equal(alike.spreads, [0])


def test_shares_and_levels():
    np.testing.assert_allclose(shares_of([[1, 3], [2, 2]]), [[0.25, 0.75], [0.5, 0.5]])
    np.testing.assert_array_equal(checked_levels(None, 3), [1, 2, 3])
    with pytest.raises(ValueError, match="ascending order"):
        checked_levels([1, np.nan], 2)
