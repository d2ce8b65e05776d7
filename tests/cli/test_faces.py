"""Commands with and without something to find faces with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic import AestheticRegressor, face_detection, save_model
from iaa_classic.cli import main as cli
from iaa_classic.cli.judging import measurable
from iaa_classic.compiling import _OneFace
from iaa_classic.features import select

PEOPLE = [record.name for record in select("people")]
LIGHT = [record.name for record in select("lighting")[:2]]


def run(*arguments):
    """Exit status, standard output and standard error of a command."""
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "160"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path, photographs):
    root = tmp_path / "photos"
    root.mkdir()
    for name in ("coffee", "chelsea"):
        Image.fromarray(photographs[name][:200, :300]).save(root / f"{name}.png")
    return root


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch):
    """No model file anywhere, and nobody told so yet."""
    monkeypatch.delenv(face_detection.VARIABLE, raising=False)
    monkeypatch.setattr(face_detection, "PACKAGES", ())
    monkeypatch.setattr(face_detection, "_said", False)


@pytest.fixture
def one_face(monkeypatch):
    """As if a detector were installed."""
    monkeypatch.setattr(face_detection.FaceDetector, "installed", _OneFace)


@pytest.fixture
def model(tmp_path):
    """A model that looks at faces and at light."""
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.random((60, 5)), columns=[*LIGHT, "face_count", "face_tilt", "head_room"])
    path = tmp_path / "model.skops"
    save_model(AestheticRegressor("svm").fit(X, X.sum(axis=1)), path)
    return path


def test_extract_says_once_that_faces_are_missing(folder, tmp_path):
    output = tmp_path / "table.csv"
    status, _, err = run("extract", folder, "--output", output, "--features", f"people,{LIGHT[0]}")
    assert status == 0
    assert err.count("No face detector") == 1
    assert 'pip install "iaa-classic[faces]"' in err
    table = pd.read_csv(output)
    assert table[PEOPLE].isna().all(axis=None)
    assert table[LIGHT[0]].notna().all()


def test_extract_with_a_detector(folder, tmp_path, one_face):
    output = tmp_path / "table.csv"
    status, _, err = run("extract", folder, "--output", output, "--features", "people")
    assert (status, "face" in err) == (0, False)
    assert pd.read_csv(output)["face_count"].tolist() == [1, 1]


def test_extract_of_other_features_says_nothing_of_faces(folder, tmp_path):
    status, _, err = run("extract", folder, "--output", tmp_path / "t.csv", "--features", ",".join(LIGHT))
    assert (status, "face" in err) == (0, False)


def test_the_default_model_says_nothing_of_faces(folder):
    status, out, err = run("score", folder)
    assert (status, "face" in err, "People" in out) == (0, False, False)
    assert "face" not in run("explain", folder / "coffee.png")[2]


@pytest.mark.parametrize("command", ["score", "explain"])
def test_a_model_that_looks_at_faces_says_once_that_it_cannot(command, folder, model):
    status, out, err = run(command, folder / "coffee.png", "--model", model)
    assert status == 0
    assert err.count("No face detector: features of the criterion people (3) are missing values") == 1
    assert "people" in out.lower()


@pytest.mark.parametrize("command", ["score", "extract", "train"])
def test_a_wrong_face_model_is_refused_before_any_work(command, folder, model, tmp_path):
    labels, junk = tmp_path / "labels.csv", tmp_path / "junk.onnx"
    pd.DataFrame({"image": ["coffee.png", "chelsea.png"] * 12, "stars": range(24)}).to_csv(labels, index=False)
    for number in range(24):
        Image.new("RGB", (8, 8)).save(folder / f"{number}.png")
    pd.DataFrame({"image": [f"{number}.png" for number in range(24)], "stars": range(24)}).to_csv(labels, index=False)
    junk.write_bytes(b"junk")
    arguments = {
        "score": (folder, "--model", model),
        "extract": (folder, "--output", tmp_path / "t.csv"),
        "train": (labels, "--images", folder, "--target", "stars", "--output", tmp_path / "m.skops"),
    }[command]
    with pytest.raises(FileNotFoundError, match="no such face model file"):
        run(command, *arguments, "--face-model", tmp_path / "absent.onnx")
    with pytest.raises(face_detection.FaceModelError, match="not a YuNet model"):
        run(command, *arguments, "--face-model", junk)


def test_training_leaves_faces_out_without_a_detector(capsys):
    records = select("all")
    kept = measurable(records, None)
    assert [record.name for record in records if record not in kept] == PEOPLE
    assert "the model is fitted without the criterion people" in capsys.readouterr().err


def test_training_takes_faces_in_with_a_detector(one_face, capsys):
    assert measurable(select("all"), None) == select("all")
    assert capsys.readouterr().err == ""


def test_a_face_model_without_use_is_said(folder, tmp_path):
    absent = tmp_path / "absent.onnx"
    status, _, err = run("extract", folder, "--output", tmp_path / "a.csv", "--features", LIGHT[0], "--face-model", absent)
    assert status == 0
    assert "--face-model has no effect" in err
