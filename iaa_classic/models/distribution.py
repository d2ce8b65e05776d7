"""``ScoreDistributionRegressor``: the histogram of ratings, around a mean score that is the exact sum of criteria's effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin, clone
from sklearn.utils.validation import _check_sample_weight

from ..metrics import emd
from .base import AdditiveEstimator, require
from .histograms import Profile, check_profile, checked_levels, profile, shares_of, tilted
from .regressor import AestheticRegressor
from .rows import readable
from .scored import ScoredEstimator

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


class ScoreDistributionRegressor(RegressorMixin, ScoredEstimator):
    """Predict how many people give which score.

    An additive model predicts the mean score. Around it lies the average histogram of the training photographs with about
    this mean, tilted exponentially until its mean is the predicted one: of all histograms with this mean the one nearest to
    it (minimum discrimination information).

    Parameters
    ----------
    estimator : AestheticRegressor or None, default=None
        Learns the mean score; ``AestheticRegressor()`` if None. It is cloned, not changed.
    levels : sequence of float or None, default=None
        The scores that people can give, ascending, one per column of ``y``; None means 1, 2, ...
    bandwidth : float, default=0.7
        Which means are about the same: the width of a Gaussian kernel, as a multiple of the standard deviation of the mean
        scores. Wider histograms allow more for errors of the predicted mean.

    Attributes
    ----------
    model_ : AdditiveModel
        The model of the mean score.
    levels_ : ndarray of float64, shape (n_levels,)
    mean_distribution_ : ndarray of float64, shape (n_levels,)
        The average histogram of the training photographs: what to say of a photograph that one has not seen.
    profile_means_, profile_spreads_ : ndarrays of float64, shape (p,)
    profile_shares_ : ndarray of float64, shape (p, n_levels)
        Average histogram, and standard deviation of a photograph's ratings, at some mean scores.
    criteria_ : list of str
        The criteria, in the order of the catalogue.
    baseline_ : float
        Mean of the training photographs' mean scores.
    scale_ : (float, float)
        The lowest and highest level, unless the estimator has another scale.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if ``fit`` was given names.

    Notes
    -----
    ``breakdown``, ``feature_effects`` and ``marks`` speak of the mean score. The histogram and the spread depend on the
    photograph through the predicted mean alone: how far people agree follows from how much they like a photograph, and what
    remains was not predictable from interpretable features in trials (held-out R2 below 0). The predicted histogram is wider
    than a photograph's own: it also holds what is not known of the mean.

    Examples
    --------
    >>> import numpy as np
    >>> from iaa_classic.models import AestheticRegressor, ScoreDistributionRegressor
    >>> random = np.random.default_rng(0)
    >>> X = random.random((100, 4))
    >>> counts = np.array([random.multinomial(50, [0.5 - x / 2, 0.5, x / 2]) for x in X[:, 0]])
    >>> model = ScoreDistributionRegressor(AestheticRegressor("svm")).fit(X, counts)
    >>> shares = model.predict_distribution(X)
    >>> list(shares.columns)
    [1.0, 2.0, 3.0]
    >>> bool(np.allclose(shares @ model.levels_, model.predict(X), atol=1e-9))
    True
    """

    _fitted_names: ClassVar[frozenset[str]] = AdditiveEstimator._fitted_names | {
        "levels_",
        "mean_distribution_",
        "profile_means_",
        "profile_shares_",
        "profile_spreads_",
    }

    levels_: Floats
    mean_distribution_: Floats
    profile_means_: Floats
    profile_shares_: Floats
    profile_spreads_: Floats

    def __init__(
        self,
        estimator: AestheticRegressor | None = None,
        *,
        levels: Sequence[float] | None = None,
        bandwidth: float = 0.7,
    ) -> None:
        self.estimator = estimator
        self.levels = levels
        self.bandwidth = bandwidth

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> ScoreDistributionRegressor:
        """Fit on a table of features and one histogram of ratings per row.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
            As for ``AestheticRegressor.fit``.
        y : array-like, shape (n, n_levels)
            How many ratings, or which share of them, each level got.
        sample_weight : array-like, shape (n,), optional
            Such as the number of ratings; counts in ``y`` are not used as weights by themselves.
        """
        self._check_parameters()
        shares = shares_of(y)
        levels = checked_levels(self.levels, shares.shape[1])
        base = AestheticRegressor() if self.estimator is None else clone(self.estimator)
        if base.scale is None:
            base.set_params(scale=(float(levels[0]), float(levels[-1])))
        fitted = base.set_params(interval_folds=0).fit(X, shares @ levels, sample_weight)
        weight = np.ones(len(shares)) if sample_weight is None else _check_sample_weight(sample_weight, shares)
        used = readable(X) & (weight > 0)
        own = profile(shares[used], levels, weight[used], self.bandwidth)
        self.__dict__.pop("feature_names_in_", None)
        self.__dict__.update({name: value for name, value in vars(fitted).items() if name in AdditiveEstimator._fitted_names})
        self.levels_ = levels
        self.mean_distribution_ = np.average(shares[used], axis=0, weights=weight[used])
        self.profile_means_, self.profile_shares_, self.profile_spreads_ = own
        return self

    def predict_distribution(self, X: Any) -> pd.DataFrame:
        """Shares of ratings at each level, one column per level; rows are nonnegative and sum to 1.

        The mean of a row is ``predict``, to 1e-9, whenever that lies within the levels. As no histogram has a mean beyond
        them, a photograph predicted there gets the nearest that can be: all ratings at the last level. NaN for rows without
        a single value.
        """
        import pandas as pd

        means = self.predict(X)
        shares = np.full((len(means), len(self.levels_)), np.nan)
        known = ~np.isnan(means)
        shares[known] = tilted(self._profile.shares_at(means[known]), self.levels_, means[known])
        return self._framed(pd.DataFrame(shares, columns=self.levels_.tolist()), X)

    def predict_spread(self, X: Any) -> Floats:
        """Standard deviation, in points, of the ratings of one photograph, shape (n,): how much people disagree.

        That of the training photographs with about this mean score, so a function of ``predict``. NaN for rows without a
        single value.
        """
        means = self.predict(X)
        return self._profile.spreads_at(means)

    def score(self, X: Any, y: Any, sample_weight: ArrayLike | None = None) -> float:
        """By which share the predicted histograms are nearer to ``y`` than its mean histogram is.

        1 less the ratio of the mean earth mover's distances (r=2): 1 is perfect, 0 no better than a constant.
        """
        shares = shares_of(y)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, shares)
        constant = np.tile(np.average(shares, axis=0, weights=weight), (len(shares), 1))
        own, theirs = (np.average(emd(shares, q, r=2), weights=weight) for q in (self.predict_distribution(X), constant))
        if theirs == 0:
            return 1.0 if own == 0 else 0.0
        return float(1 - own / theirs)

    @property
    def _profile(self) -> Profile:
        return Profile(self.profile_means_, self.profile_shares_, self.profile_spreads_)

    def _check_parameters(self) -> None:
        if self.estimator is not None and not isinstance(self.estimator, AestheticRegressor):
            raise TypeError(f"estimator must be an AestheticRegressor or None, got {type(self.estimator).__name__}")
        if self.levels is not None:
            checked_levels(self.levels, len(list(self.levels)))
        require("bandwidth", self.bandwidth, Real, 0.01)

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        super()._check_fitted(state)
        own = Profile(*(state.get(f"profile_{name}_") for name in Profile._fields))  # type: ignore[arg-type]
        check_profile(own, state.get("levels_"))
        mean = state.get("mean_distribution_")
        if not isinstance(mean, np.ndarray) or mean.dtype != np.float64 or mean.shape != own.shares.shape[1:]:
            raise ValueError("distribution: the mean distribution is not one share per level")
        if not (mean >= 0).all() or not np.isclose(mean.sum(), 1):
            raise ValueError("distribution: the mean distribution does not sum to 1")

    def __sklearn_tags__(self) -> Any:
        """Answers have one column per level."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = False
        tags.target_tags.positive_only = True
        return tags
