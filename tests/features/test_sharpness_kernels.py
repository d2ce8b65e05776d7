"""Kernels of the criterion sharpness against plain twins on small arrays."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from iaa_classic.features.kernels.sharpness import block_sums, edge_profiles, sobel_at, step_sums, variation_lost

pytestmark = pytest.mark.kernels


@pytest.fixture
def stack() -> np.ndarray:
    """Three tiles of 40 x 48 pixels with structure and noise, float32 0..255."""
    random = np.random.default_rng(3)
    coarse = random.integers(0, 256, (15, 6)).astype(np.float32)
    return np.clip(cv2.resize(coarse, (48, 120)) + random.normal(0, 4, (120, 48)), 0, 255).astype(np.float32)


def naive_gradient(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    plane = plane.astype(np.float64)
    return cv2.Sobel(plane, cv2.CV_64F, 1, 0, scale=1 / 8), cv2.Sobel(plane, cv2.CV_64F, 0, 1, scale=1 / 8)


def test_sobel_at_is_opencvs_sobel(stack):
    x, y = naive_gradient(stack)
    for row, column in ((1, 1), (7, 30), (118, 46)):
        assert sobel_at(stack, row, column) == pytest.approx((x[row, column], y[row, column]), abs=1e-4)


def test_step_sums(stack):
    smooth = cv2.GaussianBlur(stack, (15, 15), 3)
    cells, activity, tensor = step_sums(stack, smooth, 40, 16, 4, 1.5)
    fine, coarse = naive_gradient(stack), naive_gradient(smooth)
    energy = coarse[0] ** 2 + coarse[1] ** 2
    expected = np.zeros((3, 3, 3, 3))
    for y in range(120):
        for x in range(4, 44):
            row = y % 40
            if not 4 <= row < 36 or energy[y, x] <= 2.25:
                continue
            dx, dy = (1, 0) if abs(coarse[0][y, x]) >= abs(coarse[1][y, x]) else (0, 1)
            along = [energy[y + k * dy, x + k * dx] for k in (-2, -1, 0, 1, 2)]
            share = coarse[dy][y, x] ** 2 / along[2]
            broad = math.sqrt(along[0]) + math.sqrt(along[4]) >= 2 * math.exp(-share / 3) * math.sqrt(along[2])
            if max(along[1], along[3]) > 1.0001 * along[2] or not broad:
                continue
            expected[:, y // 40, row // 16, x // 16] += (
                fine[0][y, x] * coarse[0][y, x] + fine[1][y, x] * coarse[1][y, x],
                energy[y, x],
                1,
            )
    assert expected[2].sum() > 100
    np.testing.assert_allclose(cells, expected, rtol=1e-3, atol=1e-3)
    inner = energy.copy()
    inner[[0, -1]] = 0
    inner[:, [0, -1]] = 0
    np.testing.assert_allclose(activity, inner.reshape(3, 5, 8, 6, 8).mean(axis=(2, 4)), rtol=1e-4)
    inside = np.s_[1:-1, 1:-1]
    expected_tensor = [(coarse[i][inside] * coarse[j][inside]).mean() for i, j in ((0, 0), (0, 1), (1, 1))]
    np.testing.assert_allclose(tensor, expected_tensor, rtol=1e-4)


@pytest.mark.parametrize("slope", [0, 0.5, 1])
@pytest.mark.parametrize("turned", [False, True])
def test_a_step_is_a_step_and_a_line_is_not(turned, slope):
    """Every crest of a step counts, whatever its direction; no flank of a line does."""
    y, x = np.indices((60, 60))
    distance = (x - 30 - slope * (y - 30)) / math.hypot(1, slope)
    for profile, counts in ((np.clip(distance + 0.5, 0, 1), True), (np.clip(1 - np.abs(distance), 0, 1), False)):
        plane = (100 * (profile.T if turned else profile)).astype(np.float32)
        crests = step_sums(plane, cv2.GaussianBlur(plane, (15, 15), 3), 60, 60, 8, 1.5)[0][2].sum()
        assert crests >= 44 if counts else crests == 0


def test_edge_profiles_by_hand():
    row = [50, 50, 50, 50, 50, 40, 80, 120, 160, 210, 200, 200, 200, 200, 200, 200]
    luma = np.tile(np.array(row, dtype=np.float32), (3, 1))
    strength = np.zeros_like(luma)
    strength[1, 7] = 9
    for sign in (1, -1):
        mirrored = [np.ascontiguousarray(plane[:, ::sign]) for plane in (luma, strength)]
        rows, columns, width, overshoot = edge_profiles(*mirrored, 4.0, 24.0, 4)
        assert (rows, columns) == ([1], [7 if sign == 1 else 8])
        assert width == [4]
        assert overshoot == pytest.approx([10 / 170])
    assert len(edge_profiles(luma, strength, 9.0, 24.0, 4)[0]) == 0


def test_edge_profiles_thin_and_leave_out_slanted_and_weak_edges():
    ramp = np.add.outer(np.arange(9), np.arange(9)).astype(np.float32) * 10
    everywhere = np.zeros_like(ramp)
    everywhere[4, 4] = 1
    assert len(edge_profiles(ramp, everywhere, 0.5, 24.0, 4)[0]) == 0
    weak = np.tile(np.array([0, 0, 0, 0, 0, 10, 10, 10, 10, 10, 10], dtype=np.float32), (3, 1))
    strength = np.tile(np.array([0, 0, 0, 0, 5, 5, 0, 0, 0, 0, 0], dtype=np.float32), (3, 1))
    rows, columns, width, overshoot = edge_profiles(weak, strength, 1.0, 24.0, 4)
    assert (list(rows), list(columns), list(overshoot)) == ([1], [5], [-1])
    assert width == [2]


def test_variation_lost(stack):
    smooth = cv2.blur(stack, (9, 1))
    inner = np.s_[2:-1, 2:-1]
    sharp, left = (np.abs(naive_gradient(plane)[0])[inner] for plane in (stack, smooth))
    assert variation_lost(stack, smooth) == pytest.approx((sharp.sum(), np.maximum(sharp - left, 0).sum()), rel=1e-4)


def test_block_sums(stack):
    stack[:8, :8] = 255
    mean_response, mean, clipped = block_sums(stack, 40, 8)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float64)
    response = np.abs(cv2.filter2D(stack.astype(np.float64), -1, mask))
    for tile in range(3):
        part = response[tile * 40 : tile * 40 + 40].copy()
        part[[0, -1]] = np.nan
        part[:, [0, -1]] = np.nan
        expected = np.nanmean(part.reshape(5, 8, 6, 8).transpose(0, 2, 1, 3).reshape(5, 6, 64), axis=2)
        np.testing.assert_allclose(mean_response[tile], expected, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(mean, stack.reshape(3, 5, 8, 6, 8).mean(axis=(2, 4)), rtol=1e-4)
    assert clipped[0, 0, 0] == 1
    assert block_sums(stack[:5], 5, 8).shape == (3, 1, 0, 6)
