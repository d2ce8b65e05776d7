"""Features of the criterion ``sharpness``: published measures of blur and detail at the working scale.

Focus and movement are in ``sharpness_focus``, noise, compression and processing in ``sharpness_noise``.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from . import sharpness_focus, sharpness_noise
from .catalogue import family, feature
from .kernels.sharpness import edge_profiles, means_of_nine, variation_lost
from .kernels.sharpness_blocks import amplitude_bands, block_contrasts, neighbour_steps
from .kernels.sharpness_wavelet import wavelet_97_step
from .picture import FloatPlane, Picture, shared
from .sharpness_edges import quantile, working_laplacian, working_luma

__all__ = ["sharpness_focus", "sharpness_noise"]


@feature(
    criterion="sharpness",
    label="fine detail",
    unit="log10",
    range=(0, math.log10(1 + (4 * 255) ** 2)),
    direction="neutral",
    reference="variance of the Laplacian: Pech-Pacheco et al. 2000; Pertuz et al. 2013, LAPV",
    falls_with="defocus",
)
def laplacian_variance(picture: Picture) -> float:
    """Variance of the 3x3 Laplacian of luma (0..255), ``log10(1 + var)``.

    Reading: high with crisp fine texture, but also with noise, hence neutral; 0 for flat pictures.
    """
    return math.log10(1 + _variance(working_laplacian(picture)))


def _variance(plane: FloatPlane) -> float:
    return max(0.0, cv2.norm(plane, cv2.NORM_L2SQR) / plane.size - cv2.mean(plane)[0] ** 2)


@feature(
    criterion="sharpness",
    label="edge energy",
    unit="log10",
    range=(0, math.log10(1 + 2 * (4 * 255) ** 2)),
    direction="neutral",
    reference="Tenenbaum 1970; Krotkov 1988; Pertuz et al. 2013, TENG",
    falls_with="defocus",
)
def tenengrad(picture: Picture) -> float:
    """Mean squared Sobel gradient of luma (0..255, kernel [1, 2, 1]), ``log10(1 + mean(Gx^2 + Gy^2))``; 0 if flat."""
    energy = cv2.mean(cv2.multiply(picture.gradient.magnitude, picture.gradient.magnitude))[0]
    return math.log10(1 + energy * (8 * 255) ** 2)


@feature(
    criterion="sharpness",
    label="perceived blur",
    unit="1",
    range=(0, 1),
    direction="lower",
    reference="Crete et al. 2007, in the variant of skimage.measure.blur_effect (Sobel differences), 9-pixel filter",
    rises_with="defocus",
)
def perceptual_blur(picture: Picture) -> float:
    """How little a further blur would take away.

    Per axis, with D the absolute Sobel difference of luma and D_b that of luma smoothed by a 9-pixel mean along the
    axis: ``b = 1 - sum max(0, D - D_b) / sum D`` over the inner pixels; the larger of both axes. Reading: 0.3 crisp,
    above 0.5 blurred. Degenerate: an axis without differences does not count; 1 if neither has any.
    """
    luma = picture.luma
    pairs = zip(*variation_lost(luma, *means_of_nine(luma)), strict=True)
    # Below this are rounding errors of the smoothing of a flat picture.
    known = [1 - lost / total for total, lost in pairs if total > 1e-6 * luma.size]
    return float(np.clip(max(known), 0, 1)) if known else 1.0


class EdgeProfiles(NamedTuple):
    """Places (n,) of the edges measured along one axis, their widths in pixels and overshoots (-1 where unknown)."""

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    width: NDArray[np.float32]
    overshoot: NDArray[np.float32]


_HALO_CONTRAST = 48.0
_HALO_REACH = 3


def _profiles(luma: FloatPlane) -> EdgeProfiles:
    response = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=1 / 8, borderType=cv2.BORDER_REFLECT)
    strength = np.asarray(cv2.multiply(response, response), dtype=np.float32)
    cutoff = 2 * math.sqrt(cv2.mean(strength)[0])
    return EdgeProfiles(*edge_profiles(luma, strength, cutoff, _HALO_CONTRAST, _HALO_REACH))


@shared
def vertical_edges(picture: Picture) -> EdgeProfiles:
    """Vertical Sobel edges at the working scale, measured along rows, on luma rounded to 8 bits.

    As MATLAB's ``edge(.., 'sobel', .., 'vertical')`` in the reference code of CPBD: squared response (kernel of absolute sum
    1) above ``2 sqrt(mean)``, thinned.
    """
    return _profiles(np.rint(working_luma(picture)))


@shared
def horizontal_edges(picture: Picture) -> EdgeProfiles:
    """Thinned horizontal Sobel edges, measured along columns; ``rows`` and ``columns`` are exchanged."""
    return _profiles(np.asarray(cv2.transpose(np.rint(working_luma(picture))), dtype=np.float32))


@feature(
    criterion="sharpness",
    label="share of edges that look sharp",
    unit="share of edges",
    range=(0, 1),
    direction="higher",
    reference="CPBD: Narvekar and Karam 2011, sec. III",
    falls_with="defocus",
)
def cpbd(picture: Picture) -> float:
    """Cumulative probability of blur detection: share of vertical edges whose blur would probably go unnoticed.

    In blocks of 64x64 pixels where edges fill more than 0.2 %, an edge of Marziliano width w is seen as blurred with
    ``P = 1 - exp(-(w / w_JNB)^3.6)``, ``w_JNB`` 5 pixels where the block's contrast is at most 50, else 3;
    CPBD is the share with P <= 0.63, that is w <= w_JNB. Degenerate: 0 without edges. Smaller blocks stand at the
    border.
    """
    edges = vertical_edges(picture)
    luma = working_luma(picture)
    limit = np.where(np.rint(block_contrasts(luma, 64)) <= 50, 5, 3)
    height, width = (np.diff(np.arange(0, side, 64), append=side) for side in luma.shape)
    area = np.outer(height, width).ravel()
    block = edges.rows // 64 * limit.shape[1] + edges.columns // 64
    found = np.bincount(block, minlength=len(area))
    sharp = np.bincount(block, edges.width <= limit.ravel()[block], minlength=len(area))
    counted = found > 0.002 * area
    return float(sharp[counted].sum() / found[counted].sum()) if counted.any() else 0.0


@feature(
    criterion="sharpness",
    label="edge width",
    unit="pixels of the working scale",
    range=(0, 202),
    direction="lower",
    reference="Marziliano et al. 2002",
    rises_with="defocus",
)
def edge_width(picture: Picture) -> float:
    """Mean distance between the local extrema on both sides of each Sobel edge, along rows and along columns.

    Reading: 2 to 4 crisp, above 6 blurred. Degenerate: 0 without edges.
    """
    widths = np.concatenate([vertical_edges(picture).width, horizontal_edges(picture).width])
    return float(widths.mean()) if len(widths) else 0.0


@feature(
    criterion="sharpness",
    label="haloes along edges",
    unit="share of the edge's step",
    range=(0, 1),
    direction="lower",
    reference="double overshoot beside strong edges; ours, after the ringing measure of Marziliano et al. 2004",
    rises_with="over-sharpening",
)
def haloes(picture: Picture) -> float:
    """Bright and dark rims on both sides of strong edges, the mark of over-sharpening.

    For edges with a step of at least 48 levels: the smaller of (bright end - level 3 pixels further out) and (level 3
    pixels further out - dark end), not below 0, as a share of the step, at most 1; upper quartile over the edges. Lines
    overshoot on one side only; fine texture has some 0.2. Degenerate: 0 without strong edges.
    """
    both = np.concatenate([vertical_edges(picture).overshoot, horizontal_edges(picture).overshoot])
    known = both[both >= 0]
    return min(1.0, quantile(known, 0.75)) if len(known) else 0.0


@feature(
    criterion="sharpness",
    label="local variation",
    unit="share of full scale",
    range=(0, 0.5),
    direction="neutral",
    reference="MLV: Bahrami and Kot 2014, standard deviation as in athec",
    falls_with="defocus",
)
def maximum_local_variation(picture: Picture) -> float:
    """Standard deviation of the largest absolute luma difference between each inner pixel and its eight neighbours.

    Degenerate: 0 for flat pictures and pictures without inner pixels.
    """
    luma = picture.luma
    if min(luma.shape) < 3:
        return 0.0
    mean, square = neighbour_steps(luma)
    return min(0.5, math.sqrt(max(0.0, square - mean * mean)))


_BANDS = (1 / 32, 1 / 16, 1 / 8, 1 / 4)
_STRONG = 5.0


@functools.lru_cache(maxsize=8)
def _octaves(height: int, width: int) -> tuple[NDArray[np.uint8], FloatPlane]:
    """Band of each frequency of ``rfft2``, the mean in one of its own, and how often each column stands in the whole plane:
    once for 0 and Nyquist, else twice.
    """
    radius = np.hypot(np.fft.fftfreq(height).astype(np.float32)[:, None], np.fft.rfftfreq(width).astype(np.float32))
    band = np.searchsorted(np.array(_BANDS, dtype=np.float32), radius).astype(np.uint8)
    band[0, 0] = len(_BANDS) + 1
    weight = np.full(width // 2 + 1, 2, dtype=np.float32)
    weight[0] = 1
    if width % 2 == 0:
        weight[-1] = 1
    return band, weight


@shared
def _amplitudes(picture: Picture) -> tuple[NDArray[np.float64], float]:
    """Sums over octaves of the amplitude ``|F|`` of the unwindowed two-dimensional Fourier transform of luma (0..1), the
    mean left out, and the number of frequencies of an amplitude above 5.
    """
    from scipy import fft

    band, weight = _octaves(*picture.luma.shape)
    sums, strong = amplitude_bands(fft.rfft2(picture.luma), band, weight, len(_BANDS) + 2, _STRONG)
    return sums[:-1], strong


@feature(
    criterion="sharpness",
    label="share of strong frequencies",
    unit="share of frequencies",
    range=(0, 1),
    direction="neutral",
    reference="q_f: Ke, Tang and Jing 2006, sec. 3.4, threshold 5 as in athec",
    falls_with="defocus",
)
def frequency_richness(picture: Picture) -> float:
    """Share of frequencies whose Fourier amplitude exceeds 5: about proportional to 1 / sigma of a Gaussian blur.

    Luma in [0, 1] at the working scale; the threshold depends on the number of pixels. Flat pictures have at most the
    mean.
    """
    return _amplitudes(picture)[1] / picture.luma.size


@family(
    {
        "lowest_band": "share of coarse shapes",
        "low_band": "share of large detail",
        "middle_band": "share of medium detail",
        "high_band": "share of fine detail",
        "highest_band": "share of finest detail",
    },
    criterion="sharpness",
    unit="share of amplitude",
    range=(0, 1),
    direction="neutral",
    reference="frequency bands after Mavridaki and Mezaris 2014, sec. 2; octaves and shares are ours",
    rises_with={"lowest_band": "defocus", "low_band": "defocus", "highest_band": "noise"},
    falls_with={"middle_band": "noise", "high_band": "noise"},
)
def spectral_bands(picture: Picture) -> tuple[float, ...]:
    """Shares of the spectrum's amplitude in octaves of radial frequency, the mean left out.

    Bands end at 1/32, 1/16, 1/8, 1/4 cycles per pixel of the working scale and at the corner of the spectrum. They sum
    to 1; all are 0 for flat pictures.
    """
    sums = _amplitudes(picture)[0]
    total = float(sums.sum())
    return tuple(sums / total) if total > 1e-3 * picture.luma.size**0.5 else (0.0,) * (len(_BANDS) + 1)


_LOWPASS = (0.026748757411, -0.016864118443, -0.078223266529, 0.266864118443, 0.602949018236)
_HIGHPASS = (0.091271763114, -0.057543526229, -0.591271763114, 1.115087052457)
"""CDF 9/7 analysis filters up to their middle tap (Cohen, Daubechies, Feauveau 1992), scaled below to gain sqrt(2)."""


def _taps(half: tuple[float, ...], gain: float) -> NDArray[np.float32]:
    return np.array([*half, *half[-2::-1]], dtype=np.float32) * np.float32(gain)


@shared
def detail_energy(picture: Picture) -> list[tuple[FloatPlane, ...]]:
    """Squared LH, HL, HH coefficients of a three-level CDF 9/7 wavelet transform of luma (0..255), finest level
    first.
    """
    low, high = _taps(_LOWPASS, math.sqrt(2)), _taps(_HIGHPASS, math.sqrt(0.5))
    plane = working_luma(picture)
    levels = []
    for _ in range(3):
        plane, *details = wavelet_97_step(plane, low, high)
        levels.append(tuple(details))
    return levels


@feature(
    criterion="sharpness",
    label="wavelet sharpness",
    unit="1",
    range=(0, math.inf),
    direction="neutral",
    reference="FISH: Vu and Chandler 2012",
    falls_with="defocus",
)
def fish(picture: Picture) -> float:
    """Weighted log-energies of the detail of a three-level CDF 9/7 wavelet transform.

    ``E_band = log10(1 + mean c^2)``, ``E_n = 0.2 (E_LH + E_HL) / 2 + 0.8 E_HH``, ``FISH = 4 E_1 + 2 E_2 + E_3``, level
    1 the finest. Counts noise as detail, hence neutral. Degenerate: 0 for flat pictures.
    """
    score = 0.0
    for weight, level in zip((4, 2, 1), detail_energy(picture), strict=True):
        lh, hl, hh = (math.log10(1 + cv2.mean(band)[0]) if band.size else 0.0 for band in level)
        score += weight * (0.1 * (lh + hl) + 0.8 * hh)
    return score


@feature(
    criterion="sharpness",
    label="wavelet sharpness of the sharpest blocks",
    unit="1",
    range=(0, math.inf),
    direction="neutral",
    reference="FISH_bb: Vu and Chandler 2012",
    falls_with="defocus",
)
def fish_bb(picture: Picture) -> float:
    """FISH in blocks of 16x16 pixels that overlap by half: root mean square of the largest 1 % of the blocks.

    Degenerate: 0 for flat pictures and where no block fits.
    """
    rows, columns = (side // 8 for side in picture.luma.shape)
    if min(rows, columns) < 2:
        return 0.0
    score = np.zeros((rows - 1, columns - 1), np.float32)
    for weight, side, level in zip((4, 2, 1), (4, 2, 1), detail_energy(picture), strict=True):
        for share, band in zip((0.1, 0.1, 0.8), level, strict=True):
            # A block is four quarters, each shared by four blocks.
            whole = np.ascontiguousarray(band[: rows * side, : columns * side])
            quarter = np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA))
            means = (quarter[:-1, :-1] + quarter[:-1, 1:] + quarter[1:, :-1] + quarter[1:, 1:]) / 4
            score += np.log10(1 + means) * np.float32(weight * share)
    best = np.sort(score.ravel())[-max(1, round(0.01 * score.size)) :]
    return float(np.sqrt(np.mean(best.astype(np.float64) ** 2)))
