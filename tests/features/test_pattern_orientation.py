"""Edge orientation, pyramid and flow features on pictures of known structure, and against Aesthetics-Toolbox."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import Picture
from iaa_classic.features import pattern_orientation as orientation

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="photographs take minutes without compilation")


def _grey(plane: np.ndarray) -> Picture:
    return Picture(np.repeat(np.clip(np.rint(plane), 0, 255).astype(np.uint8)[..., None], 3, axis=2))


def _stripes(angle: float, period: float = 24, shape: tuple[int, int] = (384, 512)) -> np.ndarray:
    y, x = np.indices(shape)
    turn = math.radians(angle)
    return 128 + 100 * np.sign(np.sin(2 * np.pi * (x * math.cos(turn) + y * math.sin(turn)) / period))


def _gabor(step: int) -> np.ndarray:
    """The published 31 x 31 filter for orientation ``step`` * 15 degrees."""
    t = np.arange(-15, 16)
    x, y = np.meshgrid(t, t)
    sigma = 8 / math.pi * math.sqrt(math.log(2) / 2) * 17 / 15
    turn = step * math.pi / 12
    wave = np.sin(2 * math.pi / 8 * (x * math.sin(turn) + y * math.cos(turn)))
    return np.exp(-(x**2 + y**2) / (2 * sigma**2)) * wave


def test_steered_responses_are_those_of_the_published_filters():
    from scipy.ndimage import correlate

    plane = (np.random.default_rng(3).random((60, 70)) * 255).astype(np.float32)
    own = orientation._steering() @ orientation._gabor_responses(plane)
    for step in range(12):
        expected = correlate(plane.astype(float), _gabor(step), mode="reflect")
        assert np.abs(own[step].reshape(plane.shape) - expected).max() < 0.02 * np.abs(expected).max()


def test_edge_density_is_the_mean_of_the_strongest_published_response():
    from scipy.ndimage import correlate

    plane = _stripes(30, shape=(300, 400))
    picture = _grey(plane)
    import cv2

    resized = cv2.resize(picture.luma, (400, 300), interpolation=cv2.INTER_AREA) * 255.0
    responses = [np.abs(correlate(resized.astype(float), _gabor(step), mode="reflect")) for step in range(12)]
    assert orientation.gabor_edge_density(picture) == pytest.approx(np.max(responses, axis=0).mean(), rel=0.01)


def test_first_order_entropy_of_stripes_discs_and_noise():
    # Vertical stripes hold two opposite orientations: 1 bit.
    assert orientation.edge_orientation_entropy(_grey(_stripes(0))) == pytest.approx(1, abs=0.05)
    y, x = np.indices((384, 512))
    disc = np.where(np.hypot(y - 192, x - 256) < 150, 220, 30)
    assert orientation.edge_orientation_entropy(_grey(disc)) > 4.5
    # Few random edges are nearly as evenly oriented as can be.
    noise = np.random.default_rng(0).integers(0, 256, (384, 512))
    assert orientation.edge_orientation_entropy(_grey(noise)) > 4.4


def test_second_order_entropy_of_stripes_and_noise():
    stripes = orientation.edge_orientation_entropy_pairs(_grey(_stripes(0)))
    assert stripes < 1.05
    noise = np.random.default_rng(0).integers(0, 256, (384, 512))
    assert orientation.edge_orientation_entropy_pairs(_grey(noise)) > 4.5
    assert orientation.edge_orientation_entropy_pairs(_grey(np.full((20, 20), 90))) == 0


@compiled
def test_second_order_entropy_is_that_of_all_pairs(photographs):
    """The published measure on all pairs of every fourth edge, one pixel per ring, in plain NumPy."""
    picture = Picture(photographs["astronaut"])
    edges = orientation._strongest_edges(picture)
    keep = np.arange(0, edges.x.size, 4)
    x, y, strength, turn = (part[keep] for part in edges)
    counts = np.zeros((240, 48, 24))
    for i in range(x.size):
        distance = np.rint(np.hypot(y - y[i], x - x[i])).astype(int)
        direction = np.rint(np.arctan2(y - y[i], x - x[i]) / (2 * np.pi) * 48 + 2 * turn[i]).astype(int) % 48
        near = distance < 240
        where = (distance[near], direction[near], (turn[near] - turn[i]) % 24)
        np.add.at(counts, where, strength[near] * strength[i])
    counts = counts[20:]
    share = counts / np.maximum(counts.sum(axis=2, keepdims=True), 1e-9)
    entropies = -(share * np.log2(np.where(share > 0, share, 1))).sum(axis=2)
    expected = np.nanmean(np.where(counts.sum(axis=2) > 1, entropies, np.nan))
    assert orientation.edge_orientation_entropy_pairs(picture) == pytest.approx(expected, abs=0.1)


def test_counting_pairs_from_both_ends():
    """One pair, edge orientations 3 and 10, the second in direction 7 (of 48) from the first."""
    counts = np.zeros((1, 48, 24), np.int32)
    counts[0, (7 + 2 * 3) % 48, 10 - 3] = 1
    both = orientation._seen_from_both(counts)
    assert both.sum() == 2
    assert both[0, (7 + 24 + 2 * 10) % 48, (3 - 10) % 24] == 1


@compiled
def test_sample_is_mirror_invariant_within_a_twentieth_of_the_range(photographs):
    for rgb in photographs.values():
        mirrored = np.ascontiguousarray(rgb[:, ::-1])
        for measure in (orientation.edge_orientation_entropy, orientation.edge_orientation_entropy_pairs):
            assert measure(Picture(rgb)) == pytest.approx(measure(Picture(mirrored)), abs=0.05 * math.log2(24))


@compiled
def test_blur_lowers_edge_density_and_complexity(photographs, kodak):
    for rgb in [*photographs.values(), *kodak.values()]:
        sharp, blurred = Picture(rgb), Picture(degradations.defocus(rgb, 6))
        assert orientation.gabor_edge_density(blurred) < orientation.gabor_edge_density(sharp)
        assert orientation.phog_complexity(blurred) < orientation.phog_complexity(sharp)


@compiled
def test_flat_half_lowers_self_similarity(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    measure = orientation.phog_self_similarity
    lower = [measure(Picture(degradations.grey_half(rgb))) < measure(Picture(rgb)) for rgb in pictures]
    assert np.mean(lower) >= 0.95


def test_pyramid_features_of_stripes_by_hand():
    """Fine vertical stripes: every cell holds 0 and 180 degrees in equal parts."""
    picture = _grey(_stripes(0, period=16))
    assert orientation.phog_self_similarity(picture) > 0.97
    # Two shares of 1/2 and fourteen of 0: sd sqrt(2 / 4 / 16 - 1 / 256).
    assert orientation.phog_anisotropy(picture) == pytest.approx(math.sqrt(1 / 32 - 1 / 256), abs=0.002)


def test_complexity_of_a_ramp_is_its_slope():
    """Luma 0, 1, ... in 256 columns doubled to 512: CIE L* rises from 0 to 255 over the width."""
    ramp = np.tile(np.repeat(np.arange(256), 2), (128, 1))
    assert orientation.phog_complexity(_grey(ramp)) == pytest.approx(255 / 511, rel=0.02)


def test_noise_is_self_similar_and_a_lone_dot_is_not():
    noise = np.random.default_rng(0).integers(0, 256, (384, 512))
    dot = np.full((384, 512), 40)
    dot[100:120, 100:120] = 220
    assert orientation.phog_self_similarity(_grey(noise)) > 0.85
    assert orientation.phog_self_similarity(_grey(dot)) < 0.05
    assert orientation.phog_anisotropy(_grey(noise)) < 0.02


def test_scales_share_directions_only_where_they_do():
    coarse = _stripes(0, period=128)
    fine = _stripes(90, period=6)
    alike = orientation.orientation_scale_similarity(_grey(coarse))
    crossed = orientation.orientation_scale_similarity(_grey((coarse + fine) / 2))
    assert alike > 0.95
    assert crossed < 0.7


def test_line_coherence_of_stripes_noise_and_checks():
    assert orientation.line_coherence(_grey(_stripes(20))) > 0.95
    noise = np.random.default_rng(0).integers(0, 256, (384, 512))
    assert orientation.line_coherence(_grey(noise)) < 0.2
    y, x = np.indices((384, 512))
    checks = np.where((x // 8 + y // 8) % 2, 200, 50)
    assert orientation.line_coherence(_grey(checks)) < 0.25


@compiled
def test_noise_breaks_the_flow_of_lines(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    measure = orientation.line_coherence
    assert np.mean([measure(Picture(degradations.noise(a, 40))) < measure(Picture(a)) for a in pictures]) >= 0.95


@compiled
def test_pyramid_is_turn_and_mirror_invariant(photographs):
    for rgb in photographs.values():
        picture = Picture(rgb)
        for other in (np.rot90(rgb), rgb[:, ::-1]):
            turned = Picture(np.ascontiguousarray(other))
            for name, slack in (("phog_self_similarity", 0.02), ("phog_anisotropy", 0.003), ("line_coherence", 0.01)):
                measure = getattr(orientation, name)
                assert measure(turned) == pytest.approx(measure(picture), abs=slack), name
