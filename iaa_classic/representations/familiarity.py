"""Datta's familiarity: how far the nearest pictures of the collection are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..features import Feature
from ..images import MAX_PIXELS
from .base import Collection, Fitted, Floats, Parts, ReferenceTransformer
from .neighbours import enough_neighbours, l1_distances, least_left, require_count

_TO_CIELAB = 2.0
"""Two flat pictures whose colours are d CIELAB units apart lie about d / 2 apart along a direction, on average."""


class Familiarity(ReferenceTransformer):
    """Mean distance to the k nearest pictures of the collection: ``datta_familiarity_20``, ``datta_familiarity_100``.

    High for a picture unlike any other. Ratings play no part.

    Datta compares pictures by integrated region matching (IRM): regions of colour, texture and shape, matched by area. The
    stand-in here compares their colours: twice the sliced Wasserstein distance between the distributions of CIELAB over
    the pixels, by 16 quantiles along 13 directions (``descriptors.colour_quantiles``), which is about the CIELAB difference
    for two flat pictures. Like IRM it matches masses of colour by area at the least cost; texture and shape play no part.

    ``fit_transform`` leaves each picture out of the collection before it is measured: see ``ReferenceTransformer``.

    Parameters
    ----------
    counts : sequence of int, default=(20, 100)
        Numbers k of nearest pictures, one column each. The collection needs at least as many, and one more for
        ``fit_transform``.
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``; without effect on descriptions.

    Attributes
    ----------
    quantiles_ : ndarray of float32, shape (n, 208)
        Colour quantiles of the collection.
    n_pictures_ : int
        Pictures of the collection that could be read.
    failures_ : DataFrame
        Pictures of the last call that could not: ``position``, ``source``, ``error``.

    References
    ----------
    Datta, Joshi, Li, Wang 2006, Studying aesthetics in photographic images using a computational approach, f8 and f9;
    Rabin, Peyre, Delon, Bernot 2011, Wasserstein barycenter and its application to texture mixing.
    """

    _parts: ClassVar[tuple[str, ...]] = ("colour_quantiles",)
    _rated: ClassVar[bool] = False

    quantiles_: NDArray[np.float32]

    def __init__(
        self,
        counts: Sequence[int] = (20, 100),
        *,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        super().__init__(n_jobs=n_jobs, max_pixels=max_pixels, on_error=on_error, progress=progress)
        self.counts = counts

    @property
    def records(self) -> list[Feature]:
        """Record of each column."""
        return [familiarity_record(count) for count in self.counts]

    def _check(self) -> None:
        for count in self.counts:
            require_count("each of counts", count)
        if len(set(self.counts)) != len(self.counts) or not len(self.counts):
            raise ValueError(f"counts must be one or more different numbers, got {self.counts!r}")

    def _learn(self, collection: Collection) -> None:
        self.quantiles_ = collection.parts["colour_quantiles"]
        enough_neighbours(max(self.counts), len(self.quantiles_), "pictures", "counts")

    def _measure(self, parts: Parts) -> Floats:
        return self._means(parts["colour_quantiles"])

    def _measure_left_out(self, collection: Collection) -> Floats:
        own = collection.groups
        left = "pictures left when a picture's own group is left out"
        enough_neighbours(max(self.counts), least_left(own, own), left, "counts")
        return self._means(collection.parts["colour_quantiles"], own)

    def _means(self, quantiles: NDArray[np.float32], own: NDArray[np.int64] | None = None) -> Floats:
        means = np.empty((len(quantiles), len(self.counts)))
        unit = _TO_CIELAB / self.quantiles_.shape[1]
        for rows, apart in l1_distances(quantiles, self.quantiles_, own, own):
            nearest = np.sort(np.partition(apart, max(self.counts) - 1, axis=1)[:, : max(self.counts)], axis=1)
            for column, count in enumerate(self.counts):
                means[rows, column] = unit * nearest[:, :count].mean(axis=1)
        return means


def familiarity_record(count: int) -> Feature:
    """Record of the mean distance to the ``count`` nearest pictures."""
    return Feature(
        f"datta_familiarity_{count}",
        criterion="uniqueness",
        label=f"distance in colour to the {count} nearest photographs",
        unit="CIELAB units",
        range=(0, 258),
        direction="neutral",
        reference="Datta et al. 2006, f8 and f9, with a sliced Wasserstein distance of colours in place of IRM",
        function=Fitted(Familiarity),
    )
