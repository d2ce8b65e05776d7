"""Pixels to named numbers: the feature catalogue and the functions that measure.

This package knows no model, no file and no command line.
"""

from .catalogue import CRITERIA, Feature, catalogue, measure, select
from .picture import WORKING_SIDE, Picture, shared

__all__ = ["CRITERIA", "WORKING_SIDE", "Feature", "Picture", "catalogue", "measure", "select", "shared"]
