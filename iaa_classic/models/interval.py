"""Predictive intervals from out-of-fold errors: what a model is off by for photographs that it has not seen.

The model is fitted on all folds but one, again and again, and the errors on the fold left out are kept. An interval is the
score plus an error that is seldom undercut and one that is seldom exceeded. Its coverage is that of photographs like those of
the training table. CV+ (Barber et al. 2021, DOI 10.1214/20-AOS1965) has a guarantee that this lacks, but would have to keep
every fold's model; this needs one list of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KEPT = 1000
"""Errors that are kept; of more, as many evenly spaced quantiles."""


def out_of_fold_errors(
    fit: Callable[[NDArray[np.intp]], Callable[[NDArray[np.intp]], Floats]],
    y: Floats,
    *,
    weight: Floats | None,
    groups: NDArray[Any] | None,
    n_folds: int,
    random_state: Any,
) -> Floats:
    """Sorted errors (rating less prediction) on rows left out of the fit, shape (at most ``KEPT``,).

    Parameters
    ----------
    fit : callable
        Takes the training rows and returns a function from rows to predictions.
    y : ndarray of float64, shape (n,)
    weight : ndarray of float64, shape (n,), optional
        Rows of weight 0 are left out; others count equally, since it is photographs that are to be covered.
    groups : ndarray, shape (n,), optional
        Rows of one group stay together.
    n_folds : int
        At most the number of rows, or of groups, that count.
    """
    used = np.arange(len(y)) if weight is None else np.flatnonzero(weight > 0)
    errors = [y[test] - fit(train)(test) for train, test in folds(used, groups, n_folds, random_state)]
    return kept(np.concatenate(errors))


def folds(
    rows: NDArray[np.intp], groups: NDArray[Any] | None, n_folds: int, random_state: Any
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Training and left-out rows of each fold, shuffled; rows of one group stay together.

    Raises
    ------
    ValueError
        If there are fewer than two rows, or groups, to tell apart.
    """
    from sklearn.model_selection import GroupKFold, KFold

    own = None if groups is None else np.asarray(groups)[rows]
    units, what = (len(rows), "sample") if own is None else (len(np.unique(own)), "group")
    if units < 2:
        raise ValueError(f"out-of-fold predictions need at least 2 {what}s that count, got only {units} {what}")
    splitter = (KFold if own is None else GroupKFold)(min(n_folds, units), shuffle=True, random_state=random_state)
    return [(rows[train], rows[test]) for train, test in splitter.split(rows, groups=own)]


def kept(errors: Floats) -> Floats:
    """The errors in ascending order, or quantiles that stand for them."""
    if len(errors) > KEPT:
        errors = np.quantile(errors, np.arange(1, KEPT + 1) / (KEPT + 1))
    return np.sort(errors)


def error_bounds(errors: Floats, coverage: float) -> tuple[float, float]:
    """The errors between which a new one lies with probability ``coverage``, equally likely to lie below and above.

    For ``n`` errors these are the ``floor((n + 1) (1 - coverage) / 2)``-th smallest and largest, so that an error
    exchangeable with them lies between with at least this probability.

    Raises
    ------
    ValueError
        If ``coverage`` is not between 0 and 1, or nearer to 1 than so few errors can tell.
    """
    if not isinstance(coverage, Real) or not 0 < coverage < 1:
        raise ValueError(f"coverage must be a number between 0 and 1, got {coverage!r}")
    rank = int((len(errors) + 1) * (1 - float(coverage)) / 2 + 1e-9)
    if rank < 1:
        most = (len(errors) - 1) / (len(errors) + 1)
        raise ValueError(
            f"coverage must be at most {max(most, 0):.3g} with the errors of {len(errors)} photographs, got {coverage!r}; "
            "fit on more photographs, or ask for less"
        )
    return float(errors[rank - 1]), float(errors[-rank])


def check_errors(errors: Any) -> None:
    """Raise ``ValueError`` unless these are errors as ``kept`` returns them."""
    sound = isinstance(errors, np.ndarray) and errors.dtype == np.float64 and errors.ndim == 1 and 0 < len(errors) <= KEPT
    if not sound or not np.isfinite(errors).all() or (np.diff(errors) < 0).any():
        raise ValueError("interval: the out-of-fold errors are not an ascending list of numbers")
