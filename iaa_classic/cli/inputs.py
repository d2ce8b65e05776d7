"""What the commands share: photographs found and measured with a progress bar, and the model to use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..compiling import warm_up
from ..errors import UserError
from ..face_detection import INSTALLED, detector_for, looks_at_faces, missing_detector
from ..features import Feature
from ..files import find_images
from ..journal import run_digest
from ..measuring import Measurement, effective_jobs, measure_images
from ..progress import progress_bar
from ..remote import is_remote, pictures
from ..resuming import require_roots, resumed
from ..store import DEFAULT, FeatureStore, store_for
from .long_runs import LongRun
from .tables import notices, readable

if TYPE_CHECKING:
    from ..models import AdditiveModel

_COMPILING = "Compiling the measurements for this machine: about a minute, in the first run only"


def photographs(paths: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Paths of all photographs below ``paths``, and (path, reason) for what could not be looked into.

    Raises
    ------
    UserError
        If there is no photograph at all.
    """
    if "" in paths:
        raise UserError("an empty path was given (an unset variable?)")
    images: list[str] = []
    problems: list[tuple[str, str]] = []
    for remote, some in groupby(paths, is_remote):
        if remote:
            images += chain.from_iterable(map(pictures, some))
        else:
            found = find_images(some)
            images += map(str, found.images)
            problems += [(str(path), why) for path, why in found.problems]
    images = list(dict.fromkeys(images))
    if not images and not problems:
        raise UserError(f"no photographs found in {', '.join(paths)}")
    return images, problems


def measured(
    sources: Sequence[str],
    features: Sequence[Feature],
    *,
    jobs: int,
    max_pixels: int,
    face_model: Path | None = None,
    cached: bool = True,
    run: LongRun | None = None,
) -> Iterator[tuple[str, Measurement]]:
    """Each source with its measurement, in order, under a progress bar on standard error.

    ``face_model`` is the file of the face detector, that of an installed package if left out. What the feature store knows is
    not measured, unless ``cached`` is false. ``run`` says how the run can be gone on with and what a photograph may take.
    """
    run = run or LongRun()
    if jobs == 0:
        raise UserError("--jobs must be a positive number of processes, or -1 for every core")
    tell_unused_face_model(face_model, features)
    detector = detector_for(face_model or INSTALLED, features)
    tell_missing_faces(features, found=detector is not None)
    workers = min(effective_jobs(jobs), max(1, len(sources) // 2))
    store = feature_store() if cached else None
    with ExitStack() as stack:
        bar: list[Callable[[], None]] = []

        def begin() -> None:
            if not bar:
                bar.append(stack.enter_context(progress_bar("Measuring", len(sources))))

        def prepare() -> None:
            prepare_kernels(features, quiet=bool(bar))
            begin()

        options: dict[str, Any] = {"max_pixels": max_pixels, "face_detector": detector, "store": store}
        journal = stack.enter_context(run.journal(run_digest(features, detector, max_pixels), len(sources)))
        options |= {"limits": run.limits, "scheduler": run.scheduler}

        def measure(paths: Iterable[str]) -> Iterator[Measurement]:
            return measure_images(paths, features, n_jobs=workers, before_first=prepare, **options)

        for done, (source, measurement) in enumerate(resumed(sources, journal, measure)):
            begin()
            bar[0]()
            if measurement.error is not None:
                require_roots(source, run.roots, done)
            yield source, measurement
    if store is not None and store.hits and len(sources) > 1:
        notices().print(f"{store.hits} of {len(sources)} photographs read from the feature store", highlight=False)


def feature_store() -> FeatureStore | None:
    """The user's feature store, whose trouble is told in one line; None if it is switched off."""
    store = store_for(DEFAULT)
    if store is not None:
        store.tell = lambda message: notices().print(readable(message), highlight=False, soft_wrap=True)
    return store


def tell_missing_faces(features: Sequence[Feature], *, found: bool) -> None:
    """One line on standard error, once, where features of faces are asked for and no face detector was ``found``."""
    said = None if found else missing_detector(INSTALLED, None, features)
    if said:
        notices().print(readable(said), highlight=False, soft_wrap=True)


def tell_unused_face_model(face_model: Path | None, features: Sequence[Feature]) -> None:
    """One line on standard error where a face model is given and no feature of faces is measured."""
    if face_model is not None and not looks_at_faces(features):
        notices().print("--face-model has no effect: no feature of faces is measured", highlight=False)


def prepare_kernels(features: Sequence[Feature], *, quiet: bool = False) -> None:
    """Compile or load the kernels; where something has to be compiled, say so and how far it is, unless ``quiet``."""
    with ExitStack() as stack:
        shown: list[Callable[[], None]] = []
        told = 0

        def tell(ready: int, total: int, _: int) -> None:
            nonlocal told
            if not shown:
                notices().print(_COMPILING, highlight=False, soft_wrap=True)
                shown.append(stack.enter_context(progress_bar("Compiling", total)))
            for _step in range(told, ready):
                shown[0]()
            told = ready

        warm_up(features, None if quiet else tell)


def chosen_model(path: str | None) -> AdditiveModel:
    """The model in the file, or the one that ships with the package."""
    from ..default import default_scorer
    from ..persistence import load_scorer

    return default_scorer() if path is None else load_scorer(path)
