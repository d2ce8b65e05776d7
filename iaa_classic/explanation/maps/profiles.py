"""Charts of statistics that lie nowhere in particular in the frame: each value beside what is usual in rated photographs."""

from __future__ import annotations

from ...features import Picture, catalogue
from .marks import INK, Box, Circle, Mark
from .pens import ACCENT, AMBER, QUIET, note, plain, segment
from .registry import Drawn, evidence_map

TEXTURES = (
    "glcm_contrast",
    "glcm_correlation",
    "glcm_homogeneity",
    "lbp_edge_share",
    "lbp_irregular_share",
    "tamura_coarseness",
    "tamura_contrast",
    "grain_size",
    "grain_size_entropy",
    "fractal_dimension_2d",
    "fractal_dimension_3d",
    "phog_self_similarity",
    "phog_complexity",
)
WAVELETS = tuple(f"{quality}_wavelet_{level}" for quality in ("hue", "saturation", "value") for level in ("1", "2", "3", "sum"))
ROW, NAMES, TRACK = 22.0, 232.0, 200.0


@evidence_map("texture_profile", "Texture", criterion="pattern", placement="beside", features=TEXTURES)
def texture_profile(picture: Picture) -> Drawn:
    """Statistics of texture beside those of other photographs."""
    return _profile(picture, TEXTURES, "Statistics of texture")


@evidence_map(
    "colour_texture", "Texture of hue, saturation and brightness", criterion="pattern", placement="beside", features=WAVELETS
)
def colour_texture(picture: Picture) -> Drawn:
    """Fine, medium and coarse detail of hue, saturation and value beside those of other photographs."""
    return _profile(picture, WAVELETS, "Fine, medium and coarse detail of hue, saturation and brightness")


def _profile(picture: Picture, names: tuple[str, ...], what: str) -> Drawn:
    """A track per feature: the range of nine tenths of rated photographs, of the middle half, the median, and this value."""
    known = catalogue()
    marks: list[Mark] = []
    outside: list[str] = []
    for row, name in enumerate(names):
        record, y = known[name], 16 + ROW * row
        usual, value = record.baseline, float(record.function(picture))
        marks.append(note(NAMES - 10, y, record.label, size=10.5, anchor="end"))
        if usual is None:
            continue
        low, high = min(usual.p5, value), max(usual.p95, value)
        scale = TRACK / (high - low) if high > low else 0.0

        def at(number: float, low: float = low, scale: float = scale) -> float:
            return NAMES + 6 + (number - low) * scale

        marks.append(Box(at(usual.p5), y - 3, at(usual.p95) - at(usual.p5), 6, None, QUIET + "50"))
        marks.append(Box(at(usual.p25), y - 4.5, at(usual.p75) - at(usual.p25), 9, None, ACCENT + "80"))
        marks.append(segment(at(usual.median), y - 6, at(usual.median), y + 6, plain(ACCENT, 1.5)))
        marks.append(Circle(at(value), y, 4.2, plain(INK, 1.0), AMBER))
        if not usual.p5 <= value <= usual.p95:
            outside.append(f"{record.label} ({'low' if value < usual.p5 else 'high'})")
    rare = f"Out of the ordinary: {', '.join(outside)}." if outside else "All are within what is usual."
    text = f"{what} of this photograph (points) beside the middle nine tenths and the middle half of rated photographs. {rare}"
    return Drawn(text, tuple(marks), size=(460, round(16 + ROW * len(names))))
