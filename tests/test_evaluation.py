"""Evaluation: held-out figures, baselines, folds that split no group, official splits."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LinearRegression, LogisticRegression

from iaa_classic import metrics
from iaa_classic.errors import UserError
from iaa_classic.evaluation import evaluate
from iaa_classic.tasks import TASKS, task_named

SCORE = TASKS["score"]


@pytest.fixture(scope="module")
def rated() -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """60 groups of 5 photographs; the rating follows ``a``, brightness says nothing."""
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.normal(size=(300, 2)), columns=["a", "mean_lightness"], index=[f"{k}.jpg" for k in range(300)])
    return X, X["a"].to_numpy() + random.normal(0, 0.5, 300) + 5, np.repeat(np.arange(60), 5)


class Memory(RegressorMixin, BaseEstimator):
    """Remembers which rows it was fitted on, and predicts 1 for those and 0 for others."""

    def fit(self, X, y):
        self.seen_ = set(X.index)
        return self

    def predict(self, X):
        return np.array([float(name in self.seen_) for name in X.index])


def test_no_photograph_is_judged_by_a_model_that_has_seen_it_or_its_group(rated):
    X, y, groups = rated
    evaluation = evaluate(Memory(), X[["a"]], y, task=SCORE, groups=groups, n_resamples=5)
    assert (evaluation.predictions["prediction"] == 0).all()
    folds = evaluation.predictions["fold"].to_numpy()
    assert all(len(set(folds[groups == group])) == 1 for group in set(groups))
    assert list(evaluation.predictions.index) == list(X.index)
    assert evaluation.settings["groups"] == 60
    assert evaluation.settings["split"] == "10 folds"


def test_figures_are_those_of_the_held_out_predictions(rated):
    X, y, groups = rated
    evaluation = evaluate(LinearRegression(), X, y, task=SCORE, groups=groups, n_resamples=200)
    table = evaluation.predictions
    figures = evaluation.figures
    assert figures.loc["SRCC", "value"] == metrics.srcc(table["truth"], table["prediction"])
    by_fold = [metrics.mae(own["truth"], own["prediction"]) for _, own in table.groupby("fold")]
    assert figures.loc["MAE", "fold_mean"] == pytest.approx(np.mean(by_fold))  # folds of one size
    assert figures.loc["MAE", "fold_sd"] == pytest.approx(np.std(by_fold, ddof=1))
    assert figures.loc["SRCC", "low"] < figures.loc["SRCC", "value"] < figures.loc["SRCC", "high"]
    assert figures["higher_is_better"].to_dict() == {"SRCC": True, "PLCC": True, "KRCC": True, "MAE": False, "RMSE": False}


def test_baselines_know_nothing(rated):
    X, y, groups = rated
    figures = evaluate(LinearRegression(), X, y, task=SCORE, groups=groups, n_resamples=5).figures
    assert figures.loc["SRCC", "value"] > 0.8
    assert abs(figures.loc["SRCC", "brightness"]) < 0.2
    assert np.isnan(figures.loc["SRCC", "constant"])
    assert figures.loc["MAE", "constant"] == pytest.approx(np.abs(y - y.mean()).mean(), rel=0.02)


def test_brightness_is_left_out_where_it_was_not_measured(rated):
    X, y, groups = rated
    figures = evaluate(LinearRegression(), X[["a"]], y, task=SCORE, groups=groups, n_resamples=5).figures
    assert figures["brightness"].isna().all()


def test_an_official_split_is_kept(rated):
    X, y, _ = rated
    split = np.array(["train"] * 200 + ["validation"] * 50 + ["test"] * 50)
    evaluation = evaluate(Memory(), X, y, task=SCORE, split=split, n_resamples=5)
    assert list(evaluation.predictions.index) == list(X.index[250:])
    assert (evaluation.predictions["prediction"] == 0).all()
    assert evaluation.settings["split"] == "official"
    assert np.isnan(evaluation.figures.loc["MAE", "fold_sd"])


@pytest.mark.parametrize("split", [["train"] * 300, ["test"] * 300])
def test_half_a_split_is_refused(rated, split):
    X, y, _ = rated
    with pytest.raises(ValueError, match="both are needed"):
        evaluate(LinearRegression(), X, y, task=SCORE, split=split)


def test_a_single_group_is_refused(rated):
    X, y, _ = rated
    with pytest.raises(ValueError, match="at least 2 groups"):
        evaluate(LinearRegression(), X, y, task=SCORE, groups=np.zeros(300))


def test_categories_have_figures_of_their_own(rated):
    X, y, groups = rated
    categories = np.where(np.arange(300) < 297, "large", "tiny")
    table = evaluate(LinearRegression(), X, y, task=SCORE, groups=groups, categories=categories, n_resamples=5).categories
    assert table["n"].to_dict() == {"large": 297, "tiny": 3}
    assert table.loc["large", "SRCC"] > 0.8
    assert np.isnan(table.loc["tiny", "SRCC"])


def test_the_dict_is_json_with_undefined_as_null(rated):
    X, y, groups = rated
    evaluation = evaluate(LinearRegression(), X, y, task=SCORE, groups=groups, n_resamples=5)
    again = json.loads(json.dumps(evaluation.to_dict(), allow_nan=False))
    assert again["figures"][0]["figure"] == "SRCC"
    assert again["figures"][0]["constant"] is None
    assert again["settings"]["photographs"] == 300


def test_progress_is_told_after_each_fold(rated):
    X, y, groups = rated
    told = []
    evaluate(LinearRegression(), X, y, task=SCORE, groups=groups, n_splits=4, n_resamples=5, finished=lambda: told.append(1))
    assert len(told) == 4


def test_an_unknown_task_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match="score, class, rank, distribution, attributes"):
        task_named("beauty")


def test_class_figures_by_hand():
    figures = {figure.label: figure.function for figure in TASKS["class"].figures}
    true = np.array([0, 0, 0, 1.0])
    shares = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]])
    assert figures["accuracy"](true, shares) == 0.75
    assert figures["balanced accuracy"](true, shares) == pytest.approx((2 / 3 + 1) / 2)
    assert figures["F1"](true, shares) == pytest.approx(2 / 3)
    assert figures["AUC"](true, shares) == 1
    assert np.isnan(figures["AUC"](np.zeros(4), shares))


def test_distribution_figures_by_hand():
    figures = {figure.label: figure.function for figure in TASKS["distribution"].figures}
    true = np.array([[1, 0, 0, 0], [0, 0, 0, 2.0]])
    shares = np.array([[0, 1, 0, 0], [0, 0, 0, 1.0]])
    assert figures["EMD r=1"](true, shares) == pytest.approx(0.125)
    assert figures["SRCC of the mean"](true, shares) == 1
    assert np.isnan(figures["SRCC of the spread"](true, shares))


def test_attribute_figures_leave_out_what_was_not_rated():
    figures = {figure.label: figure.function for figure in TASKS["attributes"].figures}
    true = np.array([[1, 1], [2, np.nan], [3, 2], [4, 4.0]])
    predicted = np.array([[1, 4], [2, 9], [3, 2], [4, 1.0]])
    assert figures["SRCC, mean over attributes"](true, predicted) == 0
    assert figures["MAE, mean over attributes"](true, predicted) == pytest.approx((0 + 2) / 2)


def test_constants_of_each_task():
    assert TASKS["class"].constant(np.array([0, 0, 1.0]), 2).tolist() == [[2 / 3, 1 / 3]] * 2
    assert TASKS["distribution"].constant(np.array([[1, 1], [0, 4.0]]), 1).tolist() == [[0.25, 0.75]]
    assert TASKS["attributes"].constant(np.array([[1, np.nan], [3, 4.0]]), 1).tolist() == [[2, 4]]
    assert TASKS["score"].constant(np.array([1, 3.0]), 2).tolist() == [2, 2]


def test_a_class_that_a_fold_has_not_seen_gets_no_chance(rated):
    X, _, _ = rated
    y = np.r_[np.zeros(150), np.ones(149), 2.0]
    evaluation = evaluate(LogisticRegression(), X, y, task=TASKS["class"], n_splits=3, n_resamples=5, names=["a", "b", "c"])
    shares = evaluation.predictions.filter(like="prediction_").to_numpy()
    assert shares.shape == (300, 3)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares[299, 2] == 0
    assert evaluation.settings["classes"] == ["a", "b", "c"]


def test_a_part_of_one_class_is_refused(rated):
    X, _, _ = rated
    split, y = np.array(["train"] * 200 + ["test"] * 100), np.r_[np.zeros(200), np.ones(100)]
    with pytest.raises(ValueError, match="all of one class"):
        evaluate(LogisticRegression(), X, y, task=TASKS["class"], split=split)


class Grouped(LogisticRegression):
    """Remembers the groups that it was given."""

    def fit(self, X, y, groups=None):
        self.groups_ = groups
        return super().fit(X, y)


def test_classifiers_are_told_the_groups_and_rankers_are_not(rated):
    X, y, groups = rated
    classes = (y > 5).astype(float)
    fitted = TASKS["class"].fit(Grouped(), X, classes, groups)
    assert fitted.groups_ is groups
    assert TASKS["rank"].fit(Grouped(), X, classes, groups).groups_ is None
