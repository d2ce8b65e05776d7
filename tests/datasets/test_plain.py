"""Plain tables and folders of one's own, and the rated photographs beside the checkout in that layout."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from iaa_classic.datasets import DatasetWarning, MissingImagesWarning, load_csv, load_dataset, load_folder, load_oasis
from iaa_classic.datasets.labels import read_labels
from iaa_classic.errors import UserError

from . import _layouts as layouts

ROWS = [("image", "stars", "shoot"), ("a.jpg", "3.5", "sea"), ("b.jpg", "2", "sea"), ("été.jpg", "5", "sky")]


@pytest.fixture
def photographs(tmp_path):
    layouts.jpegs(tmp_path, ["a.jpg", "b.jpg", "été.jpg"])
    return tmp_path


def table(delimiter: str = ",", newline: str = "\n") -> str:
    return newline.join(delimiter.join(row) for row in ROWS) + newline


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_delimiters_and_marks_are_recognised(photographs, delimiter, encoding, newline):
    path = layouts.write(photographs / "t.csv", table(delimiter, newline), encoding)
    dataset = load_csv(path, target="stars", group="shoot")
    assert dataset.frame["score"].to_dict() == {"a.jpg": 3.5, "b.jpg": 2.0, "été.jpg": 5.0}
    assert dataset.frame["group"].to_list() == ["sea", "sea", "sky"]
    assert dataset.frame["path"]["été.jpg"] == str(photographs / "été.jpg")
    assert dataset.scale == (2.0, 5.0)
    assert dataset.levels is None
    assert dataset.ratings is None


def test_a_delimiter_inside_quotes_does_not_count(photographs):
    path = layouts.write(photographs / "t.csv", '"image; or photo, or file",score\n"a.jpg",4\n"b.jpg",5\n')
    dataset = load_csv(path, image_column="image; or photo, or file")
    assert dataset.frame["score"].to_list() == [4, 5]


def test_decimal_commas_only_beside_semicolons(photographs):
    path = layouts.write(photographs / "t.csv", "image;score\na.jpg;3,5\nb.jpg;4\n")
    assert load_csv(path).frame["score"].to_list() == [3.5, 4.0]
    path = layouts.write(photographs / "t.csv", 'image,score\na.jpg,"3,500"\nb.jpg,4\n')
    with pytest.raises(UserError, match="line 2: '3,500' in column 'score' is not a number"):
        load_csv(path)


def test_names_keep_their_zeros_and_stray_blanks_go(photographs):
    layouts.jpegs(photographs, ["00001", "00002"])
    path = layouts.write(photographs / "t.csv", " Image , score\n00001 , 3\n00002, 4\n")
    assert load_csv(path, target="score").frame.index.to_list() == ["00001", "00002"]
    assert read_labels(path, images=photographs, target="score", group=None, image_column=None)[0]["path"].to_list() == [
        str(photographs / "00001"),
        str(photographs / "00002"),
    ]


def test_absolute_names_and_names_with_folders(photographs):
    layouts.jpegs(photographs, ["deep/er/x.jpg"])
    path = layouts.write(photographs / "tables" / "t.csv", f"image,score\n{photographs / 'a.jpg'},1\ndeep/er/x.jpg,2\n")
    paths = load_csv(path, images=photographs).frame["path"].to_list()
    assert paths == [str(photographs / "a.jpg"), str(photographs / "deep" / "er" / "x.jpg")]


def test_several_ratings_of_one_photograph(photographs):
    text = "photo,who,rating,place\na.jpg,01,3,sea\nb.jpg,01,1,sea\na.jpg,02,4,sea\nb.jpg,02,,sky\n"
    path = layouts.write(photographs / "t.csv", text)
    dataset = load_csv(path, rater="who", levels=(1, 2, 3, 4, 5))
    assert dataset.frame["score"].to_dict() == {"a.jpg": 3.5, "b.jpg": 1.0}
    assert dataset.frame["n_ratings"].to_dict() == {"a.jpg": 2.0, "b.jpg": 1.0}
    np.testing.assert_allclose(dataset.distribution(), [[0, 0, 0.5, 0.5, 0], [1, 0, 0, 0, 0]])
    assert dataset.scale == (1, 5)
    assert dataset.ratings[["image", "score"]].to_numpy().tolist() == [["a.jpg", 3.0], ["b.jpg", 1.0], ["a.jpg", 4.0]]
    assert "place" not in dataset.frame  # it differs between the ratings of b.jpg
    assert "place" in dataset.ratings
    assert load_csv(path).ratings is None
    with pytest.raises(UserError, match="rating 4 is none of the levels 1, 2, 3"):
        load_csv(path, rater="who", levels=(1, 2, 3))
    with pytest.raises(UserError, match=r"b\.jpg stands in more than one group"):
        load_csv(path, group="place")


def test_rows_without_name_or_rating(photographs):
    path = layouts.write(photographs / "t.csv", "image,score\na.jpg,3\n,4\nb.jpg,\n")
    with pytest.warns(DatasetWarning, match="1 rows that name no photograph are left out"):
        dataset = load_csv(path)
    assert dataset.frame.index.to_list() == ["a.jpg", "b.jpg"]
    assert np.isnan(dataset.frame["score"]["b.jpg"])
    merged, notes = read_labels(path, images=photographs, target="score", group=None, image_column=None)
    assert merged["path"].to_list() == [str(photographs / "a.jpg")]
    grouped = layouts.write(photographs / "g.csv", "image,score,group\na.jpg,3,x\nb.jpg,,\n")
    assert load_csv(grouped, group="group").frame["group"].to_list() == ["x", "b.jpg"]
    assert notes == ["2 rows without a name or a finite rating are left out"]


def test_missing_photographs_of_a_table(photographs):
    path = layouts.write(photographs / "t.csv", "image,score\na.jpg,3\nsub/no.jpg,4\n")
    with pytest.warns(MissingImagesWarning, match=r"t\.csv: 1 of 2 photographs are not on disk"):
        dataset = load_csv(path)
    assert dataset.missing["image"].to_list() == ["sub/no.jpg"]
    (photographs / "sub").mkdir()
    layouts.jpegs(photographs / "sub", ["no.jpg"])
    assert len(load_csv(path).frame) == 2


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("image,beauty\na.jpg,3\n", {}, "which column holds ratings. It has image, beauty; name target="),
        ("image,score\na.jpg,3\n", {"target": "x"}, "no column 'x'; there are image, score"),
        (
            "picture,score\na.jpg,3\n",
            {},
            "no column called image, path, .*; there are picture, score; name it with",
        ),
        ("image,score\na.jpg,good\n", {}, "line 2: 'good' in column 'score' is not a number"),
        ("image,score\na.jpg,3,4\n", {}, "could not be read as CSV"),
        ("", {}, "could not be read as CSV"),
        ("image,score\n", {}, "no photograph is listed"),
        ("image,score,g\na.jpg,3,\n", {"group": "g"}, "line 2: no value in column 'g'"),
        ("image,score,part\na.jpg,3,dev\n", {"split": "part"}, "'dev' in column 'part'; expected train, validation or test"),
        ("image,score,who\na.jpg,3,\n", {"rater": "who"}, "a rating without a rater in column 'who'"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(photographs, text, options, message):
    path = layouts.write(photographs / "t.csv", text)
    with pytest.raises(UserError, match=message) as error:
        load_csv(path, **options)
    assert "\n" not in str(error.value)


def test_bytes_that_are_no_text(photographs):
    (photographs / "t.csv").write_bytes("image,score\nété.jpg,3\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"t\.csv: could not be read as CSV"):
        load_csv(photographs / "t.csv")
    with pytest.raises(UserError, match=r"nowhere\.csv: could not be read as CSV"):
        load_csv(photographs / "nowhere.csv", target="score")
    with pytest.raises(UserError, match="nowhere: no such folder"):
        load_csv(photographs / "t.csv", images=photographs / "nowhere")


def test_histograms_statistics_and_attributes_are_recognised(tmp_path):
    dataset = load_folder(layouts.plain(tmp_path))
    frame = dataset.frame
    assert dataset.levels == (1.0, 2.0, 3.0)
    assert dataset.scale == (1.0, 3.0)
    np.testing.assert_allclose(dataset.distribution(), [[0, 2 / 3, 1 / 3], [0.5, 0.5, 0], [0, 0, 1]])
    assert frame["n_ratings"].to_list() == [3, 2, 1]
    assert frame["sd"].to_list() == [0.47, 0.5, 0.0]
    assert frame["group"].to_list() == ["x", "x", "y"]
    assert frame["split"].to_list() == ["train", "train", "test"]
    assert frame["category"].to_list() == ["sea", "sea", "sky"]
    assert dataset.attributes_frame()["valence"].to_list() == [4.5, 3.5, 2.5]
    assert dataset.name == tmp_path.name


def test_a_histogram_of_something_else_is_not_taken_for_the_targets(tmp_path):
    dataset = load_folder(layouts.plain(tmp_path), target="valence_mean")
    assert dataset.levels is None
    assert dataset.frame["score"].to_list() == [4.5, 3.5, 2.5]
    assert {"n1", "n2", "n3"} <= set(dataset.frame.columns)


@pytest.mark.parametrize("packed", [False, True])
def test_single_ratings_of_a_folder(tmp_path, packed):
    root = layouts.plain(tmp_path)
    if packed:
        (root / "ratings.csv.gz").write_bytes(gzip.compress((root / "ratings.csv").read_bytes()))
        (root / "ratings.csv").unlink()
    ratings = load_folder(root).ratings
    assert ratings.columns.to_list() == ["rater", "image", "score", "block"]
    assert ratings["rater"].unique().tolist() == ["01", "02"]
    means = ratings.groupby("image")["score"].mean()
    assert means.to_list() == pytest.approx([7 / 3, 1.5, 3])


def test_a_folder_that_lists_a_photograph_twice_is_refused(tmp_path):
    root = layouts.plain(tmp_path)
    labels = root / "labels.csv"
    labels.write_text(labels.read_text() + "a.jpg,x,train,sea,2,0,1,0,1,0,4.5\n")
    with pytest.raises(UserError, match=r"'a\.jpg' is listed more than once"):
        load_folder(root)


def test_missing_photographs_of_a_folder(tmp_path):
    root = layouts.plain(tmp_path)
    (root / "images" / "b.jpg").unlink()
    with pytest.warns(MissingImagesWarning):
        dataset = load_folder(root)
    assert set(dataset.ratings["image"]) == {"a.jpg", "c.jpg"}


def test_rated_photographs_of_oasis(data):
    dataset = load_dataset("oasis", data / "oasis")
    frame = dataset.frame
    assert len(frame) == 608
    assert len(dataset.missing) == 0
    assert dataset.levels == (1, 2, 3, 4, 5, 6, 7)
    labels = pd.read_csv(data / "oasis" / "labels.csv", index_col="image")
    pd.testing.assert_series_equal(frame["group"], labels["group"], check_dtype=False)
    np.testing.assert_allclose(dataset.distribution() @ np.arange(1, 8), labels["beauty_mean"], atol=1e-9)
    np.testing.assert_allclose(frame["n_ratings"], labels["beauty_n"])
    assert dataset.attributes == ("valence", "arousal")
    ratings = dataset.ratings
    assert len(ratings) == 92756
    assert ratings["rater"].nunique() == 606
    means = ratings.groupby("image")["score"].mean().reindex(frame.index)
    # The published means count more raters than the file of single ratings holds.
    assert (ratings.groupby("image").size().reindex(frame.index) < frame["n_ratings"]).all()
    differences = (means - frame["score"]).abs()
    assert differences.mean() < 0.05
    assert differences.max() < 0.25
    assert load_oasis(data / "oasis", target="valence").frame["score"].to_list() == labels["valence_mean"].to_list()


def test_rated_photographs_of_vessel(data):
    dataset = load_dataset("folder", data / "vessel")
    frame = dataset.frame
    assert len(frame) == 199
    assert frame["group"].to_list() == frame.index.to_list()
    np.testing.assert_allclose(dataset.distribution() @ np.arange(1, 8), frame["score"], atol=1e-9)
    means = dataset.ratings.groupby("image")["score"].mean().reindex(frame.index)
    np.testing.assert_allclose(means, frame["score"], atol=1e-9)
