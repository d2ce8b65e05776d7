"""Kernels of the criterion sharpness: what happens across an edge."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatPlane = NDArray[np.float32]

_DIAGONAL = 2.414213562373095
"""tan(67.5 degrees)."""

_REACH = 100
"""Longest walk, in pixels, in search of the end of an edge (Narvekar & Karam's code)."""


_TIE = 1.0001
"""Neighbours higher by less than this are equals: beside a perfect step rounding would leave no crest at all."""


@kernel
def sobel_at(plane: FloatPlane, y: int, x: int) -> tuple[float, float]:
    """Sobel 3x3 gradient (x, y) at one inner pixel, per pixel."""
    falling = plane[y + 1, x + 1] - plane[y - 1, x - 1]
    rising = plane[y - 1, x + 1] - plane[y + 1, x - 1]
    across = falling + rising + 2 * (plane[y, x + 1] - plane[y, x - 1])
    down = falling - rising + 2 * (plane[y + 1, x] - plane[y - 1, x])
    return across / 8, down / 8


@kernel
def is_step(energy: float, along: float, near: float, near_too: float, far: float, far_too: float) -> bool:
    """Whether a pixel of gradient ``energy`` is the crest of a step, given its neighbours one and two pixels off.

    The neighbours lie on the axis nearest to the gradient, which has the share ``along`` of the energy on that axis. Two
    pixels on the axis are d^2 = 4 along of squared distance from the edge. There a step smoothed by 3 pixels keeps
    exp(-d^2 / 18) of its height, the flank of a thin line, which says nothing about focus, less than exp(-2 d^2 / 18);
    the line is drawn between.
    """
    if near > _TIE * energy or near_too > _TIE * energy:
        return False
    return math.sqrt(far) + math.sqrt(far_too) >= 2 * math.exp(-along / 3) * math.sqrt(energy)


@kernel
def step_sums(
    luma: FloatPlane, smooth: FloatPlane, tile_height: int, cell: int, margin: int, threshold: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Gradients g of ``luma`` and G of ``smooth`` on the crests of edges, and the energy of G everywhere.

    The planes are stacks of tiles of ``tile_height`` rows. A crest is a pixel with ``|G| > threshold`` where ``is_step``
    holds; crests nearer than ``margin`` (at least 3) to a tile's border are left out. Returns

    - sums over the crests of each cell of ``cell`` pixels: g . G, G . G, 1; float64, shape (3, tiles, rows, columns);
    - mean of G . G in each whole block of 8x8 pixels; shape (tiles, block rows, block columns);
    - the structure tensor of G, mean of Gx Gx, Gx Gy and Gy Gy over all inner pixels; shape (3,).
    """
    height, width = luma.shape
    tiles = height // tile_height
    cells = np.zeros((3, tiles, -(-tile_height // cell), -(-width // cell)))
    activity = np.zeros((tiles, tile_height // 8, width // 8))
    tensor = np.zeros(3)
    # The last five rows of G and its energy: row y stands at y % 5.
    across = np.zeros((5, width), dtype=np.float32)
    down = np.zeros((5, width), dtype=np.float32)
    energy = np.zeros((5, width), dtype=np.float32)
    floor = np.float32(threshold * threshold)
    eighth = np.float32(0.125)
    two = np.float32(2)
    for y in range(1, height - 1):
        gx, gy, squares = across[y % 5], down[y % 5], energy[y % 5]
        for x in range(1, width - 1):
            falling = smooth[y + 1, x + 1] - smooth[y - 1, x - 1]
            rising = smooth[y - 1, x + 1] - smooth[y + 1, x - 1]
            gx[x] = (falling + rising + two * (smooth[y, x + 1] - smooth[y, x - 1])) * eighth
            gy[x] = (falling - rising + two * (smooth[y + 1, x] - smooth[y - 1, x])) * eighth
            squares[x] = gx[x] * gx[x] + gy[x] * gy[x]
        for x in range(1, width - 1):
            tensor[0] += gx[x] * gx[x]
            tensor[1] += gx[x] * gy[x]
            tensor[2] += gy[x] * gy[x]
        tile, block = y // tile_height, y % tile_height // 8
        if block < activity.shape[1]:
            for j in range(activity.shape[2]):
                for x in range(8 * j, 8 * j + 8):
                    activity[tile, block, j] += squares[x]
        crest = y - 2
        tile, row = crest // tile_height, crest % tile_height
        if crest < 0 or row < margin or row >= tile_height - margin:
            continue
        gx, gy, squares = across[crest % 5], down[crest % 5], energy[crest % 5]
        above, below = energy[(crest - 1) % 5], energy[(crest + 1) % 5]
        top, bottom = energy[(crest - 2) % 5], energy[y % 5]
        for x in range(margin, width - margin):
            here = squares[x]
            if here <= floor:
                continue
            if abs(gx[x]) >= abs(gy[x]):
                along = gx[x] * gx[x] / here
                found = is_step(here, along, squares[x - 1], squares[x + 1], squares[x - 2], squares[x + 2])
            else:
                along = gy[x] * gy[x] / here
                found = is_step(here, along, above[x], below[x], top[x], bottom[x])
            if found:
                fine_x, fine_y = sobel_at(luma, crest, x)
                i, j = row // cell, x // cell
                cells[0, tile, i, j] += fine_x * gx[x] + fine_y * gy[x]
                cells[1, tile, i, j] += here
                cells[2, tile, i, j] += 1
    return cells, activity / 64, tensor / max(1, (height - 2) * (width - 2))


@kernel
def edge_profiles(
    luma: FloatPlane, strength: FloatPlane, cutoff: float, contrast: float, beyond: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Width and double overshoot of vertical edges, measured along their row.

    ``luma`` is 0..255, ``strength`` (same shape) the squared vertical-edge response. An edge pixel, not on the frame's
    border, has ``strength > cutoff`` and is a maximum along its row or its column (of two equals, the second), and its
    gradient lies within 22.5 degrees of horizontal. From there Marziliano's walk goes outwards on both sides for as long as
    the luma keeps rising (falling). Returns, per edge pixel, its row, its column and

    - the distance between the two ends of the walk;
    - how far the ends rise above and fall below the level ``beyond`` pixels further out, the smaller of the two sides as a
      share of the step between the ends; -1 where the step is below ``contrast`` or the frame ends before.
    """
    height, width = luma.shape
    rows = np.empty(height * width, dtype=np.int64)
    columns = np.empty(height * width, dtype=np.int64)
    widths = np.empty(height * width, dtype=np.float32)
    overshoots = np.empty(height * width, dtype=np.float32)
    count = 0
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            here = strength[y, x]
            if here <= cutoff:
                continue
            if not (here >= strength[y, x - 1] and here > strength[y, x + 1]) and not (
                here >= strength[y - 1, x] and here > strength[y + 1, x]
            ):
                continue
            gx = luma[y, x + 1] - luma[y, x - 1]
            gy = luma[y + 1, x] - luma[y - 1, x]
            if abs(gx) <= _DIAGONAL * abs(gy) and (gx != 0 or gy != 0):
                continue
            sign = np.float32(-1 if gx < 0 else 1)
            right = x + 1
            while right + 1 < width and right - x <= _REACH and sign * (luma[y, right + 1] - luma[y, right]) > 0:
                right += 1
            left = x - 1
            while left - 1 >= 0 and x - left <= _REACH and sign * (luma[y, left] - luma[y, left - 1]) > 0:
                left -= 1
            overshoot = np.float32(-1)
            step = sign * (luma[y, right] - luma[y, left])
            if step >= contrast and left - beyond >= 0 and right + beyond < width:
                above = sign * (luma[y, right] - luma[y, right + beyond])
                below = sign * (luma[y, left - beyond] - luma[y, left])
                overshoot = max(np.float32(0), min(above, below)) / step
            rows[count], columns[count] = y, x
            widths[count], overshoots[count] = right - left, overshoot
            count += 1
    return rows[:count].copy(), columns[:count].copy(), widths[:count].copy(), overshoots[:count].copy()


@kernel
def variation_lost(luma: FloatPlane, smooth: FloatPlane) -> tuple[float, float]:
    """Sum of the absolute Sobel differences D along rows, and of ``max(0, D - D of smooth)``, over the inner pixels.

    Inner is from the third to the last but one row and column, as in skimage.
    """
    total = 0.0
    lost = 0.0
    two = np.float32(2)
    for y in range(2, luma.shape[0] - 1):
        for x in range(2, luma.shape[1] - 1):
            sharp = abs(
                luma[y - 1, x + 1]
                - luma[y - 1, x - 1]
                + two * (luma[y, x + 1] - luma[y, x - 1])
                + luma[y + 1, x + 1]
                - luma[y + 1, x - 1]
            )
            left = abs(
                smooth[y - 1, x + 1]
                - smooth[y - 1, x - 1]
                + two * (smooth[y, x + 1] - smooth[y, x - 1])
                + smooth[y + 1, x + 1]
                - smooth[y + 1, x - 1]
            )
            total += sharp
            lost += max(sharp - left, 0.0)
    return total / 8, lost / 8


@kernel
def block_sums(luma: FloatPlane, tile_height: int, side: int) -> NDArray[np.float64]:
    """Per block of ``side`` x ``side`` pixels: mean ``|N * I|`` of Immerkaer's mask N, mean, share of pixels clipped.

    ``luma`` (0..255) is a stack of tiles of ``tile_height`` rows. The mask is left out where it would reach over a
    tile's border; incomplete blocks are left out. Clipped is at most 1 or at least 254. Returns float64, shape (3,
    tiles, rows, columns).
    """
    height, width = luma.shape
    tiles, rows, columns = height // tile_height, tile_height // side, width // side
    sums = np.zeros((3, tiles, rows, columns))
    response = np.zeros(width, dtype=np.float32)
    for tile in range(tiles):
        for row in range(rows):
            inside = 0
            for y in range(tile * tile_height + row * side, tile * tile_height + (row + 1) * side):
                if 0 < y - tile * tile_height < tile_height - 1:
                    inside += 1
                    for x in range(1, width - 1):
                        response[x] = abs(
                            luma[y - 1, x - 1]
                            + luma[y - 1, x + 1]
                            + luma[y + 1, x - 1]
                            + luma[y + 1, x + 1]
                            - 2 * (luma[y - 1, x] + luma[y + 1, x] + luma[y, x - 1] + luma[y, x + 1])
                            + 4 * luma[y, x]
                        )
                    for j in range(columns):
                        for x in range(j * side, (j + 1) * side):
                            sums[0, tile, row, j] += response[x]
                for j in range(columns):
                    for x in range(j * side, (j + 1) * side):
                        value = luma[y, x]
                        sums[1, tile, row, j] += value
                        if value <= 1 or value >= 254:
                            sums[2, tile, row, j] += 1
            for j in range(columns):
                across = side - (1 if j == 0 else 0) - (1 if (j + 1) * side == width else 0)
                sums[0, tile, row, j] /= max(1, inside * across)
                sums[1, tile, row, j] /= side * side
                sums[2, tile, row, j] /= side * side
    return sums
