"""``train``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..tasks import Task
from .evaluating import levels_of
from .judging import Measuring, judged, measure_rated, print_evaluation, tell_notes
from .rated import Asked, Rated, check_answers, read_rated
from .tables import check_file, console, readable


def train(asked: Asked, *, output: Path, model: str, folds: int, seed: int, how: Measuring, force: bool = False) -> int:
    """Fit a model on rated photographs, cross-validate it, save it; returns the exit status."""
    from ..persistence import save_model

    check_file(output, ".skops", "a model file", force=force)
    rated = read_rated(asked)
    tell_notes(rated)
    check_answers(rated, asked.task)
    X, rated, status = measure_rated(rated, how)
    if status:
        check_answers(rated, asked.task)
    estimator = asked.task.estimator(model, seed=seed, levels=levels_of(asked, rated))
    evaluation = judged(estimator, X, rated, asked.task, folds=folds, seed=seed, official=False)
    print_evaluation(evaluation, rated)
    if rated.scale is not None and "scale" in estimator.get_params():
        estimator.set_params(scale=tuple(map(float, rated.scale)))
    fitted = asked.task.fit(estimator, X, answers_for_fit(rated, asked.task), rated.column("group"))
    save_model(fitted, output)
    console().print(
        f"Saved the model, fitted on all {len(rated)} photographs, to {readable(str(output))}", highlight=False, soft_wrap=True
    )
    return status


def answers_for_fit(rated: Rated, task: Task) -> Any:
    """The answers as the estimator is to know them: classes and attributes by name."""
    import pandas as pd

    if task.name == "class":
        names = np.array(rated.names, dtype=object)
        with suppress(ValueError):
            names = names.astype(float)  # classes that are numbers stay numbers, in their order
        return names[rated.answers.astype(int)]
    if task.name == "attributes":
        return pd.DataFrame(rated.answers, columns=list(rated.names))
    return rated.answers
