"""KonIQ-10k and SPAQ: photographs rated for quality rather than beauty."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from .assembly import assemble, refuse_repeated
from .dataset import ATTRIBUTE, About, Dataset
from .disk import below, check_root, first_existing, image_folders, required
from .tables import between, need_columns, numbers, plain_name, read_table, shares

if TYPE_CHECKING:
    import pandas as pd

KONIQ = About(
    name="KonIQ-10k",
    source="Hosu, Lin, Sziranyi, Saupe. KonIQ-10k: An ecologically valid database for deep learning of blind image quality "
    "assessment. IEEE TIP 2020",
    licence="photographs come from YFCC100M under Creative Commons; see the database's page",
    home="http://database.mmsp-kn.de/koniq-10k-database.html",
    layout="koniq10k_distributions_sets.csv or koniq10k_scores_and_distributions.csv; 1024x768/<image> or 512x384/<image>",
)
SPAQ = About(
    name="SPAQ",
    source="Fang, Zhu, Zeng, Ma, Wang. Perceptual quality assessment of smartphone photography. CVPR 2020",
    licence="for research; see the repository",
    home="https://github.com/h4nwei/SPAQ",
    layout="Annotations/MOS and Image attribute scores.xlsx, Annotations/Scene category labels.xlsx, TestImage/<image>",
)
LEVELS = (1, 2, 3, 4, 5)
_SPAQ_ATTRIBUTES = {
    "brightness": "Brightness",
    "colourfulness": "Colorfulness",
    "contrast": "Contrast",
    "noisiness": "Noisiness",
    "sharpness": "Sharpness",
}
_SETS = {"training": "train", "train": "train", "validation": "validation", "val": "validation", "test": "test"}


def load_koniq10k(
    root: str | os.PathLike[str],
    *,
    scores: str = "published",
    size: str = "1024x768",
    images: str | os.PathLike[str] | None = None,
    keep_missing: bool = False,
) -> Dataset:
    """Read KonIQ-10k from either of its tables.

    ``koniq10k_distributions_sets.csv`` has proportions of votes, scores from 0 to 100 in ``MOS``, and the official split;
    ``koniq10k_scores_and_distributions.csv`` has numbers of votes, scores from 0 to 100 in ``MOS_zscore``, means of 1 to 5
    in ``MOS``, and no split. The first is taken where both are there.

    Parameters
    ----------
    root : path
    scores : {"published", "ratings"}
        "published": the score from 0 to 100, made of standardised votes; "ratings": the mean vote from 1 to 5.
    size : {"1024x768", "512x384"}
        Folder of the photographs to prefer.
    images : path, optional
        Folder of the photographs.
    keep_missing : bool
        Keep photographs that are not on disk.

    Raises
    ------
    UserError
        If a file is missing or has another layout.
    """
    if scores not in ("published", "ratings"):
        raise UserError(f"scores is {scores!r}; KonIQ-10k has 'published' and 'ratings'")
    folder = check_root(root, KONIQ)
    path = required(folder, KONIQ, "koniq10k_distributions_sets.csv", "koniq10k_scores_and_distributions.csv")
    table = read_table(path, text=("image_name",))
    need_columns(table, ("image_name", "c1", "c2", "c3", "c4", "c5", "c_total", "MOS", "SD"), path)
    refuse_repeated(table["image_name"], path)
    frame = table[["image_name"]].set_index("image_name")
    distribution = shares(np.column_stack([numbers(table[f"c{level}"], path) for level in LEVELS]))
    means = distribution @ np.array(LEVELS, dtype=float)
    frame["score"] = means if scores == "ratings" else _koniq_scores(table, path)
    frame["n_ratings"] = numbers(table["c_total"], path)
    frame["sd"] = numbers(table["SD"], path)
    if "set" in table:
        frame["split"] = _koniq_split(table["set"], path).to_numpy()
    folders = sorted(("1024x768", "512x384"), key=lambda name: name != size)
    return assemble(
        KONIQ,
        frame,
        places=[below(place, frame.index) for place in image_folders(folder, folders, images)],
        scale=(1.0, 5.0) if scores == "ratings" else (0.0, 100.0),
        keep_missing=keep_missing,
        levels=LEVELS,
        distribution=distribution,
    )


def _koniq_scores(table: pd.DataFrame, path: Path) -> np.ndarray:
    column = "MOS_zscore" if "MOS_zscore" in table else "MOS"
    values = numbers(table[column], path)
    if column == "MOS" and len(values) and np.nanmax(values) <= 5:
        raise UserError(f"{path}: MOS is from 1 to 5 and there is no MOS_zscore; scores='ratings' reads the mean votes")
    return between(values, (0.0, 100.0), column, path)


def _koniq_split(column: pd.Series, path: Path) -> pd.Series:
    split = column.astype(str).str.strip().str.lower().map(_SETS)
    if split.isna().any():
        raise UserError(f"{path}: set is {column[split.isna()].iloc[0]!r}; expected training, validation or test")
    return split


def load_spaq(
    root: str | os.PathLike[str], *, images: str | os.PathLike[str] | None = None, keep_missing: bool = False
) -> Dataset:
    """Read SPAQ. It has no official split.

    Parameters
    ----------
    root : path
        The folder with ``Annotations`` and ``TestImage``.
    images : path, optional
        Folder of the photographs.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        ``score`` and the attributes brightness, colourfulness, contrast, noisiness and sharpness from 0 to 100, as in the
        file; ``category``: the scenes of ``Scene category labels.xlsx`` where it is there, joined by ``;``.

    Raises
    ------
    UserError
        If a file is missing or has another layout, or openpyxl is not installed.
    """
    folder = check_root(root, SPAQ)
    name = "MOS and Image attribute scores.xlsx"
    path = required(folder, SPAQ, *(f"{place}{name}" for place in ("Annotations/", "annotations/", "")))
    table = _sheet(path)
    need_columns(table, ("Image name", "MOS", *_SPAQ_ATTRIBUTES.values()), path)
    refuse_repeated(table["Image name"], path)
    frame = table[[]].set_axis(table["Image name"].astype(str).str.strip(), axis=0)
    frame["score"] = between(numbers(table["MOS"], path), (0.0, 100.0), "MOS", path)
    for attribute, column in _SPAQ_ATTRIBUTES.items():
        frame[ATTRIBUTE + attribute] = numbers(table[column], path)
    scenes = first_existing(path.parent, ("Scene category labels.xlsx",))
    if scenes is not None:
        frame["category"] = _scenes(scenes).reindex(frame.index)
    places = [below(place, frame.index) for place in image_folders(folder, ("TestImage", "SPAQ/TestImage"), images)]
    return assemble(SPAQ, frame, places=places, scale=(0.0, 100.0), keep_missing=keep_missing)


def _sheet(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        importlib.import_module("openpyxl")
    except ImportError:
        raise UserError(f"{path}: reading Excel's files needs openpyxl; pip install openpyxl") from None
    try:
        table = pd.read_excel(path)
    except Exception as error:  # openpyxl lets errors of zip and XML through, of no common kind
        raise UserError(f"{path}: could not be read as an Excel file ({error})") from error
    return table.rename(columns=lambda name: str(name).strip())


def _scenes(path: Path) -> pd.Series:
    """Names of the scene columns that are not zero, joined by ``;``."""
    table = _sheet(path)
    need_columns(table, ("Image name",), path)
    flags = table.drop(columns="Image name").select_dtypes("number")
    names = np.array([plain_name(column) for column in flags.columns], dtype=object)
    joined = [";".join(names[row > 0]) for row in flags.to_numpy()]
    series = table["Image name"].astype(str).str.strip()
    refuse_repeated(series, path)
    return series.to_frame().assign(scene=joined).set_index("Image name")["scene"]
