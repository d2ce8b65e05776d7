"""Save and load models without pickle.

A model file is a skops file: a zip of ``schema.json``, which names every object's class and attributes, and one
``.npy`` member per array. Files are written by skops, and any skops can read them. They are read here by a reader of
our own that knows a closed list of classes and nothing else: skops by itself trusts all of scikit-learn, among it
compiled trees that can crash the process when crafted, and takes seconds to import. Every object checks its arrays
when it is built.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from .models.reader import CLASSES, ESTIMATORS, MAX_BYTES, ModelFileError, Reader

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from .models import AdditiveModel, AestheticRegressor

__all__ = ["ModelFileError", "check_features", "load_model", "load_scorer", "save_model"]


def save_model(model: AestheticRegressor | AdditiveModel | Pipeline, path: str | os.PathLike[str]) -> None:
    """Write a fitted model to a ``.skops`` file.

    Parameters
    ----------
    model : AestheticRegressor, AdditiveModel or Pipeline
        Fitted; a pipeline may hold ``FeatureExtractor`` and one of our estimators. A ``RandomState`` given as
        ``random_state`` is not kept, nor what an extractor remembers of failures.
    path : path-like
        Written under a temporary name first, so that a crash leaves no half file; an existing file is replaced.

    Raises
    ------
    TypeError, ValueError
        If ``model`` holds anything but what a model file may, or is not fitted.
    ModelFileError
        If the file cannot be written.
    """
    import skops.io

    target = Path(path)
    content = skops.io.dumps(_plain(model), compression=zipfile.ZIP_DEFLATED)
    _read(content, str(target), only_scorer=False)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with open(partial, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ModelFileError(f"{target}: the model cannot be written: {error.strerror or error}") from error


def load_model(
    source: str | os.PathLike[str] | bytes | BinaryIO, *, check_catalogue: bool = True
) -> AestheticRegressor | AdditiveModel | Pipeline:
    """Read a model file, in the form in which it was saved.

    Parameters
    ----------
    source : path, bytes or binary file
    check_catalogue : bool, default=True
        Refuse a model that was fitted on features which the catalogue lacks or has in another version.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is damaged, of another kind or version, or holds anything but what a model
        file may.
    """
    model = _read(*_content(source), only_scorer=False)
    if check_catalogue:
        _check_catalogue(_scorer_of(model), _name(source))
    return model


def load_scorer(source: str | os.PathLike[str] | bytes | BinaryIO, *, check_catalogue: bool = True) -> AdditiveModel:
    """Read only what predicts and explains from a model file: quick, as it needs no scikit-learn.

    Takes and raises what ``load_model`` does. Of a pipeline, the model at its end.
    """
    scorer = _scorer_of(_read(*_content(source), only_scorer=True))
    if check_catalogue:
        _check_catalogue(scorer, _name(source))
    return scorer


def check_features(catalogue: Mapping[str, int]) -> list[str]:
    """What differs between these versions of features, by name, and the catalogue: one phrase per feature."""
    if not catalogue:
        return []
    from .features import catalogue as current

    known = current()
    return [
        f"feature {name!r} is unknown here"
        if name not in known
        else f"feature {name!r} was version {version}, here {known[name].version}"
        for name, version in catalogue.items()
        if name not in known or known[name].version != version
    ]


def _check_catalogue(scorer: AdditiveModel, name: str) -> None:
    differences = check_features(scorer.catalogue)
    if differences:
        more = f" and {len(differences) - 5} more" if len(differences) > 5 else ""
        raise ModelFileError(
            f"{name}: the model was fitted with another catalogue of features: {'; '.join(differences[:5])}{more}; "
            "fit it again with this version of iaa-classic, or install the version that it was fitted with"
        )


def _scorer_of(model: Any) -> AdditiveModel:
    """The additive model of an estimator; the first where each class has one, as all have the same columns."""
    if hasattr(model, "steps"):
        model = model.steps[-1][1]
    models = getattr(model, "models_", None)
    scorer: AdditiveModel = models[0] if models else getattr(model, "model_", model)
    return scorer


# Writing -------------------------------------------------------------------------------------------------------------


def _plain(model: Any) -> Any:
    """A copy of the model that holds only what a model file may."""
    kind = type(model).__name__
    if type(model).__module__ != CLASSES.get(kind):
        raise TypeError(f"a model file holds {', '.join(CLASSES)}; got {type(model).__module__}.{kind}")
    if kind == "Pipeline":
        steps = [(name, _plain(step)) for name, step in model.steps if step not in (None, "passthrough")]
        copy = type(model)(steps, verbose=bool(model.verbose))
    elif kind == "FeatureExtractor":
        copy = type(model)(**_plain_values(model.get_params(deep=False))).fit()
    elif kind in ESTIMATORS:
        fitted = {name: value for name, value in vars(model).items() if name in model._fitted_names}
        if not fitted:
            raise ValueError("the model is not fitted yet; call fit before saving it")
        given = model._parameters_to_save() if hasattr(model, "_parameters_to_save") else model.get_params(deep=False)
        copy = type(model)(**_plain_values(given))
        vars(copy).update({name: _plain_fitted(value) for name, value in fitted.items()})
    else:
        copy = model
    return copy


def _plain_fitted(value: Any) -> Any:
    """What a fit left, with estimators inside it copied likewise."""
    if isinstance(value, list):
        return [_plain_fitted(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain_fitted(item) for key, item in value.items()}
    return _plain(value) if type(value).__name__ in ESTIMATORS else value


def _plain_values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in parameters.items()}


def _plain_value(value: Any) -> Any:
    from .face_detection import FaceDetector

    if isinstance(value, np.random.RandomState):
        return None
    if type(value).__name__ in ESTIMATORS:
        return type(value)(**_plain_values(value.get_params(deep=False)))
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, FaceDetector):
        raise TypeError("a model file cannot hold a FaceDetector; give FeatureExtractor the path of its model instead")
    if isinstance(value, Mapping):
        return {str(key): _plain_value(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_plain_value, value))
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [_plain_value(item) for item in value]


_LONGEST_LINE = 600
"""Characters of what is told of a file's fault."""


# Reading -------------------------------------------------------------------------------------------------------------


def _name(source: Any) -> str:
    return os.fspath(source) if isinstance(source, (str, os.PathLike)) else "the model file"


def _content(source: str | os.PathLike[str] | bytes | BinaryIO) -> tuple[bytes, str]:
    name = _name(source)
    if isinstance(source, bytes):
        return source, name
    try:
        if isinstance(source, (str, os.PathLike)):
            with open(source, "rb") as file:
                content = file.read(MAX_BYTES + 1)
        else:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise ModelFileError(
            f"{name}: the model cannot be read: {error.strerror or error}; check the path, or leave the model "
            "out to use the one that ships with the package"
        ) from error
    if len(content) > MAX_BYTES:
        raise ModelFileError(f"{name}: larger than {MAX_BYTES >> 20} MB, which no model of iaa-classic is")
    return content, name


def _read(content: bytes, name: str, *, only_scorer: bool) -> Any:
    """The object in a model file's bytes; whatever is wrong with them becomes a ``ModelFileError``."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return Reader(archive, only_scorer).root()
    except ModelFileError as error:
        raise ModelFileError(f"{name}: {_line(error)}") from error
    except zipfile.BadZipFile as error:
        raise ModelFileError(
            f"{name}: not a model file, or a damaged one ({_line(error)}); models are saved by `iaa-classic train` or "
            "save_model as .skops files"
        ) from error
    except Exception as error:  # whatever a damaged file makes json, zipfile, numpy or the checks of a class stumble over
        raise ModelFileError(
            f"{name}: damaged model file: {_line(error)}; save the model again, or get another copy"
        ) from error


def _line(error: Exception) -> str:
    """What an error says, in one line of bearable length, as it may quote the file."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST_LINE else f"{text[: _LONGEST_LINE // 2]} ... {text[-_LONGEST_LINE // 2 :]}"
