"""The text table of DPChallenge by Datta, Li and Wang: 16,509 photographs' votes, without the photographs."""

from __future__ import annotations

import os

import numpy as np

from .assembly import assemble, refuse_repeated
from .dataset import About, Dataset
from .disk import below, check_root, image_folders, required
from .tables import between, numbers, read_rows, shares, spread

ABOUT = About(
    name="DPChallenge",
    source="Datta, Li, Wang. Algorithmic inferencing of aesthetics and emotion in natural images: an exposition. ICIP 2008",
    licence="photographs belong to their makers at dpchallenge.com and are not part of the dataset; for research",
    home="http://ritendra.weebly.com/aesthetics-datasets.html",
    layout="dpchallenge_dataset.txt; images/<photo id>.jpg, which you fetch yourself",
)
LEVELS = tuple(range(1, 11))


def load_dpchallenge(
    root: str | os.PathLike[str], *, images: str | os.PathLike[str] | None = None, keep_missing: bool = False
) -> Dataset:
    """Read the table of DPChallenge.

    Parameters
    ----------
    root : path
        The folder with ``dpchallenge_dataset.txt``.
    images : path, optional
        Folder of the photographs, ``<photo id>.jpg``.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        ``score`` from 1 to 10; NaN, with ``n_ratings`` 0, where nobody voted (the file has -1 there).

    Raises
    ------
    UserError
        If the table is missing or has another layout.
    """
    folder = check_root(root, ABOUT)
    path = required(folder, ABOUT, "dpchallenge_dataset.txt")
    counts = [f"n{level}" for level in LEVELS]
    table = read_rows(path, ("row", "id", "n", "mean", *counts))
    refuse_repeated(table["id"], path)
    votes = np.column_stack([numbers(table[name], path, header=False) for name in counts])
    total = numbers(table["n"], path, header=False)
    nobody = (total <= 0) | (votes < 0).any(axis=1)
    votes[nobody] = 0
    means = numbers(table["mean"], path, header=False)
    means[nobody] = np.nan
    distribution = shares(votes)
    frame = table[[]].set_axis(table["id"].astype(str), axis=0)
    frame["score"] = between(means, (1.0, 10.0), "mean", path)
    frame["n_ratings"] = np.where(nobody, 0.0, total)
    frame["sd"] = spread(distribution, LEVELS)
    names = frame.index + ".jpg"
    places = [below(place, names) for place in image_folders(folder, ("images", "."), images)]
    return assemble(
        ABOUT, frame, places=places, scale=(1.0, 10.0), keep_missing=keep_missing, levels=LEVELS, distribution=distribution
    )
