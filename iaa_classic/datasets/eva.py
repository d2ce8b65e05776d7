"""EVA: 4,070 photographs with 30 to 46 votes each, and four attributes per vote."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from .assembly import assemble
from .dataset import ATTRIBUTE, About, Dataset
from .disk import below, check_root, first_existing, image_folders, required
from .tables import between, histogram, need_columns, numbers, read_table, shares, spread

if TYPE_CHECKING:
    import pandas as pd

ABOUT = About(
    name="EVA",
    source="Kang, Valenzise, Dufaux. EVA: An explainable visual aesthetics dataset. ATQAM/MAST 2020",
    licence="annotations CC0; the photographs are AVA's and belong to their makers",
    home="https://github.com/kang-gnak/eva-dataset",
    layout="data/votes_filtered.csv, data/users.csv, data/image_content_category.csv, images/EVA_together/<ID>.jpg "
    "(unzipped from the seven joined parts) or EVA_category/EVA_category/<1..6>/<ID>.jpg",
)
LEVELS = tuple(range(11))
ATTRIBUTES = ("visual", "composition", "quality", "semantic")
_CATEGORIES = {1: "animal", 2: "architecture", 3: "human", 4: "landscape", 5: "still life", 6: "other"}
_TOGETHER = ("images/EVA_together", "EVA_together", "images/EVA_together/EVA_together", "images")
_BY_CATEGORY = ("images/EVA_category/EVA_category", "images/EVA_category", "EVA_category/EVA_category", "EVA_category")


def load_eva(
    root: str | os.PathLike[str],
    *,
    votes: str = "filtered",
    fewest_votes: int = 1,
    images: str | os.PathLike[str] | None = None,
    keep_missing: bool = False,
) -> Dataset:
    """Read EVA.

    Parameters
    ----------
    root : path
        The folder with ``data`` and ``images``.
    votes : {"filtered", "all"}
        "filtered": the votes that the authors kept (``votes_filtered.csv``); "all": every vote (``votes.csv``).
    fewest_votes : int
        Leave out photographs with fewer votes.
    images : path, optional
        Folder of the photographs, ``<ID>.jpg``.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        ``score`` from 0 to 10; attributes visual (light and colour), composition (and depth), quality and semantic, means of
        1 (very bad) to 4 (very good); ``difficulty`` from 1 (very difficult) to 4; ``category``. There is no official split.

    Raises
    ------
    UserError
        If a file is missing or has another layout.
    """
    if votes not in ("filtered", "all"):
        raise UserError(f"votes is {votes!r}; EVA has 'filtered' and 'all'")
    folder = check_root(root, ABOUT)
    file = "votes_filtered.csv" if votes == "filtered" else "votes.csv"
    ratings = _votes(required(folder, ABOUT, f"data/{file}", file))
    grouped = ratings.groupby("image")
    frame = grouped[["score", *ATTRIBUTES, "difficulty"]].mean().rename(columns={name: ATTRIBUTE + name for name in ATTRIBUTES})
    counts = histogram(ratings, LEVELS).reindex(frame.index).to_numpy(dtype=float)
    frame["n_ratings"] = counts.sum(axis=1)
    distribution = shares(counts)
    frame["sd"] = spread(distribution, LEVELS)
    enough = (frame["n_ratings"] >= fewest_votes).to_numpy()
    frame, distribution = frame[enough], distribution[enough]
    codes = _categories(folder).reindex(frame.index)
    frame["category"] = codes.map(_CATEGORIES)
    names = frame.index + ".jpg"
    places = [below(place, names) for place in image_folders(folder, _TOGETHER, images)]
    if images is None:
        numbered = codes.fillna(0).astype(int).astype(str) + "/" + names
        places += [below(place, numbered) for place in image_folders(folder, _BY_CATEGORY, None)]
    return assemble(
        ABOUT,
        frame,
        places=places,
        scale=(0.0, 10.0),
        keep_missing=keep_missing,
        levels=LEVELS,
        distribution=distribution,
        raters=_users(folder),
        ratings=lambda: ratings,
    )


def _votes(path: Path) -> pd.DataFrame:
    """The votes with a score; attributes without an answer are NaN."""
    table = read_table(path, delimiter="=", text=("image_id", "user_id"))
    need_columns(table, ("image_id", "user_id", "score", *ATTRIBUTES, "difficulty"), path)
    scores = between(numbers(table["score"], path), (0.0, 10.0), "score", path)
    for name in (*ATTRIBUTES, "difficulty"):
        table[name] = numbers(table[name], path)
    clicks = {"1": "light_and_colour", "2": "composition_and_depth", "3": "quality", "4": "semantic"}
    renamed = {"image_id": "image", "user_id": "rater"} | {code: f"factor_{name}" for code, name in clicks.items()}
    table = table.assign(score=scores).rename(columns=renamed)
    first = ["rater", "image", "score"]
    table = table[first + [column for column in table.columns if column not in first]]
    return table[np.isfinite(scores)].reset_index(drop=True)


def _categories(folder: Path) -> pd.Series:
    import pandas as pd

    path = first_existing(folder, ("data/image_content_category.csv", "image_content_category.csv"))
    if path is None:
        return pd.Series(dtype=float)
    table = read_table(path, text=("image_id",))
    need_columns(table, ("image_id", "sort"), path)
    return pd.Series(numbers(table["sort"], path), index=table["image_id"]).groupby(level=0).first()


def _users(folder: Path) -> pd.DataFrame | None:
    """Birth year, region, level, gender; numbers stand as ``1992.0`` in the file, and eyecheck is a text like ``1,2``."""
    import pandas as pd

    path = first_existing(folder, ("data/users.csv", "users.csv"))
    if path is None:
        return None
    table = read_table(path, delimiter="=", text=("id", "region", "eyecheck"))
    need_columns(table, ("id", "age", "region", "photographic_level_id", "gender_id", "eyecheck"), path)

    def whole(column: str) -> pd.Series:
        return pd.Series(numbers(table[column], path)).astype("Int64")

    levels = {0: "none", 1: "beginner", 2: "amateur", 3: "professional"}
    users = pd.DataFrame(
        {
            "rater": table["id"],
            "birth_year": whole("age"),
            "region": table["region"],
            "photographic_level": whole("photographic_level_id").map(levels),
            "gender": whole("gender_id").map({1: "male", 2: "female"}),
            "eyecheck": table["eyecheck"].fillna(""),
        }
    )
    return users.set_index("rater")
