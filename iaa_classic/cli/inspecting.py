"""``inspect``: what the command does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from ..errors import UserError
from ..progress import progress_bar
from ..tasks import TASKS
from .tables import console, heading, notices, readable, write_text

if TYPE_CHECKING:
    from ..explanation.model_report import ModelReport
    from .rated import Rated

_TASK_OF = {"AestheticClassifier": "class", "ScoreDistributionRegressor": "distribution", "AttributeRegressor": "attributes"}
"""What is read of a table of ratings for each kind of model; the mean rating for all others."""

_TOP = 12
"""Features that are printed."""


def inspect(
    asked: Any,
    model: str | None,
    *,
    how: Any,
    of: str | None,
    basis: str | None,
    scale: tuple[float, float] | None,
    folds: int,
    seed: int,
    limit: int | None,
    page: Path | None,
    report: Path | None,
    force: bool,
) -> int:
    """Report on a model over rated photographs; returns the exit status."""
    from ..default import default_model
    from ..explanation.explanation import require_catalogue
    from ..explanation.model_report import model_report
    from ..persistence import load_model
    from .judging import measure_rated, tell_notes
    from .rated import limited, read_rated

    loaded = default_model() if model is None else load_model(model)
    fitted = getattr(loaded, "steps", [("", loaded)])[-1][1]
    names = require_catalogue([str(name) for name in _columns(fitted)])
    asked, of = _asked_for(asked, fitted, of)
    rated = limited(read_rated(asked), limit, seed)
    tell_notes(rated)
    X, rated, status = measure_rated(rated, replace(how, features=",".join(names)), all_features=True)
    if not len(rated):
        raise UserError(f"{rated.title}: none of the rated photographs could be read")
    if model is None and basis is None and asked.dataset in ("oasis", "vessel"):
        basis = "in-sample"  # docs/model_card.md
    with stages() as tell:
        made = model_report(
            fitted,
            X.reset_index(drop=True),
            _answers(rated, asked.task, fitted),
            groups=rated.column("group"),
            categories=rated.column("category"),
            sources=list(rated.frame["path"]),
            of=of,
            basis=basis,  # type: ignore[arg-type]
            rating_scale=_scale(scale, rated, fitted),
            n_splits=folds,
            seed=seed,
            tell=tell,
        )
    called = "The built-in model" if model is None else Path(model).name
    print_report(made, f"{called} on {rated.title}")
    _write(made, f"{called} on {rated.title}", page, report, force=force)
    return status


def _columns(fitted: Any) -> Any:
    """Names of the columns that a model was fitted with."""
    names = getattr(fitted, "feature_names_in_", None)
    if names is None:
        raise UserError("the model was fitted on columns without names, so that photographs cannot be measured for it")
    return names


def _asked_for(asked: Any, fitted: Any, of: str | None) -> tuple[Any, Any]:
    """What has to be read for this kind of model, and which class or attribute is meant."""
    kind = type(fitted).__name__
    task = TASKS[_TASK_OF.get(kind, "score")]
    if kind == "AttributeRegressor" and of is not None:
        targets = asked.targets or (of,)
        return replace(asked, task=task, targets=targets[:1]), of
    if kind == "AttributeRegressor":
        task = TASKS["score"]
    if kind == "ScoreDistributionRegressor" and asked.targets:
        task = TASKS["score"]
    if kind == "AestheticClassifier" and of is not None:
        classes = fitted.classes_.tolist()
        of_ = next((one for one in classes if str(one) == of or (isinstance(one, float) and f"{one:g}" == of)), of)
        return replace(asked, task=task), of_
    return replace(asked, task=task), of


def _answers(rated: Rated, task: Any, fitted: Any) -> Any:
    """Ratings as ``model_report`` takes them."""
    from .training import answers_for_fit

    if task.name == "class":
        return answers_for_fit(rated, task)
    return rated.answers[:, 0] if task.name == "attributes" else rated.answers


def _scale(asked: tuple[float, float] | None, rated: Rated, fitted: Any) -> tuple[float, float] | None:
    """Ends of the ratings' scale, where they are known and not the model's."""
    if asked is not None or rated.scale is None or type(fitted).__name__ in ("AestheticClassifier", "AestheticRanker"):
        return asked
    low, high = map(float, rated.scale)
    # A model that was given no scale has the lowest and highest rating that it saw: the same scale, not all of it used.
    ends = getattr(fitted, "scale_", (low, high))
    narrow = getattr(fitted, "scale", ends) is None and low <= ends[0] < ends[1] <= high
    return None if narrow else (low, high)


@contextmanager
def stages() -> Iterator[Callable[[str, int, int], None]]:
    """Progress bars on standard error, one after the other; gives what ``model_report`` tells."""
    with ExitStack() as stack:
        shown: dict[str, Any] = {"stage": "", "done": 0}

        def tell(stage: str, done: int, total: int) -> None:
            if stage != shown["stage"]:
                stack.pop_all().close()
                shown.update(stage=stage, done=0, advance=stack.enter_context(progress_bar(stage, total)))
            for _ in range(shown["done"], done):
                shown["advance"]()
            shown["done"] = max(shown["done"], done)

        yield tell


def print_report(report: ModelReport, title: str) -> None:
    """The summary, and tables of criteria and of the strongest features."""
    out = console()
    heading(f"{title}: {report.settings['photographs']} photographs")
    for sentence in report.summary():
        out.print(readable(sentence), highlight=False)
    out.print(readable(f"{report.basis_text}"), style="dim", highlight=False)
    for note in report.settings["notes"]:
        out.print(readable(note), style="dim", highlight=False)
    _print_table("Criteria", report, report.criteria.sort_values("effect", ascending=False))
    _print_table("Features", report, report.features.head(_TOP))


def _print_table(title: str, report: ModelReport, rows: Any) -> None:
    table = Table()
    table.add_column(title)
    if title == "Criteria":
        table.add_column("Share of variance", justify="right")
    else:
        table.add_column("Criterion")
        table.add_column("Trend", justify="right")
    agreement = report.settings["agreement"]
    for name in ("Mean absolute effect", f"Drop of {agreement}, shuffled", f"Rise of {report.settings['error']}, shuffled"):
        table.add_column(name, justify="right")
    for name, row in rows.iterrows():
        own = (
            (readable(str(name)), "" if np.isnan(row["share"]) else f"{100 * row['share']:.0f} %")
            if title == "Criteria"
            else (readable(row["label"]), readable(row["criterion"]), "" if np.isnan(row["trend"]) else f"{row['trend']:+.2f}")
        )
        table.add_row(*own, *(_with_interval(row, by) for by in ("effect", "drop", "rise")))
    console().print(table)


def _with_interval(row: Any, by: str) -> str:
    if np.isnan(row[by]):
        return "undefined"
    return f"{row[by]:.3f} [dim]{row[f'{by}_low']:.3f} to {row[f'{by}_high']:.3f}[/]"


def _write(report: ModelReport, title: str, page: Path | None, figures: Path | None, *, force: bool) -> None:
    """The page and the report for machines, where they are asked for."""
    if page is not None:
        from ..report.model_page import model_page

        pictures = sum(map(len, (report.best, report.worst, report.underrated, report.overrated)))
        with progress_bar("Drawing", pictures) as advance:
            text = model_page(report, title, finished=advance)
        write_text(text, page, force=force)
        notices().print(f"Wrote the page {readable(str(page))}", highlight=False, soft_wrap=True)
    if figures is not None:
        from .evaluating import environment

        told = {"title": title} | report.to_dict() | {"environment": environment()}
        write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", figures, force=force)
        notices().print(f"Wrote the report {readable(str(figures))}", highlight=False, soft_wrap=True)
