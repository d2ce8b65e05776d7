"""Pixels to named numbers: the feature catalogue and the functions that measure.

This package knows no model, no file and no command line.
"""

from .baselines import Baseline, baselines
from .catalogue import CRITERIA, Feature, catalogue, measure, select
from .picture import WORKING_SIDE, Picture, shared
from .sets import FeatureSet, feature_set, sets

__all__ = [
    "CRITERIA",
    "WORKING_SIDE",
    "Baseline",
    "Feature",
    "FeatureSet",
    "Picture",
    "baselines",
    "catalogue",
    "feature_set",
    "measure",
    "select",
    "sets",
    "shared",
]
