"""Worker processes that may die: each works on one thing at a time, so that what ended it is known and costs nothing else.

joblib's own pool is broken as a whole by the death of one of its processes, and cannot end what takes too long. Here a worker
that crashes in a codec, is killed for want of memory, or takes longer than it may, is replaced, and only the call that it was
busy with fails.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from .errors import UserError

_THREADS = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR", "NUMBA")
} | {"VECLIB_MAXIMUM_THREADS": "1"}
"""Environment of a worker, whose libraries keep to one thread each."""

_IDLE = 300.0
"""Seconds after which a worker that has nothing to do ends."""

_TRIES = 2
"""Workers that may die over one call: what kills for want of memory may kill a bystander, and a crash comes again."""

_STARTS = 8
"""Workers that may be gone before they begin."""

_LOOK = 5.0
"""Seconds between two looks of a worker at whether the process that started it still lives."""


class WorkerLost(Exception):
    """What a worker was asked for has ended it, or took too long; the text says which."""


@dataclass(frozen=True)
class Limits:
    """What one call may take.

    Attributes
    ----------
    seconds : float or None
        Wall time, after which the worker is killed.
    megabytes : int or None
        Memory beyond what a worker takes by itself; Linux only. Asking for more is a ``MemoryError`` inside the call.
    isolate : bool
        Measure in a process apart even without a limit, so that what crashes it costs one picture.
    """

    seconds: float | None = None
    megabytes: int | None = None
    isolate: bool = False

    def __post_init__(self) -> None:
        if self.seconds is not None and not self.seconds > 0:
            raise UserError(f"a time limit is a positive number of seconds, got {self.seconds!r}")
        if self.megabytes is not None and not self.megabytes > 0:
            raise UserError(f"a memory limit is a positive number of megabytes, got {self.megabytes!r}")
        if self.megabytes is not None and sys.platform != "linux":
            raise UserError("a memory limit works on Linux only; leave it out")

    def __bool__(self) -> bool:
        return self.isolate or self.seconds is not None or self.megabytes is not None


class Result(Protocol):
    """The promise of an answer."""

    def done(self) -> bool:
        """Whether it can be had at once."""

    def result(self) -> Any:
        """The answer, waited for; or what went wrong, ``WorkerLost`` among it."""


class Executor(Protocol):
    """Processes that measure, here or elsewhere."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Result:
        """Ask for a call."""

    def close(self) -> None:
        """Give up what has not been answered."""


class Workers:
    """So many processes, which outlive this object for a while so that the next one finds them warm.

    Parameters
    ----------
    count : int
        Processes at most; they are started when there is work for them.
    limits : Limits
        What one call may take.
    prepare : callable, optional
        Called once in every worker before its first call, without a limit of time.
    """

    def __init__(self, count: int, limits: Limits | None = None, prepare: Callable[[], object] | None = None) -> None:
        self._limits, self._prepare = limits or Limits(), prepare
        self._count = count
        self._calls: SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = SimpleQueue()
        # Not of concurrent.futures: at the end of a program, Python would wait for its threads, and they for all calls.
        self._threads: list[threading.Thread] = []
        self._busy: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Call a function, which is found by its name, in a worker. ``WorkerLost`` is raised by the result."""
        future: Future[Any] = Future()
        self._calls.put((future, function, arguments))
        if len(self._threads) < self._count:
            self._threads.append(threading.Thread(target=self._work, name="iaa-worker", daemon=True))
            self._threads[-1].start()
        return future

    def close(self) -> None:
        """Give up what has not been answered, and let go of the workers."""
        with suppress(Empty):
            while True:
                call = self._calls.get_nowait()
                if call is not None:
                    call[0].cancel()
        with self._lock:
            self._closed = True
            busy = list(self._busy)
        for worker in busy:
            worker.kill()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join(_LOOK)

    def _work(self) -> None:
        """Have calls answered, one after another."""
        while (call := self._calls.get()) is not None:
            future, function, arguments = call
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._ask(function, arguments))
            except BaseException as error:
                future.set_exception(error)

    def _ask(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        from joblib.externals.loky.backend.reduction import dumps

        message = bytes(dumps((function, arguments, self._prepare, self._limits.megabytes)))
        deaths = starts = 0
        while True:
            worker = self._worker()
            try:
                return worker.ask(message, self._limits.seconds)
            except _NotBegun:
                starts += 1  # an idle worker may end just as it is asked, which is no one's fault
                if starts > _STARTS or self._closed:
                    raise WorkerLost("worker processes cannot be started, or end at once") from None
            except _Died as died:
                deaths += 1
                if deaths >= _TRIES or self._closed:
                    raise WorkerLost(str(died)) from None
            finally:
                with self._lock:
                    self._busy.discard(worker)
                worker.release()

    def _worker(self) -> _Worker:
        worker = _Worker.idle() or _Worker()
        with self._lock:
            if self._closed:
                worker.kill()
                raise WorkerLost("it was given up")
            self._busy.add(worker)
        return worker


class _Died(Exception):
    """A worker has ended in the middle of a call."""


class _NotBegun(Exception):
    """A worker has ended before it began a call."""


_idle: list[_Worker] = []
_idle_lock = threading.Lock()


class _Worker:
    """One process and the connection to it."""

    def __init__(self) -> None:
        from joblib.externals.loky.backend.context import get_context

        # Unlike multiprocessing's own, loky's processes do not import the program's main module, which need not guard itself.
        context = get_context("loky")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, os.getpid()), env=_THREADS, daemon=True)
        try:
            self._process.start()
        except AssertionError as error:
            raise UserError(f"worker processes cannot be started from here: {error}; measure without limits") from error
        theirs.close()
        self._home = os.getpid()
        self._sound = True

    @staticmethod
    def idle() -> _Worker | None:
        """A worker that has served before and still lives."""
        with _idle_lock:
            while _idle:
                worker = _idle.pop()
                if worker._home == os.getpid() and worker._process.exitcode is None:
                    return worker
        return None

    def ask(self, message: bytes, seconds: float | None) -> Any:
        """The answer to a call, or what it raised."""
        connection = self._connection
        self._sound = False
        try:
            connection.send_bytes(message)
            connection.recv()  # it begins now
        except (EOFError, OSError):
            raise _NotBegun from None
        try:
            if seconds is not None and not connection.poll(seconds):
                self.kill()
                raise WorkerLost(f"it took longer than the limit of {seconds:g} s and was given up")
            failed, answer = connection.recv()
        except (EOFError, OSError):
            raise _Died(self._end()) from None
        self._sound = True
        if failed:
            raise answer
        return answer

    def _end(self) -> str:
        """How the process ended."""
        self._process.join(_LOOK)
        code = self._process.exitcode
        if code == -9:
            return "the process that measured it was killed, most likely for want of memory"
        if code is not None and code < 0:
            with suppress(ValueError):
                return f"the process that measured it crashed ({signal.Signals(-code).name})"
        return f"the process that measured it ended (status {code})"

    def kill(self) -> None:
        """End the process at once."""
        self._sound = False
        if self._process.exitcode is not None:
            return
        with suppress(OSError):
            if sys.platform == "win32":
                self._process.terminate()
            else:  # loky's processes know SIGTERM only, which a hung one may never get to
                os.kill(self._process.pid, signal.SIGKILL)

    def release(self) -> None:
        """Keep a sound worker for the next call, and see off another."""
        if self._sound:
            with _idle_lock:
                _idle.append(self)
            return
        self.kill()
        self._process.join(_LOOK)
        self._connection.close()


@atexit.register
def _end_idle() -> None:
    with _idle_lock:
        workers = [worker for worker in _idle if worker._home == os.getpid()]
        _idle.clear()
    for worker in workers:
        worker.kill()


# Inside a worker -----------------------------------------------------------------------------------------------------


def _serve(connection: Any, parent: int) -> None:
    """Answer calls, one after another, until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks is interrupted, and ends this one
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    prepared: list[bytes] = []
    with suppress(EOFError, OSError):
        while connection.poll(_IDLE):
            function, arguments, prepare, megabytes = connection.recv()
            _limit_memory(None)
            if prepare is not None:
                _prepare_once(prepare, prepared)
            _limit_memory(megabytes)
            connection.send(None)
            connection.send(_answered(function, arguments))
    os._exit(0)


def _answered(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return False, function(*arguments)
    except Exception as error:
        return True, RuntimeError(f"{type(error).__name__}: {error}")


def _prepare_once(prepare: Callable[[], object], prepared: list[bytes]) -> None:
    from joblib.externals.loky.backend.reduction import dumps

    key = bytes(dumps(prepare))
    if key not in prepared:
        prepare()
        prepared.append(key)


def _limit_memory(megabytes: int | None) -> None:
    """Bound the address space to what it is now and so much more; without a number, as far as the system lets it."""
    if sys.platform != "linux":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = hard
    if megabytes is not None:
        with open("/proc/self/statm", encoding="ascii") as file:
            soft = int(file.read().split()[0]) * resource.getpagesize() + megabytes * 2**20
        soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _watch(parent: int) -> None:
    """End this process when the one that started it is gone, even in the middle of a call."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(0)
