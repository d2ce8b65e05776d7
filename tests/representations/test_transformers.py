"""The transformers as scikit-learn objects: folds, pipelines, models, odd input."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline, make_union

from iaa_classic import ImageError
from iaa_classic.extraction import UnreadableImageWarning
from iaa_classic.models import AestheticRegressor
from iaa_classic.representations import (
    ColourNeighbours,
    Description,
    EdgeTemplate,
    Familiarity,
    LearnedHarmony,
    ReferenceFeatures,
    SpectrumNovelty,
    describe,
    description,
)

COLUMNS = [
    "ke_edge_template",
    "ke_colour_neighbours",
    "luo_learned_harmony",
    "datta_familiarity_2",
    "datta_familiarity_5",
    "spectrum_novelty",
]
KINDS = [EdgeTemplate, ColourNeighbours, LearnedHarmony, Familiarity, SpectrumNovelty, ReferenceFeatures]


def reference(**parameters) -> ReferenceFeatures:
    return ReferenceFeatures(**{"n_neighbors": 3, "counts": (2, 5), **parameters})


# What is measured -----------------------------------------------------------------------------------------------------


def test_the_union_is_its_members(described, ratings):
    members = [EdgeTemplate(), ColourNeighbours(3), LearnedHarmony(), Familiarity((2, 5)), SpectrumNovelty()]
    apart = pd.concat([member.fit_transform(described, ratings) for member in members], axis=1)
    pd.testing.assert_frame_equal(reference().fit_transform(described, ratings), apart)
    joined = make_union(*members).fit_transform(described, ratings)
    np.testing.assert_array_equal(joined, apart)
    apart = pd.concat([member.transform(described) for member in members], axis=1)
    pd.testing.assert_frame_equal(reference().fit(described, ratings).transform(described), apart)


def test_pictures_and_their_descriptions_give_the_same(crops, described, ratings):
    table = reference().fit_transform(crops, ratings)
    assert list(table.columns) == COLUMNS
    assert (table.dtypes == np.float64).all()
    pd.testing.assert_frame_equal(table, reference().fit_transform(described, ratings))


def test_any_number_of_jobs_gives_the_same(crops, described):
    for one, two in zip(described[:5], describe(crops[:5], n_jobs=2), strict=True):
        assert one.parts.keys() == two.parts.keys()
        for part, vector in one.parts.items():
            np.testing.assert_array_equal(vector, two.parts[part])


def test_each_picture_is_decoded_once(crops, ratings, monkeypatch):
    decoded = []
    read_image = description.read_image
    monkeypatch.setattr(description, "read_image", lambda *given, **more: decoded.append(1) or read_image(*given, **more))
    reference().fit_transform(crops, ratings)
    assert len(decoded) == 36
    known = describe(crops)
    assert len(decoded) == 72
    cross_validate(make_pipeline(reference(), AestheticRegressor("svm")), known, ratings, cv=6)
    assert len(decoded) == 72


def test_every_kind_of_source_gives_the_same(described, ratings, photographs, tmp_path):
    rgb = photographs["chelsea"]
    path = tmp_path / "chelsea.png"
    Image.fromarray(rgb).save(path)
    sources = [rgb, path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), Image.fromarray(rgb), describe([rgb])[0]]
    table = reference().fit(described, ratings).transform(sources)
    assert (table == table.iloc[0]).all(axis=None)


def test_defined_and_in_range_for_every_picture(described, ratings, degenerate):
    transformer = reference().fit(described, ratings)
    table = transformer.transform(list(degenerate.values()))
    records = {record.name: record for record in transformer.records}
    for name, values in table.items():
        low, high = records[name].range
        assert np.isfinite(values).all(), name
        assert values.between(low, high).all(), name
    table = reference().fit_transform(list(degenerate.values()), np.arange(len(degenerate)))
    assert np.isfinite(table).all(axis=None)


def test_damaging_the_edges_moves_them_away_from_the_template(photographs):
    # The template of the photographs themselves against their mirror images, top to bottom.
    pictures = list(photographs.values())
    mirrored = [rgb[::-1] for rgb in pictures]
    values = EdgeTemplate().fit_transform(pictures + mirrored, [1] * 6 + [0] * 6)["ke_edge_template"].to_numpy()
    np.testing.assert_allclose(values[:6], -values[6:], atol=2e-3)


# Conventions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [EdgeTemplate, ColourNeighbours, LearnedHarmony, Familiarity, SpectrumNovelty, ReferenceFeatures]
)
def test_scikit_learn_conventions(kind, described, ratings):
    defaults = kind()
    assert clone(defaults).get_params() == defaults.get_params()
    assert {"n_jobs", "max_pixels", "on_error", "progress"} <= set(defaults.get_params())
    with pytest.raises(NotFittedError):
        defaults.transform(described)
    small = {name: value for name, value in (("n_neighbors", 2), ("counts", [3])) if name in defaults.get_params()}
    transformer = kind(**small)
    before = dict(vars(transformer))
    assert transformer.fit(described, ratings) is transformer
    assert {name: vars(transformer)[name] for name in before} == before
    assert all(name.endswith("_") for name in set(vars(transformer)) - set(before))
    assert transformer.n_pictures_ == 36
    names = list(transformer.get_feature_names_out())
    framed = clone(transformer).set_output(transform="pandas")
    assert list(framed.fit_transform(described, ratings).columns) == names
    assert list(framed.transform(list(described)).columns) == names
    assert transformer.transform(described.iloc[:0]).shape == (0, len(names))


def test_index_is_kept(described, ratings):
    named = described.set_axis([f"p{position}" for position in range(36)])
    assert list(reference().fit_transform(named, ratings).index) == list(named.index)
    assert list(reference().fit(described, ratings).transform(named.to_frame()).index) == list(named.index)
    assert list(describe(named).index) == list(named.index)


def test_repeated_fits_agree(described, ratings):
    transformer = reference().fit(described[:20], ratings[:20])
    first = transformer.fit(described, ratings).transform(described)
    pd.testing.assert_frame_equal(first, reference().fit(described, ratings).transform(described))


def test_two_classes_of_any_kind(described, ratings):
    good = ratings > 5
    expected = reference().fit_transform(described, good.astype(int))
    for y in (good, good.astype(float), list(good), pd.Series(good), np.where(good, 9, 2), good[:, None]):
        pd.testing.assert_frame_equal(reference().fit_transform(described, y), expected)


def test_ratings_play_no_part_where_nothing_depends_on_them(described, ratings):
    for transformer in (Familiarity((2,)), SpectrumNovelty()):
        table = transformer.fit_transform(described)
        pd.testing.assert_frame_equal(table, transformer.fit_transform(described, np.full(36, np.nan)))


# Bad pictures, bad ratings --------------------------------------------------------------------------------------------


def test_unreadable_pictures_take_no_part(crops, described, ratings, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_text("<html>not found</html>")
    sources = [*crops[:4], bad, *crops[4:]]
    transformer = reference()
    with pytest.warns(UnreadableImageWarning, match="1 of 37 pictures could not be read"):
        table = transformer.fit_transform(sources, np.insert(ratings, 4, 100.0))
    assert table.isna().all(axis=1).tolist() == [row == 4 for row in range(37)]
    pd.testing.assert_frame_equal(table.drop(4).reset_index(drop=True), reference().fit_transform(described, ratings))
    assert transformer.n_pictures_ == 36
    assert transformer.failures_["source"].tolist() == [str(bad)]
    assert transformer.failures_["position"].tolist() == [4]
    with pytest.warns(UnreadableImageWarning):
        known = describe([crops[0], bad])
    assert "HTML" in known[1].error
    assert "HTML" in repr(known[1])
    with pytest.warns(UnreadableImageWarning):
        assert transformer.transform(known).isna().all(axis=1).tolist() == [False, True]
    with pytest.warns(UnreadableImageWarning):
        assert transformer.transform([bad]).isna().all(axis=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        transformer.transform(crops[:1])
    assert transformer.failures_.empty


def test_unreadable_pictures_raise_on_request(described, ratings, tmp_path):
    absent = tmp_path / "absent.jpg"
    with pytest.raises(ImageError, match=r"absent\.jpg"):
        reference(on_error="raise").fit(described, ratings).transform([absent])
    with pytest.raises(ImageError, match=r"absent\.jpg"):
        describe([absent], on_error="raise")
    with pytest.raises(ValueError, match="none of 1 pictures could be read"), pytest.warns(UnreadableImageWarning):
        SpectrumNovelty().fit([absent])


def test_a_defect_costs_one_row(crops, monkeypatch):
    monkeypatch.setitem(description.DESCRIPTORS, "edges", lambda picture: 1 / 0)
    with pytest.warns(UnreadableImageWarning, match="ZeroDivisionError"):
        assert describe(crops[:1], ["edges"])[0].parts == {}


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "learns from ratings: give one per picture as y"),
        (np.r_[np.nan, np.arange(35)], "1 missing or infinite ratings"),
        (np.ones(36), "they are all the same"),
        (np.r_[np.zeros(30), 1, 2, 3, 4, 5, 6], "the lowest and the highest 33% overlap"),
        (np.arange(35), "36 pictures and 35 values of y"),
        (["good", "bad"] * 18, "y must be numbers"),
        (np.zeros((36, 2)), "one rating per picture"),
    ],
)
def test_bad_ratings(described, y, message):
    with pytest.raises(ValueError, match=message):
        reference().fit(described, y)


@pytest.mark.parametrize(
    ("transformer", "message"),
    [
        (EdgeTemplate(0.6), "class_share must be"),
        (LearnedHarmony(0), "class_share must be"),
        (ColourNeighbours(0), "n_neighbors must be a whole number of at least 1, got 0"),
        (ColourNeighbours(25), "24 high or low pictures and 25 neighbours are wanted"),
        (Familiarity((2, 2.5)), "each of counts must be a whole number"),
        (Familiarity(()), "one or more different numbers"),
        (Familiarity((5, 5)), "one or more different numbers"),
        (Familiarity((37,)), "36 pictures and 37 neighbours are wanted; give more pictures, or a smaller number as counts"),
        (ReferenceFeatures(), "36 pictures and 100 neighbours"),
        (SpectrumNovelty(on_error="ignore"), "on_error must be"),
    ],
)
def test_bad_parameters(described, ratings, transformer, message):
    with pytest.raises(ValueError, match=message):
        transformer.fit(described, ratings)


def test_too_little_is_left(described, ratings, themes):
    assert Familiarity((36,)).fit(described).transform(described[:1]).shape == (1, 1)
    with pytest.raises(ValueError, match="35 pictures left when a picture's own group is left out and 36 neighbours"):
        Familiarity((36,)).fit_transform(described)
    with pytest.raises(ValueError, match="19 high or low pictures left and 20 neighbours"):
        ColourNeighbours(20).fit_transform(described[:20], np.arange(20) % 2)
    one_group = np.where(ratings > 5, "good", "bad")
    for transformer in (EdgeTemplate(), LearnedHarmony()):
        with pytest.raises(ValueError, match="lies in one group"):
            transformer.fit_transform(described, (ratings > 5).astype(int), groups=one_group)
    with pytest.raises(ValueError, match="lies in one group"):
        SpectrumNovelty().fit_transform(described[:1])
    with pytest.raises(ValueError, match="36 pictures and 35 values of groups"):
        SpectrumNovelty().fit_transform(described, groups=themes[:35])
    with pytest.raises(ValueError, match="groups holds missing values"):
        SpectrumNovelty().fit_transform(described, groups=[None, *themes[1:]])


def test_bad_input(described, ratings, tmp_path):
    for bad in ("photo.jpg", 5):
        with pytest.raises(TypeError, match="takes a list of pictures"):
            reference().fit(bad, [1])
    only_edges = describe([np.zeros((8, 8, 3), dtype=np.uint8)], ["edges"])
    assert isinstance(only_edges[0], Description)
    with pytest.raises(ValueError, match="was described without 'spectrum'"):
        SpectrumNovelty().fit(only_edges)
    with pytest.raises(ValueError, match="parts must be some of edges"):
        describe([], ["corners"])
    with pytest.raises(ValueError, match="on_error must be"):
        describe([], on_error="ignore")
