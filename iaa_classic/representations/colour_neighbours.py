"""Ke's colour neighbours: are the pictures of the most similar colours well rated?"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..features import Feature
from ..images import MAX_PIXELS
from .base import Collection, Fitted, Floats, Parts, ReferenceTransformer, require_share
from .neighbours import enough_neighbours, l1_distances, least_left, require_count

_SAME = 1e-6
"""Distances that differ by less are equal: histograms are float32."""


class ColourNeighbours(ReferenceTransformer):
    """High less low among the pictures of the most similar colours: ``ke_colour_neighbours``.

    Over the k pictures of the two classes whose 4096-bin RGB histograms are nearest in L1: number of high ones less number
    of low ones, in [-k, k]. Pictures at the distance of the k-th share its place, so that the order of the collection does
    not matter.

    ``fit_transform`` leaves each picture out of the collection before it is measured: see ``ReferenceTransformer``.

    Parameters
    ----------
    n_neighbors : int, default=5
        The k above.
    class_share : float, default=1/3
        Share of the pictures, by rating, that are high, and that are low; in (0, 0.5]. Two distinct ratings are the classes.
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``; without effect on descriptions.

    Attributes
    ----------
    histograms_ : ndarray of float32, shape (n, 4096)
        Of the pictures of the two classes.
    standing_ : ndarray of int8, shape (n,)
        +1 high, -1 low.
    n_pictures_ : int
        Pictures of the collection that could be read.
    failures_ : DataFrame
        Pictures of the last call that could not: ``position``, ``source``, ``error``.

    References
    ----------
    Ke, Tang, Jing 2006, The design of high-level features for photo quality assessment, section 3.2, q_cd.
    """

    _parts: ClassVar[tuple[str, ...]] = ("colour_histogram",)

    histograms_: NDArray[np.float32]
    standing_: NDArray[np.int8]

    def __init__(
        self,
        n_neighbors: int = 5,
        class_share: float = 1 / 3,
        *,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        super().__init__(n_jobs=n_jobs, max_pixels=max_pixels, on_error=on_error, progress=progress)
        self.n_neighbors = n_neighbors
        self.class_share = class_share

    @property
    def records(self) -> list[Feature]:
        """Record of the column."""
        return [replace(KE_COLOUR_NEIGHBOURS, range=(-self.n_neighbors, self.n_neighbors))]

    def _check(self) -> None:
        require_share(self.class_share)
        require_count("n_neighbors", self.n_neighbors)

    def _learn(self, collection: Collection) -> None:
        rated = collection.standing != 0
        self.histograms_ = collection.parts["colour_histogram"][rated]
        self.standing_ = collection.standing[rated]
        enough_neighbours(self.n_neighbors, len(self.standing_), "high or low pictures", "n_neighbors")

    def _measure(self, parts: Parts) -> Floats:
        return self._votes(parts["colour_histogram"])

    def _measure_left_out(self, collection: Collection) -> Floats:
        own = collection.groups
        theirs = own[collection.standing != 0]
        enough_neighbours(self.n_neighbors, least_left(own, theirs), "high or low pictures left", "n_neighbors")
        return self._votes(collection.parts["colour_histogram"], own, theirs)

    def _votes(
        self,
        histograms: NDArray[np.float32],
        own: NDArray[np.int64] | None = None,
        theirs: NDArray[np.int64] | None = None,
    ) -> Floats:
        k, standing = self.n_neighbors, self.standing_.astype(np.float64)
        votes = np.empty((len(histograms), 1))
        for rows, apart in l1_distances(histograms, self.histograms_, own, theirs):
            kth = np.partition(apart, k - 1, axis=1)[:, k - 1 : k]
            nearer = apart < kth - _SAME
            level = ~nearer & (apart <= kth + _SAME)
            share = (k - nearer.sum(axis=1)) / level.sum(axis=1)
            votes[rows, 0] = nearer @ standing + share * (level @ standing)
        return votes


KE_COLOUR_NEIGHBOURS = Feature(
    "ke_colour_neighbours",
    criterion="colour",
    label="colours shared with well-rated photographs",
    unit="high less low neighbours",
    range=(-5, 5),
    direction="higher",
    reference="Ke, Tang & Jing 2006, section 3.2, q_cd",
    function=Fitted(ColourNeighbours),
)
