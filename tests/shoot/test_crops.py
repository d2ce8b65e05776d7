"""Crops: nothing is cut that must not be, gains are measured on the crop, the photograph stays as it is."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from iaa_classic.cli import main as cli
from iaa_classic.default import default_scorer
from iaa_classic.errors import UserError
from iaa_classic.explanation import explain
from iaa_classic.features import Picture
from iaa_classic.shoot.crop_candidates import Guess, Kept, apart, boxes_for, free_boxes, protected
from iaa_classic.shoot.crop_search import first_crops, promise, searched
from iaa_classic.shoot.crops import _Judge, parsed_ratio, propose_crops


def command(*arguments):
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    if isinstance(result.exception, UserError):
        return SimpleNamespace(status=2, out=result.stdout, err=f"error: {result.exception}")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return SimpleNamespace(status=result.exit_code, out=result.stdout, err=result.stderr)


class OneFace:
    """Finds a face at a place given in shares of the frame."""

    def __init__(self, *box: float) -> None:
        self.box = box

    def detect(self, rgb):
        height, width = rgb.shape[:2]
        left, top, right, bottom = self.box
        row = np.zeros((1, 15))
        row[0, :4] = left * width, top * height, (right - left) * width, (bottom - top) * height
        return row


def staged(photographs):
    """A bright subject left of the middle on a plain ground."""
    rgb = np.full((300, 450, 3), (60, 70, 60), dtype=np.uint8)
    rgb[110:190, 60:130] = np.clip(photographs["coffee"][100:180, 100:170].astype(int) // 3 + (150, 70, 20), 0, 255)
    return rgb


def holds(box, other) -> bool:
    return bool(box[0] <= other[0] and box[1] <= other[1] and box[2] >= other[2] and box[3] >= other[3])


def test_candidates_have_the_ratio_and_size_and_cut_nothing():
    kept = Kept(((0.4, 0.4, 0.6, 0.6),), ((0.0, 0.0, 0.2, 0.2),))
    boxes = boxes_for((600, 400), 0.8, 0.3, kept)
    assert len(boxes) > 30
    width, height = (boxes[:, 2] - boxes[:, 0]) * 600, (boxes[:, 3] - boxes[:, 1]) * 400
    assert width / height == pytest.approx(np.full(len(boxes), 0.8), abs=1e-3)
    assert (width * height).min() >= 0.3 * 600 * 400 * 0.99
    assert boxes.min() >= 0
    assert boxes.max() <= 1
    for box in boxes:
        assert holds(box, kept.inside[0])
        outside = box[0] >= 0.2 or box[1] >= 0.2
        assert outside or holds(box, kept.whole[0])
    assert len(boxes_for((600, 400), 0.5, 0.3, Kept(((0.05, 0.4, 0.95, 0.6),)))) == 0
    assert boxes_for((600, 400), 1.5, 1.0, Kept()).tolist() == [[0, 0, 1, 1]]


def test_where_little_may_be_cut_the_places_lie_close():
    large = (0.03, 0.1, 0.96, 0.97)
    boxes = boxes_for((600, 400), 1.5, 0.4, Kept((large,)))
    assert len(boxes) > 100
    assert all(holds(box, large) for box in boxes)


def test_free_crops_hold_what_they_must_and_are_not_too_long():
    boxes = free_boxes((600, 400), 0.3, Kept(((0.4, 0.45, 0.5, 0.55),)))
    ratios = (boxes[:, 2] - boxes[:, 0]) * 600 / ((boxes[:, 3] - boxes[:, 1]) * 400)
    assert ratios.max() <= 2.001
    assert ratios.min() >= 0.499
    assert len(set(ratios.round(3))) > 20
    assert all(holds(box, (0.4, 0.45, 0.5, 0.55)) for box in boxes)
    assert (boxes[:, 2:] - boxes[:, :2]).prod(axis=1).min() >= 0.3


def test_the_first_crops_are_of_every_shape_and_size():
    shapes = [boxes_for((600, 400), ratio, 0.3, Kept()) for ratio in (1.0, 1.5)]
    first = first_crops(shapes, lambda boxes: np.zeros(len(boxes)))
    areas = (first[:, 2:] - first[:, :2]).prod(axis=1)
    assert len(first) == len(np.unique(first, axis=0)) == 42
    assert areas.min() < 0.45
    assert areas.max() > 0.8


def test_the_search_finds_a_hidden_peak_and_cuts_nothing():
    kept, peak = Kept(((0.5, 0.5, 0.6, 0.6),)), np.array([0.21, 0.13, 0.87, 0.79])
    asked = []

    def measure(boxes):
        asked.append(len(boxes))
        return -np.abs(boxes - peak).sum(axis=1)

    shapes = [boxes_for((600, 400), 1.5, 0.3, kept)]
    boxes, effects = searched(shapes, lambda boxes: np.zeros(len(boxes)), measure, kept, least=0.3)
    assert sum(asked) == len(boxes) == len(effects) <= 100
    assert effects[asked[0] :].max() > effects[: asked[0]].max()
    assert boxes[effects.argmax()] == pytest.approx(peak, abs=0.03)
    sides = boxes[:, 2:] - boxes[:, :2]
    assert sides[:, 0] / sides[:, 1] == pytest.approx(np.ones(len(boxes)), abs=1e-4)
    assert sides.prod(axis=1).min() >= 0.3 - 1e-4
    assert all(holds(box, kept.inside[0]) for box in boxes)
    again, _ = searched(shapes, lambda boxes: np.zeros(len(boxes)), measure, kept, least=0.3)
    assert (again == boxes).all()


def test_what_is_unknown_promises_more_than_what_is_known_to_be_bad():
    boxes = np.array([[0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1]])
    good, bad, far = promise(np.array([*boxes, [0.5, 0, 1, 0.5]]), boxes, np.array([1.0, -1.0]))
    assert good > far > bad


def test_the_guess_sums_what_is_inside(photographs):
    picture = Picture(photographs["china"])
    guess = Guess(picture)
    boxes = np.array([[0, 0, 1, 1], [0.25, 0.25, 0.75, 0.75]])
    whole, inner = guess.properties(boxes)
    assert whole[-1] == pytest.approx(1)
    assert inner[-1] == pytest.approx(0.25)
    ink = picture.gradient.magnitude
    y, x = np.mgrid[: ink.shape[0], : ink.shape[1]]
    assert whole[6] == pytest.approx(abs((ink * x).sum() / ink.sum() / ink.shape[1] - 0.5), abs=1e-3)
    assert whole[7] == pytest.approx((ink * y).sum() / ink.sum() / ink.shape[0] - 0.5, abs=1e-3)
    assert guess(np.repeat(boxes, 500, axis=0)).shape == (1000,)


def test_boxes_that_overlap_are_one_crop():
    boxes = np.array([[0, 0, 1, 1], [0, 0, 0.99, 0.99], [0.5, 0.5, 1, 1]])
    assert apart(boxes, np.array([1.0, 2.0, 0.5]), 3, 0.8) == [1, 2]


def test_crops_gain_what_is_measured_and_keep_the_subject_whole(photographs):
    rgb = staged(photographs)
    before = rgb.copy()
    kept = protected(Picture(rgb))
    assert kept.inside[-1] == pytest.approx((60 / 450, 110 / 300, 130 / 450, 190 / 300), abs=0.04)
    proposal = propose_crops(rgb, ratio=1.5, count=2)
    assert (rgb == before).all()
    assert proposal.guessed > 100
    assert proposal.crops
    model = default_scorer()
    for crop in proposal.crops:
        assert holds(crop.box, kept.inside[-1])
        assert crop.gain == pytest.approx(crop.effect - proposal.effect)
        assert crop.gain > 0
        left, top, right, bottom = crop.pixels
        assert (right - left) / (bottom - top) == pytest.approx(1.5, rel=0.02)
        told = {part.criterion: part.effect for part in explain(rgb[top:bottom, left:right].copy(), model).criteria}
        assert told["composition"] == pytest.approx(crop.effect, abs=1e-9)
    gains = [crop.gain for crop in proposal.crops]
    assert gains == sorted(gains, reverse=True)
    for item in proposal.crops[0].improvements:
        assert item.gain > 0


def test_a_face_is_never_cut(photographs):
    rgb = staged(photographs)
    face = (0.4, 0.3, 0.55, 0.5)
    proposal = propose_crops(rgb, ratio=1.2, least=0.3, face_detector=OneFace(*face))
    assert proposal.kept.inside[0][1] == pytest.approx(0.2)  # with air above
    assert all(holds(crop.box, face) for crop in proposal.crops)
    with pytest.raises(UserError, match="all faces"):
        propose_crops(rgb, ratio=0.4, least=0.2, face_detector=OneFace(0.05, 0.3, 0.95, 0.8))
    with pytest.raises(UserError, match="holds the subject whole"):
        propose_crops(rgb, ratio=0.15, least=0.1)


def test_an_off_centre_crop_is_outdone_by_the_proposal_of_the_wider_frame(photographs):
    better = []
    for name in ("china", "coffee", "rocket"):
        rgb = photographs[name]
        small = np.asarray(Image.fromarray(rgb).resize((360, 240)))
        off = _Judge(small, default_scorer())(np.array([[0, 0, 0.65, 0.65]]))[0]
        proposal = propose_crops(small, ratio=1.5, count=1)
        better.append((proposal.crops[0].effect if proposal.crops else proposal.effect) > off)
    assert all(better)


def test_ratios_are_read_or_refused():
    assert [parsed_ratio(text) for text in (None, "4:5", "16/9", "3x2", "0.8")] == [None, 0.8, 16 / 9, 1.5, 0.8]
    for text in ("", "4:0", "a", "0", "30:1", "-1"):
        with pytest.raises(UserError, match="--ratio"):
            parsed_ratio(text)


def test_the_command_draws_exports_and_leaves_the_photograph_alone(photographs, tmp_path):
    photo = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x8298] = "Owner"
    Image.fromarray(staged(photographs)).save(photo, exif=exif, quality=95)
    before = photo.read_bytes(), photo.stat().st_mtime_ns
    told = command("crop", photo, "--json", "--output", tmp_path / "c.png", "--export", tmp_path / "new.jpg")
    assert told.status == 0, told.err
    data = json.loads(told.out[told.out.index("{") :])
    best = data["crops"][0]
    left, top, right, bottom = best["pixels"]
    with Image.open(tmp_path / "new.jpg") as image:
        assert image.size == (right - left, bottom - top)
        assert not dict(image.getexif())
        expected = np.asarray(Image.open(photo))[top:bottom, left:right].astype(int)
        assert np.abs(np.asarray(image) - expected).mean() < 3
    with Image.open(tmp_path / "c.png") as drawing:
        assert drawing.size == (450, 300)
    assert command("crop", photo, "--output", tmp_path / "c.html").status == 0
    assert "data:image/" in (tmp_path / "c.html").read_text(encoding="utf-8")
    shown = command("crop", photo)
    assert "candidates" in shown.out or "crops compared" in shown.out
    assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "c.jpg"), "ends in"),
        (("--export", "photo.jpg"), "never changed"),
        (("--export", "c.gif"), "ends in"),
        (("--ratio", "x"), "--ratio"),
    ],
)
def test_what_makes_no_sense_is_refused(photographs, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(staged(photographs)).save(tmp_path / "photo.jpg")
    refused = command("crop", "photo.jpg", *arguments)
    assert refused.status == 2
    assert said in refused.err
