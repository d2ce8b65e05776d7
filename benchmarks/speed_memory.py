"""Peak memory of measuring many pictures, in a process of its own; it reads ``/proc``, so it needs Linux.

``speed.py`` runs this file as a script, once per figure, so that nothing measured before counts:

    python benchmarks/speed_memory.py FOLDER --jobs 2 --features fast --through extract
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

PROC = Path("/proc/self/status")
"""What is read of a process. ``ru_maxrss`` would not do: a process inherits it from the one that started it."""

FILES = 100
"""Distinct files behind the many names, all of which the short run sees as well."""


def linked(files: Sequence[str], count: int, folder: Path) -> Path:
    """A folder with ``count`` names for copies of ``files``."""
    copies = folder / "files"
    copies.mkdir()
    for number, file in enumerate(files):
        shutil.copyfile(file, copies / f"{number:05d}{Path(file).suffix}")
    originals = sorted(copies.iterdir())
    names = folder / f"names-{count}"
    names.mkdir()
    for number in range(count):
        original = originals[number % len(originals)]
        name = names / f"{number:05d}{original.suffix}"
        try:
            os.link(original, name)
        except OSError:  # not on every file system
            name.symlink_to(original)
    return names


def peaks(files: Sequence[str], count: int, *, jobs: int, features: str, through: str) -> dict[str, float]:
    """Peak resident megabytes of the measuring process and of its largest worker, over ``count`` pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = linked(files, count, Path(scratch))
        asked = ["--jobs", str(jobs), "--features", features, "--through", through]
        command = [sys.executable, str(Path(__file__).resolve()), str(folder), *asked]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if figures["measured"] != count:
        raise RuntimeError(f"{figures['measured']:g} of {count} pictures were measured")
    return figures


def peak_megabytes(process: int | str) -> float:
    """Largest resident size that a running process has had."""
    status = Path(f"/proc/{process}/status").read_text()
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def children() -> list[int]:
    """Numbers of the processes that this one has started and that still run."""
    tasks = Path("/proc/self/task").iterdir()
    return [int(number) for task in tasks for number in (task / "children").read_text().split()]


def cpu_seconds_of_children() -> float:
    """CPU time so far of the processes that this one has started and that still run."""
    ticks = 0
    for number in children():
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _through_function(folder: Path, features: str, jobs: int) -> int:
    """Measure as a program that streams does: nothing is kept."""
    from iaa_classic.compiling import warm_up
    from iaa_classic.features import select
    from iaa_classic.measuring import measure_images

    records = select(features)
    warm_up(records)
    paths = map(str, sorted(folder.iterdir()))
    return sum(measurement.error is None for measurement in measure_images(paths, records, n_jobs=jobs))


def _through_command(folder: Path, features: str, jobs: int) -> int:
    """Measure as ``iaa-classic extract`` does, which this calls with its own command line."""
    from iaa_classic.cli.main import app

    table = folder.parent / "features.csv"
    command = ["extract", str(folder), "--output", str(table), "--features", features, "--jobs", str(jobs), *_no_store(app)]
    try:
        app(command)
    except SystemExit as ended:
        if ended.code:
            raise
    with table.open(encoding="utf-8") as rows:
        return sum(row.rstrip("\n").endswith(",") for row in rows)


def _no_store(app: object) -> list[str]:
    """The option that has every picture measured, where the command knows it."""
    import typer

    command = typer.main.get_command(app).commands["extract"]  # type: ignore[arg-type,attr-defined]
    names = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return ["--no-cache"] if "--no-cache" in names else []


def main() -> None:
    """Measure a folder and print the figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--features", default="fast")
    options.add_argument("--through", choices=("measure_images", "extract"), default="measure_images")
    given = options.parse_args()
    start = time.perf_counter()
    run = _through_command if given.through == "extract" else _through_function
    count = run(given.folder, given.features, given.jobs)
    figures = {"measured": count, "seconds": time.perf_counter() - start, "process": peak_megabytes("self")}
    workers = [peak_megabytes(number) for number in children()]
    print(json.dumps(figures | ({"worker": max(workers)} if given.jobs != 1 else {})))


if __name__ == "__main__":
    main()
