"""Reports of every kind of estimator, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from iaa_classic import UserError
from iaa_classic.explanation.model_report import model_report
from iaa_classic.models import (
    AestheticClassifier,
    AestheticRanker,
    AestheticRegressor,
    AttributeRegressor,
    PersonalizedRegressor,
    ScoreDistributionRegressor,
)

QUICK = {"n_resamples": 30, "n_repeats": 2, "n_splits": 3}
CRITERIA = ["lighting", "lighting", "colour"]


@pytest.fixture(scope="module")
def rated():
    """A table, ratings that follow its first column most, and pairs as groups."""
    X = pd.DataFrame(np.random.default_rng(2).random((48, 3)), columns=["a", "b", "c"])
    return X, (1 + 3 * X["a"] + X["b"] + np.random.default_rng(3).normal(0, 0.1, 48)).to_numpy(), np.arange(48) // 2


@pytest.fixture(scope="module")
def svm(rated):
    X, y, _ = rated
    return AestheticRegressor("svm", criteria=CRITERIA, random_state=0).fit(X, y)


def test_a_classifier_is_judged_by_auc_and_speaks_for_a_class(rated):
    X, y, groups = rated
    classes = np.where(y > np.median(y), "keep", "bin")
    model = AestheticClassifier("svm", criteria=CRITERIA, calibration_folds=2, random_state=0).fit(X, classes)
    report = model_report(model, X, classes, groups=groups, **QUICK)
    assert report.basis == "cross-validated"
    assert report.figures.index.tolist() == ["AUC", "accuracy", "Brier score"]
    assert report.settings["agreement"] == "AUC"
    assert report.figures.loc["AUC", "value"] > 0.8
    assert report.predictions["answer"].between(0, 1).all()
    assert report.criteria.loc["lighting", "drop"] > 0.1
    other = model_report(model, X, classes, of="bin", basis="in-sample", **QUICK)
    own = model_report(model, X, classes, of="keep", basis="in-sample", **QUICK)
    np.testing.assert_allclose(other.predictions["score"], -own.predictions["score"])
    np.testing.assert_allclose(other.predictions["answer"], 1 - own.predictions["answer"])
    np.testing.assert_allclose(own.predictions["answer"], model.predict_proba(X)[:, 1])
    assert other.figures.loc["AUC", "value"] == pytest.approx(own.figures.loc["AUC", "value"])
    with pytest.raises(UserError, match="no class 'maybe'"):
        model_report(model, X, of="maybe", **QUICK)
    with pytest.raises(UserError, match="does not know the class 'best'"):
        model_report(model, X, np.where(y > 3, "best", "bin"), **QUICK)


def test_of_several_classes_one_must_be_named(rated):
    X, y, _ = rated
    classes = np.digitize(y, np.quantile(y, [0.33, 0.67]))
    model = AestheticClassifier("svm", criteria=CRITERIA, calibration=None, random_state=0).fit(X, classes)
    with pytest.raises(UserError, match="tells 3 classes apart; name one with of=: 0, 1, 2"):
        model_report(model, X, classes, **QUICK)
    report = model_report(model, X, classes, of=2, **QUICK)
    np.testing.assert_allclose(report.predictions["score"], model.decision_function(X)[:, 2])
    assert report.predictions["rating"].sum() == (classes == 2).sum()


def test_a_rankers_scores_only_order(rated):
    X, y, _ = rated
    model = AestheticRanker("svm", criteria=CRITERIA, calibration_folds=None, random_state=0).fit(X, y)
    report = model_report(model, X, y, basis="in-sample", **QUICK)
    assert report.figures.index.tolist() == ["SRCC", "PLCC"]
    assert any("line" in note for note in report.settings["notes"])
    slope, offset = np.polyfit(report.predictions["score"], y, 1)
    np.testing.assert_allclose(report.predictions["answer"], offset + slope * report.predictions["score"])


def test_distributions_attributes_and_a_persons_taste(rated):
    X, y, _ = rated
    base = AestheticRegressor("svm", criteria=CRITERIA, random_state=0)
    counts = np.array([np.random.default_rng(k).multinomial(30, [1 - p / 2, p / 4, p / 4]) for k, p in enumerate(X["a"])])
    spread = ScoreDistributionRegressor(base).fit(X, counts)
    report = model_report(spread, X, counts, **QUICK)
    assert report.basis == "cross-validated"
    np.testing.assert_allclose(report.predictions["rating"], counts @ [1, 2, 3] / 30)
    assert model_report(spread, X, counts @ [1, 2, 3] / 30, **QUICK).basis == "in-sample"
    with pytest.raises(UserError, match="one count for each of the 3 levels"):
        model_report(spread, X, counts[:, :2], **QUICK)
    both = AttributeRegressor(base).fit(X, pd.DataFrame({"light": y, "hue": X["c"]}))
    with pytest.raises(UserError, match="name one with of=: 'light', 'hue'"):
        model_report(both, X, y, **QUICK)
    with pytest.raises(UserError, match="no attribute 'tone'"):
        model_report(both, X, y, of="tone", **QUICK)
    hue = model_report(both, X, X["c"], of="hue", **QUICK)
    assert (hue.basis, hue.settings["rating"]) == ("cross-validated", "rating of hue")
    assert hue.features.index[0] == "c"
    person = PersonalizedRegressor(base.fit(X, y)).fit(X, y)
    assert model_report(person, X, y, **QUICK).settings["estimator"] == "PersonalizedRegressor"


def test_pipelines_end_in_a_model_and_other_things_are_refused(rated, svm):
    X, y, _ = rated
    pipeline = make_pipeline(FunctionTransformer(), AestheticRegressor("svm", criteria=CRITERIA)).fit(X, y)
    assert model_report(pipeline, X, y, **QUICK).basis == "cross-validated"
    for wrong, message in (
        (FunctionTransformer(), "got FunctionTransformer"),
        (AestheticRegressor(), "not fitted yet"),
    ):
        with pytest.raises(UserError, match=message):
            model_report(wrong, X, y, **QUICK)
    for options, message in (
        ({"ratings": y[:5]}, "ratings must hold one entry for each of the 48 rows"),
        ({"ratings": y, "groups": [1]}, "groups must hold one entry"),
        ({"of": "light"}, "has one score, leave it out"),
        ({"basis": "guessed"}, "basis must be"),
        ({"n_repeats": 0}, "n_repeats must be a whole number of at least 1"),
        ({"ratings": np.full(48, np.nan)}, "0 photographs have a rating"),
        ({"ratings": ["good"] * 48}, "ratings must be numbers"),
    ):
        with pytest.raises(UserError, match=message):
            model_report(svm, X, **{**QUICK, **options})
    with pytest.raises(UserError, match=r"1 missing: a\. 1 unknown: z"):
        model_report(svm, X.rename(columns={"a": "z"}), y, **QUICK)


def test_models_of_columns_without_names(rated):
    X, y, _ = rated
    model = AestheticRegressor("svm", criteria=CRITERIA, random_state=0).fit(X.to_numpy(), y)
    report = model_report(model, X.to_numpy(), y, **QUICK)
    assert report.basis == "cross-validated"
    assert report.features.index[0] == "x0"
