"""How fast, and in how much memory? One command for every bar, as ratios taken in one run.

    python benchmarks/speed.py [--peers] [--json figures.json] [--quick]

Four photographs of 12 megapixels, four of Kodak and one of 0.2 megapixels: decoding alone, reading as this package does, all
features, the ``fast`` set, score and breakdown; the criteria and the twenty dearest features; workers; a second run over an
unchanged folder; whole processes; peak memory. Times of one process are CPU times, medians of repeats in which the steps take
turns, warm, with one thread. Where several processes work, wall time decides (leave the machine alone meanwhile) and CPU time
is beside it. Features of faces are left out, since they depend on a detector that may be absent.

``--peers`` times athec and pyaesthetics on the same Kodak photographs, in environments that it makes from the package index.
The index has athec's module of colours alone: ``git clone https://github.com/yilangpeng/athec`` and ``--athec-source athec``
time the whole of it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import speed_memory
import speed_peers
import speed_runs
import speed_steps
from rated_photographs import interpretable, oasis, parser, photographs
from speed_bars import Bar, machine, table
from threadpoolctl import threadpool_limits

from iaa_classic.cli.scoring import shipped_photographs
from iaa_classic.compiling import warm_up
from iaa_classic.features import select


class Results:
    """What has been measured so far: the bars, and everything else for ``--json``."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self.figures: dict[str, Any] = {}
        self.started = time.perf_counter()

    def section(self, title: str) -> None:
        """Head a part of the output."""
        print(f"\n== {title} ({time.perf_counter() - self.started:.0f} s so far)", flush=True)

    def write(self, path: Path, about: str) -> None:
        """Write all as JSON."""
        content = {"machine": about, "bars": [bar.to_dict() for bar in self.bars], "figures": self.figures}
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def pictures(results: Results, groups: dict[str, list[Path]], repeats: int) -> None:
    """Milliseconds of every step, and their ratios to the decoder."""
    for name, paths in groups.items():
        results.section(f"{name}, {len(paths)} photographs: milliseconds of CPU, and as a multiple of the full decode")
        found = speed_steps.over_photographs(paths, repeats)
        print(found.to_string(float_format=lambda value: f"{value:.2f}"))
        results.figures[name] = found.to_dict("index")
    large, kodak, _ = (results.figures[name] for name in groups)
    breakdown, fast = (large[step]["of the decode"] for step in (speed_steps.BREAKDOWN, speed_steps.FAST))
    results.bars += [
        Bar("12 megapixels, JPEG to score and breakdown", breakdown, 2.0, "x full decode", aim=1.5),
        Bar("12 megapixels, fast set on a reduced decode", fast, 1.0, "x full decode"),
        Bar("all features of a Kodak picture", kodak[speed_steps.ALL]["ms"], 100, "ms CPU", aim=60),
    ]


def features(results: Results, groups: dict[str, list[Path]], repeats: int) -> None:
    """Milliseconds by criterion, and the dearest features."""
    for name in list(groups)[:2]:
        found = speed_steps.per_feature(groups[name][0], repeats)
        by_criterion = found.groupby("criterion", sort=False)["ms"].sum()
        results.section(f"{name}, {groups[name][0].name}: milliseconds by criterion ({by_criterion.sum():.0f} in all)")
        print(by_criterion.to_string(float_format=lambda value: f"{value:.1f}"))
        print("\nThe twenty dearest features (the first that asks for a shared plane pays for it)")
        print(found.nlargest(20, "ms").to_string(index=False, float_format=lambda value: f"{value:.2f}"))
        results.figures[f"{name}, by feature"] = found.set_index("feature")["ms"].to_dict()


def workers(results: Results, paths: Sequence[str], repeats: int) -> None:
    """One worker against two, and against as many as there are cores."""
    counts = sorted({1, 2, os.cpu_count() or 2})
    results.section(f"{len(paths)} photographs of 0.2 megapixels, all features, medians of {repeats} runs in turn")
    found = speed_runs.by_workers(paths, counts, repeats)
    for jobs, (wall, cpu) in found.items():
        print(f"{jobs} worker(s): {wall:.1f} s wall, {cpu:.1f} s CPU, {found[1][0] / wall:.2f} x one worker")
    results.figures["workers"] = {jobs: {"wall": wall, "cpu": cpu} for jobs, (wall, cpu) in found.items()}
    results.bars.append(Bar("two workers against one", found[1][0] / found[2][0], 1.8, "x", at_most=False))


def second_run(results: Results, paths: Sequence[str], repeats: int) -> None:
    """What the feature store saves where nothing has changed."""
    few = paths[:50]
    results.section("A second run over an unchanged folder, all features, one worker")
    first, second, cpu = speed_runs.again(few, repeats)
    print(f"measure_images, {len(few)} photographs: {first:.2f} s, then {second:.3f} s wall; CPU {cpu:.0f} x less")
    before, after = speed_runs.command_again(paths, repeats)
    print(f"iaa-classic extract, {len(paths)} photographs, whole process: {before:.2f} s, then {after:.2f} s wall")
    results.figures["second run"] = {"measure_images": [first, second], "ratio of CPU": cpu, "extract": [before, after]}
    names = ("measure_images", f"iaa-classic extract of {len(paths)}, whole process")
    for name, ratio in zip(names, (first / second, before / after), strict=True):
        results.bars.append(Bar(f"second run, {name}", ratio, 20, "x faster", at_most=False))


def processes(results: Results, repeats: int) -> None:
    """A command from start to end."""
    photo = str(next(path for path in shipped_photographs() if path.name == "chelsea.png"))
    results.section(f"Whole processes, warm, medians of {repeats}")
    for arguments, limit in ((("--help",), 0.5), (("score", "--no-cache", photo), 3.0)):
        wall, cpu = speed_runs.command_seconds(*arguments, repeats=repeats)
        name = " ".join(("iaa-classic", *arguments)).replace(photo, "PHOTO")
        print(f"{name}: {wall:.2f} s wall, {cpu:.2f} s CPU")
        results.figures[name] = {"wall": wall, "cpu": cpu}
        results.bars.append(Bar(name, wall, limit, "s wall"))


def memory(results: Results, paths: Sequence[str], asked: str, many: int) -> None:
    """Peak memory over many pictures against that over few."""
    few = speed_memory.FILES
    results.section(f"Peak memory over {many} pictures against {few}, {asked} features, each run a process of its own")
    if not speed_memory.PROC.is_file():
        print("left out: it is read from /proc, which this system has not")
        return
    worst = 0.0
    for through, jobs in (("measure_images", 1), ("measure_images", 2), ("extract", 2)):
        short, long = (speed_memory.peaks(paths[:few], n, jobs=jobs, features=asked, through=through) for n in (few, many))
        for part in sorted({"process", "worker"} & set(short)):
            ratio = long[part] / short[part]
            worst = max(worst, ratio)
            print(f"{through}, {jobs} job(s), {part}: {short[part]:.0f} MB, {long[part]:.0f} MB, {ratio:.3f} x")
        results.figures[f"memory, {through}, {jobs} job(s)"] = {"few": short, "many": long}
    results.bars.append(Bar(f"peak memory, {many} against {few} pictures (worst)", worst, 1.1, "x"))


def peers(results: Results, paths: Sequence[Path], given: argparse.Namespace) -> None:
    """Other packages on the same pictures, with ours timed before and after."""
    results.section(
        f"Other packages on {len(paths)} Kodak photographs: seconds of CPU per picture, medians of {given.peer_repeats}"
    )
    records = interpretable(select("all"))
    ours: list[list[float]] = []

    def measure_ours() -> None:
        each = [{"": lambda path=path: speed_steps.measured(path, records)} for path in paths]
        ours.extend([speed_steps.timed(one, 1)[""] for one in each] for _ in range(given.peer_repeats))

    measure_ours()
    packaged: list[tuple[speed_peers.Peer, int, Path | None]] = [(speed_peers.ATHEC, 0, None), (speed_peers.ATHEC, 300, None)]
    whole = [(speed_peers.ATHEC, side, given.athec_source) for side in (0, 300)] if given.athec_source else []
    for peer, side, source in [*whole, *packaged, (speed_peers.PYAESTHETICS, 0, None)]:
        barred = peer is speed_peers.ATHEC and not side and source == given.athec_source
        try:
            found = speed_peers.timing(peer, paths, given.peers_folder, side=side, repeats=given.peer_repeats, source=source)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            print(f"{peer.package}: COULD NOT BE TIMED: {error}")
            if barred:
                results.bars.append(Bar(f"all features against {peer.package}", float("nan"), 20, "x faster", at_most=False))
            continue
        measure_ours()
        own = np.median(ours, axis=0) / 1000
        ratio = float(np.median(np.array(found.seconds) / own))
        size = f"at {side} px" if side else "at full size" if peer is speed_peers.ATHEC else "complete"
        name = f"{found.name}{_part_of_athec(peer, source)}, {size}"
        print(f"{name}: {np.median(found.seconds):.2f} s, {found.values} numbers; {ratio:.0f} x ours")
        _details(found, reasons=not side)
        results.figures[name] = {"seconds": found.seconds, "ours": own.tolist(), "by function": found.by_function}
        if barred:
            results.bars.append(Bar(f"all features against {name}", ratio, 20, "x faster", at_most=False))
    print(f"ours, all features: {np.median(ours) / 1000:.3f} s, {len(records)} numbers")


def _part_of_athec(peer: speed_peers.Peer, source: Path | None) -> str:
    if peer is not speed_peers.ATHEC:
        return ""
    return " (checkout)" if source else " (as packaged: colours alone)"


def _details(found: speed_peers.Timing, reasons: bool) -> None:
    dearest = sorted(found.by_function.items(), key=lambda item: -item[1])[:6]
    print("    dearest: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in dearest))
    left_out = found.left_out if reasons else {}
    for heading, functions in (("left out", left_out), ("FAILED, not in the time", found.failed)):
        for name, why in functions.items():
            print(f"    {heading}: {name}: {why}")


def options() -> argparse.ArgumentParser:
    """The command line."""
    found = parser(__doc__)
    found.add_argument("--repeats", type=int, default=7, help="of the steps on one picture")
    found.add_argument("--runs", type=int, default=3, help="repeats of whole runs, with one worker and with two")
    found.add_argument("--memory", choices=("fast", "all", "none"), default="fast", help="features of the memory runs")
    found.add_argument("--pictures", type=int, default=5000, help="of the long memory runs")
    found.add_argument("--peers", action="store_true", help="time athec and pyaesthetics too")
    found.add_argument("--peers-folder", type=Path, help="where their environments are kept [default: in --cache]")
    found.add_argument("--peer-repeats", type=int, default=3)
    found.add_argument("--athec-source", type=Path, help="checkout of github.com/yilangpeng/athec")
    found.add_argument("--only", nargs="+", metavar="PART", choices=PARTS, default=PARTS, help=f"of {', '.join(PARTS)}")
    found.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    found.add_argument("--quick", action="store_true", help="few pictures and repeats: to see that it works, not to decide")
    return found


PARTS = ("pictures", "features", "workers", "again", "processes", "memory")


def chosen(arguments: Iterable[str] | None = None) -> argparse.Namespace:
    """The options, with what follows from them."""
    given = options().parse_args(None if arguments is None else list(arguments))
    if given.quick:
        given.repeats, given.runs, given.peer_repeats, given.pictures = 2, 1, 1, 300
    given.peers_folder = given.peers_folder or given.cache / "peers"
    return given


def main() -> None:
    """Measure, print, write."""
    given = chosen()
    results = Results()
    about = machine()
    print(about)
    cv2.setNumThreads(1)
    threadpool_limits(1)
    every = interpretable(select("all"))
    warm_up(select("all"))
    print(f"Features: {len(every)}, of which in the fast set: {len(select('fast'))}")
    print("OpenCV and BLAS keep to one thread each from here on")
    small = oasis(given.data)["path"].tolist()
    groups = {
        "12 megapixels, JPEG": photographs(given.data / "photos" / "12mp"),
        "Kodak, 768 x 512, PNG": photographs(given.data / "photos" / "kodak")[::6],
        "0.2 megapixels, JPEG": [Path(small[0])],
    }
    if given.quick:
        groups = {name: paths[:1] for name, paths in groups.items()}
    if "pictures" in given.only:
        pictures(results, groups, given.repeats)
    if "features" in given.only:
        features(results, groups, given.repeats)
    if "workers" in given.only:
        workers(results, small[: 40 if given.quick else 200], given.runs)
    if "again" in given.only:
        second_run(results, small[: 40 if given.quick else 600], given.runs)
    if "processes" in given.only:
        processes(results, 2 if given.quick else 5)
    if "memory" in given.only and given.memory != "none":
        memory(results, small, given.memory, given.pictures)
    if given.peers:
        peers(results, groups["Kodak, 768 x 512, PNG"], given)
    results.section("Bars" + (" (a quick run decides nothing)" if given.quick else ""))
    print(table(results.bars))
    if given.json:
        results.write(given.json, about)


if __name__ == "__main__":
    main()
