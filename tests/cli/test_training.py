"""``train --task``: what is fitted, saved, read again and scored with."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from iaa_classic import AestheticRegressor, FeatureExtractor, load_model, save_model
from iaa_classic.cli.kinds import kind_of

QUICK = ("--features", "lighting", "--folds", 2)


@pytest.fixture
def trained(command, shoot, tmp_path):
    """Train a task on the photographs; gives what was printed, and the model file."""

    def train(task, *options):
        output = tmp_path / f"{task}.skops"
        done = command("train", shoot / "ratings.csv", "--task", task, *options, *QUICK, "--output", output)
        assert done.status == 0, done.err
        return done.out, output

    return train


@pytest.fixture
def features(shoot):
    names = list(pd.read_csv(shoot / "ratings.csv")["image"])
    return FeatureExtractor("lighting").fit_transform([shoot / name for name in names])


def test_classes_keep_their_names_and_are_scored_by_decision_values(command, shoot, trained, features, tmp_path):
    out, path = trained("class", "--target", "verdict")
    assert "AUC" in out
    model = load_model(path)
    assert list(model.classes_) == ["bin", "keep"]
    verdicts = pd.read_csv(shoot / "ratings.csv")["verdict"]
    assert np.mean(model.predict(features) == verdicts) > 0.9
    table = tmp_path / "scores.csv"
    done = command("score", shoot, "--model", path, "--output", table)
    assert done.status == 0
    assert "Decision values: above 0 speaks for 'keep', below 0 for 'bin'" in done.out
    assert pd.read_csv(table)["score"].to_numpy() == pytest.approx(model.decision_function(features), abs=1e-9)
    assert "above 0 speaks for 'keep'" in command("explain", shoot / "00.png", "--model", path).out


def test_three_classes_have_no_single_score(command, shoot, trained, features, tmp_path):
    table = pd.read_csv(shoot / "ratings.csv")
    table["grade"] = pd.cut(table["stars"], [0, 2.3, 3.6, 6], labels=["bad", "fair", "good"])
    table.to_csv(tmp_path / "t.csv", index=False)
    path = tmp_path / "m.skops"
    options = ("--images", shoot, "--task", "class", "--target", "grade", *QUICK, "--output", path)
    assert command("train", tmp_path / "t.csv", *options).status == 0
    assert np.mean(load_model(path).predict(features) == table["grade"]) > 0.8
    done = command("score", shoot, "--model", path)
    assert (done.status, "no single score" in done.err) == (2, True)


def test_numbers_as_classes_stay_numbers(shoot, command, tmp_path):
    table = pd.read_csv(shoot / "ratings.csv").assign(grade=lambda t: np.where(t["stars"] > 3, 10, 9))
    table.to_csv(tmp_path / "t.csv", index=False)
    path = tmp_path / "m.skops"
    options = ("--images", shoot, "--task", "class", "--target", "grade", *QUICK, "--output", path)
    assert command("train", tmp_path / "t.csv", *options).status == 0
    assert load_model(path).classes_.tolist() == [9, 10]


def test_rankers_score_in_logits(command, shoot, trained, features):
    out, path = trained("rank", "--target", "stars")
    assert "pairwise accuracy" in out
    stars = pd.read_csv(shoot / "ratings.csv")["stars"]
    assert load_model(path).score(features, stars) > 0.9
    assert "logits of being preferred" in command("score", shoot, "--model", path).out


def test_distributions_remember_their_levels(command, shoot, trained, features):
    out, path = trained("distribution")
    assert "EMD r=2" in out
    model = load_model(path)
    assert model.levels_.tolist() == [1, 2, 3, 4, 5]
    assert model.predict_distribution(features).sum(axis=1).to_numpy() == pytest.approx(1)
    assert "Scores from 1 to 5" in command("score", shoot, "--model", path).out


def test_attributes_keep_their_names(command, shoot, trained, features):
    out, path = trained("attributes", "--target", "light", "--target", "colour")
    assert "By attribute" in out
    model = load_model(path)
    assert model.attributes_ == ["light", "colour"]
    ratings = pd.read_csv(shoot / "ratings.csv")["light"]
    assert np.corrcoef(model.predict(features)[:, 0], ratings)[0, 1] > 0.9
    done = command("score", shoot, "--model", path)
    assert (done.status, "no single score" in done.err) == (2, True)


def test_datasets_can_be_learnt_and_bring_their_scale(command, shoot, tmp_path):
    table = pd.read_csv(shoot / "ratings.csv").rename(columns={"stars": "mean"}).drop(columns=["verdict"])
    table.to_csv(tmp_path / "labels.csv", index=False)
    (tmp_path / "images").symlink_to(shoot)
    path = tmp_path / "m.skops"
    done = command("train", "--dataset", "folder", "--root", tmp_path, *QUICK, "--output", path)
    assert done.status == 0, done.err
    assert load_model(path).scale_ == (1, 5)
    assert kind_of(str(path)) == "AestheticRegressor"


def test_the_kind_of_a_pipeline_is_that_of_its_last_step(features, shoot, tmp_path):
    stars = pd.read_csv(shoot / "ratings.csv")["stars"]
    fitted = AestheticRegressor("svm").fit(features, stars)
    save_model(Pipeline([("measure", FeatureExtractor("lighting")), ("learn", fitted)]), tmp_path / "m.skops")
    assert kind_of(str(tmp_path / "m.skops")) == "AestheticRegressor"


def test_a_trained_model_explains(command, shoot, lighting_model):
    told = json.loads(command("explain", shoot / "40.png", "--model", lighting_model, "--json").out)
    assert told["score"] == pytest.approx(1 + 4 * 40 / 47, abs=0.5)
    assert [part["criterion"] for part in told["criteria"]] == ["lighting"]
