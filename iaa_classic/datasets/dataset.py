"""What every reader returns: one table of photographs, one of single ratings, and where they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTE = "attribute_"
"""What the names of attribute columns start with."""


class DatasetWarning(UserWarning):
    """Something in a dataset was left out."""


class MissingImagesWarning(DatasetWarning):
    """Photographs that a dataset lists are not on disk."""


@dataclass(frozen=True)
class About:
    """Where a dataset comes from.

    Attributes
    ----------
    name : str
        As the field writes it.
    source : str
        Citation.
    licence : str
        What is known of the terms; the dataset's own page decides.
    home : str
        Where to get it; empty for what is your own.
    layout : str
        One line: the files that the reader looks for below the root.
    """

    name: str
    source: str
    licence: str
    home: str
    layout: str

    @property
    def hint(self) -> str:
        """The end of an error: where to get what is missing."""
        return f". Get it from {self.home}" if self.home else ""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rated photographs.

    Attributes
    ----------
    about : About
        Name, citation, licence and home.
    frame : DataFrame
        One row per photograph; the index ``image`` is its id (str). Columns: ``path`` (absolute), ``score`` (mean rating on
        ``scale``; NaN where there is none), ``n_ratings`` (NaN where unknown), ``group`` (photographs of one group must not
        be split; the id where nothing else is known), ``split`` ("train", "validation", "test", or missing where there is
        no official one), ``p_<level>`` (shares of the ratings, summing to 1, in the order of ``levels``),
        ``attribute_<name>``, and further columns as found (``sd``, ``category``, ``tags``, ``theme``).
    scale : tuple of float
        Lowest and highest possible ``score``.
    levels : tuple of float or None
        The ratings that a rater could give, ascending, on the raters' scale. That is ``scale``, unless the published score
        is on another one (KonIQ-10k and FLICKR-AES with ``scores="published"``).
    attributes : tuple of str
        Names, without the prefix ``attribute_``.
    missing : DataFrame
        Photographs that are listed but not on disk: ``image`` and the ``path`` where each was looked for.
    raters : DataFrame or None
        What is known of the raters, one row each; the index is ``rater``.
    read_ratings : callable or None
        Reads the single ratings; use ``ratings``.
    """

    about: About
    frame: pd.DataFrame = field(repr=False)
    scale: tuple[float, float]
    levels: tuple[float, ...] | None
    attributes: tuple[str, ...]
    missing: pd.DataFrame = field(repr=False)
    raters: pd.DataFrame | None = field(default=None, repr=False)
    read_ratings: Callable[[], pd.DataFrame] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.about.name

    @property
    def source(self) -> str:
        """Citation."""
        return self.about.source

    @property
    def licence(self) -> str:
        """What is known of the terms."""
        return self.about.licence

    @cached_property
    def ratings(self) -> pd.DataFrame | None:
        """Single ratings of the photographs in ``frame``: ``rater``, ``image``, ``score``, and more as found; None if unknown.

        Read when first asked for. They are on the raters' scale (``levels``).
        """
        if self.read_ratings is None:
            return None
        ratings = self.read_ratings()
        return ratings[ratings["image"].isin(self.frame.index)].reset_index(drop=True)

    def distribution(self) -> NDArray[np.float64]:
        """Shares of the ratings at each level, shape (n, number of levels); rows sum to 1, or are NaN where unknown.

        Raises
        ------
        ValueError
            If the dataset has no distributions.
        """
        if self.levels is None:
            raise ValueError(f"{self.name} has no distributions of ratings: levels is None")
        return self.frame[[share_column(level) for level in self.levels]].to_numpy(dtype=float)

    def attributes_frame(self) -> pd.DataFrame:
        """The attribute columns alone, under the names in ``attributes``, on the scales of the dataset."""
        return self.frame[[ATTRIBUTE + name for name in self.attributes]].set_axis(list(self.attributes), axis=1)


def share_column(level: float) -> str:
    """Name of the column with the share of one level.

    >>> share_column(1.0), share_column(2.5)
    ('p_1', 'p_2.5')
    """
    return f"p_{level:g}"
