"""Colourfulness, saturation, hue and chroma, and the kernels behind every colour feature."""

from __future__ import annotations

import colorsys

import numba
import numpy as np
import pytest
from scipy import optimize, stats
from skimage import color

from iaa_classic import degradations
from iaa_classic.features import colour, colour_cast, colour_names, colour_palette
from iaa_classic.features.colour_histogram import coarse_shares, colours, histograms, quarter_lab, weighted_quantiles
from iaa_classic.features.kernels import colour as kernels
from iaa_classic.features.picture import Picture


def stripes(*parts, height=32):
    """Picture 512 wide of vertical stripes: colours, or (colour, width) pairs whose widths sum to 512."""
    pairs = [part if isinstance(part[0], tuple) else (part, 512 // len(parts)) for part in parts]
    row = np.concatenate([np.tile(np.array(rgb, dtype=np.uint8), (width, 1)) for rgb, width in pairs])
    assert len(row) == 512
    return Picture(np.tile(row, (height, 1, 1)))


def working(rgb):
    """The picture at the working scale, so that damage and measurement meet the same pixels."""
    return Picture(rgb).rgb


@pytest.fixture
def photographs(photographs):
    """The photographs that ship with packages; only one where the kernels run uncompiled."""
    return {"coffee": photographs["coffee"]} if numba.config.DISABLE_JIT else photographs


@pytest.fixture(params=["photographs", "kodak", "wallpapers"])
def coloured(request):
    """Photographs with any colour, at the working scale."""
    if numba.config.DISABLE_JIT:
        pytest.skip("hundreds of pictures take minutes without compilation; the kernels have tests of their own")
    found = [working(rgb) for rgb in request.getfixturevalue(request.param).values()]
    return [rgb for rgb in found if colour.mean_chroma(Picture(rgb)) > 2]


def share_that_rises(function, series):
    """Share of photographs on which the value rises strictly at every step of its series of pictures."""
    values = np.array([[function(Picture(rgb)) for rgb in steps] for steps in series])
    return np.mean(np.all(np.diff(values, axis=1) > 0, axis=1))


# Kernels against plain NumPy.


@pytest.fixture(scope="module")
def noise():
    rgb = np.random.default_rng(3).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    rgb[:5] = rgb[:5, :, :1]
    rgb[5:8] = (0, 0, 0)
    rgb[8:12] //= 20
    return rgb


@pytest.mark.kernels
def test_count_colours_agrees_with_numpy(noise):
    cubes, products, hues, counts, moments = kernels.count_colours(noise)
    flat = noise.reshape(-1, 3).astype(np.int64)
    index = (flat[:, 0] // 8 * 32 + flat[:, 1] // 8) * 32 + flat[:, 2] // 8
    np.testing.assert_array_equal(cubes[:, 0], np.bincount(index, minlength=32768))
    for c in range(3):
        np.testing.assert_array_equal(cubes[:, c + 1], np.bincount(index, flat[:, c], minlength=32768))
    pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    np.testing.assert_array_equal(products, [(flat[:, i] * flat[:, j]).sum() for i, j in pairs])
    hsv = np.array([colorsys.rgb_to_hsv(*pixel) for pixel in (flat / 255).tolist()])
    hue, saturation, value = hsv.T
    np.testing.assert_allclose(moments, [(saturation**n).sum() for n in (1, 2, 3)], rtol=1e-12)
    weight = saturation * np.minimum(1, value / 0.1)
    np.testing.assert_allclose(hues.sum(), weight.sum(), rtol=1e-12)
    expected = np.bincount((hue * 360 + 0.5 + 1e-9).astype(int) % 360, weight, minlength=360)
    np.testing.assert_allclose(hues, expected, atol=1.01)
    assert np.abs(hues - expected).sum() < 0.02 * hues.sum()
    assert np.abs(counts[:256] - np.histogram(hue, 256, (0, 1))[0]).sum() <= 8
    clear = (saturation > 0.2) & (value >= 0.15) & (value <= 0.95)
    assert np.abs(counts[256:276] - np.histogram(hue[clear], 20, (0, 1))[0]).sum() <= 8
    assert counts[276] == np.count_nonzero((saturation > 0.95) & (value > 0.3))
    assert counts[277] == flat.max(axis=1).sum()


@pytest.mark.kernels
def test_split_colours_finds_well_separated_clusters():
    random = np.random.default_rng(1)
    centres = np.array([[20.0, 0, 0], [80, 60, 0], [60, -60, 40], [40, 0, -70]])
    truth = random.integers(0, 4, 200)
    labels = kernels.split_colours(centres[truth] + random.normal(0, 2, (200, 3)), random.uniform(0.5, 1.5, 200), 4, 10)
    assert len(set(zip(truth.tolist(), labels.tolist(), strict=True))) == 4


@pytest.mark.kernels
def test_split_colours_ends_where_every_colour_is_with_its_nearest_mean():
    random = np.random.default_rng(2)
    points, weights = random.uniform(0, 100, (300, 3)), random.uniform(0.1, 1, 300)
    labels = kernels.split_colours(points, weights, 5, 100)
    means = np.array([np.average(points[labels == k], axis=0, weights=weights[labels == k]) for k in range(5)])
    nearest = np.linalg.norm(points[:, None] - means, axis=2).argmin(axis=1)
    np.testing.assert_array_equal(labels, nearest)


@pytest.mark.kernels
def test_split_colours_leaves_alike_colours_together():
    assert not kernels.split_colours(np.full((4, 3), 50.0) + np.eye(4, 3) * 0.5, np.full(4, 0.25), 8, 10).any()


@pytest.mark.kernels
def test_edge_light_agrees_with_numpy(noise):
    linear = colour_cast._linear_light()
    light = linear[noise]
    across, down = light[:-1, 1:] - light[:-1, :-1], light[1:, :-1] - light[:-1, :-1]
    top = noise.max(axis=2)
    kept = np.maximum(np.maximum(top[:-1, :-1], top[:-1, 1:]), top[1:, :-1]) < 250
    expected = (np.hypot(across, down) * kept[..., None]).sum(axis=(0, 1))
    np.testing.assert_allclose(kernels.edge_light(noise, linear), expected, rtol=1e-12)


@pytest.mark.kernels
def test_place_colours_agrees_with_numpy():
    random = np.random.default_rng(4)
    plane, centres = random.uniform(0, 100, (9, 13, 3)).astype(np.float32), random.uniform(0, 100, (4, 3))
    label = np.linalg.norm(plane[:, :, None] - centres, axis=3).argmin(axis=2)
    y, x = np.mgrid[:9, :13]
    x, y = (x + 0.5) / 13 - 0.5, (y + 0.5) / 9 - 0.5
    expected = [[np.sum((label == k) * part) for part in (1, x, y, x * x, y * y)] for k in range(4)]
    np.testing.assert_allclose(kernels.place_colours(plane, centres), expected, atol=1e-12)


# Shared intermediates.


def test_histograms_and_colours_keep_mean_and_covariance(photographs):
    picture = Picture(photographs["coffee"])
    flat = picture.rgb.reshape(-1, 3).astype(float)
    counted, held = histograms(picture), colours(picture)
    np.testing.assert_allclose(counted.mean, flat.mean(axis=0))
    np.testing.assert_allclose(counted.covariance, np.cov(flat.T, bias=True), rtol=1e-9)
    np.testing.assert_allclose(counted.brightness, flat.max(axis=1).mean() / 255)
    np.testing.assert_allclose(held.share.sum(), 1)
    np.testing.assert_allclose(held.share @ held.rgb, counted.mean / 255)
    # OpenCV interpolates CIELAB in a table.
    np.testing.assert_allclose(held.lab, color.rgb2lab(held.rgb[None])[0], atol=0.7)
    np.testing.assert_allclose(coarse_shares(picture, 1), [1])
    index = picture.rgb.astype(int) // 64 @ [16, 4, 1]
    np.testing.assert_allclose(coarse_shares(picture, 4), np.bincount(index.ravel(), minlength=64) / index.size)


def test_weighted_quantiles_agree_with_repetition():
    values, counts = np.array([5.0, 1.0, 3.0]), np.array([2, 5, 3])
    repeated = np.sort(np.repeat(values, counts))
    levels = (0.1, 0.5, 0.55, 0.8, 0.98, 1.0)
    expected = [repeated[int(np.ceil(level * 10)) - 1] for level in levels]
    assert weighted_quantiles(values, counts / 10, *levels) == expected


def test_quarter_lab_is_a_quarter():
    assert quarter_lab(stripes((255, 0, 0), height=32)).shape == (8, 128, 3)


# Features.


def test_colourfulness_follows_its_formula(photographs):
    for rgb in photographs.values():
        picture = Picture(rgb)
        red, green, blue = (picture.rgb[..., c].astype(float) for c in range(3))
        rg, yb = red - green, 0.5 * (red + green) - blue
        expected = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
        assert colour.colourfulness(picture) == pytest.approx(expected, rel=1e-9)


def test_colourfulness_of_half_red_half_blue_by_hand():
    assert colour.colourfulness(stripes((255, 0, 0), (0, 0, 255))) == pytest.approx(272.62, abs=0.01)


def test_datta_colourfulness_has_the_published_values():
    # photo-quality (Junttila): pure red 153.7, single colours 75 to 154.
    assert colour.datta_colourfulness(stripes((255, 0, 0))) == pytest.approx(153.7, abs=0.05)
    singles = [
        colour.datta_colourfulness(Picture(np.full((1, 512, 3), (r, g, b), dtype=np.uint8)))
        for r, g, b in np.ndindex(4, 4, 4)
        for r, g, b in [(64 * r + 9, 64 * g + 9, 64 * b + 9)]
    ]
    assert 75 <= min(singles) < 76
    assert 153 < max(singles) <= 154
    every = [tuple(int(64 * i + 32) for i in cube) for cube in np.ndindex(4, 4, 4)]
    assert colour.datta_colourfulness(stripes(*every)) == pytest.approx(0, abs=1e-3)


def test_datta_colourfulness_is_the_exact_transport_cost(photographs):
    cost = colour._cube_distances().astype(float)
    centres = (np.indices((4, 4, 4)).reshape(3, -1).T + 0.5) / 4
    luv = color.rgb2luv(centres[None])[0]
    np.testing.assert_allclose(cost, np.linalg.norm(luv[:, None] - luv[None], axis=2), atol=0.05)
    balance = np.zeros((128, 64, 64))
    for k in range(64):
        balance[k, k], balance[64 + k, :, k] = 1, 1
    for rgb in photographs.values():
        picture = Picture(rgb)
        held = np.concatenate([coarse_shares(picture, 4), np.full(64, 1 / 64)])
        best = optimize.linprog(cost.ravel(), A_eq=balance.reshape(128, -1)[:-1], b_eq=held[:-1], method="highs")
        assert colour.datta_colourfulness(picture) == pytest.approx(best.fun, rel=1e-4)


def test_saturation_statistics_by_hand():
    picture = stripes(((255, 0, 0), 128), ((255, 128, 128), 128), ((77, 77, 77), 256))
    values = np.repeat([1, 127 / 255, 0, 0], 128)
    assert colour.mean_saturation(picture) == pytest.approx(values.mean())
    assert colour.saturation_deviation(picture) == pytest.approx(values.std())
    skewness = stats.skew(values)
    assert colour.saturation_skewness(picture) == pytest.approx(skewness / (1 + abs(skewness)))
    assert colour.saturation_skewness(stripes((255, 0, 0))) == 0


def test_saturation_skewness_changes_sign_with_what_is_rare():
    rare, frequent = ((255, 0, 0), 64), ((128, 128, 128), 448)
    assert colour.saturation_skewness(stripes(rare, frequent)) > 0.5
    assert colour.saturation_skewness(stripes(((255, 0, 0), 448), ((128, 128, 128), 64))) < -0.5


def test_clipped_saturation_counts_pure_bright_colours():
    picture = stripes(((255, 0, 0), 100), ((255, 40, 40), 100), ((60, 0, 0), 100), ((0, 200, 5), 100), ((9, 9, 9), 112))
    assert colour.clipped_saturation(picture) == pytest.approx(200 / 512)


def test_hue_moments_by_hand():
    small = colour.colour_harmony.GREY_SHARE
    cosine, sine, concentration, polarity = colour.hue_moments(stripes((255, 0, 0)))
    assert (cosine, sine) == pytest.approx((1 / (1 + small), 0))
    assert (concentration, polarity) == pytest.approx((1 / (1 + small),) * 2)
    red_and_cyan = colour.hue_moments(stripes((255, 0, 0), (0, 255, 255)))
    assert red_and_cyan == pytest.approx([0, 0, 0, 1 / (1 + small)], abs=1e-12)
    yellow_and_magenta = colour.hue_moments(stripes((255, 255, 0), (255, 0, 255)))
    assert yellow_and_magenta == pytest.approx([0.5 / (1 + small), 0, 0.5 / (1 + small), 0.5 / (1 + small)])
    assert colour.hue_moments(stripes((80, 80, 80))) == [0, 0, 0, 0]


def test_hue_moments_agree_with_circular_statistics_over_pixels(photographs):
    for rgb in photographs.values():
        picture = Picture(rgb)
        hsv = color.rgb2hsv(picture.rgb)
        weight = hsv[..., 1] * np.minimum(1, hsv[..., 2] / 0.1)
        mean = (weight * np.exp(2j * np.pi * hsv[..., 0])).mean() / (weight.mean() + 0.02)
        cosine, sine, concentration, _ = colour.hue_moments(picture)
        assert complex(cosine, sine) == pytest.approx(mean, abs=0.005)
        assert concentration == pytest.approx(abs(mean), abs=0.005)


def test_hue_count_ignores_rare_dull_dark_and_bright_hues():
    picture = stripes(
        ((200, 0, 0), 150), ((0, 200, 0), 150), ((0, 0, 200), 100), ((200, 200, 0), 4),
        ((30, 0, 30), 36), ((160, 150, 140), 36), ((0, 255, 255), 36),
    )  # fmt: skip
    assert colour.hue_count(picture) == 3
    assert colour.hue_count(stripes((90, 90, 90))) == 0


def test_entropies_by_hand():
    four = stripes((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))
    assert colour.hue_entropy(four) == pytest.approx(2)
    assert colour.colour_entropy(four) == pytest.approx(2)
    greys = stripes((0, 0, 0), (80, 80, 80), (160, 160, 160), (240, 240, 240))
    assert colour.hue_entropy(greys) == 0
    assert colour.colour_entropy(greys) == pytest.approx(2)
    assert colour.colour_entropy(stripes((5, 6, 7))) == 0


def test_opponent_and_chroma_statistics_agree_with_scikit_image(photographs):
    for rgb in photographs.values():
        picture = Picture(rgb)
        lab = color.rgb2lab(picture.rgb)
        a, b = lab[..., 1], lab[..., 2]
        chroma = np.hypot(a, b)
        assert colour.opponent_statistics(picture) == pytest.approx([a.mean(), b.mean(), a.std(), b.std()], abs=0.5)
        assert colour.mean_chroma(picture) == pytest.approx(chroma.mean(), abs=0.5)
        assert colour.chroma_deviation(picture) == pytest.approx(chroma.std(), abs=0.5)
        correlation = np.corrcoef(lab[..., 0].ravel(), chroma.ravel())[0, 1]
        assert colour.lightness_chroma_correlation(picture) == pytest.approx(correlation, abs=0.03)


def test_lightness_chroma_correlation_by_hand():
    assert colour.lightness_chroma_correlation(stripes((255, 255, 0), (20, 20, 20))) > 0.99
    assert colour.lightness_chroma_correlation(stripes((0, 0, 128), (240, 240, 240))) < -0.99
    assert colour.lightness_chroma_correlation(stripes((90, 10, 10))) == pytest.approx(0)


def test_monochrome_degree_is_one_for_grey_sepia_and_one_hue(photographs):
    ramp = np.linspace(0, 1, 512)
    lab = np.stack([20 + 60 * ramp, 5 + 10 * ramp, 10 + 20 * ramp], axis=-1)[None]
    one_hue = np.rint(255 * color.lab2rgb(np.repeat(lab, 32, axis=0))).astype(np.uint8)
    assert colour.monochrome_degree(Picture(one_hue)) > 0.97
    for rgb in photographs.values():
        grey = degradations.saturate(rgb, 0)
        assert colour.monochrome_degree(Picture(grey)) > 0.99
    assert colour.monochrome_degree(stripes((255, 0, 0), (0, 160, 0))) < 0.01


# Photographs.


@pytest.mark.parametrize("function", [colour.colourfulness, colour.mean_saturation, colour.mean_chroma])
def test_rises_with_saturation(function, coloured):
    series = [[degradations.saturate(rgb, k) for k in (0, 0.5, 1, 1.6, 2.5)] for rgb in coloured]
    assert share_that_rises(function, series) >= 0.95


def test_monochrome_degree_rises_as_colour_goes(coloured):
    series = [[degradations.saturate(rgb, k) for k in (1, 0.5, 0)] for rgb in coloured]
    assert share_that_rises(colour.monochrome_degree, series) >= 0.95


def test_clipped_saturation_rises_with_over_saturation(coloured):
    before, some, much = (
        np.array([colour.clipped_saturation(Picture(degradations.saturate(rgb, k))) for rgb in coloured]) for k in (1, 1.6, 2.5)
    )
    assert np.all(before <= some)
    assert np.all(some <= much)
    assert np.mean(before < much) >= 0.95


@pytest.mark.parametrize(("hue", "sign"), [(60, 1), (240, -1)])
def test_casts_move_the_mean_of_b(hue, sign, coloured):
    series = [[degradations.colour_cast(rgb, k, hue) for k in (0, 10, 20, 30)] for rgb in coloured]
    assert share_that_rises(lambda picture: sign * colour.opponent_statistics(picture)[1], series) >= 0.95


TOOLBOX = {
    "mean S channel": colour.mean_saturation,
    "std S channel": colour.saturation_deviation,
    "mean a channel": lambda picture: colour.opponent_statistics(picture)[0],
    "mean b channel (Lab)": lambda picture: colour.opponent_statistics(picture)[1],
    "std a channel": lambda picture: colour.opponent_statistics(picture)[2],
    "std b channel (Lab)": lambda picture: colour.opponent_statistics(picture)[3],
    "mean V channel": lambda picture: histograms(picture).brightness,
    "mean R channel": lambda picture: histograms(picture).mean[0],
    "mean G channel": lambda picture: histograms(picture).mean[1],
    "mean B channel (RGB)": lambda picture: histograms(picture).mean[2],
    "std R channel": lambda picture: histograms(picture).covariance[0, 0],
    "std G channel": lambda picture: histograms(picture).covariance[1, 1],
    "std B channel": lambda picture: histograms(picture).covariance[2, 2],
}


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="24 photographs take a minute without compilation")
@pytest.mark.parametrize("column", TOOLBOX)
def test_agrees_with_aesthetics_toolbox(column, kodak, toolbox):
    values = [TOOLBOX[column](Picture(kodak[name])) for name in toolbox.index]
    assert stats.spearmanr(values, toolbox[column]).statistic >= 0.95


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="24 photographs take a minute without compilation")
def test_hue_entropy_agrees_with_aesthetics_toolbox(kodak, toolbox):
    # The toolbox spreads its bins from the smallest to the largest hue that occurs; here they divide the whole circle.
    values = [colour.hue_entropy(Picture(kodak[name])) for name in toolbox.index]
    assert stats.spearmanr(values, toolbox["Color entropy"]).statistic >= 0.9


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="slow without compilation")
def test_mirror_and_scale_leave_colour_alone(photographs):
    checked = (
        colour.colourfulness, colour.hue_count, colour.colour_entropy,
        colour_palette.dominant_colours, colour_palette.colour_scatter, colour_names.colour_naturalness,
    )  # fmt: skip
    for rgb in photographs.values():
        here, mirrored = Picture(rgb), Picture(np.ascontiguousarray(rgb[:, ::-1]))
        doubled = Picture(np.repeat(np.repeat(rgb, 2, axis=0), 2, axis=1))
        for function in checked:
            assert function(mirrored) == pytest.approx(function(here), rel=0.02, abs=0.02)
            assert function(doubled) == pytest.approx(function(here), rel=0.05, abs=0.02)
