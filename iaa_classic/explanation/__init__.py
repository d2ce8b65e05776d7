"""Explanations as data objects that know how to become a dict, a table or sentences."""

from .comparison import Comparison, compare
from .evidence import EvidenceMap, evidence, picture_of
from .explanation import CriterionEffect, Explanation, FeatureEffect, explain, explain_row

__all__ = [
    "Comparison",
    "CriterionEffect",
    "EvidenceMap",
    "Explanation",
    "FeatureEffect",
    "compare",
    "evidence",
    "explain",
    "explain_row",
    "picture_of",
]
