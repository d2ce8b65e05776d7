"""Placing of the subject, the frame and its space."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from iaa_classic.features import Picture, catalogue, composition, select
from iaa_classic.features import composition_lines as lines_module
from iaa_classic.features.saliency import Subject


def value(name: str, rgb: np.ndarray) -> float:
    return catalogue()[name].function(Picture(rgb))


def disc(x: float, y: float, radius: int = 45, size: tuple[int, int] = (512, 384)) -> np.ndarray:
    rgb = np.full((size[1], size[0], 3), (90, 110, 120), np.uint8)
    return cv2.circle(rgb, (round(x * size[0]), round(y * size[1])), radius, (250, 60, 30), -1, cv2.LINE_AA)


@pytest.fixture
def placed(monkeypatch):
    """Replace the subject by a rectangle given as (left, top, right, bottom) shares of a frame of 512x384."""

    def place(left: float, top: float, right: float, bottom: float) -> np.ndarray:
        mask = np.zeros((384, 512), bool)
        mask[round(top * 384) : round(bottom * 384), round(left * 512) : round(right * 512)] = True
        centroid = ((left + right) / 2, (top + bottom) / 2)
        area = float(mask.mean())
        found = Subject(mask, area > 0, centroid, (left, top, right, bottom), area, int(area > 0), 1.0)
        for module in (composition, lines_module):
            monkeypatch.setattr(module, "subject", lambda picture: found)
        return np.full((384, 512, 3), 128, np.uint8)

    return place


def test_power_point_distance():
    for x, y in ((1 / 3, 1 / 3), (2 / 3, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 2 / 3)):
        assert value("power_point_distance", disc(x, y)) < 0.02
    assert value("power_point_distance", disc(0.5, 0.5)) == pytest.approx(math.hypot(1 / 6, 1 / 6), abs=0.02)


def test_power_point_distance_by_hand(placed):
    rgb = placed(0.0, 0.2, 0.2, 0.6)  # centroid (0.1, 0.4): 7/30 and 1/15 from the point (1/3, 1/3)
    assert value("power_point_distance", rgb) == pytest.approx(math.hypot(7 / 30, 1 / 15))


def test_subject_thirds_distances(placed):
    rgb = placed(0.55, 0.1, 0.65, 0.3)
    assert value("subject_thirds_distance_across", rgb) == pytest.approx(2 / 3 - 0.6)
    assert value("subject_thirds_distance_down", rgb) == pytest.approx(1 / 3 - 0.2)


def test_golden_section_distance():
    golden = (math.sqrt(5) - 1) / 2
    assert value("golden_section_distance", disc(golden, 1 - golden)) < 0.02
    assert value("golden_section_distance", disc(0.5, 0.5)) == pytest.approx(math.sqrt(2) * (golden - 0.5), abs=0.02)


def test_salient_thirds():
    on_line, centred = disc(1 / 3, 0.5), disc(0.5, 0.5, radius=30)
    assert value("salient_upright_third", on_line) > 0.6 > 0.3 > value("salient_upright_third", centred)
    assert value("salient_level_third", disc(0.5, 2 / 3, radius=30)) > 0.6 > value("salient_level_third", centred)
    assert value("salient_power_point", disc(2 / 3, 1 / 3, radius=30)) > 0.5 > value("salient_power_point", on_line)


def test_salient_thirds_of_even_saliency(monkeypatch):
    monkeypatch.setattr(composition, "saliency", lambda picture: np.ones((384, 512), np.float32))
    rgb = np.zeros((384, 512, 3), np.uint8)
    expected = {"salient_upright_third": 1 / 6, "salient_level_third": 1 / 6, "salient_power_point": 1 / 36}
    for name, share in expected.items():
        assert value(name, rgb) == pytest.approx(share)


def test_thirds_fit_by_hand(placed, monkeypatch):
    rgb = placed(0.4, 0.4, 0.6, 0.6)
    monkeypatch.setattr(composition, "saliency", lambda picture: np.ones((384, 512), np.float32))
    point = math.exp(-((1 / 3) ** 2) / 0.34)
    assert value("thirds_fit", rgb) == pytest.approx(point, abs=0.005)
    unit = math.hypot(512, 384)
    x, y = np.array([0.2, 256 / unit], np.float32), np.array([128 / unit, 0.3], np.float32)  # level third, middle upright
    angle = np.array([0, 90], np.float32)
    line = (0.3 + 0.1 * math.exp(-((1 / 6) ** 2) / 0.34)) / 0.4
    for size, share in ((1, 1), (0.25, 0.4)):  # lines of 0.4 diagonals in all, and of 0.1, which count by 0.1 / 0.25
        weight = np.array([0.3, 0.1], np.float32) * np.float32(size)
        edges = lines_module.Edges(x, y, angle, weight, weight, 512 / unit, 384 / unit, 0.3)
        monkeypatch.setattr(composition, "straight_edges", lambda picture, edges=edges: edges)
        expected = point * (1 - 2 / 3 * share) + 2 / 3 * share * line
        assert value("thirds_fit", rgb) == pytest.approx(expected, abs=0.005)


def test_thirds_fit_prefers_power_points(placed):
    centred, placed_well = (
        value("thirds_fit", placed(0.4, 0.4, 0.6, 0.6)),
        value("thirds_fit", placed(0.2, 0.2, 0.46, 0.46)),
    )
    assert placed_well == pytest.approx(1, abs=0.01)
    assert placed_well > centred


def test_attention_offset(monkeypatch):
    plane = np.zeros((384, 512), np.float32)
    plane[96:97, 384:385] = 1
    monkeypatch.setattr(composition, "saliency", lambda picture: plane)
    rgb = np.zeros((384, 512, 3), np.uint8)
    assert value("attention_offset", rgb) == pytest.approx(math.hypot(128.5, 95.5) / 320)
    monkeypatch.setattr(composition, "saliency", lambda picture: plane * 0)
    assert value("attention_offset", rgb) == 0


def test_subject_diagonal_distance(placed):
    assert value("subject_diagonal_distance", placed(0.2, 0.2, 0.4, 0.4)) == pytest.approx(0, abs=1e-9)
    assert value("subject_diagonal_distance", placed(0.6, 0.2, 0.8, 0.4)) == pytest.approx(0, abs=1e-9)
    assert value("subject_diagonal_distance", placed(0.4, 0.0, 0.6, 0.2)) == pytest.approx(0.4 / math.sqrt(2))


def test_subject_size_fit(placed):
    assert value("subject_size_fit", placed(0, 0, 0.2, 0.5)) == pytest.approx(1, abs=1e-4)
    assert value("subject_size_fit", placed(0, 0, 1, 0.82)) == pytest.approx(1, abs=1e-4)
    # 0.30 lies 0.20 above the first size, exp(-0.04 / 0.14) = 0.751, and 0.26 below the second: 0.845.
    assert value("subject_size_fit", placed(0, 0, 0.6, 0.5)) == pytest.approx(math.exp(-0.0676 / 0.4), abs=0.01)


def test_subject_border_contact(placed):
    assert value("subject_border_contact", placed(0.2, 0.2, 0.8, 0.8)) == 0
    assert value("subject_border_contact", placed(0, 0, 1, 1)) == 1
    border = 2 * 512 + 2 * 382
    assert value("subject_border_contact", placed(0, 0, 1, 0.5)) == pytest.approx((512 + 2 * 191) / border)


def test_subject_margins(placed):
    rgb = placed(0.1, 0.2, 0.6, 0.95)
    names = ("subject_side_margin", "subject_top_margin", "subject_bottom_margin", "subject_side_room")
    assert [value(name, rgb) for name in names] == pytest.approx([0.1, 0.2, 0.05, 0.3])


def test_placing_of_real_subjects():
    rgb = disc(0.25, 0.3, radius=50)
    assert value("subject_side_margin", rgb) == pytest.approx(0.25 - 50 / 512, abs=0.03)
    assert value("subject_top_margin", rgb) == pytest.approx(0.3 - 50 / 384, abs=0.03)
    assert value("subject_side_room", rgb) == pytest.approx(0.5, abs=0.05)


def test_negative_space_smoothness(placed):
    rgb = placed(0, 0, 0.5, 1)
    assert value("negative_space_smoothness", rgb) == 1
    rgb[:, 256:] = (128 + np.arange(256)[None, :, None] * 0.49).astype(np.uint8)  # 0.49 of a grey level per pixel
    expected = 1 / (1 + 0.49 / 255 / 0.02)
    assert value("negative_space_smoothness", rgb) == pytest.approx(expected, abs=0.02)
    assert value("negative_space_smoothness", rgb[:, ::-1].copy()) > 0.95  # the ramp now lies inside the subject


def test_negative_space_smoothness_falls_with_noise(photographs):
    from iaa_classic.degradations import noise

    for rgb in photographs.values():
        assert value("negative_space_smoothness", noise(rgb, 30)) < value("negative_space_smoothness", rgb)


def test_edge_compactness():
    random = np.random.default_rng(3)
    rgb = np.full((512, 512, 3), 128, np.uint8)
    rgb[128:384, 192:320] = random.integers(0, 256, (256, 128, 1))
    assert value("edge_compactness", rgb) == pytest.approx(1 - 0.98**2 * 0.5 * 0.25, abs=0.01)
    everywhere = np.repeat(random.integers(0, 256, (512, 512, 1), dtype=np.uint8), 3, axis=2)
    assert value("edge_compactness", everywhere) == pytest.approx(1 - 0.98**2, abs=0.01)


def test_aspect_ratio(toolbox, kodak):
    assert value("aspect_ratio", np.zeros((200, 300, 3), np.uint8)) == pytest.approx(math.log(1.5))
    for name, rgb in kodak.items():
        assert math.exp(value("aspect_ratio", rgb)) == pytest.approx(toolbox.loc[name, "Aspect ratio"], abs=1e-6)


def test_central_third():
    rgb = np.zeros((300, 300, 3), np.uint8)
    rgb[100:200, 100:200] = (0, 128, 255)
    rgb[:, :90] = (255, 0, 0)
    assert value("central_third_hue", rgb) == pytest.approx(210, abs=2)
    assert value("central_third_saturation", rgb) == pytest.approx(1, abs=0.03)
    assert value("central_third_value", rgb) == pytest.approx(1, abs=0.03)


def test_central_third_hue_is_circular():
    rgb = np.zeros((300, 300, 3), np.uint8)
    rgb[:, :150], rgb[:, 150:] = (255, 0, 40), (255, 40, 0)  # about 351 and 9 degrees: the mean is 0, not 180
    hue = value("central_third_hue", rgb)
    assert min(hue, 360 - hue) < 3


HANDED = {
    "dcm_x_position",
    "falling_diagonal_imbalance",
    "rising_diagonal_imbalance",
    "inner_outer_imbalance_falling",
    "inner_outer_imbalance_rising",
}
"""Features that tell left from right, or one diagonal from the other, by definition."""


def test_mirror_invariance(photographs):
    names = [record.name for record in select("composition")]
    for kind, rgb in photographs.items():
        one, other = Picture(rgb), Picture(np.ascontiguousarray(rgb[:, ::-1]))
        for name in set(names) - HANDED:
            function = catalogue()[name].function
            a, b = function(one), function(other)
            tolerance = 1.0 if name == "central_third_hue" else 0.01 * max(1.0, abs(a))
            assert a == pytest.approx(b, abs=tolerance), (name, kind)


def test_mirror_changes_hands(photographs):
    for rgb in photographs.values():
        mirrored = np.ascontiguousarray(rgb[:, ::-1])
        assert value("dcm_x_position", mirrored) == pytest.approx(-value("dcm_x_position", rgb), abs=1e-6)
        for falling in ("falling_diagonal_imbalance", "inner_outer_imbalance_falling"):
            rising = falling.replace("falling", "rising")
            assert value(falling, mirrored) == pytest.approx(value(rising, rgb), abs=0.05)


def test_same_at_every_size(photographs):
    for rgb in photographs.values():
        large = Picture(cv2.resize(rgb, (rgb.shape[1] * 3, rgb.shape[0] * 3), interpolation=cv2.INTER_CUBIC))
        small = Picture(cv2.resize(large.native, (rgb.shape[1] * 2, rgb.shape[0] * 2), interpolation=cv2.INTER_AREA))
        for name in ("apb_imbalance", "dcm_distance", "edge_symmetry_left_right", "coarse_coherence", "thirds_fit",
                     "horizon_height", "slanted_line_share", "edge_compactness", "open_space"):  # fmt: skip
            record = catalogue()[name]
            span = record.range[1] - record.range[0]
            assert record.function(large) == pytest.approx(record.function(small), abs=0.05 * span), name
