"""How much a model relies on each criterion and feature: the size of its effects, and what shuffling its values costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..models.shuffling import shuffler
from ..models.trees import chunks
from .resampling import interval, means
from .subject import Judge

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

_WIDTH = 2048
"""Support vectors or trees that are reckoned with when a table is cut into pieces that fit into memory."""


class Agreement(Protocol):
    """A rank-based figure over resamples, of which more is better: of predictions of shape (n,), shape (resamples,)."""

    label: str

    def __call__(self, predicted: Floats) -> Floats:
        """The figures."""
        ...


class Fold(NamedTuple):
    """Some photographs, by position, and the model that judges them."""

    rows: Rows
    judge: Judge


class Sizes(NamedTuple):
    """Mean absolute effects with their intervals, and standard deviations, each of shape (k,)."""

    effect: Floats
    low: Floats
    high: Floats
    sd: Floats


class Costs(NamedTuple):
    """What shuffling costs, each of shape (k,): the drop of an agreement and the rise of an error, with intervals."""

    drop: Floats
    drop_low: Floats
    drop_high: Floats
    rise: Floats
    rise_low: Floats
    rise_high: Floats


def effect_sizes(effects: Floats, counts: Floats) -> Sizes:
    """Sizes of effects, in points of the score.

    Parameters
    ----------
    effects : ndarray of float64, shape (n, k)
        Of criteria or of features, each photograph's.
    counts : ndarray of float64, shape (1 + n_resamples, n)
        From ``resamples``.
    """
    sizes = means(np.abs(effects), counts)
    low, high = interval(sizes)
    return Sizes(sizes[0], low, high, effects.std(axis=0))


def shares_of_variance(parts: Floats) -> Floats:
    """Share of the score's variance that each criterion carries, shape (k,): cov(part, score) / var(score).

    The shares sum to 1. One is negative where a criterion works against the others on these photographs; NaN if the score is
    the same for all.
    """
    centred = parts - parts.mean(axis=0)
    score = centred.sum(axis=1)
    together = centred.T @ score
    total = together.sum()
    return together / total if total > 0 else np.full(parts.shape[1], np.nan)


def predicted(folds: Sequence[Fold], X: Floats) -> Floats:
    """The judges' scores, shape (n,); NaN for photographs that none of them judges."""
    scores = np.full(len(X), np.nan)
    for fold in folds:
        core = fold.judge.model.core
        scores[fold.rows] = core.baseline + core.parts(X[fold.rows]).sum(axis=1)
    return scores


def linked(folds: Sequence[Fold], scores: Floats) -> Floats:
    """Scores of shape (..., n) as the answers that they stand for."""
    answers = np.full(scores.shape, np.nan)
    for fold in folds:
        answers[..., fold.rows] = fold.judge.link(scores[..., fold.rows])
    return answers


def shuffled_changes(
    folds: Sequence[Fold], X: Floats, columns: Sequence[Rows], orders: NDArray[np.intp], finished: Callable[[], None]
) -> Floats:
    """By how much each score changes when columns take the values of other photographs, shape (sets, repeats, n).

    Parameters
    ----------
    folds : sequence of Fold
    X : ndarray of float64, shape (n, n_features)
    columns : sequence of ndarray of int
        Sets of columns that are shuffled together, each inside one criterion.
    orders : ndarray of int, shape (repeats, n)
        Whose values each photograph takes: a permutation of all photographs, whatever fold they are judged in.
    finished : callable
        Called once per fold and set of columns.
    """
    changes = np.zeros((len(columns), len(orders), len(X)))
    for fold in folds:
        pieces = [fold.rows[some] for some in chunks(len(fold.rows), max(_WIDTH, X.shape[1]))]
        for number, rows in enumerate(pieces):
            own = shuffler(fold.judge.model.core, X[rows])
            for place, some in enumerate(columns):
                for repeat, order in enumerate(orders):
                    changes[place, repeat, rows] = own.change(some, X[order[rows][:, None], some])
                if number == 0:
                    finished()
    return changes


def costs(
    scores: Floats,
    changes: Floats,
    answer: Callable[[Floats], Floats],
    truth: Floats,
    agreement: Agreement,
    loss: Callable[[Floats, Floats], Floats],
    counts: Floats,
    seed: int,
) -> Costs:
    """What each shuffle costs: agreement lost and error gained.

    The intervals are over photographs (or groups of them) and over shuffles, both drawn anew in each resample.

    Parameters
    ----------
    scores, truth : ndarray of float64, shape (n,)
    changes : ndarray of float64, shape (sets, repeats, n)
    answer : callable
        From scores of shape (n,) to what ``loss`` compares with the truth.
    agreement : Agreement
        Built for the truth and ``counts``.
    loss : callable
        ``(truth, answers) -> losses``, one per photograph.
    counts : ndarray of float64, shape (1 + n_resamples, n)
    """
    before, loss_before = agreement(scores), loss(truth, answer(scores))
    repeats = changes.shape[1]
    draws = np.random.default_rng(seed + 1).multinomial(repeats, np.full(repeats, 1 / repeats), size=len(counts)) / repeats
    draws[0] = 1 / repeats
    drops, rises = (np.zeros((len(counts), len(changes))) for _ in range(2))
    for place, own in enumerate(changes):
        if not own.any():
            drops[:, place] = np.where(np.isnan(before), np.nan, 0.0)
            continue
        lost = np.array([before - agreement(scores + change) for change in own])
        gained = np.array([loss(truth, answer(scores + change)) - loss_before for change in own])
        drops[:, place] = (draws.T * lost).sum(axis=0)
        rises[:, place] = (draws * means(gained.T, counts)).sum(axis=1)
    (drop_low, drop_high), (rise_low, rise_high) = interval(drops), interval(rises)
    return Costs(drops[0], drop_low, drop_high, rises[0], rise_low, rise_high)
