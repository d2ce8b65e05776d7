"""The table of words: nothing of the catalogue is missing, nothing is unknown, numbers are written as the language does."""

from __future__ import annotations

import re
import string

import pytest

from iaa_classic.errors import UserError
from iaa_classic.explanation.aspects import ALIKE, FAULTS, aspect, aspect_of
from iaa_classic.explanation.search import KINDS
from iaa_classic.explanation.wording import PLURALS, languages, read_wording, wording
from iaa_classic.features import CRITERIA, catalogue
from iaa_classic.representations import reference_records
from iaa_classic.representations.learned_column import NAME, content_record, unfitted

FORMS = {"high", "low", "some", "high_helps", "high_costs", "low_helps", "low_costs"}

SMALL = """
[numbers]
decimal = ","
minus = "−"
plus = "+"
percent = "{number} %"
less_than = "unter {number}"
plural = "one-other"
[list]
last = "{items} und {item}"
more = "{item}, {items}"
[units]
degrees = { one = "{number} Grad", other = "{number} Grad" }
points = { one = "{number} Punkt", other = "{number} Punkte" }
stops = { one = "{number} Blende", other = "{number} Blenden" }
[criteria]
sharpness = "Schärfe"
[critique]
costs = "{findings}; das kostet {points} {criterion}."
helps = "{findings}; das bringt {points} {criterion}."
evidence = "{finding} ({evidence})"
more_so = "mehr als bei {share} der Fotos"
[features]
luma_noise = { high = "es rauscht", low = "es rauscht nicht" }
"""


def known():
    return catalogue() | reference_records() | {NAME: content_record(unfitted)}


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def stem(name):
    return "datta_familiarity" if name.startswith("datta_familiarity_") else name


@pytest.mark.parametrize("language", languages())
def test_every_feature_that_can_lead_has_its_words(language):
    words = wording(language)
    missing = [f"{name}.{form}" for name in known() for form in ("high", "low") if words.phrase(name, form) is None]
    assert not missing, f"{language}.toml lacks {', '.join(missing)}"


@pytest.mark.parametrize("language", languages())
def test_no_words_for_what_is_not_a_feature(language):
    names = {stem(name) for name in known()}
    told = [key.split(".")[1:] for key in wording(language).texts if key.startswith("features.")]
    assert {name for name, _ in told} <= names
    assert {form for _, form in told} <= FORMS
    labels = {key.split(".")[1] for key in wording(language).texts if key.startswith("labels.")}
    assert labels <= names


@pytest.mark.parametrize("language", languages())
def test_languages_have_every_message_of_english_with_the_same_places(language):
    english, other = wording("en").texts, wording(language).texts
    forms = set(PLURALS)  # forms of nouns differ between languages
    assert forms
    plain = {key for key in english if not key.startswith(("features.", "units.", "labels."))}
    assert not plain - set(other), f"{language}.toml lacks {', '.join(sorted(plain - set(other)))}"
    for key in plain - {"numbers.plural"}:
        assert placeholders(other[key]) == placeholders(english[key]), key


@pytest.mark.parametrize("language", languages())
def test_clauses_fit_into_a_sentence(language):
    for key, text in wording(language).texts.items():
        if key.startswith("features."):
            assert placeholders(text) <= {"value", "than"}, key
            assert text == text.strip(), key
            assert not text.endswith((".", "!", ":", ";")), key
    clauses = [text for key, text in wording("en").texts.items() if key.startswith("features.")]
    assert all(clause[0].islower() or clause.startswith(("{value}", "JPEG")) for clause in clauses)


def test_values_in_clauses_have_a_unit_that_is_written_out():
    words = wording("en")
    for name, record in catalogue().items():
        for form in FORMS:
            if "{value}" in (words.phrase(name, form) or ""):
                assert record.unit.startswith("share") or words.has(f"units.{record.unit}.other"), f"{name}: {record.unit}"


def test_english_says_two_different_things_of_high_and_low():
    words = wording("en")
    for name in known():
        high, low = words.phrase(name, "high"), words.phrase(name, "low")
        assert high != low
        # "more" and "much" belong to high values and "less", "little", "hardly" to low ones where both clauses share a noun
        assert not re.search(r"\bonly \{value\}", high), name
        if "{value}" in low and "{value}" in high:
            assert "only" in low, name


def test_every_feature_belongs_to_one_aspect_of_one_criterion():
    records = catalogue()
    assert set(records) <= set(aspect_of())
    criteria: dict[str, set[str]] = {}
    for name, record in records.items():
        criteria.setdefault(aspect(name), set()).add(record.criterion)
    assert all(len(found) == 1 for found in criteria.values())
    assert set(aspect_of()) <= set(known())


def test_faults_are_shown_by_features_whose_worse_side_is_known():
    for name, features in FAULTS.items():
        for feature in features:
            assert aspect(feature) == name
            assert catalogue()[feature].direction in ("lower", "higher", "unimodal")


def test_features_that_say_the_same_are_features():
    assert all(name in catalogue() for group in ALIKE for name in group)


@pytest.mark.parametrize("language", languages())
def test_criteria_and_suggestions_have_their_words(language):
    words = wording(language)
    assert all(words.has(f"criteria.{criterion}") for criterion in CRITERIA)
    for name, kind in KINDS.items():
        assert words.has(f"suggest.{name}") or (words.has(f"suggest.{name}.more") and words.has(f"suggest.{name}.less"))
        assert kind.unit == "percent" or words.has(f"units.{kind.unit}.other")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.84, "degrees", "1.8 degrees"),
        (1.0, "degrees", "1 degree"),
        (12.0, "degrees", "12 degrees"),
        (0.25, "stops", "0.25 stops"),
        (1.0, "stops", "1 stop"),
        (0.6234, "points", "0.6 points"),
        (0.96, "points", "1.0 points"),
        (0.0512, "points", "0.05 points"),
        (0.0812, "share of pixels", "8.1 %"),
        (0.347, "share of the frame", "35 %"),
        (0.0, "share of pixels", "0 %"),
        (0.0001, "share of pixels", "less than 0.1 %"),
        (0.998, "share of pixels", "99.8 %"),
        (1.0, "share of pixels", "100 %"),
        (30, "percent", "30 %"),
        (20, "mired", "20 mired"),
    ],
)
def test_quantities(value, unit, text):
    assert wording("en").quantity(value, unit) == text


def test_numbers_have_no_negative_zero():
    assert wording("en").number(-0.001, 1) == "0.0"
    assert wording("en").signed_points(-0.2) == "-0.20 points"
    assert wording("en").signed_points(0.204) == "+0.20 points"


def test_lists():
    words = wording("en")
    assert words.listed([]) == ""
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b"]) == "a and b"
    assert words.listed(["a", "b", "c", "d"]) == "a, b, c and d"


def test_a_second_language_writes_its_own_numbers_and_plurals(tmp_path):
    path = tmp_path / "de.toml"
    path.write_text(SMALL, encoding="utf-8")
    words = wording(str(path))
    assert words.language == "de"
    assert words.quantity(1.8, "degrees") == "1,8 Grad"
    assert words.quantity(1.0, "stops") == "1 Blende"
    assert words.quantity(-0.6, "points") == "−0,6 Punkte"
    assert words.listed(["a", "b", "c"]) == "a, b und c"
    assert words.phrase("luma_noise", "high") == "es rauscht"
    assert words.label("luma_noise", "noise") == "noise"


@pytest.mark.parametrize(
    ("rule", "forms"),
    [
        ("other", {"1": "other", "2": "other"}),
        ("one-other", {"0": "other", "1": "one", "1.0": "other", "1.5": "other", "2": "other"}),
        ("below-two-other", {"0": "one", "0.5": "one", "1.8": "one", "2": "other", "10": "other", "15.5": "other"}),
        ("one-few-other", {"1": "one", "3": "few", "1.5": "other", "5": "other"}),
    ],
)
def test_plural_rules(rule, forms):
    assert {number: PLURALS[rule](number) for number in forms} == forms


def test_languages_that_cannot_be_used_are_refused(tmp_path):
    with pytest.raises(UserError, match="no language 'xx'; there are en"):
        wording("xx")
    with pytest.raises(UserError, match="there is no such file"):
        wording(str(tmp_path / "missing.toml"))
    with pytest.raises(UserError, match="not TOML"):
        read_wording("de", b"= nothing")
    with pytest.raises(UserError, match="plural is 'many', not one of"):
        read_wording("de", b'[numbers]\nplural = "many"')
    with pytest.raises(UserError, match=r"message 'critique\.costs' lacks"):
        read_wording("de", SMALL.encode()).message("critique.costs", findings="x")
