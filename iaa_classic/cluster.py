"""Measuring on a Dask cluster: the calls that worker processes here would get, sent to a scheduler's workers instead."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from typing import Any

from .errors import UserError
from .workers import Limits, WorkerLost

REMEDY = 'pip install "iaa-classic[dask]"'
"""What to do where Dask is not installed."""


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
        self.address = address

    @property
    def count(self) -> int:
        """Pictures that are measured at the same time, as the workers are now; at least one."""
        return max(1, sum(self._client.nthreads().values()))

    def submit(self, function: Callable[..., Any], *arguments: Any) -> _Promise:
        """Ask for a call."""
        key = f"iaa-classic-{self._run}-{next(self._number)}"
        return _Promise(self._client.submit(function, *arguments, key=key, pure=False), self.address)

    def close(self) -> None:
        """Give up what has not been answered, and leave the cluster."""
        self._client.close()


class _Promise:
    """What a worker of the cluster will answer."""

    def __init__(self, future: Any, address: str) -> None:
        self._future, self._address = future, address

    def done(self) -> bool:
        """Whether it can be had at once."""
        return bool(self._future.done())

    def result(self) -> Any:
        """The answer, waited for."""
        from distributed import CancelledError, KilledWorker
        from distributed.comm import CommClosedError

        try:
            return self._future.result()
        except KilledWorker as error:
            raise WorkerLost(f"the workers that measured it were lost ({error.allowed_failures + 1} of them)") from error
        except (CancelledError, CommClosedError) as error:
            raise ClusterError(f"{self._address}: the Dask scheduler was lost ({error})") from error
        finally:
            self._future.release()
