"""Files and folders, as given by a user, to a list of pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .image_formats import IMAGE_SUFFIXES, RAW_SUFFIXES

__all__ = ["IMAGE_SUFFIXES", "LITTER", "RAW_SUFFIXES", "Found", "Problem", "find_images"]

LITTER = frozenset(
    {"@eadir", "__macosx", "#recycle", "#snapshot", "$recycle.bin", "system volume information", "lost+found"}
    | {"thumbs.db", "ehthumbs.db", "desktop.ini"}
)
"""Names (lower case), beside the hidden ones that start with a dot, of what systems and not people put into folders."""

_DIGITS = re.compile("([0-9]+)")


class Problem(NamedTuple):
    """A path from which no picture could be taken, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Found:
    """The pictures found, in order and each path once, and the paths that gave trouble."""

    images: tuple[Path, ...]
    problems: tuple[Problem, ...]


def find_images(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> Found:
    """List the pictures in files and folders.

    A file that is named is always taken, whatever its suffix; opening it tells whether it is a picture. A folder is
    searched with all its subfolders for files with one of ``IMAGE_SUFFIXES`` (in any case). Cameras' raw files
    (``RAW_SUFFIXES``) cannot be read; those in a folder are left out where a picture of the same name lies beside
    them, and listed otherwise, so that they fail with a reason and not in silence. Hidden files and folders and those
    in ``LITTER`` are skipped, unless they are named themselves. Links are followed, except to a folder that one is in.

    Parameters
    ----------
    paths : path or iterable of paths
        Files and folders; relative ones stay relative.

    Returns
    -------
    Found
        ``images`` in the order of ``paths``, and within a folder in natural order (``IMG_2`` before ``IMG_10``), files
        before subfolders. The same path is listed once; another path to the same file counts as another picture.
        ``problems`` are paths that do not exist or may not be read.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    images: dict[str, Path] = {}
    problems: dict[str, Problem] = {}
    for path in given:
        for item in _expand(Path(os.fsdecode(path))):
            if isinstance(item, Problem):
                problems.setdefault(os.path.abspath(item.path), item)
            else:
                images.setdefault(os.path.abspath(item), item)
    return Found(tuple(images.values()), tuple(problems.values()))


def _expand(path: Path) -> Iterator[Path | Problem]:
    try:
        folder = _identity(path) if path.is_dir() else None
        if folder is None:
            path.stat()
    except FileNotFoundError:
        reason = "it is a link to a file that does not exist" if path.is_symlink() else "there is no such file or folder"
        yield Problem(path, reason)
    except (OSError, ValueError) as error:
        yield Problem(path, _reason(error))
    else:
        if folder is None:
            yield path
        else:
            yield from _search(path, folder)


def _search(root: Path, identity: tuple[int, int]) -> Iterator[Path | Problem]:
    """Search a folder, depth first. The stack holds each folder with the identities of those it lies in."""
    stack = [(root, frozenset({identity}))]
    while stack:
        folder, above = stack.pop()
        try:
            with os.scandir(folder) as entries:
                visible = sorted(filter(_is_visible, entries), key=lambda entry: natural_key(entry.name))
        except OSError as error:
            yield Problem(folder, _reason(error))
            continue
        pictures = {_stem(entry.name) for entry in visible if _suffix(entry.name) in IMAGE_SUFFIXES}
        subfolders = []
        for entry in visible:
            path = folder / entry.name
            try:
                if entry.is_dir():
                    inner = _identity(path)
                    if inner not in above:
                        subfolders.append((path, above | {inner}))
                elif _is_wanted(entry.name, pictures):
                    yield path if entry.is_file() else Problem(path, _why_not_a_file(entry))
            except OSError as error:
                yield Problem(path, _reason(error))
        stack.extend(reversed(subfolders))


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _is_visible(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.name.lower() not in LITTER


def _is_wanted(name: str, pictures: set[str]) -> bool:
    suffix = _suffix(name)
    return suffix in IMAGE_SUFFIXES or (suffix in RAW_SUFFIXES and _stem(name) not in pictures)


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _stem(name: str) -> str:
    return os.path.splitext(name)[0].lower()


def _why_not_a_file(entry: os.DirEntry[str]) -> str:
    return "it is a link to a file that does not exist" if entry.is_symlink() else "it is a pipe or a device, not a file"


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, PermissionError):
        return "permission to read it is denied"
    return f"it cannot be read ({getattr(error, 'strerror', None) or error})"


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Return a sorting key by which numbers count as numbers and case matters last.

    >>> sorted(["IMG_10.jpg", "img_9.jpg", "IMG_2.jpg"], key=natural_key)
    ['IMG_2.jpg', 'img_9.jpg', 'IMG_10.jpg']
    """
    parts = _DIGITS.split(name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name
