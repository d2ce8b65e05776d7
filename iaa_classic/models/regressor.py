"""``AestheticRegressor``: criterion-additive models behind scikit-learn's interface."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..features.catalogue import CRITERIA, Feature, catalogue
from .additive import AdditiveModel, Core, build_model
from .average import AdditiveAverage
from .kernel import fit_kernel
from .trees import fit_trees

if TYPE_CHECKING:
    import pandas as pd

UNNAMED = "features"
"""The criterion of columns that the catalogue does not know."""


class MissingRowsWarning(UserWarning):
    """Some rows hold no value at all and are left out of the fit."""


class AestheticRegressor(RegressorMixin, BaseEstimator):
    """Predict ratings by a score that is the exact sum of its criteria's effects.

    Parameters
    ----------
    model : {"gbm", "svm", "both"}, default="gbm"
        Gradient-boosted trees of which each looks at one criterion; a support vector machine whose kernel is a sum over
        criteria; or the mean of the two.
    criteria : None, mapping or sequence, default=None
        Criterion of each column: None looks the columns' names up in the catalogue and among the features of
        ``iaa_classic.representations``; a mapping from name to criterion comes before both; a sequence gives one
        criterion per column. Columns unknown to all form one criterion, "features".
    monotonic : bool or mapping, default=True
        Whether features of which the catalogue says that more (or less) never hurts may only act that way, or a
        mapping from name to +1, -1 or 0. Trees keep to it; the support vector machine has no such constraints and
        ignores it.
    scale : (float, float) or None, default=None
        Ends of the rating scale, for display; None takes the lowest and highest rating given to ``fit``.
    n_trees, learning_rate, max_depth, min_samples_leaf, l2_regularization
        Of each boosted ensemble, as in ``HistGradientBoostingRegressor``.
    feature_share : float, default=0.1
        Share of the features, drawn at random, that each split chooses from.
    n_bags : int, default=10
        Ensembles that are averaged, each grown on a random 80 % of the rows (all rows if 1).
    C, epsilon : float
        Cost and insensitive width of the support vector regression, in standard deviations of the target.
    gamma : float, default=0.1
        Width of each criterion's kernel, divided by its number of features.
    random_state : int, RandomState or None, default=None

    Attributes
    ----------
    model_ : AdditiveModel
        The fitted model, which needs no scikit-learn.
    criteria_ : list of str
        The criteria, in the order of the catalogue.
    baseline_ : float
        Mean score of the training photographs.
    scale_ : (float, float)
        Ends of the rating scale; scores are not clipped to it.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if ``fit`` was given names.

    Examples
    --------
    >>> import numpy as np
    >>> from iaa_classic.models import AestheticRegressor
    >>> X = np.random.default_rng(0).random((100, 4))
    >>> model = AestheticRegressor("svm", criteria=["light", "light", "colour", "colour"])
    >>> model = model.fit(X, X[:, 0] + X[:, 2] ** 2)
    >>> effects = model.breakdown(X)
    >>> bool(np.allclose(model.baseline_ + effects.sum(axis=1), model.predict(X), atol=1e-9))
    True
    """

    model_: AdditiveModel
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    def __init__(
        self,
        model: str = "gbm",
        *,
        criteria: Mapping[str, str] | Sequence[str] | None = None,
        monotonic: bool | Mapping[str, int] = True,
        scale: tuple[float, float] | None = None,
        n_trees: int = 200,
        learning_rate: float = 0.05,
        max_depth: int | None = 3,
        min_samples_leaf: int = 20,
        l2_regularization: float = 5.0,
        feature_share: float = 0.1,
        n_bags: int = 10,
        C: float = 0.25,
        gamma: float = 0.1,
        epsilon: float = 0.3,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.model = model
        self.criteria = criteria
        self.monotonic = monotonic
        self.scale = scale
        self.n_trees = n_trees
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.feature_share = feature_share
        self.n_bags = n_bags
        self.C = C
        self.gamma = gamma
        self.epsilon = epsilon
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> AestheticRegressor:
        """Fit on a table of features and one rating per row.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
            NaN where a value is missing. Rows without a single value (photographs that could not be read) are left out,
            with a ``MissingRowsWarning``.
        y : array-like, shape (n,)
        sample_weight : array-like, shape (n,), optional
        """
        self._check_parameters()
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True)
        y = np.asarray(y, dtype=np.float64)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        readable = ~np.isnan(X).all(axis=1)
        if not readable.all():
            self._warn_missing(readable)
            X, y, weight = X[readable], y[readable], None if weight is None else weight[readable]
        if weight is not None and not weight.any():
            raise ValueError("every sample_weight is zero; at least one photograph must count")
        names = self._column_names()
        measured = catalogue() if hasattr(self, "feature_names_in_") else {}
        known = measured | _records_of_collections([name for name in names if measured and name not in measured])
        criteria_of = self._criteria_of(names, known)
        criteria = _ordered(criteria_of)
        groups = np.array([criteria.index(criterion) for criterion in criteria_of])
        core = self._fit_core(X, y, weight, groups, len(criteria), self._constraints(names, known))
        self.model_ = build_model(
            core,
            X if weight is None else X[weight > 0],
            names=names,
            criteria_of=criteria_of,
            criteria=criteria,
            scale=self.scale or (float(y.min()), float(y.max())),
            catalogue={name: measured[name].version for name in names if name in measured},
        )
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Scores, shape (n,); NaN for rows without a single value."""
        return self._fitted.predict(self._checked(X))

    def breakdown(self, X: Any) -> pd.DataFrame:
        """Effect of each criterion on each score, in points: ``baseline_`` plus a row's effects is its score."""
        return self._framed(self._fitted.breakdown(self._checked(X)), X)

    def feature_effects(self, X: Any) -> pd.DataFrame:
        """Effect of each feature: exact Shapley values inside each criterion, which sum to the criterion's effect."""
        return self._framed(self._fitted.feature_effects(self._checked(X)), X)

    def marks(self, X: Any) -> pd.DataFrame:
        """Mark of each criterion, 0-100: share of the training photographs, in percent, with a lower effect."""
        return self._framed(self._fitted.marks(self._checked(X)), X)

    def percentile(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Share of the training photographs, in percent, that score lower."""
        return self._fitted.percentile(scores)

    def value_percentiles(self, X: Any) -> pd.DataFrame:
        """Share of the training photographs, in percent, with a lower value of each feature; NaN where missing."""
        return self._framed(self._fitted.value_percentiles(self._checked(X)), X)

    def rescale(self, factor: float, offset: float = 0.0, scale: tuple[float, float] | None = None) -> AestheticRegressor:
        """Stretch a fitted model: every score ``s`` becomes ``factor * s + offset``, effects are stretched alike.

        ``scale`` gives the ends of the new rating scale; the old ends are mapped if it is left out. Changes this model
        and returns it.
        """
        self.model_ = self._fitted.rescaled(factor, offset, scale)
        return self

    def refer_to(self, X: Any) -> AestheticRegressor:
        """Let baseline, effects, marks and percentiles of a fitted model refer to the photographs of ``X``.

        Predictions stay what they are. Of use when the model was fitted on more than the photographs that a score should
        be compared with, such as damaged copies of them. Changes this model and returns it.
        """
        self.model_ = self.model_.referring_to(self._checked(X))
        return self

    def plus(self, other: AestheticRegressor, X: Any) -> AestheticRegressor:
        """Add the scores of another fitted model of the same features to this one's.

        Of use when two models learn different things: what people like, and what damage costs. Every criterion's effect
        becomes the sum of the two; baseline, marks and percentiles refer to the photographs of ``X``, and the scale stays
        this model's. Changes this model and returns it; fitting or cloning it again loses what was added.
        """
        if not isinstance(other, AestheticRegressor):
            raise TypeError(f"plus takes another AestheticRegressor, got {type(other).__name__}")
        self.model_ = self._fitted.plus(other._fitted, self._checked(X))
        return self

    @property
    def criteria_(self) -> list[str]:
        """The criteria, in the order of the catalogue."""
        return self._fitted.criteria_

    @property
    def baseline_(self) -> float:
        """Mean score of the training photographs."""
        return self._fitted.baseline_

    @property
    def scale_(self) -> tuple[float, float]:
        """Ends of the rating scale."""
        return self._fitted.scale_

    @property
    def _fitted(self) -> AdditiveModel:
        check_is_fitted(self)
        return self.model_

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
        if self.criteria is not None and not isinstance(self.criteria, Mapping):
            given = [str(criterion) for criterion in self.criteria]
            if isinstance(self.criteria, str) or len(given) != len(names):
                raise ValueError(
                    f"criteria must name one criterion for each of the {len(names)} columns, got {self.criteria!r}; "
                    "give a sequence of that length, a mapping from column to criterion, or None"
                )
            return given
        own = {name: record.criterion for name, record in known.items()} | dict(self.criteria or {})
        return [str(own.get(name, UNNAMED)) for name in names]

    def _constraints(self, names: Sequence[str], known: Mapping[str, Feature]) -> NDArray[np.int8] | None:
        if isinstance(self.monotonic, Mapping):
            own: Mapping[str, int] = self.monotonic
            unknown = [name for name in own if name not in names]
            if unknown or not set(own.values()) <= {-1, 0, 1}:
                raise ValueError(
                    f"monotonic must map names of columns to -1, 0 or 1, got {dict(own)!r}"
                    + (f"; there is no column {', '.join(map(repr, unknown))}" if unknown else "")
                )
        elif self.monotonic:
            own = {name: record.monotonic for name, record in known.items()}
        else:
            own = {}
        constraints = np.array([own.get(name, 0) for name in names], dtype=np.int8)
        return constraints if constraints.any() else None

    def _fit_core(
        self,
        X: NDArray[np.float64],
        y: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
        groups: NDArray[np.int64],
        n_groups: int,
        monotonic: NDArray[np.int8] | None,
    ) -> Core:
        cores: list[Any] = []
        if self.model in ("gbm", "both"):
            trees = fit_trees(
                X,
                y,
                groups,
                n_groups,
                monotonic=monotonic,
                sample_weight=weight,
                n_trees=self.n_trees,
                learning_rate=self.learning_rate,
                max_depth=self.max_depth,
                min_samples_leaf=self.min_samples_leaf,
                l2_regularization=self.l2_regularization,
                feature_share=self.feature_share,
                n_bags=self.n_bags,
                random_state=self.random_state,
            )
            cores.append(trees)
        if self.model in ("svm", "both"):
            kernel = fit_kernel(
                X,
                y,
                groups,
                n_groups,
                sample_weight=weight,
                C=self.C,
                gamma=self.gamma,
                epsilon=self.epsilon,
                random_state=self.random_state,
            )
            cores.append(kernel)
        core: Core = cores[0] if len(cores) == 1 else AdditiveAverage(cores)
        return core

    def _check_parameters(self) -> None:
        if self.model not in ("gbm", "svm", "both"):
            raise ValueError(f"model must be 'gbm', 'svm' or 'both', got {self.model!r}")
        for name in ("n_trees", "n_bags", "min_samples_leaf"):
            _require(name, getattr(self, name), Integral, 1)
        if self.max_depth is not None:
            _require("max_depth", self.max_depth, Integral, 1)
        for name in ("learning_rate", "feature_share", "C", "gamma"):
            _require(name, getattr(self, name), Real, 0, above=True)
        for name in ("epsilon", "l2_regularization"):
            _require(name, getattr(self, name), Real, 0)
        if self.feature_share > 1:
            raise ValueError(f"feature_share must be at most 1, got {self.feature_share!r}")
        if self.scale is not None:
            ends: tuple[Any, ...] = tuple(self.scale)
            if len(ends) != 2 or not all(isinstance(end, Real) for end in ends) or not ends[0] < ends[1]:
                raise ValueError(f"scale must be (low, high) with low < high, got {self.scale!r}")

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        """Refuse the attributes of a saved fit that contradict each other."""
        model, names = state.get("model_"), state.get("feature_names_in_")
        if not isinstance(model, AdditiveModel) or state.get("n_features_in_") != model.core.n_features:
            raise ValueError("regressor: it holds no fitted model, or one of another number of features")
        if names is not None and list(names) != model.feature_names_in_:
            raise ValueError("regressor: its columns are not those of its model")

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


def _ordered(criteria_of: Sequence[str]) -> list[str]:
    """Distinct criteria: those of the catalogue's vocabulary first, in its order, then others as they come."""
    present = list(dict.fromkeys(criteria_of))
    return [name for name in CRITERIA if name in present] + [name for name in present if name not in CRITERIA]


def _require(name: str, value: Any, kind: type, least: float, *, above: bool = False) -> None:
    sound = isinstance(value, kind) and not isinstance(value, bool)
    if not sound or not (value > least if above else value >= least):
        word = "whole number" if kind is Integral else "number"
        bound = f"above {least}" if above else f"of at least {least}"
        raise ValueError(f"{name} must be a {word} {bound}, got {value!r}")
