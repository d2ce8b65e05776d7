"""Other packages on the same pictures, each in an environment of its own that is made from the package index.

The versions are those that were found to work. pyaesthetics asks for the OpenCV that needs a display and for rembg, which it
does not import; it gets the headless OpenCV, and no rembg.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

DRIVERS = Path(__file__).resolve().parent / "peers"

_COMMON = ("numpy==2.4.6", "scipy==1.17.1", "scikit-image==0.26.0", "matplotlib==3.11.2", "pillow==13.0.0")


@dataclass(frozen=True)
class Peer:
    """A package to install without its own list of requirements, and what it needs instead."""

    name: str
    package: str
    needs: tuple[str, ...]


ATHEC = Peer("athec", "athec==0.1.2", (*_COMMON, "pyemd==1.1.0", "opencv-contrib-python-headless==4.14.0.94"))
PYAESTHETICS = Peer(
    "pyaesthetics",
    "pyaesthetics==0.0.8.11",
    (*_COMMON, "imutils==0.5.4", "opencv-python-headless==4.14.0.94", "pandas==3.1.1", "pytesseract==0.3.13", "tqdm==4.70.1"),
)


@dataclass(frozen=True)
class Timing:
    """What came of a package: CPU seconds for each picture (median of the repeats), and how many numbers they gave."""

    name: str
    seconds: list[float]
    values: int
    by_function: dict[str, float]
    left_out: dict[str, str]
    failed: dict[str, str]


def python_of(peer: Peer, folder: Path) -> Path:
    """The interpreter of a package's environment, which is made where it is absent."""
    place = folder / peer.package.replace("==", "-")
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    complete = place / "complete"
    if not complete.is_file():
        print(f"Making an environment for {peer.package} in {place}", file=sys.stderr)
        venv.create(place, with_pip=True, clear=True)
        quiet = [str(python), "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*quiet, *peer.needs], check=True)
        subprocess.run([*quiet, "--no-deps", peer.package], check=True)
        complete.touch()
    return python


def timing(
    peer: Peer, pictures: Sequence[Path], folder: Path, *, side: int = 0, repeats: int, source: Path | None = None
) -> Timing:
    """Time a package on ``pictures``, brought to ``side`` pixels (0: as they are) outside of what is timed."""
    files = [str(path.resolve()) for path in pictures]
    task = {"pictures": files, "side": side, "repeats": repeats, "source": str(source.resolve()) if source else None}
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [str(python_of(peer, folder)), str(DRIVERS / f"{peer.name}_driver.py")],
        input=json.dumps(task),
        env=os.environ | single,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{peer.package} could not be timed:\n{done.stderr}")
    return summary(peer.package, json.loads(done.stdout.splitlines()[-1]))


def summary(name: str, answer: dict[str, Any]) -> Timing:
    """Medians of a driver's answer."""
    runs = answer["runs"]
    totals = np.array([[sum(picture["seconds"].values()) for picture in turn] for turn in runs])
    every = [picture for turn in runs for picture in turn]
    failed = {function: why for picture in every for function, why in picture["failed"].items()}
    done = {function for picture in every for function in picture["seconds"]}
    if not done:
        raise RuntimeError(f"{name}: no function worked: {failed}")
    by_function = {
        function: float(np.median([picture["seconds"][function] for picture in every if function in picture["seconds"]]))
        for function in sorted(done)
    }
    values = int(np.median([picture["values"] for picture in every]))
    return Timing(name, np.median(totals, axis=0).tolist(), values, by_function, answer["left_out"], failed)
