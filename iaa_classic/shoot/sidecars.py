"""XMP sidecars beside photographs: where programs look for them, what is written, and how it is written safely.

Two conventions are in use. Lightroom and the XMP specification replace the ending (``photo.xmp``); darktable and digiKam add
one (``photo.jpg.xmp``). Where a sidecar of either kind is there already it is changed; both, if both are.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import UserError
from ..files import RAW_SUFFIXES
from .xmp import OURS, RDF, XMP, Name, XmpError, read_properties, with_properties

Convention = Literal["auto", "darktable", "digikam", "lightroom"]
"""``darktable`` and ``digikam`` are the same; ``auto`` changes what is there, and writes as darktable does where nothing is."""

RATING: Name = (XMP, "Rating")
LABEL: Name = (XMP, "Label")
OUR_RATING: Name = (OURS, "rating")
DECIDED_BY: Name = (OURS, "decidedBy")
"""``proposal``, or ``person`` where a choice was made in a gallery and applied."""

REJECTED = -1

_ABOUT: Name = (RDF, "about")


@dataclass(frozen=True)
class Change:
    """What is done to one sidecar: ``former`` is its content before (None if it is new), ``content`` after."""

    path: Path
    former: bytes | None
    content: bytes
    former_rating: str | None = None

    @property
    def changes_anything(self) -> bool:
        """Whether there is something to write."""
        return self.former != self.content


def sidecar_paths(photo: str | os.PathLike[str], convention: Convention = "auto") -> list[Path]:
    """Where the sidecars of a photograph are: those that exist, else the one that the convention names.

    Endings are found in small and in capital letters; ``photo.xmp`` is shared by all files of that name.
    """
    path = Path(photo)
    added, replaced = path.with_name(path.name + ".xmp"), path.with_suffix(".xmp")
    if convention == "lightroom":
        return [_existing(replaced) or replaced]
    if convention in ("darktable", "digikam"):
        return [_existing(added) or added]
    there = [found for found in (_existing(added), _existing(replaced)) if found is not None]
    return there or [added]


def _existing(path: Path) -> Path | None:
    for candidate in (path, path.with_name(path.name[:-4] + ".XMP")):
        if os.path.lexists(candidate):
            return candidate
    return None


def photographs_of(path: str, companions: Sequence[str] = (), convention: Convention = "auto") -> list[str]:
    """The files of a frame that get a sidecar: the picture and its raw files, each once by sidecar."""
    files = [path, *companions]
    if convention == "lightroom":  # one sidecar for all
        return [next((name for name in files if Path(name).suffix.lower() in RAW_SUFFIXES), path)]
    return files


def planned(
    photo: str, values: Mapping[Name, str], convention: Convention = "auto", *, keep_ratings: bool = False
) -> list[Change]:
    """The changes that set ``values`` in the sidecars of a photograph; nothing is written.

    With ``keep_ratings`` a rating that somebody else gave (other than 0, and other than our own last one) stays, and the label.

    Raises
    ------
    XmpError
        If a sidecar that is there cannot be read or changed safely.
    """
    changes = []
    for path in sidecar_paths(photo, convention):
        try:
            former = path.read_bytes() if path.exists() else None
            known = {} if former is None or not former.strip() else read_properties(former)
            wanted = dict(values)
            if keep_ratings and rated_by_somebody(known):
                wanted.pop(RATING, None)
                wanted.pop(LABEL, None)
                wanted.pop(DECIDED_BY, None)
            changes.append(Change(path, former, with_properties(former, wanted), known.get(RATING)))
        except XmpError as error:
            raise XmpError(f"{path}: {error}") from error
        except OSError as error:
            raise UserError(f"{path}: cannot be read ({error.strerror or error})") from error
    return changes


def rated_by_somebody(properties: Mapping[Name, str]) -> bool:
    """Whether a rating was given by somebody: in another program, changed since we wrote it, or applied from a gallery."""
    rating = properties.get(RATING, "").strip()
    chosen = properties.get(DECIDED_BY, "") == "person" or rating != properties.get(OUR_RATING, "").strip()
    return rating not in ("", "0") and chosen


def rating_of(photo: str) -> tuple[int, bool] | None:
    """Rating in a photograph's sidecars, -1 or 1 to 5, and whether it is a person's and not our proposal; None if unrated.

    The sidecar of the photograph's full name counts before the one that it shares.

    Raises
    ------
    XmpError
        If a sidecar cannot be read.
    """
    for path in sidecar_paths(photo):
        if not path.exists():
            continue
        try:
            properties = read_properties(path.read_bytes())
        except XmpError as error:
            raise XmpError(f"{path}: {error}") from error
        try:
            rating = round(float(properties.get(RATING, "0")))
        except ValueError:
            continue
        if rating in (REJECTED, 1, 2, 3, 4, 5):
            return rating, rated_by_somebody(properties)
    return None


def write(change: Change, *, backup: bool = True) -> Path | None:
    """Write a sidecar whole or not at all; returns the backup of what was there, if one was made.

    Raises
    ------
    UserError
        If it cannot be written, or has changed since it was read.
    """
    if not change.changes_anything:
        return None
    path = Path(os.path.realpath(change.path))
    try:
        now = path.read_bytes() if path.exists() else None
        if now != change.former:
            raise UserError(f"{path}: has been changed by another program meanwhile; run the command again")
        kept = None
        if backup and change.former is not None and not only_ours(change.former):
            kept = _backup(path, change.former)
        write_atomically(path, change.content)
        return kept
    except OSError as error:
        raise UserError(f"{path}: could not be written ({error.strerror or error})") from error


def only_ours(content: bytes) -> bool:
    """Whether a sidecar holds nothing but what we wrote: then there is nothing to keep a backup of."""
    properties = read_properties(content) if content.strip() else {}
    ours = all(name in (RATING, LABEL, _ABOUT) or name[0] == OURS for name in properties)
    return ours and not rated_by_somebody(properties)


def _backup(path: Path, content: bytes) -> Path:
    """The content beside the sidecar under a name of its own; an equal backup is not made twice."""
    number = 1
    while True:
        kept = path.with_name(f"{path.name}.bak" + ("" if number == 1 else str(number)))
        if not os.path.lexists(kept):
            write_atomically(kept, content)
            return kept
        if kept.read_bytes() == content:
            return kept
        number += 1


def write_atomically(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path``: it is there whole or not at all, even if the process is killed.

    Where the system can (Linux), the new content has no name until it is complete and on the disk, so that not even a temporary
    file is ever seen half-written.
    """
    folder = path.parent
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    with _complete(folder, content, mode) as temporary:
        os.replace(temporary, path)
    _sync_folder(folder)


@contextlib.contextmanager
def _complete(folder: Path, content: bytes, mode: int | None) -> Iterator[Path]:
    temporary = folder / f".iaa-{secrets.token_hex(8)}.tmp"
    try:
        if not _linked(folder, temporary, content, mode):
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                _fill(descriptor, content, mode)
            finally:
                os.close(descriptor)
        yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _linked(folder: Path, temporary: Path, content: bytes, mode: int | None) -> bool:
    """Write a file without a name and give it one when it is complete; false where the system cannot."""
    unnamed = getattr(os, "O_TMPFILE", None)
    if unnamed is None:
        return False
    try:
        descriptor = os.open(folder, unnamed | os.O_WRONLY, 0o666)
    except OSError:
        return False
    try:
        _fill(descriptor, content, mode)
        os.link(f"/proc/self/fd/{descriptor}", temporary, follow_symlinks=True)
    except (OSError, NotImplementedError):
        return False
    finally:
        os.close(descriptor)
    return True


def _fill(descriptor: int, content: bytes, mode: int | None) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    if mode is not None:
        os.fchmod(descriptor, mode)
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system can open a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
