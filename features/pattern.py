"""Features of the criterion ``pattern``: texture, repetition, self-similarity, complexity.

This module holds order, complexity and clutter; its siblings hold the rest:
``pattern_wavelet``, ``pattern_texture``, ``pattern_spectrum``, ``pattern_waves``, ``pattern_orientation``,
``pattern_fractal``, ``pattern_regions``. Importing this module registers them all.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import (
    pattern_fractal,
    pattern_orientation,
    pattern_regions,
    pattern_spectrum,
    pattern_texture,
    pattern_wavelet,
    pattern_waves,
)
from .catalogue import feature
from .kernels.pattern import colour_cube_counts, tile_entropies
from .pattern_planes import entropy_bits, grey, grey_counts, half_grey, quarter_rgb
from .picture import Picture, shared

__all__ = [
    "pattern_fractal",
    "pattern_orientation",
    "pattern_regions",
    "pattern_spectrum",
    "pattern_texture",
    "pattern_wavelet",
    "pattern_waves",
]

JPEG_QUALITY = 75


@shared
def _jpeg_bits(picture: Picture) -> float:
    """Bits per pixel of the picture as a JPEG of quality 75, the file's fixed header taken off."""
    pixels = picture.rgb.shape[0] * picture.rgb.shape[1]
    return max(0.0, 8 * (_jpeg_size(cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2BGR)) - _least_jpeg_size()) / pixels)


@functools.lru_cache(maxsize=1)
def _least_jpeg_size() -> int:
    return _jpeg_size(np.zeros((1, 1, 3), np.uint8))


def _jpeg_size(bgr: NDArray[Any]) -> int:
    return len(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1])


@feature(
    criterion="pattern",
    label="amount of detail",
    unit="log2 (1 + bits per pixel)",
    range=(0, 5),
    direction="unimodal",
    reference="Machado, Cardoso 1998 (JPEG complexity); quality 75 at the working scale",
)
def jpeg_complexity(picture: Picture) -> float:
    """Size of the picture as a JPEG of quality 75: log2 (1 + bits per pixel).

    Near 0 for flat pictures, about 1 for plain scenes, above 1.7 for foliage and crowds.
    """
    return min(5.0, math.log2(1 + _jpeg_bits(picture)))


@shared
def _palette_entropy(picture: Picture) -> float:
    """Entropy in bits of the colours in 8 x 8 x 8 cubes of RGB."""
    return float(entropy_bits(colour_cube_counts(picture.rgb)))


@feature(
    criterion="pattern",
    label="order in space",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Rigau, Feixas, Sbert 2008, Informational aesthetics measures (Kolmogorov order relative to the palette)",
)
def spatial_order(picture: Picture) -> float:
    """(N H - K) / (N H): how far the colours' arrangement lets the picture be compressed beyond its palette.

    H: entropy of the colours in 512 cubes of RGB, K: bits of the JPEG (quality 75), N: pixels. Near 1 for large even
    shapes, low for grain and fine texture. At least 0; 1 for flat pictures.
    """
    entropy = _palette_entropy(picture)
    return float(np.clip(1 - _jpeg_bits(picture) / entropy, 0, 1)) if entropy > 0 else 1.0


@functools.lru_cache(maxsize=1)
def _entropy_terms() -> NDArray[np.float64]:
    n = np.arange(82)
    return np.asarray(n * np.log2(np.maximum(n, 1)))


@shared
def local_entropies(picture: Picture) -> NDArray[np.float64]:
    """Entropies of 16 grey levels in tiles of 9 x 9 pixels of the half-scale luma, every 4 pixels."""
    return tile_entropies((half_grey(picture) >> 4).astype(np.uint8), 9, 4, _entropy_terms())


@feature(
    criterion="pattern",
    label="local disorder",
    unit="bits",
    range=(0, 4),
    direction="neutral",
    reference="mean of 9 x 9 rank entropies, as in local texture entropy; 16 grey levels, half scale",
)
def local_entropy(picture: Picture) -> float:
    """Mean entropy of the grey levels (16) inside tiles of 9 x 9 pixels of the half-scale luma. 0 if flat."""
    return float(np.clip(local_entropies(picture).mean(), 0, 4))


@feature(
    criterion="pattern",
    label="difference between plain and busy parts",
    unit="bits",
    range=(0, 2),
    direction="neutral",
    reference="standard deviation of 9 x 9 local entropies; 16 grey levels, half scale",
)
def local_entropy_spread(picture: Picture) -> float:
    """Standard deviation over the picture of the local entropies: texture beside calm. 0 if evenly busy, or flat."""
    return float(np.clip(local_entropies(picture).std(), 0, 2))


@feature(
    criterion="pattern",
    label="line density",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="Peng 2021 (athec), Canny edges with Otsu's threshold of the luma as the upper one; half scale",
)
def canny_edge_share(picture: Picture) -> float:
    """Share of pixels of the half-scale luma on Canny edges, with thresholds tied to Otsu's (t / 2 and t).

    0 for flat pictures; high for foliage, crowds, text.
    """
    plane = half_grey(picture)
    threshold, _ = cv2.threshold(plane, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(np.count_nonzero(cv2.Canny(plane, threshold / 2, threshold)) / plane.size)


def _tenths(counts: NDArray[Any]) -> NDArray[np.int64]:
    """Sums of ten consecutive parts, the first ones longer by one where the number does not divide."""
    short, longer = divmod(len(counts), 10)
    ends = np.arange(11) * short + np.minimum(np.arange(11), longer)
    return np.diff(np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))[ends])


@feature(
    criterion="pattern",
    label="evenness of dark and light masses",
    unit="percent",
    range=(0, 100),
    direction="neutral",
    reference="Huebner, Fillinger 2016 (homogeneity)",
)
def ink_homogeneity(picture: Picture) -> float:
    """How evenly the rarer tone, dark or light, spreads over the frame.

    The luma is inverted if fewer pixels are dark (below 128) than light, and split by Otsu's threshold; the pixels
    above it are counted in 10 x 10 cells. The value is the mean of the entropies of the counts of the columns and
    of the rows of cells, each over log2 10, in percent. 0 if no pixel is above, as in flat pictures.
    """
    plane = grey(picture)
    dark = grey_counts(picture)[:128].sum()
    if dark <= plane.size - dark:
        plane = 255 - plane
    _, ink = cv2.threshold(plane, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    columns, rows = (np.ravel(cv2.reduce(ink, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S)) for axis in (0, 1))
    if columns.sum() in (0, plane.size):
        return 0.0
    marginals = [_tenths(counts) for counts in (columns, rows)]
    return float(np.clip(np.mean([entropy_bits(m) for m in marginals]) / math.log2(10) * 100, 0, 100))


@feature(
    criterion="pattern",
    label="colour clutter",
    unit="Lab units",
    range=(0, 130),
    direction="neutral",
    reference="Rosenholtz, Li, Nakano 2007 (feature congestion, colour part)",
)
def colour_clutter(picture: Picture) -> float:
    r"""Mean size of the local spread of colour.

    .. math:: \langle (\det \Sigma)^{1/6} \rangle

    with the covariance of L*, a*, b* in squares of 7 x 7 pixels of the picture at a quarter of the working scale,
    which is the radius of the ellipsoid of local colours. 0 for flat pictures and wherever colour varies along less
    than three axes, as in monochrome; high where any colour may turn up next.
    """
    lab = np.asarray(cv2.cvtColor(quarter_rgb(picture), cv2.COLOR_RGB2Lab))
    lab -= np.array(cv2.mean(lab)[:3], dtype=np.float32)
    lightness, a, b = cv2.split(lab)
    moments = lab * lab, cv2.merge((lightness * a, lightness * b, a * b))
    mean, square, product = (np.asarray(cv2.blur(p, (7, 7))) for p in (lab, *moments))
    ml, ma, mb = cv2.split(mean)
    ll, aa, bb = (s - m * m for s, m in zip(cv2.split(square), (ml, ma, mb), strict=True))
    la, lb, ab = (p - m for p, m in zip(cv2.split(product), (ml * ma, ml * mb, ma * mb), strict=True))
    determinant = ll * (aa * bb - ab * ab) - la * (la * bb - ab * lb) + lb * (la * ab - aa * lb)
    return float(min(130.0, np.cbrt(np.sqrt(np.maximum(determinant, 0))).mean(dtype=np.float64)))
