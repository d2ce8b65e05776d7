"""Does a fit of a million photographs stay in memory, and how long does it take? Synthetic features.

    python benchmarks/million.py --trees 50 --bags 1

Peak memory hardly depends on the number of trees and of bags, which grow one after another; time is in proportion to both.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time

import numpy as np
import pandas as pd
from rated_photographs import environment, interpretable

from iaa_classic.features import select
from iaa_classic.models import AestheticRegressor


def main() -> None:
    """Print seconds and the highest resident memory of this process."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--columns", type=int, default=150)
    options.add_argument("--trees", type=int, default=200)
    options.add_argument("--bags", type=int, default=10)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    print(environment())
    names = [record.name for record in interpretable(select("all"))][: given.columns]
    random = np.random.default_rng(given.seed)
    X = pd.DataFrame(random.standard_normal((given.rows, given.columns)), columns=names, copy=False)
    y = X.iloc[:, :10].to_numpy().sum(axis=1) + random.standard_normal(given.rows)
    model = AestheticRegressor("gbm", n_trees=given.trees, n_bags=given.bags, monotonic=False, random_state=given.seed)
    start = time.perf_counter()
    model.fit(X, y)
    took = time.perf_counter() - start
    start = time.perf_counter()
    some = X.iloc[:10_000]
    gap = np.abs(model.baseline_ + model.breakdown(some).sum(axis=1) - model.predict(some)).max()
    print(f"{given.rows:,} rows by {given.columns} features, {given.bags} bags of {given.trees} trees: fit {took:.0f} s")
    print(f"breakdown and prediction of 10,000 rows: {time.perf_counter() - start:.1f} s; largest |sum - score| {gap:.1e}")
    unit = 2**30 if sys.platform == "darwin" else 2**20
    print(f"highest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.1f} GB")


if __name__ == "__main__":
    main()
