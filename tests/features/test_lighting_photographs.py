"""Photographs damaged in known ways, at other sizes and as JPEG, and agreement with Aesthetics-Toolbox."""

from __future__ import annotations

import math

import cv2
import numba
import numpy as np
import pytest
from scipy.stats import spearmanr

from iaa_classic import degradations
from iaa_classic.features import lighting  # noqa: F401
from iaa_classic.features.catalogue import _registry
from iaa_classic.features.picture import Picture

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="hundreds of pictures take an hour without the JIT")

NAMES = [name for name, record in _registry.items() if record.criterion == "lighting" and not record.compatibility]

DAMAGE = {
    "brighter": ("expose", (1, 2)),
    "darker": ("expose", (-1, -2)),
    "highlights": ("clip_highlights", (0.05, 0.15, 0.3)),
    "shadows": ("crush_shadows", (0.05, 0.15, 0.3)),
    "flat": ("flatten_contrast", (0.8, 0.6, 0.4)),
    "corners": ("vignette", (1, 2, 3)),
}
EXPECTED = [
    ("brighter", "mean_lightness", 1),
    ("brighter", "mean_hsv_value", 1),
    ("brighter", "clipped_highlights", 1),
    ("brighter", "clipped_any_channel", 1),
    ("brighter", "zone_10_share", 1),
    ("brighter", "low_key", -1),
    ("darker", "mean_lightness", -1),
    ("darker", "mean_hsv_value", -1),
    ("darker", "subject_lightness", -1),
    ("darker", "zones_used", -1),
    ("highlights", "clipped_highlights", 1),
    ("highlights", "clipped_any_channel", 1),
    ("highlights", "clipped_red", 1),
    ("highlights", "clipped_green", 1),
    ("highlights", "clipped_blue", 1),
    ("shadows", "clipped_shadows", 1),
    ("shadows", "empty_any_channel", 1),
    ("shadows", "zone_0_share", 1),
    ("shadows", "dark_channel_mean", -1),
    ("flat", "rms_contrast", -1),
    ("flat", "michelson_contrast", -1),
    ("flat", "ke_contrast", -1),
    ("flat", "dynamic_range", -1),
    ("flat", "interval_contrast", -1),
    ("flat", "shortest_tonal_range", -1),
    ("flat", "lightness_entropy", -1),
    ("flat", "zones_used", -1),
    ("flat", "local_contrast_fine", -1),
    ("flat", "local_contrast_coarse", -1),
    ("flat", "global_contrast_factor", -1),
    ("flat", "midtone_share", 1),
    ("flat", "lighting_evenness", 1),
    ("corners", "vignetting", 1),
    ("corners", "mean_lightness", -1),
]


@pytest.fixture(scope="module")
def pictures(photographs, kodak, wallpapers) -> list[np.ndarray]:
    """Photographs at the working scale or near it: the damage is in code values, which scaling hardly moves."""
    reduced = []
    for rgb in [*photographs.values(), *kodak.values(), *wallpapers.values()]:
        scale = 768 / max(rgb.shape[:2])
        reduced.append(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb)
    return reduced


def measured(rgb: np.ndarray) -> dict[str, float]:
    picture = Picture(rgb)
    return {name: _registry[name].function(picture) for name in NAMES}


@pytest.fixture(scope="module")
def damaged(pictures) -> dict[str, list[list[dict[str, float]]]]:
    """For each kind of damage and photograph, the features of the photograph and of it damaged more and more."""
    whole = [measured(rgb) for rgb in pictures]
    series = {}
    for kind, (name, strengths) in DAMAGE.items():
        damage = getattr(degradations, name)
        series[kind] = [
            [before, *(measured(damage(rgb, strength)) for strength in strengths)]
            for rgb, before in zip(pictures, whole, strict=True)
        ]
    return series


@pytest.mark.parametrize(("kind", "name", "sign"), EXPECTED)
def test_damage_moves_the_feature(damaged, kind, name, sign):
    rows = np.array([[step[name] for step in steps] for steps in damaged[kind]]) * sign
    # What is at its limit already (all dark, nothing clipped yet) may stay, but never turns back.
    monotone = (np.diff(rows) >= -1e-9).all(axis=1) & (rows[:, -1] > rows[:, 0])
    settled = (np.abs(rows - rows[:, :1]) < 1e-9).all(axis=1) & (np.abs(rows[:, 0]) == np.abs(_limit(name, sign)))
    share = np.mean(monotone | settled)
    print(f"{kind} {name}: {share:.3f} of {len(rows)}")
    assert share >= 0.95


def _limit(name: str, sign: int) -> float:
    return _registry[name].range[1 if sign > 0 else 0]


def test_vignetting_follows_the_stops_taken_away(damaged):
    rows = np.array([[step["vignetting"] for step in steps] for steps in damaged["corners"]])
    assert np.abs(np.median(rows[:, 1:] - rows[:, :1], axis=0) - (1, 2, 3)).max() < 0.35


def test_light_from_above_follows_a_ramp(pictures):
    for rgb in pictures:
        ramp = np.linspace(1, 0.5, rgb.shape[0])[:, None, None]
        lit = np.rint(rgb * ramp).astype(np.uint8)
        assert value("light_from_above", lit) > value("light_from_above", rgb)


def value(name: str, rgb: np.ndarray) -> float:
    return _registry[name].function(Picture(rgb))


@pytest.mark.parametrize(
    ("name", "column", "least"),
    [
        ("rms_contrast", "RMS contrast", 0.98),
        ("rms_contrast", "std L channel", 0.98),
        ("lightness_entropy", "Luminance entropy", 0.95),
        ("mean_lightness", "mean L channel", 0.99),
        ("mean_hsv_value", "mean V channel", 0.99),
    ],
)
def test_agreement_with_aesthetics_toolbox(kodak, toolbox, name, column, least):
    ours = np.array([value(name, rgb) for rgb in kodak.values()])
    theirs = toolbox.loc[list(kodak), column].to_numpy()
    agreement = spearmanr(ours, theirs).statistic
    print(f"{name} ~ {column}: {agreement:.4f}, mean difference {np.mean(ours - theirs):.4f}")
    assert agreement >= least


SPREAD = {"lightness_skewness": 4.0, "lightness_kurtosis": 5.0}
"""Usual range of what is unbounded."""


@pytest.fixture(scope="module")
def large(wallpapers) -> list[dict[str, np.ndarray]]:
    """The features of wallpapers, as they are (up to 1536 pixels), at half the size, as JPEG 92, and mirrored."""
    rows = []
    for rgb in wallpapers.values():
        half = cv2.resize(rgb, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        rows.append([measured(version) for version in (rgb, half, degradations.jpeg(rgb, 92), rgb[:, ::-1].copy())])
    return rows


@pytest.mark.parametrize("name", NAMES)
def test_size_and_jpeg_and_mirror_leave_the_feature(large, name):
    low, high = _registry[name].range
    spread = SPREAD.get(name, high - low)
    assert math.isfinite(spread)
    rows = np.array([[version[name] for version in versions] for versions in large])
    change = np.abs(rows[:, 1:] - rows[:, :1]).max(axis=0) / spread
    if name == "tonal_gaps":
        assert (rows <= 0.02).all()
        return
    assert change[:2].max() <= 0.05
    # What reads the subject inherits the precision of its mask.
    assert change[2] <= (0.02 if "subject" in name or name in {"backlight", "silhouette"} else 1e-3)
