"""Exposure, zones, key, range, contrast and the shape of the histogram, by hand and against other tools."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
import scipy.signal
import scipy.stats
from skimage.color import rgb2lab

from iaa_classic.features import lighting as exposure
from iaa_classic.features import lighting_contrast as contrast
from iaa_classic.features import lighting_tones as tones
from iaa_classic.features.catalogue import _registry
from iaa_classic.features.kernels.lighting import (
    channel_counts,
    local_deviation,
    mean_neighbour_contrast,
    sum_of_tables,
)
from iaa_classic.features.picture import Picture


def value(name: str, rgb: np.ndarray) -> float:
    return _registry[name].function(Picture(rgb))


def grey(levels: np.ndarray) -> np.ndarray:
    return np.repeat(np.asarray(levels, dtype=np.uint8)[..., None], 3, axis=2)


def bands(*parts: tuple[int, float], width: int = 512, height: int = 256) -> np.ndarray:
    """Upright bands of grey: (level, share of the width), at the working size so that nothing is resampled."""
    row = np.concatenate([np.full(round(share * width), level) for level, share in parts])
    return grey(np.tile(row, (height, 1)))


RAMP = grey(np.tile(np.repeat(np.arange(256), 2), (64, 1)))
HALVES = bands((0, 0.5), (255, 0.5))
NOISE = np.random.default_rng(3).integers(0, 256, (96, 512, 3), dtype=np.uint8)


def lightness_of(level: int) -> float:
    return float(rgb2lab(np.full((1, 1, 3), level / 255))[0, 0, 0])


def test_mean_lightness_follows_cie():
    assert value("mean_lightness", bands((119, 1))) == pytest.approx(
        lightness_of(119), abs=0.25
    )  # OpenCV interpolates in a table
    assert value("mean_lightness", bands((0, 0.25), (255, 0.75))) == pytest.approx(75, abs=0.01)


def test_mean_hsv_value_takes_the_largest_channel():
    rgb = np.zeros((256, 512, 3), dtype=np.uint8)
    rgb[:, :256, 2] = 255
    rgb[:, 256:, 0] = 102
    assert value("mean_hsv_value", rgb) == pytest.approx((1 + 0.4) / 2)


def test_exposure_deviation():
    assert value("exposure_deviation", bands((0, 1))) == 1
    assert value("exposure_deviation", bands((255, 1))) == pytest.approx(1, abs=1e-4)
    assert value("exposure_deviation", bands((119, 1))) < 0.01
    assert value("exposure_deviation", bands((0, 0.25), (255, 0.75))) == pytest.approx(0.5, abs=1e-4)


def test_tonal_key_is_the_place_of_the_log_average():
    # A quarter of the stops from dark to light: the log-average lies half way between the middle and the dark end.
    assert value("tonal_key", bands((30, 0.75), (200, 0.25))) == pytest.approx(-0.5, abs=1e-6)
    assert value("tonal_key", bands((30, 0.25), (200, 0.75))) == pytest.approx(0.5, abs=1e-6)
    assert value("tonal_key", bands((77, 1))) == 0


def test_tonal_key_does_not_change_with_exposure(photographs):
    from iaa_classic.degradations import expose

    moved = [abs(value("tonal_key", expose(rgb, -1)) - value("tonal_key", rgb)) for rgb in photographs.values()]
    assert np.median(moved) < 0.1


def test_zone_histogram_of_bands():
    # Zone limits: level k belongs to zone 11 k // 256; 23 and 24 are the last of zone 0 and the first of zone I.
    rgb = bands((23, 0.25), (24, 0.25), (128, 0.25), (255, 0.25))
    shares = [value(f"zone_{zone}_share", rgb) for zone in range(11)]
    assert shares == pytest.approx([0.25, 0.25, 0, 0, 0, 0.25, 0, 0, 0, 0, 0.25])


def test_zone_shares_sum_to_one(photographs):
    for rgb in photographs.values():
        assert sum(value(f"zone_{zone}_share", rgb) for zone in range(11)) == pytest.approx(1)


def test_zones_used_counts_small_zones_in_part():
    assert value("zones_used", RAMP) == pytest.approx(11)
    assert value("zones_used", bands((0, 1))) == 1
    assert value("zones_used", bands((0, 1 - 2 / 512), (255, 2 / 512))) == pytest.approx(1 + 2 / 512 / 0.01)


def test_midtone_share():
    assert value("midtone_share", bands((69, 0.25), (70, 0.25), (186, 0.25), (187, 0.25))) == pytest.approx(0.5)


@pytest.mark.parametrize(("name", "level"), [("shadow_texture", 40), ("highlight_texture", 210)])
def test_texture_in_extreme_zones(name, level):
    stripes = np.tile([level - 8, level + 8], (128, 256))
    flat = np.full_like(stripes, level)
    # A 5 x 5 window over stripes of one pixel holds 10 of one and 15 of the other level: sd = 16 sqrt(0.24).
    assert value(name, grey(stripes)) == pytest.approx(16 * math.sqrt(0.24) / 255, rel=0.01)
    assert value(name, grey(flat)) == 0
    assert value(name, grey(np.tile([120, 136], (128, 256)))) == 0


def test_texture_fades_out_with_its_zone():
    levels = np.full((128, 512), 128)
    levels[:2, :80:2], levels[:2, 1:80:2] = 30, 45
    share = 160 / levels.size
    shown = value("shadow_texture", grey(levels))
    whole = tones.fine_deviation(Picture(grey(levels)))[:2, :80].mean()
    assert shown == pytest.approx(whole * share / 0.02, rel=1e-3)


def test_high_and_low_key():
    assert value("high_key", bands((240, 1))) == 1
    assert value("high_key", bands((240, 0.75), (128, 0.25))) == pytest.approx(0.625)
    assert value("high_key", bands((240, 0.75), (0, 0.25))) == 0
    assert value("low_key", bands((20, 1))) == 1
    assert value("low_key", bands((20, 0.75), (250, 0.25))) == pytest.approx(0.625)
    assert value("low_key", bands((20, 0.5), (250, 0.5))) == 0


def test_quantile_is_the_inverse_of_the_distribution():
    levels = np.random.default_rng(5).integers(0, 256, (40, 50)).astype(np.uint8)
    shares = tones.histogram(levels)
    for q in (0.005, 0.01, 0.025, 0.5, 0.975, 0.99, 0.995):
        assert tones.quantile(shares, q) == np.quantile(levels, q, method="inverted_cdf")


def test_dynamic_range_and_interval_leave_out_their_tails():
    rgb = bands((0, 8 / 512), (50, 248 / 512), (200, 248 / 512), (255, 8 / 512))  # 1.6 % at each end
    assert value("dynamic_range", rgb) == 1
    assert value("interval_contrast", rgb) == pytest.approx(150 / 255)
    assert value("dynamic_range", bands((90, 1))) == 0


def test_rms_contrast_of_halves_and_against_skimage(photographs):
    assert value("rms_contrast", HALVES) == pytest.approx(50, abs=0.01)
    for rgb in photographs.values():
        expected = rgb2lab(Picture(rgb).rgb)[..., 0].std()
        assert value("rms_contrast", rgb) == pytest.approx(expected, rel=0.01)


def test_michelson_contrast():
    assert value("michelson_contrast", bands((50, 0.5), (200, 0.5))) == pytest.approx(150 / 250)
    assert value("michelson_contrast", bands((0, 1))) == 0


def test_ke_contrast_joins_the_channels():
    rgb = np.full((256, 512, 3), (40, 100, 220), dtype=np.uint8)
    assert value("ke_contrast", rgb) == pytest.approx(180 / 255)
    assert value("ke_contrast", bands((100, 1))) == 0


def test_ke_contrast_leaves_out_one_percent_on_each_side():
    rgb = bands((0, 4 / 512), (60, 252 / 512), (160, 252 / 512), (255, 4 / 512))
    assert value("ke_contrast", rgb) == pytest.approx(100 / 255)


def brute_shortest(levels: np.ndarray) -> int:
    ordered = np.sort(levels.ravel())
    need = math.ceil(0.9 * ordered.size)
    return int((ordered[need - 1 :] - ordered[: ordered.size - need + 1]).min())


def test_shortest_tonal_range_against_sorting(photographs):
    for rgb in photographs.values():
        picture = Picture(rgb)
        expected = brute_shortest(tones.luma_levels(picture).astype(int))
        assert contrast.shortest_tonal_range(picture) == pytest.approx(expected / 255)
    assert value("shortest_tonal_range", bands((0, 0.0625), (200, 0.9375))) == 0


def test_lightness_entropy():
    assert value("lightness_entropy", HALVES) == pytest.approx(1)
    assert value("lightness_entropy", bands((0, 0.25), (90, 0.25), (170, 0.25), (255, 0.25))) == pytest.approx(2)
    assert value("lightness_entropy", bands((80, 1))) == 0


def signed_log(moment: float) -> float:
    return math.copysign(math.log1p(abs(moment)), moment)


def test_moments_against_scipy(photographs):
    for rgb in photographs.values():
        lightness = rgb2lab(Picture(rgb).rgb)[..., 0].ravel()
        skewness, kurtosis = scipy.stats.skew(lightness), scipy.stats.kurtosis(lightness)
        assert value("lightness_skewness", rgb) == pytest.approx(signed_log(skewness), abs=0.01)
        assert value("lightness_kurtosis", rgb) == pytest.approx(signed_log(kurtosis), abs=0.02)


def test_moments_of_flat_and_two_toned_pictures():
    assert value("lightness_skewness", bands((80, 1))) == 0
    assert value("lightness_kurtosis", bands((80, 1))) == pytest.approx(-math.log(4))
    assert value("lightness_skewness", HALVES) == pytest.approx(0, abs=1e-6)
    assert value("lightness_kurtosis", HALVES) == pytest.approx(-math.log(3))


def test_smoothing_is_savitzky_and_golay(photographs):
    for rgb in photographs.values():
        shares = tones.luma_histogram(Picture(rgb))
        expected = scipy.signal.savgol_filter(shares, 51, 5, mode="constant")
        smooth = np.convolve(shares, contrast._savitzky_golay(51, 5), mode="same")
        np.testing.assert_allclose(smooth, expected, atol=1e-9)


def test_peaks_and_prominences_against_scipy(photographs):
    for rgb in photographs.values():
        shares = tones.luma_histogram(Picture(rgb))
        smooth = np.maximum(0, scipy.signal.savgol_filter(shares, 51, 5, mode="constant"))
        expected, _ = scipy.signal.find_peaks(smooth)
        peaks = contrast.histogram_peaks(shares)
        assert list(peaks.levels) == list(expected)
        # SciPy takes the frame's ends for passes; padding with nothing lets only real valleys count.
        padded = np.concatenate(([0], smooth, [0]))
        prominence = scipy.signal.peak_prominences(padded, expected + 1)[0]
        np.testing.assert_allclose(peaks.clarity, np.minimum(1, prominence / (0.2 * smooth.max())), atol=1e-6)


def gaussian_tones(*modes: float) -> np.ndarray:
    random = np.random.default_rng(11)
    parts = [random.normal(mode, 9, 512 * 256 // len(modes)) for mode in modes]
    return grey(np.clip(np.rint(np.concatenate(parts)), 0, 255).reshape(-1, 512))


def test_peaks_of_known_mixtures():
    assert value("tonal_peak_count", gaussian_tones(120)) == pytest.approx(1, abs=0.3)
    assert value("tonal_peak_distance", gaussian_tones(60, 190)) == pytest.approx(130 / 255, abs=3 / 255)
    two, four = (
        value("tonal_peak_count", gaussian_tones(60, 190)),
        value("tonal_peak_count", gaussian_tones(30, 95, 160, 225)),
    )
    assert 1.9 < two < 2.7
    assert 3.9 < four < 4.7
    assert value("tonal_peak_distance", bands((0, 1))) == 0


def test_tonal_separation_is_otsus(photographs):
    assert value("tonal_separation", HALVES) == pytest.approx(1)
    assert value("tonal_separation", bands((7, 0.125), (9, 0.875))) == pytest.approx(1)
    assert value("tonal_separation", RAMP) == pytest.approx(0.75, abs=1e-3)
    assert value("tonal_separation", bands((80, 1))) == 0
    for rgb in photographs.values():
        levels = tones.luma_levels(Picture(rgb))
        threshold, _ = cv2.threshold(levels, 0, 1, cv2.THRESH_OTSU)
        low, high = levels[levels <= threshold], levels[levels > threshold]
        within = (low.var() * low.size + high.var() * high.size) / levels.size
        assert value("tonal_separation", rgb) == pytest.approx(1 - within / levels.var(), abs=1e-6)


def gini(amounts: np.ndarray) -> float:
    ordered = np.sort(amounts.ravel().astype(np.float64))
    rank = np.arange(1, ordered.size + 1)
    return float((2 * rank - ordered.size - 1) @ ordered / (ordered.size * ordered.sum()))


def test_light_concentration_is_ginis(photographs):
    assert value("light_concentration", bands((0, 0.75), (255, 0.25))) == pytest.approx(0.75, abs=1e-6)
    assert value("light_concentration", bands((0, 1))) == 0
    assert value("light_concentration", bands((130, 1))) == pytest.approx(0, abs=1e-9)
    for rgb in photographs.values():
        assert value("light_concentration", rgb) == pytest.approx(gini(tones.luminance(Picture(rgb))), abs=5e-3)


def test_luminance_is_the_y_of_skimage(photographs):
    from skimage.color import rgb2xyz

    picture = Picture(photographs["coffee"])
    np.testing.assert_allclose(tones.luminance(picture), rgb2xyz(picture.rgb)[..., 1], atol=1e-4)


def test_local_contrast_of_stripes_and_steps():
    stripes = grey(np.tile([100, 140], (64, 256)))
    assert value("local_contrast_fine", stripes) == pytest.approx(40 * math.sqrt(0.24) / 255, rel=0.01)
    # Windows of 33 hold 16 of one level and 17 of the other.
    assert value("local_contrast_coarse", stripes) == pytest.approx(40 * math.sqrt(16 * 17) / 33 / 255, rel=1e-5)
    assert value("local_contrast_fine", bands((200, 1))) == 0
    assert value("local_contrast_coarse", bands((200, 1))) == 0


def test_local_to_global_contrast():
    stripes = grey(np.tile([100, 140], (64, 256)))
    assert value("local_to_global_contrast", stripes) == pytest.approx(math.sqrt(0.24) / (math.sqrt(0.24) + 0.5), abs=0.01)
    assert value("local_to_global_contrast", HALVES) < 0.02
    assert value("local_to_global_contrast", bands((200, 1))) == 0


def plain_neighbour_contrast(plane: np.ndarray) -> float:
    height, width = plane.shape
    total = 0.0
    for y in range(height):
        for x in range(width):
            near = [(y + dy, x + dx) for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0))]
            inside = [abs(plane[y, x] - plane[place]) for place in near if 0 <= place[0] < height and 0 <= place[1] < width]
            total += sum(inside) / max(1, len(inside))
    return total / plane.size


@pytest.mark.kernels
@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (2, 2), (1, 7), (3, 3), (6, 5)])
def test_neighbour_contrast_against_its_plain_twin(shape):
    plane = np.random.default_rng(1).random(shape, dtype=np.float32)
    assert mean_neighbour_contrast(plane) == pytest.approx(plain_neighbour_contrast(plane), rel=1e-6)


def plain_gcf(rgb: np.ndarray) -> float:
    """The published steps one by one: every resolution from the full plane."""
    from skimage.color import rgb2xyz

    plane = rgb2xyz(rgb)[..., 1]
    total = 0.0
    for i, side in enumerate((1, 2, 4, 8, 16, 25, 50, 100, 200), start=1):
        size = tuple(max(1, round(length / side)) for length in plane.shape[::-1])
        reduced = 100 * np.sqrt(cv2.resize(plane, size, interpolation=cv2.INTER_AREA))
        neighbours = np.zeros_like(reduced)
        count = np.zeros_like(reduced)
        for axis in (0, 1):
            step = np.abs(np.diff(reduced, axis=axis))
            for part in (slice(None, -1), slice(1, None)):
                where = (part, slice(None)) if axis == 0 else (slice(None), part)
                neighbours[where] += step
                count[where] += 1
        total += ((-0.406385 * i / 9 + 0.334573) * i / 9 + 0.0877526) * (neighbours / np.maximum(count, 1)).mean()
    return total


def test_global_contrast_factor_against_its_published_steps(photographs):
    for rgb in photographs.values():
        assert value("global_contrast_factor", rgb) == pytest.approx(plain_gcf(Picture(rgb).rgb), rel=0.02)
    assert value("global_contrast_factor", bands((90, 1))) == pytest.approx(0, abs=1e-4)


@pytest.mark.kernels
def test_local_deviation_against_windows_of_numpy():
    levels = np.random.default_rng(2).integers(0, 256, (19, 23), dtype=np.uint8)
    for height, width in ((5, 5), (7, 4), (19, 23)):
        wanted = np.arange(19 - height + 1) % 3 == 0
        windows = np.lib.stride_tricks.sliding_window_view(levels, (height, width))[wanted]
        expected = windows.astype(np.float64).std(axis=(2, 3)) / 255
        np.testing.assert_allclose(local_deviation(levels, height, width, wanted), expected, rtol=1e-5)


@pytest.mark.kernels
def test_table_and_count_kernels_against_numpy():
    rgb = np.random.default_rng(4).integers(0, 256, (9, 14, 3), dtype=np.uint8)
    tables = np.random.default_rng(4).random((3, 256), dtype=np.float32)
    expected = sum(tables[channel][rgb[..., channel]] for channel in range(3))
    np.testing.assert_allclose(sum_of_tables(rgb, tables), expected, rtol=1e-6)
    for step in (1, 3):
        counts = [np.bincount(rgb[::step, ::step, channel].ravel(), minlength=256) for channel in range(3)]
        np.testing.assert_array_equal(channel_counts(rgb, step), counts)


def test_exposure_module_names_its_ramp():
    assert [exposure.ramp(x, 0.2, 0.05) for x in (0.3, 0.125, 0.0)] == pytest.approx([0, 0.5, 1])
