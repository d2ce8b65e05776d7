"""Frames that may be tried for a photograph: crops that cut neither face nor subject, and turns that level what is tilted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

from ..face_detection import detector_for
from ..features import Picture, select
from ..features.composition_horizon import horizon
from ..features.composition_lines import tilt_of_lines
from ..features.people_faces import faces
from ..features.saliency import subject
from .judging import Pixels

Box = tuple[float, float, float, float]

SIDES = (0.9, 0.8, 0.7)
"""Shares of width and height that a crop keeps."""

LEAST_AREA = 0.49
"""Share of the frame that a crop keeps at least."""

FACE_MARGIN = 0.25
"""Room around a face that a crop leaves, as a share of the face's box: hair and chin lie outside it."""

SUBJECT_MARGIN = 0.02
"""Room around the subject that a crop leaves, as a share of the frame."""

LEAST_TILT, MOST_TILT = 0.5, 8.0
"""Degrees of tilt that are worth straightening, and up to which a tilt is taken for one."""

CLEAR_HORIZON = 0.4
"""Share of the colour variance from which a horizon is believed; see ``horizon_strength``."""

CLEAR_LINES = 0.2
"""Agreement from which the tilt of lines is believed; see ``line_alignment``."""


@dataclass(frozen=True)
class Guarded:
    """Boxes (left, top, right, bottom in shares of the frame) that a crop may not cut."""

    boxes: tuple[Box, ...]

    @classmethod
    def of(cls, rgb: Pixels, face_detector: Any) -> Guarded:
        """The subject and the faces of a picture; faces only where there is something to find them with."""
        picture = Picture(rgb, detector_for(face_detector, select("people")))
        height, width = picture.rgb.shape[:2]
        boxes = []
        for face in faces(picture) or ():
            across, down = FACE_MARGIN * (face.right - face.left), FACE_MARGIN * (face.bottom - face.top)
            box = (face.left - across, face.top - down, face.right + across, face.bottom + down)
            boxes.append((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
        found = subject(picture)
        if found.found:
            left, top, right, bottom = found.box
            boxes.append((left - SUBJECT_MARGIN, top - SUBJECT_MARGIN, right + SUBJECT_MARGIN, bottom + SUBJECT_MARGIN))
        return cls(tuple((max(0.0, a), max(0.0, b), min(1.0, c), min(1.0, d)) for a, b, c, d in boxes))

    def inside(self, frame: Box) -> bool:
        """Whether every box lies within ``frame``."""
        return all(
            frame[0] <= box[0] and frame[1] <= box[1] and box[2] <= frame[2] and box[3] <= frame[3] for box in self.boxes
        )


def crops(guarded: Guarded) -> list[Box]:
    """Frames to try: each share of width and height that keeps enough, at the middle and against each side."""
    tried = []
    for wide, tall in [*((side, side) for side in SIDES), (1.0, 0.8), (0.8, 1.0)]:
        if wide * tall < LEAST_AREA - 1e-9:
            continue
        places = product(sorted({0.0, (1 - wide) / 2, 1 - wide}), sorted({0.0, (1 - tall) / 2, 1 - tall}))
        for left, top in places:
            frame = (round(left, 3), round(top, 3), round(left + wide, 3), round(top + tall, 3))
            if guarded.inside(frame):
                tried.append(frame)
    return tried


def tilts(picture: Picture) -> tuple[float, ...]:
    """Degrees clockwise that would level a clear horizon, or the lines of the picture where they agree; to 0.1 degrees."""
    line = horizon(picture)
    tilt, agreement = tilt_of_lines(picture)
    believed = []
    if line.strength >= CLEAR_HORIZON:
        believed.append(-line.angle)
    if agreement >= CLEAR_LINES:
        believed.append(-tilt)
    rounded = {round(angle, 1) for angle in believed if LEAST_TILT <= abs(angle) <= MOST_TILT}
    return tuple(sorted(rounded, key=abs))
