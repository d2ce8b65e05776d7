"""Segments, tilt, diagonals, vanishing point and horizon."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from iaa_classic.degradations import tilt
from iaa_classic.features import Picture, catalogue, composition_lines, composition_vanishing
from iaa_classic.features.composition_horizon import horizon
from iaa_classic.features.composition_lines import straight_edges, tilt_of_lines
from iaa_classic.features.composition_vanishing import converging_lines
from iaa_classic.features.saliency import Subject

DIAGONAL = math.hypot(512, 384)


def value(name: str, rgb: np.ndarray) -> float:
    return catalogue()[name].function(Picture(rgb))


def bars(*lines: tuple[float, float, float, float], thickness: int = 12) -> np.ndarray:
    """White frame of 512x384 with black bars from (x1, y1) to (x2, y2), drawn four times as large."""
    large = np.full((1536, 2048, 3), 255, np.uint8)
    for x1, y1, x2, y2 in lines:
        cv2.line(large, (round(4 * x1), round(4 * y1)), (round(4 * x2), round(4 * y2)), (0, 0, 0), 4 * thickness)
    return cv2.resize(large, (512, 384), interpolation=cv2.INTER_AREA)


def bar(angle: float, length: float = 250, x: float = 256, y: float = 192) -> tuple[float, float, float, float]:
    dx, dy = math.cos(math.radians(angle)) * length / 2, math.sin(math.radians(angle)) * length / 2
    return x - dx, y - dy, x + dx, y + dy


def bands(height: float, angle: float = 0.0) -> np.ndarray:
    """Blue sky over green ground; the horizon stands at ``height`` of the frame from the bottom, at its middle."""
    y, x = np.mgrid[:384, :512]
    below = y + 0.5 > 384 * (1 - height) + math.tan(math.radians(angle)) * (x + 0.5 - 256)
    return np.where(below[..., None], (70, 140, 60), (120, 170, 240)).astype(np.uint8)


def at(monkeypatch, x: float, y: float) -> None:
    """Put a small subject at (x, y), in shares of the frame."""
    mask = np.zeros((384, 512), bool)
    mask[round(y * 384), round(x * 512)] = True
    found = Subject(mask, True, (x, y), (x, y, x, y), 0.001, 1, 1.0)
    for module in (composition_lines, composition_vanishing):
        monkeypatch.setattr(module, "subject", lambda picture: found)


@pytest.mark.parametrize("angle", [-60, -30, -3, 0, 5, 45, 90])
@pytest.mark.parametrize("thickness", [3, 12])
def test_elements_lie_on_both_edges_of_a_bar(angle, thickness):
    lines = straight_edges(Picture(bars(bar(angle), thickness=thickness)))
    along = np.abs((lines.angle - angle + 90) % 180 - 90) < 5
    assert lines.weight[along].sum() == pytest.approx(2 * 250 / DIAGONAL, abs=0.08)
    assert lines.weight[~along].sum() < 0.05
    turn = (lines.angle[along] - angle + 90) % 180 - 90
    assert np.average(turn, weights=lines.weight[along]) == pytest.approx(0, abs=0.3)
    assert np.average(lines.run[along], weights=lines.weight[along]) == pytest.approx(250 / DIAGONAL, abs=0.08)
    x, y = lines.x[along] * DIAGONAL - 256, lines.y[along] * DIAGONAL - 192
    away = x * math.sin(math.radians(angle)) - y * math.cos(math.radians(angle))
    assert np.abs(away) == pytest.approx(thickness / 2, abs=3)
    assert np.average(away, weights=lines.weight[along]) == pytest.approx(0, abs=0.5)


def test_faint_and_short_edges_fade_out():
    """A bar counts less the nearer its contrast comes to FAINT and its length to SHORTEST, without a jump."""
    rgb = bars(bar(20))
    sums = [straight_edges(Picture((255 - (255 - rgb) * share).astype(np.uint8))).weight.sum() for share in (1, 0.05, 0.01)]
    assert sums[0] > 2 * sums[1] > 0
    assert sums[2] == 0
    shares = [straight_edges(Picture(bars(bar(20, length), thickness=3))).weight.sum() / length for length in (10, 60, 150)]
    assert shares[0] < 0.3 * shares[1] < shares[1] < shares[2]


def test_lines_hardly_move_when_the_picture_does(photographs):
    """Half a working pixel of shift, which every segment detector takes for another picture."""
    for rgb in photographs.values():
        first, second = (straight_edges(Picture(np.ascontiguousarray(part))) for part in (rgb[1:, :-1], rgb[:-1, 1:]))
        assert first.weight.sum() == pytest.approx(second.weight.sum(), rel=0.05, abs=0.02)
        assert first.longest == pytest.approx(second.longest, abs=0.02)


def test_border_of_the_frame_is_no_line():
    rgb = np.full((384, 512, 3), 200, np.uint8)
    rgb[:3] = rgb[-3:] = 0
    rgb[:, :3] = rgb[:, -3:] = 0
    assert straight_edges(Picture(rgb)).x.size == 0


@pytest.mark.parametrize(
    ("name", "angle"), [("horizontal_line_length", 4), ("vertical_line_length", 86), ("slanted_line_length", 40)]
)
def test_line_lengths(name, angle):
    rgb = bars(bar(angle))
    assert value(name, rgb) == pytest.approx(math.log1p(2 * 250 / DIAGONAL), abs=0.05)
    for other in {"horizontal_line_length", "vertical_line_length", "slanted_line_length"} - {name}:
        assert value(other, rgb) == pytest.approx(0, abs=0.03)


def test_slanted_line_share():
    total = 2 * 250 / DIAGONAL
    assert value("slanted_line_share", bars(bar(40))) == pytest.approx(total / (total + 0.25), abs=0.04)
    assert value("slanted_line_share", bars(bar(0))) == pytest.approx(0, abs=0.03)
    # A level bar of the same length halves the share, the constant aside.
    both = bars(bar(40, 200, 150), bar(0, 200, 380, 340))
    assert value("slanted_line_share", both) == pytest.approx(400 / (800 + 0.25 * DIAGONAL), abs=0.04)


def test_longest_line():
    for length in (80, 200, 300):
        assert value("longest_line", bars(bar(20, length))) == pytest.approx(length / DIAGONAL, abs=0.03)


@pytest.mark.parametrize("angle", [0, 1, 2, 4, 8, 12])
def test_frame_tilt_of_a_turned_building(angle):
    for sign in (-1, 1):
        rgb = bars(bar(sign * angle), bar(sign * angle, 250, 256, 300), bar(90 + sign * angle, 200))
        assert tilt_of_lines(Picture(rgb))[0] == pytest.approx(sign * angle, abs=0.3)
        assert value("frame_tilt", rgb) == pytest.approx(angle, abs=0.3)
        assert value("line_alignment", rgb) > 0.8


def test_line_alignment_falls_with_disorder():
    random = np.random.default_rng(5)
    chaos = bars(*(bar(*place) for place in random.uniform((0, 60, 60, 60), (180, 160, 450, 320), (25, 4))), thickness=4)
    assert value("line_alignment", chaos) < 0.35


def test_diagonal_line_fit():
    frame = math.degrees(math.atan2(384, 512))
    lengths = 2 * 400 / DIAGONAL
    for angle in (frame, -frame):
        assert value("diagonal_line_fit", bars(bar(angle, 400), thickness=6)) > 0.9 * lengths / (lengths + 0.25)
    for angle in (0, 90):
        assert value("diagonal_line_fit", bars(bar(angle, 250), thickness=6)) < 0.02
    assert value("diagonal_line_fit", bars(bar(frame, 150, 130, 300), thickness=6)) < 0.05  # parallel, but in a corner


def test_leading_lines(monkeypatch):
    rgb = bars(bar(30, 200, 150, 250), bar(-40, 150, 120, 120))
    first = 150 + 200 * math.cos(math.radians(30)), 250 + 200 * math.sin(math.radians(30))
    at(monkeypatch, first[0] / 512, first[1] / 384)
    towards = value("leading_lines", rgb)
    assert towards == pytest.approx(400 / (700 + 0.25 * DIAGONAL), abs=0.06)
    at(monkeypatch, 0.1, 0.9)
    assert value("leading_lines", rgb) < 0.05


FAN = tuple(
    (
        300 + 60 * math.cos(math.radians(angle)),
        150 + 60 * math.sin(math.radians(angle)),
        300 + 190 * math.cos(math.radians(angle)),
        150 + 190 * math.sin(math.radians(angle)),
    )
    for angle in (20, 50, 80, 110, 150, 200, 340)
)


def test_vanishing_point(monkeypatch):
    rgb = bars(*FAN, thickness=3)
    strength, x, y = converging_lines(Picture(rgb))
    assert (x * DIAGONAL, y * DIAGONAL) == pytest.approx((300, 150), abs=6)
    assert value("vanishing_point_strength", rgb) == strength > 0.6
    assert value("vanishing_point_offset", rgb) == pytest.approx(math.hypot(300 - 256, 150 - 192) / DIAGONAL, abs=0.02)
    at(monkeypatch, 300 / 512, 150 / 384)
    assert value("vanishing_point_on_subject", rgb) == pytest.approx(strength, rel=0.02)
    at(monkeypatch, 0.05, 0.95)
    assert value("vanishing_point_on_subject", rgb) < 0.05 * strength


def test_parallel_lines_have_no_vanishing_point():
    rgb = bars(*(bar(25, 250, 256, y) for y in (60, 120, 180, 240, 300)), thickness=3)
    assert value("vanishing_point_strength", rgb) < 0.1


@pytest.mark.parametrize("height", [0.2, 1 / 3, 0.5, 0.7])
@pytest.mark.parametrize("angle", [-8, 0, 3])
def test_horizon_of_two_bands(height, angle):
    rgb = bands(height, angle)
    assert value("horizon_strength", rgb) > 0.95
    assert value("horizon_height", rgb) == pytest.approx(height, abs=0.01)
    assert value("horizon_tilt", rgb) == pytest.approx(abs(angle), abs=0.4)
    thirds = min(abs(height - 1 / 3), abs(height - 2 / 3))
    assert value("horizon_thirds_distance", rgb) == pytest.approx(thirds, abs=0.01)
    golden = abs(max(height, 1 - height) - 0.618)
    assert value("visual_weight_deviation", rgb) == pytest.approx(golden, abs=0.01)


def test_horizon_strength_is_explained_variance():
    random = np.random.default_rng(0)
    rgb = np.clip(bands(0.4) + random.normal(0, 40, (384, 512, 1)), 0, 255).astype(np.uint8)
    picture = Picture(rgb)
    small = cv2.resize(picture.lab, (64, 48), interpolation=cv2.INTER_AREA)
    split = round(0.6 * 48)
    within = ((small[:split] - small[:split].mean((0, 1))) ** 2).sum() + (
        (small[split:] - small[split:].mean((0, 1))) ** 2
    ).sum()
    total = ((small - small.mean((0, 1))) ** 2).sum()
    assert value("horizon_strength", rgb) == pytest.approx(1 - within / total, abs=0.02)


def test_no_horizon():
    sides = np.ascontiguousarray(np.rot90(bands(0.5)))
    assert value("horizon_strength", sides) < 0.15
    for rgb in (np.full((384, 512, 3), 90, np.uint8), np.zeros((1, 400, 3), np.uint8)):
        assert value("horizon_strength", rgb) == 0
        assert value("horizon_height", rgb) == 0.5
        assert value("horizon_tilt", rgb) == 0
        assert value("horizon_thirds_distance", rgb) == pytest.approx(1 / 6)
        assert value("visual_weight_deviation", rgb) == pytest.approx(0.118, abs=0.001)


def without_border(rgb: np.ndarray) -> np.ndarray:
    """Less 2 % on each side: some Kodak pictures have dark edges, which a tilt cuts away."""
    height, width = (round(0.02 * side) for side in rgb.shape[:2])
    return np.ascontiguousarray(rgb[height:-height, width:-width])


def test_controlled_tilt_of_photographs(kodak):
    """On photographs whose lines agree, a tilt of 2 or 4 degrees is found again within 1 degree, 8 mostly."""
    pictures = [without_border(rgb) for rgb in kodak.values()]
    before = [tilt_of_lines(Picture(rgb)) for rgb in pictures]
    chosen = [(rgb, angle) for rgb, (angle, agreement) in zip(pictures, before, strict=True) if agreement > 0.2]
    assert len(chosen) >= 12
    for turn, least in ((2, 0.95), (4, 0.95), (8, 0.8)):
        # A counter-clockwise turn of the picture (positive for the degradation) lessens angles that count clockwise.
        errors = [tilt_of_lines(Picture(tilt(rgb, s)))[0] - angle + s for rgb, angle in chosen for s in (-turn, turn)]
        assert np.mean(np.abs(errors) < 1) >= least, turn


def test_tilt_is_noticed_on_level_photographs(kodak):
    level = []
    for rgb in map(without_border, kodak.values()):
        angle, agreement = tilt_of_lines(Picture(rgb))
        if agreement > 0.3 and abs(angle) < 1.5:
            level.append(rgb)
    assert len(level) >= 8
    falls = []
    for turn in (-8, -4, 4, 8):
        for before, after in [(rgb, tilt(rgb, turn)) for rgb in level]:
            assert value("frame_tilt", after) > value("frame_tilt", before)
            falls.append(value("axis_alignment", after) < value("axis_alignment", before))
    assert np.mean(falls) >= 0.85


def test_horizon_tilt_follows_a_tilt():
    for turn in (-6, 3, 6):
        assert horizon(Picture(tilt(bands(0.4), turn))).angle == pytest.approx(-turn, abs=0.5)
