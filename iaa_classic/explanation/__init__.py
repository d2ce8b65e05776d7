"""Explanations as data objects that know how to become a dict, a table or sentences."""

from .evidence import EvidenceMap, evidence, picture_of
from .explanation import CriterionEffect, Explanation, FeatureEffect, explain, explain_row

__all__ = [
    "CriterionEffect",
    "EvidenceMap",
    "Explanation",
    "FeatureEffect",
    "evidence",
    "explain",
    "explain_row",
    "picture_of",
]
