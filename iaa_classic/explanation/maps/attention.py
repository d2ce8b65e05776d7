"""Maps of what draws the eye: saliency, and the subject that stands there."""

from __future__ import annotations

import numpy as np

from ...features import Picture
from ...features.composition import attention_offset
from ...features.saliency import saliency, small_saliency, subject
from ...features.subject import attention_spots, saliency_spread
from .marks import Path
from .pens import AMBER, WARMTH, cross_hair, drawn, outlines, percent, plural, shades, veiled
from .registry import Drawn, evidence_map


def working_size(picture: Picture) -> tuple[int, int]:
    """Width and height of the photograph at the working scale."""
    height, width = picture.rgb.shape[:2]
    return width, height


@evidence_map(
    "saliency",
    "What draws the eye",
    criterion="subject",
    features=(
        "saliency_spread",
        "attention_spots",
        "attention_concentration",
        "saliency_agreement",
        "attention_offset",
        "salient_upright_third",
        "salient_level_third",
        "salient_power_point",
    ),
)
def saliency_map(picture: Picture) -> Drawn:
    """The saliency map, and the centre of attention."""
    plane = saliency(picture)
    total = float(plane.sum(dtype=np.float64))
    if total <= 0:
        return Drawn("Nothing in the frame draws the eye: the picture is even.", found=False)
    width, height = working_size(picture)
    x = float(plane.sum(axis=0, dtype=np.float64) @ (np.arange(width) + 0.5)) / total
    y = float(plane.sum(axis=1, dtype=np.float64) @ (np.arange(height) + 0.5)) / total
    spots = plural(attention_spots(picture), "spot")
    text = (
        f"Seven tenths of the attention fall on {percent(saliency_spread(picture))} of the frame; its centre lies "
        f"{attention_offset(picture):.2f} of half the diagonal from the middle. {spots} of striking detail."
    )
    return Drawn(text, (shades(small_saliency(picture), WARMTH, (width, height)), *cross_hair(x, y)))


@evidence_map(
    "subject",
    "Subject",
    criterion="subject",
    features=(
        "subject_distinctness",
        "subject_area",
        "subject_count",
        "subject_compactness",
        "subject_elongation",
        "subject_convexity",
        "subject_size_fit",
    ),
)
def subject_outline(picture: Picture) -> Drawn:
    """The subject's outline, with the rest of the frame darkened."""
    main = subject(picture)
    if not main.found:
        text = (
            f"No subject stands out: its clarity of {main.distinctness:.2f} is below the 0.28 from which one counts as found."
        )
        return Drawn(text, found=False)
    size = working_size(picture)
    polygons = outlines(main.mask)
    pieces = "" if main.regions == 1 else f", in {main.regions} pieces"
    doubt = "" if main.trust == 1 else f"; it is doubtful and counts by {percent(main.trust)}"
    text = (
        f"The subject covers {percent(float(main.mask.mean()))} of the frame{pieces}; its clarity is "
        f"{main.distinctness:.2f} of 1{doubt}."
    )
    return Drawn(text, (veiled(main.mask, polygons, size), Path(polygons, drawn(AMBER), closed=True)))
