"""The picture's palette of dominant colours, and what it says: count, contrast, accent, place, Itten's contrasts.

Symbols: the palette has k colours with CIE L*a*b* values, HSV values and shares s_1 >= ... >= s_k that sum to 1.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .colour_histogram import Colours, Values, colours, quarter_lab, weighted_mean_std, weighted_quantiles
from .kernels.colour import place_colours, split_colours
from .picture import Picture, shared

MOST_COLOURS = 12
"""Clusters that a palette starts from, before near-equal ones are joined."""

LIKENESS_DISTANCE = 20.0
"""CIELAB distance at which two colours have a likeness of 1 / e."""

JOIN_DISTANCE = 12.0
"""CIELAB distance under which two clusters are one colour to a viewer of the whole picture."""

SMALLEST_SHARE = 0.01
"""Share of the picture under which a cluster joins its nearest."""


class Palette(NamedTuple):
    """A few colours that stand for all.

    ``lab`` (k, 3) and ``hsv`` (k, 3; hue in degrees) of each cluster's mean colour, ``share`` (k,) of the pixels,
    which sums to 1. ``labels`` (n,) is the cluster of each entry of ``colours(picture)``.
    """

    lab: Values
    hsv: Values
    share: Values
    labels: NDArray[np.int64]


@shared
def clusters(picture: Picture) -> Palette:
    """Up to ``MOST_COLOURS`` clusters of the picture's colours in CIELAB, in no order.

    Variance-based splits after Orchard & Bouman 1991, then k-means. Deterministic: nothing in it is drawn at random.
    """
    held = colours(picture)
    labels = split_colours(np.ascontiguousarray(held.lab), held.share, MOST_COLOURS, 10)
    name = np.cumsum(np.bincount(labels) > 0) - 1
    return _summarise(held, name[labels])


@shared
def palette(picture: Picture) -> Palette:
    """The dominant colours: the clusters, joined where two look alike or one is too small, largest first."""
    found = clusters(picture)
    joined = _join(found.lab, found.share)
    totals = np.bincount(joined, weights=found.share, minlength=len(joined))
    rank = np.empty(len(joined), dtype=np.int64)
    rank[np.argsort(-totals, kind="stable")] = np.arange(len(joined))
    return _summarise(colours(picture), rank[joined][found.labels])


def _summarise(held: Colours, labels: NDArray[np.int64]) -> Palette:
    """Shares and mean colours of clusters 0..k-1, none of which is empty."""
    share = np.bincount(labels, weights=held.share)
    lab, rgb = (
        np.stack([np.bincount(labels, held.share * plane) for plane in values.T], axis=1) / share[:, None]
        for values in (held.lab, held.rgb)
    )
    hsv = cv2.cvtColor(rgb.astype(np.float32)[None], cv2.COLOR_RGB2HSV)[0].astype(np.float64)
    return Palette(lab, hsv, share / share.sum(), labels)


@shared
def likeness(picture: Picture) -> Values:
    """Likeness of each pair of clusters, (k, k): exp(-(distance in CIELAB / ``LIKENESS_DISTANCE``)^2)."""
    lab = clusters(picture).lab
    apart = ((lab[:, None] - lab[None]) ** 2).sum(axis=2)
    return np.asarray(np.exp(-apart / LIKENESS_DISTANCE**2))


def _join(centres: Values, shares: Values) -> NDArray[np.int64]:
    """Cluster that each cluster ends up in, joining the nearest pair until all are distinct and large enough."""
    target = np.arange(len(shares))
    centres, shares = centres.copy(), shares.copy()
    while np.count_nonzero(shares) > 1:
        alive = np.flatnonzero(shares)
        apart = np.linalg.norm(centres[alive, None] - centres[None, alive], axis=2)
        np.fill_diagonal(apart, np.inf)
        # A cluster that is too small is ready to join whatever is nearest.
        ready = (apart < JOIN_DISTANCE) | (shares[alive] < SMALLEST_SHARE)[:, None]
        if not ready.any():
            break
        i, j = np.unravel_index(np.argmin(np.where(ready, apart, np.inf)), apart.shape)
        keep, drop = (alive[i], alive[j]) if shares[alive[i]] >= shares[alive[j]] else (alive[j], alive[i])
        total = shares[keep] + shares[drop]
        centres[keep] = (shares[keep] * centres[keep] + shares[drop] * centres[drop]) / total
        shares[keep], shares[drop] = total, 0.0
        target[target == drop] = keep
    return target


@feature(
    criterion="colour",
    label="number of dominant colours",
    unit="colours",
    range=(1, MOST_COLOURS),
    direction="neutral",
    reference="Leinster & Cobbold 2012, Ecology 93(3), order 2; in place of Datta et al. 2006, f25",
    falls_with="desaturation",
)
def dominant_colours(picture: Picture) -> float:
    """Effective number of colours: 1 / sum_ij s_i s_j Z_ij over twelve clusters, with Z their likeness in [0, 1].

    1 for a picture of one colour; k where k unlike colours share it equally. Unlike a count it does not jump when a
    small colour comes or goes, or two shades of one colour part.
    """
    share = clusters(picture).share
    return float(np.clip(1 / (share @ likeness(picture) @ share), 1.0, MOST_COLOURS))


@feature(
    criterion="colour",
    label="share of the main colour",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="project; dominant colour of MPEG-7 (Manjunath et al. 2001)",
    rises_with="desaturation",
)
def main_colour_share(picture: Picture) -> float:
    """Share of the picture that is like its main colour: max_i sum_j s_j Z_ij over twelve clusters with likeness Z.

    1 for a picture of one colour, 0.5 for half black, half white.
    """
    return min(1.0, float((likeness(picture) @ clusters(picture).share).max()))


@feature(
    criterion="colour",
    label="difference between palette colours",
    unit="CIELAB units",
    range=(0, 258),
    direction="neutral",
    reference="project; Rao's quadratic entropy (1982) with CIE 1976 colour difference",
    falls_with="desaturation",
)
def palette_spread(picture: Picture) -> float:
    """Mean CIELAB difference between two pixels drawn at random, by the palette: sum_ij s_i s_j |lab_i - lab_j|.

    0 for a picture of one colour; 50 for half black, half white.
    """
    found = palette(picture)
    apart = np.linalg.norm(found.lab[:, None] - found.lab[None], axis=2)
    return float(found.share @ apart @ found.share)


@feature(
    criterion="colour",
    label="contrast between the strongest palette colours",
    unit="CIELAB units",
    range=(0, 258),
    direction="neutral",
    reference="project; CIE 1976 chromaticity difference",
    falls_with="desaturation",
)
def palette_contrast(picture: Picture) -> float:
    """Largest difference in (a*, b*) between two palette colours that cover at least 5 % each; lightness is left out.

    0 for a picture of one colour and for black and white.
    """
    found = palette(picture)
    chosen = found.lab[found.share >= 0.05][:, 1:]
    return float(np.linalg.norm(chosen[:, None] - chosen[None], axis=2).max(initial=0.0))


@feature(
    criterion="colour",
    label="accent colour",
    unit="CIELAB chroma units",
    range=(0, 140),
    direction="neutral",
    reference="project; the contrast of extension of Itten 1961 as 98th percentile less median of chroma",
    falls_with="desaturation",
)
def colour_accent(picture: Picture) -> float:
    """How far the most vivid 2 % of the picture stand out from the rest: 98th percentile less median of chroma C*ab.

    High: a small vivid accent on a quieter ground. 0 for flat and grey pictures.
    """
    held = colours(picture)
    vivid, middle = weighted_quantiles(held.chroma, held.share, 0.98, 0.5)
    return vivid - middle


@feature(
    criterion="colour",
    label="colours strewn over the frame",
    unit="1",
    range=(0, 1.74),
    direction="neutral",
    reference="after photo-quality (Junttila 2017), dispersion of the dominant colour, as a standard distance",
    falls_with="larger subject",
    version=3,
)
def colour_scatter(picture: Picture) -> float:
    """How widely the pixels of each colour are strewn over the frame, averaged over the pixels.

    Per cluster of colours sqrt(6 (var x + var y)), x and y in widths and heights, weighted by the cluster's share. 1
    where every colour is all over the frame, as in a texture or a flat picture; less where each has its own place, as
    sky above and land below (0.79); more where colours sit in opposite corners. Measured at a quarter of the working
    scale.
    """
    pixels, x, y, xx, yy = place_colours(quarter_lab(picture), clusters(picture).lab).T
    held = np.maximum(pixels, 1)
    variance = (xx + yy) / held - (x * x + y * y) / held**2
    return float((pixels @ np.sqrt(6 * np.maximum(0.0, variance))) / pixels.sum())


@family(
    {
        "itten_brightness_contrast": "contrast of light and dark areas",
        "itten_saturation_contrast": "contrast of vivid and dull areas",
        "itten_hue_contrast": "contrast of hue",
        "itten_warm_cold_contrast": "contrast of warm and cold",
        "itten_complementary_contrast": "contrast of complementary colours",
    },
    criterion="colour",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Itten 1961; Machajdik & Hanbury 2010, section 3.1, on clusters of colour in place of segments",
    falls_with={"itten_brightness_contrast": "low contrast", "itten_saturation_contrast": "desaturation"},
    rises_with={
        "itten_hue_contrast": "two opposite hues",
        "itten_warm_cold_contrast": "two opposite hues",
        "itten_complementary_contrast": "two opposite hues",
    },
    version=2,
)
def itten_contrasts(picture: Picture) -> list[float]:
    """Five contrasts of Itten between the picture's colours, each in [0, 1]; all 0 for a picture of one colour.

    Over twelve clusters with shares s, c_i = min(1, C*ab / 20) how much colour i has a hue, d_ij hue differences in
    degrees (0..180). Brightness: twice the standard deviation of V. Saturation: twice that of S. Hue: 1 - |sum s c
    exp(ih)| / sum s c. Warm and cold: 2 min(w, k) / (w + k), w and k the sums of s c times the memberships of
    ``warmth``. Complementary: 2 sum_ij s_i s_j c_i c_j max(0, d_ij - 90) / 90. Where sum s c < 0.02 hue and warm-cold
    fade to 0. Approximates the paper, which segments the picture and uses fuzzy levels. Itten's contrast of extension
    is left to ``main_colour_share``.
    """
    found = clusters(picture)
    hue, saturation, value = found.hsv.T
    weight = found.share * np.minimum(1.0, np.hypot(found.lab[:, 1], found.lab[:, 2]) / 20)
    total = max(float(weight.sum()), 1e-9)
    certain = min(1.0, float(weight.sum()) / 0.02)
    warm, cold = (float(weight @ member) for member in warmth(hue))
    apart = np.abs((hue[:, None] - hue[None] + 180) % 360 - 180)
    contrasts = [
        2 * weighted_mean_std(value, found.share)[1],
        2 * weighted_mean_std(saturation, found.share)[1],
        certain * (1 - abs(weight @ np.exp(1j * np.radians(hue))) / total),
        certain * 2 * min(warm, cold) / max(warm + cold, 1e-9),
        2 * float(weight @ np.maximum(0, apart - 90) @ weight) / 90,
    ]
    return [float(np.clip(contrast, 0.0, 1.0)) for contrast in contrasts]


def warmth(hue: Values) -> tuple[Values, Values]:
    """Memberships of hues (degrees) in warm and in cold, each in [0, 1]; Machajdik & Hanbury 2010.

    warm = cos(h - 50) for h in [320, 360) and [0, 140), cold = cos(h - 230) for h in [140, 320); 0 elsewhere.
    """
    lean = np.cos(np.radians(hue - 50))
    return np.maximum(0.0, lean), np.maximum(0.0, -lean)
