"""The saliency maps and the subject's mask."""

from __future__ import annotations

import heapq

import cv2
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import Picture
from iaa_classic.features.kernels.saliency import barrier_distance, change_along, colour_numbers, mahalanobis, reconstruct
from iaa_classic.features.saliency import (
    border_contrast,
    centre_prior,
    saliency,
    separation,
    small_saliency,
    spectral_residual,
    subject,
)

RANDOM = np.random.default_rng(3)


def exact_barrier(plane: np.ndarray) -> np.ndarray:
    """Minimum barrier distance by trying every lowest value and finding the smallest highest one (Dijkstra)."""
    height, width = plane.shape
    border = [(y, x) for y in range(height) for x in range(width) if y in (0, height - 1) or x in (0, width - 1)]
    best = np.full(plane.shape, np.inf)
    for floor in np.unique(plane):
        highest = np.full(plane.shape, np.inf)
        queue = [(plane[p], *p) for p in border if plane[p] >= floor]
        for value, y, x in queue:
            highest[y, x] = value
        heapq.heapify(queue)
        while queue:
            value, y, x = heapq.heappop(queue)
            if value > highest[y, x]:
                continue
            for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if 0 <= near[0] < height and 0 <= near[1] < width and plane[near] >= floor:
                    reach = max(value, plane[near])
                    if reach < highest[near]:
                        highest[near] = reach
                        heapq.heappush(queue, (reach, *near))
        best = np.minimum(best, highest - floor)
    best[[p[0] for p in border], [p[1] for p in border]] = 0
    return best


@pytest.mark.kernels
def test_barrier_distance_of_a_ring_is_its_height():
    plane = np.zeros((9, 9, 3), dtype=np.float32)
    plane[2:7, 2:7] = (5, 7, 9)
    plane[4, 4] = (1, 2, 3)
    expected = np.zeros((9, 9, 3))
    expected[2:7, 2:7] = (5, 7, 9)
    np.testing.assert_array_equal(barrier_distance(plane, 2), expected)


@pytest.mark.kernels
@pytest.mark.parametrize("shape", [(8, 11), (3, 3), (2, 5), (1, 6)])
def test_barrier_distance_reaches_the_exact_one_from_above(shape):
    pixels = RANDOM.integers(0, 9, (*shape, 3)).astype(np.float32)
    exact = np.dstack([exact_barrier(pixels[..., k]) for k in range(3)])
    quick, slow = barrier_distance(pixels, 2), barrier_distance(pixels, 20)
    assert (quick >= slow).all()
    assert (slow >= exact).all()
    assert (slow - exact).mean() <= 0.5


@pytest.mark.kernels
def test_barrier_distance_follows_the_mirror():
    pixels = RANDOM.random((12, 17, 3), dtype=np.float32)
    mirrored = barrier_distance(np.ascontiguousarray(pixels[:, ::-1]), 2)[:, ::-1]
    np.testing.assert_array_equal(barrier_distance(pixels, 2), mirrored)


def barrier_by_pixels(plane: np.ndarray, mirrored: bool) -> np.ndarray:
    """FastMBD on one plane as published, forwards and backwards once."""
    plane = plane[:, ::-1] if mirrored else plane
    high, low = plane.copy(), plane.copy()
    high[1:-1, 1:-1] = np.inf
    height, width = plane.shape
    for step in (1, -1):
        for y in range(1, height - 1)[::step]:
            for x in range(1, width - 1)[::step]:
                for near in ((y - step, x), (y, x - step)):
                    other_high, other_low = max(high[near], plane[y, x]), min(low[near], plane[y, x])
                    if other_high - other_low < high[y, x] - low[y, x]:
                        high[y, x], low[y, x] = other_high, other_low
    return (high - low)[:, ::-1] if mirrored else high - low


@pytest.mark.kernels
@pytest.mark.parametrize("shape", [(9, 14), (12, 5), (3, 3), (2, 2), (6, 1)])
def test_barrier_distance_is_fast_mbd_on_the_plane_and_its_mirror_image(shape):
    pixels = RANDOM.random((*shape, 3), dtype=np.float32)
    expected = [np.minimum(barrier_by_pixels(pixels[..., k], False), barrier_by_pixels(pixels[..., k], True)) for k in range(3)]
    np.testing.assert_array_equal(barrier_distance(pixels, 2), np.dstack(expected))


@pytest.mark.kernels
def test_reconstruction_agrees_with_skimage():
    from skimage.morphology import reconstruction

    limit = RANDOM.random((20, 15), dtype=np.float32)
    marker = np.asarray(cv2.erode(limit, np.ones((5, 5), np.uint8)))
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    np.testing.assert_allclose(reconstruct(marker, limit), reconstruction(marker, limit, footprint=cross), rtol=1e-6)


@pytest.mark.kernels
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (31, 17)])
def test_reconstruction_follows_winding_ways(shape):
    from skimage.morphology import reconstruction

    limit = (RANDOM.random(shape) > 0.35).astype(np.float32)  # narrow winding ways
    marker = np.zeros_like(limit)
    marker[0, 0] = limit[0, 0]
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    np.testing.assert_array_equal(reconstruct(marker, limit), reconstruction(marker, limit, footprint=cross))


@pytest.mark.kernels
def test_mahalanobis_agrees_with_scipy():
    from scipy.spatial.distance import cdist

    pixels = (RANDOM.random((5, 6, 3)) * 50).astype(np.float32)
    mean, root = np.array([10.0, 20, 30]), RANDOM.random((3, 3)) + 2 * np.eye(3)
    inverse = np.linalg.inv(root @ root.T)
    ours = mahalanobis(pixels, mean[None].astype(np.float32), np.linalg.cholesky(inverse)[None].astype(np.float32))
    theirs = cdist(pixels.reshape(-1, 3), mean[None], metric="mahalanobis", VI=inverse).reshape(1, 5, 6)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_border_contrast_spares_a_subject_that_touches_one_side():
    lab = np.full((40, 60, 3), 50, dtype=np.float32)
    lab[15:, 20:40] = (80, 40, 40)
    contrast = border_contrast(lab)
    assert contrast[30, 30] > 0.9 * contrast.max()
    assert contrast[5, 5] < 0.1 * contrast.max()


def test_centre_prior_peaks_in_the_middle_and_is_symmetric():
    prior = centre_prior(9, 13)
    assert prior[4, 6] == 1 == prior.max()
    np.testing.assert_array_equal(prior, prior[::-1, ::-1])
    assert prior[0, 0] == pytest.approx(np.exp(-0.5))
    assert centre_prior(1, 1).tolist() == [[1]]


@pytest.mark.kernels
def test_change_along_an_outline_agrees_with_dilation_and_erosion():
    pixels = RANDOM.normal(size=(13, 19, 3)).astype(np.float32)
    outline = (RANDOM.random((13, 19)) < 0.3).astype(np.uint8)
    brush = np.ones((5, 5), np.uint8)
    change = (cv2.dilate(pixels, brush) - cv2.erode(pixels, brush))[outline > 0]
    np.testing.assert_allclose(change_along(pixels, outline, 2), np.linalg.norm(change, axis=1), rtol=1e-6)
    assert change_along(pixels, outline * 0, 2).size == 0


@pytest.mark.kernels
def test_colour_numbers_are_those_of_occupied_cells():
    lab = np.zeros((2, 3, 3), dtype=np.float32)
    lab[0, 0] = (100, 90, -100)
    lab[1, 2] = (60, 0, 9)
    numbers, cells = colour_numbers(lab)
    assert cells == 3
    assert sorted(np.bincount(numbers.ravel()).tolist()) == [1, 1, 4]


@pytest.mark.kernels
def test_white_is_one_colour():
    lab = np.zeros((1, 3, 3), dtype=np.float32)
    lab[0, :, 0] = (100, np.nextafter(np.float32(100), np.float32(0)), 90)
    assert colour_numbers(lab)[0].tolist() == [[1, 1, 0]]


@pytest.mark.kernels
def test_colour_numbers_tell_cells_apart():
    lab = (RANDOM.uniform(-1, 1, (20, 30, 3)) * (50, 100, 100) + (50, 0, 0)).astype(np.float32)
    numbers, cells = colour_numbers(lab)
    # Cells are cut towards 0, so that those about grey are twice as wide.
    _, expected = np.unique(np.trunc(lab / np.float32([6.25, 8, 8])).reshape(-1, 3), axis=0, return_inverse=True)
    np.testing.assert_array_equal(numbers.ravel(), expected.ravel())
    assert cells == expected.max() + 1


def test_separation_by_hand():
    own = np.array([[10, 0], [0, 10]])
    shared = np.array([[5, 5], [5, 5]])
    part = np.array([[4, 0], [2, 2]])
    assert separation(own) == pytest.approx([1])
    assert separation(shared) == pytest.approx([0])
    # H(M) = 1 bit, H(M|C) = 6/8 * H(1/3) = 0.68872
    assert separation(part) == pytest.approx([1 - 0.75 * 0.9182958], abs=1e-6)


def disc(height=300, width=400, centre=(200, 120), radius=50, ground=(70, 90, 110), colour=(220, 60, 40)):
    """A disc of one colour on an even ground, and its mask."""
    rgb = np.full((height, width, 3), ground, dtype=np.uint8)
    cv2.circle(rgb, centre, radius, colour, cv2.FILLED)
    return rgb, (rgb == colour).all(axis=2)


def test_a_disc_is_the_subject():
    rgb, mask = disc()
    picture = Picture(rgb)
    found = subject(picture)
    target = cv2.resize(mask.astype(np.uint8), found.mask.shape[::-1]).astype(bool)
    assert found.found
    assert found.regions == 1
    assert (found.mask & target).sum() / (found.mask | target).sum() > 0.93
    assert found.centroid == pytest.approx((0.5, 0.4), abs=0.01)
    assert found.area == pytest.approx(mask.mean(), rel=0.06)
    assert found.box == pytest.approx((0.375, 0.2333, 0.625, 0.5667), abs=0.012)
    assert found.distinctness > 0.9
    assert saliency(picture).max() == pytest.approx(1, abs=1e-3)
    assert saliency(picture)[target].mean() > 0.9
    assert saliency(picture)[~target].mean() < 0.1


def test_two_discs_are_two_regions():
    rgb, _ = disc(centre=(100, 150), radius=40)
    cv2.circle(rgb, (300, 150), 40, (220, 60, 40), cv2.FILLED)
    assert subject(Picture(rgb)).regions == 2


@pytest.mark.parametrize("kind", ["black", "white", "mid-grey", "two colours", "grey noise", "colour noise", "ramp"])
def test_nothing_stands_out_of(kind, degenerate):
    found = subject(Picture(degenerate[kind]))
    assert not found.found
    assert not found.mask.any()
    assert (found.centroid, found.box, found.area, found.regions) == ((0.5, 0.5), (0, 0, 1, 1), 0, 0)


def test_nothing_stands_out_of_large_noise():
    noise = RANDOM.integers(0, 256, (400, 600, 3), dtype=np.uint8)
    assert subject(Picture(noise)).distinctness < 0.1


def test_shuffling_a_photograph_takes_its_subject_away(photographs):
    before = [subject(Picture(rgb)).distinctness for rgb in photographs.values()]
    after = [subject(Picture(degradations.shuffle_blocks(rgb, block=8))).distinctness for rgb in photographs.values()]
    assert np.mean(after) < 0.4 * np.mean(before)


def test_textures_have_no_subject():
    import skimage.data

    for texture in (skimage.data.grass(), skimage.data.gravel(), skimage.data.brick()):
        found = subject(Picture(np.repeat(texture[..., None], 3, axis=2)))
        assert not found.found
        assert found.distinctness < 0.2


def test_maps_follow_the_mirror(photographs):
    for rgb in photographs.values():
        one, other = Picture(rgb), Picture(np.ascontiguousarray(rgb[:, ::-1]))
        np.testing.assert_allclose(small_saliency(one), small_saliency(other)[:, ::-1], atol=2e-3)
        np.testing.assert_allclose(spectral_residual(one), spectral_residual(other)[:, ::-1], atol=2e-2)
        assert subject(one).area == pytest.approx(subject(other).area, abs=0.01)
        assert subject(one).centroid[0] == pytest.approx(1 - subject(other).centroid[0], abs=0.01)


def test_masks_hold_over_sizes(wallpapers):
    overlaps = []
    for rgb in wallpapers.values():
        one = subject(Picture(rgb))
        other = subject(Picture(cv2.resize(rgb, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)))
        assert one.found == other.found
        if one.found and one.mask.shape == other.mask.shape:
            overlaps.append((one.mask & other.mask).sum() / (one.mask | other.mask).sum())
    assert len(overlaps) >= 10
    assert np.median(overlaps) > 0.95
    assert min(overlaps) > 0.75


def test_kodak_subjects_are_found(kodak):
    points = {
        "03.png": ((0.2, 0.4), (0.9, 0.1)),  # yellow cap, sky
        "14.png": ((0.6, 0.65), (0.1, 0.9)),  # raft, water
        "20.png": ((0.5, 0.6), (0.8, 0.2)),  # aeroplane, sky
        "23.png": ((0.83, 0.35), (0.55, 0.9)),  # red parrot, leaves
    }
    for name, ((x, y), (other_x, other_y)) in points.items():
        found = subject(Picture(kodak[name]))
        height, width = found.mask.shape
        assert found.found
        assert found.mask[int(y * height), int(x * width)], name
        assert not found.mask[int(other_y * height), int(other_x * width)], name
    assert 0.15 < subject(Picture(kodak["14.png"])).area < 0.35


def test_spectral_residual_finds_a_blob_in_noise():
    rgb = np.repeat(RANDOM.integers(100, 156, (256, 256, 1), dtype=np.uint8), 3, axis=2)
    cv2.circle(rgb, (80, 176), 7, (250, 250, 250), cv2.FILLED)
    residual = spectral_residual(Picture(rgb))
    y, x = np.unravel_index(residual.argmax(), residual.shape)
    assert ((x + 0.5) / 64, (y + 0.5) / 64) == pytest.approx((80 / 256, 176 / 256), abs=0.03)
    assert residual.max() == pytest.approx(1)


def test_spectral_residual_agrees_with_the_published_recipe(photographs):
    from scipy.ndimage import gaussian_filter, uniform_filter

    for rgb in photographs.values():
        small = cv2.resize(Picture(rgb).luma, (64, 64), interpolation=cv2.INTER_AREA).astype(float)
        spectrum = np.fft.fft2(small)
        log_amplitude = np.log(np.abs(spectrum))
        residual = log_amplitude - uniform_filter(log_amplitude, 3, mode="wrap")
        back = np.fft.ifft2(np.exp(residual) * spectrum / np.abs(spectrum))
        theirs = gaussian_filter(np.abs(back) ** 2, 2.5, mode="mirror")
        ours = spectral_residual(Picture(rgb))
        np.testing.assert_allclose(ours, theirs / theirs.max(), atol=0.02)


def test_spectral_residual_is_empty_where_flat(degenerate):
    assert spectral_residual(Picture(degenerate["mid-grey"])).max() == 0


def test_a_doubtful_subject_counts_in_part():
    """The paler the disc, the nearer centroid, box and area come to those of no subject, without a jump."""
    values = []
    for strength in np.linspace(0.02, 0.5, 49):
        colour = tuple(round(70 + strength * (255 - 70)) for _ in range(3))
        rgb, _ = disc(centre=(130, 120), ground=(70, 70, 70), colour=colour)
        noise = np.random.default_rng(1).normal(0, 6, rgb.shape[:2])[..., None]
        found = subject(Picture(np.clip(rgb + noise, 0, 255).astype(np.uint8)))
        assert found.trust == pytest.approx(np.clip((found.distinctness - 0.28) / 0.1, 0, 1) if found.found else 0)
        values.append((found.trust, found.centroid[0], found.box[0], found.area))
    values = np.array(values)
    assert values[0].tolist() == [0, 0.5, 0, 0]
    assert values[-1] == pytest.approx([1, 0.325, 0.2, 0.065], abs=0.02)
    assert np.abs(np.diff(values[:, 1:], axis=0)).max() < 0.15


def test_erosion_between_two_brushes():
    from iaa_classic.features.saliency import _eroded

    plane = RANDOM.random((20, 30), dtype=np.float32)
    small, large = (np.asarray(cv2.erode(plane, np.ones((size, size), np.uint8))) for size in (5, 7))
    np.testing.assert_array_equal(_eroded(plane, 2.0), small)
    np.testing.assert_allclose(_eroded(plane, 2.25), 0.75 * small + 0.25 * large, atol=1e-6)
