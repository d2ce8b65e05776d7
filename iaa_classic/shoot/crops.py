"""Crops of a photograph that are better composed, each measured, with what it improves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from ..features import Feature, Picture, measure, select
from ..images import MAX_PIXELS, read_image
from ..threads import one_thread
from .crop_candidates import Box, Guess, Kept, apart, boxes_for, free_boxes, protected
from .crop_search import searched

if TYPE_CHECKING:
    from ..models import AdditiveModel

Floats = NDArray[np.float64]

_SIDE = 1024
"""Pixels that the long side of the photograph keeps at least while crops are compared."""

USUAL = (1.0, 4 / 5, 5 / 4, 3 / 4, 4 / 3, 2 / 3, 3 / 2, 16 / 9)
"""Ratios that are tried beside the photograph's own where none is asked for."""

_LEAST_GAIN = 0.02
"""Points below which a crop is no improvement."""

_APART = 0.8
"""Intersection over union from which two proposals are the same crop."""


@dataclass(frozen=True)
class Improvement:
    """A feature that a crop changes for the better: its effect on the score before and after, and its value."""

    name: str
    label: str
    unit: str
    before: float
    after: float
    gain: float


@dataclass(frozen=True)
class Crop:
    """A crop: box (left, top, right, bottom) in shares of the upright frame, and in its pixels; points of the composition
    criterion that it gains on the whole frame, measured; and the features behind that, largest gain first.
    """

    box: Box
    pixels: tuple[int, int, int, int]
    effect: float
    gain: float
    improvements: tuple[Improvement, ...]

    def to_dict(self) -> dict[str, Any]:
        """The crop as plain values, ready for JSON."""
        return {
            "box": list(self.box),
            "pixels": list(self.pixels),
            "effect": self.effect,
            "gain": self.gain,
            "improvements": [vars(item) for item in self.improvements],
        }


@dataclass(frozen=True, eq=False)
class Proposal:
    """Crops of one photograph, best first; none where no crop that was tried improves it.

    ``effect`` is that of the whole frame; ``kept`` holds boxes of what was not to be cut; ``guessed`` and ``measured`` count
    crops. ``rgb`` is the reduced photograph that crops were compared on.
    """

    crops: tuple[Crop, ...]
    effect: float
    width: int
    height: int
    kept: Kept
    guessed: int
    measured: int
    rgb: NDArray[np.uint8]


def parsed_ratio(text: str | None) -> float | None:
    """Width to height of ``"4:5"``, ``"4/5"``, ``"4x5"`` or ``"0.8"``.

    >>> parsed_ratio("4:5")
    0.8
    """
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:[:/x]\s*(\d+(?:\.\d+)?))?\s*", text)
    value = 0.0
    if match is not None and float(match[2] or 1) > 0:
        value = float(match[1]) / float(match[2] or 1)
    if not 0.1 <= value <= 10:
        raise UserError(f"--ratio takes width to height, such as 4:5 or 16:9, up to ten to one, got {text!r}")
    return value


def propose_crops(
    source: Any,
    model: AdditiveModel | None = None,
    *,
    ratio: float | None = None,
    count: int = 3,
    least: float = 0.4,
    face_detector: Any = None,
    max_pixels: int = MAX_PIXELS,
) -> Proposal:
    """Propose crops that raise the effect of the criterion composition.

    Parameters
    ----------
    source : path, bytes, binary file, ndarray or PIL image
        The photograph; it is not changed.
    model : AdditiveModel, optional
        The built-in model if left out.
    ratio : float, optional
        Width to height; if left out, that of the photograph, ``USUAL`` ones, and any up to two to one.
    count : int
        Crops to propose at most.
    least : float
        Smallest share of the photograph's area.
    face_detector : FaceFinder, optional
        With it no face is cut. The subject, where one is found, never is.

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    UserError
        If no crop of that ratio and size holds the subject and all faces whole, or the model does not know composition.
    """
    from ..default import default_scorer

    model = default_scorer() if model is None else model
    loaded = read_image(source, max_pixels=max_pixels, min_side=_SIDE)
    rgb = loaded.pixels
    with one_thread():
        picture = Picture(rgb, face_detector)
        kept = protected(picture, _faces(picture))
        size = (loaded.width, loaded.height)
        own = loaded.width / loaded.height
        ratios = [ratio] if ratio else [own, *(usual for usual in USUAL if abs(usual / own - 1) > 0.02)]
        shapes = [boxes_for(size, shape, least, kept) for shape in ratios]
        if not ratio:
            shapes.append(free_boxes(size, least, kept))
        guessed = sum(map(len, shapes))
        if not guessed:
            raise UserError(
                f"no crop of that shape holds the subject {'and all faces ' if face_detector else ''}whole; "
                "choose another --ratio, or a larger crop by --least"
            )
        judge = _Judge(rgb, model)
        tried, measured = searched(shapes, Guess(picture), judge, kept, least=least, free=None if ratio else size)
        crops = [judge.crop(tried[at], size) for at in apart(tried, measured, count, _APART)]
    good = tuple(crop for crop in crops if crop.gain >= _LEAST_GAIN)
    return Proposal(good, judge.whole, *size, kept, guessed, len(tried), rgb)


def _faces(picture: Picture) -> list[Box]:
    if picture.face_detector is None:
        return []
    height, width = picture.rgb.shape[:2]
    rows = picture.face_detector.detect(picture.rgb)
    return [(x / width, y / height, (x + w) / width, (y + h) / height) for x, y, w, h in rows[:, :4].tolist()]


class _Judge:
    """Measures the composition of crops and asks the model for their effect."""

    def __init__(self, rgb: NDArray[np.uint8], model: AdditiveModel) -> None:
        self._rgb, self._model = rgb, model
        self._names = [str(name) for name in model.feature_names_in_]
        if "composition" not in [str(name) for name in model.criteria_]:
            raise UserError("the model has no criterion composition; give another --model")
        self._records: list[Feature] = [record for record in select(self._names) if record.criterion == "composition"]
        self.whole = float(self(np.array([[0.0, 0.0, 1.0, 1.0]]))[0])

    def __call__(self, boxes: Floats) -> Floats:
        """Effect of composition of each box, in points."""
        effects = self._model.breakdown(self._table(boxes))
        return np.asarray(effects["composition"], dtype=float)

    def crop(self, box: Floats, size: tuple[int, int]) -> Crop:
        """A box with all that is said of it."""
        table = self._table(np.array([[0.0, 0.0, 1.0, 1.0], box]))
        effect = float(self._model.breakdown(table)["composition"].iloc[1])
        shares = self._model.feature_effects(table)
        improved = [
            Improvement(
                record.name,
                record.label,
                record.unit,
                float(table[record.name].iloc[0]),
                float(table[record.name].iloc[1]),
                float(shares[record.name].iloc[1] - shares[record.name].iloc[0]),
            )
            for record in self._records
        ]
        improved.sort(key=lambda item: -item.gain)
        width, height = size
        pixels = tuple(round(float(value * side)) for value, side in zip(box, (width, height, width, height), strict=True))
        box_ = tuple(float(value) for value in box)
        gains = tuple(item for item in improved if item.gain > 0.005)[:5]
        return Crop(box_, pixels, effect, effect - self.whole, gains)  # type: ignore[arg-type]

    def _table(self, boxes: Floats) -> Any:
        import pandas as pd

        height, width = self._rgb.shape[:2]
        table = pd.DataFrame(np.nan, index=range(len(boxes)), columns=self._names)
        rows = []
        for left, top, right, bottom in boxes:
            x, y = round(left * width), round(top * height)
            part = self._rgb[y : max(y + 1, round(bottom * height)), x : max(x + 1, round(right * width))]
            rows.append(measure(Picture(np.ascontiguousarray(part)), self._records))
        table[[record.name for record in self._records]] = np.array(rows)
        return table


def export_crop(source: Any, crop: Crop, write: Callable[[Any], None], *, max_pixels: int = MAX_PIXELS) -> None:
    """Cut the crop out of the photograph in full and hand it, a PIL image in sRGB without metadata, to ``write``."""
    from PIL import Image

    pixels = read_image(source, max_pixels=max_pixels).pixels
    left, top, right, bottom = crop.pixels
    write(Image.fromarray(np.ascontiguousarray(pixels[top:bottom, left:right])))
