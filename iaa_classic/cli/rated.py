"""Rated photographs for ``evaluate``, ``train`` and ``personalize``: from a dataset or a table, as a task needs them."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ..tasks import TASKS, Task
from .rated_tables import read_rated_table

if TYPE_CHECKING:
    import pandas as pd

    from ..datasets import Dataset

FEWEST = 20
"""Photographs below which a model would be fitted on noise."""

_MOST_CLASSES = 10
"""Different ratings up to which they can be meant as classes."""


@dataclass(frozen=True)
class Asked:
    """Which rated photographs are meant, as the options of a command say.

    Attributes
    ----------
    task : Task
    labels : Path or None
        A table; else ``dataset`` and ``root``.
    images : Path or None
        Folder of the photographs.
    targets : tuple of str
        Columns of the table, one except for attributes; of a dataset that has several scores or attributes, those to take.
    group, category, image_column : str or None
        Columns of the table.
    threshold : float or None
        Classes are made of ratings above it and others.
    thirds : bool
        Classes are the top and the bottom third of the ratings.
    """

    task: Task = TASKS["score"]
    labels: Path | None = None
    images: Path | None = None
    targets: tuple[str, ...] = ()
    group: str | None = None
    category: str | None = None
    image_column: str | None = None
    dataset: str | None = None
    root: Path | None = None
    threshold: float | None = None
    thirds: bool = False


@dataclass(frozen=True, eq=False)
class Rated:
    """Photographs and what a task learns of them.

    Attributes
    ----------
    title : str
        Whose photographs they are.
    frame : DataFrame
        ``path``, and where known ``group``, ``category`` and ``split``; one row per photograph.
    answers : ndarray of float64, shape (n,) or (n, n_answers)
        As ``evaluation.evaluate`` takes them.
    names : tuple
        Of classes or attributes; the levels of a distribution.
    grouped : str or None
        What keeps photographs together, if anything does.
    scale : (float, float) or None
        Ends of the rating scale, where they are known.
    notes : tuple of str
        What was left out or averaged.
    missing : int
        Photographs that are listed but not on disk, and left out.
    source : str
        Citation.
    """

    title: str
    frame: pd.DataFrame
    answers: NDArray[np.float64]
    names: tuple[Any, ...] = ()
    grouped: str | None = None
    scale: tuple[float, float] | None = None
    notes: tuple[str, ...] = field(default=())
    missing: int = 0
    source: str = ""

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, rows: NDArray[Any]) -> Rated:
        """Some of the photographs, by position or truth value."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        return replace(self, frame=self.frame.iloc[rows], answers=self.answers[rows])

    def column(self, name: str) -> NDArray[Any] | None:
        """``group``, ``category`` or ``split``; None where it is unknown."""
        return self.frame[name].to_numpy() if name in self.frame else None


def read_rated(asked: Asked) -> Rated:
    """The photographs that are meant and their answers.

    Raises
    ------
    UserError
        If options contradict each other or something is missing.
    """
    if (asked.labels is None) == (asked.dataset is None):
        raise UserError("give either a table of ratings (LABELS.csv --images FOLDER --target COLUMN) or --dataset and --root")
    if asked.task.name != "class" and (asked.threshold is not None or asked.thirds):
        raise UserError("--threshold and --thirds make classes of ratings; add --task class")
    if asked.threshold is not None and asked.thirds:
        raise UserError("--threshold and --thirds exclude each other")
    rated = _from_table(asked) if asked.dataset is None else _from_dataset(asked)
    return _classes(rated, asked) if asked.task.name == "class" and not rated.names else rated


def limited(rated: Rated, limit: int | None, seed: int) -> Rated:
    """A random subset of at most ``limit`` photographs, whole groups; all of them without a limit."""
    if limit is None or limit >= len(rated):
        return rated
    groups = rated.column("group")
    ids = np.arange(len(rated)) if groups is None else np.unique(groups.astype(str), return_inverse=True)[1]
    sizes = np.bincount(ids)
    order = np.random.default_rng(seed).permutation(len(sizes))
    chosen = order[: max(1, int(np.searchsorted(np.cumsum(sizes[order]), limit, side="right")))]
    kept = rated.take(np.isin(ids, chosen))
    whole = "" if groups is None else ", whole groups"
    return replace(kept, notes=(*rated.notes, f"{len(kept)} of {len(rated)} photographs drawn at random{whole}, seed {seed}"))


def check_answers(rated: Rated, task: Task, *, fewest: int = FEWEST) -> None:
    """Refuse ratings from which nothing can be learnt, before and after the photographs have been read."""
    if len(rated) < fewest:
        raise UserError(
            f"{len(rated)} rated photographs are left; at least {fewest} are needed to fit a model "
            "(names in the table are looked up below --images)"
        )
    if task.name == "class":
        counts = np.bincount(rated.answers.astype(int), minlength=len(rated.names))
        if (counts < 2).any():
            few = rated.names[int(counts.argmin())]
            raise UserError(f"{counts.min()} photographs are of class {few!r}; at least 2 of each class are needed")
    columns = rated.answers.reshape(len(rated), -1)
    for at in range(columns.shape[1]) if task.name != "distribution" else ():
        values = np.unique(columns[~np.isnan(columns[:, at]), at])
        if len(values) < 2:
            name = repr(rated.names[at]) if task.name == "attributes" else "the target"
            raise UserError(f"every rating of {name} is {values[0] if len(values) else 'missing'}; there is nothing to learn")
    groups = rated.column("group")
    if groups is not None and len(set(groups)) < 2:
        raise UserError(f"{rated.grouped} are a single group; cross-validation needs at least 2")


def _from_table(asked: Asked) -> Rated:
    assert asked.labels is not None
    table = read_rated_table(
        asked.labels,
        images=asked.images or asked.labels.parent,
        task=asked.task.name,
        targets=asked.targets,
        group=asked.group,
        category=asked.category,
        image_column=asked.image_column,
        as_classes=asked.threshold is None and not asked.thirds,
    )
    grouped = f"groups of {asked.group!r}" if asked.group else None
    notes = tuple(table.notes)
    return Rated(asked.labels.name, table.frame, table.answers, table.names, grouped, notes=notes, source="your own")


def _from_dataset(asked: Asked) -> Rated:
    if asked.root is None:
        raise UserError("--dataset needs --root, the folder that the dataset lies in")
    given = {"--group": asked.group, "--category": asked.category, "--image-column": asked.image_column}
    wrong = next((name for name, value in given.items() if value is not None), None)
    if wrong:
        raise UserError(f"{wrong} names a column of a table; a dataset brings its own")
    data, notes = _load(asked)
    frame, task = data.frame, asked.task
    names: tuple[Any, ...] = ()
    if task.name == "distribution":
        if data.levels is None:
            raise UserError(f"{data.name} has no distributions of ratings; choose another --task")
        answers, names = data.distribution(), data.levels
        known = ~np.isnan(answers).any(axis=1)
    elif task.name == "attributes":
        names = _attributes(data, asked.targets)
        answers = data.attributes_frame()[list(names)].to_numpy(dtype=float)
        known = ~np.isnan(answers).all(axis=1)
    else:
        answers = frame["score"].to_numpy(dtype=float)
        known = np.isfinite(answers)
    if not known.all():
        notes.append(f"{(~known).sum()} photographs without ratings are left out")
    kept = frame[[name for name in ("path", "group", "category") if name in frame]].iloc[np.flatnonzero(known)]
    if "category" in kept:
        kept = kept.assign(category=kept["category"].fillna("none").astype(str))
    split = frame["split"].iloc[np.flatnonzero(known)]
    if split.isin(["train", "validation"]).any() and split.eq("test").any():
        kept = kept.assign(split=split.fillna("").astype(object))
    grouped = "groups of the dataset"
    if kept["group"].is_unique:
        kept, grouped = kept.drop(columns="group"), ""
    return Rated(
        data.name,
        kept.reset_index(drop=True),
        answers[known],
        names,
        grouped or None,
        scale=data.scale if task.name in ("score", "rank") else None,
        notes=tuple(notes),
        missing=len(data.missing),
        source=data.source,
    )


def _load(asked: Asked) -> tuple[Dataset, list[str]]:
    """The dataset, and its warnings as lines."""
    from ..datasets import DATASETS, DatasetWarning, load_dataset

    assert asked.dataset is not None
    if asked.dataset not in DATASETS:
        raise UserError(f"there is no dataset {asked.dataset!r}; choose from {', '.join(DATASETS)}")
    known = inspect.signature(DATASETS[asked.dataset].reader).parameters
    options: dict[str, Any] = {}
    if asked.task.name == "distribution" and "scores" in known:
        options["scores"] = "ratings"
    if asked.images is not None:
        options["images"] = asked.images
    if asked.targets and asked.task.name != "attributes":
        if "target" not in known or len(asked.targets) > 1:
            raise UserError(f"{asked.dataset} has one score; leave --target out")
        options["target"] = asked.targets[0]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DatasetWarning)
        data = load_dataset(asked.dataset, asked.root if asked.root is not None else "", **options)
    notes = [str(warning.message) for warning in caught if issubclass(warning.category, DatasetWarning)]
    return data, notes


def _attributes(data: Dataset, wanted: Sequence[str]) -> tuple[str, ...]:
    if not data.attributes:
        raise UserError(f"{data.name} has no attributes; choose another --task")
    unknown = [name for name in wanted if name not in data.attributes]
    if unknown:
        raise UserError(f"{data.name} has no attribute {unknown[0]!r}; there are {', '.join(data.attributes)}")
    return tuple(wanted) or data.attributes


def _classes(rated: Rated, asked: Asked) -> Rated:
    """Codes of classes in place of ratings."""
    ratings = rated.answers
    if asked.thirds:
        low, high = np.quantile(ratings, [1 / 3, 2 / 3])
        top = ratings >= high
        kept = (top | (ratings <= low)) & (low < high)
        if not kept.any():
            raise UserError("the ratings do not differ enough to tell a top third from a bottom third")
        text = f"top third (from {high:.3g}) against bottom third (to {low:.3g}) of the ratings: {kept.sum()} of {len(rated)}"
        chosen = replace(rated, answers=top.astype(float), names=("bottom third", "top third"), notes=(*rated.notes, text))
        return chosen.take(kept)
    if asked.threshold is not None:
        names = (f"at most {asked.threshold:g}", f"more than {asked.threshold:g}")
        return replace(rated, answers=(ratings > asked.threshold).astype(float), names=names)
    values, codes = np.unique(ratings, return_inverse=True)
    if len(values) > _MOST_CLASSES:
        raise UserError(
            f"{len(values)} different ratings are no classes; add --threshold X or --thirds, or name a column of classes"
        )
    return replace(rated, answers=codes.astype(float), names=tuple(f"{value:g}" for value in values))
