"""The evidence of one picture: every map, drawn from the planes and functions that its features are measured with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..features import Picture
from ..features.people_faces import faces
from ..features.sharpness_edges import native_cells, subject_cells
from ..images import MAX_PIXELS, read_image
from .maps import EvidenceMap
from .maps.registry import LazyMaps, records

__all__ = ["KEPT", "EvidenceMap", "LazyMaps", "evidence", "maps_by_feature", "picture_of"]

KEPT: tuple[Callable[[Picture], Any], ...] = (native_cells, subject_cells, faces)
"""What maps show of native pixels or of a detector, for ``Picture.reduced`` to keep: a few numbers per cell."""


def picture_of(source: Any, *, max_pixels: int = MAX_PIXELS, face_detector: Any = None) -> Picture:
    """The picture that maps are drawn from, at the working scale, of a photograph whose features are known already.

    Parameters
    ----------
    source : path, bytes, binary file, ndarray or PIL image
    max_pixels : int
        Larger pictures are refused before they are decoded.
    face_detector : FaceDetector, optional
        What finds the faces for the map of faces.

    Raises
    ------
    ImageError
        If the photograph cannot be read.
    """
    return Picture(read_image(source, max_pixels=max_pixels).pixels, face_detector).reduced(KEPT)


def evidence(picture: Picture) -> dict[str, EvidenceMap]:
    """All maps of one picture by name, in a fixed order.

    Parameters
    ----------
    picture : Picture
        Whatever its features have measured already is not computed again.
    """
    return {name: record.draw(picture) for name, record in records().items()}


def maps_by_feature() -> dict[str, list[str]]:
    """Names of the maps that explain each feature; features that no map explains are absent."""
    found: dict[str, list[str]] = {}
    for name, record in records().items():
        for feature in record.features:
            found.setdefault(feature, []).append(name)
    return found
