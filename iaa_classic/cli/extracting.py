"""``extract``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from ..features import select
from ..measuring import Measurement
from ..output import check_new_folder
from ..remote import exists, is_remote, upload
from ..tabular import CHUNK, TableWriter, check_part_rows, growing
from ..workers import Limits
from .inputs import measured, photographs
from .long_runs import LongRun
from .scoring import print_failures
from .tables import check_format, check_output, notices, portable, readable

if TYPE_CHECKING:
    import pandas as pd


def extract(
    paths: Sequence[str],
    *,
    output: str,
    features: str,
    jobs: int,
    max_pixels: int,
    face_model: Path | None = None,
    cached: bool = True,
    force: bool = False,
    limits: Limits | None = None,
    scheduler: str | None = None,
    part_rows: int | None = None,
) -> int:
    """Measure photographs and write ``path``, one column per feature and ``error``; returns the exit status.

    The table grows on the disk, so that memory does not. An interrupted run is gone on with when it is started again.
    """
    _check(output, force, part_rows)
    try:
        parts = [name.strip() for name in features.split(",") if name.strip()]
        records = select(list(dict.fromkeys(record.name for part in parts for record in select(part))))
    except ValueError as error:
        raise UserError(str(error)) from error
    run = LongRun(output, tuple(paths), limits or Limits(), scheduler)
    images, problems = photographs(paths)
    run.require_some(images, problems)
    names = [record.name for record in records]
    stream = measured(images, records, jobs=jobs, max_pixels=max_pixels, face_model=face_model, cached=cached, run=run)
    missing = np.full(len(names), np.nan)
    every = chain(stream, ((path, Measurement(missing, error=why)) for path, why in problems))
    failures = []
    chunk = list(islice(every, CHUNK))  # opens the journal, which keeps others away, before the table is begun
    with _table(output, ["path", *names, "error"], force=force, part_rows=part_rows) as table:
        while chunk:
            table.add(_frame(chunk, names))
            failures += [(path, measurement.error) for path, measurement in chunk if measurement.error is not None]
            chunk = list(islice(every, CHUNK))
    run.finish()
    total = len(images) + len(problems)
    notices().print(f"Wrote {total} rows of {len(names)} features to {readable(output)}", soft_wrap=True)
    return print_failures(failures, total, "measured")


def _check(output: str, force: bool, part_rows: int | None) -> None:
    """Refuse an output that could not be written, before the work."""
    check_part_rows(Path(output), part_rows)
    if is_remote(output):
        check_format(Path(output))
        if not force and exists(output):
            raise UserError(f"{output}: exists already; give another name, or --force to replace it")
    elif part_rows is None:
        check_output(Path(output), force=force)
    else:
        check_format(Path(output))
        check_new_folder(Path(output), force=force)


@contextmanager
def _table(output: str, columns: list[str], *, force: bool, part_rows: int | None) -> Iterator[TableWriter]:
    """A table that grows beside the output, or in a folder for temporary files from where it is sent to an address."""
    if not is_remote(output):
        with growing(Path(output), columns, force=force, part_rows=part_rows) as table:
            yield table
        return
    with tempfile.TemporaryDirectory(prefix="iaa-") as folder:
        path = Path(folder) / Path(output).name
        with growing(path, columns, part_rows=part_rows) as table:
            yield table
        for part in sorted(path.iterdir()) if path.is_dir() else [path]:
            upload(part, f"{output}/{part.name}" if path.is_dir() else output)


def _frame(chunk: Sequence[tuple[str, Measurement]], names: list[str]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(np.array([measurement.values for _, measurement in chunk]), columns=names, copy=False)
    frame.insert(0, "path", pd.Series([portable(path) for path, _ in chunk], dtype=object))
    frame["error"] = pd.Series([measurement.error or "" for _, measurement in chunk], dtype=object)
    return frame
