"""Model files: what was saved comes back exactly, and nothing else is ever loaded."""

from __future__ import annotations

import copy
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from iaa_classic import persistence
from iaa_classic.models import AdditiveModel, AestheticRegressor, reader
from iaa_classic.models.reader import CLASSES
from iaa_classic.persistence import ModelFileError, load_model, load_scorer, save_model

QUICK = {"n_trees": 10, "n_bags": 2, "feature_share": 0.5, "random_state": 0}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    X = pd.DataFrame(np.random.default_rng(0).random((80, 4)), columns=["light", "shade", "hue", "tint"])
    X.loc[::5, "tint"] = np.nan
    return X


@pytest.fixture(scope="module")
def y(frame) -> pd.Series:
    return frame["light"] + frame["hue"] ** 2 + 3


CRITERIA = {"light": "lighting", "shade": "lighting", "hue": "colour", "tint": "colour"}


@pytest.fixture(scope="module", params=["gbm", "svm", "both"])
def model(request, frame, y) -> AestheticRegressor:
    return AestheticRegressor(request.param, criteria=CRITERIA, scale=(1, 10), **QUICK).fit(frame, y)


@pytest.fixture(scope="module")
def saved(frame, y, tmp_path_factory) -> SimpleNamespace:
    """A small file of trees, taken apart: its schema, and the bytes of its arrays by member name."""
    model = AestheticRegressor("gbm", criteria=CRITERIA, **QUICK).fit(frame, y)
    path = tmp_path_factory.mktemp("models") / "model.skops"
    save_model(model, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return SimpleNamespace(path=path, schema=json.loads(members.pop("schema.json")), members=members)


def test_comes_back_exactly(model, frame, tmp_path):
    path = tmp_path / "model.skops"
    save_model(model, path)
    loaded = load_model(path)
    assert isinstance(loaded, AestheticRegressor)
    assert loaded.get_params() == model.get_params()
    np.testing.assert_array_equal(loaded.predict(frame), model.predict(frame))
    pd.testing.assert_frame_equal(loaded.breakdown(frame), model.breakdown(frame))
    pd.testing.assert_frame_equal(loaded.marks(frame), model.marks(frame))
    pd.testing.assert_frame_equal(loaded.feature_effects(frame[:5]), model.feature_effects(frame[:5]))
    pd.testing.assert_frame_equal(loaded.value_percentiles(frame), model.value_percentiles(frame))
    assert list(loaded.feature_names_in_) == list(frame.columns)
    assert (loaded.scale_, loaded.criteria_) == ((1.0, 10.0), ["lighting", "colour"])
    assert os.listdir(tmp_path) == ["model.skops"]


def test_a_loaded_model_can_be_fitted_and_saved_again(model, frame, y, tmp_path):
    save_model(model, tmp_path / "one.skops")
    again = load_model(tmp_path / "one.skops").fit(frame, y)
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))
    save_model(load_model(tmp_path / "one.skops"), tmp_path / "two.skops")
    np.testing.assert_array_equal(load_model(tmp_path / "two.skops").predict(frame), model.predict(frame))


def test_skops_itself_reads_the_file(model, frame, tmp_path):
    import skops.io

    save_model(model, tmp_path / "model.skops")
    trusted = [f"{module}.{name}" for name, module in CLASSES.items()]
    loaded = skops.io.load(tmp_path / "model.skops", trusted=trusted)
    np.testing.assert_array_equal(loaded.predict(frame), model.predict(frame))


def test_scorer_alone(model, frame, tmp_path):
    save_model(model, tmp_path / "model.skops")
    scorer = load_scorer(tmp_path / "model.skops")
    assert isinstance(scorer, AdditiveModel)
    np.testing.assert_array_equal(scorer.predict(frame), model.predict(frame))


def test_scorer_needs_no_scikit_learn(model, tmp_path):
    save_model(model, tmp_path / "model.skops")
    code = (
        "import sys, numpy\n"
        "from iaa_classic.persistence import load_scorer\n"
        "scorer = load_scorer(sys.argv[1])\n"
        "scorer.predict(numpy.zeros((1, 4))), scorer.feature_effects(numpy.zeros((1, 4)))\n"
        "heavy = [name for name in ('sklearn', 'skops', 'scipy') if name in sys.modules]\n"
        "assert not heavy, heavy\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "model.skops")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_plain_model_is_saved_and_loaded_as_such(model, frame, tmp_path):
    save_model(model.model_, tmp_path / "model.skops")
    for loaded in (load_model(tmp_path / "model.skops"), load_scorer(tmp_path / "model.skops")):
        assert isinstance(loaded, AdditiveModel)
        np.testing.assert_array_equal(loaded.predict(frame), model.predict(frame))


def test_pipeline_from_photographs_to_score(tmp_path):
    from iaa_classic.extraction import FeatureExtractor

    pictures = list(np.random.default_rng(0).integers(0, 256, (12, 16, 24, 3), dtype=np.uint8))
    pipeline = make_pipeline(FeatureExtractor("lighting"), AestheticRegressor("svm")).fit(pictures, np.arange(12.0))
    save_model(pipeline, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(loaded.predict(pictures), pipeline.predict(pictures))
    assert loaded[0].get_params() == pipeline[0].get_params()
    scorer = load_scorer(tmp_path / "model.skops")
    np.testing.assert_array_equal(scorer.predict(pipeline[0].transform(pictures)), pipeline.predict(pictures))
    assert scorer.catalogue


def test_parameters_of_numpy_are_saved_as_plain_numbers(frame, y, tmp_path):
    parameters = {"C": np.float64(3), "n_trees": np.int64(5), "criteria": np.array(["a", "a", "b", "b"])}
    model = AestheticRegressor("both", random_state=np.random.RandomState(0), n_bags=1, **parameters).fit(frame, y)
    save_model(model, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    assert (loaded.C, loaded.n_trees, loaded.criteria, loaded.random_state) == (3.0, 5, ["a", "a", "b", "b"], None)
    assert type(loaded.C) is float
    assert isinstance(model.random_state, np.random.RandomState)


def test_bytes_and_open_files_are_read(saved):
    content = saved.path.read_bytes()
    assert load_model(content).criteria_ == load_model(io.BytesIO(content)).criteria_ == ["lighting", "colour"]


def test_pickled_and_copied_models_are_checked_too(model, frame):
    for twin in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        np.testing.assert_array_equal(twin.predict(frame), model.predict(frame))
    core = model.model_.core
    state = core.__getstate__()
    name = next(iter(state))
    with pytest.raises((TypeError, ValueError)):
        type(core).__new__(type(core)).__setstate__({**state, name: None})


# What cannot be saved ------------------------------------------------------------------------------------------------


def test_other_objects_are_not_saved(tmp_path, frame, y):
    for wrong in (StandardScaler().fit(frame), {"a": 1}, make_pipeline(StandardScaler(), AestheticRegressor("svm"))):
        with pytest.raises(TypeError, match="a model file holds"):
            save_model(wrong, tmp_path / "model.skops")
    with pytest.raises(ValueError, match="not fitted"):
        save_model(AestheticRegressor(), tmp_path / "model.skops")
    assert not os.listdir(tmp_path)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(saved, tmp_path, monkeypatch):
    model, path = load_model(saved.path), tmp_path / "model.skops"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ModelFileError, match=r"model\.skops: the model cannot be written: No space left"):
        save_model(model, path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model.skops"]
    with pytest.raises(ModelFileError, match="cannot be written"):
        save_model(model, tmp_path / "no folder" / "model.skops")


def test_an_existing_file_is_replaced(saved, tmp_path):
    path = tmp_path / "model.skops"
    path.write_bytes(b"old")
    save_model(load_model(saved.path), path)
    assert load_model(path).criteria_ == ["lighting", "colour"]


# Crafted files -------------------------------------------------------------------------------------------------------


def packed(schema, members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("schema.json", schema if isinstance(schema, (str, bytes)) else json.dumps(schema))
    return buffer.getvalue()


def node(kind, module="builtins", loader="ObjectNode", **more):
    return {"__class__": kind, "__module__": module, "__loader__": loader, **more}


def scalar(value):
    return node("str", loader="JsonNode", content=json.dumps(value), is_json=True)


def model_of(schema):
    return schema["content"]["content"]["model_"]["content"]["content"]


def trees_of(schema):
    return model_of(schema)["core"]["content"]["content"]


def npy(array, **options) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def with_array(saved, schema, name, change):
    """The members with one array of the trees changed."""
    member = trees_of(schema)[name]["file"]
    array = np.load(io.BytesIO(saved.members[member]))
    return {**saved.members, member: npy(change(array.copy()))}


def set_first(value):
    def change(array):
        array[0] = value
        return array

    return change


def lying_header(shape, size):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + b"\0" * size


def edit(change):
    def craft(saved):
        schema = copy.deepcopy(saved.schema)
        change(schema)
        return packed(schema, saved.members)

    return craft


def edit_array(name, change):
    return lambda saved: packed(saved.schema, with_array(saved, saved.schema, name, change))


def put(path, value):
    """A change of the schema: the parameters of the regressor, or what ``path`` leads to, replaced by ``value``."""

    def change(schema):
        target = schema["content"]["content"] if path[0] != "model" else model_of(schema)
        for key in path[1:-1]:
            target = target[key]
        target[path[-1]] = value

    return change


FUNCTION = node("system", "os", "FunctionNode")
EVIL_ARRAY = node("ndarray", "numpy", "NdArrayNode", type="json", content=[FUNCTION], shape=node("tuple", loader="TupleNode"))

CRAFTED = {
    "class of scikit-learn": (edit(lambda s: s.update(node("SVR", "sklearn.svm._classes"))), "SVR"),
    "compiled trees of scikit-learn": (
        edit(put(["model", "core"], node("TreePredictor", "sklearn.ensemble._hist_gradient_boosting.predictor"))),
        "TreePredictor",
    ),
    "class of ours from another module": (edit(lambda s: s.update({"__module__": "os"})), r"os\.AestheticRegressor"),
    "class that is no string": (edit(lambda s: s.update({"__class__": ["AestheticRegressor"]})), "AestheticRegressor"),
    "function as parameter": (edit(put(["own", "C"], FUNCTION)), "FunctionNode"),
    "partial as parameter": (edit(put(["own", "C"], node("partial", "functools", "PartialNode"))), "PartialNode"),
    "type as parameter": (edit(put(["own", "C"], node("int", loader="TypeNode"))), "TypeNode"),
    "constructor call": (
        edit(put(["own", "C"], node("Popen", "subprocess", "ConstructorFromReduceNode"))),
        "ConstructorFromReduceNode",
    ),
    "method": (edit(put(["own", "C"], node("x", "os", "MethodNode"))), "MethodNode"),
    "operator function": (
        edit(put(["own", "C"], node("methodcaller", "operator", "OperatorFuncNode"))),
        "OperatorFuncNode",
    ),
    "random state": (
        edit(put(["own", "random_state"], node("RandomState", "numpy.random", "RandomStateNode"))),
        "Random",
    ),
    "dict that is another class": (edit(put(["own", "C"], node("Counter", "collections", "DictNode"))), "Counter"),
    "list that is another class": (edit(put(["own", "C"], node("deque", "collections", "ListNode"))), "deque"),
    "key that is no string": (
        edit(lambda s: s["content"]["key_types"]["content"].append(node("int", loader="TypeNode"))),
        "builtins.int",
    ),
    "array of objects": (edit(put(["own", "feature_names_in_"], EVIL_ARRAY)), "FunctionNode"),
    "scalar that is a structure": (edit(put(["own", "C"], scalar({"a": 1}))), "dict where a single value"),
    "root without a model": (edit(lambda s: s.update(node("AdditiveTrees", "iaa_classic.models.trees"))), "no model"),
    "unknown parameter": (edit(put(["own", "evil"], scalar(1))), "parameters of AestheticRegressor.*evil"),
    "missing parameter": (edit(lambda s: s["content"]["content"].pop("C")), "parameters of AestheticRegressor.*C"),
    "method overwritten": (edit(put(["own", "predict"], scalar("x"))), "parameters of AestheticRegressor.*predict"),
    "parameter out of range": (edit(put(["own", "n_trees"], scalar(-1))), "n_trees must be"),
    "unknown attribute": (edit(put(["model", "evil"], scalar(1))), "evil"),
    "core that is a number": (edit(put(["model", "core"], scalar(1))), "core is not an additive core"),
    "model that is missing": (edit(lambda s: s["content"]["content"].pop("model_")), "no fitted model"),
    "other number of columns": (edit(put(["own", "n_features_in_"], scalar(3))), "another number of features"),
    "other names of columns": (
        edit(lambda s: s["content"]["content"]["feature_names_in_"]["content"].reverse()),
        "columns are not those",
    ),
    "scale that is infinite": (edit(put(["model", "scale_", "content", 0], scalar(float("inf")))), "end of the scale"),
    "later format": (edit(put(["model", "format"], scalar(99))), "format 99.*reads format 1"),
    "later protocol": (edit(lambda s: s.update(protocol=3)), "protocol 3"),
    "old protocol with its unchecked nodes": (edit(lambda s: s.update(protocol=0)), "protocol 0"),
    "protocol that is true": (edit(lambda s: s.update(protocol=True)), "protocol True"),
    "schema that is a list": (lambda s: packed([], s.members), "protocol None"),
    "schema that is no JSON": (lambda s: packed("{", s.members), "damaged"),
    "schema that is not UTF-8": (lambda s: packed(b"\xff\xfe\xff", s.members), "damaged"),
    "schema nested a hundred thousand deep": (lambda s: packed("[" * 100_000, s.members), "damaged"),
    "node without a loader": (edit(put(["own", "C"], {})), "damaged"),
    "no schema": (lambda s: packed(s.schema, s.members).replace(b"schema.json", b"schemb.json"), "no schema.json"),
    "array is missing": (lambda s: packed(s.schema, {}), "is missing"),
    "child outside the trees": (edit_array("left", set_first(2**40)), "trees: a node's child"),
    "cycle in a tree": (edit_array("right", set_first(0)), "trees: a node's child"),
    "feature outside the table": (edit_array("feature", set_first(10_000)), "trees: a node's feature"),
    "value not a number": (edit_array("value", lambda a: a * np.nan), "trees: a threshold or a value"),
    "array of records": (edit_array("left", lambda a: np.zeros(len(a), "i8,f8")), "numbers are expected"),
    "array of strings": (edit_array("left", lambda a: a.astype("U5")), "numbers are expected"),
    "array of complex numbers": (edit_array("value", lambda a: a.astype(complex)), "numbers are expected"),
    "array of another length": (edit_array("value", lambda a: a[:-1]), "lengths of the arrays"),
}


@pytest.mark.parametrize("kind", CRAFTED)
def test_crafted_files_are_refused(saved, kind):
    craft, message = CRAFTED[kind]
    with pytest.raises(ModelFileError, match=f"(?s)the model file: .*({message})"):
        load_model(craft(saved))


ARRAYS = {
    "pickled objects": lambda: npy(np.array([os.system], dtype=object), allow_pickle=True),
    "shape of a terabyte": lambda: lying_header((2**37,), 64),
    "negative shape": lambda: lying_header((-8,), 64),
    "product that overflows": lambda: lying_header((2**32, 2**32), 0),
    "no header": lambda: b"nothing of numpy",
    "empty": lambda: b"",
    "unknown version": lambda: b"\x93NUMPY\x09\x00" + b"\0" * 100,
    "header that is code": lambda: b"\x93NUMPY\x01\x00\x20\x00" + b"__import__('os').system('true')\n",
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_crafted_arrays_are_refused(saved, kind):
    member = trees_of(saved.schema)["value"]["file"]
    with pytest.raises(ModelFileError, match=r"damaged|refused"):
        load_model(packed(saved.schema, {**saved.members, member: ARRAYS[kind]()}))


def test_a_refused_file_imports_and_runs_nothing(saved, monkeypatch):
    imported = []
    monkeypatch.setattr(reader, "import_module", lambda name: imported.append(name))
    schema = copy.deepcopy(saved.schema)
    schema["content"]["content"] = {"C": node("antigravity", "antigravity")}
    with pytest.raises(ModelFileError, match=r"antigravity\.antigravity"):
        load_model(packed(schema, saved.members))
    assert imported == []
    assert "antigravity" not in sys.modules


def test_truncated_at_every_length(saved):
    content = saved.path.read_bytes()
    for length in [0, 1, 10, *range(100, len(content), len(content) // 40), len(content) - 1]:
        with pytest.raises(ModelFileError, match="the model file: "):
            load_model(content[:length])


def test_flipped_bytes_never_escape_as_another_error(saved):
    content = saved.path.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for position in random.integers(0, len(content), 150):
        damaged = bytearray(content)
        damaged[position] ^= 1 << int(random.integers(8))
        try:
            load_model(bytes(damaged))
        except ModelFileError:
            refused += 1
    assert refused > 100


def test_bombs_are_refused_before_they_unpack(saved, monkeypatch):
    with pytest.raises(ModelFileError, match=r"schema\.json is larger"):
        load_model(packed(b" " * (reader.MAX_SCHEMA + 1), {}))
    monkeypatch.setattr(persistence, "MAX_BYTES", 2**20)
    monkeypatch.setattr(reader, "MAX_BYTES", 2**20)
    with pytest.raises(ModelFileError, match="unpacks to 2 MB"):
        load_model(packed(saved.schema, {**saved.members, "bomb.npy": b"\0" * (2 * 2**20 + 1)}))
    with pytest.raises(ModelFileError, match="larger than 1 MB"):
        load_model(io.BytesIO(b"\0" * (2**20 + 1)))


def test_files_of_other_kinds(tmp_path, saved):
    with pytest.raises(ModelFileError, match=r"missing\.skops: the model cannot be read: No such file"):
        load_model(tmp_path / "missing.skops")
    with pytest.raises(ModelFileError, match="cannot be read"):
        load_model(tmp_path)
    for name, content in {"pickle": pickle.dumps([1, 2]), "text": b"score,path\n"}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match=f"{name}: not a model file"):
            load_model(path)
    with pytest.raises(ModelFileError, match=r"no schema\.json"):
        load_model(packed(saved.schema, {}).replace(b"schema.json", b"another.txt"))


# The catalogue -------------------------------------------------------------------------------------------------------


def on_catalogue(saved, versions) -> bytes:
    schema = copy.deepcopy(saved.schema)
    node = model_of(schema)["catalogue"]
    node["content"] = {name: scalar(version) for name, version in versions.items()}
    node["key_types"]["content"] = [{"__class__": "str", "__module__": "builtins", "__loader__": "TypeNode"}] * len(versions)
    return packed(schema, saved.members)


def test_features_of_another_catalogue_are_refused_by_name(saved, monkeypatch):
    import iaa_classic.features

    known = {"light": SimpleNamespace(version=2), "hue": SimpleNamespace(version=1)}
    monkeypatch.setattr(iaa_classic.features, "catalogue", lambda: known)
    other = on_catalogue(saved, {"light": 1, "hue": 1, "shade": 1})
    for load in (load_model, load_scorer):
        with pytest.raises(ModelFileError) as caught:
            load(other)
        text = str(caught.value)
        assert "feature 'light' was version 1, here 2" in text
        assert "feature 'shade' is unknown here" in text
        assert "'hue'" not in text
    assert load_model(other, check_catalogue=False).criteria_ == ["lighting", "colour"]
    assert load_model(on_catalogue(saved, {"light": 2, "hue": 1})).criteria_ == ["lighting", "colour"]


def test_a_catalogue_of_other_features_than_the_models_is_damaged(saved):
    with pytest.raises(ModelFileError, match="versions are not those of its features"):
        load_model(on_catalogue(saved, {"nowhere": 1}))


def test_a_face_detector_is_saved_by_its_path_only(tmp_path):
    from iaa_classic import FaceDetector
    from iaa_classic.extraction import FeatureExtractor

    pictures = list(np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), dtype=np.uint8))
    model_file = tmp_path / "yunet.onnx"
    model_file.write_bytes(b"never looked at, since no feature of faces is measured")
    steps = FeatureExtractor("lighting", face_detector=model_file), AestheticRegressor("svm")
    pipeline = make_pipeline(*steps).fit(pictures, np.arange(12.0))
    save_model(pipeline, tmp_path / "model.skops")
    assert load_model(tmp_path / "model.skops")[0].face_detector == str(model_file)
    pipeline[0].set_params(face_detector=FaceDetector(model_file))
    with pytest.raises(TypeError, match="cannot hold a FaceDetector; give FeatureExtractor the path"):
        save_model(pipeline, tmp_path / "other.skops")
