"""Published measures of the criterion sharpness: worked values, other implementations, invariants."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from iaa_classic.features import Picture, sharpness
from iaa_classic.features.sharpness import (
    cpbd,
    edge_width,
    fish,
    fish_bb,
    frequency_richness,
    haloes,
    laplacian_variance,
    maximum_local_variation,
    perceptual_blur,
    spectral_bands,
    tenengrad,
)

WIDTH, HEIGHT = 512, 384


def grey(plane: np.ndarray) -> Picture:
    return Picture(np.repeat(np.clip(np.rint(plane), 0, 255).astype(np.uint8)[..., None], 3, axis=2))


def bars(sigma: float = 0.0, low: float = 60, high: float = 180) -> np.ndarray:
    """Vertical and horizontal steps 64 pixels apart, anti-aliased over one pixel, blurred."""
    y, x = np.indices((HEIGHT, WIDTH))
    plane = np.where((x // 64 + y // 64) % 2, high, low).astype(np.float32)
    plane = cv2.blur(cv2.blur(plane, (2, 1)), (1, 2))
    return cv2.GaussianBlur(plane, (0, 0), sigma) if sigma else plane


@pytest.fixture
def working(photographs) -> list[Picture]:
    """Photographs whose native pixels are the working scale, so that other programs can be given the same."""
    return [Picture(Picture(rgb).rgb) for rgb in photographs.values()]


def test_laplacian_variance_of_a_checkerboard():
    y, x = np.indices((HEIGHT, WIDTH))
    board = grey(np.where((x + y) % 2, 110.0, 100.0))
    inner = (4 * 10) ** 2
    assert laplacian_variance(board) == pytest.approx(math.log10(1 + inner), abs=0.01)


def test_tenengrad_of_a_ramp():
    ramp = grey(np.tile(np.arange(WIDTH) // 2, (HEIGHT, 1)))
    assert tenengrad(ramp) == pytest.approx(math.log10(1 + 4**2), abs=0.01)


def test_tenengrad_and_laplacian_agree_with_plain_formulas(working):
    for picture in working:
        luma = picture.luma.astype(np.float64) * 255
        laplacian = cv2.Laplacian(luma, cv2.CV_64F, borderType=cv2.BORDER_REPLICATE)
        assert laplacian_variance(picture) == pytest.approx(math.log10(1 + laplacian.var()), rel=1e-4)
        x, y = (cv2.Sobel(luma, cv2.CV_64F, i, 1 - i, borderType=cv2.BORDER_REPLICATE) for i in (1, 0))
        assert tenengrad(picture) == pytest.approx(math.log10(1 + (x**2 + y**2).mean()), rel=1e-4)


def test_perceptual_blur_is_skimages(working):
    from skimage.measure import blur_effect

    for picture in working:
        expected = blur_effect(picture.luma.astype(np.float64), h_size=9)
        assert perceptual_blur(picture) == pytest.approx(expected, abs=1e-6)


def naive_edges(luma: np.ndarray) -> np.ndarray:
    """Octave's Sobel edges, thinned, as the Python port of the CPBD code writes them but for ties."""
    from scipy.ndimage import convolve

    kernel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 8
    strength = convolve(luma, kernel) ** 2
    strength[strength <= 2 * np.sqrt(strength.mean())] = 0
    padded = np.pad(strength, 1)
    x = (strength >= padded[1:-1, :-2]) & (strength > padded[1:-1, 2:])
    y = (strength >= padded[:-2, 1:-1]) & (strength > padded[2:, 1:-1])
    return x | y


def naive_widths(luma: np.ndarray) -> np.ndarray:
    """Marziliano's widths as in CPBD_compute.m (2009), 0-based."""
    rows, columns = luma.shape
    widths = np.zeros(luma.shape)
    gy, gx = np.gradient(luma)
    for m, n in zip(*np.nonzero(naive_edges(luma)), strict=True):
        if not (0 < m < rows - 1 and 0 < n < columns - 1):
            continue
        angle = 45 * round(math.degrees(math.atan2(gy[m, n], gx[m, n])) / 45) if gx[m, n] or gy[m, n] else 0
        if angle not in (0, 180, -180):
            continue
        up = 1 if angle == 0 else -1
        for side in (1, -1):
            for k in range(101):
                inner, outer = n + side * (1 + k), n + side * (2 + k)
                if not 0 <= outer < columns or up * side * (luma[m, outer] - luma[m, inner]) <= 0:
                    break
            widths[m, n] += k + 1
    return widths


def naive_cpbd(luma: np.ndarray) -> float:
    widths = naive_widths(luma)
    sharp = found = 0
    for y in range(0, luma.shape[0], 64):
        for x in range(0, luma.shape[1], 64):
            block, local = luma[y : y + 64, x : x + 64], widths[y : y + 64, x : x + 64]
            local = local[local > 0]
            if len(local) <= 0.002 * block.size:
                continue
            noticeable = 5 if block.max() - block.min() <= 50 else 3
            probability = 1 - np.exp(-((local / noticeable) ** 3.6))
            found += len(local)
            sharp += np.sum(np.round(100 * probability) <= 63)
    return sharp / found if found else 0.0


def test_cpbd_and_edge_width_agree_with_the_reference_code():
    from skimage.data import astronaut, coffee

    for rgb in (astronaut()[:200, :256], coffee()[100:300, 200:456]):
        picture = Picture(cv2.resize(rgb, (512, 400), interpolation=cv2.INTER_CUBIC))
        luma = np.rint(picture.luma * 255).astype(np.float64)
        across, down = naive_widths(luma), naive_widths(luma.T)
        both = np.concatenate([across[across > 0], down[down > 0]])
        assert edge_width(picture) == pytest.approx(both.mean(), rel=1e-3)
        assert cpbd(picture) == pytest.approx(naive_cpbd(luma), abs=2e-3)


CPBD_PACKAGE = (
    0.785, 0.822, 0.618, 0.639, 0.686, 0.708, 0.566, 0.722, 0.684, 0.752, 0.725, 0.662,
    0.766, 0.662, 0.727, 0.641, 0.544, 0.691, 0.784, 0.770, 0.688, 0.774, 0.481, 0.758,
)  # fmt: skip
"""PyPI's cpbd 1.0.7 on the Kodak photographs reduced to 2/3; it leaves out ties and incomplete blocks at the border."""


def test_cpbd_agrees_with_the_package_on_kodak(kodak):
    from scipy.stats import spearmanr

    reduced = (cv2.resize(rgb, None, fx=2 / 3, fy=2 / 3, interpolation=cv2.INTER_AREA) for rgb in kodak.values())
    values = [cpbd(Picture(rgb)) for rgb in reduced]
    assert np.abs(np.subtract(values, CPBD_PACKAGE)).max() < 0.03
    assert spearmanr(values, CPBD_PACKAGE)[0] > 0.97


def test_edge_width_of_gaussian_edges():
    """In 8 bits a blurred step of height H ends at z sigma, where H phi(z) / sigma falls below half a level."""
    for sigma in (2, 4, 6):
        z = math.sqrt(-2 * math.log(0.5 * sigma * math.sqrt(2 * math.pi) / 120))
        assert edge_width(grey(bars(sigma))) == pytest.approx(2 * z * sigma + 1, rel=0.1)
    assert edge_width(grey(bars())) == pytest.approx(2, abs=0.1)


def test_cpbd_limits():
    assert cpbd(grey(bars())) == 1
    assert cpbd(grey(bars(4))) == 0


@pytest.mark.parametrize("rim", [0, 6, 12, 30])
def test_haloes_measure_the_overshoot(rim):
    period = [60] * 31 + [60 - rim, 120, 180 + rim] + [180] * 29 + [180 + rim, 120, 60 - rim]
    picture = grey(np.tile(np.array(period)[np.arange(WIDTH) % len(period)], (HEIGHT, 1)))
    assert haloes(picture) == pytest.approx(rim / (120 + 2 * rim), abs=1e-3)


def test_a_line_has_no_halo():
    line = np.full(WIDTH, 60)
    line[20::40] = 200
    assert haloes(grey(np.tile(line, (HEIGHT, 1)))) == 0


def test_maximum_local_variation_is_athecs(working):
    for picture in working:
        luma = picture.luma.astype(np.float64)
        inner = luma[1:-1, 1:-1]
        height, width = inner.shape
        differences = [
            np.abs(inner - luma[i : i + height, j : j + width]) for i in range(3) for j in range(3) if (i, j) != (1, 1)
        ]
        assert maximum_local_variation(picture) == pytest.approx(np.max(differences, axis=0).std(), rel=1e-4)


def test_frequency_richness_is_athecs(working):
    for picture in working:
        amplitude = np.abs(np.fft.fft2(picture.luma.astype(np.float64)))
        assert frequency_richness(picture) == pytest.approx(np.mean(amplitude > 5), abs=1e-4)


@pytest.mark.parametrize(("cycles", "band"), [(5, 0), (24, 1), (48, 2), (96, 3), (200, 4)])
def test_spectral_bands_place_a_wave(cycles, band):
    wave = grey(128 + 100 * np.sin(2 * np.pi * cycles * np.arange(WIDTH) / WIDTH) * np.ones((HEIGHT, 1)))
    shares = np.array(spectral_bands(wave))
    assert shares.sum() == pytest.approx(1)
    assert shares.argmax() == band
    assert shares[band] > 0.8


def naive_detail(plane: np.ndarray) -> list[np.ndarray]:
    """LH, HL, HH of one CDF 9/7 level by lifting (Daubechies and Sweldens 1998), symmetric extension."""
    a, b, c, d, k = -1.586134342059924, -0.052980118572961, 0.882911075530934, 0.443506852043971, 1.149604398860241

    def along_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        even, odd = rows[:, ::2].copy(), rows[:, 1::2].copy()
        for weight in (a, c):
            odd += weight * (even + np.concatenate([even[:, 1:], even[:, -1:]], axis=1))
            other = b if weight == a else d
            even += other * (odd + np.concatenate([odd[:, :1], odd[:, :-1]], axis=1))
        return even * k, odd / k

    low, high = along_rows(plane)
    bands = [along_rows(half.T) for half in (low, high)]
    return [band.T for pair in bands for band in pair]


def test_fish_agrees_with_lifting(working):
    for picture in working:
        luma = picture.luma.astype(np.float64) * 255
        height, width = (side // 8 * 8 for side in luma.shape)
        if luma.shape != (height, width):
            continue
        score, plane = 0.0, luma
        for weight in (4, 2, 1):
            plane, lh, hl, hh = naive_detail(plane)
            lh, hl, hh = (math.log10(1 + np.mean(band**2)) for band in (lh, hl, hh))
            score += weight * (0.2 * (lh + hl) / 2 + 0.8 * hh)
        assert fish(picture) == pytest.approx(score, rel=0.01)


def test_fish_bb_finds_the_sharp_corner(photographs):
    rgb = Picture(photographs["astronaut"]).rgb
    blurred = cv2.GaussianBlur(rgb, (0, 0), 5)
    mixed = blurred.copy()
    mixed[:128, 192:320] = rgb[:128, 192:320]
    whole, corner, none = (fish_bb(Picture(picture)) for picture in (rgb, mixed, blurred))
    assert none < 0.6 * corner
    assert corner > 0.75 * whole
    assert fish(Picture(mixed)) < 0.7 * fish(Picture(rgb))


@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_pictures(level):
    flat = Picture(np.full((60, 80, 3), level, dtype=np.uint8))
    for function in (laplacian_variance, tenengrad, cpbd, edge_width, haloes, fish, fish_bb, maximum_local_variation):
        assert function(flat) == pytest.approx(0, abs=1e-3), function.__name__
    assert perceptual_blur(flat) == 1
    assert frequency_richness(flat) <= 1 / flat.luma.size
    assert not np.any(spectral_bands(flat))


MEASURES = (
    laplacian_variance, tenengrad, perceptual_blur, edge_width, haloes, maximum_local_variation,
    frequency_richness, fish,
)  # fmt: skip


@pytest.mark.parametrize("function", MEASURES, ids=lambda function: function.__name__)
def test_mirror_and_quarter_turn(function, photographs):
    rgb = Picture(photographs["coffee"]).rgb
    value = function(Picture(rgb))
    assert function(Picture(rgb[:, ::-1])) == pytest.approx(value, rel=0.02)
    assert function(Picture(np.rot90(rgb))) == pytest.approx(value, rel=0.02)


def test_every_module_is_imported_with_the_criterion():
    assert {"sharpness_focus", "sharpness_noise"} <= set(dir(sharpness))
