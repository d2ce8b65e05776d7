"""Datta's features as published: values worked out by hand on drawn pictures, and a plain twin of the segmentation."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic.features import Picture, catalogue, select
from iaa_classic.features.published_segments import cluster_colours, segmentation

RED, YELLOW, GREEN, BLUE, MAGENTA = (255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 0, 255), (255, 0, 255)
GREY, DARK_RED = (128, 128, 128), (128, 0, 0)


def value(name, rgb):
    return catalogue()[name].function(Picture(rgb))


def values(stem, rgb):
    return [value(f"datta_segment_{rank}_{stem}", rgb) for rank in range(1, 6)]


def flat(colour, height=384, width=512):
    return np.full((height, width, 3), colour, np.uint8)


@pytest.fixture
def quarters():
    """Four rectangles of known hue (0, 60, 120, 240 degrees), place and size: 1/2, 1/4, 3/16 and 1/16 of the frame."""
    rgb = flat(RED)
    rgb[192:, :256] = YELLOW
    rgb[192:, 256:] = GREEN
    rgb[288:, 384:] = BLUE
    return rgb


def test_mean_hue_is_the_arithmetic_one_with_its_oddness():
    halves = flat((255, 0, 4))
    halves[:, 256:] = (255, 4, 0)
    # Two reds, at 359.06 and 0.94 degrees: the published mean is cyan's 180, the circular one red's 0.
    assert value("datta_mean_hue", halves) == pytest.approx(180, abs=1e-3)
    assert value("hue_cosine", halves) > 0.95
    assert value("datta_central_hue", halves) == pytest.approx(180, abs=2)
    assert min(value("central_third_hue", halves), 360 - value("central_third_hue", halves)) < 1
    assert "hue_cosine" in catalogue()["datta_mean_hue"].compatibility
    assert "cyan" in catalogue()["datta_mean_hue"].compatibility


def test_mean_hue_counts_greys_as_red():
    halves = flat(GREEN)
    halves[:, :256] = GREY
    assert value("datta_mean_hue", halves) == pytest.approx(60)
    assert value("datta_mean_hue", flat(GREY)) == 0


def test_central_hue_sees_the_middle_ninth_alone():
    rgb = flat(GREEN, 510, 510)
    rgb[170:340, 170:340] = BLUE
    # One column and one row of the working scale's 171 may fall on green.
    assert value("datta_central_hue", rgb) == pytest.approx(240, abs=2)
    assert value("datta_mean_hue", rgb) == pytest.approx(120 + 120 / 9, abs=0.5)
    rgb[170:340, 170:340], rgb[:170] = GREEN, BLUE
    assert value("datta_central_hue", rgb) == pytest.approx(120, abs=2)


def test_hue_wavelets_agree_with_a_plain_transform():
    random = np.random.default_rng(3)
    rgb = random.integers(0, 256, (64, 512, 3), dtype=np.uint8)
    hue = Picture(rgb).hsv[..., 0].astype(np.float64) / 360
    root = np.sqrt(3)
    low = np.array([1 - root, 3 - root, 3 + root, 1 + root]) / (4 * np.sqrt(2))
    high = low[::-1] * [-1, 1, -1, 1]

    def halved(plane, taps):
        padded = np.pad(plane, ((3, 3), (0, 0)), "symmetric")
        return np.stack([np.convolve(column, taps, "valid") for column in padded.T], axis=1)[1::2]

    expected = []
    for _ in range(3):
        bands = {
            (a, b): halved(halved(hue, x).T, y).T for a, x in (("l", low), ("h", high)) for b, y in (("l", low), ("h", high))
        }
        expected.append(np.mean([np.abs(bands[key]) for key in (("l", "h"), ("h", "l"), ("h", "h"))]))
        hue = bands["l", "l"]
    found = [value(f"datta_hue_wavelet_{level}", rgb) for level in (1, 2, 3)]
    assert found == pytest.approx(expected, rel=1e-3)
    assert value("datta_hue_wavelet_sum", rgb) == pytest.approx(sum(expected), rel=1e-3)
    assert value("datta_hue_wavelet_1", flat(BLUE)) == pytest.approx(0, abs=1e-6)


def test_hue_wavelets_take_the_jump_at_red_for_texture():
    stripes = flat((255, 0, 6))
    stripes[::2] = (255, 6, 0)
    assert value("datta_hue_wavelet_1", stripes) > 0.3
    assert value("hue_wavelet_1", stripes) < 0.02


def test_hue_depth_of_field_gathers_in_the_middle(photographs):
    rgb = flat(GREY, 512, 512)
    rgb[192:320, 192:320] = np.random.default_rng(1).integers(0, 256, (128, 128, 3))
    assert value("datta_low_depth_of_field_hue", rgb) > 0.95
    everywhere = np.random.default_rng(1).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    assert value("datta_low_depth_of_field_hue", everywhere) == pytest.approx(0.25, abs=0.01)
    assert value("datta_low_depth_of_field_hue", flat(RED)) == 0.25


def test_size_and_shape_are_those_of_the_file():
    rgb = np.zeros((1000, 1500, 3), np.uint8)
    assert value("image_size", rgb) == 2500
    assert value("width_to_height", rgb) == 1.5
    assert value("width_to_height", rgb) == pytest.approx(np.exp(value("aspect_ratio", rgb)))
    assert catalogue()["image_size"].scale == "native"


def test_four_rectangles(quarters):
    assert value("datta_cluster_count", quarters) == 4
    assert value("datta_segment_count", quarters) == 4
    assert values("area", quarters) == pytest.approx([1 / 2, 1 / 4, 3 / 16, 1 / 16, 0], abs=1e-6)
    assert values("hue", quarters) == pytest.approx([0, 60, 120, 240, 0], abs=0.01)
    assert values("saturation", quarters) == pytest.approx([1, 1, 1, 1, 0], abs=1e-6)
    assert values("value", quarters) == pytest.approx([1, 1, 1, 1, 0], abs=1e-6)
    # The green one is an L: its centroid lies at x = 17/24, y = 17/24 of the frame, in the lower right cell.
    assert values("place", quarters) == [12, 31, 33, 33, 22]
    # Ordered pairs of 0, 60, 120, 240: 2 (60 + 120 + 240 + 60 + 180 + 120), and around the circle 240 becomes 120.
    assert value("datta_hue_spread", quarters) == pytest.approx(1560, abs=0.1)
    assert value("datta_hue_complements", quarters) == pytest.approx(1320, abs=0.1)
    # The L fills 3/4 of its box and 6/7 of its hull, whose corner is cut off.
    assert value("datta_convexity", quarters) == pytest.approx(1, abs=1e-6)


def test_convexity_leaves_out_what_is_ragged_or_small():
    rgb = flat(GREY)
    rgb[:, 128:192] = RED
    rgb[96:288, 192:512] = RED
    rgb[:, 448:] = RED
    rgb[300:306, 4:10] = BLUE
    # The red H, 98304 of the 147456 pixels of its hull, is too hollow; the grey strip and the two grey notches are
    # rectangles; the blue dot is too small to count, and leaves a hole in the strip that its hull forgives.
    dot, strip, notches = 36, 384 * 128, 2 * 96 * 256
    assert value("datta_convexity", rgb) == pytest.approx((strip - dot + notches) / rgb[..., 0].size, abs=0.003)


def test_saturation_and_value_of_segments():
    rgb = flat(GREY)
    rgb[:, :128] = DARK_RED
    assert values("saturation", rgb) == pytest.approx([0, 1, 0, 0, 0], abs=1e-6)
    assert values("value", rgb) == pytest.approx([128 / 255, 128 / 255, 0, 0, 0], abs=1e-6)


@pytest.mark.parametrize(("row", "column"), [(row, column) for row in (1, 2, 3) for column in (1, 2, 3)])
def test_place_codes_count_rows_and_columns_from_the_upper_left(row, column):
    rgb = flat(GREY, 512, 512)
    y, x = (2 * row - 1) * 512 // 6, (2 * column - 1) * 512 // 6
    rgb[y - 40 : y + 40, x - 40 : x + 40] = BLUE
    assert value("datta_segment_2_place", rgb) == 10 * row + column
    assert value("datta_segment_1_place", rgb) == 22


def test_segments_are_4_connected():
    rgb = flat(GREY, 512, 512)
    rgb[:256, :256] = BLUE
    rgb[256:, 256:] = BLUE
    assert values("area", rgb) == pytest.approx([0.25, 0.25, 0.25, 0.25, 0])
    assert value("datta_cluster_count", rgb) == 2


def test_segment_count_is_of_the_five_largest_from_a_hundredth_on():
    rgb = flat(GREY, 512, 512)
    for index in range(7):
        rgb[20:84, 8 + 72 * index : 72 + 72 * index] = BLUE  # 64 x 64 pixels, 1/64 of the frame
    assert value("datta_segment_count", rgb) == 5
    rgb = flat(GREY, 512, 512)
    rgb[0:40, 0:40] = BLUE  # 1/164 of the frame
    assert value("datta_segment_count", rgb) == 1


def test_flat_picture_is_one_segment():
    for colour in (RED, GREY, (0, 0, 0), (255, 255, 255)):
        rgb = flat(colour)
        assert value("datta_cluster_count", rgb) == 1
        assert value("datta_segment_count", rgb) == 1
        assert values("area", rgb) == [1, 0, 0, 0, 0]
        assert values("place", rgb) == [22] * 5
        assert value("datta_convexity", rgb) == 1
        assert value("datta_hue_spread", rgb) == value("datta_hue_complements", rgb) == 0


def test_segmentation_agrees_with_a_plain_twin(photographs):
    rgb = cv2.resize(photographs["coffee"], (512, 341), interpolation=cv2.INTER_AREA)
    found = segmentation(Picture(rgb))
    small = cv2.resize(rgb, (128, 85), interpolation=cv2.INTER_AREA)
    luv = cv2.cvtColor(small.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Luv)
    centres = cluster_colours(small)
    nearest = np.linalg.norm(luv[:, :, None] - centres, axis=3).argmin(axis=2)
    names = np.full(nearest.shape, -1)
    areas = []
    for y, x in np.ndindex(*nearest.shape):
        if names[y, x] >= 0:
            continue
        stack, area = [(y, x)], 0
        names[y, x] = len(areas)
        while stack:
            v, u = stack.pop()
            area += 1
            for j, i in ((v - 1, u), (v + 1, u), (v, u - 1), (v, u + 1)):
                inside = 0 <= j < names.shape[0] and 0 <= i < names.shape[1]
                if inside and names[j, i] < 0 and nearest[j, i] == nearest[v, u]:
                    names[j, i] = len(areas)
                    stack.append((j, i))
        areas.append(area)
    assert found.areas.tolist() == sorted(areas, reverse=True)
    assert found.areas.tolist() == np.bincount(found.labels.ravel()).tolist()
    assert len({(a, b) for a, b in zip(names.ravel(), found.labels.ravel(), strict=True)}) == len(areas)


def test_more_colours_make_more_clusters():
    colours = [(30, 30, 30), (220, 30, 30), (30, 200, 30), (40, 40, 220), (230, 220, 40), (240, 240, 240)]
    counts = []
    for number in range(1, 7):
        rgb = flat(colours[0], 510, 510)
        for index in range(number):
            rgb[:, index * 510 // number : (index + 1) * 510 // number] = colours[index]
        counts.append(value("datta_cluster_count", rgb))
    assert counts == [1, 2, 3, 4, 5, 6]


def test_mirrored_pictures_keep_their_values(photographs):
    for rgb in photographs.values():
        first, mirrored = Picture(rgb), Picture(np.ascontiguousarray(rgb[:, ::-1]))
        for name in ("datta_cluster_count", "datta_mean_hue", "datta_hue_spread", "datta_segment_1_area"):
            function = catalogue()[name].function
            assert function(mirrored) == pytest.approx(function(first), rel=0.02, abs=1e-3), name


def test_all_of_them_are_for_the_published_set_alone():
    ordinary = {record.name for record in select("all")}
    kept = [name for name in catalogue() if name.startswith("datta_") and name != "datta_colourfulness"]
    # f4, f5; f10-f12, f19; f53; f24, f25; f26-f45 and f48-f52; f46, f47; f56.
    assert len(kept) == 2 + 4 + 1 + 2 + 25 + 2 + 1
    assert not ordinary & set(kept)
    assert all(catalogue()[name].compatibility for name in kept)
