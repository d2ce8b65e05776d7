"""Compiled loops on the orientation of edges. Each has a plain twin in the tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatRow = NDArray[np.float32]
IntRow = NDArray[np.int32]


@kernel
def strongest_orientation(
    responses: NDArray[np.float32], steering: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Largest absolute response of n steered odd filters per pixel, and its filter: k if positive, k + n if negative.

    ``responses`` (6, pixels) are those of six basis filters, ``steering`` (n, 6) their weights in each steered one.
    The first filter wins a tie; where all are 0 the strength and index are 0.
    """
    count, pixels = steering.shape[0], responses.shape[1]
    strength = np.zeros(pixels, np.float32)
    index = np.zeros(pixels, np.uint8)
    chunk = 1024  # stays in the first-level cache while all orientations pass over it
    value, which = np.empty(chunk, np.float32), np.empty(chunk, np.float32)
    for start in range(0, pixels, chunk):
        stop = min(start + chunk, pixels)
        best = strength[start:stop]
        which[:] = 0
        for k in range(count):
            _steered(responses, steering[k], start, stop, value)
            _keep_larger(value, np.float32(k), np.float32(k + count), best, which)
        for p in range(stop - start):
            index[start + p] = np.uint8(np.int32(which[p]))
    return strength, index


@kernel
def _steered(responses: NDArray[np.float32], weights: FloatRow, start: int, stop: int, value: FloatRow) -> None:
    """Weighted sum of the six responses from ``start`` to ``stop``."""
    w0, w1, w2, w3, w4, w5 = weights
    r0, r1, r2 = responses[0][start:stop], responses[1][start:stop], responses[2][start:stop]
    r3, r4, r5 = responses[3][start:stop], responses[4][start:stop], responses[5][start:stop]
    for p in range(r0.size):
        value[p] = w0 * r0[p] + w1 * r1[p] + w2 * r2[p] + w3 * r3[p] + w4 * r4[p] + w5 * r5[p]


@kernel
def _keep_larger(value: FloatRow, positive: np.float32, negative: np.float32, best: FloatRow, which: FloatRow) -> None:
    """Names stand in floats beside the sizes, so that both fill vectors of one length."""
    zero = np.float32(0)
    for p in range(best.size):
        name = positive if value[p] > zero else negative
        which[p] = name if abs(value[p]) > best[p] else which[p]
    for p in range(best.size):
        best[p] = max(abs(value[p]), best[p])


@kernel
def strongest_places(strength: FloatRow, number: int, floor: float) -> IntRow:
    """Places of about the ``number`` largest values, in order of place, those below ``floor`` left out.

    A few more may be returned, since the limit is the border of one of 4096 bins up to the largest value.
    """
    bins = 4096
    limit = np.float32(floor)
    top = float(strength.max())
    if strength.size > number and top > limit:
        width = top * 1.0001 / bins
        counts = np.zeros(bins, np.int64)
        for value in strength:
            counts[int(value * (1 / width))] += 1
        lowest = bins - 1
        total = counts[lowest]
        while total < number:
            lowest -= 1
            total += counts[lowest]
        limit = max(limit, np.float32(lowest * width))
    places = np.empty(strength.size, np.int32)
    found = 0
    for p in range(strength.size):
        places[found] = p
        found += 1 if strength[p] >= limit else 0
    return places[:found].copy()


@kernel
def count_relative_orientations(
    x: IntRow, y: IntRow, orientation: IntRow, place: NDArray[np.int16], rings: int, orientations: int
) -> NDArray[np.int32]:
    """Histogram of the orientation of one edge seen from another, by distance and direction, over all pairs.

    With n ``orientations`` there are 2 n directions. ``place[dy, dx + reach]`` for 0 <= dy <= reach, |dx| <= reach is
    (ring * 4 n + direction) * n, with ring = ``rings`` where the distance is not counted (all of |dx| = reach must be
    so); ``y`` must not decrease. Returns counts[ring, direction relative to the first edge's orientation, orientation
    relative to it]; each unordered pair is counted once, seen from its first edge.
    """
    reach = np.int32(place.shape[0] - 1)
    flat_place = place.ravel()
    # Directions run on beyond the full circle, so that turning needs no comparison; the two rounds are added in the end.
    counts = np.zeros((rings + 1) * 4 * orientations * orientations, np.int32)
    offset, turned = np.empty(x.size, np.int32), np.empty(x.size, np.int32)
    last = 0
    for i in range(x.size):
        while last < x.size and y[last] - y[i] <= reach:
            last += 1
        _look_around(x[i:last], y[i:last], orientation[i:last], reach, orientations, offset, turned)
        for j in range(last - i - 1):
            counts[flat_place[offset[j]] + turned[j]] += 1
    twice = counts.reshape(rings + 1, 2, 2 * orientations, orientations)[:rings]
    return twice[:, 0] + twice[:, 1]


@kernel
def _look_around(
    x: IntRow, y: IntRow, orientation: IntRow, reach: np.int32, orientations: int, offset: IntRow, turned: IntRow
) -> None:
    """For all edges but the first, seen from it: where to look up their place, and what their orientation adds to it."""
    width, count = 2 * reach + 1, np.int32(orientations)
    here_x, here_y, own = x[0], y[0], orientation[0]
    other_x, other_y, other = x[1:], y[1:], orientation[1:]
    for j in range(other_x.size):
        across = min(max(other_x[j] - here_x, -reach), reach)
        offset[j] = (other_y[j] - here_y) * width + across + reach
    for j in range(other_x.size):
        relative = other[j] - own
        relative += count if relative < 0 else 0
        turned[j] = 2 * own * count + relative


@kernel
def direction_counts(direction: NDArray[np.float32], magnitude: NDArray[np.float32], floor: float) -> NDArray[np.int64]:
    """How many pixels of at least ``floor`` fall into each of 32 bins of direction, 0..360 degrees."""
    counts = np.zeros(32, np.int64)
    least, per_degree = np.float32(floor), np.float32(32 / 360)
    width = direction.shape[1]
    bins, strong = np.empty(width, np.int32), np.empty(width, np.int32)
    for y in range(direction.shape[0]):
        angles, sizes = direction[y], magnitude[y]
        for x in range(width):
            bins[x] = min(np.int32(31), np.int32(angles[x] * per_degree))
        found = 0
        for x in range(width):  # without a branch, since the outcome for the next pixel is hard to guess
            strong[found] = bins[x]
            found += 1 if sizes[x] >= least else 0
        for x in range(found):
            counts[strong[x]] += 1
    return counts
