"""The FeatureExtractor as a scikit-learn transformer on pictures of every kind."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from iaa_classic import FeatureExtractor, ImageError
from iaa_classic.extraction import UnreadableImageWarning
from iaa_classic.features import Picture, measure, select

NAMES = [record.name for record in select("lighting")[:3]] + [record.name for record in select("composition")[:2]]


@pytest.fixture
def files(tmp_path, photographs):
    """Three photographs as PNG files."""
    paths = []
    for name in ("chelsea", "coffee", "rocket"):
        path = tmp_path / f"{name}.png"
        Image.fromarray(photographs[name]).save(path)
        paths.append(path)
    return paths


def test_values_are_those_of_the_features(files, photographs):
    table = FeatureExtractor(NAMES).fit_transform(files)
    expected = [measure(Picture(photographs[name]), select(NAMES)) for name in ("chelsea", "coffee", "rocket")]
    assert list(table.columns) == NAMES
    assert np.array_equal(table.to_numpy(), np.array(expected))


def test_every_kind_of_source_gives_the_same(files, photographs):
    rgb = photographs["chelsea"]
    data = files[0].read_bytes()
    sources = [str(files[0]), files[0], data, io.BytesIO(data), rgb, Image.fromarray(rgb)]
    table = FeatureExtractor(NAMES).fit_transform(sources)
    assert (table == table.iloc[0]).all(axis=None)


def test_all_is_the_whole_catalogue(files):
    table = FeatureExtractor().fit_transform(files[:1])
    assert list(table.columns) == [record.name for record in select("all")]
    assert list(FeatureExtractor("lighting").get_feature_names_out()) == [r.name for r in select("lighting")]


def test_order_and_values_for_any_number_of_jobs(files):
    sources = files * 3
    one = FeatureExtractor(NAMES, n_jobs=1).fit_transform(sources)
    two = FeatureExtractor(NAMES, n_jobs=2).fit_transform(sources)
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_a_bad_picture_is_a_row_of_missing_values(files, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_text("<html>not found</html>")
    extractor = FeatureExtractor(NAMES)
    with pytest.warns(UnreadableImageWarning, match=r"1 of 3 pictures could not be read"):
        table = extractor.fit_transform([files[0], bad, files[1]])
    assert table.isna().all(axis=1).tolist() == [False, True, False]
    assert extractor.failures_["position"].tolist() == [1]
    assert extractor.failures_["source"].tolist() == [str(bad)]
    assert "HTML" in extractor.failures_["error"][0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extractor.transform(files)
    assert extractor.failures_.empty


def test_bad_picture_raises_on_request(tmp_path):
    with pytest.raises(ImageError, match=r"absent\.jpg"):
        FeatureExtractor(NAMES, on_error="raise").fit_transform([tmp_path / "absent.jpg"])


def test_a_defect_in_a_feature_costs_one_row(files, monkeypatch):
    record = select(NAMES)[0]
    monkeypatch.setitem(record.__dict__, "function", lambda picture: 1 / 0)  # the record is frozen
    with pytest.warns(UnreadableImageWarning, match="ZeroDivisionError"):
        table = FeatureExtractor(NAMES).fit_transform(files[:1])
    assert table.isna().all(axis=None)


def test_too_many_pixels_are_refused(files):
    with pytest.warns(UnreadableImageWarning, match="pixels"):
        table = FeatureExtractor(NAMES, max_pixels=1000).fit_transform(files[:1])
    assert table.isna().all(axis=None)


def test_index_is_kept(files):
    series = pd.Series(map(str, files), index=["a", "b", "c"])
    assert FeatureExtractor(NAMES).fit_transform(series).index.tolist() == ["a", "b", "c"]
    assert FeatureExtractor(NAMES).fit_transform(series.to_frame()).index.tolist() == ["a", "b", "c"]


def test_stacked_array(photographs):
    stack = np.stack([photographs["coffee"], photographs["coffee"][:, ::-1]])
    assert FeatureExtractor(NAMES).fit_transform(stack).shape == (2, len(NAMES))


def test_scikit_learn_conventions(files):
    extractor = FeatureExtractor(NAMES, n_jobs=1)
    assert clone(extractor).get_params() == extractor.get_params()
    framed = clone(extractor).set_output(transform="pandas").fit_transform(files)
    assert list(framed.columns) == NAMES
    scaled = make_pipeline(extractor, StandardScaler()).set_output(transform="pandas").fit_transform(files)
    assert list(scaled.columns) == NAMES
    try:
        extractor.transform(files)
    except NotFittedError:
        pytest.fail("a stateless transformer works without fit")


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("photo.jpg", TypeError, "wrap it in a list"),
        (b"bytes", TypeError, "wrap it in a list"),
        (5, TypeError, "list of pictures"),
        (np.zeros((4, 4, 3), np.uint8), ValueError, "wrap a single picture"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ValueError, "one column"),
    ],
)
def test_wrong_input_is_told(X, error, message):
    with pytest.raises(error, match=message):
        FeatureExtractor(NAMES).transform(X)


def test_wrong_parameters_are_told():
    with pytest.raises(ValueError, match=r"no feature called 'aspect_ration'; did you mean"):
        FeatureExtractor(["aspect_ration"]).fit()
    with pytest.raises(ValueError, match="named twice"):
        FeatureExtractor([NAMES[0], NAMES[0]]).fit()
    with pytest.raises(ValueError, match="on_error"):
        FeatureExtractor(on_error="ignore").fit()
    with pytest.raises(ValueError, match="max_pixels"):
        FeatureExtractor(max_pixels=0).fit()


def test_empty_list():
    assert FeatureExtractor(NAMES).fit_transform([]).shape == (0, len(NAMES))
