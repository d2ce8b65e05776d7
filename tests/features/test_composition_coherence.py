"""Frames, dead areas, seams, and parts that do not belong together."""

from __future__ import annotations

import cv2
import numba
import numpy as np
import pytest

from iaa_classic.degradations import grey_half, jpeg, shuffle_blocks
from iaa_classic.features import Picture, catalogue


def value(name: str, rgb: np.ndarray) -> float:
    return catalogue()[name].function(Picture(rgb))


@pytest.fixture(params=["photographs", "kodak", "wallpapers"])
def set_of_photographs(request) -> list[np.ndarray]:
    pictures = list(request.getfixturevalue(request.param).values())
    return pictures[:: len(pictures) // 3] if numba.config.DISABLE_JIT else pictures


NAMES = (
    "border_share",
    "empty_area",
    "dead_midtone_area",
    "straight_seam",
    "grid_seams",
    "coarse_coherence",
    "fine_coherence",
)


def measured(pictures: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Values by name, one per picture."""
    rows = [[catalogue()[name].function(picture) for name in NAMES] for picture in map(Picture, pictures)]
    return dict(zip(NAMES, np.array(rows).T, strict=True))


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (90, 60, 30)])
@pytest.mark.parametrize("sides", [(40, 40, 0, 0), (0, 0, 60, 60), (35, 35, 35, 35), (20, 50, 20, 20)])
def test_border_share(colour, sides, photographs):
    rgb = photographs["china"]
    framed = cv2.copyMakeBorder(rgb, *sides, cv2.BORDER_CONSTANT, value=colour)
    top, bottom, left, right = sides
    inner = (framed.shape[0] - 2 * min(top, bottom)) * (framed.shape[1] - 2 * min(left, right))
    expected = 1 - inner / (framed.shape[0] * framed.shape[1])
    assert value("border_share", framed) == pytest.approx(expected, abs=0.02)
    assert value("border_share", jpeg(framed, 92)) == pytest.approx(expected, abs=0.03)


def test_photographs_have_no_border(set_of_photographs):
    assert not measured(set_of_photographs)["border_share"].any()


def test_object_before_a_backdrop_has_no_border():
    rgb = cv2.circle(np.full((400, 500, 3), 255, np.uint8), (250, 200), 100, (40, 80, 160), -1)
    assert value("border_share", rgb) == 0


def test_flat_areas_by_hand():
    random = np.random.default_rng(1)
    rgb = random.integers(0, 256, (512, 512, 3), dtype=np.uint8)
    rgb[:128] = 255
    rgb[128:384, 256:] = 120
    assert value("empty_area", rgb) == pytest.approx(0.25 + 0.25)
    assert value("dead_midtone_area", rgb) == pytest.approx(0.25)
    assert value("open_space", rgb) == pytest.approx(0.5)


def test_gentle_gradients_are_open_but_not_empty():
    ramp = np.tile(np.linspace(60, 200, 512), (512, 1))  # 4.4 grey levels, standard deviation 1.3, per block
    rgb = np.repeat(np.rint(ramp).astype(np.uint8)[..., None], 3, axis=2)
    assert value("empty_area", rgb) == 0
    assert value("open_space", rgb) == 1


def test_open_space_counts_blocks():
    random = np.random.default_rng(1)
    for sigma, expected in ((2, 1), (8, 0)):
        rgb = np.repeat(np.clip(128 + random.normal(0, sigma, (512, 512, 1)), 0, 255).astype(np.uint8), 3, axis=2)
        assert value("open_space", rgb) == expected


@pytest.mark.parametrize("side", ["bottom", "left"])
def test_grey_half_is_noticed(side, set_of_photographs):
    before = measured(set_of_photographs)
    after = measured([grey_half(rgb, side) for rgb in set_of_photographs])
    for name in ("dead_midtone_area", "empty_area", "straight_seam"):
        assert np.mean(after[name] > before[name] + 1e-6) >= 0.95, name
    assert after["dead_midtone_area"].min() > 0.4
    assert np.mean(before["dead_midtone_area"] < 0.05) >= 0.95


def test_straight_seam_wants_the_whole_length(photographs):
    rgb = photographs["chelsea"]
    base = value("straight_seam", rgb)
    pasted = rgb.copy()
    pasted[:, 150:] = np.roll(rgb, 97, axis=1)[:, 150:]
    part = rgb.copy()
    part[:100, 150:] = np.roll(rgb, 97, axis=1)[:100, 150:]
    assert value("straight_seam", pasted) > base + 0.1
    assert value("straight_seam", part) < base + 0.03
    turned = np.ascontiguousarray(np.rot90(pasted))
    assert value("straight_seam", turned) == pytest.approx(value("straight_seam", pasted), abs=0.01)


@pytest.mark.parametrize("block", [32, 64])
def test_shuffled_blocks_are_noticed(block, set_of_photographs):
    before = measured(set_of_photographs)
    after = measured([shuffle_blocks(rgb, block) for rgb in set_of_photographs])
    for name, sign in (("grid_seams", 1), ("straight_seam", 1), ("coarse_coherence", -1), ("fine_coherence", -1)):
        assert np.mean(sign * (after[name] - before[name]) > 1e-6) >= 0.95, name
    assert np.mean(after["grid_seams"] > 0.05) >= 0.95
    assert np.mean(before["grid_seams"] < 0.05) >= 0.95


@pytest.mark.parametrize("pitch", [5.5, 8, 11.3, 16, 30, 60, 100])
def test_grid_seams_at_every_pitch(pitch, photographs):
    """Blocks of 64 pixels in a picture whose long side makes them ``pitch`` pixels wide at the working scale."""
    for name in ("coffee", "china"):
        scale = 64 * 512 / pitch / max(photographs[name].shape)
        rgb = cv2.resize(photographs[name], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        if min(rgb.shape[:2]) < 192:
            continue
        assert value("grid_seams", shuffle_blocks(rgb)) > 0.05 > value("grid_seams", rgb)


def test_coherence_is_morans_i():
    cells = np.random.default_rng(2).integers(0, 256, (8, 8)).astype(np.uint8)
    rgb = np.repeat(np.kron(cells, np.ones((64, 64), np.uint8))[..., None], 3, axis=2)
    lightness = Picture(rgb).lab[::64, ::64, 0].astype(float)
    z = (lightness - lightness.mean()).ravel()
    rows, columns = np.divmod(np.arange(64), 8)
    weights = (np.abs(rows[:, None] - rows) + np.abs(columns[:, None] - columns)) == 1
    moran = len(z) / weights.sum() * (z @ weights @ z) / (z @ z)
    assert value("coarse_coherence", rgb) == pytest.approx(moran, abs=0.01)


def test_coherence_at_its_ends():
    checker = np.kron(np.indices((32, 32)).sum(axis=0) % 2, np.ones((16, 16)))
    rgb = np.repeat((checker * 255).astype(np.uint8)[..., None], 3, axis=2)
    assert value("fine_coherence", rgb) == pytest.approx(-1, abs=0.01)
    halves = np.zeros((512, 512, 3), np.uint8)
    halves[:256] = 255
    assert value("fine_coherence", halves) > 0.95
    assert value("coarse_coherence", halves) > 0.8
