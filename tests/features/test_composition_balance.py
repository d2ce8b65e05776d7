"""Balance and symmetry."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic.features import Picture, catalogue


def value(name: str, rgb: np.ndarray) -> float:
    return catalogue()[name].function(Picture(rgb))


def grey(plane: np.ndarray) -> np.ndarray:
    return np.repeat(plane.astype(np.uint8)[..., None], 3, axis=2)


@pytest.fixture
def left_dark() -> np.ndarray:
    """Square: left half black, right half white. Dark is no majority, so ink is full on the left and 0 on the right."""
    plane = np.full((512, 512), 255)
    plane[:, :256] = 0
    return grey(plane)


def stripes(angle: float, period: float = 24) -> np.ndarray:
    """Sinusoidal stripes whose gradient points at ``angle`` degrees."""
    y, x = np.mgrid[:400, :512]
    turn = np.radians(angle)
    return grey(127.5 + 120 * np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / period))


def toolbox_balance(plane: np.ndarray) -> list[float]:
    """Eight terms for a square plane of ink, by triangles cut with ``triu`` and ``tril`` (Huebner's procedure)."""
    ink = plane.astype(float)
    n, total = len(ink), ink.sum()

    def imbalance(one: float, other: float) -> float:
        return 100 * abs(one - other) / total

    def against_rest(part: float) -> float:
        return imbalance(total - part, part)

    corner = n - int(n / np.sqrt(2))
    turned = np.rot90(ink)
    return [
        imbalance(ink[:, : n // 2].sum(), ink[:, n // 2 :].sum()),
        imbalance(ink[: n // 2].sum(), ink[n // 2 :].sum()),
        imbalance(np.triu(ink, 1).sum(), np.tril(ink, -1).sum()),
        imbalance(np.triu(turned, 1).sum(), np.tril(turned, -1).sum()),
        against_rest(ink[:, : n // 4].sum() + ink[:, -(n // 4) :].sum()),
        against_rest(ink[: n // 4].sum() + ink[-(n // 4) :].sum()),
        against_rest(np.triu(ink, corner).sum() + np.tril(ink, -corner).sum()),
        against_rest(np.triu(turned, corner).sum() + np.tril(turned, -corner).sum()),
    ]


APB = (
    "left_right_imbalance",
    "top_bottom_imbalance",
    "falling_diagonal_imbalance",
    "rising_diagonal_imbalance",
    "inner_outer_imbalance_across",
    "inner_outer_imbalance_down",
    "inner_outer_imbalance_falling",
    "inner_outer_imbalance_rising",
)


def test_dcm_by_hand(left_dark):
    assert value("dcm_x_position", left_dark) == pytest.approx(0.25)
    assert value("dcm_y_position", left_dark) == pytest.approx(0)
    assert value("dcm_distance", left_dark) == pytest.approx(50)
    bottom_dark = np.ascontiguousarray(np.rot90(left_dark))
    assert value("dcm_y_position", bottom_dark) == pytest.approx(-0.25)
    assert value("dcm_distance", bottom_dark) == pytest.approx(50)


def test_ink_is_the_rarer_tone():
    plane = np.full((400, 400), 10)
    plane[300:, 300:] = 250  # a bright corner in a dark frame: the corner is the ink, with a little of the rest
    assert value("dcm_x_position", grey(plane)) < -0.1
    assert value("dcm_x_position", grey(255 - plane)) == pytest.approx(value("dcm_x_position", grey(plane)))


def test_apb_by_hand(left_dark):
    terms = [value(name, left_dark) for name in APB[:6]]
    assert terms == pytest.approx([100, 0, 50, 50, 0, 0], abs=0.5)


def test_apb_is_the_published_procedure_on_squares(photographs):
    for rgb in photographs.values():
        square = cv2.resize(rgb, (512, 512), interpolation=cv2.INTER_AREA)
        plane = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
        expected = toolbox_balance(255 - plane if 2 * (plane < 128).sum() <= plane.size else plane)
        terms = [value(name, square) for name in APB]
        assert terms == pytest.approx(expected, abs=0.6)
        assert value("apb_imbalance", square) == pytest.approx(np.mean(terms))


def test_dcm_values_are_those_of_aesthetics_toolbox(kodak, toolbox):
    for name, rgb in kodak.items():
        assert value("dcm_x_position", rgb) == pytest.approx(toolbox.loc[name, "DCM x position"], abs=0.004)
        assert value("dcm_y_position", rgb) == pytest.approx(toolbox.loc[name, "DCM y position"], abs=0.004)


def test_ink_symmetry_by_hand(left_dark):
    assert value("ink_symmetry_left_right", left_dark) == 0
    assert value("ink_symmetry_top_bottom", left_dark) == pytest.approx(50)
    assert value("ink_symmetry", left_dark) == pytest.approx(25)
    middle = np.full((512, 512), 255)
    middle[:, 128:384] = 0  # pairs 128..255 of 256, weights from 1 + 128/255 to 2
    weights = 1 + np.arange(256) / 255
    assert value("ink_symmetry_left_right", grey(middle)) == pytest.approx(100 * weights[128:].sum() / weights.sum(), rel=1e-3)


def mirrored(rgb: np.ndarray, axis: int) -> np.ndarray:
    half = rgb[: rgb.shape[0] // 2] if axis == 0 else rgb[:, : rgb.shape[1] // 2]
    return np.ascontiguousarray(np.concatenate([half, np.flip(half, axis)], axis=axis))


@pytest.mark.parametrize("kind", ["luminance", "edge"])
def test_symmetry_of_mirrored_pictures(kind, photographs):
    for rgb in photographs.values():
        across, down = mirrored(rgb, 1), mirrored(rgb, 0)
        assert value(f"{kind}_symmetry_left_right", across) > 0.995
        assert value(f"{kind}_symmetry_top_bottom", down) > 0.995
        assert value(f"{kind}_symmetry_left_right", across) > value(f"{kind}_symmetry_left_right", rgb)
        assert value(f"{kind}_symmetry_top_bottom", down) > value(f"{kind}_symmetry_top_bottom", rgb)


def test_luminance_symmetry_is_pearson(photographs):
    for rgb in photographs.values():
        grid = cv2.resize(Picture(rgb).luma, (64, 64), interpolation=cv2.INTER_AREA)
        expected = np.corrcoef(grid.ravel(), grid[:, ::-1].ravel())[0, 1]
        assert value("luminance_symmetry_left_right", rgb) == pytest.approx(expected, abs=1e-4)
        expected = np.corrcoef(grid.ravel(), grid[::-1].ravel())[0, 1]
        assert value("luminance_symmetry_top_bottom", rgb) == pytest.approx(expected, abs=1e-4)


def test_luminance_symmetry_of_a_ramp_is_opposite():
    ramp = grey(np.tile(np.linspace(0, 255, 512), (384, 1)))
    assert value("luminance_symmetry_left_right", ramp) == pytest.approx(-1, abs=0.01)
    assert value("luminance_symmetry_top_bottom", ramp) == pytest.approx(1, abs=0.01)


def test_edge_symmetry_reflects_orientations():
    assert value("edge_symmetry_left_right", stripes(45)) < 0.1
    assert value("edge_symmetry_left_right", stripes(0)) > 0.99
    chevron = np.concatenate([stripes(45)[:, :256], stripes(45)[:, :256][:, ::-1]], axis=1)
    assert value("edge_symmetry_left_right", chevron) > 0.99


def test_edge_directions():
    for angle in (45, 135):
        assert value("diagonal_gradient_share", stripes(angle)) > 0.98
        assert value("axis_alignment", stripes(angle)) < 0.02
    for angle in (0, 90):
        assert value("diagonal_gradient_share", stripes(angle)) < 0.02
        assert value("axis_alignment", stripes(angle)) > 0.98
    assert value("axis_alignment", stripes(8)) < 0.1


def test_edge_directions_of_a_disc_are_even():
    rgb = cv2.circle(np.zeros((512, 512, 3), np.uint8), (256, 256), 200, (255, 255, 255), -1, cv2.LINE_AA)
    rgb = cv2.GaussianBlur(rgb, (0, 0), 4)
    assert value("diagonal_gradient_share", rgb) == pytest.approx(0.5, abs=0.02)
    assert value("axis_alignment", rgb) == pytest.approx(14 / 180, abs=0.02)
