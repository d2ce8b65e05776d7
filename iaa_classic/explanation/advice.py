"""What would help: changes that a person could make, applied to the pixels for real and measured again.

A suggestion promises a gain that has been measured: the changed picture, as 8-bit pixels, has been scored like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..face_detection import INSTALLED
from ..images import MAX_PIXELS, load_image
from ..progress import progress_bar
from .judging import Judge, Pixels
from .search import Change, Finding, Search
from .wording import Wording, wording

if TYPE_CHECKING:
    from ..models import AdditiveModel, AestheticRegressor

Box = tuple[float, float, float, float]

LEAST_GAIN = 0.1
"""Points below which a change is not worth suggesting."""


@dataclass(frozen=True)
class Suggestion:
    """A change that a person could make, and what it was found to do.

    Attributes
    ----------
    name : str
        The kind of change: "straighten", "crop", "exposure", "contrast", "shadows", "highlights", "warmth", "saturation",
        "black_and_white", "sharpen", "denoise", "corners", or "together" for several of them.
    text : str
        The change in words, with its amount: "Straighten by 1.8 degrees clockwise".
    amount : float
        In ``unit``; for a crop the share of the frame that is kept.
    unit : str
        "degrees", "stops", "percent", "mired", "levels", "share of the frame", or "changes" for several.
    gain : float
        Score after the change less the score before it, in points.
    score : float
        Score after the change.
    box : tuple of four floats or None
        For a crop, what is kept: left, top, right, bottom as shares of the upright frame.
    changes : tuple of Change
        What is done, in order.
    """

    name: str
    text: str
    amount: float
    unit: str
    gain: float
    score: float
    box: Box | None
    changes: tuple[Change, ...]

    def apply(self, rgb: Pixels) -> Pixels:
        """The changed picture: uint8 (H, W, 3) for upright sRGB pixels, uint8 (H, W, 3), of the photograph in full size."""
        for change in self.changes:
            rgb = change.apply(rgb)
        return rgb

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "name": self.name,
            "text": self.text,
            "amount": self.amount,
            "unit": self.unit,
            "gain": self.gain,
            "score": self.score,
            "box": None if self.box is None else list(self.box),
            "changes": [change.to_dict() for change in self.changes],
        }


def suggest(
    source: Any,
    model: AestheticRegressor | AdditiveModel | None = None,
    *,
    progress: bool = False,
    least_gain: float = LEAST_GAIN,
    together: bool = True,
    language: str = "en",
    max_pixels: int = MAX_PIXELS,
    face_detector: Any = INSTALLED,
) -> list[Suggestion]:
    """Changes that raise the score, best first: at most one of each kind.

    Parameters
    ----------
    source : path, bytes, binary file, ndarray or PIL image
        The photograph.
    model : AestheticRegressor or AdditiveModel, optional
        As for ``explain``.
    progress : bool
        Whether to draw a progress bar on standard error.
    least_gain : float
        Points that a change must gain to be suggested.
    together : bool
        Whether to try several changes together as well.
    language : str
        Language of the texts.
    max_pixels, face_detector
        As for ``explain``; faces are looked for in any case, so that no crop cuts one.

    Returns
    -------
    list of Suggestion
        Empty where nothing helps.

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    UserError
        If the model needs more than one picture.
    """
    words = wording(language)
    judge = Judge(model, face_detector)
    rgb = load_image(source, max_pixels=max_pixels)
    search = Search(judge, rgb, least_gain, face_detector)
    with progress_bar("Trying changes", None, show=progress) as advance:
        before, findings = search.run(advance, together=together)
    return [_suggestion(finding, before, words) for finding in findings]


def _suggestion(finding: Finding, before: float, words: Wording) -> Suggestion:
    changes = finding.changes
    if len(changes) == 1:
        [change] = changes
        return Suggestion(
            change.name,
            sentence(changes, words),
            change.amount,
            change.unit,
            finding.score - before,
            finding.score,
            change.box,
            changes,
        )
    boxes = [change.box for change in changes if change.box is not None]
    box = boxes[0] if len(boxes) == 1 else None
    return Suggestion(
        "together",
        sentence(changes, words),
        float(len(changes)),
        "changes",
        finding.score - before,
        finding.score,
        box,
        changes,
    )


def sentence(changes: Sequence[Change], words: Wording) -> str:
    """Changes in words, with a capital and without a full stop."""
    return words.capitalised(words.listed([_phrase(change, words) for change in changes]))


def _phrase(change: Change, words: Wording) -> str:
    direction = "more" if change.amount > 0 else "less"
    if change.name == "crop":
        assert change.box is not None
        left, top, right, bottom = change.box
        cut = [("left", left), ("top", top), ("right", 1 - right), ("bottom", 1 - bottom)]
        sides = [words.message(f"crop.{side}", share=words.percent(share)) for side, share in cut if share > 0]
        return words.message("suggest.crop", sides=words.listed(sides))
    key = f"suggest.{change.name}"
    if not words.has(key):
        key += f".{direction}"
    return words.message(key, amount=words.quantity(abs(change.amount), change.unit))
