"""What the drivers share: read the task, time every function on every picture, print the figures as JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Step = Callable[[str, dict[str, Any]], Any]


def count(result: Any) -> int:
    """How many numbers a result holds."""
    if isinstance(result, Mapping):
        return sum(map(count, result.values()))
    if isinstance(result, (list, tuple)):
        return sum(map(count, result))
    if isinstance(result, np.ndarray):
        return int(result.size)
    return 0 if result is None or isinstance(result, str) else 1


def cpu() -> float:
    """CPU seconds of this process and of the programs that it has run."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def reduced(path: str, side: int, folder: Path) -> str:
    """The file to measure: the picture itself, or a lossless copy whose longer side is ``side``."""
    if not side:
        return path
    import cv2

    picture = cv2.imread(path)
    if picture is None:
        raise SystemExit(f"{path} cannot be read")
    scale = side / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    copy = folder / f"{Path(path).stem}.png"
    cv2.imwrite(str(copy), small)
    return str(copy)


def once(steps: Mapping[str, Step], path: str) -> dict[str, Any]:
    """Seconds and numbers of every function on one picture; one that raises is named, and its time is not counted."""
    state: dict[str, Any] = {}
    seconds, values, failed = {}, 0, {}
    for name, step in steps.items():
        start = time.process_time(), cpu()
        try:
            result = step(path, state)
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"
            continue
        with_children = cpu() - start[1]
        own = time.process_time() - start[0]
        seconds[name] = with_children if with_children > own + 0.05 else own
        values += count(result)
    return {"seconds": seconds, "values": values, "failed": failed}


def run(prepare: Callable[[dict[str, Any]], tuple[Mapping[str, Step], dict[str, str]]]) -> None:
    """Do the task on standard input: one run per picture that is not counted, then ``repeats`` that are."""
    task = json.load(sys.stdin)
    steps, left_out = prepare(task)
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        files = [reduced(path, task["side"], Path(scratch)) for path in task["pictures"]]
        once(steps, files[0])
        runs = [[once(steps, file) for file in files] for _ in range(task["repeats"])]
        os.chdir("/")
    print(json.dumps({"left_out": left_out, "runs": runs}))
