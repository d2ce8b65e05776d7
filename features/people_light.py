"""Features of the criterion ``people``: light and focus on faces.

What reaches the camera from a face is the light on it times what the skin returns, and a photograph does not tell one from
the other. ``face_shadows``, ``face_light_ratio`` and the features of focus compare parts of one face with each other, so that
skin cancels out, and ``face_blown_highlights`` counts tones that are lost. ``face_lightness``, ``face_backlight`` and
``faces_light_spread`` do hold the skin: they serve to compare frames of the same people, carry no direction that a model
would be bound to, and are measured only when asked for by name, so that no model of different people holds them unawares.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .catalogue import feature
from .lighting_tones import WHITE, channel_levels, lightness, luminance
from .people_faces import Face, away_from_faces, faces, of_main_face, oval
from .picture import Picture, shared
from .sharpness_edges import crispness, edges, in_mask, working_cells, working_luma, working_smooth

FLARE = 0.01
"""Linear luminance added before taking logarithms, about that of stray light in a lens; keeps black defined."""

STOPS = math.log2((1 + FLARE) / FLARE)
"""Stops between black and white, with flare."""

SKIN = "it holds the skin as well as the light: of use among frames of the same people; otherwise see face_light_ratio"


def _pixels(picture: Picture, face: Face, plane: NDArray[np.generic]) -> NDArray[np.generic]:
    """Values of a plane of the working scale within a face's oval, one-dimensional."""
    inside = oval(face, *picture.rgb.shape[:2])
    return plane[inside.rows, inside.columns][inside.mask]


def _stops(first: float, second: float) -> float:
    """By how many stops the first luminance exceeds the second."""
    return min(STOPS, max(-STOPS, math.log2((first + FLARE) / (second + FLARE))))


@feature(
    criterion="people",
    label="lightness of the main face",
    unit="L*",
    range=(0, 100),
    direction="neutral",
    reference="mean CIE L* of the face",
    compatibility=SKIN,
)
@of_main_face
def face_lightness(picture: Picture, face: Face) -> float:
    """Mean L* within the oval of the main face: exposure of the face, times its skin. NaN without a face."""
    return min(100.0, max(0.0, float(_pixels(picture, face, lightness(picture)).mean())))


@feature(
    criterion="people",
    label="background brighter than the main face",
    unit="stops",
    range=(-STOPS, STOPS),
    direction="neutral",
    reference="Luo & Tang 2008, section 3.2 (lighting of subject against background), of the face, signed and in stops",
    compatibility=SKIN,
)
@of_main_face
def face_backlight(picture: Picture, face: Face) -> float:
    """Stops by which what is away from all faces is brighter than the main face; negative for a lit face on a dark ground.

    ``log2((mean luminance of the ground + 0.01) / (that of the face + 0.01))``, linear light. NaN without a face, or where
    faces leave no ground.
    """
    ground = away_from_faces(picture)
    if not ground.any():
        return math.nan
    light = luminance(picture)
    return _stops(cv2.mean(light, ground)[0], float(_pixels(picture, face, light).mean(dtype=np.float64)))


@feature(
    criterion="people",
    label="shadow on the main face",
    unit="share of the face",
    range=(0, 1),
    direction="neutral",
    reference="share of shadow in the face, here relative to its own lit part: ours",
)
@of_main_face
def face_shadows(picture: Picture, face: Face) -> float:
    """Share of the main face that is more than two stops darker than its lit part (90 % quantile of linear luminance).

    About 0.05-0.15 (eyes, brows, nostrils) in soft light, 0.5 where half of the face lies in the dark. Does not change with
    exposure. NaN without a face.
    """
    light = _pixels(picture, face, luminance(picture)).astype(np.float64) + FLARE
    return float((light < np.quantile(light, 0.9) / 4).mean())


@feature(
    criterion="people",
    label="light ratio between the sides of the main face",
    unit="stops",
    range=(0, STOPS),
    direction="neutral",
    reference="lighting ratio of portraiture, key to fill; form is ours",
)
@of_main_face
def face_light_ratio(picture: Picture, face: Face) -> float:
    """Stops between the brighter and the darker side of the main face, on either side of the line from eyes to mouth.

    Mean linear luminance of each side plus 0.01. 0 flat or frontal light, 1 gentle modelling, 3 half the face in the dark.
    NaN without a face, and where one side shows less than an eighth of the face (profiles).
    """
    inside = oval(face, *picture.rgb.shape[:2])
    rows, columns = np.nonzero(inside.mask)
    (x, y), (end_x, end_y) = face.eyes, face.mouth
    aside = (end_x - x) * (rows + inside.rows.start + 0.5 - y) - (end_y - y) * (columns + inside.columns.start + 0.5 - x)
    light = luminance(picture)[inside.rows, inside.columns][inside.mask].astype(np.float64)
    one, other = light[aside < 0], light[aside > 0]
    if min(one.size, other.size) < max(1, light.size / 8):
        return math.nan
    return abs(_stops(float(one.mean()), float(other.mean())))


@feature(
    criterion="people",
    label="blown highlights on the main face",
    unit="share of the face",
    range=(0, 1),
    direction="lower",
    reference="share of pixels of the face with a channel >= 251/255",
)
@of_main_face
def face_blown_highlights(picture: Picture, face: Face) -> float:
    """Share of the main face where a colour channel has burnt out, at 251 of 255 or more. NaN without a face."""
    return float((_pixels(picture, face, channel_levels(picture).largest) >= WHITE).mean())  # type: ignore[operator]


@feature(
    criterion="people",
    label="unevenness of light between faces",
    unit="stops",
    range=(0, STOPS / 2),
    direction="neutral",
    reference="standard deviation of the faces' luminance in stops; form is ours",
    compatibility=SKIN,
)
def faces_light_spread(picture: Picture) -> float:
    """Standard deviation over faces of ``log2(mean linear luminance + 0.01)``: 0 evenly lit. NaN with fewer than two."""
    found = faces(picture)
    if found is None or len(found) < 2:
        return math.nan
    light = luminance(picture)
    return float(np.std([math.log2(_pixels(picture, face, light).mean(dtype=np.float64) + FLARE) for face in found]))


@shared
def _face_crispness(picture: Picture) -> float:
    """Crispness of the edges in the main face's box at the working scale."""
    found = faces(picture)
    assert found
    inside = oval(found[0], *picture.rgb.shape[:2])
    luma, smooth = (
        np.ascontiguousarray(plane[inside.rows, inside.columns]) for plane in (working_luma(picture), working_smooth(picture))
    )
    return float(crispness(edges(luma, smooth, len(luma)).cells.reshape(3, -1).sum(axis=1)))


@feature(
    criterion="people",
    label="focus on the main face",
    unit="1",
    range=(0, 1),
    direction="higher",
    reference="edge spread from the ratio of gradients at two scales, after Zhuo & Sim 2011, section 3, within the face",
)
@of_main_face
def face_focus(picture: Picture, face: Face) -> float:
    """How crisp the edges within the main face are when the picture is seen whole (working scale); noise does not raise it.

    ``sqrt((R^2 - 1) / 27)`` as for ``focus``: 0.4 and more for a crisp face, below 0.2 blurred. 0 where the face has no edge;
    NaN without a face.
    """
    return _face_crispness(picture)


@feature(
    criterion="people",
    label="focus of the main face against the rest",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="Zhuo & Sim 2011, section 3, of face and surroundings, compared as in Luo & Tang 2008, clarity contrast",
)
@of_main_face
def face_focus_advantage(picture: Picture, face: Face) -> float:
    """Focus within the main face less focus away from all faces, ``(a - b) / (a + b)``.

    Above 0 where the face is crisper than its surroundings, 1 where these hold no edge at all (a plain or wholly blurred
    ground), below 0 where the focus missed the face. 0 without any edge; NaN without a face, or where faces leave no ground.
    """
    cells = working_cells(picture)
    around = cells.sums[:, in_mask(cells.centres, away_from_faces(picture).view(np.bool_))]
    if not around.size:
        return math.nan
    inside, outside = _face_crispness(picture), float(crispness(around.sum(axis=1)))
    return (inside - outside) / (inside + outside) if inside + outside > 0 else 0.0
