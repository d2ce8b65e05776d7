"""Runs over many photographs: what one of them may take, and how an interrupted run is gone on with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import UserError
from ..journal import Journal
from ..store import default_folder
from ..workers import Limits
from .tables import notices, readable


@dataclass
class LongRun:
    """How a run is kept going.

    Attributes
    ----------
    output : str or None
        File or address that is written in the end, beside which the journal lies; without one there is no journal.
    roots : tuple of str
        What photographs were looked for in: if one of these vanishes, the run stops.
    limits : Limits
        What one photograph may take.
    scheduler : str or None
        Address of a Dask scheduler.
    """

    output: str | None = None
    roots: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    scheduler: str | None = None

    @property
    def journal_path(self) -> Path | None:
        """Where the journal lies: beside a file, and for an address in the user's cache folder."""
        if self.output is None:
            return None
        if "://" not in self.output:
            path = Path(self.output)
            return path.with_name(f"{path.name}.unfinished")
        folder = (default_folder() or Path.cwd()) / "unfinished"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f"{hashlib.sha256(self.output.encode()).hexdigest()[:16]}.unfinished"

    def require_some(self, images: list[str], problems: list[tuple[str, str]]) -> None:
        """Refuse to end an interrupted run with nothing but problems: its folder may be back later."""
        path = self.journal_path
        if not images and problems and path is not None and path.exists():
            raise UserError(
                f"{problems[0][0]}: {problems[0][1]}; the interrupted run for {self.output} is kept until it is back"
            )

    @contextmanager
    def journal(self, digest: str, total: int) -> Iterator[Journal | None]:
        """Context manager that opens the journal; what an interrupted run has measured is told in one line.

        It stays where it is until ``finish`` was called.
        """
        path = self.journal_path
        if path is None:
            yield None
            return
        journal = Journal(path, digest)
        if journal.interrupted:
            # What ended the other run may have been a photograph: from here on each is measured where it can end nothing else.
            self.limits = replace(self.limits, isolate=True)
            said = f"Going on with an interrupted run: {min(journal.found, total)} of {total} photographs are measured already"
            if not journal.found:
                said = "An interrupted run had measured nothing that can be used now; it is begun again"
            notices().print(readable(said), highlight=False, soft_wrap=True)
        try:
            yield journal
        finally:
            journal.close()

    def finish(self) -> None:
        """Let go of the journal: the output is written."""
        path = self.journal_path
        if path is not None:
            path.unlink(missing_ok=True)
