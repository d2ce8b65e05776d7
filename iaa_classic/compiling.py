"""Kernels made ready before the work: compiled in the first run, read from numba's cache in all later ones.

The machine code lies where numba keeps it: in ``NUMBA_CACHE_DIR`` if that is set, else beside the installed package, else in
the user's cache folder. With ``IAA_CLASSIC_KERNEL_CACHE=off`` it is neither written nor read, and every process compiles.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numba.core import event
from numpy.typing import NDArray

from .features import Feature, Picture, measure

_log = logging.getLogger(__name__)

_SIZE = (540, 620)
"""Height and width of the drawn picture: large enough to be shrunk to the working scale, at a ratio that is not whole."""

Tell = Callable[[int, int, int], None]
"""Told after each feature, once something had to be compiled: features that are ready, features in all, kernels compiled."""


def warm_up(features: Sequence[Feature], tell: Tell | None = None) -> int:
    """Compile the kernels of ``features``, or load them from numba's cache, by measuring a small drawn picture.

    Done once before workers start, it keeps them from all compiling the same kernels; whatever is measured afterwards compiles
    nothing. All kernels together take about a minute to compile, and less than a second to load.

    Parameters
    ----------
    features : sequence of Feature
    tell : callable, optional
        Called as ``tell(ready, total, compiled)`` after each feature from the first compilation on; never if all kernels came
        out of the cache.

    Returns
    -------
    int
        Number of kernels that had to be compiled, helpers counted.
    """
    picture = Picture(_drawn(), _OneFace())
    with compilations() as compiled:
        for ready, record in enumerate(features, start=1):
            first = not compiled.count
            measure(picture, [record])
            if compiled.count:
                if first:
                    _log.info("compiling numba kernels: about a minute for all, in the first run only")
                if tell is not None:
                    tell(ready, len(features), compiled.count)
    return compiled.count


class Compilations(event.Listener):  # type: ignore[misc,unused-ignore]
    """Counts the kernels that numba compiles; those read from its cache do not count."""

    def __init__(self) -> None:
        self.count = 0

    def on_start(self, event: Any) -> None:
        """One kernel more."""
        self.count += 1

    def on_end(self, event: Any) -> None:
        """Nothing: what counts is that it was begun."""


@contextmanager
def compilations() -> Iterator[Compilations]:
    """Context manager that counts what is compiled inside it, in this process."""
    counter = Compilations()
    with event.install_listener("numba:compile", counter):
        yield counter


def _drawn() -> NDArray[np.uint8]:
    """A picture with colours, edges and texture, a blocked and a blown corner."""
    rows, columns = np.mgrid[: _SIZE[0], : _SIZE[1]]
    drawn = np.stack([rows / 2, columns * 0.4, np.hypot(rows - 200, columns - 250) % 64 * 4], axis=2)
    drawn[:24, :24], drawn[-24:, -24:] = 0, 255
    return drawn.astype(np.uint8)


class _OneFace:
    """Finds a face in the middle of every picture."""

    def detect(self, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """One row, as a face detector gives it."""
        height, width = rgb.shape[:2]
        shares = [0.4, 0.4, 0.2, 0.2, 0.45, 0.47, 0.55, 0.47, 0.5, 0.5, 0.46, 0.55, 0.54, 0.55]
        return np.array([[*np.multiply(shares, [width, height] * 7), 1.0]])
