"""Redi's uniqueness: how far a picture's spectrum is from the average of the collection."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..features import Feature
from .base import Collection, Fitted, Floats, Parts, ReferenceTransformer, means_without


class SpectrumNovelty(ReferenceTransformer):
    """Euclidean distance of the amplitude spectrum to the mean spectrum of the collection: ``spectrum_novelty``.

    ``descriptors.spectrum`` is the spectrum of the luma at 64x64 without its mean. High for a picture whose structure, by
    scale and orientation, is unlike the average's; it also grows with contrast. Against a collection of flat pictures it is
    the standard deviation of the 64x64 luma. Ratings play no part.

    ``fit_transform`` leaves each picture out of the collection before it is measured: see ``ReferenceTransformer``.

    Parameters
    ----------
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``; without effect on descriptions.

    Attributes
    ----------
    mean_ : ndarray, shape (2112,)
        Mean spectrum, 64x33 row by row.
    n_pictures_ : int
        Pictures of the collection that could be read.
    failures_ : DataFrame
        Pictures of the last call that could not: ``position``, ``source``, ``error``.

    References
    ----------
    Redi, O'Hare, Schifanella, Trevisiol, Jaimes 2014, 6 seconds of sound and vision: creativity in micro-videos.
    """

    _parts: ClassVar[tuple[str, ...]] = ("spectrum",)
    _rated: ClassVar[bool] = False

    mean_: Floats

    @property
    def records(self) -> list[Feature]:
        """Record of the column."""
        return [SPECTRUM_NOVELTY]

    def _learn(self, collection: Collection) -> None:
        self.mean_ = collection.parts["spectrum"].mean(axis=0, dtype=np.float64)

    def _measure(self, parts: Parts) -> Floats:
        return np.linalg.norm(parts["spectrum"] - self.mean_, axis=1)[:, None]

    def _measure_left_out(self, collection: Collection) -> Floats:
        spectra = collection.parts["spectrum"]
        values = np.empty((len(spectra), 1))
        for rows, mean in means_without(spectra, collection.groups):
            values[rows, 0] = np.linalg.norm(spectra[rows] - mean, axis=1)
        return values


SPECTRUM_NOVELTY = Feature(
    "spectrum_novelty",
    criterion="uniqueness",
    label="distance from the usual distribution of detail",
    unit="luma",
    range=(0, 1),
    direction="neutral",
    reference="Redi et al. 2014, uniqueness; Redi & Merialdo 2012",
    function=Fitted(SpectrumNovelty),
)
