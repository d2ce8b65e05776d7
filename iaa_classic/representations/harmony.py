"""Luo & Tang's learned harmony: do the colours that meet in a picture meet in well-rated ones?"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..features import Feature
from ..images import MAX_PIXELS
from .base import Collection, Fitted, Floats, Parts, ReferenceTransformer, require_share, rows_by_group
from .descriptors import CLASSES


class LearnedHarmony(ReferenceTransformer):
    """Log-likelihood ratio of the pairs of colours in a picture, high against low: ``luo_learned_harmony``.

    For hue, saturation and value apart, with h the shares of a picture's pixels in 50 classes (``descriptors.classes``), a
    pair of classes i, j has the share P_ij = h_i h_j: two pixels drawn at random are of these classes. Q_ij is the mean of P
    over the high or the low pictures, with one picture of even shares added, so that no pair is impossible. The value is
    the sum over hue, saturation and value of sum_ij P_ij ln(Q_ij high / Q_ij low). Positive where the pairs are those of
    high pictures. A picture without hues takes no part in those of hue, and has 0 there.

    Luo & Tang multiply the three mean ratios; the sum of mean logarithms is its logarithm in the form of a likelihood, and
    does not hang on the rarest pair. Their pairs weigh h_i + h_j where both classes occur at all.

    ``fit_transform`` leaves each picture out of the collection before it is measured: see ``ReferenceTransformer``.

    Parameters
    ----------
    class_share : float, default=1/3
        Share of the pictures, by rating, that are high, and that are low; in (0, 0.5]. Two distinct ratings are the classes.
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``; without effect on descriptions.

    Attributes
    ----------
    log_ratio_ : ndarray, shape (3, 50, 50)
        ln(Q high / Q low) of hue, saturation and value.
    n_pictures_ : int
        Pictures of the collection that could be read.
    failures_ : DataFrame
        Pictures of the last call that could not: ``position``, ``source``, ``error``.

    References
    ----------
    Luo & Tang 2008, Photo and video quality evaluation: focusing on the subject, section 3.4, f_h.
    """

    _parts: ClassVar[tuple[str, ...]] = ("classes",)

    log_ratio_: Floats

    def __init__(
        self,
        class_share: float = 1 / 3,
        *,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        super().__init__(n_jobs=n_jobs, max_pixels=max_pixels, on_error=on_error, progress=progress)
        self.class_share = class_share

    @property
    def records(self) -> list[Feature]:
        """Record of the column."""
        return [LUO_LEARNED_HARMONY]

    def _check(self) -> None:
        require_share(self.class_share)

    def _learn(self, collection: Collection) -> None:
        shares = _planes(collection.parts)
        high, low = (_PairSums.of(shares[collection.standing == sign]) for sign in (1, -1))
        self.log_ratio_ = np.log(high.mean()) - np.log(low.mean())

    def _measure(self, parts: Parts) -> Floats:
        return _expected(_planes(parts), self.log_ratio_)

    def _measure_left_out(self, collection: Collection) -> Floats:
        shares, standing, groups = _planes(collection.parts), collection.standing, collection.groups
        whole = {sign: _PairSums.of(shares[standing == sign]) for sign in (1, -1)}
        logs = {sign: np.log(sums.mean()) for sign, sums in whole.items()}
        values = np.empty((len(shares), 1))
        for rows in rows_by_group(groups):
            rest = dict(logs)
            for sign in {int(sign) for sign in standing[rows]} - {0}:
                rest[sign] = np.log(whole[sign].less(_PairSums.of(shares[rows][standing[rows] == sign])).mean())
            values[rows] = _expected(shares[rows], rest[1] - rest[-1])
        return values


class _PairSums:
    """Sums of P over pictures, (3, 50, 50), and numbers of pictures that have such pairs, (3,)."""

    def __init__(self, pairs: Floats, count: Floats) -> None:
        self.pairs = pairs
        self.count = count

    @classmethod
    def of(cls, shares: Floats) -> _PairSums:
        return cls(np.einsum("npi,npj->pij", shares, shares, optimize=True), shares.any(axis=2).sum(axis=0).astype(np.float64))

    def less(self, other: _PairSums) -> _PairSums:
        return _PairSums(np.maximum(self.pairs - other.pairs, 0), self.count - other.count)

    def mean(self) -> Floats:
        """Mean of P with one picture of even shares added."""
        return np.asarray((self.pairs + 1 / CLASSES**2) / (self.count + 1)[:, None, None])


def _planes(parts: Parts) -> Floats:
    """Shares of hue, saturation and value, (n, 3, 50)."""
    flat: NDArray[np.float32] = parts["classes"]
    return flat.astype(np.float64).reshape(len(flat), 3, CLASSES)


def _expected(shares: Floats, log_ratio: Floats) -> Floats:
    """Sum over planes of sum_ij P_ij log_ratio_ij, shape (n, 1)."""
    return np.asarray(np.einsum("npi,pij,npj->n", shares, log_ratio, shares, optimize=True))[:, None]


LUO_LEARNED_HARMONY = Feature(
    "luo_learned_harmony",
    criterion="colour",
    label="colour combinations of well-rated photographs",
    unit="nats",
    range=(-np.inf, np.inf),
    direction="higher",
    reference="Luo & Tang 2008, section 3.4, f_h, as a log-likelihood ratio",
    function=Fitted(LearnedHarmony),
)
