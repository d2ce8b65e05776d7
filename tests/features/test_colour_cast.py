"""The colour of the light: grey edge, colour temperature, toning, warm and cold."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from skimage import color

from iaa_classic import degradations
from iaa_classic.features import colour_cast as cast
from iaa_classic.features.picture import Picture

XYZ_TO_RGB = np.linalg.inv(cast._TO_XYZ)


def light(x, y):
    """Linear sRGB of chromaticity (x, y)."""
    return XYZ_TO_RGB @ np.array([x / y, 1.0, (1 - x - y) / y])


def stripes(*parts, height=64):
    row = np.repeat(np.array(parts, dtype=np.uint8), 512 // len(parts), axis=0)
    return Picture(np.tile(row, (height, 1, 1)))


def lit(rgb, factors):
    """The picture under another light: channels multiplied in linear light."""
    linear = cast._linear_light()[rgb] * np.array(factors)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)
    return np.rint(255 * np.clip(coded, 0, 1)).astype(np.uint8)


@pytest.fixture
def photographs(photographs):
    """The photographs that ship with packages; only one where the kernels run uncompiled."""
    return {"coffee": photographs["coffee"]} if numba.config.DISABLE_JIT else photographs


@pytest.fixture(params=["photographs", "kodak", "wallpapers"])
def coloured(request):
    """Photographs at the working scale."""
    if numba.config.DISABLE_JIT:
        pytest.skip("hundreds of pictures take minutes without compilation; the kernels have tests of their own")
    return [Picture(rgb).rgb for rgb in request.getfixturevalue(request.param).values()]


def share_that_rises(function, hue, coloured):
    """Share of photographs on which the value rises strictly with the strength of a cast."""
    series = [[Picture(degradations.colour_cast(rgb, k, hue)) for k in (0, 10, 20, 30)] for rgb in coloured]
    values = np.array([[function(picture) for picture in steps] for steps in series])
    return np.mean(np.all(np.diff(values, axis=1) > 0, axis=1))


# Correlated colour temperatures of CIE illuminants (CIE 15).
@pytest.mark.parametrize(
    ("x", "y", "kelvin"),
    [
        (0.44757, 0.40745, 2856), (0.34567, 0.35850, 5003), (0.33242, 0.34743, 5503), (0.31271, 0.32902, 6504),
        (0.29902, 0.31485, 7504), (0.38052, 0.37713, 4000), (0.43695, 0.40441, 3000),
    ],
)  # fmt: skip
def test_mccamy_finds_the_temperature_of_cie_illuminants(x, y, kelvin):
    assert cast.mccamy(light(x, y)) == pytest.approx(kelvin, rel=0.01)


def test_mccamy_stays_in_its_limits():
    assert cast.mccamy(np.array([0.0, 0.0, 1.0])) == 25000
    assert cast.mccamy(np.array([1.0, 0.01, 0.0])) == pytest.approx(1620, abs=400)
    values = [cast.mccamy(np.array([1.0, 0.6, b])) for b in np.linspace(0.01, 2, 50)]
    assert values == sorted(values)


def test_neutral_pictures_have_no_cast():
    grey = np.repeat(np.random.default_rng(0).integers(0, 240, (64, 96, 1), dtype=np.uint8), 3, axis=2)
    for picture in (Picture(grey), stripes((90, 90, 90)), stripes((200, 0, 0))):
        assert cast.cast_angle(picture) == pytest.approx(0, abs=1e-4)
        assert cast.cast_tint(picture) == pytest.approx(0, abs=1e-6)
        assert cast.colour_temperature(picture) == pytest.approx(1e6 / 6504, rel=0.002)
    assert cast.grey_world_angle(Picture(grey)) == pytest.approx(0, abs=1e-3)


def test_illuminant_of_a_grey_scene_is_its_light():
    grey = np.repeat(np.random.default_rng(0).integers(20, 230, (64, 96, 1), dtype=np.uint8), 3, axis=2)
    factors = np.array([1.0, 0.8, 0.5])
    picture = Picture(lit(np.repeat(np.repeat(grey, 8, axis=0), 8, axis=1), factors))
    expected = factors / np.linalg.norm(factors)
    np.testing.assert_allclose(cast.illuminant(picture), expected, atol=0.02)
    angle = math.degrees(math.acos(expected.sum() / math.sqrt(3)))
    assert cast.cast_angle(picture) == pytest.approx(angle, abs=1.5)
    assert cast.cast_tint(picture) == pytest.approx(math.log2(0.8 / math.sqrt(0.5)), abs=0.05)
    assert cast.colour_temperature(picture) == pytest.approx(1e6 / cast.mccamy(expected), rel=0.03)
    assert cast.grey_world_angle(picture) == pytest.approx(angle, abs=1.5)


def test_grey_world_angle_by_hand():
    assert cast.grey_world_angle(stripes((255, 0, 0))) == pytest.approx(math.degrees(math.acos(1 / math.sqrt(3))), abs=0.01)
    assert cast.grey_world_angle(stripes((255, 0, 0), (0, 255, 255))) == pytest.approx(0, abs=0.01)
    assert cast.grey_world_angle(stripes((0, 0, 0))) == 0
    mean = np.array([2.0, 1.0, 0.0])
    expected = math.degrees(math.acos(mean.sum() / (np.linalg.norm(mean) * math.sqrt(3))))
    assert cast.grey_world_angle(stripes((255, 0, 0), (255, 255, 0))) == pytest.approx(expected, abs=0.01)


def test_warm_and_cold_by_hand():
    for hue, rgb in (
        (0, (255, 0, 0)),
        (60, (255, 255, 0)),
        (180, (0, 255, 255)),
        (240, (0, 0, 255)),
        (120, (0, 255, 0)),
    ):
        warm, cold = cast.warm_and_cold(stripes(rgb))
        assert warm == pytest.approx(max(0, math.cos(math.radians(hue - 50))))
        assert cold == pytest.approx(max(0, math.cos(math.radians(hue - 230))))
    warm, cold = cast.warm_and_cold(stripes((255, 0, 0), (0, 0, 255), (128, 128, 128), (0, 0, 0)))
    assert warm == pytest.approx(math.cos(math.radians(50)) / 4)
    assert cold == pytest.approx(math.cos(math.radians(10)) / 4)


def test_split_toning_by_hand():
    def rgb(*lab):
        return np.rint(255 * color.lab2rgb(np.array([[lab]], dtype=float))[0, 0]).astype(np.uint8)

    teal_and_orange = stripes(rgb(25, -12, -10), rgb(80, 12, 30))
    # L* is 27.5 from its mean on either side, and the border between shadows and lights 8 units soft.
    apart = math.tanh(27.5 / 16)
    assert cast.split_toning(teal_and_orange) == pytest.approx(apart * math.hypot(24, 40), rel=0.02)
    assert cast.toning_warmth(teal_and_orange) == pytest.approx(apart * 40, rel=0.02)
    reverse = stripes(rgb(25, 12, 20), rgb(80, 0, -20))
    assert cast.toning_warmth(reverse) == pytest.approx(-40 * apart, rel=0.02)
    for even in (stripes((10, 10, 10), (240, 240, 240)), stripes((200, 90, 20))):
        assert cast.split_toning(even) == pytest.approx(0, abs=0.05)
        assert cast.toning_warmth(even) == pytest.approx(0, abs=0.05)


def test_colour_temperature_rises_with_a_warm_cast(coloured):
    assert share_that_rises(cast.colour_temperature, 60, coloured) >= 0.95


def test_colour_temperature_falls_with_a_cold_cast(coloured):
    assert share_that_rises(lambda picture: -cast.colour_temperature(picture), 240, coloured) >= 0.95


def test_cast_tint_rises_with_a_green_cast(coloured):
    assert share_that_rises(cast.cast_tint, 150, coloured) >= 0.95


def test_cast_tint_falls_with_a_magenta_cast(coloured):
    assert share_that_rises(lambda picture: -cast.cast_tint(picture), 330, coloured) >= 0.95


def test_a_cast_shows_on_grey_photographs(coloured):
    grey = [degradations.saturate(rgb, 0) for rgb in coloured]
    for hue in (60, 240):
        assert share_that_rises(cast.cast_angle, hue, grey) >= 0.95
        assert share_that_rises(cast.grey_world_angle, hue, grey) >= 0.95


def test_warm_and_cold_follow_a_cast(coloured):
    warmer = [lit(rgb, (1.0, 0.85, 0.6)) for rgb in coloured]
    colder = [lit(rgb, (0.6, 0.8, 1.0)) for rgb in coloured]
    rows = [[cast.warm_and_cold(Picture(rgb)) for rgb in steps] for steps in zip(coloured, warmer, colder, strict=True)]
    plain, warm, cold = np.array(rows).transpose(1, 0, 2)
    assert np.mean(warm[:, 0] > plain[:, 0]) >= 0.95
    assert np.mean(cold[:, 0] < plain[:, 0]) >= 0.95
    assert np.mean(cold[:, 1] > plain[:, 1]) >= 0.95


def test_split_toning_follows_the_toning_of_grey_photographs(photographs):
    for rgb in photographs.values():
        grey = degradations.saturate(Picture(rgb).rgb, 0)
        lab = color.rgb2lab(grey)
        step = np.tanh((lab[..., 0] - lab[..., 0].mean()) / 10)
        values = []
        for strength in (0, 4, 8, 12):
            toned = lab + strength * step[..., None] * (0, 0.5, 1)
            values.append(Picture(np.rint(255 * np.clip(color.lab2rgb(toned), 0, 1)).astype(np.uint8)))
        assert np.all(np.diff([cast.split_toning(picture) for picture in values]) > 0.5)
        assert np.all(np.diff([cast.toning_warmth(picture) for picture in values]) > 0.5)
