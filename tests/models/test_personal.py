"""``PersonalizedRegressor``: nothing is learned from nothing, a known taste is found, sums stay exact, files come back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_val_score

from iaa_classic.models import AdditiveModel, AestheticRegressor, PersonalizedRegressor
from iaa_classic.models.personal_core import residual_space
from iaa_classic.models.personal_fit import Ratings, learn
from iaa_classic.models.regressor import MissingRowsWarning
from iaa_classic.persistence import ModelFileError, load_model, load_scorer, save_model

NAMES = ["light a", "light b", "colour a", "colour b", "form a", "form b"]
CRITERIA = dict(zip(NAMES, ["lighting", "lighting", "colour", "colour", "form", "form"], strict=True))
GENERIC = {"lighting": 1.0, "colour": 1.0, "form": 1.0}


def photographs(count: int, seed: int) -> pd.DataFrame:
    values = np.random.default_rng(seed).random((count, len(NAMES)))
    return pd.DataFrame(values, columns=NAMES, index=[f"photo {k}.jpg" for k in range(count)])


def beauty(X: pd.DataFrame, **weights: float) -> np.ndarray:
    """Sum of three criteria's parts, each of mean 0, on a scale around 4."""
    parts = {name: 2 * X[f"{name} a"] + X[f"{name} b"] ** 2 - 4 / 3 for name in ("light", "colour", "form")}
    return 4 + sum(weights.get(name, 1.0) * part for name, part in parts.items()).to_numpy()


@pytest.fixture(scope="module", params=["gbm", "svm"])
def generic(request) -> AestheticRegressor:
    X = photographs(400, 0)
    options = {"n_trees": 80, "n_bags": 1, "feature_share": 1.0, "learning_rate": 0.1, "C": 10.0, "random_state": 0}
    return AestheticRegressor(request.param, criteria=CRITERIA, scale=(1, 7), **options).fit(X, beauty(X))


@pytest.fixture(scope="module")
def mine() -> pd.DataFrame:
    return photographs(80, 1)


@pytest.fixture(scope="module")
def others() -> pd.DataFrame:
    return photographs(150, 2)


def noise(count: int, seed: int = 3, size: float = 0.3) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, count)


@pytest.fixture(scope="module")
def person(generic, mine) -> PersonalizedRegressor:
    """Somebody who loves light, dislikes colour, and does not care about form."""
    return on_seven(generic).fit(mine, beauty(mine, light=2, colour=-1, form=0) + noise(80))


def on_seven(generic, **options) -> PersonalizedRegressor:
    """A person who rates from 1 to 7, as the generic model does."""
    return PersonalizedRegressor(generic, scale=(1, 7), **options)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_with_hardly_a_rating_the_generic_model_stays(count, generic, mine, others):
    y = generic.predict(mine[:count]) if count else np.empty(0)
    fitted = on_seven(generic).fit(mine[:count], y)
    np.testing.assert_allclose(fitted.predict(others), generic.predict(others), atol=1e-9)
    pd.testing.assert_frame_equal(fitted.marks(others), generic.marks(others))
    assert (fitted.taste()["verdict"] == "like most").all()
    assert not any(stage["used"] for stage in fitted.stages_)


def test_a_taste_is_found(person, generic, mine, others):
    truth = beauty(others, light=2, colour=-1, form=0)
    taste = person.taste()
    assert list(taste.index) == ["lighting", "form", "colour"]
    assert taste.loc["lighting", "verdict"] == "more than most"
    assert taste.loc["colour", "verdict"] == "less than most"
    assert taste.loc["lighting", "weight"] == pytest.approx(2, abs=0.4)
    assert taste.loc["colour", "weight"] == pytest.approx(-1, abs=0.4)
    assert (taste["low"] < taste["weight"]).all()
    assert (taste["weight"] < taste["high"]).all()
    assert taste["certainty"].between(0.5, 1).all()
    assert np.corrcoef(person.predict(others), truth)[0, 1] > np.corrcoef(generic.predict(others), truth)[0, 1] + 0.3
    assert next(stage for stage in person.stages_ if stage["stage"] == "weights")["used"]
    used = [stage for stage in person.stages_ if stage["used"]]
    assert all(stage["after"] < stage["before"] for stage in used)
    assert all(first["after"] == second["before"] for first, second in pairwise(used))


def test_random_ratings_leave_the_weights_about_where_they_are(generic, mine, others):
    """Over many people who rate by the dice: hardly any verdict, and weights near that of the generic model."""
    verdicts, weights, changes = [], [], []
    for seed in range(20):
        y = generic.predict(mine).mean() + noise(len(mine), seed, 1.5)
        fitted = on_seven(generic).fit(mine, y)
        table = fitted.taste()
        verdicts.append(table["verdict"] != "like most")
        weights.append(table["weight"] - table["weight"].mean())
        changes.append(np.corrcoef(fitted.predict(others), generic.predict(others))[0, 1])
    assert np.mean(verdicts) < 0.1
    assert np.std(weights) < 0.25
    assert np.mean(changes) > 0.85


def test_ratings_as_expected_leave_the_generic_model(generic, mine, others):
    """Somebody of average taste, with noise: on average no worse than the generic model on new photographs."""
    gains = []
    for seed in range(10):
        fitted = on_seven(generic).fit(mine, beauty(mine) + noise(80, seed, 1.0))
        errors = [np.mean((model.predict(others) - beauty(others)) ** 2) for model in (generic, fitted)]
        gains.append(errors[1] - errors[0])
    assert np.mean(gains) < 0.05


def test_more_caution_uses_less(generic, mine):
    y = beauty(mine, light=2, colour=-1, form=0) + noise(80)
    cautious = on_seven(generic, caution=1e6).fit(mine, y)
    assert not any(stage["used"] for stage in cautious.stages_)
    np.testing.assert_allclose(cautious.predict(mine), generic.predict(mine), atol=1e-12)


def test_score_is_the_exact_sum_and_features_share_their_criterion(person, others):
    effects, scores = person.breakdown(others), person.predict(others)
    np.testing.assert_allclose(person.baseline_ + effects.sum(axis=1), scores, rtol=0, atol=1e-9)
    assert list(effects.index) == list(others.index)
    shares = person.feature_effects(others[:10])
    assert list(shares.index) == list(others.index[:10])
    for criterion in person.criteria_:
        own = [name for name in NAMES if CRITERIA[name] == criterion]
        np.testing.assert_allclose(shares[own].sum(axis=1), effects[criterion][:10], rtol=0, atol=1e-9)


def test_effects_are_weighted_generic_effects(generic, mine, others):
    fitted = on_seven(generic, residual=False).fit(mine, beauty(mine, light=2, colour=-1) + noise(80))
    weights = fitted.taste()["weight"]
    expected = generic.breakdown(others) * weights[generic.criteria_]
    pd.testing.assert_frame_equal(fitted.breakdown(others), expected, atol=1e-9)
    marks, before = fitted.marks(others), generic.marks(others)
    assert weights["colour"] < 0
    for criterion in generic.criteria_:
        expected = before[criterion] if weights[criterion] > 0 else 100 - before[criterion]
        pd.testing.assert_series_equal(marks[criterion], expected, atol=0.5)
    shares = fitted.percentile(fitted.predict(photographs(400, 0)))
    assert shares.mean() == pytest.approx(50, abs=6)


def test_a_residual_is_learned_where_the_criteria_do_not_suffice(generic, others):
    many = photographs(250, 5)

    def odd(X):
        return 4 + 2.0 * np.sign(X["form a"].to_numpy() - 0.5) * (X["form b"].to_numpy() > 0.5)

    y = odd(many) + noise(250)
    fitted = on_seven(generic).fit(many, y)
    without = on_seven(generic, residual=False).fit(many, y)
    assert [stage["stage"] for stage in fitted.stages_] == ["offset", "slope", "weights", "residual"]
    assert fitted.stages_[-1]["used"]
    errors = [np.mean((model.predict(others) - odd(others)) ** 2) for model in (fitted, without)]
    assert errors[0] < 0.9 * errors[1]
    residual = fitted.taste()["residual"]
    assert residual.idxmax() == "form"
    assert (without.taste()["residual"] == 0).all()
    np.testing.assert_allclose(fitted.breakdown(many).mean(), 0, atol=1e-9)
    assert fitted.percentile(fitted.predict(many)).mean() == pytest.approx(50, abs=1)
    np.testing.assert_allclose(fitted.baseline_ + fitted.breakdown(others).sum(axis=1), fitted.predict(others), atol=1e-9)


def test_offset_of_somebody_who_rates_high(generic, mine, others):
    fitted = on_seven(generic).fit(mine[:20], beauty(mine[:20]) + 1 + noise(20))
    shift = fitted.predict(others) - generic.predict(others)
    assert shift.mean() == pytest.approx(1, abs=0.25)
    assert (fitted.percentile(fitted.predict(others)) - generic.percentile(generic.predict(others))).std() < 5


def test_stars_are_another_scale(generic, mine, others):
    stars = 1 + (beauty(mine[:30]) - 1) * 4 / 6
    fitted = PersonalizedRegressor(generic, scale=(1, 5)).fit(mine[:30], stars)
    assert fitted.scale_ == (1.0, 5.0)
    np.testing.assert_allclose(fitted.predict(others), 1 + (generic.predict(others) - 1) * 4 / 6, atol=0.15)
    percent = PersonalizedRegressor(generic).fit(mine, 10 * beauty(mine))
    assert percent.scale_ == ((10 * beauty(mine)).min(), (10 * beauty(mine)).max())
    assert np.abs(percent.predict(others) - 10 * beauty(others)).mean() < 4


def test_weights_count_ratings_and_a_photograph_rated_twice_is_one(generic, mine, others):
    y = beauty(mine, light=2) + noise(80)
    weight = np.random.default_rng(4).integers(0, 4, 80)
    weighted = on_seven(generic).fit(mine, y, sample_weight=weight)
    rows = np.repeat(np.arange(80), weight)
    repeated = on_seven(generic).fit(mine.iloc[rows], y[rows])
    np.testing.assert_allclose(weighted.predict(others), repeated.predict(others), atol=1e-9)
    assert weighted.stages_[0]["count"] == (weight > 0).sum()


def test_unreadable_photographs(generic, mine, others):
    y = beauty(mine, light=2) + noise(80)
    gaps = mine.copy()
    gaps.iloc[[3, 7]] = np.nan
    with pytest.warns(MissingRowsWarning, match="2 of 80 rows"):
        fitted = on_seven(generic).fit(gaps, y)
    kept = np.delete(np.arange(80), [3, 7])
    whole = on_seven(generic).fit(mine.iloc[kept], y[kept])
    np.testing.assert_allclose(fitted.predict(others), whole.predict(others), atol=1e-12)
    assert np.isnan(fitted.predict(gaps)).sum() == 2
    assert fitted.breakdown(gaps).isna().all(axis=1).sum() == 2
    some = mine.copy()
    some.iloc[::4, 1] = np.nan
    assert np.isfinite(on_seven(generic).fit(some, y).predict(some)).all()


def test_file_round_trip(person, others, tmp_path):
    path = tmp_path / "mine.skops"
    save_model(person, path)
    loaded = load_model(path)
    assert isinstance(loaded, PersonalizedRegressor)
    np.testing.assert_array_equal(loaded.predict(others), person.predict(others))
    pd.testing.assert_frame_equal(loaded.breakdown(others), person.breakdown(others))
    pd.testing.assert_frame_equal(loaded.feature_effects(others[:3]), person.feature_effects(others[:3]))
    pd.testing.assert_frame_equal(loaded.marks(others), person.marks(others))
    pd.testing.assert_frame_equal(loaded.taste(), person.taste())
    assert loaded.stages_ == person.stages_
    np.testing.assert_array_equal(load_scorer(path).predict(others), person.predict(others))


def test_a_loaded_model_learns_on(person, mine, tmp_path):
    save_model(person, tmp_path / "mine.skops")
    y = beauty(mine, colour=3) + noise(80)
    again = clone(load_model(tmp_path / "mine.skops")).fit(mine, y)
    np.testing.assert_allclose(again.predict(mine), clone(person).fit(mine, y).predict(mine), atol=1e-12)


@pytest.mark.parametrize("harm", ["verdict", "shape", "stages", "missing"])
def test_a_damaged_taste_is_refused(harm, person, tmp_path):
    broken = clone(person)
    vars(broken).update({name: vars(person)[name] for name in person._fitted_names if name in vars(person)})
    if harm == "verdict":
        broken.taste_ = person.taste_ | {"verdict": np.full(3, 7.0)}
    elif harm == "shape":
        broken.taste_ = person.taste_ | {"weight": np.ones(2)}
    elif harm == "stages":
        broken.stages_ = [{"stage": 1}]
    else:
        del broken.taste_
    with pytest.raises(ModelFileError, match="personal model"):
        save_model(broken, tmp_path / "mine.skops")


def test_generic_model_in_every_form(generic, mine, others, tmp_path):
    y = beauty(mine, light=2) + noise(80)
    expected = on_seven(generic).fit(mine, y)
    save_model(generic, tmp_path / "generic.skops")
    for form in (generic.model_, FrozenEstimator(generic), str(tmp_path / "generic.skops"), tmp_path / "generic.skops"):
        fitted = on_seven(form).fit(mine, y)
        np.testing.assert_allclose(fitted.predict(others), expected.predict(others), atol=1e-12)
        save_model(fitted, tmp_path / "mine.skops")
        np.testing.assert_array_equal(load_model(tmp_path / "mine.skops").predict(others), fitted.predict(others))


def test_taste_upon_taste(person, mine, others):
    """A personal model is a generic model for the next person, or for the same one later."""
    second = on_seven(person).fit(mine, beauty(mine, light=2, colour=-1, form=2) + noise(80))
    np.testing.assert_allclose(second.baseline_ + second.breakdown(others).sum(axis=1), second.predict(others), atol=1e-9)
    truth = beauty(others, light=2, colour=-1, form=2)
    assert np.corrcoef(second.predict(others), truth)[0, 1] > np.corrcoef(person.predict(others), truth)[0, 1]


def test_the_packages_own_model_is_the_default(generic, mine, others, monkeypatch):
    import iaa_classic.default

    monkeypatch.setattr(iaa_classic.default, "default_scorer", lambda: generic.model_)
    fitted = PersonalizedRegressor().fit(mine, np.clip(beauty(mine), 1, 7))
    assert isinstance(fitted.model_, AdditiveModel)
    assert fitted.scale_ == (1.0, 7.0)
    np.testing.assert_allclose(fitted.predict(others), generic.predict(others), atol=0.5)


def test_clone_keeps_the_generic_model_and_forgets_what_was_learned(person, generic, mine):
    copy = clone(person.set_params(gamma=0.2))
    assert copy.generic is generic
    assert copy.gamma == 0.2
    assert not hasattr(copy, "model_")
    assert person.get_params(deep=False)["caution"] == 0.0
    person.set_params(gamma=0.3)
    y = beauty(mine, light=2) + noise(80)
    scores = cross_val_score(PersonalizedRegressor(generic), mine, y, cv=4)
    assert scores.mean() > 0.5
    search = GridSearchCV(PersonalizedRegressor(generic), {"residual": [False, True]}, cv=2).fit(mine, y)
    assert search.best_score_ > 0.5


def preferences(X: pd.DataFrame, score: np.ndarray, count: int) -> np.ndarray:
    pairs = np.random.default_rng(6).integers(len(X), size=(count, 2))
    first, second = pairs.T
    likes = noise(count, 7, 0.3) + score[first] - score[second] > 0
    return np.where(likes[:, None], pairs, pairs[:, ::-1])


def test_taste_from_pairs(generic, mine, others):
    pairs = preferences(mine, beauty(mine, light=2, colour=-1, form=0), 300)
    fitted = on_seven(generic).fit_pairs(mine, pairs)
    taste = fitted.taste()
    assert taste.index[0] == "lighting"
    assert taste.index[-1] == "colour"
    assert taste.loc["lighting", "verdict"] == "more than most"
    assert taste.loc["colour", "verdict"] == "less than most"
    assert np.corrcoef(fitted.predict(others), beauty(others, light=2, colour=-1, form=0))[0, 1] > 0.9
    assert fitted.predict(others).std() == pytest.approx(generic.predict(others).std(), rel=0.3)
    assert fitted.stages_[0]["used"]
    named = on_seven(generic).fit_pairs(mine, mine.index.to_numpy()[pairs])
    np.testing.assert_array_equal(named.predict(others), fitted.predict(others))
    np.testing.assert_allclose(fitted.baseline_ + fitted.breakdown(others).sum(axis=1), fitted.predict(others), atol=1e-9)


def test_pairs_that_say_nothing(generic, mine, others):
    none = on_seven(generic).fit_pairs(mine, [])
    np.testing.assert_allclose(none.predict(others), generic.predict(others), atol=1e-12)
    assert none.stages_ == []
    weights = []
    for seed in range(10):
        pairs = np.random.default_rng(seed).integers(len(mine), size=(200, 2))
        weights.append(on_seven(generic).fit_pairs(mine, pairs).taste()["verdict"] != "like most")
    assert np.mean(weights) < 0.15


def test_taste_from_what_was_kept(generic, mine, others):
    score = beauty(mine, light=2, colour=-1, form=0)
    series = np.arange(80) // 20
    kept = np.zeros(80, dtype=bool)
    for one in range(4):
        rows = np.flatnonzero(series == one)
        kept[rows[np.argsort(score[rows])[-6:]]] = True
    for groups in (None, series):
        fitted = on_seven(generic).fit_choices(mine, kept, groups)
        assert fitted.taste().index[0] == "lighting"
        assert fitted.taste().index[-1] == "colour"
        truth = beauty(others, light=2, colour=-1, form=0)
        assert np.corrcoef(fitted.predict(others), truth)[0, 1] > np.corrcoef(generic.predict(others), truth)[0, 1] + 0.2
    everything = on_seven(generic).fit_choices(mine, np.ones(80, dtype=bool))
    np.testing.assert_allclose(everything.predict(others), generic.predict(others), atol=1e-12)


def test_residual_of_the_fit_is_that_of_the_model(generic, mine):
    """What the stages predicted for the rated photographs is what the built model predicts."""
    model = generic.model_
    space = residual_space(model, mine.to_numpy(), 0.3)
    effects = model.core.parts(mine.to_numpy())
    gap = noise(80, 1, 1.0) + 2 * (mine["form a"].to_numpy() > 0.5)
    spreads, spread = model.effect_quantiles.var(axis=0), float(model.score_quantiles.var())
    ratings = Ratings(effects, gap, np.ones(80), spreads, spread, space.gram())
    solution = learn(ratings, caution=-np.inf)[-1].solution
    expected = generic.predict(mine) + solution.offset + effects @ (solution.weights - 1) + space.gram() @ solution.dual
    fitted = PersonalizedRegressor(model, scale=generic.scale_, caution=-np.inf).fit(mine, generic.predict(mine) + gap)
    np.testing.assert_allclose(fitted.predict(mine), expected, atol=1e-9)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"gamma": 0}, ValueError, "gamma must be a number above 0"),
        ({"scale": (5, 1)}, ValueError, "low < high"),
        ({"residual": "yes"}, ValueError, "residual must be True or False"),
        ({"caution": None}, ValueError, "caution must be a number"),
        ({"generic": 7}, TypeError, "generic must be a fitted AestheticRegressor"),
        ({"generic": AestheticRegressor()}, NotFittedError, "not fitted yet"),
        ({"generic": "nowhere.skops"}, ModelFileError, "cannot be read"),
    ],
)
def test_wrong_parameters_are_refused(parameters, error, message, mine):
    with pytest.raises(error, match=message):
        PersonalizedRegressor(**parameters).fit(mine, beauty(mine))


def test_other_columns_are_refused_by_name(generic, mine):
    y = beauty(mine)
    with pytest.raises(ValueError, match="1 missing: light a"):
        on_seven(generic).fit(mine.drop(columns="light a"), y)
    with pytest.raises(ValueError, match="table of 6 features"):
        on_seven(generic).fit(mine.to_numpy()[:, :4], y)
    with pytest.raises(ValueError, match="true or false of each of the 80 rows"):
        on_seven(generic).fit_choices(mine, [True, False])
    with pytest.raises(ValueError, match="one group for each of the 80 rows"):
        on_seven(generic).fit_choices(mine, np.ones(80, dtype=bool), groups=[1])


def test_referring_to_other_photographs(person, others):
    copy = clone(person)
    vars(copy).update({name: vars(person)[name] for name in person._fitted_names if name in vars(person)})
    before = copy.predict(others)
    copy.refer_to(others)
    np.testing.assert_allclose(copy.predict(others), before, atol=1e-9)
    np.testing.assert_allclose(copy.breakdown(others).mean(), 0, atol=1e-9)
