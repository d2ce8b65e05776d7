"""Maps of sharpness: focus, edges, movement, noise, and the spectrum from coarse to fine."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ...features import Picture
from ...features.pattern_spectrum import HIGHEST, LOWEST, spectral_power_profile
from ...features.sharpness import perceptual_blur, spectral_bands, tenengrad
from ...features.sharpness_edges import CELL, cell_crispness, sharpest, working_cells
from ...features.sharpness_focus import motion, sharp_places, visible_focus
from ...features.sharpness_noise import visible_noise, working_blocks, working_flat_places
from .attention import working_size
from .marks import Box, Mark, Path, line
from .native import native_values
from .pens import (
    ACCENT,
    AMBER,
    LIME,
    QUIET,
    arrow,
    covering,
    cross_hair,
    drawn,
    note,
    outlines,
    percent,
    plain,
    shades,
)
from .registry import Drawn, evidence_map

SOFT = ((0.0, "#0b1020a0"), (0.45, "#0b102078"), (0.8, "#0b102020"), (1.0, "#0b102000"))
EDGES = ((0.0, "#0b1020b8"), (0.12, "#0b1020b0"), (0.4, "#7ad7ffc0"), (1.0, "#ffffffff"))


@evidence_map(
    "focus",
    "Focus",
    criterion="sharpness",
    features=(
        "focus",
        "peak_focus",
        "subject_focus",
        "subject_focus_advantage",
        "resolved_detail",
        "visible_focus",
        "sharp_area",
        "sharp_area_distance",
        "focus_concentration",
        "fish_bb",
        "effective_resolution",
    ),
)
def focus_map(picture: Picture) -> Drawn:
    """Cells of the frame: dark where edges are soft or missing, clear where they are crisp; the sharp ones outlined."""
    width, height = working_size(picture)
    cells = working_cells(picture)
    value, known = cell_crispness(cells, 6)
    peak = sharpest(cells, 6, 0.1)
    if peak <= 0:
        return Drawn("There is no edge in the frame from which focus could be told.", found=False)
    rows, columns = -(-height // CELL), -(-width // CELL)
    plane = np.where(known, np.clip(value / peak, 0, 1), 0).reshape(rows, columns).astype(np.float32)
    sharp = (known & (value >= 0.8 * peak)).reshape(rows, columns)
    whole = (columns * CELL, rows * CELL)
    marks: list[Mark] = [shades(plane, SOFT, whole)]
    large = np.kron(sharp, np.ones((CELL, CELL), dtype=bool))[:height, :width]
    marks.append(Path(outlines(large), drawn(LIME, 1.2), closed=True))
    if sharp.any():
        x, y = cells.centres[sharp.ravel()].mean(axis=0)
        marks += cross_hair(float(x) * width, float(y) * height, LIME)
    native, (area, distance, _) = native_values(picture), sharp_places(picture)
    text = (
        f"Edges are as crisp as {native['focus']:.2f} pixel by pixel and {native['peak_focus']:.2f} in the sharpest places "
        "(0.7 is a perfect "
        f"step), {visible_focus(picture):.2f} seen whole. {percent(area)} of the frame is sharp (outlined), its centre "
        f"{distance:.2f} of the way from the middle to a corner."
    )
    return Drawn(text, tuple(marks))


@evidence_map(
    "edges",
    "Edges",
    criterion="sharpness",
    features=(
        "tenengrad",
        "laplacian_variance",
        "perceptual_blur",
        "cpbd",
        "edge_width",
        "haloes",
        "maximum_local_variation",
        "gabor_edge_density",
        "canny_edge_share",
    ),
)
def edge_strength(picture: Picture) -> Drawn:
    """How strong the gradient is at every pixel."""
    width, height = working_size(picture)
    plane = picture.gradient.magnitude
    small = cv2.dilate(plane, np.ones((2, 2), np.uint8))[::2, ::2]
    text = (
        f"Edges from blue to white by their strength; the energy of the gradient is {tenengrad(picture):.3g}, the perceived "
        "blur "
        f"{perceptual_blur(picture):.2f} of 1."
    )
    return Drawn(
        text, (shades(np.clip(small / 0.25, 0, 1) ** 0.7, EDGES, (width, height), 16),), found=bool(plane.max() > 1 / 255)
    )


@evidence_map(
    "motion",
    "Blur in one direction",
    criterion="sharpness",
    features=("motion_blur", "motion_horizontal", "motion_diagonal"),
)
def motion_direction(picture: Picture) -> Drawn:
    """A double arrow along the direction in which fine detail is weakest."""
    found = motion(picture)
    if found.strength < 0.1:
        return Drawn(
            f"Detail is as fine in every direction (strength {found.strength:.2f}): nothing speaks for movement.", found=False
        )
    width, height = working_size(picture)
    reach = min(width, height) * min(0.45, 0.15 + 0.4 * found.strength)
    dx, dy = reach * math.cos(math.radians(found.angle)), reach * math.sin(math.radians(found.angle))
    x, y = width / 2, height / 2
    marks = (*arrow(x - dx, y - dy, x + dx, y + dy, drawn(AMBER, 2.2), 12), *arrow(x, y, x - dx, y - dy, drawn(AMBER, 2.2), 12))
    text = (
        f"Detail is lost along {found.angle:.0f} degrees, clockwise from the horizontal, by {found.strength:.2f} of 1, "
        "as from shake or movement."
    )
    return Drawn(text, marks)


@evidence_map(
    "noise",
    "Noise and compression",
    criterion="sharpness",
    features=("luma_noise", "shadow_noise", "chroma_noise", "visible_noise", "blockiness"),
)
def noise(picture: Picture) -> Drawn:
    """The flat places in which noise is measured at the working scale, coloured by how much there is."""
    blocks, places = working_blocks(picture), working_flat_places(picture)
    values = native_values(picture)
    text = (
        f"Noise of {values['luma_noise']:.1f} levels of 255 in flat places pixel by pixel, {values['shadow_noise']:.1f} in "
        "the shadows, "
        f"{values['chroma_noise']:.1f} in colour; {visible_noise(picture):.1f} seen whole. JPEG blocks: "
        f"{values['blockiness']:.2f}."
    )
    if not places.size:
        return Drawn(text, found=False)
    _, rows, columns = blocks.noise.shape
    levels = np.zeros(rows * columns, np.uint8)
    levels[places] = 1 + np.clip(blocks.noise.ravel()[places] / 8 * 6, 0, 6).astype(np.uint8)
    colours = ("#0b102070", "#a8e05f88", "#c9e05f88", "#ffe14d90", "#ffb84d98", "#ff8a3da0", "#ff5b3bb0", "#ff3b30c0")
    raster = covering(levels.reshape(rows, columns), colours, (columns * 8, rows * 8))
    return Drawn(text + " Coloured: the flat places, green for clean to red for noisy.", (raster,))


@evidence_map(
    "frequencies",
    "From coarse to fine",
    criterion="sharpness",
    placement="beside",
    features=(
        "lowest_band",
        "low_band",
        "middle_band",
        "high_band",
        "highest_band",
        "frequency_richness",
        "fish",
    ),
)
def frequencies(picture: Picture) -> Drawn:
    """Share of the spectrum's amplitude in five octaves of detail."""
    shares = spectral_bands(picture)
    names = ("coarse shapes", "large detail", "medium detail", "fine detail", "finest detail")
    longest = max(*shares, 1e-9)
    marks: list[Mark] = []
    for row, (name, share) in enumerate(zip(names, shares, strict=True)):
        y = 16 + 24.0 * row
        marks.append(note(98, y, name, anchor="end"))
        marks.append(Box(106, y - 8, max(0.6, 220 * share / longest), 16, None, ACCENT))
        marks.append(note(112 + 220 * share / longest, y, percent(share)))
    text = "Detail by size: " + ", ".join(f"{name} {percent(share)}" for name, share in zip(names, shares, strict=True)) + "."
    return Drawn(text, tuple(marks), found=any(shares), size=(380, 134))


@evidence_map(
    "spectrum",
    "Spectrum",
    criterion="pattern",
    placement="beside",
    features=("fourier_slope", "fourier_sigma", "fourier_slope_mather", "fourier_slope_spehar"),
)
def spectrum(picture: Picture) -> Drawn:
    """Power against frequency, both logarithmic, with the fitted line and that of natural scenes."""
    power, values = spectral_power_profile(picture), native_values(picture)
    slope = values["fourier_slope"]
    if slope == 0:
        return Drawn("The picture is too small or too even for a slope of its spectrum.", found=False, size=(360, 20))
    frequency = np.arange(LOWEST, HIGHEST + 1)
    x, y = np.log10(frequency), np.log10(power[LOWEST : HIGHEST + 1] + 1e-9 * power[LOWEST:].max())
    left, top, wide, tall = 20.0, 14.0, 324.0, 168.0
    across = left + wide * (x - x[0]) / (x[-1] - x[0])
    high, span = float(y.max()) + 0.2, max(4.0, float(np.ptp(y)) + 0.4)

    def down(log_power: np.ndarray) -> np.ndarray:
        return np.clip(top + tall * (high - log_power) / span, top, top + tall)

    fit = float(y.mean()) + slope * (x - float(x.mean()))
    natural = float(y.mean()) - 2.0 * (x - float(x.mean()))
    marks: list[Mark] = [Path((line((left, top), (left, top + tall), (left + wide, top + tall)),), plain(QUIET, 0.8))]
    marks.append(Path((np.stack([across, down(natural)], axis=1),), plain(QUIET, 1.0, (5, 4))))
    marks.append(Path((np.stack([across, down(y)], axis=1),), plain(ACCENT, 1.3)))
    marks.append(Path((np.stack([across, down(fit)], axis=1),), plain(AMBER, 1.6)))
    marks += [note(left, top + tall + 14, "coarse", size=10), note(left + wide, top + tall + 14, "fine", size=10, anchor="end")]
    text = (
        f"The spectrum falls with a slope of {slope:.2f} (amber); natural scenes lie near -2 (dashed). Its irregularity is "
        f"{values['fourier_sigma']:.3f}."
    )
    return Drawn(text, tuple(marks), size=(360, 204))
