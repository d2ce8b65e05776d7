"""Patches against a vocabulary: projection, soft assignment and the sums of a Fisher vector in one pass; nearest words.

Sums run in the order of the patches, whatever the number of threads. The innermost loops are over components or words, so
that the compiler can work on several at a time without changing the order of any sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

NEGLIGIBLE = 1e-4
"""Posterior probabilities below this are left out of the sums."""


@kernel
def projected(patches: FloatArray, mean: FloatArray, components: FloatArray) -> FloatArray:
    """``(patches - mean) @ components`` for patches (n, d) and components (d, D): shape (n, D)."""
    count, depth = patches.shape
    width = components.shape[1]
    out = np.zeros((count, width), np.float32)
    for n in range(count):
        row = out[n]
        for d in range(depth):
            value = patches[n, d] - mean[d]
            if value != 0:
                own = components[d]
                for k in range(width):
                    row[k] += value * own[k]
    return out


@kernel
def fisher_sums(
    points: FloatArray, strip: IntArray, strips: int, constant: FloatArray, linear: FloatArray, square: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sums of posteriors, and of posteriors times points and squared points, per strip of the picture and Gaussian.

    .. math:: q_k(x) \\propto \\exp(a_k + \\sum_d x_d (b_{dk} + x_d c_{dk})), \\quad
        S^0_k = \\sum q_k(x), \\; S^1_{kd} = \\sum q_k(x) x_d, \\; S^2_{kd} = \\sum q_k(x) x_d^2

    Parameters
    ----------
    points : (n, D) float32
    strip : (n,) int64
        0 to ``strips - 1``.
    constant, linear, square : (K,), (D, K), (D, K) float32
        a, b and c: log weight less the log of the norm, mean over variance, -1/2 over variance.

    Returns
    -------
    (strips, K), (strips, K, D), (strips, K, D) of float32
    """
    count, depth = points.shape
    words = constant.size
    mass = np.zeros((strips, words), np.float32)
    first = np.zeros((strips, words, depth), np.float32)
    second = np.zeros((strips, words, depth), np.float32)
    score = np.empty(words, np.float32)
    least = np.float32(np.log(NEGLIGIBLE))
    for n in range(count):
        point = points[n]
        score[:] = constant
        for d in range(depth):
            x = point[d]
            b, c = linear[d], square[d]
            for k in range(words):
                score[k] += x * (b[k] + x * c[k])
        highest = score[0]
        for k in range(1, words):
            highest = max(highest, score[k])
        total = np.float32(0)
        for k in range(words):
            score[k] -= highest
            score[k] = np.exp(score[k]) if score[k] > least else np.float32(0)
            total += score[k]
        s = strip[n]
        for k in range(words):
            q = score[k] / total
            if q < NEGLIGIBLE:
                continue
            mass[s, k] += q
            one, two = first[s, k], second[s, k]
            for d in range(depth):
                x = point[d]
                one[d] += q * x
                two[d] += q * x * x
    return mass, first, second


@kernel
def nearest_words(points: FloatArray, words: FloatArray, half_squares: FloatArray) -> IntArray:
    """Nearest of the words (D, K) to each point (n, D), by index; ``half_squares`` (K,) holds half of their squared norms."""
    count, depth = points.shape
    found = np.empty(count, np.int64)
    score = np.empty(half_squares.size, np.float32)
    for n in range(count):
        score[:] = 0
        for d in range(depth):
            x = points[n, d]
            own = words[d]
            for k in range(score.size):
                score[k] += x * own[k]
        best, place = score[0] - half_squares[0], 0
        for k in range(1, score.size):
            value = score[k] - half_squares[k]
            if value > best:
                best, place = value, k
        found[n] = place
    return found
