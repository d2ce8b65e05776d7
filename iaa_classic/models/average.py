"""``AdditiveAverage``: the weighted mean of additive cores, which is additive again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernel import AdditiveKernel
from .trees import AdditiveTrees

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AdditiveAverage:
    """Mean of several cores that look at the same columns and groups.

    Attributes
    ----------
    cores : list of AdditiveTrees or AdditiveKernel
    """

    cores: list[AdditiveTrees | AdditiveKernel]

    def __post_init__(self) -> None:
        """Refuse cores of different tables."""
        if not isinstance(self.cores, list) or not self.cores:
            raise ValueError("average: cores is not a list of at least one core")
        if not all(isinstance(core, (AdditiveTrees, AdditiveKernel)) for core in self.cores):
            raise ValueError("average: a core is neither trees nor a kernel")
        if len({(core.n_features, core.n_groups) for core in self.cores}) != 1:
            raise ValueError("average: the cores have different numbers of features or groups")

    def __getstate__(self) -> dict[str, Any]:
        """The attributes without what was derived from them."""
        return {"cores": self.cores}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Check the attributes as a new object would."""
        self.__init__(**state)  # type: ignore[misc]

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.cores[0].n_features

    @property
    def n_groups(self) -> int:
        """Number of criteria."""
        return self.cores[0].n_groups

    @property
    def baseline(self) -> float:
        """Mean prediction over the training rows."""
        return float(np.mean([core.baseline for core in self.cores]))

    def parts(self, X: Floats) -> Floats:
        """What each group adds to the prediction, shape (n, n_groups)."""
        return np.mean([core.parts(X) for core in self.cores], axis=0)

    def feature_effects(self, X: Floats) -> Floats:
        """Means of the cores' Shapley values, shape (n, n_features); a group's values sum to its part."""
        return np.mean([core.feature_effects(X) for core in self.cores], axis=0)

    def rescaled(self, factor: float, offset: float) -> AdditiveAverage:
        """The same model with every prediction ``p`` replaced by ``factor * p + offset``."""
        return replace(self, cores=[core.rescaled(factor, offset) for core in self.cores])

    def centred_on(self, X: Floats) -> AdditiveAverage:
        """The same predictions, with the baseline and the effects of features referring to these rows."""
        return replace(self, cores=[core.centred_on(X) for core in self.cores])


def added(
    first: AdditiveTrees | AdditiveKernel | AdditiveAverage, second: AdditiveTrees | AdditiveKernel | AdditiveAverage
) -> AdditiveAverage:
    """The core whose every prediction is the sum of the two cores' predictions: a mean of their stretched parts."""
    lists = [core.cores if isinstance(core, AdditiveAverage) else [core] for core in (first, second)]
    total = sum(map(len, lists))
    return AdditiveAverage([core.rescaled(total / len(cores), 0.0) for cores in lists for core in cores])
