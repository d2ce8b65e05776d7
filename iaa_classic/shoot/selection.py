"""Which frames are picked: as many as asked for, above the thresholds, good and different from each other."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import UserError
from .alignment import hash_distances

Floats = NDArray[np.float64]

_FAR = 32.0
"""Bits by which perceptual hashes of unlike pictures differ, on average."""


def wanted_count(keep: str | None, frames: int) -> int | None:
    """How many frames ``"20"`` or ``"15%"`` of ``frames`` are; None for None. At least one.

    >>> wanted_count("15%", 600)
    90
    """
    if keep is None:
        return None
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*", keep)
    if match is None or (not match[2] and "." in match[1]) or (match[2] and float(match[1]) > 100) or float(match[1]) == 0:
        raise UserError(f"--keep takes a number of photographs or a share such as 15%, got {keep!r}")
    number = float(match[1])
    return max(1, round(frames * number / 100)) if match[2] else int(number)


def thresholds(given: Sequence[str], criteria: Sequence[str]) -> dict[str, float]:
    """Lowest marks by criterion of ``["sharpness=40", ...]``.

    Raises
    ------
    UserError
        If one is not of that form, or the model does not know the criterion.
    """
    least: dict[str, float] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        try:
            mark = float(value)
        except ValueError:
            mark = math.nan
        if not equals or not 0 <= mark <= 100:
            raise UserError(f"--min takes a criterion and a mark from 0 to 100, such as sharpness=40, got {text!r}")
        if name not in criteria:
            raise UserError(f"--min: the model has no criterion {name!r}; there are {', '.join(criteria)}")
        least[name] = mark
    return least


def likeness(hashes: NDArray[np.uint64], features: Floats) -> Floats:
    """How alike pictures are, shape (n, n), 0 to 1: the larger of what their hashes and their measured features say.

    Features are standardised over the pictures; a distance equal to the median one counts 0.14, none counts 0.9.
    """
    by_hash = np.clip(1 - hash_distances(hashes) / _FAR, 0, 1)
    spread = np.nanstd(features, axis=0)
    usable = spread > 0
    if len(features) < 3 or not usable.any():
        return by_hash
    scaled = np.nan_to_num((features[:, usable] - np.nanmean(features[:, usable], axis=0)) / spread[usable])
    scaled = np.clip(scaled, -4, 4)
    squares = (scaled**2).sum(axis=1)
    distance = np.maximum(squares[:, None] + squares - 2 * scaled @ scaled.T, 0)
    usual = np.median(distance[np.triu_indices(len(distance), 1)])
    return np.asarray(np.maximum(by_hash, 0.9 * np.exp(-1.9 * distance / max(usual, 1e-9))))


def diverse(relevance: Floats, alike: Floats, count: int, diversity: float) -> list[int]:
    """Positions of ``count`` pictures, best first, by maximal marginal relevance (Carbonell and Goldstein 1998).

    Each next one is the largest of ``(1 - diversity) * relevance - diversity * likeness`` to the most similar one chosen so
    far, with relevance as ranks from 0 to 1.
    """
    total = len(relevance)
    ranks = np.empty(total)
    ranks[np.argsort(relevance, kind="stable")] = np.linspace(0, 1, total) if total > 1 else 1.0
    chosen: list[int] = []
    nearest = np.zeros(total)
    left = np.ones(total, dtype=bool)
    for _ in range(min(count, total)):
        value = np.where(left, (1 - diversity) * ranks - diversity * nearest, -np.inf)
        best = int(np.argmax(value))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, alike[best])
    return chosen
