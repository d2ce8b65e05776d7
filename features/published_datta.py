"""Features of Datta et al. 2006 that the paper defines otherwise than the catalogue, kept to the letter.

They complete the named set ``datta2006`` (see ``sets``) and are left out of ``"all"``. What rests on the paper's
segmentation is in ``published_segments``. Symbols: H, S, V are the HSV planes of the working scale, H in degrees,
[0, 360), and 0 for greys.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from .catalogue import family, feature
from .depth_of_field import inner_share, wavelet_details
from .pattern_wavelet import _textures
from .picture import FloatPlane, Picture, shared

DATTA = "Datta, Joshi, Li & Wang 2006"

ARITHMETIC = (
    "arithmetic mean of an angle: two reds, one on each side of 0 degrees, average to cyan, and greys count as red; "
    "hence not for models: "
)


@feature(
    criterion="colour",
    label="mean hue angle (arithmetic)",
    unit="degrees",
    range=(0, 360),
    direction="neutral",
    reference=f"{DATTA}, f4",
    compatibility=ARITHMETIC + "use hue_cosine, hue_sine and hue_concentration",
)
def datta_mean_hue(picture: Picture) -> float:
    """Arithmetic mean of H over all pixels, f4 = <H>, greys counted as 0 degrees.

    Hue is an angle, so the mean of 350 and 10 degrees comes out as 180 and not as 0; kept as published. Grey: 0.
    """
    return cv2.mean(picture.hsv)[0]


@feature(
    criterion="composition",
    label="mean hue angle of the central third (arithmetic)",
    unit="degrees",
    range=(0, 360),
    direction="neutral",
    reference=f"{DATTA}, f5",
    compatibility=ARITHMETIC + "use central_third_hue",
)
def datta_central_hue(picture: Picture) -> float:
    """Arithmetic mean of H over the middle ninth of the frame, between the lines of thirds; greys count as 0 degrees.

    See ``datta_mean_hue`` for what is odd about it, ``central_third_hue`` for the circular mean.
    """
    height, width = picture.luma.shape
    rows = slice(height // 3, max(height // 3 + 1, 2 * height // 3))
    columns = slice(width // 3, max(width // 3 + 1, 2 * width // 3))
    return float(picture.hsv[rows, columns, 0].mean(dtype=np.float64))


@shared
def _hue_turns(picture: Picture) -> FloatPlane:
    """Hue as a share of the full turn, [0, 1), as HSV planes were scaled in 2006."""
    return np.multiply(picture.hsv[..., 0], np.float32(1 / 360), dtype=np.float32)


@family(
    {
        "datta_hue_wavelet_1": "fine texture of the hue angle",
        "datta_hue_wavelet_2": "medium texture of the hue angle",
        "datta_hue_wavelet_3": "coarse texture of the hue angle",
        "datta_hue_wavelet_sum": "texture of the hue angle",
    },
    criterion="pattern",
    unit="turns times 2**level",
    range=(0, 16),
    direction="neutral",
    reference=f"{DATTA}, f10-f12 and f19",
    compatibility="a wavelet transform of an angle: it jumps at red, and the noise of greys, whose hue is undefined, "
    "becomes texture; use hue_wavelet_1, _2, _3 and _sum",
)
def datta_hue_wavelets(picture: Picture) -> Sequence[float]:
    r"""Fine, medium and coarse detail of the hue angle, and their sum.

    .. math:: f_{9+l} = \frac{1}{S_l} \sum_{LH, HL, HH} |w|, \quad f_{19} = f_{10} + f_{11} + f_{12}

    with w the coefficients of level l = 1, 2, 3 of a db2 transform of H / 360 and S_l their number. The paper prints no
    absolute value and no filter beyond "Daubechies"; without the first the sums would cancel to nearly 0. 0 if flat.
    """
    return _textures(_hue_turns(picture))


@feature(
    criterion="subject",
    label="detail of the hue angle gathered in the middle",
    unit="share of detail",
    range=(0, 1),
    direction="neutral",
    reference=f"{DATTA}, f53",
    compatibility="a wavelet transform of an angle, see datta_hue_wavelet_1; use low_depth_of_field_hue",
)
def datta_low_depth_of_field_hue(picture: Picture) -> float:
    r"""Share of the hue angle's level-3 wavelet detail that lies in the inner four of sixteen blocks.

    .. math:: f_{53} = \sum_{M_6, M_7, M_{10}, M_{11}} |w_3| \Big/ \sum_{i=1}^{16} \sum_{M_i} |w_3|

    over the bands LH, HL, HH of a db2 transform of H / 360. 1/4 for even detail and where there is none.
    """
    return inner_share(np.abs(wavelet_details(_hue_turns(picture))).sum(axis=0))


@feature(
    criterion="composition",
    label="size of the file's picture",
    unit="pixels",
    range=(2, math.inf),
    direction="neutral",
    reference=f"{DATTA}, f22; Aesthetics-Toolbox (Bartho et al. 2025), image size",
    scale="native",
    compatibility="rows plus columns: says how the picture was exported, not what it shows, and no resized copy keeps it; "
    "leave it out of models",
)
def image_size(picture: Picture) -> float:
    """Rows plus columns of the picture as given, f22 = X + Y: a measure of the file and not of the photograph."""
    return float(picture.width + picture.height)


@feature(
    criterion="composition",
    label="width over height",
    unit="1",
    range=(0, math.inf),
    direction="neutral",
    reference=f"{DATTA}, f23; Aesthetics-Toolbox (Bartho et al. 2025), aspect ratio",
    compatibility="a ratio, so that 3:2 lies three times as far from the square as 2:3 does (1.5 and 0.67); "
    "use aspect_ratio, its logarithm",
)
def width_to_height(picture: Picture) -> float:
    """Width over height of the frame, f23 = X / Y: 1 for a square, 1.5 for 3:2."""
    return picture.width / picture.height
