"""``AestheticRanker``: a scale learned from which of two photographs is preferred."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_random_state

from .additive import Core
from .average import AdditiveAverage
from .base import Columns, require
from .calibration import platt, sigmoid, thinner
from .pairs import left_out_rows, pairs_of_scores, pairs_of_triplets
from .ranker_fit import fit_kernel_pairs, fit_tree_pairs
from .rows import positions, readable, readable_groups
from .scored import ScoredEstimator

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

FEWEST = 10
"""Left-out pairs from which on the unit of the scale is set by them."""


class AestheticRanker(ScoredEstimator):
    """Learn a scale from preferences: pairs, triplets, or the order of scores within groups.

    The score is the exact sum of criteria's effects, and so is the difference of two scores: ``compare`` says *why A over B*.
    The unit is the logit of being preferred: A is preferred to B with probability ``1 / (1 + exp(score(B) - score(A)))``. The
    mean over the training photographs is 0.

    Parameters
    ----------
    model : {"gbm", "svm", "both"}, default="gbm"
        Gradient-boosted trees of which each looks at one criterion; a kernel machine whose kernel is a sum over criteria; or
        the mean of the two, each put on the scale of logits first. Both minimise the logistic loss of the pairs.
    criteria, monotonic
        As in ``AestheticRegressor``.
    n_trees, learning_rate, max_depth, min_samples_leaf, l2_regularization, feature_share, n_bags
        As in ``AestheticRegressor``.
    C : float, default=1.0
        Cost of the pairs' losses for the kernel machine. Pairs together weigh no more than their photographs.
    gamma : float, default=0.1
        Width of each criterion's kernel, divided by its number of features.
    max_pairs : int or None, default=50000
        Pairs that ``fit`` draws at random from those of different score; None takes all.
    calibration_folds : int or None, default=5
        Folds of photographs of which pairs are left out to set the unit of the scale. In each, ``n_bags`` is divided by the
        number of folds (but is at least 3). None leaves the unit as fitted, which is quicker and orders photographs the same,
        except that the two of "both" then weigh as they come.
    random_state : int, RandomState or None, default=None

    Attributes
    ----------
    model_ : AdditiveModel
        The fitted model, which needs no scikit-learn.
    criteria_ : list of str
        The criteria, in the order of the catalogue.
    baseline_ : float
        Mean score of the training photographs: 0, but for rounding.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only if ``fit`` was given names.

    Examples
    --------
    >>> import numpy as np
    >>> from iaa_classic.models import AestheticRanker
    >>> X = np.random.default_rng(0).random((60, 4))
    >>> beauty = X[:, 0] + X[:, 2] ** 2
    >>> pairs = np.random.default_rng(1).integers(60, size=(300, 2))
    >>> pairs = np.where((beauty[pairs[:, 0]] >= beauty[pairs[:, 1]])[:, None], pairs, pairs[:, ::-1])
    >>> model = AestheticRanker("svm", criteria=["light", "light", "colour", "colour"], random_state=0)
    >>> model = model.fit_pairs(X, pairs)
    >>> model.score(X, beauty) > 0.9
    True
    >>> why = model.compare(X[:1], X[1:2])
    >>> bool(np.isclose(why.sum(axis=1)[0], model.predict(X)[0] - model.predict(X)[1]))
    True
    """

    def __init__(
        self,
        model: str = "gbm",
        *,
        criteria: Mapping[str, str] | Sequence[str] | None = None,
        monotonic: bool | Mapping[str, int] = True,
        n_trees: int = 200,
        learning_rate: float = 0.05,
        max_depth: int | None = 3,
        min_samples_leaf: int = 20,
        l2_regularization: float = 5.0,
        feature_share: float = 0.1,
        n_bags: int = 10,
        C: float = 1.0,
        gamma: float = 0.1,
        max_pairs: int | None = 50_000,
        calibration_folds: int | None = 5,
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
        self.max_pairs = max_pairs
        self.calibration_folds = calibration_folds
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None) -> AestheticRanker:
        """Learn from the order of scores, within groups if there are any.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
            NaN where a value is missing. Rows without a single value (photographs that could not be read) are left out,
            with a ``MissingRowsWarning``.
        y : array-like, shape (n,)
            Scores, of which only the order counts; of equal ones nothing is learned.
        sample_weight : array-like, shape (n,), optional
            A pair weighs the product of its rows' weights.
        groups : array-like, shape (n,), optional
            Only photographs of one group are compared, such as those of one judge, contest or session.

        Raises
        ------
        ValueError
            If no two rows that may be compared differ in score.
        """
        self._check_parameters()
        own = readable_groups(X, groups)
        X, y, weight = self._readable_rows(X, y, sample_weight)
        random = check_random_state(self.random_state)
        pairs = pairs_of_scores(y.astype(np.float64), own, weight, self.max_pairs, random)
        if not len(pairs):
            raise ValueError(
                "no two photographs that count and may be compared differ in score, so there is no order to learn "
                f"(n_samples={len(X)})"
            )
        share = np.ones(len(pairs)) if weight is None else weight[pairs].prod(axis=1)
        return self._fit_pairs(X, pairs, share, weight, own, random)

    def fit_pairs(
        self, X: Any, pairs: ArrayLike, weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> AestheticRanker:
        """Learn from pairs.

        Parameters
        ----------
        X : DataFrame or array-like, shape (n, n_features)
            As for ``fit``; pairs with a row that holds no value are left out, as are rows in no pair.
        pairs : array-like, shape (m, 2)
            The better and the worse row of each pair: positions, or labels of the index of ``X``. Whole numbers are labels if
            the index itself holds whole numbers. A row paired with itself is ignored.
        weight : array-like, shape (m,), optional
            Weight of each pair, such as the number of people who chose so.
        groups : array-like, shape (n,), optional
            Photographs of one group are left out together when the unit of the scale is set.
        """
        self._check_parameters()
        return self._fit_rows(X, positions(X, pairs, 2, "pairs"), weight, groups, 1)

    def fit_triplets(
        self, X: Any, triplets: ArrayLike, weight: ArrayLike | None = None, groups: ArrayLike | None = None
    ) -> AestheticRanker:
        """Learn from triplets: the best, the middle and the worst row of each, shape (m, 3), as three pairs of each.

        Else as ``fit_pairs``.
        """
        self._check_parameters()
        return self._fit_rows(X, pairs_of_triplets(positions(X, triplets, 3, "triplets")), weight, groups, 3)

    def preference(self, X_a: Any, X_b: Any) -> Floats:
        """Probability that each photograph of ``X_a`` is preferred to that of ``X_b`` in the same row, shape (n,).

        A table of one row is compared with every row of the other.
        """
        a, b = _facing(self.predict(X_a), self.predict(X_b))
        return np.where(np.isnan(a - b), np.nan, sigmoid(a - b))

    def compare(self, X_a: Any, X_b: Any) -> pd.DataFrame:
        """Why A over B: what each criterion adds to the score of A less what it adds to that of B, shape (n, n_criteria).

        A row's sum is the difference of the two scores, the logit of A being preferred. A table of one row is compared with
        every row of the other. The index is that of ``X_a``, or of the longer table.
        """
        return _difference(self.breakdown(X_a), self.breakdown(X_b))

    def compare_features(self, X_a: Any, X_b: Any) -> pd.DataFrame:
        """``compare`` by feature: a criterion's features sum to its difference."""
        return _difference(self.feature_effects(X_a), self.feature_effects(X_b))

    def score(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None, groups: ArrayLike | None = None) -> float:
        """Share of the pairs of different ``y`` (of one group) that are put in the right order.

        Equal scores, and those of photographs that could not be read, count half. At most ``max_pairs`` pairs are drawn, the
        same every time. A pair weighs the product of its rows' weights.
        """
        scores, known = self.predict(X), np.asarray(y, dtype=np.float64)
        weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        own = None if groups is None else np.asarray(groups)
        pairs = pairs_of_scores(known, own, weight, self.max_pairs, check_random_state(0))
        if not len(pairs):
            return math.nan
        difference = scores[pairs[:, 0]] - scores[pairs[:, 1]]
        right = np.nan_to_num((np.sign(difference) + 1) / 2, nan=0.5)
        return float(np.average(right, weights=None if weight is None else weight[pairs].prod(axis=1)))

    def _fit_rows(
        self, X: Any, pairs: Rows, weight: ArrayLike | None, groups: ArrayLike | None, repeats: int
    ) -> AestheticRanker:
        """Fit to pairs of positions in ``X``; each weight belongs to ``repeats`` pairs."""
        share = np.ones(len(pairs))
        if weight is not None:
            given = np.asarray(weight, dtype=np.float64)
            if given.shape != (len(pairs) // repeats,) or not (np.isfinite(given) & (given >= 0)).all():
                raise ValueError(
                    f"weight must hold {len(pairs) // repeats} finite numbers of at least 0, one for each pair or triplet"
                )
            share = np.tile(given, repeats)
        own = readable_groups(X, groups)
        table, _, _ = self._readable_rows(X, np.zeros(len(X)), None)
        known = readable(X)
        moved = np.where(known, np.cumsum(known) - 1, -1)[pairs]
        keep = (moved >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1]) & (share > 0)
        if not keep.any():
            raise ValueError("no pair is left of two different photographs that hold values and a weight above 0")
        return self._fit_pairs(table, moved[keep], share[keep], None, own, check_random_state(self.random_state))

    def _fit_pairs(
        self,
        X: Floats,
        pairs: Rows,
        share: Floats,
        weight: Floats | None,
        groups: NDArray[Any] | None,
        random: np.random.RandomState,
    ) -> AestheticRanker:
        """Fit to weighted pairs of rows of a checked table, of which those in no pair are left out."""
        rows, pairs = _compact(pairs)
        X, weight = X[rows], np.ones(len(rows)) if weight is None else weight[rows]
        columns = self._columns()
        folds = np.zeros(len(X), dtype=np.int64)
        if self.calibration_folds is not None:
            own = None if groups is None else groups[rows]
            folds = left_out_rows(pairs, len(X), own, self.calibration_folds, random)
        cores: list[Any] = []
        outs = []
        for kind in ("gbm", "svm") if self.model == "both" else (self.model,):
            core = self._fit_core(kind, X, pairs, share, weight, columns, self.n_bags)
            out = self._left_out(kind, X, pairs, share, weight, columns, folds)
            factor = _logit_factor(out, share)
            cores.append(core.rescaled(factor, 0.0))
            outs.append(factor * out)
        core = cores[0]
        if len(cores) > 1:
            core = AdditiveAverage(cores).rescaled(_logit_factor(np.mean(outs, axis=0), share), 0.0)
        core = core.rescaled(1.0, -core.baseline)
        scores = core.baseline + core.parts(X).sum(axis=1)
        self.model_ = self._named(core, X, weight, columns, (float(scores.min()), float(scores.max())))
        return self

    def _left_out(
        self, kind: str, X: Floats, pairs: Rows, share: Floats, weight: Floats, columns: Columns, folds: Rows
    ) -> Floats:
        """Difference of scores of each pair by a core that has seen neither photograph; NaN for pairs across folds."""
        differences = np.full(len(pairs), np.nan)
        count = folds.max() + 1
        for fold in range(count):
            inside = folds[pairs] == fold
            train, test = ~inside.any(axis=1), inside.all(axis=1)
            if train.any() and test.any():
                n_bags = thinner(self.n_bags, count)
                core = self._fit_core(kind, X, pairs[train], share[train], weight, columns, n_bags)
                scores = core.parts(X).sum(axis=1)
                differences[test] = scores[pairs[test, 0]] - scores[pairs[test, 1]]
        return differences

    def _fit_core(
        self, kind: str, X: Floats, pairs: Rows, share: Floats, weight: Floats, columns: Columns, n_bags: int
    ) -> Core:
        rows, pairs = _compact(pairs)
        table = (X[rows], pairs, columns.groups, len(columns.criteria))
        if kind == "svm":
            return fit_kernel_pairs(*table, weight=share, sample_weight=weight[rows], **self._kernel_options())
        options = self._tree_options() | {"monotonic": columns.monotonic, "n_bags": n_bags}
        return fit_tree_pairs(*table, weight=share, sample_weight=weight[rows], **options)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.max_pairs is not None:
            require("max_pairs", self.max_pairs, Integral, 1)
        if self.calibration_folds is not None:
            require("calibration_folds", self.calibration_folds, Integral, 2)

    def __sklearn_tags__(self) -> Any:
        """Scores are needed, though only their order counts."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _compact(pairs: Rows) -> tuple[Rows, Rows]:
    """The rows that occur in pairs, ascending, and the pairs by positions in them."""
    rows, compact = np.unique(pairs, return_inverse=True)
    return rows, compact.reshape(pairs.shape).astype(np.int64)


def _logit_factor(differences: Floats, share: Floats) -> float:
    """What turns differences of scores into logits of being preferred; 1 if too few pairs were left out to tell."""
    known = ~np.isnan(differences)
    if known.sum() < FEWEST:
        return 1.0
    return platt(differences[known], np.ones(int(known.sum()), dtype=bool), share[known], offset=False)[0]


def _facing(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Two arrays of equally many rows, one row repeated if need be."""
    if len(a) != len(b) and 1 not in (len(a), len(b)):
        raise ValueError(f"X_a and X_b must have equally many rows, or one of them a single row; got {len(a)} and {len(b)}")
    rows = max(len(a), len(b)) if len(a) and len(b) else 0
    return np.broadcast_to(a, (rows, *a.shape[1:])), np.broadcast_to(b, (rows, *b.shape[1:]))


def _difference(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    first, second = _facing(a.to_numpy(), b.to_numpy())
    return pd.DataFrame(first - second, columns=a.columns, index=(a if len(a) >= len(b) else b).index)
