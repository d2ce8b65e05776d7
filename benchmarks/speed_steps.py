"""Milliseconds of CPU in this process: decoding, measuring, scoring, explaining; by criterion and by feature.

Steps take turns, so that a busy moment of the machine meets them alike, and the first turn is not counted.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from PIL import Image
from rated_photographs import interpretable

from iaa_classic import explain, read_image
from iaa_classic.default import default_scorer
from iaa_classic.features import WORKING_SIDE, Feature, Picture, select
from iaa_classic.measuring import measure_image, needs_native_pixels

DECODE = "full decode with cv2.imread"
ALL = "read and measure all features"
FAST = "read reduced and measure the fast set"
BREAKDOWN = "JPEG to score and breakdown"


def _pillow(path: Path, draft: bool) -> None:
    with Image.open(path) as image:
        if draft:
            image.draft("RGB", (2 * WORKING_SIDE, 2 * WORKING_SIDE))
        np.asarray(image.convert("RGB"))


def _scored(path: Path, records: Sequence[Feature], breakdown: bool) -> None:
    """Score a file as a program would that keeps model and records; the tables that the breakdown gives are part of it."""
    model = default_scorer()
    measurement = measure_image(path, records)
    if measurement.error is not None:
        raise ValueError(f"{path}: {measurement.error}")
    row = measurement.values[None]
    model.predict(row)
    if breakdown:
        model.breakdown(row)
        model.feature_effects(row)


def measured(path: Path, records: Sequence[Feature]) -> None:
    measurement = measure_image(path, records)
    if measurement.error is not None:
        raise ValueError(f"{path}: {measurement.error}")


def steps(path: Path) -> dict[str, Callable[[], object]]:
    """What is timed on one photograph.

    "Score" and "breakdown" measure every feature of the default model; the breakdown is the effects of the criteria and of
    the features. ``explain`` adds marks, percentiles and the records of all features.
    """
    every, fast, asked = interpretable(select("all")), select("fast"), select(default_scorer().feature_names_in_)
    if needs_native_pixels(fast) or not needs_native_pixels(asked):
        raise AssertionError("the fast set has come to need native pixels, or the model has ceased to")
    return {
        DECODE: lambda: cv2.imread(str(path)),
        "reduced decode with cv2.imread": lambda: cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_4),
        "full decode with Pillow": lambda: _pillow(path, draft=False),
        "draft decode with Pillow": lambda: _pillow(path, draft=True),
        "read_image, full": lambda: read_image(path),
        "read_image, reduced": lambda: read_image(path, min_side=2 * WORKING_SIDE),
        FAST: lambda: measured(path, fast),
        ALL: lambda: measured(path, every),
        "JPEG to score": lambda: _scored(path, asked, breakdown=False),
        BREAKDOWN: lambda: _scored(path, asked, breakdown=True),
        "iaa_classic.explain": lambda: explain(path),
    }


def timed(actions: Mapping[str, Callable[[], object]], repeats: int) -> pd.Series:
    """Median milliseconds of CPU per action, warm, the actions taken in turn."""
    took: dict[str, list[float]] = defaultdict(list)
    for turn in range(repeats + 1):
        for name, action in actions.items():
            start = time.process_time()
            action()
            if turn:
                took[name].append(1000 * (time.process_time() - start))
    return pd.Series({name: float(np.median(values)) for name, values in took.items()})


def over_photographs(paths: Sequence[Path], repeats: int) -> pd.DataFrame:
    """Medians over photographs of the milliseconds, and of each photograph's ratio to its own full decode."""
    table = pd.DataFrame([timed(steps(path), repeats) for path in paths])
    ratios = table.div(table[DECODE], axis=0)
    return pd.DataFrame({"ms": table.median(), "of the decode": ratios.median()})


def per_feature(path: Path, repeats: int) -> pd.DataFrame:
    """Milliseconds per feature; what several share is paid by the first that asks for it."""
    records = interpretable(select("all"))
    rgb = read_image(path).pixels
    took: dict[Feature, list[float]] = defaultdict(list)
    for turn in range(repeats + 1):
        picture = Picture(rgb)
        for record in records:
            start = time.process_time()
            record.function(picture)
            if turn:
                took[record].append(1000 * (time.process_time() - start))
    rows = [(record.name, record.criterion, float(np.median(values))) for record, values in took.items()]
    return pd.DataFrame(rows, columns=["feature", "criterion", "ms"])
