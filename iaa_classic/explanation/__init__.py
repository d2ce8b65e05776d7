"""Explanations as data objects that know how to become a dict, a table or sentences."""

from .advice import Suggestion, suggest
from .comparison import Comparison, compare
from .critique import Remark
from .evidence import EvidenceMap, evidence, picture_of
from .explanation import CriterionEffect, Explanation, FeatureEffect, explain, explain_row
from .regions import RegionEffects, region_effects
from .wording import languages

__all__ = [
    "Comparison",
    "CriterionEffect",
    "EvidenceMap",
    "Explanation",
    "FeatureEffect",
    "RegionEffects",
    "Remark",
    "Suggestion",
    "compare",
    "evidence",
    "explain",
    "explain_row",
    "languages",
    "picture_of",
    "region_effects",
    "suggest",
]
