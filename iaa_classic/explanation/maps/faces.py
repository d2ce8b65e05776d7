"""Map of the faces that a detector found."""

from __future__ import annotations

from ...features import Picture
from ...features.people_faces import faces
from .attention import working_size
from .marks import Box, Mark, Path, line
from .pens import AMBER, THIN, WHITE, dot, drawn, percent, plural, segment
from .registry import Drawn, evidence_map


@evidence_map(
    "faces",
    "Faces",
    criterion="people",
    features=(
        "face_count",
        "main_face_area",
        "main_face_thirds_distance",
        "main_face_offset",
        "eye_line_thirds_distance",
        "head_room",
        "looking_room",
        "main_face_margin",
        "face_tilt",
        "face_lightness",
        "face_backlight",
        "face_shadows",
        "face_light_ratio",
        "face_blown_highlights",
        "faces_light_spread",
        "face_focus",
        "face_focus_advantage",
    ),
)
def boxes_of_faces(picture: Picture) -> Drawn:
    """Boxes around the faces, the main one amber, with the line of its eyes and the way its nose points."""
    found = faces(picture)
    if found is None:
        return Drawn("Faces were not looked for: no face detector is installed.", found=False)
    if not found:
        return Drawn("No face was found.", found=False)
    width, height = working_size(picture)
    thirds = tuple(line((0, y * height), (width, y * height)) for y in (1 / 3, 2 / 3))
    marks: list[Mark] = [Path(thirds, drawn(WHITE, THIN, (2, 5)))]
    for place, face in enumerate(found):
        colour = AMBER if place == 0 else WHITE
        marks.append(
            Box(face.left, face.top, face.right - face.left, face.bottom - face.top, drawn(colour, 1.5 if place == 0 else 1.0))
        )
    main = found[0]
    (x, y), (dx, dy) = main.eyes, main.eye_line
    marks.append(segment(x - dx, y - dy, x + dx, y + dy, drawn(AMBER, 1.2)))
    marks += dot(*main.nose, 2.2, AMBER)
    share = main.area / (width * height)
    text = (
        f"{plural(len(found), 'face')} found; the main one (amber) takes {percent(share)} of the frame. "
        "The line runs through its eyes."
    )
    return Drawn(text, tuple(marks))
