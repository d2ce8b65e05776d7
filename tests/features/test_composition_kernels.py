"""Each kernel of the criterion against a plain twin."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.features.kernels.composition import (
    best_split,
    comb_strength,
    orientation_grid,
    seam_profile,
    vanishing_point,
)

pytestmark = pytest.mark.kernels


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(11)


def test_orientation_grid(random):
    magnitude = random.random((23, 37)).astype(np.float32)
    direction = (random.random((23, 37)) * 360).astype(np.float32)
    direction[direction >= 360] = 0
    grid, degrees = orientation_grid(magnitude, direction, 8, 12, 0.2)
    weight = np.where(magnitude >= 0.2, magnitude, 0).astype(float)
    angle = direction.astype(float) % 180
    y, x = np.indices(magnitude.shape)
    row, column = ((y + 0.5) * 8 / 23).astype(int), ((x + 0.5) * 8 / 37).astype(int)
    expected = np.zeros((8, 8, 12))
    np.add.at(expected, (row, column, np.floor(angle / 15 + 0.5).astype(int) % 12), weight)
    assert grid == pytest.approx(expected)
    by_degree = np.bincount(np.floor(angle + 0.5).astype(int).ravel() % 180, weights=weight.ravel(), minlength=180)
    assert degrees == pytest.approx(by_degree)


def test_seam_profile(random):
    luma = random.random((32, 20)).astype(np.float32)
    luma[:, 11:] += 1
    mean, quartile = seam_profile(luma, 8)
    plane = luma.astype(float)
    ratio = np.zeros_like(plane)
    step = np.abs(plane[:, 2:] - plane[:, :-2])  # step[x - 1] is that of column x
    for x in range(3, 17):
        usual = (step[:, x - 3] + step[:, x + 1]) / 2
        ratio[:, x] = step[:, x - 1] / (step[:, x - 1] + usual + 1 / 255)
    assert mean == pytest.approx(ratio.mean(axis=0), abs=1e-5)
    windows = np.sort(ratio.reshape(8, 4, 20).mean(axis=1), axis=0)
    assert quartile == pytest.approx(windows[2], abs=1e-5)
    assert mean[10] > 0.5 > np.median(mean)


def test_comb_strength(random):
    profile = random.normal(0, 0.01, 200)
    profile[np.arange(1, 9) * 21] += 0.2
    periods = np.array([13.0, 21.0, 30.0, 150.0])
    strength = comb_strength(profile, periods)
    for period, got in zip(periods, strength, strict=True):
        places = [int(k * period) for k in range(1, 50) if 4 <= k * period < 197]
        teeth = np.sort([profile[p - 1 : p + 2].max() for p in places])
        assert got == pytest.approx(teeth[len(teeth) // 4] if len(teeth) >= 2 else 0)
    assert strength[1] > 0.15 > strength[[0, 2, 3]].max()


def explained(plane: np.ndarray, middle: float, angle: float, fine: int = 40) -> float:
    """Between-region sum of squares of a split, by cutting every pixel into ``fine`` slices."""
    height, width = plane.shape[:2]
    y = (np.arange(height * fine) + 0.5) / fine
    x = np.arange(width) + 0.5 - width / 2
    above = y[:, None] < middle + np.tan(np.radians(angle)) * x[None, :]
    values = np.repeat(plane, fine, axis=0).astype(float)
    parts = [values[above], values[~above]]
    return sum(len(part) * (part.mean(axis=0) ** 2).sum() for part in parts) / fine


def test_best_split(random):
    plane = random.normal(0, 0.3, (16, 24, 3))
    y, x = np.mgrid[:16, :24]
    plane[y > 6 + 0.1 * (x - 12)] += 2
    plane -= plane.mean(axis=(0, 1))
    sums = np.zeros((17, 24, 3), np.float32)
    np.cumsum(plane, axis=0, out=sums[1:])
    energy, middle, angle = best_split(sums, 20.0, 25.0)
    assert energy == pytest.approx(explained(plane, middle, angle), rel=0.01)
    assert middle == pytest.approx(6.5, abs=0.7)
    assert angle == pytest.approx(5.7, abs=3)
    coarse = [explained(plane, m, a, 8) * np.exp(-(a**2) / 2 / 25**2) for m in np.arange(1, 16) for a in range(-20, 21, 4)]
    assert energy * np.exp(-(angle**2) / 2 / 25**2) >= max(coarse) * 0.995


def test_best_split_of_nothing():
    assert best_split(np.zeros((9, 8, 3), np.float32), 20.0, 25.0) == (0, 4, 0)


def aiming(ends: np.ndarray, point: np.ndarray, tolerance: float) -> float:
    """Score of one vanishing point, by angles."""
    delta = ends[:, 2:] - ends[:, :2]
    length = np.hypot(*delta.T)
    away = (ends[:, :2] + ends[:, 2:]) / 2 - point
    turn = np.arctan2(delta[:, 1], delta[:, 0]) - np.arctan2(away[:, 1], away[:, 0])
    deviation = np.abs(np.sin(turn)) / tolerance
    weight = np.where((deviation < 1) & (np.hypot(*away.T) >= length / 2), length * (1 - deviation**2), 0)
    if not weight.any():
        return 0.0
    angle = np.arctan2(delta[:, 1], delta[:, 0])
    spread = 1 - abs((weight * np.exp(2j * angle)).sum()) / weight.sum()
    return float(weight.sum() * min(1, 2 * spread) / length.sum())


def test_vanishing_point(random):
    ends = random.random((9, 4)).astype(np.float32)
    for i, angle in enumerate((0.3, 1.1, 1.9, 2.8)):
        direction = np.array([np.cos(angle), np.sin(angle)])
        ends[i] = np.concatenate([0.45 + 0.1 * direction, 0.45 + 0.4 * direction])
    score, x, y = vanishing_point(ends, 0.0, 0.0, 1.0, 1.0, 0.05)
    assert (x, y) == pytest.approx((0.45, 0.45), abs=0.03)
    assert score == pytest.approx(aiming(ends.astype(float), np.array([x, y]), 0.05), rel=1e-4)
    crossings = []
    for i in range(9):
        for j in range(i):
            a, b = ends[i].astype(float), ends[j].astype(float)
            matrix = np.column_stack([a[2:] - a[:2], b[:2] - b[2:]])
            crossings.append(a[:2] + np.linalg.solve(matrix, b[:2] - a[:2])[0] * (a[2:] - a[:2]))
    inside = [p for p in crossings if (p >= 0).all() and (p <= 1).all()]
    assert score >= max(aiming(ends.astype(float), p, 0.05) for p in inside) - 1e-3


def test_vanishing_point_of_parallels():
    ends = np.array([[0, y, 1, y] for y in (0.1, 0.2, 0.3)], np.float32)
    assert vanishing_point(ends, 0.0, 0.0, 1.0, 1.0, 0.05) == (0, 0, 0)
