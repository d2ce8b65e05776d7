"""Features of the criterion ``subject``: is there one, what is it like, and does the eye find it at once.

How it separates from what is around it is measured in ``subject_isolation``, the background in ``subject_background``
and depth of field in ``depth_of_field``. Where the subject stands in the frame is a matter of composition. A doubtful
subject counts in part (``saliency.Subject.trust``), so that nothing jumps where one is just found.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from . import depth_of_field, subject_background, subject_isolation  # noqa: F401 -- they register their features
from .catalogue import feature
from .picture import Picture, shared, shrunk
from .saliency import small_saliency, spectral_residual, subject

BLOCKS = 20
"""The saliency map is summed over this number of rows and columns of equal blocks (Peng 2022)."""


@shared
def saliency_blocks(picture: Picture) -> NDArray[np.float64]:
    """Shares of the map's mass by block, shape (20, 20), sum 1; even where the map is empty."""
    blocks = shrunk(small_saliency(picture), BLOCKS, BLOCKS).astype(np.float64)
    total = blocks.sum()
    return blocks / total if total > 0 else np.full((BLOCKS, BLOCKS), BLOCKS**-2.0)


@feature(
    criterion="subject",
    label="spread of attention",
    unit="share of blocks",
    range=(0, 1),
    direction="neutral",
    reference="Peng 2022, Athec, saliency consistency",
    version=2,
    rises_with="more subjects",
    falls_with="grey surroundings",
)
def saliency_spread(picture: Picture) -> float:
    """Smallest share of 20 x 20 blocks that holds 70 % of the saliency map's mass.

    Small where one thing draws the eye; 0.7 where saliency is even or the picture is flat.
    """
    held = np.sort(saliency_blocks(picture).ravel())[::-1].cumsum()
    return float((np.searchsorted(held, 0.7 - 1e-9) + 1) / held.size)


@feature(
    criterion="subject",
    label="number of eye-catching spots",
    unit="spots",
    range=(0, 512),
    direction="neutral",
    reference="Hou & Zhang 2007, object map (above three times the mean)",
    rises_with="more subjects",
)
def attention_spots(picture: Picture) -> float:
    """Number of connected areas in which the spectral residual exceeds three times its mean; 0 if flat.

    One or two for a single striking detail, many for scattered detail.
    """
    residual = spectral_residual(picture)
    spots = (residual > 3 * residual.mean()).astype(np.uint8)
    count, _ = cv2.connectedComponents(spots, connectivity=8)
    return float(count - 1)


@feature(
    criterion="subject",
    label="concentration of striking detail",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="after Hou & Zhang 2007 and Peng 2022",
    version=2,
    falls_with="more subjects",
)
def attention_concentration(picture: Picture) -> float:
    """1 less the normalised entropy of the spectral residual over 64 x 64 cells: 0 if even or flat, 1 in one cell."""
    residual = spectral_residual(picture).astype(np.float64)
    total = residual.sum()
    if total <= 0:
        return 0.0
    p = residual / total
    entropy = -(p * np.log(np.where(p > 0, p, 1))).sum()
    return float(np.clip(1 - entropy / np.log(p.size), 0, 1))


@feature(
    criterion="subject",
    label="agreement on what stands out",
    unit="correlation",
    range=(-1, 1),
    direction="neutral",
    reference="Pearson correlation of two maps: Zhang et al. 2015 and Hou & Zhang 2007",
    version=3,
    falls_with="more subjects",
)
def saliency_agreement(picture: Picture) -> float:
    """Correlation of the region map with the spectral residual, on 64 x 64 cells.

    High where the region that differs in colour also holds the striking detail, as a sharp subject does; 0 if either is
    flat.
    """
    regions = shrunk(small_saliency(picture), 64, 64).astype(np.float64).ravel()
    residual = spectral_residual(picture).astype(np.float64).ravel()
    if np.ptp(regions) < 1e-9 or np.ptp(residual) < 1e-9:
        return 0.0
    return float(np.clip(np.corrcoef(regions, residual)[0, 1], -1, 1))


@feature(
    criterion="subject",
    label="clarity of the subject",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="mask after Zhang et al. 2015; Theil's uncertainty coefficient",
    version=3,
    falls_with="more subjects",
)
def subject_distinctness(picture: Picture) -> float:
    """How surely colour alone tells subject from background, times the share of its outline along visible edges.

    Near 1 for a red hydrant on grass, below 0.2 for textures, 0 if flat; from 0.28 the other features take it for a
    subject.
    """
    return subject(picture).distinctness


@feature(
    criterion="subject",
    label="size of the subject",
    unit="share of the frame",
    range=(0, 1),
    direction="unimodal",
    reference="Liu, Chen, Wolf & Cohen-Or 2010, region size",
    version=3,
    rises_with="more subjects",
)
def subject_area(picture: Picture) -> float:
    """Share of the frame that the subject's mask covers; 0 without a subject."""
    return subject(picture).area


@feature(
    criterion="subject",
    label="number of subjects",
    unit="regions",
    range=(0, 50),
    direction="neutral",
    reference="Wong & Low 2009, number of salient regions",
    version=3,
    rises_with="more subjects",
)
def subject_count(picture: Picture) -> float:
    """Number of separate regions of the subject's mask, each at least a fifth of the largest; 0 without a subject."""
    return float(min(subject(picture).regions, 50))


@feature(
    criterion="subject",
    label="compactness of the subject",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="shape compactness by moments: Zunic, Hirota & Rosin 2010",
    version=3,
    falls_with="longer subject",
)
def subject_compactness(picture: Picture) -> float:
    r"""How close the mask's pixels stand together, against a disc of their area.

    .. math:: C = \frac{A^2}{2 \pi \sum_p \lVert p - \bar p \rVert^2}

    1 for a disc, 0.955 for a square, small for a thin or scattered mask; 0 without a subject.
    """
    moments = _mask_moments(picture)
    spread = moments["mu20"] + moments["mu02"]
    # each pixel is a square with a moment of its own of 1/6
    if spread <= 0:
        return 0.0
    compact = moments["m00"] ** 2 / (2 * np.pi * (spread + moments["m00"] / 6))
    return subject(picture).trust * float(np.clip(compact, 0, 1))


@feature(
    criterion="subject",
    label="elongation of the subject",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="ratio of the principal axes by second moments",
    version=3,
    rises_with="longer subject",
)
def subject_elongation(picture: Picture) -> float:
    """1 less the ratio of the mask's minor to its major axis: 0 for a disc or square, near 1 for a line.

    0 without a subject.
    """
    moments = _mask_moments(picture)
    total, difference = moments["mu20"] + moments["mu02"], moments["mu20"] - moments["mu02"]
    if total <= 0:
        return 0.0
    root = float(np.hypot(difference, 2 * moments["mu11"]))
    return subject(picture).trust * float(np.clip(1 - np.sqrt(max(0.0, total - root) / (total + root)), 0, 1))


@shared
def _mask_moments(picture: Picture) -> dict[str, float]:
    return dict(cv2.moments(subject(picture).mask.view(np.uint8), binaryImage=True))


@feature(
    criterion="subject",
    label="closed outline of the subject",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="solidity; Datta et al. 2006, feature 56, of the subject instead of segments",
    version=3,
    rises_with="larger subject",
)
def subject_convexity(picture: Picture) -> float:
    """Mean over the subject's regions of area over area of the convex hull, weighted by area; 0 without a subject.

    1 for convex shapes, smaller the more the outline is indented.
    """
    outlines, _ = cv2.findContours(subject(picture).mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    areas = np.array([cv2.contourArea(outline) for outline in outlines])
    if areas.sum() <= 0:
        return 0.0
    hulls = np.array([cv2.contourArea(cv2.convexHull(outline)) for outline in outlines])
    solid = areas / np.where(hulls > 0, hulls, 1)
    return subject(picture).trust * float(np.clip((solid * areas).sum() / areas.sum(), 0, 1))
