"""How unusual a picture is: distances in three spaces, each picture left out of its own collection, odd ones found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from iaa_classic.extraction import UnreadableImageWarning
from iaa_classic.models import AestheticRegressor
from iaa_classic.representations import Novelty

FEATURES = ["mean_lightness", "clipped_highlights", "colourfulness"]


@pytest.fixture(scope="module")
def collection(crops):
    """Crops of one photograph of a cat and of one of a flower: alike, more or less."""
    return [crop[::2, ::2] for crop in (*crops[6:12], *crops[30:36])]


@pytest.fixture(scope="module")
def odd():
    rng = np.random.default_rng(0)
    return {
        "noise": rng.integers(0, 256, (90, 120, 3), dtype=np.uint8),
        "red": np.full((90, 120, 3), (255, 0, 0), dtype=np.uint8),
    }


@pytest.fixture(scope="module")
def fitted(collection):
    return Novelty(FEATURES, n_neighbors=3, n_words=12).fit(collection)


def test_columns_belong_to_uniqueness(fitted):
    names = list(fitted.get_feature_names_out())
    assert len(names) == 7
    assert names[-1] == "novelty"
    assert {record.criterion for record in fitted.records} == {"uniqueness"}


def test_odd_pictures_stand_out(fitted, collection, odd):
    own = fitted.rank()["novelty"]
    others = fitted.transform(list(odd.values()))["novelty"]
    assert others.min() > own.max()
    ranked = fitted.rank(pd.Series([*collection[:2], odd["noise"]], index=["a", "b", "noise"]))
    assert ranked.index[0] == "noise"


def test_odd_pictures_among_the_collection_are_found(collection, odd):
    found = Novelty(FEATURES, n_neighbors=3, n_words=12).fit([*collection, *odd.values()]).rank()
    assert set(found.index[:2]) == {len(collection), len(collection) + 1}


def test_each_picture_is_left_out_of_its_own_collection(collection):
    novelty = Novelty(FEATURES, n_neighbors=1, n_words=12)
    left_out = novelty.fit_transform(collection)
    held = novelty.transform(collection)
    distances = [name for name in left_out if name.endswith("distance")]
    np.testing.assert_allclose(held[distances], 0, atol=1e-6)
    assert (left_out["novelty_palette_distance"] > 0).all()


def test_distances_are_those_of_neighbours(fitted, collection):
    from iaa_classic.representations import describe

    described = describe(collection, parts=["colour_quantiles"])
    palette = np.array([one.parts["colour_quantiles"] for one in described], dtype=np.float64)
    apart = np.abs(palette[:, None] - palette).mean(axis=2)
    expected = np.sort(apart, axis=1)[:, 1:4].mean(axis=1)
    found = fitted.rank().sort_index()["novelty_palette_distance"]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_ratings_of_a_model_may_hang_on_it(fitted, collection):
    table = fitted.transform(collection)
    model = AestheticRegressor("svm").fit(table, np.arange(len(table)))
    assert model.criteria_ == ["uniqueness"]


def test_unreadable_pictures_come_last(collection, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    mixed = pd.Series([*collection, str(tmp_path / "broken.jpg")], index=[*map(str, range(len(collection))), "broken"])
    with pytest.warns(UnreadableImageWarning):
        novelty = Novelty(FEATURES, n_neighbors=3, n_words=12).fit(mixed)
    ranked = novelty.rank()
    assert ranked.index[-1] == "broken"
    assert np.isnan(ranked["novelty"].iloc[-1])
    assert novelty.failures_["position"].tolist() == [len(collection)]


def test_too_small_a_collection_is_refused(collection):
    with pytest.raises(ValueError, match="3 readable pictures, and 5 neighbours"):
        Novelty(FEATURES).fit(collection[:3])
    with pytest.raises(ValueError, match="n_neighbors"):
        Novelty(FEATURES, n_neighbors=0).fit(collection)


def test_clone(fitted):
    assert clone(fitted).get_params() == fitted.get_params()
