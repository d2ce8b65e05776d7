"""Which files of a dataset are on disk, found by listing each folder once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import UserError
from ..image_formats import IMAGE_SUFFIXES
from .dataset import About


def check_root(root: str | os.PathLike[str], about: About) -> Path:
    """The dataset's folder as an absolute path."""
    folder = Path(os.path.abspath(os.path.expanduser(root)))
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; {about.name} is expected there as {about.layout}{about.hint}")
    return folder


def first_existing(root: Path, names: Iterable[str]) -> Path | None:
    """The first of ``names`` (paths relative to ``root``) that exists."""
    return next((root / name for name in names if (root / name).exists()), None)


def required(root: Path, about: About, *names: str) -> Path:
    """The first of ``names`` that exists, or an error that says what was expected and where to get it."""
    found = first_existing(root, names)
    if found is None:
        expected = " or ".join(names)
        raise UserError(f"{root}: {about.name} needs {expected}; the layout is {about.layout}{about.hint}")
    return found


def image_folders(root: Path, names: Sequence[str], given: str | os.PathLike[str] | None) -> list[Path]:
    """Folders in which to look for photographs: the one that was given, else those of ``names`` that exist, else all."""
    if given is not None:
        folder = Path(os.path.abspath(os.path.expanduser(given)))
        if not folder.is_dir():
            raise UserError(f"{folder}: no such folder; images is the folder that the photographs are in")
        return [folder]
    folders = [root / name for name in names]
    return [folder for folder in folders if folder.is_dir()] or folders


def locate(candidates: Sequence[Sequence[str]]) -> tuple[list[str], list[bool]]:
    """For each photograph the first of its possible paths that exists, and whether any does.

    Parameters
    ----------
    candidates : sequence of sequences of str
        One sequence of absolute paths per place to look in, aligned; the first place wins.

    Returns
    -------
    paths : list of str
        The path that exists (with the case that it has on disk), or the one in the first place.
    found : list of bool
    """
    listings: dict[str, dict[str, str]] = {}
    paths = list(candidates[0])
    found = [False] * len(paths)
    for place in candidates:
        for position, path in enumerate(place):
            if found[position]:
                continue
            folder, _, name = path.rpartition(os.sep)
            if folder not in listings:
                listings[folder] = _listing(folder)
            names = listings[folder]
            actual = names.get(name) or names.get(name.casefold())
            if actual is not None:
                paths[position] = path if actual == name else os.path.join(folder, actual)
                found[position] = True
    return paths, found


def _listing(folder: str) -> dict[str, str]:
    """Names of the files in a folder, under themselves and without case."""
    try:
        with os.scandir(folder or os.sep) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return {}
    return {name.casefold(): name for name in names} | {name: name for name in names}


def below(folder: Path, names: Iterable[str]) -> list[str]:
    """Paths of files in a folder, whose names may hold subfolders; an absolute one stays as it is."""
    prefix = os.path.join(folder, "")
    return [name if os.path.isabs(name) else prefix + name.replace("/", os.sep) for name in names]


def pictures(folder: Path) -> list[str]:
    """Sorted names of the pictures directly in a folder."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    return sorted(name for name in names if os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES and not name.startswith("."))
