"""The frames of a shoot: files found, raw files paired with their pictures, each looked at once, in parallel and in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from ..features.picture import FaceFinder
from ..files import RAW_SUFFIXES
from ..images import MAX_PIXELS
from .alignment import Structure, structure
from .capture import Capture, read_capture
from .looks import ImageError, Look, look_at


@dataclass(eq=False)
class Frame:
    """One frame: a picture, or a raw file, or both as one.

    Attributes
    ----------
    path : str
        The file that is looked at.
    companions : tuple of str
        Raw files of the same name beside it; what is decided of the frame holds for them.
    capture : Capture
    look : Look or None
        None where the file cannot be read; ``error`` says why.
    error : str
        Empty if all went well.
    """

    path: str
    companions: tuple[str, ...] = ()
    capture: Capture = field(default_factory=Capture)
    look: Look | None = None
    error: str = ""
    _structure: Structure | None = None

    @property
    def structure(self) -> Structure:
        """The thumbnail prepared for alignment, once."""
        assert self.look is not None
        if self._structure is None:
            self._structure = structure(self.look.luma)
        return self._structure


def companions(paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Raw files beside each picture that have its name, less the ending; none for raw files themselves."""
    found: dict[str, tuple[str, ...]] = {}
    by_folder: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        stem, suffix = os.path.splitext(name)
        if suffix.lower() in RAW_SUFFIXES:
            continue
        if folder not in by_folder:
            by_folder[folder] = _raw_files(folder)
        found[path] = tuple(os.path.join(folder, other) for other in by_folder[folder].get(stem.lower(), ()))
    return found


def _raw_files(folder: str) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError:
        return known
    for name in names:
        stem, suffix = os.path.splitext(name)
        if suffix.lower() in RAW_SUFFIXES and not name.startswith("."):
            known.setdefault(stem.lower(), []).append(name)
    return known


def look_at_frames(
    paths: Sequence[str],
    *,
    n_jobs: int = 1,
    max_pixels: int = MAX_PIXELS,
    face_detector: FaceFinder | None = None,
    before_first: Callable[[], object] | None = None,
) -> Iterator[Frame]:
    """Look at each of ``paths``, in order; a bad file gives a frame with an ``error``, never an exception."""
    raw = companions(paths)
    if before_first is not None:
        before_first()
    if n_jobs == 1 or len(paths) < 2:
        for path in paths:
            yield _frame(path, raw.get(path, ()), max_pixels, face_detector)
        return
    from joblib import Parallel, delayed, parallel_config
    from joblib.parallel import get_active_backend

    own_processes = type(get_active_backend()[0]).__name__ == "LokyBackend"
    with parallel_config("loky", inner_max_num_threads=1) if own_processes else nullcontext():
        calls = (delayed(_frame_in_worker)(path, raw.get(path, ()), max_pixels, face_detector) for path in paths)
        yield from Parallel(n_jobs=n_jobs, batch_size=1, return_as="generator", pre_dispatch="3*n_jobs")(calls)


def _frame_in_worker(*arguments: Any) -> Frame:
    import cv2

    cv2.setNumThreads(1)
    return _frame(*arguments)


def _frame(path: str, raw: tuple[str, ...], max_pixels: int, face_detector: FaceFinder | None) -> Frame:
    capture = read_capture(path)
    if capture.time is None and raw:
        capture = read_capture(raw[0])
    try:
        return Frame(path, raw, capture, look_at(path, max_pixels=max_pixels, face_detector=face_detector))
    except ImageError as error:
        return Frame(path, raw, capture, error=f"{error.why}; {error.remedy}" if error.remedy else error.why)
    except Exception as error:  # a defect of ours or of a codec costs one frame, not the run
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Frame(path, raw, capture, error=f"could not be looked at ({text}); please report this")
