"""Fractal dimensions by counting boxes."""

from __future__ import annotations

import math

import cv2
import numpy as np

from .catalogue import feature
from .kernels.pattern import border_cells, count_grey_boxes
from .pattern_planes import central_square, fitted_slope, grey
from .picture import Picture

SIDE = 512
"""Side in pixels of the square on which boxes are counted."""


@feature(
    criterion="pattern",
    label="fractal dimension of outlines",
    unit="1",
    range=(0, 2),
    direction="unimodal",
    reference="Spehar, Clifford, Newell, Taylor 2003; Bartho et al. 2025 (Aesthetics-Toolbox)",
)
def fractal_dimension_2d(picture: Picture) -> float:
    """Box-counting dimension of the border between the pixels darker and lighter than the mean.

    The luma is stretched to 512 x 512, split at its mean and halved again and again; a cell of 2 x 2 that is
    neither empty nor full belongs to the border. The dimension is the slope of log2 (border cells) over log2 (cells
    per side), for 256 to 8 cells per side. About 1 for a smooth outline (somewhat below, as the
    published count misses borders that run exactly between cells), towards 2 for one that fills the frame.
    Clipped to [0, 2]; 0 for flat pictures.
    """
    square = np.asarray(cv2.resize(grey(picture), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR))
    cells = (square < cv2.mean(square)[0]).astype(np.uint8)
    sides, counts = [], []
    while cells.shape[0] > 8:
        cells = border_cells(cells)
        sides.append(math.log2(cells.shape[0]))
        counts.append(float(np.count_nonzero(cells)))
    if min(counts) == 0:
        return 0.0
    return float(np.clip(fitted_slope(np.array(sides), np.log2(counts)), 0, 2))


@feature(
    criterion="pattern",
    label="fractal dimension of tones",
    unit="1",
    range=(2, 3),
    direction="unimodal",
    reference="Mather 2018, i-Perception (differential box count); Bartho et al. 2025 (Aesthetics-Toolbox)",
)
def fractal_dimension_3d(picture: Picture) -> float:
    """Box-counting dimension of the luma as a landscape.

    The central square, at 512 x 512, is covered by boxes of 8, 10, ... 28 pixels and as many 512ths of a grey
    level; the dimension is the slope of log (boxes that the landscape passes through) over log (1 / side). 2 for
    flat pictures, towards 3 for rough ones. Clipped to [2, 3].
    """
    resized = cv2.resize(central_square(grey(picture)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    square = np.asarray(resized, dtype=np.uint8)
    sides = np.arange(8, 29, 2)
    boxes = [count_grey_boxes(square, int(side), side / SIDE) for side in sides]
    return float(np.clip(fitted_slope(-np.log(sides), np.log(boxes)), 2, 3))
