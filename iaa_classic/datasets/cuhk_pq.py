"""CUHK-PQ: some 17,600 photographs, sorted into high and low quality by the folder they are in."""

from __future__ import annotations

import os

from ..errors import UserError
from .assembly import assemble
from .dataset import About, Dataset
from .disk import below, check_root, first_existing, pictures

ABOUT = About(
    name="CUHK-PQ",
    source="Luo, Wang, Tang. Content-based photo quality assessment. ICCV 2011; Tang, Luo, Wang. IEEE TMM 2013",
    licence="photographs belong to their makers; for research",
    home="http://mmlab.ie.cuhk.edu.hk/archive/CUHKPQ/Dataset.htm",
    layout="PhotoQualityDataset/{HighQuality,LowQuality}/<category>/*.jpg",
)
_QUALITIES = {"HighQuality": 1.0, "LowQuality": 0.0}


def load_cuhk_pq(root: str | os.PathLike[str], *, category: str | None = None) -> Dataset:
    """Read CUHK-PQ. It has no official split, and since its labels are folders, no photograph can be missing.

    High quality was taken from sites of professionals and low quality from amateurs: frames, size and compression give the
    label away, so that figures on this dataset flatter.

    Parameters
    ----------
    root : path
        The folder ``PhotoQualityDataset`` or the one that it is in.
    category : str, optional
        Only one of animal, architecture, human, landscape, night, plant, static.

    Returns
    -------
    Dataset
        Ids are ``<quality>/<category>/<name>``, since names repeat; ``score`` is 1 for high and 0 for low quality;
        ``category``.

    Raises
    ------
    UserError
        If a folder is missing or the category is unknown.
    """
    import pandas as pd

    folder = check_root(root, ABOUT)
    parent = first_existing(folder, ("PhotoQualityDataset",)) or folder
    rows = []
    for quality, score in _QUALITIES.items():
        if not (parent / quality).is_dir():
            raise UserError(f"{parent / quality}: no such folder; the layout is {ABOUT.layout}. Get it from {ABOUT.home}")
        for place in sorted(path for path in (parent / quality).iterdir() if path.is_dir()):
            rows += [(f"{quality}/{place.name}/{name}", score, place.name) for name in pictures(place)]
    frame = pd.DataFrame(rows, columns=["image", "score", "category"]).set_index("image")
    if category is not None:
        known = sorted(frame["category"].unique())
        if category not in known:
            raise UserError(f"category is {category!r}; there are {', '.join(known)}")
        frame = frame[frame["category"] == category]
    return assemble(ABOUT, frame, places=[below(parent, frame.index)], scale=(0.0, 1.0), keep_missing=False)
