"""``ScoredEstimator``: estimators that predict one score, the exact sum of its criteria's effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from .additive import AdditiveModel
from .base import AdditiveEstimator

if TYPE_CHECKING:
    import pandas as pd


class ScoredEstimator(AdditiveEstimator):
    """What a fit that left one ``model_`` can say of photographs."""

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
        check_is_fitted(self, "model_")
        return self.model_
