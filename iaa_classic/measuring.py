"""Measure many pictures, in parallel and in order, without letting a bad one stop the rest.

This is the engine below ``FeatureExtractor`` and the command line. It streams: at any time only a few pictures per worker
are in memory, whatever their number.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .face_detection import INSTALLED, detector_for
from .features import WORKING_SIDE, Feature, Picture, catalogue, measure, select
from .features.picture import FaceFinder
from .images import MAX_PIXELS, ImageError, read_image
from .recall import Question, Recall, with_content
from .store import Content, store_for
from .threads import one_thread
from .workers import Executor, Limits, Result, WorkerLost, Workers

Kept = TypeVar("Kept")

_WINDOW = 32
"""Pictures per worker that are on their way at a time.

Sources are read in the caller's thread, so that whatever goes wrong in reading them reaches the caller, and no more than a
window of pictures is in memory.
"""

_LONGEST = 1024
"""Pictures per worker that wait for one before them, known ones counted, of which little more than the values is held."""

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
    limits: Limits | None = None,
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
    limits : Limits, optional
        Time and memory that the picture may take, in a process of its own.

    Raises
    ------
    FileNotFoundError, FaceModelError
        If the detector's model cannot be used.
    """
    options: dict[str, Any] = {"max_pixels": max_pixels, "face_detector": face_detector, "store": store, "limits": limits}
    [measurement] = measure_images([source], features, n_jobs=1, **options)
    return measurement


@dataclass(frozen=True)
class _Settings:
    """What is the same for all pictures of a run."""

    full: bool
    max_pixels: int
    detector: FaceFinder | None
    fitted: tuple[Feature, ...] = ()
    """Features that no catalogue knows, such as a model's learned content: workers are sent them as they are."""


@dataclass(frozen=True)
class _Task:
    """One picture for a worker, features by name; ``keep`` asks for the content of the file too."""

    source: Any
    names: tuple[str, ...]
    keep: bool


def measure_and_keep(
    source: Any,
    features: Sequence[Feature],
    keep: Callable[[Picture], Kept],
    *,
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
) -> tuple[Measurement, Kept | None]:
    """As ``measure_image``, and what ``keep`` makes of the measured picture; None for a bad one.

    The picture itself, with its native pixels, is let go of. It has fewer of them than the photograph where none of
    ``features`` looks at native pixels: ``Measurement.width`` is the photograph's own.
    """
    settings = _Settings(needs_native_pixels(features), max_pixels, detector_for(face_detector, features))
    kept: list[Kept] = []
    measured = _measured(source, features, settings, lambda picture: kept.append(keep(picture)))
    return measured, kept[0] if kept else None


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
        return failed(len(features), reason)
    except MemoryError:
        return failed(len(features), "it takes more memory than there is; reduce it first")
    except Exception as error:  # a defect of ours or of a codec costs one row, not the run
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return failed(len(features), f"could not be measured ({text}); please report this")
    return Measurement(values, warnings=loaded.warnings, width=loaded.width, height=loaded.height)


def failed(count: int, why: str) -> Measurement:
    """What stands for a picture that could not be measured."""
    return Measurement(np.full(count, np.nan), error=why)


Answer = tuple[Measurement, Content | None]
"""What was measured of a picture, and the content of its file where that was asked for."""


def _answer(source: Any, features: Sequence[Feature], settings: _Settings, *, keep: bool) -> Answer:
    source, content = with_content(source) if keep else (source, None)
    return _measured(source, features, settings), content


def _answer_task(task: _Task, settings: _Settings) -> Answer:
    """Measure a picture inside a worker process, whose libraries keep to one thread each."""
    import cv2

    cv2.setNumThreads(1)
    return _answer(task.source, _chosen(task.names, settings.fitted), settings, keep=task.keep)


def _chosen(names: tuple[str, ...], fitted: tuple[Feature, ...]) -> list[Feature]:
    if not fitted:
        return _selected(names)
    own = {record.name: record for record in fitted}
    return [own[name] if name in own else _selected((name,))[0] for name in names]


@lru_cache(maxsize=1024)
def _selected(names: tuple[str, ...]) -> list[Feature]:
    return select(names)


def _warm(names: tuple[str, ...]) -> None:
    """Load the kernels, so that the first picture is not charged with it."""
    from .compiling import warm_up

    warm_up(_selected(names))


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
    limits: Limits | None = None,
    scheduler: str | None = None,
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
    limits : Limits, optional
        Time and memory that each picture may take; it is then measured in a worker process even where ``n_jobs`` is 1.
    scheduler : str, optional
        Address of a Dask scheduler whose workers measure, in place of processes here; ``n_jobs`` is how many it is taken to
        have, all that it has if left out.

    Yields
    ------
    Measurement
        Bit-identical for any ``n_jobs``, and with or without a store.
    """
    detector = detector_for(face_detector, features)
    known = catalogue()
    fitted = tuple(record for record in features if record.name not in known)
    settings = _Settings(needs_native_pixels(features), max_pixels, detector, fitted)
    chosen = store_for(store)
    recall = Recall(chosen, features, detector, full=settings.full, min_side=_MIN_SIDE, max_pixels=max_pixels)
    run = _Run(features, settings, recall, before_first)
    try:
        yield from _chosen_way(run, sources, effective_jobs(n_jobs), limits, scheduler)
    finally:
        recall.write()
        if chosen is not None and chosen is not store:
            chosen.close()


def _chosen_way(
    run: _Run, sources: Iterable[Any], workers: int, limits: Limits | None, scheduler: str | None
) -> Iterator[Measurement]:
    """In this process, in workers beside it, on a cluster, or by the backend of joblib that is in force."""
    if scheduler is not None:
        from .cluster import Cluster

        executor: Executor = Cluster(scheduler, limits)
        workers = max(workers, getattr(executor, "count", 1))
    elif workers == 1 and not limits:
        yield from run.in_turn(sources)
        return
    elif not limits and _backend() != "LokyBackend":
        yield from run.by_joblib(sources, workers)
        return
    else:
        executor = Workers(workers, limits, partial(_warm, run.names) if limits else None)
    try:
        yield from run.in_parallel(sources, executor, workers)
    finally:
        executor.close()


def _backend() -> str:
    from joblib.parallel import get_active_backend

    return type(get_active_backend()[0]).__name__


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

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features that the catalogue knows."""
        fitted = {record.name for record in self._settings.fitted}
        return tuple(record.name for record in self._features if record.name not in fitted)

    def in_turn(self, sources: Iterable[Any]) -> Iterator[Measurement]:
        """Measure in this process."""
        for source in sources:
            question = self._recall.look(source)
            answer = None
            if question.missing:
                self._prepare()
                answer = _answer(source, self._wanted(question), self._settings, keep=question.keep)
            yield self._settled(question, answer)

    def in_parallel(self, sources: Iterable[Any], executor: Executor, workers: int) -> Iterator[Measurement]:
        """Measure in processes, so many pictures ahead of the one that is waited for; known ones need no process."""
        waiting: deque[tuple[Question, Result | None]] = deque()
        asked = 0
        pictures, trouble = iter(sources), None
        while trouble is None or waiting:
            room = trouble is None and asked < workers * _WINDOW and len(waiting) < workers * _LONGEST
            if room:
                try:
                    question = self._recall.look(next(pictures))
                except Exception as error:  # the end, or whatever goes wrong in the sources: first what has been asked for
                    trouble = error
                    continue
                waiting.append((question, self._asked(question, executor)))
                asked += bool(question.missing)
            question, result = waiting[0]
            if not room or result is None or result.done():
                waiting.popleft()
                asked -= result is not None
                yield self._answered(question, result)
        if not isinstance(trouble, StopIteration):
            raise trouble

    def _asked(self, question: Question, executor: Executor) -> Result | None:
        if not question.missing:
            return None
        self._prepare()
        task = _Task(question.source, self._names(question), question.keep)
        return executor.submit(_answer_task, task, self._settings)

    def _answered(self, question: Question, result: Result | None) -> Measurement:
        try:
            answer = None if result is None else result.result()
        except WorkerLost as lost:
            return failed(len(self._features), str(lost))
        return self._settled(question, answer)

    def by_joblib(self, sources: Iterable[Any], workers: int) -> Iterator[Measurement]:
        """Measure by the backend of a ``joblib.parallel_config`` that is in force, a window of pictures at a time."""
        from joblib import Parallel, delayed

        pictures = iter(sources)
        while window := [self._recall.look(source) for source in islice(pictures, workers * _WINDOW)]:
            asked = [question for question in window if question.missing]
            if asked:
                self._prepare()
            tasks = [_Task(question.source, self._names(question), question.keep) for question in asked]
            calls = (delayed(_answer_task)(task, self._settings) for task in tasks)
            answers = iter(Parallel(n_jobs=workers, batch_size=1)(calls) if tasks else ())
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

    def _settled(self, question: Question, answer: Answer | None) -> Measurement:
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
