"""Maps of the light: clipping, tones, zones, direction, haze."""

from __future__ import annotations

import numpy as np

from ...features import Picture
from ...features.lighting import (
    highlight_texture,
    mean_lightness,
    midtone_share,
    shadow_texture,
    zones_used,
)
from ...features.lighting_clipping import clipped_highlights, clipped_shadows
from ...features.lighting_contrast import (
    dynamic_range,
    local_contrast_coarse,
    local_contrast_fine,
    local_to_global_contrast,
    rms_contrast,
)
from ...features.lighting_space import (
    backlight,
    dark_channel,
    dark_channel_mean,
    lighting_evenness,
    silhouette,
    subject_dark_channel,
    subject_lightness,
    tonal_masses,
    vignetting,
)
from ...features.lighting_tones import (
    BLACK,
    WHITE,
    ZONES,
    fine_deviation,
    lightness_cells,
    luma_histogram,
    luma_levels,
    quantiles,
    subject_histograms,
    zone_shares,
)
from ...features.picture import shrunk
from ...features.saliency import subject
from .attention import working_size
from .marks import Box, Mark, Path, line
from .pens import ACCENT, AMBER, QUIET, WARMTH, arrow, covering, drawn, note, percent, plain, segment, shades
from .registry import Drawn, evidence_map

ROMAN = ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
FALSE_COLOURS = (
    *("#5b2a86d8", "#4053c8c0", "#3d8bff90", "#00000000", "#00000000", "#00000000", "#00000000", "#00000000"),
    *("#ffe14d90", "#ff9f2ec0", "#ff3b30d8"),
)
"""Colours of the zones, after the exposure scales of video cameras."""
MASSES = ((0.0, "#0b1020d8"), (0.5, "#80808048"), (1.0, "#fff4d6d0"))
MIST = ((0.0, "#58c4f600"), (0.1, "#58c4f618"), (0.5, "#58c4f690"), (1.0, "#58c4f6d8"))

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


@evidence_map(
    "histogram",
    "Tones and zones",
    criterion="lighting",
    placement="beside",
    features=(
        "mean_lightness",
        "mean_hsv_value",
        "exposure_deviation",
        "tonal_key",
        *(f"zone_{zone}_share" for zone in range(ZONES)),
        "zones_used",
        "midtone_share",
        "high_key",
        "low_key",
        "dynamic_range",
        "interval_contrast",
        "rms_contrast",
        "michelson_contrast",
        "ke_contrast",
        "shortest_tonal_range",
        "lightness_entropy",
        "lightness_skewness",
        "lightness_kurtosis",
        "tonal_peak_count",
        "tonal_peak_distance",
        "tonal_separation",
        "tonal_gaps",
        "light_concentration",
    ),
)
def histogram(picture: Picture) -> Drawn:
    """Histogram of the luma over Adams's zones, with the range that holds 99 % of the tones."""
    shares, zones = luma_histogram(picture), zone_shares(picture)
    left, top, wide, tall = 16, 24, 512, 150
    marks: list[Mark] = []
    for zone in range(ZONES):
        x0, x1 = -(-zone * 256 // ZONES), -(-(zone + 1) * 256 // ZONES)
        grey = f"#{round(255 * zone / 10):02x}" + f"{round(255 * zone / 10):02x}" * 2
        marks.append(Box(left + 2 * x0, top + tall + 4, 2 * (x1 - x0), 16, plain(QUIET, 0.5), grey))
        middle = left + x0 + x1
        marks.append(note(middle, top + tall + 31, ROMAN[zone], size=10, anchor="middle"))
        marks.append(note(middle, top - 12, percent(zones[zone]).replace("less than ", "<"), size=10, anchor="middle"))
        if zone:
            x = left + 2 * x0
            marks.append(segment(x, top, x, top + tall, plain(QUIET + "66", 0.6)))
    smooth = np.convolve(shares, [0.25, 0.5, 0.25], mode="same")
    peak = max(float(np.sort(smooth)[-3]), 1e-9)
    heights = np.minimum(smooth / peak, 1.04) * (tall - 6)
    outline = np.stack([left + 2 * np.arange(256) + 1.0, top + tall - heights], axis=1)
    closing = line((left + wide - 1, top + tall), (left + 1, top + tall))
    marks.append(Path((np.concatenate([outline, closing]),), None, ACCENT + "80", closed=True))
    marks.append(Path((outline,), plain(ACCENT, 1.4)))
    low, high = quantiles(shares, 0.005, 0.995)
    y = top + tall - 1
    marks.append(segment(left + 2 * low + 1, y, left + 2 * high + 1, y, plain(AMBER, 3)))
    text = (
        f"The mean lightness is L* {mean_lightness(picture):.0f}, its standard deviation {rms_contrast(picture):.0f}; 99 % "
        "of the tones "
        f"span {percent(dynamic_range(picture))} of the scale (amber). {zones_used(picture):.1f} of eleven zones are in use; "
        f"{percent(midtone_share(picture))} are middle tones (III to VII), {percent(float(zones[:3].sum()))} darker, "
        f"{percent(float(zones[8:].sum()))} lighter."
    )
    return Drawn(text, tuple(marks), size=(544, 214))


@evidence_map(
    "zones",
    "Zones on the photograph",
    criterion="lighting",
    features=("shadow_texture", "highlight_texture", "midtone_share", "high_key", "low_key"),
)
def zone_areas(picture: Picture) -> Drawn:
    """False colours: the darkest zones violet and blue, the lightest yellow and red, the middle left as it is."""
    zone = (luma_levels(picture).astype(np.int32) * ZONES // 256).astype(np.uint8)
    zones = zone_shares(picture)
    text = (
        f"Zones 0 to II, violet to blue, cover {percent(float(zones[:3].sum()))} of the frame with a texture of "
        f"{shadow_texture(picture):.3f} in I and II; zones VIII to X, yellow to red, cover "
        f"{percent(float(zones[8:].sum()))} with a "
        f"texture of {highlight_texture(picture):.3f} in VIII and IX."
    )
    return Drawn(text, (covering(zone[::2, ::2], FALSE_COLOURS, working_size(picture)),))


@evidence_map(
    "light",
    "Where the light falls",
    criterion="lighting",
    features=(
        "vignetting",
        "light_from_above",
        "light_from_side",
        "lightness_gradient",
        "lighting_evenness",
        "tonal_masses",
    ),
)
def light_over_the_frame(picture: Picture) -> Drawn:
    """Large masses of light and shade, and an arrow from the darker towards the lighter half."""
    width, height = working_size(picture)
    cells = lightness_cells(picture)
    half = cells.shape[0] // 2
    above = float(cells[:half].mean() - cells[half:].mean())
    side = float(cells[:, half:].mean() - cells[:, :half].mean())
    evenness, fall = lighting_evenness(picture), vignetting(picture)
    lengths = np.hypot(side, above)
    spread = float(np.ptp(cells))
    if spread < 0.02:
        return Drawn("The light is even over the whole frame.", found=False)
    masses = cells.reshape(8, 3, 8, 3).mean(axis=(1, 3))
    marks: list[Mark] = [shades(masses, MASSES, (width, height))]
    if lengths >= 0.03:
        reach = min(width, height) * min(0.42, 0.12 + 0.6 * lengths)
        dx, dy = side / lengths * reach, -above / lengths * reach
        marks += arrow(width / 2 - dx, height / 2 - dy, width / 2 + dx, height / 2 + dy, drawn(AMBER, 2.2), 13)
    where = "lower" if above < 0 else "upper"
    beside = "right" if side > 0 else "left"
    corners = f"the corners are {abs(fall):.1f} stops {'darker' if fall > 0 else 'lighter'} than the centre"
    text = (
        f"The {where} half is lighter by {percent(abs(above))} of the scale, the {beside} half by {percent(abs(side))}; "
        f"{corners}. Evenness {evenness:.2f} of 1; {percent(tonal_masses(picture))} of the variance lies in large masses."
    )
    return Drawn(text, tuple(marks))


@evidence_map(
    "local_contrast",
    "Local contrast",
    criterion="lighting",
    features=(
        "local_contrast_fine",
        "local_contrast_coarse",
        "local_to_global_contrast",
        "global_contrast_factor",
    ),
)
def local_contrast(picture: Picture) -> Drawn:
    """Where tones differ within five pixels, from nothing to much."""
    plane = fine_deviation(picture)
    height, width = plane.shape
    cells = shrunk(np.ascontiguousarray(plane), max(1, height // 4), max(1, width // 4))
    text = (
        f"Within 5 pixels tones deviate by {local_contrast_fine(picture):.3f} of the scale on average, within 33 pixels by "
        f"{local_contrast_coarse(picture):.3f}; {percent(local_to_global_contrast(picture))} of the contrast is fine detail."
    )
    return Drawn(text, (shades(np.sqrt(cells / 0.2), WARMTH, (width, height)),), found=bool(plane.max() > 1 / 255))


@evidence_map(
    "haze",
    "Haze",
    criterion="lighting",
    features=("dark_channel_mean", "subject_dark_channel"),
)
def haze(picture: Picture) -> Drawn:
    """The dark channel: where even the darkest of R, G and B nearby is light."""
    plane = dark_channel(picture)
    height, width = plane.shape
    cells = shrunk(plane, max(1, height // 4), max(1, width // 4)).astype(np.float32) / 255
    text = (
        f"The darkest channel around a pixel is on average at {percent(dark_channel_mean(picture))} of white: haze, flare "
        "and pale "
        f"surfaces raise it (blue). On the subject the veil is {subject_dark_channel(picture):.2f}, of at most 0.33."
    )
    return Drawn(text, (shades(cells, MIST, (width, height)),))


@evidence_map(
    "subject_tones",
    "Tones of the subject and around it",
    criterion="lighting",
    placement="beside",
    features=("subject_lightness", "backlight", "silhouette", "subject_lighting_contrast", "clipped_subject"),
)
def subject_tones(picture: Picture) -> Drawn:
    """Histograms of the luma inside and outside the subject."""
    main = subject(picture)
    if not main.found:
        return Drawn("No subject stands out, so there are no tones to compare.", found=False, size=(544, 20))
    left, top, wide, tall = 16, 28, 512, 120
    marks: list[Mark] = [segment(left, top + tall, left + wide, top + tall, plain(QUIET, 0.8))]
    for counts, colour in zip(subject_histograms(picture)[::-1], (QUIET, AMBER), strict=True):
        smooth = np.convolve(counts / max(1.0, counts.sum()), np.hanning(13)[1:-1] / np.hanning(13).sum(), mode="same")
        peak = max(float(np.sort(smooth)[-3]), 1e-9)
        x = left + 2 * np.arange(256) + 1.0
        outline = np.stack([x, top + tall - np.minimum(smooth / peak, 1.04) * (tall - 6)], axis=1)
        closing = line((left + wide - 1, top + tall), (left + 1, top + tall))
        marks.append(Path((np.concatenate([outline, closing]),), None, colour + "55", closed=True))
        marks.append(Path((outline,), plain(colour, 1.4)))
    marks += [Box(left, 6, 10, 10, None, AMBER), note(left + 15, 11, "subject")]
    marks += [Box(left + 80, 6, 10, 10, None, QUIET), note(left + 95, 11, "background")]
    marks += [note(left, top + tall + 13, "black", size=10), note(left + wide, top + tall + 13, "white", size=10, anchor="end")]
    behind = backlight(picture)
    text = (
        f"The subject has a mean lightness of L* {subject_lightness(picture):.0f}; the background is {abs(behind):.1f} stops "
        f"{'brighter' if behind > 0 else 'darker'}. It is a silhouette by {silhouette(picture):.2f} of 1."
    )
    return Drawn(text, tuple(marks), size=(544, 170))
