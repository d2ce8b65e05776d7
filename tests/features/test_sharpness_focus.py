"""Focus and movement: known blurs recovered, noise not taken for detail."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from iaa_classic.features import Picture
from iaa_classic.features.saliency import subject
from iaa_classic.features.sharpness_edges import (
    CELL,
    crispness,
    native_cells,
    native_tiles,
    subject_cells,
    subject_tiles,
)
from iaa_classic.features.sharpness_focus import (
    focus,
    motion,
    motion_blur,
    peak_focus,
    resolved_detail,
    sharp_places,
    subject_focus,
    subject_focus_advantage,
    visible_focus,
)


def grey(plane: np.ndarray) -> np.ndarray:
    return np.repeat(np.clip(np.rint(plane), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def squares(sigma: float = 0.0, height: int = 384, width: int = 512, contrast: float = 120, side: int = 64) -> np.ndarray:
    y, x = np.indices((height, width))
    plane = (128 - contrast / 2 + contrast * ((x // side + y // side) % 2)).astype(np.float32)
    return cv2.GaussianBlur(plane, (0, 0), sigma) if sigma else plane


def with_subject(picture: Picture, mask: np.ndarray) -> Picture:
    """The picture with its subject set by hand, so that these tests do not depend on saliency."""
    found = subject(picture)
    key = next(key for key, value in picture._shared.items() if value is found)
    picture._shared[key] = found._replace(mask=mask, found=bool(mask.any()))
    return picture


@pytest.mark.parametrize(("sigma", "contrast"), [(1.5, 40), (2, 40), *((s, c) for s in (1, 2, 3, 5) for c in (120, 240))])
def test_focus_recovers_the_spread_of_a_known_blur(sigma, contrast):
    expected = 1 / math.sqrt(3 * (sigma**2 + 1 / 3))
    assert focus(Picture(grey(squares(sigma, contrast=contrast)))) == pytest.approx(expected, rel=0.1)


def test_focus_of_perfect_steps():
    """The central difference of a step is half its height, the smoothed one's that times the kernel's centre."""
    kernel = cv2.getGaussianKernel(15, 3).ravel()
    ratio = 0.5 / ((kernel[7] + kernel[6]) / 2)
    assert focus(Picture(grey(squares()))) == pytest.approx(math.sqrt((ratio**2 - 1) / 27), rel=0.03)


@pytest.mark.parametrize("sigma", [2, 4])
def test_noise_neither_raises_nor_hides(sigma):
    random = np.random.default_rng(0)
    plane = squares(sigma)
    clean = focus(Picture(grey(plane)))
    noisy = focus(Picture(grey(plane + random.normal(0, 10, plane.shape))))
    assert noisy == pytest.approx(clean, abs=0.02)


def test_thin_lines_do_not_count_as_blurred():
    plane = squares()
    lines = plane.copy()
    lines[:, 16::64] += 60
    assert focus(Picture(grey(lines))) == pytest.approx(focus(Picture(grey(plane))), abs=0.05)


def test_resolved_detail_compares_sizes():
    soft = grey(squares(4, 768, 1024))
    half = cv2.resize(soft, (512, 384), interpolation=cv2.INTER_AREA)
    assert resolved_detail(Picture(half)) == pytest.approx(resolved_detail(Picture(soft)), abs=0.2)
    crisp = Picture(grey(squares(0.8, 768, 1024)))
    assert resolved_detail(crisp) == pytest.approx(math.log2(1 + 1024 * math.sqrt(3) * focus(crisp)))
    assert resolved_detail(crisp) > resolved_detail(Picture(soft)) + 1.5


def test_visible_focus_is_the_same_at_two_sizes(photographs):
    for rgb in photographs.values():
        half = cv2.resize(rgb, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
        if max(half.shape) < 512:
            continue
        assert visible_focus(Picture(half)) == pytest.approx(visible_focus(Picture(rgb)), abs=0.05)


def test_visible_focus_of_a_known_blur():
    assert visible_focus(Picture(grey(squares(8, 1536, 2048, side=256)))) == pytest.approx(
        1 / math.sqrt(3 * (2**2 + 1 / 3)), rel=0.1
    )


def half_blurred() -> np.ndarray:
    plane, soft = squares(0.7), squares(4)
    plane[:, 256:] = soft[:, 256:]
    return plane


def test_peak_focus_needs_one_sharp_place_only():
    mixed = Picture(grey(half_blurred()))
    sharp, soft = Picture(grey(squares(0.7))), Picture(grey(squares(4)))
    assert peak_focus(mixed) == pytest.approx(peak_focus(sharp), abs=0.05)
    assert peak_focus(soft) < 0.3
    assert focus(mixed) < focus(sharp) - 0.05


def test_sharp_places_on_one_side():
    area, distance, concentration = sharp_places(Picture(grey(half_blurred())))
    assert area == pytest.approx(0.5, abs=0.06)
    assert distance == pytest.approx(0.25 / math.sqrt(0.5), abs=0.03)
    assert concentration > 0.05
    even = sharp_places(Picture(grey(squares(1.5))))
    assert even.area > 0.95
    assert even.distance < 0.02
    assert even.concentration < 0.05


def test_subject_focus_looks_at_the_subject():
    left = np.zeros((384, 512), dtype=bool)
    left[:, :256] = True
    on = with_subject(Picture(grey(half_blurred())), left)
    right = np.zeros_like(left)
    right[:, 320:] = True
    off = with_subject(Picture(grey(half_blurred())), right)
    assert subject_focus(on) == pytest.approx(peak_focus(Picture(grey(squares(0.7)))), abs=0.05)
    assert subject_focus(off) == pytest.approx(peak_focus(Picture(grey(squares(4)))), abs=0.03)
    assert subject_focus_advantage(on) == pytest.approx(0.5, abs=0.2)
    assert subject_focus_advantage(off) < -0.3
    nothing = with_subject(Picture(grey(half_blurred())), np.zeros_like(left))
    assert subject_focus_advantage(nothing) == 0
    assert subject_focus(nothing) == peak_focus(nothing)


def test_small_subject_of_a_large_picture_is_found():
    """1600 x 2400 pixels are sampled; the only sharp place is the subject, smaller than the gaps of the grid."""
    plane = squares(6, 1600, 2400)
    plane[700:900, 1100:1340] = squares(0.7, 1600, 2400)[700:900, 1100:1340]
    picture = Picture(grey(plane))
    mask = np.zeros(picture.luma.shape, dtype=bool)
    mask[150:192, 235:286] = True
    with_subject(picture, mask)
    assert len(subject_tiles(picture).origins) <= 16
    assert subject_focus(picture) > 2 * focus(picture)
    assert subject_focus_advantage(picture) > 0.3


def test_native_tiles_and_their_cells():
    random = np.random.default_rng(0)
    small = Picture(random.integers(0, 256, (90, 70, 3), dtype=np.uint8))
    assert native_tiles(small).rgb.shape == (90, 70, 3)
    assert subject_tiles(small) is native_tiles(small)
    large = Picture(random.integers(0, 256, (1300, 1700, 3), dtype=np.uint8))
    tiles = native_tiles(large)
    assert tiles.origins.shape == (64, 2)
    assert not np.any(tiles.origins % 8)
    assert tiles.origins.max(axis=0) == pytest.approx((1300 - 128, 1700 - 128), abs=8)
    y, x = tiles.origins[13]
    np.testing.assert_array_equal(tiles.rgb[13 * 128 : 14 * 128], large.native[y : y + 128, x : x + 128])
    centres = native_cells(large).centres.reshape(64, 4, 4, 2)
    assert centres[13, 1, 2] * (1700, 1300) == pytest.approx((x + 2.5 * CELL, y + 1.5 * CELL))


def test_sampling_stands_for_the_whole(photographs):
    """Focus of an enlarged photograph from its tiles against its focus from every pixel."""
    from iaa_classic.features.sharpness_edges import edges, smoothed

    for rgb in photographs.values():
        large = Picture(cv2.resize(rgb, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC))
        luma = large.native_luma.astype(np.float32)
        everything = crispness(edges(luma, smoothed(large.native_luma), len(luma)).cells.sum(axis=(1, 2, 3))[:, None])[0]
        assert focus(large) == pytest.approx(everything, abs=0.02)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_pictures(level):
    flat = Picture(np.full((60, 80, 3), level, dtype=np.uint8))
    for function in (focus, peak_focus, subject_focus, subject_focus_advantage, resolved_detail, visible_focus):
        assert function(flat) == 0, function.__name__
    assert sharp_places(flat) == (0, 0, 0)
    assert motion_blur(flat) == (0, 0, 0)
    assert motion(flat) == (0, 0)
    assert subject_cells(flat).sums.shape[0] == 3


def streaks(angle: float, length: int = 17) -> np.ndarray:
    """White noise at three scales, blurred along ``angle`` degrees (y down)."""
    random = np.random.default_rng(1)
    plane = sum(cv2.GaussianBlur(random.normal(0, 60 * s, (384, 512)), (0, 0), s) for s in (0.7, 2, 5))
    reach = length // 2 + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    turn = math.radians(angle)
    along, across = np.abs(x * math.cos(turn) + y * math.sin(turn)), np.abs(-x * math.sin(turn) + y * math.cos(turn))
    line = np.clip(length / 2 + 0.5 - along, 0, 1) * np.clip(1 - across, 0, 1)
    return 128 + cv2.filter2D(plane, -1, line / line.sum())


@pytest.mark.parametrize("angle", [0, 30, 60, 90, 120, 150])
def test_motion_finds_the_direction(angle):
    picture = Picture(grey(streaks(angle)))
    error = (motion(picture).angle - angle + 90) % 180 - 90
    assert abs(error) < 5
    strength, horizontal, diagonal = motion_blur(picture)
    assert strength > 0.35
    assert math.hypot(horizontal, diagonal) == pytest.approx(strength)
    assert horizontal == pytest.approx(strength * math.cos(math.radians(2 * angle)), abs=0.1)
    mirrored = motion_blur(Picture(grey(streaks(angle)[:, ::-1])))
    assert mirrored == pytest.approx((strength, horizontal, -diagonal), abs=0.02)


def test_blur_in_all_directions_is_no_motion():
    random = np.random.default_rng(1)
    plane = cv2.GaussianBlur(random.normal(0, 600, (384, 512)), (0, 0), 3)
    assert motion(Picture(grey(128 + plane))).strength < 0.1


def test_a_crisp_scene_with_one_direction_is_no_motion():
    fence = 128 + 60 * np.sign(np.sin(np.arange(512) / 3)) * np.ones((384, 1))
    fence[::8] -= 40
    assert motion(Picture(grey(fence))).strength < 0.2


def test_mirror(photographs):
    rgb = photographs["coffee"]
    picture, mirrored = Picture(rgb), Picture(rgb[:, ::-1])
    for function in (focus, peak_focus, visible_focus, resolved_detail):
        assert function(mirrored) == pytest.approx(function(picture), rel=0.03), function.__name__
