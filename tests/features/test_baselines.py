"""Every feature has a baseline of its present version, and no value changes unless its version is raised."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from iaa_classic.features import Picture, baselines, catalogue, measure

MEASURED = [record for record in catalogue().values() if record.criterion != "people"]


def test_every_feature_has_a_baseline_of_its_version():
    """People features depend on a detector, so that what is usual is not known."""
    known = baselines()
    missing = [record.name for record in MEASURED if record.name not in known]
    old = [record.name for record in MEASURED if record.name in known and known[record.name].version != record.version]
    assert not missing, f"no baseline: {', '.join(missing)}; run benchmarks/baselines.py"
    assert not old, f"the baseline is of another version: {', '.join(old)}; run benchmarks/baselines.py"
    assert not set(known) - set(catalogue()), "baselines of features that are gone; run benchmarks/baselines.py"


def test_baselines_are_in_order_and_in_range():
    for name, baseline in baselines().items():
        percentiles = baseline[1:]
        low, high = catalogue()[name].range
        assert list(percentiles) == sorted(percentiles), name
        # Percentiles are written with six digits.
        assert low - 1e-5 * abs(low) <= baseline.p5, name
        assert baseline.p95 <= high + 1e-5 * abs(high), name
        assert baseline.spread == baseline.p95 - baseline.p5


def test_a_record_knows_its_baseline():
    record = catalogue()["mean_lightness"]
    assert record.baseline is baselines()["mean_lightness"]
    assert 30 < record.baseline.median < 70


def test_baselines_are_those_of_photographs(photographs):
    """Nearly all features lie within twice the usual spread on pictures that took no part in the baselines."""
    records = [record for record in MEASURED if record.name in baselines() and baselines()[record.name].spread > 0]
    values = np.array([measure(Picture(rgb), records) for rgb in photographs.values()])
    low = np.array([record.baseline.p5 - record.baseline.spread for record in records])
    high = np.array([record.baseline.p95 + record.baseline.spread for record in records])
    assert ((values >= low) & (values <= high)).mean() > 0.95


@pytest.mark.parametrize("kind", ["astronaut", "china"])
def test_no_value_changes_unless_its_version_is_raised(kind, photographs):
    with Path(__file__).with_name("values.csv").open(newline="") as file:
        kept = {row["name"]: row for row in csv.DictReader(file)}
    missing = [record.name for record in MEASURED if record.name not in kept]
    assert not missing, f"no value is kept of {', '.join(missing)}; run benchmarks/baselines.py"
    values = measure(Picture(photographs[kind]), MEASURED)
    changed = []
    for record, value in zip(MEASURED, values, strict=True):
        row = kept[record.name]
        # OpenCV and NumPy round differently from version to version; 2 % of the usual spread is more than that.
        slack = 0.02 * (record.baseline.spread if record.baseline else 0) + 1e-6 * abs(value) + 1e-9
        if int(row["version"]) != record.version or abs(float(row[kind]) - value) > slack:
            changed.append(f"{record.name} {row[kind]} -> {value:.9g}")
    assert not changed, f"raise the version and run benchmarks/baselines.py: {'; '.join(changed)}"
