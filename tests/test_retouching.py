"""Changes of a finished picture: nothing at amount 0, the right way otherwise, and the shape as promised."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic import changes, degradations, retouching
from iaa_classic.features import Picture, catalogue

ONE_AMOUNT = (
    "expose",
    "contrast",
    "shadows",
    "highlights",
    "warm",
    "saturation",
    "sharpen",
    "denoise",
    "corners",
    "straighten",
)


def value(name, rgb):
    return catalogue()[name].function(Picture(rgb))


@pytest.fixture(scope="module")
def photo(photographs):
    return cv2.resize(photographs["coffee"], (300, 200), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("name", ONE_AMOUNT)
def test_an_amount_of_nothing_changes_nothing(name, photo):
    before = photo.copy()
    after = getattr(retouching, name)(photo, 0)
    assert after.dtype == np.uint8
    assert np.abs(after.astype(int) - photo).max() <= 1
    getattr(retouching, name)(photo, 1)
    np.testing.assert_array_equal(photo, before)


@pytest.mark.parametrize(
    ("name", "amount", "feature"),
    [
        ("expose", 0.5, "mean_lightness"),
        ("contrast", 30, "rms_contrast"),
        ("shadows", 30, "mean_lightness"),
        ("highlights", 30, "mean_lightness"),
        ("warm", 20, "mean_lab_b"),
        ("saturation", 20, "mean_chroma"),
        ("sharpen", 80, "laplacian_variance"),
        ("denoise", -1, ""),
        ("corners", -0.5, "vignetting"),
    ],
)
def test_amounts_act_in_their_direction(name, amount, feature, photo):
    change = getattr(retouching, name)
    if name == "denoise":
        noisy = degradations.noise(photo, 12)
        assert value("luma_noise", change(noisy, 8)) < 0.7 * value("luma_noise", noisy)
        return
    assert change(photo, amount).shape == photo.shape
    assert value(feature, change(photo, amount)) > value(feature, photo)
    if name != "sharpen":
        assert value(feature, change(photo, -amount)) < value(feature, photo)


def test_exposure_is_that_of_linear_light(photo):
    np.testing.assert_array_equal(retouching.expose(photo, 0.75), degradations.expose(photo, 0.75))


def test_curves_keep_black_and_white_and_the_order_of_tones():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    for name in ("contrast", "shadows", "highlights"):
        for amount in (-45, 45):
            curve = getattr(retouching, name)(ramp, amount)[0, :, 0].astype(int)
            assert (curve[0], curve[-1]) == (0, 255)
            assert (np.diff(curve) >= 0).all()
    lifted = retouching.shadows(ramp, 30)[0, :, 0].astype(int) - np.arange(256)
    assert lifted[:100].max() > 3 * lifted[180:].max()


def test_warming_moves_the_white_along_black_bodies():
    grey = np.full((20, 20, 3), 128, np.uint8)
    red, green, blue = retouching.warm(grey, 30)[0, 0].astype(int)
    assert red > green == 128 > blue
    red, green, blue = retouching.warm(grey, -30)[0, 0].astype(int)
    assert red < green == 128 < blue
    ramp = degradations.noise(np.full((64, 64, 3), 128, np.uint8), 20)
    moved = value("colour_temperature", retouching.warm(ramp, 30)) - value("colour_temperature", ramp)
    assert moved == pytest.approx(30, abs=6)


def test_black_and_white_has_no_colour(photo):
    grey = retouching.saturation(photo, -100).astype(int)
    assert np.ptp(grey, axis=2).max() <= 1


@pytest.mark.parametrize("angle", [4.0, -4.0])
def test_straightening_undoes_a_tilt_without_borders(angle, photo):
    level = changes.horizon(photo, 1.0, 0.5, 0.0)
    tilted = retouching.straighten(level, angle)
    back = retouching.straighten(tilted, -angle)
    assert value("horizon_tilt", tilted) == pytest.approx(abs(angle), abs=0.6)
    assert value("horizon_tilt", back) < 0.6
    # what clockwise means: a level edge falls to the right
    left, right = ((tilted[:, column, 0] > 128).sum() for column in (5, -6))
    assert (right > left) == (angle > 0)


@pytest.mark.parametrize("shape", [(120, 200), (200, 120), (7, 5), (1, 1)])
def test_straightening_keeps_proportions_and_lies_inside(shape):
    rgb = np.full((*shape, 3), 200, np.uint8)
    turned = retouching.straighten(rgb, 6)
    assert turned.shape[0] <= shape[0]
    assert turned.shape[1] <= shape[1]
    if min(shape) > 50:
        assert turned.shape[1] / turned.shape[0] == pytest.approx(shape[1] / shape[0], rel=0.02)
        half = np.hypot(*turned.shape[:2]) / 2
        assert half < np.hypot(*shape) / 2


def test_cropping_keeps_the_rectangle():
    rgb = np.arange(100 * 200 * 3, dtype=np.uint32).astype(np.uint8).reshape(100, 200, 3)
    np.testing.assert_array_equal(retouching.crop(rgb, 0.1, 0.2, 0.9, 1.0), rgb[20:100, 20:180])
    assert retouching.crop(rgb[:1, :1], 0.1, 0.1, 0.8, 0.8).size == 3
