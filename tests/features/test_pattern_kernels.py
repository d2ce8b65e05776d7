"""Each compiled loop of the criterion ``pattern`` against a plain twin."""

from __future__ import annotations

import math
from collections import Counter

import cv2
import numpy as np
import pytest

from iaa_classic.features.kernels import pattern as kernels
from iaa_classic.features.kernels import pattern_orientation as orientations_of
from iaa_classic.features.kernels.pattern_regions import hull_areas, merge_regions
from iaa_classic.features.kernels.pattern_spectrum import ring_sums
from iaa_classic.features.kernels.spectrum import half_power

RANDOM = np.random.default_rng(11)

pytestmark = pytest.mark.kernels


def test_strongest_orientation_is_argmax_of_the_steered_responses():
    basis = RANDOM.standard_normal((6, 2500)).astype(np.float32)
    steering = RANDOM.standard_normal((12, 6)).astype(np.float32)
    full = steering.astype(np.float64) @ basis
    full = np.concatenate((full, -full))
    strength, index = orientations_of.strongest_orientation(basis, steering)
    np.testing.assert_allclose(strength, full.max(axis=0), rtol=1e-5)
    assert (index == full.argmax(axis=0)).mean() > 0.999


def test_strongest_orientation_of_nothing_is_zero():
    strength, index = orientations_of.strongest_orientation(np.zeros((6, 5), np.float32), np.ones((12, 6), np.float32))
    assert not strength.any()
    assert not index.any()


def test_relative_orientations_are_those_of_all_pairs():
    reach, rings, orientations = 6, 2, 4
    place = np.empty((reach + 1, 2 * reach + 1), np.int16)
    for dy in range(reach + 1):
        for dx in range(-reach, reach + 1):
            distance = round(math.hypot(dx, dy))
            direction = round(math.atan2(dy, dx) / (2 * math.pi) * 8) % 8
            ring = (distance - 2) // 2 if 2 <= distance < 6 else rings
            place[dy, dx + reach] = (ring * 4 * orientations + direction) * orientations
    y = np.sort(RANDOM.integers(0, 20, 60)).astype(np.int32)
    x, orientation = (RANDOM.integers(0, most, 60).astype(np.int32) for most in (20, orientations))
    expected = np.zeros((rings, 8, orientations))
    for i in range(60):
        for j in range(i + 1, 60):
            dx, dy = x[j] - x[i], y[j] - y[i]
            distance = round(math.hypot(dx, dy))
            if 2 <= distance < 6:
                direction = round(math.atan2(dy, dx) / (2 * math.pi) * 8) + 2 * orientation[i]
                relative = (orientation[j] - orientation[i]) % orientations
                expected[(distance - 2) // 2, direction % 8, relative] += 1
    counts = orientations_of.count_relative_orientations(x, y, orientation, place, rings, orientations)
    np.testing.assert_array_equal(counts, expected)
    assert expected.sum() > 100


def test_strongest_places_are_about_the_largest_in_order():
    strength = RANDOM.random(3000).astype(np.float32)
    places = orientations_of.strongest_places(strength, 200, 0.1)
    assert (np.diff(places) > 0).all()
    assert 200 <= places.size <= 205
    assert set(np.argsort(strength)[-200:]) <= set(places.tolist())
    assert strength[places].min() > np.delete(strength, places).max()


def test_places_below_the_floor_are_left_out():
    strength = np.array([0.5, 0.05, 0.2, 0.0], np.float32)
    assert orientations_of.strongest_places(strength, 10, 0.1).tolist() == [0, 2]
    assert orientations_of.strongest_places(np.zeros(5, np.float32), 2, 0.1).size == 0


def test_directions_of_strong_pixels_are_counted():
    direction = (RANDOM.random((20, 30)) * 360).astype(np.float32)
    magnitude = RANDOM.random((20, 30)).astype(np.float32)
    expected, _ = np.histogram(direction[magnitude >= 0.4], bins=32, range=(0, 360))
    np.testing.assert_array_equal(orientations_of.direction_counts(direction, magnitude, 0.4), expected)


@pytest.mark.parametrize("shape", [(6, 8), (5, 8), (6, 7), (5, 7), (1, 6), (1, 5), (6, 1), (5, 1), (2, 2), (1, 1)])
def test_half_power_is_that_of_rfft2(shape):
    plane = RANDOM.standard_normal(shape).astype(np.float32)
    expected = np.abs(np.fft.rfft2(plane.astype(float))) ** 2
    np.testing.assert_allclose(half_power(cv2.dft(plane)), expected, rtol=1e-4, atol=1e-5)


def test_ring_sums_add_power_and_amplitude():
    plane = RANDOM.random((6, 4)).astype(np.float32)
    ring = RANDOM.integers(0, 3, (6, 4)).astype(np.int16)
    times, down, across = (RANDOM.random(size).astype(np.float32) for size in (4, 6, 4))
    power, amplitude = ring_sums(plane, ring, times, down, across, 3)
    scaled = plane * down[:, None] * across
    for own in range(3):
        here = ring == own
        assert power[own] == pytest.approx((scaled * times)[here].sum(), rel=1e-5)
        assert amplitude[own] == pytest.approx((np.sqrt(scaled) * times)[here].sum(), rel=1e-5)


def test_strongest_gradient_is_numpy_gradient_of_the_strongest_channel():
    channels = RANDOM.integers(0, 256, (3, 9, 7), dtype=np.uint8)
    down, across = np.gradient(channels.astype(float), axis=(1, 2))

    def strongest(gradient):
        high, low = gradient.max(axis=0), gradient.min(axis=0)
        return np.where(-low > high, low, high)

    own_across, own_down = kernels.strongest_gradient(channels)
    np.testing.assert_allclose(own_across, strongest(across))
    np.testing.assert_allclose(own_down, strongest(down))


def test_orientation_cells_are_weighted_histograms_of_angles():
    across, down = RANDOM.standard_normal((2, 10, 13)).astype(np.float32)
    rows, columns = np.array([0, 4, 10]), np.array([0, 6, 13])
    bins = np.rint(np.arctan2(down, across) / (2 * np.pi) * 16).astype(int) % 16
    cells = kernels.orientation_cells(across, down, rows, columns)
    for i, j in np.ndindex(2, 2):
        part = np.s_[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
        weights = np.hypot(across, down)[part].ravel()
        np.testing.assert_allclose(cells[i, j], np.bincount(bins[part].ravel(), weights, 16), rtol=1e-5)


@pytest.mark.parametrize("shape", [(12, 17), (7, 4), (2, 5), (1, 1), (1, 6)])
def test_wavelet_step_is_convolution_with_symmetric_borders(shape):
    plane = RANDOM.random(shape).astype(np.float32)
    low, high = RANDOM.standard_normal((2, 4)).astype(np.float32)

    def along_rows(values, taps):
        padded = np.pad(values, ((0, 0), (3, 3)), mode="symmetric")
        return np.stack([np.convolve(line, taps, "valid")[1::2] for line in padded])

    def transformed(down, across):
        return along_rows(along_rows(plane.T, down).T, across)

    approximation, detail = kernels.wavelet_step(plane, low, high)
    np.testing.assert_allclose(approximation, transformed(low, low), atol=1e-5)
    expected = np.stack([transformed(low, high), transformed(high, low), transformed(high, high)])
    np.testing.assert_allclose(detail, expected, atol=1e-5)


def test_coarseness_picks_the_window_of_largest_difference():
    plane = RANDOM.integers(0, 256, (6, 9)).astype(np.float64)
    margin, levels = 4, 2
    padded = np.pad(plane, margin, mode="symmetric")
    total = 0
    for y in range(0, 6, 2):
        for x in range(0, 9, 2):
            best = []
            for k in range(1, levels + 1):
                side, cy, cx = 2**k, y + margin, x + margin

                def mean(top, left, side=side):
                    return padded[top : top + side, left : left + side].mean()

                across = abs(mean(cy - side // 2, cx) - mean(cy - side // 2, cx - side))
                down = abs(mean(cy, cx - side // 2) - mean(cy - side, cx - side // 2))
                best.append(max(across, down))
            total += 2 ** (levels - int(np.argmax(best[::-1])))
    integral = np.pad(padded.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    assert kernels.coarseness_sum(integral, margin, levels, 2) == (total, 15)


def test_tile_entropies_are_those_of_their_histograms():
    levels = RANDOM.integers(0, 5, (11, 14), dtype=np.uint8)
    n = np.arange(82)
    terms = n * np.log2(np.maximum(n, 1))
    expected = []
    for y in range(0, 11 - 9 + 1, 4):
        for x in range(0, 14 - 9 + 1, 4):
            share = np.bincount(levels[y : y + 9, x : x + 9].ravel()) / 81
            expected.append(-(share[share > 0] * np.log2(share[share > 0])).sum())
    np.testing.assert_allclose(kernels.tile_entropies(levels, 9, 4, terms), expected, atol=1e-12)


def test_grey_boxes_cover_the_landscape():
    square = RANDOM.integers(0, 256, (32, 32), dtype=np.uint8)
    side, height, expected = 5, 3.0, 0
    for top in range(0, 32 - side - 1, side):
        for left in range(0, 32 - side, side - 1):
            box = square[top : top + side, left : left + side].astype(int)
            expected += max(1, math.ceil((box.max() - box.min()) / height))
    assert kernels.count_grey_boxes(square, side, height) == expected


def _segmented(lab, scale, smallest):
    """Felzenszwalb & Huttenlocher with sets of pixels instead of a forest."""
    height, width, _ = lab.shape
    edges = []
    for y in range(height):
        for x in range(width):
            for u, v in ((y + 1, x), (y, x + 1)):
                if u < height and v < width:
                    edges.append((float(np.linalg.norm(lab[y, x] - lab[u, v])), (y, x), (u, v)))
    edges.sort(key=lambda edge: int(edge[0] * 64))
    region = {(y, x): {(y, x)} for y in range(height) for x in range(width)}
    limit = {id(pixels): scale for pixels in region.values()}
    for small_step in (False, True):
        for weight, first, second in edges:
            a, b = region[first], region[second]
            if a is b:
                continue
            join = min(len(a), len(b)) < smallest if small_step else weight <= min(limit[id(a)], limit[id(b)])
            if join:
                a |= b
                for pixel in b:
                    region[pixel] = a
                limit[id(a)] = weight + scale / len(a)
    return sorted(tuple(sorted(pixels)) for pixels in {id(pixels): pixels for pixels in region.values()}.values())


@pytest.mark.parametrize(("scale", "smallest"), [(5.0, 1), (40.0, 1), (20.0, 6)])
def test_regions_are_those_of_the_plain_algorithm(scale, smallest):
    lab = (RANDOM.random((9, 11, 3)) * 40).astype(np.float32)
    lab[:, 6:] += 30
    labels = merge_regions(lab, np.array([1.0, scale]), smallest)[1]
    found = sorted(tuple(map(tuple, np.argwhere(labels == label))) for label in range(labels.max() + 1))
    assert [tuple((int(y), int(x)) for y, x in pixels) for pixels in found] == _segmented(lab, scale, smallest)
    assert Counter(labels.ravel())[0] > 0


def test_hull_areas_are_those_of_the_pixel_squares():
    from scipy.spatial import ConvexHull

    labels = RANDOM.integers(-1, 4, (12, 13)).astype(np.int32)
    labels[:, 8:] = np.where(RANDOM.random((12, 5)) < 0.9, -1, labels[:, 8:])
    for label, area in enumerate(hull_areas(labels, 4)):
        y, x = np.nonzero(labels == label)
        corners = np.concatenate([np.c_[y + dy, x + dx] for dy in (0, 1) for dx in (0, 1)])
        assert area == pytest.approx(ConvexHull(corners).volume)


def test_hull_area_of_a_staircase_by_hand():
    """Row y holds columns 0..y: the hull is (0, 0) (1, 0) (10, 9) (10, 10) (0, 10)."""
    labels = np.where(np.tri(10, dtype=bool), 0, -1).astype(np.int32)
    assert hull_areas(labels, 1)[0] == pytest.approx(59.5)


def test_colours_are_counted_in_cubes():
    rgb = RANDOM.integers(0, 256, (13, 17, 3), dtype=np.uint8)
    expected, _ = np.histogramdd(rgb.reshape(-1, 3), bins=8, range=[(0, 256)] * 3)
    np.testing.assert_array_equal(kernels.colour_cube_counts(rgb), expected.ravel())


def test_border_cells_hold_both_kinds():
    cells = (RANDOM.random((16, 16)) < 0.3).astype(np.uint8)
    filled = cells.reshape(8, 2, 8, 2).sum(axis=(1, 3))
    assert {0, 4} & set(filled.ravel().tolist())
    np.testing.assert_array_equal(kernels.border_cells(cells), (filled > 0) & (filled < 4))
