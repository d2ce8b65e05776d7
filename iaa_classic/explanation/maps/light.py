"""Maps of the light: clipping, tones, zones, direction, haze."""

from __future__ import annotations

import numpy as np

from ...features import Picture
from ...features.lighting_clipping import clipped_highlights, clipped_shadows
from ...features.lighting_tones import BLACK, WHITE, luma_levels
from .attention import working_size
from .pens import covering, percent
from .registry import Drawn, evidence_map

STRIPE = 8
"""Width, in pixels of the working scale, of a pair of zebra stripes."""


@evidence_map(
    "clipping",
    "Clipped shadows and highlights",
    criterion="lighting",
    features=(
        "clipped_highlights",
        "clipped_shadows",
        "clipped_red",
        "clipped_green",
        "clipped_blue",
        "clipped_any_channel",
        "empty_any_channel",
        "blown_compactness",
        "blocked_compactness",
        "clipped_subject",
    ),
)
def clipping(picture: Picture) -> Drawn:
    """Zebra stripes: red over white that has burnt out, blue over black that holds nothing."""
    levels = luma_levels(picture)
    height, width = levels.shape
    bright, dark = clipped_highlights(picture), clipped_shadows(picture)
    text = f"Highlights are clipped in {percent(bright)} of the frame (red stripes), shadows in {percent(dark)} (blue stripes)."
    if bright == 0 and dark == 0:
        return Drawn("No highlight and no shadow is clipped.", found=False)
    rows, columns = np.indices((height, width), sparse=True)
    stripe = ((rows + columns) % STRIPE < STRIPE // 2).astype(np.uint8)
    zebra = np.where(levels >= WHITE, 1 + stripe, np.where(levels <= BLACK, 3 + stripe, 0)).astype(np.uint8)
    colours = ("#00000000", "#ff3b30e6", "#5c0b06b0", "#3d8bffe6", "#cfe3ffb0")
    return Drawn(text, (covering(zebra, colours, working_size(picture)),))
