"""Image aesthetics assessment the classical way: a score that is the exact sum of named criteria.

The names below are imported when they are first used, so that ``import iaa_classic`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from .datasets import load_dataset
    from .default import default_model
    from .errors import UserError
    from .explanation import Explanation, RegionEffects, Suggestion, compare, explain, region_effects, suggest
    from .explanation.model_report import ModelReport, model_report
    from .extraction import FeatureExtractor
    from .face_detection import FaceDetector, NoFaceDetectorWarning
    from .features import Picture, catalogue
    from .images import ImageError, load_image, read_image
    from .models import (
        AestheticClassifier,
        AestheticRanker,
        AestheticRegressor,
        AttributeRegressor,
        ContentRegressor,
        PersonalizedRegressor,
        ScoreDistributionRegressor,
    )
    from .persistence import ModelFileError, load_model, save_model
    from .representations import ReferenceFeatures, describe
    from .store import FeatureStore

_HOMES = {
    "AestheticClassifier": "models",
    "AestheticRanker": "models",
    "AestheticRegressor": "models",
    "AttributeRegressor": "models",
    "ContentRegressor": "models",
    "Explanation": "explanation",
    "FaceDetector": "face_detection",
    "FeatureExtractor": "extraction",
    "FeatureStore": "store",
    "ImageError": "images",
    "ModelFileError": "persistence",
    "ModelReport": "explanation.model_report",
    "NoFaceDetectorWarning": "face_detection",
    "PersonalizedRegressor": "models",
    "Picture": "features",
    "ReferenceFeatures": "representations",
    "RegionEffects": "explanation",
    "ScoreDistributionRegressor": "models",
    "Suggestion": "explanation",
    "UserError": "errors",
    "catalogue": "features",
    "compare": "explanation",
    "default_model": "default",
    "describe": "representations",
    "explain": "explanation",
    "load_dataset": "datasets",
    "load_image": "images",
    "load_model": "persistence",
    "model_report": "explanation.model_report",
    "read_image": "images",
    "region_effects": "explanation",
    "save_model": "persistence",
    "suggest": "explanation",
}

__all__ = [
    "AestheticClassifier",
    "AestheticRanker",
    "AestheticRegressor",
    "AttributeRegressor",
    "ContentRegressor",
    "Explanation",
    "FaceDetector",
    "FeatureExtractor",
    "FeatureStore",
    "ImageError",
    "ModelFileError",
    "ModelReport",
    "NoFaceDetectorWarning",
    "PersonalizedRegressor",
    "Picture",
    "ReferenceFeatures",
    "RegionEffects",
    "ScoreDistributionRegressor",
    "Suggestion",
    "UserError",
    "__version__",
    "catalogue",
    "compare",
    "default_model",
    "describe",
    "explain",
    "load_dataset",
    "load_image",
    "load_model",
    "model_report",
    "read_image",
    "region_effects",
    "save_model",
    "suggest",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
