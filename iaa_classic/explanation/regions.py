"""Region effects: what each part of a picture adds to its score, found by taking that part away and measuring again.

The classical counterpart of Grad-CAM and of occlusion maps (Zeiler and Fergus 2014): the model has no gradient with respect
to pixels, but the picture can be measured again. A cell is neutralised twice: in the picture as it is, where its neighbours can
stand in for it, and in the picture whose other cells are neutralised already, where they cannot. The effect is the mean of
both, the two ends of the orders over which a Shapley value averages; by itself the first tells less of what a model looks at
(``python benchmarks/regions.py``).
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

LONG, SHORT = 6, 5
"""Cells along the long and the short side of a picture, where no grid is asked for."""

GROUND_CELLS = 8
"""Cells along each side whose mean colours make up the neutral ground."""

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
        What each cell adds to the score, in points: positive where it helps. The mean of ``lost`` and ``restored``.
    score : float
        The score as it is, of the picture at the scale at which the cells were measured.
    by_criterion : mapping of str to ndarray of float64, shape (rows, columns)
        The same for the effect of each criterion; they sum to ``effects``.
    size : (int, int)
        Width and height of the photograph at the scale at which it was measured.
    lost : ndarray of float64, shape (rows, columns)
        The score as it is less the score with this cell neutralised.
    restored : ndarray of float64, shape (rows, columns)
        The score with every other cell neutralised less the score with all neutralised.
    """

    effects: NDArray[np.float64]
    score: float
    by_criterion: Mapping[str, NDArray[np.float64]]
    size: tuple[int, int]
    lost: NDArray[np.float64]
    restored: NDArray[np.float64]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "score": self.score,
            "grid": list(self.effects.shape),
            "effects": self.effects.tolist(),
            "lost": self.lost.tolist(),
            "restored": self.restored.tolist(),
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
    grid: tuple[int, int] | None = None,
    progress: bool = False,
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
) -> RegionEffects:
    """How the score changes when each cell of a grid is neutralised: two measurements per cell.

    Parameters
    ----------
    source : path, bytes, binary file, ndarray or PIL image
        The photograph; one with a long side of more than ``SIDE`` pixels is reduced first.
    model : AestheticRegressor or AdditiveModel, optional
        As for ``explain``.
    grid : (int, int), optional
        Rows and columns; six along the long and five along the short side if left out, which takes about four seconds.
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
    judge = Judge(model, face_detector)
    rgb = reduced(load_image(source, max_pixels=max_pixels), SIDE)
    rows, columns = shape = grid or ((SHORT, LONG) if rgb.shape[1] >= rgb.shape[0] else (LONG, SHORT))
    if not all(_COARSEST <= count <= _FINEST for count in shape):
        raise UserError(f"grid: expected {_COARSEST} to {_FINEST} rows and columns, got {grid}")
    ground, cells = neutral_ground(rgb), list(range(rows * columns))
    choices = [[], *([cell] for cell in cells), *([other for other in cells if other != cell] for cell in cells), cells]
    measured = []
    with progress_bar("Neutralising regions", len(choices), show=progress) as advance:
        for chosen in choices:
            measured.append(judge.values(neutralised(rgb, ground, chosen, shape)))
            advance()
    effects = judge.effects(measured)
    lost = effects[0] - effects[1 : len(cells) + 1]
    restored = effects[len(cells) + 1 : -1] - effects[-1]
    parts = ((lost + restored) / 2).T.reshape(-1, rows, columns)
    return RegionEffects(
        effects=parts.sum(axis=0),
        score=float(judge.model.baseline_) + float(effects[0].sum()),
        by_criterion=dict(zip(judge.criteria, parts, strict=True)),
        size=(rgb.shape[1], rgb.shape[0]),
        lost=lost.sum(axis=1).reshape(shape),
        restored=restored.sum(axis=1).reshape(shape),
    )


def reduced(rgb: Pixels, side: int) -> Pixels:
    """``rgb``, or if its long side is longer than ``side`` pixels, the picture at that size."""
    scale = side / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    return shrunk(rgb, max(1, round(rgb.shape[0] * scale)), max(1, round(rgb.shape[1] * scale)))


def neutral_ground(rgb: Pixels) -> Pixels:
    """What takes the place of a neutralised cell: the mean colours of eight by eight cells, which run into each other."""
    height, width = rgb.shape[:2]
    small = shrunk(rgb, min(GROUND_CELLS, height), min(GROUND_CELLS, width))
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


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
