"""Each kernel of the criterion against a plain twin."""

from __future__ import annotations

import numpy as np
import pytest

from iaa_classic.features.kernels.composition import best_split, comb_strength, orientation_grid, seam_profile
from iaa_classic.features.kernels.composition_lines import convergence, edge_elements, read_lines, sum_over_lines

pytestmark = pytest.mark.kernels


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(11)


def test_orientation_grid(random):
    magnitude = random.random((23, 37)).astype(np.float32)
    direction = (random.random((23, 37)) * 360).astype(np.float32)
    direction[direction >= 360] = 0
    grid, degrees = orientation_grid(magnitude, direction, 8, 12, 0.2)
    weight = np.maximum(magnitude - np.float32(0.2), 0).astype(float)
    angle = direction.astype(float) % 180
    y, x = np.indices(magnitude.shape)
    row, column = ((y + 0.5) * 8 / 23).astype(int), ((x + 0.5) * 8 / 37).astype(int)
    expected = np.zeros((8, 8, 12))
    np.add.at(expected, (row, column, np.floor(angle / 15 + 0.5).astype(int) % 12), weight)
    assert grid == pytest.approx(expected, rel=1e-4, abs=1e-6)
    by_degree = np.bincount(np.floor(angle + 0.5).astype(int).ravel() % 180, weights=weight.ravel(), minlength=180)
    assert degrees == pytest.approx(by_degree, rel=1e-4, abs=1e-6)


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


def rise(profile: np.ndarray, period: float) -> float:
    places = [int(k * period) for k in range(1, 50) if 4 <= k * period < len(profile) - 3]
    teeth = np.sort([profile[p - 1 : p + 2].max() for p in places])
    return float(teeth[len(teeth) // 4]) if len(teeth) >= 2 else 0.0


def test_comb_strength(random):
    across, down = random.normal(0, 0.01, 200), random.normal(0, 0.01, 171)
    across[np.arange(1, 9) * 21] += 0.2
    down[170 - np.arange(1, 8) * 21] += 0.1  # from its far end
    periods = np.array([13.0, 21.0, 30.0, 150.0])
    expected = [
        min(max(rise(profile, period), rise(profile[::-1], period)) for profile in (across, down)) for period in periods
    ]
    assert comb_strength(across, down, periods) == pytest.approx(max(expected))
    assert max(expected) == expected[1] > 0.08 > max(expected[0], *expected[2:])
    assert comb_strength(down, across, periods[::-1].copy()) == pytest.approx(max(expected))
    assert comb_strength(across, down, periods[[0, 2, 3]]) == pytest.approx(max(0, expected[0], *expected[2:]))
    assert comb_strength(across, across - 1, periods) == 0


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


def interpolated(plane: np.ndarray, x: float, y: float) -> float:
    from scipy.ndimage import map_coordinates

    return float(map_coordinates(plane.astype(float), [[y], [x]], order=1)[0])


def test_edge_elements_by_definition(random):
    across, down = (random.normal(0, 0.02, (11, 14)).astype(np.float32) for _ in range(2))
    found = np.array(edge_elements(across, down, 0.02, 0.08))
    expected = []
    for row, column in np.ndindex(across.shape):
        gradient = np.array([across[row, column], down[row, column]], dtype=float)
        own = float(gradient @ gradient)
        normal = gradient / np.sqrt(own)

        def there(step, sideways=0.0, row=row, column=column, normal=normal):
            x = column + step * normal[0] - sideways * normal[1]
            y = row + step * normal[1] + sideways * normal[0]
            if not (0 <= x <= 13 and 0 <= y <= 10):
                return np.zeros(2)
            return np.array([interpolated(across, x, y), interpolated(down, x, y)])

        profile = [(k, there(k)) for k in range(-3, 4)]
        parts = [(k, g, max(0.0, g @ normal)) for k, g in profile]
        energy = sum(part**2 for _, _, part in parts)
        if 4 * own <= 0.02**2 or energy <= 0.02**2:
            continue
        offset = sum(k * part**2 for k, _, part in parts) / energy
        direction = sum(part * g for _, g, part in parts)
        direction = direction + sum(max(0.0, there(0, k) @ normal) * there(0, k) for k in (-4, -2, 2, 4))
        weight = min(1, (np.sqrt(energy) - 0.02) / 0.06) * own / energy
        place = np.array([column, row]) + 0.5 + offset * normal
        expected.append([*place, *direction / np.hypot(*direction), weight])
    np.testing.assert_allclose(found.T, np.array(expected), atol=2e-4)


def test_elements_of_a_step_sum_to_its_length():
    for width in (1.0, 1.2, 1.5):
        profile = np.exp(-((np.arange(40) - 19.3) ** 2) / (2 * width**2))
        across = np.tile(profile.astype(np.float32), (30, 1))
        x, _, normal_x, _, weight = edge_elements(across, np.zeros_like(across), 0.01, 0.02)
        assert weight.sum() == pytest.approx(30, rel=0.06)
        assert np.average(x, weights=weight) == pytest.approx(19.8, abs=0.1)
        np.testing.assert_allclose(normal_x, 1)


def test_sum_over_lines_and_back(random):
    direction = (random.random(50) * 24).astype(np.float32)
    distance = random.uniform(-8, 8, 50).astype(np.float32)
    weight = random.random(50).astype(np.float32)
    sums = sum_over_lines(direction, distance, weight, 24, 10)
    expected = np.zeros((24, 22))
    for turn, away, mass in zip(direction, distance + 10, weight, strict=True):
        for bin_turn, bin_away in np.ndindex(24, 22):
            apart = abs((turn - bin_turn + 12) % 24 - 12)
            expected[bin_turn, bin_away] += mass * max(0, 1 - apart) * max(0, 1 - abs(away - bin_away))
    np.testing.assert_allclose(sums, expected, atol=1e-5)
    wrapped = np.concatenate([sums, sums[:1]])
    held = [interpolated(wrapped, away, turn) for turn, away in zip(direction, distance + 10, strict=True)]
    np.testing.assert_allclose(read_lines(sums, direction, distance, 10), held, atol=1e-5)


def aiming(edges: np.ndarray, point: np.ndarray, tolerance: float) -> float:
    """Score of one point, by angles."""
    x, y, ux, uy, length = edges.astype(float).T
    away = np.stack([x, y]).T - point
    turn = np.arctan2(uy, ux) - np.arctan2(away[:, 1], away[:, 0])
    deviation = np.abs(np.sin(turn)) / tolerance
    weight = np.where((deviation < 1) & (np.hypot(*away.T) >= 0.03), length * (1 - deviation**2), 0)
    if not weight.any():
        return 0.0
    angle = np.arctan2(uy, ux)
    first, second = (abs((weight * np.exp(2j * k * angle)).sum()) / weight.sum() for k in (1, 2))
    variety = 1 - 0.4 * first**2 - 0.6 * second**2
    return float(weight.sum() / length.sum() * np.clip((variety - 0.4) / 0.4, 0, 1))


def test_convergence_by_angles(random):
    angle = random.random(40) * np.pi
    edges = np.stack([random.random(40), random.random(40), np.cos(angle), np.sin(angle), random.random(40)], axis=1)
    points = random.uniform(-0.2, 1.2, (30, 2)).astype(np.float32)
    scores = convergence(points, edges.astype(np.float32), 0.3)
    assert scores == pytest.approx([aiming(edges, point, 0.3) for point in points], abs=1e-4)
    assert scores.max() > 0


def test_convergence_of_a_fan_of_parallels_and_of_a_cross():
    turns = np.radians(np.arange(0, 180, 20))
    at = np.array([[0.4, 0.5]], np.float32)

    def edges(angles, place):
        return np.array([[*place(a), np.cos(a), np.sin(a), 1] for a in angles], dtype=np.float32)

    fan = edges(turns, lambda a: (0.4 + 0.2 * np.cos(a), 0.5 + 0.2 * np.sin(a)))
    assert convergence(at, fan, 0.05) == pytest.approx(1)
    parallels = edges([0.0] * 5, lambda a: (0.8, 0.5))
    assert convergence(at, parallels, 0.05) == pytest.approx(0)
    cross = edges([0.0, np.pi / 2] * 3, lambda a: (0.4 + 0.2 * np.cos(a), 0.5 + 0.2 * np.sin(a)))
    assert convergence(at, cross, 0.05) == pytest.approx(0, abs=1e-5)
