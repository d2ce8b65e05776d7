"""Features of Luo & Tang 2008 on the subject region of the paper: where the picture is not blurred.

They complete the named set ``luo2008`` (see ``sets``) and are left out of ``"all"``, whose features of the subject rest
on saliency instead. All is measured at half the working scale (long side 256).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .picture import FloatPlane, Picture, shared

LUO = "Luo & Tang 2008"

BLURS = (1, 3, 5, 9, 15, 25, 49)
"""Sides of the box blurs whose derivative statistics are compared; the paper takes every side from 1 to 50."""
WINDOW = 11
"""Side of the window over which the likelihood of a blur is gathered."""
ENERGY = 0.9
"""Share of the clear pixels that the subject's box holds along each axis: the paper's alpha."""
CLEAR = 0.2
"""Share of the largest amplitude above which a frequency counts as clear: the paper's beta."""

REGION = "on the region in focus, which is the whole frame in a picture sharp throughout; "


class ClearRegion(NamedTuple):
    """The subject as Luo & Tang see it, at half the working scale: a box of rows and columns, and a centroid.

    The centroid (x, y), in shares of width and height, is that of the clear pixels inside the box.
    """

    rgb: NDArray[np.uint8]
    luma: FloatPlane
    rows: slice
    columns: slice
    centroid: tuple[float, float]


def _derivatives(luma: FloatPlane) -> list[NDArray[np.int64]]:
    """Central differences along x and along y, in code values over two pixels, raised by 255 to lie in 0..510."""
    planes = (cv2.Sobel(luma, cv2.CV_32F, dx, 1 - dx, ksize=1, scale=255, borderType=cv2.BORDER_REFLECT) for dx in (1, 0))
    return [np.rint(np.clip(plane, -255, 255)).astype(np.int64) + 255 for plane in planes]


def clear_pixels(luma: FloatPlane) -> NDArray[np.bool_]:
    """Pixels around which the picture's own derivatives are the likeliest, and not those of a blurred copy.

    After Levin 2006: p_k is the distribution of the derivatives of the picture blurred by a box of side k, and l_k the
    sum over a window of log p_k of the picture's derivatives there; a pixel is clear where l_1 is the largest. In a
    picture without variation no pixel is clear.
    """
    seen = _derivatives(luma)
    likelihoods = []
    for side in BLURS:
        score = np.zeros(luma.shape, np.float32)
        blurred = np.asarray(cv2.blur(luma, (side, side), borderType=cv2.BORDER_REFLECT))
        for values, model in zip(seen, _derivatives(blurred), strict=True):
            # One more of each value, so that what no blurred copy shows is unlikely and not impossible.
            counts = np.bincount(model.ravel(), minlength=511) + 1.0
            score += np.log(counts / counts.sum()).astype(np.float32)[values]
        likelihoods.append(np.asarray(cv2.blur(score, (WINDOW, WINDOW), borderType=cv2.BORDER_REFLECT)))
    own, *others = likelihoods
    return np.asarray(own > np.maximum.reduce(others) + np.float32(1e-4))


def _middle(mass: NDArray[np.float64]) -> slice:
    """The positions that hold the middle ``ENERGY`` of the mass; all where there is none."""
    if mass.sum() <= 0:
        return slice(0, mass.size)
    held = np.cumsum(mass) / mass.sum()
    first, last = np.searchsorted(held, [(1 - ENERGY) / 2 + 1e-9, (1 + ENERGY) / 2 - 1e-9])
    return slice(int(first), int(last) + 1)


@shared
def clear_region(picture: Picture) -> ClearRegion:
    """Box around the middle nine tenths of the clear pixels of each axis; the whole frame where nothing is clear."""
    height, width = picture.rgb.shape[:2]
    size = (max(1, round(width / 2)), max(1, round(height / 2)))
    rgb = np.asarray(cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    luma = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2GRAY))
    clear = clear_pixels(luma).astype(np.float64)
    rows, columns = _middle(clear.sum(axis=1)), _middle(clear.sum(axis=0))
    inside = clear[rows, columns]
    if inside.sum() == 0:
        inside = np.ones_like(inside)
    y = float(inside.sum(axis=1) @ (np.arange(rows.start, rows.stop) + 0.5)) / float(inside.sum()) / clear.shape[0]
    x = float(inside.sum(axis=0) @ (np.arange(columns.start, columns.stop) + 0.5)) / float(inside.sum()) / clear.shape[1]
    return ClearRegion(rgb, luma, rows, columns, (x, y))


def _clear_share(luma: FloatPlane) -> float:
    """Share of the Fourier coefficients above ``CLEAR`` times the largest; 0 for black."""
    amplitude = np.abs(np.fft.rfft2(luma))
    weight = np.full(amplitude.shape[1], 2.0)
    weight[0] = 1
    if luma.shape[1] % 2 == 0:
        weight[-1] = 1
    peak = float(amplitude.max())
    return float(np.count_nonzero(amplitude > CLEAR * peak, axis=0) @ weight) / luma.size if peak > 0 else 0.0


@feature(
    criterion="subject",
    label="clarity of the clear region over the frame",
    unit="ratio",
    range=(0, math.inf),
    direction="neutral",
    reference=f"{LUO}, section 3.1, f_c",
    compatibility=REGION + "and the mean counts as a frequency, next to which few others reach a fifth of the largest, so "
    "that it mostly tells how small the region is; use subject_focus_contrast",
)
def luo_clarity_contrast(picture: Picture) -> float:
    r"""Density of clear frequencies in the subject's box over that in the frame.

    .. math:: f_c = \frac{|M_R| / |R|}{|M_I| / |I|}, \quad M_X = \{(u, v) : |F_X(u, v)| > 0.2 \max |F_X|\}

    with F_X the Fourier transform of the luma of X, its mean included. 1 where the box is the frame; 0 if the box is
    black, 1 if the frame is.
    """
    found = clear_region(picture)
    frame = _clear_share(found.luma)
    return _clear_share(np.ascontiguousarray(found.luma[found.rows, found.columns])) / frame if frame > 0 else 1.0


def _inside(found: ClearRegion) -> NDArray[np.uint8]:
    mask = np.zeros(found.luma.shape, np.uint8)
    mask[found.rows, found.columns] = 1
    return mask


@feature(
    criterion="subject",
    label="lighting contrast of the clear region",
    unit="natural log of a ratio",
    range=(0, 5.55),
    direction="neutral",
    reference=f"{LUO}, section 3.2, f_l",
    compatibility=REGION + "use subject_lighting_contrast and backlight",
)
def luo_lighting_contrast(picture: Picture) -> float:
    """|ln(B_s / B_b)| of the mean luma inside and outside the subject's box, each raised by 1/255 against black.

    0 where the box is the frame.
    """
    found = clear_region(picture)
    mask = _inside(found)
    if mask.all():
        return 0.0
    inside, outside = cv2.mean(found.luma, mask)[0], cv2.mean(found.luma, 1 - mask)[0]
    return min(5.55, abs(math.log((inside + 1 / 255) / (outside + 1 / 255))))


@feature(
    criterion="subject",
    label="colours outside the clear region",
    unit="percent of bins",
    range=(0, 100),
    direction="neutral",
    reference=f"{LUO}, section 3.3, f_s",
    compatibility=REGION + "0, the simplest, where no background is left; use background_simplicity",
)
def luo_simplicity(picture: Picture) -> float:
    r"""How many colours stand outside the subject's box: small is simple.

    .. math:: f_s = 100 \cdot |\{i : H(i) \ge 0.01 \max H\}| / 4096

    with H the histogram of 16 x 16 x 16 RGB bins. 100 / 4096 for one colour, 0 where the box is the frame.
    """
    found = clear_region(picture)
    histogram = cv2.calcHist([found.rgb], [0, 1, 2], 1 - _inside(found), [16, 16, 16], [0, 256] * 3)
    peak = float(histogram.max())
    return float(100 * (histogram >= 0.01 * peak).sum() / histogram.size) if peak > 0 else 0.0


@feature(
    criterion="composition",
    label="clear region away from the power points",
    unit="share of width and height",
    range=(0, math.sqrt(2) / 3),
    direction="neutral",
    reference=f"{LUO}, section 3.5, f_m",
    compatibility=REGION + "use power_point_distance",
)
def luo_composition_geometry(picture: Picture) -> float:
    """Distance of the clear pixels' centroid to the nearest power point, min sqrt((cx - px)^2 + (cy - py)^2).

    Coordinates are shares of width and height, power points lie at thirds. 0.236 for a centred subject, as for none.
    """
    across, down = (min(abs(place - 1 / 3), abs(place - 2 / 3)) for place in clear_region(picture).centroid)
    return math.hypot(across, down)
