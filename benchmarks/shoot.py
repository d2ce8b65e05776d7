"""How well is a shoot sorted, how good are the crops, how safe are the sidecars, and how long does it take?

    python benchmarks/shoot.py [--seeds 4] [--frames 40] [--quick]

Made-up shoots (``iaa_classic.shoot.rehearsal``) of the Kodak photographs, the wallpapers and every twelfth of OASIS: bursts of
two to six frames of which one is undamaged, brackets, focus stacks, panoramas and single frames. Crops: photographs cropped
off-centre, and what is proposed for the whole. Time: frames of 12 megapixels made of four photographs by a wobble of the hand,
in groups of five and on their own, sorted and decoded in turn; CPU time of one process, and wall time of two (leave the machine
alone meanwhile). 600 frames take as much longer as they are more: only perceptual hashes are compared across the whole shoot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from PIL import Image
from rated_photographs import oasis, parser
from speed_bars import Bar, machine, table

from iaa_classic.cli.main import app
from iaa_classic.compiling import warm_up
from iaa_classic.default import default_scorer
from iaa_classic.features import select
from iaa_classic.measuring import measure_images
from iaa_classic.shoot.crops import _Judge, propose_crops
from iaa_classic.shoot.culling import Choice, cull
from iaa_classic.shoot.frames import look_at_frames
from iaa_classic.shoot.rehearsal import DAMAGES, Rehearsal

LONGEST = 1280


def photographs(data: Path, seed: int, share: int) -> list[np.ndarray]:
    """Every ``share``-th photograph of the three collections, the long side at most ``LONGEST`` pixels."""
    paths = [*sorted((data / "photos" / "kodak").glob("*.png")), *sorted((data / "photos" / "wallpapers").glob("*.jpg"))]
    paths += [Path(path) for path in oasis(data)["path"][::12]]
    found = []
    for path in paths[seed % share :: share]:
        with Image.open(path) as image:
            image = image.convert("RGB")
            image.thumbnail((LONGEST, LONGEST))
            found.append(np.asarray(image))
    return found


def made_up(folder: Path, pictures: Sequence[np.ndarray], seed: int, *, exif: bool) -> Rehearsal:
    """A shoot: every photograph as a burst, and in turn as a bracket, a focus stack, a panorama, or on its own."""
    shoot = Rehearsal(folder, seed=seed, bias=exif)
    random = np.random.default_rng(seed)
    for at, rgb in enumerate(pictures):
        mirrored = np.ascontiguousarray(rgb[:, ::-1])
        if at % 6 == 0:
            shoot.bracket(mirrored, [(0, -2, 2), (-1, 0, 1), (0, -1, 1, -2, 2)][at // 6 % 3])
        elif at % 6 == 1 and max(rgb.shape) > 600:
            shoot.focus_stack(mirrored, 3 + at % 4)
        elif at % 6 == 2:
            shoot.panorama(mirrored, 3)
        elif at % 6 == 3:
            shoot.single(mirrored)
        count = int(random.integers(1, len(DAMAGES) + 1))
        shoot.burst(rgb, [str(name) for name in random.choice(DAMAGES, count, replace=False)])
    return shoot


def measured(paths: Iterable[str], jobs: int = 1) -> pd.DataFrame:
    """The default model's features."""
    names, paths = [str(name) for name in default_scorer().feature_names_in_], list(paths)
    rows = [measurement.values for measurement in measure_images(paths, select(names), n_jobs=jobs)]
    return pd.DataFrame(np.array(rows), columns=names, index=paths)


def f1(truth: np.ndarray, found: np.ndarray, of_truth: np.ndarray, of_found: np.ndarray) -> float:
    """F1 of pairs of frames that are (said to be) duplicates of each other."""
    rows = np.triu_indices(len(truth), 1)
    real = ((truth[:, None] == truth) & of_truth[:, None] & of_truth)[rows]
    guessed = ((found[:, None] == found) & of_found[:, None] & of_found)[rows]
    return float(2 * (real & guessed).sum() / (real.sum() + guessed.sum()))


def sorting(data: Path, seeds: int, share: int) -> list[Bar]:
    """Grouping, picks and series over made-up shoots."""
    scores: list[float] = []
    picked: list[bool] = []
    culled = broken = 0
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as name:
            shoot = made_up(Path(name), photographs(data, seed, share), seed, exif=seed % 2 == 0)
            frames = list(look_at_frames([str(shot.path) for shot in shoot.shots]))
            choices = cull(frames, measured, default_scorer())
        truth, found = np.array([shot.group for shot in shoot.shots]), np.array([choice.group for choice in choices])
        duplicates = np.array([shot.kind == "burst" for shot in shoot.shots])
        scores.append(f1(truth, found, duplicates, np.array([choice.kind == "burst" for choice in choices])))
        first = _first_of_bursts(shoot, choices)
        picked += first
        series = [choice for choice, shot in zip(choices, shoot.shots, strict=True) if shot.kind not in ("burst", "single")]
        brackets = [choice for choice, shot in zip(choices, shoot.shots, strict=True) if shot.kind == "bracket"]
        culled += sum(choice.decision == "reject" for choice in brackets)
        broken += sum(choice.decision in ("reject", "alternate") for choice in series)
        text = f"{len(choices)} frames, {len(first)} bursts, EXIF exposure {'written' if seed % 2 == 0 else 'left out'}"
        print(f"seed {seed}: {text}: F1 {scores[-1]:.3f}, undamaged first in {sum(first)}", flush=True)
    print(f"frames of brackets, focus stacks and panoramas that were not kept as series: {broken}")
    return [
        Bar("undamaged frame picked", 100 * float(np.mean(picked)), 95, "% of bursts", at_most=False),
        Bar("frames of brackets culled", culled, 0, "frames"),
        Bar("grouping of duplicates, F1", min(scores), 0.95, "(worst shoot)", at_most=False),
    ]


def _first_of_bursts(shoot: Rehearsal, choices: Sequence[Choice]) -> list[bool]:
    """Of each true burst, whether an undamaged frame is picked and no damaged one."""
    by_group: dict[int, list[tuple[str, str]]] = {}
    for shot, choice in zip(shoot.shots, choices, strict=True):
        if shot.kind == "burst":
            by_group.setdefault(shot.group, []).append((shot.damage, choice.decision))
    return [("", "pick") in own and not any(damage and made == "pick" for damage, made in own) for own in by_group.values()]


def crops(data: Path, share: int) -> list[Bar]:
    """Proposed crops against crops off the middle, and the time they take."""
    model, random = default_scorer(), np.random.default_rng(1)
    better, whole, guessed, seconds = [], [], 0, 0.0
    for picture in photographs(data, 1, share):
        scale = min(1.0, 1024 / max(picture.shape[:2]))
        rgb = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        side = float(random.uniform(0.6, 0.75))
        left, top = (float(place) for place in random.choice([0.0, 1 - side], 2))
        off_centre = float(_Judge(rgb, model)(np.array([[left, top, left + side, top + side]]))[0])
        started = time.process_time()
        proposal = propose_crops(rgb, model)
        seconds += time.process_time() - started
        guessed += proposal.guessed
        better.append((proposal.crops[0].effect if proposal.crops else proposal.effect) > off_centre)
        box = (left, top, left + side, top + side)
        whole.append(all(_holds(box, other) for other in proposal.kept.inside))
    each = seconds / len(better)
    print(f"crops of {len(better)} photographs: {each:.2f} s CPU each, {guessed / seconds:.0f} candidates a second")
    spared = np.array(better)[np.array(whole)]
    print(f"{len(better) - len(spared)} crops off the middle cut through the subject, which a proposal never does;")
    print(f"of the {len(spared)} others {spared.sum()} are outdone, of all {len(better)} {sum(better)}")
    return [
        Bar("proposed crop better composed than one off the middle", 100 * float(np.mean(better)), 90, "%", at_most=False),
        Bar("candidates compared", guessed / seconds, 200, "a second", at_most=False),
    ]


def _holds(box: Sequence[float], other: Sequence[float]) -> bool:
    return box[0] <= other[0] and box[1] <= other[1] and box[2] >= other[2] and box[3] >= other[3]


def safety(data: Path) -> list[Bar]:
    """The commands run on a copy: originals before and after, and what exiftool and exiv2 read."""
    from typer.testing import CliRunner

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shoot = made_up(folder, photographs(data, 0, 12), 0, exif=True)
        before = {shot.path: (shot.path.read_bytes(), shot.path.stat().st_mtime_ns) for shot in shoot.shots}
        runs: list[list[str]] = [
            ["cull", name, "--xmp"],
            ["cull", name, "--keep", "20%", "--xmp", "--output", f"{name}/p.html"],
        ]
        runs += [["crop", str(shoot.shots[0].path), "--output", f"{name}/c.png", "--export", f"{name}/c.tif"]]
        runs += [["personalize", "--from-xmp", name, "--with-proposals", "--output", f"{name}/t.skops"]]
        failed = [run for run in runs if CliRunner().invoke(app, run).exit_code != 0]
        changed = sum((path.read_bytes(), path.stat().st_mtime_ns) != state for path, state in before.items())
        sidecars = sorted(folder.glob("*.JPG.xmp"))
        read = {tool: sum(_reads(tool, path) for path in sidecars) for tool in ("exiftool", "exiv2") if shutil.which(tool)}
    print(f"{len(sidecars)} sidecars of {len(shoot.shots)} frames; ratings read by {read or 'no tool, as none is installed'}")
    bars = [Bar("originals changed by the commands", changed + len(failed), 0, "files or failed commands")]
    return bars + [
        Bar(f"ratings that {tool} reads", 100 * count / len(sidecars), 100, "%", at_most=False) for tool, count in read.items()
    ]


def _reads(tool: str, path: Path) -> bool:
    wanted = path.read_text(encoding="utf-8").split('xmp:Rating="')[1].split('"')[0]
    arguments = ["-s3", "-XMP-xmp:Rating"] if tool == "exiftool" else ["-Pv", "-K", "Xmp.xmp.Rating", "print"]
    done = subprocess.run([tool, *arguments, str(path)], capture_output=True, text=True, check=False)
    return done.stdout.strip() == wanted


def large_frames(data: Path, folder: Path, count: int, per_view: int) -> list[str]:
    """Frames of 12 megapixels, ``per_view`` of each view: four photographs, mirrored and turned, with a wobble of the hand."""
    sources = []
    for path in sorted((data / "photos" / "12mp").glob("*.jpg")):
        with Image.open(path) as image:
            sources.append(np.asarray(image.convert("RGB")))
    random, start = np.random.default_rng(0), time.mktime((2024, 5, 4, 10, 0, 0, 0, 0, 0))
    paths = []
    for at in range(count):
        view, own = divmod(at, per_view)
        rgb = sources[view % len(sources)]
        turned = [rgb, rgb[:, ::-1], rgb[::-1], rgb[::-1, ::-1]][view // len(sources) % 4]
        shift = random.integers(-40, 40, 2)
        exif = Image.Exif()
        moment = time.strftime("%Y:%m:%d %H:%M:%S", time.localtime(start + 60 * view + own))
        exif.get_ifd(0x8769)[0x9003] = moment
        path = folder / f"IMG_{at:04d}.JPG"
        Image.fromarray(np.roll(turned, shift, axis=(0, 1))).save(path, quality=92, exif=exif)
        paths.append(str(path))
    return paths


def speed(data: Path, count: int, per_view: int) -> list[Bar]:
    """CPU time of sorting against decoding in full, in turn; and the wall time of two workers."""
    names = [str(name) for name in default_scorer().feature_names_in_]
    warm_up(select(names))
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        paths = large_frames(data, Path(name), count, per_view)
        _sorted(paths[: 2 * per_view], 1)
        ratios = []
        for _ in range(3):
            decode = _seconds(lambda: [cv2.imread(path) for path in paths])
            ratios.append((decode, _seconds(lambda: _sorted(paths, 1))))
        decode, whole = (float(np.median([pair[at] for pair in ratios])) for at in (0, 1))
        ratio = float(np.median([pair[1] / pair[0] for pair in ratios]))
        each = f"decode {1e3 * decode / count:.0f} ms, sorted {1e3 * whole / count:.0f} ms of CPU each"
        print(f"{count} frames, {per_view} of each view: {each}")
        walls = []
        for _ in range(2):
            start = time.perf_counter()
            _decoded_by_two(paths)
            middle = time.perf_counter()
            _sorted(paths, 2)
            walls.append((time.perf_counter() - middle) / (middle - start))
        print(f"wall, two workers each: {', '.join(f'{wall:.2f}' for wall in walls)} x; load {os.getloadavg()[0]:.1f}")
    return [Bar(f"{count} frames of 12 megapixels, {per_view} of each view, CPU", ratio, 1.7, "x full decode")]


def _sorted(paths: list[str], jobs: int) -> Any:
    frames = list(look_at_frames(paths, n_jobs=jobs))
    return cull(frames, lambda chosen: measured(chosen, jobs), default_scorer(), keep="15%")


def _decoded_by_two(paths: list[str]) -> None:
    from joblib import Parallel, delayed, parallel_config

    with parallel_config("loky", inner_max_num_threads=1):
        Parallel(n_jobs=2, batch_size=1)(delayed(_decode)(path) for path in paths)


def _decode(path: str) -> int:
    return int(cv2.imread(path).size)


def _seconds(work: Any) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--seeds", type=int, default=4, help="made-up shoots")
    options.add_argument("--frames", type=int, default=40, help="frames of 12 megapixels")
    options.add_argument("--quick", action="store_true", help="a quarter of the photographs")
    given = options.parse_args()
    print(machine())
    share = 4 if given.quick else 1
    bars = sorting(given.data, given.seeds, share)
    bars += crops(given.data, max(2, share))
    bars += safety(given.data)
    bars += speed(given.data, given.frames, 5)
    bars += speed(given.data, max(8, given.frames // 4), 1)
    print("\n" + table(bars))


if __name__ == "__main__":
    main()
