"""Measuring on a Dask cluster: the calls that worker processes here would get, sent to a scheduler's workers instead."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from .errors import UserError
from .workers import Limits, WorkerLost

REMEDY = 'pip install "iaa-classic[dask]"'
"""What to do where Dask is not installed."""


_TOGETHER = 8
"""Calls for files that make a task."""

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function and its arguments."""


class ClusterError(UserError):
    """A cluster that cannot be reached, or was lost."""


class Cluster:
    """The workers of a Dask scheduler.

    They need this version of iaa-classic and must see the photographs by the same paths, or under addresses. A worker that is
    lost is replaced by Dask, and its pictures are measured by others; one over which several workers are lost is given up.

    Parameters
    ----------
    address : str
        Such as ``tcp://host:8786``.
    limits : Limits, optional
        Must be empty: a cluster's workers have their own.

    Raises
    ------
    ClusterError
        If Dask is not installed or the scheduler does not answer.
    """

    def __init__(self, address: str, limits: Limits | None = None) -> None:
        if limits and (limits.seconds is not None or limits.megabytes is not None):
            raise ClusterError("limits of time and memory hold for workers on this machine; `dask worker` has --memory-limit")
        try:
            from distributed import Client
        except ImportError:
            raise ClusterError(f"a scheduler needs Dask; {REMEDY}") from None
        try:
            self._client = Client(address, set_as_default=False, timeout="20s")
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(f"{address}: the Dask scheduler cannot be reached ({error})") from error
        self._run, self._number = uuid.uuid4().hex[:12], itertools.count()
        self._open = _Batch(self)
        self.address = address

    @property
    def count(self) -> int:
        """Pictures that are measured at the same time, as the workers are now; at least one."""
        return max(1, sum(self._client.nthreads().values()))

    def submit(self, function: Callable[..., Any], *arguments: Any) -> _Promise:
        """Ask for a call: calls for files go together, so that the scheduler, which takes milliseconds for each, keeps up."""
        batch = self._open
        promise = _Promise(batch, len(batch.calls))
        batch.calls.append((function, arguments))
        is_file = isinstance(getattr(arguments[0], "source", None), (str, os.PathLike))
        if not is_file or len(batch.calls) >= _TOGETHER:
            batch.send()
        if batch.sent:
            self._open = _Batch(self)
        return promise

    def send(self, calls: Sequence[Call]) -> Any:
        """Hand calls to the scheduler, as one task."""
        if self._open.calls is calls:
            self._open = _Batch(self)
        key = f"iaa-classic-{self._run}-{next(self._number)}"
        return self._client.submit(_call_all, list(calls), key=key, pure=False)

    def close(self) -> None:
        """Give up what has not been answered, and leave the cluster."""
        self._client.close()


def _call_all(calls: Sequence[Call]) -> list[Any]:
    return [function(*arguments) for function, arguments in calls]


class _Batch:
    """Calls that go to one worker together; should that be lost again and again, each goes alone, to find the one to blame."""

    def __init__(self, cluster: Cluster) -> None:
        self.calls: list[Call] = []
        self._cluster = cluster
        self._future: Any = None
        self._alone: list[Any] = []
        self._answers: list[Any] | None = None

    @property
    def sent(self) -> bool:
        """Whether the scheduler has them."""
        return self._future is not None

    def send(self) -> None:
        """Hand them to the scheduler."""
        if self._future is None:
            self._future = self._cluster.send(self.calls)

    def done(self, place: int) -> bool:
        """Whether an answer can be had at once."""
        if self._alone:
            return bool(self._alone[place].done())
        return self._answers is not None or (self._future is not None and bool(self._future.done()))

    def result(self, place: int) -> Any:
        """One answer, waited for."""
        self.send()
        if self._answers is None and not self._alone:
            try:
                self._answers = self._waited_for(self._future)
            except WorkerLost:
                if len(self.calls) == 1:
                    raise
                self._alone = [self._cluster.send([call]) for call in self.calls]
            self._future.release()
        if self._answers is not None:
            return self._answers[place]
        try:
            return self._waited_for(self._alone[place])[0]
        except WorkerLost:  # Dask also blames what was queued behind the culprit: once more
            self._alone[place] = self._cluster.send(self.calls[place : place + 1])
            return self._waited_for(self._alone[place])[0]
        finally:
            self._alone[place].release()

    def _waited_for(self, future: Any) -> list[Any]:
        from distributed import CancelledError, KilledWorker
        from distributed.comm import CommClosedError

        try:
            answers: list[Any] = future.result()
            return answers
        except KilledWorker as error:
            raise WorkerLost(f"the workers that measured it were lost ({error.allowed_failures + 1} of them)") from error
        except (CancelledError, CommClosedError) as error:
            raise ClusterError(f"{self._cluster.address}: the Dask scheduler was lost ({error})") from error


class _Promise:
    """What a worker of the cluster will answer."""

    def __init__(self, batch: _Batch, place: int) -> None:
        self._batch, self._place = batch, place

    def done(self) -> bool:
        """Whether it can be had at once."""
        return self._batch.done(self._place)

    def result(self) -> Any:
        """The answer, waited for."""
        return self._batch.result(self._place)
