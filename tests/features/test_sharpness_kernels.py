"""Kernels of the criterion sharpness against plain twins on small arrays."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from iaa_classic.features.kernels.sharpness import (
    edge_profiles,
    means_of_nine,
    sobel_at,
    step_sums,
    tensor_sums,
    variation_lost,
)
from iaa_classic.features.kernels.sharpness_blocks import (
    amplitude_bands,
    block_contrasts,
    block_sums,
    chroma_responses,
    neighbour_steps,
)
from iaa_classic.features.kernels.sharpness_wavelet import wavelet_97_step

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
    cells, activity = step_sums(stack, smooth, 40, 16, 4, 1.5)
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


def test_tensor_sums(stack):
    gradient = [part[1:-1, 1:-1] for part in naive_gradient(stack)]
    expected = [(gradient[i] * gradient[j]).sum() for i, j in ((0, 0), (0, 1), (1, 1))]
    np.testing.assert_allclose(tensor_sums(stack), expected, rtol=1e-4)
    assert tensor_sums(stack[:2]) == (0, 0, 0)


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


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (5, 9), (12, 1), (20, 31)])
def test_means_of_nine_are_box_filters_with_mirrored_borders(shape):
    plane = np.random.default_rng(9).random(shape).astype(np.float32)
    across, down = means_of_nine(plane)
    np.testing.assert_allclose(across, cv2.blur(plane, (9, 1), borderType=cv2.BORDER_REFLECT), rtol=1e-5)
    np.testing.assert_allclose(down, cv2.blur(plane, (1, 9), borderType=cv2.BORDER_REFLECT), rtol=1e-5)


def test_variation_lost(stack):
    smooth = [cv2.blur(stack, size) for size in ((9, 1), (1, 9))]
    total, lost = variation_lost(stack, *smooth)
    inner = np.s_[2:-1, 2:-1]
    for axis in range(2):
        sharp, soft = (np.abs(naive_gradient(plane)[axis])[inner] for plane in (stack, smooth[axis]))
        assert total[axis] == pytest.approx(sharp.sum(), rel=1e-4)
        assert lost[axis] == pytest.approx(np.maximum(sharp - soft, 0).sum(), rel=1e-4)
    assert not np.any(variation_lost(stack[:, :3].copy(), smooth[0][:, :3].copy(), smooth[1][:, :3].copy()))


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


def test_chroma_responses():
    rgb = np.random.default_rng(4).integers(0, 256, (48, 35, 3), dtype=np.uint8)
    tile_height, rows, columns = 24, 3, 4
    found = chroma_responses(rgb, tile_height, np.arange(2 * rows * columns))
    for tile in range(2):
        whole = rgb[24 * tile : 24 * tile + 24, :32].astype(np.float64)
        half = np.floor(whole.reshape(12, 2, 16, 2, 3).mean(axis=(1, 3)) + 0.5)
        luma = half @ (0.299, 0.587, 0.114)
        for c, chroma in enumerate((0.564 * (half[..., 2] - luma), 0.713 * (half[..., 0] - luma))):
            expected = block_sums(chroma.astype(np.float32), 12, 4)[0, 0].ravel()
            np.testing.assert_allclose(found[c].reshape(2, -1)[tile], expected, rtol=1e-3)


def test_amplitude_bands(stack):
    spectrum = np.fft.rfft2(stack).astype(np.complex64)
    band = np.random.default_rng(5).integers(0, 3, spectrum.shape).astype(np.uint8)
    weight = np.r_[1, np.full(spectrum.shape[1] - 2, 2), 1].astype(np.float32)
    sums, strong = amplitude_bands(spectrum, band, weight, 3, 2000.0)
    size = np.abs(spectrum)
    np.testing.assert_allclose(sums, [(size * weight)[band == b].sum() for b in range(3)], rtol=1e-5)
    assert strong == np.count_nonzero(np.abs(np.fft.fft2(stack)) > 2000)


def test_neighbour_steps_are_those_of_the_darkest_and_lightest_neighbour(stack):
    around = np.ones((3, 3), np.uint8)
    steps = np.maximum(cv2.dilate(stack, around) - stack, stack - cv2.erode(stack, around))[1:-1, 1:-1].astype(float)
    assert neighbour_steps(stack) == pytest.approx((steps.mean(), np.mean(steps**2)))
    assert neighbour_steps(np.full((3, 3), 9, np.float32)) == (0, 0)


def test_block_contrasts(stack):
    found = block_contrasts(stack, 32)
    assert found.shape == (4, 2)
    for row, column in np.ndindex(4, 2):
        assert found[row, column] == np.ptp(stack[32 * row : 32 * row + 32, 32 * column : 32 * column + 32])


@pytest.mark.parametrize("shape", [(12, 17), (7, 4), (2, 5), (1, 1), (1, 6), (9, 1)])
def test_wavelet_97_step_is_correlation_with_mirrored_borders(shape):
    random = np.random.default_rng(8)
    plane = random.random(shape).astype(np.float32)
    low, high = (random.random(taps).astype(np.float32) for taps in (9, 7))

    def along_rows(values, taps, start):
        mode = "reflect" if values.shape[1] > 1 else "edge"
        padded = np.pad(values.astype(np.float64), ((0, 0), (len(taps) // 2,) * 2), mode=mode)
        return np.stack([np.correlate(line, taps.astype(np.float64), "valid")[start::2] for line in padded])

    def transformed(across, down):
        return along_rows(along_rows(plane, *across).T, *down).T if plane.shape[1] > across[1] else np.empty((0, 0))

    smooth, rough = (low, 0), (high, 1)
    approximation, *details = wavelet_97_step(plane, low, high)
    np.testing.assert_allclose(approximation, transformed(smooth, smooth), rtol=1e-4)
    for found, filters in zip(details, [(smooth, rough), (rough, smooth), (rough, rough)], strict=True):
        expected = transformed(*filters)
        assert found.size == expected.size
        np.testing.assert_allclose(found.ravel(), expected.ravel() ** 2, rtol=1e-4)
