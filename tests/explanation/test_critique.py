"""Critiques: sentences that say what the numbers say, the fault first, in the order of effect."""

from __future__ import annotations

import json
import math
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from iaa_classic import changes, degradations, explain
from iaa_classic.default import default_scorer
from iaa_classic.explanation import CriterionEffect, Explanation, FeatureEffect, explain_row
from iaa_classic.explanation.aspects import FAULTS, aspect
from iaa_classic.explanation.critique import EXTREME, MOST, MOST_FAULTS, SERIOUS, SLIGHT
from iaa_classic.explanation.findings import HIGH, LOW, PLAIN, find, where
from iaa_classic.explanation.wording import wording
from iaa_classic.features import Picture, catalogue
from iaa_classic.retouching import straighten

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")

RIGHT = {
    "defocus": ("sharpness", lambda rgb: degradations.defocus(rgb, 6)),
    "noise": ("sharpness", lambda rgb: degradations.noise(rgb, 25)),
    "JPEG blocks": ("sharpness", lambda rgb: degradations.jpeg(rgb, 8)),
    "underexposure": ("lighting", lambda rgb: degradations.expose(rgb, -2.5)),
    "overexposure": ("lighting", lambda rgb: degradations.expose(rgb, 1.8)),
}


def effect_of(name, effect, percentile, value=0.5):
    record = catalogue()[name]
    return FeatureEffect(name, record.label, record.criterion, value, record.unit, effect, percentile)


def made_up(*features, **changed):
    """An explanation of a few features, whose criteria's effects are their sums."""
    totals: Counter[str] = Counter()
    for feature in features:
        totals[feature.criterion] += feature.effect
    fields = {
        "source": "x.jpg",
        "score": 5.5 + sum(totals.values()),
        "baseline": 5.5,
        "percentile": 31.4,
        "scale": (1.0, 10.0),
        "criteria": tuple(CriterionEffect(name, effect, 50.0) for name, effect in totals.items()),
        "features": tuple(sorted(features, key=lambda feature: -abs(feature.effect))),
    }
    return Explanation(**(fields | changed))


@pytest.fixture(scope="module")
def explanations():
    """Explanations of rows whose values are drawn from those of rated photographs, some of them from the ends."""
    model = default_scorer()
    random = np.random.default_rng(11)
    table = model.value_quantiles
    rows = []
    for index in range(60):
        wild = random.random(table.shape[1]) < 0.02 * (index % 6)
        places = np.where(wild, random.choice([0, 100], table.shape[1]), random.integers(0, 101, table.shape[1]))
        rows.append(np.where(np.isnan(table).any(axis=0), np.nan, table[places, np.arange(table.shape[1])]))
    frame = pd.DataFrame(rows, columns=model.feature_names_in_)
    return [explain_row(frame.iloc[[index]], model, source="") for index in range(len(frame))]


def test_two_to_five_sentences(explanations):
    for explanation in explanations:
        remarks = explanation.critique()
        assert 2 <= len(remarks) <= 5
        assert explanation.sentences() == [remark.text for remark in remarks]
        assert all(remark.text[0].isupper() or remark.text[0].isdigit() for remark in remarks)
        assert all(remark.text.endswith(".") and ".." not in remark.text for remark in remarks)
        assert not any("{" in remark.text for remark in remarks)


def test_effects_are_sums_over_the_aspect(explanations):
    for explanation in explanations:
        for remark in explanation.critique():
            if remark.effect is None:
                continue
            own = [
                one for one in explanation.features if (one.criterion, aspect(one.name)) == (remark.criterion, remark.aspect)
            ]
            assert remark.effect == pytest.approx(sum(one.effect for one in own), abs=1e-12)
            assert abs(remark.effect) >= SLIGHT
            assert f"in {remark.criterion}." in remark.text
            verb = "costs" if remark.effect < 0 else "adds"
            assert f"this {verb} {wording('en').quantity(abs(remark.effect), 'points')} in" in remark.text


def test_every_number_of_a_sentence_is_a_number_of_the_explanation(explanations):
    words = wording("en")
    for explanation in explanations:
        values = {one.name: one for one in explanation.features}
        for remark in explanation.critique():
            if remark.effect is None:
                continue
            allowed = [words.quantity(abs(remark.effect), "points")]
            for name in remark.features:
                one = values[name]
                allowed.append(words.value(one.value, one.unit))
                rank = one.percentile if one.percentile >= HIGH else 100 - one.percentile
                allowed.append(f"{math.floor(min(rank, 99.0))} %")
            numbers = {number for text in allowed for number in NUMBER.findall(text)}
            assert set(NUMBER.findall(remark.text)) <= numbers, remark


def test_high_and_low_are_said_only_where_they_are(explanations):
    words, seen = wording("en"), Counter()
    for explanation in explanations:
        values = {one.name: one for one in explanation.features}
        records = explanation.records()
        groups: dict[tuple[str, str], list[FeatureEffect]] = {}
        for one in explanation.features:
            groups.setdefault((one.criterion, aspect(one.name)), []).append(one)
        for members in groups.values():
            total = sum(one.effect for one in members)
            if total == 0:
                continue
            for finding in find(members, total, (), records, words, None):
                one, form = values[finding.feature.name], finding.form
                seen[form] += 1
                assert one.effect * total > 0
                if form == "low":
                    assert one.percentile <= LOW
                if form in ("high", "some"):
                    assert one.percentile >= HIGH
                if form == "some":
                    assert one.percentile < PLAIN
                known = records[one.name].monotonic
                if known and form != "ordinary":
                    assert known * (-1 if form == "low" else 1) * total > 0
                assert ("less than in" in finding.text) <= (form == "low")
    assert min(seen["high"], seen["low"], seen["some"]) > 20


def test_faults_first_then_by_effect(explanations):
    with_fault = 0
    for explanation in explanations:
        told = [remark for remark in explanation.critique() if remark.effect is not None]
        faults = [remark for remark in told if remark.fault]
        with_fault += bool(faults)
        assert told[: min(MOST_FAULTS, len(faults))] == faults[:MOST_FAULTS]
        for part in (faults[:MOST_FAULTS], [remark for remark in told if remark not in faults[:MOST_FAULTS]][: MOST - 1]):
            sizes = [abs(remark.effect) for remark in part]
            assert sizes[:-1] == sorted(sizes, reverse=True)[: len(sizes[:-1])]
        for remark in faults:
            bad = [one for one in explanation.features if one.name in FAULTS[remark.aspect]]
            assert max(max(one.percentile, 100 - one.percentile) for one in bad) >= EXTREME
            assert remark.effect <= -SERIOUS
    assert with_fault >= 5


def test_a_fault_comes_before_a_stronger_effect():
    explanation = made_up(
        effect_of("blockiness", -0.4, 99.5),
        effect_of("tonal_gaps", -1.3, 99.5),
        effect_of("mean_saturation", 0.9, 88.0),
    )
    remarks = explanation.critique()
    assert [remark.aspect for remark in remarks] == ["compression", "histogram_gaps", "saturation", "compression"]
    assert remarks[0].text == (
        "JPEG compression has left blocks (more so than in 99 % of photographs): this costs 0.4 points in sharpness."
    )
    assert remarks[0].fault
    assert not remarks[1].fault
    assert remarks[3].text == "If there is an original with less compression, use that."
    assert remarks[3].effect is None


def test_a_fault_needs_both_an_extreme_value_and_points():
    ordinary = made_up(effect_of("blockiness", -0.4, 90.0), effect_of("mean_saturation", 0.9, 88.0))
    assert [remark.aspect for remark in ordinary.critique()] == ["saturation", "compression"]
    cheap = made_up(effect_of("blockiness", -0.1, 99.0), effect_of("mean_saturation", 0.9, 88.0))
    assert [remark.aspect for remark in cheap.critique()][:2] == ["saturation", "compression"]


def test_values_are_told_with_their_units():
    first = made_up(effect_of("clipped_highlights", -0.62, 93.7, value=0.081)).critique()[0]
    assert first.text == (
        "Highlights are clipped in 8.1 % of the frame (more than in 93 % of photographs): this costs 0.6 points in lighting."
    )
    sharp = made_up(effect_of("cpbd", -0.3, 2.2, value=0.12)).critique()[0]
    assert "Only 12 % of the edges look sharp (less than in 97 % of photographs)" in sharp.text


def test_a_second_finding_says_something_else():
    explanation = made_up(
        effect_of("mean_saturation", 0.4, 95.0),
        effect_of("mean_chroma", 0.3, 94.0),
        effect_of("saturation_deviation", 0.2, 90.0),
    )
    [first, *_] = explanation.critique()
    assert first.features == ("mean_saturation", "saturation_deviation")
    assert "strongly saturated (more so than in 95 % of photographs) and saturation varies over the frame" in first.text


def test_ordinary_and_missing_values_are_not_talked_up():
    ordinary = made_up(effect_of("mean_saturation", 0.4, 50.0)).critique()
    assert ordinary[0].text == "Saturation is ordinary: this adds 0.4 points in colour."
    unknown = made_up(effect_of("mean_saturation", 0.4, None, value=0.31)).critique()
    assert unknown[0].text == "Saturation is 0.31: this adds 0.4 points in colour."
    missing = made_up(effect_of("face_focus", -0.4, None, value=math.nan)).critique()
    assert missing[0].text == "Focus on the main face is not measured: this costs 0.4 points in people."
    json.dumps(made_up(effect_of("face_focus", -0.4, None, value=math.nan)).to_dict(), allow_nan=False)


def test_slight_effects_are_not_worth_a_sentence():
    told = made_up(effect_of("mean_saturation", 0.01, 90.0)).sentences()
    assert told == [
        "It scores 5.5 on a scale from 1 to 10, better than 31 % of the photographs that the model was fitted on.",
        "Nothing sets it apart from those photographs by more than 0.05 points.",
    ]
    alone = made_up(effect_of("mean_saturation", 0.01, 90.0), percentile=None).sentences()
    assert alone[0] == "It scores 5.5 on a scale from 1 to 10."


def test_what_helps_is_told_beside_what_costs():
    lows = [effect_of(name, -0.9 - 0.1 * index, 30.0) for index, name in enumerate(("rms_contrast", "leading_lines", "focus"))]
    features = [*lows, effect_of("region_count", -0.8, 80.0), effect_of("mean_saturation", 0.2, 80.0)]
    effects = [remark.effect for remark in made_up(*features).critique()]
    assert effects == sorted(effects, key=abs, reverse=True)
    assert effects[-1] == 0.2


@pytest.mark.parametrize(("top", "expected"), [("top", "in the upper third"), ("bottom", "in the lower third")])
def test_where_highlights_are_clipped(photographs, top, expected):
    rgb = changes.paint(changes.gamma(photographs["coffee"], 2.0), 0.25, (255, 255, 255), top)
    share = catalogue()["clipped_highlights"].function(Picture(rgb))
    explanation = made_up(effect_of("clipped_highlights", -0.6, 98.0, value=share), picture=Picture(rgb))
    assert f"% of the frame, mostly {expected} (more than in 98 % of photographs)" in explanation.sentences()[0]


def test_where_is_not_said_of_what_is_spread_or_not_counted(photographs):
    picture = Picture(np.full((60, 90, 3), 255, np.uint8))
    assert where("clipped_highlights", picture) is None
    assert where("mean_saturation", picture) is None
    assert where("clipped_shadows", picture) is None
    middle = np.zeros((90, 90, 3), np.uint8)
    middle[32:58, 32:58] = 255
    assert where("clipped_any_channel", Picture(middle)) == "middle"
    left = np.zeros((90, 90, 3), np.uint8)
    left[:, :20] = (0, 0, 255)
    assert where("clipped_blue", Picture(left)) == "left"


def test_what_is_counted_is_what_the_feature_counts(photographs):
    from iaa_classic.explanation.findings import _counted

    picture = Picture(degradations.expose(photographs["china"], 1.5))
    names = (
        "clipped_highlights",
        "clipped_shadows",
        "clipped_any_channel",
        "clipped_red",
        "clipped_blue",
        "clipped_saturation",
    )
    for name in names:
        assert _counted(name, picture).mean() == pytest.approx(catalogue()[name].function(picture), abs=2e-3)


@pytest.mark.parametrize("angle", [3.0, -2.0])
def test_straightening_as_told_levels_the_horizon(photographs, angle):
    rgb = changes.horizon(photographs["chelsea"], 1.0, 0.45, angle)
    tilt = catalogue()["horizon_tilt"].function(Picture(rgb))
    strength = catalogue()["horizon_strength"].function(Picture(rgb))
    features = (effect_of("horizon_tilt", -0.3, 90.0, value=tilt), effect_of("horizon_strength", 0.1, 90.0, value=strength))
    without, told = made_up(*features).critique()[-1], made_up(*features, picture=Picture(rgb)).critique()[-1]
    assert without.text == f"Straightening it by {wording('en').quantity(tilt, 'degrees')} would level the horizon."
    amount, way = re.fullmatch(r"Straightening it by ([\d.]+) degrees? (\w+) would level the horizon\.", told.text).groups()
    turned = straighten(rgb, float(amount) * (1 if way == "clockwise" else -1))
    assert catalogue()["horizon_tilt"].function(Picture(turned)) < 0.3 * tilt


def test_brightening_as_told_brings_the_usual_lightness(photographs):
    dark = degradations.expose(photographs["coffee"], -3)
    value = catalogue()["mean_lightness"].function(Picture(dark))
    told = made_up(effect_of("mean_lightness", -0.9, 1.0, value=value)).critique()[-1]
    stops = float(re.search(r"about ([\d.]+) stops", told.text)[1])
    after = catalogue()["mean_lightness"].function(Picture(degradations.expose(dark, stops)))
    usual = catalogue()["mean_lightness"].baseline
    assert usual.p25 < after < usual.p75


@pytest.mark.parametrize("kind", RIGHT)
def test_the_first_sentence_names_the_right_criterion(photographs, kind):
    criterion, damage = RIGHT[kind]
    first = [explain(damage(photographs[name])).critique()[0] for name in ("coffee", "china", "chelsea", "rocket")]
    right = [remark.criterion == criterion and remark.effect < 0 for remark in first]
    assert sum(right) >= 3, [remark.text for remark in first]


def test_another_language(tmp_path, photographs):
    from iaa_classic.explanation.wording import _folder

    english = _folder().joinpath("en.toml").read_text("utf-8")
    german = english.replace('decimal = "."', 'decimal = ","').replace("this costs {points} in {criterion}", "kostet {points}")
    path = tmp_path / "de.toml"
    path.write_text(german, encoding="utf-8")
    explanation = made_up(effect_of("clipped_highlights", -0.62, 93.7, value=0.081))
    assert "8,1 % of the frame" in explanation.sentences(str(path))[0]
    assert explanation.sentences(str(path))[0].endswith("kostet 0,6 points.")
