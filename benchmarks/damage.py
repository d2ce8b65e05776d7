"""The controlled degradations that the default model learns from, and the ones that it is tested on.

They are kept apart: the model is fitted on damaged OASIS and Vessel photographs, with strengths drawn at random, and tested
on damaged Kodak photographs and wallpapers at fixed strengths.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from iaa_classic import degradations as damage

Pixels = np.ndarray


class Kind(NamedTuple):
    """A way to damage a photograph for training.

    ``draw`` takes the picture, a severity in [0, 1] and a random generator. ``cost`` is what full severity costs, in points
    of the 1-10 scale: a convention of this project, in the order in which quality studies rank such damage (blur, noise
    and compression hardest, geometry least).
    """

    draw: Callable[[Pixels, float, np.random.Generator], Pixels]
    cost: float


def _between(low: float, high: float, severity: float) -> float:
    """Geometric interpolation, as strengths are perceived by ratio."""
    return float(low * (high / low) ** severity)


def _side(random: np.random.Generator) -> str:
    return str(random.choice(["bottom", "bottom", "top", "left", "right"]))


def _off_thirds(rgb: Pixels, severity: float, random: np.random.Generator) -> Pixels:
    """Cut away part of the frame on one side and on another, so that what was placed with care no longer is."""
    share = 0.15 + 0.3 * severity
    left, top = (float(random.choice([0.0, share])) for _ in range(2))
    return damage.crop(rgb, left, top, 1 - (share - left), 1 - (share - top))


TRAINING: dict[str, Kind] = {
    "defocus": Kind(lambda rgb, s, _: damage.defocus(rgb, _between(1.2, 12, s)), 3.5),
    "gaussian blur": Kind(lambda rgb, s, _: damage.gaussian_blur(rgb, _between(0.8, 5, s)), 3.5),
    "motion blur": Kind(lambda rgb, s, r: damage.motion_blur(rgb, _between(4, 40, s), r.uniform(0, 180)), 3.5),
    "noise": Kind(lambda rgb, s, r: damage.noise(rgb, _between(5, 50, s), int(r.integers(2**31))), 3.5),
    "jpeg": Kind(lambda rgb, s, _: damage.jpeg(rgb, round(_between(50, 4, s))), 3.5),
    "underexposure": Kind(lambda rgb, s, _: damage.expose(rgb, -_between(0.8, 3.5, s)), 3.5),
    "overexposure": Kind(lambda rgb, s, _: damage.expose(rgb, _between(0.6, 2.5, s)), 3.5),
    "clipped highlights": Kind(lambda rgb, s, _: damage.clip_highlights(rgb, _between(0.04, 0.4, s)), 3.0),
    "crushed shadows": Kind(lambda rgb, s, _: damage.crush_shadows(rgb, _between(0.08, 0.5, s)), 2.5),
    "low contrast": Kind(lambda rgb, s, _: damage.flatten_contrast(rgb, _between(0.75, 0.2, s)), 3.0),
    "colour cast": Kind(lambda rgb, s, r: damage.colour_cast(rgb, _between(8, 40, s), r.uniform(0, 360)), 3.0),
    "over-saturation": Kind(lambda rgb, s, _: damage.saturate(rgb, _between(1.7, 4, s)), 3.0),
    "over-sharpening": Kind(lambda rgb, s, _: damage.oversharpen(rgb, _between(0.8, 5, s)), 2.5),
    "tilt": Kind(lambda rgb, s, r: damage.tilt(rgb, r.choice([-1, 1]) * _between(2.5, 12, s)), 2.5),
    "off-thirds crop": Kind(_off_thirds, 1.5),
    "pasted grey": Kind(lambda rgb, s, r: damage.grey_half(rgb, _side(r), 0.2 + 0.4 * s), 3.5),
    "shuffled blocks": Kind(lambda rgb, s, r: damage.shuffle_blocks(rgb, int(r.integers(16, 96)), int(r.integers(2**31))), 3.5),
}

TEST: dict[str, tuple[Callable[[Pixels], Pixels], Callable[[Pixels], Pixels]]] = {
    "defocus": (lambda rgb: damage.defocus(rgb, 3), lambda rgb: damage.defocus(rgb, 6)),
    "noise": (lambda rgb: damage.noise(rgb, 12), lambda rgb: damage.noise(rgb, 25)),
    "JPEG blocks": (lambda rgb: damage.jpeg(rgb, 20), lambda rgb: damage.jpeg(rgb, 8)),
    "underexposure": (lambda rgb: damage.expose(rgb, -1.5), lambda rgb: damage.expose(rgb, -2.5)),
    "overexposure": (lambda rgb: damage.expose(rgb, 1), lambda rgb: damage.expose(rgb, 1.8)),
    "motion blur": (lambda rgb: damage.motion_blur(rgb, 10, 35), lambda rgb: damage.motion_blur(rgb, 20, 35)),
    "colour cast": (lambda rgb: damage.colour_cast(rgb, 15), lambda rgb: damage.colour_cast(rgb, 30)),
    "over-saturation": (lambda rgb: damage.saturate(rgb, 2), lambda rgb: damage.saturate(rgb, 3)),
    "clipped highlights": (lambda rgb: damage.clip_highlights(rgb, 0.1), lambda rgb: damage.clip_highlights(rgb, 0.25)),
    "tilt": (lambda rgb: damage.tilt(rgb, 5), lambda rgb: damage.tilt(rgb, 10)),
}
"""Kind to its weaker and stronger form. The bar speaks of the first five; the others are reported too."""

BAR_KINDS = ("defocus", "noise", "JPEG blocks", "underexposure", "overexposure")

PROBES: dict[str, Callable[[Pixels], Pixels]] = {
    "blurred, sigma 2": lambda rgb: damage.gaussian_blur(rgb, 2),
    "noise, sigma 15": lambda rgb: damage.noise(rgb, 15),
    "grey lower half": lambda rgb: damage.grey_half(rgb, "bottom", 0.5),
    "64-pixel blocks shuffled": lambda rgb: damage.shuffle_blocks(rgb, 64, 1),
}
"""The four probes on which peers score some damaged photographs higher than the originals."""
