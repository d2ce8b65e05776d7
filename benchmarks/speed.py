"""How long does a photograph take, beside the decoder? Ratios of medians taken in one run, on one core.

    python benchmarks/speed.py

For four photographs of 12 megapixels, some of Kodak and one of 0.2 megapixels: decoding alone (OpenCV in full and reduced,
Pillow with and without draft mode), reading as this package does, all features, the ``fast`` set, score and breakdown; then the
criteria and the twenty dearest features. Everything is warm, OpenCV keeps to one thread, and the steps take turns, so
that a busy moment of the machine meets them alike. Last, one worker against two.
"""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from PIL import Image
from rated_photographs import environment, interpretable, oasis, parser, photographs

from iaa_classic import read_image
from iaa_classic.default import default_scorer
from iaa_classic.features import WORKING_SIDE, Feature, Picture, select
from iaa_classic.measuring import measure_image, measure_images, warm_up

STEPS = "full decode with cv2.imread"


def _pillow(path: Path, draft: bool) -> None:
    with Image.open(path) as image:
        if draft:
            image.draft("RGB", (2 * WORKING_SIDE, 2 * WORKING_SIDE))
        np.asarray(image.convert("RGB"))


def _score(path: Path, breakdown: bool) -> None:
    model = default_scorer()
    values = measure_image(path, select(model.feature_names_in_)).values
    row = pd.DataFrame([values], columns=model.feature_names_in_)
    model.predict(row)
    if breakdown:
        model.breakdown(row)
        model.feature_effects(row)


def steps(path: Path) -> dict[str, Callable[[], object]]:
    """What is timed on one photograph."""
    every, fast = interpretable(select("all")), select("fast")
    return {
        STEPS: lambda: cv2.imread(str(path)),
        "reduced decode with cv2.imread": lambda: cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_4),
        "full decode with Pillow": lambda: _pillow(path, draft=False),
        "draft decode with Pillow": lambda: _pillow(path, draft=True),
        "read_image, full": lambda: read_image(path),
        "read and measure all features": lambda: measure_image(path, every),
        "read and measure the fast set": lambda: measure_image(path, fast),
        "score": lambda: _score(path, breakdown=False),
        "score and breakdown": lambda: _score(path, breakdown=True),
    }


def timed(actions: dict[str, Callable[[], object]], repeats: int) -> pd.Series:
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
    """Medians over photographs of the milliseconds and of their ratios to the full decode."""
    table = pd.DataFrame([timed(steps(path), repeats) for path in paths])
    ratios = table.div(table[STEPS], axis=0)
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


def seconds_for(paths: Sequence[str], jobs: int) -> float:
    """Wall time of measuring all ``paths`` with so many workers, which have been started before."""
    records = interpretable(select("all"))
    list(measure_images(paths[: 4 * jobs], records, n_jobs=jobs))
    start = time.perf_counter()
    list(measure_images(paths, records, n_jobs=jobs))
    return time.perf_counter() - start


def main() -> None:
    """Print the tables."""
    options = parser(__doc__)
    options.add_argument("--repeats", type=int, default=7)
    given = options.parse_args()
    print(environment())
    cv2.setNumThreads(1)
    warm_up(select("all"))
    small = Path(oasis(given.data)["path"].iloc[0])
    groups = {
        "12 megapixels, JPEG": photographs(given.data / "photos" / "12mp"),
        "Kodak, 768 x 512, PNG": photographs(given.data / "photos" / "kodak")[::6],
        "0.2 megapixels, JPEG": [small],
    }
    for name, paths in groups.items():
        print(f"\n{name} ({len(paths)} photographs): milliseconds of CPU, and as a multiple of the full decode")
        print(over_photographs(paths, given.repeats).to_string(float_format=lambda value: f"{value:.2f}"))
    for name, paths in itertools.islice(groups.items(), 2):
        table = per_feature(paths[0], given.repeats)
        print(f"\n{name}: milliseconds per criterion ({table['ms'].sum():.0f} in all), then the twenty dearest features")
        print(table.groupby("criterion", sort=False)["ms"].sum().to_string(float_format=lambda value: f"{value:.1f}"))
        dearest = table.nlargest(20, "ms")
        print(dearest.to_string(index=False, float_format=lambda value: f"{value:.2f}"))
    many = oasis(given.data)["path"].tolist()[:200]
    one, two = seconds_for(many, 1), seconds_for(many, 2)
    print(f"\n{len(many)} photographs of 0.2 megapixels: {one:.1f} s with one worker, {two:.1f} s with two, {one / two:.2f} x")
    print(f"features: {len(interpretable(select('all')))}, of which in the fast set: {len(select('fast'))}")


if __name__ == "__main__":
    main()
