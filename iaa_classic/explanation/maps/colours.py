"""Maps of colour: palette, where each colour lies, colours by name and by memory, saturation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...features import Picture
from ...features.colour import mean_saturation, saturation_deviation
from ...features.colour_harmony import pair_harmony, worst_pair_harmony
from ...features.colour_histogram import colours, weighted_quantiles
from ...features.colour_names import PROTOTYPES, colour_naturalness, memory_masks, name_of, name_shares
from ...features.colour_palette import colour_accent, colour_scatter, dominant_colours, palette, palette_spread
from .attention import working_size
from .marks import Box, Mark, Path
from .pens import QUIET as GREY
from .pens import WHITE, covering, drawn, note, outlines, percent, plain, shades
from .registry import Drawn, evidence_map
from .wheel import shown

NAMED = {
    **{"black": "#1b1b1b", "grey": "#8a8a8a", "white": "#f4f4f4", "red": "#d93a32", "orange": "#ee8631", "brown": "#87572f"},
    **{"yellow": "#efcf3b", "green": "#4f9f4a", "blue": "#3b78c4", "purple": "#8650a6", "pink": "#ee8fb2"},
}
VIVID = ((0.0, "#80808000"), (0.15, "#80808000"), (0.5, "#ff4f8b50"), (1.0, "#ff1f6fc0"))
DULL = ((0.0, "#7f7f7fd8"), (0.3, "#7f7f7f60"), (0.6, "#7f7f7f00"), (1.0, "#7f7f7f00"))


@evidence_map(
    "palette",
    "Palette",
    criterion="colour",
    placement="beside",
    features=(
        "dominant_colours",
        "main_colour_share",
        "palette_spread",
        "palette_contrast",
        "pair_harmony",
        "worst_pair_harmony",
        "moon_spencer_measure",
        "itten_brightness_contrast",
        "itten_saturation_contrast",
        "itten_hue_contrast",
        "itten_warm_cold_contrast",
        "itten_complementary_contrast",
    ),
)
def swatches(picture: Picture) -> Drawn:
    """The dominant colours, each as wide as its share of the frame."""
    held = palette(picture)
    names = [list(PROTOTYPES)[place] for place in name_of(held.lab.astype(np.float32))]
    wide, tall = 512.0, 64.0
    marks: list[Mark] = []
    x = 16.0
    for lab, share, name in zip(held.lab, held.share, names, strict=True):
        across = wide * float(share)
        marks.append(Box(x, 8, across, tall, None, shown(lab)))
        if across >= 34:
            marks.append(note(x + across / 2, tall + 20, percent(share), size=10, anchor="middle"))
        if across >= 44:
            marks.append(note(x + across / 2, tall + 33, name, size=10, anchor="middle"))
        x += across
    marks.append(Box(16, 8, wide, tall, plain(GREY, 0.8)))
    text = (
        f"{len(names)} colours stand for the picture, as varied as {dominant_colours(picture):.1f} unlike ones in equal "
        "parts; the largest, "
        f"{names[0]}, covers {percent(held.share[0])}. They differ by {palette_spread(picture):.0f} CIELAB units on "
        "average; pairs "
        f"harmonise by {pair_harmony(picture):.2f}, the worst by {worst_pair_harmony(picture):.2f} (Ou and Luo, -1.2 to 1.4)."
    )
    return Drawn(text, tuple(marks), size=(544, 106))


def _cubes(picture: Picture) -> NDArray[np.int64]:
    """For each pixel of the working scale the position of its colour in ``colours(picture)``."""
    rgb = picture.rgb.astype(np.int64) >> 3
    place = np.zeros(1 << 15, np.int64)
    held = colours(picture).cube
    place[held] = np.arange(len(held))
    return np.asarray(place[(rgb[..., 0] << 10) | (rgb[..., 1] << 5) | rgb[..., 2]])


@evidence_map(
    "colour_areas",
    "Where the colours lie",
    criterion="colour",
    features=("colour_scatter", "main_colour_share", "dominant_colours", "colour_clutter"),
)
def colour_areas(picture: Picture) -> Drawn:
    """The photograph in the colours of its palette alone."""
    held = palette(picture)
    levels = held.labels[_cubes(picture)].astype(np.uint8)[::2, ::2]
    text = (
        f"The frame in its {len(held.share)} palette colours. They are strewn over the frame by "
        f"{colour_scatter(picture):.2f}: 1 where every "
        f"colour is everywhere, less where each has a place of its own."
    )
    return Drawn(text, (covering(levels, tuple(shown(lab) for lab in held.lab), working_size(picture)),))


@evidence_map(
    "colour_names",
    "Colours by name",
    criterion="colour",
    placement="beside",
    features=(*(f"{name}_share" for name in PROTOTYPES), "colour_name_diversity"),
)
def names_of_colours(picture: Picture) -> Drawn:
    """Share of the frame that each of the eleven basic colour names covers."""
    shares = name_shares(picture)
    longest = max(float(shares.max()), 1e-9)
    marks: list[Mark] = []
    for row, (name, share) in enumerate(zip(PROTOTYPES, shares, strict=True)):
        y = 14 + 20.0 * row
        marks.append(note(66, y, name, anchor="end"))
        marks.append(Box(74, y - 7, max(0.6, 240 * float(share) / longest), 14, plain(GREY, 0.6), NAMED[name]))
        marks.append(note(80 + 240 * float(share) / longest, y, percent(share)))
    order = np.argsort(-shares)
    held = ", ".join(f"{list(PROTOTYPES)[k]} {percent(shares[k])}" for k in order[:3] if shares[k] > 0)
    return Drawn(f"By name the frame is {held}.", tuple(marks), size=(370, 234))


@evidence_map(
    "memory_colours",
    "Skin, sky and foliage colours",
    criterion="colour",
    features=("skin_coloured_share", "sky_coloured_share", "foliage_coloured_share", "colour_naturalness"),
)
def memory_colours(picture: Picture) -> Drawn:
    """Pixels with a colour that memory knows: of skin (orange), of a clear sky (blue), of foliage (green)."""
    masks, place, share = memory_masks(picture), _cubes(picture), colours(picture).share
    levels = np.zeros(place.shape, np.uint8)
    for number, mask in enumerate(masks, start=1):
        levels[mask[place]] = number
    skin, sky, foliage = (percent(min(1.0, float(share @ mask))) for mask in masks)
    text = (
        f"The colour of skin, sand or wood covers {skin} of the frame (orange), of a clear sky or water {sky} (blue), of "
        "foliage "
        f"{foliage} (green); their saturation is natural by {colour_naturalness(picture):.2f} of 1."
    )
    colour = ("#10131880", "#ff9d5c78", "#4fa8ff78", "#63cf5778")
    return Drawn(text, (covering(levels, colour, working_size(picture)),), found=bool(levels.any()))


def _area(polygon: NDArray[np.float64]) -> float:
    x, y = polygon.T
    return 0.5 * abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1)))


@evidence_map(
    "saturation",
    "Saturation and accents",
    criterion="colour",
    features=(
        "mean_saturation",
        "saturation_deviation",
        "saturation_skewness",
        "clipped_saturation",
        "colour_accent",
        "lightness_chroma_correlation",
        "itten_saturation_contrast",
        "pleasure",
        "arousal",
        "dominance",
    ),
)
def saturation(picture: Picture) -> Drawn:
    """Dull parts greyed out; the most vivid fiftieth of the frame outlined."""
    width, height = working_size(picture)
    held = colours(picture)
    vivid, middle = weighted_quantiles(held.chroma, held.share, 0.98, 0.5)
    chroma = held.chroma[_cubes(picture)].astype(np.float32)
    marks: list[Mark] = [shades(chroma[::3, ::3] / 60, DULL, (width, height))]
    stands_out = colour_accent(picture) >= 8
    if stands_out:
        ring = tuple(polygon for polygon in outlines(chroma >= vivid, 0.8) if _area(polygon) > 2e-4 * width * height)
        if ring:
            marks.append(Path(ring, drawn(WHITE, 0.9), closed=True))
    accent = f"; the most vivid 2 % stand out by a chroma of {vivid - middle:.0f} (outlined)" if stands_out else ""
    text = (
        f"The mean saturation is {percent(mean_saturation(picture))}, its deviation "
        f"{percent(saturation_deviation(picture))}{accent}. "
        f"What is dull is greyed."
    )
    return Drawn(text, tuple(marks))
