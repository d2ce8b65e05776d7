"""What replacing the values of some columns does to an additive core, without computing what stays as it is.

Columns of one group (criterion) act on that group's part alone. Of trees only those that split on a replaced column are walked;
a kernel of one replaced column is the old one times a factor,

    exp(-gamma |t' - s|^2) = exp(-gamma |t - s|^2) exp(-gamma (t'_j - t_j) (t'_j + t_j - 2 s_j)).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .additive import Core
from .average import AdditiveAverage
from .content_core import AdditiveContent
from .kernel import AdditiveKernel, rbf, scaled_ranks
from .trees import AdditiveTrees, chunks

Floats = NDArray[np.float64]
Columns = NDArray[np.intp]


class Shuffler(Protocol):
    """Knows a core and a table, and says what other values of some columns of one group would change."""

    def change(self, columns: Columns, donors: Floats) -> Floats:
        """By how much the prediction of each row changes, shape (n,).

        ``donors`` holds the new values, shape (n, len(columns)); all columns are of one group.
        """
        ...


def shuffler(core: Core, X: Floats) -> Shuffler:
    """The shuffler of a core and a table of shape (n, n_features)."""
    if isinstance(core, AdditiveAverage):
        return _OfAverage(core, X)
    if isinstance(core, AdditiveContent):
        return _OfContent(core, X)
    return _OfTrees(core, X) if isinstance(core, AdditiveTrees) else _OfKernel(core, X)


class _OfAverage:
    def __init__(self, core: AdditiveAverage, X: Floats) -> None:
        self.parts = [shuffler(one, X) for one in core.cores]

    def change(self, columns: Columns, donors: Floats) -> Floats:
        changes: Floats = np.mean([part.change(columns, donors) for part in self.parts], axis=0)
        return changes


class _OfContent:
    """Interpretable columns act on their own criterion and on what is taken off the opinion of learned content."""

    def __init__(self, core: AdditiveContent, X: Floats) -> None:
        self.core, self.X = core, X
        self.base, self.projection = shuffler(core.base, X[:, :-1]), _OfKernel(core.projection, X[:, :-1])

    def change(self, columns: Columns, donors: Floats) -> Floats:
        if columns[0] < self.core.base.n_features:
            known = ~np.isnan(self.X[:, -1])
            return self.base.change(columns, donors) - known * self.projection.change(columns, donors)
        replaced = self.X.copy()
        replaced[:, columns] = donors
        changed: Floats = self.core.beyond(replaced) - self.core.beyond(self.X)
        return changed


class _OfTrees:
    def __init__(self, core: AdditiveTrees, X: Floats) -> None:
        self.core, self.X = core, X
        inner = core.left != np.arange(len(core.left))
        tree = np.repeat(np.arange(core.n_trees), np.diff(core.tree_start))[inner]
        self.tree, self.feature = tree, core.feature[inner]

    def change(self, columns: Columns, donors: Floats) -> Floats:
        trees = np.unique(self.tree[np.isin(self.feature, columns)])
        total = np.zeros(len(self.X))
        if not trees.size:
            return total
        for rows in chunks(len(self.X), len(trees)):
            x = self.X[rows]
            before = self.core.value[self.core.leaves(x, trees)].sum(axis=1)
            x = x.copy()
            x[:, columns] = donors[rows]
            total[rows] = self.core.value[self.core.leaves(x, trees)].sum(axis=1) - before
        return total


class _OfKernel:
    def __init__(self, core: AdditiveKernel, X: Floats) -> None:
        self.core, self.place = core, core.transform(X).astype(np.float64)
        self.support = core.support.astype(np.float64)
        self.group = -1
        self.kernel: Floats = np.empty((0, 0))
        self.before: Floats = np.empty(0)

    def change(self, columns: Columns, donors: Floats) -> Floats:
        core, group = self.core, int(self.core.groups[columns[0]])
        if not core.weights[group] or not core.spread[columns].any():
            return np.zeros(len(self.place))
        self._look_at(group)
        new = scaled_ranks(donors, core.knots[:, columns], core.spread[columns]).astype(np.float64)
        total = np.empty(len(self.place))
        for rows in chunks(len(total), len(self.support)):
            total[rows] = self._after(group, columns, new[rows], rows)
        return core.weights[group] * (total - self.before)

    def _look_at(self, group: int) -> None:
        if group != self.group:
            own = self.core.groups == group
            self.kernel = rbf(self.place[:, own], self.support[:, own], self.core.gammas[group])
            self.before, self.group = self.kernel @ self.core.dual, group

    def _after(self, group: int, columns: Columns, new: Floats, rows: slice) -> Floats:
        gamma = self.core.gammas[group]
        if len(columns) == 1:
            old, support = self.place[rows, columns], self.support[:, columns[0]]
            exponent = (new + old) - 2 * support
            exponent *= gamma * (old - new)
            np.exp(exponent, out=exponent)
            exponent *= self.kernel[rows]
            return np.asarray(exponent @ self.core.dual)
        own = self.core.groups == group
        place = self.place[rows].copy()
        place[:, columns] = new
        return np.asarray(rbf(place[:, own], self.support[:, own], gamma) @ self.core.dual)
