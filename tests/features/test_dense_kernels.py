"""Kernels of dense patches and visual words beside plain twins, and dense SIFT beside OpenCV's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic.features.kernels.dense import colour_cells, gathered, limited, orientation_cells
from iaa_classic.features.kernels.words import fisher_sums, nearest_words, projected

pytestmark = pytest.mark.kernels


def _plane(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return cv2.GaussianBlur(rng.normal(50, 30, (height, width)), (0, 0), 1.5).astype(np.float32)


def _orientation_cells(plane: np.ndarray, size: int) -> np.ndarray:
    """Triangles in place and in angle, written out over all pixels, cells and orientations."""
    height, width = plane.shape
    rows, columns = height // size, width // size
    plane = plane.astype(np.float64)
    dx, dy = np.zeros(plane.shape), np.zeros(plane.shape)
    dx[1:-1, 1:-1] = (plane[1:-1, 2:] - plane[1:-1, :-2]) / 2
    dy[1:-1, 1:-1] = (plane[2:, 1:-1] - plane[:-2, 1:-1]) / 2
    dx[rows * size :], dy[rows * size :], dx[:, columns * size :], dy[:, columns * size :] = 0, 0, 0, 0
    angle = np.mod(np.arctan2(dy, dx), 2 * np.pi) / (np.pi / 4)
    y, x = np.mgrid[:height, :width]
    cells = np.zeros((rows, columns, 8))
    for i in range(rows):
        for j in range(columns):
            down = np.maximum(0, 1 - np.abs((y + 0.5) / size - 0.5 - i))
            right = np.maximum(0, 1 - np.abs((x + 0.5) / size - 0.5 - j))
            for o in range(8):
                apart = np.abs(np.mod(angle - o + 4, 8) - 4)
                cells[i, j, o] = (np.hypot(dx, dy) * down * right * np.maximum(0, 1 - apart)).sum()
    return cells


@pytest.mark.parametrize(("height", "width", "size"), [(24, 40, 8), (21, 17, 4), (9, 30, 8)])
def test_orientation_cells_are_triangles_in_place_and_angle(height, width, size):
    plane = _plane(height, width)
    np.testing.assert_allclose(orientation_cells(plane, size), _orientation_cells(plane, size), rtol=1e-4, atol=1e-2)


def test_orientation_cells_know_directions():
    ramp = np.tile(np.arange(32, dtype=np.float32), (32, 1))
    for plane, orientation in ((ramp, 0), (ramp.T, 2), (-ramp, 4), (-ramp.T, 6), ((ramp + ramp.T), 1)):
        sums = orientation_cells(np.ascontiguousarray(plane), 8).sum(axis=(0, 1))
        assert sums.argmax() == orientation
        assert sums[orientation] == pytest.approx(sums.sum(), rel=1e-5)


def test_colour_cells_are_means_and_deviations():
    planes = np.random.default_rng(1).normal(40, 20, (19, 26, 3)).astype(np.float32)
    blocks = planes[:16, :24].astype(np.float64).reshape(2, 8, 3, 8, 3)
    found = colour_cells(planes, 8)
    np.testing.assert_allclose(found[..., :3], blocks.mean(axis=(1, 3)), rtol=1e-5)
    np.testing.assert_allclose(found[..., 3:], blocks.std(axis=(1, 3)), rtol=1e-4)
    assert not colour_cells(np.full((16, 16, 3), 77.7, dtype=np.float32), 8)[..., 3:].any()


@pytest.mark.parametrize("step", [1, 2])
def test_gathered_patches_lie_row_by_row(step):
    cells = np.random.default_rng(2).random((6, 9, 5)).astype(np.float32)
    window = np.random.default_rng(3).random((4, 4)).astype(np.float32)
    expected = [(cells[i : i + 4, j : j + 4] * window[..., None]).ravel() for i in range(0, 3, step) for j in range(0, 6, step)]
    np.testing.assert_array_equal(gathered(cells, step, window), expected)
    assert gathered(cells[:3], step, window).shape == (0, 80)


def test_limited_patches_are_cut_and_rooted():
    patches = np.random.default_rng(4).random((5, 128)).astype(np.float32) ** 8
    patches[3] *= 1e-6
    expected = patches.astype(np.float64)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    expected = np.minimum(expected, 0.2)
    expected = np.sqrt(expected / expected.sum(axis=1, keepdims=True))
    expected[3] = 0
    limited(patches, np.float32(0.1))
    np.testing.assert_allclose(patches, expected, rtol=1e-4, atol=1e-6)
    assert np.linalg.norm(patches[0]) == pytest.approx(1, abs=1e-5)


def test_projection():
    rng = np.random.default_rng(5)
    patches, mean, components = (rng.normal(size=shape).astype(np.float32) for shape in ((7, 12), (12,), (12, 5)))
    np.testing.assert_allclose(projected(patches, mean, components), (patches - mean) @ components, rtol=1e-4, atol=1e-5)


def test_fisher_sums_are_posterior_weighted_moments():
    rng = np.random.default_rng(6)
    points, strip = rng.normal(size=(40, 4)).astype(np.float32), rng.integers(0, 3, 40)
    weights, means, variances = np.array([0.2, 0.5, 0.3]), rng.normal(size=(3, 4)), rng.uniform(0.5, 2, (3, 4))
    apart = (points[:, None] - means) ** 2 / variances
    log = np.log(weights) - 0.5 * (np.log(variances) + apart).sum(axis=2)
    posterior = np.exp(log - log.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    constant = np.log(weights) - 0.5 * (np.log(variances) + means**2 / variances).sum(axis=1)
    tables = [np.ascontiguousarray(t, dtype=np.float32) for t in ((means / variances).T, (-0.5 / variances).T)]
    mass, first, second = fisher_sums(points, strip, 3, constant.astype(np.float32), *tables)
    for s in range(3):
        own = strip == s
        np.testing.assert_allclose(mass[s], posterior[own].sum(axis=0), rtol=1e-3, atol=2e-3)
        np.testing.assert_allclose(first[s], posterior[own].T @ points[own], rtol=1e-3, atol=5e-3)
        np.testing.assert_allclose(second[s], posterior[own].T @ points[own] ** 2, rtol=1e-3, atol=1e-2)


def test_nearest_words():
    rng = np.random.default_rng(7)
    points, words = rng.normal(size=(30, 6)).astype(np.float32), rng.normal(size=(9, 6)).astype(np.float32)
    expected = ((points[:, None] - words) ** 2).sum(axis=2).argmin(axis=1)
    halves = (words.astype(np.float64) ** 2).sum(axis=1) / 2
    found = nearest_words(points, np.ascontiguousarray(words.T), halves.astype(np.float32))
    np.testing.assert_array_equal(found, expected)
