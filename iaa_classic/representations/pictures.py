"""What the transformers from pictures to long vectors share: pictures in, in order, in parallel; one row of float32 each."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import islice
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..extraction import UnreadableImageWarning, _as_sources
from ..features import WORKING_SIDE, Picture
from ..images import ImageError, read_image
from ..measuring import describe_source, effective_jobs
from ..progress import progress_bar
from ..threads import one_thread
from .description import Description
from .descriptors import LARGE, described

Matrix = NDArray[np.float32]
Work = Callable[[Any], NDArray[Any]]

_BATCH = 4
"""Pictures handed to a worker at a time."""

_WINDOW = 16
"""Batches per worker whose results are in memory at a time."""


class PictureEncoder(TransformerMixin, BaseEstimator):
    """Turn each picture into a vector; a subclass says what it looks at and how it learns.

    ``X`` is what ``FeatureExtractor`` takes: paths, bytes, arrays, PIL images. Pictures that cannot be read are rows of
    missing values, listed in ``failures_``, and take no part in what is learned. Values are the same bits for any ``n_jobs``.
    """

    _part: str | None = None
    """The part of a description that is welcome in place of a picture."""

    _fitted_names: ClassVar[frozenset[str]] = frozenset()
    """Attributes that a fit leaves, which a model file may hold."""

    failures_: pd.DataFrame
    n_jobs: int | None
    max_pixels: int
    on_error: str
    progress: bool

    def fit(self, X: Any, y: Any = None) -> PictureEncoder:
        """Learn from the pictures of ``X``; ``y`` is not looked at."""
        self._check_parameters()
        sources, _ = _as_sources(X)
        self._learn(sources)
        return self

    def transform(self, X: Any) -> Matrix:
        """Encode every picture of ``X``.

        Returns
        -------
        ndarray of float32, shape (n, n_columns)
            In the order of ``X``; a DataFrame after ``set_output(transform="pandas")``.
        """
        check_is_fitted(self)
        sources, _ = _as_sources(X)
        rows = np.full((len(sources), self.n_columns_), np.nan, dtype=np.float32)
        for position, values in self._each(sources, self._encoder()):
            rows[position] = values
        return rows

    def _learn(self, sources: Sequence[Any]) -> None:
        """Set the fitted attributes."""

    def _encoder(self) -> Work:
        """What turns a picture (or its descriptor) into a row: something that a worker process can be sent."""
        raise NotImplementedError

    @property
    def n_columns_(self) -> int:
        """Length of a vector."""
        raise NotImplementedError

    def _check_parameters(self) -> None:
        if self.on_error not in ("missing", "raise"):
            raise ValueError(f"on_error must be 'missing' or 'raise', got {self.on_error!r}")
        require_whole("max_pixels", self.max_pixels, 1)

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        """Refuse the attributes of a saved fit that contradict each other."""

    def _each(self, sources: Sequence[Any], work: Work, what: str = "Encoding") -> Iterator[tuple[int, NDArray[Any]]]:
        """Position and result of every picture that can be read, in order; the others are noted and warned of."""
        failures = []
        results = _mapped(sources, work, self._part, self.n_jobs, self.max_pixels)
        with progress_bar(what, len(sources), show=self.progress) as advance:
            for position, (values, error) in enumerate(results):
                advance()
                if values is not None:
                    yield position, values
                    continue
                name = describe_source(sources[position], position)
                if self.on_error == "raise":
                    raise ImageError(name, error or "", "remove it, or use on_error='missing'")
                failures.append({"position": position, "source": name, "error": error})
        self.failures_ = pd.DataFrame(failures, columns=["position", "source", "error"])
        if failures:
            warnings.warn(
                f"{len(failures)} of {len(sources)} pictures could not be read and are rows of missing values "
                f"(see failures_); the first: {failures[0]['source']}: {failures[0]['error']}",
                UnreadableImageWarning,
                stacklevel=3,
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = False
        return tags


def require_whole(name: str, value: Any, least: int) -> None:
    """Refuse what is not a whole number of at least ``least``."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def require_between(name: str, value: Any, low: float, high: float) -> None:
    """Refuse what is not a number from ``low`` to ``high``."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} must be a number from {low} to {high}, got {value!r}")


Result = tuple[NDArray[Any] | None, str | None]


def _one(source: Any, work: Work, part: str | None, max_pixels: int) -> Result:
    """The result of one picture, or why there is none; never an exception."""
    try:
        if isinstance(source, Description):
            if source.error is not None:
                return None, source.error
            if part is None or part not in source.parts:
                return None, f"it is a description without {part!r}; describe it with this part, or give the picture"
            seen: Any = source.parts[part]
        else:
            picture = Picture(read_image(source, max_pixels=max_pixels, min_side=2 * WORKING_SIDE).pixels)
            seen = described(part, picture) if part in LARGE else picture
        with one_thread():
            return work(seen), None
    except ImageError as error:
        return None, f"{error.why}; {error.remedy}" if error.remedy else error.why


def _batch_in_worker(batch: Sequence[Any], work: Work, part: str | None, max_pixels: int) -> list[Result]:
    import cv2

    cv2.setNumThreads(1)
    return [_one(source, work, part, max_pixels) for source in batch]


def _mapped(sources: Sequence[Any], work: Work, part: str | None, n_jobs: int | None, max_pixels: int) -> Iterator[Result]:
    workers = effective_jobs(n_jobs)
    if workers == 1 or len(sources) < 2 * _BATCH:
        for source in sources:
            yield _one(source, work, part, max_pixels)
        return
    from joblib import Parallel, delayed, parallel_config
    from joblib.parallel import get_active_backend

    _one(np.zeros((64, 64, 3), np.uint8), work, part, max_pixels)  # compile before the workers all do
    own_processes = type(get_active_backend()[0]).__name__ == "LokyBackend"
    batches = iter([sources[start : start + _BATCH] for start in range(0, len(sources), _BATCH)])
    while window := list(islice(batches, workers * _WINDOW)):
        tasks = [delayed(_batch_in_worker)(batch, work, part, max_pixels) for batch in window]
        with parallel_config("loky", inner_max_num_threads=1) if own_processes else nullcontext():
            for results in Parallel(n_jobs=workers)(tasks):
                yield from results
