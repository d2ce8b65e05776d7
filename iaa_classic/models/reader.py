"""The reader of model files: skops files, rebuilt from a closed list of kinds, every object checked as it is built."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError

CLASSES: Mapping[str, str] = {
    "AestheticClassifier": "iaa_classic.models.classifier",
    "AestheticRanker": "iaa_classic.models.ranker",
    "AestheticRegressor": "iaa_classic.models.regressor",
    "ContentRegressor": "iaa_classic.models.content",
    "AttributeRegressor": "iaa_classic.models.attributes",
    "PersonalizedRegressor": "iaa_classic.models.personal",
    "ScoreDistributionRegressor": "iaa_classic.models.distribution",
    "AdditiveModel": "iaa_classic.models.additive",
    "AdditiveAverage": "iaa_classic.models.average",
    "AdditiveContent": "iaa_classic.models.content_core",
    "AdditiveKernel": "iaa_classic.models.kernel",
    "AdditiveTrees": "iaa_classic.models.trees",
    "LearnedContent": "iaa_classic.models.learned",
    "BagOfVisualWords": "iaa_classic.representations.bag",
    "Embedding": "iaa_classic.representations.embedding",
    "FisherVector": "iaa_classic.representations.fisher",
    "FeatureExtractor": "iaa_classic.extraction",
    "Pipeline": "sklearn.pipeline",
}
"""The classes that a model file may hold, and the modules they come from; beside these only dict, list, tuple, str,
numbers, ``None`` and arrays of numbers or of strings."""

FROZEN = frozenset({"LearnedContent", *(name for name in CLASSES if name.startswith("Additive"))})
"""Those of ``CLASSES`` that are built from their attributes at once."""

REPRESENTATIONS = frozenset({"BagOfVisualWords", "Embedding", "FisherVector"})

ESTIMATORS = frozenset(name for name in CLASSES if name not in FROZEN and name not in ("FeatureExtractor", "Pipeline"))
"""Those of ``CLASSES`` that learn: what a fit leaves in them is named by their ``_fitted_names``."""

MAX_BYTES = 512 * 2**20
"""Largest model that is read, unpacked."""

MAX_SCHEMA = 32 * 2**20
"""Largest ``schema.json`` that is read."""


class ModelFileError(UserError):
    """A model file that cannot be written, read or used here: what is wrong, and what to do."""


def refuse(what: str) -> NoReturn:
    """Raise the error of a file that holds what no model file may."""
    raise ModelFileError(f"refused: {what}; use only model files that iaa-classic has written")


class Reader:
    """Builds the objects of one archive, from a closed list of kinds."""

    def __init__(self, archive: zipfile.ZipFile, only_scorer: bool) -> None:
        self.archive = archive
        self.only_scorer = only_scorer
        self.members = {info.filename: info for info in archive.infolist()}
        total = sum(info.file_size for info in archive.infolist())
        if total > MAX_BYTES:
            refuse(f"it unpacks to {total >> 20} MB, more than the {MAX_BYTES >> 20} MB that are allowed")

    def root(self) -> Any:
        """The object that the file holds."""
        if "schema.json" not in self.members:
            refuse("it is a zip file but holds no schema.json, so it is not a skops file")
        if self.members["schema.json"].file_size > MAX_SCHEMA:
            refuse(f"its schema.json is larger than {MAX_SCHEMA >> 20} MB")
        schema = json.loads(self.archive.read("schema.json"))
        if not isinstance(schema, dict) or schema.get("protocol") != 2 or isinstance(schema["protocol"], bool):
            protocol = schema.get("protocol") if isinstance(schema, dict) else None
            refuse(f"it is written in skops protocol {protocol!r}, and 2 is understood")
        if self._kind(schema) not in (*(ESTIMATORS - REPRESENTATIONS), "AdditiveModel", "Pipeline"):
            refuse("it holds no model")
        return self.value(schema)

    def value(self, node: Any) -> Any:
        """The Python value of one node of the schema."""
        loader = node["__loader__"]
        readers = {
            "ObjectNode": self._object,
            "DictNode": self._dict,
            "ListNode": self._list,
            "TupleNode": self._tuple,
            "JsonNode": self._scalar,
            "NdArrayNode": self._array,
        }
        if loader not in readers:
            refuse(f"it holds a {loader} ({node.get('__module__')}.{node.get('__class__')})")
        return readers[loader](node)

    @staticmethod
    def _kind(node: Any) -> str:
        """Class of an object node, if it is on the closed list."""
        kind, module = node["__class__"], node["__module__"]
        if not isinstance(kind, str) or CLASSES.get(kind) is None:
            refuse(f"it holds an object of class {module}.{kind}")
        home = CLASSES[kind]
        if module != home:
            refuse(f"it holds an object of class {module}.{kind}, and {home}.{kind} is expected")
        return kind

    @staticmethod
    def _expect(node: Any, kind: str, module: str = "builtins") -> None:
        if (node["__module__"], node["__class__"]) != (module, kind):
            refuse(f"it holds a {node['__module__']}.{node['__class__']} where {module}.{kind} is expected")

    def _object(self, node: Any) -> Any:
        kind, content = self._kind(node), node["content"]
        self._expect(content, "dict")
        if content["__loader__"] != "DictNode":
            refuse(f"the state of {kind} is not a dict")
        if self.only_scorer and kind == "Pipeline":
            return self._last_step(content)
        if self.only_scorer and kind in ESTIMATORS - REPRESENTATIONS:
            if "model_" not in content["content"]:
                raise ModelFileError(f"it holds a {kind}, which has no single score; read it with load_model")
            return self.value(content["content"]["model_"])
        if kind == "AdditiveModel":
            self._check_format(content)
        state = self._dict(content)
        state.pop("_sklearn_version", None)
        cls = getattr(import_module(CLASSES[kind]), kind)
        if kind in FROZEN:
            return cls(**state)
        return self._estimator(cls, state)

    def _last_step(self, content: Any) -> Any:
        return self.value(content["content"]["steps"]["content"][-1]["content"][1])

    @staticmethod
    def _check_format(content: Any) -> None:
        from .additive import FORMAT

        written = json.loads(content["content"]["format"]["content"])
        if written != FORMAT:
            raise ModelFileError(
                f"written in format {written!r}, and this version of iaa-classic reads format {FORMAT}; "
                "install the version that wrote it, or fit the model again"
            )

    @staticmethod
    def _estimator(cls: Any, state: dict[str, Any]) -> Any:
        """An estimator with its parameters and nothing else but what a fit of its class leaves."""
        own = {"FeatureExtractor": {"feature_names_"}, "Pipeline": set()}
        fitted = cls._fitted_names if cls.__name__ in ESTIMATORS else own[cls.__name__]
        names = set(cls._get_param_names())
        later: frozenset[str] = getattr(cls, "_later_parameters", frozenset())  # files from before them lack them
        if not names - later <= set(state) or not set(state) <= names | fitted:
            wrong = sorted(set(state) ^ names)
            refuse(f"the parameters of {cls.__name__} are not those of this version ({', '.join(map(str, wrong[:5]))})")
        instance = cls(**{name: state[name] for name in names & set(state)})
        left = {name: value for name, value in state.items() if name in fitted}
        if cls.__name__ in ESTIMATORS:
            instance._check_parameters()
            if left:  # an estimator that is a parameter of another is not fitted
                instance._check_fitted(state)
        elif cls.__name__ == "Pipeline":
            instance._validate_steps()
        vars(instance).update(left)
        return instance

    def _dict(self, node: Any) -> dict[str, Any]:
        self._expect(node, "dict")
        for key in node["key_types"]["content"]:
            self._expect(key, "str")
        return {key: self.value(item) for key, item in node["content"].items()}

    def _list(self, node: Any) -> list[Any]:
        self._expect(node, "list")
        return [self.value(item) for item in node["content"]]

    def _tuple(self, node: Any) -> tuple[Any, ...]:
        self._expect(node, "tuple")
        return tuple(self.value(item) for item in node["content"])

    @staticmethod
    def _scalar(node: Any) -> Any:
        value = json.loads(node["content"])
        if not isinstance(value, (str, int, float, bool, type(None))):
            refuse(f"it holds a {type(value).__name__} where a single value is expected")
        return value

    def _array(self, node: Any) -> NDArray[Any]:
        self._expect(node, "ndarray", "numpy")
        if node["type"] == "json":
            strings = [self.value(item) for item in node["content"]]
            if not all(isinstance(item, str) for item in strings):
                refuse("it holds an array of objects that are not strings")
            return np.array(strings, dtype=object)
        if node["file"] not in self.members:
            raise ModelFileError(f"the array {node['file']} is missing; the file is damaged, get another copy")
        return numbers(self.archive.read(node["file"]))


def numbers(content: bytes) -> NDArray[Any]:
    """The array of numbers in the bytes of a ``.npy`` file, of which the header is checked against the size first."""
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(stream)
    else:
        raise ValueError(f"an array is written in version {version} of the .npy format")
    data = content[stream.tell() :]
    if dtype.kind not in "bif":
        refuse(f"it holds an array of {dtype}, and numbers are expected")
    count = math.prod(shape)
    if min(shape, default=0) < 0 or count * dtype.itemsize != len(data):
        raise ValueError(f"an array of shape {shape} does not fit its {len(data)} bytes")
    array = np.frombuffer(data, dtype, count).reshape(shape, order="F" if fortran else "C")
    return array.astype(dtype.newbyteorder("="), order="C")
