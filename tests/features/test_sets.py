"""Named sets: their sizes and orders, that they name what there is, and that selecting them works."""

from __future__ import annotations

import json

import numpy as np
import pytest

from iaa_classic import FeatureExtractor
from iaa_classic.features import CRITERIA, Picture, catalogue, measure, select
from iaa_classic.features.sets import COLLECTION, NETWORK, FeatureSet, feature_set, sets

TECHNICAL = ("composition", "lighting", "colour", "sharpness", "subject")

SIZES = {"datta2006": (56, 54), "ke2006": (7, 5), "luo2008": (5, 4), "redies": (46, 40)}
"""Members as published, and those that one picture suffices for."""

KE = ("q_l", "q_a", "q_cd", "q_h", "q_f", "q_ct", "q_b")
LUO = ("f_c", "f_l", "f_s", "f_h", "f_m")

LEARNED = {
    "datta2006": {"f8": "datta_familiarity_20", "f9": "datta_familiarity_100"},
    "ke2006": {"q_l": "ke_edge_template", "q_cd": "ke_colour_neighbours"},
    "luo2008": {"f_h": "luo_learned_harmony"},
}


@pytest.mark.parametrize("name", sets())
def test_members_are_in_the_catalogue_once(name):
    chosen = feature_set(name)
    assert chosen.name == name
    assert chosen.title
    assert chosen.reference
    assert set(chosen.features) <= set(catalogue())
    assert len(set(chosen.features)) == len(chosen.features)
    for member in chosen.members:
        assert member.needs in ("", COLLECTION, NETWORK)
        assert bool(member.feature) == (member.needs != NETWORK)


@pytest.mark.parametrize("name", sets())
def test_selecting_a_set_gives_its_members_in_order(name):
    assert [record.name for record in select(name)] == list(feature_set(name).features)


@pytest.mark.parametrize("name", SIZES)
def test_sizes_are_the_published_ones(name):
    chosen = feature_set(name)
    assert (len(chosen.members), len(chosen.features)) == SIZES[name]
    designations = [member.designation for member in chosen.members]
    assert all(designations)
    assert len(set(designations)) == len(designations)


def test_designations_run_in_the_published_order():
    assert [member.designation for member in feature_set("datta2006").members] == [f"f{i}" for i in range(1, 57)]
    assert [member.designation for member in feature_set("ke2006").members] == [
        "q_l",
        "q_a",
        "q_cd",
        "q_h",
        "q_f",
        "q_ct",
        "q_b",
    ]
    assert [member.designation for member in feature_set("luo2008").members] == list(LUO)


def test_members_stand_at_their_numbers():
    named = {member.designation: member.feature for member in feature_set("datta2006").members}
    expected = {
        "f1": "mean_hsv_value",
        "f2": "datta_colourfulness",
        "f4": "datta_mean_hue",
        "f7": "central_third_value",
        "f10": "datta_hue_wavelet_1",
        "f15": "saturation_wavelet_3",
        "f21": "value_wavelet_sum",
        "f22": "image_size",
        "f25": "datta_cluster_count",
        "f26": "datta_segment_1_hue",
        "f35": "datta_segment_5_saturation",
        "f36": "datta_segment_1_value",
        "f45": "datta_segment_5_area",
        "f47": "datta_hue_complements",
        "f52": "datta_segment_5_place",
        "f55": "low_depth_of_field_value",
        "f56": "datta_convexity",
    }
    assert {key: named[key] for key in expected} == expected


@pytest.mark.parametrize("name", LEARNED)
def test_what_takes_a_collection_is_listed_as_such(name):
    chosen = feature_set(name)
    learned = {member.designation: member for member in chosen.members if member.needs == COLLECTION}
    assert {key: member.feature for key, member in learned.items()} == LEARNED[name]
    assert all(member.note for member in learned.values())
    assert not {member.feature for member in learned.values()} & set(chosen.features)


def test_the_toolbox_names_its_columns_so(toolbox):
    columns = [part for member in feature_set("redies").members for part in member.designation.split("; ")]
    assert sorted(columns) == sorted(column for column in toolbox.columns)


@pytest.mark.parametrize(
    ("column", "agreement"),
    # The working scale lacks the finest detail on which these rest; all others have 0.95.
    [("Color entropy", 0.94), ("Fourier sigma", 0.94), ("Slope Spehar", 0.94), ("Self-similarity (PHOG)", 0.94)]
    + [
        (member.designation, 0.95)
        for member in feature_set("redies").members
        if not member.needs
        and member.designation
        not in ("Image size (pixels)", "Color entropy", "Fourier sigma", "Slope Spehar", "Self-similarity (PHOG)")
    ],
)
def test_the_toolbox_ranks_photographs_alike(kodak, toolbox, column, agreement):
    from scipy.stats import spearmanr

    (feature,) = (member.feature for member in feature_set("redies").members if member.designation == column)
    function = catalogue()[feature].function
    ours = [function(Picture(rgb)) for rgb in kodak.values()]
    theirs = toolbox.loc[list(kodak), column.split("; ")[0]]
    assert spearmanr(ours, theirs)[0] >= agreement


def test_odd_definitions_are_noted_and_left_out_of_all():
    ordinary = {record.name for record in select("all")}
    for criterion in {record.criterion for record in catalogue().values()}:
        assert {record.name for record in select(criterion)} <= ordinary
    odd = [record for record in catalogue().values() if record.compatibility]
    assert {"datta_mean_hue", "datta_central_hue", "image_size", "datta_segment_1_place"} <= {record.name for record in odd}
    assert not ordinary & {record.name for record in odd}
    published = {name for known in sets().values() for name in known.features}
    skin = {"face_lightness", "face_backlight", "faces_light_spread"}
    assert {record.name for record in odd} - published == skin
    notes = {member.feature: member.note for member in feature_set("datta2006").members}
    assert "arithmetic" in notes["datta_mean_hue"]
    assert "arithmetic" in catalogue()["datta_mean_hue"].compatibility


def test_fast_reads_no_native_pixels_and_sees_every_criterion():
    records = select("fast")
    assert len(records) >= 60
    assert {record.scale for record in records} == {"working"}
    assert not [record.name for record in records if record.compatibility]
    assert {*TECHNICAL, "pattern"} <= {record.criterion for record in records}
    assert "visible_focus" in {record.name for record in records}


def test_fast_lets_jpegs_be_decoded_at_reduced_scale():
    from iaa_classic.measuring import needs_native_pixels

    assert not needs_native_pixels(select("fast"))
    assert needs_native_pixels(select("datta2006"))


def test_the_extractor_takes_a_set(photographs):
    pictures = [photographs["coffee"], photographs["rocket"]]
    table = FeatureExtractor("datta2006").fit_transform(pictures)
    assert list(table.columns) == list(feature_set("datta2006").features)
    assert table.shape == (2, 54)
    assert np.isfinite(table.to_numpy()).all()
    expected = [measure(Picture(rgb), select("datta2006")) for rgb in pictures]
    assert np.array_equal(table.to_numpy(), expected)
    assert list(FeatureExtractor("luo2008").get_feature_names_out()) == list(feature_set("luo2008").features)


def test_unknown_names_are_answered_with_the_sets():
    with pytest.raises(ValueError, match="datta2006, ke2006, luo2008, redies"):
        select("dhar2011")
    with pytest.raises(ValueError, match="did you mean datta2006"):
        select("datta2005")
    with pytest.raises(ValueError, match="no set of features called 'all'"):
        feature_set("all")


def test_names_of_sets_are_names_of_nothing_else():
    assert not {*sets(), "all"} & {*catalogue(), *CRITERIA}


def test_sets_become_plain_values():
    for known in sets().values():
        plain = json.loads(json.dumps(known.to_dict()))
        assert plain["name"] == known.name
        assert len(plain["members"]) == len(known.members)
        assert {"designation", "feature", "note", "needs"} == set(plain["members"][0])


def test_sets_cannot_be_changed_by_callers():
    sets().clear()
    assert "fast" in sets()
    with pytest.raises(AttributeError):
        feature_set("fast").name = "slow"
    assert isinstance(feature_set("fast"), FeatureSet)


def run(capsys, *arguments):
    from iaa_classic.cli.listing import features

    assert features(*arguments[:1], **arguments[1]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", sets())
def test_the_command_lists_a_set(capsys, name):
    chosen = feature_set(name)
    text = run(capsys, None, {"as_json": False, "set_name": name})
    assert chosen.title.split(",")[0] in text
    assert all(member.feature in text.replace("\n", "") for member in chosen.members if len(member.feature) < 25)
    listed = json.loads(run(capsys, None, {"as_json": True, "set_name": name}))
    assert [entry["name"] for entry in listed] == [member.feature or None for member in chosen.members]
    assert [entry["designation"] for entry in listed] == [member.designation for member in chosen.members]
    for entry, member in zip(listed, chosen.members, strict=True):
        assert entry["note"] == member.note
        assert (entry["criterion"] is None) == bool(member.needs)


def test_the_plain_list_mentions_the_sets(capsys):
    text = run(capsys, None, {"as_json": False})
    assert all(f"{name} ({len(known.features)})" in text for name, known in sets().items())
    listed = json.loads(run(capsys, None, {"as_json": True}))
    assert [entry["name"] for entry in listed] == list(catalogue())
    assert {entry["name"] for entry in listed if entry["compatibility"]} == {
        record.name for record in catalogue().values() if record.compatibility
    }


def test_the_command_refuses_what_is_no_set():
    from iaa_classic.cli.listing import features
    from iaa_classic.errors import UserError

    with pytest.raises(UserError, match="there are fast, datta2006"):
        features(None, as_json=False, set_name="datta")
    with pytest.raises(UserError, match="not both"):
        features("colour", as_json=False, set_name="fast")


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (["fast"], "give the name of a set or a criterion by itself"),
        (["lighting", "mean_lightness"], "give the name of a set or a criterion by itself"),
        ("ke_edge_template", "fit iaa_classic.ReferenceFeatures"),
        ("uniqueness", "`iaa-classic features` lists them|did you mean (?!uniqueness)"),
    ],
)
def test_what_cannot_be_selected_is_explained(names, hint):
    with pytest.raises(ValueError, match=hint):
        select(names)
