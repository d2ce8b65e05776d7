"""Clipping, and how the light lies over the frame and on its subject."""

from __future__ import annotations

import math
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from iaa_classic.features import lighting_clipping, lighting_space, lighting_tones
from iaa_classic.features.catalogue import catalogue
from iaa_classic.features.picture import Picture


def value(name: str, rgb: np.ndarray) -> float:
    return catalogue()[name].function(Picture(rgb))


def canvas(level: int | tuple[int, int, int] = 128) -> np.ndarray:
    return np.full((384, 512, 3), level, dtype=np.uint8)


@pytest.fixture
def central_subject(monkeypatch):
    """A subject that is always the central quarter of the frame, so that values can be computed by hand."""

    def stand_in(picture: Picture) -> SimpleNamespace:
        mask = np.zeros(picture.rgb.shape[:2], dtype=bool)
        mask[96:288, 128:384] = True
        return SimpleNamespace(mask=mask, found=True, trust=1.0)

    monkeypatch.setattr(lighting_space, "subject", stand_in)
    monkeypatch.setattr(lighting_clipping, "subject", stand_in)
    monkeypatch.setattr(lighting_tones, "subject", stand_in)


@pytest.fixture
def no_subject(monkeypatch):
    def nobody(picture: Picture) -> SimpleNamespace:
        return SimpleNamespace(mask=np.zeros(picture.rgb.shape[:2], dtype=bool), found=False, trust=0.0)

    monkeypatch.setattr(lighting_space, "subject", nobody)
    monkeypatch.setattr(lighting_clipping, "subject", nobody)
    monkeypatch.setattr(lighting_tones, "subject", nobody)


def framed(inside: int, outside: int) -> np.ndarray:
    rgb = canvas(outside)
    rgb[96:288, 128:384] = inside
    return rgb


def test_clipping_thresholds_of_luma():
    rgb = canvas()
    rgb[:96], rgb[96:120], rgb[120:216], rgb[216:240] = 4, 5, 251, 250
    assert value("clipped_shadows", rgb) == pytest.approx(0.25)
    assert value("clipped_highlights", rgb) == pytest.approx(0.25)


def test_clipping_of_single_channels():
    rgb = canvas()
    rgb[:96] = (255, 128, 128)
    rgb[96:144] = (128, 251, 128)
    rgb[144:168] = (128, 128, 252)
    rgb[168:180] = (255, 255, 128)
    shares = {name: value(f"clipped_{name}", rgb) for name in ("red", "green", "blue", "any_channel")}
    expected = {"red": 108 / 384, "green": 60 / 384, "blue": 24 / 384, "any_channel": 180 / 384}
    assert shares == pytest.approx(expected)
    assert value("clipped_highlights", rgb) == 0


def test_empty_any_channel():
    rgb = canvas()
    rgb[:96] = (128, 4, 128)
    rgb[96:192] = (128, 12, 128)
    rgb[192:288] = (20, 128, 128)
    assert value("empty_any_channel", rgb) == pytest.approx(0.25 + 0.5 * 0.25)


@pytest.mark.parametrize(("name", "level"), [("blown_compactness", 255), ("blocked_compactness", 0)])
def test_compactness_tells_a_sky_from_sparkles(name, level):
    sky, sparkles, both, few = canvas(), canvas(), canvas(), canvas()
    sky[:96] = level
    sparkles[::8, ::8] = level
    both[:60] = level
    both[200:220] = level
    few[:, :1] = level  # 1 / 512 of the frame, below the 1 % at which it counts in full
    assert value(name, sky) == 1
    assert value(name, sparkles) == pytest.approx(1 / (48 * 64))
    assert value(name, both) == pytest.approx(60 / 80)
    assert value(name, few) == pytest.approx(1 / 512 / 0.01)
    assert value(name, canvas()) == 0


def test_clipped_subject(central_subject):
    rgb = framed(128, 255)
    assert value("clipped_subject", rgb) == 0
    rgb[96:144, 128:384] = 255
    rgb[144:168, 128:384] = 0
    assert value("clipped_subject", rgb) == pytest.approx(72 / 192)


def stretched(rgb: np.ndarray, factor: float) -> np.ndarray:
    """Contrast taken out and put back in 8 bits: about 1 - factor of the levels are skipped."""
    flat = np.clip(np.rint(127.5 + (rgb - 127.5) * factor), 0, 255)
    return np.clip(np.rint(127.5 + (flat - 127.5) / factor), 0, 255).astype(np.uint8)


def test_tonal_gaps_of_a_comb():
    ramp = np.repeat(np.tile(np.repeat(np.arange(256), 2), (256, 1))[..., None], 3, axis=2).astype(np.uint8)
    assert value("tonal_gaps", ramp) == 0
    comb = ramp // 2 * 2
    # Levels 3 to 251 lie between the quantiles 2 and 252; of these 249 the odd 125 are skipped.
    assert value("tonal_gaps", comb) == pytest.approx(125 / 249, abs=0.01)
    assert value("tonal_gaps", canvas()) == 0


def test_two_separate_tones_are_not_gaps():
    rgb = canvas(60)
    rgb[:100] = 180
    assert value("tonal_gaps", rgb) == 0


def test_tonal_gaps_find_combing_in_photographs(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    shares = np.array([[value("tonal_gaps", stretched(rgb, factor)) for factor in (1.0, 0.8, 0.6, 0.4)] for rgb in pictures])
    assert np.mean((np.diff(shares) > 0).all(axis=1)) >= 0.95
    assert np.abs(np.median(shares, axis=0)[1:] - (0.2, 0.4, 0.6)).max() < 0.05


def radial(stops: float, shape: tuple[int, int] = (384, 512)) -> np.ndarray:
    from iaa_classic.degradations import vignette

    return vignette(np.full((*shape, 3), 220, dtype=np.uint8), stops)


@pytest.mark.parametrize("stops", [0.5, 1, 2, 3])
def test_vignetting_measures_the_stops_lost_in_the_corners(stops):
    assert value("vignetting", radial(stops)) == pytest.approx(stops, rel=0.05)
    assert value("vignetting", radial(stops, (512, 300))) == pytest.approx(stops, rel=0.05)


def test_vignetting_is_signed_and_bounded():
    assert value("vignetting", canvas()) == pytest.approx(0, abs=1e-9)
    assert value("vignetting", framed(20, 230)) < -2
    disc = canvas(0)
    cv2.circle(disc, (256, 192), 190, (255, 255, 255), -1)
    limit = catalogue()["vignetting"].range[1]
    assert 8 < value("vignetting", disc) < limit
    _, distance = lighting_space._rings()
    offset = distance - distance.mean()
    bound = math.log2(64 / 0.18) * np.abs(offset).sum() / 2 / (offset @ offset)
    assert limit - 0.01 < bound < limit


def test_rings_hold_every_cell_once_and_mirror():
    rings, distance = lighting_space._rings()
    assert sorted(np.concatenate(rings)) == list(range(24 * 24))
    assert (np.diff(distance) > 0).all()
    for ring in rings:
        cells = np.zeros((24, 24), dtype=bool)
        cells.flat[ring] = True
        assert (cells == cells[::-1]).all()
        assert (cells == cells[:, ::-1]).all()
        assert (cells == cells.T).all()


def test_light_direction_of_halves():
    above, side = canvas(0), canvas(0)
    above[:192] = 255
    side[:, 256:] = 255
    assert value("light_from_above", above) == pytest.approx(1, abs=1e-4)
    assert value("light_from_above", above[::-1].copy()) == pytest.approx(-1, abs=1e-4)
    assert value("light_from_side", above) == pytest.approx(0, abs=1e-6)
    assert value("light_from_side", side) == pytest.approx(1, abs=1e-4)
    assert value("light_from_side", side[:, ::-1].copy()) == pytest.approx(1, abs=1e-4)
    corner = canvas(0)
    corner[:192, :256] = 255
    assert value("lightness_gradient", corner) == pytest.approx(math.sqrt(0.5), abs=1e-4)


def test_evenness_and_masses_of_checks():
    cells = np.indices((8, 8)).sum(axis=0) % 2 * 255
    coarse = np.repeat(np.kron(cells, np.ones((48, 64)))[..., None], 3, axis=2).astype(np.uint8)
    fine = np.repeat((np.indices((384, 512)).sum(axis=0) % 2 * 255)[..., None], 3, axis=2).astype(np.uint8)
    assert value("lighting_evenness", coarse) == pytest.approx(0, abs=1e-4)
    assert value("lighting_evenness", fine) == pytest.approx(1, abs=0.01)
    assert value("tonal_masses", coarse) == pytest.approx(1, abs=1e-3)
    assert value("tonal_masses", fine) == pytest.approx(0, abs=1e-3)
    assert value("lighting_evenness", canvas()) == pytest.approx(1, abs=1e-6)
    assert value("tonal_masses", canvas()) == 0


def test_tonal_masses_are_the_share_of_variance_between_cells(photographs):
    from skimage.color import rgb2lab

    rgb = cv2.resize(photographs["coffee"], (512, 384), interpolation=cv2.INTER_AREA)
    lightness = rgb2lab(rgb)[..., 0]
    between = lightness.reshape(8, 48, 8, 64).mean(axis=(1, 3)).var()
    assert value("tonal_masses", rgb) == pytest.approx(between / lightness.var(), abs=0.005)


def test_dark_channel_against_a_plain_minimum(photographs):
    from scipy.ndimage import minimum_filter

    for rgb in photographs.values():
        picture = Picture(rgb)
        expected = minimum_filter(picture.rgb.min(axis=2), size=15, mode="constant", cval=255).mean() / 255
        assert value("dark_channel_mean", rgb) == pytest.approx(expected, abs=1e-6)
    assert value("dark_channel_mean", canvas((255, 0, 255))) == 0
    assert value("dark_channel_mean", canvas(255)) == 1


def hazy(rgb: np.ndarray, amount: float) -> np.ndarray:
    """The haze of Koschmieder's law at one depth: I (1 - amount) + 230 amount."""
    return np.rint(rgb * (1 - amount) + 230 * amount).astype(np.uint8)


def test_dark_channel_rises_with_haze(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    for name in ("dark_channel_mean", "subject_dark_channel"):
        rows = np.array([[value(name, hazy(rgb, amount)) for amount in (0, 0.2, 0.4, 0.6)] for rgb in pictures])
        assert np.mean((np.diff(rows) > 0).all(axis=1)) >= 0.95, name


def test_subject_dark_channel_by_hand(central_subject):
    assert value("subject_dark_channel", canvas(200)) == pytest.approx(1 / 3)
    assert value("subject_dark_channel", canvas((200, 100, 50))) == pytest.approx(50 / 350)
    assert value("subject_dark_channel", canvas(0)) == 0
    assert value("subject_dark_channel", canvas((12, 12, 12))) == pytest.approx(12 / 96)


def linear(level: int) -> float:
    return ((level / 255 + 0.055) / 1.055) ** 2.4


def test_backlight_by_hand(central_subject):
    expected = math.log2((linear(220) + 0.01) / (linear(60) + 0.01))
    assert value("backlight", framed(60, 220)) == pytest.approx(expected, abs=1e-3)
    assert value("backlight", framed(220, 60)) == pytest.approx(-expected, abs=1e-3)
    assert value("backlight", framed(0, 255)) == pytest.approx(6.66, abs=0.01)


def test_subject_lightness_and_silhouette_by_hand(central_subject):
    assert value("subject_lightness", framed(0, 255)) == pytest.approx(0, abs=1e-3)
    assert value("subject_lightness", framed(255, 0)) == pytest.approx(100, abs=0.01)
    assert value("silhouette", framed(0, 255)) == 1
    assert value("silhouette", framed(255, 0)) == 0
    # Zones 0 to II end at level 69, zones V to X begin at 117.
    assert value("silhouette", framed(69, 117)) == 1
    assert value("silhouette", framed(70, 117)) == 0
    assert value("silhouette", framed(69, 116)) == 0


def test_without_a_subject(no_subject):
    rgb = framed(20, 220)
    assert value("clipped_subject", rgb) == 0
    assert value("backlight", rgb) == 0
    assert value("silhouette", rgb) == 0
    assert value("subject_lightness", rgb) == value("mean_lightness", rgb)
    assert value("subject_dark_channel", canvas(200)) == pytest.approx(1 / 3)


def test_a_dark_shape_on_a_bright_sky_is_found_backlit():
    rgb = canvas((200, 215, 235))
    cv2.circle(rgb, (256, 200), 60, (10, 10, 10), -1)
    assert value("backlight", rgb) > 3
    assert value("silhouette", rgb) > 0.9
    assert value("backlight", 255 - rgb) < -3
