"""Exact Shapley values of product games, against enumeration of all coalitions."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

from iaa_classic.models.shapley import product_game, quadrature

from ._oracles import enumerated_shapley


@pytest.mark.parametrize("players", [1, 2, 3, 4, 7])
def test_agrees_with_enumeration(players):
    random = np.random.default_rng(players)
    present, absent = random.normal(size=(2, players))

    def value(chosen):
        return np.prod([present[k] if k in chosen else absent[k] for k in range(players)])

    np.testing.assert_allclose(product_game(present, absent), enumerated_shapley(value, players), atol=1e-12)


@pytest.mark.parametrize("players", [1, 2, 5, 12, 31, 60])
def test_values_sum_to_the_difference_of_the_grand_and_the_empty_coalition(players):
    present, absent = np.random.default_rng(players).random((2, players, 20))
    difference = present.prod(axis=0) - absent.prod(axis=0)
    np.testing.assert_allclose(product_game(present, absent).sum(axis=0), difference, atol=1e-12)


@pytest.mark.parametrize("width", [0.1, 1.0, 10.0, 100.0])
@pytest.mark.parametrize("players", [20, 75, 150])
def test_smooth_kernel_factors_need_few_nodes(width, players):
    """The number of nodes that the sum of kernels asks for leaves nothing but rounding."""
    x, z, s = np.random.default_rng(0).uniform(-1.75, 1.75, (3, players, 50))
    present, absent = (np.exp(-width / players * (rows - s) ** 2) for rows in (x, z))
    few = product_game(present, absent, nodes=5 + ceil(2 * width))
    np.testing.assert_allclose(few, product_game(present, absent), atol=1e-13)
    np.testing.assert_allclose(few.sum(axis=0), present.prod(axis=0) - absent.prod(axis=0), atol=1e-12)


def test_a_player_without_influence_gets_nothing_and_equal_players_get_the_same():
    values = product_game(np.array([0.3, 0.8, 0.8]), np.array([0.3, 0.5, 0.5]))
    assert values[0] == 0
    assert values[1] == pytest.approx(values[2], abs=1e-15)
    assert values.sum() == pytest.approx(0.3 * (0.64 - 0.25), abs=1e-15)


def test_absent_broadcasts_over_games():
    present, absent = np.random.default_rng(1).random((3, 4, 5)), np.random.default_rng(2).random((3, 1, 5))
    together = product_game(present, absent)
    np.testing.assert_allclose(together[:, 2, 3], product_game(present[:, 2, 3], absent[:, 0, 3]), atol=1e-15)


@pytest.mark.parametrize("players", [1, 2, 9, 10, 40])
def test_quadrature_integrates_the_highest_power_it_promises(players):
    nodes, weights = quadrature(players)
    degree = players - 1
    assert (weights * nodes**degree).sum() == pytest.approx(1 / (degree + 1), abs=1e-14)
