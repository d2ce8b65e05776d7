"""Order, complexity, fractals and regions of ``pattern``; agreement with Aesthetics-Toolbox; stability."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import Picture, pattern, select
from iaa_classic.features import pattern_fractal as fractal
from iaa_classic.features import pattern_orientation as orientation
from iaa_classic.features import pattern_regions as regions
from iaa_classic.features import pattern_spectrum as spectrum

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="photographs take minutes without compilation")

NAMES = [record.name for record in select("pattern")]


def _grey(plane: np.ndarray) -> Picture:
    return Picture(np.repeat(np.asarray(plane, dtype=np.uint8)[..., None], 3, axis=2))


def _noise(seed: int = 0, shape: tuple[int, int] = (384, 512)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


# --- agreement with Aesthetics-Toolbox -------------------------------------------------------------------------------

AGREEMENT = [
    ("1st-order EOE", orientation.edge_orientation_entropy),
    ("2nd-order EOE", orientation.edge_orientation_entropy_pairs),
    ("Edge density", orientation.gabor_edge_density),
    ("Fourier sigma", spectrum.fourier_sigma),
    ("Slope Redies", spectrum.fourier_slope),
    ("Slope Spehar", spectrum.fourier_slope_spehar),
    ("Slope Mather", spectrum.fourier_slope_mather),
    ("Homogeneity", pattern.ink_homogeneity),
    ("2D Fractal dimension", fractal.fractal_dimension_2d),
    ("3D Fractal dimension", fractal.fractal_dimension_3d),
    ("Self-similarity (PHOG)", orientation.phog_self_similarity),
    ("Complexity", orientation.phog_complexity),
    ("Anisotropy", orientation.phog_anisotropy),
]


@pytest.fixture(scope="module")
def pictures(kodak):
    return {name: Picture(rgb) for name, rgb in kodak.items()}


@pytest.mark.parametrize(("column", "measure"), AGREEMENT, ids=[column for column, _ in AGREEMENT])
@compiled
def test_agrees_with_aesthetics_toolbox(column, measure, pictures, toolbox):
    from scipy.stats import spearmanr

    own = [measure(picture) for picture in pictures.values()]
    # The toolbox compares histograms at the picture's own size, where cells of level 3 hold more pixels.
    least = 0.94 if column == "Self-similarity (PHOG)" else 0.95
    assert spearmanr(own, toolbox.loc[list(pictures), column]).statistic >= least


@pytest.mark.parametrize(
    ("column", "measure", "slack"),
    [
        ("1st-order EOE", orientation.edge_orientation_entropy, 0.02),
        ("2nd-order EOE", orientation.edge_orientation_entropy_pairs, 0.03),
        ("Self-similarity (PHOG)", orientation.phog_self_similarity, 0.03),
    ],
)
@compiled
def test_values_are_near_those_of_aesthetics_toolbox(column, measure, slack, pictures, toolbox):
    own = np.array([measure(picture) for picture in pictures.values()])
    assert np.abs(own - toolbox.loc[list(pictures), column]).mean() < slack


# --- order, complexity, clutter --------------------------------------------------------------------------------------


def test_jpeg_complexity_is_the_size_of_the_file():
    import io

    from PIL import Image

    rgb = np.random.default_rng(5).integers(0, 256, (384, 512, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=75)
    bits = 8 * len(file.getvalue()) / (384 * 512)
    assert pattern.jpeg_complexity(Picture(rgb)) == pytest.approx(math.log2(1 + bits), abs=0.03)


@compiled
def test_complexity_falls_with_blur_and_rises_with_noise(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    for measure in (pattern.jpeg_complexity, pattern.local_entropy):
        for damage, way in ((degradations.defocus, -1), (degradations.noise, 1)):
            moves = [way * (measure(Picture(damage(a, 12))) - measure(Picture(a))) > 0 for a in pictures]
            assert np.mean(moves) >= 0.95, (measure.__name__, damage.__name__, np.mean(moves))


@compiled
def test_blur_orders_space(photographs, kodak):
    for rgb in [*photographs.values(), *kodak.values()]:
        blurred = Picture(degradations.defocus(rgb, 12))
        assert pattern.spatial_order(blurred) > pattern.spatial_order(Picture(rgb))


@compiled
def test_spatial_order_compares_jpeg_and_palette(photographs):
    picture = Picture(photographs["coffee"])
    entropy = pattern._palette_entropy(picture)
    bits = 2 ** pattern.jpeg_complexity(picture) - 1
    assert pattern.spatial_order(picture) == pytest.approx(1 - bits / entropy, rel=1e-6)


@compiled
def test_order_in_space_is_lost_by_shuffling_pixels(photographs):
    for rgb in photographs.values():
        working = Picture(rgb).rgb
        shuffled = np.random.default_rng(0).permutation(working.reshape(-1, 3)).reshape(working.shape)
        assert pattern.spatial_order(Picture(shuffled)) < pattern.spatial_order(Picture(working)) - 0.2


def test_local_entropy_of_levels_by_hand():
    """Noise of 16 equally common levels: 4 bits less the bias of 81 samples (15 / (2 * 81 ln 2) = 0.13 bits)."""
    random = np.random.default_rng(1)
    blocks = np.repeat(np.repeat(random.integers(0, 16, (192, 256)) * 16 + 8, 2, axis=0), 2, axis=1)
    assert pattern.local_entropy(_grey(blocks)) == pytest.approx(4 - 0.13, abs=0.03)
    half = blocks.copy()
    half[:, :256] = 100
    assert pattern.local_entropy(_grey(half)) == pytest.approx((4 - 0.13) / 2, abs=0.1)
    assert pattern.local_entropy_spread(_grey(half)) > 1.8
    assert pattern.local_entropy_spread(_grey(blocks)) < 0.1


def test_canny_edge_share_of_a_square():
    """The outline of a square of 100 x 100 half-scale pixels is about 400 pixels long."""
    plane = np.full((384, 512), 50)
    plane[92:292, 156:356] = 200
    assert pattern.canny_edge_share(_grey(plane)) == pytest.approx(400 / (192 * 256), rel=0.05)


@compiled
def test_blur_removes_lines(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    measure = pattern.canny_edge_share
    assert np.mean([measure(Picture(degradations.defocus(a, 12))) < measure(Picture(a)) for a in pictures]) >= 0.95


def test_homogeneity_by_hand():
    """Ink in one corner tenth: 0. In one column of cells: (0 + 100) / 2. Everywhere alike: 100."""
    corner = np.full((400, 500), 230)
    corner[:40, :50] = 10
    column = np.full((400, 500), 230)
    column[:, :50] = 10
    y, x = np.indices((400, 500))
    checks = np.where((x // 10 + y // 10) % 4 == 0, 10, 230)
    assert pattern.ink_homogeneity(_grey(corner)) == pytest.approx(0, abs=3)
    assert pattern.ink_homogeneity(_grey(column)) == pytest.approx(50, abs=2)
    assert pattern.ink_homogeneity(_grey(checks)) == pytest.approx(100, abs=0.5)


def test_homogeneity_takes_the_rarer_tone():
    plane = np.full((400, 500), 230)
    plane[:, :100] = 10
    assert pattern.ink_homogeneity(_grey(plane)) == pytest.approx(pattern.ink_homogeneity(_grey(255 - plane)), abs=0.5)


def test_colour_clutter_is_the_radius_of_the_local_colours():
    import cv2

    cells = np.random.default_rng(2).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    picture = Picture(np.repeat(np.repeat(cells, 4, axis=0), 4, axis=1))
    lab = cv2.cvtColor(cells.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    radii = []
    for y in range(3, 93, 5):
        for x in range(3, 125, 5):
            part = lab[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3).astype(float)
            radii.append(np.linalg.det(np.cov(part.T, bias=True)) ** (1 / 6))
    assert pattern.colour_clutter(picture) == pytest.approx(np.mean(radii), rel=0.03)
    assert pattern.colour_clutter(_grey(_noise())) < 0.3


@compiled
def test_desaturation_lowers_colour_clutter(photographs, kodak):
    for rgb in [*photographs.values(), *kodak.values()]:
        faded = Picture(degradations.saturate(rgb, 0.4))
        assert pattern.colour_clutter(faded) < pattern.colour_clutter(Picture(rgb))


# --- fractal dimensions ----------------------------------------------------------------------------------------------


def _koch_snowflake() -> np.ndarray:
    import cv2

    points = np.array([0, 1, 0.5 - 1j * math.sqrt(3) / 2, 0])
    for _ in range(5):
        start, step = points[:-1], np.diff(points) / 3
        corner = start + step + step * np.exp(1j * math.pi / 3)
        points = np.append(np.stack([start, start + step, corner, start + 2 * step], axis=1).ravel(), points[-1])
    outline = np.stack([points.real, points.imag], axis=1)
    outline = (outline - outline.min(axis=0)) / np.ptp(outline, axis=0).max() * 440 + 36
    plane = np.full((512, 512), 220, np.uint8)
    cv2.fillPoly(plane, [np.rint(outline).astype(np.int32)], 30)
    return plane


def test_outline_dimension_of_a_disc_a_snowflake_and_noise():
    """True dimensions 1, log 4 / log 3 = 1.262, 2; the published count comes out somewhat below the first two."""
    y, x = np.indices((512, 512))
    disc = np.where(np.hypot(y - 250, x - 260) < 170, 30, 220)
    smooth = fractal.fractal_dimension_2d(_grey(disc))
    snowflake = fractal.fractal_dimension_2d(_grey(_koch_snowflake()))
    assert 0.8 < smooth < 1.05
    assert smooth + 0.2 < snowflake < 1.3
    assert fractal.fractal_dimension_2d(_grey(_noise(shape=(512, 512)))) > 1.8


def test_tone_dimension_falls_with_the_spectral_slope():
    """Power falling as f ** slope makes rougher landscapes the flatter the slope."""
    values = []
    for slope in (-4.0, -3.0, -2.0, -1.0):
        white = np.fft.fft2(np.random.default_rng(0).standard_normal((512, 512)))
        frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(512), np.fft.fftfreq(512)))
        frequency[0, 0] = np.inf
        field = np.fft.ifft2(white * frequency ** (slope / 2)).real
        values.append(fractal.fractal_dimension_3d(_grey(np.clip(128 + 40 * field / field.std(), 0, 255))))
    assert values == sorted(values)
    assert values[0] < 2.4
    assert values[-1] > 2.7


@compiled
def test_blur_smooths_the_landscape(photographs, kodak):
    for rgb in [*photographs.values(), *kodak.values()]:
        blurred = Picture(degradations.defocus(rgb, 6))
        assert fractal.fractal_dimension_3d(blurred) < fractal.fractal_dimension_3d(Picture(rgb))


# --- regions ---------------------------------------------------------------------------------------------------------


def _flags() -> np.ndarray:
    """Four plain areas: half, quarter, eighth and eighth of the frame."""
    rgb = np.zeros((384, 512, 3), np.uint8)
    rgb[:, :256] = (200, 40, 40)
    rgb[:192, 256:] = (40, 160, 60)
    rgb[192:, 256:384] = (30, 60, 200)
    rgb[192:, 384:] = (230, 220, 60)
    return rgb


def test_regions_of_plain_areas_by_hand():
    picture = Picture(_flags())
    # Reducing may leave seams between the areas.
    for shares in regions.region_shares(picture):
        np.testing.assert_allclose(np.sort(shares)[::-1][:4], [0.5, 0.25, 0.125, 0.125], atol=0.03)
    assert regions.five_regions_share(picture) > 0.92
    assert 4 <= regions.large_region_count(picture) <= 5
    assert regions.region_count(picture) <= 4


def test_region_statistics_by_hand():
    picture = Picture(_flags())
    picture._shared[regions.region_shares.__wrapped__] = [
        np.array([0.5, 0.25, 0.125, 0.125]),
        np.array([0.9, 0.06, 0.02, 0.008, 0.004, 0.004, 0.002, 0.002]),
    ]
    assert regions.region_count(picture) == 2.5
    assert regions.large_region_count(picture) == 3.5
    assert regions.five_regions_share(picture) == pytest.approx((1 + 0.992) / 2)
    second = -sum(p * math.log2(p) for p in (0.9, 0.06, 0.02, 0.008, 0.004, 0.004, 0.002, 0.002)) / 3
    assert regions.region_evenness(picture) == pytest.approx((1.75 / 2 + second) / 2)


@compiled
def test_contrast_makes_regions(photographs, kodak):
    assert regions.region_count(_grey(_noise(shape=(96, 128)))) > regions.region_count(Picture(_flags())) + 2
    pictures = [*photographs.values(), *kodak.values()]
    measure = regions.region_count
    fewer = [measure(Picture(degradations.flatten_contrast(a, 0.3))) < measure(Picture(a)) for a in pictures]
    assert np.mean(fewer) >= 0.95


# --- stability of every feature --------------------------------------------------------------------------------------

_LESS_STEADY = {
    # Decided by the highest frequencies, next to the limit of the working scale.
    "fourier_slope": 0.1,
    "fourier_slope_mather": 0.1,
    "fourier_slope_spehar": 0.1,
}
"""Share of their spread that the less steady features may move by; the others 0.05."""


def _values(rgb: np.ndarray) -> np.ndarray:
    picture = Picture(rgb)
    return np.array([record.function(picture) for record in select("pattern")])


@pytest.fixture(scope="module")
def spread(kodak, photographs, wallpapers):
    """Values of all features on the Kodak photographs, and the range that they span on all."""
    values = np.array([_values(rgb) for rgb in kodak.values()])
    wide = np.array([_values(rgb) for rgb in [*photographs.values(), *wallpapers.values()]])
    every = np.concatenate((values, wide))
    return values, np.ptp(every, axis=0)


def _moved(kodak, spread, change, names=NAMES):
    values, width = spread
    changed = np.array([_values(change(rgb)) for rgb in kodak.values()])
    moved = np.abs(changed - values) / width
    return {name: moved[:, NAMES.index(name)] for name in names}


@compiled
def test_jpeg_92_moves_no_feature_much(kodak, spread):
    for name, moved in _moved(kodak, spread, lambda rgb: degradations.jpeg(rgb, 92)).items():
        assert np.median(moved) < _LESS_STEADY.get(name, 0.05), (name, np.median(moved))


@compiled
def test_mirroring_moves_no_feature_much(kodak, spread):
    for name, moved in _moved(kodak, spread, lambda rgb: np.ascontiguousarray(rgb[:, ::-1])).items():
        assert np.median(moved) < 0.03, (name, np.median(moved))


@compiled
def test_size_moves_no_feature_much(wallpapers, spread):
    """Reduced as photo editors do, with a Lanczos filter, which unlike an area filter keeps the contrast of detail."""
    from PIL import Image

    _, width = spread
    moved = []
    for rgb in list(wallpapers.values())[:8]:
        size = (round(rgb.shape[1] * 0.6), round(rgb.shape[0] * 0.6))
        smaller = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))
        moved.append(np.abs(_values(smaller) - _values(rgb)) / width)
    for name, typical in zip(NAMES, np.median(moved, axis=0), strict=True):
        assert typical < _LESS_STEADY.get(name, 0.05), (name, typical)
