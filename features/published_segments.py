"""The region features of Datta et al. 2006 (f24-f52, f56), on a segmentation as the paper describes it.

They complete the named set ``datta2006`` and are left out of ``"all"``. Symbols: a *segment* is a 4-connected region of
pixels of one colour cluster; s_1..s_5 are the five largest, |s| their number of pixels, X Y that of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.colour import count_colours, split_colours
from .kernels.pattern_regions import hull_areas
from .picture import WORKING_SIDE, FloatPlane, Picture, shared

DATTA = "Datta, Joshi, Li & Wang 2006"

LONG_SIDE = 128
"""Long side, in pixels, at which the picture is segmented; the paper segments the picture as given."""
FEWEST, MOST = 2, 16
"""Clusters of colour that are tried, one after another."""
DISTORTION = 100.0
"""Mean squared distance to the cluster's colour, in CIELUV, under which there are clusters enough."""
GAIN = 0.03
"""Share of the picture's own variance of colour that one more cluster has to take away to be worth it."""
TOP = 5

UNSTEADY = "hangs on a hard segmentation, of which a little noise joins or parts regions, and swaps ranks of about equal size; "


class Segmentation(NamedTuple):
    """Segments of the reduced picture: ``labels`` (h, w), 0 the largest; their ``areas``; and the ``clusters`` used.

    ``centroids`` (n, 2) are x and y in pixels of the reduced picture, ``hsv`` (h, w, 3) its HSV planes.
    """

    labels: NDArray[np.int32]
    areas: NDArray[np.int64]
    centroids: NDArray[np.float64]
    clusters: int
    hsv: FloatPlane


@shared
def segmentation(picture: Picture) -> Segmentation:
    """k-means in CIELUV with a k of its own, then 4-connected components, at a long side of ``LONG_SIDE`` pixels.

    k grows from ``FEWEST`` until the mean squared distance to the cluster's colour falls below ``DISTORTION``, or one more
    cluster takes less than ``GAIN`` of the variance away, as in the SIMPLIcity system of the same group (Wang, Li &
    Wiederhold 2001), whose limits were not published with the features. One cluster if the variance is below already.
    Clusters start from variance-based splits instead of the paper's K-centre, whose seeds are the oddest pixels.
    """
    height, width = picture.rgb.shape[:2]
    size = (max(1, round(width * LONG_SIDE / WORKING_SIDE)), max(1, round(height * LONG_SIDE / WORKING_SIDE)))
    small = np.asarray(cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    scaled = small.astype(np.float32) / np.float32(255)
    luv, hsv = (np.asarray(cv2.cvtColor(scaled, code)) for code in (cv2.COLOR_RGB2Luv, cv2.COLOR_RGB2HSV))
    centres = cluster_colours(small)
    # |p - c|^2 less |p|^2, which is the same for every centre.
    nearest = ((centres**2).sum(axis=1) - 2 * luv.reshape(-1, 3) @ centres.T).argmin(axis=1).reshape(small.shape[:2])
    labels, areas, centroids = _components(nearest, len(centres))
    return Segmentation(labels, areas, centroids, len(np.unique(nearest)), hsv)


def cluster_colours(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Colours in CIELUV, (k, 3), that stand for those of ``rgb``; see ``segmentation`` for how k is found."""
    counted = count_colours(rgb)[0]
    counted = counted[counted[:, 0] > 0].astype(np.float64)
    share = counted[:, 0] / counted[:, 0].sum()
    mean = (counted[:, 1:] / (255 * counted[:, :1])).astype(np.float32)
    luv = np.asarray(cv2.cvtColor(mean[None], cv2.COLOR_RGB2Luv)[0], dtype=np.float64)
    centres = (share @ luv)[None]
    variance = left = float(share @ ((luv - centres) ** 2).sum(axis=1))
    for k in range(FEWEST, MOST + 1):
        if left <= DISTORTION:
            break
        labels = np.unique(split_colours(luv, share, k, 10), return_inverse=True)[1]
        weight = np.bincount(labels, share)
        tried = np.stack([np.bincount(labels, share * axis) for axis in luv.T], axis=1) / weight[:, None]
        rest = float(share @ ((luv - tried[labels]) ** 2).sum(axis=1))
        if left - rest < GAIN * variance:
            break
        centres, left = tried, rest
    return centres.astype(np.float32)


def _components(clusters: NDArray[np.int64], count: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
    """4-connected components of every cluster, renamed so that 0 is the largest."""
    labels = np.zeros(clusters.shape, np.int32)
    areas, centroids = [], []
    found = 0
    for cluster in range(count):
        inside = (clusters == cluster).astype(np.uint8)
        pieces, named, stats, places = cv2.connectedComponentsWithStats(inside, connectivity=4)
        labels += np.where(named > 0, named + (found - 1), 0).astype(np.int32)
        areas.append(stats[1:, cv2.CC_STAT_AREA])
        centroids.append(places[1:])
        found += pieces - 1
    area, place = np.concatenate(areas).astype(np.int64), np.concatenate(centroids)
    order = np.argsort(-area, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[labels].astype(np.int32), area[order], place[order]


@feature(
    criterion="pattern",
    label="number of large segments among the first five",
    unit="segments",
    range=(0, TOP),
    direction="neutral",
    reference=f"{DATTA}, f24",
    compatibility=UNSTEADY + "use large_region_count",
)
def datta_segment_count(picture: Picture) -> float:
    """How many of the five largest segments cover at least a hundredth of the picture, t <= 5. 1 if flat."""
    areas = segmentation(picture).areas
    return float(np.count_nonzero(100 * areas[:TOP] >= areas.sum()))


@feature(
    criterion="colour",
    label="number of colour clusters",
    unit="clusters",
    range=(1, MOST),
    direction="neutral",
    reference=f"{DATTA}, f25",
    compatibility="a whole number that jumps where one more cluster is just worth it, or just not; use dominant_colours",
)
def datta_cluster_count(picture: Picture) -> float:
    """Number of clusters that k-means in CIELUV settles on, see ``segmentation``. 1 if flat."""
    return float(segmentation(picture).clusters)


@shared
def segment_means(picture: Picture) -> NDArray[np.float64]:
    """Arithmetic means of H (degrees), S and V over the five largest segments, shape (n, 3), n <= 5."""
    found = segmentation(picture)
    labels, count = found.labels.ravel(), len(found.areas)
    sums = [np.bincount(labels, plane.ravel(), count)[:TOP] for plane in cv2.split(found.hsv)]
    return np.stack(sums, axis=1) / found.areas[:TOP, None]


def _padded(values: NDArray[np.float64], absent: float) -> tuple[float, ...]:
    return (*map(float, values), *(absent,) * (TOP - len(values)))


_RANKS = {1: "largest", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}


def _members(quality: str, words: str) -> dict[str, str]:
    return {f"datta_segment_{rank}_{quality}": f"{words} the {word} segment" for rank, word in _RANKS.items()}


@family(
    _members("hue", "mean hue angle (arithmetic) of"),
    criterion="colour",
    unit="degrees",
    range=(0, 360),
    direction="neutral",
    reference=f"{DATTA}, f26-f30",
    compatibility=UNSTEADY + "and the arithmetic mean of an angle, see datta_mean_hue; use hue_cosine and hue_sine",
)
def datta_segment_hues(picture: Picture) -> Sequence[float]:
    """Arithmetic mean of H over each of the five largest segments; greys count as 0, an absent segment has 0."""
    return _padded(segment_means(picture)[:, 0], 0.0)


@family(
    _members("saturation", "mean saturation of"),
    criterion="colour",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference=f"{DATTA}, f31-f35",
    compatibility=UNSTEADY + "use mean_saturation and itten_saturation_contrast",
)
def datta_segment_saturations(picture: Picture) -> Sequence[float]:
    """Mean of S over each of the five largest segments; an absent segment has 0."""
    return _padded(np.minimum(segment_means(picture)[:, 1], 1.0), 0.0)


@family(
    _members("value", "mean brightness of"),
    criterion="lighting",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference=f"{DATTA}, f36-f40",
    compatibility=UNSTEADY + "use mean_hsv_value and itten_brightness_contrast",
)
def datta_segment_values(picture: Picture) -> Sequence[float]:
    """Mean of V over each of the five largest segments; an absent segment has 0."""
    return _padded(np.minimum(segment_means(picture)[:, 2], 1.0), 0.0)


@family(
    _members("area", "size of"),
    criterion="pattern",
    unit="share of the frame",
    range=(0, 1),
    direction="neutral",
    reference=f"{DATTA}, f41-f45",
    compatibility=UNSTEADY + "use five_regions_share and region_evenness",
)
def datta_segment_areas(picture: Picture) -> Sequence[float]:
    """Share of the frame of each of the five largest segments, |s_i| / (X Y); an absent segment has 0."""
    areas = segmentation(picture).areas
    return _padded(areas[:TOP] / areas.sum(), 0.0)


@family(
    {
        "datta_hue_spread": "spread of the hues of the largest segments",
        "datta_hue_complements": "complementary hues of the largest segments",
    },
    criterion="colour",
    unit="degrees, summed over pairs",
    range=(0, 4320),
    direction="neutral",
    reference=f"{DATTA}, f46 and f47",
    compatibility=UNSTEADY + "and the first takes 350 and 10 degrees for far apart; use itten_hue_contrast and "
    "itten_complementary_contrast",
)
def datta_hue_differences(picture: Picture) -> Sequence[float]:
    r"""Differences between the hues of the five largest segments, over all ordered pairs.

    .. math:: f_{46} = \sum_i \sum_j |h_i - h_j|, \quad f_{47} = \sum_i \sum_j \min(|h_i - h_j|, 360 - |h_i - h_j|)

    with h the mean hues of ``datta_segment_hues`` (the paper prints sums over the segment, surely meant as means); at most
    4320 and 2160. Absent segments are left out, so a picture of one segment has 0.
    """
    hue = segment_means(picture)[:, 0]
    apart = np.abs(hue[:, None] - hue[None])
    return float(apart.sum()), float(np.minimum(apart, 360 - apart).sum())


@family(
    _members("place", "place (code) of"),
    criterion="composition",
    unit="10 row + column",
    range=(11, 33),
    direction="neutral",
    reference=f"{DATTA}, f48-f52",
    compatibility="a code and no measure: 13, the upper right, lies nearer to 21, the middle left, than to 23, the middle "
    "right, so that only trees can use it; for places of the subject use salient_upright_third, salient_level_third and "
    "power_point_distance",
)
def datta_segment_places(picture: Picture) -> Sequence[float]:
    """Cell of a 3 x 3 grid that holds the centroid of each of the five largest segments, as 10 row + column.

    Rows and columns count from 1 at the upper left. An absent segment has 22, the centre.
    """
    found = segmentation(picture)
    height, width = found.labels.shape
    column, row = (np.minimum((found.centroids[:TOP] + 0.5) * 3 // (width, height), 2) + 1).T
    return _padded(10 * row + column, 22.0)


@feature(
    criterion="pattern",
    label="convex segments",
    unit="share of the frame",
    range=(0, 1),
    direction="neutral",
    reference=f"{DATTA}, f56",
    compatibility=UNSTEADY + "no steady form of it is known",
)
def datta_convexity(picture: Picture) -> float:
    r"""Share of the frame in segments of at least 1/200 of it that fill at least 80 % of their convex hull.

    .. math:: f_{56} = \frac{1}{X Y} \sum_k I(|p_k| / |hull_k| \ge 0.8) |p_k|

    1 if flat; high for plain, rounded or rectangular shapes.
    """
    found = segmentation(picture)
    total = int(found.areas.sum())
    large = int(np.count_nonzero(200 * found.areas >= total))
    named = np.where(found.labels < large, found.labels, -1).astype(np.int32)
    solid = found.areas[:large] >= 0.8 * hull_areas(named, large)
    return float(found.areas[:large][solid].sum() / total)
