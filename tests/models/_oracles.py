"""Definitions written out, slow and plain, that the tests compare with."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np


def enumerated_shapley(value, players: int) -> np.ndarray:
    """Shapley values by their definition; ``value`` takes a frozenset of players ``0 .. players - 1``."""
    known = {}
    for size in range(players + 1):
        for chosen in combinations(range(players), size):
            known[frozenset(chosen)] = value(frozenset(chosen))
    shapley = np.zeros(players)
    for chosen, worth in known.items():
        for player in range(players):
            if player not in chosen:
                weight = factorial(len(chosen)) * factorial(players - len(chosen) - 1) / factorial(players)
                shapley[player] += weight * (known[chosen | {player}] - worth)
    return shapley
