"""The same pixels give the same bits, wherever they lie in memory and however many threads the libraries have.

Vectorised sums of OpenCV and of BLAS may be rounded another way at another address or with another number of threads.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from iaa_classic.features import Picture, select
from iaa_classic.threads import one_thread


@pytest.fixture
def threads():
    """Sets the threads of OpenCV and BLAS, and puts back what was there."""
    before = cv2.getNumThreads()
    with threadpool_limits(2, user_api="blas"):
        yield cv2.setNumThreads
    cv2.setNumThreads(before)


def elsewhere(rgb: np.ndarray, offset: int) -> np.ndarray:
    """A copy that begins ``offset`` bytes behind a fresh address."""
    memory = np.empty(rgb.size + 64, np.uint8)
    copy = memory[offset : offset + rgb.size].reshape(rgb.shape)
    copy[:] = rgb
    return copy


@pytest.mark.parametrize("size", [(400, 600), (500, 333), (33, 97)])
def test_values_do_not_depend_on_memory_or_threads(photographs, threads, size):
    records = select("all")
    rgb = cv2.resize(photographs["coffee"], size[::-1], interpolation=cv2.INTER_AREA)
    random = np.random.default_rng(0)
    seen = []
    for turn in range(4):
        threads(1 + turn % 2)
        # Blocks of odd sizes, half of them given back, so that new arrays come to lie at other addresses.
        blocks = [np.empty(int(count), np.uint8) for count in random.integers(1, 2_000_000, 60)]
        del blocks[::2]
        picture = Picture(elsewhere(rgb, int(random.integers(0, 64))))
        with one_thread():
            seen.append([record.function(picture) for record in records])
    different = {
        record.name for values in seen[1:] for record, a, b in zip(records, seen[0], values, strict=True) if a != b and a == a
    }
    assert not different
