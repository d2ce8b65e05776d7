"""Each reader on a tiny copy of its dataset in the published layout; every trap of the layouts is a test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from iaa_classic.datasets import (
    load_aadb,
    load_ava,
    load_eva,
    load_para,
)
from iaa_classic.errors import UserError

from . import _layouts as layouts

# AVA


def test_ava_means_distributions_groups_and_tags(tmp_path):
    dataset = load_ava(layouts.ava(tmp_path))
    frame = dataset.frame
    assert list(frame.index) == ["953619", "953958", "954184", "954113"]
    votes = np.array([0, 1, 5, 17, 38, 36, 15, 6, 5, 1])
    assert frame["score"]["953619"] == pytest.approx(votes @ np.arange(1, 11) / votes.sum(), abs=1e-12)
    assert frame["sd"]["953619"] == pytest.approx(np.repeat(np.arange(1, 11), votes).std(), abs=1e-12)
    assert frame["n_ratings"]["953619"] == votes.sum()
    np.testing.assert_allclose(dataset.distribution()[0], votes / votes.sum())
    assert dataset.levels == tuple(range(1, 11))
    assert frame["group"].to_list() == ["1396", "1396", "1396", "1395"]
    assert frame["challenge"]["954113"] == "Deep Blue Sea"
    assert pd.isna(frame["challenge"]["953619"])  # a challenge whose title is blank in the file
    assert frame["tags"].to_list() == ["Abstract;Macro", "Abstract", "", "Nature;Still Life"]


def test_ava_official_split_is_generic_test_and_all_others(tmp_path):
    root = layouts.ava(tmp_path)
    assert load_ava(root).frame["split"].to_dict() == {
        "953619": "train",
        "953958": "test",
        "954184": "train",
        "954113": "train",
    }
    assert load_ava(root, split=None).frame["split"].isna().all()
    with pytest.raises(UserError, match="split is 'random'"):
        load_ava(root, split="random")


def test_ava_lists_of_a_category(tmp_path):
    root = layouts.ava(tmp_path)
    assert load_ava(root, category="animal").frame["split"].to_dict() == {"953619": "train", "954184": "test"}
    with pytest.raises(UserError, match="category is 'cars'; AVA has lists for animal"):
        load_ava(root, category="cars")
    with pytest.raises(UserError, match="floral_train"):
        load_ava(root, category="floral")


def test_ava_styles_single_label_in_training_and_several_in_test(tmp_path):
    root = layouts.ava(tmp_path)
    frame = load_ava(root).frame
    assert frame.loc[["953619", "953958", "954113"], "style"].to_list() == [
        "HDR",
        "Complementary Colors;HDR",
        "Complementary Colors",
    ]
    assert pd.isna(frame["style"]["954184"])
    assert frame.loc[["953619", "953958", "954113"], "style_split"].to_list() == ["train", "test", "train"]
    (root / "style_image_lists" / "train.lab").write_text("3\n4\n")
    with pytest.raises(UserError, match=r"labels from 3 to 4; styles\.txt names 1 to 3"):
        load_ava(root)


def test_ava_without_optional_files(tmp_path):
    import shutil

    root = layouts.ava(tmp_path)
    shutil.rmtree(root / "style_image_lists")
    (root / "tags.txt").unlink()
    (root / "challenges.txt").unlink()
    frame = load_ava(root).frame
    assert "style" not in frame
    assert (frame["tags"] == "").all()


def test_ava_photographs_without_votes_have_no_score(tmp_path):
    root = layouts.ava(tmp_path)
    text = (root / "AVA.txt").read_text().replace("0 1 5 17 38 36 15 6 5 1", "0 0 0 0 0 0 0 0 0 0")
    (root / "AVA.txt").write_text(text)
    frame = load_ava(root).frame
    assert frame["score"].isna().to_list() == [True, False, False, False]
    assert frame["n_ratings"].iloc[0] == 0


def test_ava_says_what_is_wrong_with_its_table(tmp_path):
    root = layouts.ava(tmp_path)
    good = (root / "AVA.txt").read_text()
    (root / "AVA.txt").write_text("\n".join(line.rsplit(" ", 1)[0] for line in good.splitlines()))
    with pytest.raises(UserError, match=r"AVA\.txt: 14 values in a line; expected 15"):
        load_ava(root)
    (root / "AVA.txt").write_text(good[:-20])
    with pytest.raises(UserError, match=r"AVA\.txt: line 4 has fewer than 15 values"):
        load_ava(root)
    (root / "AVA.txt").write_text(good.replace("36", "many"))
    with pytest.raises(UserError, match="not numbers"):
        load_ava(root)
    (root / "AVA.txt").write_text(good + good.splitlines()[0] + "\n")
    with pytest.raises(UserError, match=r"'953619' is listed more than once \(1 repeated rows\)"):
        load_ava(root)


# AADB


@pytest.mark.parametrize("in_lists", [False, True])
@pytest.mark.parametrize("on_disk", [False, True])
def test_aadb_scores_before_names_of_test_photographs_do_not_matter(tmp_path, in_lists, on_disk):
    dataset = load_aadb(layouts.aadb(tmp_path, prefix_in_lists=in_lists, prefix_on_disk=on_disk))
    assert list(dataset.frame.index) == [
        name for part in ("Train", "TestNew", "Validation") for name in layouts.AADB_NAMES[part]
    ]
    assert dataset.frame["split"].value_counts().to_dict() == {"train": 3, "test": 2, "validation": 1}
    assert len(dataset.missing) == 0
    values = layouts.aadb_values("TestNew")
    test = dataset.frame[dataset.frame["split"] == "test"]
    np.testing.assert_allclose(test["score"], values[:, 0], atol=1e-9)
    assert ("0." in test["path"].iloc[0].rsplit("/", 1)[1]) == on_disk


def test_aadb_older_test_part_is_not_read(tmp_path):
    assert "farm9_1_a_b.jpg" not in load_aadb(layouts.aadb_older_test(layouts.aadb(tmp_path))).frame.index


def test_aadb_attributes_from_text_files_of_misspelt_names(tmp_path):
    dataset = load_aadb(layouts.aadb(tmp_path))
    assert dataset.attributes[0] == "balancing_elements"
    assert len(dataset.attributes) == 11
    train = dataset.attributes_frame()[(dataset.frame["split"] == "train").to_numpy()]
    np.testing.assert_allclose(train, layouts.aadb_values("Train")[:, 1:], atol=1e-9)


def test_aadb_attributes_from_matlab_where_test_comes_before_validation(tmp_path):
    root = layouts.attribute_matrix(layouts.aadb(tmp_path, attributes=False))
    dataset = load_aadb(root)
    for split, part in (("train", "Train"), ("validation", "Validation"), ("test", "TestNew")):
        rows = (dataset.frame["split"] == split).to_numpy()
        np.testing.assert_allclose(dataset.attributes_frame()[rows], layouts.aadb_values(part)[:, 1:])


def test_aadb_refuses_a_matrix_in_another_order(tmp_path):
    root = layouts.attribute_matrix(layouts.aadb(tmp_path, attributes=False), order=("Train", "Validation", "TestNew"))
    with pytest.raises(UserError, match="does not match"):
        load_aadb(root)


def test_aadb_from_the_matlab_file_of_the_repository(tmp_path):
    root = layouts.aadb_matlab(tmp_path)
    dataset = load_aadb(root)
    assert dataset.frame["split"].value_counts().to_dict() == {"train": 3, "test": 2}
    np.testing.assert_allclose(dataset.frame["score"][:3], layouts.aadb_values("Train")[:, 0])
    assert dataset.attributes == ()
    assert len(load_aadb(layouts.attribute_matrix(root)).attributes) == 11
    (root / "AADBinfo.mat").write_bytes(b"nothing")
    with pytest.raises(UserError, match="could not be read as a MATLAB file"):
        load_aadb(root)


def test_aadb_says_what_is_wrong(tmp_path):
    with pytest.raises(UserError, match=r"AADB needs imgListFiles_label/.*Get it from https://github.com/aimerykong"):
        load_aadb(tmp_path)
    root = layouts.aadb(tmp_path)
    path = root / "imgListFiles_label" / "imgListValidationRegression_score.txt"
    path.write_text("farm2_1_a_b.jpg 3.5\n")
    with pytest.raises(UserError, match=r"3\.5 in column 'score' \(row 1\) is outside 0 to 1"):
        load_aadb(root)
    path.write_text("farm2_1_a_b.jpg high\n")
    with pytest.raises(UserError, match="line 1: 'high' in column 'score' is not a number"):
        load_aadb(root)
    path.unlink()
    with pytest.raises(UserError, match=r"imgListValidationRegression_score\.txt: not found"):
        load_aadb(root)


# EVA


def test_eva_reads_votes_separated_by_equals_signs(tmp_path):
    dataset = load_eva(layouts.eva(tmp_path))
    frame = dataset.frame
    assert list(frame.index) == ["10", "11"]
    assert frame["score"].to_dict() == {"10": 6.0, "11": 10.0}
    assert frame["n_ratings"].to_dict() == {"10": 2.0, "11": 1.0}
    assert frame["sd"]["10"] == 1.0
    assert dataset.levels == tuple(range(11))
    np.testing.assert_allclose(dataset.distribution()[0], [0, 0, 0, 0, 0, 0.5, 0, 0.5, 0, 0, 0][:11])
    assert dataset.attributes_frame().loc["10"].to_dict() == {
        "visual": 2.0,
        "composition": 3.0,
        "quality": 3.0,
        "semantic": 2.0,
    }
    assert frame["category"].to_dict() == {"10": "architecture", "11": "still life"}  # the file starts with a mark
    assert frame["split"].isna().all()


def test_eva_votes_and_people(tmp_path):
    dataset = load_eva(layouts.eva(tmp_path))
    ratings = dataset.ratings
    assert ratings[["rater", "image", "score"]].to_numpy().tolist() == [
        ["E136", "10", 7.0],
        ["C76", "10", 5.0],
        ["E136", "11", 10.0],
    ]
    assert ratings["factor_semantic"].to_list() == [1, 0, 1]
    assert ratings["difficulty"].to_list() == [3, 4, 2]
    people = dataset.raters
    assert people.loc["E136"].to_dict() == {
        "birth_year": 1992,
        "region": "33.0",
        "photographic_level": "amateur",
        "gender": "male",
        "eyecheck": "1,2",
    }
    assert people["eyecheck"]["C76"] == ""


def test_eva_filtered_or_all_votes_and_the_fewest(tmp_path):
    root = layouts.eva(tmp_path)
    assert list(load_eva(root, votes="all").frame.index) == ["10", "12"]
    assert list(load_eva(root, fewest_votes=2).frame.index) == ["10"]
    with pytest.raises(UserError, match="votes is 'some'"):
        load_eva(root, votes="some")


def test_eva_folders_by_category(tmp_path):
    frame = load_eva(layouts.eva(tmp_path, by_category=True)).frame
    assert frame["path"].str.endswith(("2/10.jpg", "5/11.jpg")).all()


def test_eva_with_commas_is_refused(tmp_path):
    root = layouts.eva(tmp_path)
    path = root / "data" / "votes_filtered.csv"
    path.write_text(path.read_text().replace("=", ","))
    with pytest.raises(UserError, match="no column 'image_id'"):
        load_eva(root)
    path.write_text(layouts.EVA_HEADER + "\n10=E1=12=1=1=1=1=1=1\n")
    with pytest.raises(UserError, match=r"12 in column 'score' \(row 1\) is outside 0 to 10"):
        load_eva(root)


# PARA


def expected_para() -> dict[str, float]:
    return {
        "session1/iaa_pub1_.jpg": (5 * 2 + 20 * 4) / 25,
        "session2/iaa_pub71_.jpg": (5 * 2.5 + 20 * 4) / 25,
        "session2/iaa_pub72_.jpg": (5 * 2 + 20 * 4) / 25,
    }


@pytest.mark.parametrize("options", [{}, {"names": False}, {"shuffled": True}])
def test_para_by_name_or_by_position(tmp_path, options):
    dataset = load_para(layouts.para(tmp_path, **options))
    assert dataset.frame["score"].to_dict() == pytest.approx(expected_para())
    assert dataset.frame["split"].to_list() == ["train", "train", "test"]
    assert dataset.frame["category"].unique().tolist() == ["night scene"]
    assert dataset.levels == (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)
    np.testing.assert_allclose(dataset.distribution()[0], [0, 0, 0.2, 0, 0, 0, 0.8, 0, 0])
    header = layouts.para_means_header()
    names = ("quality", "composition", "colour", "depth_of_field", "light", "content", "content_preference")
    assert dataset.attributes == (*names, "willingness_to_share")
    theirs = ["quality", "composition", "color", "dof", "light", "content"]
    columns = [f"{name}Score_mean" for name in theirs] + ["contentPreference_mean", "willingnessToShare_mean"]
    assert dataset.attributes_frame().iloc[0].to_list() == [round(header.index(column) / 20, 3) for column in columns]
    assert dataset.frame["path"].iloc[0].endswith("imgs/session1/iaa_pub1_.jpg")


@pytest.mark.parametrize("names", [True, False])
def test_para_ratings_have_the_session_first(tmp_path, names):
    dataset = load_para(layouts.para(tmp_path, names=names))
    assert dataset.ratings[["rater", "image", "score"]].to_numpy().tolist() == [
        ["A4f02", "session1/iaa_pub1_.jpg", 3.5],
        ["B1", "session1/iaa_pub1_.jpg", 2.0],
        ["B1", "session2/iaa_pub72_.jpg", 4.5],
    ]
    first = dataset.ratings.iloc[0]
    assert [first[name] for name in dataset.attributes] == [3.0, 3.1, 3.2, 3.3, 3.6, 3.4, 4.0, 3.0]
    assert first["difficulty"] == -1
    assert dataset.raters.index.to_list() == ["A4f02", "B1"]


def test_para_shares_do_not_tell_how_many_rated(tmp_path):
    counted = load_para(layouts.para(tmp_path / "counts"))
    shared = load_para(layouts.para(tmp_path / "shares", as_shares=True))
    assert (counted.frame["n_ratings"] == 25).all()
    assert shared.frame["n_ratings"].isna().all()
    np.testing.assert_allclose(shared.distribution(), counted.distribution())


def test_para_ratings_are_read_when_asked_for(tmp_path):
    root = layouts.para(tmp_path)
    (root / "annotation" / "PARA-Images.csv").unlink()
    dataset = load_para(root)
    with pytest.raises(UserError, match="needs annotation/PARA-Images"):
        _ = dataset.ratings


def test_para_refuses_tables_that_are_too_narrow(tmp_path):
    root = layouts.para(tmp_path)
    (root / "annotation" / "PARA-GiaaTest.csv").write_text("imageName,sessionId,semantic\na,b,c\n")
    with pytest.raises(UserError, match="3 columns; 'aestheticScore_mean' is expected by name or as column 13"):
        load_para(root)
