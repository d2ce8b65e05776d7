"""``AdditiveContent``: an additive core and, as one more group, what learned content says beyond it.

    f(x) = base(x) + (slope * u - projection(x))

``u``, the last column, is the opinion of learned content in points of the score. ``projection`` is what the features of the
base, in a sum over its criteria, say of ``u``; base holds it too, so that it cancels in the score. What photography and
learned content both know counts as photography, and the group ``content`` keeps what no criterion can say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .average import AdditiveAverage
from .kernel import AdditiveKernel
from .trees import AdditiveTrees

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AdditiveContent:
    """A core over interpretable columns, and a last column and last group for learned content.

    Attributes
    ----------
    base : AdditiveTrees, AdditiveKernel or AdditiveAverage
        Over all columns but the last, all groups but the last.
    projection : AdditiveKernel
        Over the same columns; what is taken off the opinion of learned content.
    slope : float
    centre : float
        Mean of ``slope * u - projection(x)`` over the training rows.
    """

    base: AdditiveTrees | AdditiveKernel | AdditiveAverage
    projection: AdditiveKernel
    slope: float
    centre: float

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together."""
        if not isinstance(self.base, (AdditiveTrees, AdditiveKernel, AdditiveAverage)):
            raise ValueError("content: the base is not an additive core")
        if not isinstance(self.projection, AdditiveKernel) or self.projection.n_features != self.base.n_features:
            raise ValueError("content: the projection is not a kernel over the columns of the base")
        if not all(isinstance(value, float) and np.isfinite(value) for value in (self.slope, self.centre)):
            raise ValueError("content: slope or centre is not a finite number")

    def __getstate__(self) -> dict[str, Any]:
        """The attributes without what was derived from them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Check the attributes as a new object would."""
        self.__init__(**state)  # type: ignore[misc]

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.base.n_features + 1

    @property
    def n_groups(self) -> int:
        """Number of criteria."""
        return self.base.n_groups + 1

    @property
    def baseline(self) -> float:
        """Mean prediction over the training rows."""
        return self.base.baseline + self.centre

    def parts(self, X: Floats) -> Floats:
        """What each group adds to the prediction, shape (n, n_groups); the last is 0 where ``u`` is missing."""
        return np.column_stack([self.base.parts(X[:, :-1]), self.beyond(X) - self.centre])

    def feature_effects(self, X: Floats) -> Floats:
        """Shapley values of the base's columns, then the part of content, all of it of its one column."""
        return np.column_stack([self.base.feature_effects(X[:, :-1]), self.beyond(X) - self.centre])

    def beyond(self, X: Floats) -> Floats:
        """What learned content says beyond the other columns, not centred, shape (n,); ``centre`` where ``u`` is missing."""
        said = self.projection.baseline + self.projection.parts(X[:, :-1]).sum(axis=1)
        beyond: Floats = self.slope * X[:, -1] - said
        return np.where(np.isnan(beyond), self.centre, beyond)

    def rescaled(self, factor: float, offset: float) -> AdditiveContent:
        """The same model with every prediction ``p`` replaced by ``factor * p + offset``."""
        return replace(
            self,
            base=self.base.rescaled(factor, offset),
            projection=self.projection.rescaled(factor, 0.0),
            slope=float(self.slope * factor),
            centre=float(self.centre * factor),
        )

    def centred_on(self, X: Floats) -> AdditiveContent:
        """The same predictions, with the baseline and the effects referring to these rows."""
        centre = float(np.mean(self.beyond(X)))
        return replace(self, base=self.base.centred_on(X[:, :-1]), centre=centre)
