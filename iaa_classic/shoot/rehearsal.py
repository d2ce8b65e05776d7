"""A made-up shoot whose truth is known: bursts with one undamaged frame each, brackets, focus stacks, panoramas, single frames.

It proves that culling does what it says (``tests/shoot``, ``benchmarks/shoot.py``). Every frame is cut from a photograph with a
little wobble of the hand and written as a JPEG with the EXIF of a camera.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..degradations import defocus, expose, motion_blur

Pixels = NDArray[np.uint8]

DAMAGES = ("defocus", "motion", "overexposed", "underexposed", "blink")
"""What is done to all frames of a burst but one."""

_START = datetime(2024, 5, 4, 10, 0, 0)
_KEPT = 0.9
"""Share of the photograph's sides that a frame shows."""


@dataclass(frozen=True)
class Shot:
    """One frame of the truth: its file, the group that it belongs to, the kind of group, and what was done to it."""

    path: Path
    group: int
    kind: str
    damage: str = ""


class Rehearsal:
    """Writes frames with a clock that ticks; ``shots`` is the truth.

    Parameters
    ----------
    folder : Path
        An existing folder that the frames go to.
    seed : int
    bias : bool
        Whether exposure compensation and shutter speed are written.
    quality : int
        Of the JPEGs.
    """

    def __init__(self, folder: Path, *, seed: int = 0, bias: bool = True, quality: int = 92) -> None:
        self.folder, self.bias, self.quality = folder, bias, quality
        self.random = np.random.default_rng(seed)
        self.shots: list[Shot] = []
        self._clock = _START
        self._group = -1

    def burst(self, photograph: Pixels, damages: Sequence[str] = DAMAGES, *, undamaged: int = 1) -> None:
        """One frame of each damage and ``undamaged`` good ones, in random order, three a second."""
        frames = [*damages, *([""] * undamaged)]
        self._next_group()
        for damage in self.random.permutation(np.array(frames, dtype=object)):
            rgb = self._cut(photograph, 0.3)
            self._write(self.damaged(rgb, damage) if damage else rgb, "burst" if len(frames) > 1 else "single", damage)
            self._clock += timedelta(milliseconds=330)

    def single(self, photograph: Pixels) -> None:
        """One frame on its own."""
        self.burst(photograph, (), undamaged=1)

    def bracket(self, photograph: Pixels, stops: Sequence[float] = (0, -2, 2)) -> None:
        """Frames of different exposures from the hand."""
        self._next_group()
        for step in stops:
            self._write(expose(self._cut(photograph, 0.08), step), "bracket", bias=step)
            self._clock += timedelta(milliseconds=250)

    def focus_stack(self, photograph: Pixels, steps: int = 5) -> None:
        """Frames from a tripod, each sharp in another upright strip, as where the scene recedes from left to right."""
        self._next_group()
        rgb = self._cut(photograph, 0)
        width = rgb.shape[1]
        soft = [rgb] + [defocus(rgb, radius) for radius in (2.0, 4.5, 8.0)]
        place = (np.arange(width) + 0.5) / width * steps - 0.5
        for step in range(steps):
            distance = np.clip(np.abs(place - step) - 0.35, 0, 3) / max(1, steps / 5)
            low = np.minimum(distance.astype(int), 2)
            share = (distance - low)[None, :, None]
            stack = np.array(soft, dtype=np.float32)
            columns = np.arange(width)
            near, far = stack[low, :, columns].transpose(1, 0, 2), stack[low + 1, :, columns].transpose(1, 0, 2)
            self._write(np.rint(near * (1 - share) + far * share).astype(np.uint8), "focus stack")
            self._clock += timedelta(milliseconds=900)

    def panorama(self, photograph: Pixels, count: int = 3, overlap: float = 0.45) -> None:
        """Frames side by side over the photograph's long side, each ``overlap`` of its width in the next."""
        self._next_group()
        height, width = photograph.shape[:2]
        along, across = (width, height) if width >= height else (height, width)
        size = int(along / (count - (count - 1) * overlap))
        other = min(across, int(size * 1.5))
        for step in range(count):
            start = int(step * size * (1 - overlap))
            wobble = int((across - other) * 0.5 + self.random.uniform(-0.01, 0.01) * across)
            wobble = min(max(wobble, 0), across - other)
            if width >= height:
                rgb = photograph[wobble : wobble + other, start : start + size]
            else:
                rgb = photograph[start : start + size, wobble : wobble + other]
            self._write(np.ascontiguousarray(rgb), "panorama")
            self._clock += timedelta(seconds=2)

    def damaged(self, rgb: Pixels, damage: str) -> Pixels:
        """The damage, at a random strength that a person sees at a glance when comparing."""
        return _DAMAGE[damage](rgb, self.random)

    def _cut(self, photograph: Pixels, wobble: float) -> Pixels:
        height, width = photograph.shape[:2]
        tall, wide = int(height * _KEPT), int(width * _KEPT)
        down, across = (self.random.uniform(0.5 - wobble, 0.5 + wobble) for _ in range(2))
        top, left = int((height - tall) * down), int((width - wide) * across)
        return np.ascontiguousarray(photograph[top : top + tall, left : left + wide])

    def _next_group(self) -> None:
        self._group += 1
        self._clock += timedelta(seconds=float(self.random.uniform(15, 200)))

    def _write(self, rgb: Pixels, kind: str, damage: str = "", bias: float = 0.0) -> None:
        from PIL import Image

        path = self.folder / f"IMG_{len(self.shots):04d}.JPG"
        exif = Image.Exif()
        exif[0x010F], exif[0x0110] = "Rehearsal", "Camera One"
        details = exif.get_ifd(0x8769)
        details[0x9003] = self._clock.strftime("%Y:%m:%d %H:%M:%S")
        details[0x9291] = f"{self._clock.microsecond // 10_000:02d}"
        if self.bias:
            details[0x9204] = float(bias)
            details[0x829A], details[0x829D], details[0x8827] = 2.0**bias / 250, 5.6, 200
        Image.fromarray(rgb).save(path, quality=self.quality, exif=exif)
        self.shots.append(Shot(path, self._group, kind, damage))


def _blink(rgb: Pixels, random: np.random.Generator) -> Pixels:
    """Two small places beside each other in the most detailed part of the middle lose their detail, as eyes that close do."""
    height, width = rgb.shape[:2]
    long = max(height, width)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    busy = cv2.GaussianBlur(np.abs(cv2.Laplacian(grey, cv2.CV_32F)), (0, 0), 0.02 * long)
    inner = np.zeros_like(busy)
    inner[int(0.2 * height) : int(0.8 * height), int(0.2 * width) : int(0.8 * width)] = 1
    y, x = np.unravel_index(int(np.argmax(busy * inner)), busy.shape)
    radius = float(random.uniform(0.018, 0.025)) * long
    rows, columns = np.mgrid[:height, :width]
    mask = np.zeros((height, width), np.float32)
    for side in (-1, 1):
        distance = np.hypot(rows - y, columns - (x + side * 1.2 * radius))
        mask = np.maximum(mask, np.clip((radius - distance) / (0.2 * radius) + 0.5, 0, 1).astype(np.float32))
    smooth = cv2.GaussianBlur(rgb, (0, 0), 0.6 * radius).astype(np.float32)
    return np.rint(rgb * (1 - mask[..., None]) + smooth * mask[..., None]).astype(np.uint8)


def _visible(rgb: Pixels, thousandths: float, pixels: float) -> float:
    """A length in thousandths of the long side, but at least so many pixels: less is no damage to a small picture."""
    return max(thousandths, 1000 * pixels / max(rgb.shape[:2]))


_DAMAGE: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "defocus": lambda rgb, random: defocus(rgb, _visible(rgb, float(random.uniform(1.5, 5)), 1.3)),
    "motion": lambda rgb, random: motion_blur(
        rgb, _visible(rgb, float(random.uniform(5, 15)), 4), float(random.uniform(0, 180))
    ),
    "overexposed": lambda rgb, random: expose(rgb, float(random.uniform(0.8, 1.6))),
    "underexposed": lambda rgb, random: expose(rgb, -float(random.uniform(1.0, 2.0))),
    "blink": _blink,
}
