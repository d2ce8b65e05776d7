"""The model that ships with the package."""

from __future__ import annotations

import functools
import importlib.resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import AdditiveModel, AestheticRegressor


@functools.lru_cache(maxsize=1)
def default_scorer() -> AdditiveModel:
    """What predicts and explains of the default model, read once per process and without scikit-learn."""
    from .persistence import load_scorer

    return load_scorer(_content())


def default_model() -> AestheticRegressor:
    """The model that scores when none is named, on a scale from 1 to 10; see ``docs/model_card.md``."""
    from .models import AestheticRegressor
    from .persistence import load_model

    model = load_model(_content())
    assert isinstance(model, AestheticRegressor)
    return model


def _content() -> bytes:
    return (importlib.resources.files("iaa_classic") / "data" / "default.skops").read_bytes()
