"""AVA: 255,530 photographs of dpchallenge.com, each with the histogram of some 200 votes from 1 to 10."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from .assembly import assemble, refuse_repeated
from .dataset import About, Dataset
from .disk import below, check_root, first_existing, image_folders, required
from .tables import read_rows, shares, spread

if TYPE_CHECKING:
    import pandas as pd

ABOUT = About(
    name="AVA",
    source="Murray, Marchesotti, Perronnin. AVA: A large-scale database for aesthetic visual analysis. CVPR 2012",
    licence="photographs belong to their makers at dpchallenge.com; for research",
    home="https://github.com/imfing/ava_downloader",
    layout="AVA.txt, aesthetics_image_lists/generic_test.jpgl, and optionally tags.txt, challenges.txt, style_image_lists/; "
    "images/<ID>.jpg",
)
LEVELS = tuple(range(1, 11))
CATEGORIES = ("animal", "architecture", "cityscape", "floral", "fooddrink", "landscape", "portrait", "stilllife")
_COLUMNS = ("row", "id", *(f"n{level}" for level in LEVELS), "tag1", "tag2", "challenge")


def load_ava(
    root: str | os.PathLike[str],
    *,
    split: str | None = "official",
    category: str | None = None,
    images: str | os.PathLike[str] | None = None,
    keep_missing: bool = False,
) -> Dataset:
    """Read AVA.

    Parameters
    ----------
    root : path
        The folder with ``AVA.txt``.
    split : {"official", None}
        "official": the photographs of ``generic_test.jpgl`` are the test part and all others the training part, which is
        what results on AVA are reported on. None: no split. A challenge may stand in both parts; its photographs share the
        ``group``, so that cross-validation by group keeps them together.
    category : str, optional
        Only the photographs of one list (``CATEGORIES``: animal, architecture, ...), split by its own two files.
    images : path, optional
        Folder of the photographs; by default ``images``, ``image`` or the root.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        ``score`` is the mean of the votes (1 to 10); further columns ``sd``, ``challenge`` (title), ``tags`` (semantic, joined
        by ``;``), and ``style`` (joined by ``;``) with ``style_split`` for the 14,079 photographs with a style.

    Raises
    ------
    UserError
        If a file is missing or has another layout.
    """
    if split not in ("official", None):
        raise UserError(f"split is {split!r}; AVA has 'official' or None")
    folder = check_root(root, ABOUT)
    path = required(folder, ABOUT, "AVA.txt")
    table = read_rows(path, _COLUMNS)
    refuse_repeated(table["id"], path)
    frame = _scores(table, path)
    frame["challenge"] = _named(folder, "challenges.txt", table["challenge"]).to_numpy()
    frame["tags"] = _tags(folder, table)
    _add_styles(frame, folder)
    if category is not None:
        frame = _of_category(frame, folder, category)
    elif split == "official":
        test = _ids(required(folder, ABOUT, "aesthetics_image_lists/generic_test.jpgl"))
        frame["split"] = np.where(frame.index.isin(test), "test", "train")
    counts = [f"n{level}" for level in LEVELS]
    distribution = shares(frame[counts].to_numpy(dtype=float))
    names = frame.index + ".jpg"
    places = [below(place, names) for place in image_folders(folder, ("images", "image", "."), images)]
    return assemble(
        ABOUT,
        frame.drop(columns=counts),
        places=places,
        scale=(1.0, 10.0),
        keep_missing=keep_missing,
        levels=LEVELS,
        distribution=distribution,
    )


def _scores(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    counts = [f"n{level}" for level in LEVELS]
    try:
        votes = table[counts].to_numpy(dtype=float)
    except ValueError as error:
        raise UserError(f"{path}: votes are not numbers ({error}); expected are 15 columns: {', '.join(_COLUMNS)}") from error
    frame = table[counts].set_axis(table["id"].astype(str), axis=0)
    distribution = shares(votes)
    frame["score"] = distribution @ np.array(LEVELS, dtype=float)
    frame["n_ratings"] = votes.sum(axis=1)
    frame["group"] = table["challenge"].astype(str).to_numpy()
    frame["sd"] = spread(distribution, LEVELS)
    return frame


def _named(folder: Path, file: str, codes: pd.Series) -> pd.Series:
    """Codes as words of a file of lines ``ID Name_with_underscores``; missing where the file or the name is."""
    path = first_existing(folder, (file,))
    lines = [] if path is None else path.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = [line.split(maxsplit=1) for line in lines]
    names = {int(pair[0]): pair[1].strip().replace("_", " ") for pair in pairs if len(pair) == 2}
    return codes.map(names).astype("object")


def _tags(folder: Path, table: pd.DataFrame) -> np.ndarray:
    first, second = (_named(folder, "tags.txt", table[column]).fillna("") for column in ("tag1", "tag2"))
    joined = first.where(second == "", first + np.where(first == "", "", ";") + second)
    return joined.to_numpy()


def _ids(path: Path) -> list[str]:
    return path.read_text().split()


def _of_category(frame: pd.DataFrame, folder: Path, category: str) -> pd.DataFrame:
    if category not in CATEGORIES:
        raise UserError(f"category is {category!r}; AVA has lists for {', '.join(CATEGORIES)}")
    parts = {
        part: frame.index.isin(_ids(required(folder, ABOUT, f"aesthetics_image_lists/{category}_{part}.jpgl")))
        for part in ("train", "test")
    }
    chosen = frame.assign(split=np.where(parts["test"], "test", "train"), category=category)
    return chosen[parts["train"] | parts["test"]]


def _add_styles(frame: pd.DataFrame, folder: Path) -> None:
    """Fill ``style`` and ``style_split`` from train.lab (one label each) and test.multilab (14 flags each)."""
    lists = first_existing(folder, ("style_image_lists",))
    if lists is None:
        return
    names = np.array(
        [line.split()[-1].replace("_", " ") for line in _lines(required(lists, ABOUT, "styles.txt"))], dtype=object
    )
    styles = dict(zip(_ids(required(lists, ABOUT, "train.jpgl")), _train_styles(lists, names), strict=True))
    training = set(styles)
    ids = _ids(required(lists, ABOUT, "test.jpgl"))
    path = required(lists, ABOUT, "test.multilab")
    flags = read_rows(path, list(names)).to_numpy()
    if len(flags) != len(ids):
        raise UserError(f"{path}: {len(flags)} rows of styles for the {len(ids)} photographs of test.jpgl")
    styles |= {name: ";".join(names[row == 1]) for name, row in zip(ids, flags, strict=True)}
    frame["style"] = frame.index.map(styles)
    frame["style_split"] = frame.index.map(dict.fromkeys(ids, "test") | dict.fromkeys(training, "train"))


def _train_styles(lists: Path, names: np.ndarray) -> np.ndarray:
    path = required(lists, ABOUT, "train.lab")
    labels = np.array(_ids(path), dtype=int)
    ids = len(_ids(required(lists, ABOUT, "train.jpgl")))
    if len(labels) != ids:
        raise UserError(f"{path}: {len(labels)} labels for the {ids} photographs of train.jpgl")
    if len(labels) and not (labels.min() >= 1 and labels.max() <= len(names)):
        raise UserError(f"{path}: labels from {labels.min()} to {labels.max()}; styles.txt names 1 to {len(names)}")
    return names[labels - 1]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.strip()]
