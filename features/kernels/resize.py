"""Shrinking by the area filter: every new pixel is the mean of the part of the picture that it covers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

UInt8Array = NDArray[np.uint8]
FloatVector = NDArray[np.float32]
FloatArray = NDArray[np.float32]

_SLIVER = 1e-3
"""Parts of pixels narrower than this are left out, as in OpenCV."""


@kernel
def shrunk_rows(pixels: UInt8Array, height: int, width: int) -> UInt8Array:
    """``pixels`` (H, W, 1 or 3) reduced to (height, width, ...), neither side larger than before.

    As OpenCV's ``INTER_AREA`` up to rounding, which works through each row from left to right before it adds up rows;
    here rows are added up first, in whole numbers, so that only a fraction of the work is left for the slower direction.
    """
    tall, wide, channels = pixels.shape
    rows = pixels.reshape(tall, wide * channels)
    first_row, last_row, head_row, tail_row = _spans(tall, height)
    first, last, head, tail = _spans(wide, width)
    share = np.float32(height * width / (tall * wide))
    sums = np.empty(wide * channels, np.uint32)
    line = np.empty(wide * channels, np.float32)
    out = np.empty((height, width, channels), np.uint8)
    for y in range(height):
        _add_rows(rows, first_row[y], last_row[y], head_row[y], tail_row[y], sums, line)
        if channels == 3:
            _fold_colours(line.reshape(wide, 3), first, last, head, tail, share, out[y])
        else:
            _fold_greys(line, first, last, head, tail, share, out[y])
    return out


@kernel
def shrunk_floats(pixels: FloatArray, height: int, width: int) -> FloatArray:
    """``pixels`` (H, W, C) of float32 reduced to (height, width, C) as by ``shrunk_rows``, without rounding to bytes."""
    tall, wide, channels = pixels.shape
    rows = pixels.reshape(tall, wide * channels)
    first_row, last_row, head_row, tail_row = _spans(tall, height)
    first, last, head, tail = _spans(wide, width)
    share = np.float32(height * width / (tall * wide))
    line = np.empty(wide * channels, np.float32)
    out = np.empty((height, width, channels), np.float32)
    for y in range(height):
        _add_float_rows(rows, first_row[y], last_row[y], head_row[y], tail_row[y], line)
        if channels == 3:
            _fold_float_colours(line.reshape(wide, 3), first, last, head, tail, share, out[y])
        else:
            _fold_floats(line.reshape(wide, channels), first, last, head, tail, share, out[y])
    return out


@kernel
def _spans(size: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatVector, FloatVector]:
    """First and last pixel under each of ``count`` equal parts of ``size`` pixels, and how much of those two it covers.

    All pixels between are covered in full. Where a part lies within one pixel, the last weighs nothing.
    """
    ratio = size / count
    first, last = np.empty(count, np.int64), np.empty(count, np.int64)
    head, tail = np.empty(count, np.float32), np.empty(count, np.float32)
    for i in range(count):
        start, stop = i * ratio, min((i + 1) * ratio, float(size))
        whole = min(int(np.ceil(start)), size - 1)
        first[i] = whole - 1 if whole - start > _SLIVER else whole
        head[i] = whole - start if whole - start > _SLIVER else 1
        last[i] = max(first[i], min(int(np.floor(stop)), size - 1))
        over = min(stop - last[i], 1.0)
        tail[i] = over if last[i] > first[i] and over > _SLIVER else 0
    return first, last, head, tail


@kernel
def _add_rows(
    rows: UInt8Array, first: int, last: int, head: np.float32, tail: np.float32, sums: NDArray[np.uint32], line: FloatVector
) -> None:
    """Put the sum of the rows ``first`` to ``last``, these two weighted by ``head`` and ``tail``, into ``line``."""
    sums[:] = 0
    row = first + 1
    while row + 3 < last:  # four rows at a time, since the sums have to travel to and from memory
        a, b, c, d = rows[row], rows[row + 1], rows[row + 2], rows[row + 3]
        for k in range(line.size):
            sums[k] += np.uint32(np.uint16(a[k]) + np.uint16(b[k]) + np.uint16(c[k]) + np.uint16(d[k]))
        row += 4
    while row < last:
        a = rows[row]
        for k in range(line.size):
            sums[k] += a[k]
        row += 1
    a, b = rows[first], rows[last]
    for k in range(line.size):
        line[k] = np.float32(sums[k]) + head * np.float32(a[k]) + tail * np.float32(b[k])


@kernel
def _fold_colours(
    line: NDArray[np.float32],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    head: FloatVector,
    tail: FloatVector,
    share: np.float32,
    out: UInt8Array,
) -> None:
    """Means of a line (W, 3) of sums into ``out`` (w, 3); three sums side by side keep the processor busy."""
    half = np.float32(0.5)
    for x in range(first.size):
        a, b, h, t = first[x], last[x], head[x], tail[x]
        red = h * line[a, 0] + t * line[b, 0]
        green = h * line[a, 1] + t * line[b, 1]
        blue = h * line[a, 2] + t * line[b, 2]
        for u in range(a + 1, b):
            red += line[u, 0]
            green += line[u, 1]
            blue += line[u, 2]
        out[x, 0] = np.uint8(np.int32(red * share + half))
        out[x, 1] = np.uint8(np.int32(green * share + half))
        out[x, 2] = np.uint8(np.int32(blue * share + half))


@kernel
def _fold_greys(
    line: FloatVector,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    head: FloatVector,
    tail: FloatVector,
    share: np.float32,
    out: UInt8Array,
) -> None:
    """Means of a line (W,) of sums into ``out`` (w, 1)."""
    half = np.float32(0.5)
    for x in range(first.size):
        total = head[x] * line[first[x]] + tail[x] * line[last[x]]
        for u in range(first[x] + 1, last[x]):
            total += line[u]
        out[x, 0] = np.uint8(np.int32(total * share + half))


@kernel
def _add_float_rows(rows: FloatArray, first: int, last: int, head: np.float32, tail: np.float32, line: FloatVector) -> None:
    """``_add_rows`` for rows of float32."""
    a, b = rows[first], rows[last]
    for k in range(line.size):
        line[k] = head * a[k] + tail * b[k]
    row = first + 1
    while row + 3 < last:
        a, b, c, d = rows[row], rows[row + 1], rows[row + 2], rows[row + 3]
        for k in range(line.size):
            line[k] += a[k] + b[k] + c[k] + d[k]
        row += 4
    while row < last:
        a = rows[row]
        for k in range(line.size):
            line[k] += a[k]
        row += 1


@kernel
def _fold_float_colours(
    line: FloatArray,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    head: FloatVector,
    tail: FloatVector,
    share: np.float32,
    out: FloatArray,
) -> None:
    """``_fold_colours`` without rounding."""
    for x in range(first.size):
        a, b, h, t = first[x], last[x], head[x], tail[x]
        red = h * line[a, 0] + t * line[b, 0]
        green = h * line[a, 1] + t * line[b, 1]
        blue = h * line[a, 2] + t * line[b, 2]
        for u in range(a + 1, b):
            red += line[u, 0]
            green += line[u, 1]
            blue += line[u, 2]
        out[x, 0] = red * share
        out[x, 1] = green * share
        out[x, 2] = blue * share


@kernel
def _fold_floats(
    line: FloatArray,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    head: FloatVector,
    tail: FloatVector,
    share: np.float32,
    out: FloatArray,
) -> None:
    """Means of a line (W, C) of sums into ``out`` (w, C)."""
    for c in range(line.shape[1]):
        for x in range(first.size):
            total = head[x] * line[first[x], c] + tail[x] * line[last[x], c]
            for u in range(first[x] + 1, last[x]):
                total += line[u, c]
            out[x, c] = total * share
