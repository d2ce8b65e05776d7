"""``extract``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..features import select
from .inputs import measured, photographs
from .scoring import report_failures
from .tables import check_output, notices, portable, readable, write_table


def extract(
    paths: Sequence[str],
    *,
    output: Path,
    features: str,
    jobs: int,
    max_pixels: int,
    face_model: Path | None = None,
    cached: bool = True,
    force: bool = False,
) -> int:
    """Measure photographs and write ``path``, one column per feature and ``error``; returns the exit status."""
    import pandas as pd

    check_output(output, force=force)
    try:
        parts = [name.strip() for name in features.split(",") if name.strip()]
        records = select(list(dict.fromkeys(record.name for part in parts for record in select(part))))
    except ValueError as error:
        raise UserError(str(error)) from error
    images, problems = photographs(paths)
    names = [record.name for record in records]
    values = np.full((len(images) + len(problems), len(names)), np.nan)
    errors = []
    stream = measured(images, records, jobs=jobs, max_pixels=max_pixels, face_model=face_model, cached=cached)
    for row, (_, measurement) in enumerate(stream):
        values[row] = measurement.values
        errors.append(measurement.error or "")
    table = pd.DataFrame(values, columns=names, copy=False)
    table.insert(0, "path", [portable(path) for path in (*images, *(path for path, _ in problems))])
    table["error"] = errors + [why for _, why in problems]
    write_table(table, output, force=force)
    notices().print(f"Wrote {len(table)} rows of {len(names)} features to {readable(str(output))}")
    return report_failures(table, "measured")
