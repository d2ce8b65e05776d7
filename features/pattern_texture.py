"""Texture: grey-level co-occurrence, local binary patterns, Tamura's measures, grain size."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .kernels.pattern import coarseness_sum, grey_level_pairs, uniform_pattern_counts
from .kernels.pattern_orientation import direction_counts
from .pattern_planes import entropy_bits, grey, grey_counts, half_grey
from .picture import Picture, shared

GREY_LEVELS = 16
_HARALICK = "Haralick, Shanmugam, Dinstein 1973; 16 levels, distance 1, mean of 4 directions"


@shared
def co_occurrence(picture: Picture) -> NDArray[np.float64]:
    """Probabilities of pairs of neighbouring grey levels, shape (directions that have pairs, 16, 16), symmetric."""
    pairs = grey_level_pairs((grey(picture) >> 4).astype(np.uint8), GREY_LEVELS)
    totals = pairs.sum(axis=(1, 2))
    return pairs[totals > 0] / totals[totals > 0][:, None, None]


_LEVEL = np.arange(GREY_LEVELS)
_STEP = np.abs(_LEVEL[:, None] - _LEVEL[None, :])


@feature(
    criterion="pattern",
    label="contrast between neighbouring pixels",
    unit="squared grey levels of 16",
    range=(0, 225),
    direction="neutral",
    reference=_HARALICK,
)
def glcm_contrast(picture: Picture) -> float:
    """Sum of (i - j)^2 p(i, j) over pairs of grey levels of neighbouring pixels.

    0 for flat pictures, large for fine harsh texture.
    """
    return float((co_occurrence(picture).mean(axis=0) * _STEP**2).sum())


@feature(
    criterion="pattern",
    label="likeness of neighbouring pixels",
    unit="correlation",
    range=(-1, 1),
    direction="neutral",
    reference=_HARALICK,
)
def glcm_correlation(picture: Picture) -> float:
    """Correlation of the grey levels of neighbouring pixels.

    Near 1 for smooth pictures and large shapes, low for fine texture and grain; 1 for flat pictures.
    """
    p = co_occurrence(picture)
    mean = (p.sum(axis=2) * _LEVEL).sum(axis=1)
    deviation = _LEVEL[None, :] - mean[:, None]
    variance = (p.sum(axis=2) * deviation**2).sum(axis=1)
    covariance = (p * deviation[:, :, None] * deviation[:, None, :]).sum(axis=(1, 2))
    flat = variance < 1e-12
    values = np.where(flat, 1.0, covariance / np.where(flat, 1, variance))
    return float(np.clip(values.mean(), -1, 1))


@feature(
    criterion="pattern",
    label="uniformity of texture",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference=f"{_HARALICK}; angular second moment",
)
def glcm_energy(picture: Picture) -> float:
    """Sum of squared probabilities of pairs of grey levels of neighbouring pixels (angular second moment).

    1 for flat pictures, small if many pairs occur. (Some libraries call its square root energy.)
    """
    p = co_occurrence(picture)
    return float((p * p).sum()) / len(p)


@feature(
    criterion="pattern",
    label="smoothness of texture",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference=f"{_HARALICK}; homogeneity with 1 + |i - j|",
)
def glcm_homogeneity(picture: Picture) -> float:
    """Sum of p(i, j) / (1 + |i - j|) over pairs of grey levels of neighbouring pixels.

    1 for flat pictures, lower the more neighbours differ.
    """
    return float(min(1.0, (co_occurrence(picture).mean(axis=0) / (1 + _STEP)).sum()))


@feature(
    criterion="pattern",
    label="disorder of texture",
    unit="bits",
    range=(0, 8),
    direction="neutral",
    reference=_HARALICK,
)
def glcm_entropy(picture: Picture) -> float:
    """Entropy of the pairs of grey levels of neighbouring pixels.

    0 for flat pictures, at most log2 256 = 8 bits when all pairs are equally common.
    """
    p = co_occurrence(picture)
    return float(entropy_bits(p.reshape(len(p), -1)).mean())


@shared
def local_patterns(picture: Picture) -> NDArray[np.float64]:
    """Shares of the ten rotation-invariant uniform local binary patterns in the half-scale luma; all in bin 8 if flat.

    Bin k < 9: k of 8 neighbours not darker, in one run (0 bright spot, 8 flat or dark spot, 3-5 edges); bin 9: the
    rest.
    """
    counts = uniform_pattern_counts(half_grey(picture))
    if counts.sum() == 0:
        counts[8] = 1
    return np.asarray(counts / counts.sum())


@feature(
    criterion="pattern",
    label="variety of micro-patterns",
    unit="bits",
    range=(0, math.log2(10)),
    direction="neutral",
    reference="Ojala, Pietikainen, Maenpaa 2002 (uniform LBP, P = 8, R = 1, half scale)",
)
def lbp_entropy(picture: Picture) -> float:
    """Entropy of the shares of the ten uniform local binary patterns (spots, corners, edges, flats, the rest).

    0 for flat pictures, high if no micro-pattern prevails.
    """
    return min(math.log2(10), float(entropy_bits(local_patterns(picture))))


@feature(
    criterion="pattern",
    label="flat and dark-spot micro-patterns",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="Ojala, Pietikainen, Maenpaa 2002 (uniform LBP, P = 8, R = 1, half scale), bin 8",
)
def lbp_flat_share(picture: Picture) -> float:
    """Share of pixels of which no neighbour is darker: plain areas, and dark spots.

    1 for flat pictures; near 0 where texture or grain is everywhere.
    """
    return float(local_patterns(picture)[8])


@feature(
    criterion="pattern",
    label="edge micro-patterns",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="Ojala, Pietikainen, Maenpaa 2002 (uniform LBP, P = 8, R = 1, half scale), bins 3-5",
)
def lbp_edge_share(picture: Picture) -> float:
    """Share of pixels on a straight or gently bent step (3 to 5 of 8 neighbours not darker, in one run).

    High for clean lines, gradients and smooth shapes; low for flat areas and for irregular texture. Flat pictures
    give 0.
    """
    return float(local_patterns(picture)[3:6].sum())


@feature(
    criterion="pattern",
    label="irregular micro-patterns",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="Ojala, Pietikainen, Maenpaa 2002 (uniform LBP, P = 8, R = 1, half scale), bin 9",
)
def lbp_irregular_share(picture: Picture) -> float:
    """Share of pixels around which light and dark alternate more than once: fine texture, grain, crossings.

    Flat pictures give 0.
    """
    return float(local_patterns(picture)[9])


@feature(
    criterion="pattern",
    label="coarseness of texture",
    unit="pixels at the working scale",
    range=(4, 64),
    direction="neutral",
    reference="Tamura, Mori, Yamawaki 1978",
)
def tamura_coarseness(picture: Picture) -> float:
    """Mean over pixels of the window size 2^k whose mean differs most from the neighbouring window's.

    Windows of 2, 4, ... 32 pixels of the half-scale luma (4..64 at the working scale), compared across and down, on
    every second pixel; among equal differences the largest window. Small for fine texture, large for big shapes; 64
    if flat.
    """
    plane = half_grey(picture)
    margin = 32
    padded = cv2.copyMakeBorder(plane, margin, margin, margin, margin, cv2.BORDER_REFLECT)
    total, count = coarseness_sum(np.asarray(cv2.integral(padded, sdepth=cv2.CV_64F)), margin, 5, 2)
    return 2 * total / count


@feature(
    criterion="pattern",
    label="polarised contrast",
    unit="luma, 0-1",
    range=(0, 0.5),
    direction="neutral",
    reference="Tamura, Mori, Yamawaki 1978",
)
def tamura_contrast(picture: Picture) -> float:
    r"""Standard deviation of the luma over the fourth root of its kurtosis.

    .. math:: \sigma / (\mu_4 / \sigma^4)^{1/4}

    High if dark and light stand against each other without much between, 0.5 for half black, half white; 0 if flat.
    """
    share = grey_counts(picture) / grey(picture).size
    level = np.arange(256) / 255
    deviation = level - share @ level
    variance = float(share @ deviation**2)
    if variance < 1e-9:
        return 0.0
    return min(0.5, variance / float(share @ deviation**4) ** 0.25)


_ANGLES = 16


@feature(
    criterion="pattern",
    label="directionality of texture",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Tamura, Mori, Yamawaki 1978; 16 angles, two peaks",
)
def tamura_directionality(picture: Picture) -> float:
    r"""Sharpness of the peaks in the histogram of edge angles.

    .. math:: 1 - \frac{1}{s} \sum_{p} \sum_{\phi \in w_p} (\phi - \phi_p)^2 H(\phi)

    H: shares of 16 angles over 180 degrees among pixels whose luma gradient is at least 12 / 255 per pixel; peaks p:
    the most frequent angle, and the most frequent one at least 45 degrees from it; w_p: the angles nearer to p than to
    the other peak; s: the same sum for equal shares and peaks at right angles. 1 for stripes and for grids, 0 for all
    angles alike, and for pictures without edges. (The published form decides by thresholds whether the second peak
    counts, which makes the value jump.)
    """
    gradient = picture.gradient
    counts = direction_counts(gradient.direction, gradient.magnitude, 12 / 255).reshape(2, _ANGLES).sum(axis=0)
    if counts.sum() == 0:
        return 0.0
    share = counts / counts.sum()
    angle = np.arange(_ANGLES)
    first = int(np.argmax(share))
    second = int(np.argmax(np.where(_apart(angle, first) >= _ANGLES // 4, share, -1)))
    spread = float(np.minimum(_apart(angle, first), _apart(angle, second)) ** 2 @ share)
    alike = np.minimum(_apart(angle, 0), _apart(angle, _ANGLES // 2)) ** 2
    return float(np.clip(1 - spread / alike.mean(), 0, 1))


def _apart(angle: NDArray[np.int_], other: int) -> NDArray[np.int_]:
    """Steps between angles around the half circle."""
    steps = np.abs(angle - other) % _ANGLES
    return np.minimum(steps, _ANGLES - steps)


@shared
def grain_spectrum(picture: Picture) -> Sequence[float]:
    """How much luma sits in bright or dark grains up to 3, 3-7, 7-15, 15-31 and 31-63 half-scale pixels wide."""
    plane = half_grey(picture)
    spectrum = []
    opened, closed = plane, plane
    for width in (3, 7, 15, 31, 63):
        element = np.ones((width, width), np.uint8)
        next_opened = np.asarray(cv2.morphologyEx(plane, cv2.MORPH_OPEN, element), np.uint8)
        next_closed = np.asarray(cv2.morphologyEx(plane, cv2.MORPH_CLOSE, element), np.uint8)
        spectrum.append(max(0.0, cv2.mean(opened)[0] - cv2.mean(next_opened)[0]))
        spectrum[-1] += max(0.0, cv2.mean(next_closed)[0] - cv2.mean(closed)[0])
        opened, closed = next_opened, next_closed
    return spectrum


@feature(
    criterion="pattern",
    label="size of grains",
    unit="log2 of half-scale pixels",
    range=(1, 5.5),
    direction="neutral",
    reference="Matheron 1975; Maragos 1989 (pattern spectrum), squares of 3-63 pixels, half scale",
)
def grain_size(picture: Picture) -> float:
    """Mean size of bright and dark grains: the pattern spectrum's mean of log2 of the width.

    Widths 2, 4, 8, 16 and 45 stand for the bands of openings and closings by squares of 3, 7, 15, 31 and 63 pixels.
    Small for grass and gravel, large for clouds and big shapes; 5.5, the largest, for flat pictures.
    """
    spectrum = np.array(grain_spectrum(picture))
    total = spectrum.sum()
    return float(spectrum @ np.array([1, 2, 3, 4, 5.5]) / total) if total > 0 else 5.5


@feature(
    criterion="pattern",
    label="variety of grain sizes",
    unit="bits",
    range=(0, math.log2(5)),
    direction="neutral",
    reference="Maragos 1989 (pattern spectrum entropy), squares of 3-63 pixels, half scale",
)
def grain_size_entropy(picture: Picture) -> float:
    """Entropy of the pattern spectrum over five bands of grain size (see ``grain_size``).

    0 if all grains have one size or the picture is flat; log2 5 = 2.32 bits if every size carries the same.
    """
    return min(math.log2(5), float(entropy_bits(np.array(grain_spectrum(picture)))))
