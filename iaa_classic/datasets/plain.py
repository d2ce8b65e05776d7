"""Any rated photographs: a CSV of your own, or a folder with labels.csv, ratings.csv and images/."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from .assembly import assemble, refuse_repeated
from .dataset import ATTRIBUTE, About, Dataset, DatasetWarning
from .disk import below, check_root, first_existing, required
from .labels import merge_repeated, read_named
from .tables import histogram, need_columns, numbers, read_table, shares, spread

if TYPE_CHECKING:
    import pandas as pd

CSV = About(
    name="CSV",
    source="your own",
    licence="your own",
    home="",
    layout="a table with a column of photographs and one of ratings, in UTF-8, separated by commas, semicolons or tabs",
)
FOLDER = About(
    name="folder",
    source="your own",
    licence="your own",
    home="",
    layout="labels.csv (image, mean, and if known sd, n, n1..n7, group, category, split), ratings.csv or ratings.csv.gz "
    "(rater, image, score), images/<image>",
)
_TARGETS = ("score", "mean", "mos", "rating", "mean_score", "beauty_mean")
_COUNT = re.compile(r"^(?:n|p_)(\d+(?:\.\d+)?)$")
"""Columns of a histogram: n1, n2, ... (numbers of ratings) or p_1, p_2, ... (shares)."""
_ROUNDING = 0.06
"""By how much a published mean may differ from its histogram's, being rounded."""


def load_csv(
    path: str | os.PathLike[str],
    *,
    images: str | os.PathLike[str] | None = None,
    target: str | None = None,
    group: str | None = None,
    image_column: str | None = None,
    rater: str | None = None,
    split: str | None = None,
    scale: tuple[float, float] | None = None,
    levels: Sequence[float] | None = None,
    delimiter: str | None = None,
    keep_missing: bool = False,
) -> Dataset:
    """Read a table of rated photographs.

    The file may be UTF-8, with or without a byte-order mark, or UTF-16; commas, semicolons, tabs and bars are recognised.
    A photograph that stands in several rows has several ratings: its score is their mean. Rows without a name are left out
    with a warning; a photograph without a rating keeps a row with NaN.

    Parameters
    ----------
    path : path
    images : path, optional
        The folder that names in the table are relative to; by default the table's own.
    target : str, optional
        Column of ratings; by default the first of score, mean, mos, rating, mean_score, beauty_mean.
    group : str, optional
        Column that says which photographs must not be split.
    image_column : str, optional
        Column of names of photographs; by default image, path, file, filename, ... in any case.
    rater : str, optional
        Column of raters, for a table with one row per rating: it becomes ``Dataset.ratings``.
    split : str, optional
        Column with train, validation and test.
    scale : tuple of float, optional
        Lowest and highest possible rating; by default the levels', else the lowest and highest in the table.
    levels : sequence of float, optional
        For a table with one row per rating: the ratings that could be given, so that their distribution is counted.
    delimiter : str, optional
        What separates values, where that is not to be guessed.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        Columns ``n1``, ``n2``, ... or ``p_1``, ``p_2``, ... are the distribution if their mean is the score; further
        columns ``<name>_mean`` become attributes; ``sd`` and ``n`` (also ``<target>_sd``, ``<target>_n``) are recognised;
        others are kept.

    Raises
    ------
    UserError
        If the table cannot be read, a column is missing, a rating is not a number, or a photograph is in two groups.
    """
    labels = Path(os.path.abspath(os.path.expanduser(path)))
    folder = labels.parent if images is None else Path(os.path.abspath(os.path.expanduser(images)))
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; images is the folder that the names in the table are relative to")
    options = {"group": group, "image_column": image_column, "delimiter": delimiter}
    target = target or _target(read_table(labels, delimiter=delimiter), labels)
    table, chosen = read_named(labels, target=target, **options)
    if len(chosen) < len(table):
        without = len(table) - len(chosen)
        warnings.warn(f"{labels}: {without} rows that name no photograph are left out", DatasetWarning, stacklevel=2)
    table = table.loc[chosen.index].drop(columns=[column for column in (target, group) if column])
    frame, distribution, found = _frame(table, chosen, labels, target=target, rater=rater, split=split, levels=levels)
    scores = frame["score"].to_numpy(dtype=float)
    if scale is None and found is not None:
        scale = (found[0], found[-1])
    if scale is None:
        scale = (float(np.nanmin(scores)), float(np.nanmax(scores))) if np.isfinite(scores).any() else (np.nan, np.nan)
    ratings = None if rater is None else _single(table, chosen, rater, labels)
    return assemble(
        replace(CSV, name=labels.name),
        frame,
        places=[below(folder, frame.index)],
        scale=scale,
        keep_missing=keep_missing,
        levels=found,
        distribution=distribution,
        ratings=None if ratings is None else lambda: ratings,
    )


def _target(table: pd.DataFrame, labels: Path) -> str:
    names = {str(column).lower(): str(column) for column in table.columns}
    found = next((names[name] for name in _TARGETS if name in names), None)
    if found is None:
        raise UserError(f"{labels}: which column holds ratings? It has {', '.join(map(str, table.columns))}; name target=")
    return found


def _frame(
    table: pd.DataFrame,
    chosen: pd.DataFrame,
    labels: Path,
    *,
    target: str,
    rater: str | None,
    split: str | None,
    levels: Sequence[float] | None,
) -> tuple[pd.DataFrame, NDArray[np.float64] | None, tuple[float, ...] | None]:
    """One row per photograph, the distribution of its ratings, and the levels."""
    need_columns(table, [column for column in (rater, split) if column], labels)
    repeated = bool(chosen["image"].duplicated().any())
    frame = merge_repeated(chosen, labels, key="image").set_index("image").rename(columns={"target": "score"})
    by_image = table.groupby(chosen["image"], sort=False)
    firsts = by_image.first().reindex(frame.index)
    if split is not None:
        if (by_image[split].nunique() > 1).any():
            raise UserError(f"{labels}: {by_image[split].nunique().idxmax()} has several values in column {split!r}")
        frame["split"] = _split(firsts.pop(split), labels)
    if rater is None and not repeated:
        return _with_statistics(frame, firsts, labels, target)
    frame["n_ratings"] = chosen.groupby("image", sort=False)["target"].count().reindex(frame.index).astype(float)
    constant = by_image.nunique(dropna=False).max() <= 1
    kept = [name for name in firsts.columns if constant[name] and name not in (*frame.columns, "path", rater)]
    return frame.join(firsts[kept]), *_counted(chosen, frame.index, labels, levels)


def _counted(
    chosen: pd.DataFrame, images: pd.Index, labels: Path, levels: Sequence[float] | None
) -> tuple[NDArray[np.float64] | None, tuple[float, ...] | None]:
    """The distribution of single ratings, where the levels are known."""
    if levels is None:
        return None, None
    strange = set(chosen["target"].dropna()) - set(levels)
    if strange:
        raise UserError(f"{labels}: rating {min(strange):g} is none of the levels {', '.join(f'{x:g}' for x in levels)}")
    counts = histogram(chosen.rename(columns={"target": "score"}), levels).reindex(images, fill_value=0)
    return shares(counts.to_numpy(dtype=float)), tuple(levels)


def _with_statistics(
    frame: pd.DataFrame, firsts: pd.DataFrame, labels: Path, target: str
) -> tuple[pd.DataFrame, NDArray[np.float64] | None, tuple[float, ...] | None]:
    """Take sd, n, histogram and attributes from further columns; keep the others."""
    found: tuple[float, ...] | None = None
    distribution = None
    columns = {float(match[1]): str(name) for name in firsts.columns if (match := _COUNT.match(str(name)))}
    if len(columns) > 1:
        found = tuple(sorted(columns))
        counts = np.column_stack([numbers(firsts[columns[level]], labels) for level in found])
        distribution = shares(np.nan_to_num(counts))
        differences = np.abs(distribution @ np.array(found) - frame["score"].to_numpy(dtype=float))
        if (differences[np.isfinite(differences)] > _ROUNDING).any():
            found, distribution = None, None
        else:
            frame["sd"] = spread(distribution, found)
            if columns[found[0]].startswith("n"):
                frame["n_ratings"] = np.nan_to_num(counts).sum(axis=1)
            firsts = firsts.drop(columns=list(columns.values()))
    stem = target.removesuffix("_mean")
    for name, sources in (("sd", ("sd", f"{stem}_sd")), ("n_ratings", ("n_ratings", "n", f"{stem}_n"))):
        source = next((source for source in sources if source in firsts.columns), None)
        if source is not None:
            frame[name] = numbers(firsts.pop(source), labels)
    for column in firsts.columns.difference(frame.columns, sort=False):
        if str(column).endswith("_mean"):
            frame[ATTRIBUTE + str(column).removesuffix("_mean")] = numbers(firsts[column], labels)
        elif column != "path":
            frame[str(column)] = firsts[column]
    return frame, distribution, found


def _split(column: pd.Series, labels: Path) -> pd.Series:
    known = {"train": "train", "training": "train", "validation": "validation", "val": "validation", "test": "test"}
    split = column.astype("string").str.strip().str.lower().map(known)
    bad = column.notna() & split.isna()
    if bad.any():
        raise UserError(f"{labels}: {column[bad].iloc[0]!r} in column {column.name!r}; expected train, validation or test")
    return split


def _single(table: pd.DataFrame, chosen: pd.DataFrame, rater: str, labels: Path) -> pd.DataFrame:
    import pandas as pd

    rated = chosen["target"].notna()
    if table.loc[rated, rater].isna().any():
        raise UserError(f"{labels}: a rating without a rater in column {rater!r}")
    columns = {"rater": table[rater].astype(str).str.strip(), "image": chosen["image"], "score": chosen["target"]}
    return pd.concat([pd.DataFrame(columns), table.drop(columns=[rater])], axis=1)[rated].reset_index(drop=True)


def load_folder(
    root: str | os.PathLike[str],
    *,
    target: str | None = None,
    scale: tuple[float, float] | None = None,
    images: str | os.PathLike[str] | None = None,
    keep_missing: bool = False,
    about: About = FOLDER,
) -> Dataset:
    """Read the plain layout: ``labels.csv``, ``images/`` and, where known, single ratings.

    Parameters
    ----------
    root : path
        A folder with ``labels.csv``: a column ``image``, one of mean ratings and, as far as known, ``group``, ``split``,
        ``category``, ``n1``.. or ``p_1``.., ``sd``, ``n`` and further ``<name>_mean``; ``ratings.csv`` or ``ratings.csv.gz``
        with ``rater``, ``image``, ``score``; the photographs in ``images``.
    target, scale, images, keep_missing
        As in ``load_csv``.
    about : About
        Whose photographs they are.

    Raises
    ------
    UserError
        As ``load_csv``; also if a photograph is listed twice.
    """
    folder = check_root(root, about)
    labels = required(folder, about, "labels.csv")
    table = read_table(labels, text=("image",))
    need_columns(table, ("image",), labels)
    refuse_repeated(table["image"], labels)
    dataset = load_csv(
        labels,
        images=images or first_existing(folder, ("images",)) or folder,
        target=target,
        group="group" if "group" in table else None,
        image_column="image",
        split="split" if "split" in table else None,
        scale=scale,
        keep_missing=keep_missing,
    )
    single = first_existing(folder, ("ratings.csv", "ratings.csv.gz"))
    name = folder.name if about is FOLDER else about.name
    return replace(dataset, about=replace(about, name=name), read_ratings=None if single is None else lambda: _ratings(single))


def _ratings(path: Path) -> pd.DataFrame:
    table = read_table(path, text=("rater", "image"))
    need_columns(table, ("rater", "image", "score"), path)
    scores = numbers(table["score"], path)
    table = table.assign(score=scores, image=table["image"].str.strip(), rater=table["rater"].str.strip())
    first = ["rater", "image", "score"]
    return table[first + [column for column in table.columns if column not in first]][np.isfinite(scores)]
