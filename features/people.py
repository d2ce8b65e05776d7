"""Features of the criterion ``people``: how faces are photographed, their number, size and place in the frame.

Light and focus on them are measured in ``people_light``. All of it is about the photograph and never about the person: there is
no feature of looks, age, sex, skin, beauty or expression, and none is welcome.

Missing values: every feature is NaN where the picture carries no face detector. With a detector, a picture without a face has
0 faces of size 0, and what cannot be said without a face is NaN.

Symbols: the main face is the one that takes most room; ``(cx, cy)`` is the middle of its box as shares of width and height.
"""

from __future__ import annotations

import math

from . import people_light
from .catalogue import feature
from .people_faces import Face, faces, of_main_face
from .picture import Picture

__all__ = ["people_light"]

LI = "Li, Gallagher, Loui & Chen 2010, Aesthetic quality assessment of consumer photos with faces"
REDI = "Redi, Rasiwasia, Aggarwal & Jaimes 2015, The beauty of capturing faces"
_PORTRAITURE = "common rule of portraiture; form is ours"


@feature(
    criterion="people",
    label="number of faces",
    unit="faces",
    range=(0, math.inf),
    direction="neutral",
    reference=LI,
)
def face_count(picture: Picture) -> float:
    """Number of faces found; 0 without a face."""
    found = faces(picture)
    return math.nan if found is None else float(len(found))


@feature(
    criterion="people",
    label="size of the main face",
    unit="share of the frame",
    range=(0, 1),
    direction="neutral",
    reference="after " + REDI,
)
def main_face_area(picture: Picture) -> float:
    """Share of the frame that the box of the main face covers; 0 without a face.

    0.01 for a person at full length, 0.05 for head and shoulders, above 0.2 for a close-up.
    """
    found = faces(picture)
    if found is None:
        return math.nan
    height, width = picture.rgb.shape[:2]
    return min(1.0, found[0].area / (height * width)) if found else 0.0


def _place(face: Face, picture: Picture) -> tuple[float, float]:
    """``(cx, cy)``, which a face beyond the frame's edge has on the edge."""
    height, width = picture.rgb.shape[:2]
    x, y = face.centre
    return min(1.0, max(0.0, x / width)), min(1.0, max(0.0, y / height))


@feature(
    criterion="people",
    label="main face away from the power points",
    unit="share of width and height",
    range=(0, math.sqrt(2) / 3),
    direction="neutral",
    reference="Luo & Tang 2008, geometry f_m, of the face; " + REDI,
)
@of_main_face
def main_face_thirds_distance(picture: Picture, face: Face) -> float:
    """Distance of the main face to the nearest crossing of the lines of thirds: ``min sqrt((cx - px)**2 + (cy - py)**2)``.

    0 on a power point, 0.236 in the middle of the frame. NaN without a face.
    """
    x, y = _place(face, picture)
    return math.hypot(*(min(abs(at - 1 / 3), abs(at - 2 / 3)) for at in (x, y)))


@feature(
    criterion="people",
    label="main face away from the centre",
    unit="share of half the diagonal",
    range=(0, 1),
    direction="neutral",
    reference="place of the face, in the form of attention_offset; after " + LI,
)
@of_main_face
def main_face_offset(picture: Picture, face: Face) -> float:
    """Distance of the main face from the middle of the frame over half the diagonal: 0 centred, 1 in a corner.

    NaN without a face.
    """
    height, width = picture.rgb.shape[:2]
    x, y = _place(face, picture)
    return min(1.0, 2 * math.hypot((x - 0.5) * width, (y - 0.5) * height) / math.hypot(width, height))


@feature(
    criterion="people",
    label="eyes away from the upper third",
    unit="share of the height",
    range=(0, 2 / 3),
    direction="neutral",
    reference="eyes on the upper third: " + _PORTRAITURE,
)
@of_main_face
def eye_line_thirds_distance(picture: Picture, face: Face) -> float:
    """Distance down the frame between the eyes of the main face and the upper line of thirds, ``|ey / height - 1/3|``.

    NaN without a face.
    """
    return abs(min(1.0, max(0.0, face.eyes[1] / picture.rgb.shape[0])) - 1 / 3)


@feature(
    criterion="people",
    label="space above the main face",
    unit="share of the height",
    range=(0, 1),
    direction="unimodal",
    reference="head room: " + _PORTRAITURE,
)
@of_main_face
def head_room(picture: Picture, face: Face) -> float:
    """Distance from the forehead of the main face to the upper edge over the frame's height; 0 where the edge cuts it.

    NaN without a face.
    """
    return min(1.0, max(0.0, face.top / picture.rgb.shape[0]))


@feature(
    criterion="people",
    label="room that the main face looks into",
    unit="1",
    range=(-1, 1),
    direction="neutral",
    reference="looking room: " + _PORTRAITURE,
)
@of_main_face
def looking_room(picture: Picture, face: Face) -> float:
    r"""Space before the main face less space behind it, by how far it is turned aside.

    .. math:: f \, (1 - 2 c_x), \quad f = (n_x - e_x) / |e|

    with ``n`` the nose, ``e`` the middle of the eyes, ``|e|`` their distance and ``f`` clipped to [-1, 1]. Above 0 for a face
    turned into the frame, below 0 for one turned out of it, 0 facing the camera or centred. NaN without a face.
    """
    across = math.hypot(*face.eye_line)
    turned = face.nose[0] - face.eyes[0]
    aside = min(1.0, max(-1.0, turned / across)) if across > 0 else math.copysign(1.0, turned) if turned else 0.0
    return aside * (1 - 2 * _place(face, picture)[0])


@feature(
    criterion="people",
    label="main face away from the frame's edge",
    unit="share of the short side",
    range=(0, 0.5),
    direction="neutral",
    reference="smallest margin between face and frame: " + _PORTRAITURE,
)
@of_main_face
def main_face_margin(picture: Picture, face: Face) -> float:
    """Smallest distance between the box of the main face and an edge of the frame over the short side.

    0 where the face touches an edge or is cut. NaN without a face.
    """
    height, width = picture.rgb.shape[:2]
    gap = min(face.left, face.top, width - face.right, height - face.bottom)
    return min(0.5, max(0.0, gap / min(height, width)))


@feature(
    criterion="people",
    label="tilt of the main face",
    unit="degrees",
    range=(0, 180),
    direction="neutral",
    reference="in-plane pose of the face; after " + LI,
)
@of_main_face
def face_tilt(picture: Picture, face: Face) -> float:
    r"""Angle by which the main face leans in the picture's plane: 0 upright, 90 lying on its side, 180 upside down.

    .. math:: \arctan_2(|e_y - m_x|, e_x + m_y)

    with ``e`` the line from eye to eye and ``m`` that from the middle of the eyes to the mouth: the rotation that suits both
    best, so that a profile, whose eyes are close together, is judged by its mouth. 0 where all of these are in one place. NaN
    without a face.
    """
    (x, y), (end_x, end_y) = face.eye_line, (face.mouth[0] - face.eyes[0], face.mouth[1] - face.eyes[1])
    return math.degrees(math.atan2(abs(y - end_x), x + end_y))
