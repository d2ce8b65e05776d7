"""Do region effects point at what matters? Deletion and insertion curves against a random order.

    python benchmarks/regions.py

Fifty photographs of OASIS, evenly from its list (the default model was fitted on its ratings, which does not matter here:
what is tested is whether the effects tell what the model looks at). Cells of the grid are neutralised one after another in
the order of decreasing effect, and the score is measured on the way; likewise in random orders. The deletion curve is the
better the lower its mean. Insertion starts from the picture with every cell neutralised and puts cells back in the same order:
the higher the better (both pass through the same kinds of pictures, so that random orders serve for both). A photograph counts
as won if its curve is better than the mean over the random orders.
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


class Deletions:
    """Scores of one photograph with ever more of its cells neutralised."""

    def __init__(self, judge: Judge, rgb: np.ndarray, grid: tuple[int, int], steps: int) -> None:
        self.judge, self.rgb, self.grid = judge, rgb, grid
        self.ground = neutral_ground(rgb)
        self.counts = np.unique(np.linspace(0, grid[0] * grid[1], steps + 1).round().astype(int))
        self.ends = self.scores([[], list(range(grid[0] * grid[1]))])

    def scores(self, chosen: Sequence[Sequence[int]]) -> list[float]:
        """Score with each choice of cells neutralised."""
        changed = (neutralised(self.rgb, self.ground, [int(cell) for cell in cells], self.grid) for cells in chosen)
        return self.judge.scores([self.judge.values(rgb) for rgb in changed]).tolist()

    def mean(self, order: Sequence[int]) -> float:
        """Mean score on the way while cells are neutralised in an order, by the trapezium rule."""
        between = self.scores([order[:count] for count in self.counts[1:-1]])
        return float(trapezoid([self.ends[0], *between, self.ends[1]], self.counts) / self.counts[-1])


def judged(path: str, grid: tuple[int, int] | None, *, steps: int, draws: int, seed: int) -> dict[str, float | str]:
    """Curves of one photograph, with the processor time that its region effects took."""
    import cv2

    cv2.setNumThreads(1)
    judge = Judge()
    warm_up(judge.records)
    started = time.process_time()
    regions = region_effects(path, grid=grid)
    grid = regions.effects.shape
    seconds = time.process_time() - started
    deletions = Deletions(judge, reduced(load_image(path), SIDE), grid, steps)
    random = np.random.default_rng(seed)
    order = np.argsort(-regions.effects, axis=None)
    return {
        "photo": Path(path).name,
        "seconds": seconds,
        "deletion": deletions.mean(order),
        # Putting cells back in an order passes through the pictures of deleting them in the reverse order.
        "insertion": deletions.mean(order[::-1]),
        "random": float(np.mean([deletions.mean(random.permutation(order.size)) for _ in range(draws)])),
    }


def main() -> None:
    """Print the table."""
    options = parser(__doc__)
    options.add_argument("--photos", type=int, default=50)
    options.add_argument("--grid", type=int, nargs=2, metavar=("ROWS", "COLUMNS"), help="[default: that of region_effects]")
    options.add_argument("--steps", type=int, default=6, help="measurements along each curve")
    options.add_argument("--draws", type=int, default=3, help="random orders per photograph")
    given = options.parse_args()
    from joblib import Parallel, delayed, parallel_config

    print(environment())
    paths = oasis(given.data)["path"].tolist()
    paths = [paths[int(place)] for place in np.linspace(0, len(paths) - 1, given.photos)]
    grid = None if given.grid is None else (given.grid[0], given.grid[1])
    settings = {"steps": given.steps, "draws": given.draws}
    calls = (delayed(judged)(path, grid, seed=given.seed + number, **settings) for number, path in enumerate(paths))
    rows = []
    with progress_bar("Deleting regions", len(paths)) as advance, parallel_config("loky", inner_max_num_threads=1):
        for row in Parallel(n_jobs=given.jobs, return_as="generator")(calls):
            rows.append(row)
            advance()
    table = pd.DataFrame(rows)
    lower, higher = table["deletion"] < table["random"], table["insertion"] > table["random"]
    cells = "the grid of region_effects" if grid is None else f"{grid[0]} x {grid[1]} cells"
    print(f"{len(table)} photographs, {cells}, {given.draws} random orders, {given.steps} steps")
    print(f"deletion falls faster than a random order: {lower.mean():.0%} of them (bar {BAR:.0%})")
    print(f"insertion rises faster than a random order: {higher.mean():.0%}")
    means = table[["deletion", "random", "insertion"]].mean()
    print(
        f"mean score on the way: deletion {means.iloc[0]:.3f}, random order {means.iloc[1]:.3f}, insertion {means.iloc[2]:.3f}"
    )
    print(
        f"processor time of region_effects: median {table['seconds'].median():.2f} s, most {table['seconds'].max():.2f} s "
        f"(bar {SECONDS:g} s on one core)"
    )


if __name__ == "__main__":
    main()
