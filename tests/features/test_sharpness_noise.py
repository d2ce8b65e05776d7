"""Noise, compression and resolution: known amounts recovered."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic.degradations import jpeg
from iaa_classic.features import Picture
from iaa_classic.features.sharpness_noise import (
    blockiness,
    chroma_noise,
    effective_resolution,
    luma_noise,
    shadow_noise,
    visible_noise,
)

WEIGHTS = np.array([0.299, 0.587, 0.114])


def scene(height: int = 384, width: int = 512, level: float = 128) -> np.ndarray:
    """A smooth ramp with a textured quarter, float RGB."""
    y, x = np.indices((height, width))
    plane = level + 20 * (x / width - 0.5) + 20 * (y / height - 0.5)
    random = np.random.default_rng(5)
    plane[: height // 2, : width // 2] += random.normal(0, 40, (height // 2, width // 2))
    return np.repeat(plane[..., None], 3, axis=2)


def eight_bit(rgb: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def noisy(sigma: float, colour: bool = True, **size: float) -> Picture:
    base = scene(**size)
    random = np.random.default_rng(0)
    shape = base.shape if colour else (*base.shape[:2], 1)
    return Picture(eight_bit(base + random.normal(0, sigma, shape)))


@pytest.mark.parametrize("sigma", [2, 5, 10, 20])
def test_luma_noise_is_the_noise_added(sigma):
    assert luma_noise(noisy(sigma, colour=False)) == pytest.approx(sigma, rel=0.06)
    assert luma_noise(noisy(sigma)) == pytest.approx(sigma * np.linalg.norm(WEIGHTS), rel=0.06)


def test_luma_noise_is_immerkaers_formula_on_flat_noise():
    random = np.random.default_rng(0)
    plane = np.rint(128 + random.normal(0, 6, (256, 384)))
    inner = np.s_[1:-1]
    second = plane[:-2] - 2 * plane[inner] + plane[2:]
    response = second[:, :-2] - 2 * second[:, inner] + second[:, 2:]
    expected = np.sqrt(np.pi / 2) / 6 * np.abs(response).mean()
    picture = Picture(eight_bit(np.repeat(plane[..., None], 3, axis=2)))
    assert expected == pytest.approx(6, rel=0.02)
    assert luma_noise(picture) == pytest.approx(expected, rel=0.05)


def test_texture_is_not_noise():
    assert luma_noise(Picture(eight_bit(scene()))) < 0.3
    random = np.random.default_rng(0)
    gravel = cv2.GaussianBlur(random.normal(0, 500, (384, 512)), (0, 0), 2.5)
    assert luma_noise(Picture(eight_bit(128 + np.repeat(gravel[..., None], 3, axis=2)))) < 1


@pytest.mark.parametrize("sigma", [2, 5, 10])
def test_chroma_noise_is_the_noise_added(sigma):
    """Cb = 0.564 (B - Y), Cr = 0.713 (R - Y), halved by the means over 2x2 pixels."""
    cb = 0.564 * np.linalg.norm(np.array([0, 0, 1]) - WEIGHTS)
    cr = 0.713 * np.linalg.norm(np.array([1, 0, 0]) - WEIGHTS)
    assert chroma_noise(noisy(sigma)) == pytest.approx(sigma * np.hypot(cb, cr) / 2, rel=0.1)
    assert chroma_noise(noisy(sigma, colour=False)) == pytest.approx(0, abs=0.05)


def test_chroma_noise_outlasts_subsampling():
    """4:2:0 and its smooth upsampling take more than half of the noise, native differences would see next to none."""
    picture = noisy(10)
    assert chroma_noise(Picture(jpeg(picture.native, 98))) > 0.35 * chroma_noise(picture)


def test_shadow_noise_looks_at_the_shadows():
    random = np.random.default_rng(0)
    rgb = scene(level=150)
    rgb[192:] -= 110
    rgb[192:] += random.normal(0, 8, (192, 512, 1))
    picture = Picture(eight_bit(rgb))
    assert shadow_noise(picture) == pytest.approx(8, rel=0.1)
    assert luma_noise(picture) < 1
    assert shadow_noise(Picture(eight_bit(scene(level=150)))) == 0


def test_visible_noise_fades_with_size():
    """Area means over 4x4 pixels leave a quarter of independent noise."""
    small, large = noisy(8, colour=False), noisy(8, colour=False, height=1536, width=2048)
    assert visible_noise(small) == pytest.approx(luma_noise(small), rel=0.05)
    assert luma_noise(large) == pytest.approx(8, rel=0.06)
    assert visible_noise(large) == pytest.approx(2, rel=0.15)


def test_clipped_places_do_not_hide_the_noise():
    rgb = scene()
    rgb += np.random.default_rng(0).normal(0, 6, (*rgb.shape[:2], 1))
    rgb[:, 200:] = 255
    assert luma_noise(Picture(eight_bit(rgb))) == pytest.approx(6, rel=0.15)


def blocks(step: float, phase: int = 0) -> Picture:
    random = np.random.default_rng(2)
    plane = cv2.GaussianBlur(random.normal(0, 60, (384, 512)), (0, 0), 3) + 128
    offsets = random.choice([-step / 2, step / 2], (50, 66))
    plane += np.kron(offsets, np.ones((8, 8)))[phase : phase + 384, phase : phase + 512]
    return Picture(eight_bit(np.repeat(plane[..., None], 3, axis=2)))


@pytest.mark.parametrize("phase", range(8))
def test_blockiness_finds_the_grid_at_every_phase(phase):
    none, faint, strong = (blockiness(blocks(step, phase)) for step in (0, 2, 8))
    assert none < 0.05
    assert none + 0.2 < faint < strong
    assert strong > 1.5


def test_blockiness_by_hand():
    """Steps of 6 at every eighth pixel of a flat plane, along x only: log2((6 + .02) / .02) cut at 6, halved."""
    plane = 100 + 6 * (np.indices((64, 128))[1] // 8 % 2)
    assert blockiness(Picture(eight_bit(np.repeat(plane[..., None], 3, axis=2)))) == pytest.approx(3)
    ramp = np.indices((64, 128)).sum(axis=0)
    assert blockiness(Picture(eight_bit(np.repeat(ramp[..., None], 3, axis=2)))) == 0


def test_blockiness_of_cropped_jpegs(photographs):
    for rgb in photographs.values():
        coded = jpeg(rgb, 20)
        aligned, cropped = blockiness(Picture(coded)), blockiness(Picture(coded[3:, 5:]))
        assert cropped == pytest.approx(aligned, abs=0.1)
        assert aligned > blockiness(Picture(rgb)) + 0.3


def test_effective_resolution_of_enlargements():
    random = np.random.default_rng(0)
    plane = random.normal(128, 40, (768, 1024))
    for factor in (2, 4):
        small = cv2.resize(plane, (1024 // factor, 768 // factor), interpolation=cv2.INTER_AREA)
        small = 128 + factor * (small - 128)
        large = cv2.resize(small, (1024, 768), interpolation=cv2.INTER_LANCZOS4)
        picture = Picture(eight_bit(np.repeat(large[..., None], 3, axis=2)))
        assert 1 / factor - 0.1 <= effective_resolution(picture) <= 1 / factor + 0.35


def test_noise_alone_has_no_resolution():
    plane = np.random.default_rng(0).normal(128, 20, (384, 512))
    assert effective_resolution(Picture(eight_bit(np.repeat(plane[..., None], 3, axis=2)))) == 0


def test_effective_resolution_falls_with_blur(photographs):
    for name, rgb in photographs.items():
        values = [effective_resolution(Picture(cv2.GaussianBlur(rgb, (0, 0), sigma))) for sigma in (1.5, 2.5, 4)]
        assert values[0] > values[1] > values[2], name
        assert values[0] < effective_resolution(Picture(rgb)), name


@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_pictures(level):
    flat = Picture(np.full((60, 80, 3), level, dtype=np.uint8))
    for function in (luma_noise, shadow_noise, chroma_noise, visible_noise, blockiness, effective_resolution):
        assert function(flat) == 0, function.__name__
