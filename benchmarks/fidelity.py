"""Do the numbers move when the photograph does? Controlled changes of real photographs, and the shares that follow.

    python benchmarks/fidelity.py

Applies every change of ``iaa_classic.fidelity`` in three strengths to the 24 Kodak photographs and the wallpapers (reduced to
``--side`` pixels), and prints for every declared case the share of photographs whose value moved as declared, per strength, and
monotonically over strengths. A feature that does not move at all counts as failing. Writes the table with ``--output``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from rated_photographs import environment, parser, photographs, pixels

from iaa_classic.features import select
from iaa_classic.fidelity import CHANGES, TECHNICAL, fidelity, follow
from iaa_classic.progress import progress_bar

BAR = 0.95


def reduced(path: Path, side: int) -> np.ndarray:
    """A photograph whose long side is at most ``side`` pixels."""
    rgb = pixels(path)
    scale = side / max(rgb.shape[:2])
    return rgb if scale >= 1 else cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def moves(path: Path, side: int) -> dict[str, np.ndarray]:
    """How all features moved on one photograph."""
    cv2.setNumThreads(1)
    return follow([reduced(path, side)])


def measured(paths: Sequence[Path], *, side: int, jobs: int) -> pd.DataFrame:
    """The table of cases with the shares over ``paths``."""
    found = []
    with progress_bar("Changing", len(paths)) as advance:
        for result in Parallel(n_jobs=jobs, return_as="generator")(delayed(moves)(path, side) for path in paths):
            found.append(result)
            advance()
    joined = {name: np.concatenate([result[name] for result in found]) for name in found[0]}
    return fidelity(joined)


def main() -> None:
    """Print the table."""
    options = parser(__doc__)
    options.add_argument("--side", type=int, default=1024, help="long side to which larger photographs are reduced")
    options.add_argument("--output", type=Path, help="CSV file for the table")
    given = options.parse_args()
    print(environment())
    folders = [given.data / "photos" / name for name in ("kodak", "wallpapers")]
    paths = [path for folder in folders for path in photographs(folder)]
    table = measured(paths, side=given.side, jobs=given.jobs)
    if given.output:
        table.to_csv(given.output, index=False)
    shown = table.assign(direction=table["direction"].map({1: "rises", -1: "falls"})).drop(columns="strengths")
    print(f"{len(paths)} photographs, {len(CHANGES)} changes in three strengths, {len(table)} cases")
    with pd.option_context("display.width", 160, "display.max_rows", None):
        print(shown.to_string(index=False, float_format=lambda share: f"{100 * share:.0f} %"))
    technical = [record for record in select("all") if record.criterion in TECHNICAL]
    reasons = sum(bool(record.no_case) for record in technical)
    best = table[table["criterion"].isin(TECHNICAL)].groupby("feature")["strong"].min()
    print(f"technical features: {len(technical)}, {len(best)} with a case, {reasons} with a reason why there is none")
    print(f"moved as declared on at least {BAR:.0%} of photographs (strong form): {(best >= BAR).sum()} of {len(best)}")
    for name, share in best[best < BAR].sort_values().items():
        print(f"  below: {name} {share:.1%}")


if __name__ == "__main__":
    main()
