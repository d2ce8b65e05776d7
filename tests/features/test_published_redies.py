"""The toolbox's colour statistics: against plain NumPy, SciPy, and the toolbox's own figures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from iaa_classic.features import Picture, catalogue

CHANNELS = ("red", "green", "blue")


def value(name, rgb):
    return catalogue()[name].function(Picture(rgb))


def test_channel_statistics(photographs):
    for rgb in photographs.values():
        plane = Picture(rgb).rgb.reshape(-1, 3).astype(np.float64)
        assert [value(f"mean_{c}", rgb) for c in CHANNELS] == pytest.approx(plane.mean(axis=0))
        assert [value(f"{c}_deviation", rgb) for c in CHANNELS] == pytest.approx(plane.std(axis=0))


def test_circular_hue_is_scipys(photographs):
    for rgb in photographs.values():
        hue = Picture(rgb).hsv[..., 0].ravel().astype(np.float64) / 360
        assert value("circular_mean_hue", rgb) == pytest.approx(stats.circmean(hue, high=1), abs=1e-4)
        assert value("circular_hue_deviation", rgb) == pytest.approx(stats.circstd(hue, high=1), abs=1e-3)


def test_circular_hue_of_two_reds_is_red_and_greys_are_red_too():
    rgb = np.full((64, 64, 3), (255, 0, 4), np.uint8)
    rgb[:32] = (255, 4, 0)
    mean = value("circular_mean_hue", rgb)
    assert min(mean, 1 - mean) < 1e-3
    assert value("circular_hue_deviation", rgb) == pytest.approx(4 / 255 / 6, abs=1e-4)
    assert value("circular_mean_hue", np.full((9, 9, 3), 70, np.uint8)) == 0
    assert value("circular_hue_deviation", np.full((9, 9, 3), 70, np.uint8)) == pytest.approx(0, abs=1e-6)
    rgb[:32], rgb[32:] = (255, 0, 0), (0, 255, 255)
    assert 0.6 < value("circular_hue_deviation", rgb) <= 1.03


def test_deviation_of_value(photographs):
    for rgb in photographs.values():
        assert value("hsv_value_deviation", rgb) == pytest.approx(Picture(rgb).hsv[..., 2].std(), abs=1e-4)
    rgb = np.zeros((512, 512, 3), np.uint8)
    rgb[:256] = (10, 255, 30)
    assert value("hsv_value_deviation", rgb) == 0.5


@pytest.mark.parametrize(
    ("name", "column", "tolerance"),
    [
        ("image_size", "Image size (pixels)", 0),
        ("width_to_height", "Aspect ratio", 1e-6),
        ("mean_red", "mean R channel", 0.5),
        ("mean_green", "mean G channel", 0.5),
        ("mean_blue", "mean B channel (RGB)", 0.5),
        ("red_deviation", "std R channel", 3.5),
        ("green_deviation", "std G channel", 3.5),
        ("blue_deviation", "std B channel", 3.5),
        ("circular_mean_hue", "mean H channel", 0.05),
        ("circular_hue_deviation", "std H channel", 0.02),
        ("hsv_value_deviation", "std V channel", 3.5 / 255),
        ("toolbox_balance", "Balance", 0.4),
    ],
)
def test_agrees_with_the_toolbox(kodak, toolbox, name, column, tolerance):
    # The toolbox measures 768 x 512 pixels, whose finest texture the working scale averages out of the deviations.
    for file, rgb in kodak.items():
        apart = abs(value(name, rgb) - toolbox.loc[file, column])
        if name == "circular_mean_hue":
            apart = min(apart, 1 - apart)
        assert apart <= tolerance, f"{file}: {apart}"


def halves(one: float, other: float, total: float) -> float:
    return 100 * abs(one - other) / total


@pytest.mark.parametrize("shape", [(512, 512), (341, 512), (512, 300)])
def test_balance_is_that_of_triangles_cut_at_45_degrees(shape):
    random = np.random.default_rng(4)
    plane = (random.random(shape) * np.linspace(20, 120, shape[1])[None] + np.linspace(0, 60, shape[0])[:, None]).astype(
        np.uint8
    )
    ink = 255 - plane if (plane < 128).mean() <= 0.5 else plane
    ink, turned = ink.astype(float), np.rot90(ink).astype(float)
    (height, width), total = shape, ink.sum()
    tall, wide = height - int(height / np.sqrt(2)), width - int(width / np.sqrt(2))
    outer = [
        ink[:, : width // 4].sum() + ink[:, -(width // 4) :].sum(),
        ink[: height // 4].sum() + ink[-(height // 4) :].sum(),
        np.tril(ink, -tall).sum() + np.triu(ink, wide).sum(),
        np.tril(turned, -wide).sum() + np.triu(turned, tall).sum(),
    ]
    expected = [halves(part, total - part, total) for part in outer]
    expected.append(halves(ink[:, : width // 2].sum(), ink[:, -(width // 2) :].sum(), total))
    expected.append(halves(ink[: height // 2].sum(), ink[-(height // 2) :].sum(), total))
    expected += [halves(np.triu(part, 1).sum(), np.tril(part, -1).sum(), total) for part in (ink, turned)]
    assert value("toolbox_balance", np.repeat(plane[..., None], 3, axis=2)) == pytest.approx(np.mean(expected), abs=0.2)


def test_balance_of_even_grey_hangs_on_the_shape_of_the_frame():
    assert value("toolbox_balance", np.full((512, 512, 3), 90, np.uint8)) == pytest.approx(0, abs=0.3)
    # In 3:2 a diagonal at 45 degrees cuts off a third of the frame: |2/3 - 1/3|, twice; the margins are counted.
    y, x = np.mgrid[0:800, 0:1200]
    beyond = np.mean((x - y >= 1200 * (1 - np.sqrt(0.5))) | (y - x >= 800 * (1 - np.sqrt(0.5))))
    expected = (2 * 100 / 3 + 2 * 100 * abs(1 - 2 * beyond)) / 8
    assert value("toolbox_balance", np.full((800, 1200, 3), 90, np.uint8)) == pytest.approx(expected, abs=0.3)
    assert value("apb_imbalance", np.full((800, 1200, 3), 90, np.uint8)) < 0.5
    assert value("toolbox_balance", np.zeros((60, 90, 3), np.uint8)) == 0
