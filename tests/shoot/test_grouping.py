"""Frames of one view are found, series stay whole, and the undamaged frame of a burst comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from iaa_classic.degradations import defocus, expose, gaussian_blur
from iaa_classic.shoot.alignment import hash_distances, relation, structure
from iaa_classic.shoot.capture import Capture, read_capture
from iaa_classic.shoot.frames import Frame, look_at_frames
from iaa_classic.shoot.grouping import group_frames, seconds_between
from iaa_classic.shoot.looks import look_of
from iaa_classic.shoot.maps import detail_losses, stops_between
from iaa_classic.shoot.presets import PRESETS
from iaa_classic.shoot.ranking import ASPECTS, compare
from iaa_classic.shoot.rehearsal import DAMAGES, Rehearsal
from iaa_classic.shoot.series import bracket_sets


def frame(rgb, name: str = "a.jpg", **capture) -> Frame:
    return Frame(name, capture=Capture(**capture), look=look_of(np.ascontiguousarray(rgb)))


def pairs_of(groups, count):
    numbers = np.full(count, -1)
    for number, group in enumerate(groups):
        numbers[list(group.members)] = number
    return (numbers[:, None] == numbers)[np.triu_indices(count, 1)]


def f1(real, found) -> float:
    return float(2 * (real & found).sum() / (real.sum() + found.sum()))


def best_damage(shoot, frames, group) -> str:
    standings = compare([frames[at] for at in group.members], group.shifts)
    return shoot[group.members[int(np.argmin([standing.cost for standing in standings]))]].damage


def test_the_made_up_shoot_is_grouped_and_the_undamaged_frame_comes_first(rehearsed):
    truth = np.array([shot.group for shot in rehearsed.shots])
    real = (truth[:, None] == truth)[np.triu_indices(len(truth), 1)]
    assert f1(real, pairs_of(rehearsed.groups, len(truth))) == 1
    for group in rehearsed.groups:
        kinds = {rehearsed.shots[at].kind for at in group.members}
        assert kinds == {group.kind}
        if group.kind == "burst":
            assert best_damage(rehearsed.shots, rehearsed.frames, group) == "", group.members


def test_a_shoot_of_real_photographs_meets_the_bars(kodak, tmp_path):
    shoot = Rehearsal(tmp_path, seed=2)
    random = np.random.default_rng(2)
    for at, rgb in enumerate(list(kodak.values())[::2]):
        damages = [str(name) for name in random.choice(DAMAGES, 2 + at % 4, replace=False)]
        shoot.burst(rgb, damages)
        if at % 3 == 0:
            shoot.bracket(np.ascontiguousarray(rgb[:, ::-1]), [(0, -2, 2), (-1, 0, 1), (0, -1, 1, -2, 2)][at % 9 // 3])
    frames = list(look_at_frames([str(shot.path) for shot in shoot.shots]))
    groups = group_frames(frames)
    truth = np.array([shot.group for shot in shoot.shots])
    assert f1((truth[:, None] == truth)[np.triu_indices(len(truth), 1)], pairs_of(groups, len(truth))) >= 0.95
    for group in groups:
        assert (group.kind == "bracket") == ("bracket" in {shoot.shots[at].kind for at in group.members})
    bursts = [group for group in groups if group.kind == "burst"]
    assert np.mean([best_damage(shoot.shots, frames, group) == "" for group in bursts]) >= 0.9


@pytest.mark.parametrize("shift", [(0, 0), (21, -13), (-60, 20)])
def test_alignment_finds_the_shift_whatever_exposure_and_blur(photographs, shift):
    rgb = photographs["china"]
    across, down = shift
    one, other = rgb[80:380, 80:560], rgb[80 + down : 380 + down, 80 + across : 560 + across]
    other = gaussian_blur(expose(np.ascontiguousarray(other), -1.5), 1.5)
    found = relation(structure(look_of(np.ascontiguousarray(one)).luma), structure(look_of(other).luma))
    assert found.likeness > 0.85
    assert found.x * 480 == pytest.approx(-across, abs=2.5)
    assert found.y * 300 == pytest.approx(-down, abs=2.5)


def test_unlike_photographs_are_unlike_and_unlike_shapes_never_match(photographs):
    shapes = {name: structure(look_of(rgb[:300, :400].copy()).luma) for name, rgb in photographs.items() if name != "chelsea"}
    names = list(shapes)
    for at, name in enumerate(names):
        for other in names[:at]:
            assert relation(shapes[name], shapes[other], furthest=0.15).likeness < 0.4
    upright = structure(look_of(photographs["china"][:400, :300].copy()).luma)
    assert relation(shapes["china"], upright).overlap == 0


def test_hash_distances_count_bits():
    hashes = np.array([0, 1, 2**64 - 1, 2**63], dtype=np.uint64)
    assert hash_distances(hashes).tolist() == [[0, 1, 64, 1], [1, 0, 63, 2], [64, 63, 0, 63], [1, 2, 63, 0]]


def test_the_same_view_long_after_is_grouped_only_if_it_looks_the_same(photographs):
    rgb = photographs["coffee"]
    times = [0.0, 7200.0, 14400.0]
    frames = [
        frame(rgb, "a.jpg", time=times[0]),
        frame(rgb[2:, 3:], "b.jpg", time=times[1]),
        frame(photographs["rocket"], "c.jpg", time=times[2]),
    ]
    frames[1] = frame(np.ascontiguousarray(rgb), "b.jpg", time=times[1])
    assert [group.members for group in group_frames(frames)] == [(0, 1), (2,)]


def test_brackets_by_exif_by_camera_s_word_and_where_evident(photographs):
    rgb = photographs["coffee"][:300, :400].copy()
    still = np.zeros((3, 2))
    steps = [expose(rgb, stop) for stop in (0, -2, 2)]

    def sets(*captures):
        frames = [replace_capture(frame(pixels), capture) for pixels, capture in zip(steps, captures, strict=False)]
        return bracket_sets(frames, still[: len(frames)])

    assert sets(Capture(bias=0.0), Capture(bias=-2.0), Capture(bias=2.0)) == [[0, 1, 2]]
    assert sets(*[Capture(bias=0.0, exposure=-8.0)] * 3) == []  # the camera says that all were exposed alike
    assert sets(*[Capture(exposure=stop) for stop in (-8.0, -10.0, -6.0)]) == [[0, 1, 2]]
    assert sets(*[Capture()] * 3) == [[0, 1, 2]]
    assert sets(Capture(bias=0.0), Capture(bias=1.0)) == [[0, 1]]
    assert sets(Capture(bias=0.0, time=0.0), Capture(bias=-2.0, time=60.0), Capture(bias=2.0, time=120.0)) == []


def test_two_brackets_in_a_row_and_a_burst_that_changes_its_compensation(photographs):
    rgb = photographs["coffee"][:120, :160].copy()

    def sets(*biases):
        return bracket_sets([frame(rgb, bias=bias) for bias in biases], np.zeros((len(biases), 2)))

    assert sets(0.0, -1.0, 1.0, 0.0, -1.0, 1.0) == [[0, 1, 2], [3, 4, 5]]
    assert sets(0.0, 0.0, 0.0, 0.7, 0.7) == []


def replace_capture(one: Frame, capture: Capture) -> Frame:
    return Frame(one.path, capture=capture, look=one.look)


def test_uneven_brightness_without_exif_is_no_bracket(photographs):
    rgb = photographs["coffee"][:300, :400].copy()
    frames = [frame(expose(rgb, stop)) for stop in (0, -0.6, 2)]
    assert bracket_sets(frames, np.zeros((3, 2))) == []


def test_brightness_is_measured_in_stops(photographs):
    rgb = photographs["china"]
    one = frame(rgb)
    for stops in (-1.5, -0.5, 0.7):
        assert stops_between(one, frame(expose(rgb, stops)), (0.0, 0.0)) == pytest.approx(stops, abs=0.12)


def test_detail_missing_at_one_place_is_found_there(photographs):
    rgb = photographs["astronaut"]
    closed = rgb.copy()
    closed[95:125, 205:255] = gaussian_blur(closed, 8)[95:125, 205:255]
    losses = detail_losses([frame(rgb), frame(closed), frame(rgb)], np.zeros((3, 2)))
    assert losses.depth[1] < -1
    assert losses.depth[[0, 2]].min() > -0.1
    assert losses.place[1] == pytest.approx([230 / 512, 110 / 512], abs=0.05)
    standings = compare([frame(rgb), frame(closed), frame(rgb)], np.zeros((3, 2)))
    assert standings[1].against[0].aspect == "local detail"
    assert "at the top in the middle" in standings[1].against[0].text


def test_reasons_name_what_speaks_against_a_frame(photographs):
    rgb = photographs["china"]
    frames = [frame(pixels) for pixels in (rgb, defocus(rgb, 4), expose(rgb, 1.5), expose(rgb, -1.5))]
    good, soft, bright, dark = compare(frames, np.zeros((4, 2)))
    assert good.cost < 0.5
    assert soft.against[0].aspect in ("subject sharpness", "sharpness")
    assert "stops brighter" in " ".join(item.text for item in bright.against)
    assert "stops darker" in " ".join(item.text for item in dark.against)
    assert compare(frames, np.zeros((4, 2)), {"exposure": 0.0})[3].cost < dark.cost


def test_capture_reads_time_exposure_and_camera_and_survives_damage(tmp_path, photographs, dng):
    from PIL import Image

    image = Image.fromarray(photographs["coffee"]).resize((60, 40))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Model\0"
    details = exif.get_ifd(0x8769)
    details[0x9003], details[0x9291], details[0x9011] = "2024:05:04 10:00:00", "25", "+02:00"
    details[0x9204], details[0x829A], details[0x829D], details[0x8827], details[0xA402] = -1.0, 0.01, 4.0, 400, 2
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8769)[0xA431] = "SERIAL-123"
    image.save(tmp_path / "a.jpg", exif=exif)
    capture = read_capture(tmp_path / "a.jpg")
    assert capture == Capture(1714816800.25 - 7200, -1.0, capture.exposure, True, "Maker Model")
    assert capture.exposure == pytest.approx(np.log2(0.01 * 4 / 16))
    assert "SERIAL" not in repr(capture)
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:60])
    (tmp_path / "c.dng").write_bytes(dng(image))
    assert read_capture(tmp_path / "b.jpg") == Capture()
    assert read_capture(tmp_path / "none.jpg") == Capture()
    assert read_capture(tmp_path / "c.dng") == Capture(1714816800.0, -1.0, None, False, "Rehearsal Raw One")


def test_looks_are_the_same_for_any_number_of_workers(rehearsed):
    paths = [frame.path for frame in rehearsed.frames[:6]]
    for one, other in zip(rehearsed.frames, look_at_frames(paths, n_jobs=2), strict=False):
        assert one.look.phash == other.look.phash
        np.testing.assert_array_equal(one.look.edges, other.look.edges)
        assert replace(one.capture) == other.capture


class OneFace:
    """Finds a face in the upper left quarter."""

    def detect(self, rgb):
        row = np.zeros((1, 15))
        row[0, :4] = 0.1 * rgb.shape[1], 0.1 * rgb.shape[0], 0.2 * rgb.shape[1], 0.3 * rgb.shape[0]
        return row


def test_faces_count_most_in_the_subject(photographs):
    look = look_of(photographs["coffee"][:300, :450].copy(), face_detector=OneFace())
    assert look.faces[0] == pytest.approx([0.1, 0.1, 0.3, 0.4], abs=0.01)
    rows, columns = look.weight.shape
    inside = look.weight[int(0.15 * rows) : int(0.35 * rows), int(0.15 * columns) : int(0.25 * columns)]
    assert (inside == 1).all()
    assert look.weight[int(0.6 * rows) :].max() <= 0.51


def test_presets_name_aspects_and_criteria_that_there_are():
    from iaa_classic.features.catalogue import CRITERIA

    for preset in PRESETS.values():
        assert set(preset.aspects) <= set(ASPECTS)
        assert set(preset.criteria) <= set(CRITERIA)
        assert 0 <= preset.diversity <= 1


def test_clocks_of_two_cameras_are_not_compared_and_two_overlapping_frames_are_no_duplicates(photographs):
    one, other = (frame(photographs["coffee"], time=0.0, camera=camera) for camera in ("a", "b"))
    assert seconds_between(one, other) is None
    china = photographs["china"]
    left, right = frame(china[:, :400], "a.jpg", time=0.0), frame(china[:, 200:600], "b.jpg", time=2.0)
    assert [group.kind for group in group_frames([left, right])] == ["single", "single"]
