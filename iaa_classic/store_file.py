"""The file below the feature store: its tables, and how it is opened so that several processes can share it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 5.0
"""Seconds to wait for another process that is writing."""

# Pages are so large because a row of 3 kB would leave a quarter of a page of 4 kB empty.
_SETTINGS = "PRAGMA page_size=16384; PRAGMA auto_vacuum=INCREMENTAL;"
_TABLES = """
CREATE TABLE IF NOT EXISTS files (stamp BLOB PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS layouts (layout BLOB PRIMARY KEY, keys TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS measured (
    environment BLOB NOT NULL, size INTEGER NOT NULL, content BLOB NOT NULL, decoding TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, warnings TEXT NOT NULL,
    layout BLOB NOT NULL, data BLOB NOT NULL, checksum INTEGER NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (environment, size, content, decoding)
);
CREATE INDEX IF NOT EXISTS by_use ON measured (used);
CREATE INDEX IF NOT EXISTS by_content ON measured (content);
"""


def opened(path: Path) -> sqlite3.Connection:
    """The file, made where it is absent, for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(_SETTINGS)
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        if connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0] == 0:
            with transaction(connection):
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers read while one writes. SQLite refuses at once, without waiting, while another process does the same."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        time.sleep(0.02)


def filled(connection: sqlite3.Connection) -> int:
    """Bytes of the file that are in use."""
    size, pages, free = (
        connection.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_size", "page_count", "freelist_count")
    )
    return int(size * (pages - free))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what is written in the ``with``, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
