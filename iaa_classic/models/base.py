"""``AdditiveEstimator``: what the estimators that learn an additive model share behind scikit-learn's interface."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, validate_data

from ..features.catalogue import CRITERIA, Feature, catalogue
from .additive import AdditiveModel, Core, build_model

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

UNNAMED = "features"
"""The criterion of columns that the catalogue does not know."""


class MissingRowsWarning(UserWarning):
    """Some rows hold no value at all and are left out of the fit."""


class Columns(NamedTuple):
    """The columns of a training table.

    Attributes
    ----------
    names, criteria_of : list of str
        Name and criterion of each column.
    criteria : list of str
        Distinct criteria, in the order of the catalogue.
    groups : ndarray of int64, shape (n_features,)
        Position in ``criteria`` of each column's criterion.
    monotonic : ndarray of int8, shape (n_features,), or None
        +1 or -1 where a higher value may only raise (lower) the score.
    versions : dict of str to int
        Versions of the columns that are features of the catalogue.
    """

    names: list[str]
    criteria_of: list[str]
    criteria: list[str]
    groups: NDArray[np.int64]
    monotonic: NDArray[np.int8] | None
    versions: dict[str, int]


class AdditiveEstimator(BaseEstimator):
    """Columns, criteria, constraints, checks and tables of estimators with these parameters.

    Subclasses store in ``__init__``, beside their own: ``model``, ``criteria``, ``monotonic``, ``n_trees``, ``learning_rate``,
    ``max_depth``, ``min_samples_leaf``, ``l2_regularization``, ``feature_share``, ``n_bags``, ``C``, ``gamma``,
    ``random_state``.
    """

    _models: ClassVar[tuple[str, ...]] = ("gbm", "svm", "both")
    _fitted_names: ClassVar[frozenset[str]] = frozenset({"model_", "n_features_in_", "feature_names_in_"})
    """Attributes that a fit leaves, which a model file may hold."""

    model_: AdditiveModel

    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    def _readable_rows(
        self, X: Any, y: Any, sample_weight: ArrayLike | None, *, y_numeric: bool = True
    ) -> tuple[Floats, NDArray[Any], Floats | None]:
        """The checked training table without the rows that hold no value, its answers and weights."""
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=y_numeric)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        readable = ~np.isnan(X).all(axis=1)
        if not readable.all():
            self._warn_missing(readable)
            X, y, weight = X[readable], y[readable], None if weight is None else weight[readable]
        if weight is not None and not weight.any():
            raise ValueError("every sample_weight is zero; at least one photograph must count")
        return X, y, weight

    def _columns(self) -> Columns:
        """What is known of the columns of the table last checked."""
        names = self._column_names()
        measured = catalogue() if hasattr(self, "feature_names_in_") else {}
        known = measured | _records_of_collections([name for name in names if measured and name not in measured])
        criteria_of = self._criteria_of(names, known)
        criteria = ordered(criteria_of)
        return Columns(
            names=names,
            criteria_of=criteria_of,
            criteria=criteria,
            groups=np.array([criteria.index(criterion) for criterion in criteria_of]),
            monotonic=self._constraints(names, known),
            versions={name: measured[name].version for name in names if name in measured},
        )

    @staticmethod
    def _named(core: Core, X: Floats, weight: Floats | None, columns: Columns, scale: tuple[float, float]) -> AdditiveModel:
        """The additive model of a fitted core, its marks and percentiles referring to the rows that count."""
        return build_model(
            core,
            X if weight is None else X[weight > 0],
            names=columns.names,
            criteria_of=columns.criteria_of,
            criteria=columns.criteria,
            scale=scale,
            catalogue=columns.versions,
        )

    def _own(self, name: str) -> Any:
        """A parameter that subclasses store."""
        return vars(self)[name]

    def _tree_options(self) -> dict[str, Any]:
        """Parameters of boosted trees, as ``fit_trees`` takes them."""
        names = ("n_trees", "learning_rate", "max_depth", "min_samples_leaf", "l2_regularization", "feature_share", "n_bags")
        return {name: getattr(self, name) for name in (*names, "random_state")}

    def _kernel_options(self) -> dict[str, Any]:
        """Parameters that every fit of a kernel takes."""
        return {name: getattr(self, name) for name in ("C", "gamma", "random_state")}

    def _check_parameters(self) -> None:
        own = vars(self)
        if own["model"] not in self._models:
            *others, last = map(repr, self._models)
            raise ValueError(f"model must be {', '.join(others)} or {last}, got {own['model']!r}")
        for name in ("n_trees", "n_bags", "min_samples_leaf"):
            require(name, own[name], Integral, 1)
        if own["max_depth"] is not None:
            require("max_depth", own["max_depth"], Integral, 1)
        for name in ("learning_rate", "feature_share", "C", "gamma"):
            require(name, own[name], Real, 0, above=True)
        require("l2_regularization", own["l2_regularization"], Real, 0)
        if own["feature_share"] > 1:
            raise ValueError(f"feature_share must be at most 1, got {own['feature_share']!r}")

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        """Refuse the attributes of a saved fit that contradict each other."""
        model, names = state.get("model_"), state.get("feature_names_in_")
        if not isinstance(model, AdditiveModel) or state.get("n_features_in_") != model.core.n_features:
            raise ValueError("estimator: it holds no fitted model, or one of another number of features")
        if names is not None and list(names) != model.feature_names_in_:
            raise ValueError("estimator: its columns are not those of its model")

    def _checked(self, X: Any) -> NDArray[np.float64]:
        values: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return values

    @staticmethod
    def _framed(table: pd.DataFrame, X: Any) -> pd.DataFrame:
        index = getattr(X, "index", None)
        return table if index is None or callable(index) else table.set_axis(index, axis=0)

    def _column_names(self) -> list[str]:
        names = getattr(self, "feature_names_in_", None)
        return [f"x{column}" for column in range(self.n_features_in_)] if names is None else [str(name) for name in names]

    def _criteria_of(self, names: Sequence[str], known: Mapping[str, Feature]) -> list[str]:
        if self._own("criteria") is not None and not isinstance(self._own("criteria"), Mapping):
            given = [str(criterion) for criterion in self._own("criteria")]
            if isinstance(self._own("criteria"), str) or len(given) != len(names):
                raise ValueError(
                    f"criteria must name one criterion for each of the {len(names)} columns, got {self._own('criteria')!r}; "
                    "give a sequence of that length, a mapping from column to criterion, or None"
                )
            return given
        own = {name: record.criterion for name, record in known.items()} | dict(self._own("criteria") or {})
        return [str(own.get(name, UNNAMED)) for name in names]

    def _constraints(self, names: Sequence[str], known: Mapping[str, Feature]) -> NDArray[np.int8] | None:
        if isinstance(self._own("monotonic"), Mapping):
            own: Mapping[str, int] = self._own("monotonic")
            unknown = [name for name in own if name not in names]
            if unknown or not set(own.values()) <= {-1, 0, 1}:
                raise ValueError(
                    f"monotonic must map names of columns to -1, 0 or 1, got {dict(own)!r}"
                    + (f"; there is no column {', '.join(map(repr, unknown))}" if unknown else "")
                )
        elif self._own("monotonic"):
            own = {name: record.monotonic for name, record in known.items()}
        else:
            own = {}
        constraints = np.array([own.get(name, 0) for name in names], dtype=np.int8)
        return constraints if constraints.any() else None

    def _warn_missing(self, readable: NDArray[np.bool_]) -> None:
        if not readable.any():
            raise ValueError("no row of X holds a value: none of the photographs could be read")
        warnings.warn(
            f"{(~readable).sum()} of {len(readable)} rows hold no value at all (photographs that could not be read?); "
            "they are left out of the fit, and predictions for such rows are NaN",
            MissingRowsWarning,
            stacklevel=3,
        )

    def __sklearn_tags__(self) -> Any:
        """Missing values are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _records_of_collections(names: Sequence[str]) -> dict[str, Feature]:
    """Records of those columns that are measured against a collection."""
    if not names:
        return {}
    from ..representations import reference_records

    return reference_records(names)


def ordered(criteria_of: Sequence[str]) -> list[str]:
    """Distinct criteria: those of the catalogue's vocabulary first, in its order, then others as they come."""
    present = list(dict.fromkeys(criteria_of))
    return [name for name in CRITERIA if name in present] + [name for name in present if name not in CRITERIA]


def require(name: str, value: Any, kind: type, least: float, *, above: bool = False) -> None:
    """Raise ``ValueError`` unless ``value`` is a number of this kind and at least (or above) ``least``."""
    sound = isinstance(value, kind) and not isinstance(value, bool)
    if not sound or not (value > least if above else value >= least):
        word = "whole number" if kind is Integral else "number"
        bound = f"above {least}" if above else f"of at least {least}"
        raise ValueError(f"{name} must be a {word} {bound}, got {value!r}")
