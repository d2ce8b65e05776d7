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


def train(
    asked: Asked,
    *,
    output: Path,
    model: str,
    folds: int,
    seed: int,
    how: Measuring,
    force: bool = False,
    representation: str = "none",
    keep_names: bool = False,
) -> int:
    """Fit a model on rated photographs, cross-validate it, save it; returns the exit status."""
    from ..persistence import save_model
    from .representing import content_estimator, print_share, with_pictures

    check_file(output, ".skops", "a model file", force=force)
    rated = read_rated(asked)
    tell_notes(rated)
    check_answers(rated, asked.task)
    X, rated, status = measure_rated(rated, how)
    if status:
        check_answers(rated, asked.task)
    estimator = asked.task.estimator(model, seed=seed, levels=levels_of(asked, rated))
    learned = content_estimator(representation, asked.task, estimator, seed=seed, how=how, keep_names=keep_names)
    if learned is not None:
        estimator, X = learned, with_pictures(X, learned, how)
    evaluation = judged(estimator, X, rated, asked.task, folds=folds, seed=seed, official=False)
    print_evaluation(evaluation, rated)
    parameter = "scale" if learned is None else "regressor__scale"
    if rated.scale is not None and parameter in estimator.get_params():
        estimator.set_params(**{parameter: tuple(map(float, rated.scale))})
    fitted = asked.task.fit(estimator, X, answers_for_fit(rated, asked.task), rated.column("group"))
    if learned is not None:
        print_share(fitted, X, rated)
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
