"""Maps of how the subject stands out: depth of field, the background, colour and light of both."""

from __future__ import annotations

import numpy as np

from ...features import Picture
from ...features.depth_of_field import clear_share, focus_cells, focus_variation, subject_clear_surplus
from ...features.saliency import subject
from ...features.subject_background import background_clutter, background_edge_density, background_simplicity
from ...features.subject_isolation import (
    subject_colour_contrast,
    subject_focus_contrast,
    subject_isolation,
    subject_lighting_contrast,
    subject_saturation_contrast,
)
from ...features.subject_regions import background_means, regions, subject_means
from .attention import working_size
from .marks import Box, Mark, Path
from .pens import AMBER, QUIET, drawn, note, outlines, percent, plain, shades
from .registry import Drawn, evidence_map
from .wheel import shown

BLUR = ((0.0, "#0b1020c8"), (0.5, "#0b102060"), (1.0, "#0b102000"))
BUSY = ((0.0, "#0b102060"), (0.15, "#0b102030"), (0.5, "#ff8a3d88"), (1.0, "#ff3b30d0"))


@evidence_map(
    "depth_of_field",
    "Depth of field",
    criterion="subject",
    features=(
        "clear_share",
        "clear_coherence",
        "subject_clear_surplus",
        "focus_variation",
        "block_depth_of_field",
        "low_depth_of_field_hue",
        "low_depth_of_field_saturation",
        "low_depth_of_field_value",
        "background_focus",
        "subject_sharpness",
        "subject_focus_contrast",
        "subject_sharpness_contrast",
        "clarity_contrast",
    ),
)
def clear_cells(picture: Picture) -> Drawn:
    """Cells that are clear as they are, blurred and empty ones darkened; the subject outlined."""
    size = working_size(picture)
    clear = focus_cells(picture).clear
    marks: list[Mark] = [shades(clear, BLUR, size)]
    text = (
        f"{percent(clear_share(picture))} of the frame is in focus (clear); "
        f"the spread of focus over it is {focus_variation(picture):.2f}."
    )
    main = subject(picture)
    if main.found:
        marks.append(Path(outlines(main.mask), drawn(AMBER, 1.1), closed=True))
        surplus = subject_clear_surplus(picture)
        more = "more" if surplus >= 0 else "less"
        text += f" The subject is in focus by {percent(abs(surplus))} {more} than its background."
    return Drawn(text, tuple(marks), found=bool(clear.any()))


@evidence_map(
    "background",
    "Background",
    criterion="subject",
    features=(
        "background_simplicity",
        "background_edge_density",
        "background_entropy",
        "background_clutter",
        "subject_complexity_contrast",
        "negative_space_smoothness",
    ),
)
def background(picture: Picture) -> Drawn:
    """How busy everything but the subject is."""
    size = working_size(picture)
    masks = regions(picture)
    busy = np.sqrt(np.clip(picture.gradient.magnitude / 0.15, 0, 1)) * masks.background
    marks: list[Mark] = [shades(_blocks(busy), BUSY, size)]
    if masks.found:
        marks.append(Path(outlines(masks.subject.astype(bool)), drawn(AMBER, 1.1), closed=True))
    what = "background" if masks.found else "frame, where no subject stands out,"
    text = (
        f"Edges cover {percent(background_edge_density(picture))} of the {what} (red: busy); it holds "
        f"{background_simplicity(picture):.1f} % of the 4096 colours there could be. Clutter: "
        f"{background_clutter(picture):.2f}."
    )
    return Drawn(text, tuple(marks))


def _blocks(plane: np.ndarray) -> np.ndarray:
    """Means over squares of 4 pixels, or of what there is."""
    from ...features.picture import shrunk

    height, width = plane.shape
    return np.asarray(shrunk(plane.astype(np.float32), max(1, height // 4), max(1, width // 4)))


@evidence_map(
    "subject_contrast",
    "Subject against background",
    criterion="subject",
    placement="beside",
    features=(
        "subject_colour_contrast",
        "subject_lighting_contrast",
        "subject_saturation_contrast",
        "subject_hue_contrast",
        "subject_outline_contrast",
        "subject_isolation",
    ),
)
def two_means(picture: Picture) -> Drawn:
    """The mean colour of the subject and that of the background, side by side."""
    if not subject(picture).found:
        return Drawn("No subject stands out from a background.", found=False, size=(380, 20))
    inside, outside = subject_means(picture), background_means(picture)
    marks: list[Mark] = [
        Box(16, 24, 348, 84, plain(QUIET, 0.8), shown(outside.lab)),
        Box(130, 42, 120, 48, None, shown(inside.lab)),
        note(16, 12, "mean colour of the background, and in it that of the subject"),
    ]
    contrast = subject_colour_contrast(picture)
    text = (
        f"The mean colours differ by a contrast of {contrast:.2f}, light by {subject_lighting_contrast(picture):.2f}, "
        "saturation by "
        f"{subject_saturation_contrast(picture):.2f}, focus by {subject_focus_contrast(picture):.2f}; altogether the "
        "subject is isolated by "
        f"{subject_isolation(picture):.2f} of 1."
    )
    return Drawn(text, tuple(marks), size=(380, 118))
