"""TAD66K: 66,327 photographs of 47 themes, with scores from 0 to 10."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from .assembly import assemble, refuse_repeated
from .dataset import About, Dataset
from .disk import below, check_root, first_existing, image_folders
from .tables import between, need_columns, numbers, read_table

if TYPE_CHECKING:
    import pandas as pd

ABOUT = About(
    name="TAD66K",
    source="He, Zhang, Xie, Jiang, Ming. Rethinking image aesthetics assessment: models, datasets and benchmarks. IJCAI 2022",
    licence="photographs come from Flickr and belong to their makers; for research",
    home="https://github.com/woshidandan/TANet-image-aesthetics-and-quality-assessment",
    layout="merge/{train,test}.csv and/or unmerge/{train,test}/<theme>.csv (also below dataset/ or labels/); TAD66K/<image>",
)
_SPLITS = ("train", "test")


def load_tad66k(
    root: str | os.PathLike[str], *, images: str | os.PathLike[str] | None = None, keep_missing: bool = False
) -> Dataset:
    """Read TAD66K with its official split.

    Scores come from ``merge`` where it is there, else from the themes' files; themes come from the latter.

    Parameters
    ----------
    root : path
    images : path, optional
        Folder of the photographs; by default ``TAD66K``.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        ``score`` from 0 to 10; ``theme`` (joined by ``;`` where a photograph has several; missing without the themes' files).

    Raises
    ------
    UserError
        If files are missing, have another layout or list a photograph in both parts.
    """
    import pandas as pd

    folder = check_root(root, ABOUT)
    places = ("", "dataset/", "labels/", "dataset/labels/")
    merged = first_existing(folder, (f"{place}merge" for place in places))
    by_theme = first_existing(folder, (f"{place}unmerge" for place in places))
    if merged is None and by_theme is None:
        raise UserError(f"{folder}: no folder merge or unmerge; the layout is {ABOUT.layout}. Get it from {ABOUT.home}")
    themes = None if by_theme is None else _themes(by_theme)
    if merged is not None:
        parts = [_scores(_file(merged / f"{split}.csv")).assign(split=split) for split in _SPLITS]
        frame = pd.concat(parts)
        refuse_repeated(frame.index, merged)
    else:
        assert themes is not None
        frame = themes.groupby("image").agg({"score": "mean", "split": "first"})
        both = themes.groupby("image")["split"].nunique() > 1
        if both.any():
            raise UserError(f"{by_theme}: {both.idxmax()} stands in the training and in the test part")
    if themes is not None:
        frame["theme"] = themes.groupby("image")["theme"].agg(";".join).reindex(frame.index)
    folders = image_folders(folder, ("TAD66K", "images", "TAD66K/TAD66K"), images)
    return assemble(
        ABOUT, frame, places=[below(place, frame.index) for place in folders], scale=(0.0, 10.0), keep_missing=keep_missing
    )


def _file(path: Path) -> Path:
    if not path.is_file():
        raise UserError(f"{path}: not found; TAD66K has a training and a test part. Get it from {ABOUT.home}")
    return path


def _scores(path: Path) -> pd.DataFrame:
    import pandas as pd

    table = read_table(path, text=("image",))
    need_columns(table, ("image", "score"), path)
    values = between(numbers(table["score"], path), (0.0, 10.0), "score", path)
    return pd.DataFrame({"score": values}, index=pd.Index(table["image"].str.strip(), name="image"))


def _themes(folder: Path) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for split in _SPLITS:
        files = sorted((folder / split).glob("*.csv"))
        if not files:
            raise UserError(f"{folder / split}: no CSV of a theme; expected one file per theme. Get it from {ABOUT.home}")
        for path in files:
            part = _scores(path)
            refuse_repeated(part.index, path)
            parts.append(part.assign(split=split, theme=path.stem))
    return pd.concat(parts)
