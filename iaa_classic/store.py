"""The feature store: what was measured once is read, not measured again.

One SQLite file in the user's cache folder, never beside the photographs. It holds numbers and hashes alone: neither the
names nor the pixels of photographs can be read from it. Whatever goes wrong with it costs a warning, never a result.

Rows are found by the SHA-256 of a file's content, so that a copied, renamed or moved photograph is found too. A second table
leads from a *stamp* (a hash of path, size and times of a file) to the content, so that an unchanged file is not even read.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import UserError
from .store_file import filled, opened, transaction

VARIABLE = "IAA_CLASSIC_CACHE_DIR"
"""Environment variable that names the store's folder; empty or ``off``, there is no store."""

DEFAULT = "default"
"""The choice of a store that takes the user's cache folder."""

MAX_BYTES = 1_000_000_000
"""Default limit of the file's size: room for some 300,000 photographs with the whole catalogue."""

_TOUCH_AFTER = 3600
"""Seconds after which a row that is read is marked as used again: a re-run soon after writes nothing."""

_KEPT = 0.9
"""Share of the limit that is still filled after the least recently used rows were dropped."""

_NAME = "features-1.sqlite"
"""The file; its number is that of the tables' layout, so that a store of another layout is another file."""


class StoreWarning(UserWarning):
    """The feature store cannot be used; work goes on without it."""


class StoreError(UserError):
    """The feature store cannot be looked into or emptied."""


@dataclass(frozen=True)
class Content:
    """What identifies an encoded picture: its length in bytes and the SHA-256 of the bytes."""

    size: int
    digest: bytes

    @classmethod
    def of(cls, data: bytes) -> Content:
        """The content of an encoded picture."""
        return cls(len(data), hashlib.sha256(data).digest())


@dataclass(frozen=True)
class Entry:
    """What is known of one picture under one environment and decoding.

    ``values`` are float64 by the key of a feature, which names all that its value depends on beside pixels and environment;
    ``decoding`` says of which pixels they are.
    """

    content: Content
    decoding: str
    values: Mapping[str, float]
    width: int
    height: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoreInfo:
    """Where a store lies, how many photographs it knows, and its size on disk in bytes."""

    folder: Path
    photographs: int
    bytes: int
    max_bytes: int


def default_folder() -> Path | None:
    """The store's folder: what ``IAA_CLASSIC_CACHE_DIR`` names, or one in the user's cache folder; None if switched off."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return None if named.strip().lower() in ("", "off") else Path(named).expanduser().absolute()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "iaa-classic" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "iaa-classic"
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "iaa-classic"


def store_for(choice: Any) -> FeatureStore | None:
    """The store that a choice stands for.

    Parameters
    ----------
    choice : None, "default", path-like or FeatureStore
        No store; the one in the user's cache folder, if it is not switched off; or one in a folder of its own.
    """
    if choice is None or isinstance(choice, FeatureStore):
        return choice
    if isinstance(choice, str) and choice == DEFAULT:
        folder = default_folder()
        return None if folder is None else FeatureStore(folder)
    if isinstance(choice, (str, os.PathLike)) and os.fspath(choice):
        return FeatureStore(choice)
    raise TypeError(f"store must be None, 'default', the path of a folder or a FeatureStore, got {choice!r}")


class FeatureStore:
    """Measured values on disk, safe with several processes at once.

    Nothing is opened or written before it is first asked; a copy, pickled or not, opens the file by itself.

    Parameters
    ----------
    folder : path-like, optional
        Folder of the file, created when first written to; see ``default_folder`` if left out.
    max_bytes : int
        Size of the file above which the least recently used photographs are dropped.

    Attributes
    ----------
    hits, misses : int
        Photographs that were read from the store in full, and those of which something had to be measured, so far.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        place = default_folder() if folder is None else Path(os.fsdecode(folder)).expanduser().absolute()
        if place is None:
            raise StoreError(f"the feature store is switched off by {VARIABLE}; give a folder, or unset the variable")
        if not isinstance(max_bytes, (int, np.integer)) or max_bytes < 1:
            raise ValueError(f"max_bytes must be a positive whole number, got {max_bytes!r}")
        self.folder = place
        self.max_bytes = int(max_bytes)
        self._reset()

    def _reset(self) -> None:
        self.hits = self.misses = 0
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._connection: sqlite3.Connection | None = None
        self._given_up = False
        self._layouts: dict[bytes, tuple[str, ...]] = {}
        self._touched: set[int] = set()
        self.tell: Callable[[str], None] = _warn

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "max_bytes": self.max_bytes}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._reset()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FeatureStore) and self.__getstate__() == other.__getstate__()

    def __hash__(self) -> int:
        return hash((self.folder, self.max_bytes))

    def __repr__(self) -> str:
        return f"FeatureStore({str(self.folder)!r}, max_bytes={self.max_bytes})"

    @property
    def path(self) -> Path:
        """The file, which need not exist."""
        return self.folder / _NAME

    # --- reading and writing ----------------------------------------------------------------------------------------

    def find(
        self, environment: bytes, decodings: tuple[str, str], *, stamp: bytes = b"", content: Content | None = None
    ) -> Entry | None:
        """What is known of a picture, by its file's stamp or by its content; None if nothing is."""
        columns = "m.rowid, m.size, m.content, decoding, width, height, warnings, layout, data, checksum, used"
        what: tuple[Any, ...]
        if content is None:
            where, what = "files f JOIN measured m ON m.content = f.content WHERE f.stamp = ?", (stamp,)
        else:
            where, what = "measured m WHERE m.size = ? AND m.content = ?", (content.size, content.digest)
        query = f"SELECT {columns} FROM {where} AND environment = ? AND decoding IN (?, ?)"
        with self._guarded() as connection:
            if connection is None:
                return None
            row = connection.execute(query, (*what, environment, *decodings)).fetchone()
            return None if row is None else self._entry(connection, row)
        return None

    def has_size(self, environment: bytes, size: int) -> bool:
        """Whether a picture of that many bytes is known, so that it pays to look at the content of another."""
        with self._guarded() as connection:
            if connection is None:
                return False
            query = "SELECT 1 FROM measured WHERE environment = ? AND size = ? LIMIT 1"
            return connection.execute(query, (environment, size)).fetchone() is not None
        return False

    def write(self, environment: bytes, entries: Sequence[Entry], stamps: Mapping[bytes, Content]) -> None:
        """Add entries, which are merged with what is known of the same picture, and stamps of files."""
        with self._guarded() as connection:
            if connection is None or not (entries or stamps or self._touched):
                return
            with transaction(connection):
                now = int(time.time())
                connection.executemany("UPDATE measured SET used = ? WHERE rowid = ?", [(now, row) for row in self._touched])
                self._touched.clear()
                for entry in entries:
                    self._write_entry(connection, environment, entry)
                rows = [(stamp, content.digest) for stamp, content in stamps.items()]
                connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?)", rows)
            self._shrink(connection)

    def _entry(self, connection: sqlite3.Connection, row: tuple[Any, ...]) -> Entry | None:
        rowid, size, digest, decoding, width, height, said, layout, data, checksum, used = row
        keys = self._layouts.get(layout)
        if keys is None:
            found = connection.execute("SELECT keys FROM layouts WHERE layout = ?", (layout,)).fetchone()
            keys = tuple(json.loads(found[0])) if found else ()
            self._layouts[layout] = keys
        if len(data) != 8 * len(keys) or checksum != zlib.crc32(data, zlib.crc32(digest)):
            self._layouts.pop(layout, None)
            return None
        if time.time() - used > _TOUCH_AFTER:
            self._touched.add(rowid)
        values = dict(zip(keys, np.frombuffer(data, dtype="<f8").tolist(), strict=True))
        return Entry(Content(size, digest), decoding, values, width, height, tuple(json.loads(said)))

    def _write_entry(self, connection: sqlite3.Connection, environment: bytes, entry: Entry) -> None:
        columns = "rowid, size, content, decoding, width, height, warnings, layout, data, checksum, used"
        where = "environment = ? AND size = ? AND content = ? AND decoding = ?"
        place = (environment, entry.content.size, entry.content.digest, entry.decoding)
        row = connection.execute(f"SELECT {columns} FROM measured WHERE {where}", place).fetchone()
        known = self._entry(connection, row) if row else None
        values = {**known.values, **entry.values} if known else dict(entry.values)
        keys = json.dumps(list(values))
        layout = hashlib.sha256(keys.encode()).digest()[:16]
        data = np.array(list(values.values()), dtype="<f8").tobytes()
        connection.execute("INSERT OR IGNORE INTO layouts VALUES (?, ?)", (layout, keys))
        connection.execute(
            "INSERT OR REPLACE INTO measured VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *place,
                *(entry.width, entry.height, json.dumps(entry.warnings)),
                *(layout, data, zlib.crc32(data, zlib.crc32(entry.content.digest)), int(time.time())),
            ),
        )

    def _shrink(self, connection: sqlite3.Connection) -> None:
        """Drop the least recently used rows of a store that has outgrown its limit."""
        size = filled(connection)
        if size <= self.max_bytes:
            return
        with transaction(connection):
            rows = connection.execute("SELECT COUNT(*) FROM measured").fetchone()[0]
            surplus = int(np.ceil(rows * (1 - _KEPT * self.max_bytes / size)))
            oldest = "SELECT rowid FROM measured ORDER BY used, rowid LIMIT ?"
            connection.execute(f"DELETE FROM measured WHERE rowid IN ({oldest})", (surplus,))
            connection.execute("DELETE FROM files WHERE content NOT IN (SELECT content FROM measured)")
            connection.execute("DELETE FROM layouts WHERE layout NOT IN (SELECT layout FROM measured)")
        connection.execute("PRAGMA incremental_vacuum").fetchall()

    # --- the file ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection | None]:
        """The open file for the length of a ``with``, which whatever goes wrong in it ends in silence; None without one."""
        if os.getpid() != self._process:
            _of_parent.append(self._connection)
            tell = self.tell
            self._reset()
            self.tell = tell
        with self._lock:
            try:
                if self._connection is None and not self._given_up:
                    self._connection = opened(self.path)
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)
            try:
                yield self._connection
            except (sqlite3.Error, OSError) as error:
                self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self.close()
        self._given_up = True
        why = getattr(error, "strerror", None) or error
        self.tell(
            f"the feature store in {self.folder} cannot be used ({why}); everything is measured. `iaa-classic cache --clear` "
            f"empties it, --no-cache or {VARIABLE}=off goes without"
        )

    def close(self) -> None:
        """Close the file; it is opened again when it is next used."""
        with self._lock, suppress(sqlite3.Error):
            connection, self._connection = self._connection, None
            if connection is not None and os.getpid() == self._process:
                connection.close()

    def __del__(self) -> None:
        with suppress(Exception):
            self.close()

    def info(self) -> StoreInfo:
        """Where the store lies and what is in it; nothing is created.

        Raises
        ------
        StoreError
            If there is a file and it cannot be read.
        """
        photographs = 0
        try:
            if self.path.is_file():
                connection = opened(self.path)
                try:
                    photographs = connection.execute("SELECT COUNT(DISTINCT content) FROM measured").fetchone()[0]
                finally:
                    connection.close()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.path}: cannot be read ({error}); `iaa-classic cache --clear` removes it") from error
        return StoreInfo(self.folder, photographs, sum(file.stat().st_size for file in self._files()), self.max_bytes)

    def clear(self) -> int:
        """Empty the store, also one that other processes use at present, or remove a damaged one; returns the bytes freed.

        Raises
        ------
        StoreError
            If another process keeps it locked, or it may not be written to.
        """
        self.close()
        before = sum(file.stat().st_size for file in self._files())
        try:
            if self.path.is_file():
                self._empty()
            for file in self._files():
                if not file.name.startswith(_NAME):  # of another layout
                    file.unlink()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.path}: cannot be emptied ({error}); try again when nothing else uses it") from error
        self._given_up = False
        return before - sum(file.stat().st_size for file in self._files())

    def _empty(self) -> None:
        try:
            connection = opened(self.path)
            try:
                with transaction(connection):
                    for table in ("files", "layouts", "measured"):
                        connection.execute(f"DELETE FROM {table}")
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # damaged: nobody can be using it
            for file in self._files():
                file.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(file for file in self.folder.glob("features-*.sqlite*") if file.is_file())


_of_parent: list[sqlite3.Connection | None] = []
"""Connections that a forked process came by; to close one there could harm the file under its parent."""


def _warn(message: str) -> None:
    warnings.warn(message, StoreWarning, stacklevel=2)
