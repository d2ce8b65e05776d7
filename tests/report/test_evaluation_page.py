"""The page of an evaluation: self-contained, escaped, with the figures of the evaluation."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from iaa_classic.evaluation import evaluate
from iaa_classic.models import (
    AestheticClassifier,
    AestheticRanker,
    AestheticRegressor,
    AttributeRegressor,
    ScoreDistributionRegressor,
)
from iaa_classic.report.evaluation import evaluation_page
from iaa_classic.report.pages import number
from iaa_classic.tasks import TASKS


class Reader(HTMLParser):
    """Collects tags, addresses and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href") or name.endswith(":href")]

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def evaluation():
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.normal(size=(80, 2)), columns=["a", "mean_lightness"])
    y = X["a"] + random.normal(size=80)
    names = np.where(np.arange(80) % 2, "<i>odd</i>", "even")
    return evaluate(LinearRegression(), X, y, task=TASKS["score"], categories=names, n_resamples=20)


def test_the_page_shows_the_figures_and_nothing_of_the_network(evaluation):
    reader = Reader(evaluation_page(evaluation, "Holiday"))
    assert number(evaluation.figures.loc["SRCC", "value"]) in reader.text
    assert "80 of 80 photographs" in reader.text
    assert "script" not in reader.tags
    assert "svg" in reader.tags
    assert all(address.startswith("#") for address in reader.addresses)


def test_names_stay_text(evaluation):
    page = evaluation_page(evaluation, "<b>&amp;")
    reader = Reader(page)
    assert "b" not in reader.tags
    assert "i" not in reader.tags
    assert "<b>&amp;" in reader.text
    assert "<i>odd</i>" in reader.text


def test_the_same_evaluation_gives_the_same_page(evaluation):
    assert evaluation_page(evaluation, "Holiday") == evaluation_page(evaluation, "Holiday")


def test_undefined_numbers_are_dashes():
    assert number(None) == number(float("nan")) == "–"
    assert number(0.12345) == "0.123"


@pytest.fixture(scope="module")
def judged():
    """An evaluation of each other task, by models that need no catalogue."""
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.normal(size=(80, 2)), columns=["a", "mean_lightness"])
    signal = X["a"].to_numpy()
    counts = np.column_stack([np.exp(-k * signal / 3) for k in range(4)]) + 0.1
    attributes = np.column_stack([signal, -signal + random.normal(size=80)])
    attributes[3, 1] = np.nan
    return {
        "class": evaluate_with("class", X, (signal > 0).astype(float), ["$x$", "good"]),
        "rank": evaluate_with("rank", X, signal, None),
        "distribution": evaluate_with("distribution", X, counts, [1, 2, 3, 4.5]),
        "attributes": evaluate_with("attributes", X, attributes, ["light_$", "写真"]),
    }


def evaluate_with(task, X, y, names):
    model = {"class": AestheticClassifier, "rank": AestheticRanker}.get(task, AestheticRegressor)("svm")
    if task == "distribution":
        model = ScoreDistributionRegressor(model, levels=names)
    if task == "attributes":
        model = AttributeRegressor(model)
    return evaluate(model, X, y, task=TASKS[task], names=names, n_splits=3, n_resamples=20)


@pytest.mark.parametrize("task", ["class", "rank", "distribution", "attributes"])
def test_every_task_has_figures_and_a_plot(judged, task):
    reader = Reader(evaluation_page(judged[task], "Holiday"))
    assert "svg" in reader.tags
    assert "support vector machine" in reader.text
    for label, row in judged[task].figures.iterrows():
        assert label in reader.text
        assert number(row["value"]) in reader.text
    assert judged[task].figures["value"].iloc[0] != judged[task].figures["constant"].iloc[0]


def test_attributes_are_listed_by_name(judged):
    evaluation = judged["attributes"]
    table = evaluation.attributes
    assert table["n"].tolist() == [80, 79]
    assert table.loc["light_$", "SRCC"] > 0.9
    assert evaluation.figures.loc["SRCC, mean over attributes", "value"] == pytest.approx(table["SRCC"].mean())
    assert table.loc["写真", "constant MAE"] > 0
    text = Reader(evaluation_page(evaluation, "Holiday")).text
    for name in ("light_$", "写真", "By attribute"):
        assert name in text


def test_an_official_split_has_no_folds():
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.normal(size=(60, 1)), columns=["a"])
    split = ["train"] * 40 + ["test"] * 20
    text = Reader(
        evaluation_page(evaluate(LinearRegression(), X, X["a"], task=TASKS["score"], split=split, n_resamples=5), "t")
    ).text
    assert "official split" in text
    assert "Mean of folds" not in text
    assert "20 of 60 photographs" in text
