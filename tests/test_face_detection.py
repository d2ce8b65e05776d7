"""The face detector as data: found without importing anything, told of when missing, refused when it is no model."""

from __future__ import annotations

import math
import os
import pickle
import warnings
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from iaa_classic import FeatureExtractor, UserError, face_detection
from iaa_classic.compiling import _OneFace
from iaa_classic.face_detection import FaceDetector, FaceModelError, NoFaceDetectorWarning, detector_for
from iaa_classic.features import select
from iaa_classic.measuring import measure_image

PEOPLE, LIGHT = select("people"), select("lighting")[:2]

IDENTITY = bytes.fromhex(
    "08083a4f0a100a017812017922084964656e746974791201675a1b0a017812160a14080112100a0208010a0208010a0208010a020801"
    "621b0a017912160a14080112100a0208010a0208010a0208010a02080142040a00100d"
)
"""A sound ONNX model, of one Identity node, that is no face detector."""


class Told:
    """A detector of one face, which pickles."""

    def detect(self, rgb):
        height, width = rgb.shape[:2]
        shares = [0.4, 0.4, 0.2, 0.2, 0.45, 0.47, 0.55, 0.47, 0.5, 0.5, 0.46, 0.55, 0.54, 0.55]
        return np.array([[*np.multiply(shares, [width, height] * 7), 1.0]])


@pytest.fixture
def nothing_installed(monkeypatch):
    """No model file anywhere, and nobody told so yet."""
    monkeypatch.delenv(face_detection.VARIABLE, raising=False)
    monkeypatch.setattr(face_detection, "PACKAGES", ())
    monkeypatch.setattr(face_detection, "_said", False)


@pytest.fixture
def junk(tmp_path):
    path = tmp_path / "face_detection_yunet_junk.onnx"
    path.write_bytes(b"not a model" * 100)
    return path


@pytest.fixture(scope="module")
def yunet():
    detector = FaceDetector.installed()
    if detector is None:
        pytest.skip('no YuNet model: pip install "iaa-classic[faces]", or set IAA_CLASSIC_FACE_MODEL to its file')
    return detector


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.onnx: no such face model file; give the path of a YuNet model"):
        FaceDetector(tmp_path / "absent.onnx")
    with pytest.raises(FileNotFoundError, match="not a file; give the path"):
        FaceDetector(tmp_path)


@pytest.mark.parametrize("content", [b"not a model" * 100, b"", IDENTITY, b"PK\x03\x04"])
def test_a_file_of_another_kind_is_told(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(FaceModelError, match=r"model\.onnx: not a YuNet model that OpenCV .* can run") as caught:
        FaceDetector(path).check()
    assert isinstance(caught.value, UserError)
    assert isinstance(caught.value, ValueError)


def test_the_sound_model_is_sound():
    network = cv2.dnn.readNetFromONNX(np.frombuffer(IDENTITY, np.uint8))
    network.setInput(np.full((1, 1, 1, 1), 3, np.float32))
    assert network.forward().ravel().tolist() == [3]


@pytest.mark.parametrize("threshold", [0, 1, -0.5, 80, math.nan])
def test_an_impossible_threshold_is_told(junk, threshold):
    with pytest.raises(FaceModelError, match="score_threshold must lie between 0 and 1"):
        FaceDetector(junk, threshold)


def test_a_detector_is_its_settings(junk, monkeypatch):
    monkeypatch.chdir(junk.parent)
    detector = FaceDetector(junk.name, 0.7)
    assert os.path.isabs(detector.model_path)
    assert pickle.loads(pickle.dumps(detector)) == detector == FaceDetector(junk, 0.7)
    assert detector != FaceDetector(junk)


def test_the_variable_names_a_file(junk, tmp_path, monkeypatch):
    monkeypatch.setenv(face_detection.VARIABLE, str(junk))
    assert FaceDetector.installed() == FaceDetector(junk)
    monkeypatch.setenv(face_detection.VARIABLE, str(tmp_path / "absent.onnx"))
    with pytest.raises(FileNotFoundError, match=r"IAA_CLASSIC_FACE_MODEL: .*absent\.onnx: no such face model file"):
        FaceDetector.installed()


def test_an_installed_package_is_found_and_not_imported(tmp_path, monkeypatch):
    monkeypatch.delenv(face_detection.VARIABLE, raising=False)
    monkeypatch.setattr(face_detection, "PACKAGES", ("facesofnobody",))
    assert FaceDetector.installed() is None
    package, info = tmp_path / "facesofnobody", tmp_path / "facesofnobody-2.0.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('imported')")
    (package / "face_detection_yunet_2023mar.onnx").write_bytes(b"")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: facesofnobody\nVersion: 2.0\n")
    (info / "RECORD").write_text("facesofnobody/__init__.py,,\nfacesofnobody/face_detection_yunet_2023mar.onnx,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert FaceDetector.installed() == FaceDetector(package / "face_detection_yunet_2023mar.onnx")
    (package / "face_detection_yunet_2023mar.onnx").unlink()
    assert FaceDetector.installed() is None


def test_choices(junk, nothing_installed):
    told = Told()
    assert detector_for("installed", PEOPLE) is None
    assert detector_for(None, PEOPLE) is None
    assert detector_for(told, PEOPLE) is told
    assert detector_for(junk, LIGHT) is None  # nobody looks for faces, so nobody reads the file
    for choice in (5, True, object()):
        with pytest.raises(FaceModelError, match="must be 'installed', the path of a YuNet model, a FaceDetector or None"):
            detector_for(choice, PEOPLE)
    for choice in (junk, str(junk), FaceDetector(junk)):
        with pytest.raises(FaceModelError, match="not a YuNet model"):
            detector_for(choice, PEOPLE)


def test_missing_values_are_told_once(photographs, nothing_installed):
    extractor = FeatureExtractor("people")
    with pytest.warns(NoFaceDetectorWarning, match=r'pip install "iaa-classic\[faces\]"'):
        table = extractor.fit_transform([photographs["coffee"]])
    assert table.isna().all(axis=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FeatureExtractor("people").fit_transform([photographs["coffee"]])


@pytest.mark.parametrize(("features", "choice"), [("people", None), ([LIGHT[0].name], "installed"), ("people", Told())])
def test_nothing_is_told_where_nothing_is_missing_against_ones_will(features, choice, photographs, nothing_installed):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FeatureExtractor(features, face_detector=choice).fit_transform([photographs["coffee"]])


def test_a_model_that_cannot_be_used_stops_the_run_and_not_each_picture(junk, photographs):
    for choice in (junk, junk.with_name("absent.onnx")):
        extractor = FeatureExtractor("people", face_detector=choice)
        for method in (extractor.fit, extractor.transform):
            with pytest.raises((FaceModelError, FileNotFoundError)):
                method([photographs["coffee"]])
        with pytest.raises((FaceModelError, FileNotFoundError)):
            measure_image(photographs["coffee"], PEOPLE, face_detector=choice)


def test_extractor_conventions(junk):
    extractor = FeatureExtractor("people", face_detector=FaceDetector(junk))
    assert clone(extractor).get_params() == extractor.get_params()
    assert FeatureExtractor().get_params()["face_detector"] == "installed"


def test_the_same_values_for_any_number_of_jobs(photographs):
    sources = [photographs[name] for name in ("astronaut", "coffee", "chelsea")] * 2
    one, two = (FeatureExtractor("people", n_jobs=jobs, face_detector=_OneFace()).fit_transform(sources) for jobs in (1, 2))
    assert one["face_count"].tolist() == [1] * 6
    pd.testing.assert_frame_equal(one, two, check_exact=True)


# With the real detector ----------------------------------------------------------------------------------------------


def test_the_real_detector_gives_the_same_for_any_number_of_jobs(yunet, photographs):
    rgb = photographs["astronaut"]
    sources = [rgb, rgb[:, 100:400].copy(), photographs["coffee"], rgb[:300].copy()] * 3
    one, two = (FeatureExtractor("people", n_jobs=jobs, face_detector=yunet).fit_transform(sources) for jobs in (1, 2))
    assert one["face_count"].tolist() == [1, 1, 0, 1] * 3
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    pd.testing.assert_frame_equal(one[:4], one[4:8].reset_index(drop=True), check_exact=True)


def test_any_name_and_a_lower_threshold(yunet, tmp_path, photographs):
    odd = tmp_path / "gesicht ä.model"
    odd.write_bytes(Path(yunet.model_path).read_bytes())
    rows = FaceDetector(odd).detect(photographs["astronaut"])
    assert rows.shape == (1, 15)
    assert np.array_equal(rows, yunet.detect(photographs["astronaut"]))
    assert len(FaceDetector(odd, 0.99).detect(photographs["astronaut"])) == 0


def test_pictures_too_narrow_for_a_face(yunet, degenerate):
    for rgb in degenerate.values():
        assert yunet.detect(rgb).shape == (0, 15)


def test_nothing_is_printed(yunet, photographs, capfd):
    FaceDetector(yunet.model_path, 0.55).detect(photographs["astronaut"])
    assert capfd.readouterr() == ("", "")
