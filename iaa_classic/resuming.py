"""Long runs that can be interrupted: what a journal knows is not measured again, and folders that vanish end the run."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from .errors import UserError
from .journal import Journal
from .measuring import Measurement
from .recall import Stamp
from .remote import is_remote, state

Measure = Callable[[Iterable[str]], Iterator[Measurement]]
"""What measures paths, one ``Measurement`` each, in order."""


def resumed(paths: Iterable[str], journal: Journal | None, measure: Measure) -> Iterator[tuple[str, Measurement]]:
    """Each path with its measurement, in order: out of the journal, or measured and appended to it.

    Raises
    ------
    OutputError
        If the journal cannot be written.
    """
    if journal is None:
        yield from _together(paths, measure)
        return
    remaining = iter(paths)
    for path in remaining:  # an interrupted run has measured the first ones: no need to wait for the others
        known = journal.find(_stamp(path))
        if known is None:
            remaining = chain([path], remaining)
            break
        yield path, known
    waiting: deque[tuple[str, Stamp | None, bool]] = deque()

    def unknown() -> Iterator[str]:
        for path in remaining:
            stamp = _stamp(path)
            known = journal.find(stamp) is not None
            waiting.append((path, stamp, known))
            if not known:
                yield path

    for measurement in measure(unknown()):
        while waiting[0][2]:
            yield from _recalled(*waiting.popleft()[:2], journal)
        path, stamp, _ = waiting.popleft()
        journal.add(stamp, measurement)
        yield path, measurement
    while waiting:
        yield from _recalled(*waiting.popleft()[:2], journal)


def _stamp(path: str) -> Stamp | None:
    """What tells a file, or what is at an address, and its state."""
    if not is_remote(path):
        return Stamp.of(path)
    told = state(path)
    return None if told is None else Stamp(hashlib.sha256(f"{path}\0{told}".encode()).digest(), 0, True)


def _together(paths: Iterable[str], measure: Measure) -> Iterator[tuple[str, Measurement]]:
    waiting: deque[str] = deque()

    def noted() -> Iterator[str]:
        for path in paths:
            waiting.append(path)
            yield path

    for measurement in measure(noted()):
        yield waiting.popleft(), measurement


def _recalled(path: str, stamp: Stamp | None, journal: Journal) -> Iterator[tuple[str, Measurement]]:
    known = journal.find(stamp)
    assert known is not None
    yield path, known


class Vanished(UserError):
    """A folder with photographs is gone in the middle of a run: a drive unplugged, a share lost."""


def require_roots(path: str, roots: Sequence[str], done: int) -> None:
    """To be asked where ``path`` could not be measured: is it alone that is gone, or all of what it was found in?

    Raises
    ------
    Vanished
        If the file is gone, and with it one of the ``roots`` that the run was given, or all that was in it.
    """
    if is_remote(path) or os.path.exists(path):
        return
    for root in roots:
        folder = os.path.dirname(os.path.abspath(root)) if _same(path, root) else root
        if (_same(path, root) or _inside(path, root)) and _gone(folder):
            raise Vanished(
                f"{root}: has vanished after {done} photographs; what was measured is kept, so run the same command again "
                "when it is back"
            )


def _same(path: str, root: str) -> bool:
    return os.path.abspath(path) == os.path.abspath(root)


def _inside(path: str, root: str) -> bool:
    return os.path.abspath(path).startswith(os.path.join(os.path.abspath(root), ""))


def _gone(folder: str) -> bool:
    """Whether a folder is absent or, as the mount point of a drive that is unplugged, empty."""
    try:
        return not os.listdir(folder)
    except OSError:
        return True
