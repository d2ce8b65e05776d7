"""Comparisons: differences that sum to the difference of the scores, and sentences of nothing but them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from iaa_classic import UserError, explain
from iaa_classic.explanation import CriterionEffect, Explanation, FeatureEffect, compare


def explanation(source, *, lighting, colour, value=0.1, **changes):
    features = (
        FeatureEffect("mean_lightness", "lightness", "lighting", 50.0, "L*", lighting - 0.1, 50.0),
        FeatureEffect("clipped_highlights", "clipped highlights", "lighting", value, "share of pixels", 0.1, None),
        FeatureEffect("colourfulness", "colourfulness", "colour", float("nan"), "1", colour, 50.0),
    )
    criteria = (CriterionEffect("lighting", lighting, 50.0), CriterionEffect("colour", colour, 50.0))
    fields = {"baseline": 5.004, "percentile": 50.0, "scale": (1.0, 10.0), "criteria": criteria, "features": features}
    fields |= {"source": source, "score": 5.004 + lighting + colour} | changes
    return Explanation(**fields)


def test_differences_of_photographs_sum_to_that_of_the_scores(photographs):
    both = [explain(photographs[name]) for name in ("coffee", "rocket")]
    comparison = compare(*both)
    assert comparison.scores == tuple(sorted((one.score for one in both), reverse=True))
    assert sum(one.difference for one in comparison.criteria) == pytest.approx(comparison.difference, abs=1e-9)
    for criterion in comparison.criteria:
        own = [one.difference for one in comparison.features if one.preferred.criterion == criterion.criterion]
        assert sum(own) == pytest.approx(criterion.difference, abs=1e-6)
    frame = comparison.to_frame()
    assert len(frame) == len(both[0].features)
    assert (np.diff(frame["difference"].abs()) <= 0).all()
    plain = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert plain["difference"] == comparison.difference
    assert plain["sentences"] == comparison.sentences()
    assert {one["name"] for one in plain["features"]} == set(frame.index)


def test_sentences_and_shown_numbers():
    a = explanation("a.jpg", lighting=0.801, colour=-0.103, value=0.25)
    b = explanation("b.jpg", lighting=0.2, colour=0.1)
    for comparison in (compare(a, b), compare(b, a)):
        assert comparison.sources == ("a.jpg", "b.jpg")
        assert comparison.sentences() == [
            "a.jpg is preferred to b.jpg by 0.40 points (5.70 against 5.30).",
            "Lighting (+0.60) speaks for it; colour (-0.20) speaks against it.",
            "In lighting, what does most for it is lightness (+0.60): 50 L* against 50 L*.",
        ]
    assert sum(one.shown[2] for one in comparison.criteria) == 40
    assert comparison.sentences(("<b>", "{x}"))[0] == "<b> is preferred to {x} by 0.40 points (5.70 against 5.30)."


def test_photographs_that_score_the_same():
    a, b = (explanation(name, lighting=0.2, colour=0.1) for name in "ab")
    assert compare(a, b).sentences() == ["a and b score the same, 5.30."]
    assert compare(b, a).sources == ("b", "a")
    c = explanation("c", lighting=0.1, colour=0.2)
    assert compare(a, c).sentences()[1] == "Lighting (+0.10) speaks for it; colour (-0.10) speaks against it."


def test_missing_values_are_said():
    a, b = explanation("a", lighting=0.1, colour=0.9), explanation("b", lighting=0.1, colour=0.1)
    assert compare(a, b).sentences()[-1].endswith("not measured against not measured.")
    assert compare(a, b).to_dict()["features"][0]["values"] == [None, None]


def test_other_models_are_refused():
    a, b = explanation("a", lighting=0.1, colour=0.9), explanation("b", lighting=0.1, colour=0.1, baseline=6.0)
    with pytest.raises(UserError, match="different models"):
        compare(a, b)
