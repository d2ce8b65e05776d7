"""``features``."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.table import Table

from ..errors import UserError
from ..features import catalogue
from .tables import console, readable

_KEYS = ("name", "criterion", "unit", "range", "direction", "reference")


def features(criterion: str | None, *, as_json: bool) -> int:
    """Print the catalogue, or one criterion of it; returns the exit status."""
    criteria = dict.fromkeys(record.criterion for record in catalogue().values())
    if criterion is not None and criterion not in criteria:
        raise UserError(f"{criterion!r} is not a criterion of the catalogue; choose from {', '.join(criteria)}")
    records = [record for record in catalogue().values() if criterion in (None, record.criterion)]
    if as_json:
        described = [record.to_dict() for record in records]
        json.dump([{key: record[key] for key in (*_KEYS, "label", "scale")} for record in described], sys.stdout, indent=1)
        sys.stdout.write("\n")
        return 0
    out = Table(title=f"{len(records)} features", title_justify="left", title_style="")
    for heading in ("Name", "Criterion", "Unit", "Range", "Direction", "Source"):
        out.add_column(heading, overflow="fold")
    for record in records:
        low, high = record.to_dict()["range"]
        row = (record.name, record.criterion, record.unit, _interval(low, high), record.direction, record.reference)
        out.add_row(*map(readable, row))
    console().print(out)
    return 0


def _interval(low: Any, high: Any) -> str:
    left = "-inf" if low is None else f"{low:g}"
    right = "inf" if high is None else f"{high:g}"
    return f"{left} .. {right}"
