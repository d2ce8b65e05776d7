"""``AttributeRegressor``: several criteria as people rate them, each the exact sum of measured criteria's effects."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin, clone
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from .additive import AdditiveModel
from .base import AdditiveEstimator, require
from .interval import folds
from .overall import combined, nonnegative_weights
from .regressor import AestheticRegressor
from .rows import readable_groups

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


class AttributeRegressor(RegressorMixin, AdditiveEstimator):
    """Predict what people say of several attributes of a photograph, and the overall score from them if wished.

    Attributes are what raters judge one by one: EVA's light and colour, composition, quality and semantics, AADB's rule of
    thirds, vivid colour, shallow depth of field and so on. Each gets an additive model of its own.

    Parameters
    ----------
    estimator : AestheticRegressor or None, default=None
        Cloned for each attribute; ``AestheticRegressor()`` if None.
    overall : str, int or None, default=None
        Column of ``y`` that holds the overall score (name in a DataFrame, else position): learnt as an intercept plus a
        nonnegative weight times each predicted attribute. None if there is no such column.
    overall_folds : int, default=5
        The weights are fitted to out-of-fold predictions of the attributes, which takes as many more fits of all attributes.
    n_jobs : int or None, default=None
        Attributes that are fitted at the same time, as for joblib.

    Attributes
    ----------
    attributes_ : list of str
        Names of the attributes: the columns of a DataFrame, else "y0", "y1", ...
    estimators_ : list of AestheticRegressor
        One per attribute.
    weights_ : ndarray of float64, shape (n_attributes,)
        By how many points of the overall score one point of each attribute counts. Only with ``overall``, as the next three.
    intercept_ : float
    attribute_means_ : ndarray of float64, shape (n_attributes,)
        Mean prediction of each attribute over the training photographs.
    model_ : AdditiveModel
        The overall score as a sum of the effects of measured criteria.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if ``fit`` was given names.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from iaa_classic.models import AestheticRegressor, AttributeRegressor
    >>> X = np.random.default_rng(0).random((100, 4))
    >>> y = pd.DataFrame({"light": X[:, 0], "colour": X[:, 2] ** 2, "score": X[:, 0] + 2 * X[:, 2] ** 2})
    >>> model = AttributeRegressor(AestheticRegressor("svm", random_state=0), overall="score").fit(X, y)
    >>> model.attributes_
    ['light', 'colour']
    >>> scores = model.predict_overall(X)
    >>> bool(np.allclose(model.baseline_ + model.attribute_effects(X).sum(axis=1), scores, atol=1e-9))
    True
    >>> bool(np.allclose(model.baseline_ + model.breakdown(X).sum(axis=1), scores, atol=1e-9))
    True
    """

    # Groups that are routed to a splitter or a transformer go past this fit, unless they are asked for.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {"groups": False}
    _fitted_names: ClassVar[frozenset[str]] = AdditiveEstimator._fitted_names | {
        "attributes_",
        "estimators_",
        "weights_",
        "intercept_",
        "attribute_means_",
    }

    attributes_: list[str]
    estimators_: list[AestheticRegressor]
    weights_: Floats
    intercept_: float
    attribute_means_: Floats

    def __init__(
        self,
        estimator: AestheticRegressor | None = None,
        *,
        overall: str | int | None = None,
        overall_folds: int = 5,
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.overall = overall
        self.overall_folds = overall_folds
        self.n_jobs = n_jobs

    def fit(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> AttributeRegressor:
        """Fit on a table of features and several ratings per row.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
            As for ``AestheticRegressor.fit``.
        y : DataFrame or array-like, shape (n, n_attributes), with the overall score in one more column if there is one
            NaN where an attribute was not rated: the row then counts for the others alone.
        sample_weight : array-like, shape (n,), optional
        groups : array-like, shape (n,), optional
            Rows of one group stay together in the folds of ``overall_folds``, and of the estimator's ``interval_folds``.

        Raises
        ------
        ValueError
            If an attribute, or the overall score, has no rating that counts.
        """
        self._check_parameters()
        own = readable_groups(X, groups)
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        names, ratings, overall = self._answers(y, len(X))
        weight = np.ones(len(X)) if sample_weight is None else _check_sample_weight(sample_weight, X, ensure_non_negative=True)
        readable = ~np.isnan(X).all(axis=1)
        if not readable.all():
            self._warn_missing(readable)
            X, ratings, weight = X[readable], ratings[readable], weight[readable]
            overall = None if overall is None else overall[readable]
        for name in ("model_", "weights_", "intercept_", "attribute_means_"):
            self.__dict__.pop(name, None)
        self.attributes_ = names
        self.estimators_ = self._fit_all(X, ratings, weight, own, np.arange(len(X)))
        if overall is not None:
            self._fit_overall(X, ratings, overall, weight, own)
        return self

    def predict(self, X: Any) -> Floats:
        """Ratings of each attribute, shape (n, n_attributes); NaN for rows without a single value."""
        check_is_fitted(self)
        X = self._named_columns(self._checked(X))
        return np.column_stack([estimator.predict(X) for estimator in self.estimators_])

    def predict_overall(self, X: Any) -> Floats:
        """Overall scores, shape (n,): the intercept plus the weighted attributes; NaN for rows without a single value."""
        return self._model(None).predict(self._checked(X))

    def predict_interval(self, X: Any, attribute: str, coverage: float = 0.9) -> pd.DataFrame:
        """``AestheticRegressor.predict_interval`` of one attribute; needs an estimator with ``interval_folds``."""
        estimator = self.estimators_[self._position(attribute)]
        return self._framed(estimator.predict_interval(self._named_columns(self._checked(X)), coverage), X)

    def attribute_effects(self, X: Any) -> pd.DataFrame:
        """What each attribute adds to the overall score: ``baseline_`` plus a row's effects is ``predict_overall``.

        An attribute's weight times its prediction less the mean of that over the training photographs.
        """
        import pandas as pd

        self._model(None)
        effects = self.weights_ * (self.predict(X) - self.attribute_means_)
        return self._framed(pd.DataFrame(effects, columns=self.attributes_), X)

    def breakdown(self, X: Any, attribute: str | None = None) -> pd.DataFrame:
        """Effect of each measured criterion on one attribute, or on the overall score if none is named.

        ``baseline_`` (of the overall score), or the attribute's entry of ``baselines_``, plus a row's effects is the
        prediction.
        """
        return self._framed(self._model(attribute).breakdown(self._checked(X)), X)

    def feature_effects(self, X: Any, attribute: str | None = None) -> pd.DataFrame:
        """Effect of each feature: exact Shapley values inside each criterion, which sum to the criterion's effect."""
        return self._framed(self._model(attribute).feature_effects(self._checked(X)), X)

    def marks(self, X: Any, attribute: str | None = None) -> pd.DataFrame:
        """Mark of each criterion, 0-100: share of the training photographs, in percent, with a lower effect."""
        return self._framed(self._model(attribute).marks(self._checked(X)), X)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """Mean over attributes of the coefficient of determination R2, each over the rows where it was rated."""
        from sklearn.metrics import r2_score

        predicted = self.predict(X)
        _, ratings, _ = self._answers(y, len(predicted))
        if ratings.shape != predicted.shape:
            raise ValueError(f"y must hold the {len(self.attributes_)} attributes {', '.join(self.attributes_)}")
        weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        values = []
        for true, own in zip(ratings.T, predicted.T, strict=True):
            rated = ~np.isnan(true)
            values.append(r2_score(true[rated], own[rated], sample_weight=None if weight is None else weight[rated]))
        return float(np.mean(values))

    @property
    def criteria_(self) -> list[str]:
        """The measured criteria, in the order of the catalogue."""
        check_is_fitted(self)
        return self.estimators_[0].criteria_

    @property
    def baselines_(self) -> dict[str, float]:
        """Of each attribute, the mean prediction over the photographs for which it was rated."""
        check_is_fitted(self)
        return {name: own.baseline_ for name, own in zip(self.attributes_, self.estimators_, strict=True)}

    @property
    def baseline_(self) -> float:
        """Mean overall score of the training photographs, as predicted."""
        return self._model(None).baseline_

    @property
    def catalogue(self) -> dict[str, int]:
        """Names and versions of the features of the catalogue that the models were fitted with."""
        check_is_fitted(self)
        return self.estimators_[0].model_.catalogue

    def _answers(self, y: Any, rows: int) -> tuple[list[str], Floats, Floats | None]:
        """Names and ratings of the attributes, and the overall score, if ``y`` is to hold it."""
        from sklearn.utils import check_array

        columns = getattr(y, "columns", None)
        names = [] if columns is None else [str(name) for name in columns]
        if len(set(names)) < len(names):
            raise ValueError(f"y must have columns of different names, got {', '.join(names)}")
        values: Floats = check_array(y, dtype=np.float64, ensure_all_finite="allow-nan", input_name="y")
        if len(values) != rows:
            raise ValueError(f"y must hold one row for each of the {rows} rows of X, got {len(values)}")
        names = names or [f"y{k}" for k in range(values.shape[1])]
        if self.overall is None:
            return names, values, None
        at = self.overall if isinstance(self.overall, Integral) and columns is None else None
        if at is None:
            at = names.index(str(self.overall)) if str(self.overall) in names else -1
        if not 0 <= at < len(names) or len(names) < 2:
            raise ValueError(f"overall must be one of at least two columns of y ({', '.join(names)}), got {self.overall!r}")
        others = np.arange(len(names)) != at
        return [name for k, name in enumerate(names) if k != at], values[:, others], values[:, at]

    def _named_columns(self, X: Floats) -> Any:
        if not hasattr(self, "feature_names_in_"):
            return X
        import pandas as pd

        return pd.DataFrame(X, columns=self.feature_names_in_)

    def _fit_all(
        self, X: Floats, ratings: Floats, weight: Floats, groups: NDArray[Any] | None, rows: NDArray[np.intp], **changes: Any
    ) -> list[AestheticRegressor]:
        """One fitted estimator per attribute, on those of the given rows where it was rated."""
        from joblib import Parallel, delayed

        base = (AestheticRegressor() if self.estimator is None else clone(self.estimator)).set_params(**changes)
        jobs = []
        for name, own in zip(self.attributes_, ratings.T, strict=True):
            rated = rows[~np.isnan(own[rows])]
            if not (weight[rated] > 0).any():
                raise ValueError(f"the attribute {name!r} has no rating among {len(rows)} photographs that count")
            known = self._named_columns(X[rated])
            some = None if groups is None else groups[rated]
            jobs.append(delayed(clone(base).fit)(known, own[rated], weight[rated], some))
        return list(Parallel(n_jobs=self.n_jobs)(jobs))

    def _fit_overall(self, X: Floats, ratings: Floats, overall: Floats, weight: Floats, groups: NDArray[Any] | None) -> None:
        """Weights of the attributes by out-of-fold predictions, and the additive model of the overall score."""
        known = ~np.isnan(overall) & (weight > 0)
        if not known.any():
            raise ValueError(f"the overall score {self.overall!r} has no rating that counts")
        base = self.estimators_[0]
        out = np.full(ratings.shape, np.nan)
        for train, test in folds(np.flatnonzero(weight > 0), groups, self.overall_folds, base.random_state):
            fitted = self._fit_all(X, ratings, weight, groups, train, interval_folds=0)
            out[test] = np.column_stack([own.predict(self._named_columns(X[test])) for own in fitted])
        self.weights_, self.intercept_ = nonnegative_weights(out[known], overall[known], weight[known])
        predictions = np.column_stack([own.predict(self._named_columns(X)) for own in self.estimators_])
        counted = weight > 0
        self.attribute_means_ = predictions[counted].mean(axis=0)
        scale = base.scale or (float(overall[known].min()), float(overall[known].max()))
        models = [own.model_ for own in self.estimators_]
        self.model_ = combined(models, self.weights_, self.intercept_, X[counted], scale)

    def _position(self, attribute: str) -> int:
        check_is_fitted(self)
        if attribute not in self.attributes_:
            raise ValueError(f"attribute must be one of {', '.join(map(repr, self.attributes_))}, got {attribute!r}")
        return self.attributes_.index(attribute)

    def _model(self, attribute: str | None) -> AdditiveModel:
        check_is_fitted(self)
        if attribute is not None:
            return self.estimators_[self._position(attribute)].model_
        if not hasattr(self, "model_"):
            raise AttributeError(
                "no overall score was learnt: name one of the attributes "
                f"({', '.join(self.attributes_)}), or fit with overall= set to the column that holds it"
            )
        return self.model_

    def _check_parameters(self) -> None:
        if self.estimator is not None and not isinstance(self.estimator, AestheticRegressor):
            raise TypeError(f"estimator must be an AestheticRegressor or None, got {type(self.estimator).__name__}")
        if self.overall is not None and (not isinstance(self.overall, (str, Integral)) or isinstance(self.overall, bool)):
            raise TypeError(f"overall must be the name or position of a column of y, or None, got {self.overall!r}")
        require("overall_folds", self.overall_folds, Integral, 2)

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        names, estimators = state.get("attributes_"), state.get("estimators_")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise ValueError("attributes: attributes_ is not a list of names")
        if not isinstance(estimators, list) or len(estimators) != len(names) or len(set(names)) != len(names):
            raise ValueError("attributes: there is not one estimator for each name")
        first = {key: state[key] for key in ("n_features_in_", "feature_names_in_") if key in state}
        for own in estimators:
            if type(own) is not AestheticRegressor or not hasattr(own, "model_"):
                raise ValueError("attributes: an estimator is not a fitted AestheticRegressor")
            super()._check_fitted({**first, "model_": own.model_})
            if own.criteria_ != estimators[0].criteria_:
                raise ValueError("attributes: the estimators have different criteria")
        left = [name for name in ("model_", "weights_", "intercept_", "attribute_means_") if name in state]
        if not left:
            return
        super()._check_fitted(state)
        numbers = [state.get("weights_"), state.get("attribute_means_"), np.array([state.get("intercept_")])]
        for own, count in zip(numbers, (len(names), len(names), 1), strict=True):
            if not isinstance(own, np.ndarray) or own.dtype != np.float64 or own.shape != (count,):
                raise ValueError("attributes: the overall score has not one weight and mean per attribute and an intercept")
            if not np.isfinite(own).all():
                raise ValueError("attributes: a weight, a mean or the intercept is not finite")

    def __sklearn_tags__(self) -> Any:
        """Answers have one column per attribute."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = False
        return tags
