"""Where a picture draws the eye, and the subject that stands there."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels.saliency import barrier_distance, change_along, colour_numbers, mahalanobis, reconstruct
from .picture import FloatPlane, Picture, shared, shrunk

SALIENCY_SIDE = 160
"""Long side, in pixels, at which saliency is computed; finer detail does not move it."""

SMOOTH = 1.2
"""Standard deviation, in pixels at that side, of the Gaussian that the colours are smoothed by."""

LEVELS = 32
"""Steps of saliency among which the threshold of the subject's mask is sought."""

SMALLEST, LARGEST = 0.004, 0.75
"""Shares of the frame between which a subject's mask must lie."""

FOUND, SURE = 0.28, 0.38
"""Distinctness from which a subject counts as found, and from which without a doubt; chosen by eye on photographs:
textures stay below 0.2."""


class Subject(NamedTuple):
    """The salient region that stands for the subject of a picture.

    ``mask`` is a bool array (h, w) at the working scale. ``found`` is False where nothing stands out: the mask is then
    all False, the centroid is the centre of the frame, the box is the whole frame and the area 0. ``centroid`` is
    (x, y) and ``box`` (left, top, right, bottom), both as shares of width and height in [0, 1]; ``area`` is the mask's
    share of the frame and ``regions`` the number of separate ones in it. ``distinctness`` in [0, 1] says how clearly the
    best candidate stands out, and is also given where that is too little for ``found``.

    Between a distinctness of ``FOUND`` and ``SURE`` a subject is doubtful: its ``trust`` grows from 0 to 1, and its
    centroid, box and area from those of none to those of its mask, so that nothing jumps where a subject is just found.
    """

    mask: NDArray[np.bool_]
    found: bool
    centroid: tuple[float, float]
    box: tuple[float, float, float, float]
    area: float
    regions: int
    distinctness: float

    @property
    def trust(self) -> float:
        """How far the subject counts, in [0, 1]; what features of the subject measure is multiplied by it."""
        return min(1.0, max(0.0, (self.distinctness - FOUND) / (SURE - FOUND))) if self.found else 0.0


@shared
def small_lab(picture: Picture) -> FloatPlane:
    """CIE L*a*b* with a long side of ``SALIENCY_SIDE`` pixels, shape (h', w', 3)."""
    height, width = picture.lab.shape[:2]
    scale = SALIENCY_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return shrunk(picture.lab, size[1], size[0])


@shared
def smooth_lab(picture: Picture) -> FloatPlane:
    """``small_lab`` smoothed by a Gaussian of ``SMOOTH``: grain and the blocks of a JPEG else open and close paths."""
    return np.asarray(cv2.GaussianBlur(small_lab(picture), (0, 0), SMOOTH, borderType=cv2.BORDER_REPLICATE))


def _unit(plane: FloatPlane) -> FloatPlane:
    """Divide by the maximum; rounding noise of a flat picture counts as nothing."""
    peak = float(plane.max())
    return plane * np.float32(1 / peak) if peak > 1e-3 else np.zeros_like(plane)


def border_contrast(lab: FloatPlane) -> FloatPlane:
    """How unlike the border's colours each pixel is: the second cue of MB+ (Zhang et al. 2015, section 4).

    For each of the four sides, the Mahalanobis distance to the colours of a strip a tenth of the frame deep, divided by
    its maximum; then the sum of the four less the largest, so that a subject that touches one side still counts.
    """
    height, width = lab.shape[:2]
    deep, wide = max(1, height // 10), max(1, width // 10)
    means, whitenings = [], []
    for strip in (lab[:deep], lab[-deep:], lab[:, :wide], lab[:, -wide:]):
        colours = strip.reshape(-1, 3)
        mean = colours.mean(axis=0, dtype=np.float64).astype(np.float32)
        centred = colours - mean
        # a just visible difference, squared, keeps flat and grey borders from dividing by zero
        spread = centred.T @ centred / len(colours) + 5.0 * np.eye(3)
        means.append(mean)
        whitenings.append(np.linalg.cholesky(np.linalg.inv(spread)))
    distances = mahalanobis(lab, np.array(means, dtype=np.float32), np.array(whitenings, dtype=np.float32))
    units = [_unit(distance) for distance in distances]
    total = units[0] + units[1] + units[2] + units[3]
    return np.asarray(total - np.maximum(np.maximum(units[0], units[1]), np.maximum(units[2], units[3])))


def smooth_regions(plane: FloatPlane) -> FloatPlane:
    """Open and close by reconstruction: levels small bright and dark spots, keeps the outlines of what is left.

    The brush grows with the square root of the map's mean, as in Zhang et al. 2015 (alpha 50 for a long side of 300).
    """
    half = 25 / 300 * SALIENCY_SIDE * float(np.sqrt(plane.mean()))
    opened = reconstruct(_eroded(plane, half), plane)
    return -reconstruct(_eroded(-opened, half), -opened)


def _eroded(plane: FloatPlane, half: float) -> FloatPlane:
    """Erosion by a square brush of ``2 half + 1`` pixels; between the two nearest where ``half`` is no whole number."""
    smaller = int(half)
    part = np.float32(half - smaller)
    narrow, wide = (
        np.asarray(cv2.erode(plane, np.ones((2 * size + 1,) * 2, dtype=np.uint8))) for size in (smaller, smaller + 1)
    )
    return narrow + part * (wide - narrow)


def centre_prior(height: int, width: int) -> FloatPlane:
    """1 in the middle of the frame, falling to exp(-1/2) in the corners along a Gaussian."""
    y = np.linspace(-1, 1, height) if height > 1 else np.zeros(1)
    x = np.linspace(-1, 1, width) if width > 1 else np.zeros(1)
    return np.exp(-(y[:, None] ** 2 + x[None, :] ** 2) / 4).astype(np.float32)


@shared
def small_saliency(picture: Picture) -> FloatPlane:
    """The map of ``saliency`` at a long side of ``SALIENCY_SIDE`` pixels."""
    lab = smooth_lab(picture)
    height, width = lab.shape[:2]
    barrier = barrier_distance(lab, 2)
    combined = _unit(_unit(barrier[..., 0] + barrier[..., 1] + barrier[..., 2]) + _unit(border_contrast(lab)))
    prior = centre_prior(height, width)
    centred = _unit(smooth_regions(combined) * prior)
    low, high = 1 / (1 + np.exp(5.0)), 1 / (1 + np.exp(-5.0))
    enhanced = (1 / (1 + np.exp(-10 * (centred - np.float32(0.5)))) - low) / (high - low)
    return _unit(np.maximum(enhanced, 0).astype(np.float32))


@shared
def spectral_residual(picture: Picture) -> FloatPlane:
    """Saliency by spectral residual (Hou & Zhang 2007), float32 in [0, 1], shape (64, 64): unusual detail.

    The luma is shrunk to 64 x 64 whatever its shape; R = log amplitude spectrum less its 3 x 3 mean, and the map is the
    squared modulus of the inverse transform of exp(R + i phase), smoothed by a Gaussian of 2.5 pixels. It sees detail,
    where ``saliency`` sees regions. A flat picture has 0 everywhere.
    """
    small = shrunk(picture.luma, 64, 64)
    if float(small.max() - small.min()) < 1e-4:
        return np.zeros((64, 64), dtype=np.float32)
    spectrum = np.fft.fft2(small)
    size = np.abs(spectrum)
    amplitude = size + 1e-6
    around = np.log(amplitude)
    for axis in (0, 1):
        around = around + np.roll(around, 1, axis) + np.roll(around, -1, axis)
    phase = np.where(size > 0, spectrum, 1) / np.where(size > 0, size, 1)
    back = np.fft.ifft2(amplitude * np.exp(around / -9) * phase)
    return _unit(cv2.GaussianBlur((np.abs(back) ** 2).astype(np.float32), (0, 0), 2.5))


@shared
def saliency(picture: Picture) -> FloatPlane:
    """Saliency map, float32 in [0, 1], shape (h, w): what differs from the border and is cut off from it.

    Minimum barrier distance to the frame's border, summed over L*, a*, b*, plus the contrast with the border's colours;
    smoothed to regions, weighted towards the centre and stretched by a sigmoid (MB+: Zhang et al. 2015, "Minimum
    barrier salient object detection at 80 FPS"). The maximum is 1; a flat picture has 0 everywhere.
    """
    height, width = picture.lab.shape[:2]
    plane = cv2.resize(small_saliency(picture), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(plane)


def separation(joint: NDArray[np.integer]) -> NDArray[np.float64]:
    r"""How well a pixel's colour tells on which side of each threshold of saliency it lies.

    .. math:: U(M | C) = I(M; C) / H(M)

    with M whether the pixel is in the mask and C its colour cell: 0 where mask and rest share their colours (a texture
    cut at random), 1 where they share none.

    Parameters
    ----------
    joint : ndarray, shape (levels, cells)
        Number of pixels by level of saliency and colour cell.

    Returns
    -------
    ndarray, shape (levels - 1,)
        For the masks "level at least 1", "at least 2" and so on.
    """
    total = joint.sum()
    inside = joint[::-1].cumsum(axis=0)[::-1][1:] / total
    outside = joint.sum(axis=0) / total - inside

    def entropy(p: NDArray[np.float64]) -> NDArray[np.float64]:
        return -(p * np.log2(np.where(p > 0, p, 1)))

    of_mask = entropy(inside.sum(axis=1)) + entropy(outside.sum(axis=1))
    of_colour = entropy(inside + outside).sum(axis=1)
    of_both = entropy(inside).sum(axis=1) + entropy(outside).sum(axis=1)
    return np.where(of_mask > 0, (of_mask + of_colour - of_both) / np.where(of_mask > 0, of_mask, 1), 0)


def _whole(binary: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Fill the holes of a mask and keep its components of at least a fifth of the largest's area; also their number."""
    outlines, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(binary)
    if not outlines:
        return filled, 0
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(filled, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    kept = areas >= 0.2 * areas.max()
    return kept[labels].astype(np.uint8), int(kept.sum())


def _edge_support(mask: NDArray[np.uint8], lab: FloatPlane) -> float:
    """Share of a mask's outline, off the frame's border, along which the colour changes visibly.

    A change by 6 Lab units within two pixels does not count, one by 18 counts in full.
    """
    outline = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), dtype=np.uint8)
    change = change_along(lab, outline, 2)
    return float(np.clip((change - 6) / 12, 0, 1).mean()) if change.size else 0.0


@shared
def subject(picture: Picture) -> Subject:
    """The region of the picture that stands out.

    Each threshold of the saliency map votes by how well the colours tell its mask from the rest (``separation``), with
    a mild preference ``a**0.25 * (1 - a)**0.5`` for masks of about a third of the frame, to the fourth power; the
    median vote is taken, which small changes of the picture hardly move. Holes are filled, and
    small fragments dropped. The mask counts as a subject where its separation, times the share of its outline that
    follows a visible change of colour, reaches ``FOUND``: textures, empty skies and noise do not.
    """
    height, width = picture.lab.shape[:2]
    nothing = Subject(np.zeros((height, width), dtype=bool), False, (0.5, 0.5), (0.0, 0.0, 1.0, 1.0), 0.0, 0, 0.0)
    small, lab = small_saliency(picture), smooth_lab(picture)
    numbers, cells = colour_numbers(lab)
    levels = (small * (LEVELS - 1e-3)).astype(np.int64)
    joint = np.bincount((levels * cells + numbers).ravel(), minlength=LEVELS * cells).reshape(LEVELS, cells)
    shares = joint.sum(axis=1)[::-1].cumsum()[::-1][1:] / small.size
    scores = np.where((shares >= SMALLEST) & (shares <= LARGEST), separation(joint), 0)
    votes = ((scores * shares**0.25 * np.sqrt(1 - shares)) ** 4).cumsum()
    if votes[-1] <= 0:
        return nothing
    # Level i says "saliency of at least (i + 1) / LEVELS"; the median lies between two of them.
    median = float(np.interp(votes[-1] / 2, np.concatenate([[0.0], votes]), np.arange(LEVELS) - 0.5))
    separated = float(np.interp(median, np.arange(LEVELS - 1), scores))
    coarse, count = _whole((small * (LEVELS - 1e-3) > median + 1).astype(np.uint8))
    distinctness = float(np.clip(separated * _edge_support(coarse, small_lab(picture)), 0, 1))
    if distinctness < FOUND:
        return nothing._replace(distinctness=distinctness)
    mask = cv2.resize(cv2.GaussianBlur(coarse.astype(np.float32), (0, 0), 1.5), (width, height)) > 0.5
    if not mask.any() or mask.all():
        return nothing
    across, down = (cv2.reduce(mask.view(np.uint8), axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() for axis in (0, 1))
    columns, rows = np.flatnonzero(across), np.flatnonzero(down)
    pixels = float(across.sum())
    sure = nothing._replace(mask=mask, found=True, regions=count, distinctness=distinctness)
    trust = sure.trust
    x, y = float(across @ np.arange(0.5, width)) / pixels / width, float(down @ np.arange(0.5, height)) / pixels / height
    centroid = (0.5 + trust * (x - 0.5), 0.5 + trust * (y - 0.5))
    box = (
        float(trust * columns[0] / width),
        float(trust * rows[0] / height),
        float(1 - trust * (1 - (columns[-1] + 1) / width)),
        float(1 - trust * (1 - (rows[-1] + 1) / height)),
    )
    return sure._replace(centroid=centroid, box=box, area=trust * pixels / mask.size)
