"""Suggestions: what is promised is what the changed pixels score, within bounds, and never at the cost of a face or subject."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from iaa_classic import UserError, changes, degradations, explain, retouching, suggest
from iaa_classic.explanation.advice import LEAST_GAIN, Suggestion, sentence
from iaa_classic.explanation.frames import LEAST_AREA, LEAST_TILT, MOST_TILT, Guarded, crops, tilts
from iaa_classic.explanation.search import _ORDER, KINDS, MOST_TOGETHER, Change, Search
from iaa_classic.explanation.wording import wording
from iaa_classic.features import Picture
from iaa_classic.features.saliency import subject


@pytest.fixture(scope="module")
def suggestions(small_photo, small_model):
    return suggest(small_photo, small_model)


def test_the_score_rises_as_promised(suggestions, small_photo, small_model, tmp_path):
    assert suggestions
    before = explain(small_photo, small_model).score
    for suggestion in suggestions:
        path = tmp_path / "changed.png"
        Image.fromarray(suggestion.apply(small_photo)).save(path)
        after = explain(path, small_model).score
        assert after == pytest.approx(suggestion.score, abs=1e-9)
        assert after - before == pytest.approx(suggestion.gain, abs=1e-9)
        assert suggestion.gain >= LEAST_GAIN


def test_best_first_and_one_of_each_kind(suggestions):
    single = [suggestion for suggestion in suggestions if suggestion.name != "together"]
    assert all(one.gain >= other.gain for one, other in pairwise(suggestions))
    assert len({suggestion.name for suggestion in single}) == len(single)
    assert {suggestion.name for suggestion in single} <= {*KINDS, "crop"}
    assert len(suggestions) - len(single) <= 1


def test_amounts_are_those_of_the_text(suggestions):
    words = wording("en")
    for suggestion in suggestions:
        assert suggestion.text == sentence(suggestion.changes, words)
        assert suggestion.text[0].isupper()
        assert not suggestion.text.endswith(".")
        for change in suggestion.changes:
            if change.box is None and change.name != "black_and_white":
                assert words.quantity(abs(change.amount), change.unit) in suggestion.text.lower()


def test_a_dark_picture_is_to_be_brightened(suggestions):
    [exposure] = [suggestion for suggestion in suggestions if suggestion.name == "exposure"]
    assert exposure.text.startswith("Brighten by ")
    assert exposure.unit == "stops"
    assert 0 < exposure.amount <= 1.5
    assert exposure.box is None


def test_several_changes_together_gain_more(suggestions):
    joint = suggestions[0]
    assert joint.name == "together"
    assert 2 <= len(joint.changes) <= MOST_TOGETHER
    assert joint.gain > max(suggestion.gain for suggestion in suggestions[1:])
    places = [_ORDER.index(change.name) for change in joint.changes]
    assert places == sorted(places)


def test_suggestions_are_plain_data(suggestions):
    told = json.loads(json.dumps([suggestion.to_dict() for suggestion in suggestions]))
    assert [one["text"] for one in told] == [suggestion.text for suggestion in suggestions]
    assert all(one["gain"] > 0 for one in told)


def test_nothing_is_suggested_where_nothing_helps(small_photo, small_model):
    assert suggest(small_photo, small_model, least_gain=1e6) == []


def test_photographs_are_not_modified(small_photo, small_model):
    before = small_photo.copy()
    for suggestion in suggest(small_photo, small_model, together=False):
        assert suggestion.name != "together"
        suggestion.apply(small_photo)
    np.testing.assert_array_equal(small_photo, before)


def test_large_pictures_are_promised_at_full_size(photographs, small_model):
    import cv2

    rgb = np.asarray(cv2.resize(photographs["china"], (1200, 800)) * 0.7, dtype=np.uint8)
    for suggestion in suggest(rgb, small_model)[:3]:
        assert explain(suggestion.apply(rgb), small_model).score == pytest.approx(suggestion.score, abs=1e-9)


def test_a_tilted_horizon_is_straightened(photographs, small_model):
    rgb = changes.horizon(photographs["chelsea"], 0.8, 0.4, 5.0)
    [turn] = [one for one in suggest(rgb, small_model, together=False) if one.name == "straighten"]
    assert turn.amount == pytest.approx(-5.0, abs=1.0)
    assert turn.text.endswith("degrees anticlockwise")
    assert abs(tilts(Picture(turn.apply(rgb)))[0] if tilts(Picture(turn.apply(rgb))) else 0) < 1.5


def test_only_clear_tilts_are_straightened(photographs):
    level = Picture(changes.horizon(photographs["chelsea"], 1.0, 0.4, 0.0))
    assert tilts(level) == ()
    noise = Picture(degradations.noise(np.full((200, 300, 3), 128, np.uint8), 40))
    assert tilts(noise) == ()
    for angle in (2.0, 6.0):
        found = tilts(Picture(changes.horizon(photographs["chelsea"], 1.0, 0.4, angle)))
        assert all(LEAST_TILT <= abs(turn) <= MOST_TILT for turn in found)
        assert any(turn == pytest.approx(-angle, abs=1.0) for turn in found)


def test_crops_keep_the_guarded_boxes_and_enough_of_the_frame():
    everywhere = crops(Guarded(()))
    assert len(everywhere) > 20
    for left, top, right, bottom in everywhere:
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert (right - left) * (bottom - top) >= LEAST_AREA - 1e-6
    face = (0.02, 0.3, 0.25, 0.7)
    kept = crops(Guarded((face,)))
    assert 0 < len(kept) < len(everywhere)
    assert all(
        left <= face[0] and top <= face[1] and right >= face[2] and bottom >= face[3] for left, top, right, bottom in kept
    )
    assert crops(Guarded(((0.0, 0.0, 1.0, 1.0),))) == []


def test_subject_and_faces_are_guarded(photographs):
    class Finder:
        def detect(self, rgb):
            height, width = rgb.shape[:2]
            box = [0.7 * width, 0.1 * height, 0.2 * width, 0.2 * height]
            marks = [0.75 * width, 0.15 * height, 0.85 * width, 0.15 * height, 0.8 * width, 0.2 * height]
            return np.array([[*box, *marks, 0.76 * width, 0.27 * height, 0.84 * width, 0.27 * height, 0.99]])

    rgb = changes.staged(photographs["coffee"], [(0.4, 0.6)])
    guarded = Guarded.of(rgb, Finder())
    face, thing = guarded.boxes
    np.testing.assert_allclose(face, (0.65, 0.05, 0.95, 0.35), atol=1e-6)
    found = subject(Picture(rgb))
    assert found.found
    assert thing[0] <= found.box[0] <= found.box[2] <= thing[2]
    assert all(frame[2] >= 0.95 and frame[1] <= 0.05 for frame in crops(guarded))


def test_noise_is_reduced_only_where_there_is_some(small_photo, small_model):
    from iaa_classic.explanation.judging import Judge

    def amounts(rgb):
        return Search(Judge(small_model), rgb, 0.1, None)._amounts("denoise", KINDS["denoise"])

    assert amounts(np.full((80, 120, 3), 100, np.uint8)) == ()
    assert amounts(degradations.noise(small_photo, 20)) == KINDS["denoise"].amounts


def test_changes_in_words():
    words = wording("en")
    crop = Change("crop", 0.72, "share of the frame", (0.0, 0.1, 0.9, 0.9))
    assert sentence([crop], words) == "Crop 10 % off the top, 10 % off the right and 10 % off the bottom"
    turn = Change("straighten", -1.8, "degrees")
    assert sentence([turn], words) == "Straighten by 1.8 degrees anticlockwise"
    grey = Change("black_and_white", -100.0, "percent")
    assert sentence([turn, grey], words) == "Straighten by 1.8 degrees anticlockwise and convert to black and white"
    assert sentence([Change("warmth", 20, "mired")], words) == "Make the white balance warmer by 20 mired"


def test_apply_makes_the_changes_in_order(small_photo):
    made = (Change("crop", 0.81, "share of the frame", (0.1, 0.1, 1.0, 1.0)), Change("exposure", 0.5, "stops"))
    suggestion = Suggestion("together", "", 2.0, "changes", 0.2, 6.0, made[0].box, made)
    expected = retouching.expose(retouching.crop(small_photo, 0.1, 0.1, 1.0, 1.0), 0.5)
    np.testing.assert_array_equal(suggestion.apply(small_photo), expected)


def test_a_model_of_other_columns_is_refused(small_photo, small_model):
    import pandas as pd

    from iaa_classic import AestheticRegressor

    X = pd.DataFrame({"mean_lightness": np.arange(40.0), "ke_edge_template": np.arange(40.0) % 7})
    with pytest.raises(UserError, match="ke_edge_template, which one picture alone does not give"):
        suggest(small_photo, AestheticRegressor("svm").fit(X, X["mean_lightness"]))
