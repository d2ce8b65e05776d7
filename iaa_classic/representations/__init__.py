"""What a photograph is measured against: features that learn from a collection of pictures, as scikit-learn transformers.

Lazily imported, as ``import iaa_classic`` must stay quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bag import BagOfVisualWords
    from .base import ReferenceTransformer
    from .colour_neighbours import ColourNeighbours
    from .description import Description, describe
    from .edge_template import EdgeTemplate
    from .embedding import Embedding
    from .familiarity import Familiarity
    from .fisher import FisherVector
    from .harmony import LearnedHarmony
    from .novelty import SpectrumNovelty
    from .union import ReferenceFeatures, reference_records
    from .unusual import Novelty

__all__ = [
    "BagOfVisualWords",
    "ColourNeighbours",
    "Description",
    "EdgeTemplate",
    "Embedding",
    "Familiarity",
    "FisherVector",
    "LearnedHarmony",
    "Novelty",
    "ReferenceFeatures",
    "ReferenceTransformer",
    "SpectrumNovelty",
    "describe",
    "reference_records",
]

_HOMES = {
    "BagOfVisualWords": "bag",
    "ColourNeighbours": "colour_neighbours",
    "Description": "description",
    "EdgeTemplate": "edge_template",
    "Embedding": "embedding",
    "Familiarity": "familiarity",
    "FisherVector": "fisher",
    "LearnedHarmony": "harmony",
    "Novelty": "unusual",
    "ReferenceFeatures": "union",
    "ReferenceTransformer": "base",
    "SpectrumNovelty": "novelty",
    "describe": "description",
    "reference_records": "union",
}


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
