"""What a personal model says of somebody's taste: the weights of the criteria, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .kernel_fit import KernelSpace
from .personal_core import residual_core
from .personal_fit import Solution

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

COLUMNS = ("weight", "low", "high", "certainty", "residual", "verdict")
"""What is remembered of each criterion; ``verdict`` is 1, 0 or -1."""

STAGE = {"stage": str, "used": bool, "before": float, "after": float, "standard_error": float, "count": int}
"""What is remembered of each stage, and its kind."""

NINETY = 1.6448536269514722
"""Half the width of the interval that holds 90 % of a normal distribution."""

WORDS = {1: "more than most", 0: "like most", -1: "less than most"}


def said_by(solution: Solution, spreads: Floats, space: KernelSpace | None) -> dict[str, Floats]:
    """What a solution says of each criterion.

    Weights are compared with the common factor, their mean weighted by the spread of the effects: a criterion differs if the
    interval of the difference leaves out 0.
    """
    weights, criteria = solution.weights, len(solution.weights)
    share = spreads / spreads.sum() if spreads.any() else np.full(criteria, 1 / criteria)
    contrast = np.eye(criteria) - share
    prior = np.einsum("ij,jk,ik->i", contrast, solution.prior, contrast)
    after = np.einsum("ij,jk,ik->i", contrast, solution.covariance, contrast)
    own = prior > 1e-12 * max(float(np.trace(solution.prior)), 1e-300)
    error = NINETY * np.sqrt(np.maximum(np.diag(solution.covariance), 0))
    difference, doubt = contrast @ weights, NINETY * np.sqrt(np.maximum(after, 0))
    learned = np.zeros(criteria)
    if space is not None and solution.dual.any():
        core = residual_core(space, solution.dual)
        learned = (core._expansions(space.rows) - core.centres).std(axis=0)
    return {
        "weight": weights.astype(np.float64),
        "low": np.where(own, weights - error, np.nan),
        "high": np.where(own, weights + error, np.nan),
        "certainty": np.where(own, np.clip(1 - after / np.where(own, prior, 1), 0, 1), 0.0),
        "residual": learned,
        "verdict": np.where(own & (np.abs(difference) > doubt), np.sign(difference), 0.0),
    }


def taste_table(criteria: list[str], taste: Mapping[str, Floats]) -> pd.DataFrame:
    """One row per criterion, those that weigh most first."""
    import pandas as pd

    table = pd.DataFrame({name: taste[name] for name in COLUMNS}, index=pd.Index(criteria, name="criterion"))
    table["verdict"] = [WORDS[int(verdict)] for verdict in taste["verdict"]]
    return table.sort_values("weight", ascending=False, kind="stable")


def check_taste(state: Mapping[str, Any], criteria: int) -> None:
    """Refuse what a file holds as taste and stages unless it is of the right kind."""
    taste, stages = state.get("taste_"), state.get("stages_")
    if not isinstance(taste, dict) or set(taste) != set(COLUMNS):
        raise ValueError("personal model: its taste is not what this version writes")
    for name, values in taste.items():
        if not isinstance(values, np.ndarray) or values.dtype.kind != "f" or values.shape != (criteria,):
            raise ValueError(f"personal model: {name} is not one number per criterion")
    if not np.isin(taste["verdict"], (-1, 0, 1)).all():
        raise ValueError("personal model: a verdict is none of -1, 0 and 1")
    if not isinstance(stages, list) or not all(
        isinstance(stage, dict) and {key: type(value) for key, value in stage.items()} == STAGE for stage in stages
    ):
        raise ValueError("personal model: its stages are not what this version writes")
