"""``Novelty``: how far a photograph stands from a reference collection, by its measures, its colours and its visual words."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..extraction import FeatureExtractor, UnreadableImageWarning, _as_sources
from ..features import Feature
from ..images import MAX_PIXELS
from .bag import BagOfVisualWords
from .base import Fitted
from .description import Description, described_sources, warn_unreadable
from .pictures import require_whole

Floats = NDArray[np.float64]

SPACES = ("measures", "palette", "words")
"""Spaces in which pictures are compared."""

_EXTREME = 6.0
"""Robust deviations at which a measure is cut, so that no single one decides."""


class Novelty(TransformerMixin, BaseEstimator):
    """Distance from a reference collection in three spaces, by nearest neighbours and by local outlier factor.

    - ``measures``: the catalogue's features, each less its median over the collection, over its interquartile range, cut at 6;
      Euclidean distance over the root of their number;
    - ``palette``: quantiles of CIELAB along 13 directions (``descriptors.colour_quantiles``), mean absolute difference;
    - ``words``: bags of visual words (``BagOfVisualWords``) of the collection, Euclidean distance.

    Per space one column is the mean distance to the ``n_neighbors`` nearest pictures of the collection, and one the local
    outlier factor (Breunig et al. 2000): how much sparser the surroundings of a picture are than those of its neighbours, 1
    where they are alike. ``novelty`` sums up: the mean over spaces of the logarithm of the distance, less its median over the
    collection, over its interquartile range. Outlier factors take no part in the sum, since odd pictures keep company: one
    page of text beside another is not alone. All seven belong to the criterion ``uniqueness``; ratings play no part.

    ``fit_transform`` and ``rank()`` leave each picture of the collection out before it is measured; ``transform`` measures
    against all of it, so that a picture of the collection finds itself.

    Parameters
    ----------
    features : str or list, default="fast"
        Catalogue features to compare by, as in ``FeatureExtractor``.
    n_neighbors : int, default=5
    n_words : int, default=128
        Visual words of each kind of patches.
    random_state : int, default=0
    store : None, "default", path or FeatureStore
        As in ``FeatureExtractor``.
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``.

    Attributes
    ----------
    index_ : Index or None
        That of the collection's pictures.
    n_pictures_ : int
        Pictures of the collection that could be read.
    failures_ : DataFrame
        Pictures of the last call that could not: ``position``, ``source``, ``error``.

    References
    ----------
    Breunig, Kriegel, Ng, Sander 2000, LOF: identifying density-based local outliers; Redi et al. 2014, 6 seconds of sound and
    vision: creativity in micro-videos.
    """

    _spaces: ClassVar[tuple[str, ...]] = SPACES

    failures_: pd.DataFrame
    n_pictures_: int

    def __init__(
        self,
        features: str | list[str] = "fast",
        *,
        n_neighbors: int = 5,
        n_words: int = 128,
        random_state: int | None = 0,
        store: Any = None,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        self.features = features
        self.n_neighbors = n_neighbors
        self.n_words = n_words
        self.random_state = random_state
        self.store = store
        self.n_jobs = n_jobs
        self.max_pixels = max_pixels
        self.on_error = on_error
        self.progress = progress

    @property
    def records(self) -> list[Feature]:
        """Record of each column: criterion, label, unit, range, direction, reference."""
        return novelty_records()

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns; ``input_features`` is ignored, as the input is pictures."""
        return np.array([record.name for record in self.records], dtype=object)

    def fit(self, X: Any, y: Any = None) -> Novelty:
        """Learn the collection; ``y`` is not looked at.

        Parameters
        ----------
        X : sequence of length n
            Pictures, as ``FeatureExtractor`` takes them, more than ``n_neighbors`` of them.
        """
        require_whole("n_neighbors", self.n_neighbors, 1)
        require_whole("n_words", self.n_words, 1)
        sources, self.index_ = _as_sources(X)
        described = self._described(sources)
        readable = np.array([one.error is None for one in described], dtype=bool)
        self.n_pictures_ = int(readable.sum())
        if self.n_pictures_ <= self.n_neighbors:
            raise ValueError(
                f"the collection has {self.n_pictures_} readable pictures, and {self.n_neighbors} neighbours are wanted beside "
                "each; give more pictures, or a smaller n_neighbors"
            )
        good = [one for one, read in zip(described, readable, strict=True) if read]
        bag = BagOfVisualWords(self.n_words, n_patches=20_000, random_state=self.random_state, n_jobs=self.n_jobs)
        self.bag_ = bag.fit(good)
        measures = self._measured([source for source, read in zip(sources, readable, strict=True) if read])
        self.median_, self.spread_ = _robust(measures)
        spaces = self._placed(good, measures)
        self._search(spaces)
        own = np.column_stack([self._near(name, spaces[name], own=True) for name in SPACES])
        self.usual_ = _robust(np.log(np.maximum(own[:, ::2], 1e-9)))
        table = np.full((len(sources), len(self.records)), np.nan)
        table[readable] = self._summed_up(own)
        self._own = table
        return self

    def fit_transform(self, X: Any, y: Any = None) -> pd.DataFrame:  # type: ignore[override]
        """Learn the collection, and measure each of its pictures against the others."""
        self.fit(X)
        return self._framed(self._own, self.index_)

    def transform(self, X: Any) -> pd.DataFrame:
        """Measure pictures against the collection: DataFrame of float64 (n, 7), NaN for pictures that cannot be read."""
        check_is_fitted(self, "usual_")
        sources, index = _as_sources(X)
        described = self._described(sources)
        readable = np.array([one.error is None for one in described], dtype=bool)
        table = np.full((len(sources), len(self.records)), np.nan)
        if readable.any():
            measures = self._measured([source for source, read in zip(sources, readable, strict=True) if read])
            spaces = self._placed([one for one in described if one.error is None], measures)
            table[readable] = self._summed_up(np.column_stack([self._near(name, spaces[name], own=False) for name in SPACES]))
        return self._framed(table, index)

    def rank(self, X: Any = None) -> pd.DataFrame:
        """The most unusual first: ``transform(X)``, or the collection's own pictures, sorted by ``novelty``.

        Without an index, rows are called by their position. Pictures that cannot be read come last.
        """
        check_is_fitted(self, "usual_")
        table = self._framed(self._own, self.index_) if X is None else self.transform(X)
        return table.sort_values("novelty", ascending=False, kind="stable")

    def _described(self, sources: list[Any]) -> list[Description]:
        described = described_sources(
            sources,
            ("colour_quantiles", "cells"),
            n_jobs=self.n_jobs,
            max_pixels=self.max_pixels,
            on_error=self.on_error,
            progress=self.progress,
        )
        bad = [(place, one.source, one.error) for place, one in enumerate(described) if one.error is not None]
        self.failures_ = pd.DataFrame(bad, columns=["position", "source", "error"])
        warn_unreadable(described, stacklevel=3)
        return described

    def _measured(self, sources: list[Any]) -> Floats:
        extractor = FeatureExtractor(
            self.features,
            n_jobs=self.n_jobs,
            max_pixels=self.max_pixels,
            face_detector=None,
            store=self.store,
            progress=self.progress,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnreadableImageWarning)
            return extractor.transform(sources).to_numpy()

    def _placed(self, described: list[Description], measures: Floats) -> dict[str, Floats]:
        """Where pictures stand in each space."""
        scaled = np.divide(measures - self.median_, self.spread_, out=np.zeros_like(measures), where=self.spread_ > 0)
        scaled = np.clip(np.nan_to_num(scaled, nan=0.0), -_EXTREME, _EXTREME) / np.sqrt(measures.shape[1])
        palette = np.array([one.parts["colour_quantiles"] for one in described], dtype=np.float64)
        words = np.asarray(self.bag_.transform(described), dtype=np.float64)
        return {"measures": scaled, "palette": palette / palette.shape[1], "words": words}

    def _search(self, spaces: dict[str, Floats]) -> None:
        from sklearn.neighbors import LocalOutlierFactor

        self.searches_ = {
            name: LocalOutlierFactor(
                self.n_neighbors, metric="manhattan" if name == "palette" else "euclidean", novelty=True, algorithm="brute"
            ).fit(points)
            for name, points in spaces.items()
        }

    def _near(self, name: str, points: Floats, *, own: bool) -> Floats:
        """Mean distance to the nearest neighbours, and local outlier factor, shape (n, 2)."""
        search = self.searches_[name]
        # Without points, scikit-learn leaves each picture of the collection out of its own neighbours.
        apart, _ = search.kneighbors(None if own else points, n_neighbors=self.n_neighbors)
        factor = -search.negative_outlier_factor_ if own else -search.score_samples(points)
        return np.column_stack([apart.mean(axis=1), factor])

    def _summed_up(self, near: Floats) -> Floats:
        median, spread = self.usual_
        logs = np.log(np.maximum(near[:, ::2], 1e-9)) - median
        standing = np.divide(logs, spread, out=np.zeros_like(logs), where=spread > 0)
        return np.column_stack([near, standing.mean(axis=1)])

    def _framed(self, table: Floats, index: Any) -> pd.DataFrame:
        return pd.DataFrame(table, columns=list(self.get_feature_names_out()), index=index)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = False
        return tags


def _robust(values: Floats) -> tuple[Floats, Floats]:
    """Median and interquartile range of each column over its known values; 0 where there is none."""
    known = np.nan_to_num(values, nan=np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # columns without a value
        low, median, high = np.nanquantile(known, (0.25, 0.5, 0.75), axis=0)
        spread = np.where(high > low, high - low, np.nanstd(known, axis=0))
    return np.nan_to_num(median), np.nan_to_num(spread)


def novelty_records() -> list[Feature]:
    """Records of the seven columns."""
    what = {"measures": "in its measures", "palette": "in its colours", "words": "in its details"}
    units = {"measures": "interquartile ranges", "palette": "CIELAB units", "words": "1"}
    records = []
    for name in SPACES:
        for kind, label, unit in (("distance", "distance", units[name]), ("outlier", "how alone it stands", "1")):
            source = "Breunig et al. 2000, local outlier factor" if kind == "outlier" else "mean distance to nearest neighbours"
            records.append(_record(f"novelty_{name}_{kind}", f"{label} {what[name]} from other photographs", unit, source))
    whole = "how unusual it is among other photographs"
    return [*records, _record("novelty", whole, "interquartile ranges", "mean of the three distances, each on its own scale")]


def _record(name: str, label: str, unit: str, reference: str) -> Feature:
    return Feature(
        name,
        criterion="uniqueness",
        label=label,
        unit=unit,
        range=(-np.inf, np.inf) if name == "novelty" else (0, np.inf),
        direction="neutral",
        reference=reference,
        function=Fitted(Novelty),
    )
