"""Hue templates, Ou and Luo's pairs, Moon and Spencer's measure."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import colour_harmony as harmony
from iaa_classic.features.colour_histogram import histograms
from iaa_classic.features.picture import Picture

ORDER = ("i", "I", "V", "L", "Y", "T", "X")


def hues(*degrees, height=16):
    """Picture 512 wide of pure hues in equal vertical stripes."""
    import colorsys

    colours = [[round(255 * c) for c in colorsys.hsv_to_rgb(hue / 360, 1, 1)] for hue in degrees]
    row = np.repeat(np.array(colours, dtype=np.uint8), 512 // len(colours), axis=0)
    return Picture(np.tile(row, (height, 1, 1)))


@pytest.fixture
def photographs(photographs):
    """The photographs that ship with packages; only one where the kernels run uncompiled."""
    return {"coffee": photographs["coffee"]} if numba.config.DISABLE_JIT else photographs


def brute(weights, name):
    """Least deviation over whole-degree rotations: a loop over rotations, hues and sectors, as Cohen-Or defines it."""
    best = math.inf
    for form in harmony.TEMPLATES[name]:
        for turn in range(360):
            total = 0.0
            for hue in np.flatnonzero(weights):
                arcs = [abs((hue - turn - centre + 180) % 360 - 180) - width / 2 for centre, width in form]
                total += weights[hue] * max(0.0, min(arcs))
            best = min(best, total)
    return best


def test_templates_have_the_published_sectors():
    widths = {name: sum(width for _, width in forms[0]) / 360 for name, forms in harmony.TEMPLATES.items()}
    assert widths == pytest.approx({"i": 0.05, "I": 0.1, "V": 0.26, "L": 0.27, "Y": 0.31, "T": 0.5, "X": 0.52})
    assert list(widths.values()) == sorted(widths.values())


def test_uniform_deviation_of_single_sectors_is_analytic():
    for name, width in (("i", 18), ("V", 93.6), ("T", 180)):
        assert harmony.uniform_deviation(name) == pytest.approx((180 - width / 2) ** 2 / 360, abs=0.01)
    assert harmony.uniform_deviation("X") == pytest.approx(2 * (90 - 46.8) ** 2 / 360 * 2 / 2, abs=0.01)


def test_template_fit_agrees_with_brute_force():
    picture = hues(0, 30, 75, 160, 200, 290, 310, 355)
    counted = histograms(picture)
    total = counted.hues.sum() + harmony.GREY_SHARE * counted.pixels
    for name, value in zip(ORDER, harmony.hue_templates(picture), strict=True):
        assert value == pytest.approx(brute(counted.hues, name) / total, abs=1e-9), name


@pytest.mark.parametrize(
    ("degrees", "fitting"),
    [
        ((0,), "iIVLYTX"),
        ((10, 190), "IYX"),
        ((0, 40, 80), "VYTXL"),
        ((0, 60, 120), "LT"),
        ((0, 300, 240), "LT"),
        ((0, 80, 220), "YX"),
        ((0, 90, 170), "T"),
        ((0, 90, 180, 260), "X"),
    ],
)
def test_a_picture_fits_the_templates_that_hold_its_hues(degrees, fitting):
    found = dict(zip(ORDER, harmony.hue_templates(hues(*degrees)), strict=True))
    for name in fitting:
        assert found[name] == pytest.approx(0, abs=0.35), name
    for name in set(ORDER[: ORDER.index(fitting[0])]) - set(fitting):
        assert found[name] > 2, name


def test_deviations_do_not_change_as_the_wheel_turns():
    here, turned = (harmony.hue_templates(hues(*(hue + turn for hue in (0, 50, 170, 240)))) for turn in (0, 60))
    assert here == pytest.approx(turned, abs=0.5)


def test_wider_templates_of_one_kind_never_fit_worse(photographs):
    for rgb in photographs.values():
        fit = dict(zip(ORDER, harmony.hue_templates(Picture(rgb)), strict=True))
        assert fit["i"] >= fit["V"] >= fit["T"]
        assert fit["i"] >= fit["I"] >= fit["Y"] >= fit["X"]
        assert fit["V"] >= fit["Y"]
        assert fit["i"] >= fit["L"]


def test_grey_pictures_are_harmonious(photographs):
    for rgb in photographs.values():
        grey = Picture(degradations.saturate(rgb, 0))
        assert harmony.hue_templates(grey) == [0] * 7
        assert harmony.hue_disharmony(grey) == harmony.template_width(grey) == harmony.hue_arc(grey) == 0


def test_hue_disharmony_is_one_for_every_hue_and_nil_for_few():
    every = hues(*(np.arange(64) * 360 / 64))
    assert harmony.hue_disharmony(every) == pytest.approx(1 / 1.02, abs=0.03)
    assert harmony.hue_disharmony(hues(30, 210)) == pytest.approx(0, abs=0.01)
    assert 0.05 < harmony.hue_disharmony(hues(0, 72, 144, 216)) < 0.9


def test_template_width_is_that_of_the_narrowest_template_that_fits():
    for degrees, name in (((40,), "i"), ((10, 190), "I"), ((0, 45, 90), "V"), ((0, 60, 120), "L"), ((0, 80, 220), "Y")):
        width = sum(part for _, part in harmony.TEMPLATES[name][0])
        assert harmony.template_width(hues(*degrees)) == pytest.approx(width, abs=0.5)
    assert harmony.template_width(hues(*(np.arange(64) * 360 / 64))) == 360


def test_hue_arc_by_hand():
    shrink = 1 / 1.02
    assert harmony.hue_arc(hues(200)) == pytest.approx(1 * shrink)
    assert harmony.hue_arc(hues(350, 10)) == pytest.approx(21 * shrink, abs=1.1)
    assert harmony.hue_arc(hues(0, 90, 180, 270)) == pytest.approx(271 * shrink, abs=1.1)


def test_ou_luo_of_two_mid_greys_by_hand():
    grey = np.array([50.0, 0.0, 0.0])
    by_chroma = 0.04 + 0.53 * 0.664037
    by_light = 0.28 + 0.54 * -0.753066 + 0.14 + 0.15 * -0.964028
    by_hue = 2 * 0.017986 * (-0.08 - 0.14 * 0.766044 - 0.07)
    assert float(harmony.ou_luo(grey, grey)) == pytest.approx(by_chroma + by_light + by_hue, abs=1e-5)


def test_ou_luo_of_a_yellow_and_a_blue_by_hand():
    # L, C, h: (80, 70, 90) and (40, 50, 270): dC = hypot(dH, 20 / 1.46) with dH^2 = 120^2 - 20^2.
    yellow, blue = np.array([80.0, 0.0, 70.0]), np.array([40.0, 0.0, -50.0])
    d_chroma = math.sqrt(14000 + (20 / 1.46) ** 2)
    expected = 0.04 + 0.53 * math.tanh(0.8 - 0.045 * d_chroma)
    expected += 0.28 + 0.54 * math.tanh(-3.88 + 0.029 * 120) + 0.14 + 0.15 * math.tanh(-2 + 0.2 * 40)
    # At h = 90, exp(0 - exp(0)) = 1 / e; at h = 270 nothing of the yellow term is left.
    of_yellow = -0.08 - 0.14 * math.sin(math.radians(140)) - 0.07 * math.sin(math.radians(270)) + 0.48 / math.e
    of_blue = -0.08 - 0.14 * math.sin(math.radians(320)) - 0.07 * math.sin(math.radians(630))
    expected += (0.5 + 0.5 * math.tanh(33)) * of_yellow + (0.5 + 0.5 * math.tanh(23)) * of_blue
    assert float(harmony.ou_luo(yellow, blue)) == pytest.approx(expected, abs=1e-6)
    assert harmony.ou_luo(yellow, blue) == harmony.ou_luo(blue, yellow)


def test_ou_luo_stays_in_the_published_range_and_follows_its_rules():
    random = np.random.default_rng(0)
    rgb = random.uniform(0, 1, (400, 3))
    from skimage.color import rgb2lab

    lab = rgb2lab(rgb[None])[0]
    values = harmony.ou_luo(lab[:, None], lab[None])
    assert -1.25 < values.min() < -0.8
    assert 0.9 < values.max() < 1.45
    # Light pairs are more harmonious than dark ones, blue more than red (Ou & Luo 2006, conclusions).
    assert harmony.ou_luo(np.array([85.0, 0, 0]), np.array([90.0, 0, 0])) > harmony.ou_luo(
        *np.array([[15.0, 0, 0], [20, 0, 0]])
    )
    red, blue, white = np.array([50.0, 60, 20]), np.array([50.0, 10, -60]), np.array([95.0, 0, 0])
    assert harmony.ou_luo(blue, white) > harmony.ou_luo(red, white)


def test_pair_harmony_is_the_expectation_over_two_pixels():
    picture = hues(60, 60, 60, 240)
    found = harmony.palette(picture)
    assert found.share == pytest.approx([0.75, 0.25])
    single = [float(harmony.ou_luo(a, b)) for a, b in ((found.lab[0],) * 2, (found.lab[1],) * 2, tuple(found.lab))]
    assert harmony.pair_harmony(picture) == pytest.approx(0.5625 * single[0] + 0.0625 * single[1] + 0.375 * single[2])
    assert harmony.worst_pair_harmony(picture) == pytest.approx(min(single))


def test_worst_pair_ignores_small_colours():
    rgb = np.full((16, 512, 3), (240, 240, 240), dtype=np.uint8)
    plain = harmony.worst_pair_harmony(Picture(rgb))
    rgb[:, :15] = (200, 0, 0)
    assert harmony.worst_pair_harmony(Picture(rgb)) == pytest.approx(plain, abs=0.01)
    rgb[:, :60] = (200, 0, 0)
    assert harmony.worst_pair_harmony(Picture(rgb)) < plain - 0.3


def test_moon_spencer_by_hand():
    # Two greys five Munsell values apart: hue +1.0 (neutral), value contrast 3.7, chroma identity 0.8; 2 colours + 1.
    greys = np.array([[80.0, 0, 0], [30, 0, 0]])
    assert harmony.moon_spencer(greys) == pytest.approx(5.5 / 3)
    # Same value, chroma 10 both, hues half a circle apart: 1.7 - 1.3 + 0.8 over 2 + 1.
    opposite = np.array([[50.0, 50, 0], [50, -50, 0]])
    assert harmony.moon_spencer(opposite) == pytest.approx(1.2 / 3)
    # Same hue, value 2 apart (second ambiguity), chroma 4 apart (similarity): 1.5 - 0.2 + 0.1 over 2 + 2.
    shades = np.array([[60.0, 0, 40], [40, 0, 20]])
    assert harmony.moon_spencer(shades) == pytest.approx(1.4 / 4)
    assert harmony.moon_spencer(greys[:1]) == 0


def test_moon_spencer_measure_reads_the_palette():
    rgb = np.zeros((16, 512, 3), dtype=np.uint8)
    rgb[:, 256:] = 255
    # Black and white: hue +1.0, value contrast 3.7, chroma identity 0.8; two colours and one difference.
    assert harmony.moon_spencer_measure(Picture(rgb)) == pytest.approx(5.5 / 3)
    assert harmony.moon_spencer_measure(Picture(rgb[:, :100])) == 0


def test_moon_spencer_stays_in_its_bounds():
    random = np.random.default_rng(5)
    values = [
        harmony.moon_spencer(random.uniform((0, -scale, -scale), (100, scale, scale), (number, 3)))
        for scale in (0.5, 3, 20, 60)
        for number in (2, 3, 5)
        for _ in range(100)
    ]
    assert min(values) >= -0.52
    assert max(values) <= 4
