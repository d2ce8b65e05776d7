"""Threads of the linear algebra: one while a picture is measured, whoever measures it.

A sum that several threads share is rounded another way than the same sum in one thread, so that a worker, which has one thread,
and a process with all of them would differ in the last digit. The arrays are small: threads would not make them quicker.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_lock = threading.Lock()
_own = threading.local()
_inside = 0
_limit: Any = None


@contextmanager
def one_thread() -> Iterator[None]:
    """Context manager that keeps BLAS to one thread.

    Libraries differ in whether the number belongs to the process or to the thread of Python that sets it, so every thread sets
    it for itself and puts back what was there before the first of them came.
    """
    depth = getattr(_own, "depth", 0)
    _own.depth = depth + 1
    if not depth:
        _enter()
    try:
        yield
    finally:
        _own.depth = depth
        if not depth:
            _leave()


def _enter() -> None:
    global _inside, _limit
    with _lock:
        limit = _controller().limit(limits=1, user_api="blas")
        if not _inside:
            _limit = limit
        _inside += 1


def _leave() -> None:
    global _inside, _limit
    with _lock:
        _limit.restore_original_limits()
        _inside -= 1
        if not _inside:
            _limit = None


@cache
def _controller() -> Any:
    """The libraries that are loaded now; looking for them takes milliseconds."""
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped,unused-ignore]

    return ThreadpoolController()
