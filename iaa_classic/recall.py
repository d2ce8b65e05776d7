"""What measuring asks of the feature store: which values of a picture are known, and that new ones be kept.

A stored value is bit-identical to a measured one because everything that a value depends on is part of the question: the
content of the file, at which scale it is decoded, name and version of the feature, the model that finds faces, and the
*environment*: the code that decodes and measures, the libraries below it and the processor's instructions.
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.features
from numpy.typing import NDArray

from . import features as features_package
from ._version import __version__
from .face_detection import FaceDetector, looks_at_faces
from .features import Feature
from .features.picture import FaceFinder
from .image_formats import RAW_SUFFIXES
from .store import Content, Entry, FeatureStore

CODE = (
    *("colour_profiles", "decoding", "errors", "face_detection", "image_formats", "images", "integrity", "measuring", "pixels"),
    "raw_files",
    "remote",
)
"""Modules, beside all of ``features``, whose code decides on pixels or values."""

_LIBRARIES = ("numba", "numpy", "pillow", "pillow-heif", "rawpy", "scikit-image", "scipy")

_SETTLED_AFTER = 2.0
"""Seconds since its last change after which a file's times tell a further change: the coarsest file systems count in twos."""

_LARGEST = 256_000_000
"""Bytes above which a file is not read into memory to be known by its content, and so not kept."""

_BATCH, _SECONDS = 64, 10.0
"""Photographs that are written at a time, and seconds after which fewer are."""


@dataclass(frozen=True)
class Stamp:
    """What tells a file and its state from outside: a hash of its real path, size and times, and whether they are settled.

    The time of the last change of its metadata is one of them where the system has it: programs that edit a file and set its
    modification time back do not get by it.
    """

    digest: bytes
    size: int
    settled: bool

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> Stamp | None:
        """The stamp of a regular file; None where there is none."""
        try:
            status = os.stat(path)
            real = os.fsencode(os.path.realpath(path))
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        times = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        digest = hashlib.sha256(real + b"\0" + times.encode()).digest()
        now = time.time()
        settled = min(abs(now - status.st_mtime), abs(now - status.st_ctime)) > _SETTLED_AFTER
        return cls(digest, status.st_size, settled)


@dataclass(frozen=True)
class Known:
    """What the store knows of a picture; ``values`` of shape (n_features,) are NaN where they are missing."""

    content: Content
    values: NDArray[np.float64]
    width: int
    height: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One picture to be measured, and what is known of it.

    ``missing`` are the positions of the features that have to be measured; ``keep`` says whether they can be kept. The
    ``source`` of a picture that is known in full is let go.
    """

    source: Any
    missing: Sequence[int]
    known: Known | None = None
    stamp: Stamp | None = None
    keep: bool = False


class Recall:
    """One run's view of the store; without a store, nothing is known and nothing is kept.

    Parameters
    ----------
    store : FeatureStore or None
    features : sequence of Feature
        What is measured.
    detector : FaceFinder or None
        What finds faces.
    full : bool
        Whether pictures are decoded in full, or JPEGs at a reduced scale.
    min_side : int
        What ``read_image`` is told to decode at a reduced scale.
    max_pixels : int
        Known pictures that are larger are asked for anew, to be refused.
    """

    def __init__(
        self,
        store: FeatureStore | None,
        features: Sequence[Feature],
        detector: FaceFinder | None,
        *,
        full: bool,
        min_side: int,
        max_pixels: int,
    ) -> None:
        self._store, self._min_side, self._max_pixels = store, min_side, max_pixels
        self._all = range(len(features))
        self._entries: list[Entry] = []
        self._stamps: dict[bytes, Content] = {}
        self._written = time.monotonic()
        if store is not None:
            self._environment = environment()
            self._keys = [key_of(record, detector) for record in features]
            self._decodings = ("any", "full" if full else f"from {min_side}")

    def look(self, source: Any) -> Question:
        """Find out what is known of a picture."""
        store = self._store
        if store is None:
            return Question(source, self._all)
        stamp, keep = None, isinstance(source, bytes)
        if isinstance(source, (str, os.PathLike)):
            path = os.fspath(source)
            # How a raw file is told from a TIFF depends on its name, which is not part of its content.
            raw = os.path.splitext(os.fsdecode(path))[1].lower() in RAW_SUFFIXES
            stamp = None if raw else Stamp.of(path)
            keep = stamp is not None and 0 < stamp.size <= _LARGEST
        entry = self._entry(store, source, stamp) if keep else None
        if entry is None or entry.width * entry.height > self._max_pixels:
            store.misses += 1
            return Question(source, self._all, None, stamp, keep)
        missing = [position for position, key in enumerate(self._keys) if key not in entry.values]
        store.hits += not missing
        store.misses += bool(missing)
        values = np.array([entry.values.get(key or "", np.nan) for key in self._keys], dtype=np.float64)
        known = Known(entry.content, values, entry.width, entry.height, entry.warnings)
        return Question(source if missing else None, missing, known, stamp, keep)

    def _entry(self, store: FeatureStore, source: Any, stamp: Stamp | None) -> Entry | None:
        if stamp is not None:
            entry = store.find(self._environment, self._decodings, stamp=stamp.digest)
            if entry is not None:
                return entry
        if not store.has_size(self._environment, len(source) if stamp is None else stamp.size):
            return None
        _, content = with_content(source)
        if content is None:
            return None
        entry = store.find(self._environment, self._decodings, content=content)
        if entry is not None:
            self._note(source, stamp, content)
        return entry

    def keep(self, question: Question, content: Content, values: NDArray[np.float64], seen: Sequence[Any]) -> None:
        """Keep all values of a picture of that content; ``seen`` are its width, height and warnings."""
        width, height, warnings = seen
        named = {key: value for key, value in zip(self._keys, values.tolist(), strict=True) if key is not None}
        # A JPEG is halved at least, and only where half its long side fills min_side; others are the same either way.
        alike = max(width, height) <= 2 * self._min_side - 2
        decoding = self._decodings[0 if alike else 1]
        self._entries.append(Entry(content, decoding, named, width, height, tuple(warnings)))
        self._note(question.source, question.stamp, content)
        if len(self._entries) >= _BATCH or time.monotonic() - self._written > _SECONDS:
            self.write()

    def _note(self, source: Any, stamp: Stamp | None, content: Content) -> None:
        """Let the stamp of a file lead to its content, if nothing can have changed it since the stamp was taken."""
        if stamp is not None and stamp.settled:
            now = Stamp.of(source)
            if now is not None and now.digest == stamp.digest:
                self._stamps[stamp.digest] = content

    def write(self) -> None:
        """Write what has come together."""
        if self._store is not None:
            self._store.write(self._environment, self._entries, self._stamps)
        self._entries, self._stamps, self._written = [], {}, time.monotonic()


class _Named:
    """Bytes that go by the name of the file they were read from."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data, self.name = data, name

    def read(self) -> bytes:
        return self._data


def with_content(source: Any) -> tuple[Any, Content | None]:
    """The picture as bytes in memory with their content, so that what is kept is of the very bytes that were measured.

    A file that cannot be read is given back as it is, for ``read_image`` to say why.
    """
    if isinstance(source, bytes):
        return source, Content.of(source)
    try:
        with open(source, "rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError, MemoryError):
        return source, None
    if len(data) > _LARGEST:
        return source, None
    return _Named(data, os.fsdecode(os.fspath(source))), Content.of(data)


def key_of(record: Feature, detector: FaceFinder | None) -> str | None:
    """What a feature's values are stored under; None if they cannot be stored.

    Only code of this package is part of the environment, so that features declared elsewhere are not kept; nor are those of
    faces that something other than a ``FaceDetector`` finds.
    """
    function = getattr(record.function, "family", record.function)
    if not getattr(function, "__module__", "").startswith(features_package.__name__ + "."):
        return None
    key = f"{record.name}:{record.version}"
    if detector is None or not looks_at_faces([record]):
        return key
    if not isinstance(detector, FaceDetector):
        return None
    return f"{key}:{_model_digest(detector.model_path)}:{detector.score_threshold!r}"


@functools.lru_cache(maxsize=4)
def _model_digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


@functools.cache
def environment() -> bytes:
    """Hash of all that can move the last bit of a value and is the same for a whole run."""
    facts = [f"{name} {_version(name)}" for name in _LIBRARIES]
    facts += [
        f"{name} {PIL.features.version(name)}" for name in ("jpg", "libjpeg_turbo", "zlib", "libtiff", "webp", "littlecms2")
    ]
    ipp = cv2.ipp.getIppVersion() if hasattr(cv2, "ipp") and cv2.ipp.useIPP() else "no IPP"
    facts += [f"opencv {cv2.__version__} {cv2.useOptimized()} {ipp} {cv2.getCPUFeaturesLine()}"]
    facts += [f"{name}={value}" for name, value in sorted(os.environ.items()) if name in _SWITCHES]
    digest = hashlib.sha256("\n".join(facts).encode())
    package, measuring = Path(__file__).parent, Path(str(features_package.__file__)).parent
    for path in [*sorted(measuring.rglob("*.py")), *(package / f"{name}.py" for name in CODE)]:
        code = path.read_bytes() if path.is_file() else __version__.encode()  # a package need not come with its source
        digest.update(b"\0" + path.name.encode() + b"\0" + code)
    return digest.digest()[:16]


_SWITCHES = ("NUMBA_CPU_FEATURES", "NUMBA_CPU_NAME", "NUMBA_DISABLE_JIT", "NUMBA_OPT", "OPENCV_CPU_DISABLE", "OPENCV_IPP")
"""Environment variables that choose between ways of computing that differ in the last bits."""


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"
