"""Embedded ICC profiles to sRGB, through LittleCMS (Pillow's ImageCms)."""

from __future__ import annotations

import functools
import io

import numpy as np
from PIL import Image, ImageCms

_DAMAGED = "colour profile is damaged and was ignored"
_SAME = 2
"""A profile whose colours differ from sRGB by no more than this many 8-bit steps is sRGB."""


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, str | None]:
    """Convert an image of mode L, RGB or CMYK from its profile to sRGB, and say where the profile had to be ignored.

    The same image comes back where there is no profile or where it is sRGB; that costs nothing.
    """
    if not profile:
        return image, None
    transform = _transform(profile, image.mode)
    if transform is None or isinstance(transform, str):
        return image, transform
    return transform.apply(image), None


def is_plain(profile: bytes | None, mode: str) -> tuple[bool, str | None]:
    """Tell whether pixels of this mode can be taken as sRGB as they are, and say where a profile had to be ignored."""
    if not profile:
        return True, None
    transform = _transform(profile, mode)
    if transform is None or isinstance(transform, str):
        return True, transform
    return False, None


@functools.lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | str | None:
    """Return the transform to sRGB, None where it would change nothing, or the reason why there is none."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
    except Exception:
        return _DAMAGED
    expected = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}.get(mode)
    if space != expected:
        return f"colour profile is for {space} pictures, not {expected or mode}, and was ignored"
    try:
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return None if _changes_nothing(transform, mode) else transform
    except Exception:
        return _DAMAGED


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    if mode == "RGB":
        lattice = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 16, 3)
        image = Image.fromarray(lattice)
    elif mode == "L":
        image = Image.fromarray(steps.reshape(1, -1))
    else:
        return False
    before = np.asarray(image.convert("RGB"), dtype=np.int16)
    after = np.asarray(transform.apply(image), dtype=np.int16)
    return bool(np.abs(after - before).max() <= _SAME)
