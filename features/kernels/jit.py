"""The one place that sets numba's options.

``kernel`` compiles lazily on first call and caches the machine code on disk, unless the
environment variable ``IAA_CLASSIC_KERNEL_CACHE`` says ``off``. Explicit signatures are avoided on purpose:
they compile at import and refuse read-only arrays. ``fastmath`` is off, so that results with ``NUMBA_DISABLE_JIT=1`` agree
with compiled ones. Helpers of a kernel must live in the kernel's own module: numba's cache does not notice that a helper
in another file has changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import numba

NO_CACHE_VARIABLE = "IAA_CLASSIC_KERNEL_CACHE"
"""Environment variable; with the value "off", kernels are compiled in every process and nothing is written to disk."""

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile ``function`` with the options every kernel of this package shares."""
    cache = os.environ.get(NO_CACHE_VARIABLE, "").strip().lower() not in ("off", "0", "no", "false")
    try:
        return numba.njit(cache=cache, fastmath=False)(function)  # type: ignore[return-value,no-any-return]
    except RuntimeError:  # numba finds no folder that it may write to
        return numba.njit(cache=False, fastmath=False)(function)  # type: ignore[return-value,no-any-return]
