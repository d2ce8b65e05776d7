"""Explanations as data objects that know how to become a dict, a table or sentences."""

from .explanation import CriterionEffect, Explanation, FeatureEffect, explain, explain_row

__all__ = ["CriterionEffect", "Explanation", "FeatureEffect", "explain", "explain_row"]
