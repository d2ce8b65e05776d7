"""Vectors of an ONNX network that the test builds: declared pre-processing, engines, files that change."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from iaa_classic.errors import UserError
from iaa_classic.persistence import load_model, save_model
from iaa_classic.representations import Embedding

onnx = pytest.importorskip("onnx", reason="the package onnx builds the networks of these tests")
ENGINES = ["opencv", *(["onnxruntime"] if importlib.util.find_spec("onnxruntime") else [])]
KERNEL = np.random.default_rng(0).normal(size=(5, 3, 3, 3)).astype(np.float32)


def _network(path, outputs=("maps", "vector")):
    """A convolution of 5 filters over 3x3, then its averages: outputs ``maps`` (1, 5, 8, 10) and ``vector`` (1, 5)."""
    from onnx import TensorProto, helper, numpy_helper

    nodes = [
        helper.make_node("Conv", ["picture", "kernel"], ["maps"], pads=[1, 1, 1, 1]),
        helper.make_node("GlobalAveragePool", ["maps"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["vector"]),
    ]
    shapes = {"maps": (1, 5, 8, 10), "vector": (1, 5)}
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, (1, 3, 8, 10))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in outputs],
        [numpy_helper.from_array(KERNEL, "kernel")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, str(path))
    return path


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return _network(tmp_path_factory.mktemp("network") / "small.onnx", outputs=("vector",))


@pytest.fixture(scope="module")
def pictures():
    return list(np.random.default_rng(1).integers(0, 256, (3, 512, 512, 3), dtype=np.uint8))


OPTIONS = {"size": (8, 10), "mean": (10, 20, 30), "scale": (0.1, 0.2, 0.3)}


def _expected(rgb, *, crop=True, bgr=False):
    """The network by hand: blocks averaged, the middle cut out, mean and scale, the convolution summed up."""
    if crop:
        keep = round(512 * 8 / 10)
        rgb = rgb[(512 - keep) // 2 : (512 - keep) // 2 + keep]
    import cv2

    small = np.round(cv2.resize(rgb.astype(np.float32), (10, 8), interpolation=cv2.INTER_AREA))[..., :: -1 if bgr else 1]
    prepared = (small - [10, 20, 30]) * [0.1, 0.2, 0.3]
    padded = np.pad(prepared, ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.einsum("yxcab,fcab->f", windows, KERNEL) / 80


@pytest.mark.parametrize("engine", ENGINES)
def test_vectors_are_those_of_the_network(engine, network, pictures):
    for extra, options in (({}, {}), ({"crop": False}, {"resize": "stretch"}), ({"bgr": True}, {"channels": "BGR"})):
        embedding = Embedding(network, engine=engine, normalize=False, **OPTIONS, **options)
        found = embedding.fit_transform(pictures)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, [_expected(rgb, **extra) for rgb in pictures], rtol=0, atol=0.25)
    assert embedding.n_columns_ == len(embedding.get_feature_names_out()) == 5


@pytest.mark.parametrize("engine", ENGINES)
def test_maps_are_averaged_over_places(engine, network, pictures, tmp_path):
    both = _network(tmp_path / "both.onnx")
    options = {"engine": engine, "normalize": False, **OPTIONS}
    by_map = Embedding(both, output="maps", **options).fit_transform(pictures)
    np.testing.assert_allclose(by_map, Embedding(network, **options).fit_transform(pictures), rtol=1e-4, atol=1e-4)


def test_vectors_have_unit_norm_by_default(network, pictures):
    found = Embedding(network, **OPTIONS).fit_transform(pictures)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_descriptions_run_the_network_once(network, pictures):
    embedding = Embedding(network, **OPTIONS)
    described = embedding.described(pictures)
    np.testing.assert_array_equal(embedding.fit(described).transform(described), embedding.transform(pictures))
    other = Embedding(network, **OPTIONS | {"mean": 0}).fit(pictures)
    with pytest.warns(UserWarning, match="could not be read"):
        assert np.isnan(other.transform(described)).all()


def test_a_network_that_changed_or_is_missing_is_refused(pictures, tmp_path):
    path = _network(tmp_path / "own.onnx", outputs=("vector",))
    embedding = Embedding(path, **OPTIONS).fit(pictures)
    _network(path)
    from iaa_classic.representations.embedding import _network as loaded

    loaded.cache_clear()
    with pytest.raises(UserError, match="not the network"):
        embedding.transform(pictures)
    path.unlink()
    with pytest.raises(UserError, match="cannot be read"):
        Embedding(path).fit(pictures)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_does_not_fit_is_said(engine, network, pictures, tmp_path):
    with pytest.raises(UserError, match="size, layout and output"):
        Embedding(network, output="nowhere", engine=engine, **OPTIONS).fit(pictures)
    (tmp_path / "no.onnx").write_bytes(b"no network")
    with pytest.raises(UserError, match="not a network"):
        Embedding(tmp_path / "no.onnx", engine=engine).fit(pictures)
    for options in ({"layout": "CHW"}, {"size": (0, 3)}, {"mean": (1, 2)}, {"resize": "fit"}, {"output": 3}):
        with pytest.raises(ValueError, match=next(iter(options))):
            Embedding(network, **options).fit(pictures)


def test_content_of_a_network_is_saved(network, tmp_path):
    from iaa_classic.extraction import FeatureExtractor
    from iaa_classic.models import ContentRegressor

    rng = np.random.default_rng(2)
    pictures = [np.full((32, 40, 3), rng.integers(0, 256, 3), dtype=np.uint8) for _ in range(12)]
    X = FeatureExtractor("lighting").fit_transform(pictures).assign(picture=pictures)
    model = ContentRegressor(Embedding(network, **OPTIONS), shares=(0.5,), costs=(1,)).fit(X, np.arange(12.0))
    save_model(model, tmp_path / "model.skops")
    np.testing.assert_array_equal(load_model(tmp_path / "model.skops").predict(X), model.predict(X))
