"""Luo & Tang's features as published, on pictures whose subject in focus is known."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from iaa_classic.features import Picture, catalogue
from iaa_classic.features.published_luo import BLURS, WINDOW, clear_pixels, clear_region

NAMES = ("luo_clarity_contrast", "luo_lighting_contrast", "luo_simplicity", "luo_composition_geometry")


def value(name, rgb):
    return catalogue()[name].function(Picture(rgb))


@pytest.fixture
def sharp_corner(photographs):
    """A photograph's texture that is sharp in a box of its lower right, x 0.5..0.9, y 0.55..0.95, and blurred elsewhere."""
    random = np.random.default_rng(5)
    coarse = cv2.resize(random.integers(60, 196, (96, 128, 3), dtype=np.uint8), (512, 384), interpolation=cv2.INTER_LINEAR)
    sharp = np.clip(coarse.astype(int) + random.integers(-60, 60, (384, 512, 1)), 0, 255).astype(np.uint8)
    rgb = cv2.GaussianBlur(sharp, (0, 0), 6)
    rgb[211:365, 256:461] = sharp[211:365, 256:461]
    return rgb


def test_the_region_is_what_is_in_focus(sharp_corner):
    found = clear_region(Picture(sharp_corner))
    height, width = found.luma.shape
    assert found.columns.start / width == pytest.approx(0.5, abs=0.05)
    assert found.columns.stop / width == pytest.approx(0.9, abs=0.05)
    assert found.rows.start / height == pytest.approx(0.55, abs=0.05)
    assert found.rows.stop / height == pytest.approx(0.95, abs=0.05)
    assert found.centroid == pytest.approx((0.7, 0.75), abs=0.03)


def test_blurring_half_of_a_photograph_moves_the_region_to_the_other_half(photographs):
    moved = 0
    for rgb in photographs.values():
        half = rgb.shape[1] // 2
        blurred = cv2.GaussianBlur(rgb, (0, 0), rgb.shape[1] / 60)
        left, right = rgb.copy(), rgb.copy()
        left[:, half:], right[:, :half] = blurred[:, half:], blurred[:, :half]
        moved += clear_region(Picture(left)).centroid[0] < 0.5 < clear_region(Picture(right)).centroid[0]
    assert moved == len(photographs)


def test_clear_pixels_agree_with_a_plain_twin():
    random = np.random.default_rng(2)
    luma = random.random((40, 56)).astype(np.float32)
    luma[:, 28:] = cv2.GaussianBlur(luma, (0, 0), 3)[:, 28:]

    def steps(plane):
        padded = np.pad(plane, 1, "symmetric")
        down, across = padded[2:, 1:-1] - padded[:-2, 1:-1], padded[1:-1, 2:] - padded[1:-1, :-2]
        return [np.rint(plane * 255).astype(int) for plane in (across, down)]

    likelihood = []
    for side in BLURS:
        blurred = cv2.blur(luma, (side, side), borderType=cv2.BORDER_REFLECT)
        score = np.zeros(luma.shape)
        for own, model in zip(steps(luma), steps(blurred), strict=True):
            levels, counts = np.unique(model, return_counts=True)
            seen = dict(zip(levels.tolist(), counts.tolist(), strict=True))
            score += [[math.log((seen.get(v, 0) + 1) / (luma.size + 511)) for v in row] for row in own.tolist()]
        padded = np.pad(score, WINDOW // 2, "symmetric")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (WINDOW, WINDOW))
        likelihood.append(windows.mean(axis=(2, 3)))
    expected = likelihood[0] > np.max(likelihood[1:], axis=0)
    found = clear_pixels(luma)
    assert np.mean(found == expected) > 0.995
    assert found[:, :20].mean() > 0.9
    assert found[:, 36:].mean() < 0.1


def test_clarity_counts_frequencies_above_a_fifth_of_the_largest(sharp_corner):
    found = clear_region(Picture(sharp_corner))

    def density(plane):
        amplitude = np.abs(np.fft.fft2(plane))
        return np.mean(amplitude > 0.2 * amplitude.max())

    expected = density(found.luma[found.rows, found.columns]) / density(found.luma)
    assert value("luo_clarity_contrast", sharp_corner) == pytest.approx(expected)
    assert expected > 1


def test_lighting_and_simplicity_on_a_known_box(sharp_corner):
    rgb = sharp_corner.copy()
    mask = np.zeros(rgb.shape[:2], bool)
    mask[211:365, 256:461] = True
    rgb[~mask] = (32, 64, 16)
    region = clear_region(Picture(rgb))
    inside = np.zeros(region.luma.shape, bool)
    inside[region.rows, region.columns] = True
    light, dark = region.luma[inside].mean(), region.luma[~inside].mean()
    assert value("luo_lighting_contrast", rgb) == pytest.approx(abs(math.log((light + 1 / 255) / (dark + 1 / 255))), rel=1e-4)
    assert value("luo_lighting_contrast", rgb) > 0.5
    counts = np.unique(region.rgb[~inside] // 16, axis=0, return_counts=True)[1]
    assert value("luo_simplicity", rgb) == pytest.approx(100 * np.sum(counts >= 0.01 * counts.max()) / 4096)
    assert value("luo_simplicity", rgb) < value("luo_simplicity", sharp_corner)


def test_geometry_is_the_distance_to_the_nearest_power_point(sharp_corner):
    x, y = clear_region(Picture(sharp_corner)).centroid
    distances = [math.hypot(x - a, y - b) for a in (1 / 3, 2 / 3) for b in (1 / 3, 2 / 3)]
    assert value("luo_composition_geometry", sharp_corner) == pytest.approx(min(distances))
    assert value("luo_composition_geometry", sharp_corner) < 0.13


@pytest.mark.parametrize("level", [0, 90, 255])
def test_flat_pictures_have_the_frame_for_a_region(level):
    found = [value(name, np.full((60, 90, 3), level, np.uint8)) for name in NAMES]
    assert found == pytest.approx([1, 0, 0, math.hypot(1 / 6, 1 / 6)], abs=1e-6)


def test_mirrored_photographs_keep_their_values(photographs):
    for rgb in photographs.values():
        upright, mirrored = Picture(rgb), Picture(np.ascontiguousarray(rgb[:, ::-1]))
        for name in NAMES:
            function = catalogue()[name].function
            assert function(mirrored) == pytest.approx(function(upright), rel=0.05, abs=0.01), name
