"""``FeatureExtractor``: the feature catalogue as a scikit-learn transformer."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from .compiling import warm_up
from .face_detection import INSTALLED, detector_for, warn_once
from .features import select
from .features.picture import FaceFinder
from .images import MAX_PIXELS
from .measuring import Measurement, describe_source, measure_images
from .progress import progress_bar
from .store import store_for
from .workers import Limits


class UnreadableImageWarning(UserWarning):
    """Some pictures could not be read; their rows are missing values."""


class FeatureExtractor(TransformerMixin, BaseEstimator):
    """Measure photographs: a list of pictures in, a table of named features out.

    The transformer is stateless: ``fit`` only checks the parameters.

    Parameters
    ----------
    features : str or list of str, default="all"
        ``"all"``, the name of a criterion, or a list of feature names.
    n_jobs : int or None, default=None
        Worker processes, as joblib counts them: ``None`` is one, -1 all cores.
    max_pixels : int
        Pictures with more pixels are refused before they are decoded.
    on_error : {"missing", "raise"}, default="missing"
        What becomes of a picture that cannot be read: a row of missing values and an entry in ``failures_``, with one
        warning for all; or an ``ImageError`` at once.
    progress : bool, default=False
        Show a progress bar on standard error.
    face_detector : "installed", path, FaceDetector or None, default="installed"
        What finds faces for the features of the criterion ``people``: the model of an installed package (or the one that the
        environment variable ``IAA_CLASSIC_FACE_MODEL`` names), a YuNet model file, or nothing. Where nothing is installed,
        these features are missing values, which is said once per process by a ``NoFaceDetectorWarning``; with ``None`` they
        are missing in silence. No other feature looks for faces. A model file can hold a path, not a ``FaceDetector``.
    store : None, "default", path or FeatureStore, default=None
        Where values are kept and read again: nowhere, in the user's cache folder (see ``iaa_classic.store``), or in a folder of
        its own. Files and bytes are looked up; arrays, open files and PIL images are always measured. What is read is
        bit-identical to what would be measured. A model file can hold a path, not a ``FeatureStore``.
    timeout : float or None, default=None
        Seconds that one picture may take before it is given up; pictures are then measured in worker processes, also with one.
    memory_limit : int or None, default=None
        Megabytes that one picture may take beyond what the program itself does; likewise, and on Linux only.

    Attributes
    ----------
    feature_names_ : list of str
        Names of the columns, in order.
    failures_ : DataFrame
        One row per picture of the last ``transform`` that could not be read: ``position``, ``source``, ``error``.

    Examples
    --------
    >>> import numpy as np
    >>> from iaa_classic import FeatureExtractor
    >>> grey = np.full((32, 48, 3), 128, dtype=np.uint8)
    >>> FeatureExtractor(["aspect_ratio"]).fit_transform([grey]).shape
    (1, 1)
    """

    feature_names_: list[str]
    failures_: pd.DataFrame
    _later_parameters = frozenset({"timeout", "memory_limit"})  # files from before them lack them

    def __init__(
        self,
        features: str | list[str] = "all",
        *,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
        face_detector: Any = INSTALLED,
        store: Any = None,
        timeout: float | None = None,
        memory_limit: int | None = None,
    ) -> None:
        self.features = features
        self.n_jobs = n_jobs
        self.max_pixels = max_pixels
        self.on_error = on_error
        self.progress = progress
        self.face_detector = face_detector
        self.store = store
        self.timeout = timeout
        self.memory_limit = memory_limit

    def fit(self, X: Any = None, y: Any = None) -> FeatureExtractor:
        """Check the parameters and settle the names of the columns; ``X`` and ``y`` are not looked at."""
        if self.on_error not in ("missing", "raise"):
            raise ValueError(f"on_error must be 'missing' or 'raise', got {self.on_error!r}")
        if not isinstance(self.max_pixels, (int, np.integer)) or self.max_pixels < 1:
            raise ValueError(f"max_pixels must be a positive whole number, got {self.max_pixels!r}")
        store_for(self.store)
        self._limits()
        features = select(self.features)
        detector_for(self.face_detector, features)
        self.feature_names_ = [record.name for record in features]
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """Measure every picture of ``X``.

        Parameters
        ----------
        X : sequence of length n
            Paths, bytes, uint8 arrays of shape (H, W, 3), PIL images, or a Series of them; also one uint8 array of shape
            (n, H, W, 3). A single path is refused: wrap it in a list.

        Returns
        -------
        DataFrame of float64, shape (n, n_features)
            In the order of ``X``; the index is that of ``X`` where it has one.
        """
        sources, index = _as_sources(X)
        self.fit()
        features = select(self.features)
        detector = detector_for(self.face_detector, features)
        warn_once(self.face_detector, detector, features)
        rows = np.full((len(sources), len(self.feature_names_)), np.nan)
        failures = []
        for position, measurement in enumerate(self._measurements(sources, detector)):
            rows[position] = measurement.values
            if measurement.error is not None:
                name = describe_source(sources[position], position)
                failures.append({"position": position, "source": name, "error": measurement.error})
        self.failures_ = pd.DataFrame(failures, columns=["position", "source", "error"])
        if failures:
            first = failures[0]
            warnings.warn(
                f"{len(failures)} of {len(sources)} pictures could not be read and are rows of missing values "
                f"(see failures_); the first: {first['source']}: {first['error']}",
                UnreadableImageWarning,
                stacklevel=2,
            )
        return pd.DataFrame(rows, columns=self.feature_names_, index=index)

    def _limits(self) -> Limits:
        for name, value in {"timeout": self.timeout, "memory_limit": self.memory_limit}.items():
            if value is not None and not (isinstance(value, (int, float, np.number)) and value > 0):
                raise ValueError(f"{name} must be a positive number or None, got {value!r}")
        return Limits(self.timeout, self.memory_limit)

    def _measurements(self, sources: list[Any], detector: FaceFinder | None) -> Iterator[Measurement]:
        from .images import ImageError

        features, limits = select(self.features), self._limits()
        results = measure_images(
            sources,
            features,
            n_jobs=self.n_jobs,
            max_pixels=self.max_pixels,
            face_detector=detector,
            store=self.store,
            before_first=None if self.n_jobs in (None, 1) and not limits else lambda: warm_up(features),
            limits=limits,
        )
        with progress_bar("Measuring", len(sources), show=self.progress) as advance:
            for position, measurement in enumerate(results):
                if measurement.error is not None and self.on_error == "raise":
                    name = describe_source(sources[position], position)
                    raise ImageError(name, measurement.error, "remove it, or use on_error='missing'")
                advance()
                yield measurement

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the output columns; ``input_features`` is ignored, as the input is pictures."""
        return np.array([record.name for record in select(self.features)], dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.input_tags.allow_nan = False
        return tags


def _as_sources(X: Any) -> tuple[list[Any], pd.Index | None]:
    """The pictures of ``X`` as a list, and the index to give to the table."""
    if isinstance(X, (str, bytes, os.PathLike)):
        raise TypeError(f"FeatureExtractor takes a list of pictures, got a single {type(X).__name__}; wrap it in a list")
    if isinstance(X, pd.DataFrame):
        if X.shape[1] != 1:
            raise ValueError(f"FeatureExtractor takes one column of pictures, got a DataFrame with {X.shape[1]} columns")
        X = X.iloc[:, 0]
    if isinstance(X, pd.Series):
        return list(X), X.index
    if isinstance(X, np.ndarray):
        if X.dtype != object and X.dtype.kind not in "US" and X.ndim != 4:
            raise ValueError(
                f"FeatureExtractor takes a list of pictures or an array of shape (n, height, width, 3), got {X.shape}; "
                "wrap a single picture in a list"
            )
        if X.ndim == 2 and X.shape[1] == 1:
            X = X[:, 0]
        return list(X), None
    if not isinstance(X, Iterable):
        raise TypeError(f"FeatureExtractor takes a list of pictures, got {type(X).__name__}")
    return list(X), None
