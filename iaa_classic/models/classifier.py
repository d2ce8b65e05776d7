"""``AestheticClassifier``: classes whose log odds are the exact sum of criteria's effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from .additive import AdditiveModel, Core
from .base import AdditiveEstimator, Columns, require
from .calibration import Folds, check_table, fit_decision, folds_of, isotonic_table, sigmoid
from .kernel_fit import fit_kernel_classifier
from .rows import labels, readable_groups
from .trees_fit import fit_trees

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

UNCALIBRATED = np.zeros((2, 0))
"""Stands for the table of a class that could not be calibrated."""


class AestheticClassifier(ClassifierMixin, AdditiveEstimator):
    """Predict classes, with calibrated probabilities, by decision functions that are exact sums of criteria's effects.

    Two classes have one decision function, which is positive for the second of ``classes_``. More classes have one each, of
    the class against the rest; the class with the highest one is predicted.

    Parameters
    ----------
    model : {"gbm", "svm", "both"}, default="gbm"
        Gradient-boosted trees of which each looks at one criterion, fitted to the log loss; a support vector machine whose
        kernel is a sum over criteria; or the mean of the two, each put on the scale of log odds first.
    criteria : None, mapping or sequence, default=None
        As in ``AestheticRegressor``.
    monotonic : bool or mapping, default=False
        True applies the directions of the catalogue (more of this never hurts) to trees, which makes sense where the second
        of ``classes_`` is the better one, as with 0 and 1 or False and True; a mapping from name to +1, -1 or 0 is an own
        choice of directions. Only with two classes.
    n_trees, learning_rate, max_depth, min_samples_leaf, l2_regularization, feature_share, n_bags
        As in ``AestheticRegressor``.
    C : float, default=1.0
        Cost of the support vector machine.
    gamma : float, default=0.1
        Width of each criterion's kernel, divided by its number of features.
    class_weight : None, "balanced" or mapping, default=None
        Weight of the classes' rows: equal total weights, or a mapping from class to weight. Probabilities then are those of a
        world in which the classes are as frequent as their weights say.
    calibration : {"sigmoid", "isotonic"} or None, default="sigmoid"
        "sigmoid" fits Platt's sigmoid to out-of-fold decision values, so that the decision function is the log odds of the
        class, and its breakdown says what each criterion adds to them. "isotonic" fits a rising step function for the
        probabilities after that. None is quicker: decision values stay the trees' log odds, the machine's margin or their
        mean, and probabilities their logistic function.
    calibration_folds : int, default=5
        Folds for the out-of-fold decision values, fewer if a class has fewer rows (or groups). In each, ``n_bags`` is divided
        by the number of folds (but is at least 3), so that calibration takes about as long as the fit itself.
    random_state : int, RandomState or None, default=None

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Sorted; strings as objects.
    model_ : AdditiveModel
        The decision function. Only with two classes.
    models_ : list of AdditiveModel
        The decision function of each class. Only with three or more classes.
    isotonic_ : list of ndarray, shape (2, n_corners)
        Decision values and probabilities, per decision function. Only with isotonic calibration.
    criteria_ : list of str
        The criteria, in the order of the catalogue.
    baseline_ : float, or ndarray of shape (n_classes,)
        Mean decision value of the training photographs; per class if there are more than two.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if ``fit`` was given names.

    Examples
    --------
    >>> import numpy as np
    >>> from iaa_classic.models import AestheticClassifier
    >>> X = np.random.default_rng(0).random((100, 4))
    >>> y = np.where(X[:, 0] + X[:, 2] ** 2 > 0.8, "keep", "bin")
    >>> model = AestheticClassifier("svm", criteria=["light", "light", "colour", "colour"], random_state=0).fit(X, y)
    >>> effects = model.breakdown(X, of="keep")
    >>> bool(np.allclose(model.baseline_ + effects.sum(axis=1), model.decision_function(X), atol=1e-9))
    True
    >>> chances = model.predict_proba(X)[:, 1]
    >>> bool(np.allclose(np.log(chances / (1 - chances)), model.decision_function(X)))
    True
    """

    # Groups that are routed to a splitter or a transformer go past this fit, unless they are asked for.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {"groups": False}
    _fitted_names: ClassVar[frozenset[str]] = AdditiveEstimator._fitted_names | {"models_", "classes_", "isotonic_"}

    classes_: NDArray[Any]
    models_: list[AdditiveModel]
    isotonic_: list[Floats]

    def __init__(
        self,
        model: str = "gbm",
        *,
        criteria: Mapping[str, str] | Sequence[str] | None = None,
        monotonic: bool | Mapping[str, int] = False,
        n_trees: int = 200,
        learning_rate: float = 0.05,
        max_depth: int | None = 3,
        min_samples_leaf: int = 20,
        l2_regularization: float = 5.0,
        feature_share: float = 0.1,
        n_bags: int = 10,
        C: float = 1.0,
        gamma: float = 0.1,
        class_weight: str | Mapping[Any, float] | None = None,
        calibration: str | None = "sigmoid",
        calibration_folds: int = 5,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.model = model
        self.criteria = criteria
        self.monotonic = monotonic
        self.n_trees = n_trees
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.feature_share = feature_share
        self.n_bags = n_bags
        self.C = C
        self.gamma = gamma
        self.class_weight = class_weight
        self.calibration = calibration
        self.calibration_folds = calibration_folds
        self.random_state = random_state

    def fit(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> AestheticClassifier:
        """Fit on a table of features and one class per row.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
            NaN where a value is missing. Rows without a single value (photographs that could not be read) are left out,
            with a ``MissingRowsWarning``.
        y : array-like, shape (n,)
            Numbers, truth values or strings.
        sample_weight : array-like, shape (n,), optional
        groups : array-like, shape (n,), optional
            Rows of one group (one photographer, one motif) stay together in the folds of calibration.

        Raises
        ------
        ValueError
            If the rows that count are all of one class.
        """
        self._check_parameters()
        own = readable_groups(X, groups)
        X, y, weight = self._readable_rows(X, y, sample_weight, y_numeric=False)
        check_classification_targets(y)
        y = labels(y)
        counted = y if weight is None else y[weight > 0]
        self.classes_ = np.unique(counted)
        self._check_classes()
        weight = self._weighted(y, weight)
        columns = self._columns()
        fitted = [
            self._fit_class(X, y == one, weight, own, columns)
            for one in (self.classes_[1:] if len(self.classes_) == 2 else self.classes_)
        ]
        for name in ("model_", "models_", "isotonic_"):
            self.__dict__.pop(name, None)
        if len(fitted) == 1:
            self.model_ = fitted[0][0]
        else:
            self.models_ = [model for model, _ in fitted]
        if self.calibration == "isotonic":
            self.isotonic_ = [table for _, table in fitted]
        return self

    def decision_function(self, X: Any) -> Floats:
        """Decision values, NaN for rows without a single value.

        Shape (n,), positive for ``classes_[1]``, with two classes; else (n, n_classes), highest for the class predicted.
        """
        models = self._fitted
        values = self._checked(X)
        decisions = [model.predict(values) for model in models]
        return decisions[0] if len(decisions) == 1 else np.column_stack(decisions)

    def predict(self, X: Any) -> NDArray[Any]:
        """Classes, shape (n,); rows without a single value get NaN among numbers, ``None`` among others."""
        decisions = self.decision_function(X)
        missing = np.isnan(decisions if decisions.ndim == 1 else decisions[:, 0])
        best = (decisions > 0).astype(np.intp) if decisions.ndim == 1 else np.argmax(decisions, axis=1)
        classes = self.classes_[best]
        if missing.any():
            numeric = classes.dtype.kind in "iuf"
            classes = classes.astype(np.float64 if numeric else object)
            classes[missing] = np.nan if numeric else None
        return classes

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities, shape (n, n_classes); those of several classes are scaled to sum to 1. NaN for unreadable rows."""
        decisions = self.decision_function(X).reshape(len(X) if hasattr(X, "__len__") else X.shape[0], -1)
        tables = getattr(self, "isotonic_", [UNCALIBRATED] * decisions.shape[1])
        chances = np.empty(decisions.shape)
        for column, table in enumerate(tables):
            own = decisions[:, column]
            chances[:, column] = np.interp(own, *table) if table.size else sigmoid(own)
        chances[np.isnan(decisions)] = np.nan
        if chances.shape[1] == 1:
            return np.hstack([1 - chances, chances])
        chances[(chances == 0).all(axis=1)] = 1.0
        shares: Floats = chances / chances.sum(axis=1, keepdims=True)
        return shares

    def predict_log_proba(self, X: Any) -> Floats:
        """Logarithms of ``predict_proba``."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def breakdown(self, X: Any, of: Any = None) -> pd.DataFrame:
        """Effect of each criterion on the decision function: ``baseline_`` plus a row's effects is its decision value.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
        of : one of ``classes_``
            With two classes, ``classes_[1]`` unless given; the effects for ``classes_[0]`` are those with the other sign. With
            more classes it must be given, and the baseline is that class's entry of ``baseline_``.
        """
        model, sign = self._decision(of)
        return self._framed(sign * model.breakdown(self._checked(X)), X)

    def feature_effects(self, X: Any, of: Any = None) -> pd.DataFrame:
        """Effect of each feature: exact Shapley values inside each criterion, which sum to the criterion's effect."""
        model, sign = self._decision(of)
        return self._framed(sign * model.feature_effects(self._checked(X)), X)

    def marks(self, X: Any, of: Any = None) -> pd.DataFrame:
        """Mark of each criterion, 0-100: share of the training photographs, in percent, with a lower effect."""
        model, sign = self._decision(of)
        marks = model.marks(self._checked(X))
        return self._framed(marks if sign > 0 else 100 - marks, X)

    @property
    def criteria_(self) -> list[str]:
        """The criteria, in the order of the catalogue."""
        return self._fitted[0].criteria_

    @property
    def baseline_(self) -> float | Floats:
        """Mean decision value of the training photographs; per class if there are more than two."""
        models = self._fitted
        return models[0].baseline_ if len(models) == 1 else np.array([model.baseline_ for model in models])

    @property
    def _fitted(self) -> list[AdditiveModel]:
        check_is_fitted(self, "classes_")
        return [self.model_] if len(self.classes_) == 2 else self.models_

    def _decision(self, of: Any) -> tuple[AdditiveModel, int]:
        """The decision function that speaks of a class, and its sign."""
        models = self._fitted
        names = self.classes_.tolist()
        if of is None and len(models) == 1:
            return models[0], 1
        if of not in names:
            raise ValueError(f"of must be one of the classes {', '.join(map(repr, names))}, got {of!r}")
        at = names.index(of)
        return (models[0], 1 if at else -1) if len(models) == 1 else (models[at], 1)

    def _fit_class(
        self, X: Floats, positive: NDArray[np.bool_], weight: Floats | None, groups: Any, columns: Columns
    ) -> tuple[AdditiveModel, Floats]:
        """The decision function of one class, and its isotonic table."""
        folds: Folds = []
        if self.calibration is not None:
            folds = folds_of(positive, weight, groups, self.calibration_folds, self.random_state)
        kinds = ("gbm", "svm") if self.model == "both" else (self.model,)

        def fit(kind: str, rows: NDArray[np.intp], n_bags: int) -> Core:
            return self._fit_core(kind, X[rows], positive[rows], None if weight is None else weight[rows], columns, n_bags)

        core, out = fit_decision(fit, kinds, X, positive, weight, folds, self.n_bags)
        table = isotonic_table(out, positive, weight) if folds and self.calibration == "isotonic" else UNCALIBRATED
        decisions = core.baseline + core.parts(X).sum(axis=1)
        return self._named(core, X, weight, columns, (float(decisions.min()), float(decisions.max()))), table

    def _fit_core(
        self, kind: str, X: Floats, positive: NDArray[np.bool_], weight: Floats | None, columns: Columns, n_bags: int
    ) -> Core:
        n_groups = len(columns.criteria)
        if kind == "svm":
            options = self._kernel_options()
            return fit_kernel_classifier(X, positive, columns.groups, n_groups, sample_weight=weight, **options)
        options = self._tree_options() | {"monotonic": columns.monotonic, "classify": True, "n_bags": n_bags}
        return fit_trees(X, positive.astype(np.float64), columns.groups, n_groups, sample_weight=weight, **options)

    def _weighted(self, y: NDArray[Any], weight: Floats | None) -> Floats | None:
        """Weights of the rows times those of their classes."""
        if self.class_weight is None:
            return weight
        start = np.ones(len(y)) if weight is None else weight
        if isinstance(self.class_weight, Mapping):
            # A model file keeps keys as strings only.
            own = {str(name): float(share) for name, share in self.class_weight.items()}
            factors = np.array([own.get(str(name), 1.0) for name in self.classes_.tolist()])
        else:
            totals = np.array([start[y == one].sum() for one in self.classes_])
            factors = totals.sum() / (len(totals) * totals)
        # A class without weight has left classes_ before.
        position = np.minimum(np.searchsorted(self.classes_, y), len(self.classes_) - 1)
        weighted: Floats = start * factors[position]
        return weighted

    def _check_classes(self) -> None:
        names = self.classes_.tolist()
        if len(names) < 2:
            raise ValueError(f"y must hold at least two classes; the rows that count are all of one class, {names[0]!r}")
        if len(names) > 2 and self.monotonic:
            raise ValueError(f"monotonic is for two classes; y holds {len(names)}: give monotonic=False")
        if isinstance(self.class_weight, Mapping):
            unknown = {str(name) for name in self.class_weight} - set(map(str, names))
            if unknown:
                raise ValueError(f"class_weight names {', '.join(sorted(unknown))}, and the classes of y are {names!r}")

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require("calibration_folds", self.calibration_folds, Integral, 2)
        if self.calibration not in (None, "sigmoid", "isotonic"):
            raise ValueError(f"calibration must be 'sigmoid', 'isotonic' or None, got {self.calibration!r}")
        if isinstance(self.class_weight, Mapping):
            for name, share in self.class_weight.items():
                require(f"class_weight of {name}", share, Real, 0, above=True)
        elif self.class_weight not in (None, "balanced"):
            raise ValueError(f"class_weight must be 'balanced', a mapping or None, got {self.class_weight!r}")

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        classes, models = state.get("classes_"), state.get("models_", [])
        if not isinstance(classes, np.ndarray) or classes.ndim != 1 or len(classes) < 2:
            raise ValueError("estimator: classes_ is not a list of at least two classes")
        if len(set(classes.tolist())) != len(classes) or (classes[1:] < classes[:-1]).any():
            raise ValueError("estimator: classes_ are not sorted and distinct")
        two = len(classes) == 2
        if not isinstance(models, list) or len(models) != (0 if two else len(classes)) or ("model_" in state) != two:
            raise ValueError("estimator: it does not hold one decision function per class")
        for model in models or [state["model_"]]:
            super()._check_fitted({**state, "model_": model})
        tables = state.get("isotonic_", [])
        wanted = (1 if two else len(classes)) if self.calibration == "isotonic" else 0
        if not isinstance(tables, list) or len(tables) != wanted:
            raise ValueError("estimator: its calibration is not that of its parameters")
        for table in tables:
            check_table(table)
