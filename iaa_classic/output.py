"""Files that are written: each appears whole or not at all, and none is overwritten unless that is asked for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import UserError


class OutputError(UserError):
    """A file that cannot be written: which, why, and what to do."""


def check_new(path: Path | None, *, force: bool = False) -> None:
    """Refuse a file to write that exists already, unless ``force``d, or whose folder cannot be written to.

    To be called before the work, so that hours of it are not lost. ``None`` stands for no file.

    Raises
    ------
    OutputError
    """
    if path is None:
        return
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give the name of a file")
    check_new_folder(path, force=force)


def check_new_folder(path: Path, *, force: bool = False) -> None:
    """What ``check_new`` does, for a folder to be made."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise OutputError(f"{path}: the folder {folder} does not exist; create it first")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"{path}: no permission to write into {folder}")
    refuse_existing(path, force=force)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse a file or folder that exists already, unless ``force``d."""
    if not force and os.path.lexists(path):
        raise OutputError(f"{path}: exists already; give another name, or --force to replace it")


def write_text(text: str, path: Path, *, force: bool = False) -> None:
    """Write text in UTF-8; the file appears whole or not at all, and takes the place of another only if ``force``d."""
    write_parts([text], path, force=force)


def write_parts(parts: Iterable[str], path: Path, *, force: bool = False) -> None:
    """Write a text that comes in parts, as ``write_text`` does."""
    with whole(path, force=force) as temporary, open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)


@contextmanager
def whole(path: Path, *, force: bool = False) -> Iterator[str]:
    """Context manager that gives the name of a temporary file, which becomes ``path`` if all goes well and vanishes otherwise.

    A link is followed: what it leads to is replaced.

    Raises
    ------
    OutputError
        For an ``OSError`` within, or if ``path`` exists and is not to be replaced.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=".iaa-", suffix=path.suffix.lower())
        os.close(handle)
        yield temporary
        appear(Path(temporary), path, force=force)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def appear(temporary: Path, path: Path, *, force: bool) -> None:
    """Let a finished file take its place, with the permissions of a new file, after it has reached the disk."""
    refuse_existing(path, force=force)
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(temporary, 0o666 & ~umask)
    with open(temporary, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(temporary, os.path.realpath(path))
    _settle(path.absolute().parent)


def not_written(path: Path, error: OSError) -> OutputError:
    """The error of a file that could not be written."""
    return OutputError(f"{path}: could not be written ({error.strerror or error})")


def _settle(folder: Path) -> None:
    """Let the new name of a file outlive a power cut, where a folder can be told to."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
