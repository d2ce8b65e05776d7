"""The one place that sets numba's options.

``kernel`` compiles lazily on first call and caches the machine code on disk. Explicit signatures are avoided on purpose:
they compile at import and refuse read-only arrays. ``fastmath`` is off, so that results with ``NUMBA_DISABLE_JIT=1`` agree
with compiled ones. Helpers of a kernel must live in the kernel's own module: numba's cache does not notice that a helper
in another file has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numba

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile ``function`` with the options every kernel of this package shares."""
    return numba.njit(cache=True, fastmath=False)(function)  # type: ignore[return-value,no-any-return]
