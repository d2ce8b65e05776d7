"""The evidence of one picture: every map, drawn from the planes and functions that its features are measured with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..features import Picture
from ..images import MAX_PIXELS, read_image
from .maps import EvidenceMap
from .maps.native import KEPT
from .maps.registry import LazyMaps, records

if TYPE_CHECKING:
    from .explanation import Explanation

__all__ = ["KEPT", "EvidenceMap", "LazyMaps", "evidence", "leading_maps", "maps_by_feature", "picture_of"]


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


def leading_maps(explanation: Explanation, count: int) -> list[str]:
    """Names of maps that show what moves the score most: one for each of the strongest features that has one.

    Parameters
    ----------
    explanation : Explanation
        One that holds a photograph; without it there are no maps.
    count : int
        The most maps to name; maps that found nothing are passed over.
    """
    if explanation.picture is None:
        return []
    known, names = maps_by_feature(), []
    for feature in explanation.features:
        # A map of another criterion shows the same feature only in passing.
        own = sorted(known.get(feature.name, []), key=lambda name: records()[name].criterion != feature.criterion)
        fresh = [name for name in own[:1] if name not in names and explanation.maps[name].found]
        names += fresh
        if len(names) >= count:
            break
    return names
