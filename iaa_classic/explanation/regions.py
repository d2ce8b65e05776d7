"""Region effects: what each part of a picture adds to its score, found by taking that part away and measuring again.

The classical counterpart of Grad-CAM and of occlusion maps (Zeiler and Fergus 2014): the model has no gradient with respect to
pixels, but the picture can be measured again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ..face_detection import INSTALLED
from ..features.picture import shrunk
from ..images import MAX_PIXELS, load_image
from ..progress import progress_bar
from .judging import Judge, Pixels
from .wording import wording

if TYPE_CHECKING:
    from ..models import AdditiveModel, AestheticRegressor
    from .maps import EvidenceMap

SIDE = 512
"""Long side, in pixels, to which larger pictures are reduced: the working scale of the features."""

FEATHER = 0.008
"""Softness of a neutralised cell's edge, as a share of the long side (the sigma of a Gaussian): a hard edge would be an edge of
the picture."""

_COARSEST, _FINEST = 1, 32
"""Rows or columns that a grid may have."""


@dataclass(frozen=True)
class RegionEffects:
    """What each cell of a grid adds to the score.

    Attributes
    ----------
    effects : ndarray of float64, shape (rows, columns)
        The score as it is less the score with this cell neutralised, in points: positive where the cell helps.
    score : float
        The score as it is, of the picture at the scale at which the cells were measured.
    by_criterion : mapping of str to ndarray of float64, shape (rows, columns)
        The same for the effect of each criterion; they sum to ``effects``.
    size : (int, int)
        Width and height of the photograph at the scale at which it was measured.
    """

    effects: NDArray[np.float64]
    score: float
    by_criterion: Mapping[str, NDArray[np.float64]]
    size: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "score": self.score,
            "grid": list(self.effects.shape),
            "effects": self.effects.tolist(),
            "by_criterion": {name: part.tolist() for name, part in self.by_criterion.items()},
            "description": self.description(),
        }

    def description(self, language: str = "en") -> str:
        """Where the picture gains and where it loses most, in one sentence."""
        from .region_map import described

        return described(self, wording(language))

    def to_map(self, language: str = "en") -> EvidenceMap:
        """The effects as a map to lay over the photograph."""
        from .region_map import drawn

        return drawn(self, wording(language))


def region_effects(
    source: Any,
    model: AestheticRegressor | AdditiveModel | None = None,
    *,
    grid: tuple[int, int] = (8, 8),
    progress: bool = False,
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
) -> RegionEffects:
    """How the score changes when each cell of a grid is neutralised.

    Parameters
    ----------
    source : path, bytes, binary file, ndarray or PIL image
        The photograph; one with a long side of more than ``SIDE`` pixels is reduced first.
    model : AestheticRegressor or AdditiveModel, optional
        As for ``explain``.
    grid : (int, int)
        Rows and columns.
    progress : bool
        Whether to draw a progress bar on standard error.
    max_pixels, face_detector
        As for ``explain``.

    Returns
    -------
    RegionEffects

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    UserError
        If the grid is not made of 1 to 32 rows and columns, or the model needs more than one picture.
    """
    rows, columns = grid
    if not all(_COARSEST <= count <= _FINEST for count in grid):
        raise UserError(f"grid: expected {_COARSEST} to {_FINEST} rows and columns, got {grid}")
    judge = Judge(model, face_detector)
    rgb = reduced(load_image(source, max_pixels=max_pixels), SIDE)
    ground = neutral_ground(rgb)
    measured = [judge.values(rgb)]
    with progress_bar("Neutralising regions", rows * columns, show=progress) as advance:
        for cell in range(rows * columns):
            measured.append(judge.values(neutralised(rgb, ground, [cell], (rows, columns))))
            advance()
    effects = judge.effects(measured)
    parts = (effects[0] - effects[1:]).T.reshape(-1, rows, columns)
    score = float(judge.model.baseline_) + float(effects[0].sum())
    by_criterion = dict(zip(judge.criteria, parts, strict=True))
    return RegionEffects(parts.sum(axis=0), score, by_criterion, (rgb.shape[1], rgb.shape[0]))


def reduced(rgb: Pixels, side: int) -> Pixels:
    """``rgb``, or if its long side is longer than ``side`` pixels, the picture at that size."""
    scale = side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    return shrunk(rgb, max(1, round(rgb.shape[0] * scale)), max(1, round(rgb.shape[1] * scale)))


def neutral_ground(rgb: Pixels) -> Pixels:
    """What takes the place of a neutralised cell: the picture without anything to look at."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), 0.04 * max(rgb.shape[:2])), dtype=np.uint8)


def neutralised(rgb: Pixels, ground: Pixels, cells: list[int], grid: tuple[int, int]) -> Pixels:
    """``rgb`` with ``cells`` (numbered row by row) of a grid replaced by ``ground``, with feathered edges."""
    height, width = rgb.shape[:2]
    rows, columns = grid
    mask = np.zeros((height, width), dtype=np.float32)
    for cell in cells:
        row, column = divmod(cell, columns)
        down = slice(round(row * height / rows), round((row + 1) * height / rows))
        mask[down, round(column * width / columns) : round((column + 1) * width / columns)] = 1
    mask = cv2.GaussianBlur(mask, (0, 0), FEATHER * max(height, width))[..., None]
    return np.rint(rgb * (1 - mask) + ground * mask).astype(np.uint8)
