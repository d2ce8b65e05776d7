"""The eleven basic names, skin, sky and foliage, naturalness, colour emotions."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from skimage import color

from iaa_classic import degradations
from iaa_classic.features import colour_names as names
from iaa_classic.features.colour_histogram import histograms
from iaa_classic.features.picture import Picture

# Colours that the survey of xkcd (Munroe 2010, CC0) calls "<something> blue" and so on, and that are not among the
# examples which define the names.
SURVEY = {
    "blue": "acc2d9 507b9c 7bf2da 78d1b6 4b57db 4f738e c3fbf4 c4fff7 040348 436bad 0d75f8 2e5a88 276ab3 3b5b92 c6fcff d7fffe",
    "brown": "ad900d 7d7103 410200 8b3103 cba560 1d0200 b2713d 6e1005 964e02 ae8b0c 696006 947706 886806 c4a661 885f01 836539",
    "green": "56ae57 a7ffb5 c8ffb0 4efd54 699d4c 21c36f 33b864 548d44 2fef10 638b27 5cb200 2baf6a bff128 9dc100 75fd63 028f1e",
    "grey": "947e94 6b7c85 3c4142 89a0b0 7ea07a fdfdfe 6f828a",
    "orange": "ca6b02 fe4b03 f0833a c14a09 c45508 ff964f cd5909 dc4d01 c87606 fb7d07 c04e01",
    "pink": "ff0789 e78ea5 ff63e9 ffb2d0 ff9a8a f6688e d1768f d90166 c77986 fb5581 fe828c ff69af fff4f2 cd7584 ff0490 ff7fa7",
    "purple": "952e8f 430541 ca9bf7 720058 9900fa 734a65 4e0550 ad03de a442a0 5d1451 280137 805b87 895b7b a66fb5 c071fe 2a0134",
    "red": "850e04 ff073a db5856 af2f0d b9484e c0022f ec2d01 aa2704 fa4224 fe0002 f7022a fc2647 9f2305 7b0323 d9544d 9a0200",
    "white": "ffffe4",
    "yellow": "d0e429 fff917 ffdf22 fdb915 ffda03 fce166 ddd618 f1f33f bfac05 fafe4b fdee73 fffd37 c7c10c cfff04 fffd74 d0c101",
}


def flat(*rgb):
    return Picture(np.full((4, 512, 3), rgb, dtype=np.uint8))


def stripes(*pairs):
    """Picture 512 wide of (colour, width) stripes."""
    row = np.concatenate([np.tile(np.array(rgb, dtype=np.uint8), (width, 1)) for rgb, width in pairs])
    return Picture(np.tile(row, (16, 1, 1)))


def share(name, picture):
    return names.basic_colours(picture)[list(names.PROTOTYPES).index(name)]


def test_nine_in_ten_survey_colours_get_the_name_that_people_gave():
    listed = [(name, bytes.fromhex(code)) for name, codes in SURVEY.items() for code in codes.split()]
    lab = color.rgb2lab(np.array([[list(code) for _, code in listed]], dtype=np.uint8))[0]
    order = list(names.PROTOTYPES)
    right = [order[found] == name for found, (name, _) in zip(names.name_of(lab), listed, strict=True)]
    assert len(right) > 100
    assert np.mean(right) >= 0.9


def test_examples_have_their_own_name():
    lab, belongs = names.prototypes()
    np.testing.assert_array_equal(names.name_of(lab), belongs)


@pytest.mark.parametrize(
    ("name", "rgb"),
    [
        ("black", (5, 5, 5)), ("grey", (128, 128, 128)), ("white", (255, 255, 255)), ("red", (220, 20, 20)),
        ("orange", (255, 130, 10)), ("brown", (110, 70, 30)), ("yellow", (250, 230, 20)), ("green", (40, 140, 40)),
        ("blue", (30, 60, 200)), ("purple", (120, 30, 150)), ("pink", (255, 150, 190)),
    ],
)  # fmt: skip
def test_basic_colours_names_plain_colours(name, rgb):
    assert share(name, flat(*rgb)) == 1
    half = stripes((rgb, 256), ((0, 0, 0) if name != "black" else (255, 255, 255), 256))
    assert share(name, half) == pytest.approx(0.5)


def test_basic_colours_sum_to_one(photographs):
    for rgb in photographs.values():
        assert sum(names.basic_colours(Picture(rgb))) == pytest.approx(1)


def test_name_shares_are_within_four_percent_of_naming_each_pixel(photographs):
    for rgb in photographs.values():
        picture = Picture(rgb)
        sample = picture.rgb[::5, ::5].reshape(1, -1, 3)
        direct = np.bincount(names.name_of(color.rgb2lab(sample)[0]), minlength=11) / sample.shape[1]
        assert names.basic_colours(picture) == pytest.approx(direct.tolist(), abs=0.04)


def test_colour_name_diversity_by_hand():
    assert names.colour_name_diversity(flat(200, 20, 20)) == 0
    four = stripes(((220, 20, 20), 128), ((40, 140, 40), 128), ((30, 60, 200), 128), ((0, 0, 0), 128))
    assert names.colour_name_diversity(four) == pytest.approx(2)


def luv(rgb):
    light, u, v = color.rgb2luv(np.array([[rgb]], dtype=np.uint8))[0, 0]
    return light, math.hypot(u, v) / light, math.degrees(math.atan2(v, u)) % 360


@pytest.mark.parametrize(
    ("rgb", "mean", "spread", "low", "high"),
    [
        ((190, 130, 100), 0.76, 0.52, 25, 70),
        ((90, 140, 50), 0.81, 0.53, 95, 135),
        ((90, 150, 220), 0.43, 0.22, 185, 260),
        ((40, 110, 230), 0.43, 0.22, 185, 260),
    ],
)
def test_colour_naturalness_of_one_colour_follows_its_formula(rgb, mean, spread, low, high):
    light, saturation, hue = luv(rgb)
    assert 20 <= light <= 80
    assert low <= hue <= high
    expected = math.exp(-0.5 * ((saturation - mean) / spread) ** 2)
    assert names.colour_naturalness(flat(*rgb)) == pytest.approx(expected, abs=0.01)


def test_colour_naturalness_weighs_classes_and_ignores_the_rest():
    skin, sky, grey = (190, 130, 100), (90, 150, 220), (128, 128, 128)
    alone = [names.colour_naturalness(flat(*rgb)) for rgb in (skin, sky)]
    mixed = names.colour_naturalness(stripes((skin, 128), (sky, 64), (grey, 320)))
    assert mixed == pytest.approx((2 * alone[0] + alone[1]) / 3, abs=0.01)
    assert names.colour_naturalness(flat(*grey)) == 0


def test_memory_colours_know_skin_and_sky():
    skins = [(255, 219, 172), (241, 194, 125), (224, 172, 105), (198, 134, 66), (141, 85, 36)]
    for rgb in skins:
        assert names.memory_colours(flat(*rgb)) == [1, 0]
    for rgb in ((135, 206, 235), (90, 140, 210), (160, 195, 230)):
        assert names.memory_colours(flat(*rgb)) == [0, 1]
    for rgb in ((128, 128, 128), (40, 160, 40), (0, 0, 0), (255, 255, 255)):
        assert names.memory_colours(flat(*rgb)) == [0, 0]
    assert names.memory_colours(stripes((skins[0], 128), ((135, 206, 235), 256), ((0, 0, 0), 128))) == [0.25, 0.5]


def test_foliage_coloured_share_knows_leaves():
    for rgb in ((90, 140, 50), (60, 90, 30), (107, 122, 58), (124, 252, 0)):
        assert names.foliage_coloured_share(flat(*rgb)) == 1
    for rgb in ((128, 128, 128), (135, 206, 235), (224, 172, 105), (200, 30, 30), (0, 0, 0)):
        assert names.foliage_coloured_share(flat(*rgb)) == 0
    assert names.foliage_coloured_share(stripes(((90, 140, 50), 128), ((128, 128, 128), 384))) == pytest.approx(0.25)


def test_photographs_have_the_colours_that_they_show(photographs):
    assert names.memory_colours(Picture(photographs["china"]))[1] > 0.2
    assert share("red", Picture(photographs["flower"])) + share("orange", Picture(photographs["flower"])) > 0.1
    assert names.memory_colours(Picture(photographs["astronaut"]))[0] > 0.15


def test_colour_emotions_follow_valdez_and_mehrabian(photographs):
    assert names.colour_emotions(flat(0, 0, 0)) == [0, 0, 0]
    assert names.colour_emotions(flat(255, 255, 255)) == pytest.approx([0.69, -0.31, -0.76])
    assert names.colour_emotions(flat(255, 0, 0)) == pytest.approx([0.91, 0.29, -0.44])
    for rgb in photographs.values():
        picture = Picture(rgb)
        hsv = color.rgb2hsv(picture.rgb)
        saturation, value = hsv[..., 1].mean(), hsv[..., 2].mean()
        expected = [0.69 * value + 0.22 * saturation, 0.6 * saturation - 0.31 * value, 0.32 * saturation - 0.76 * value]
        assert names.colour_emotions(picture) == pytest.approx(expected)
        assert histograms(picture).brightness == pytest.approx(value)


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="slow without compilation")
@pytest.mark.parametrize("collection", ["photographs", "kodak", "wallpapers"])
def test_pleasure_and_arousal_rise_with_saturation(collection, request):
    for rgb in request.getfixturevalue(collection).values():
        small = Picture(rgb).rgb
        pleased = [names.colour_emotions(Picture(degradations.saturate(small, k)))[0] for k in (0, 0.5, 1)]
        assert pleased == sorted(pleased)
        stirred = [names.colour_emotions(Picture(degradations.saturate(small, k)))[1] for k in (0, 1)]
        assert stirred == sorted(stirred)
