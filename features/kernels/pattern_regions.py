"""Compiled loops of the segmentation into regions. Each has a plain twin in the tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel


@kernel
def merge_regions(lab: NDArray[np.float32], scales: NDArray[np.float64], smallest: int) -> NDArray[np.int32]:
    """Graph-based segmentations (Felzenszwalb & Huttenlocher 2004) over 4-neighbours, one per scale.

    ``lab`` has shape (h, w, 3). Two regions merge if the step between them is at most each one's largest inner step
    plus ``scale`` / area; then regions under ``smallest`` pixels join the neighbour with the smallest step. Returns
    labels 0, 1, ... in raster order, shape (scales, h, w).
    """
    height, width, _ = lab.shape
    pixels = height * width
    first, second, weight = _edges(lab)
    order = _counted_order(weight)
    first, second, weight = first[order], second[order], weight[order]
    labels = np.empty((scales.size, pixels), np.int32)
    refused = np.empty(order.size, np.int32)
    for s in range(scales.size):
        scale = np.float32(scales[s])
        parent = np.arange(pixels).astype(np.int32)
        area = np.ones(pixels, np.int32)
        limit = np.full(pixels, scale, np.float32)
        count = 0
        for e in range(order.size):
            a, b = _root(parent, first[e]), _root(parent, second[e])
            if a != b:
                if weight[e] <= min(limit[a], limit[b]):
                    large, small = (a, b) if area[a] >= area[b] else (b, a)  # keeps the ways to the roots short
                    parent[small] = large
                    area[large] += area[small]
                    limit[large] = weight[e] + scale / np.float32(area[large])
                else:
                    refused[count] = e
                    count += 1
        for e in refused[:count]:
            a, b = _root(parent, first[e]), _root(parent, second[e])
            if a != b and (area[a] < smallest or area[b] < smallest):
                large, small = (a, b) if area[a] >= area[b] else (b, a)
                parent[small] = large
                area[large] += area[small]
        _name(parent, labels[s])
    return labels.reshape(scales.size, height, width)


@kernel
def _name(parent: NDArray[np.int32], labels: NDArray[np.int32]) -> None:
    """Number the sets of a forest in the order in which they first appear."""
    names = np.full(parent.size, -1, np.int32)
    regions = 0
    for p in range(parent.size):
        root = _root(parent, p)
        if names[root] < 0:
            names[root] = regions
            regions += 1
        labels[p] = names[root]


@kernel
def _edges(lab: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Pairs of neighbouring pixels (raster indices), down before across, and their distance in colour."""
    height, width, _ = lab.shape
    count = height * (width - 1) + (height - 1) * width
    first = np.empty(count, np.int32)
    second = np.empty(count, np.int32)
    weight = np.empty(count, np.float32)
    e = 0
    for y in range(height):
        for x in range(width):
            for across in range(2):
                u, v = y + 1 - across, x + across
                if u < height and v < width:
                    square = np.float32(0)
                    for c in range(3):
                        step = lab[y, x, c] - lab[u, v, c]
                        square += step * step
                    weight[e] = np.sqrt(square)
                    first[e], second[e] = y * width + x, u * width + v
                    e += 1
    return first, second, weight


@kernel
def _counted_order(weight: NDArray[np.float32]) -> NDArray[np.int64]:
    """Stable order of ``weight`` in steps of 1/64, by counting, as a full sort would be the dearest part."""
    bins = 8192
    start = np.zeros(bins + 1, np.int64)
    for w in weight:
        start[min(int(w * 64), bins - 1) + 1] += 1
    for b in range(bins):
        start[b + 1] += start[b]
    order = np.empty(weight.size, np.int64)
    for e in range(weight.size):
        b = min(int(weight[e] * 64), bins - 1)
        order[start[b]] = e
        start[b] += 1
    return order


@kernel
def _root(parent: NDArray[np.int32], p: int) -> int:
    while parent[p] != p:
        parent[p] = parent[parent[p]]
        p = parent[p]
    return p


@kernel
def hull_areas(labels: NDArray[np.int32], count: int) -> NDArray[np.float64]:
    """Areas in pixels of the convex hulls of the regions 0..count-1 of a labelled picture, pixels taken as squares."""
    height, width = labels.shape
    left = np.full((count, height), width, np.int32)
    right = np.zeros((count, height), np.int32)
    for y in range(height):
        for x in range(width):
            label = labels[y, x]
            if label >= 0:
                left[label, y] = min(left[label, y], x)
                right[label, y] = max(right[label, y], x + 1)
    areas = np.empty(count, np.float64)
    for label in range(count):
        inside = right[label] > 0
        areas[label] = -_left_of_chain(-right[label], inside) - _left_of_chain(left[label], inside)
    return areas


@kernel
def _left_of_chain(x: NDArray[np.int32], inside: NDArray[np.bool_]) -> float:
    """Signed area between x = 0 and the leftmost convex chain around the pixel borders ``x`` of the inside rows."""
    chain_x = np.empty(2 * x.size, np.float64)
    chain_y = np.empty(2 * x.size, np.float64)
    n = 0
    for row in range(x.size):
        if inside[row]:
            for y in range(row, row + 2):
                while n > 1 and (chain_x[n - 1] - chain_x[n - 2]) * (y - chain_y[n - 2]) >= (x[row] - chain_x[n - 2]) * (
                    chain_y[n - 1] - chain_y[n - 2]
                ):
                    n -= 1
                chain_x[n], chain_y[n] = x[row], y
                n += 1
    area = 0.0
    for k in range(1, n):
        area += (chain_x[k] + chain_x[k - 1]) / 2 * (chain_y[k] - chain_y[k - 1])
    return area
