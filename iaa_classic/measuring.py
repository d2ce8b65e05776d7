"""Measure many pictures, in parallel and in order, without letting a bad one stop the rest.

This is the engine below ``FeatureExtractor`` and the command line. It streams: at any time only a few pictures per worker
are in memory, whatever their number.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .face_detection import INSTALLED, detector_for
from .features import WORKING_SIDE, Feature, Picture, measure, select
from .features.picture import FaceFinder
from .images import MAX_PIXELS, ImageError, read_image
from .recall import Question, Recall, with_content
from .store import Content, store_for
from .threads import one_thread

_BATCH = 1
"""Pictures handed to a worker at a time: handing over costs a hundredth of measuring, waiting for the last one more."""

_WINDOW = 32
"""Batches per worker between two rests, at which the results so far are passed on.

Sources are read between windows, in the caller's thread, so that whatever goes wrong in reading them reaches the caller, and no
more than a window of pictures is in memory.
"""

_LONGEST = 1024
"""Pictures per worker in a window, known ones counted, of which little more than the values is held."""

_MIN_SIDE = 2 * WORKING_SIDE
"""Pixels that the long side keeps where a JPEG need not be decoded in full: the working scale is reached from twice its size,
so that the area filter and not the decoder makes the pixels.
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
    source: Any,
    features: Sequence[Feature],
    *,
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
    store: Any = None,
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
    store : None, "default", path or FeatureStore
        As for ``FeatureExtractor``.

    Raises
    ------
    FileNotFoundError, FaceModelError
        If the detector's model cannot be used.
    """
    options: dict[str, Any] = {"max_pixels": max_pixels, "face_detector": face_detector, "store": store}
    [measurement] = measure_images([source], features, n_jobs=1, **options)
    return measurement


@dataclass(frozen=True)
class _Settings:
    """What is the same for all pictures of a run."""

    full: bool
    max_pixels: int
    detector: FaceFinder | None


@dataclass(frozen=True)
class _Task:
    """One picture for a worker, features by name; ``keep`` asks for the content of the file too."""

    source: Any
    names: tuple[str, ...]
    keep: bool


def measure_and_keep(
    source: Any,
    features: Sequence[Feature],
    keep: Sequence[Callable[[Picture], Any]],
    *,
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
) -> tuple[Measurement, Picture | None]:
    """As ``measure_image``, and the picture at the working scale with the shared results ``keep``; None for a bad one.

    The native pixels are let go of, so that what is kept of a photograph of any size is below a megabyte or two.
    """
    settings = _Settings(needs_native_pixels(features), max_pixels, detector_for(face_detector, features))
    pictures: list[Picture] = []
    measured = _measured(source, features, settings, lambda picture: pictures.append(picture.reduced(keep)))
    return measured, pictures[0] if pictures else None


def _measured(
    source: Any,
    features: Sequence[Feature],
    settings: _Settings,
    afterwards: Callable[[Picture], object] | None = None,
) -> Measurement:
    """What ``measure_image`` does, without looking into a store."""
    try:
        loaded = read_image(source, max_pixels=settings.max_pixels, min_side=None if settings.full else _MIN_SIDE)
        with one_thread():
            picture = Picture(loaded.pixels, settings.detector)
            values = measure(picture, features)
            if afterwards is not None:
                afterwards(picture)
    except ImageError as error:
        reason = f"{error.why}; {error.remedy}" if error.remedy else error.why
        return Measurement(np.full(len(features), np.nan), error=reason)
    except Exception as error:  # a defect of ours or of a codec costs one row, not the run
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Measurement(np.full(len(features), np.nan), error=f"could not be measured ({text}); please report this")
    return Measurement(values, warnings=loaded.warnings, width=loaded.width, height=loaded.height)


_Answer = tuple[Measurement, Content | None]
"""What was measured of a picture, and the content of its file where that was asked for."""


def _answer(source: Any, features: Sequence[Feature], settings: _Settings, *, keep: bool) -> _Answer:
    source, content = with_content(source) if keep else (source, None)
    return _measured(source, features, settings), content


def _answer_batch(tasks: Sequence[_Task], settings: _Settings) -> list[_Answer]:
    """Measure a batch inside a worker process, whose libraries keep to one thread each."""
    import cv2

    cv2.setNumThreads(1)
    chosen = {names: select(names) for names in {task.names for task in tasks}}
    return [_answer(task.source, chosen[task.names], settings, keep=task.keep) for task in tasks]


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
    store: Any = None,
    before_first: Callable[[], object] | None = None,
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
    store : None, "default", path or FeatureStore
        As for ``FeatureExtractor``. Workers do not use it: this process looks up and writes.
    before_first : callable, optional
        Called once, before the first picture that is not in the store is measured; never if all are.

    Yields
    ------
    Measurement
        Bit-identical for any ``n_jobs``, and with or without a store.
    """
    detector = detector_for(face_detector, features)
    settings = _Settings(needs_native_pixels(features), max_pixels, detector)
    chosen = store_for(store)
    recall = Recall(chosen, features, detector, full=settings.full, min_side=_MIN_SIDE, max_pixels=max_pixels)
    run = _Run(features, settings, recall, before_first)
    workers = effective_jobs(n_jobs)
    try:
        yield from run.in_turn(sources) if workers == 1 else run.in_parallel(sources, workers)
    finally:
        recall.write()
        if chosen is not None and chosen is not store:
            chosen.close()


class _Run:
    """One call of ``measure_images``."""

    def __init__(
        self,
        features: Sequence[Feature],
        settings: _Settings,
        recall: Recall,
        before_first: Callable[[], object] | None,
    ) -> None:
        self._features, self._settings, self._recall = features, settings, recall
        self._before_first = before_first

    def in_turn(self, sources: Iterable[Any]) -> Iterator[Measurement]:
        """Measure in this process."""
        for source in sources:
            question = self._recall.look(source)
            answer = None
            if question.missing:
                self._prepare()
                answer = _answer(source, self._wanted(question), self._settings, keep=question.keep)
            yield self._settled(question, answer)

    def in_parallel(self, sources: Iterable[Any], workers: int) -> Iterator[Measurement]:
        """Measure in worker processes, a window of pictures at a time; known pictures take no place in it."""
        window: list[Question] = []
        waiting = 0
        for source in sources:
            question = self._recall.look(source)
            window.append(question)
            waiting += bool(question.missing)
            if not waiting or waiting == workers * _WINDOW * _BATCH or len(window) == workers * _LONGEST:
                yield from self._through_workers(window, workers)
                window, waiting = [], 0
        yield from self._through_workers(window, workers)

    def _through_workers(self, window: Sequence[Question], workers: int) -> Iterator[Measurement]:
        from joblib import Parallel, delayed, parallel_config
        from joblib.parallel import get_active_backend

        asked = [question for question in window if question.missing]
        answers: Iterator[_Answer] = iter(())
        if asked:
            self._prepare()
            tasks = [_Task(question.source, self._names(question), question.keep) for question in asked]
            batches = (tasks[start : start + _BATCH] for start in range(0, len(tasks), _BATCH))
            calls = [delayed(_answer_batch)(batch, self._settings) for batch in batches]
            own_processes = type(get_active_backend()[0]).__name__ == "LokyBackend"
            with parallel_config("loky", inner_max_num_threads=1) if own_processes else nullcontext():
                answers = chain.from_iterable(Parallel(n_jobs=workers, batch_size=1)(calls))
        for question in window:
            yield self._settled(question, next(answers) if question.missing else None)

    def _prepare(self) -> None:
        if self._before_first is not None:
            self._before_first()
            self._before_first = None

    def _wanted(self, question: Question) -> list[Feature]:
        return [self._features[position] for position in question.missing]

    def _names(self, question: Question) -> tuple[str, ...]:
        return tuple(record.name for record in self._wanted(question))

    def _settled(self, question: Question, answer: _Answer | None) -> Measurement:
        """Put together what was known and what was measured, and keep it."""
        known = question.known
        if answer is None:
            assert known is not None
            return Measurement(known.values, None, known.warnings, known.width, known.height)
        measurement, content = answer
        if known is not None and content == known.content and measurement.error is None:
            values = known.values.copy()
            values[list(question.missing)] = measurement.values
            measurement = replace(measurement, values=values)
        elif known is not None:  # the file has changed since it was looked up
            measurement, content = _answer(question.source, self._features, self._settings, keep=question.keep)
        if content is not None and measurement.error is None:
            seen = (measurement.width, measurement.height, measurement.warnings)
            self._recall.keep(question, content, measurement.values, seen)
        return measurement


def describe_source(source: Any, position: int) -> str:
    """A short name for a source in messages and tables: its path (stray bytes escaped), or its kind and position."""
    if isinstance(source, (str, os.PathLike)):
        return os.fsdecode(source).encode("utf-8", "backslashreplace").decode("utf-8")
    return f"{type(source).__name__} at position {position}"
