"""Texture features against scikit-image, hand-made pictures and controlled damage."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.features import Picture
from iaa_classic.features import pattern_texture as texture
from iaa_classic.features import pattern_wavelet as wavelet
from iaa_classic.features.pattern_planes import grey, half_grey

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="photographs take minutes without compilation")


def _grey_picture(plane: np.ndarray) -> Picture:
    return Picture(np.repeat(np.asarray(plane, dtype=np.uint8)[..., None], 3, axis=2))


def _stripes(period: int, height: int = 384, width: int = 512, angle: str = "vertical") -> np.ndarray:
    y, x = np.indices((height, width))
    return np.where(((x if angle == "vertical" else y) // (period // 2)) % 2, 255, 0)


@pytest.mark.parametrize(
    ("name", "property_"),
    [
        ("glcm_contrast", "contrast"),
        ("glcm_correlation", "correlation"),
        ("glcm_energy", "ASM"),
        ("glcm_homogeneity", None),
        ("glcm_entropy", None),
    ],
)
@compiled
def test_co_occurrence_features_are_those_of_skimage(name, property_, photographs):
    from skimage.feature import graycomatrix, graycoprops

    for rgb in photographs.values():
        picture = Picture(rgb)
        angles = [0, math.pi / 4, math.pi / 2, 3 * math.pi / 4]
        matrix = graycomatrix(grey(picture) >> 4, [1], angles, levels=16, symmetric=True, normed=True)
        p = matrix[:, :, 0, :]
        if property_:
            expected = graycoprops(matrix, property_).mean()
        elif name == "glcm_homogeneity":
            i, j = np.indices((16, 16))
            expected = (p / (1 + abs(i - j))[..., None]).sum(axis=(0, 1)).mean()
        else:
            expected = -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=(0, 1)).mean()
        assert getattr(texture, name)(picture) == pytest.approx(expected, rel=1e-9)


def test_co_occurrence_of_the_published_example():
    """Haralick, Shanmugam, Dinstein 1973, figure 3: four grey levels, horizontal neighbours."""
    from iaa_classic.features.kernels.pattern import grey_level_pairs

    levels = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 2, 2, 2], [2, 2, 3, 3]], dtype=np.uint8)
    horizontal, vertical, _, _ = grey_level_pairs(levels, 4)
    np.testing.assert_array_equal(horizontal, [[4, 2, 1, 0], [2, 4, 0, 0], [1, 0, 6, 1], [0, 0, 1, 2]])
    np.testing.assert_array_equal(vertical, [[6, 0, 2, 0], [0, 4, 2, 0], [2, 2, 2, 2], [0, 0, 2, 0]])


@compiled
def test_local_patterns_are_those_of_skimage(photographs):
    from skimage.feature import local_binary_pattern

    for rgb in photographs.values():
        picture = Picture(rgb)
        patterns = local_binary_pattern(half_grey(picture), 8, 1, "uniform")[1:-1, 1:-1].astype(int)
        expected = np.bincount(patterns.ravel(), minlength=10) / patterns.size
        np.testing.assert_allclose(texture.local_patterns(picture), expected, atol=2e-3)


@compiled
def test_local_pattern_features_pick_their_shares(photographs):
    picture = Picture(photographs["coffee"])
    share = texture.local_patterns(picture)
    assert texture.lbp_flat_share(picture) == share[8]
    assert texture.lbp_irregular_share(picture) == share[9]
    assert texture.lbp_edge_share(picture) == pytest.approx(share[3] + share[4] + share[5])
    assert texture.lbp_entropy(picture) == pytest.approx(-(share * np.log2(share)).sum())


@compiled
def test_noise_makes_micro_patterns_irregular(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    for name in ("lbp_irregular_share", "glcm_contrast", "glcm_entropy"):
        measure = getattr(texture, name)
        rises = [measure(Picture(degradations.noise(rgb, 25))) > measure(Picture(rgb)) for rgb in pictures]
        assert np.mean(rises) >= 0.95, name


@compiled
def test_blur_smooths_texture(photographs, kodak):
    pictures = [*photographs.values(), *kodak.values()]
    for name, sign in (
        ("glcm_contrast", -1),
        ("glcm_homogeneity", 1),
        ("glcm_correlation", 1),
        ("glcm_energy", 1),
        ("glcm_entropy", -1),
        ("tamura_coarseness", 1),
        ("grain_size", 1),
        ("lbp_edge_share", 1),
    ):
        measure = getattr(texture, name)
        moves = [sign * (measure(Picture(degradations.defocus(a, 8))) - measure(Picture(a))) > 0 for a in pictures]
        assert np.mean(moves) >= 0.95, (name, np.mean(moves))


def test_coarseness_and_grain_grow_with_the_scale_of_noise():
    import cv2

    random = np.random.default_rng(3)
    sizes, grains = [], []
    for cell in (4, 8, 16, 32):
        plane = cv2.resize(
            random.integers(0, 256, (384 // cell, 512 // cell), dtype=np.uint8),
            (512, 384),
            interpolation=cv2.INTER_NEAREST,
        )
        sizes.append(texture.tamura_coarseness(_grey_picture(plane)))
        grains.append(texture.grain_size(_grey_picture(plane)))
    assert sizes == sorted(sizes)
    assert grains == sorted(grains)
    assert sizes[3] > 2 * sizes[0]


def test_tamura_contrast_by_hand():
    half = np.zeros((64, 512))
    half[:, :256] = 255
    assert texture.tamura_contrast(_grey_picture(half)) == pytest.approx(0.5)
    # Three quarters 51, one quarter 153: sd 0.2 sqrt(3) / 2, kurtosis 7 / 3.
    uneven = np.full((64, 512), 51)
    uneven[:, :128] = 153
    expected = 0.4 * math.sqrt(3) / 4 / (7 / 3) ** 0.25
    assert texture.tamura_contrast(_grey_picture(uneven)) == pytest.approx(expected, rel=1e-6)


@compiled
def test_flattening_contrast_lowers_tamura_contrast(photographs):
    for rgb in photographs.values():
        value = texture.tamura_contrast(Picture(rgb))
        assert texture.tamura_contrast(Picture(degradations.flatten_contrast(rgb, 0.5))) == pytest.approx(value / 2, rel=0.03)


def test_directionality_of_stripes_grids_and_noise():
    stripes = _grey_picture(_stripes(16))
    grid = _grey_picture((_stripes(16) + _stripes(16, angle="horizontal")) / 2)
    noise = _grey_picture(np.random.default_rng(1).integers(0, 256, (384, 512)))
    assert texture.tamura_directionality(stripes) == pytest.approx(1, abs=1e-6)
    assert texture.tamura_directionality(grid) > 0.6
    assert texture.tamura_directionality(noise) < 0.15


def test_grain_spectrum_of_a_dot_by_hand():
    """A dot of 20 x 20 pixels is 10 wide at half scale: its 100 x 180 lie between squares of 7 and 15, alone."""
    plane = np.zeros((384, 512))
    plane[180:200, 246:266] = 180
    picture = _grey_picture(plane)
    np.testing.assert_allclose(texture.grain_spectrum(picture), [0, 0, 100 * 180 / (192 * 256), 0, 0], rtol=0.02)
    assert texture.grain_size(picture) == 3
    assert texture.grain_size_entropy(picture) == 0
    # A second one of 6 x 6, 3 at half scale, falls to the square of 7.
    plane[180:186, 180:186] = 250
    both = texture.grain_spectrum(_grey_picture(plane))
    assert both[1] == pytest.approx(9 * 250 / (192 * 256), rel=0.02)


def test_db2_filters_are_the_published_ones():
    """Daubechies 1992, table 6.1, N = 2, in the order of PyWavelets."""
    np.testing.assert_allclose(wavelet._LOW, [-0.12940952, 0.22414387, 0.83651630, 0.48296291], atol=1e-7)
    np.testing.assert_allclose(wavelet._HIGH, [-0.48296291, 0.83651630, -0.22414387, -0.12940952], atol=1e-7)


def test_wavelet_textures_equal_pywavelets():
    """Mean size of the detail coefficients per level, by PyWavelets: dwt2(x, "db2", mode="symmetric")."""
    plane = np.random.default_rng(5).random((37, 50)).astype(np.float32)
    expected = [0.23492198, 0.23595153, 0.20369774]
    np.testing.assert_allclose(wavelet._textures(plane), [*expected, sum(expected)], rtol=1e-5)


@pytest.mark.parametrize("quality", ["saturation", "value"])
@compiled
def test_wavelets_measure_their_own_channel(quality, photographs):
    channel = {"saturation": 1, "value": 2}[quality]
    picture = Picture(photographs["china"])
    assert getattr(wavelet, f"{quality}_wavelets")(picture) == pytest.approx(wavelet._textures(picture.hsv[..., channel]))


def test_hue_wavelets_ignore_greys_and_the_seam_at_red():
    random = np.random.default_rng(2)
    grey_noise = _grey_picture(random.integers(0, 256, (96, 512)))
    assert max(wavelet.hue_wavelets(grey_noise)) == pytest.approx(0, abs=1e-6)
    # Hue +-4 degrees around red against +-4 degrees around green: the same texture, seam or not.
    turn = random.integers(0, 18, (96, 512))
    red, green = np.zeros((2, 96, 512, 3), np.uint8)
    red[..., 0] = green[..., 1] = 255
    red[..., 1], red[..., 2] = np.where(turn < 9, turn * 2, 0), np.where(turn >= 9, (turn - 9) * 2, 0)
    green[..., 2], green[..., 0] = np.where(turn < 9, turn * 2, 0), np.where(turn >= 9, (turn - 9) * 2, 0)
    np.testing.assert_allclose(wavelet.hue_wavelets(Picture(red)), wavelet.hue_wavelets(Picture(green)), rtol=1e-3)
    assert wavelet.hue_wavelets(Picture(red))[0] > 0


def test_wavelet_level_answers_to_its_scale():
    fine, coarse = _grey_picture(_stripes(4)), _grey_picture(_stripes(32))
    fine_values, coarse_values = wavelet.value_wavelets(fine), wavelet.value_wavelets(coarse)
    assert fine_values[1] > 4 * coarse_values[1]
    assert coarse_values[2] > 4 * coarse_values[0]
    assert fine_values[3] == pytest.approx(sum(fine_values[:3]))


@compiled
def test_blur_and_desaturation_remove_wavelet_texture(photographs, kodak):
    for rgb in [*photographs.values(), *kodak.values()]:
        sharp, blurred = Picture(rgb), Picture(degradations.defocus(rgb, 6))
        assert wavelet.value_wavelets(blurred)[0] < wavelet.value_wavelets(sharp)[0]
        greyed = Picture(degradations.saturate(rgb, 0.3))
        assert wavelet.hue_wavelets(greyed)[3] < wavelet.hue_wavelets(sharp)[3]
        assert wavelet.saturation_wavelets(greyed)[3] < wavelet.saturation_wavelets(sharp)[3]
