"""``inspect``: pages and reports of every kind of model, from tables and datasets."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from iaa_classic import (
    AestheticClassifier,
    AestheticRegressor,
    AttributeRegressor,
    FeatureExtractor,
    ScoreDistributionRegressor,
    save_model,
)

QUICK = ("--folds", 3)


@pytest.fixture(scope="module")
def trained(shoot, tmp_path_factory):
    """Model files of several kinds, fitted on the photographs of ``shoot``."""
    root = tmp_path_factory.mktemp("models")
    table = pd.read_csv(shoot / "ratings.csv")
    X = FeatureExtractor("lighting").fit_transform([shoot / name for name in table["image"]])
    svm = AestheticRegressor("svm", random_state=0)
    kinds = {
        "class": AestheticClassifier("svm", random_state=0).fit(X, table["verdict"]),
        "distribution": ScoreDistributionRegressor(svm).fit(X, table[[f"n{k}" for k in range(1, 6)]]),
        "attributes": AttributeRegressor(svm).fit(X, table[["light", "colour"]]),
    }
    for name, model in kinds.items():
        save_model(model, root / f"{name}.skops")
    return {name: root / f"{name}.skops" for name in kinds}


def test_a_page_and_a_report_of_ones_own_model(command, shoot, lighting_model, tmp_path):
    page, report = tmp_path / "model.html", tmp_path / "model.json"
    asked = ("inspect", shoot / "ratings.csv", "--target", "stars", "--group", "motif", "--category", "place", *QUICK)
    done = command(*asked, "--model", lighting_model, "--output", page, "--json", report)
    assert done.status == 0, done.err
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["title"] == "stars.skops on ratings.csv"
    assert told["basis"] == "cross-validated"
    assert (told["settings"]["folds"], told["settings"]["groups"]) == (3, 24)
    assert {row["category"] for row in told["residuals"]} == {"sea", "town"}
    assert {"iaa-classic", "scikit-learn"} <= set(told["environment"])
    assert told["figures"][0]["value"] > 0.9
    assert all(sentence.split(":")[0] in done.out for sentence in told["summary"])
    strongest = told["features"][0]
    assert strongest["label"] in done.out
    assert f"{strongest['effect']:.3f} {strongest['effect_low']:.3f} to {strongest['effect_high']:.3f}" in done.out
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "data:image/jpeg" in text
    assert str(shoot) not in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.html", "model.json"]


def test_what_exists_is_overwritten_only_when_told(command, shoot, lighting_model, tmp_path):
    page = tmp_path / "model.html"
    page.write_text("precious")
    asked = ("inspect", shoot / "ratings.csv", "--target", "stars", *QUICK, "--model", lighting_model, "--output", page)
    done = command(*asked)
    assert (done.status, page.read_text()) == (2, "precious")
    assert "--force to replace" in done.err
    assert command(*asked, "--force").status == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_built_in_model_on_another_scale(command, shoot, tmp_path):
    report = tmp_path / "model.json"
    asked = ("inspect", shoot / "ratings.csv", "--target", "stars", "--scale", 1, 5, "--limit", 8, "--json", report)
    done = command(*asked)
    assert done.status == 0, done.err
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["title"].startswith("The built-in model on")
    assert (told["basis"], told["scale"], told["settings"]["photographs"]) == ("unknown", [1.0, 10.0], 8)
    assert "not known" in done.out
    one = told["predictions"][0]
    assert one["answer"] == pytest.approx(1 + (one["score"] - 1) * 4 / 9)


def test_classes_distributions_and_attributes(command, shoot, trained, tmp_path):
    report = tmp_path / "r.json"
    asked = ("inspect", shoot / "ratings.csv", *QUICK, "--json", report, "--force")
    done = command(*asked, "--model", trained["class"], "--target", "verdict", "--of", "bin")
    assert done.status == 0, done.err
    told = json.loads(report.read_text())
    assert told["figures"][0]["figure"] == "AUC"
    assert told["settings"]["rating"] == "share of 'bin'"
    done = command(*asked, "--model", trained["distribution"])
    assert done.status == 0, done.err
    assert json.loads(report.read_text())["basis"] == "cross-validated"
    done = command(*asked, "--model", trained["attributes"], "--of", "light")
    assert done.status == 0, done.err
    assert json.loads(report.read_text())["settings"]["rating"] == "rating of light"
    done = command(*asked, "--model", trained["attributes"], "--target", "light")
    assert (done.status, "name one with of=: 'light', 'colour'" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--target", "beauty"), "no column 'beauty'"),
        (("--target", "stars", "--output", "model.txt"), "ends in .html"),
        (("--target", "stars", "--json", "model.txt"), "ends in .json"),
        (("--target", "stars", "--of", "light"), "has one score, leave it out"),
        (("--target", "stars", "--model", "absent.skops"), "absent.skops"),
        (("--target", "stars", "--dataset", "oasis"), "either a table"),
        (("--target", "stars", "--scale", 5, 1), "rating_scale must be"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(command, shoot, lighting_model, options, message):
    asked = options if "--model" in options else (*options, "--model", lighting_model)
    done = command("inspect", shoot / "ratings.csv", *asked)
    assert done.status == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_models_that_photographs_alone_do_not_feed(command, shoot, tmp_path):
    X = np.random.default_rng(0).random((30, 2))
    bare, other = tmp_path / "bare.skops", tmp_path / "other.skops"
    save_model(AestheticRegressor("svm").fit(X, X[:, 0]), bare)
    save_model(AestheticRegressor("svm").fit(pd.DataFrame(X, columns=["a", "b"]), X[:, 0]), other)
    asked = ("inspect", shoot / "ratings.csv", "--target", "stars")
    assert "columns without names" in command(*asked, "--model", bare).err
    assert "which one picture alone does not give" in command(*asked, "--model", other).err


def test_a_damaged_photograph_is_left_out_and_told(command, shoot, lighting_model, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"damaged")
    table = pd.read_csv(shoot / "ratings.csv")
    table["image"] = [str(shoot / name) for name in table["image"]]
    table.loc[3, "image"] = "bad.png"
    table.to_csv(tmp_path / "t.csv", index=False)
    done = command("inspect", tmp_path / "t.csv", "--target", "stars", *QUICK, "--model", lighting_model)
    assert done.status == 1
    assert "bad.png" in done.err
    assert "47 photographs" in done.out


def test_the_built_in_model_knows_oasis(command, data, tmp_path):
    report = tmp_path / "model.json"
    done = command("inspect", "--dataset", "oasis", "--root", data / "oasis", "--limit", 8, "--json", report)
    assert done.status == 0, done.err
    told = json.loads(report.read_text())
    assert told["basis"] == "in-sample"
    assert "1 to 7" in told["settings"]["notes"][0]
