"""The page of an evaluation: self-contained, escaped, with the figures of the evaluation."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from iaa_classic.evaluation import evaluate
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
