"""Is there a subject, and what is it like: saliency statistics and the shape of the mask."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import Picture
from iaa_classic.features import subject as module
from iaa_classic.features.kernels.subject import halved, means_within, segment_roots
from iaa_classic.features.saliency import small_saliency
from iaa_classic.features.saliency import subject as find

RANDOM = np.random.default_rng(11)
GROUND, COLOUR = (70, 90, 110), (220, 60, 40)


def scene(draw, height=300, width=400):
    """A picture of an even ground on which ``draw(rgb, colour)`` has drawn."""
    rgb = np.full((height, width, 3), GROUND, dtype=np.uint8)
    draw(rgb, COLOUR)
    return Picture(rgb)


def disc(centre, radius):
    return lambda rgb, colour: cv2.circle(rgb, centre, radius, colour, cv2.FILLED)


def box(left, top, right, bottom):
    return lambda rgb, colour: cv2.rectangle(rgb, (left, top), (right - 1, bottom - 1), colour, cv2.FILLED)


@pytest.mark.kernels
def test_segments_agree_with_scipy():
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pixels = (RANDOM.random((8, 9, 3)) * 4).astype(np.float32)
    height, width, _ = pixels.shape
    pairs = []
    for y, x in itertools.product(range(height), range(width)):
        pairs += [
            (y * width + x, near[0] * width + near[1])
            for near in ((y + 1, x), (y, x + 1))
            if near[0] < height and near[1] < width and np.linalg.norm(pixels[y, x] - pixels[near]) <= 1.5
        ]
    ends = np.array(pairs).T
    graph = coo_matrix((np.ones(len(pairs)), (ends[0], ends[1])), shape=(height * width,) * 2)
    count, labels = connected_components(graph, directed=False)
    roots = segment_roots(pixels, 1.5)
    assert len(np.unique(roots)) == count
    assert len(np.unique(np.stack([roots, labels]), axis=1).T) == count
    np.testing.assert_array_equal(roots[roots], roots)


@pytest.mark.kernels
def test_means_within_two_masks():
    plane = RANDOM.normal(size=(7, 20)).astype(np.float32)
    first, second = ((RANDOM.random((7, 20)) < 0.4).astype(np.uint8) for _ in range(2))
    expected = [plane[mask > 0].mean(dtype=float) for mask in (first, second)]
    assert means_within(plane, first, second) == pytest.approx(expected)
    assert means_within(plane, first * 0, second)[0] == 0


@pytest.mark.kernels
@pytest.mark.parametrize("shape", [(8, 10), (9, 13), (1, 1), (1, 6), (2, 3), (17, 4)])
def test_halved_is_a_filter_with_symmetric_borders(shape):
    plane = RANDOM.normal(size=shape).astype(np.float32)
    down, across = (RANDOM.normal(size=4).astype(np.float32) for _ in range(2))
    padded = np.pad(plane.astype(float), 8, mode="symmetric")
    found = halved(plane, down, across)
    assert found.shape == ((shape[0] + 3) // 2, (shape[1] + 3) // 2)
    for m, n in np.ndindex(found.shape):
        part = padded[8 + 2 * m - 2 : 8 + 2 * m + 2, 8 + 2 * n - 2 : 8 + 2 * n + 2][::-1, ::-1]
        assert found[m, n] == pytest.approx(down @ part @ across, abs=1e-5)


def test_saliency_spread_by_hand(monkeypatch):
    blocks = np.zeros((20, 20))
    blocks[3, 4], blocks[10, 10], blocks[0, 0] = 0.5, 0.3, 0.2
    monkeypatch.setattr(module, "saliency_blocks", lambda picture: blocks)
    picture = Picture(np.zeros((4, 4, 3), dtype=np.uint8))
    assert module.saliency_spread(picture) == pytest.approx(2 / 400)


def test_saliency_of_a_flat_picture_is_spread_evenly(degenerate):
    picture = Picture(degenerate["mid-grey"])
    assert module.saliency_spread(picture) == pytest.approx(0.7)


def test_saliency_spreads_with_the_subject():
    sizes = [module.saliency_spread(scene(disc((200, 150), radius))) for radius in (15, 40, 80)]
    assert sizes == sorted(sizes)


def bumps(number):
    """A map of 64 x 64 with ``number`` equal Gaussian bumps."""
    plane = np.zeros((64, 64), dtype=np.float32)
    for y, x in [(10, 10), (50, 50), (10, 50), (50, 10), (30, 30)][:number]:
        plane[y, x] = 1
    return cv2.GaussianBlur(plane, (0, 0), 2)


def test_attention_spots_and_concentration_of_bumps(monkeypatch, degenerate):
    picture = Picture(degenerate["black"])
    assert module.attention_spots(picture) == module.attention_concentration(picture) == 0
    concentrations = []
    for number in (1, 2, 5):
        monkeypatch.setattr(module, "spectral_residual", lambda _, number=number: bumps(number))
        assert module.attention_spots(picture) == number
        concentrations.append(module.attention_concentration(picture))
    # n equal bumps hold log(n) more entropy than one
    assert concentrations[0] - concentrations[1] == pytest.approx(np.log(2) / np.log(4096), abs=1e-3)
    assert concentrations[0] - concentrations[2] == pytest.approx(np.log(5) / np.log(4096), abs=1e-3)


def test_a_single_blob_is_one_spot():
    rgb = np.repeat(RANDOM.integers(118, 138, (256, 256, 1), dtype=np.uint8), 3, axis=2)
    without = module.attention_concentration(Picture(rgb))
    cv2.circle(rgb, (64, 64), 6, (250, 250, 250), cv2.FILLED)
    assert module.attention_spots(Picture(rgb)) == 1
    assert module.attention_concentration(Picture(rgb)) > 2 * without


def test_attention_concentration_of_one_cell(monkeypatch):
    one = np.zeros((64, 64), dtype=np.float32)
    one[5, 7] = 1
    monkeypatch.setattr(module, "spectral_residual", lambda picture: one)
    picture = Picture(np.zeros((4, 4, 3), dtype=np.uint8))
    assert module.attention_concentration(picture) == pytest.approx(1)
    one[:32] = 1
    one[32:] = 0
    # half of the cells: 1 - log(n / 2) / log(n) with n = 4096
    assert module.attention_concentration(picture) == pytest.approx(1 / 12, abs=1e-6)


def test_saliency_agreement_is_a_correlation(monkeypatch, photographs):
    picture = Picture(photographs["coffee"])
    regions = cv2.resize(small_saliency(picture), (64, 64), interpolation=cv2.INTER_AREA)
    monkeypatch.setattr(module, "spectral_residual", lambda _: 0.2 + regions / 2)
    assert module.saliency_agreement(picture) == pytest.approx(1)
    monkeypatch.setattr(module, "spectral_residual", lambda _: 1 - regions)
    assert module.saliency_agreement(picture) == pytest.approx(-1)
    monkeypatch.setattr(module, "spectral_residual", lambda _: np.ones((64, 64)))
    assert module.saliency_agreement(picture) == 0


def test_distinctness_orders_a_signal_colour_over_camouflage():
    clear = scene(disc((200, 150), 50))
    faint = np.full((300, 400, 3), GROUND, dtype=np.uint8) + RANDOM.integers(0, 60, (300, 400, 3), dtype=np.uint8)
    cv2.circle(faint, (200, 150), 50, tuple(value + 30 for value in GROUND), cv2.FILLED)
    faint = faint // 2 + RANDOM.integers(0, 60, (300, 400, 3), dtype=np.uint8)
    assert module.subject_distinctness(clear) > 0.9
    assert module.subject_distinctness(Picture(faint)) < 0.5 * module.subject_distinctness(clear)


@pytest.mark.parametrize("radius", [20, 50, 90])
def test_size_of_a_disc(radius):
    expected = np.pi * radius**2 / (300 * 400)
    assert module.subject_area(scene(disc((200, 150), radius))) == pytest.approx(expected, rel=0.1)


def test_number_of_subjects():
    def three(rgb, colour):
        for x in (80, 200, 320):
            disc((x, 150), 30)(rgb, colour)

    assert module.subject_count(scene(three)) == 3
    assert module.subject_count(scene(disc((200, 150), 30))) == 1


def test_shape_of_a_disc_a_square_and_a_bar():
    round_, square, bar = scene(disc((200, 150), 60)), scene(box(150, 100, 250, 200)), scene(box(80, 130, 320, 170))
    assert module.subject_compactness(round_) == pytest.approx(1, abs=0.01)
    assert module.subject_compactness(square) == pytest.approx(3 / np.pi, abs=0.02)
    # a bar of a x b: area^2 / (2 pi area (a^2 + b^2) / 12) = 6 a b / (pi (a^2 + b^2))
    assert module.subject_compactness(bar) == pytest.approx(6 * 240 * 40 / (np.pi * (240**2 + 40**2)), abs=0.03)
    assert module.subject_elongation(round_) == pytest.approx(0, abs=0.02)
    assert module.subject_elongation(square) == pytest.approx(0, abs=0.02)
    assert module.subject_elongation(bar) == pytest.approx(1 - 40 / 240, abs=0.03)


def test_convexity_of_a_disc_and_a_cross():
    def cross(rgb, colour):
        box(180, 60, 220, 240)(rgb, colour)
        box(110, 130, 290, 170)(rgb, colour)

    # arms of 180 x 40: 12800 filled; the hull is the 180-square less four corner triangles of 70 x 70 / 2
    assert module.subject_convexity(scene(cross)) == pytest.approx(12800 / (180**2 - 4 * 70**2 / 2), abs=0.04)
    assert module.subject_convexity(scene(disc((200, 150), 60))) > 0.96


SHAPE = ("subject_area", "subject_count", "subject_compactness", "subject_elongation", "subject_convexity")


@pytest.mark.parametrize("name", SHAPE)
def test_nothing_to_measure_without_a_subject(name, degenerate):
    for kind in ("mid-grey", "colour noise", "ramp"):
        assert getattr(module, name)(Picture(degenerate[kind])) == 0


MAPS = ("saliency_spread", "attention_concentration", "saliency_agreement", "subject_distinctness")


@pytest.mark.parametrize("name", [*SHAPE, *MAPS])
def test_mirror_changes_nothing(name, photographs):
    measure = getattr(module, name)
    for rgb in photographs.values():
        mirrored = measure(Picture(np.ascontiguousarray(rgb[:, ::-1])))
        assert mirrored == pytest.approx(measure(Picture(rgb)), abs=0.03)


@pytest.mark.parametrize("name", [*SHAPE, *MAPS])
def test_size_and_compression_change_little(name, wallpapers):
    measure = getattr(module, name)
    stays = []
    for rgb in wallpapers.values():
        value = measure(Picture(rgb))
        smaller = measure(Picture(cv2.resize(rgb, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)))
        stays += [abs(smaller - value), abs(measure(Picture(degradations.jpeg(rgb, 92))) - value)]
    assert np.mean(np.array(stays) <= 0.05) >= 0.95


def test_the_mask_follows_the_subject_when_cropped(photographs):
    rgb = photographs["astronaut"]
    assert find(Picture(degradations.crop(rgb, 0.05, 0.05, 0.95, 0.95))).found == find(Picture(rgb)).found
