"""Renew what is usual for every feature, and the values that guard against unnoticed changes.

    python benchmarks/baselines.py

Writes ``features/baselines.csv`` (percentiles over OASIS, Vessel, Kodak and the wallpapers) and
``tests/features/values.csv`` (every feature's value on photographs that ship inside scikit-image and scikit-learn, with the
feature's version: a value that changes without its version being raised fails a test).
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import skimage.data
from rated_photographs import ROOT, environment, interpretable, measured_files, oasis, parser, photographs, vessel
from sklearn.datasets import load_sample_image

from iaa_classic.features import Picture, catalogue, measure

LEVELS = {"p5": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95}


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """A CSV file with Unix line ends."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    print(f"wrote {path.relative_to(ROOT)}: {len(rows)} features")


def main() -> None:
    """Measure and write."""
    given = parser(__doc__).parse_args()
    print(environment())
    paths = oasis(given.data)["path"].tolist() + vessel(given.data)["path"].tolist()
    for name in ("kodak", "wallpapers"):
        paths += map(str, photographs(given.data / "photos" / name))
    known = catalogue()
    records = interpretable(list(known.values()))
    X = measured_files("baselines", paths, cache=given.cache, jobs=given.jobs, features=records)
    rows = []
    for name in X.columns:
        levels = np.percentile(X[name], list(LEVELS.values()))
        rows.append([name, str(known[name].version), *(f"{level:.6g}" for level in levels)])
    write(ROOT / "features" / "baselines.csv", ["name", "version", *LEVELS], rows)

    shipped = {"astronaut": skimage.data.astronaut(), "china": load_sample_image("china.jpg")}
    values = {kind: measure(Picture(rgb), records) for kind, rgb in shipped.items()}
    rows = [
        [record.name, str(record.version), *(f"{values[kind][i]:.9g}" for kind in shipped)] for i, record in enumerate(records)
    ]
    write(ROOT / "tests" / "features" / "values.csv", ["name", "version", *shipped], rows)


if __name__ == "__main__":
    main()
