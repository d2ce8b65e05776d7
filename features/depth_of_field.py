"""Features of the criterion ``subject`` that see the depth of field: where in the frame the picture is sharp."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import family, feature
from .kernels.subject import halved
from .picture import FloatPlane, Picture, shared, shrunk
from .subject_regions import detail, focus_shares, regions

DB2 = np.array([-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025], dtype=np.float32)
"""Low-pass analysis filter of Daubechies' wavelet with two vanishing moments."""

HIGH = DB2[::-1] * np.array([-1, 1, -1, 1], dtype=np.float32)
"""Its high-pass analysis filter."""

CELL = 16
"""Side, in pixels of the working scale, of the cells that are judged clear or blurred."""

BLURRED, CLEAR = 0.08, 0.38
"""Focus shares (see ``focus_shares``) up to which a cell is blurred and from which it is clear; between, in part."""

EVEN = 0.25
"""What the inner four of sixteen blocks hold of detail that is spread evenly, and the value where there is none."""


def wavelet_details(plane: FloatPlane) -> NDArray[np.float32]:
    """Level-3 db2 detail coefficients along x, along y and along both, shape (3, h, w)."""
    smooth = halved(halved(plane, DB2, DB2), DB2, DB2)
    return np.stack([halved(smooth, DB2, HIGH), halved(smooth, HIGH, DB2), halved(smooth, HIGH, HIGH)])


def inner_share(energy: FloatPlane) -> float:
    """Share of the total in the inner four of 4 x 4 equal blocks; ``EVEN`` where there is none but rounding.

    A block's border may cut through a sample, which then counts in part.
    """
    height, width = energy.shape
    total = float(energy.sum(dtype=np.float64))
    if total < 1e-5 * energy.size:
        return EVEN
    return float(np.clip(_inner_weights(height) @ energy.astype(np.float64) @ _inner_weights(width) / total, 0, 1))


def _inner_weights(length: int) -> NDArray[np.float64]:
    """How much of each of ``length`` equal samples lies in the middle half of their range."""
    edges = np.arange(length + 1) / length
    return np.diff(np.clip(edges, 0.25, 0.75)) * length


@family(
    {
        "low_depth_of_field_hue": "hue detail gathered in the middle",
        "low_depth_of_field_saturation": "saturation detail gathered in the middle",
        "low_depth_of_field_value": "brightness detail gathered in the middle",
    },
    criterion="subject",
    unit="share of detail",
    range=(0, 1),
    direction="neutral",
    reference="Datta, Joshi, Li & Wang 2006, features 53-55",
    version=2,
    rises_with="blurred surroundings",
    falls_with={"low_depth_of_field_value": "blurred middle"},
)
def low_depth_of_field(picture: Picture) -> Sequence[float]:
    r"""Share of the level-3 wavelet detail that lies in the inner four of sixteen blocks, for hue, saturation and
    value.

    .. math:: f = \sum_{M_6, M_7, M_{10}, M_{11}} |w_3| \Big/ \sum_{i=1}^{16} \sum_{M_i} |w_3|

    over the bands LH, HL and HH of a db2 transform (the paper says Daubechies). 1/4 for even detail and where there is
    none; high for a sharp middle before a blurred surround. Unlike the paper's, hue is the vector (S cos H, S sin H),
    and |w| its length, so that neither red's wrap nor the undefined hue of greys makes detail.
    """
    red, green, blue = cv2.split(picture.rgb_float)
    across = cv2.addWeighted(red, 1, cv2.add(green, blue), -0.5, 0)
    along = cv2.addWeighted(green, 3**0.5 / 2, blue, -(3**0.5) / 2, 0)
    across, along = wavelet_details(across), wavelet_details(along)
    hue = np.sqrt(across * across + along * along)
    saturation, value = (np.abs(wavelet_details(cv2.extractChannel(picture.hsv, k))) for k in (1, 2))
    return tuple(inner_share(bands.sum(axis=0)) for bands in (hue, saturation, value))


class FocusCells(NamedTuple):
    """The frame in cells of about ``CELL`` pixels: how clear each is, in [0, 1], and its fine and coarse detail."""

    clear: FloatPlane
    fine: FloatPlane
    coarse: FloatPlane


@shared
def focus_cells(picture: Picture) -> FocusCells:
    """Cells whose detail is mostly fine are clear; those without detail are not."""
    height, width = picture.luma.shape
    size = (max(1, round(width / CELL)), max(1, round(height / CELL)))
    fine, coarse = (shrunk(plane, size[1], size[0]) for plane in detail(picture))
    clear = np.clip((focus_shares(fine, coarse) - BLURRED) / (CLEAR - BLURRED), 0, 1)
    return FocusCells(clear, fine, coarse)


@feature(
    criterion="subject",
    label="sharpness gathered in the middle",
    unit="share of detail",
    range=(0, 1),
    direction="neutral",
    reference="Peng 2022, Athec, block depth of field; after Datta et al. 2006",
    version=2,
    rises_with="plain surroundings",
)
def block_depth_of_field(picture: Picture) -> float:
    """Share of the picture's fine detail (deviation of the smoothed luma from its 5x5 mean) in the inner four of 4 x 4 blocks.

    1/4 for even detail and where there is none. Four times this is athec's ratio of the inner blocks' mean to the mean.
    """
    return inner_share(focus_cells(picture).fine)


@feature(
    criterion="subject",
    label="share of the frame in focus",
    unit="share of cells",
    range=(0, 1),
    direction="neutral",
    reference="Yeh, Ho, Barsky & Ouhyoung 2010, bokeh (Q_clear, with a focus share for the Haar blur detector)",
    version=2,
    falls_with="defocus",
)
def clear_share(picture: Picture) -> float:
    """Mean clearness of cells of 16 x 16 pixels: 0 where fine detail is up to 8 % of all detail, 1 from 38 %, linear
    between.

    Yeh et al. call a picture bokeh where it lies between 0.3 and 0.7. Cells without detail are not clear; 0 if flat.
    """
    return float(focus_cells(picture).clear.mean())


@feature(
    criterion="subject",
    label="sharp areas in one piece",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="after Yeh et al. 2010; Moran 1950",
    version=2,
    falls_with="softer subject",
)
def clear_coherence(picture: Picture) -> float:
    r"""Moran's I of the clearness of cells (see ``clear_share``) over horizontal and vertical neighbours.

    .. math:: I = \frac{\langle z_i z_j \rangle_{neighbours}}{\langle z_i^2 \rangle}, \quad z = clear - \overline{clear}

    Towards 1 where clear and blurred cells form separate areas, as with a shallow depth of field; about 0 where they
    mix at random. 0 where all cells are alike.
    """
    clear = focus_cells(picture).clear.astype(np.float64)
    z = clear - clear.mean()
    variance = (z * z).mean()
    products = np.concatenate([(z[1:] * z[:-1]).ravel(), (z[:, 1:] * z[:, :-1]).ravel()])
    if variance < 1e-12 or products.size == 0:
        return 0.0
    return float(np.clip(products.mean() / variance, -1, 1))


@feature(
    criterion="subject",
    label="sharpness falling on the subject",
    unit="share of cells",
    range=(-1, 1),
    direction="neutral",
    reference="after Yeh et al. 2010 and Luo & Tang 2008",
    version=3,
    falls_with="softer subject",
)
def subject_clear_surplus(picture: Picture) -> float:
    """Mean clearness (``clear_share``) of the subject's cells less that of the background's; 0 without a subject.

    A doubtful subject counts in part.
    """
    masks = regions(picture)
    if not masks.found:
        return 0.0
    clear = focus_cells(picture).clear
    inside = shrunk(masks.subject.astype(np.float32), *clear.shape)
    outside = shrunk(masks.background.astype(np.float32), *clear.shape)
    if inside.sum() == 0 or outside.sum() == 0:
        return 0.0
    surplus = float((clear * inside).sum() / inside.sum() - (clear * outside).sum() / outside.sum())
    return masks.trust * max(-1.0, min(1.0, surplus))


@feature(
    criterion="subject",
    label="spread of focus over the frame",
    unit="1",
    range=(0, 0.5),
    direction="neutral",
    reference="after Redies et al. 2025 and Peng 2022: block statistics of sharpness",
    version=2,
    falls_with="defocus",
)
def focus_variation(picture: Picture) -> float:
    """Standard deviation over 8 x 8 equal blocks of their focus share (fine detail over all detail).

    0 where the whole frame is equally sharp or flat; high where sharp and blurred areas meet.
    """
    cells = focus_cells(picture)
    fine, coarse = (shrunk(plane, 8, 8) for plane in (cells.fine, cells.coarse))
    return float(np.std(focus_shares(fine, coarse)))
