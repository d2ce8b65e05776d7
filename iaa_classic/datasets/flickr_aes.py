"""FLICKR-AES: 40,988 photographs, each rated from 1 to 5 by five of 210 workers."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from .assembly import assemble, refuse_repeated
from .dataset import About, Dataset
from .disk import below, check_root, first_existing, image_folders, required
from .tables import between, histogram, need_columns, numbers, read_rows, read_table, shares, spread

if TYPE_CHECKING:
    import pandas as pd

ABOUT = About(
    name="FLICKR-AES",
    source="Ren, Shen, Lin, Mech, Foran. Personalized image aesthetics. ICCV 2017",
    licence="photographs come from Flickr under Creative Commons; for research",
    home="https://github.com/alanspike/personalizedImageAesthetics",
    layout="FLICKR-AES_image_labeled_by_each_worker.csv, FLICKR-AES_image_score.txt, 40K/<image>.jpg",
)
LEVELS = (1, 2, 3, 4, 5)
_WORKERS = "FLICKR-AES_image_labeled_by_each_worker.csv"
_SCORES = "FLICKR-AES_image_score.txt"
_TEST_SIZES = (105, 171)
"""Photographs that each of the 37 test workers of the paper has rated."""


def load_flickr_aes(
    root: str | os.PathLike[str],
    *,
    scores: str = "published",
    test_workers: Collection[str] | int | None = None,
    seed: int = 0,
    images: str | os.PathLike[str] | None = None,
    keep_missing: bool = False,
) -> Dataset:
    """Read FLICKR-AES.

    Parameters
    ----------
    root : path
    scores : {"published", "ratings"}
        "published": the score in ``FLICKR-AES_image_score.txt``, from 0 to 1; "ratings": the mean of the workers' ratings,
        from 1 to 5. Single ratings and distributions are from 1 to 5 in either case.
    test_workers : collection of str or int, optional
        Workers kept for testing a personal model, or how many to draw (with ``seed``) from those with 105 to 171 rated
        photographs, as the paper's 37 have. Which 37 they were is not part of the files. The photographs that a test worker
        has rated are the test part, all others the training part; in ``ratings``, rows are marked "train" or "test", and
        ratings of test photographs by other workers have no mark: they belong in neither part. By default no split.
    seed : int
    images : path, optional
        Folder of the photographs; by default ``40K``.
    keep_missing : bool
        Keep photographs that are not on disk.

    Raises
    ------
    UserError
        If a file is missing or has another layout.
    """
    import pandas as pd

    if scores not in ("published", "ratings"):
        raise UserError(f"scores is {scores!r}; FLICKR-AES has 'published' and 'ratings'")
    folder = check_root(root, ABOUT)
    ratings = _ratings(required(folder, ABOUT, _WORKERS, f"FLICKR-AES/{_WORKERS}"))
    counts = histogram(ratings, LEVELS)
    distribution = shares(counts.to_numpy(dtype=float))
    from_ratings = pd.DataFrame(
        {
            "score": distribution @ np.array(LEVELS, dtype=float),
            "n_ratings": counts.sum(axis=1).to_numpy(dtype=float),
            "sd": spread(distribution, LEVELS),
        },
        index=counts.index,
    )
    frame = from_ratings if scores == "ratings" else _published(folder, from_ratings)
    distribution = pd.DataFrame(distribution, index=counts.index).reindex(frame.index).to_numpy()
    if test_workers is not None:
        workers = _chosen(ratings, test_workers, seed)
        _split(frame, ratings, workers)
    places = [below(place, frame.index) for place in image_folders(folder, ("40K", "FLICKR-AES/40K", "images"), images)]
    return assemble(
        ABOUT,
        frame,
        places=places,
        scale=(0.0, 1.0) if scores == "published" else (1.0, 5.0),
        keep_missing=keep_missing,
        levels=LEVELS,
        distribution=distribution,
        ratings=lambda: ratings,
    )


def _ratings(path: Path) -> pd.DataFrame:
    """The header has stray blanks (``worker, imagePair, score``), and so may the names of photographs."""
    import pandas as pd

    table = read_table(path)
    need_columns(table, ("worker", "imagePair", "score"), path)
    values = between(numbers(table["score"], path), (1.0, 5.0), "score", path)
    texts = {new: table[old].astype(str).str.strip() for new, old in (("rater", "worker"), ("image", "imagePair"))}
    return pd.DataFrame({**texts, "score": values})[np.isfinite(values)].reset_index(drop=True)


def _published(folder: Path, from_ratings: pd.DataFrame) -> pd.DataFrame:
    path = first_existing(folder, (_SCORES, f"FLICKR-AES/{_SCORES}"))
    if path is None:
        raise UserError(f'{folder}: no {_SCORES}; scores="ratings" takes the means of {_WORKERS} instead')
    table = read_rows(path, ("image", "score"), text=("image",))
    refuse_repeated(table["image"], path)
    values = between(numbers(table["score"], path, header=False), (0.0, 1.0), "score", path)
    frame = from_ratings.drop(columns="score").reindex(table["image"])
    frame["n_ratings"] = frame["n_ratings"].fillna(0.0)
    return frame.assign(score=values)


def _chosen(ratings: pd.DataFrame, test_workers: Collection[str] | int, seed: int) -> set[str]:
    if not isinstance(test_workers, int):
        unknown = sorted(set(test_workers) - set(ratings["rater"]))
        if unknown:
            raise UserError(f"test_workers: {unknown[0]!r} has rated nothing in {_WORKERS}")
        return set(test_workers)
    sizes = ratings.groupby("rater")["image"].nunique()
    low, high = _TEST_SIZES
    eligible = sizes.index[sizes.between(low, high)].to_numpy()
    if not 0 < test_workers <= len(eligible):
        raise UserError(f"test_workers is {test_workers}; {len(eligible)} workers have rated {low} to {high} photographs")
    return set(np.random.default_rng(seed).choice(eligible, test_workers, replace=False).tolist())


def _split(frame: pd.DataFrame, ratings: pd.DataFrame, workers: set[str]) -> None:
    by_tester = ratings["rater"].isin(workers)
    test_images = set(ratings.loc[by_tester, "image"])
    frame["split"] = np.where(frame.index.isin(test_images), "test", "train")
    on_test = ratings["image"].isin(test_images)
    ratings["split"] = np.select([by_tester, ~on_test], ["test", "train"], default="")
    ratings["split"] = ratings["split"].astype("string").replace("", None)
