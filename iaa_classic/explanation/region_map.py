"""Region effects in words, and as a map to lay over the photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .maps import EvidenceMap
from .maps.marks import Box, Mark, Stroke, Text
from .wording import Wording

if TYPE_CHECKING:
    from .regions import RegionEffects

HELPS, COSTS = "#2fbf71", "#e4572e"
"""Colours of cells that raise and lower the score; told apart by the sign of the number too."""

STRONGEST = 0.65
"""Opacity of the strongest cell."""

SPOKEN = 0.02
"""Points below which a cell is not spoken of."""

NUMBERED = 0.5
"""Share of the strongest effect from which a cell shows its number."""


def described(regions: RegionEffects, words: Wording) -> str:
    """The places of the strongest cells on either side, with their effects."""
    effects = regions.effects
    best, worst = (np.unravel_index(int(index), effects.shape) for index in (effects.argmax(), effects.argmin()))
    gain, loss = float(effects[best]), float(effects[worst])
    said = {
        "best": _place((int(best[0]), int(best[1])), effects.shape, words),
        "worst": _place((int(worst[0]), int(worst[1])), effects.shape, words),
        "gain": words.signed_points(gain),
        "loss": words.signed_points(loss),
        "least": words.quantity(SPOKEN, "points"),
    }
    if gain >= SPOKEN and loss <= -SPOKEN:
        return words.message("regions.both", **said)
    if gain >= SPOKEN:
        return words.message("regions.gains" if loss >= 0 else "regions.mostly_gains", **said)
    if loss <= -SPOKEN:
        return words.message("regions.loses" if gain <= 0 else "regions.mostly_loses", **said)
    return words.message("regions.none", **said)


def _place(cell: tuple[int, int], shape: tuple[int, ...], words: Wording) -> str:
    row, column = (min(2, int(3 * (index + 0.5) / count)) for index, count in zip(cell, shape, strict=True))
    return words.message(f"regions.row{row}.column{column}")


def drawn(regions: RegionEffects, words: Wording) -> EvidenceMap:
    """One rectangle per cell, the more opaque the stronger its effect, the strongest with their number."""
    width, height = regions.size
    rows, columns = regions.effects.shape
    strongest = float(np.abs(regions.effects).max())
    marks: list[Mark] = []
    for row, column in np.ndindex(rows, columns):
        effect = float(regions.effects[row, column])
        share = abs(effect) / strongest if strongest >= SPOKEN else 0.0
        left, top = column * width / columns, row * height / rows
        opacity = f"{round(255 * STRONGEST * share):02x}"
        colour = HELPS if effect > 0 else COSTS
        edge = Stroke("#ffffff55", 0.5)
        marks.append(Box(left, top, width / columns, height / rows, stroke=edge, fill=colour + opacity))
        if share >= NUMBERED:
            middle = (left + width / columns / 2, top + height / rows / 2)
            size = min(width / columns / 3, height / rows / 2, 14.0)
            marks.append(Text(*middle, words.signed_number(effect, 2), size, anchor="middle", halo=True))
    leading = max(regions.by_criterion, key=lambda name: float(np.abs(regions.by_criterion[name]).sum()))
    return EvidenceMap(
        name="regions",
        title=words.message("regions.title"),
        criterion=leading,
        features=(),
        description=described(regions, words),
        placement="photograph",
        size=(width, height),
        marks=tuple(marks),
        found=strongest >= SPOKEN,
    )
