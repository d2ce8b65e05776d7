"""Spectral features on pictures of known spectrum, and repetition on pictures of known period."""

from __future__ import annotations

import cv2
import numba
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import Picture
from iaa_classic.features import pattern_spectrum as spectrum
from iaa_classic.features import pattern_waves as waves

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="photographs take minutes without compilation")


def _picture(plane: np.ndarray) -> Picture:
    """Grey picture of ``plane``, stretched to mean 128 and standard deviation 30."""
    plane = (plane - plane.mean()) / max(plane.std(), 1e-9) * 30 + 128
    return Picture(np.repeat(np.clip(np.rint(plane), 0, 255).astype(np.uint8)[..., None], 3, axis=2))


def _noise_of_slope(slope: float, side: int = 512, seed: int = 0) -> np.ndarray:
    """Random field whose power falls as frequency ** slope."""
    white = np.fft.fft2(np.random.default_rng(seed).standard_normal((side, side)))
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    frequency[0, 0] = np.inf
    return np.fft.ifft2(white * frequency ** (slope / 2)).real


@pytest.mark.parametrize("slope", [-1.0, -2.0, -3.0])
def test_slopes_find_the_exponent_of_noise(slope):
    picture = _picture(_noise_of_slope(slope))
    assert spectrum.fourier_slope(picture) == pytest.approx(slope, abs=0.1)
    assert spectrum.fourier_sigma(picture) < 0.01
    cropped = _picture(_noise_of_slope(slope)[:, :384])
    assert spectrum.fourier_slope_mather(cropped) == pytest.approx(slope / 2, abs=0.1)
    assert spectrum.fourier_slope_spehar(cropped) == pytest.approx(slope / 2, abs=0.15)


def test_slope_does_not_depend_on_the_native_size():
    """The loss of the area filter is divided out: a 2048-pixel field keeps its exponent at the working scale."""
    field = _noise_of_slope(-2.0, side=2048)
    assert spectrum.fourier_slope(_picture(field)) == pytest.approx(-2, abs=0.12)


def test_area_filter_power_is_what_resizing_does():
    # A wave well below the limit, where no other folds onto it.
    x = np.cos(2 * np.pi * 300 * np.arange(4096) / 4096).astype(np.float32)
    small = cv2.resize(x[:, None], (1, 1024), interpolation=cv2.INTER_AREA)[:, 0]
    kept = (np.abs(np.fft.fft(small)[300]) / (1024 / 2)) ** 2
    assert spectrum._area_filter_power(1024, 4.0)[300] == pytest.approx(kept, rel=1e-4)


def test_radial_mean_is_the_mean_over_the_full_spectrum():
    plane = np.random.default_rng(6).integers(0, 256, (32, 32), dtype=np.uint8)
    full = np.abs(np.fft.fft2((plane - plane.mean()) / 255)) ** 2
    frequency = np.fft.fftfreq(32) * 32
    radius = np.rint(np.hypot(frequency[:, None], frequency[None, :])).astype(int)
    means = spectrum._radial_means(plane, 32, 1.0)
    for found, power in ((means.power, full), (means.amplitude, np.sqrt(full))):
        expected = [power[radius == r].mean() for r in range(17)]
        np.testing.assert_allclose(found[:17], expected, rtol=1e-4, atol=1e-6)


def test_cooks_distance_of_an_outlier_by_hand():
    """Five points on a line but the last: OLS by the normal equations, distances by refitting without each point."""
    x = np.array([1.0, 2, 3, 4, 5])
    y = np.array([1.0, 2, 3, 4, 9])
    design = np.c_[np.ones(5), x]
    fit = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    variance = ((y - fit) ** 2).sum() / 3
    expected = []
    for i in range(5):
        rest = np.arange(5) != i
        other = design @ np.linalg.lstsq(design[rest], y[rest], rcond=None)[0]
        expected.append(((fit - other) ** 2).sum() / (2 * variance))
    np.testing.assert_allclose(spectrum._cooks_distance(x, y), expected, atol=1e-12)


def test_sigma_grows_where_one_scale_dominates():
    smooth = _noise_of_slope(-2.0)
    ring = cv2.GaussianBlur(np.random.default_rng(8).standard_normal((512, 512)), (0, 0), 1.5)
    ring -= cv2.GaussianBlur(ring, (0, 0), 3)
    peaked = smooth / smooth.std() + 2 * ring / ring.std()
    assert spectrum.fourier_sigma(_picture(peaked)) > 5 * spectrum.fourier_sigma(_picture(smooth))


@compiled
def test_blur_steepens_and_noise_flattens_every_slope(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    for measure in (spectrum.fourier_slope, spectrum.fourier_slope_mather, spectrum.fourier_slope_spehar):
        steeper = [measure(Picture(degradations.defocus(a, 3))) < measure(Picture(a)) for a in pictures]
        flatter = [measure(Picture(degradations.noise(a, 25))) > measure(Picture(a)) for a in pictures]
        assert np.mean(steeper) >= 0.95, measure.__name__
        assert np.mean(flatter) >= 0.95, measure.__name__


def test_smooth_sizes_have_small_factors():
    assert [spectrum._smooth_size(n) for n in (512, 341, 257, 3, 1)] == [512, 324, 256, 2, 0]


def _wave(angle: float, period: float = 12, shape: tuple[int, int] = (384, 512)) -> np.ndarray:
    y, x = np.indices(shape)
    turn = np.radians(angle)
    return np.cos(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / period)


@pytest.mark.parametrize(("angle", "cardinality"), [(0, 1), (90, 1), (45, -1), (135, -1), (22.5, 0)])
def test_directions_of_a_single_wave(angle, cardinality):
    picture = _picture(_wave(angle))
    assert waves.spectral_orientation_bias(picture) == pytest.approx(1, abs=0.03)
    assert waves.spectral_cardinality(picture) == pytest.approx(cardinality, abs=0.08)


def test_crossed_waves_have_no_single_direction():
    crossed = _picture(_wave(0) + _wave(90))
    assert waves.spectral_orientation_bias(crossed) < 0.02
    assert waves.spectral_cardinality(crossed) > 0.95
    noise = _picture(np.random.default_rng(1).standard_normal((384, 512)))
    assert waves.spectral_orientation_bias(noise) < 0.05
    assert abs(waves.spectral_cardinality(noise)) < 0.05


@compiled
def test_directions_turn_with_the_picture(photographs):
    for rgb in photographs.values():
        upright, turned = Picture(rgb), Picture(np.ascontiguousarray(np.rot90(rgb)))
        assert waves.spectral_orientation_bias(turned) == pytest.approx(waves.spectral_orientation_bias(upright), abs=0.01)
        assert waves.spectral_cardinality(turned) == pytest.approx(waves.spectral_cardinality(upright), abs=0.01)


def test_flatness_of_noise_and_of_one_wave():
    """The periodogram of pink noise is exponential around its mean: geometric over arithmetic mean exp(-gamma) = 0.56.

    The soft limit of the whitening lowers the upper frequencies, so somewhat less is expected.
    """
    assert 0.35 < waves.spectral_flatness(_picture(_noise_of_slope(-2.0)[:384])) < 0.57
    assert waves.spectral_flatness(_picture(_wave(30))) < 0.02


@pytest.mark.parametrize("period", [24, 40, 64])
def test_repetition_of_a_wallpaper_and_of_its_scramble(period):
    random = np.random.default_rng(9)
    tile = cv2.GaussianBlur(random.standard_normal((period, period)), (0, 0), 2)
    wallpaper = np.tile(tile, (384 // period + 1, 512 // period + 1))[:384, :512]
    strength, regularity = waves.repetition(_picture(wallpaper))
    assert strength > 0.8
    assert regularity > 0.8
    alone = cv2.GaussianBlur(random.standard_normal((384, 512)), (0, 0), 2)
    assert waves.repetition(_picture(alone))[0] < 0.3


def test_repetition_lag_is_the_period():
    tile = np.random.default_rng(10).standard_normal((32, 40))
    wallpaper = cv2.GaussianBlur(np.tile(tile, (12, 13))[:384, :512], (0, 0), 1.5)
    correlation = waves._autocorrelation(_picture(wallpaper))
    down, across, _ = waves._highest_repeat(correlation, correlation.shape[0] // 2, correlation.shape[1] // 2)
    assert down % 16 == 0
    assert across % 20 == 0


def test_a_single_edge_does_not_repeat():
    edge = np.zeros((384, 512))
    edge[:, 256:] = 1
    assert waves.repetition(_picture(edge))[0] < 0.1


def test_shuffling_blocks_breaks_repetition():
    tile = np.random.default_rng(12).standard_normal((40, 40))
    wallpaper = cv2.GaussianBlur(np.tile(tile, (10, 13))[:384, :512], (0, 0), 2)
    rgb = _picture(wallpaper).rgb
    shuffled = degradations.shuffle_blocks(rgb, block=56)
    assert waves.repetition(Picture(shuffled))[0] < 0.6 * waves.repetition(Picture(rgb))[0]


@compiled
def test_waves_are_mirror_invariant(photographs):
    for rgb in photographs.values():
        one, other = Picture(rgb), Picture(np.ascontiguousarray(rgb[:, ::-1]))
        for measure in (waves.spectral_orientation_bias, waves.spectral_cardinality, waves.spectral_flatness):
            assert measure(one) == pytest.approx(measure(other), abs=0.01)
        assert waves.repetition(one)[0] == pytest.approx(waves.repetition(other)[0], abs=0.03)
