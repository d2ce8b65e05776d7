"""PARA: 31,220 photographs rated by 438 people whose age, education and personality are known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from .assembly import assemble, refuse_repeated
from .dataset import ATTRIBUTE, About, Dataset
from .disk import below, check_root, first_existing, image_folders, required
from .tables import between, numbers, read_table, shares

if TYPE_CHECKING:
    import pandas as pd

ABOUT = About(
    name="PARA",
    source="Yang, Xu, Li, Qie, Li, Zhang, Guo. Personalized image aesthetics assessment with rich attributes. CVPR 2022",
    licence="research and learning only, no commercial use (the dataset's README)",
    home="https://cv-datasets.institutecv.com/#/data-sets",
    layout="annotation/PARA-GiaaTrain.csv, PARA-GiaaTest.csv, PARA-Images.csv, PARA-UserInfo.csv; imgs/<session>/<image name>",
)
LEVELS = tuple(1 + step / 2 for step in range(9))
ATTRIBUTES = {
    "quality": ("qualityScore", 14, 4),
    "composition": ("compositionScore", 21, 5),
    "colour": ("colorScore", 28, 6),
    "depth_of_field": ("dofScore", 35, 7),
    "light": ("lightScore", 42, 9),
    "content": ("contentScore", 49, 8),
    "content_preference": ("contentPreference", 56, 13),
    "willingness_to_share": ("willingnessToShare", 63, 14),
}
"""Our name: the dataset's name, the position of its mean in PARA-Giaa*.csv and of the rating in PARA-Images.csv."""
_MEANS = (
    {"imageName": 0, "sessionId": 1, "semantic": 2, "aestheticScore_mean": 12, "aestheticScore_std": 13}
    | {f"aestheticScore_{level:.1f}": 3 + place for place, level in enumerate(LEVELS)}
    | {f"{name}_mean": place for name, place, _ in ATTRIBUTES.values()}
)
_RATINGS = {"sessionId": 0, "imageName": 1, "userId": 2, "aestheticScore": 3, "difficulty": 12} | {
    name: place for name, _, place in ATTRIBUTES.values()
}


def load_para(
    root: str | os.PathLike[str], *, images: str | os.PathLike[str] | None = None, keep_missing: bool = False
) -> Dataset:
    """Read PARA with its official split.

    Columns are taken by name, and where a name is not in the file by the position that the dataset's README gives. (The
    session is the second column of ``PARA-Giaa*.csv`` and the first of ``PARA-Images.csv``.)

    Parameters
    ----------
    root : path
        The folder with ``annotation`` and ``imgs``.
    images : path, optional
        The folder of the sessions' folders.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        Ids are ``<session>/<image name>``; ``score`` from 1 to 5 in nine bins of half a step; eight attributes from 1 to 5;
        ``sd``, ``category`` (scene). ``ratings`` reads ``PARA-Images.csv`` when asked for, ``raters`` the people.

    Raises
    ------
    UserError
        If a file is missing or has another layout.
    """
    import pandas as pd

    folder = check_root(root, ABOUT)
    parts = []
    for split, file in (("train", "PARA-GiaaTrain.csv"), ("test", "PARA-GiaaTest.csv")):
        path = required(folder, ABOUT, f"annotation/{file}", file)
        parts.append(_means(path).assign(split=split))
    frame = pd.concat(parts)
    refuse_repeated(frame.index, folder / "annotation" / "PARA-Giaa*.csv")
    bins = [f"aestheticScore_{level:.1f}" for level in LEVELS]
    places = [below(place, frame.index) for place in image_folders(folder, ("imgs",), images)]
    return assemble(
        ABOUT,
        frame.drop(columns=bins),
        places=places,
        scale=(1.0, 5.0),
        keep_missing=keep_missing,
        levels=LEVELS,
        distribution=shares(frame[bins].to_numpy(dtype=float)),
        raters=_people(folder),
        ratings=lambda: _ratings(required(folder, ABOUT, "annotation/PARA-Images.csv", "PARA-Images.csv")),
    )


def _pick(path: Path, columns: Mapping[str, int]) -> pd.DataFrame:
    """The wanted columns by name, else by position."""
    table = read_table(path)
    positions = {}
    for name, position in columns.items():
        if name in table.columns:
            positions[name] = list(table.columns).index(name)
        elif position < table.shape[1]:
            positions[name] = position
        else:
            raise UserError(f"{path}: {table.shape[1]} columns; {name!r} is expected by name or as column {position + 1}")
    if len(set(positions.values())) < len(positions):
        raise UserError(
            f"{path}: the columns do not have the names or the order of the dataset's README: {', '.join(positions)}"
        )
    return table.iloc[:, list(positions.values())].set_axis(list(positions), axis=1)


def _ids(table: pd.DataFrame) -> pd.Series:
    return table["sessionId"].astype(str).str.strip() + "/" + table["imageName"].astype(str).str.strip()


def _means(path: Path) -> pd.DataFrame:
    table = _pick(path, _MEANS)
    values = {name: numbers(table[name], path) for name in table.columns.drop(["imageName", "sessionId", "semantic"])}
    between(values["aestheticScore_mean"], (1.0, 5.0), "aestheticScore_mean", path)
    bins = np.column_stack([values[f"aestheticScore_{level:.1f}"] for level in LEVELS])
    total = bins.sum(axis=1)
    frame = table[["semantic"]].rename(columns={"semantic": "category"})
    frame["score"] = values["aestheticScore_mean"]
    frame["sd"] = values["aestheticScore_std"]
    # The bins hold numbers of people or shares of them; only the former tell how many there were.
    frame["n_ratings"] = np.where(total > 1.5, np.round(total), np.nan)
    for name, (column, _, _) in ATTRIBUTES.items():
        frame[ATTRIBUTE + name] = values[f"{column}_mean"]
    for level, column in zip(LEVELS, bins.T, strict=True):
        frame[f"aestheticScore_{level:.1f}"] = column
    frame.index = _ids(table)
    return frame


def _ratings(path: Path) -> pd.DataFrame:
    import pandas as pd

    table = _pick(path, _RATINGS)
    ratings = {"rater": table["userId"].astype(str).str.strip(), "image": _ids(table)}
    values = {"score": numbers(table["aestheticScore"], path)}
    values |= {name: numbers(table[column], path) for name, (column, _, _) in ATTRIBUTES.items()}
    return pd.DataFrame(ratings | values | {"difficulty": numbers(table["difficulty"], path)})


def _people(folder: Path) -> pd.DataFrame | None:
    path = first_existing(folder, ("annotation/PARA-UserInfo.csv", "PARA-UserInfo.csv"))
    if path is None:
        return None
    people = read_table(path)
    raters = people.iloc[:, 0].astype(str).str.strip().rename("rater")
    return people.iloc[:, 1:].set_axis(raters, axis=0)
