"""AADB: 9,958 photographs with scores of 0 to 1 and eleven attributes, each the mean of five raters."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from .assembly import assemble, refuse_repeated
from .dataset import ATTRIBUTE, About, Dataset
from .disk import below, check_root, first_existing, image_folders, pictures
from .tables import between, numbers, read_rows

if TYPE_CHECKING:
    import pandas as pd

ABOUT = About(
    name="AADB",
    source="Kong, Shen, Lin, Mech, Fowlkes. Photo aesthetics ranking network with attributes and content adaptation. ECCV 2016",
    licence="photographs come from Flickr and belong to their makers; for research",
    home="https://github.com/aimerykong/deepImageAestheticsAnalysis",
    layout="imgListFiles_label/imgList{Train,Validation,TestNew}Regression_<name>.txt (and attMat.mat), or AADBinfo.mat; "
    "images in datasetImages_originalSize/ and AADB_newtest_originalSize/, or all in datasetImages_warp256/",
)
ATTRIBUTES = {
    "balancing_elements": "BalacingElements",
    "colour_harmony": "ColorHarmony",
    "content": "Content",
    "depth_of_field": "DoF",
    "light": "Light",
    "motion_blur": "MotionBlur",
    "object": "Object",
    "repetition": "Repetition",
    "rule_of_thirds": "RuleOfThirds",
    "symmetry": "Symmetry",
    "vivid_colour": "VividColor",
}
"""Our names of the attributes, and those in the names of files (the first is misspelt there), in the order of attMat.mat."""
_SPLITS = {"train": ("Train", 0), "test": ("TestNew", 1), "validation": ("Validation", 2)}
"""The name in file names and the position in attMat.mat, where test comes before validation."""
_FOLDERS = ("datasetImages_originalSize", "AADB_newtest_originalSize", "datasetImages_warp256", "images")
_PREFIX = re.compile(r"^[01]?\.\d+_")
"""A score before the name, as test photographs have it in some copies."""


def load_aadb(
    root: str | os.PathLike[str], *, images: str | os.PathLike[str] | None = None, keep_missing: bool = False
) -> Dataset:
    """Read AADB, with the split that everybody uses (8,458, 500 and 1,000 photographs).

    Names are taken without the score that stands before those of test photographs in some copies, both in the lists and
    on disk. Attributes come from the text files, else from ``attMat.mat``, whose rows must agree with the scores; with
    ``AADBinfo.mat`` alone there is no validation part.

    Parameters
    ----------
    root : path
    images : path, optional
        Folder of the photographs, if all are in one.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        ``score`` from 0 to 1; attributes from -1 to 1 (motion blur, repetition and symmetry from 0 to 1).

    Raises
    ------
    UserError
        If files are missing, disagree or hold scores outside 0 to 1.
    """
    import pandas as pd

    folder = check_root(root, ABOUT)
    lists = first_existing(folder, ("imgListFiles_label",)) or folder
    information = first_existing(folder, ("AADBinfo.mat", "imgListFiles_label/AADBinfo.mat"))
    if first_existing(lists, ("imgListTrainRegression_score.txt",)) is not None:
        parts = _from_lists(lists)
    elif information is not None:
        parts = _from_matlab(information)
    else:
        raise UserError(
            f"{folder}: AADB needs imgListFiles_label/imgListTrainRegression_score.txt or AADBinfo.mat; the layout is "
            f"{ABOUT.layout}. Get it from {ABOUT.home}"
        )
    matrix = first_existing(folder, ("attMat.mat", "imgListFiles_label/attMat.mat"))
    if matrix is not None and not any(str(column).startswith(ATTRIBUTE) for column in parts["train"]):
        _add_attributes(parts, matrix)
    frame = pd.concat([part.assign(split=split) for split, part in parts.items()])
    refuse_repeated(frame.index, lists)
    places = [_on_disk(place, frame.index) for place in image_folders(folder, _FOLDERS, images)]
    return assemble(ABOUT, frame, places=places, scale=(0.0, 1.0), keep_missing=keep_missing)


def bare_name(name: str) -> str:
    """A file name without the score before it.

    >>> bare_name("0.850_farm1_262_20009074919_b.jpg"), bare_name("farm1_262_20009074919_b.jpg")
    ('farm1_262_20009074919_b.jpg', 'farm1_262_20009074919_b.jpg')
    """
    return _PREFIX.sub("", name)


def _on_disk(folder: Path, names: pd.Index) -> list[str]:
    actual = {bare_name(name): name for name in pictures(folder)} if folder.is_dir() else {}
    return below(folder, (actual.get(name, name) for name in names))


def _list(path: Path, what: str, scale: tuple[float, float]) -> pd.DataFrame:
    table = read_rows(path, ("image", what), text=("image",))
    values = between(numbers(table[what], path, header=False), scale, what, path)
    return table.assign(image=table["image"].map(bare_name), **{what: values}).set_index("image")


def _from_lists(lists: Path) -> dict[str, pd.DataFrame]:
    parts = {}
    for split, (name, _) in _SPLITS.items():
        path = lists / f"imgList{name}Regression_score.txt"
        if not path.is_file():
            raise UserError(f"{path}: not found; AADB has it for Train, Validation and TestNew. Get it from {ABOUT.home}")
        part = _list(path, "score", (0.0, 1.0))
        refuse_repeated(part.index, path)
        for attribute, file in ATTRIBUTES.items():
            path = lists / f"imgList{name}Regression_{file}.txt"
            if path.is_file():
                values = _list(path, attribute, (-1.0, 1.0))
                refuse_repeated(values.index, path)
                part[ATTRIBUTE + attribute] = values[attribute].reindex(part.index)
        parts[split] = part
    return parts


def _from_matlab(path: Path) -> dict[str, pd.DataFrame]:
    import pandas as pd

    content = _matlab(path, "trainNameList", "trainScore", "testNameList", "testScore")
    parts = {}
    for split in ("train", "test"):
        names = [bare_name(str(np.ravel(cell)[0]).strip()) for cell in np.ravel(content[f"{split}NameList"])]
        scores = np.ravel(content[f"{split}Score"]).astype(float)
        if len(names) != len(scores):
            raise UserError(f"{path}: {len(names)} names and {len(scores)} scores in its {split} part")
        between(scores, (0.0, 1.0), f"{split}Score", path)
        parts[split] = pd.DataFrame({"score": scores}, index=names)
    return parts


def _add_attributes(parts: dict[str, pd.DataFrame], path: Path) -> None:
    """Attributes by position, after checking that the first column holds the scores in the same order."""
    cells = np.ravel(_matlab(path, "dataset")["dataset"])
    for split, part in parts.items():
        values = np.asarray(cells[_SPLITS[split][1]], dtype=float)
        if values.shape != (len(part), 1 + len(ATTRIBUTES)) or not np.allclose(values[:, 0], part["score"], atol=1e-3):
            raise UserError(
                f"{path}: the {split} part (shape {values.shape}) does not match the {len(part)} scores of the lists; expected "
                "are as many rows in the same order, each with the score and eleven attributes"
            )
        for position, attribute in enumerate(ATTRIBUTES, start=1):
            part[ATTRIBUTE + attribute] = values[:, position]


def _matlab(path: Path, *names: str) -> dict[str, np.ndarray]:
    from scipy.io import loadmat

    try:
        content: dict[str, np.ndarray] = loadmat(path, variable_names=names)
    except Exception as error:  # a damaged file lets errors of many kinds through
        raise UserError(f"{path}: could not be read as a MATLAB file ({error})") from error
    lacking = [name for name in names if name not in content]
    if lacking:
        raise UserError(f"{path}: no variable {lacking[0]!r}; it is in the file of {ABOUT.home}")
    return content
