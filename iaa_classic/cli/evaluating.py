"""``evaluate``."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import UserError
from .judging import Measuring, judged, measure_rated, print_evaluation, tell_notes
from .rated import Asked, Rated, check_answers, limited, read_rated
from .tables import check_file, notices, readable, write_text

if TYPE_CHECKING:
    from ..evaluation import Evaluation


def evaluate(
    asked: Asked,
    *,
    model: str,
    split: str | None,
    folds: int,
    seed: int,
    limit: int | None,
    how: Measuring,
    page: Path | None = None,
    report: Path | None = None,
    force: bool = False,
) -> int:
    """Say how well a kind of model predicts answers that it has not seen; returns the exit status."""
    check_file(page, ".html", "a report", force=force)
    check_file(report, ".json", "figures for machines", force=force)
    rated = limited(read_rated(asked), limit, seed)
    official = takes_official_split(rated, split)
    tell_notes(rated)
    check_answers(rated, asked.task)
    X, rated, status = measure_rated(rated, how)
    if status:
        check_answers(rated, asked.task)
    estimator = asked.task.estimator(model, seed=seed, levels=levels_of(asked, rated))
    evaluation = judged(estimator, X, rated, asked.task, folds=folds, seed=seed, official=official)
    print_evaluation(evaluation, rated)
    _write(evaluation, rated, page, report, force=force)
    return status


def takes_official_split(rated: Rated, split: str | None) -> bool:
    """Whether to fit and judge on the dataset's own parts: as asked, else if it has them."""
    has = rated.column("split") is not None
    if split == "official" and not has:
        raise UserError(f"{rated.title} has no official split with photographs to fit on and to judge; use --split folds")
    return has if split is None else split == "official"


def levels_of(asked: Asked, rated: Rated) -> tuple[float, ...] | None:
    """The levels of a distribution."""
    return rated.names if asked.task.name == "distribution" else None


def _write(evaluation: Evaluation, rated: Rated, page: Path | None, report: Path | None, *, force: bool) -> None:
    """The page and the figures for machines, where they are asked for."""
    if page is not None:
        from ..report.evaluation import evaluation_page

        write_text(evaluation_page(evaluation, rated.title), page, force=force)
        notices().print(f"Wrote the page {readable(str(page))}", highlight=False, soft_wrap=True)
    if report is not None:
        told = {"title": rated.title, "source": rated.source} | evaluation.to_dict()
        told |= {"notes": list(rated.notes), "missing": rated.missing, "environment": environment()}
        write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", report, force=force)
        notices().print(f"Wrote the figures {readable(str(report))}", highlight=False, soft_wrap=True)


def environment() -> dict[str, Any]:
    """Versions on which figures may depend."""
    import numpy
    import sklearn

    return {
        "iaa-classic": __version__,
        "numpy": numpy.__version__,
        "scikit-learn": sklearn.__version__,
        "python": platform.python_version(),
    }
