"""What the commands share: photographs found and measured with a progress bar, and the model to use."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from ..face_detection import INSTALLED, detector_for, looks_at_faces, missing_detector
from ..features import Feature
from ..files import find_images
from ..measuring import Measurement, effective_jobs, measure_images, warm_up
from ..progress import progress_bar
from .tables import notices, readable

if TYPE_CHECKING:
    from ..models import AdditiveModel


def photographs(paths: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Paths of all photographs below ``paths``, and (path, reason) for what could not be looked into.

    Raises
    ------
    UserError
        If there is no photograph at all.
    """
    if "" in paths:
        raise UserError("an empty path was given (an unset variable?)")
    found = find_images(paths)
    images, problems = [str(path) for path in found.images], [(str(path), why) for path, why in found.problems]
    if not images and not problems:
        raise UserError(f"no photographs found in {', '.join(paths)}")
    return images, problems


def measured(
    sources: Sequence[str], features: Sequence[Feature], *, jobs: int, max_pixels: int, face_model: Path | None = None
) -> Iterator[tuple[str, Measurement]]:
    """Each source with its measurement, in order, under a progress bar on standard error.

    ``face_model`` is the file of the face detector, that of an installed package if left out.
    """
    if jobs == 0:
        raise UserError("--jobs must be a positive number of processes, or -1 for every core")
    tell_unused_face_model(face_model, features)
    detector = detector_for(face_model or INSTALLED, features)
    tell_missing_faces(features, found=detector is not None)
    workers = min(effective_jobs(jobs), max(1, len(sources) // 2))
    if sources:
        with notices().status("Preparing (the first run compiles for about a minute)") if sys.stderr.isatty() else _quiet():
            warm_up(features)
    with progress_bar("Measuring", len(sources)) as advance:
        results = measure_images(sources, features, n_jobs=workers, max_pixels=max_pixels, face_detector=detector)
        for source, measurement in zip(sources, results, strict=True):
            advance()
            yield source, measurement


def tell_missing_faces(features: Sequence[Feature], *, found: bool) -> None:
    """One line on standard error, once, where features of faces are asked for and no face detector was ``found``."""
    said = None if found else missing_detector(INSTALLED, None, features)
    if said:
        notices().print(readable(said), highlight=False, soft_wrap=True)


def tell_unused_face_model(face_model: Path | None, features: Sequence[Feature]) -> None:
    """One line on standard error where a face model is given and no feature of faces is measured."""
    if face_model is not None and not looks_at_faces(features):
        notices().print("--face-model has no effect: no feature of faces is measured", highlight=False)


class _quiet:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def chosen_model(path: str | None) -> AdditiveModel:
    """The model in the file, or the one that ships with the package."""
    from ..default import default_scorer
    from ..persistence import load_scorer

    return default_scorer() if path is None else load_scorer(path)
