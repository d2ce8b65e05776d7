"""The area filter against OpenCV's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic.features.kernels.resize import shrunk_floats, shrunk_rows
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


def _means_of_parts(pixels, size):
    down, across = (
        np.array([[max(0, min(k + 1, (i + 1) * n / m) - max(k, i * n / m)) for k in range(n)] for i in range(m)]) * m / n
        for n, m in zip(pixels.shape[:2], size, strict=True)
    )
    return np.einsum("ik,klc,jl->ijc", down, pixels, across)


PARTS = [((21, 34), (9, 20)), ((40, 7), (11, 7)), ((5, 33), (1, 4)), ((12, 12), (5, 1)), ((50, 30), (4, 7))]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("shape", "size"), PARTS)
def test_shrunk_rows_are_means_of_what_each_pixel_covers(shape, size, channels):
    pixels = np.random.default_rng(6).integers(0, 256, (*shape, channels), dtype=np.uint8)
    exact = _means_of_parts(pixels, size)
    found = shrunk_rows(pixels, *size)
    assert np.abs(found - exact).max() < 0.5 + 0.2  # slivers below 1/1000 pixel are left out
    assert np.mean(found == np.floor(exact + 0.5)) > 0.98


def test_whole_ratios_and_greys_keep_their_shape():
    grey = np.arange(48, dtype=np.uint8).reshape(6, 8)
    assert np.array_equal(shrunk(grey, 3, 4), cv2.resize(grey, (4, 3), interpolation=cv2.INTER_AREA))
    assert shrunk(grey, 4, 5).shape == (4, 5)
    assert shrunk(np.dstack([grey] * 3), 4, 5).shape == (4, 5, 3)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(("shape", "size"), PARTS)
def test_shrunk_floats_are_means_of_what_each_pixel_covers(shape, size, channels):
    pixels = np.random.default_rng(6).normal(0, 50, (*shape, channels)).astype(np.float32)
    found = shrunk_floats(pixels, *size)
    assert found.dtype == np.float32
    # slivers below 1/1000 pixel are left out
    np.testing.assert_allclose(found, _means_of_parts(pixels.astype(np.float64), size), rtol=0, atol=0.05)


@pytest.mark.parametrize("size", [(17, 23), (40, 20), (40, 61), (1, 1), (13, 60), (41, 61)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_shrunk_floats_are_opencvs_to_rounding(size, channels):
    pixels = np.random.default_rng(3).random((41, 61, channels), dtype=np.float32)
    expected = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA).reshape(*size, channels)
    np.testing.assert_allclose(shrunk_floats(pixels, *size), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("size", [(3, 4), (4, 5), (64, 5), (4, 64), (64, 64)])
@pytest.mark.parametrize("shape", [(6, 8), (6, 8, 3)])
def test_floats_keep_their_shape_at_any_size(shape, size):
    pixels = np.random.default_rng(4).random(shape, dtype=np.float32)
    small = shrunk(pixels, *size)
    assert small.dtype == np.float32
    assert small.shape == (*size, *shape[2:])
    np.testing.assert_allclose(small, cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA), rtol=0, atol=1e-6)


def test_a_flat_plane_stays_flat_to_rounding():
    small = shrunk(np.full((341, 512, 3), 73.2, np.float32), 64, 64)
    np.testing.assert_allclose(small, 73.2, rtol=1e-6)
