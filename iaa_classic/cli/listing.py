"""``features``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.table import Table

from ..errors import UserError
from ..features import catalogue
from ..features.sets import FeatureSet, feature_set, sets
from .tables import console, readable

_KEYS = ("name", "criterion", "unit", "range", "direction", "reference", "label", "scale", "compatibility")


def features(criterion: str | None, *, as_json: bool, set_name: str | None = None) -> int:
    """Print the catalogue, one criterion of it, or a named set; returns the exit status."""
    if set_name is not None:
        return _set(criterion, set_name, as_json=as_json)
    criteria = dict.fromkeys(record.criterion for record in catalogue().values())
    if criterion is not None and criterion not in criteria:
        raise UserError(f"{criterion!r} is not a criterion of the catalogue; choose from {', '.join(criteria)}")
    records = [record for record in catalogue().values() if criterion in (None, record.criterion)]
    if as_json:
        return _print_json([{key: record.to_dict()[key] for key in _KEYS} for record in records])
    published = sum(bool(record.compatibility) for record in records)
    title = f"{len(records)} features" + (f", {published} of them left out of 'all' and of the criteria" if published else "")
    rows = []
    for record in records:
        source = record.reference + (" (by name or set only)" if record.compatibility else "")
        rows.append((record.name, record.criterion, record.unit, _interval(record.range), record.direction, source))
    _print_table(title, ("Name", "Criterion", "Unit", "Range", "Direction", "Source"), rows)
    if criterion is None:
        console().print(readable(_mention()), style="dim", soft_wrap=True)
    return 0


def _mention() -> str:
    """Which sets there are, in one line."""
    counts = ", ".join(f"{known.name} ({len(known.features)})" for known in sets().values())
    return f"Sets: all, {counts}. `iaa-classic features --set NAME` lists one; `extract --features NAME` measures it."


def _set(criterion: str | None, name: str, *, as_json: bool) -> int:
    if criterion is not None:
        raise UserError("give --criterion or --set, not both")
    try:
        chosen = feature_set(name)
    except ValueError as error:
        raise UserError(str(error)) from error
    if as_json:
        return _print_json(_described(chosen))
    known = catalogue()
    rows = []
    for member in chosen.members:
        record = known.get(member.feature)
        place = (record.criterion, record.unit, _interval(record.range)) if record else ("", "", "")
        note = "; ".join(filter(None, (member.needs and f"needs {member.needs}", member.note)))
        rows.append((member.designation, member.feature or "-", *place, note))
    headings: Sequence[str] = ("Published as", "Name", "Criterion", "Unit", "Range", "Note")
    kept = [i for i in range(len(headings)) if any(row[i] for row in rows)]
    title = f"{chosen.name}: {chosen.title}, {len(chosen.features)} of {len(chosen.members)} from one picture"
    if len(chosen.features) == len(chosen.members):
        title = f"{chosen.name}: {chosen.title}, {len(chosen.features)} features"
    _print_table(title, [headings[i] for i in kept], [[row[i] for i in kept] for row in rows])
    console().print(readable(chosen.reference), style="dim", soft_wrap=True)
    return 0


def _described(chosen: FeatureSet) -> list[dict[str, Any]]:
    """The set's members with what the catalogue knows of each; null where a member is not in the catalogue."""
    known = catalogue()
    described = []
    for member in chosen.members:
        record = known[member.feature].to_dict() if member.feature in known else {}
        fields = {key: record.get(key) for key in _KEYS} | {"name": member.feature or None}
        described.append({"designation": member.designation, **fields, "note": member.note, "needs": member.needs})
    return described


def _print_json(described: list[dict[str, Any]]) -> int:
    json.dump(described, sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0


def _print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    out = Table(title=readable(title), title_justify="left", title_style="")
    for heading in headings:
        out.add_column(heading, overflow="fold")
    for row in rows:
        out.add_row(*map(readable, row))
    console().print(out)


def _interval(limits: tuple[float, float]) -> str:
    return f"{limits[0]:g} .. {limits[1]:g}"
