"""One evidence map as data, with its two renderings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .marks import Mark

Placement = Literal["photograph", "beside"]


@dataclass(frozen=True)
class EvidenceMap:
    """What some features see in a photograph, drawn.

    Attributes
    ----------
    name : str
        Identifier: "thirds", "clipping", "hue_wheel", ...
    title : str
        A heading for people: "Rule of thirds".
    criterion : str
        One of the vocabulary of ``iaa_classic.features.CRITERIA``.
    features : tuple of str
        Features of the catalogue that it explains.
    description : str
        What is seen, with its numbers, in one to three sentences; also the text alternative.
    placement : {"photograph", "beside"}
        Whether it is laid over the photograph or stands beside it as a chart.
    size : (int, int)
        Width and height of the drawing's own coordinates; for overlays those of the photograph at the working scale.
    marks : tuple of Mark
        What is drawn, the lowest first.
    found : bool
        False where there was nothing to draw (no subject, no horizon): the description says so.
    """

    name: str
    title: str
    criterion: str
    features: tuple[str, ...]
    description: str
    placement: Placement
    size: tuple[int, int]
    marks: tuple[Mark, ...] = field(repr=False, default=())
    found: bool = True

    def to_svg(self) -> str:
        """A self-contained ``<svg>`` element on transparent ground, with the description as its text alternative."""
        from .svg import render

        return render(self)

    def draw(self, axes: Any) -> Any:
        """Draw the same on matplotlib axes, over what they show; returns the axes.

        The axes' coordinates become those of the drawing: show a photograph with ``extent=(0, width, height, 0)``.
        """
        from .axes import draw

        return draw(self, axes)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "criterion": self.criterion,
            "features": list(self.features),
            "description": self.description,
            "placement": self.placement,
            "size": list(self.size),
            "found": self.found,
            "marks": [mark.to_dict() for mark in self.marks],
        }
