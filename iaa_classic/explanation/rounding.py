"""Rounding for reading: the numbers that are shown add up as the exact ones do."""

from __future__ import annotations

import math
from collections.abc import Sequence


def summing_to(total: float, parts: Sequence[float], digits: int = 2) -> list[float]:
    """Round ``parts`` so that they sum to ``total``: the largest remainders take up what plain rounding leaves over."""
    return [round(whole * 10.0**-digits, digits) for whole in wholes_summing_to(total, parts, digits)]


def wholes_summing_to(total: float, parts: Sequence[float], digits: int = 2) -> list[int]:
    """The same as whole numbers of units of the last digit, which add up without any error."""
    unit = 10.0**-digits
    scaled = [part / unit for part in parts]
    rounded = [math.floor(value) for value in scaled]
    left = round(total / unit) - sum(rounded)
    order = sorted(range(len(parts)), key=lambda position: rounded[position] - scaled[position])
    for position in order[: max(0, left)]:
        rounded[position] += 1
    return rounded
