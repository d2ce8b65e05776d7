"""``AestheticRegressor``: criterion-additive models behind scikit-learn's interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin

from .additive import Core
from .average import AdditiveAverage
from .base import AdditiveEstimator, Columns, MissingRowsWarning, require
from .interval import check_errors, error_bounds, out_of_fold_errors
from .kernel_fit import fit_kernel
from .rows import readable_groups
from .scored import ScoredEstimator
from .trees_fit import fit_trees

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AestheticRegressor", "MissingRowsWarning"]

Floats = NDArray[np.float64]


class AestheticRegressor(RegressorMixin, ScoredEstimator):
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
    interval_folds : int, default=0
        Folds for the out-of-fold errors that ``predict_interval`` needs: as many more fits. 0 does without.
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
    errors_ : ndarray of float64, shape (at most 1000,)
        Out-of-fold errors, ascending, or quantiles of them. Only with ``interval_folds``.
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

    # Groups that are routed to a splitter or a transformer go past this fit, unless they are asked for.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {"groups": False}
    _fitted_names: ClassVar[frozenset[str]] = AdditiveEstimator._fitted_names | {"errors_"}
    _later_parameters: ClassVar[frozenset[str]] = frozenset({"interval_folds"})
    """Parameters that model files written before them lack; they have their defaults."""

    errors_: Floats

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
        interval_folds: int = 0,
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
        self.interval_folds = interval_folds
        self.random_state = random_state

    def fit(
        self, X: Any, y: Any, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> AestheticRegressor:
        """Fit on a table of features and one rating per row.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
            NaN where a value is missing. Rows without a single value (photographs that could not be read) are left out,
            with a ``MissingRowsWarning``.
        y : array-like, shape (n,)
        sample_weight : array-like, shape (n,), optional
            Such as the number of raters.
        groups : array-like, shape (n,), optional
            Rows of one group (one photographer, one motif) stay together in the folds of ``interval_folds``; without them,
            intervals for photographs of new groups come out too narrow.
        """
        self._check_parameters()
        own = readable_groups(X, groups)
        X, y, weight = self._readable_rows(X, y, sample_weight)
        y = y.astype(np.float64)
        columns = self._columns()
        core = self._fit_core(X, y, weight, columns)
        self.model_ = self._named(core, X, weight, columns, self.scale or (float(y.min()), float(y.max())))
        self.__dict__.pop("errors_", None)
        if self.interval_folds:
            self.errors_ = self._out_of_fold_errors(X, y, weight, own, columns)
        return self

    def predict_interval(self, X: Any, coverage: float = 0.9) -> pd.DataFrame:
        """Where the ratings of new photographs lie with a given probability: columns "low" and "high", in points.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
        coverage : float, default=0.9
            Share of photographs like those of ``fit`` whose rating lies inside. Ratings are as likely to lie below as above.

        Returns
        -------
        DataFrame, shape (n, 2)
            The score plus two out-of-fold errors, so equally wide for all; not clipped to the scale. NaN for rows without a
            single value.

        Raises
        ------
        ValueError
            If the model was fitted without ``interval_folds`` or changed by ``plus`` since, or ``coverage`` is not between
            0 and 1 or nearer to 1 than so few photographs can tell.
        """
        import pandas as pd

        scores = self.predict(X)
        if not hasattr(self, "errors_"):
            raise ValueError(
                "this model has no out-of-fold errors: fit it with interval_folds=5 (another model added by plus drops them)"
            )
        low, high = error_bounds(self.errors_, coverage)
        return self._framed(pd.DataFrame({"low": scores + low, "high": scores + high}), X)

    def rescale(self, factor: float, offset: float = 0.0, scale: tuple[float, float] | None = None) -> AestheticRegressor:
        """Stretch a fitted model: every score ``s`` becomes ``factor * s + offset``, effects are stretched alike.

        ``scale`` gives the ends of the new rating scale; the old ends are mapped if it is left out. Changes this model
        and returns it.
        """
        self.model_ = self._fitted.rescaled(factor, offset, scale)
        if hasattr(self, "errors_"):
            self.errors_ = self.errors_ * factor
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
        this model's. Changes this model and returns it; fitting or cloning it again loses what was added. What is known of
        out-of-fold errors is dropped, as it does not hold for the sum.
        """
        if not isinstance(other, AestheticRegressor):
            raise TypeError(f"plus takes another AestheticRegressor, got {type(other).__name__}")
        self.model_ = self._fitted.plus(other._fitted, self._checked(X))
        self.__dict__.pop("errors_", None)
        return self

    def _fit_core(self, X: Floats, y: Floats, weight: Floats | None, columns: Columns) -> Core:
        n_groups = len(columns.criteria)
        cores: list[Any] = []
        if self.model in ("gbm", "both"):
            options = self._tree_options() | {"monotonic": columns.monotonic}
            cores.append(fit_trees(X, y, columns.groups, n_groups, sample_weight=weight, **options))
        if self.model in ("svm", "both"):
            options = self._kernel_options() | {"epsilon": self.epsilon}
            cores.append(fit_kernel(X, y, columns.groups, n_groups, sample_weight=weight, **options))
        core: Core = cores[0] if len(cores) == 1 else AdditiveAverage(cores)
        return core

    def _out_of_fold_errors(
        self, X: Floats, y: Floats, weight: Floats | None, groups: NDArray[Any] | None, columns: Columns
    ) -> Floats:
        def fit(train: NDArray[np.intp]) -> Any:
            core = self._fit_core(X[train], y[train], None if weight is None else weight[train], columns)
            return lambda test: core.baseline + core.parts(X[test]).sum(axis=1)

        return out_of_fold_errors(
            fit, y, weight=weight, groups=groups, n_folds=self.interval_folds, random_state=self.random_state
        )

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        super()._check_fitted(state)
        if "errors_" in state:
            check_errors(state["errors_"])

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require("epsilon", self.epsilon, Real, 0)
        require("interval_folds", self.interval_folds, Integral, 0)
        if self.interval_folds == 1:
            raise ValueError("interval_folds must be 0 or at least 2, got 1")
        if self.scale is not None:
            ends: tuple[Any, ...] = tuple(self.scale)
            if len(ends) != 2 or not all(isinstance(end, Real) for end in ends) or not ends[0] < ends[1]:
                raise ValueError(f"scale must be (low, high) with low < high, got {self.scale!r}")
