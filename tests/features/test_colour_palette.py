"""The palette and what it says."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from skimage import color

from iaa_classic import degradations
from iaa_classic.features import colour_palette as palette_module
from iaa_classic.features.colour_histogram import colours
from iaa_classic.features.picture import Picture

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 150, 40), (30, 50, 190), (230, 210, 40)
BLACK, GREY, WHITE = (0, 0, 0), (128, 128, 128), (255, 255, 255)


@pytest.fixture
def photographs(photographs):
    """The photographs that ship with packages; only one where the kernels run uncompiled."""
    return {"coffee": photographs["coffee"]} if numba.config.DISABLE_JIT else photographs


def stripes(*pairs, height=64):
    """Picture 512 wide of vertical stripes given as (colour, width)."""
    row = np.concatenate([np.tile(np.array(rgb, dtype=np.uint8), (width, 1)) for rgb, width in pairs])
    assert len(row) == 512
    return Picture(np.tile(row, (height, 1, 1)))


def lab_of(*rgb):
    return color.rgb2lab(np.array([rgb], dtype=np.uint8))[0]


def itten(picture):
    return dict(zip(("brightness", "saturation", "hue", "warm_cold", "complementary"),
                    palette_module.itten_contrasts(picture), strict=True))  # fmt: skip


def test_palette_finds_the_colours_of_stripes_and_ranks_them():
    found = palette_module.palette(stripes((RED, 100), (BLUE, 250), (YELLOW, 162)))
    np.testing.assert_allclose(found.share, [250 / 512, 162 / 512, 100 / 512])
    np.testing.assert_allclose(found.lab, lab_of(BLUE, YELLOW, RED), atol=0.7)
    np.testing.assert_allclose(found.hsv[:, 0], [232.5, 53.7, 0], atol=0.5)


def test_palette_joins_shades_and_swallows_specks():
    shades = stripes(((100, 100, 100), 200), ((112, 112, 112), 200), (RED, 112))
    np.testing.assert_allclose(palette_module.palette(shades).share, [400 / 512, 112 / 512])
    speck = stripes((BLUE, 3), (GREY, 300), (RED, 209))
    np.testing.assert_allclose(palette_module.palette(speck).share, [303 / 512, 209 / 512])


def test_palette_and_clusters_of_photographs_are_well_formed(photographs):
    for rgb in photographs.values():
        picture = Picture(rgb)
        for found in (palette_module.clusters(picture), palette_module.palette(picture)):
            assert found.share.sum() == pytest.approx(1)
            assert found.share.min() > 0
            held = colours(picture)
            mean = held.share @ held.lab
            np.testing.assert_allclose(found.share @ found.lab, mean, atol=1e-9)
            np.testing.assert_allclose(np.bincount(found.labels, held.share), found.share)
        ranked = palette_module.palette(picture)
        assert np.all(np.diff(ranked.share) <= 1e-12)
        assert ranked.share.min() >= palette_module.SMALLEST_SHARE


def test_palette_does_not_depend_on_where_colours_lie(photographs):
    rgb = Picture(photographs["coffee"]).rgb
    shuffled = np.random.default_rng(0).permutation(rgb.reshape(-1, 3)).reshape(rgb.shape)
    np.testing.assert_array_equal(palette_module.palette(Picture(rgb)).lab, palette_module.palette(Picture(shuffled)).lab)


def test_dominant_colours_counts_unlike_colours():
    assert palette_module.dominant_colours(stripes((RED, 512))) == pytest.approx(1)
    assert palette_module.dominant_colours(stripes((BLACK, 256), (WHITE, 256))) == pytest.approx(2, abs=1e-6)
    four = stripes((RED, 128), (GREEN, 128), (BLUE, 128), (YELLOW, 128))
    assert palette_module.dominant_colours(four) == pytest.approx(4, abs=0.05)
    uneven = stripes((BLACK, 384), (WHITE, 128))
    assert palette_module.dominant_colours(uneven) == pytest.approx(1 / (0.75**2 + 0.25**2), abs=1e-6)
    alike = stripes(((100, 100, 100), 256), ((102, 102, 102), 256))
    assert palette_module.dominant_colours(alike) == pytest.approx(1, abs=0.02)


def test_main_colour_share_by_hand():
    assert palette_module.main_colour_share(stripes((RED, 512))) == 1
    assert palette_module.main_colour_share(stripes((BLACK, 384), (WHITE, 128))) == pytest.approx(0.75, abs=1e-6)
    apart = np.linalg.norm(np.diff(lab_of((110, 110, 110), (140, 140, 140)), axis=0))
    half_alike = 0.5 + 0.5 * math.exp(-((apart / 20) ** 2))
    picture = stripes(((110, 110, 110), 256), ((140, 140, 140), 256))
    assert palette_module.main_colour_share(picture) == pytest.approx(half_alike, abs=0.01)


def test_palette_spread_by_hand():
    assert palette_module.palette_spread(stripes((BLACK, 256), (WHITE, 256))) == pytest.approx(50, abs=0.1)
    assert palette_module.palette_spread(stripes((RED, 512))) == pytest.approx(0, abs=1e-9)
    distance = np.linalg.norm(np.diff(lab_of(RED, BLUE), axis=0))
    expected = 2 * 0.75 * 0.25 * distance
    assert palette_module.palette_spread(stripes((RED, 384), (BLUE, 128))) == pytest.approx(expected, rel=0.01)


def test_palette_contrast_leaves_lightness_and_small_colours_out():
    distance = np.linalg.norm(np.diff(lab_of(RED, BLUE), axis=0)[0, 1:])
    assert palette_module.palette_contrast(stripes((RED, 384), (BLUE, 128))) == pytest.approx(distance, rel=0.01)
    assert palette_module.palette_contrast(stripes((BLACK, 256), (WHITE, 256))) == pytest.approx(0, abs=0.1)
    assert palette_module.palette_contrast(stripes((RED, 492), (BLUE, 20))) == 0


def test_colour_accent_is_a_vivid_minority():
    chroma = np.hypot(*lab_of(RED, GREY)[:, 1:].T)
    assert palette_module.colour_accent(stripes((RED, 30), (GREY, 482))) == pytest.approx(chroma[0] - chroma[1], abs=1)
    assert palette_module.colour_accent(stripes((RED, 5), (GREY, 507))) == pytest.approx(0, abs=0.1)
    assert palette_module.colour_accent(stripes((RED, 482), (GREY, 30))) == pytest.approx(0, abs=0.1)


def test_colour_scatter_by_hand():
    assert palette_module.colour_scatter(stripes((RED, 512))) == pytest.approx(1, abs=0.01)
    # Two halves: the variance along one axis is a quarter of the whole's.
    assert palette_module.colour_scatter(stripes((RED, 256), (BLUE, 256))) == pytest.approx(math.sqrt(0.625), abs=0.01)
    many = stripes(*[(RED, 16), (BLUE, 16)] * 16)
    assert palette_module.colour_scatter(many) == pytest.approx(1, abs=0.01)
    corners = np.full((512, 512, 3), GREY, dtype=np.uint8)
    corners[:32, :32] = corners[-32:, -32:] = RED
    square = np.full((512, 512, 3), GREY, dtype=np.uint8)
    square[200:232, 200:264] = RED
    assert palette_module.colour_scatter(Picture(corners)) > palette_module.colour_scatter(Picture(square))


def test_colour_scatter_rises_as_a_photograph_is_shuffled(photographs):
    for rgb in photographs.values():
        shuffled = degradations.shuffle_blocks(Picture(rgb).rgb, 32)
        assert palette_module.colour_scatter(Picture(shuffled)) > palette_module.colour_scatter(Picture(rgb))


def test_itten_contrasts_of_one_colour_are_nil():
    for rgb in (RED, BLACK, WHITE, GREY):
        assert palette_module.itten_contrasts(stripes((rgb, 512))) == pytest.approx([0] * 5, abs=1e-9)


def test_itten_contrasts_by_hand():
    black_and_white = itten(stripes((BLACK, 256), (WHITE, 256)))
    assert black_and_white["brightness"] == pytest.approx(1)
    assert [black_and_white[name] for name in ("saturation", "hue", "warm_cold", "complementary")] == [0] * 4
    assert itten(stripes(((255, 0, 0), 256), (WHITE, 256)))["saturation"] == pytest.approx(1)
    red_and_cyan = itten(stripes(((255, 0, 0), 256), ((0, 255, 255), 256)))
    assert red_and_cyan["hue"] == pytest.approx(1)
    assert red_and_cyan["complementary"] == pytest.approx(1)
    assert red_and_cyan["warm_cold"] == pytest.approx(1)
    uneven = itten(stripes(((255, 0, 0), 384), ((0, 255, 255), 128)))
    assert uneven["hue"] == pytest.approx(0.5)
    assert uneven["warm_cold"] == pytest.approx(0.5)
    assert uneven["complementary"] == pytest.approx(4 * 0.75 * 0.25)
    red_and_yellow = itten(stripes(((255, 0, 0), 256), ((255, 255, 0), 256)))
    assert red_and_yellow["warm_cold"] == red_and_yellow["complementary"] == 0
    assert red_and_yellow["hue"] == pytest.approx(1 - math.cos(math.radians(30)))


def test_itten_contrasts_fade_on_nearly_grey_pictures():
    faint = itten(stripes(((128, 127, 127), 256), ((127, 128, 128), 256)))
    strong = itten(stripes(((160, 100, 100), 256), ((100, 160, 160), 256)))
    for name in ("hue", "warm_cold", "complementary"):
        assert faint[name] < 0.1 < 0.5 < strong[name] or name == "complementary"
    assert faint["complementary"] < 0.01


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="slow without compilation")
@pytest.mark.parametrize("collection", ["photographs", "kodak", "wallpapers"])
def test_palette_contrasts_fall_as_colour_goes(collection, request):
    rows = []
    for rgb in request.getfixturevalue(collection).values():
        steps = [Picture(degradations.saturate(Picture(rgb).rgb, k)) for k in (1, 0.5, 0)]
        rows.append([(palette_module.colour_accent(p), palette_module.palette_contrast(p)) for p in steps])
    fallen = np.all(np.diff(np.array(rows), axis=1) < 0, axis=1)
    assert np.all(fallen.mean(axis=0) >= 0.95)
