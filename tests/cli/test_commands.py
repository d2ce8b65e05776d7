"""The commands as a person runs them: what is printed, what is written, what the exit status says."""

from __future__ import annotations

import json
import math
import os
import shutil
import tarfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic import default_model, load_model
from iaa_classic.cli import main as cli
from iaa_classic.features import CRITERIA, catalogue, select
from iaa_classic.files import IMAGE_SUFFIXES, RAW_SUFFIXES

RUNNER = CliRunner()


def run(*arguments, env=None):
    """Run a command in this process, with the error handling of the entry point."""
    from iaa_classic.errors import UserError

    result = RUNNER.invoke(cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "160"} | (env or {}))
    if isinstance(result.exception, UserError):
        return 2, result.stdout, result.stderr + f"error: {result.exception}"
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory, photographs):
    """A folder with three photographs, one of them in a subfolder."""
    root = tmp_path_factory.mktemp("photos")
    (root / "trip").mkdir()
    for name, place in (("chelsea", root), ("coffee", root), ("rocket", root / "trip")):
        Image.fromarray(photographs[name]).save(place / f"{name}.jpg", quality=92)
    (root / "notes.txt").write_text("not a photograph")
    (root / ".DS_Store").write_bytes(b"litter")
    return root


@pytest.fixture
def mixed(folder, tmp_path):
    """The same folder with a damaged file in it."""
    root = tmp_path / "mixed"
    shutil.copytree(folder, root)
    (root / "broken.jpg").write_bytes((folder / "coffee.jpg").read_bytes()[:300])
    return root


def test_score_prints_a_ranked_table(folder):
    status, out, err = run("score", folder)
    assert status == 0, err
    positions = [out.index(name) for name in ("chelsea.jpg", "coffee.jpg", "rocket.jpg")]
    scores = [default_model().predict(features(folder / name))[0] for name in ("chelsea.jpg", "coffee.jpg", "trip/rocket.jpg")]
    assert np.argsort(positions).tolist() == np.argsort(scores)[::-1].tolist()
    for criterion in default_model().criteria_:
        assert criterion.capitalize() in out
    assert "%" in out


def features(path):
    from iaa_classic import FeatureExtractor

    names = [str(name) for name in default_model().feature_names_in_]
    return FeatureExtractor(names).fit_transform([path])


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_score_writes_every_file_with_its_reason(mixed, tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    output = tmp_path / f"scores.{ending}"
    status, _, err = run("score", mixed, "--output", output)
    assert status == 1
    assert "broken.jpg" in err
    table = {"csv": pd.read_csv, "json": pd.read_json, "parquet": pd.read_parquet}[ending](output)
    criteria = list(default_model().criteria_)
    assert list(table.columns) == ["path", "score", "percentile", *criteria, "error"]
    assert set(criteria) <= set(CRITERIA)
    assert len(table) == 4
    failed = table["path"].str.endswith("broken.jpg")
    assert table.loc[failed, "score"].isna().all()
    assert table.loc[failed, "error"].str.len().gt(10).all()
    good = table[~failed]
    assert good["error"].fillna("").eq("").all()
    assert good["score"].notna().all()
    assert good[criteria].to_numpy().min() >= 0
    assert good[criteria].to_numpy().max() <= 100


def test_score_values_are_the_models(folder, tmp_path):
    output = tmp_path / "scores.csv"
    assert run("score", folder / "coffee.jpg", "--output", output)[0] == 0
    X = features(folder / "coffee.jpg")
    row = pd.read_csv(output).iloc[0]
    assert row["score"] == pytest.approx(default_model().predict(X)[0], abs=1e-9)
    marks = default_model().marks(X).iloc[0]
    assert [row[name] for name in marks.index] == pytest.approx(list(marks), abs=1e-6)


def test_jobs_do_not_change_the_result(folder, tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    assert run("score", folder, "--output", one)[0] == 0
    assert run("score", folder, folder / "coffee.jpg", "--output", two, "--jobs", 2)[0] == 0
    first, second = pd.read_csv(one).set_index("path"), pd.read_csv(two).set_index("path")
    pd.testing.assert_frame_equal(first, second.loc[first.index], check_exact=True)


def test_nothing_readable_is_status_two(tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"not a picture")
    assert run("score", bad)[0] == 2
    assert run("score", tmp_path / "absent.jpg")[0] == 2
    (tmp_path / "empty").mkdir()
    status, _, err = run("score", tmp_path / "empty")
    assert status == 2
    assert "no photographs found" in err


def test_output_is_checked_before_the_work(folder, tmp_path):
    status, _, err = run("score", folder, "--output", tmp_path / "scores.xlsx")
    assert (status, ".csv, .json, .parquet" in err) == (2, True)
    status, _, err = run("score", folder, "--output", tmp_path / "absent" / "scores.csv")
    assert (status, "does not exist" in err) == (2, True)


def test_explain_adds_up(folder):
    status, out, _ = run("explain", folder / "chelsea.jpg", "--json")
    assert status == 0
    told = json.loads(out)
    effects = [part["effect"] for part in told["criteria"]]
    assert told["baseline"] + sum(effects) == pytest.approx(told["score"], abs=1e-9)
    for part in told["criteria"]:
        own = [feature["effect"] for feature in told["features"] if feature["criterion"] == part["criterion"]]
        assert sum(own) == pytest.approx(part["effect"], abs=1e-6)
    assert {feature["name"] for feature in told["features"]} == set(map(str, default_model().feature_names_in_))
    assert told["sentences"]
    for feature in told["features"]:
        assert feature["unit"] == catalogue()[feature["name"]].unit


def test_explain_prints_words_and_numbers(folder):
    status, out, _ = run("explain", folder / "chelsea.jpg")
    told = json.loads(run("explain", folder / "chelsea.jpg", "--json")[1])
    assert status == 0
    assert f"{told['score']:.2f}" in out
    assert told["sentences"][0] in " ".join(out.split())
    assert "baseline" in out
    strongest = max(told["features"], key=lambda feature: abs(feature["effect"]))
    assert strongest["label"] in out


def test_explain_refuses_what_is_not_a_photograph(folder):
    status, _, err = run("explain", folder / "notes.txt")
    assert status == 2
    assert "notes.txt" in err


def test_features_lists_the_catalogue():
    status, out, _ = run("features", "--json")
    assert status == 0
    listed = json.loads(out)
    assert [entry["name"] for entry in listed] == list(catalogue())
    assert {"name", "criterion", "unit", "range", "direction", "reference"} <= set(listed[0])
    only = json.loads(run("features", "--json", "--criterion", "lighting")[1])
    assert {entry["criterion"] for entry in only} == {"lighting"}
    text = run("features", "--criterion", "lighting")[1]
    assert all(entry["name"] in text for entry in only)
    assert run("features", "--criterion", "light")[0] == 2


def test_extract_writes_the_table(mixed, tmp_path):
    output = tmp_path / "features.csv"
    status, _, err = run("extract", mixed, "--output", output, "--features", "lighting")
    assert status == 1
    assert "broken.jpg" in err
    table = pd.read_csv(output)
    names = [record.name for record in select("lighting")]
    assert list(table.columns) == ["path", *names, "error"]
    good = table["error"].isna()
    assert good.sum() == 3
    assert table.loc[good, names].notna().all(axis=None)
    assert table.loc[~good, names].isna().all(axis=None)
    assert run("extract", mixed, "--output", output, "--features", "lightning")[0] == 2


@pytest.fixture(scope="module")
def rated(tmp_path_factory, photographs):
    """A folder of small crops, rated by their brightness, and the table of ratings."""
    import cv2

    root = tmp_path_factory.mktemp("rated")
    rows = []
    for name, rgb in photographs.items():
        for index in range(12):
            y, x = (index * 37) % (rgb.shape[0] - 200), (index * 61) % (rgb.shape[1] - 240)
            crop = rgb[y : y + 200, x : x + 240]
            crop = np.clip(crop * (0.4 + 0.12 * index), 0, 255).astype(np.uint8)
            file = f"{name}{index}.png"
            Image.fromarray(crop).save(root / file)
            rows.append({"image": file, "stars": cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).mean(), "shoot": name})
    table = pd.DataFrame(rows)
    table.to_csv(root / "ratings.csv", index=False)
    return root


@pytest.mark.parametrize("kind", ["gbm", "svm"])
def test_train_fits_what_can_be_learnt_and_saves_it(rated, tmp_path, kind):
    output = tmp_path / "mine.skops"
    arguments = ("--images", rated, "--target", "stars", "--group", "shoot", "--model", kind, "--output", output)
    status, out, err = run("train", rated / "ratings.csv", *arguments)
    assert status == 0, err
    assert "SRCC" in out
    assert "Spread" in out
    assert "kept together" in out
    model = load_model(output)
    from iaa_classic import FeatureExtractor

    table = pd.read_csv(rated / "ratings.csv")
    X = FeatureExtractor(list(model.feature_names_in_)).fit_transform([rated / name for name in table["image"]])
    assert np.corrcoef(model.predict(X), table["stars"])[0, 1] > 0.7
    status, out, _ = run("score", rated / "chelsea4.png", "--model", output)
    assert status == 0
    assert "chelsea4.png" in out


def test_train_says_what_is_wrong(rated, tmp_path):
    labels, output = rated / "ratings.csv", tmp_path / "mine.skops"
    common = ("--images", rated, "--output", output)
    cases = {
        ("train", labels, *common, "--target", "beauty"): "no column 'beauty'; there are image, stars, shoot",
        ("train", labels, *common, "--target", "shoot"): "is not a number",
        ("train", tmp_path / "absent.csv", *common, "--target", "stars"): "could not be read",
        ("train", labels, "--images", tmp_path / "no", "--output", output, "--target", "stars"): "no such folder",
        ("train", labels, "--images", rated, "--output", tmp_path / "m.pkl", "--target", "stars"): "ends in .skops",
        ("train", labels, *common, "--target", "stars", "--image-column", "photo"): "no column 'photo'",
    }
    for arguments, message in cases.items():
        status, _, err = run(*arguments)
        assert status == 2
        assert message in err
    assert not output.exists()


def test_train_averages_repeated_ratings_instead_of_leaking_them(rated, tmp_path):
    table = pd.read_csv(rated / "ratings.csv")
    table["stars"] = np.random.default_rng(0).random(len(table))
    labels = tmp_path / "twice.csv"
    pd.concat([table, table.assign(stars=1 - table["stars"] / 2)]).to_csv(labels, index=False)
    arguments = ("--images", rated, "--target", "stars", "--output", tmp_path / "m.skops")
    status, out, err = run("train", labels, *arguments)
    assert status == 0
    assert "72 photographs" in out
    assert "144 ratings of 72 photographs" in err
    table = pd.concat([table, table.iloc[:1].assign(shoot="elsewhere")])
    table.to_csv(labels, index=False)
    status, _, err = run("train", labels, *arguments, "--group", "shoot", "--force")
    assert (status, "more than one group" in err) == (2, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shoot": None}, "no value in column 'shoot'"),
        ({"shoot": "one"}, "single group"),
        ({"stars": 3.0}, "there is nothing to learn"),
        ({"stars": np.nan}, "0 rated photographs are left"),
    ],
)
def test_train_refuses_hopeless_ratings_before_measuring(rated, tmp_path, change, message):
    labels = tmp_path / "ratings.csv"
    pd.read_csv(rated / "ratings.csv").assign(**change).to_csv(labels, index=False)
    arguments = ("--images", rated, "--target", "stars", "--group", "shoot", "--output", tmp_path / "m.skops")
    status, _, err = run("train", labels, *arguments)
    assert status == 2
    assert message in err


def test_names_that_are_not_text_survive(folder, tmp_path):
    root = tmp_path / "bytes"
    root.mkdir()
    shutil.copy(folder / "coffee.jpg", os.fsencode(root) + b"/caf\xe9.jpg")
    (root / "[bold]x.jpg").write_bytes(b"no")
    output = tmp_path / "s.csv"
    status, out, _ = run("score", root, "--output", output)
    assert status == 1
    assert r"caf\udce9.jpg" in out
    assert sorted(path.rsplit("/")[-1] for path in pd.read_csv(output)["path"]) == ["[bold]x.jpg", r"caf\udce9.jpg"]
    assert run("demo", root)[0] == 1


def test_extract_takes_several_criteria(folder, tmp_path):
    output = tmp_path / "f.csv"
    assert run("extract", folder / "coffee.jpg", "--output", output, "--features", "lighting, aspect_ratio,")[0] == 0
    assert "aspect_ratio" in pd.read_csv(output)
    assert run("extract", folder / "coffee.jpg", "--output", output, "--force", "--features", "ke2006,luo2008,lighting")[0] == 0
    columns = list(pd.read_csv(output).columns)
    assert len(set(columns)) == len(columns)
    assert {record.name for part in ("ke2006", "luo2008", "lighting") for record in select(part)} < set(columns)
    assert run("extract", "", "--output", output)[0] == 2
    assert run("features", "--criterion", "uniqueness")[0] == 2


def test_train_leaves_out_missing_photographs(rated, tmp_path):
    table = pd.read_csv(rated / "ratings.csv")
    table.loc[len(table)] = {"image": "gone.png", "stars": 10.0, "shoot": "x"}
    table.loc[len(table)] = {"image": "chelsea0.png", "stars": np.nan, "shoot": "x"}
    labels = tmp_path / "ratings.csv"
    table.to_csv(labels, index=False)
    output = tmp_path / "mine.skops"
    status, out, err = run("train", labels, "--images", rated, "--target", "stars", "--output", output, "--folds", 3)
    assert status == 1
    assert "gone.png" in err
    assert "72 photographs" in out
    assert output.exists()


def test_demo_ranks_photographs_that_are_installed_already():
    status, out, _ = run("demo")
    assert status == 0
    for name in ("astronaut.png", "flower.jpg", "chelsea.png"):
        assert name in out


def test_help_of_every_command_shows_an_example():
    for command in ("demo", "score", "explain", "features", "extract", "train"):
        status, out, _ = run(command, "--help")
        assert status == 0
        assert f"Example: iaa-classic {command}" in " ".join(out.split())


@pytest.fixture(scope="module")
def odd(data, tmp_path_factory):
    """The folder of odd files, unpacked."""
    root = tmp_path_factory.mktemp("odd")
    with tarfile.open(data / "odd_files" / "odd_files.tar.gz") as archive:
        archive.extractall(root, filter="data")
    return root


def test_every_odd_file_is_scored_or_listed(odd, tmp_path):
    output = tmp_path / "scores.csv"
    status, out, err = run("score", odd, "--output", output, "--jobs", 2)
    assert status == 1
    assert "Traceback" not in out + err
    table = pd.read_csv(output)
    files = {str(path) for path in odd.rglob("*") if path.is_file()}
    pictures = {path for path in files if path[path.rindex(".") :].lower() in IMAGE_SUFFIXES | RAW_SUFFIXES}
    assert pictures <= set(table["path"]) <= files
    scored = table["error"].isna()
    assert scored.sum() > 60
    assert table.loc[scored, "score"].map(math.isfinite).all()
    assert table.loc[~scored, "score"].isna().all()
    assert not table["error"].fillna("").str.contains("could not be measured").any()


def test_wallpapers_are_all_scored(data, tmp_path):
    output = tmp_path / "scores.csv"
    status, _, err = run("score", data / "photos" / "wallpapers", "--output", output, "--jobs", 2)
    assert status == 0, err
    table = pd.read_csv(output)
    assert len(table) == 20
    assert table["error"].isna().all()
    assert table["score"].notna().all()


def test_explain_with_suggestions_and_regions(command, shoot, lighting_model):
    photo = shoot / "08.png"
    asked = command("explain", photo, "--model", lighting_model, "--suggest", "--regions", "--json", "--no-cache")
    assert asked.status == 0
    told = json.loads(asked.out)
    assert told["suggestions"]
    assert all(one["gain"] >= 0.1 and one["text"] for one in told["suggestions"])
    assert told["suggestions"][0]["score"] == pytest.approx(told["score"] + told["suggestions"][0]["gain"], abs=1e-6)
    assert np.array(told["regions"]["effects"]).shape == (5, 6)
    assert [remark["text"] for remark in told["critique"]] == told["sentences"]
    printed = " ".join(command("explain", photo, "--model", lighting_model, "--suggest", "--regions").out.split())
    assert told["suggestions"][0]["text"][:30] in printed
    assert f"{told['suggestions'][0]['gain']:+.2f}" in printed
    assert told["regions"]["description"] in printed
    plain = json.loads(command("explain", photo, "--model", lighting_model, "--json").out)
    assert "suggestions" not in plain
    assert "regions" not in plain
