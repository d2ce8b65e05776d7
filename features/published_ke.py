"""Qualities of Ke, Tang & Jing 2006 that the paper defines otherwise than the catalogue, kept to the letter.

They complete the named set ``ke2006`` (see ``sets``) and are left out of ``"all"``.
"""

from __future__ import annotations

import cv2
import numpy as np

from .catalogue import feature
from .colour import hue_count
from .composition import LAPLACIAN
from .picture import Picture

KE = "Ke, Tang & Jing 2006"


@feature(
    criterion="composition",
    label="edges gathered in one place (colour channels)",
    unit="share of the frame",
    range=(0, 1),
    direction="neutral",
    reference=f"{KE}, section 3.1, q_a",
    compatibility="the published mean over the channels costs three filters for one and says the same; use edge_compactness",
)
def ke_edge_compactness(picture: Picture) -> float:
    """Share of the frame outside the box that holds the edges of all three channels, q_a = 1 - w_x w_y.

    The absolute Laplacian (3x3, shape 0.2) of R, G and B is averaged over the channels, resized to 100 x 100 and scaled
    to sum 1; w_x and w_y are the widths that hold the middle 98 % of its projections on the axes. High for an
    uncluttered picture; 0 without edges.
    """
    edges = cv2.filter2D(picture.rgb_float, cv2.CV_32F, LAPLACIAN, borderType=cv2.BORDER_REPLICATE)
    mean = cv2.transform(np.abs(edges), np.full((1, 3), 1 / 3, np.float32))
    small = cv2.resize(mean, (100, 100), interpolation=cv2.INTER_AREA).astype(np.float64)
    total = float(small.sum())
    if total < 1e-2:
        return 0.0
    widths = []
    for axis in (0, 1):
        held = np.concatenate([[0.0], np.cumsum(small.sum(axis=axis)) / total])
        first, last = np.interp([0.01, 0.99], held, np.linspace(0, 1, 101))
        widths.append(float(last - first))
    return max(0.0, 1 - widths[0] * widths[1])


@feature(
    criterion="colour",
    label="few hues",
    unit="hues of 20",
    range=(0, 20),
    direction="neutral",
    reference=f"{KE}, section 3.3, q_h",
    compatibility="20 less the number of hues, so that simple is high; the same information as hue_count, which counts "
    "what it says",
)
def ke_hue_simplicity(picture: Picture) -> float:
    """20 less the number of hues in use, q_h = 20 - |{i: H_i > 0.05 max H}|.

    H counts, in 20 bins of hue, the pixels with S > 0.2 and 0.15 <= V <= 0.95. 20 for a picture without such pixels.
    """
    return 20 - hue_count(picture)
