"""Small tables on which cores and regressors are fitted."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture(scope="session")
def table() -> SimpleNamespace:
    """300 rows of 9 columns in 4 groups, with gaps: column 4 has missing values, column 5 is constant, 8 all missing.

    The target depends on column 0, on columns 1 and 2 together (one group), and on whether column 4 is missing.
    """
    random = np.random.default_rng(0)
    X = random.normal(size=(300, 9))
    y = X[:, 0] + np.sin(2 * X[:, 1]) * X[:, 2] + 0.1 * random.normal(size=300) + 5
    X[::6, 4] = np.nan
    y[::6] += 1
    X[:, 5] = 3.0
    X[:, 8] = np.nan
    groups = np.array([0, 1, 1, 1, 2, 2, 2, 0, 3])
    return SimpleNamespace(X=X, y=y, groups=groups, n_groups=4, weight=random.integers(0, 4, 300).astype(float))
