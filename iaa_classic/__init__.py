"""Image aesthetics assessment the classical way: a score that is the exact sum of named criteria.

The names below are imported when they are first used, so that ``import iaa_classic`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .default import default_model
    from .errors import UserError
    from .explanation import Explanation, explain
    from .extraction import FeatureExtractor
    from .face_detection import FaceDetector, NoFaceDetectorWarning
    from .features import Picture, catalogue
    from .images import ImageError, load_image, read_image
    from .models import AestheticRegressor
    from .persistence import ModelFileError, load_model, save_model
    from .representations import ReferenceFeatures, describe

_HOMES = {
    "AestheticRegressor": "models",
    "Explanation": "explanation",
    "FaceDetector": "face_detection",
    "FeatureExtractor": "extraction",
    "ImageError": "images",
    "ModelFileError": "persistence",
    "NoFaceDetectorWarning": "face_detection",
    "Picture": "features",
    "ReferenceFeatures": "representations",
    "UserError": "errors",
    "catalogue": "features",
    "default_model": "default",
    "describe": "representations",
    "explain": "explanation",
    "load_image": "images",
    "load_model": "persistence",
    "read_image": "images",
    "save_model": "persistence",
}

__all__ = [
    "AestheticRegressor",
    "Explanation",
    "FaceDetector",
    "FeatureExtractor",
    "ImageError",
    "ModelFileError",
    "NoFaceDetectorWarning",
    "Picture",
    "ReferenceFeatures",
    "UserError",
    "__version__",
    "catalogue",
    "default_model",
    "describe",
    "explain",
    "load_image",
    "load_model",
    "read_image",
    "save_model",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
