"""``ContentRegressor``: interpretable criteria and, as one more criterion, learned content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted

from .additive import AdditiveModel, build_model
from .content_fit import JointFit, fit_jointly, remembered
from .learned import NAME, Alike
from .regressor import AestheticRegressor

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


class ContentRegressor(RegressorMixin, BaseEstimator):
    """Predict ratings from interpretable criteria and learned content; the score is the exact sum of all of them.

    A support vector regression with one kernel per criterion and a linear kernel on the representation is fitted to both at
    once. What the criteria's kernels can say of the content's part (ridge regression in their space) is then counted as
    theirs: ``content`` keeps what no criterion can say, and scores do not change by it.

    Parameters
    ----------
    representation : FisherVector, BagOfVisualWords, Embedding or None, default=None
        Unfitted; fitted on the pictures given to ``fit`` and nothing else. None is a ``FisherVector()``.
    regressor : AestheticRegressor or None, default=None
        Kind and settings of the interpretable part; None is ``AestheticRegressor("svm")``. With "gbm" the criteria's parts are
        those of trees fitted to the ratings, to which what content adds to support vectors is added; with "both" the mean.
    pictures : str, default="picture"
        Column of ``X`` with the pictures: anything that the representation takes. A table without it is fitted without
        content.
    shares : sequence of float, default=(0.5, 0.7, 0.85, 0.95)
        Weights of the content's kernel, of unit variance, against the criteria's kernels together, to choose from.
    costs : sequence of float, default=(1, 2)
        Costs of the support vector regression to choose from. Both are chosen by cross-validation inside ``fit``.
    choice_folds : int, default=5
        Folds of that cross-validation, grouped where ``fit`` is given groups.
    ridge : float, default=1.0
        Of the regression of content on the criteria, for kernels of unit variance.
    keep_names : bool, default=False
        Whether the names of the files are remembered with the ratings of training photographs; else they get numbers.

    Attributes
    ----------
    model_ : AdditiveModel
        Columns are those of the features, then ``learned_content``; its ``content`` is the fitted representation.
    share_, cost_ : float
        As chosen.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
    """

    _fitted_names: ClassVar[frozenset[str]] = frozenset({"model_", "share_", "cost_", "n_features_in_", "feature_names_in_"})
    _takes_groups: ClassVar[bool] = True

    model_: AdditiveModel
    share_: float
    cost_: float

    def __init__(
        self,
        representation: Any = None,
        regressor: AestheticRegressor | None = None,
        *,
        pictures: str = "picture",
        shares: Sequence[float] = (0.5, 0.7, 0.85, 0.95),
        costs: Sequence[float] = (1.0, 2.0),
        choice_folds: int = 5,
        ridge: float = 1.0,
        keep_names: bool = False,
    ) -> None:
        self.representation = representation
        self.regressor = regressor
        self.pictures = pictures
        self.shares = shares
        self.costs = costs
        self.choice_folds = choice_folds
        self.ridge = ridge
        self.keep_names = keep_names

    def fit(self, X: pd.DataFrame, y: ArrayLike, groups: ArrayLike | None = None) -> ContentRegressor:
        """Fit on a table of features with a column of pictures, and one rating per row.

        Parameters
        ----------
        X : DataFrame, shape (n, n_features + 1)
            Rows without a single feature, and rows whose picture cannot be read, are left out.
        y : array-like, shape (n,)
        groups : array-like, shape (n,), optional
            Rows of one group stay together where weights are chosen.

        Notes
        -----
        Of more than 5,000 photographs, 5,000 drawn at random are learned from, as the memory for kernels grows with their
        square.
        """
        self._check_parameters()
        answers = np.asarray(y, dtype=np.float64)
        regressor = clone(self.regressor) if self.regressor is not None else AestheticRegressor("svm")
        if len(answers) != len(X):
            raise ValueError(f"X has {len(X)} rows and y {len(answers)} ratings; give one rating per row")
        if self.pictures not in X:
            regressor.fit(X, answers)
            self.model_, self.share_, self.cost_ = regressor.model_, 0.0, float(regressor.C)
            self._note_columns(X)
            return self
        features, pictures = X.drop(columns=[self.pictures]), list(X[self.pictures])
        fitted = fit_jointly(self, features, pictures, answers, None if groups is None else np.asarray(groups), regressor)
        self.share_, self.cost_ = fitted.share, fitted.cost
        self.model_ = self._model(fitted, pictures)
        self._note_columns(features)
        return self

    def _model(self, fitted: JointFit, pictures: list[Any]) -> AdditiveModel:
        from dataclasses import replace

        columns = fitted.columns
        model = build_model(
            fitted.core,
            np.column_stack([fitted.values, fitted.opinions]),
            names=[*columns.names, NAME],
            criteria_of=[*columns.criteria_of, "content"],
            criteria=[*columns.criteria, "content"],
            scale=fitted.scale,
            catalogue=columns.versions,
        )
        return replace(model, content=remembered(fitted, pictures, self.keep_names))

    def _note_columns(self, features: pd.DataFrame) -> None:
        self.n_features_in_ = features.shape[1]
        self.feature_names_in_ = np.array([str(name) for name in features.columns], dtype=object)

    # Predicting ------------------------------------------------------------------------------------------------------

    def completed(self, X: pd.DataFrame) -> pd.DataFrame:
        """The columns of ``model_``: the features, and the opinion of learned content measured on the pictures.

        A table that holds ``learned_content`` already, or every column of the model, is not measured again.
        """
        check_is_fitted(self, "model_")
        names, content = self.model_.feature_names_in_, self.model_.content
        if content is None or set(names) <= set(X.columns):
            return X[names]
        if self.pictures not in X:
            raise ValueError(f"X has no column {self.pictures!r} with the pictures, nor the column {NAME!r}")
        opinions = content.opinions(content.vectors(list(X[self.pictures])))
        table = X[names[:-1]].copy()
        table.loc[np.isnan(opinions)] = np.nan
        table[NAME] = opinions
        return table

    def predict(self, X: pd.DataFrame) -> Floats:
        """Scores, shape (n,); NaN for rows without a single value or with a picture that cannot be read."""
        return self.model_.predict(self.completed(X))

    def breakdown(self, X: pd.DataFrame) -> pd.DataFrame:
        """Effect of each criterion, in points; ``baseline_`` plus a row's effects is its score."""
        return self.model_.breakdown(self.completed(X))

    def feature_effects(self, X: pd.DataFrame) -> pd.DataFrame:
        """Effect of each feature inside its criterion; learned content is one column, as its parts have no names."""
        return self.model_.feature_effects(self.completed(X))

    def explained_share(self, X: pd.DataFrame) -> float:
        """Share of the variance of these photographs' scores that comes from interpretable criteria.

        See ``AdditiveModel.explained_share``. Over photographs that the model was fitted on it says too little: content fits
        these more closely than others.
        """
        return self.model_.explained_share(self.completed(X))

    def alike(self, picture: Any, count: int = 5) -> list[Alike]:
        """The photographs of the training table that look most like this one, with their ratings."""
        check_is_fitted(self, "model_")
        if self.model_.content is None:
            raise ValueError("this model was fitted without pictures: it remembers none")
        return self.model_.content.alike(self.model_.content.vectors([picture])[0], count)

    @property
    def criteria_(self) -> list[str]:
        """The criteria, in the order of the catalogue."""
        return self.model_.criteria_

    @property
    def baseline_(self) -> float:
        """Mean score of the training photographs."""
        return self.model_.baseline_

    @property
    def scale_(self) -> tuple[float, float]:
        """Ends of the rating scale."""
        return self.model_.scale_

    # Checks ----------------------------------------------------------------------------------------------------------

    def _check_parameters(self) -> None:
        from ..representations.pictures import PictureEncoder, require_whole

        for name in ("shares", "costs"):
            values = list(getattr(self, name))
            top = 1 if name == "shares" else np.inf
            if not values or not all(0 < value <= top for value in values):
                raise ValueError(f"{name} must be one or more numbers above 0 and at most {top}, got {values}")
        require_whole("choice_folds", self.choice_folds, 2)
        if not self.ridge > 0:
            raise ValueError(f"ridge must be a number above 0, got {self.ridge!r}")
        if self.representation is not None and not isinstance(self.representation, PictureEncoder):
            raise ValueError(
                f"representation must be a FisherVector, BagOfVisualWords or Embedding, got {self.representation!r}"
            )
        if self.regressor is not None and not isinstance(self.regressor, AestheticRegressor):
            raise ValueError(f"regressor must be an AestheticRegressor, got {self.regressor!r}")

    def _check_fitted(self, state: Any) -> None:
        model, names = state.get("model_"), state.get("feature_names_in_")
        if not isinstance(model, AdditiveModel):
            raise ValueError("estimator: it holds no fitted model")
        if names is None or [*names] != [name for name in model.feature_names_in_ if name != NAME]:
            raise ValueError("estimator: its columns are not those of its model")
