"""The journal of a long run: every measurement is appended to a file as it comes, so that an interrupted run can go on.

The file lies beside the output while the run lasts, and goes with it. A record is complete or ignored: it carries its length
and checksum, so that a run which was killed in the middle of a record, or found the disk full, loses no more than that record.
A measurement is used again only for a file that is unchanged, and only by a run of the same features, limits and libraries.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from .features import Feature
from .features.picture import FaceFinder
from .measuring import Measurement
from .output import OutputError, not_written
from .recall import Stamp, environment, key_of

_MAGIC = b"iaa-classic journal 1 "
_HEAD = struct.Struct("<II")
_META = struct.Struct("<I")
_LONGEST = 64 * 2**20
"""Bytes above which a record's length is taken for damage."""


def run_digest(features: Sequence[Feature], detector: FaceFinder | None, max_pixels: int) -> str:
    """What must be the same for a measurement to be used again, as a hexadecimal digest."""
    keys = [key_of(record, detector) or f"{record.name}:{record.version}:foreign" for record in features]
    text = json.dumps([keys, max_pixels, detector is not None])
    return hashlib.sha256(environment() + text.encode()).hexdigest()


class Journal:
    """Measurements of one run, by file.

    Parameters
    ----------
    path : Path
        The file; it is made where it is absent. A process that writes it keeps others from doing the same.
    digest : str
        See ``run_digest``: what a journal of another digest holds is dropped.

    Attributes
    ----------
    found : int
        Measurements of an earlier run that could be read.
    interrupted : bool
        Whether there was an earlier run, be it of another digest.

    Raises
    ------
    OutputError
        If it cannot be written, another process writes it, or it is a file of another kind.
    """

    def __init__(self, path: Path, digest: str) -> None:
        self.path = path
        self._places: dict[bytes, tuple[int, int]] = {}
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise not_written(path, error) from error
        try:
            self._lock()
            self._end = self._read(_MAGIC + digest.encode("ascii") + b"\n")
        except BaseException:
            os.close(self._file)
            raise
        self.found = len(self._places)

    def _lock(self) -> None:
        if sys.platform == "win32":
            return
        import fcntl

        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"{self.path}: another run writes to it; wait for its end, or give another output") from None
        except OSError:
            return  # not on every file system

    def _read(self, head: bytes) -> int:
        """Find the records; returns the end of the last that is whole, behind which all is cut off."""
        size = os.fstat(self._file).st_size
        start = self._at(0, len(head))
        self.interrupted = size > 0
        if not start.startswith(_MAGIC[: len(start)]):
            raise OutputError(f"{self.path}: is not the journal of an interrupted run; move it away, or give another output")
        end = len(head)
        if start != head:
            os.ftruncate(self._file, 0)
            self._put(0, head)
            return end
        while (record := self._record(end)) is not None:
            digest, length = record
            self._places[digest] = (end, length)
            end += _HEAD.size + length
        os.ftruncate(self._file, end)
        return end

    def _record(self, at: int) -> tuple[bytes, int] | None:
        """Stamp and length of the record at a place; None if there is none that is whole."""
        head = self._at(at, _HEAD.size)
        if len(head) < _HEAD.size:
            return None
        length, checksum = _HEAD.unpack(head)
        payload = self._at(at + _HEAD.size, length) if 32 < length <= _LONGEST else b""
        if not payload or len(payload) != length or zlib.crc32(payload) != checksum:
            return None
        return payload[:32], length

    def find(self, stamp: Stamp | None) -> Measurement | None:
        """What is known of a file in the state of that stamp."""
        place = self._places.get(stamp.digest) if stamp is not None else None
        if place is None:
            return None
        at, length = place
        return _unpacked(self._at(at + _HEAD.size, length)[32:])

    def add(self, stamp: Stamp | None, measurement: Measurement) -> None:
        """Append what was measured of a file; failures, and files that may still be changing, are not kept.

        Raises
        ------
        OutputError
            If it cannot be written, the disk being full.
        """
        if stamp is None or not stamp.settled or measurement.error is not None:
            return
        payload = stamp.digest + _packed(measurement)
        self._put(self._end, _HEAD.pack(len(payload), zlib.crc32(payload)) + payload)
        self._places[stamp.digest] = (self._end, len(payload))
        self._end += _HEAD.size + len(payload)

    def __len__(self) -> int:
        return len(self._places)

    def close(self) -> None:
        """Leave the file for a later run."""
        with suppress(OSError):
            os.close(self._file)

    def remove(self) -> None:
        """Let go of the file: the run is over."""
        with suppress(OSError):
            self.path.unlink()
        self.close()

    def _at(self, place: int, count: int) -> bytes:
        os.lseek(self._file, place, os.SEEK_SET)
        parts = []
        while count > 0 and (part := os.read(self._file, count)):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _put(self, place: int, data: bytes) -> None:
        try:
            os.lseek(self._file, place, os.SEEK_SET)
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise not_written(self.path, error) from error


def _packed(measurement: Measurement) -> bytes:
    told: list[Any] = [measurement.width, measurement.height, list(measurement.warnings)]
    meta = json.dumps(told).encode()
    return _META.pack(len(meta)) + meta + measurement.values.astype("<f8").tobytes()


def _unpacked(data: bytes) -> Measurement:
    (length,) = _META.unpack_from(data)
    start = _META.size + length
    width, height, warnings = json.loads(data[_META.size : start])
    values = np.frombuffer(data[start:], dtype="<f8").astype(np.float64)
    return Measurement(values, None, tuple(warnings), width, height)
