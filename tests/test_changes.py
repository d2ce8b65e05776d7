"""Controlled changes: each does what it says, leaves its argument alone, and does nothing at strength 0."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from iaa_classic import changes
from iaa_classic.fidelity import CHANGES

IDENTITY_AT_ZERO = [
    changes.haze,
    changes.side_light,
    changes.low_light,
    changes.spotlight,
    changes.silhouette,
    changes.local_contrast,
    changes.tint,
    changes.rainbow,
    changes.split_tone,
    changes.mirrored,
    changes.horizon,
    changes.ruled,
    changes.plain_surroundings,
    changes.grey_surroundings,
    changes.letterbox,
    changes.narrow,
]


@pytest.fixture
def rgb(photographs):
    return np.ascontiguousarray(photographs["chelsea"][:200, :300])


@pytest.mark.parametrize("name", list(CHANGES))
def test_every_change_keeps_its_argument_and_gives_pictures(name, rgb):
    before = rgb.copy()
    series = CHANGES[name].series(rgb)
    assert np.array_equal(rgb, before)
    assert len(series) == 4
    for changed in series:
        assert changed.dtype == np.uint8
        assert changed.ndim == 3
        assert changed.shape[2] == 3
    assert not any(np.array_equal(series[0], changed) for changed in series[1:])


@pytest.mark.parametrize("name", [name for name, change in CHANGES.items() if change.start is None and name != "wider frame"])
def test_stronger_changes_change_more(name, rgb):
    series = [picture.astype(float) for picture in CHANGES[name].series(rgb)]
    distance = [float(np.abs(changed - series[0]).mean()) for changed in series[1:]]
    assert distance == sorted(distance), distance


@pytest.mark.parametrize("change", IDENTITY_AT_ZERO, ids=lambda change: change.__name__)
def test_strength_zero_is_the_photograph(change, rgb):
    assert np.array_equal(change(rgb, 0.0), rgb)


def test_gamma_keeps_black_and_white():
    grey = np.array([[[0] * 3, [64] * 3, [255] * 3]], dtype=np.uint8)
    assert changes.gamma(grey, 2.0)[0, :, 0].tolist() == [0, 16, 255]


def test_side_light_darkens_the_left_and_low_light_the_top():
    white = np.full((100, 100, 3), 200, dtype=np.uint8)
    side, low = changes.side_light(white, 1.0), changes.low_light(white, 1.0)
    assert side[50, 1, 0] < 5 < 195 < side[50, 98, 0]
    assert low[1, 50, 0] < 5 < 195 < low[98, 50, 0]


def test_spotlight_and_silhouette_are_opposites(rgb):
    lit, behind = changes.spotlight(rgb, 0.9), changes.silhouette(rgb, 0.9)
    middle, corner = (slice(90, 110), slice(140, 160)), (slice(0, 20), slice(0, 20))
    assert lit[middle].mean() == pytest.approx(rgb[middle].mean())
    assert lit[corner].mean() < 0.2 * rgb[corner].mean()
    assert behind[middle].mean() < 0.2 * rgb[middle].mean()
    assert behind[corner].mean() > rgb[corner].mean()


def test_toning_sets_hues_and_keeps_values(rgb):
    toned = cv2.cvtColor(changes.tint(rgb, 1.0, 120.0), cv2.COLOR_RGB2HSV)
    assert np.median(toned[..., 0]) == 60  # OpenCV halves degrees
    assert np.abs(toned[..., 2].astype(int) - rgb.max(axis=2)).max() <= 1
    split = cv2.cvtColor(changes.split_tone(rgb, 1.0), cv2.COLOR_RGB2HSV)[..., 0]
    assert [np.median(split[:, :150]), np.median(split[:, 150:])] == [15, 105]
    rainbow = np.median(cv2.cvtColor(changes.rainbow(rgb, 1.0), cv2.COLOR_RGB2HSV)[..., 0], axis=0)
    assert (np.diff(rainbow) >= -1).all()
    assert rainbow[-1] - rainbow[0] > 170


def test_posterise_leaves_so_many_levels(rgb):
    assert len(np.unique(changes.posterise(rgb, 4))) == 4


@pytest.mark.parametrize("side", ["top", "bottom", "middle"])
def test_paint_covers_its_share(side, rgb):
    colour = (1, 254, 3)
    painted = changes.paint(rgb, 0.25, colour, side)
    assert (painted == colour).all(axis=2).mean() == pytest.approx(0.25, abs=0.02)


def test_mirrored_halves_are_mirror_images(rgb):
    whole = changes.mirrored(rgb, 1.0)
    assert np.array_equal(whole, whole[:, ::-1])
    assert np.array_equal(whole[:, :150], rgb[:, :150])
    tall = changes.mirrored(rgb, 1.0, "horizontal")
    assert np.array_equal(tall, tall[::-1])


def test_empty_space_letterbox_and_narrow_have_their_shares(rgb):
    assert (changes.empty_space(rgb, 0.4)[:, :119] == 128).all()
    assert (changes.letterbox(rgb, 0.5)[[0, 49, 150, 199]] == 0).all()
    assert changes.narrow(rgb, 0.5).shape == (100, 300, 3)


def test_horizon_stands_where_it_is_put():
    grey = np.full((300, 200, 3), 128, dtype=np.uint8)
    drawn = changes.horizon(grey, 1.0, 0.4, 10.0)[..., 0]
    assert np.unique(drawn).tolist() == [40, 235]
    edge = (drawn == 235).sum(axis=0)
    assert edge[100] == pytest.approx(120, abs=1)
    assert edge[199] - edge[0] == pytest.approx(199 * np.tan(np.radians(10)), abs=1.5)


def test_ruled_kinds(rgb):
    for kind in ("vertical", "diagonal", "converging", "grid"):
        assert (changes.ruled(rgb, 1.0, kind) == 255).all(axis=2).mean() > 0.01
    with pytest.raises(ValueError, match="'vertical', 'diagonal', 'converging' or 'grid', got 'wavy'"):
        changes.ruled(rgb, 1.0, "wavy")


def test_staged_subjects_stand_where_they_are_put(rgb):
    staged = changes.staged(rgb, [(0.25, 0.3), (0.8, 0.7)], 0.1)
    orange = staged[..., 0].astype(int) - staged[..., 2] > 60
    count, _, stats, centres = cv2.connectedComponentsWithStats(orange.astype(np.uint8))
    assert count == 3
    found = sorted((x / 300, y / 200) for x, y in centres[1:])
    assert np.allclose(found, [(0.25, 0.3), (0.8, 0.7)], atol=0.02)
    assert stats[1:, cv2.CC_STAT_AREA] == pytest.approx(np.pi * 20**2, rel=0.15)


def test_blurs_reach_only_their_part(rgb):
    around, middle = changes.blurred_surroundings(rgb, 3), changes.blurred_middle(rgb, 3)
    inside, corner = (slice(80, 120), slice(130, 170)), (slice(0, 20), slice(0, 20))
    assert np.array_equal(around[inside], rgb[inside])
    assert np.array_equal(middle[corner], rgb[corner])
    for blurred, part in ((around, corner), (middle, inside)):
        assert cv2.Laplacian(blurred[part], cv2.CV_64F).std() < 0.5 * cv2.Laplacian(rgb[part], cv2.CV_64F).std()


def test_odd_arguments_are_refused(rgb):
    with pytest.raises(ValueError, match="'top', 'bottom' or 'middle', got 'left'"):
        changes.paint(rgb, 0.2, (0, 0, 0), "left")
    with pytest.raises(ValueError, match="'vertical' or 'horizontal', got 'diagonal'"):
        changes.mirrored(rgb, 0.5, "diagonal")
    with pytest.raises(ValueError, match="levels must be at least 2, got 1"):
        changes.posterise(rgb, 1)


@pytest.mark.parametrize("name", list(CHANGES))
def test_slim_pictures_can_be_changed(name):
    slim = np.full((1, 900, 3), 77, dtype=np.uint8)
    assert all(changed.ndim == 3 and changed.size for changed in CHANGES[name].series(slim))


def test_results_are_new_arrays(rgb):
    assert not any(np.shares_memory(rgb, changed) for change in CHANGES.values() for changed in change.series(rgb)[1:])
