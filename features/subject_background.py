"""Features of the criterion ``subject`` that measure the background: is it quiet enough to let the subject speak.

Where no subject is found, the whole frame counts as background.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from .catalogue import feature
from .kernels.subject import segment_roots
from .picture import Picture, shared
from .saliency import small_lab
from .subject_regions import background_means, focus_share, regions, relative_difference

EDGE = 0.03
"""Gradient of the luma, per pixel of the working scale, from which a pixel counts as an edge."""

JUST_APART = 6.0
"""Distance in Lab from which neighbouring pixels belong to different segments."""


@feature(
    criterion="subject",
    label="colours in the background",
    unit="percent of bins",
    range=(0, 100),
    direction="neutral",
    reference="Luo & Tang 2008, simplicity f_s",
    version=3,
    falls_with="plain surroundings",
)
def background_simplicity(picture: Picture) -> float:
    r"""Luo and Tang's simplicity: how many colours the background holds. Small is simple.

    .. math:: f_s = 100 \cdot |\{i : H(i) \ge \gamma \max H\}| / 4096, \quad \gamma = 0.01

    with H the background's histogram of 16 x 16 x 16 RGB bins. 100/4096 for one colour.
    """
    mask = regions(picture).background
    histogram = cv2.calcHist([picture.rgb], [0, 1, 2], mask, [16, 16, 16], [0, 256] * 3)
    return float(100 * (histogram >= 0.01 * histogram.max()).sum() / histogram.size)


@feature(
    criterion="subject",
    label="edges in the background",
    unit="share of pixels",
    range=(0, 1),
    direction="neutral",
    reference="after Luo & Tang 2008 and Ke, Tang & Jing 2006: clutter of the background",
    version=3,
    falls_with="plain surroundings",
)
def background_edge_density(picture: Picture) -> float:
    """Share of background pixels whose luma gradient exceeds 0.03 per pixel at the working scale."""
    edges = cv2.compare(picture.gradient.magnitude, EDGE, cv2.CMP_GT)
    return cv2.mean(edges, regions(picture).background)[0] / 255


@feature(
    criterion="subject",
    label="tonal variety of the background",
    unit="bits",
    range=(0, 6),
    direction="neutral",
    reference="Shannon entropy of the background's luma",
    version=3,
    falls_with="plain surroundings",
)
def background_entropy(picture: Picture) -> float:
    """Shannon entropy of the background's luma in 64 bins: 0 for one tone, 6 for all tones alike."""
    histogram = cv2.calcHist([picture.luma], [0], regions(picture).background, [64], [0, 1.0001]).ravel()
    p = histogram[histogram > 0].astype(np.float64) / histogram.sum()
    return float(np.clip(-(p * np.log2(p)).sum(), 0, 6))


@feature(
    criterion="subject",
    label="sharpness of the background",
    unit="share of detail",
    range=(0, 1),
    direction="neutral",
    reference="after Crete et al. 2007 and Luo & Tang 2008",
    version=3,
    falls_with="defocus",
)
def background_focus(picture: Picture) -> float:
    """Fine detail of the background (about 3 pixels) over its fine and coarse detail (about 6 pixels).

    About 0.2-0.35 where sharp, below 0.12 where defocused or smooth, whatever the contrast.
    """
    return focus_share(background_means(picture))


class Segments(NamedTuple):
    """Segments of even colour per pixel of the small picture, in the subject and in the background."""

    subject: float
    background: float


@shared
def segment_density(picture: Picture) -> Segments:
    """Neighbours within ``JUST_APART`` in Lab form a segment, which counts to each region by its share in there."""
    lab = small_lab(picture)
    height, width = lab.shape[:2]
    roots = segment_roots(lab, JUST_APART)
    sizes = np.bincount(roots, minlength=height * width)
    weight = 1.0 / sizes[roots]
    masks = regions(picture)
    densities = []
    for mask in (masks.subject, masks.background):
        small = cv2.resize(mask.astype(np.float32), (width, height)).ravel()
        total = float(small.sum())
        densities.append(float(min(1.0, (small * weight).sum() / total)) if total > 0 else 0.0)
    return Segments(*densities)


@feature(
    criterion="subject",
    label="clutter of the background",
    unit="segments per pixel",
    range=(0, 1),
    direction="neutral",
    reference="Luo, Wang & Tang 2011, complexity features (colour segments in place of superpixels)",
    version=3,
    rises_with="more subjects",
)
def background_clutter(picture: Picture) -> float:
    """Segments of even colour per pixel of the background, at a long side of 160: near 0 if smooth, 1 if all differ."""
    return segment_density(picture).background


@feature(
    criterion="subject",
    label="detail of the subject against the background",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="Luo, Wang & Tang 2011, complexity features (colour segments in place of superpixels)",
    version=3,
    falls_with="larger subject",
)
def subject_complexity_contrast(picture: Picture) -> float:
    """(s - b) / (s + b) of the segments of even colour per pixel in subject and background.

    Towards 1 for a rich subject on a plain ground, towards -1 for a plain one on a busy ground; 0 without a subject.
    """
    if not regions(picture).found:
        return 0.0
    return regions(picture).trust * relative_difference(*segment_density(picture))
