"""The subject and its background as two regions of the working scale, and the planes that are compared between them."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .kernels.subject import means_within
from .picture import FloatPlane, Picture, shared
from .saliency import subject

MARGIN = 9
"""Width, in pixels of the working scale, of the ring around the subject that counts to neither region: what is blurred
there may be either's."""

SILENCE = 1 / 255
"""Detail below one code value is taken for noise and rounding."""


class Regions(NamedTuple):
    """Masks of 0 and 1, uint8 (h, w): the subject, and the rest less a margin around the subject.

    Without a subject, ``subject`` is empty and ``background`` the whole frame. ``trust`` is the subject's: what compares
    the two is multiplied by it, so that it does not jump where a subject is just found.
    """

    subject: NDArray[np.uint8]
    background: NDArray[np.uint8]
    found: bool
    trust: float


class Detail(NamedTuple):
    """Local detail of the luma, float32 (h, w), in [0, 1]: of about 3 pixels (``fine``) and of about 6 (``coarse``)."""

    fine: FloatPlane
    coarse: FloatPlane


class Means(NamedTuple):
    """Means over one region: of L*, a*, b*, of saturation and luma, of fine and coarse detail, and of the gradient."""

    lab: NDArray[np.float64]
    saturation: float
    luma: float
    fine: float
    coarse: float
    gradient: float


@shared
def regions(picture: Picture) -> Regions:
    """Subject and background; where the margin would leave no background, the margin is left out."""
    found = subject(picture)
    inside = found.mask.view(np.uint8)
    if not found.found:
        return Regions(inside, np.ones_like(inside), False, 0.0)
    grown = cv2.dilate(inside, np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8))
    background = 1 - grown if not grown.all() else 1 - inside
    return Regions(inside, background, True, found.trust)


@shared
def detail(picture: Picture) -> Detail:
    """Difference of the smoothed luma from its 5x5 mean, and of that mean from its own 13x13 mean, less ``SILENCE``.

    The Gaussian of one pixel takes away what only pictures far larger than the working scale still show there.
    """
    luma = cv2.GaussianBlur(picture.luma, (0, 0), 1)
    near = cv2.blur(luma, (5, 5))
    wide = cv2.blur(near, (13, 13))
    fine = cv2.max(cv2.absdiff(luma, near) - np.float32(SILENCE), 0)
    coarse = cv2.max(cv2.absdiff(near, wide) - np.float32(SILENCE), 0)
    return Detail(np.asarray(fine), np.asarray(coarse))


def focus_shares(fine: FloatPlane, coarse: FloatPlane) -> FloatPlane:
    """Fine detail as a share of fine and coarse together: falls with blur, whatever the contrast.

    Both are raised by a code value altogether, so that next to no detail counts as smooth and not as sharp.
    """
    return fine / (fine + coarse + np.float32(SILENCE))


def focus_share(means: Means) -> float:
    """The focus share (see ``focus_shares``) of a region."""
    return means.fine / (means.fine + means.coarse + SILENCE)


def relative_difference(first: float, second: float) -> float:
    """(a - b) / (a + b) of two values that are not negative, in [-1, 1]; 0 where both are 0."""
    total = first + second
    return (first - second) / total if total > 0 else 0.0


@shared
def _means(picture: Picture) -> tuple[Means, Means]:
    masks, local = regions(picture), detail(picture)
    saturation = cv2.extractChannel(picture.hsv, 1)
    planes = (saturation, picture.luma, local.fine, local.coarse, picture.gradient.magnitude)
    inside, outside = zip(*(means_within(plane, masks.subject, masks.background) for plane in planes), strict=True)
    lab, other_lab = (np.array(cv2.mean(picture.lab, mask)[:3]) for mask in (masks.subject, masks.background))
    return Means(lab, *inside), Means(other_lab, *outside)


def subject_means(picture: Picture) -> Means:
    """Means over the subject; all 0 without one."""
    return _means(picture)[0]


def background_means(picture: Picture) -> Means:
    """Means over the background; over the whole frame where there is no subject."""
    return _means(picture)[1]
