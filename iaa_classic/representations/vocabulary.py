"""What a bag of visual words and a Fisher vector share: patches drawn from the pictures, and strips of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .patches import CHANNELS, Patches, patches
from .pictures import Matrix, PictureEncoder, require_between, require_whole

STRIPS = 3
"""Horizontal strips of a picture that are encoded beside the whole, where asked for."""

_PICTURES = 2000
"""Pictures from which patches are drawn, at most."""


class PatchVocabulary(PictureEncoder):
    """Learns a vocabulary of patches. Subclasses store ``n_patches``, ``pyramid``, ``colour_share`` and ``random_state``."""

    _part = "cells"

    n_patches: int
    pyramid: bool
    colour_share: float
    random_state: int | None

    @property
    def channels(self) -> tuple[str, ...]:
        """Kinds of patches that are looked at."""
        shares = {"gradient": 1 - self.colour_share, "colour": self.colour_share}
        return tuple(name for name in CHANNELS if shares[name] > 0)

    @property
    def n_regions(self) -> int:
        """Regions of a picture that are encoded: the whole, and the strips."""
        return 1 + STRIPS * bool(self.pyramid)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require_whole("n_patches", self.n_patches, 1)
        require_between("colour_share", self.colour_share, 0, 1)
        if not isinstance(self.pyramid, bool):
            raise ValueError(f"pyramid must be True or False, got {self.pyramid!r}")
        if self.random_state is not None:
            require_whole("random_state", self.random_state, 0)

    def _drawn(self, sources: Sequence[Any]) -> dict[str, Matrix]:
        """About ``n_patches`` patches of each kind, as many from each picture.

        Raises
        ------
        ValueError
            If none of the pictures can be read.
        """
        rng = np.random.default_rng(self.random_state)
        chosen = np.arange(len(sources))
        if len(sources) > _PICTURES:
            chosen = np.sort(rng.choice(len(sources), _PICTURES, replace=False))
        draw = _Draw(max(1, -(-self.n_patches // max(len(chosen), 1))), int(rng.integers(2**31)))
        asked = [sources[int(place)] for place in chosen]
        found = [values for _, values in self._each(asked, draw, "Learning a vocabulary")]
        drawn = np.concatenate(found) if found else np.zeros((0, 224), np.float32)
        if not len(drawn):
            raise ValueError(f"{type(self).__name__} has nothing to learn from: none of {len(sources)} pictures has patches")
        return {"gradient": drawn[:, :128], "colour": drawn[:, 128:]}

    def _names(self, kind: str, per_region: int) -> NDArray[np.object_]:
        regions = ("whole", "top", "middle", "bottom")[: self.n_regions]
        return np.array(
            [f"{kind}_{channel}_{region}_{k}" for channel in self.channels for region in regions for k in range(per_region)],
            dtype=object,
        )


@dataclass(frozen=True)
class _Draw:
    """Draws patches from one picture; which, depends on the seed and on how many there are, not on the picture's place."""

    count: int
    seed: int

    def __call__(self, packed: Any) -> Matrix:
        """Gradient and colour side by side, shape (at most count, 224)."""
        found = patches(packed)
        rng = np.random.default_rng([self.seed, len(found)])
        rows = np.sort(rng.permutation(len(found))[: self.count])
        drawn: Matrix = np.hstack([found.gradient[rows], found.colour[rows]])
        return drawn


def strips_of(found: Patches) -> NDArray[np.int64]:
    """The strip of each patch's centre."""
    return np.minimum((found.height * STRIPS).astype(np.int64), STRIPS - 1)


def signed_power(values: Matrix, exponent: float) -> Matrix:
    """sign(v) |v| ** exponent, then unit norm along the last axis; what is 0 throughout stays so."""
    raised = np.sign(values) * np.abs(values) ** np.float32(exponent)
    norms = np.sqrt((raised.astype(np.float64) ** 2).sum(axis=-1, keepdims=True))
    scaled: Matrix = (raised / np.maximum(norms, 1e-12)).astype(np.float32)
    return scaled
