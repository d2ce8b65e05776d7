"""Do region effects point at what matters? Deletion and insertion curves against a random order.

    python benchmarks/regions.py

Fifty photographs of OASIS, evenly from its list (the default model was fitted on its ratings, which does not matter here:
what is tested is whether the effects tell what the model looks at). Cells of the grid are neutralised one after another in
the order of decreasing effect, and the score is measured on the way; likewise in random orders. The deletion curve is the
better the lower its mean. Insertion starts from the picture with every cell neutralised and puts cells back in the same order:
the higher the better. A photograph counts as won if its curve is better than the mean over the random orders.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from rated_photographs import environment, oasis, parser
from scipy.integrate import trapezoid

from iaa_classic import load_image, region_effects
from iaa_classic.compiling import warm_up
from iaa_classic.explanation.judging import Judge
from iaa_classic.explanation.regions import SIDE, neutral_ground, neutralised, reduced
from iaa_classic.progress import progress_bar

BAR, SECONDS = 0.8, 5.0


def curve(judge: Judge, rgb: np.ndarray, order: Sequence[int], grid: tuple[int, int], *, steps: int, insert: bool) -> float:
    """Mean score on the way while cells are neutralised (or put back) in an order, by the trapezium rule."""
    ground, cells = neutral_ground(rgb), [int(cell) for cell in order]
    counts = np.unique(np.linspace(0, len(cells), steps + 1).round().astype(int))
    chosen = [cells[count:] if insert else cells[:count] for count in counts]
    scores = judge.scores([judge.values(neutralised(rgb, ground, some, grid)) for some in chosen])
    return float(trapezoid(scores, counts) / len(cells))


def judged(path: str, grid: tuple[int, int], *, steps: int, draws: int, seed: int) -> dict[str, float | str]:
    """Curves of one photograph, with the processor time that its region effects took."""
    import cv2

    cv2.setNumThreads(1)
    judge = Judge()
    warm_up(judge.records)
    started = time.process_time()
    regions = region_effects(path, grid=grid)
    seconds = time.process_time() - started
    rgb = reduced(load_image(path), SIDE)
    random = np.random.default_rng(seed)
    order = np.argsort(-regions.effects, axis=None)
    orders = [random.permutation(regions.effects.size) for _ in range(draws)]
    row: dict[str, float | str] = {"photo": Path(path).name, "seconds": seconds, "cells": regions.effects.size}
    for name, insert in (("deletion", False), ("insertion", True)):
        row[name] = curve(judge, rgb, order, grid, steps=steps, insert=insert)
        chance = [curve(judge, rgb, other, grid, steps=steps, insert=insert) for other in orders]
        row[f"{name} at random"] = float(np.mean(chance))
    return row


def main() -> None:
    """Print the table."""
    options = parser(__doc__)
    options.add_argument("--photos", type=int, default=50)
    options.add_argument("--rows", type=int, default=8)
    options.add_argument("--columns", type=int, default=8)
    options.add_argument("--steps", type=int, default=8, help="measurements along each curve")
    options.add_argument("--draws", type=int, default=3, help="random orders per photograph")
    given = options.parse_args()
    from joblib import Parallel, delayed, parallel_config

    print(environment())
    paths = oasis(given.data)["path"].tolist()
    paths = [paths[int(place)] for place in np.linspace(0, len(paths) - 1, given.photos)]
    grid = (given.rows, given.columns)
    settings = {"steps": given.steps, "draws": given.draws}
    calls = (delayed(judged)(path, grid, seed=given.seed + number, **settings) for number, path in enumerate(paths))
    rows = []
    with progress_bar("Deleting regions", len(paths)) as advance, parallel_config("loky", inner_max_num_threads=1):
        for row in Parallel(n_jobs=given.jobs, return_as="generator")(calls):
            rows.append(row)
            advance()
    table = pd.DataFrame(rows)
    lower = table["deletion"] < table["deletion at random"]
    higher = table["insertion"] > table["insertion at random"]
    print(f"{len(table)} photographs, {grid[0]} x {grid[1]} cells, {given.draws} random orders, {given.steps} steps")
    print(f"deletion falls faster than a random order: {lower.mean():.0%} of them (bar {BAR:.0%}); mean score on the way")
    print(f"  {table['deletion'].mean():.3f} against {table['deletion at random'].mean():.3f}")
    print(f"insertion rises faster than a random order: {higher.mean():.0%}")
    print(f"  {table['insertion'].mean():.3f} against {table['insertion at random'].mean():.3f}")
    print(
        f"processor time of region_effects: median {table['seconds'].median():.2f} s, most {table['seconds'].max():.2f} s "
        f"(bar {SECONDS:g} s on one core)"
    )


if __name__ == "__main__":
    main()
