"""The record of the one column in which learned content speaks to a model."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..features import Feature, Picture

NAME = "learned_content"
"""The column that holds the opinion of learned content."""


def content_record(function: Callable[[Picture], float], version: int = 1) -> Feature:
    """The record of the column, for what measures it; ``version`` tells fitted representations apart."""
    return Feature(
        NAME,
        criterion="content",
        label="opinion of learned content",
        unit="points",
        range=(-math.inf, math.inf),
        direction="neutral",
        reference="Marchesotti, Perronnin, Larlus, Csurka 2011: generic descriptors, here one criterion among others",
        function=function,
        version=version,
    )


def unfitted(picture: Picture) -> float:
    """Say that only a fitted model has an opinion."""
    raise TypeError("learned content is measured by a fitted model: ContentRegressor")
