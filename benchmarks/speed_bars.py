"""The bars of speed and memory, each beside the figure that was measured, and the machine that it was measured on."""

from __future__ import annotations

import math
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rated_photographs import environment

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENCV_NUM_THREADS")


@dataclass(frozen=True)
class Bar:
    """A figure and what it may be at most, or must be at least; ``aim`` is what would be better still."""

    what: str
    figure: float
    limit: float
    unit: str
    at_most: bool = True
    aim: float | None = None

    @property
    def met(self) -> bool:
        """Whether the figure keeps to the limit; NaN does not."""
        return self.figure <= self.limit if self.at_most else self.figure >= self.limit

    def row(self) -> tuple[str, str, str, str]:
        """What is printed of it."""
        sign = "at most" if self.at_most else "at least"
        aim = f", aim {self.aim:g}" if self.aim is not None else ""
        return (self.what, f"{self.figure:.2f} {self.unit}", f"{sign} {self.limit:g}{aim}", "met" if self.met else "NOT MET")

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return asdict(self) | {"figure": None if math.isnan(self.figure) else self.figure, "met": self.met}


def table(bars: list[Bar]) -> str:
    """The bars in columns."""
    rows = [("bar", "figure", "limit", ""), *(bar.row() for bar in bars)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def machine() -> str:
    """Versions, processor, cores, threads and how busy the machine is, one a line."""
    import cv2
    from threadpoolctl import threadpool_info

    set_ = ", ".join(f"{name}={os.environ[name]}" for name in THREADS if name in os.environ) or "none set"
    pools = ", ".join(f"{pool['internal_api']} {pool['num_threads']}" for pool in threadpool_info())
    lines = [
        environment(),
        f"Processor: {_processor()}, {_usable_cores()} of {os.cpu_count()} cores usable",
        f"Threads: OpenCV {cv2.getNumThreads()}, {pools or 'no other pool loaded'}; variables: {set_}",
    ]
    if hasattr(os, "getloadavg"):
        lines.append("Load before the run (1, 5, 15 minutes): " + ", ".join(f"{load:.1f}" for load in os.getloadavg()))
    return "\n".join(lines)


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
