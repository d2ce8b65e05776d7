"""What is usual: the spread of every feature's values over a few hundred rated photographs.

The numbers are in ``baselines.csv``, which ``benchmarks/baselines.py`` writes from the OASIS, Vessel, Kodak and wallpaper
photographs. They say whether a value is high or low for a photograph, and give a size to differences of features whose range
is unbounded.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple


class Baseline(NamedTuple):
    """Percentiles of a feature's values over the reference photographs.

    ``version`` is the version of the feature that was measured.
    """

    version: int
    p5: float
    p25: float
    median: float
    p75: float
    p95: float

    @property
    def spread(self) -> float:
        """Distance between the 5th and the 95th percentile; 0 for a feature that hardly varies."""
        return self.p95 - self.p5


@functools.cache
def baselines() -> Mapping[str, Baseline]:
    """The baseline of every feature by name; what depends on a detector or on a collection has none."""
    text = files(__package__).joinpath("baselines.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    fields = ("p5", "p25", "median", "p75", "p95")
    return MappingProxyType({row["name"]: Baseline(int(row["version"]), *(float(row[key]) for key in fields)) for row in rows})
