"""Orientation of edges: entropies (Redies 2017), pyramid of histograms (Redies 2012, Braun 2013), flow."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .kernels.pattern import orientation_cells, strongest_gradient
from .kernels.pattern_orientation import count_relative_orientations, strongest_orientation, strongest_places
from .pattern_planes import entropy_bits, grey, half_grey, lab_bytes, reduced
from .picture import FloatPlane, Picture, shared, shrunk

EDGE_PIXELS = 120_000
"""Number of pixels of the picture in which Redies 2017 looks for edges."""
ORIENTATIONS = 24
STRONGEST = 10_000
SAMPLED = 800
"""Edges between which relative orientations are counted: a deterministic sample of the strongest ones."""
RING, NEAREST, FARTHEST = 20, 20, 240
"""Width of a ring of distances, and the distances in pixels from which and up to which pairs count."""


class _EdgeMap(NamedTuple):
    """Strength (0..255 scale) and orientation (0..23, in steps of 15 degrees) of the edge at every pixel."""

    strength: FloatPlane
    orientation: NDArray[np.uint8]


class _Edges(NamedTuple):
    """The strongest edges, in raster order: where they are, how strong, and how oriented."""

    x: NDArray[np.int32]
    y: NDArray[np.int32]
    strength: NDArray[np.float64]
    orientation: NDArray[np.int32]


@functools.lru_cache(maxsize=1)
def _gabor_factors() -> list[tuple[FloatPlane, FloatPlane, FloatPlane, FloatPlane]]:
    """Sine and cosine parts, across and down, of odd Gabors at 0, 30, 60 and 90 degrees; each times a Gaussian.

    1/8 cycle per pixel and a bandwidth of four octaves give sigma = 1.70 pixels, so 13 taps hold the published 31.
    """
    frequency = 1 / 8
    sigma = math.sqrt(math.log(2) / 2) * (2**4 + 1) / (2**4 - 1) / (math.pi * frequency)
    t = np.arange(-6, 7)
    bell = np.exp(-(t**2) / (2 * sigma**2))
    factors = []
    for step in range(4):
        across = 2 * math.pi * frequency * math.sin(step * math.pi / 6) * t
        down = 2 * math.pi * frequency * math.cos(step * math.pi / 6) * t
        parts = (np.sin(across), np.cos(across), np.sin(down), np.cos(down))
        factors.append(tuple((bell * part).astype(np.float32) for part in parts))
    return factors


@functools.lru_cache(maxsize=1)
def _steering() -> FloatPlane:
    """Weights (12, 6) that turn ``_gabor_responses`` into the responses at 0, 15, ... 165 degrees.

    The response of an odd filter of this size holds the angular harmonics 1, 3 and 5 only, which six angles
    determine.
    """

    def harmonics(step: float) -> NDArray[np.float64]:
        angles = np.arange(0, 180, step) * math.pi / 180
        waves = [wave(m * angles) for m in (1, 3, 5) for wave in (np.cos, np.sin)]
        return np.array(waves).T

    # The responses at 0, 30, ... 150 degrees from the six products.
    angles = np.zeros((6, 6))
    angles[0, 0] = angles[3, 5] = 1
    for step in (1, 2):
        angles[[step, 6 - step], 2 * step - 1] = 1
        angles[[step, 6 - step], 2 * step] = 1, -1
    return np.asarray(harmonics(15) @ np.linalg.inv(harmonics(30)) @ angles, dtype=np.float32)


def _gabor_responses(plane: FloatPlane) -> FloatPlane:
    """Responses of ``plane`` to products of sines and cosines whose sums and differences are odd Gabors, (6, pixels).

    At 0 degrees there is one product, at 30 and 60 degrees two each, whose difference is the Gabor at 150 and 120
    degrees, and at 90 degrees one.
    """
    responses = np.empty((6, *plane.shape), np.float32)
    pairs = []
    for step, (sin_x, cos_x, sin_y, cos_y) in enumerate(_gabor_factors()):
        pairs += [(sin_x, cos_y)] if step > 0 else []
        pairs += [(cos_x, sin_y)] if step < 3 else []
    for response, (across, down) in zip(responses, pairs, strict=True):
        cv2.sepFilter2D(plane, cv2.CV_32F, across, down, dst=response, borderType=cv2.BORDER_REFLECT)
    return responses.reshape(6, -1)


@shared
def edge_map(picture: Picture) -> _EdgeMap:
    """Strongest of 24 odd Gabor responses at each pixel of the luma (0..255), resized to 120,000 pixels."""
    height, width = picture.luma.shape
    scale = math.sqrt(EDGE_PIXELS / (height * width))
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    if scale < 1:
        plane = shrunk(grey(picture), size[1], size[0]).astype(np.float32)
    else:
        plane = np.asarray(cv2.resize(picture.luma, size, interpolation=cv2.INTER_LINEAR)) * np.float32(255)
    strength, orientation = strongest_orientation(_gabor_responses(plane), _steering())
    return _EdgeMap(strength.reshape(plane.shape), orientation.reshape(plane.shape))


@shared
def _strongest_edges(picture: Picture) -> _Edges:
    """The 10,000 strongest edges (a few more, from a histogram of 4096 bins), those below rounding left out."""
    strength, orientation = edge_map(picture)
    places = strongest_places(strength.ravel(), STRONGEST, 0.5)
    y, x = np.divmod(places, np.int32(strength.shape[1]))
    return _Edges(x, y, strength.ravel()[places].astype(np.float64), orientation.ravel()[places].astype(np.int32))


@feature(
    criterion="pattern",
    label="edge density",
    unit="mean Gabor response, 0-255 scale",
    range=(0, 1000),
    direction="neutral",
    reference="Redies, Brachmann, Wagemans 2017, Vision Research 133",
)
def gabor_edge_density(picture: Picture) -> float:
    """Mean over all pixels of the strongest response to 24 odd Gabors (1/8 cycle per pixel, at 120,000 pixels).

    Little in skies and blur, much in foliage and facades. Flat pictures give 0.
    """
    return float(cv2.mean(edge_map(picture).strength)[0])


@feature(
    criterion="pattern",
    label="variety of edge orientations",
    unit="bits",
    range=(0, math.log2(ORIENTATIONS)),
    direction="neutral",
    reference="Redies, Brachmann, Wagemans 2017, Vision Research 133, first-order entropy",
)
def edge_orientation_entropy(picture: Picture) -> float:
    """Entropy of the histogram of 24 orientations of the 10,000 strongest edges, weighted by strength.

    At most log2 24 = 4.58 bits, when all orientations are equally common; low when few directions rule, as in
    architecture. Pictures without edges give 0.
    """
    edges = _strongest_edges(picture)
    return min(math.log2(ORIENTATIONS), float(entropy_bits(np.bincount(edges.orientation, edges.strength, ORIENTATIONS))))


@functools.lru_cache(maxsize=1)
def _places() -> NDArray[np.int16]:
    """Ring and direction (of 48) of the offset [dy, dx + FARTHEST], as ``count_relative_orientations`` takes them; one
    ring more takes distances not counted.
    """
    reach, directions = FARTHEST, 2 * ORIENTATIONS
    dy, dx = np.mgrid[0 : reach + 1, -reach : reach + 1]
    distance = np.rint(np.hypot(dy, dx)).astype(int)
    direction = np.rint(np.arctan2(dy, dx) / (2 * math.pi) * directions).astype(int) % directions
    counted = (distance >= NEAREST) & (distance < FARTHEST)
    ring = np.where(counted, (distance - NEAREST) // RING, (FARTHEST - NEAREST) // RING)
    return ((ring * 2 * directions + direction) * ORIENTATIONS).astype(np.int16)


def _seen_from_both(counts: NDArray[np.int32]) -> NDArray[np.int32]:
    """Counts of pairs seen from their first edge, plus the same pairs seen from their second.

    A pair in direction a with relative orientation r is, from its other edge, in direction a + 180 degrees + 2 r
    (in steps of 1/48) with relative orientation -r.
    """
    directions = np.arange(2 * ORIENTATIONS)[:, None]
    relative = np.arange(ORIENTATIONS)[None, :]
    turned = (directions - ORIENTATIONS - 2 * ((-relative) % ORIENTATIONS)) % (2 * ORIENTATIONS)
    return counts + counts[:, turned, (-relative) % ORIENTATIONS]


@feature(
    criterion="pattern",
    label="independence of edge orientations across the picture",
    unit="bits",
    range=(0, math.log2(ORIENTATIONS)),
    direction="neutral",
    reference="Redies, Brachmann, Wagemans 2017, Vision Research 133, second-order entropy",
    version=2,
)
def edge_orientation_entropy_pairs(picture: Picture) -> float:
    r"""Mean entropy of the orientation of one edge relative to another, over distances and directions between them.

    Pairs of strong edges 20..240 pixels apart (at 120,000 pixels) fall into rings of distance and 48 directions
    relative to the first edge's orientation; each holds a histogram of 24 relative orientations. The value is the
    mean over rings of the mean over directions of its entropy. High where one edge says little of the others
    (foliage, art), low where lines continue, run parallel or repeat. The published measure takes all 10^8 pairs of
    10,000 edges and rings of one pixel; here 800 of these edges are drawn at equal steps of accumulated strength,
    so that pairs need no weight, rings are 20 pixels wide, and the entropies are freed of the bias of counting
    (Miller & Madow: + (occupied bins - 1) / (2 N ln 2)). Histograms of fewer than 24 pairs are left out; pictures
    without any give 0.
    """
    edges = _strongest_edges(picture)
    if edges.x.size == 0:
        return 0.0
    accumulated = np.cumsum(edges.strength)
    aims = (np.arange(SAMPLED) + 0.5) / SAMPLED * accumulated[-1]
    drawn = np.unique(np.searchsorted(accumulated, aims))
    rings = (FARTHEST - NEAREST) // RING
    sample = (edges.x[drawn], edges.y[drawn], edges.orientation[drawn])
    counts = _seen_from_both(count_relative_orientations(*sample, _places(), rings, ORIENTATIONS))
    pairs = counts.sum(axis=2)
    enough = pairs >= ORIENTATIONS
    if not enough.any():
        return 0.0
    bias = ((counts > 0).sum(axis=2) - 1) / (2 * math.log(2) * np.maximum(pairs, 1))
    entropies = np.where(enough, np.minimum(entropy_bits(counts) + bias, math.log2(ORIENTATIONS)), 0)
    used = enough.sum(axis=1)
    return float((entropies.sum(axis=1)[used > 0] / used[used > 0]).mean())


class _Pyramid(NamedTuple):
    """Histograms of 16 gradient directions: of the whole picture, and per level 1-3 of its (2**level)**2 cells."""

    whole: NDArray[np.float64]
    levels: list[NDArray[np.float64]]
    mean: float


@shared
def orientation_pyramid(picture: Picture) -> _Pyramid:
    """Pyramid of histograms of oriented gradients (PHOG) of the Lab picture, strongest channel per axis."""
    across, down = strongest_gradient(lab_bytes(picture))
    height, width = across.shape
    cells = orientation_cells(across, down, _borders(height, 8), _borders(width, 8))
    levels = [cells]
    for _ in range(2):
        finer = levels[0]
        levels.insert(0, finer[0::2, 0::2] + finer[1::2, 0::2] + finer[0::2, 1::2] + finer[1::2, 1::2])
    whole = cells.sum(axis=(0, 1))
    return _Pyramid(whole, [level.reshape(-1, 16) for level in levels], float(whole.sum()) / (height * width))


@functools.lru_cache(maxsize=32)
def _borders(size: int, parts: int) -> NDArray[np.int64]:
    return np.rint(np.linspace(0, size, parts + 1)).astype(np.int64)


@feature(
    criterion="pattern",
    label="self-similarity",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Amirshahi, Koch, Denzler, Redies 2012; Braun, Amirshahi, Denzler, Redies 2013 (PHOG)",
    version=2,
)
def phog_self_similarity(picture: Picture) -> float:
    r"""How much the parts resemble the whole in the directions and strength of their gradients.

    .. math:: \frac{1}{3} \sum_{l=1}^{3} \underset{c}{\text{median}} \
       \sum_b \min(\hat h_b, \hat h^c_b) \cdot \frac{\min(m, m_c)}{\max(m, m_c)}

    with h the histogram of the whole picture, h^c that of cell c of the 2^l x 2^l cells of level l, hats for sums
    of 1, and m, m_c the total strength per area. 1 for an even texture, near 0 for a small object on a plain
    ground. Flat pictures give 0.
    """
    whole, levels, _ = orientation_pyramid(picture)
    total = whole.sum()
    if total <= 0:
        return 0.0
    medians = []
    for cells in levels:
        sums = cells.sum(axis=1)
        shares = cells / np.where(sums > 0, sums, 1)[:, None]
        alike = np.minimum(shares, whole / total).sum(axis=1)
        strength = sums * len(cells) / total
        ratio = np.where(strength > 1, 1 / np.maximum(strength, 1), strength)
        medians.append(float(np.median(alike * ratio)))
    return min(1.0, sum(medians) / len(medians))


@feature(
    criterion="pattern",
    label="complexity",
    unit="mean gradient, 0-255 scale",
    range=(0, 361),
    direction="unimodal",
    reference="Redies, Amirshahi, Koch, Denzler 2012; Braun et al. 2013 (PHOG)",
    version=2,
)
def phog_complexity(picture: Picture) -> float:
    """Mean size of the gradient of the Lab picture (each axis from the channel that changes most, bytes per pixel).

    0 for a flat picture, 3-5 for skies and portraits on plain ground, 20 and more for foliage, gravel and crowds.
    """
    return orientation_pyramid(picture).mean


@feature(
    criterion="pattern",
    label="anisotropy of gradients",
    unit="1",
    range=(0, math.sqrt(15) / 16),
    direction="neutral",
    reference="Redies, Amirshahi, Koch, Denzler 2012; Braun et al. 2013 (PHOG), times 85",
    version=2,
)
def phog_anisotropy(picture: Picture) -> float:
    """Standard deviation of all 16 x 64 shares of gradient directions in the cells of level 3.

    0 if every part of the picture holds all directions alike, high if few directions rule each part: architecture,
    stripes. The published value divides by the 85 cells of all levels. Flat cells count as 16 shares of 0.
    """
    cells = orientation_pyramid(picture).levels[-1]
    sums = cells.sum(axis=1, keepdims=True)
    return min(math.sqrt(15) / 16, float((cells / np.where(sums > 0, sums, 1)).std()))


@feature(
    criterion="pattern",
    label="likeness of directions across scales",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="after Amirshahi et al. 2012, between scales instead of parts",
    version=2,
)
def orientation_scale_similarity(picture: Picture) -> float:
    """Mean overlap of the histogram of gradient directions with that of the picture at 1/2, 1/4 and 1/8 of its size.

    1 if coarse and fine structure run in the same directions. Flat pictures give 0.
    """
    whole = orientation_pyramid(picture).whole
    if whole.sum() <= 0:
        return 0.0
    overlaps = []
    planes = lab_bytes(picture)
    for _ in range(3):
        planes = np.stack([reduced(plane, 2) for plane in planes])
        across, down = strongest_gradient(planes)
        height, width = across.shape
        histogram = orientation_cells(across, down, _borders(height, 1), _borders(width, 1))[0, 0]
        share = histogram / max(histogram.sum(), 1e-12)
        overlaps.append(float(np.minimum(share, whole / whole.sum()).sum()))
    return min(1.0, sum(overlaps) / len(overlaps))


@feature(
    criterion="pattern",
    label="local flow of lines",
    unit="1",
    range=(0, 1),
    direction="neutral",
    reference="Bigun, Granlund 1987 (structure tensor coherence)",
)
def line_coherence(picture: Picture) -> float:
    r"""Coherence of the structure tensor of the half-scale luma, weighted by energy.

    .. math:: \sum \sqrt{(J_{xx} - J_{yy})^2 + 4 J_{xy}^2} / \sum (J_{xx} + J_{yy})

    with J averaged over squares of 13 x 13 pixels (26 at the working scale). Near 1 where gradients agree with
    their neighbours: long clean lines and curves, hair, water; near 0 for corners, foliage and grain. Flat pictures
    give 0.
    """
    plane = half_grey(picture)
    # Whole numbers throughout, which double precision sums without rounding: OpenCV adds them up in an order of its own.
    x, y = (np.asarray(cv2.Sobel(plane, cv2.CV_64F, *d, ksize=3, borderType=cv2.BORDER_REPLICATE)) for d in ((1, 0), (0, 1)))
    xx, xy, yy = (cv2.boxFilter(product, cv2.CV_64F, (13, 13), normalize=False) for product in (x * x, x * y, y * y))
    energy = float(xx.sum() + yy.sum())
    if energy <= 1e-3:
        return 0.0
    across = xx - yy
    return min(1.0, float(np.sqrt(across * across + 4 * (xy * xy)).sum()) / energy)
