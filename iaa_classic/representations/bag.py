"""``BagOfVisualWords``: how often each word of a visual vocabulary occurs in a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..features.kernels.words import nearest_words
from ..images import MAX_PIXELS
from ..threads import one_thread
from .fisher import check_arrays
from .patches import patches
from .pictures import Matrix, Work, require_whole
from .vocabulary import STRIPS, PatchVocabulary, signed_power, strips_of

_DEPTHS = {"gradient": 128, "colour": 96}


class BagOfVisualWords(PatchVocabulary):
    """Histograms of visual words of gradient and colour patches, over the whole picture and three strips.

    A word is a centre that k-means finds among patches; every patch counts for the nearest. Counts become shares, are weighed
    by ln((1 + n) / (1 + m)) + 1 for a word that m of the n pictures of ``fit`` hold (tf-idf), square-rooted and brought to unit
    norm for each region. Their inner products are then a Hellinger kernel. Kinds of patches share the squared norm, which is
    1, by ``colour_share``; so do regions, evenly.

    Parameters
    ----------
    n_words : int, default=256
        Words of each kind of patches.
    pyramid, colour_share, n_patches, random_state
        As in ``FisherVector``.
    n_jobs, max_pixels, on_error, progress
        As in ``FeatureExtractor``.

    Attributes
    ----------
    words_ : dict of str to dict of str to ndarray
        For each kind of patches ``scale`` (d,), by which patches are multiplied, ``words`` (K, d) and ``rarity`` (K,), float32.
    n_columns_ : int
    failures_ : DataFrame
        Pictures of the last call that could not be read: ``position``, ``source``, ``error``.

    References
    ----------
    Csurka, Dance, Fan, Willamowski, Bray 2004, Visual categorization with bags of keypoints; Lazebnik, Schmid, Ponce 2006,
    Beyond bags of features; Sivic & Zisserman 2003, Video Google (tf-idf).
    """

    _fitted_names: ClassVar[frozenset[str]] = frozenset({"words_"})

    words_: dict[str, dict[str, Matrix]]

    def __init__(
        self,
        n_words: int = 256,
        *,
        pyramid: bool = True,
        colour_share: float = 0.3,
        n_patches: int = 40_000,
        random_state: int | None = 0,
        n_jobs: int | None = None,
        max_pixels: int = MAX_PIXELS,
        on_error: str = "missing",
        progress: bool = False,
    ) -> None:
        self.n_words = n_words
        self.pyramid = pyramid
        self.colour_share = colour_share
        self.n_patches = n_patches
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.max_pixels = max_pixels
        self.on_error = on_error
        self.progress = progress

    @property
    def n_columns_(self) -> int:
        """Length of a vector."""
        return len(self.channels) * self.n_words * self.n_regions

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns; ``input_features`` is ignored, as the input is pictures."""
        return self._names("word", self.n_words)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        require_whole("n_words", self.n_words, 1)

    def _learn(self, sources: Sequence[Any]) -> None:
        from sklearn.cluster import MiniBatchKMeans

        drawn = self._drawn(sources)
        if len(drawn["gradient"]) < self.n_words:
            raise ValueError(f"{len(drawn['gradient'])} patches are too few for {self.n_words} words; give more pictures")
        learned = {}
        for name in self.channels:
            spread = drawn[name].std(axis=0, dtype=np.float64)
            # Means of colours vary more than their deviations; orientations are on one scale already.
            scale = np.where(spread > 0, 1 / np.maximum(spread, 1e-6), 0) if name == "colour" else np.ones(_DEPTHS[name])
            with one_thread():
                means = MiniBatchKMeans(self.n_words, n_init=1, batch_size=4096, max_iter=30, random_state=self.random_state)
                means.fit((drawn[name] * scale).astype(np.float32))
            learned[name] = {
                "scale": scale.astype(np.float32),
                "words": means.cluster_centers_.astype(np.float32),
                "rarity": np.ones(self.n_words, dtype=np.float32),
            }
        self.words_ = learned
        self._weigh(sources)

    def _weigh(self, sources: Sequence[Any]) -> None:
        """Inverse document frequencies over the pictures."""
        held, pictures = np.zeros((len(self.channels), self.n_words)), 0
        for _, shares in self._each(sources, self._encoder(raw=True), "Counting words"):
            held += shares.reshape(len(self.channels), self.n_regions, -1)[:, 0] > 0
            pictures += 1
        for name, own in zip(self.channels, held, strict=True):
            self.words_[name]["rarity"] = (np.log((1 + pictures) / (1 + own)) + 1).astype(np.float32)

    def _encoder(self, raw: bool = False) -> Work:
        shares = {"gradient": 1 - self.colour_share, "colour": self.colour_share}
        return _Count({name: (self.words_[name], shares[name]) for name in self.channels}, self.pyramid, raw)

    def _check_fitted(self, state: Mapping[str, Any]) -> None:
        words = state.get("words_")
        if not isinstance(words, dict) or list(words) != list(self.channels):
            raise ValueError("bag of visual words: its words are not those of its kinds of patches")
        for name, arrays in words.items():
            depth = _DEPTHS[name]
            shapes = {"scale": (depth,), "words": (self.n_words, depth), "rarity": (self.n_words,)}
            check_arrays("bag of visual words", arrays, shapes)


@dataclass(frozen=True, eq=False)
class _Count:
    """Turns the cells of one picture into its row; ``raw``: shares of words as they are."""

    words: dict[str, tuple[dict[str, Matrix], float]]
    pyramid: bool
    raw: bool

    def __call__(self, packed: Any) -> Matrix:
        found = patches(packed)
        strip = strips_of(found)
        rows = []
        for name, (own, part) in self.words.items():
            words = own["words"]
            halves = (words.astype(np.float64) ** 2).sum(axis=1) / 2
            table = np.ascontiguousarray(words.T)
            nearest = nearest_words(found.channel(name) * own["scale"], table, halves.astype(np.float32))
            counts = np.bincount(strip * len(words) + nearest, minlength=STRIPS * len(words)).reshape(STRIPS, -1)
            regions = np.vstack([counts.sum(axis=0), counts])[: 4 if self.pyramid else 1]
            shares = (regions / np.maximum(regions.sum(axis=1, keepdims=True), 1)).astype(np.float32)
            if not self.raw:
                shares = signed_power(shares * own["rarity"], 0.5) * np.float32(np.sqrt(part / len(shares)))
            rows.append(shares.ravel())
        row: Matrix = np.concatenate(rows)
        return row
