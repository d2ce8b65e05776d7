"""What ``train --representation`` adds to ``train``: learned content as one more criterion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import UserError
from ..tasks import Task
from .judging import Measuring
from .rated import Rated
from .tables import console

_DESCRIBED = 2000
"""Photographs of which what words are made of is held in memory; more are decoded again for every fold."""


def content_estimator(named: str, task: Task, estimator: Any, *, seed: int, how: Measuring, keep_names: bool) -> Any:
    """A ``ContentRegressor`` around the estimator; None for ``none``.

    Raises
    ------
    UserError
        If there is no such representation, or the task is not to predict a score.
    """
    if named == "none":
        if keep_names:
            raise UserError("--keep-names has no meaning without --representation: no photograph is remembered")
        return None
    if task.name != "score":
        raise UserError(f"--representation works with --task score; the task {task.name} uses --representation none")
    from ..models import ContentRegressor

    return ContentRegressor(_representation(named, seed, how), estimator, keep_names=keep_names)


def _representation(named: str, seed: int, how: Measuring) -> Any:
    from .. import representations

    options: dict[str, Any] = {"n_jobs": how.jobs, "max_pixels": how.max_pixels}
    if named == "fisher":
        return representations.FisherVector(random_state=seed, **options)
    if named == "bovw":
        return representations.BagOfVisualWords(random_state=seed, **options)
    kind, _, path = named.partition(":")
    if kind != "onnx" or not path:
        raise UserError(f"--representation must be fisher, bovw, onnx:PATH or none, got {named!r}")
    if not Path(path).is_file():
        raise UserError(f"--representation {named}: there is no file {path}")
    return representations.Embedding(path, **options)


def with_pictures(X: pd.DataFrame, learned: Any, how: Measuring) -> pd.DataFrame:
    """The table with a column of pictures: descriptions that need no second decoding, or paths if there are many."""
    from ..representations import Embedding, describe

    paths = pd.Series([str(path) for path in X.index], dtype=object)
    representation = learned.representation
    if isinstance(representation, Embedding):
        pictures = representation.described(paths)
    elif len(paths) <= _DESCRIBED:
        pictures = describe(paths, parts=["cells"], n_jobs=how.jobs, max_pixels=how.max_pixels)
    else:
        pictures = paths
    return X.assign(picture=pictures.to_numpy())


def print_share(fitted: Any, X: pd.DataFrame, rated: Rated) -> None:
    """How the score divides between criteria and learned content, over photographs that a second fit has not seen."""
    share = held_out_share(fitted, X, rated)
    console().print(
        f"Learned content has the weight {fitted.share_:.2f}; interpretable criteria explain {share:.0%} of the variance of "
        "scores of photographs unseen",
        highlight=False,
        soft_wrap=True,
    )


def held_out_share(fitted: Any, X: pd.DataFrame, rated: Rated) -> float:
    """``explained_share`` over a fifth of the photographs, of a model fitted on the others with the weights chosen."""
    from sklearn.base import clone
    from sklearn.model_selection import GroupKFold, KFold

    groups = rated.column("group")
    if min(len(X), len(X) if groups is None else len(set(groups))) < 5:
        return float("nan")
    folds: Any = KFold(5, shuffle=True, random_state=0) if groups is None else GroupKFold(5)
    train, test = next(iter(folds.split(X, groups=groups)))
    model = clone(fitted).set_params(shares=(fitted.share_,), costs=(fitted.cost_,))
    return float(model.fit(X.iloc[train], rated.answers[train]).explained_share(X.iloc[test]))
