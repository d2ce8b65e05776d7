"""Depth of field: where in the frame the picture is sharp."""

from __future__ import annotations

import contextlib

import cv2
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import Picture
from iaa_classic.features import depth_of_field as module

RANDOM = np.random.default_rng(17)


def naive_level(plane: np.ndarray, filters: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """One band of a db2 transform, out[k] = sum_j f[j] x[2k + 1 - j] with x mirrored at its ends, along both axes."""
    for axis, filter_ in zip((0, 1), filters, strict=True):
        length = plane.shape[axis]
        padded = np.pad(plane, [(4, 4) if a == axis else (0, 0) for a in (0, 1)], mode="symmetric")
        out = [sum(filter_[j] * padded.take(2 * k + 1 - j + 4, axis=axis) for j in range(4)) for k in range((length + 3) // 2)]
        plane = np.stack(out, axis=axis)
    return plane


LOW = np.array([1 - 3**0.5, 3 - 3**0.5, 3 + 3**0.5, 1 + 3**0.5]) / (4 * 2**0.5)
HIGH = np.array([-LOW[3], LOW[2], -LOW[1], LOW[0]])


@pytest.mark.parametrize("shape", [(32, 48), (37, 29)])
def test_wavelet_details_agree_with_the_definition(shape):
    plane = RANDOM.random(shape, dtype=np.float32)
    smooth = naive_level(naive_level(plane, (LOW, LOW)), (LOW, LOW))
    expected = [naive_level(smooth, pair) for pair in ((LOW, HIGH), (HIGH, LOW), (HIGH, HIGH))]
    np.testing.assert_allclose(module.wavelet_details(plane), expected, atol=1e-5)


def test_wavelet_ignores_slopes():
    """Two vanishing moments: a linear ramp has no detail away from the borders."""
    ramp = np.add.outer(np.arange(64), 2 * np.arange(80)).astype(np.float32) / 100
    np.testing.assert_allclose(module.wavelet_details(ramp)[:, 3:-3, 3:-3], 0, atol=1e-4)


def test_wavelet_filter_is_orthonormal():
    assert (module.DB2**2).sum() == pytest.approx(1)
    assert module.DB2.sum() == pytest.approx(2**0.5)
    assert module.DB2[:2] @ module.DB2[2:] == pytest.approx(0, abs=1e-12)


def test_inner_share_by_hand():
    energy = np.arange(16, dtype=np.float32).reshape(4, 4)
    assert module.inner_share(energy) == pytest.approx((5 + 6 + 9 + 10) / 120)
    assert module.inner_share(np.ones((5, 7), np.float32)) == pytest.approx(0.25)
    assert module.inner_share(np.ones((1, 1), np.float32)) == pytest.approx(0.25)
    assert module.inner_share(np.zeros((8, 8), np.float32)) == 0.25


def patch(rgb, shift):
    """Coloured noise of grains of 8 pixels in the middle (shift 0) or a quarter of the width aside, on even grey."""
    grains = RANDOM.integers(0, 256, (16, 24, 3), dtype=np.uint8)
    height, width = rgb.shape[:2]
    left = 160 + shift
    rgb[96:224, left : left + 192] = cv2.resize(grains, (192, 128), interpolation=cv2.INTER_NEAREST)
    assert (height, width) == (320, 512)
    return Picture(rgb)


def test_detail_in_the_middle_is_low_depth_of_field():
    middle = patch(np.full((320, 512, 3), 128, dtype=np.uint8), 0)
    aside = patch(np.full((320, 512, 3), 128, dtype=np.uint8), -160)
    for value in module.low_depth_of_field(middle):
        assert value > 0.85
    for value in module.low_depth_of_field(aside):
        assert value < 0.4
    assert module.block_depth_of_field(middle) > 0.9
    assert module.block_depth_of_field(aside) < 0.4


@pytest.mark.parametrize("kind", ["black", "mid-grey", "pure red"])
def test_even_pictures_have_an_even_share(kind, degenerate):
    picture = Picture(degenerate[kind])
    assert module.low_depth_of_field(picture) == (0.25, 0.25, 0.25)
    assert module.block_depth_of_field(picture) == 0.25
    assert module.clear_share(picture) == module.clear_coherence(picture) == module.focus_variation(picture) == 0


def test_noise_is_even():
    picture = Picture(RANDOM.integers(0, 256, (512, 512, 3), dtype=np.uint8))
    for value in (*module.low_depth_of_field(picture), module.block_depth_of_field(picture)):
        assert value == pytest.approx(0.25, abs=0.02)
    assert module.clear_share(picture) > 0.99


def test_hue_is_a_vector():
    """Reds on either side of the wrap are neighbours: they make less hue detail than red and yellow."""
    energies = []
    for other in ((255, 0, 30), (255, 255, 0)):
        rgb = np.full((320, 512, 3), (255, 30, 0), dtype=np.uint8)
        rgb[:, 16::32] = rgb[:, 17::32] = rgb[:, 18::32] = rgb[:, 19::32] = other
        red, green, blue = cv2.split(Picture(rgb).rgb_float)
        across = red - (green + blue) / 2
        along = 3**0.5 / 2 * (green - blue)
        energies.append(np.hypot(module.wavelet_details(across), module.wavelet_details(along)).sum())
    assert energies[0] < 0.3 * energies[1]


def halves(photograph):
    """A photograph with its right half defocused."""
    soft = degradations.defocus(photograph, 12)
    out = photograph.copy()
    out[:, out.shape[1] // 2 :] = soft[:, out.shape[1] // 2 :]
    return out


def test_clear_share_follows_defocus(photographs, request):
    everything = dict(photographs)
    with contextlib.suppress(pytest.skip.Exception):
        everything |= request.getfixturevalue("kodak")
    falls = []
    for rgb in everything.values():
        whole, half, none = (module.clear_share(Picture(p)) for p in (rgb, halves(rgb), degradations.defocus(rgb, 12)))
        falls.append(whole > half > none or whole < 0.1)
        assert none < 0.2
    assert np.mean(falls) >= 0.95


def test_a_sharp_half_is_coherent(kodak):
    rises = [module.clear_coherence(Picture(halves(rgb))) > module.clear_coherence(Picture(rgb)) for rgb in kodak.values()]
    assert np.mean(rises) >= 0.95
    spread = [module.focus_variation(Picture(halves(rgb))) > module.focus_variation(Picture(rgb)) for rgb in kodak.values()]
    assert np.mean(spread) >= 0.95


def test_coherence_is_morans_i(monkeypatch):
    picture = Picture(np.zeros((4, 4, 3), dtype=np.uint8))

    def cells(clear):
        clear = np.asarray(clear, dtype=np.float32)
        return lambda _: module.FocusCells(clear, clear, clear)

    monkeypatch.setattr(module, "focus_cells", cells(np.indices((8, 8)).sum(axis=0) % 2))
    assert module.clear_coherence(picture) == pytest.approx(-1)
    monkeypatch.setattr(module, "focus_cells", cells(np.indices((8, 8))[1] >= 4))
    # of 112 neighbours only the 8 across the middle differ
    assert module.clear_coherence(picture) == pytest.approx((104 - 8) / 112)
    monkeypatch.setattr(module, "focus_cells", cells(np.ones((8, 8))))
    assert module.clear_coherence(picture) == 0


def test_clear_surplus_is_positive_for_a_sharp_subject_before_blur():
    texture = np.repeat(RANDOM.integers(0, 256, (320, 480, 1), dtype=np.uint8), 3, axis=2)
    rgb = cv2.GaussianBlur(texture, (0, 0), 6) // 2 + np.array((20, 60, 120), dtype=np.uint8)
    sharp = texture // 4 + np.array((190, 30, 20), dtype=np.uint8)
    rgb[100:220, 180:300] = sharp[100:220, 180:300]
    assert module.subject_clear_surplus(Picture(rgb)) > 0.9


ALL = (
    *(lambda picture, k=k: module.low_depth_of_field(picture)[k] for k in range(3)),
    module.block_depth_of_field,
    module.clear_share,
    module.clear_coherence,
    module.subject_clear_surplus,
    module.focus_variation,
)


@pytest.mark.parametrize("measure", ALL)
def test_size_compression_and_mirror_change_little(measure, wallpapers):
    stays = []
    for rgb in wallpapers.values():
        value = measure(Picture(rgb))
        smaller = cv2.resize(rgb, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        mirrored = np.ascontiguousarray(rgb[:, ::-1])
        stays += [abs(measure(Picture(other)) - value) for other in (smaller, degradations.jpeg(rgb, 92), mirrored)]
    assert np.mean(np.array(stays) <= 0.05) >= 0.95
