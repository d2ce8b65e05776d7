"""The fixed vectors, against values worked out by hand and against other implementations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import convolve
from scipy.stats import wasserstein_distance

from iaa_classic.features import Picture
from iaa_classic.representations import descriptors
from iaa_classic.representations.descriptors import DESCRIPTORS, DIRECTIONS

LENGTHS = {"edges": 10000, "colour_histogram": 4096, "classes": 150, "colour_quantiles": 208, "spectrum": 2112}


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_defined_for_every_picture(name, degenerate):
    for what, rgb in degenerate.items():
        vector = DESCRIPTORS[name](Picture(rgb))
        assert vector.dtype == np.float32, what
        assert vector.shape == (LENGTHS[name],), what
        assert np.isfinite(vector).all(), what


def test_edges_of_a_line_stand_on_the_line():
    rgb = np.full((400, 512, 3), 100, dtype=np.uint8)
    rgb[:, 300:302] = 200
    energy = descriptors.edges(Picture(rgb)).reshape(100, 100)
    assert energy.sum() == pytest.approx(1, abs=1e-5)
    assert np.ptp(energy, axis=0).max() < 1e-6
    columns = energy.sum(axis=0)
    # Four columns of |Laplacian| 100, 299 to 302 of 512, lie in cells 58 and 59 of 100; the faint even map is 0.025 a cell.
    line = 4 * 100 / 5.12 * 100
    assert columns[58:60].sum() == pytest.approx((line + 5) / (line + 250), abs=1e-4)


def test_edges_are_ke_s_laplacian(photographs):
    rgb = photographs["coffee"]
    picture = Picture(rgb)
    kernel = np.array([[0.2, 0.8, 0.2], [0.8, -4, 0.8], [0.2, 0.8, 0.2]]) / 1.2
    working = picture.rgb.astype(float)
    absolute = np.mean([np.abs(convolve(working[..., c], kernel, mode="nearest")) for c in range(3)], axis=0)
    height, width = absolute.shape
    rows, columns = (np.repeat(np.arange(100), side) for side in (height, width))
    cells = np.repeat(np.repeat(absolute, 100, axis=0).reshape(100, height, width).mean(axis=1), 100, axis=1)
    cells = cells.reshape(100, 100, width).mean(axis=2) + 0.025
    assert rows.size == 100 * height
    assert columns.size == 100 * width
    np.testing.assert_allclose(descriptors.edges(picture), (cells / cells.sum()).ravel(), rtol=1e-3)


def test_no_edges_make_an_even_map(flat):
    np.testing.assert_allclose(descriptors.edges(Picture(flat(40, 90, 10))), 1e-4, rtol=1e-5)


def test_colour_histogram_counts_cubes(flat):
    rgb = flat(255, 0, 0, height=64, width=512)
    rgb[:, :128] = (15, 16, 255)
    shares = descriptors.colour_histogram(Picture(rgb)).reshape(16, 16, 16)
    assert shares[15, 0, 0] == pytest.approx(0.75)
    assert shares[0, 1, 15] == pytest.approx(0.25)
    assert shares.sum() == pytest.approx(1)


def test_colour_histogram_is_numpy_s(photographs):
    picture = Picture(photographs["flower"])
    edges = [np.arange(0, 257, 16)] * 3
    expected, _ = np.histogramdd(picture.rgb.reshape(-1, 3), bins=edges)
    np.testing.assert_allclose(descriptors.colour_histogram(picture), expected.ravel() / expected.sum(), atol=1e-7)


def test_classes_of_flat_colours(flat):
    hue, saturation, value = descriptors.classes(Picture(flat(0, 200, 100))).reshape(3, 50)
    assert hue[150 * 50 // 360] == 1  # hue 150 degrees
    assert saturation[49] == 1
    assert value[200 * 50 // 255] == 1
    assert (hue.sum(), saturation.sum(), value.sum()) == (1, 1, 1)


@pytest.mark.parametrize("colour", [(128, 128, 128), (0, 0, 0), (255, 0, 0), (30, 0, 0)])
def test_grey_dark_and_glaring_pixels_have_no_hue(flat, colour):
    hue, saturation, value = descriptors.classes(Picture(flat(*colour))).reshape(3, 50)
    assert hue.sum() == 0
    assert (saturation.sum(), value.sum()) == (1, 1)


def test_classes_are_those_of_scikit_image(photographs):
    from skimage.color import rgb2hsv

    picture = Picture(photographs["chelsea"])
    hue, saturation, value = np.moveaxis(rgb2hsv(picture.rgb), 2, 0)
    has_hue = (saturation > 0.2) & (value >= 0.15) & (value <= 0.95)
    expected = [
        np.bincount(np.minimum(49, np.floor(50 * values + 1e-5)).astype(int), minlength=50) / values.size
        for values in (hue[has_hue], saturation.ravel(), value.ravel())
    ]
    assert np.abs(descriptors.classes(picture).reshape(3, 50) - expected).sum(axis=1).max() < 0.002


def test_directions_are_those_of_a_cube():
    assert DIRECTIONS.shape == (13, 3)
    np.testing.assert_allclose(np.linalg.norm(DIRECTIONS, axis=1), 1)
    cosines = np.abs(DIRECTIONS @ DIRECTIONS.T) - np.eye(13)
    assert cosines.max() < 0.9


def test_quantiles_of_two_greys(flat):
    rgb = flat(0, 0, 0)
    rgb[:12] = 255  # a quarter of the rows
    quantiles = descriptors.colour_quantiles(Picture(rgb)).reshape(13, 16)
    lightness = quantiles[np.flatnonzero(DIRECTIONS[:, 0] == 1)[0]]
    np.testing.assert_allclose(lightness, [0] * 12 + [100] * 4, atol=1e-3)


def test_distance_of_quantiles_is_the_wasserstein_distance(photographs):
    pictures = [Picture(photographs[name]) for name in ("coffee", "flower")]
    one, two = (descriptors.colour_quantiles(picture).reshape(13, 16) for picture in pictures)
    for direction, own, other in zip(DIRECTIONS, one, two, strict=True):
        along = [picture.lab.reshape(-1, 3)[::7] @ direction for picture in pictures]
        assert np.abs(own - other).mean() == pytest.approx(wasserstein_distance(*along), rel=0.05, abs=0.2)


def test_spectrum_of_a_wave():
    across = np.arange(64)
    rgb = np.repeat(np.round(128 + 100 * np.cos(2 * np.pi * 5 * across / 64)).astype(np.uint8)[None, :, None], 64, axis=0)
    rgb = np.repeat(np.repeat(np.repeat(rgb, 3, axis=2), 8, axis=0), 8, axis=1)
    amplitudes = descriptors.spectrum(Picture(rgb)).reshape(64, 33)
    assert amplitudes[0, 5] == pytest.approx(100 / 255 / np.sqrt(2), abs=2e-3)
    assert np.linalg.norm(np.delete(amplitudes, 5, axis=1)) < 5e-3


def test_spectrum_s_norm_is_the_standard_deviation(photographs):
    import cv2

    for rgb in photographs.values():
        picture = Picture(rgb)
        small = cv2.resize(picture.luma, (64, 64), interpolation=cv2.INTER_AREA)
        assert np.linalg.norm(descriptors.spectrum(picture)) == pytest.approx(small.std(), rel=1e-4)


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_a_photograph_at_half_its_size_is_nearer_to_itself_than_to_any_other(name, photographs):
    import cv2

    whole = {what: DESCRIPTORS[name](Picture(rgb)) for what, rgb in photographs.items()}
    for what, rgb in photographs.items():
        half = DESCRIPTORS[name](Picture(cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)))
        apart = {other: float(np.abs(half - vector).sum()) for other, vector in whole.items()}
        own = apart.pop(what)
        assert own < 0.6 * min(apart.values())
