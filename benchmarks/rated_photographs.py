"""The rated photographs that the benchmarks share: where they are, their ratings on one scale, and their features.

The folder is ``--data`` or ``IAA_CLASSIC_DATA`` or ``../shared/data`` beside the checkout. Measured features are kept in a
cache folder (``--cache``) keyed by the code of the features, so that a second run reads them.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from iaa_classic import load_image
from iaa_classic.compiling import warm_up
from iaa_classic.features import Feature, select
from iaa_classic.measuring import measure_images
from iaa_classic.progress import progress_bar

ROOT = Path(__file__).resolve().parents[1]


def parser(description: str | None) -> argparse.ArgumentParser:
    """Command-line options that every benchmark has."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("IAA_CLASSIC_DATA", ROOT.parent / "shared" / "data"))
    options.add_argument("--data", type=Path, default=default, help="folder with oasis/, vessel/ and photos/")
    options.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "iaa-classic-benchmarks")
    options.add_argument("--jobs", type=int, default=-1)
    options.add_argument("--seed", type=int, default=0)
    return options


def environment() -> str:
    """Versions and machine, to be printed beside every figure."""
    packages = ("numpy", "numba", "opencv-python-headless", "scikit-learn", "Pillow")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"Python {platform.python_version()}, {versions}; {platform.machine()}, {os.cpu_count()} cores"


def oasis(data: Path) -> pd.DataFrame:
    """The OASIS photographs: ``path``, ``rating`` (mean beauty, 1-7), ``group`` and ``category``."""
    labels = pd.read_csv(data / "oasis" / "labels.csv")
    paths = [str(data / "oasis" / "images" / name) for name in labels["image"]]
    return pd.DataFrame(
        {"path": paths, "rating": labels["beauty_mean"], "group": labels["group"], "category": labels["category"]}
    )


LEVELS = tuple(range(1, 8))
"""The scores that raters of OASIS chose from."""


def oasis_counts(data: Path) -> np.ndarray:
    """How often each of ``LEVELS`` was given to each OASIS photograph, shape (n, 7), in the order of ``oasis``."""
    labels = pd.read_csv(data / "oasis" / "labels.csv")
    return labels[[f"n{level}" for level in LEVELS]].to_numpy(dtype=float)


def vessel(data: Path) -> pd.DataFrame:
    """Vessel's photographs of architecture and landscapes: ``path``, ``rating`` (mean liking, 1-7), ``group``, ``category``."""
    labels = pd.read_csv(data / "vessel" / "labels.csv")
    paths = [str(data / "vessel" / "images" / name) for name in labels["image"]]
    return pd.DataFrame({"path": paths, "rating": labels["mean"], "group": labels["image"], "category": labels["category"]})


def photographs(folder: Path) -> list[Path]:
    """The photographs of a folder, sorted by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".png"))


def cached(name: str, keys: Sequence[str], cache: Path) -> Path:
    """Where the features of these pictures are kept: another file when the code of the features has changed."""
    code = hashlib.sha256()
    for path in sorted((ROOT / "features").rglob("*.py")):
        code.update(ast.dump(ast.parse(path.read_text())).encode())
    key = hashlib.sha256("\n".join([code.hexdigest(), *keys]).encode()).hexdigest()[:16]
    return cache / f"{name}-{key}.csv"


def interpretable(records: Sequence[Feature]) -> list[Feature]:
    """All features but those of faces, which depend on a detector that may be absent."""
    return [record for record in records if record.criterion != "people"]


def measured(
    name: str,
    keys: Sequence[str],
    sources: Callable[[], Iterator[object]],
    *,
    cache: Path,
    jobs: int,
    features: Sequence[Feature] | None = None,
) -> pd.DataFrame:
    """Features of the pictures that ``sources`` yields, read from the cache if they have been measured before.

    All but those of faces, unless ``features`` says which.
    """
    records = interpretable(select("all")) if features is None else list(features)
    names = [record.name for record in records]
    path = cached(name, [*keys, *names], cache)
    if path.is_file():
        return pd.read_csv(path)
    cache.mkdir(parents=True, exist_ok=True)
    warm_up(records)
    rows = []
    with progress_bar(f"Measuring {name}", len(keys)) as advance:
        for key_, measurement in zip(keys, measure_images(sources(), records, n_jobs=jobs), strict=True):
            if measurement.error is not None:
                sys.exit(f"{key_}: {measurement.error}")
            rows.append(measurement.values)
            advance()
    table = pd.DataFrame(np.array(rows), columns=names)
    table.to_csv(path, index=False)
    return table


def measured_files(
    name: str, paths: Sequence[str], *, cache: Path, jobs: int, features: Sequence[Feature] | None = None
) -> pd.DataFrame:
    """Features of picture files."""
    return measured(name, list(paths), lambda: iter(paths), cache=cache, jobs=jobs, features=features)


def pixels(path: str | Path) -> np.ndarray:
    """A photograph as an sRGB array."""
    return load_image(path)
