"""``evaluate`` for every task, from tables and datasets: what is printed and written, and what the exit status says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from iaa_classic import metrics
from iaa_classic.cli.rated import Asked, Rated, check_answers, limited, read_rated
from iaa_classic.errors import UserError
from iaa_classic.tasks import TASKS

QUICK = ("--features", "lighting", "--model", "svm", "--folds", 3)
TASK_OPTIONS = {
    "score": ("--target", "stars"),
    "class": ("--target", "verdict"),
    "rank": ("--target", "stars"),
    "distribution": (),
    "attributes": ("--target", "light", "--target", "colour"),
}


@pytest.mark.parametrize("task", TASK_OPTIONS)
def test_every_task_is_judged_and_told(command, shoot, tmp_path, task):
    page, figures = tmp_path / "report.html", tmp_path / "report.json"
    columns = ("--group", "motif", "--category", "place")
    options = (*TASK_OPTIONS[task], *columns, *QUICK, "--output", page, "--json", figures)
    done = command("evaluate", shoot / "ratings.csv", "--task", task, *options)
    assert done.status == 0, done.err
    told = json.loads(figures.read_text())
    assert told["task"] == task
    assert told["settings"]["judged"] == 48
    assert told["settings"]["groups"] == 24
    assert told["settings"]["model"] == "support vector machine"
    assert {"iaa-classic", "scikit-learn"} <= set(told["environment"])
    first = told["figures"][0]
    better = first["value"] > 0.8 if first["higher_is_better"] else first["value"] < first["constant"]
    assert better
    assert f"{first['value']:.3f}" in done.out
    assert f"{first['low']:.3f} to {first['high']:.3f}" in done.out
    assert "groups of 'motif' kept together" in done.out
    assert all(figure.label in done.out for figure in TASKS[task].figures)
    assert {row["category"] for row in told["categories"]} == {"sea", "town"}
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert f"{first['value']:.3f}" in page.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json"]


def test_attributes_have_a_table_of_their_own(command, shoot, tmp_path):
    figures = tmp_path / "report.json"
    options = (*TASK_OPTIONS["attributes"], *QUICK, "--json", figures)
    done = command("evaluate", shoot / "ratings.csv", "--task", "attributes", *options)
    assert "By attribute" in done.out
    rows = {row["attribute"]: row for row in json.loads(figures.read_text())["attributes"]}
    assert set(rows) == {"light", "colour"}
    assert all(row["low"] <= row["SRCC"] <= row["high"] and row["n"] == 48 for row in rows.values())
    assert rows["light"]["SRCC"] > 0.9


def test_thirds_and_threshold_make_classes(shoot):
    labels = shoot / "ratings.csv"
    thirds = read_rated(Asked(TASKS["class"], labels, targets=("stars",), thirds=True))
    stars = pd.read_csv(labels)["stars"]
    assert len(thirds) == 32
    assert thirds.names == ("bottom third", "top third")
    top = {f"{shoot}/{name}" for name in pd.read_csv(labels)["image"][stars >= np.quantile(stars, 2 / 3)]}
    assert set(thirds.frame["path"][thirds.answers == 1]) == top
    above = read_rated(Asked(TASKS["class"], labels, targets=("stars",), threshold=4.0))
    assert above.names == ("at most 4", "more than 4")
    assert above.answers.sum() == (stars > 4).sum()
    words = read_rated(Asked(TASKS["class"], labels, targets=("verdict",)))
    assert words.names == ("bin", "keep")
    assert words.answers.tolist() == (pd.read_csv(labels)["verdict"] == "keep").astype(float).tolist()


def test_few_different_numbers_are_classes_and_many_are_not(shoot, tmp_path):
    table = pd.read_csv(shoot / "ratings.csv").assign(grade=lambda t: (t["stars"] > 3) + 1)
    table.to_csv(tmp_path / "t.csv", index=False)
    rated = read_rated(Asked(TASKS["class"], tmp_path / "t.csv", images=shoot, targets=("grade",)))
    assert rated.names == ("1", "2")
    with pytest.raises(UserError, match="add --threshold X or --thirds"):
        read_rated(Asked(TASKS["class"], tmp_path / "t.csv", images=shoot, targets=("stars",)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--target", "beauty"), "no column 'beauty'"),
        ((), "Name it with --target"),
        (("--target", "stars", "--target", "light"), "only --task attributes"),
        (("--target", "stars", "--thirds"), "add --task class"),
        (("--target", "stars", "--task", "class", "--thirds", "--threshold", 3), "exclude each other"),
        (("--target", "stars", "--split", "official"), "has no official split"),
        (("--target", "stars", "--dataset", "oasis"), "either a table"),
        (("--target", "verdict"), "is not a number"),
        (("--target", "stars", "--features", "lightning"), "lightning"),
        (("--target", "stars", "--features", ","), "no feature is selected"),
        (("--target", "stars", "--output", "report.txt"), "ends in .html"),
        (("--target", "stars", "--json", "report.txt"), "ends in .json"),
        (("--target", "stars", "--limit", 5), "5 rated photographs are left"),
        (("--target", "stars", "--category", "town"), "no column 'town'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(command, shoot, options, message):
    done = command("evaluate", shoot / "ratings.csv", *options)
    assert done.status == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_datasets_must_be_known_and_have_a_root(command, tmp_path):
    assert "--root" in command("evaluate", "--dataset", "oasis").err
    unknown = command("evaluate", "--dataset", "beauty", "--root", tmp_path)
    assert (unknown.status, "choose from ava" in unknown.err) == (2, True)
    done = command("evaluate", "--dataset", "oasis", "--root", tmp_path, "--group", "motif")
    assert (done.status, "a dataset brings its own" in done.err) == (2, True)


@pytest.fixture
def folder(shoot, tmp_path):
    """The plain layout with a split, in which one photograph is damaged and one is absent."""
    root = tmp_path / "plain"
    shutil.copytree(shoot, root / "images")
    table = pd.read_csv(root / "images" / "ratings.csv")
    table["split"] = np.where(np.arange(len(table)) % 3 == 0, "test", "train")
    table = table.rename(columns={"stars": "mean", "place": "category"}).drop(columns=["verdict", "motif"])
    table.to_csv(root / "labels.csv", index=False)
    (root / "images" / "03.png").write_bytes(b"damaged")
    (root / "images" / "04.png").unlink()
    return root


def test_official_splits_are_kept_and_missing_photographs_told(command, folder, tmp_path):
    figures = tmp_path / "f.json"
    asked = ("evaluate", "--dataset", "folder", "--root", folder, *QUICK, "--json", figures)
    done = command(*asked)
    assert done.status == 1
    assert "1 of 48 photographs are not on disk and left out" in done.err
    assert done.err.count("04.png") == 1
    assert "1 of 47 rated photographs were left out" in done.err
    assert "03.png" in done.err
    assert "Warning" not in done.err
    told = json.loads(figures.read_text())
    assert (told["settings"]["split"], told["settings"]["judged"], told["missing"]) == ("official", 15, 1)
    assert "official split" in done.out
    assert "Spread" not in done.out
    assert command(*asked, "--split", "folds", "--force").status == 1
    assert json.loads(figures.read_text())["settings"]["split"] == "3 folds"


def test_limits_draw_whole_groups_with_a_seed(shoot):
    rated = read_rated(Asked(TASKS["score"], shoot / "ratings.csv", targets=("stars",), group="motif"))
    some = limited(rated, 21, seed=0)
    assert len(some) == 20
    assert (some.frame.groupby("group").size() == 2).all()
    assert "20 of 48 photographs drawn at random, whole groups, seed 0" in some.notes
    assert list(limited(rated, 21, seed=0).frame["path"]) == list(some.frame["path"])
    assert list(limited(rated, 21, seed=1).frame["path"]) != list(some.frame["path"])
    assert limited(rated, 48, seed=0) is rated
    stars = dict(zip(rated.frame["path"], rated.answers, strict=True))
    assert [stars[path] for path in some.frame["path"]] == some.answers.tolist()


def test_repeated_photographs_are_one(shoot, tmp_path):
    table = pd.read_csv(shoot / "ratings.csv")
    labels = tmp_path / "twice.csv"
    pd.concat([table, table.assign(stars=table["stars"] + 2)]).to_csv(labels, index=False)
    rated = read_rated(Asked(TASKS["score"], labels, images=shoot, targets=("stars",)))
    assert rated.answers == pytest.approx(table["stars"].to_numpy() + 1)
    assert "96 ratings of 48 photographs: ratings of one are averaged" in rated.notes
    pd.concat([table, table.assign(verdict="keep")]).to_csv(labels, index=False)
    with pytest.raises(UserError, match="more than one class"):
        read_rated(Asked(TASKS["class"], labels, images=shoot, targets=("verdict",)))


def test_histograms_are_read_in_the_order_of_their_levels(shoot, tmp_path):
    table = pd.read_csv(shoot / "ratings.csv")
    table[["n5", "n1", "image", "n3", "n2", "n4"]].to_csv(tmp_path / "t.csv", index=False, sep=";")
    rated = read_rated(Asked(TASKS["distribution"], tmp_path / "t.csv", images=shoot))
    assert rated.names == (1, 2, 3, 4, 5)
    assert (rated.answers == table[["n1", "n2", "n3", "n4", "n5"]].to_numpy()).all()
    table[["image", "stars"]].to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(UserError, match="columns n1, n2"):
        read_rated(Asked(TASKS["distribution"], tmp_path / "t.csv", images=shoot))


def test_a_class_of_one_photograph_is_refused():
    frame = pd.DataFrame({"path": [f"{k}.png" for k in range(30)]})
    rated = Rated("t", frame, np.r_[1.0, np.zeros(29)], ("bad", "good"))
    with pytest.raises(UserError, match="1 photographs are of class 'good'"):
        check_answers(rated, TASKS["class"])


@pytest.mark.parametrize("ties", [0, 1, 2])
def test_quick_pairwise_accuracy_is_the_slow_one(ties):
    random = np.random.default_rng(ties)
    true, predicted = random.random((2, 60)).round(ties or 6)
    quick = TASKS["rank"].figures[0].function
    assert quick(true, predicted) == pytest.approx(metrics.pairwise_accuracy(true, predicted), abs=1e-12)
    assert quick(true, np.zeros(60)) == metrics.pairwise_accuracy(true, np.zeros(60)) == 0.5
    assert np.isnan(quick(np.zeros(60), predicted))


def test_oasis_at_a_first_look(command, data, tmp_path):
    root = data / "oasis"
    if not root.is_dir():
        pytest.skip(f"OASIS not found in {root}")
    figures = tmp_path / "f.json"
    quick = ("--limit", 40, "--features", "fast", "--model", "svm", "--folds", 3, "--force", "--json", figures)
    for task in TASKS:
        options = ("--thirds",) if task == "class" else ()
        done = command("evaluate", "--dataset", "oasis", "--root", root, "--task", task, *options, *quick)
        assert done.status == 0, done.err
        told = json.loads(figures.read_text())
        assert told["title"] == "OASIS"
        assert 25 < told["settings"]["judged"] <= 40
        assert 5 < told["settings"]["groups"] < told["settings"]["judged"]
        assert all(np.isfinite(row["value"]) for row in told["figures"])


@pytest.mark.parametrize("name", ["evaluate", "train", "rank", "personalize"])
def test_help_shows_an_example(command, name):
    done = command(name, "--help")
    assert done.status == 0
    assert f"Example: iaa-classic {name}" in " ".join(done.out.split())


def test_the_commands_import_nothing_heavy():
    heavy = {"sklearn", "pandas", "skops", "matplotlib", "cv2", "numpy"}
    code = f"import sys, iaa_classic.cli.main; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
