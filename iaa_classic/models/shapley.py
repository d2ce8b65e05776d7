"""Exact Shapley values of product games, by Owen's multilinear extension.

In a product game every player ``k`` contributes a factor: ``present[k]`` when it takes part, ``absent[k]`` when it
does not,

    v(S) = prod_{k in S} present[k] * prod_{k not in S} absent[k]

Owen (1972, "Multilinear extensions of games") writes the Shapley value as an integral,

    phi_j = integral_0^1 (present[j] - absent[j]) * prod_{k != j} (u present[k] + (1 - u) absent[k]) du

whose integrand is a polynomial of degree ``d - 1``, so that Gauss-Legendre quadrature with ``ceil(d / 2)`` nodes is
exact. A leaf of a tree and a term of an RBF kernel expansion both are product games; Shapley values being linear in
the game, those of a whole model are weighted sums of these.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quadrature(players: int, most: int | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights on [0, 1] that integrate the polynomials of a game of so many players; ``most`` nodes at most."""
    exact = max((players + 1) // 2, 1)
    nodes, weights = np.polynomial.legendre.leggauss(exact if most is None else min(exact, most))
    return (nodes + 1) / 2, weights / 2


def product_game(present: NDArray[np.float64], absent: NDArray[np.float64], nodes: int | None = None) -> NDArray[np.float64]:
    """Shapley values of many product games at once.

    Parameters
    ----------
    present, absent : ndarray of float64, shape (players, ...)
        Factors of each player; the other axes enumerate games and broadcast against each other.
    nodes : int, optional
        Quadrature nodes at most, for games of which the caller knows that so many are enough.

    Returns
    -------
    ndarray of float64, shape (players, ...)
        For each game, values that sum to ``prod(present) - prod(absent)``.

    Examples
    --------
    >>> product_game(np.array([1.0, 1.0]), np.array([0.5, 0.0]))
    array([0.25, 0.75])
    """
    gain = present - absent
    total = np.zeros_like(gain)
    before = np.empty_like(gain)
    for node, weight in zip(*quadrature(len(gain), nodes), strict=True):
        factors = absent + node * gain
        running = np.full(gain.shape[1:], weight)
        for player in range(len(gain)):
            before[player] = running
            running = running * factors[player]
        running = np.ones(gain.shape[1:])
        for player in range(len(gain) - 1, -1, -1):
            total[player] += before[player] * running
            running *= factors[player]
    total *= gain
    return total
