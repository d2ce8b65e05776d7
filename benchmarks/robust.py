"""Does anything break it? Odd files, bombs, kills, memory, a cluster: each bar beside what was measured.

    python benchmarks/robust.py                    # all but the memory of 10,000 pictures: some ten minutes
    python benchmarks/robust.py --only memory kills
    python -P tests/fuzz/fuzz.py --minutes 30      # the fuzzer is a program of its own

It needs Linux, and for the odd files the folder of photographs (--data). The exit status is 1 if a bar is not met.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from rated_photographs import parser
from speed_bars import Bar, machine, table
from speed_memory import peaks

PROGRAM = [sys.executable, "-P", "-m", "iaa_classic.cli.main"]
RUN_PICTURES = 600
KILLS = 20


def odd_files(scratch: Path, data: Path) -> list[Bar]:
    """Every file of the archive through ``extract``, one process each pair of limits: time, memory, tracebacks, rows."""
    folder = scratch / "odd"
    with tarfile.open(data / "odd_files" / "odd_files.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    rows = list(csv.DictReader((data / "odd_files" / "MANIFEST.csv").open(encoding="utf-8")))
    paths = [str(folder / unquote(row["path"])) for row in rows]
    script = """if True:
        import re, sys, time
        from iaa_classic.features import select
        from iaa_classic.measuring import measure_images
        from iaa_classic.compiling import warm_up
        records = select("all")
        warm_up(records)
        unclear = rejected = 0
        slowest = 0.0
        for path in sys.argv[1:]:
            start = time.process_time()
            [measured] = measure_images([path], records)
            slowest = max(slowest, time.process_time() - start)
            unclear += measured.error is not None and ("report this" in measured.error or "Traceback" in measured.error)
            rejected += measured.error is not None
        with open("/proc/self/status") as status:
            peak = int(re.search("VmHWM:\\s+([0-9]+)", status.read())[1]) / 1024
        print(len(sys.argv) - 1, rejected, unclear, slowest, peak)
    """
    done = subprocess.run([sys.executable, "-P", "-c", script, *paths], capture_output=True, text=True, check=True)
    count, rejected, unclear, slowest, peak = map(float, done.stdout.split())
    print(f"odd files: {count:.0f}, of which {rejected:.0f} refused; the suite compares each with its manifest")
    return [
        Bar("odd files with an unclear end", unclear + done.stderr.count("Traceback"), 0, ""),
        Bar("slowest odd file, CPU", slowest, 5, "s"),
        Bar("peak memory over all odd files", peak, 1000, "MB"),
    ]


def bombs(scratch: Path, data: Path) -> list[Bar]:
    """Pictures that declare to be enormous are refused from their headers."""
    folder = scratch / "bombs"
    with tarfile.open(data / "odd_files" / "odd_files.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    script = """if True:
        import re, sys, time
        from iaa_classic.images import ImageError, read_image
        slowest = 0.0
        for path in sys.argv[1:]:
            start = time.process_time()
            try:
                read_image(path)
                sys.exit(path + " was read")
            except ImageError:
                slowest = max(slowest, time.process_time() - start)
        with open("/proc/self/status") as status:
            print(1000 * slowest, int(re.search("VmHWM:\\s+([0-9]+)", status.read())[1]) / 1024)
    """
    paths = sorted(map(str, (folder / "bomb").iterdir()))
    done = subprocess.run([sys.executable, "-P", "-c", script, *paths], capture_output=True, text=True, check=True)
    milliseconds, peak = map(float, done.stdout.split())
    return [
        Bar("slowest bomb, the first import of a decoder included", milliseconds, 100, "ms"),
        Bar("its memory", peak, 300, "MB"),
    ]


def kills(scratch: Path, data: Path) -> list[Bar]:
    """A run of 600 pictures, killed 20 times at random moments and gone on with, must write what an undisturbed one does."""
    folder = pictures(scratch / "run", RUN_PICTURES)
    time.sleep(2.5)
    asked = ["extract", str(folder), "--features", "fast", "--no-cache", "--jobs", "2", "--output"]
    start = time.monotonic()
    subprocess.run([*PROGRAM, *asked, str(scratch / "whole.parquet")], check=True, capture_output=True)
    whole = time.monotonic() - start
    chance = random.Random(9)
    differing = killed = 0
    rows_before: list[int] = []
    output = scratch / "killed.parquet"
    journal = scratch / "killed.parquet.unfinished"
    while killed < KILLS:
        # Rarely an early moment: mostly somewhere in the measuring, after what the journal held at the start.
        moment = chance.uniform(0, 1.1) * whole / 4
        with process([*PROGRAM, *asked, str(output)]) as run:
            grown = journal.stat().st_size if journal.exists() else 0
            if chance.random() < 0.8:
                _wait(lambda grown=grown: journal.exists() and journal.stat().st_size > grown, run, 120)
            _wait(lambda: False, run, moment)
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGKILL)
                killed += 1
                rows_before.append(grown)
                continue
        differing += not same(output, scratch / "whole.parquet")
        output.unlink()
    if not output.exists():
        subprocess.run([*PROGRAM, *asked, str(output)], check=True, capture_output=True)
    differing += not same(output, scratch / "whole.parquet")
    print(f"kills: {killed} at random moments of runs of {RUN_PICTURES} pictures ({whole:.0f} s undisturbed)")
    return [Bar("resumed runs that differ in a byte", differing, 0, "")]


def full_disk(scratch: Path, data: Path) -> list[Bar]:
    """A run that may write no more than a part of its table ends in one line, and goes on where there is room again."""
    folder = pictures(scratch / "full", 100)
    time.sleep(2.5)
    asked = ["extract", str(folder), "--features", "lighting", "--no-cache", "--output"]
    subprocess.run([*PROGRAM, *asked, str(scratch / "room.csv")], check=True, capture_output=True)
    command = " ".join(map(str, [*PROGRAM, *asked, scratch / "full.csv"]))
    limited = subprocess.run(["bash", "-c", f"ulimit -f 20; {command}"], capture_output=True, text=True, check=False)
    clear = limited.returncode == 2 and "could not be written" in limited.stderr and "Traceback" not in limited.stderr
    resumed = subprocess.run([*PROGRAM, *asked, str(scratch / "full.csv")], check=True, capture_output=True, text=True)
    went_on = "are measured already" in resumed.stderr
    alike = same(scratch / "full.csv", scratch / "room.csv")
    return [Bar("full disk: unclear, not gone on with, or another result", 3 - clear - went_on - alike, 0, "")]


def cluster(scratch: Path, data: Path) -> list[Bar]:
    """The same table by two workers of a Dask cluster, one of which is killed; and what the cluster costs per picture."""
    import numpy as np
    from distributed import Client, LocalCluster

    from iaa_classic.features import select
    from iaa_classic.measuring import measure_images

    folder = pictures(scratch / "cluster", 200)
    paths = [str(path) for path in sorted(folder.iterdir())]
    records = select("fast")
    differing = 0
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as dask:
        address = dask.scheduler_address
        list(measure_images(paths[:20], records, scheduler=address))
        alone = list(measure_images(paths, records, n_jobs=2))
        took: dict[str, list[float]] = {"here": [], "there": []}
        for _ in range(3):
            for name, options in {"here": {"n_jobs": 2}, "there": {"scheduler": address}}.items():
                start = time.perf_counter()
                told = list(measure_images(paths, records, **options))  # type: ignore[arg-type]
                took[name].append(time.perf_counter() - start)
                differing += sum(a.values.tobytes() != b.values.tobytes() for a, b in zip(alone, told, strict=True))
        tiny = [np.zeros((4, 4, 3), np.uint8)] * 1000
        start = time.process_time()  # the scheduler, and who asks, are threads of this process
        list(measure_images(tiny, select(["aspect_ratio"]), scheduler=address))
        overhead = (time.process_time() - start) / len(tiny) * 1000
        with Client(address) as client:
            victim = next(iter(client.run(os.getpid).values()))
            for number, (measured, expected) in enumerate(
                zip(measure_images(paths, records, scheduler=address), alone, strict=True)
            ):
                differing += measured.values.tobytes() != expected.values.tobytes()
                if number == 30:
                    os.kill(victim, signal.SIGKILL)
    here, there = min(took["here"]), min(took["there"])
    print(f"cluster: {there:.1f} s by Dask against {here:.1f} s by two workers here, 200 pictures; a killed worker")
    return [
        Bar("rows that differ on a cluster, a worker killed", differing, 0, ""),
        Bar("CPU time of scheduler and client per picture", overhead, 10, "ms"),
    ]


def memory(scratch: Path, data: Path) -> list[Bar]:
    """Peak memory of ``extract`` over 10,000 pictures beside that over 500."""
    files = [str(path) for path in sorted(pictures(scratch / "memory", 100).iterdir())]
    figures = {}
    for count in (500, 10_000):
        figures[count] = peaks(files, count, jobs=1, features="fast", through="extract")["process"]
        print(f"extract of {count} pictures, fast set: {figures[count]:.0f} MB")
    return [Bar("memory of extract, 10,000 pictures over 500", figures[10_000] / figures[500], 1.1, "times")]


# -----------------------------------------------------------------------------------------------------------------------


def pictures(folder: Path, count: int) -> Path:
    """A folder of so many small pictures, cut out of real photographs, each different."""
    import numpy as np
    import skimage.data
    from PIL import Image

    folder.mkdir()
    sources = [skimage.data.astronaut(), skimage.data.coffee(), skimage.data.chelsea()]
    chance = np.random.default_rng(0)
    for number in range(count):
        source = sources[number % len(sources)]
        top, left = (int(chance.integers(0, source.shape[axis] - 199)) for axis in (0, 1))
        Image.fromarray(source[top : top + 200, left : left + 200]).save(folder / f"{number:05d}.jpg", quality=90)
    return folder


@contextmanager
def process(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, which is gone afterwards."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as run:
        yield run


def same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    return one.read_bytes() == other.read_bytes()


def _wait(until: Callable[[], bool], run: subprocess.Popen[bytes], seconds: float) -> None:
    end = time.monotonic() + seconds
    while run.poll() is None and not until() and time.monotonic() < end:
        time.sleep(0.002)


PARTS = {"odd": odd_files, "bombs": bombs, "kills": kills, "disk": full_disk, "cluster": cluster, "memory": memory}


def main() -> int:
    """Run what is asked for and print the bars."""
    options = parser(__doc__)
    options.add_argument("--only", nargs="+", choices=PARTS, default=[name for name in PARTS if name != "memory"])
    given = options.parse_args()
    print(machine())
    os.environ["IAA_CLASSIC_CACHE_DIR"] = "off"
    bars: list[Bar] = []
    for name in given.only:
        scratch = Path(tempfile.mkdtemp(prefix="iaa-robust-"))
        try:
            bars += PARTS[name](scratch, given.data)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    print(table(bars))
    return int(not all(bar.met for bar in bars))


if __name__ == "__main__":
    sys.exit(main())
