"""Ke's edge template: do the edges lie where they lie in well-rated pictures, or where they lie in badly rated ones?"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..features import Feature
from ..images import MAX_PIXELS
from .base import Collection, Fitted, Floats, Parts, ReferenceTransformer, class_means, means_without, require_share


class EdgeTemplate(ReferenceTransformer):
    """Place of the edges against the mean edge maps of high and low pictures: ``ke_edge_template``.

    With L a picture's 100x100 edge map of sum 1 (``descriptors.edges``) and M_high, M_low the mean maps of the two classes,
    |L - M_low|_1 - |L - M_high|_1: positive where the edges lie as in high pictures. In [-2, 2].

    Ke measures at full resolution; here the Laplacian is taken at the working scale, and a faint even map is added, so
    that a picture without edges has a value (that of an even map).

    ``fit_transform`` leaves each picture out of the collection before it is measured: see ``ReferenceTransformer``.

    Parameters
    ----------
    class_share : float, default=1/3
        Share of the pictures, by rating, that are high, and that are low; in (0, 0.5]. Two distinct ratings are the classes.
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``; without effect on descriptions.

    Attributes
    ----------
    high_, low_ : ndarray, shape (10000,)
        Mean maps of the classes, row by row.
    n_pictures_ : int
        Pictures of the collection that could be read.
    failures_ : DataFrame
        Pictures of the last call that could not: ``position``, ``source``, ``error``.

    References
    ----------
    Ke, Tang, Jing 2006, The design of high-level features for photo quality assessment, section 3.1, q_l.
    """

    _parts: ClassVar[tuple[str, ...]] = ("edges",)

    high_: Floats
    low_: Floats

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
        return [KE_EDGE_TEMPLATE]

    def _check(self) -> None:
        require_share(self.class_share)

    def _learn(self, collection: Collection) -> None:
        self.high_, self.low_ = class_means(collection.parts["edges"], collection.standing)

    def _measure(self, parts: Parts) -> Floats:
        return _nearer(parts["edges"], self.high_, self.low_)[:, None]

    def _measure_left_out(self, collection: Collection) -> Floats:
        maps, standing = collection.parts["edges"], collection.standing
        values = np.empty((len(maps), 1))
        pairs = (means_without(maps, collection.groups, standing == sign) for sign in (1, -1))
        for (rows, high), (_, low) in zip(*pairs, strict=True):
            values[rows, 0] = _nearer(maps[rows], high, low)
        return values


def _nearer(maps: NDArray[np.float32], high: Floats, low: Floats) -> Floats:
    """How much nearer each map is to ``high`` than to ``low``, in L1."""
    return np.array([np.abs(own - low).sum() - np.abs(own - high).sum() for own in maps])


KE_EDGE_TEMPLATE = Feature(
    "ke_edge_template",
    criterion="composition",
    label="edges placed as in well-rated photographs",
    unit="difference of L1 distances",
    range=(-2, 2),
    direction="higher",
    reference="Ke, Tang & Jing 2006, section 3.1, q_l",
    function=Fitted(EdgeTemplate),
)
