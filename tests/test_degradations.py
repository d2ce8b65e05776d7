"""Each degradation does to a photograph what it says, checked on the pixels and not by features."""

from __future__ import annotations

import inspect

import cv2
import numpy as np
import pytest

from iaa_classic import degradations as damage

CALLS = {
    "defocus": lambda rgb: damage.defocus(rgb, 6),
    "gaussian_blur": lambda rgb: damage.gaussian_blur(rgb, 2),
    "motion_blur": lambda rgb: damage.motion_blur(rgb, 20),
    "noise": lambda rgb: damage.noise(rgb, 10),
    "jpeg": lambda rgb: damage.jpeg(rgb, 10),
    "expose": lambda rgb: damage.expose(rgb, 1),
    "clip_highlights": lambda rgb: damage.clip_highlights(rgb, 0.1),
    "crush_shadows": lambda rgb: damage.crush_shadows(rgb, 0.1),
    "flatten_contrast": lambda rgb: damage.flatten_contrast(rgb, 0.5),
    "colour_cast": lambda rgb: damage.colour_cast(rgb, 15),
    "saturate": lambda rgb: damage.saturate(rgb, 2),
    "oversharpen": lambda rgb: damage.oversharpen(rgb, 2),
    "tilt": lambda rgb: damage.tilt(rgb, 5),
    "crop": lambda rgb: damage.crop(rgb, 0, 0, 0.7, 0.7),
    "vignette": lambda rgb: damage.vignette(rgb, 2),
    "grey_half": lambda rgb: damage.grey_half(rgb),
    "shuffle_blocks": lambda rgb: damage.shuffle_blocks(rgb, 64),
}


def luma(rgb):
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(float)


def test_every_degradation_is_called_here():
    public = {
        name
        for name, value in inspect.getmembers(damage, inspect.isfunction)
        if not name.startswith("_") and value.__module__ == damage.__name__
    }
    assert public == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_keeps_type_and_original_and_is_deterministic(name, photographs):
    rgb = photographs["coffee"]
    before = rgb.copy()
    once, twice = CALLS[name](rgb), CALLS[name](rgb)
    assert once.dtype == np.uint8
    assert once.ndim == 3
    assert once.shape == rgb.shape
    assert np.array_equal(rgb, before)
    assert np.array_equal(once, twice)
    assert not np.array_equal(once, rgb)


@pytest.mark.parametrize("blur", [lambda x: damage.defocus(x, 20), lambda x: damage.motion_blur(x, 30, 90)])
def test_blurs_keep_the_light(blur):
    rgb = np.zeros((101, 101, 3), np.uint8)
    rgb[50, 50] = 255
    out = damage._linear(blur(np.repeat(np.repeat(rgb, 3, 0), 3, 1)))
    assert out.sum() == pytest.approx(9 * 3, rel=0.1)


def test_motion_blur_runs_along_its_angle():
    rgb = np.zeros((301, 301, 3), np.uint8)
    rgb[148:153, 148:153] = 255
    rows, columns = np.nonzero(luma(damage.motion_blur(rgb, 100, 0)) > 20)
    assert np.ptp(columns) > 25
    assert np.ptp(rows) < 10


def test_exposure_is_a_gain_of_linear_light():
    grey = np.full((4, 4, 3), 100, np.uint8)
    darker = damage.expose(grey, -1)
    assert damage._linear(darker).mean() == pytest.approx(damage._linear(grey).mean() / 2, rel=0.02)
    assert damage.expose(np.full((1, 1, 3), 230, np.uint8), 2).max() == 255


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_shares_of_clipped_pixels(photographs, share):
    grey = damage.saturate(photographs["china"], 0)
    assert (damage.clip_highlights(grey, share) == 255).mean() == pytest.approx(share, abs=0.02)
    assert (damage.crush_shadows(grey, share) == 0).mean() == pytest.approx(share, abs=0.02)


def test_cast_moves_lab_in_its_direction():
    grey = np.full((4, 4, 3), 128, np.uint8)
    lab = cv2.cvtColor(damage.colour_cast(grey, 20, 240).astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    assert lab[0, 0, 1] == pytest.approx(-10, abs=1)
    assert lab[0, 0, 2] == pytest.approx(-17.3, abs=1)


def test_saturation_factor_nought_is_monochrome(photographs):
    grey = damage.saturate(photographs["flower"], 0)
    assert np.ptp(grey.astype(int), axis=2).max() == 0


def test_tilt_fills_the_frame_and_turns_lines():
    rgb = np.zeros((200, 300, 3), np.uint8)
    rgb[98:102] = 255
    turned = luma(damage.tilt(rgb, 5))
    left, right = (np.flatnonzero(turned[:, x] > 128).mean() for x in (50, 250))
    assert np.degrees(np.arctan2(left - right, 200)) == pytest.approx(5, abs=0.7) or np.degrees(
        np.arctan2(right - left, 200)
    ) == pytest.approx(5, abs=0.7)
    assert damage.tilt(np.full((200, 300, 3), 200, np.uint8), 9).min() == 200


def test_crop_keeps_the_rectangle():
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[:50, :100] = 255
    assert (damage.crop(rgb, 0, 0, 0.5, 0.5) == 255).all()


def test_vignette_darkens_corners_only():
    out = luma(damage.vignette(np.full((101, 101, 3), 200, np.uint8), 2))
    assert out[50, 50] == 200
    assert damage._linear(np.full((1, 1, 3), out[0, 0], np.uint8)).mean() == pytest.approx(
        damage._linear(np.full((1, 1, 3), 200, np.uint8)).mean() / 4, rel=0.05
    )


@pytest.mark.parametrize("side", ["bottom", "top", "left", "right"])
def test_grey_half_paints_its_side(side, photographs):
    rgb = photographs["rocket"]
    height, width = rgb.shape[:2]
    changed = (damage.grey_half(rgb, side, 0.25) == 128).all(axis=2)
    region = {
        "bottom": changed[-round(height * 0.25) :],
        "top": changed[: round(height * 0.25)],
        "left": changed[:, : round(width * 0.25)],
        "right": changed[:, -round(width * 0.25) :],
    }[side]
    assert region.all()
    assert changed.mean() == pytest.approx(0.25, abs=0.02)


def test_grey_half_refuses_an_unknown_side():
    with pytest.raises(ValueError, match="side must be"):
        damage.grey_half(np.zeros((4, 4, 3), np.uint8), "middle")


def test_shuffling_keeps_the_pixels(photographs):
    rgb = photographs["china"]
    out = damage.shuffle_blocks(rgb, 64, 3)
    assert np.array_equal(np.sort(out.reshape(-1, 3), axis=0), np.sort(rgb.reshape(-1, 3), axis=0))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2)])
def test_the_smallest_pictures_are_tilted_too(size):
    rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert damage.tilt(rgb, 5).shape == rgb.shape
