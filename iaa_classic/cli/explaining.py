"""``explain``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich.table import Table

from ..explanation import Explanation, FeatureEffect, explain_row, picture_of, region_effects
from ..explanation import suggest as find_suggestions
from ..explanation.explanation import quantity, require_catalogue
from ..explanation.rounding import summing_to
from ..face_detection import INSTALLED, detector_for
from ..features import select
from ..images import ImageError
from ..measuring import describe_source, measure_images
from .improving import print_regions, print_suggestions
from .inputs import chosen_model, feature_store, prepare_kernels, tell_missing_faces, tell_unused_face_model
from .kinds import UNUSUAL, kind_of, scale_line
from .tables import console, readable

_BAR = 16
"""Characters of the longest bar."""


def explain(
    photo: str,
    *,
    as_json: bool = False,
    model: str | None = None,
    top: int = 5,
    max_pixels: int,
    face_model: Path | None = None,
    cached: bool = True,
    html: Path | None = None,
    force: bool = False,
    suggest: bool | None = None,
    regions: bool | None = None,
) -> int:
    """Print why a photograph scores as it does, or write it as a page; returns the exit status."""
    import pandas as pd

    from .pages import check_page, special_line, write_photo_page

    check_page(html, force=force)
    suggest, regions = (html is not None if asked is None else asked for asked in (suggest, regions))
    fitted = chosen_model(model)
    records = select(require_catalogue([str(name) for name in fitted.feature_names_in_]))
    tell_unused_face_model(face_model, records)
    tell_missing_faces(records, found=detector_for(face_model or INSTALLED, records) is not None)
    store = feature_store() if cached else None
    options: dict[str, Any] = {"max_pixels": max_pixels, "face_detector": face_model or INSTALLED, "store": store}
    [measured] = measure_images([photo], records, before_first=lambda: prepare_kernels(records), **options)
    if measured.error is not None:
        raise ImageError(describe_source(photo, 0), measured.error)
    row = pd.DataFrame([measured.values], columns=[record.name for record in records])
    picture = picture_of(photo, max_pixels=max_pixels)
    explanation = explain_row(row, fitted, source=describe_source(photo, 0), warnings=measured.warnings, picture=picture)
    if suggest or regions:
        prepare_kernels(records)
    settings: dict[str, Any] = {"progress": True, "max_pixels": max_pixels, "face_detector": face_model or INSTALLED}
    suggestions = find_suggestions(photo, fitted, **settings) if suggest else None
    effects = region_effects(photo, fitted, **settings) if regions else None
    if html is not None:
        shown: dict[str, Any] = {"suggestions": suggestions or (), "regions": effects, "line": special_line(model, fitted)}
        write_photo_page(html, photo, explanation, max_pixels=max_pixels, face_detector=face_model or INSTALLED, **shown)
    if as_json:
        plain = explanation.to_dict()
        if suggestions is not None:
            plain["suggestions"] = [suggestion.to_dict() for suggestion in suggestions]
        if effects is not None:
            plain["regions"] = effects.to_dict()
        json.dump(plain, sys.stdout, indent=1)
        sys.stdout.write("\n")
    elif html is None:
        print_explanation(explanation, top=top)
        if suggestions is not None:
            print_suggestions(suggestions, explanation.score)
        if effects is not None:
            print_regions(effects)
        if kind_of(model) in UNUSUAL:
            console().print(readable(scale_line(model, fitted)), style="dim", highlight=False, soft_wrap=True)
    return 0


def print_explanation(explanation: Explanation, *, top: int) -> None:
    """Tables of criteria and features, then the sentences."""
    out = console()
    out.print(f"[bold]{readable(Path(explanation.source).name)}[/]", highlight=False)
    for warning in explanation.warnings:
        out.print(f"note: {readable(warning)}", highlight=False)
    out.print(_criteria(explanation))
    for title, helping in (("For", True), ("Against", False)):
        strongest = explanation.strongest(top, helping=helping)
        if strongest:
            out.print(_features(title, strongest))
    for sentence in explanation.sentences():
        out.print(readable(sentence), highlight=False)


def _criteria(explanation: Explanation) -> Table:
    """One row per criterion between the baseline and the score; the printed numbers add up as the exact ones do."""
    table = Table()
    table.add_column("Criterion")
    table.add_column("Effect", justify="right")
    table.add_column("Mark", justify="right")
    table.add_column("")
    exact = [explanation.baseline, *(part.effect for part in explanation.criteria)]
    baseline, *effects = summing_to(round(explanation.score, 2), exact)
    longest = max((abs(effect) for effect in effects), default=0) or 1
    table.add_row("baseline", f"{baseline:.2f}", "", "[dim]mean score of the photographs it was fitted on[/]")
    for part, effect in zip(explanation.criteria, effects, strict=True):
        bar = ("[green]+" if effect > 0 else "[red]-") * bool(effect) and (
            ("[green]" if effect > 0 else "[red]") + ("+" if effect > 0 else "-") * max(1, round(_BAR * abs(effect) / longest))
        )
        table.add_row(part.criterion, f"{effect:+.2f}", f"{part.mark:.0f}", bar)
    table.add_section()
    better = "" if explanation.percentile is None else f"better than {explanation.percentile:.0f} % of them"
    table.add_row("[bold]score[/]", f"[bold]{explanation.score:.2f}[/]", "", better)
    return table


def _features(title: str, effects: list[FeatureEffect]) -> Table:
    table = Table()
    table.add_column(title)
    table.add_column("Measured", justify="right")
    table.add_column("Higher than", justify="right")
    table.add_column("Effect", justify="right")
    table.add_column("Criterion")
    for feature in effects:
        rank = "" if feature.percentile is None else f"{feature.percentile:.0f} %"
        label, measured = readable(feature.label), readable(quantity(feature))
        table.add_row(label, measured, rank, f"{feature.effect:+.3f}", feature.criterion)
    return table
