"""Regions of even colour: how many, how large, how compact."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .kernels.pattern_regions import merge_regions
from .pattern_planes import entropy_bits
from .picture import WORKING_SIDE, Picture, shared, shrunk

LONG_SIDE = 96
"""Long side in pixels at which the picture is segmented."""
SCALES = np.array([25.0, 50.0, 100.0, 150.0])
"""Preference for large regions: steps up to scale / area (Lab units, pixels) above the inner ones are bridged.

A single segmentation hangs on single merges; the mean over several is steady.
"""
SMALLEST = 0.001
"""Share of the frame below which a region is merged into a neighbour."""

_FELZENSZWALB = "Felzenszwalb, Huttenlocher 2004 (segmentation), mean of four scales"


@shared
def segmentations(picture: Picture) -> NDArray[np.int32]:
    """Labels of the regions of even colour in the picture reduced to 96 pixels, shape (scales, h, w).

    Its Lab values are averaged unrounded: steps rounded to whole levels make other merges at other sizes.
    """
    height, width = (max(1, round(side * LONG_SIDE / WORKING_SIDE)) for side in picture.lab.shape[:2])
    lab = shrunk(picture.lab, height, width)
    return merge_regions(lab, SCALES, max(1, round(SMALLEST * height * width)))


@shared
def region_shares(picture: Picture) -> list[NDArray[np.float64]]:
    """Shares of the frame of the regions of each segmentation."""
    return [np.asarray(np.bincount(labels.ravel()) / labels.size) for labels in segmentations(picture)]


def _mean(picture: Picture, measure: Callable[[NDArray[np.float64]], float]) -> float:
    """Mean over the segmentations of ``measure`` of the regions' shares."""
    return float(np.mean([measure(shares) for shares in region_shares(picture)]))


@feature(
    criterion="pattern",
    label="number of regions",
    unit="log2 of the number",
    range=(0, 10),
    direction="neutral",
    reference=f"{_FELZENSZWALB}; count of segments as complexity",
    version=2,
)
def region_count(picture: Picture) -> float:
    """Binary logarithm of the number of regions of even colour.

    0 for a flat picture (one region), 4 for plain scenes, 6 and more for foliage and crowds. Regions below 1/1000 of
    the frame are merged into a neighbour, so there are at most about 1000.
    """
    return _mean(picture, lambda shares: float(np.log2(shares.size)))


@feature(
    criterion="pattern",
    label="number of large regions",
    unit="regions",
    range=(0, 100),
    direction="neutral",
    reference=f"Datta, Joshi, Li, Wang 2006, f24; {_FELZENSZWALB}",
    version=3,
)
def large_region_count(picture: Picture) -> float:
    """Number of regions of even colour that cover at least a hundredth of the frame.

    1 for a flat picture; 0 if everything is fine texture.
    """
    return _mean(picture, lambda shares: float(np.count_nonzero(shares >= 0.01)))


@feature(
    criterion="pattern",
    label="cover by the five largest regions",
    unit="share of the frame",
    range=(0, 1),
    direction="neutral",
    reference=f"Datta, Joshi, Li, Wang 2006, sum of f41-f45; {_FELZENSZWALB}",
    version=3,
)
def five_regions_share(picture: Picture) -> float:
    """Share of the frame that the five largest regions of even colour cover together.

    Near 1 for graphic, simple pictures, near 0 for busy texture. 1 if flat.
    """
    return _mean(picture, lambda shares: float(min(1.0, np.sort(shares)[-5:].sum())))


@feature(
    criterion="pattern",
    label="evenness of region sizes",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference=f"Pielou 1966 over region areas; {_FELZENSZWALB}",
    version=3,
)
def region_evenness(picture: Picture) -> float:
    """Entropy of the region areas over its maximum, the logarithm of their number.

    1 if all regions are equally large, low if one large region stands beside many small ones. 0 for one region.
    """

    def evenness(shares: NDArray[np.float64]) -> float:
        return float(np.clip(entropy_bits(shares) / np.log2(shares.size), 0, 1)) if shares.size > 1 else 0.0

    return _mean(picture, evenness)
