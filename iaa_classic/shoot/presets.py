"""Genres: what matters more in choosing among frames of one view, and among views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Preset:
    """Weights of a genre.

    Attributes
    ----------
    aspects : mapping
        Factors on what frames of one view are compared by (``ranking.ASPECTS``); 1 for those left out.
    criteria : mapping
        Factors on the effects of the model's criteria when views are compared; 1 for those left out.
    diversity : float
        How much picks should differ, 0 to 1.
    faces : bool
        Whether faces, where a detector is at hand, count as the subject.
    """

    aspects: Mapping[str, float] = field(default_factory=dict)
    criteria: Mapping[str, float] = field(default_factory=dict)
    diversity: float = 0.3
    faces: bool = True


PRESETS: dict[str, Preset] = {
    "any": Preset(),
    "portrait": Preset(
        {"subject sharpness": 1.3, "sharpness": 0.3, "local detail": 1.5},
        {"subject": 1.5, "sharpness": 1.3, "lighting": 1.2, "pattern": 0.6},
    ),
    "landscape": Preset(
        {"sharpness": 2.0, "local detail": 0.5, "clipping": 1.5},
        {"composition": 1.4, "lighting": 1.3, "colour": 1.2},
        faces=False,
    ),
    "action": Preset(
        {"subject sharpness": 1.5, "sharpness": 0.3, "local detail": 0.3, "exposure": 0.8},
        {"subject": 1.5, "sharpness": 1.3, "composition": 0.8},
    ),
    "event": Preset({"local detail": 1.5, "sharpness": 0.5}, {"subject": 1.2, "lighting": 1.1}, diversity=0.5),
}
"""By genre. The factors are choices of ours, from 0.3 to 2; there were no picks of these genres to fit them."""
