"""Datasets by name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import UserError
from . import aadb, ava, cuhk_pq, dpchallenge, eva, flickr_aes, oasis, para, plain, quality, tad66k
from .dataset import About, Dataset


class Entry(NamedTuple):
    """A dataset that can be read by name.

    Attributes
    ----------
    reader : callable
        Takes the root and options.
    citation : str
    layout : str
        The files below the root, in one line.
    about : About
        All that is known of where it comes from.
    """

    reader: Callable[..., Dataset]
    citation: str
    layout: str
    about: About


def _entry(reader: Callable[..., Dataset], about: About) -> Entry:
    return Entry(reader, about.source, about.layout, about)


DATASETS: dict[str, Entry] = {
    "ava": _entry(ava.load_ava, ava.ABOUT),
    "aadb": _entry(aadb.load_aadb, aadb.ABOUT),
    "eva": _entry(eva.load_eva, eva.ABOUT),
    "para": _entry(para.load_para, para.ABOUT),
    "flickr-aes": _entry(flickr_aes.load_flickr_aes, flickr_aes.ABOUT),
    "koniq-10k": _entry(quality.load_koniq10k, quality.KONIQ),
    "spaq": _entry(quality.load_spaq, quality.SPAQ),
    "tad66k": _entry(tad66k.load_tad66k, tad66k.ABOUT),
    "cuhk-pq": _entry(cuhk_pq.load_cuhk_pq, cuhk_pq.ABOUT),
    "oasis": _entry(oasis.load_oasis, oasis.ABOUT),
    "dpchallenge": _entry(dpchallenge.load_dpchallenge, dpchallenge.ABOUT),
    "folder": _entry(plain.load_folder, plain.FOLDER),
    "csv": _entry(plain.load_csv, plain.CSV),
}
"""Name to reader, citation and layout."""


def load_dataset(name: str, root: str | os.PathLike[str], **options: Any) -> Dataset:
    """Read a dataset by its name.

    Parameters
    ----------
    name : str
        A key of ``DATASETS``; case, blanks, ``-`` and ``_`` do not matter.
    root : path
        The dataset's folder (for "csv" the file).
    **options
        Of its reader.

    Raises
    ------
    UserError
        If there is no such dataset or option, and what the reader raises.
    """
    import inspect

    wanted = _plain(name)
    entry = next((entry for key, entry in DATASETS.items() if _plain(key) == wanted), None)
    if entry is None:
        raise UserError(f"there is no reader for {name!r}; there are {', '.join(DATASETS)}")
    known = list(inspect.signature(entry.reader).parameters)[1:]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise UserError(f"{name} has no option {unknown[0]!r}; it has {', '.join(known)}")
    return entry.reader(root, **options)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()
