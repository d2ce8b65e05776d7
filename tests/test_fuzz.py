"""What nobody has thought of: mutated files in bulk, and arrays of every shape, type and layout for every public function.

``python -P tests/fuzz/fuzz.py --minutes 30`` goes on for longer.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import hypothesis.extra.numpy as some
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import iaa_classic
from iaa_classic import metrics
from iaa_classic.errors import UserError
from iaa_classic.features import select
from iaa_classic.images import ImageError, read_image
from iaa_classic.measuring import measure_image
from iaa_classic.models.reader import ModelFileError
from iaa_classic.persistence import load_model

FUZZ = Path(__file__).with_name("fuzz")
MINUTES = "1" if os.environ.get("CI") else "0.2"
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


# Files ---------------------------------------------------------------------------------------------------------------


def test_mutated_files_are_read_or_refused(tmp_path):
    """Twelve seconds, a minute in CI; a case that fails is told by its number."""
    command = [sys.executable, "-P", FUZZ / "fuzz.py", "--minutes", MINUTES, "--seed", "2026", "--found", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout
    found = re.search(r"0 findings in ([0-9,]+) cases", done.stdout)
    assert found is not None, done.stdout
    assert int(found[1].replace(",", "")) >= 64


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", sorted((FUZZ / "found").iterdir()), ids=lambda path: path.name)
def test_what_was_found_before_is_refused_clearly(path):
    load = load_model if path.name.startswith("models") else read_image
    with pytest.raises((ImageError, ModelFileError)) as caught:
        load(path.read_bytes())
    assert len(str(caught.value)) < 2000
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", sorted((FUZZ / "seeds" / "pictures").iterdir()), ids=lambda path: path.name)
def test_seeds_are_sound(path):
    try:
        assert read_image(path).pixels.shape in ((12, 16, 3), (16, 12, 3))
    except ImageError as error:
        if not re.search("not supported|does not read", str(error)):
            raise


# Pictures ------------------------------------------------------------------------------------------------------------

TYPES = st.sampled_from(
    [np.uint8, np.uint16, np.int64, np.float16, np.float32, np.float64, np.complex64, np.bool_, np.dtype("O")]
)


@st.composite
def arrays(draw, types=TYPES):
    """Arrays of any shape and type, strided, read-only or with NaN and infinity in them."""
    shape = tuple(draw(st.lists(st.integers(0, 9), min_size=0, max_size=4)))
    if draw(st.booleans()):
        shape = (draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.sampled_from([1, 3, 4])))
    dtype = np.dtype(draw(types))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    with np.errstate(all="ignore"):
        array = np.asarray(random.random(shape) * draw(st.sampled_from([1, 255, 70000]))).astype(dtype)
    if array.size and dtype.kind == "f" and draw(st.booleans()):
        array.flat[random.integers(array.size)] = draw(st.sampled_from([np.nan, np.inf, -np.inf, -1e-9]))
    if array.ndim and draw(st.booleans()):
        array = array[:: draw(st.sampled_from([2, -1, -3]))]
    if draw(st.booleans()):
        array = np.asfortranarray(array)
    array = np.asarray(array)
    array.flags.writeable = draw(st.booleans())
    return array


def clear(error: Exception) -> bool:
    """Whether an error says something, in one line."""
    return 0 < len(str(error)) < 2000


@quick
@given(arrays())
def test_any_array_is_a_picture_or_refused(array):
    before = array.copy()
    try:
        loaded = read_image(array)
    except ImageError as error:
        if not clear(error):
            raise
    else:
        assert loaded.pixels.dtype == np.uint8
        assert loaded.pixels.shape == (loaded.height, loaded.width, 3)
        assert loaded.pixels.flags.c_contiguous
    assert before.dtype == object or before.tobytes() == array.tobytes(), "the caller's array was changed"


@settings(quick, max_examples=25)
@given(arrays(st.sampled_from([np.uint8])))
def test_all_features_of_any_picture_are_finite_and_do_not_depend_on_its_layout(array):
    records = [record for record in select("all") if record.criterion != "people"]
    measured = measure_image(array, records)
    if measured.error is not None:
        assert "report" not in measured.error, measured.error
        return
    assert np.isfinite(measured.values).all()
    again = measure_image(np.ascontiguousarray(array), records)
    np.testing.assert_array_equal(measured.values, again.values)


@quick
@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"GIF89a", b"BM", b"RIFF"])
)
def test_any_bytes_are_a_picture_or_refused(data, head):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for truncated in ("refuse", "flag"):
            try:
                read_image(head + data, max_pixels=10_000, truncated=truncated)
            except ImageError as error:
                if not clear(error) or "\n" in str(error):
                    raise


# Models and metrics --------------------------------------------------------------------------------------------------

CLEAR = (TypeError, ValueError, UserError)
"""What a wrong argument may raise; everything else is a defect."""


@pytest.fixture(scope="module")
def models():
    """Small models of every kind, fitted on the same rows."""
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.random((40, 3)), columns=["light", "shade", "hue"])
    y = X["light"] * 4 + 1
    criteria = {"light": "lighting", "shade": "lighting", "hue": "colour"}
    options = {"criteria": criteria, "random_state": 0}
    trees = {"n_trees": 4, "n_bags": 1}
    shares = np.stack([1 - X["light"], X["light"]], axis=1)
    attributes = pd.DataFrame({"light": y, "colour": X["hue"]})
    return [
        iaa_classic.AestheticRegressor("gbm", **trees, **options).fit(X, y),
        iaa_classic.AestheticRegressor("both", **trees, **options).fit(X, y),
        iaa_classic.AestheticClassifier("svm", **options).fit(X, (y > 3).astype(int)),
        iaa_classic.AestheticRanker("svm", **options).fit(X, y),
        iaa_classic.ScoreDistributionRegressor().fit(X, shares),
        iaa_classic.AttributeRegressor().fit(X, attributes),
    ]


@settings(quick, max_examples=40)
@given(data=st.data())
def test_any_table_is_predicted_or_refused(models, data):
    model = data.draw(st.sampled_from(models))
    kinds = st.sampled_from([np.float64, np.float32, np.float16, np.int8, np.bool_, np.complex64, np.dtype("O")])
    array = data.draw(arrays(kinds))
    if data.draw(st.booleans()):
        rows = data.draw(st.integers(0, 5))
        array = data.draw(some.arrays(data.draw(st.sampled_from([np.float64, np.float32, np.int64])), (rows, 3)))
        array.flags.writeable = False
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for method in ("predict", "breakdown", "feature_effects", "marks", "predict_proba", "predict_distribution"):
            if not hasattr(model, method):
                continue
            try:
                answer = getattr(model, method)(array)
            except (*CLEAR, AttributeError) as error:
                # Of attributes without an overall score there is no breakdown, which is an AttributeError on purpose.
                if not clear(error) or (isinstance(error, AttributeError) and "no overall score was learnt" not in str(error)):
                    raise
                continue
            if method in ("predict", "breakdown"):
                assert len(answer) == len(array)


@settings(quick, max_examples=40)
@given(arrays(), arrays())
def test_metrics_of_anything_are_numbers_or_refused(one, other):
    names = [name for name in dir(metrics) if not name.startswith("_")]
    functions = [getattr(metrics, name) for name in names]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for function in functions:
            if getattr(function, "__module__", "") != metrics.__name__ or isinstance(function, type):
                continue
            for pair in ((one, other), (one, one)):
                try:
                    function(*pair)
                except CLEAR as error:
                    if not clear(error):
                        raise


@quick
@given(arrays())
def test_fitting_on_anything_works_or_is_refused(array):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        target = np.arange(len(array)) if array.ndim else np.arange(3)
        try:
            iaa_classic.AestheticRegressor("svm").fit(array, target)
        except CLEAR as error:
            if not clear(error):
                raise


@quick
@given(st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=5)), st.floats(), st.binary()))
def test_extractors_of_anything_work_or_are_refused(thing):
    for make in (
        lambda: iaa_classic.FeatureExtractor(thing).fit(),
        lambda: iaa_classic.FeatureExtractor(["aspect_ratio"], max_pixels=thing).fit(),
        lambda: iaa_classic.FeatureExtractor(["aspect_ratio"], store=thing if not isinstance(thing, str) else None).fit(),
    ):
        try:
            make()
        except CLEAR as error:
            if not clear(error):
                raise
