"""What the score of a model file means, in words: points of a rating, decision values, logits of being preferred."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..models import AdditiveModel

UNUSUAL = ("AestheticClassifier", "AestheticRanker")
"""Kinds whose scores are no points of a rating scale."""


def kind_of(path: str | None) -> str:
    """Class of the object in a model file that has been read before; of a pipeline, that of its last step."""
    if path is None:
        return "AdditiveModel"
    with zipfile.ZipFile(path) as archive:
        node = json.loads(archive.read("schema.json"))
    while node["__class__"] == "Pipeline":
        node = node["content"]["content"]["steps"]["content"][-1]["content"][1]
    return str(node["__class__"])


def scale_line(path: str | None, model: AdditiveModel) -> str:
    """What scores of this model are, in one line."""
    low, high = model.scale_
    kind = kind_of(path)
    if kind == "AestheticClassifier" and path is not None:
        from ..persistence import load_model

        fitted = load_model(path)
        classes = getattr(fitted, "steps", [("", fitted)])[-1][1].classes_
        return f"Decision values: above 0 speaks for {str(classes[1])!r}, below 0 for {str(classes[0])!r}"
    if kind == "AestheticRanker":
        return "Scores are logits of being preferred; 0 is the mean of the photographs that the model was fitted on"
    return f"Scores from {round(low, 2):g} to {round(high, 2):g}"
