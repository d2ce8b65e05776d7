"""``describe``: pictures to descriptions, once, so that cross-validation need not decode a picture for every fold."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pandas as pd

from ..extraction import UnreadableImageWarning, _as_sources
from ..features import WORKING_SIDE, Picture
from ..images import MAX_PIXELS, ImageError, read_image
from ..measuring import describe_source, effective_jobs
from ..progress import progress_bar
from .descriptors import DESCRIPTORS, LARGE, Vector
from .descriptors import described as described_part

_WINDOW = 32
"""Pictures per worker that are handed out, and whose descriptions are collected, at a time."""


@dataclass(frozen=True, eq=False, repr=False)
class Description:
    """What a picture looks like, without its pixels; it may stand wherever a transformer of this package takes a picture.

    Attributes
    ----------
    source : str
        What was described: a path, or kind and position.
    parts : dict of str to ndarray of float32
        Vectors by the name of their descriptor; empty when ``error`` is set.
    error : str or None
        Why the picture could not be read, in one line.
    """

    source: str
    parts: dict[str, Vector]
    error: str | None = None

    def __repr__(self) -> str:
        return f"Description({self.source!r}, {self.error or ', '.join(self.parts)})"


def describe(
    X: Any,
    parts: Iterable[str] | None = None,
    *,
    n_jobs: int | None = None,
    max_pixels: int = MAX_PIXELS,
    on_error: str = "missing",
    progress: bool = False,
) -> pd.Series[Any]:
    """Decode every picture of ``X`` once, and keep what the transformers of this package need to know of it.

    Parameters
    ----------
    X : sequence of length n
        Pictures, as ``FeatureExtractor`` takes them. Descriptions among them are passed on.
    parts : iterable of str, optional
        Names of descriptors; if left out, all but ``cells`` (what visual words are made of, 400 kB), about 70 kB per picture.
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``. A picture that cannot be read becomes a description with ``error`` set, and there is
        one warning for all.

    Returns
    -------
    Series of Description, length n
        With the index of ``X`` where it has one. Cross-validation slices it as it slices any table.

    Examples
    --------
    >>> import numpy as np
    >>> from iaa_classic.representations import describe
    >>> describe([np.zeros((32, 48, 3), dtype=np.uint8)], parts=["edges"])[0]
    Description('ndarray at position 0', edges)
    """
    sources, index = _as_sources(X)
    described = described_sources(sources, parts, n_jobs=n_jobs, max_pixels=max_pixels, on_error=on_error, progress=progress)
    warn_unreadable(described, stacklevel=2)
    return pd.Series(described, index=index, name="description", dtype=object)


def described_sources(
    sources: Sequence[Any],
    parts: Iterable[str] | None = None,
    *,
    n_jobs: int | None = None,
    max_pixels: int = MAX_PIXELS,
    on_error: str = "missing",
    progress: bool = False,
) -> list[Description]:
    """Descriptions of ``sources``, of which those that are descriptions already are passed on after a check."""
    if on_error not in ("missing", "raise"):
        raise ValueError(f"on_error must be 'missing' or 'raise', got {on_error!r}")
    wanted = list(DESCRIPTORS) if parts is None else list(parts)
    unknown = [part for part in wanted if part not in (*DESCRIPTORS, *LARGE)]
    if unknown or not wanted:
        raise ValueError(f"parts must be some of {', '.join((*DESCRIPTORS, *LARGE))}, got {wanted}")
    found: list[Description | None] = [_passed_on(source, wanted) for source in sources]
    places = [place for place, known in enumerate(found) if known is None]
    results = _describe_all([sources[place] for place in places], wanted, n_jobs, max_pixels)
    with progress_bar("Describing", len(places), show=progress) as advance:
        for place, (vectors, error) in zip(places, results, strict=True):
            name = describe_source(sources[place], place)
            if error is not None and on_error == "raise":
                raise ImageError(name, error, "remove it, or use on_error='missing'")
            found[place] = Description(name, vectors, error)
            advance()
    return [description for description in found if description is not None]


def warn_unreadable(described: Sequence[Description], *, stacklevel: int) -> None:
    """One warning for all pictures that could not be read."""
    bad = [description for description in described if description.error is not None]
    if bad:
        warnings.warn(
            f"{len(bad)} of {len(described)} pictures could not be read and count as missing; "
            f"the first: {bad[0].source}: {bad[0].error}",
            UnreadableImageWarning,
            stacklevel=stacklevel + 1,
        )


def _passed_on(source: Any, wanted: Sequence[str]) -> Description | None:
    if not isinstance(source, Description):
        return None
    missing = [] if source.error is not None else [part for part in wanted if part not in source.parts]
    if missing:
        raise ValueError(
            f"{source.source} was described without {', '.join(map(repr, missing))}; "
            "call describe again with these parts, or leave parts out to have them all"
        )
    return source


Result = tuple[dict[str, Vector], str | None]


def _describe_one(source: Any, parts: Sequence[str], max_pixels: int) -> Result:
    """Vectors of one picture, or why there are none; never an exception."""
    try:
        loaded = read_image(source, max_pixels=max_pixels, min_side=2 * WORKING_SIDE)
        picture = Picture(loaded.pixels)
        return {part: described_part(part, picture) for part in parts}, None
    except ImageError as error:
        return {}, f"{error.why}; {error.remedy}" if error.remedy else error.why
    except Exception as error:  # a defect of ours or of a codec costs one row, not the run
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return {}, f"could not be described ({text}); please report this"


def _describe_in_worker(source: Any, parts: Sequence[str], max_pixels: int) -> Result:
    import cv2

    cv2.setNumThreads(1)
    return _describe_one(source, parts, max_pixels)


def _describe_all(sources: Sequence[Any], parts: Sequence[str], n_jobs: int | None, max_pixels: int) -> Iterator[Result]:
    workers = effective_jobs(n_jobs)
    if workers == 1 or len(sources) < 2:
        for source in sources:
            yield _describe_one(source, parts, max_pixels)
        return
    import numpy as np
    from joblib import Parallel, delayed, parallel_config
    from joblib.parallel import get_active_backend

    _describe_one(np.zeros((8, 8, 3), np.uint8), parts, max_pixels)  # compile before the workers all do
    own_processes = type(get_active_backend()[0]).__name__ == "LokyBackend"
    remaining = iter(sources)
    while window := list(islice(remaining, workers * _WINDOW)):
        tasks = [delayed(_describe_in_worker)(source, parts, max_pixels) for source in window]
        with parallel_config("loky", inner_max_num_threads=1) if own_processes else nullcontext():
            yield from Parallel(n_jobs=workers)(tasks)
