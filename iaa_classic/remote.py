"""Photographs and tables that are not on a disk of this machine: addresses such as ``s3://bucket/photo.jpg``, through fsspec.

Nothing here is used for a plain path. An address is looked at because it was given as one, never because a file names it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from .errors import UserError
from .image_formats import IMAGE_SUFFIXES

_ADDRESS = re.compile(r"(?!https?://)[A-Za-z][A-Za-z0-9+.-]+://", re.IGNORECASE)

REMEDY = 'pip install "iaa-classic[remote]"'
"""What to do where fsspec is not installed."""


def is_remote(source: Any) -> bool:
    """Whether a source is the text of an address: ``scheme://...``. Web pages are not: pictures are not fetched from them."""
    return isinstance(source, str) and _ADDRESS.match(source) is not None and not os.path.exists(source)


def filesystem(address: str) -> tuple[Any, str]:
    """The file system of an address and the path in it.

    Raises
    ------
    UserError
        If fsspec, or what it needs for that scheme, is not installed, or refuses.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise UserError(f"{address}: addresses need fsspec; {REMEDY}") from None
    try:
        found, path = url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise UserError(f"{address}: {error}") from error
    return found, path


def opened(address: str) -> BinaryIO:
    """A file at an address, of which only what is asked for is fetched.

    Raises
    ------
    UserError, OSError
    """
    found, path = filesystem(address)
    file: BinaryIO = found.open(path, "rb")
    return file


def pictures(address: str) -> Iterator[str]:
    """Addresses of the pictures at or below an address, sorted.

    Raises
    ------
    UserError
        If there is nothing, or it cannot be looked into.
    """
    found, path = filesystem(address)
    try:
        if found.isfile(path):
            yield address
            return
        below = sorted(found.find(path))
    except OSError as error:
        raise UserError(f"{address}: cannot be looked into ({error})") from error
    if not below:
        raise UserError(f"{address}: there is nothing; check the spelling")
    for name in below:
        parts = PurePosixPath(name)
        hidden = any(part.startswith(".") for part in parts.parts)
        if parts.suffix.lower() in IMAGE_SUFFIXES and not hidden:
            yield str(found.unstrip_protocol(name))


def state(address: str) -> str | None:
    """What changes when the file at an address does, as its store tells it: an ETag, times, size. None if it tells nothing.

    The content is not fetched.
    """
    try:
        found, path = filesystem(address)
        return str(found.ukey(path))
    except Exception:  # whatever a store raises: the picture is measured then
        return None


def upload(file: str | os.PathLike[str], address: str) -> None:
    """Put a finished file at an address.

    Raises
    ------
    UserError
    """
    found, path = filesystem(address)
    try:
        parent = found._parent(path)
        if parent:
            found.makedirs(parent, exist_ok=True)
        found.put_file(os.fspath(file), path)
    except OSError as error:
        raise UserError(f"{address}: could not be written ({error})") from error


def exists(address: str) -> bool:
    """Whether there is anything at an address."""
    found, path = filesystem(address)
    return bool(found.exists(path))
