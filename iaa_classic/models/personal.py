"""``PersonalizedRegressor``: a generic model plus what one person's ratings, or choices, say."""

from __future__ import annotations

import copy
import os
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import _check_sample_weight, validate_data

from .additive import AdditiveModel
from .base import AdditiveEstimator, require
from .kernel_fit import KernelSpace
from .pairs import left_out_rows
from .personal_core import effect_variances, personal_model, residual_space
from .personal_fit import MANY, Ratings, Solution, Stage, learn
from .personal_pairs import Choices, learn_choices
from .personal_taste import check_taste, said_by, taste_table
from .rows import positions
from .scored import ScoredEstimator

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

MOST_PAIRS = 20_000
"""Pairs that ``fit_choices`` makes at most."""

FOLDS = 5
"""Parts of the photographs that ``fit_pairs`` leaves out in turn."""


class PersonalizedRegressor(RegressorMixin, ScoredEstimator):
    """Predict one person's ratings by a generic model and what a few ratings of this person say.

    Learnt in stages, each of which is used only if it predicts left-out ratings better than what came before: how the person
    uses the rating scale (``offset``, ``slope``), which criteria weigh more or less than for most (``weights``), and, from 30
    rated photographs, what else the features say (``residual``, a kernel machine whose kernel is a sum over criteria; compare
    Ren et al. 2017). All are shrunken: without ratings, or if they say nothing, the generic model stays as it is. The score
    remains the exact sum of its criteria's effects.

    Parameters
    ----------
    generic : fitted AestheticRegressor or AdditiveModel, path of a model file, or None, default=None
        What is expected of somebody unknown; None takes the model that ships with the package. It should not have been fitted
        on the photographs that this person rates. It is never fitted again, and ``clone`` keeps it as it is;
        ``sklearn.frozen.FrozenEstimator`` around it is allowed.
    scale : (float, float) or None, default=None
        Ends of the scale on which the person rates, such as (1, 5) for stars, onto which the generic scale is stretched. None
        takes the generic scale if all ratings lie on it, else the lowest and highest rating.
    residual : bool, default=True
        Whether the residual is tried.
    gamma : float, default=0.3
        Width of each criterion's kernel in the residual, divided by its number of features.
    caution : float, default=0.0
        By how many standard errors a stage has to lower the error of left-out ratings to be used.

    Attributes
    ----------
    model_ : AdditiveModel
        The personal model. Its marks and percentiles refer to the photographs of the generic model; to the rated ones if a
        residual is used; to any others after ``refer_to``.
    stages_ : list of dict
        What was tried: ``stage``, ``used``, ``before`` and ``after`` (mean squared error of left-out ratings, or logistic loss
        of left-out pairs, without and with it), ``standard_error`` of their difference, and ``count`` of photographs.
    taste_ : dict of str to ndarray
        What ``taste`` shows.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if ``fit`` was given names.

    Notes
    -----
    With fewer than two rated photographs there is nothing to check by, so the generic model stays. A photograph that is rated
    several times counts as one, with as much weight, and is left out as a whole.

    References
    ----------
    Ren, Shen, Lin, Mech, Foran (2017): Personalized image aesthetics. ICCV.

    Examples
    --------
    >>> import numpy as np
    >>> from iaa_classic.models import AestheticRegressor, PersonalizedRegressor
    >>> random = np.random.default_rng(0)
    >>> X = random.random((400, 2))
    >>> generic = AestheticRegressor("svm", criteria=["lighting", "colour"]).fit(X, X[:, 0] + X[:, 1])
    >>> mine = random.random((60, 2))
    >>> person = PersonalizedRegressor(generic).fit(mine, 2 * mine[:, 0] + random.normal(0, 0.1, 60))
    >>> person.taste()["verdict"].to_dict()
    {'lighting': 'more than most', 'colour': 'less than most'}
    """

    _fitted_names: ClassVar[frozenset[str]] = AdditiveEstimator._fitted_names | {"stages_", "taste_"}

    stages_: list[dict[str, Any]]
    taste_: dict[str, Floats]

    def __init__(
        self,
        generic: Any = None,
        *,
        scale: tuple[float, float] | None = None,
        residual: bool = True,
        gamma: float = 0.3,
        caution: float = 0.0,
    ) -> None:
        self.generic = generic
        self.scale = scale
        self.residual = residual
        self.gamma = gamma
        self.caution = caution

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> PersonalizedRegressor:
        """Learn from one person's ratings.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
            Features of the rated photographs, in the columns of the generic model. Rows without a single value are left out,
            with a ``MissingRowsWarning``. May have no rows.
        y : array-like, shape (n,)
            Their ratings.
        sample_weight : array-like, shape (n,), optional
            Number of ratings that each row stands for.
        """
        self._check_parameters()
        generic = self._generic_for(X)
        X, y, weight = self._rated_rows(X, y, sample_weight)
        generic = self._on_scale(generic, y)
        X, y, weight = _merged(X, y.astype(np.float64), weight)
        space = residual_space(generic, X, self.gamma) if self.residual and len(X) >= MANY else None
        effects = generic.core.parts(X)
        ratings = Ratings(
            effects=effects,
            gap=y - generic.baseline_ - effects.sum(axis=1),
            weight=weight,
            spreads=effect_variances(generic),
            spread=float(np.nan_to_num(generic.score_quantiles).var()),
            gram=None if space is None else space.gram(),
        )
        stages = learn(ratings, caution=self.caution) if len(X) > 1 else []
        return self._remember(generic, stages, space, X)

    def fit_pairs(self, X: Any, pairs: ArrayLike) -> PersonalizedRegressor:
        """Learn the weights of the criteria from which of two photographs this person prefers.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
        pairs : array-like, shape (m, 2)
            Rows (better, worse): positions, or labels of the index of ``X``. Pairs with an unreadable photograph are left out.

        Notes
        -----
        Pairs do not say how somebody uses a scale: offset and spread of the scores stay the generic model's, and ``stages_``
        holds logistic losses.
        """
        self._check_parameters()
        generic = self._generic_for(X)
        rows = positions(X, np.empty((0, 2), dtype=np.int64) if not len(np.asarray(pairs)) else pairs, 2, "pairs")
        X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=0)
        generic = self._on_scale(generic, np.empty(0))
        readable = ~np.isnan(X).all(axis=1)
        rows = rows[readable[rows].all(axis=1) & (rows[:, 0] != rows[:, 1])]
        choices = Choices(
            effects=generic.core.parts(np.where(readable[:, None], X, 0.0)),
            pairs=rows,
            spreads=effect_variances(generic),
            spread=float(np.nan_to_num(generic.score_quantiles).var()),
            folds=left_out_rows(rows, len(X), None, FOLDS, np.random.RandomState(0)) if len(rows) else np.empty(0, np.int64),
        )
        return self._remember(generic, learn_choices(choices, caution=self.caution), None, X)

    def fit_choices(self, X: Any, kept: ArrayLike, groups: ArrayLike | None = None) -> PersonalizedRegressor:
        """Learn the weights of the criteria from which photographs this person kept and which were rejected.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
        kept : array-like of bool, shape (n,)
        groups : array-like, shape (n,), optional
            Series that were chosen from (one motif, one day): a kept photograph is preferred to the rejected ones of its own.

        Notes
        -----
        As ``fit_pairs``, with every kept photograph before every rejected one; at most 20,000 pairs, evenly spaced.
        """
        chosen = np.asarray(kept)
        count = np.asarray(X).shape[0]
        if chosen.shape != (count,) or not np.isin(chosen, (0, 1)).all():
            raise ValueError(f"kept must say true or false of each of the {count} rows of X, got {kept!r:.80}")
        series = np.zeros(count) if groups is None else np.asarray(groups)
        if series.shape != (count,):
            raise ValueError(f"groups must hold one group for each of the {count} rows of X, got shape {series.shape}")
        pairs = []
        for name in np.unique(series):
            own = series == name
            better, worse = np.meshgrid(np.flatnonzero(own & (chosen == 1)), np.flatnonzero(own & (chosen == 0)))
            pairs.append(np.column_stack([better.ravel(), worse.ravel()]))
        every = np.concatenate([np.empty((0, 2), dtype=np.int64), *pairs])
        spaced = np.linspace(0, len(every) - 1, min(len(every), MOST_PAIRS)).round().astype(np.int64)
        # Positions of rows, whatever the labels of the index.
        table = X.reset_index(drop=True) if hasattr(X, "reset_index") else X
        return self.fit_pairs(table, every[spaced])

    def taste(self) -> pd.DataFrame:
        """The criteria that this person weighs more and less than most, those that weigh most first.

        Returns
        -------
        DataFrame, indexed by criterion
            ``weight``: factor on the generic effect. ``low``, ``high``: where it lies with a probability of 90 %; NaN unless
            the ratings gave criteria weights of their own. ``certainty``: 0 (what is known before any rating) to 1.
            ``residual``: spread, in points, of what else was learned under this criterion. ``verdict``: "more than most",
            "less than most" or "like most", compared with the person's common factor on all criteria.
        """
        return taste_table(self._fitted.criteria_, self.taste_)

    def refer_to(self, X: Any) -> PersonalizedRegressor:
        """Let baseline, effects, marks and percentiles refer to the photographs of ``X``; predictions stay.

        Changes this model and returns it.
        """
        self.model_ = self._fitted.referring_to(self._checked(X))
        return self

    def _remember(
        self, generic: AdditiveModel, stages: list[Stage], space: KernelSpace | None, X: Floats
    ) -> PersonalizedRegressor:
        used = [stage.solution for stage in stages if stage.used]
        criteria = len(generic.criteria_)
        nothing = np.zeros((criteria, criteria))
        solution = used[-1] if used else Solution(0.0, np.ones(criteria), np.zeros(len(X)), nothing, nothing, np.zeros(len(X)))
        self.model_ = personal_model(generic, solution, space, X)
        self.stages_ = [
            {
                "stage": stage.name,
                "used": stage.used,
                "before": stage.before,
                "after": stage.after,
                "standard_error": stage.standard_error,
                "count": len(stage.solution.left_out),
            }
            for stage in stages
        ]
        self.taste_ = said_by(solution, effect_variances(generic), space)
        return self

    def _rated_rows(self, X: Any, y: Any, sample_weight: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
        """The checked table without the rows that hold no value or do not count, its ratings and weights."""
        X, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite="allow-nan", y_numeric=True, ensure_min_samples=0)
        weight = np.ones(len(X))
        if sample_weight is not None:
            weight = np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True))
        readable = ~np.isnan(X).all(axis=1)
        if not readable.all():
            self._warn_missing(readable)
        counts = readable & (weight > 0)
        return X[counts], y[counts], weight[counts]

    def _on_scale(self, generic: AdditiveModel, y: Floats) -> AdditiveModel:
        """The generic model stretched onto the person's scale."""
        low, high = generic.scale_
        ends = self.scale
        if ends is None:
            outside = bool(len(y)) and not low <= y.min() <= y.max() <= high
            ends = (float(y.min()), float(y.max())) if outside and y.min() < y.max() else (low, high)
        if ends == (low, high) or not low < high:
            return generic
        factor = (ends[1] - ends[0]) / (high - low)
        return generic.rescaled(factor, ends[0] - factor * low, (float(ends[0]), float(ends[1])))

    def _generic_for(self, X: Any) -> AdditiveModel:
        """The generic model, of which ``X`` has the columns."""
        generic = self._generic_model()
        shape = np.shape(X)
        if hasattr(X, "columns") or (len(shape) == 2 and shape[1] != len(generic.feature_names_in_)):
            generic.predict(X[:0])
        return generic

    def _generic_model(self) -> AdditiveModel:
        from ..default import default_scorer
        from ..persistence import load_scorer

        generic = self.generic
        if generic is None:
            return default_scorer()
        if isinstance(generic, (str, os.PathLike)):
            return load_scorer(generic)
        generic = _thawed(generic)
        if isinstance(generic, AdditiveModel):
            return generic
        if not isinstance(generic, ScoredEstimator):
            raise TypeError(
                "generic must be a fitted AestheticRegressor, an AdditiveModel, the path of a model file or None, "
                f"got {type(generic).__name__}"
            )
        if not hasattr(generic, "model_"):
            raise NotFittedError(f"generic is a {type(generic).__name__} that is not fitted yet; fit it on many raters first")
        return generic.model_

    def _check_parameters(self) -> None:
        require("gamma", self.gamma, Real, 0, above=True)
        if not isinstance(self.caution, Real) or np.isnan(self.caution):
            raise ValueError(f"caution must be a number, got {self.caution!r}")
        if not isinstance(self.residual, (bool, np.bool_)):
            raise ValueError(f"residual must be True or False, got {self.residual!r}")
        if self.scale is not None:
            ends: tuple[Any, ...] = tuple(self.scale)
            if len(ends) != 2 or not all(isinstance(end, Real) for end in ends) or not ends[0] < ends[1]:
                raise ValueError(f"scale must be (low, high) with low < high, got {self.scale!r}")

    def _check_fitted(self, state: Any) -> None:
        super()._check_fitted(state)
        check_taste(state, len(state["model_"].criteria_))

    def _parameters_to_save(self) -> dict[str, Any]:
        """The parameters, with the model of a fitted generic estimator in its place: files hold estimators unfitted."""
        kept = self.get_params(deep=False)
        generic = _thawed(self.generic)
        return kept | {"generic": getattr(generic, "model_", generic)}

    def __sklearn_tags__(self) -> Any:
        """Only as good as the generic model allows."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    def __sklearn_clone__(self) -> PersonalizedRegressor:
        """An unfitted copy that keeps the generic model, which is given and not learned."""
        bare = copy.copy(self)
        bare.generic = None
        twin: PersonalizedRegressor = BaseEstimator.__sklearn_clone__(bare)
        twin.generic = self.generic
        return twin


def _thawed(generic: Any) -> Any:
    """The estimator inside a ``FrozenEstimator``, and anything else as it is."""
    from sklearn.frozen import FrozenEstimator

    return generic.estimator if isinstance(generic, FrozenEstimator) else generic


def _merged(X: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Equal rows as one, with the mean of their ratings and the sum of their weights."""
    keys = np.ascontiguousarray(X).view(np.dtype((np.void, X.itemsize * X.shape[1]))).ravel()
    _, first, own = np.unique(keys, return_index=True, return_inverse=True)
    if len(first) == len(X):
        return X, y, weight
    total: Floats = np.bincount(own, weight).astype(np.float64)
    order = np.argsort(first)
    return X[first[order]], (np.bincount(own, weight * y) / total)[order], total[order]
