"""``ReferenceFeatures``: every feature that needs a collection in one transformer, each picture decoded once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np

from ..features import Feature
from ..images import MAX_PIXELS
from .base import Collection, Floats, Parts, ReferenceTransformer
from .colour_neighbours import KE_COLOUR_NEIGHBOURS, ColourNeighbours
from .edge_template import KE_EDGE_TEMPLATE, EdgeTemplate
from .familiarity import Familiarity, familiarity_record
from .harmony import LUO_LEARNED_HARMONY, LearnedHarmony
from .learned_column import NAME as LEARNED
from .learned_column import content_record, unfitted
from .novelty import SPECTRUM_NOVELTY, SpectrumNovelty


class ReferenceFeatures(ReferenceTransformer):
    """All features that compare a picture with a collection of rated ones.

    The columns of ``EdgeTemplate``, ``ColourNeighbours``, ``LearnedHarmony``, ``Familiarity`` and ``SpectrumNovelty``, in this
    order. ``AestheticRegressor`` knows their criteria by name, so that they can be joined to those of ``FeatureExtractor``.

    ``fit_transform`` leaves each picture out of the collection before it is measured: see ``ReferenceTransformer``.

    Parameters
    ----------
    class_share : float, default=1/3
        Share of the pictures, by rating, that are high, and that are low; in (0, 0.5]. Two distinct ratings are the classes.
    n_neighbors : int, default=5
        Of ``ColourNeighbours``.
    counts : sequence of int, default=(20, 100)
        Of ``Familiarity``.
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``; without effect on descriptions.

    Attributes
    ----------
    members_ : list of ReferenceTransformer
        The fitted transformers.
    n_pictures_ : int
        Pictures of the collection that could be read.
    failures_ : DataFrame
        Pictures of the last call that could not: ``position``, ``source``, ``error``.

    Examples
    --------
    Describe once, then cross-validate::

        described = describe(paths, n_jobs=-1)
        pipeline = make_pipeline(ReferenceFeatures(), AestheticRegressor("svm"))
        cross_val_score(pipeline.set_output(transform="pandas"), described, ratings, cv=10)
    """

    _parts: ClassVar[tuple[str, ...]] = ("edges", "colour_histogram", "classes", "colour_quantiles", "spectrum")

    members_: list[ReferenceTransformer]

    def __init__(
        self,
        class_share: float = 1 / 3,
        n_neighbors: int = 5,
        counts: Sequence[int] = (20, 100),
        *,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        super().__init__(n_jobs=n_jobs, max_pixels=max_pixels, on_error=on_error, progress=progress)
        self.class_share = class_share
        self.n_neighbors = n_neighbors
        self.counts = counts

    @property
    def records(self) -> list[Feature]:
        """Record of each column."""
        return [record for member in self._members() for record in member.records]

    def _members(self) -> list[ReferenceTransformer]:
        return [
            EdgeTemplate(self.class_share),
            ColourNeighbours(self.n_neighbors, self.class_share),
            LearnedHarmony(self.class_share),
            Familiarity(self.counts),
            SpectrumNovelty(),
        ]

    def _check(self) -> None:
        for member in self._members():
            member._check()

    def _learn(self, collection: Collection) -> None:
        self.members_ = self._members()
        for member in self.members_:
            member.n_pictures_ = self.n_pictures_
            member._learn(collection)

    def _measure(self, parts: Parts) -> Floats:
        return np.hstack([member._measure(parts) for member in self.members_])

    def _measure_left_out(self, collection: Collection) -> Floats:
        return np.hstack([member._measure_left_out(collection) for member in self.members_])


def reference_records(names: Iterable[str] | None = None) -> dict[str, Feature]:
    """Records of the features that need a collection: those of ``names`` that are such features, or the default columns."""
    fixed = (KE_EDGE_TEMPLATE, KE_COLOUR_NEIGHBOURS, LUO_LEARNED_HARMONY)
    known = {record.name: record for record in (*fixed, familiarity_record(20), familiarity_record(100), SPECTRUM_NOVELTY)}
    if names is None:
        return known
    from .unusual import novelty_records

    known |= {record.name: record for record in novelty_records()}
    chosen = {}
    for name in names:
        count = re.fullmatch(r"datta_familiarity_([1-9][0-9]*)", str(name))
        record = familiarity_record(int(count[1])) if count else known.get(name)
        if name == LEARNED:
            record = content_record(unfitted)
        if record is not None:
            chosen[name] = record
    return chosen
