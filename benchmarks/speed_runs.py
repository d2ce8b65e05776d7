"""Whole runs: one worker against several, a second run over an unchanged folder, a command from start to end."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rated_photographs import interpretable
from speed_memory import PROC, cpu_seconds_of_children, linked

from iaa_classic.features import select
from iaa_classic.measuring import Measurement, measure_images
from iaa_classic.store import VARIABLE, FeatureStore

SETTLED = 2.5
"""Seconds after which the store trusts the times of a file that has just been written."""


def run_seconds(paths: Sequence[str], jobs: int) -> tuple[float, float]:
    """Wall and CPU time of measuring all ``paths`` with so many workers, which have been started before."""
    records = interpretable(select("all"))
    list(measure_images(paths[: 8 * jobs], records, n_jobs=jobs))
    wall, cpu = time.perf_counter(), _cpu()
    failed = [measurement.error for measurement in measure_images(paths, records, n_jobs=jobs) if measurement.error]
    if failed:
        raise RuntimeError(f"{len(failed)} pictures could not be measured, the first: {failed[0]}")
    return time.perf_counter() - wall, _cpu() - cpu


def _cpu() -> float:
    """CPU time of this process and, on Linux, of its workers."""
    return time.process_time() + (cpu_seconds_of_children() if PROC.is_file() else 0.0)


def by_workers(paths: Sequence[str], workers: Sequence[int], repeats: int) -> dict[int, tuple[float, float]]:
    """Median wall and CPU seconds for each number of workers, which take turns."""
    took: dict[int, list[tuple[float, float]]] = {jobs: [] for jobs in workers}
    for _ in range(repeats):
        for jobs in workers:
            took[jobs].append(run_seconds(paths, jobs))
    medians = {}
    for jobs, runs in took.items():
        walls, cpus = zip(*runs, strict=True)
        medians[jobs] = (statistics.median(walls), statistics.median(cpus))
    return medians


def again(paths: Sequence[str], repeats: int) -> tuple[float, float, float]:
    """Wall seconds of a first and of a second run with a feature store (medians), and CPU time of the first over the second.

    Every second run opens the store anew, and must give the very values of the first.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = linked(paths, len(paths), Path(scratch))
        time.sleep(SETTLED)
        files = [str(path) for path in sorted(folder.iterdir())]
        times = [(_with_store(files, place), _with_store(files, place)) for place in _places(Path(scratch), repeats)]
    for (_, _, first), (_, _, second) in times:
        if not all(np.array_equal(a.values, b.values, equal_nan=True) for a, b in zip(first, second, strict=True)):
            raise AssertionError("the second run gave other values")
    walls = [statistics.median(pair[turn][0] for pair in times) for turn in (0, 1)]
    return walls[0], walls[1], statistics.median(first[1] / second[1] for first, second in times)


def _places(scratch: Path, repeats: int) -> list[Path]:
    return [scratch / f"store-{turn}" for turn in range(repeats)]


def _with_store(files: Sequence[str], place: Path) -> tuple[float, float, list[Measurement]]:
    """Wall and CPU seconds of measuring ``files``, none or all of which are in the store."""
    known = place.is_dir()
    wall, cpu = time.perf_counter(), time.process_time()
    store = FeatureStore(place)
    found = list(measure_images(files, interpretable(select("all")), store=store))
    hits = store.hits
    store.close()
    took = time.perf_counter() - wall, time.process_time() - cpu
    if hits != known * len(files):
        raise AssertionError(f"{hits} of {len(files)} pictures were read from the store")
    return *took, found


def command_again(paths: Sequence[str], repeats: int) -> tuple[float, float]:
    """Wall seconds of ``iaa-classic extract`` over a folder as a process: the first run, and the median of those after it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = linked(paths, len(paths), Path(scratch))
        time.sleep(SETTLED)
        command = ("extract", str(folder), "--force", "--output", str(Path(scratch) / "features.csv"))
        variables = {VARIABLE: str(Path(scratch) / "store")}
        first, _ = command_seconds(*command, repeats=1, warm=False, variables=variables)
        read = f"{len(paths)} of {len(paths)} photographs read"
        second, _ = command_seconds(*command, repeats=repeats, warm=False, variables=variables, says=read)
    return first, second


def command_seconds(
    *arguments: str, repeats: int, warm: bool = True, variables: dict[str, str] | None = None, says: str = ""
) -> tuple[float, float]:
    """Median wall and CPU seconds of ``iaa-classic`` as a process; to be ``warm``, after one run that is not counted.

    Its notices must hold ``says``.
    """
    command = [str(Path(sys.executable).with_name("iaa-classic")), *arguments]
    walls, cpus = [], []
    for turn in range(repeats + warm):
        before, start = os.times(), time.perf_counter()
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | (variables or {}))
        wall, after = time.perf_counter() - start, os.times()
        if done.returncode or says not in " ".join(done.stderr.split()):
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode} and did not say {says!r}: {done.stderr}")
        if turn >= warm:
            walls.append(wall)
            cpus.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return statistics.median(walls), statistics.median(cpus)
