"""What the transformers that learn from a collection share: pictures in, named columns out, and each row left out in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..extraction import _as_sources
from ..features import Feature, Picture
from ..images import MAX_PIXELS
from .description import Description, described_sources, warn_unreadable

Floats = NDArray[np.float64]
Parts = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Collection:
    """The readable pictures of a collection.

    ``parts``: (n, length) per descriptor. ``standing`` (n,): +1 high, -1 low, 0 between, all 0 without ratings.
    ``groups`` (n,): rows of one number are left out together.
    """

    parts: Parts
    standing: NDArray[np.int8]
    groups: NDArray[np.int64]


class ReferenceTransformer(TransformerMixin, BaseEstimator):
    """Measure pictures against a collection of others: ``fit`` learns the collection, ``transform`` measures.

    A subclass says which descriptors it reads (``_parts``), whether it needs ratings (``_rated``), and how it learns and
    measures. ``X`` is what ``FeatureExtractor`` takes, or descriptions as ``describe`` returns them.

    ``fit(X, y).transform(X)`` is not ``fit_transform(X, y)``, as with scikit-learn's ``TargetEncoder``. The first measures
    pictures against a collection that holds them: each finds itself, and its own rating. The second leaves each picture (or
    its group) out of the collection before it is measured, so that the rows on which a model is fitted are distributed like
    those of pictures that it has never seen. Pipelines call ``fit_transform`` when they are fitted and ``transform`` when
    they predict. (The limits between high, middle and low ratings are those of the whole collection in either case.)
    """

    _parts: ClassVar[tuple[str, ...]]
    _rated: ClassVar[bool] = True

    failures_: pd.DataFrame
    n_pictures_: int

    def __init__(
        self,
        *,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        self.n_jobs = n_jobs
        self.max_pixels = max_pixels
        self.on_error = on_error
        self.progress = progress

    @property
    def records(self) -> list[Feature]:
        """Record of each column: criterion, label, unit, range, direction, reference."""
        raise NotImplementedError

    @property
    def criteria(self) -> dict[str, str]:
        """Criterion of each column by name."""
        return {record.name: record.criterion for record in self.records}

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns; ``input_features`` is ignored, as the input is pictures."""
        return np.array([record.name for record in self.records], dtype=object)

    def fit(self, X: Any, y: Any = None, groups: Any = None) -> ReferenceTransformer:
        """Learn the collection.

        Parameters
        ----------
        X : sequence of length n
            Pictures or descriptions. Those that cannot be read take no part.
        y : array-like, shape (n,)
            Ratings, or two classes of which the greater is the better. Not looked at where nothing depends on ratings.
        groups : array-like, shape (n,), optional
            Taken as in ``fit_transform``; of no effect here.
        """
        self._fitted_on(X, y, groups)
        return self

    def fit_transform(self, X: Any, y: Any = None, groups: Any = None) -> pd.DataFrame:  # type: ignore[override]
        """Learn the collection, and measure each of its pictures against the others.

        Parameters
        ----------
        X, y
            As for ``fit``.
        groups : array-like, shape (n,), optional
            Pictures of one group (a shoot, a theme) are left out together; without it each picture is left out by itself.

        Returns
        -------
        DataFrame of float64, shape (n, n_columns)
            Rows of pictures that cannot be read are missing values.
        """
        collection, readable, index = self._fitted_on(X, y, groups)
        for sign in (1, -1) if self._rated else (0,):
            _require_two_groups(collection.groups[collection.standing == sign])
        return self._framed(self._measure_left_out(collection), readable, index)

    def transform(self, X: Any) -> pd.DataFrame:
        """Measure pictures against the collection.

        Returns
        -------
        DataFrame of float64, shape (n, n_columns)
            In the order of ``X``; the index is that of ``X`` where it has one.
        """
        check_is_fitted(self)
        parts, readable, index = self._described(X)
        values = self._measure(parts) if readable.any() else np.empty((0, len(self.records)))
        return self._framed(values, readable, index)

    # What a subclass does ---------------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Refuse parameters that make no sense."""

    def _learn(self, collection: Collection) -> None:
        """Set the fitted attributes."""
        raise NotImplementedError

    def _measure(self, parts: Parts) -> Floats:
        """Values, shape (n, n_columns), against the whole collection."""
        raise NotImplementedError

    def _measure_left_out(self, collection: Collection) -> Floats:
        """Values of the collection's own pictures, each against the pictures of other groups."""
        raise NotImplementedError

    # The rest ---------------------------------------------------------------------------------------------------------

    def _described(self, X: Any) -> tuple[dict[str, NDArray[Any]], NDArray[np.bool_], pd.Index | None]:
        sources, index = _as_sources(X)
        described = described_sources(
            sources,
            self._parts,
            n_jobs=self.n_jobs,
            max_pixels=self.max_pixels,
            on_error=self.on_error,
            progress=self.progress,
        )
        self.failures_ = _failures(described)
        warn_unreadable(described, stacklevel=4)
        readable = np.array([description.error is None for description in described], dtype=bool)
        good = [description for description in described if description.error is None]
        parts = {part: np.array([description.parts[part] for description in good]) for part in self._parts}
        return parts, readable, index

    def _fitted_on(self, X: Any, y: Any, groups: Any) -> tuple[Collection, NDArray[np.bool_], pd.Index | None]:
        self._check()
        name = type(self).__name__
        if self._rated and y is None:
            raise ValueError(f"{name} learns from ratings: give one per picture as y")
        ratings = None if y is None or not self._rated else _ratings(y)
        parts, readable, index = self._described(X)
        given = {"y": ratings, "groups": groups}
        for what, values in given.items():
            if values is not None and len(values) != len(readable):
                raise ValueError(f"there are {len(readable)} pictures and {len(values)} values of {what}; give one per picture")
        if not readable.any():
            raise ValueError(f"{name} has no collection to learn from: none of {len(readable)} pictures could be read")
        standing = np.zeros(int(readable.sum()), dtype=np.int8)
        if ratings is not None:
            standing = rating_classes(ratings[readable], getattr(self, "class_share", 1 / 3))
        collection = Collection(parts, standing, _group_numbers(groups, readable))
        self.n_pictures_ = len(standing)
        self._learn(collection)
        return collection, readable, index

    def _framed(self, values: Floats, readable: NDArray[np.bool_], index: pd.Index | None) -> pd.DataFrame:
        rows = np.full((len(readable), values.shape[1]), np.nan)
        rows[readable] = values
        return pd.DataFrame(rows, columns=list(self.get_feature_names_out()), index=index)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = False
        tags.target_tags.required = self._rated
        return tags


class Fitted:
    """Stands where a record has its function, for a value that is measured against a collection and not by a function."""

    def __init__(self, transformer: type[ReferenceTransformer]) -> None:
        self.transformer = transformer.__name__
        self.__doc__ = transformer.__doc__

    def __call__(self, picture: Picture) -> float:
        """Say what to use instead."""
        raise TypeError(f"it is measured against a collection: fit iaa_classic.representations.{self.transformer}")


def rating_classes(ratings: Floats, share: float) -> NDArray[np.int8]:
    """+1 for the high, -1 for the low, 0 for the rest.

    Of two distinct values the greater is high. Otherwise high are ratings at or above the quantile 1 - share, low those at
    or below the quantile share (the next rating outwards where a quantile falls between two).
    """
    distinct = np.unique(ratings)
    if len(distinct) == 2:
        return np.where(ratings == distinct[1], 1, -1).astype(np.int8)
    low, high = np.quantile(ratings, share, method="lower"), np.quantile(ratings, 1 - share, method="higher")
    if not low < high:
        what = "they are all the same" if len(distinct) == 1 else f"the lowest and the highest {share:.0%} overlap"
        raise ValueError(
            f"y does not tell good pictures from bad ones: {what}; give ratings that differ, or another class_share"
        )
    return np.where(ratings >= high, 1, np.where(ratings <= low, -1, 0)).astype(np.int8)


def require_share(share: Any) -> None:
    """Refuse a ``class_share`` that is not in (0, 0.5]."""
    if not isinstance(share, Real) or isinstance(share, bool) or not 0 < float(share) <= 0.5:
        raise ValueError(f"class_share must be a number above 0 and at most 0.5, got {share!r}")


def class_means(values: NDArray[Any], standing: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """Mean of the high and of the low pictures' rows."""
    high, low = (values[standing == sign].mean(axis=0, dtype=np.float64) for sign in (1, -1))
    return high, low


def rows_by_group(groups: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The rows of each group."""
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)


def means_without(
    values: NDArray[Any], groups: NDArray[np.int64], member: NDArray[np.bool_] | None = None
) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """For each group its rows, and the mean of the rows of ``values`` (those of ``member`` only) outside that group."""
    chosen = np.ones(len(values), dtype=bool) if member is None else member
    total = values[chosen].sum(axis=0, dtype=np.float64)
    for rows in rows_by_group(groups):
        own = rows[chosen[rows]]
        yield rows, (total - values[own].sum(axis=0, dtype=np.float64)) / (chosen.sum() - len(own))


def _ratings(y: Any) -> Floats:
    values = np.asarray(y)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ValueError(f"y must be one rating per picture, got an array of shape {values.shape}")
    try:
        ratings = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"y must be numbers, of which the greater is the better, got {values.dtype}: {error}") from error
    if not np.isfinite(ratings).all():
        bad = int((~np.isfinite(ratings)).sum())
        raise ValueError(f"y holds {bad} missing or infinite ratings (NaN); leave these pictures out")
    return ratings


def _group_numbers(groups: Any, readable: NDArray[np.bool_]) -> NDArray[np.int64]:
    if groups is None:
        return np.arange(int(readable.sum()))
    codes, _ = pd.factorize(np.asarray(groups)[readable], use_na_sentinel=True)
    if (codes < 0).any():
        raise ValueError("groups holds missing values; give every picture a group")
    return codes.astype(np.int64)


def _require_two_groups(groups: NDArray[np.int64]) -> None:
    if len(np.unique(groups)) < 2:
        raise ValueError(
            "nothing is left to compare a picture with when it or its group is left out: a class of ratings, or the whole "
            "collection, is one picture or lies in one group; give more pictures, or no groups"
        )


def _failures(described: list[Description]) -> pd.DataFrame:
    failures = [
        {"position": position, "source": description.source, "error": description.error}
        for position, description in enumerate(described)
        if description.error is not None
    ]
    return pd.DataFrame(failures, columns=["position", "source", "error"])
