"""Features of the criterion ``lighting``: tonal range, contrast, and the shape of the histogram."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.lighting import local_deviation, mean_neighbour_contrast
from .lighting_tones import (
    Histogram,
    channel_histograms,
    fine_deviation,
    lightness_histogram,
    lightness_moments,
    luma_histogram,
    luma_levels,
    luminance,
    luminance_of_steps,
    quantiles,
)
from .picture import Picture, shared, shrunk

LARGE_WINDOW = 33
"""Side of the large window of local contrast: a sixteenth of the working long side, made odd."""


@feature(
    criterion="lighting",
    label="dynamic range used",
    unit="luma",
    range=(0, 1),
    direction="unimodal",
    reference="width between the 0.5 % and 99.5 % quantiles of luma",
    falls_with="low contrast",
)
def dynamic_range(picture: Picture) -> float:
    """How much of the scale from black to white is used: q99.5 - q0.5 of the luma. 0 for a flat picture."""
    shares = luma_histogram(picture)
    return float(np.ptp(quantiles(shares, 0.005, 0.995))) / 255


@feature(
    criterion="lighting",
    label="width of the middle 95 % of tones",
    unit="luma",
    range=(0, 1),
    direction="unimodal",
    reference="interval contrast: q97.5 - q2.5 of luma",
    falls_with="low contrast",
)
def interval_contrast(picture: Picture) -> float:
    """Width of the interval that holds the middle 95 % of the pixels: q97.5 - q2.5 of the luma."""
    shares = luma_histogram(picture)
    return float(np.ptp(quantiles(shares, 0.025, 0.975))) / 255


@feature(
    criterion="lighting",
    label="contrast",
    unit="L*",
    range=(0, 50),
    direction="unimodal",
    reference="Peli 1990 (RMS contrast); Aesthetics-Toolbox (standard deviation of L*)",
    falls_with="low contrast",
)
def rms_contrast(picture: Picture) -> float:
    """Standard deviation of CIE L*. 0 for a flat picture, 50 for half black and half white."""
    return lightness_moments(picture)[1]


@feature(
    criterion="lighting",
    label="Michelson contrast",
    unit="1",
    range=(0, 1),
    direction="unimodal",
    reference="Michelson 1927; extremes taken as the 1 % and 99 % quantiles of luma",
    falls_with="low contrast",
)
def michelson_contrast(picture: Picture) -> float:
    """Difference over sum of the extremes of luma: (q99 - q1) / (q99 + q1). 0 for a flat picture, black included."""
    shares = luma_histogram(picture)
    low, high = quantiles(shares, 0.01, 0.99)
    return (high - low) / (high + low) if high else 0.0


@feature(
    criterion="lighting",
    label="contrast over the colour channels",
    unit="share of the scale",
    range=(0, 1),
    direction="unimodal",
    reference="Ke, Tang & Jing 2006, section 3.5 (q_ct)",
    falls_with="low contrast",
)
def ke_contrast(picture: Picture) -> float:
    """Width of the middle 98 % of the sum of the histograms of R, G and B, as a share of the scale.

    A flat picture of a saturated colour scores high: its channels lie far apart.
    """
    shares = channel_histograms(picture)[:3].mean(axis=0)
    return float(np.ptp(quantiles(shares, 0.01, 0.99))) / 255


@feature(
    criterion="lighting",
    label="spread of nine tenths of the tones",
    unit="luma",
    range=(0, 1),
    direction="unimodal",
    reference="Peng 2022, athec (contrast range): shortest interval holding 90 % of the pixels",
    falls_with="low contrast",
)
def shortest_tonal_range(picture: Picture) -> float:
    """Length of the shortest interval of luma that holds 90 % of the pixels; it may leave out lights or darks only.

    min over a of (b - a) / 255 with at least 90 % of the pixels at levels a..b. 0 for a flat picture.
    """
    mass = np.concatenate(([0.0], np.cumsum(luma_histogram(picture))))
    ends = np.searchsorted(mass, mass[:-1] + 0.9 - 1e-9)
    lengths = (ends - np.arange(256) - 1)[ends <= 256]
    return float(lengths.min()) / 255


@feature(
    criterion="lighting",
    label="variety of tones",
    unit="bits",
    range=(0, 8),
    direction="unimodal",
    reference="Shannon 1948; Aesthetics-Toolbox (luminance entropy: L* in 256 bins)",
    falls_with="low contrast",
)
def lightness_entropy(picture: Picture) -> float:
    """Shannon entropy of L* in 256 bins: 0 for a flat picture, 8 where every tone is equally frequent."""
    shares = lightness_histogram(picture)
    used = shares[shares > 0]
    return float(np.clip(-(used * np.log2(used)).sum(), 0, 8))


@family(
    {"lightness_skewness": "skewness of the tones", "lightness_kurtosis": "peakedness of the tones"},
    criterion="lighting",
    unit="signed natural logarithm",
    range=(-math.inf, math.inf),
    direction="neutral",
    reference="third and fourth standardised moments of L*; Motoyoshi, Nishida, Sharan & Adelson 2007 (skewness)",
    rises_with={"lightness_skewness": "darker midtones"},
    falls_with={"lightness_skewness": "brighter midtones", "lightness_kurtosis": "horizon"},
)
def lightness_shape(picture: Picture) -> tuple[float, float]:
    """Skewness and excess kurtosis g of L*, as sign(g) log(1 + |g|), since the moments themselves have long tails.

    Skewness is positive where a few lights stand in a dark picture. The standard deviation is taken as at least 1 L*,
    so a nearly flat picture has moments near those of a flat one: skewness 0 and kurtosis -3, here -log 4.
    """
    shares = lightness_histogram(picture)
    steps = np.arange(256) * (100 / 255)
    offset = steps - shares @ steps
    deviation = max(1.0, math.sqrt(shares @ offset**2))
    moments = (float(shares @ (offset / deviation) ** 3), float(shares @ (offset / deviation) ** 4) - 3)
    return (_signed_log(moments[0]), _signed_log(moments[1]))


def _signed_log(value: float) -> float:
    return math.copysign(math.log1p(abs(value)), value)


@functools.cache
def _savitzky_golay(window: int, order: int) -> NDArray[np.float64]:
    """Coefficients of the smoothing filter of Savitzky & Golay 1964: value at 0 of a fitted polynomial."""
    offset = np.linspace(-1, 1, window)
    return np.asarray(np.linalg.pinv(np.vander(offset, order + 1, increasing=True))[0])


class Peaks(NamedTuple):
    """Peaks of a smoothed histogram: their levels, and how clearly each stands out, from 0 (hardly) to 1."""

    levels: NDArray[np.intp]
    clarity: NDArray[np.float64]


@shared
def tonal_peaks(picture: Picture) -> Peaks:
    """Peaks of the smoothed histogram of luma."""
    return histogram_peaks(luma_histogram(picture))


def histogram_peaks(shares: Histogram) -> Peaks:
    """Local maxima, ends excluded, of a histogram smoothed by Savitzky-Golay (51, 5).

    The clarity of a peak is its prominence (how far one must descend from it on the way to higher ground) over a fifth
    of the highest peak, at most 1. It stands in for athec's rule that a peak tops 20 neighbours on either side, under
    which the slightest change of the picture may add or remove a peak.
    """
    smooth = np.maximum(0, np.convolve(shares, _savitzky_golay(51, 5), mode="same"))
    rise = np.diff(smooth)
    levels = np.flatnonzero((rise[:-1] > 0) & (rise[1:] <= 0)) + 1
    clarity = [min(1.0, _prominence(smooth, int(level)) / (0.2 * smooth.max())) for level in levels]
    return Peaks(levels, np.array(clarity))


def _prominence(values: NDArray[np.float64], peak: int) -> float:
    """Height over the higher of the two lowest points on the way to higher ground; over 0 where there is none."""
    higher = np.flatnonzero(values > values[peak])
    left, right = higher[higher < peak], higher[higher > peak]
    passes = [0.0]
    if left.size:
        passes.append(float(values[left[-1] : peak].min()))
    if right.size:
        passes.append(float(values[peak : right[0] + 1].min()))
    return float(values[peak]) - max(passes)


@feature(
    criterion="lighting",
    label="number of peaks in the histogram",
    unit="peaks",
    range=(0, 13),
    direction="neutral",
    reference="Peng 2022, athec (contrast peaks: Savitzky-Golay 51/5); here weighted by prominence",
    falls_with="noise",
)
def tonal_peak_count(picture: Picture) -> float:
    """Number of peaks of the smoothed histogram of luma, each counted by its clarity: separate masses of tone.

    At most 13, as many as athec's rule leaves room for. A peak at the very first or last level does not count, as in
    athec, so black and white give 0.
    """
    return min(13.0, float(tonal_peaks(picture).clarity.sum()))


@feature(
    criterion="lighting",
    label="distance between the outer peaks of the histogram",
    unit="luma",
    range=(0, 1),
    direction="neutral",
    reference="Peng 2022, athec (contrast peak distance); weighted by prominence",
    rises_with="backlight",
)
def tonal_peak_distance(picture: Picture) -> float:
    """Distance in luma between the darkest and the lightest peak of the smoothed histogram; 0 with fewer than two.

    The largest, over pairs of peaks, of their distance times the lesser clarity of the two.
    """
    peaks = tonal_peaks(picture)
    if len(peaks.levels) < 2:
        return 0.0
    apart = np.abs(np.subtract.outer(peaks.levels, peaks.levels)) / 255
    return float((apart * np.minimum.outer(peaks.clarity, peaks.clarity)).max())


@feature(
    criterion="lighting",
    label="separation of lights from darks",
    unit="share of variance",
    range=(0, 1),
    direction="neutral",
    reference="Otsu 1979, equation 5 (separability eta)",
    rises_with="horizon",
)
def tonal_separation(picture: Picture) -> float:
    """How well one threshold splits the tones in two: the largest share of the variance of luma between the classes.

    .. math:: \\eta = \\max_t \\frac{(\\mu \\omega_t - \\mu_t)^2}{\\omega_t (1 - \\omega_t) \\sigma^2}

    1 for a picture of two tones, 2/3 for an even ramp, 0 for a flat picture.
    """
    shares = luma_histogram(picture)
    levels = np.arange(256)
    below = np.cumsum(shares)[:-1]
    moment = np.cumsum(shares * levels)
    mean = moment[-1]
    variance = float(shares @ (levels - mean) ** 2)
    split = (below > 1e-9) & (below < 1 - 1e-9)
    if variance < 1e-9 or not split.any():
        return 0.0
    below, moment = below[split], moment[:-1][split]
    between = (mean * below - moment) ** 2 / (below * (1 - below))
    return min(1.0, float(between.max()) / variance)


@feature(
    criterion="lighting",
    label="concentration of the light",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Gini 1912 (coefficient of concentration) of linear luminance",
    falls_with="low contrast",
)
def light_concentration(picture: Picture) -> float:
    """Gini coefficient of linear luminance over the pixels: 0 evenly lit, near 1 all light in a few pixels.

    1 - sum over tones of share * (light up to and including the tone + light below it) / all light. Black gives 0.
    """
    shares = lightness_histogram(picture)
    light = np.cumsum(shares * luminance_of_steps())
    if light[-1] <= 0:
        return 0.0
    before = np.concatenate(([0.0], light[:-1]))
    return float(np.clip(1 - (shares * (light + before)).sum() / light[-1], 0, 1))


@feature(
    criterion="lighting",
    label="fine contrast",
    unit="luma",
    range=(0, 0.5),
    direction="neutral",
    reference="mean standard deviation of luma over 5 x 5 windows",
    rises_with="local contrast",
)
def local_contrast_fine(picture: Picture) -> float:
    """Mean over the pixels of the standard deviation of luma in the 5 x 5 window around each. 0 for a flat picture."""
    return min(0.5, cv2.mean(fine_deviation(picture))[0])


@feature(
    criterion="lighting",
    label="contrast within regions",
    unit="luma",
    range=(0, 0.5),
    direction="neutral",
    reference="mean standard deviation of luma over windows of a sixteenth of the long side",
    rises_with="local contrast",
)
def local_contrast_coarse(picture: Picture) -> float:
    """Mean standard deviation of luma over windows of 33 x 33 pixels that lie inside the frame.

    Windows start at every column of each sixteenth row, counted both from above and from below. A frame narrower than
    the window is taken at its full width. 0 for a flat picture.
    """
    levels = luma_levels(picture)
    height, width = (min(LARGE_WINDOW, side) for side in levels.shape)
    wanted = np.zeros(levels.shape[0] - height + 1, dtype=np.bool_)
    wanted[::16] = wanted[::-16] = True
    return min(0.5, float(local_deviation(levels, height, width, wanted).mean(dtype=np.float64)))


@feature(
    criterion="lighting",
    label="share of the contrast that is fine detail",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="local (5 x 5) against global standard deviation of luma",
    rises_with="local contrast",
)
def local_to_global_contrast(picture: Picture) -> float:
    """Local over local plus global contrast: l / (l + g), l the fine contrast and g the standard deviation of luma.

    High for busy detail in flat light, low for smooth masses of light and dark; 0 for a flat picture.
    """
    local = local_contrast_fine(picture)
    shares, levels = luma_histogram(picture), np.arange(256) / 255
    whole = math.sqrt(max(0.0, float(shares @ (levels - shares @ levels) ** 2)))
    return local / (local + whole) if local > 0 else 0.0


SUPERPIXELS = (1, 2, 4, 8, 16, 25, 50, 100, 200)


@feature(
    criterion="lighting",
    label="contrast over all scales",
    unit="perceptual luminance",
    range=(0, 104),
    direction="unimodal",
    reference="Matkovic, Neumann, Neumann, Psik & Purgathofer 2005 (global contrast factor)",
    falls_with="low contrast",
)
def global_contrast_factor(picture: Picture) -> float:
    """Weighted sum of the mean contrast between neighbours at nine resolutions.

    GCF = sum over i = 1..9 of w_i c_i, w_i = (-0.406385 i/9 + 0.334573) i/9 + 0.0877526; c_i is the mean difference
    between four-neighbours of 100 sqrt(Y), after averaging the linear luminance Y over squares of 1, 2, 4, 8, 16, 25,
    50, 100 and 200 pixels of the working scale. Middle scales weigh most. 0 for a flat picture.
    """
    plane = luminance(picture)
    height, width = plane.shape
    total = 0.0
    for position, side in enumerate(SUPERPIXELS, start=1):
        reduced = plane if side == 1 else shrunk(plane, max(1, round(height / side)), max(1, round(width / side)))
        if side == 4:
            # Coarser means are taken of these, which is much quicker and hardly differs.
            plane = reduced
        place = position / 9
        weight = (-0.406385 * place + 0.334573) * place + 0.0877526
        total += weight * mean_neighbour_contrast(np.asarray(cv2.sqrt(reduced), dtype=np.float32))
    return 100 * total
