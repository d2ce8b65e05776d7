"""Each compiled loop of the criterion ``lighting`` that sums up planes, against a plain twin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from iaa_classic.features.kernels import lighting as kernels

RANDOM = np.random.default_rng(17)

pytestmark = pytest.mark.kernels


@pytest.fixture
def plane():
    return RANDOM.random((9, 14)).astype(np.float32)


def levels(*shape):
    return RANDOM.integers(0, 256, shape, dtype=np.uint8)


def test_mean_and_deviation(plane):
    mean, deviation = kernels.mean_and_deviation(plane)
    assert mean == pytest.approx(plane.mean(dtype=float))
    assert deviation == pytest.approx(plane.std(dtype=float))
    assert kernels.mean_and_deviation(np.full((7, 5), 33.3, np.float32)) == (np.float32(33.3), 0)


def test_masked_means(plane):
    mask = RANDOM.random(plane.shape) < 0.3
    assert kernels.masked_means(plane, mask) == pytest.approx((plane[mask].mean(), plane[~mask].mean()))
    nothing = np.zeros(plane.shape, bool)
    assert kernels.masked_means(plane, nothing) == pytest.approx((0, plane.mean()))


def test_mean_between(plane):
    found = levels(*plane.shape)
    inside = (found >= 40) & (found <= 90)
    mean, count = kernels.mean_between(plane, found, 40, 90)
    assert mean == pytest.approx(plane[inside].mean())
    assert count == np.count_nonzero(inside)
    assert kernels.mean_between(plane, np.full(plane.shape, 200, np.uint8), 40, 90) == (0, 0)


def test_veil_of():
    dark, red, green, blue = levels(4, 9, 14)
    total = red.astype(float) + green + blue
    np.testing.assert_allclose(kernels.veil_of(dark, red, green, blue, 96), dark / np.maximum(total, 96), rtol=1e-6)


def test_level_counts():
    planes = levels(5, 9, 13)
    expected = [np.bincount(plane.ravel(), minlength=256) for plane in planes]
    np.testing.assert_array_equal(kernels.level_counts(tuple(planes)), expected)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (12, 17), (20, 20)])
def test_largest_region(shape, share):
    for _ in range(5):
        found = np.where(RANDOM.random(shape) < share, 100, 200).astype(np.uint8)
        named, number = ndimage.label(found == 100, np.ones((3, 3)))
        expected = max(np.bincount(named.ravel(), minlength=2)[1:]) if number else 0
        assert kernels.largest_region(found, 100, 150) == expected
