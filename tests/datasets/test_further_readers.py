"""The readers of FLICKR-AES, KonIQ-10k, SPAQ, TAD66K, CUHK-PQ, OASIS and DPChallenge, as in test_readers."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from iaa_classic.datasets import (
    load_cuhk_pq,
    load_dpchallenge,
    load_flickr_aes,
    load_koniq10k,
    load_oasis,
    load_spaq,
    load_tad66k,
)
from iaa_classic.errors import UserError

from . import _layouts as layouts

# FLICKR-AES


def test_flickr_aes_strips_stray_blanks(tmp_path):
    dataset = load_flickr_aes(layouts.flickr_aes(tmp_path))
    assert dataset.frame["score"].to_dict() == {"farm1_1.jpg": 0.5, "farm1_2.jpg": 0.875, "farm1_3.jpg": 0.0}
    assert dataset.scale == (0.0, 1.0)
    assert len(dataset.missing) == 0
    assert dataset.ratings.columns.to_list() == ["rater", "image", "score"]
    assert dataset.ratings["image"].isin(dataset.frame.index).all()
    assert len(dataset.ratings) == 6
    np.testing.assert_allclose(dataset.distribution()[0], [0, 0.5, 0, 0.5, 0])
    assert dataset.frame["n_ratings"].to_list() == [2, 2, 2]
    assert dataset.frame["split"].isna().all()


def test_flickr_aes_mean_ratings(tmp_path):
    root = layouts.flickr_aes(tmp_path)
    dataset = load_flickr_aes(root, scores="ratings")
    assert dataset.frame["score"].to_dict() == {"farm1_1.jpg": 3.0, "farm1_2.jpg": 4.5, "farm1_3.jpg": 1.0}
    assert dataset.scale == (1.0, 5.0)
    (root / "FLICKR-AES_image_score.txt").unlink()
    assert len(load_flickr_aes(root, scores="ratings").frame) == 3
    with pytest.raises(UserError, match='scores="ratings" takes the means'):
        load_flickr_aes(root)
    with pytest.raises(UserError, match="scores is 'mean'"):
        load_flickr_aes(root, scores="mean")


def test_flickr_aes_test_workers_share_no_photograph_with_training(tmp_path):
    dataset = load_flickr_aes(layouts.flickr_aes(tmp_path), test_workers=["A1"])
    assert dataset.frame["split"].to_list() == ["test", "test", "train"]
    ratings = dataset.ratings
    test = ratings[ratings["split"] == "test"]
    train = ratings[ratings["split"] == "train"]
    assert set(test["rater"]) == {"A1"}
    assert "A1" not in set(train["rater"])
    assert not set(test["image"]) & set(train["image"])
    assert ratings["split"].isna().sum() == 2
    with pytest.raises(UserError, match="'A9' has rated nothing"):
        load_flickr_aes(tmp_path, test_workers=["A9"])


def test_flickr_aes_draws_test_workers_of_the_size_of_the_paper(tmp_path):
    root = layouts.flickr_aes(tmp_path)
    with pytest.raises(UserError, match="0 workers have rated 105 to 171"):
        load_flickr_aes(root, test_workers=1)
    rows = [f"W{worker}, farm1_{image}.jpg, 3" for worker in range(4) for image in range(110 if worker else 104)]
    rows += ["W4, farm1_1.jpg, 3"]
    layouts.write(root / "FLICKR-AES_image_labeled_by_each_worker.csv", "\n".join(["worker, imagePair, score", *rows]))
    first = load_flickr_aes(root, test_workers=2).ratings
    chosen = set(first.loc[first["split"] == "test", "rater"])
    assert len(chosen) == 2
    assert chosen < {"W1", "W2", "W3"}
    again = load_flickr_aes(root, test_workers=2).ratings
    pd.testing.assert_frame_equal(first, again)


# KonIQ-10k


@pytest.mark.parametrize("with_sets", [True, False])
def test_koniq_proportions_or_counts_and_scores_under_either_name(tmp_path, with_sets):
    dataset = load_koniq10k(layouts.koniq(tmp_path, with_sets=with_sets))
    assert dataset.frame["score"].to_list() == [77.38, 70.29, 12.5]
    np.testing.assert_allclose(dataset.distribution().sum(axis=1), 1)
    np.testing.assert_allclose(dataset.distribution()[0], np.array([0, 0, 25, 73, 7]) / 105)
    assert dataset.frame["n_ratings"].to_list() == [105, 96, 100]
    assert dataset.frame["split"].fillna("none").to_list() == (["train", "validation", "test"] if with_sets else ["none"] * 3)
    assert "002.jpg" in dataset.frame.index
    assert "/1024x768/" in dataset.frame["path"].iloc[0]


def test_koniq_options(tmp_path):
    root = layouts.koniq(tmp_path, with_sets=False)
    dataset = load_koniq10k(root, scores="ratings", size="512x384")
    votes = np.array([0, 0, 25, 73, 7])
    assert dataset.frame["score"].iloc[0] == pytest.approx(votes @ np.arange(1, 6) / 105)
    assert dataset.scale == (1.0, 5.0)
    assert "/512x384/" in dataset.frame["path"].iloc[0]
    with pytest.raises(UserError, match="scores is 'x'"):
        load_koniq10k(root, scores="x")
    path = root / "koniq10k_scores_and_distributions.csv"
    path.write_text(path.read_text().replace("MOS_zscore", "other"))
    with pytest.raises(UserError, match="MOS is from 1 to 5 and there is no MOS_zscore"):
        load_koniq10k(root)


def test_koniq_refuses_unknown_sets(tmp_path):
    root = layouts.koniq(tmp_path, with_sets=True)
    path = root / "koniq10k_distributions_sets.csv"
    path.write_text(path.read_text().replace("validation", "holdout"))
    with pytest.raises(UserError, match="set is 'holdout'"):
        load_koniq10k(root)


# SPAQ


@pytest.fixture
def spaq(tmp_path, monkeypatch):
    """SPAQ's folder; sheets are read from CSV where openpyxl is not installed."""
    sheets = {"MOS and Image attribute scores": layouts.SPAQ_SCORES, "Scene category labels": layouts.SPAQ_SCENES}
    annotations = tmp_path / "Annotations"
    annotations.mkdir()
    layouts.jpegs(tmp_path / "TestImage", layouts.SPAQ_SCORES["Image name"])
    try:
        import openpyxl  # noqa: F401
    except ImportError:
        monkeypatch.setitem(sys.modules, "openpyxl", ModuleType("openpyxl"))
        monkeypatch.setattr(pd, "read_excel", pd.read_csv)
        for name, sheet in sheets.items():
            pd.DataFrame(sheet).to_csv(annotations / f"{name}.xlsx", index=False)
    else:
        for name, sheet in sheets.items():
            pd.DataFrame(sheet).to_excel(annotations / f"{name}.xlsx", index=False)
    return tmp_path


def test_spaq_scores_attributes_and_scenes(spaq):
    dataset = load_spaq(spaq)
    assert dataset.frame["score"].to_dict() == {"00001.jpg": 27.0, "00002.jpg": 60.25}
    assert dataset.attributes_frame().loc["00002.jpg"].to_dict() == {
        "brightness": 50.0,
        "colourfulness": 51.0,
        "contrast": 52.0,
        "noisiness": 53.0,
        "sharpness": 54.0,
    }
    assert dataset.frame["category"].to_list() == ["night_scene;still_life", "animal"]
    assert dataset.levels is None
    with pytest.raises(ValueError, match="SPAQ has no distributions"):
        dataset.distribution()


def test_spaq_says_that_openpyxl_is_needed(spaq, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UserError, match="needs openpyxl; pip install openpyxl"):
        load_spaq(spaq)


def test_spaq_table_that_is_not_excel(spaq):
    (spaq / "Annotations" / "MOS and Image attribute scores.xlsx").write_bytes(b"")
    with pytest.raises(UserError, match="could not be read as an Excel file"):
        load_spaq(spaq)


# TAD66K


def test_tad66k_merged_and_by_theme(tmp_path):
    frame = load_tad66k(layouts.tad66k(tmp_path / "both")).frame
    assert frame["score"].to_dict() == {"111.jpg": 6.5, "222.jpg": 3.25, "333.jpg": 8.0}
    assert frame["split"].to_list() == ["train", "train", "test"]
    assert frame["theme"].to_list() == ["animal;night", "night", "animal"]
    merged = load_tad66k(layouts.tad66k(tmp_path / "merged", themes=False)).frame
    assert "theme" not in merged
    themes = load_tad66k(layouts.tad66k(tmp_path / "themes", merged=False)).frame
    pd.testing.assert_frame_equal(themes.drop(columns="path"), frame.drop(columns="path"))


def test_tad66k_says_what_is_wrong(tmp_path):
    with pytest.raises(UserError, match="no folder merge or unmerge"):
        load_tad66k(tmp_path)
    root = layouts.tad66k(tmp_path)
    path = root / "labels" / "merge" / "test.csv"
    path.write_text("image,score\n111.jpg,8.0\n")
    with pytest.raises(UserError, match=r"'111\.jpg' is listed more than once"):
        load_tad66k(root)
    path.unlink()
    with pytest.raises(UserError, match=r"test\.csv: not found"):
        load_tad66k(root)


# CUHK-PQ


def test_cuhk_pq_label_is_the_folder_and_high_is_one(tmp_path):
    dataset = load_cuhk_pq(layouts.cuhk_pq(tmp_path))
    frame = dataset.frame
    assert frame["score"].to_dict() == {
        "HighQuality/animal/1.jpg": 1.0,
        "HighQuality/night/2.jpg": 1.0,
        "LowQuality/animal/1.jpg": 0.0,
        "LowQuality/animal/3.JPG": 0.0,
        "LowQuality/night/2.jpg": 0.0,
    }
    assert frame["category"].to_list() == ["animal", "night", "animal", "animal", "night"]
    pd.testing.assert_frame_equal(load_cuhk_pq(tmp_path / "PhotoQualityDataset").frame, frame)
    assert len(load_cuhk_pq(tmp_path, category="night").frame) == 2
    with pytest.raises(UserError, match="category is 'cars'; there are animal, night"):
        load_cuhk_pq(tmp_path, category="cars")


def test_cuhk_pq_without_one_of_the_qualities(tmp_path):
    layouts.jpegs(tmp_path / "HighQuality", ["animal/1.jpg"])
    with pytest.raises(UserError, match="LowQuality: no such folder"):
        load_cuhk_pq(tmp_path)


# OASIS as published


def test_oasis_themes_are_stripped_and_joined_with_beauty(tmp_path):
    dataset = load_oasis(layouts.oasis(tmp_path))
    frame = dataset.frame
    assert frame["score"].to_dict() == {"Acorns 1": 4.86, "Acorns 2": 4.2, "Lake 12": 6.4}
    assert frame["group"].to_list() == ["Acorns", "Acorns", "Lake"]
    assert frame["category"].to_list() == ["Object", "Object", "Scene"]
    assert dataset.attributes == ("valence", "arousal")
    assert dataset.attributes_frame().loc["Acorns 2"].to_list() == [4.52, 2.23]
    assert dataset.scale == (1.0, 7.0)


def test_oasis_targets_and_the_table_of_beauty(tmp_path):
    root = layouts.oasis(tmp_path, beauty=False)
    dataset = load_oasis(root, target="valence")
    assert dataset.frame["score"].to_list() == [4.69, 4.52, 6.10]
    assert dataset.frame["n_ratings"].to_list() == [102, 104, 103]
    assert dataset.attributes == ("arousal",)
    with pytest.raises(UserError, match="no ratings of beauty"):
        load_oasis(root)
    with pytest.raises(UserError, match="target is 'x'"):
        load_oasis(root, target="x")
    layouts.write(tmp_path / "b" / "long.csv", "Theme,rater,rating\nAcorns 1,1,5\nAcorns 1,2,6\nAcorns 2,1,2\n")
    with pytest.raises(UserError, match="name beauty_column"):
        load_oasis(root, beauty=tmp_path / "b" / "long.csv")
    frame = load_oasis(root, beauty="b/long.csv", beauty_column="rating").frame
    assert frame["score"].to_list()[:2] == [5.5, 2.0]
    assert np.isnan(frame["score"]["Lake 12"])
    for name in ("one.csv", "two.csv"):
        layouts.write(root / name, "Theme,mean\nAcorns 1,5\n")
    with pytest.raises(UserError, match=r"one\.csv, two\.csv have a column Theme"):
        load_oasis(root)


def test_oasis_photographs_without_blanks_in_their_names(tmp_path):
    root = layouts.oasis(tmp_path)
    (root / "images" / "Acorns 1.jpg").rename(root / "images" / "Acorns1.jpg")
    assert load_oasis(root).frame["path"].iloc[0].endswith("/Acorns1.jpg")


# DPChallenge


def test_dpchallenge_minus_one_means_no_votes(tmp_path):
    dataset = load_dpchallenge(layouts.dpchallenge(tmp_path))
    frame = dataset.frame
    np.testing.assert_array_equal(frame["score"], [5.5, np.nan, 9.5])
    assert frame["n_ratings"].to_list() == [4, 0, 2]
    assert np.isnan(dataset.distribution()[1]).all()
    np.testing.assert_allclose(dataset.distribution()[2], [0] * 8 + [0.5, 0.5])
