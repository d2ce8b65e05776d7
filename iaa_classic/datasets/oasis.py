"""OASIS: 900 photographs with valence and arousal (Kurdi and others), and beauty (Brielmann and Pelli)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import UserError
from .assembly import assemble, refuse_repeated
from .dataset import ATTRIBUTE, About, Dataset
from .disk import below, check_root, first_existing, image_folders, required
from .plain import load_folder
from .tables import between, need_columns, numbers, read_table

if TYPE_CHECKING:
    import pandas as pd

ABOUT = About(
    name="OASIS",
    source="Kurdi, Lozano, Banaji. Introducing the Open Affective Standardized Image Set. Behavior Research Methods 2017; "
    "beauty: Brielmann, Pelli. Intense beauty requires intense pleasure. Frontiers in Psychology 2019",
    licence="academic use; most photographs are in the public domain (Pixabay) or from Wikipedia",
    home="https://osf.io/6pnd7/ (the beauty ratings have a page of their own at osf.io)",
    layout="OASIS.csv, images/<Theme>.jpg and any CSV with Theme and a mean beauty; or labels.csv, ratings.csv.gz, images/",
)
SCALE = (1.0, 7.0)
_TARGETS = ("beauty", "valence", "arousal")
_BEAUTY_NAMES = ("beauty_mean", "mean_beauty", "beauty", "mean")


def load_oasis(
    root: str | os.PathLike[str],
    *,
    target: str = "beauty",
    beauty: str | os.PathLike[str] | None = None,
    beauty_column: str | None = None,
    images: str | os.PathLike[str] | None = None,
    keep_missing: bool = False,
) -> Dataset:
    """Read OASIS as it is published, or in the plain layout with ``labels.csv``.

    Parameters
    ----------
    root : path
    target : {"beauty", "valence", "arousal"}
        What is ``score``; the others that are known become attributes.
    beauty : path, optional
        The table of beauty, keyed by ``Theme``, with one row per photograph or per rating; by default the one CSV beside
        ``OASIS.csv`` that has a column ``Theme``.
    beauty_column : str, optional
        Its column; by default beauty_mean, mean_beauty, beauty or mean, in any case.
    images : path, optional
        Folder of the photographs.
    keep_missing : bool
        Keep photographs that are not on disk.

    Returns
    -------
    Dataset
        Scores from 1 to 7; ``group``: photographs of one theme (Acorns 1, Acorns 2); ``category``: Animal, Object, Person,
        Scene. The plain layout has distributions and single ratings of beauty, too.

    Raises
    ------
    UserError
        If a file or a column is missing.
    """
    if target not in _TARGETS:
        raise UserError(f"target is {target!r}; OASIS has {', '.join(_TARGETS)}")
    folder = check_root(root, ABOUT)
    if (folder / "labels.csv").is_file():
        plain = load_folder(folder, target=f"{target}_mean", scale=SCALE, images=images, keep_missing=keep_missing, about=ABOUT)
        return plain
    path = required(folder, ABOUT, "OASIS.csv", "oasis.csv")
    table = _published(path)
    values = {name: table[name] for name in ("valence", "arousal")}
    ratings = _beauty(folder, path, beauty, beauty_column, needed=target == "beauty")
    if ratings is not None:
        values = {"beauty": ratings.reindex(table.index), **values}
    frame = table[["category"]].assign(score=values[target], group=table.index.str.replace(r"\s*\d+$", "", regex=True))
    for column in ("sd", "n_ratings"):
        frame[column] = table[f"{target}_{column}"] if target != "beauty" else np.nan
    for name in values:
        if name != target:
            frame[ATTRIBUTE + name] = values[name]
    folders = image_folders(folder, ("images", "Images"), images)
    names = [frame.index + ".jpg", frame.index.str.replace(" ", "") + ".jpg"]
    places = [below(place, spelling) for place in folders for spelling in names]
    return assemble(ABOUT, frame, places=places, scale=SCALE, keep_missing=keep_missing)


def _published(path: Path) -> pd.DataFrame:
    """``OASIS.csv`` by theme; the blanks around the names of themes are stray."""
    import pandas as pd

    table = read_table(path, text=("Theme",))
    need_columns(table, ("Theme", "Category", "Valence_mean", "Valence_SD", "Arousal_mean", "Arousal_SD"), path)
    themes = table["Theme"].str.strip()
    refuse_repeated(themes, path)
    frame = pd.DataFrame({"category": table["Category"].str.strip()})
    for name in ("Valence", "Arousal"):
        frame[name.lower()] = between(numbers(table[f"{name}_mean"], path), SCALE, f"{name}_mean", path)
        frame[f"{name.lower()}_sd"] = numbers(table[f"{name}_SD"], path)
        counts = f"{name}_N"
        frame[f"{name.lower()}_n_ratings"] = numbers(table[counts], path) if counts in table else np.nan
    return frame.set_axis(pd.Index(themes, name="image"), axis=0)


def _beauty(
    folder: Path, published: Path, given: str | os.PathLike[str] | None, column: str | None, *, needed: bool
) -> pd.Series | None:
    import pandas as pd

    if given is not None:
        path = Path(given) if Path(given).is_absolute() else first_existing(folder, (str(given),)) or Path(given)
    else:
        others = [other for other in sorted(folder.glob("*.csv")) if other != published and "Theme" in read_table(other)]
        if len(others) > 1:
            raise UserError(f"{folder}: {', '.join(other.name for other in others)} have a column Theme; say which is beauty=")
        if not others:
            if needed:
                raise UserError(
                    f"{folder}: no CSV with a column Theme beside {published.name}, so no ratings of beauty; get them from the "
                    "OSF page of Brielmann and Pelli (2019), name them with beauty=, or choose target='valence' or 'arousal'"
                )
            return None
        path = others[0]
    table = read_table(path, text=("Theme",))
    need_columns(table, ("Theme",), path)
    if column is None:
        names = {str(name).lower(): str(name) for name in table.columns}
        column = next((names[name] for name in _BEAUTY_NAMES if name in names), None)
        if column is None:
            raise UserError(f"{path}: which column is beauty? It has {', '.join(map(str, table.columns))}; name beauty_column")
    need_columns(table, (column,), path)
    values = between(numbers(table[column], path), SCALE, column, path)
    return pd.Series(values, index=table["Theme"].str.strip()).groupby(level=0).mean()
