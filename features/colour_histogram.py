"""What every feature of ``colour`` reads: the picture's colours as a short weighted list, and its hue histograms."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels.colour import count_colours
from .picture import FloatPlane, Picture, shared, shrunk

Values = NDArray[np.float64]


class Histograms(NamedTuple):
    """Counts of colours over all pixels of the working scale; ``pixels`` is how many there are.

    ``cube`` (n,): indices of the occupied cubes of 8x8x8 codes, red slowest, and ``cubes`` (n, 4) their pixels and sums
    of R, G, B (0..255). ``mean`` (3,) and ``covariance`` (3, 3) of R, G, B (0..255). ``hues`` (360,): saturation per
    whole degree of hue. ``hue_counts`` (256,): pixels per 1/256 turn of hue, grey counted at 0. ``distinct_hues``
    (20,): the same per 18 degrees, for pixels with S > 0.2 and 0.15 <= V <= 0.95. ``saturation_sums``: sums of S, S^2,
    S^3. ``brightness``: mean V. ``clipped``: number of pixels with S > 0.95 and V > 0.3.
    """

    pixels: int
    cube: NDArray[np.int64]
    cubes: NDArray[np.int32]
    mean: Values
    covariance: Values
    hues: Values
    hue_counts: NDArray[np.int64]
    distinct_hues: NDArray[np.int64]
    saturation_sums: Values
    brightness: float
    clipped: int


class Colours(NamedTuple):
    """The occupied cubes as a weighted list of n mean colours; weights sum to 1.

    ``cube`` (n,) is the cube's index, ``rgb`` (n, 3) in [0, 1], ``lab`` and ``luv`` (n, 3) CIE D65, ``chroma`` (n,)
    is C*ab.
    """

    cube: NDArray[np.int64]
    share: Values
    rgb: Values
    lab: Values
    luv: Values
    chroma: Values


@shared
def histograms(picture: Picture) -> Histograms:
    """Every histogram of the picture's colours, from one pass over its pixels."""
    cubes, products, hues, counts, moments = count_colours(picture.rgb)
    pixels = picture.rgb.shape[0] * picture.rgb.shape[1]
    cube = np.flatnonzero(cubes[:, 0])
    cubes = cubes[cube]
    mean = cubes[:, 1:].sum(axis=0, dtype=np.int64) / pixels
    rr, gg, bb, rg, rb, gb = products / pixels
    covariance = np.array([[rr, rg, rb], [rg, gg, gb], [rb, gb, bb]]) - np.outer(mean, mean)
    return Histograms(
        pixels,
        cube,
        cubes,
        mean,
        covariance,
        hues,
        counts[:256],
        counts[256:276],
        moments,
        float(counts[277] / (255 * pixels)),
        int(counts[276]),
    )


@shared
def colours(picture: Picture) -> Colours:
    """The picture's colours: the mean of each occupied cube of 8x8x8 codes, with its share of the pixels."""
    counted = histograms(picture)
    pixels, *sums = np.ascontiguousarray(counted.cubes.T).astype(np.float64)
    # Channel by channel in memory, since most formulas take one channel at a time.
    rgb = (np.array(sums) / (255 * pixels)).T
    as_plane = np.ascontiguousarray(rgb, dtype=np.float32)[None]
    lab, luv = (
        np.array(cv2.cvtColor(as_plane, code)[0], dtype=np.float64, order="F")
        for code in (cv2.COLOR_RGB2Lab, cv2.COLOR_RGB2Luv)
    )
    return Colours(counted.cube, pixels / counted.pixels, rgb, lab, luv, np.hypot(lab[:, 1], lab[:, 2]))


def coarse_shares(picture: Picture, levels: int) -> Values:
    """Share of the pixels in each of ``levels``^3 cubes of RGB, red slowest; ``levels`` divides 32."""
    held = colours(picture)
    red, green, blue = (((held.cube >> shift) & 31) * levels // 32 for shift in (10, 5, 0))
    cubes = (red * levels + green) * levels + blue
    return np.bincount(cubes, weights=held.share, minlength=levels**3).astype(np.float64)


@shared
def quarter_lab(picture: Picture) -> FloatPlane:
    """CIE L*a*b* at a quarter of the working scale, float32, where noise and fine texture are averaged."""
    height, width = picture.rgb.shape[:2]
    small = shrunk(picture.rgb, max(1, height // 4), max(1, width // 4)).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2Lab))


def weighted_mean_std(values: Values, share: Values) -> tuple[float, float]:
    """Mean and standard deviation of ``values`` under weights that sum to 1."""
    mean = float(share @ values)
    return mean, float(np.sqrt(share @ (values - mean) ** 2))


def weighted_quantiles(values: Values, share: Values, *levels: float) -> list[float]:
    """For each of ``levels`` the smallest value at which the cumulative weight reaches it."""
    order = np.argsort(values)
    reached = np.searchsorted(np.cumsum(share[order]), np.array(levels) - 1e-9)
    return [float(value) for value in values[order[np.minimum(reached, len(order) - 1)]]]


def entropy_bits(weights: Values) -> float:
    """Shannon entropy in bits of weights that need not sum to 1; 0 where they are all 0."""
    total = weights.sum()
    if total <= 0:
        return 0.0
    held = weights[weights > 0] / total
    return max(0.0, float(-(held * np.log2(held)).sum()))
