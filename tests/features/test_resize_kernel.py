"""The area filter against OpenCV's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic.features.kernels.resize import shrunk_rows
from iaa_classic.features.picture import shrunk

pytestmark = pytest.mark.kernels


@pytest.mark.parametrize("size", [(17, 23), (40, 20), (40, 61), (1, 1), (13, 60)])
@pytest.mark.parametrize("channels", [1, 3])
def test_shrinking_is_the_area_filter(size, channels):
    pixels = np.random.default_rng(2).integers(0, 256, (41, 61, channels), dtype=np.uint8)
    small = shrunk_rows(pixels, *size)
    expected = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA).reshape(small.shape)
    assert small.dtype == np.uint8
    assert np.abs(small.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("shape", "size"), [((21, 34), (9, 20)), ((40, 7), (11, 7)), ((5, 33), (1, 4)), ((12, 12), (5, 1))])
def test_shrunk_rows_are_means_of_what_each_pixel_covers(shape, size, channels):
    pixels = np.random.default_rng(6).integers(0, 256, (*shape, channels), dtype=np.uint8)
    down, across = (
        np.array([[max(0, min(k + 1, (i + 1) * n / m) - max(k, i * n / m)) for k in range(n)] for i in range(m)]) * m / n
        for n, m in zip(shape, size, strict=True)
    )
    exact = np.einsum("ik,klc,jl->ijc", down, pixels, across)
    found = shrunk_rows(pixels, *size)
    assert np.abs(found - exact).max() < 0.5 + 0.2  # slivers below 1/1000 pixel are left out
    assert np.mean(found == np.floor(exact + 0.5)) > 0.98


def test_whole_ratios_and_greys_keep_their_shape():
    grey = np.arange(48, dtype=np.uint8).reshape(6, 8)
    assert np.array_equal(shrunk(grey, 3, 4), cv2.resize(grey, (4, 3), interpolation=cv2.INTER_AREA))
    assert shrunk(grey, 4, 5).shape == (4, 5)
    assert shrunk(np.dstack([grey] * 3), 4, 5).shape == (4, 5, 3)
