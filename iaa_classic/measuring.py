"""Measure many pictures, in parallel and in order, without letting a bad one stop the rest.

This is the engine below ``FeatureExtractor`` and the command line. It streams: at any time only a few pictures per worker
are in memory, whatever their number.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .face_detection import INSTALLED, detector_for, looks_at_faces
from .features import WORKING_SIDE, Feature, Picture, measure, select
from .features.picture import FaceFinder
from .images import MAX_PIXELS, ImageError, read_image

_BATCH = 2
"""Pictures handed to a worker at a time: enough to hide the cost of handing over, few enough to keep all cores busy."""

_WINDOW = 16
"""Batches per worker between two rests, at which the results so far are passed on.

Sources are read between windows, in the caller's thread, so that whatever goes wrong in reading them reaches the caller, and no
more than a window of pictures is in memory.
"""


@dataclass(frozen=True)
class Measurement:
    """What came of one picture.

    Attributes
    ----------
    values : ndarray of float64, shape (n_features,)
        In the order of the features asked for; all NaN when ``error`` is set.
    error : str or None
        Why the picture could not be measured, in one line.
    warnings : tuple of str
        What is odd about a picture that could be measured all the same.
    width, height : int
        Upright size in pixels; 0 when ``error`` is set.
    """

    values: NDArray[np.float64]
    error: str | None = None
    warnings: tuple[str, ...] = ()
    width: int = 0
    height: int = 0


def needs_native_pixels(features: Sequence[Feature]) -> bool:
    """Whether any of ``features`` looks at native pixels, so that a picture has to be decoded in full."""
    return any(record.scale == "native" for record in features)


def measure_image(
    source: Any, features: Sequence[Feature], *, max_pixels: int = MAX_PIXELS, face_detector: Any = INSTALLED
) -> Measurement:
    """Decode and measure one picture; a bad one gives a ``Measurement`` with ``error`` set, never an exception.

    Parameters
    ----------
    source : path, bytes, binary file, ndarray or PIL image
        Anything that ``iaa_classic.read_image`` takes.
    features : sequence of Feature
        What to measure.
    max_pixels : int
        Larger pictures are refused before they are decoded.
    face_detector : "installed", path, FaceDetector or None
        What finds faces, as for ``FeatureExtractor``; looked at only if a feature of ``people`` is asked for.

    Raises
    ------
    FileNotFoundError, FaceModelError
        If the detector's model cannot be used.
    """
    return _measured(source, features, max_pixels, detector_for(face_detector, features))


def _measured(source: Any, features: Sequence[Feature], max_pixels: int, detector: FaceFinder | None) -> Measurement:
    """What ``measure_image`` does, with the detector that its choice came to."""
    try:
        # The working scale is reached from twice its size, so that the area filter and not the decoder makes the pixels.
        min_side = None if needs_native_pixels(features) else 2 * WORKING_SIDE
        loaded = read_image(source, max_pixels=max_pixels, min_side=min_side)
        values = measure(Picture(loaded.pixels, detector), features)
    except ImageError as error:
        reason = f"{error.why}; {error.remedy}" if error.remedy else error.why
        return Measurement(np.full(len(features), np.nan), error=reason)
    except Exception as error:  # a defect of ours or of a codec costs one row, not the run
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Measurement(np.full(len(features), np.nan), error=f"could not be measured ({text}); please report this")
    return Measurement(values, warnings=loaded.warnings, width=loaded.width, height=loaded.height)


def _measure_batch(
    sources: Sequence[Any], names: Sequence[str], max_pixels: int, detector: FaceFinder | None
) -> list[Measurement]:
    """Measure a batch inside a worker process, whose libraries keep to one thread each."""
    import cv2

    cv2.setNumThreads(1)
    features = select(names)
    return [_measured(source, features, max_pixels, detector) for source in sources]


def effective_jobs(n_jobs: int | None) -> int:
    """Number of worker processes for ``n_jobs`` as joblib reads it: ``None`` is 1, -1 all cores, -2 all but one."""
    from joblib import effective_n_jobs

    return int(effective_n_jobs(n_jobs))


def measure_images(
    sources: Iterable[Any],
    features: Sequence[Feature],
    *,
    n_jobs: int | None = None,
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
) -> Iterator[Measurement]:
    """Measure pictures one after another or in parallel, yielding one ``Measurement`` per source in the order given.

    Parameters
    ----------
    sources : iterable
        Anything that ``measure_image`` takes; it is read lazily.
    features : sequence of Feature
        What to measure.
    n_jobs : int or None
        Worker processes, as joblib counts them; a ``joblib.parallel_config`` in force chooses the backend.
    max_pixels : int
        Larger pictures are refused before they are decoded.
    face_detector : "installed", path, FaceDetector or None
        As for ``measure_image``.

    Yields
    ------
    Measurement
        Bit-identical for any ``n_jobs``.
    """
    workers = effective_jobs(n_jobs)
    detector = detector_for(face_detector, features)
    if workers == 1:
        for source in sources:
            yield _measured(source, features, max_pixels, detector)
        return
    from joblib import Parallel, delayed, parallel_config
    from joblib.parallel import get_active_backend

    names = [record.name for record in features]
    own_processes = type(get_active_backend()[0]).__name__ == "LokyBackend"
    remaining = iter(sources)
    while window := list(islice(remaining, workers * _WINDOW * _BATCH)):
        batches = (window[start : start + _BATCH] for start in range(0, len(window), _BATCH))
        tasks = [delayed(_measure_batch)(batch, names, max_pixels, detector) for batch in batches]
        with parallel_config("loky", inner_max_num_threads=1) if own_processes else nullcontext():
            results = Parallel(n_jobs=workers, batch_size=1)(tasks)
        for batch in results:
            yield from batch


def warm_up(features: Sequence[Feature]) -> None:
    """Compile the kernels of ``features``, or load them from numba's cache, by measuring a small drawn picture.

    Doing this once before workers start keeps them from all compiling the same kernels.
    """
    rows, columns = np.mgrid[0:96, 0:128]
    drawn = np.stack([rows * 2, columns * 2, np.hypot(rows - 40, columns - 50) % 64 * 4], axis=2)
    measure(Picture(drawn.astype(np.uint8), _OneFace() if looks_at_faces(features) else None), features)


class _OneFace:
    """Finds a face in the middle of every picture."""

    def detect(self, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """One row, as a face detector gives it."""
        height, width = rgb.shape[:2]
        shares = [0.4, 0.4, 0.2, 0.2, 0.45, 0.47, 0.55, 0.47, 0.5, 0.5, 0.46, 0.55, 0.54, 0.55]
        return np.array([[*np.multiply(shares, [width, height] * 7), 1.0]])


def describe_source(source: Any, position: int) -> str:
    """A short name for a source in messages and tables: its path (stray bytes escaped), or its kind and position."""
    if isinstance(source, (str, os.PathLike)):
        return os.fsdecode(source).encode("utf-8", "backslashreplace").decode("utf-8")
    return f"{type(source).__name__} at position {position}"
