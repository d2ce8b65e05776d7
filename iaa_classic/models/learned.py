"""``LearnedContent``: a fitted representation with the weights of its columns, and the photographs that it was learned from."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..features import Feature, Picture
from ..representations.learned_column import NAME, content_record

__all__ = ["NAME", "SKETCH", "Alike", "LearnedContent", "sketched"]

SKETCH = 512
"""Numbers by which a photograph's vector is remembered."""

_VERSION = 1
"""Raised when the same fitted representation gives other numbers."""

Floats = NDArray[np.float64]


class Alike(NamedTuple):
    """A photograph of the training table that looks like another: its name, its rating, the cosine of the two vectors."""

    name: str
    rating: float
    likeness: float


@dataclass(frozen=True, eq=False)
class LearnedContent:
    """From a picture to the opinion of learned content: ``vector @ weights + offset``, in points of the score.

    Attributes
    ----------
    representation : FisherVector, BagOfVisualWords or Embedding
        Fitted.
    weights : ndarray of float32, shape (n_columns,)
    centre : ndarray of float32, shape (n_columns,)
        Mean vector of the training photographs.
    names : list of str
        What the remembered training photographs are called: a number, or the name of the file where that was asked for.
    ratings : ndarray of float64, shape (n,)
    sketches : ndarray of float32, shape (n, SKETCH)
        Their centred vectors, sketched; no pixels can be had back from them.
    """

    representation: Any
    weights: NDArray[np.float32]
    centre: NDArray[np.float32]
    names: list[str]
    ratings: Floats
    sketches: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuse parts that do not fit together."""
        from ..representations.pictures import PictureEncoder

        if not isinstance(self.representation, PictureEncoder):
            raise ValueError("learned content: it has no representation of pictures")
        columns = self.representation.n_columns_
        for name, kind, shape in (
            ("weights", np.float32, (columns,)),
            ("centre", np.float32, (columns,)),
            ("ratings", np.float64, (len(self.names),)),
            ("sketches", np.float32, (len(self.names), SKETCH)),
        ):
            array = getattr(self, name)
            if not isinstance(array, np.ndarray) or array.dtype != kind or array.shape != shape:
                raise ValueError(f"learned content: {name} is not an array of {np.dtype(kind)} of shape {shape}")
            if not np.isfinite(array).all():
                raise ValueError(f"learned content: {name} holds values that are not finite")
        if not isinstance(self.names, list) or not all(isinstance(name, str) for name in self.names):
            raise ValueError("learned content: the names are not a list of strings")

    def __getstate__(self) -> dict[str, Any]:
        """The attributes without what was derived from them."""
        state = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return state | {"representation": bare(self.representation)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Check the attributes as a new object would."""
        self.__init__(**state)  # type: ignore[misc]

    @cached_property
    def feature(self) -> Feature:
        """The record of the column, which is measured as any feature is; its version tells fits apart."""
        return content_record(_Opinion(self), self._version())

    def vectors(self, pictures: Any) -> NDArray[np.float32]:
        """Vectors of pictures, (n, n_columns); NaN where one cannot be read."""
        found: NDArray[np.float32] = np.asarray(bare(self.representation).transform(pictures), dtype=np.float32)
        return found

    def opinions(self, vectors: NDArray[np.float32]) -> Floats:
        """What learned content says of pictures, in points of the score: 0 on average over the training photographs."""
        return np.array([float(np.dot((row - self.centre).astype(np.float64), self.weights)) for row in vectors])

    def alike(self, vector: NDArray[np.float32], count: int = 5) -> list[Alike]:
        """The training photographs whose vectors are nearest by angle, nearest first."""
        own = sketched((vector - self.centre)[None])[0].astype(np.float64)
        kept = self.sketches.astype(np.float64)
        norms = np.linalg.norm(kept, axis=1) * np.linalg.norm(own)
        cosines = np.where(norms > 0, kept @ own / np.maximum(norms, 1e-300), 0.0)
        order = np.argsort(-cosines, kind="stable")[:count]
        return [Alike(self.names[k], float(self.ratings[k]), float(np.clip(cosines[k], -1, 1))) for k in order]

    def _version(self) -> int:
        digest = hashlib.sha256(f"{_VERSION} {type(self.representation).__name__}".encode())
        for array in (self.weights, self.centre):
            digest.update(array.tobytes())
        parameters = {name: repr(value) for name, value in bare(self.representation).get_params(deep=False).items()}
        digest.update(json.dumps(parameters, sort_keys=True).encode())
        for name in sorted(self.representation._fitted_names):
            digest.update(repr(_flat(getattr(self.representation, name))).encode())
        return int.from_bytes(digest.digest()[:4], "big") >> 1


def bare(representation: Any) -> Any:
    """A copy with parameters and what was learned, without what is known of the last call."""
    given = representation.get_params(deep=False)
    plain = {name: os.fspath(value) if isinstance(value, os.PathLike) else value for name, value in given.items()}
    copy = type(representation)(**plain)
    vars(copy).update({name: getattr(representation, name) for name in representation._fitted_names})
    return copy


def _flat(value: Any) -> Any:
    """Something whose ``repr`` tells fitted attributes apart."""
    if isinstance(value, dict):
        return {key: _flat(item) for key, item in value.items()}
    return hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest() if isinstance(value, np.ndarray) else value


class _Opinion:
    """What learned content says of a picture, in points of the score."""

    def __init__(self, content: LearnedContent) -> None:
        self.content = content
        self.encode = content.representation._encoder()
        part = type(content.representation)._part
        self.part = part if isinstance(part, str) else None  # an embedding looks at the picture itself

    def __call__(self, picture: Picture) -> float:
        """Encode and weigh one picture."""
        from ..representations.descriptors import described

        vector = self.encode(picture if self.part is None else described(self.part, picture))
        return float(self.content.opinions(vector[None])[0])


def sketched(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors (n, d) brought to (n, SKETCH), their inner products kept up to a spread of |a| |b| / sqrt(SKETCH).

    A count sketch (Charikar, Chen, Farach-Colton 2002): every column is added to one of the sums under a sign, both drawn by a
    hash of its position. Vectors of at most ``SKETCH`` columns are kept as they are.
    """
    count, depth = vectors.shape
    if depth <= SKETCH:
        return np.pad(vectors, ((0, 0), (0, SKETCH - depth))).astype(np.float32)
    mixed = np.arange(1, depth + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    place, sign = (mixed >> np.uint64(40)) % np.uint64(SKETCH), np.where(mixed & np.uint64(1), 1.0, -1.0)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(SKETCH, dtype=np.uint64))
    if len(np.unique(place)) < SKETCH:
        sums = np.zeros((SKETCH, count))
        np.add.at(sums, place.astype(np.int64), (vectors * sign).T)
        return sums.T.astype(np.float32)
    signs = sign[order]
    return np.array([np.add.reduceat(row[order] * signs, starts) for row in vectors], dtype=np.float32).reshape(count, SKETCH)
