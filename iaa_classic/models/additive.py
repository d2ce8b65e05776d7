"""``AdditiveModel``: a fitted additive core with the names of its features and criteria, and the marks of its effects.

Everything that predicting and explaining need, without scikit-learn: a saved model is read and used in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .average import AdditiveAverage, added
from .content_core import AdditiveContent
from .kernel import AdditiveKernel
from .trees import AdditiveTrees

if TYPE_CHECKING:
    import pandas as pd

    from .learned import LearnedContent

Core = AdditiveTrees | AdditiveKernel | AdditiveAverage | AdditiveContent
Floats = NDArray[np.float64]

FORMAT = 1
"""Version of the saved form; raised when the attributes of a saved object change."""

LEVELS = 101
"""Quantiles by which a distribution over the training photographs is remembered."""


@dataclass(frozen=True, eq=False)
class AdditiveModel:
    """A score that is the exact sum of its criteria's effects.

    Attributes
    ----------
    core : AdditiveTrees, AdditiveKernel or AdditiveAverage
    feature_names_in_ : list of str
        Columns that ``X`` must have, in order.
    feature_criteria : list of str
        Criterion of each column.
    criteria_ : list of str
        The criteria in the order in which they are shown.
    scale_ : (float, float)
        Ends of the rating scale. Scores are not clipped to it, as clipped scores would not be sums.
    catalogue : dict of str to int
        Name and version of each catalogue feature that the model was fitted with.
    score_quantiles : ndarray, shape (LEVELS,)
    effect_quantiles : ndarray, shape (LEVELS, n_criteria)
    value_quantiles : ndarray, shape (LEVELS, n_features)
        Distributions over the training photographs: of the score, of each criterion's effect, of each feature's value.
    format : int
    content : LearnedContent or None
        What measures the last column, ``learned_content``, on a picture; None for a model without learned content.
    """

    core: Core
    feature_names_in_: list[str]
    feature_criteria: list[str]
    criteria_: list[str]
    scale_: tuple[float, float]
    catalogue: dict[str, int]
    score_quantiles: Floats
    effect_quantiles: Floats
    value_quantiles: Floats
    format: int = FORMAT
    content: LearnedContent | None = None

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together."""
        check_model(self)

    def __getstate__(self) -> dict[str, Any]:
        """The attributes without what was derived from them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Check the attributes as a new object would."""
        self.__init__(**state)  # type: ignore[misc]

    @property
    def baseline_(self) -> float:
        """Mean score of the training photographs."""
        return self.core.baseline

    def predict(self, X: pd.DataFrame | ArrayLike) -> Floats:
        """Scores, shape (n,); NaN for rows without a single value, the photographs that could not be read."""
        values, readable = self._values(X)
        return self._filled(self.baseline_ + self.core.parts(values).sum(axis=1), readable)

    def breakdown(self, X: pd.DataFrame | ArrayLike) -> pd.DataFrame:
        """Effect of each criterion, in points of the score; ``baseline_`` plus a row's effects is its score."""
        values, readable = self._values(X)
        return self._frame(self._filled(self.core.parts(values), readable), X, self.criteria_)

    def feature_effects(self, X: pd.DataFrame | ArrayLike) -> pd.DataFrame:
        """Effect of each feature: Shapley values inside each criterion, which sum to the criterion's effect."""
        values, readable = self._values(X)
        return self._frame(self._filled(self.core.feature_effects(values), readable), X, self.feature_names_in_)

    def marks(self, X: pd.DataFrame | ArrayLike) -> pd.DataFrame:
        """Each criterion's mark, 0-100: share of the training photographs, in percent, in which its effect is lower."""
        values, readable = self._values(X)
        marks = percent_below(self.core.parts(values), self.effect_quantiles)
        return self._frame(self._filled(marks, readable), X, self.criteria_)

    def percentile(self, scores: ArrayLike) -> Floats:
        """Share of the training photographs, in percent, that score lower."""
        scores = np.asarray(scores, dtype=np.float64)
        return percent_below(scores.reshape(-1, 1), self.score_quantiles[:, None]).reshape(scores.shape)

    def value_percentiles(self, X: pd.DataFrame | ArrayLike) -> pd.DataFrame:
        """Share of the training photographs, in percent, with a lower value of each feature; NaN where missing."""
        shares = percent_below(self._table(X), self.value_quantiles)
        return self._frame(shares, X, self.feature_names_in_)

    def explained_share(self, X: pd.DataFrame | ArrayLike) -> float:
        """Share of the variance of the scores of ``X`` that comes from interpretable criteria.

        ``cov(f - f_content, f) / var(f)``: a criterion's share is the covariance of its part with the score, over the score's
        variance. The shares of all criteria sum to 1; one whose part opposes the rest has a negative share. 1 for a model
        without ``content``; NaN where the scores do not vary.
        """
        values, _ = self._values(X)
        parts = self.core.parts(values)
        scores = parts.sum(axis=1)
        if len(scores) < 2 or np.ptp(scores) == 0:
            return float("nan")
        learned = [k for k, name in enumerate(self.criteria_) if name == "content"]
        return 1.0 - float(np.cov(parts[:, learned].sum(axis=1), scores)[0, 1] / scores.var(ddof=1))

    def rescaled(self, factor: float, offset: float = 0.0, scale: tuple[float, float] | None = None) -> AdditiveModel:
        """The same model on another scale: every score ``s`` becomes ``factor * s + offset``, effects are stretched
        alike.

        ``scale`` gives the ends of the new scale; the old ends are mapped if it is left out.
        """
        if not (np.isfinite(factor) and factor > 0 and np.isfinite(offset)):
            raise ValueError(f"factor must be positive and offset finite, got {factor!r} and {offset!r}")
        ends = scale or (self.scale_[0] * factor + offset, self.scale_[1] * factor + offset)
        return replace(
            self,
            core=self.core.rescaled(factor, offset),
            scale_=(float(ends[0]), float(ends[1])),
            score_quantiles=self.score_quantiles * factor + offset,
            effect_quantiles=self.effect_quantiles * factor,
        )

    def plus(self, other: AdditiveModel, X: pd.DataFrame | ArrayLike) -> AdditiveModel:
        """The model whose scores are the sums of both models' scores; marks and percentiles refer to ``X``.

        Both look at the same columns under the same criteria; the scale stays this model's.
        """
        for field in ("feature_names_in_", "feature_criteria", "criteria_", "catalogue"):
            if getattr(self, field) != getattr(other, field):
                raise ValueError(f"only models of the same features and criteria can be added; {field} differs")
        if isinstance(self.core, AdditiveContent) or isinstance(other.core, AdditiveContent):
            raise ValueError("models with learned content cannot be added")
        return replace(self, core=added(self.core, other.core)).referring_to(X)

    def referring_to(self, X: pd.DataFrame | ArrayLike) -> AdditiveModel:
        """The same predictions, with baseline, effects, marks and percentiles referring to the photographs of ``X``."""
        values, _ = self._values(X)
        if not len(values):
            raise ValueError("no row of X holds a value: there is nothing to refer to")
        model = build_model(
            self.core.centred_on(values),
            values,
            names=self.feature_names_in_,
            criteria_of=self.feature_criteria,
            criteria=self.criteria_,
            scale=self.scale_,
            catalogue=self.catalogue,
        )
        return replace(model, content=self.content)

    def _table(self, X: pd.DataFrame | ArrayLike) -> Floats:
        names = getattr(X, "columns", None)
        if names is not None and list(names) != self.feature_names_in_:
            raise ValueError(_name_difference(list(map(str, names)), self.feature_names_in_))
        values = np.asarray(X, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != len(self.feature_names_in_):
            raise ValueError(f"expected a table of {len(self.feature_names_in_)} features, got shape {values.shape}")
        if np.isinf(values).any():
            raise ValueError("the table holds infinite values; missing ones are written NaN")
        return values

    def _values(self, X: pd.DataFrame | ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
        values = self._table(X)
        readable: NDArray[np.bool_] = np.logical_not(np.isnan(values).all(axis=1))
        return values[readable], readable

    @staticmethod
    def _filled(values: Floats, readable: NDArray[np.bool_]) -> Floats:
        filled = np.full((len(readable), *values.shape[1:]), np.nan)
        filled[readable] = values
        return filled

    @staticmethod
    def _frame(values: Floats, X: Any, columns: Sequence[str]) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(values, columns=list(columns), index=getattr(X, "index", None))


def build_model(
    core: Core,
    X: Floats,
    *,
    names: Sequence[str],
    criteria_of: Sequence[str],
    criteria: Sequence[str],
    scale: tuple[float, float],
    catalogue: Mapping[str, int],
) -> AdditiveModel:
    """Put names to a fitted core, and remember how scores, effects and values are distributed over ``X``."""
    parts = core.parts(X)
    return AdditiveModel(
        core=core,
        feature_names_in_=list(names),
        feature_criteria=list(criteria_of),
        criteria_=list(criteria),
        scale_=(float(scale[0]), float(scale[1])),
        catalogue=dict(catalogue),
        score_quantiles=_quantiles((core.baseline + parts.sum(axis=1))[:, None])[:, 0],
        effect_quantiles=_quantiles(parts),
        value_quantiles=_quantiles(X).astype(np.float32).astype(np.float64),
    )


def percent_below(values: Floats, quantiles: Floats) -> Floats:
    """Per column, where each value stands among equally spaced quantiles, 0-100; the middle of a run of equal
    quantiles.

    Values are equal if they differ by no more than rounding.
    """
    levels = np.linspace(0, 100, len(quantiles))
    below = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        x, own = values[:, column], quantiles[:, column]
        known = ~np.isnan(x)
        if not np.isnan(own).any():
            rounding = 1e-9 * (own[-1] - own[0])
            highest = np.interp(x[known] + rounding, own, levels)
            lowest = 100 - np.interp(rounding - x[known], -own[::-1], levels)
            below[known, column] = (highest + lowest) / 2
    return below


def _quantiles(values: Floats) -> Floats:
    """Quantiles of each column over its known values; NaN where there is none."""
    table = np.full((LEVELS, values.shape[1]), np.nan)
    for column in range(values.shape[1]):
        known = values[~np.isnan(values[:, column]), column]
        if known.size:
            table[:, column] = np.maximum.accumulate(np.quantile(known, np.linspace(0, 1, LEVELS)))
    return table


def _name_difference(given: list[str], expected: list[str]) -> str:
    missing = [name for name in expected if name not in set(given)]
    unknown = [name for name in given if name not in set(expected)]
    if not missing and not unknown:
        return "The feature names should match those that were passed during fit: same names, another order."
    text = "The feature names should match those that were passed during fit."
    for kind, names in (("missing", missing), ("unknown", unknown)):
        if names:
            text += f" {len(names)} {kind}: {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}."
    return text


def check_model(model: AdditiveModel) -> None:
    """Raise ``ValueError`` if names, criteria, quantiles and core do not fit together."""
    if not isinstance(model.core, Core):
        raise ValueError("model: core is not an additive core")
    names, criteria = model.feature_names_in_, model.criteria_
    for field in ("feature_names_in_", "feature_criteria", "criteria_"):
        value = getattr(model, field)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"model: {field} is not a list of strings")
    if len(names) != model.core.n_features or len(set(names)) != len(names):
        raise ValueError("model: the features' names are not one distinct name per column")
    if len(criteria) != model.core.n_groups or len(set(criteria)) != len(criteria):
        raise ValueError("model: the criteria's names are not one distinct name per group")
    if len(model.feature_criteria) != len(names) or not set(model.feature_criteria) <= set(criteria):
        raise ValueError("model: a feature's criterion is unknown")
    if not isinstance(model.catalogue, dict) or not all(
        name in names and isinstance(version, int) for name, version in model.catalogue.items()
    ):
        raise ValueError("model: the catalogue's versions are not those of its features")
    ends = model.scale_
    if not isinstance(ends, tuple) or len(ends) != 2 or not all(isinstance(end, float) for end in ends):
        raise ValueError("model: scale_ is not a pair of numbers")
    if not np.isfinite(ends).all():
        raise ValueError("model: an end of the scale is not finite")
    if model.content is not None and (not isinstance(model.core, AdditiveContent) or names[-1] != model.content.feature.name):
        raise ValueError("model: it holds learned content, and no column for it")
    for field, columns in (("score", ()), ("effect", (len(criteria),)), ("value", (len(names),))):
        table = getattr(model, f"{field}_quantiles")
        if not isinstance(table, np.ndarray) or table.dtype.kind != "f" or table.shape != (LEVELS, *columns):
            raise ValueError(f"model: {field}_quantiles has another shape or kind than expected")
        if (np.diff(table, axis=0) < 0).any() or np.isinf(table).any():
            raise ValueError(f"model: {field}_quantiles are not ascending")
