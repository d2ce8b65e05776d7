"""The explanation in a few sentences. Every sentence restates numbers of the explanation; nothing is added to them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remark:
    """One sentence of a critique, and what it stands on.

    Attributes
    ----------
    text : str
        The sentence.
    criterion : str or None
        The criterion that it speaks of; None for one about the whole picture.
    features : tuple of str
        The features whose values and effects it restates, the leading one first.
    effect : float or None
        What it says is added to (or, if negative, taken from) the score, in points.
    """

    text: str
    criterion: str | None
    features: tuple[str, ...]
    effect: float | None
