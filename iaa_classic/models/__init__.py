"""Models whose score is the exact sum of named criteria; lazily imported, as only fitting needs scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .additive import AdditiveModel
    from .attributes import AttributeRegressor
    from .average import AdditiveAverage
    from .classifier import AestheticClassifier
    from .content import ContentRegressor
    from .content_core import AdditiveContent
    from .distribution import ScoreDistributionRegressor
    from .kernel import AdditiveKernel
    from .personal import PersonalizedRegressor
    from .ranker import AestheticRanker
    from .regressor import AestheticRegressor
    from .trees import AdditiveTrees

__all__ = [
    "AdditiveAverage",
    "AdditiveContent",
    "AdditiveKernel",
    "AdditiveModel",
    "AdditiveTrees",
    "AestheticClassifier",
    "AestheticRanker",
    "AestheticRegressor",
    "AttributeRegressor",
    "ContentRegressor",
    "PersonalizedRegressor",
    "ScoreDistributionRegressor",
]

_HOMES = {
    "AdditiveAverage": "average",
    "AdditiveContent": "content_core",
    "AdditiveKernel": "kernel",
    "AdditiveModel": "additive",
    "AdditiveTrees": "trees",
    "AestheticClassifier": "classifier",
    "AestheticRanker": "ranker",
    "AestheticRegressor": "regressor",
    "AttributeRegressor": "attributes",
    "ContentRegressor": "content",
    "PersonalizedRegressor": "personal",
    "ScoreDistributionRegressor": "distribution",
}


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
