"""From what a reader has read to a checked Dataset."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from .dataset import ATTRIBUTE, About, Dataset, MissingImagesWarning, share_column
from .disk import locate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_COLUMNS = ("path", "score", "n_ratings", "group", "split")


def refuse_repeated(ids: pd.Series | pd.Index, path: Path) -> None:
    """Refuse a table that lists a photograph twice: which of its scores holds?"""
    repeated = ids.duplicated()
    if repeated.any():
        first = ids[repeated][0] if not hasattr(ids, "iloc") else ids[repeated].iloc[0]
        raise UserError(
            f"{path}: {str(first)!r} is listed more than once ({int(repeated.sum())} repeated rows); "
            "one row per photograph is expected; remove the repetitions"
        )


def assemble(
    about: About,
    frame: pd.DataFrame,
    *,
    places: Sequence[Sequence[str]],
    scale: tuple[float, float],
    keep_missing: bool,
    levels: Sequence[float] | None = None,
    distribution: NDArray[np.float64] | None = None,
    raters: pd.DataFrame | None = None,
    ratings: Callable[[], pd.DataFrame] | None = None,
) -> Dataset:
    """Complete and order the columns, look for the photographs, report those that are not there.

    Parameters
    ----------
    about : About
    frame : DataFrame
        Indexed by id, with ``score`` and whatever else the dataset has.
    places : sequence of sequences of str
        For each place to look in, the absolute path of each photograph.
    scale : tuple of float
        Of ``score``.
    keep_missing : bool
        Keep photographs in the frame that are not on disk.
    levels, distribution
        Levels of the ratings and the shares of each, shape (n, number of levels).
    raters, ratings
        As in ``Dataset``; ``ratings`` is called when the ratings are first asked for.
    """
    import pandas as pd

    if not len(frame):
        raise UserError(f"{about.name}: no photograph is listed; the layout is {about.layout}{about.hint}")
    frame = frame.set_axis(pd.Index(frame.index.astype(str), name="image"), axis=0)
    paths, found = locate(places)
    frame = frame.assign(path=paths)
    if "n_ratings" not in frame:
        frame["n_ratings"] = float("nan")
    if "split" not in frame:
        frame["split"] = None
    ids = frame.index.to_series()
    frame["group"] = frame["group"].astype(str).where(frame["group"].notna(), ids) if "group" in frame else ids
    frame["split"] = frame["split"].astype("string")
    named = [share_column(level) for level in levels or ()]
    if distribution is not None:
        frame = pd.concat([frame, pd.DataFrame(distribution, index=frame.index, columns=named)], axis=1)
    attributes = [column for column in frame.columns if column.startswith(ATTRIBUTE)]
    ordered = [*_COLUMNS, *named, *attributes]
    frame = frame[ordered + [column for column in frame.columns if column not in ordered]]
    on_disk = pd.Series(found, index=frame.index)
    missing = frame.loc[~on_disk, ["path"]].reset_index()
    _report(about, missing, len(frame), keep_missing)
    return Dataset(
        about=about,
        frame=frame if keep_missing else frame[on_disk],
        scale=scale,
        levels=None if levels is None else tuple(levels),
        attributes=tuple(column.removeprefix(ATTRIBUTE) for column in attributes),
        missing=missing,
        raters=raters,
        read_ratings=ratings,
    )


def _report(about: About, missing: pd.DataFrame, total: int, keep_missing: bool) -> None:
    if not len(missing):
        return
    first = missing["path"].iloc[0]
    if len(missing) == total and not keep_missing:
        raise UserError(
            f"{about.name}: none of the {total} photographs is on disk (looked for {first}); the layout is {about.layout}; "
            f"images=FOLDER names another place, keep_missing=True reads the labels alone{about.hint}"
        )
    kept = "kept in frame" if keep_missing else "left out"
    warnings.warn(
        f"{about.name}: {len(missing)} of {total} photographs are not on disk and {kept}, such as {first}; "
        "all are listed in Dataset.missing",
        MissingImagesWarning,
        stacklevel=4,
    )
