"""``rank``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from ..errors import UserError
from ..explanation import Explanation, FeatureEffect, explain_row
from ..explanation.explanation import quantity, require_catalogue
from ..explanation.rounding import summing_to
from ..features import select
from ..measuring import Measurement
from .inputs import chosen_model, measured, photographs
from .judging import Measuring
from .kinds import scale_line
from .scoring import report_failures
from .tables import console, heading, portable, readable, shortened

if TYPE_CHECKING:
    import pandas as pd

    from ..models import AdditiveModel

_DECIDING = 3
"""Criteria whose features are shown of two photographs."""

_FEATURES = 3
"""Features shown of each."""

_HALF = 0.005
"""Half of the last digit that is printed."""


@dataclass(frozen=True)
class Ranked:
    """A photograph with its score, the share of the model's photographs that score lower, and the criteria's effects.

    ``printed`` holds the effects rounded so that they sum to the rounded score less the rounded baseline.
    """

    path: str
    score: float
    percentile: float
    effects: dict[str, float]
    printed: dict[str, float]
    row: pd.DataFrame
    measurement: Measurement


@dataclass(frozen=True)
class Step:
    """Why one photograph comes before another: the difference of their effects, those that decide most first."""

    better: Ranked
    worse: Ranked
    criteria: dict[str, float]

    @property
    def by(self) -> float:
        """The difference of the scores, which is the sum of those of the effects."""
        return self.better.score - self.worse.score

    def sentence(self, names: tuple[str, str]) -> str:
        """The step in words; the printed numbers add up, and what rounds to nothing is left out."""
        first, second = names
        total = round(self.better.score, 2) - round(self.worse.score, 2)
        shown = {name: self.better.printed[name] - self.worse.printed[name] for name in self.criteria}
        told = ", ".join(f"{name} {value:+.2f}" for name, value in shown.items() if abs(value) >= _HALF)
        if abs(total) < _HALF:
            return f"{first} and {second} score the same" + (f": {told}" if told else "")
        return f"{first} before {second} by {total:.2f}: {told}"


def rank(
    paths: Sequence[str],
    *,
    model: str | None,
    as_json: bool,
    top: int | None,
    how: Measuring,
    html: Path | None = None,
    force: bool = False,
) -> int:
    """Print photographs in order and why each comes before the next, or write a page; returns the exit status."""
    from .pages import check_page, write_ranking_page

    check_page(html, force=force)
    fitted = chosen_model(model)
    images, problems = photographs(paths)
    images = list(dict.fromkeys(images))
    if len(images) + len(problems) < 2:
        raise UserError("one photograph is no ranking; give at least two, or a folder")
    order, failed = _measured(images, fitted, how)
    failed += problems
    order.sort(key=lambda own: -own.score)
    steps = [step(*pair) for pair in pairwise(order)]
    both = [explain_row(own.row, fitted, source=own.path) for own in order] if len(order) == 2 else []
    if html is not None and order:
        ranked = [(own.path, own.measurement) for own in order]
        write_ranking_page(html, ranked, fitted, failed, model_file=model, how=how)
    if as_json:
        _print_json(order, steps, both, failed)
    elif order and html is None:
        _print(order, steps, both, top, scale_line(model, fitted))
    return _report(failed, len(images) + len(problems))


def step(better: Ranked, worse: Ranked) -> Step:
    """Why the first comes before the second."""
    differences = {name: effect - worse.effects[name] for name, effect in better.effects.items()}
    return Step(better, worse, dict(sorted(differences.items(), key=lambda item: -abs(item[1]))))


def _measured(images: list[str], model: AdditiveModel, how: Measuring) -> tuple[list[Ranked], list[tuple[str, str]]]:
    import pandas as pd

    names = require_catalogue([str(name) for name in model.feature_names_in_])
    order, failed = [], []
    options: dict[str, Any] = {"jobs": how.jobs, "max_pixels": how.max_pixels, "face_model": how.face_model}
    for path, measurement in measured(images, select(names), cached=how.cached, **options):
        if measurement.error is not None:
            failed.append((path, measurement.error))
            continue
        row = pd.DataFrame([measurement.values], columns=names)
        effects = {str(name): float(value) for name, value in model.breakdown(row).iloc[0].items()}
        score = float(model.predict(row)[0])
        printed = summing_to(round(score, 2) - round(model.baseline_, 2), list(effects.values()))
        percentile = float(model.percentile([score])[0])
        order.append(Ranked(path, score, percentile, effects, dict(zip(effects, printed, strict=True)), row, measurement))
    return order, failed


def _print(order: list[Ranked], steps: list[Step], both: list[Explanation], top: int | None, title: str) -> None:
    out = console()
    paths = [own.path for own in order]
    called = dict(zip(paths, shortened(paths), strict=True))
    shown = order[:top]
    heading(title)
    table = Table()
    table.add_column("", justify="right")
    table.add_column("Photo", overflow="fold")
    table.add_column("Score", justify="right")
    table.add_column("Better than", justify="right")
    for place, own in enumerate(shown, start=1):
        table.add_row(str(place), readable(called[own.path]), f"{own.score:.2f}", f"{own.percentile:.0f} %")
    out.print(table)
    for one in steps[: max(0, len(shown) - 1)]:
        told = one.sentence((called[one.better.path], called[one.worse.path]))
        out.print(readable(told), highlight=False, soft_wrap=True)
    if len(shown) < len(order):
        out.print(f"... and {len(order) - len(shown)} more: --top 0 prints all", highlight=False)
    if both:
        out.print(_comparison(both, steps[0]))
        out.print(_behind(both[0], both[1], steps[0]))
    out.print("[dim]Better than: share of the photographs that the model was fitted on with a lower score.[/]")


def _comparison(both: list[Explanation], why: Step) -> Table:
    """Effects of both photographs by criterion; the printed numbers add up."""
    table = Table(title="Effect of each criterion", title_justify="left", title_style="")
    for name in ("Criterion", "First", "Second", "Difference"):
        table.add_column(name, justify="left" if name == "Criterion" else "right")
    baseline = f"{both[0].baseline:.2f}"
    table.add_row("baseline", baseline, baseline, "")
    for name in why.criteria:
        a, b = why.better.printed[name], why.worse.printed[name]
        table.add_row(name, f"{a:+.2f}", f"{b:+.2f}", _signed(a - b))
    totals = [round(one.score, 2) for one in both]
    table.add_section()
    table.add_row("[bold]score[/]", *(f"[bold]{total:.2f}[/]" for total in totals), f"[bold]{totals[0] - totals[1]:+.2f}[/]")
    return table


def _behind(first: Explanation, second: Explanation, why: Step) -> Table:
    """The features behind the criteria that decide."""
    table = Table(title="Behind the largest differences", title_justify="left", title_style="")
    for name in ("Feature", "Criterion", "First", "Second", "Difference"):
        table.add_column(name, justify="left" if name in ("Feature", "Criterion") else "right")
    for criterion in list(why.criteria)[:_DECIDING]:
        for a, b in differing(first, second, criterion)[:_FEATURES]:
            measures = (readable(quantity(one)) for one in (a, b))
            table.add_row(readable(a.label), criterion, *measures, _signed(a.effect - b.effect, 3))
    return table


def differing(first: Explanation, second: Explanation, criterion: str) -> list[tuple[FeatureEffect, FeatureEffect]]:
    """Features of a criterion in both photographs, those whose effects differ most first; none without a difference."""
    other = {feature.name: feature for feature in second.features}
    pairs = [(feature, other[feature.name]) for feature in first.features if feature.criterion == criterion]
    pairs = [pair for pair in pairs if pair[0].effect != pair[1].effect]
    return sorted(pairs, key=_difference)


def _difference(pair: tuple[FeatureEffect, FeatureEffect]) -> float:
    return -abs(pair[0].effect - pair[1].effect)


def _signed(value: float, digits: int = 2) -> str:
    colour = "green" if value > 0 else "red" if value < 0 else "dim"
    return f"[{colour}]{value:+.{digits}f}[/]"


def _print_json(order: list[Ranked], steps: list[Step], both: list[Explanation], failed: list[tuple[str, str]]) -> None:
    photographs = [
        {"path": portable(own.path), "place": place, "score": own.score, "percentile": own.percentile, "effects": own.effects}
        for place, own in enumerate(order, start=1)
    ]
    why = [
        {"better": portable(one.better.path), "worse": portable(one.worse.path), "by": one.by, "criteria": one.criteria}
        for one in steps
    ]
    result: dict[str, Any] = {"order": photographs, "why": why}
    if both:
        pairs = [pair for name in steps[0].criteria for pair in differing(both[0], both[1], name)]
        result["features"] = [_both(*pair) for pair in sorted(pairs, key=_difference)]
    result["failed"] = [{"path": portable(path), "error": error} for path, error in failed]
    json.dump(result, sys.stdout, indent=1)
    sys.stdout.write("\n")


def _both(a: FeatureEffect, b: FeatureEffect) -> dict[str, Any]:
    values = [None if np.isnan(one.value) else one.value for one in (a, b)]
    effects = [one.effect for one in (a, b)]
    return {"name": a.name, "label": a.label, "criterion": a.criterion, "values": values, "unit": a.unit, "effects": effects}


def _report(failed: list[tuple[str, str]], total: int) -> int:
    import pandas as pd

    table = pd.DataFrame({"path": [""] * total, "error": [""] * total})
    for row, (path, why) in enumerate(failed):
        table.loc[row] = [path, why]
    return report_failures(table, "ranked")
