"""Properties that the Aesthetics-Toolbox computes otherwise than the catalogue, kept as the toolbox has them.

They complete the named set ``redies`` (see ``sets``) and are left out of ``"all"``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .colour_histogram import histograms
from .composition_balance import apb, ink
from .lighting_tones import channel_histograms
from .picture import Picture

TOOLBOX = "Aesthetics-Toolbox (Bartho et al. 2025)"

LEAST_RESULTANT = 1e-9
"""Length of the mean hue vector below which the circular deviation no longer grows."""


@family(
    {
        "mean_red": "red channel",
        "mean_green": "green channel",
        "mean_blue": "blue channel",
        "red_deviation": "variation of the red channel",
        "green_deviation": "variation of the green channel",
        "blue_deviation": "variation of the blue channel",
    },
    criterion="colour",
    unit="code values",
    range=(0, 255),
    direction="neutral",
    reference=f"{TOOLBOX}, mean and std of R, G and B",
    compatibility="the three channels rise and fall together with the light, so each says little of its own; "
    "use mean_lightness, rms_contrast, mean_lab_a and mean_lab_b",
)
def channel_statistics(picture: Picture) -> Sequence[float]:
    """Means of R, G and B and their standard deviations (at most 127.5), on code values 0..255. Flat: deviations of 0."""
    counted = histograms(picture)
    deviations = np.sqrt(np.maximum(0.0, np.diag(counted.covariance)))
    return (*map(float, np.minimum(counted.mean, 255.0)), *map(float, deviations))


@family(
    {"circular_mean_hue": "mean hue (circular)", "circular_hue_deviation": "variation of hue (circular)"},
    criterion="colour",
    unit="turns",
    range=(0, 1.03),
    direction="neutral",
    reference=f"{TOOLBOX}, mean and std of H",
    compatibility="every pixel counts alike, so that greys, whose hue is undefined, count as red; "
    "use hue_cosine, hue_sine and hue_concentration",
)
def circular_hue(picture: Picture) -> Sequence[float]:
    r"""Circular mean and circular standard deviation of hue over all pixels, greys counted as hue 0.

    .. math:: \mu = \arg z / 2\pi, \quad \sigma = \sqrt{-2 \ln |z|} / 2\pi, \quad z = \langle \exp(2 \pi i H) \rangle

    with H in turns. 0 and 0 for a grey picture; hues that cancel altogether have \sigma = 1.02, where its growth is cut.
    """
    hue = picture.hsv[..., 0]
    x, y = cv2.polarToCart(np.ones_like(hue), hue, angleInDegrees=True)
    z = complex(cv2.mean(x)[0], cv2.mean(y)[0])
    if abs(z) < LEAST_RESULTANT:
        return 0.0, math.sqrt(-2 * math.log(LEAST_RESULTANT)) / math.tau
    turn = math.atan2(z.imag, z.real) / math.tau % 1
    return turn % 1, math.sqrt(-2 * math.log(min(1.0, abs(z)))) / math.tau


@feature(
    criterion="lighting",
    label="variation of brightness (HSV value)",
    unit="1",
    range=(0, 0.5),
    direction="neutral",
    reference=f"{TOOLBOX}, std of V",
    compatibility="nearly the contrast of lightness, with vivid colours counted as bright; use rms_contrast",
)
def hsv_value_deviation(picture: Picture) -> float:
    """Standard deviation of V of HSV over all pixels; 0 for flat pictures, 0.5 for half black, half white."""
    shares = channel_histograms(picture)[3]
    levels = np.arange(256) / 255
    mean = float(shares @ levels)
    return min(0.5, math.sqrt(max(0.0, float(shares @ (levels - mean) ** 2))))


def _diagonal_sums(plane: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Sums of ``plane`` over the pixels of equal x + y, from 0 to h + w - 2."""
    height, width = plane.shape
    wide = np.zeros((height, width + height), np.uint8)
    wide[:, :width] = plane
    # In rows one element shorter, each row starts one further to the right, so that columns hold equal x + y.
    slanted = wide.ravel()[: height * (width + height - 1)].reshape(height, width + height - 1)
    return np.asarray(cv2.reduce(slanted, 0, cv2.REDUCE_SUM, dtype=cv2.CV_64F).ravel())


@feature(
    criterion="composition",
    label="visual imbalance (diagonals at 45 degrees)",
    unit="percent of ink",
    range=(0, 100),
    direction="neutral",
    reference=f"{TOOLBOX}, balance; Huebner and Fillinger 2016 (APB), made for square pictures",
    compatibility="the diagonals run at 45 degrees, which part a frame that is not square into unequal halves, so that even "
    "grey of 3:2 has 10 percent instead of 0; use apb_imbalance, whose diagonals join the corners",
)
def toolbox_balance(picture: Picture) -> float:
    """Mean of eight imbalances of ink, four of which lie along diagonals at 45 degrees; see ``apb_imbalance``.

    Halves left and right, above and below, and on either side of the two diagonals through the upper left and the
    upper right corner; middle against margins across, down and along these diagonals. Each is |s1 - s2| over all ink, in
    percent. 0 without ink.
    """
    plane = ink(picture)
    height, width = plane.shape
    total = float(plane.sum(dtype=np.int64))
    if total == 0:
        return 0.0
    falling, rising = _diagonal_sums(plane[::-1]), _diagonal_sums(plane)
    tall, wide = height - int(height / math.sqrt(2)), width - int(width / math.sqrt(2))
    straight = apb(picture)
    terms = [straight[0], straight[1], straight[4], straight[5]]
    for sums, origin, before, after in ((falling, height - 1, tall, wide), (rising, width - 1, wide, tall)):
        offset = np.arange(sums.size) - origin
        margins = sums[(offset <= -before) | (offset >= after)].sum()
        terms += [100 * abs(sums[offset > 0].sum() - sums[offset < 0].sum()) / total, 100 * abs(total - 2 * margins) / total]
    return float(np.clip(np.mean(terms), 0, 100))
