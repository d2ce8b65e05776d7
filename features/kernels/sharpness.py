"""Kernels of the criterion sharpness: what happens across an edge.

Each first sifts pixels in plain passes along a row, which the compiler turns into vector instructions as long as they hold
no branch and write one result, and then does the dearer part for the few that are left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

FloatPlane = NDArray[np.float32]
FloatRow = NDArray[np.float32]

_DIAGONAL = 2.414213562373095
"""tan(67.5 degrees)."""

_REACH = 100
"""Longest walk, in pixels, in search of the end of an edge (Narvekar & Karam's code)."""

_TIE = 1.0001
"""Neighbours higher by less than this are equals: beside a perfect step rounding would leave no crest at all."""

_BLOCK = 8


@kernel
def sobel_at(plane: FloatPlane, y: int, x: int) -> tuple[float, float]:
    """Sobel 3x3 gradient (x, y) at one inner pixel, per pixel."""
    falling = plane[y + 1, x + 1] - plane[y - 1, x - 1]
    rising = plane[y - 1, x + 1] - plane[y + 1, x - 1]
    two, eighth = np.float32(2), np.float32(0.125)
    across = falling + rising + two * (plane[y, x + 1] - plane[y, x - 1])
    down = falling - rising + two * (plane[y + 1, x] - plane[y - 1, x])
    return across * eighth, down * eighth


@kernel
def keep_steps(
    places: NDArray[np.int32],
    count: int,
    gx: FloatRow,
    gy: FloatRow,
    top: FloatRow,
    here: FloatRow,
    bottom: FloatRow,
    spare: NDArray[np.float32],
) -> int:
    """Keep those of the first ``count`` of the crests at ``places`` along a row that are crests of steps; their number.

    ``here`` is the energy of the gradient along the row, ``top`` and ``bottom`` that two rows off; ``spare`` (5, width) is
    overwritten. The neighbours of a crest lie two pixels off on the axis nearest to the gradient, which has the share
    ``along`` of the energy on that axis. Two pixels on the axis are d^2 = 4 along of squared distance from the edge.
    There a step smoothed by 3 pixels keeps exp(-d^2 / 18) of its height, the flank of a thin line, which says nothing
    about focus, less than exp(-2 d^2 / 18); the line is drawn between.
    """
    energy, along, far, far_too, step = spare[0], spare[1], spare[2], spare[3], spare[4]
    for k in range(count):
        x = places[k]
        level = abs(gx[x]) >= abs(gy[x])
        across, down = gx[x] * gx[x], gy[x] * gy[x]
        left, right, above, below = here[x - 2], here[x + 2], top[x], bottom[x]
        energy[k] = here[x]
        along[k] = across if level else down
        far[k] = left if level else above
        far_too[k] = right if level else below
    one, zero = np.float32(1), np.float32(0)
    for k in range(count):
        # (sqrt(far) + sqrt(far_too))^2 against (2 exp(-along / 3))^2 energy: one root instead of three.
        root = np.sqrt(far[k] * far_too[k])
        # Unlike the operator, np.divide checks for no zero, and so is computed for many crests at a time.
        limit = _exp_near_half(np.divide(along[k], energy[k]) / -1.5) * energy[k] * 4.0
        step[k] = one if np.float64(far[k] + far_too[k]) + 2.0 * root >= limit else zero
    kept = 0
    for k in range(count):  # without a branch, as in ``_above``
        places[kept] = places[k]
        kept += 1 if step[k] > zero else 0
    return kept


@kernel
def _exp_near_half(x: float) -> float:
    """exp(x) for -0.7 <= x <= -0.3 to 1e-12, by a series that, unlike the function, is computed for many x at a time."""
    d = x + 0.5
    high = 1 / 120 + d * (1 / 720 + d * (1 / 5040 + d * (1 / 40320 + d / 362880)))
    return 0.6065306597126334 * (1 + d * (1 + d * (1 / 2 + d * (1 / 6 + d * (1 / 24 + d * high)))))


@kernel
def step_sums(
    luma: FloatPlane, smooth: FloatPlane, tile_height: int, cell: int, margin: int, threshold: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gradients g of ``luma`` and G of ``smooth`` on the crests of edges, and the energy of G everywhere.

    The planes are stacks of tiles of ``tile_height`` rows. A crest is a pixel with ``|G| > threshold`` kept by
    ``keep_steps``; crests nearer than ``margin`` (at least 3) to a tile's border are left out. Returns

    - sums over the crests of each cell of ``cell`` pixels: g . G, G . G, 1; float64, shape (3, tiles, rows, columns);
    - mean of G . G in each whole block of 8x8 pixels; shape (tiles, block rows, block columns).
    """
    height, width = luma.shape
    tiles = height // tile_height
    cells = np.zeros((3, tiles, -(-tile_height // cell), -(-width // cell)))
    activity = np.zeros((tiles, tile_height // _BLOCK, width // _BLOCK))
    # The last five rows of G and its energy: row y stands at y % 5.
    across = np.zeros((5, width), np.float32)
    down = np.zeros((5, width), np.float32)
    energy = np.zeros((5, width), np.float32)
    column = np.zeros(width, np.float32)
    crests = np.zeros(width, np.float32)
    places = np.empty(width, np.int32)
    spare = np.empty((5, width), np.float32)
    floor = np.float32(threshold * threshold)
    for y in range(1, height - 1):
        gx, gy, here = across[y % 5], down[y % 5], energy[y % 5]
        _across(smooth[y - 1], smooth[y], smooth[y + 1], gx)
        _down(smooth[y - 1], smooth[y + 1], gy)
        for x in range(width):
            here[x] = gx[x] * gx[x] + gy[x] * gy[x]
        tile, row = y // tile_height, y % tile_height
        _add_block_row(here, row, y == height - 2, column, activity[tile])
        crest = y - 2
        tile, row = crest // tile_height, crest % tile_height
        if crest < 0 or row < margin or row >= tile_height - margin:
            continue
        gx, gy, here = across[crest % 5], down[crest % 5], energy[crest % 5]
        _keep_crests(gx, gy, energy[(crest - 1) % 5], here, energy[(crest + 1) % 5], margin, crests)
        top, bottom = energy[(crest - 2) % 5], energy[y % 5]
        count = keep_steps(places, _above(crests, floor, margin, places), gx, gy, top, here, bottom, spare)
        i = row // cell
        products, energies, numbers = cells[0, tile, i], cells[1, tile, i], cells[2, tile, i]
        for x in places[:count]:
            fine_x, fine_y = sobel_at(luma, crest, x)
            products[x // cell] += fine_x * gx[x] + fine_y * gy[x]
            energies[x // cell] += here[x]
            numbers[x // cell] += 1
    return cells, activity


@kernel
def _across(a: FloatRow, b: FloatRow, c: FloatRow, out: FloatRow) -> None:
    """Sobel difference across, per pixel, along the middle one of three rows; the ends of ``out`` are left alone."""
    n = max(0, b.size - 2)
    eighth, two = np.float32(0.125), np.float32(2)
    upper, left, right, lower, inner = a[2:], b, b[2:], c[2:], out[1:]
    for k in range(n):
        inner[k] = ((lower[k] - a[k]) + (upper[k] - c[k]) + two * (right[k] - left[k])) * eighth


@kernel
def _down(a: FloatRow, c: FloatRow, out: FloatRow) -> None:
    """Sobel difference down, per pixel, between rows ``a`` and ``c``; the ends of ``out`` are left alone."""
    n = max(0, a.size - 2)
    eighth, two = np.float32(0.125), np.float32(2)
    above, upper, below, lower, inner = a[1:], a[2:], c[1:], c[2:], out[1:]
    for k in range(n):
        inner[k] = ((lower[k] - a[k]) - (upper[k] - c[k]) + two * (below[k] - above[k])) * eighth


@kernel
def _add_block_row(energy: FloatRow, row: int, last: bool, column: FloatRow, blocks: NDArray[np.float64]) -> None:
    """Add a tile's ``row`` to the sums of its columns, and with a block's last row put its means into ``blocks``."""
    if row % _BLOCK == 0:
        column[:] = 0
    for x in range(column.size):
        column[x] += energy[x]
    if (last or row % _BLOCK == _BLOCK - 1) and row // _BLOCK < blocks.shape[0]:
        for j in range(blocks.shape[1]):
            total = np.float32(0)
            for x in range(_BLOCK * j, _BLOCK * (j + 1)):
                total += column[x]
            blocks[row // _BLOCK, j] = total / (_BLOCK * _BLOCK)


@kernel
def _keep_crests(
    gx: FloatRow, gy: FloatRow, above: FloatRow, here: FloatRow, below: FloatRow, margin: int, crests: FloatRow
) -> None:
    """The energy ``here`` where neither neighbour on the axis nearest to the gradient has more, else 0."""
    n = max(0, here.size - 2 * margin)
    tie, zero = np.float32(_TIE), np.float32(0)
    left, right, above, below = here[margin - 1 :], here[margin + 1 :], above[margin:], below[margin:]
    gx, gy, here, crests = gx[margin:], gy[margin:], here[margin:], crests[margin:]
    for k in range(n):
        across, down = max(left[k], right[k]), max(above[k], below[k])
        most = across if abs(gx[k]) >= abs(gy[k]) else down
        crests[k] = here[k] if most <= tie * here[k] else zero


@kernel
def _above(values: FloatRow, floor: np.float32, margin: int, places: NDArray[np.int32]) -> int:
    """Put the places of values above ``floor``, at least ``margin`` from the ends, into ``places``; return their number.

    Without a branch, since the outcome for the next pixel is hard to guess.
    """
    count = 0
    for x in range(margin, values.size - margin):
        places[count] = x
        count += 1 if values[x] > floor else 0
    return count


@kernel
def edge_profiles(
    luma: FloatPlane, strength: FloatPlane, cutoff: float, contrast: float, beyond: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
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
    rows = np.empty(height * width, np.int32)
    columns = np.empty(height * width, np.int32)
    widths = np.empty(height * width, np.float32)
    overshoots = np.empty(height * width, np.float32)
    edges = np.zeros(width, np.float32)
    places = np.empty(width, np.int32)
    floor = np.float32(cutoff)
    count = 0
    for y in range(1, height - 1):
        _keep_edges(luma[y - 1], luma[y], luma[y + 1], strength[y - 1], strength[y], strength[y + 1], edges)
        for x in places[: _above(edges, floor, 1, places)]:
            rows[count], columns[count] = y, x
            widths[count], overshoots[count] = _profile(luma[y], x, contrast, beyond)
            count += 1
    return rows[:count].copy(), columns[:count].copy(), widths[:count].copy(), overshoots[:count].copy()


@kernel
def _keep_edges(
    a: FloatRow, b: FloatRow, c: FloatRow, above: FloatRow, here: FloatRow, below: FloatRow, edges: FloatRow
) -> None:
    """The strength ``here`` at thinned upright edges along the middle one, b, of three rows of luma, else 0."""
    n = max(0, b.size - 2)
    diagonal, zero = np.float32(_DIAGONAL), np.float32(0)
    left, right = here, here[2:]
    west, east, north, south = b, b[2:], a[1:], c[1:]
    above, here, below, edges = above[1:], here[1:], below[1:], edges[1:]
    for k in range(n):
        strength = here[k]
        row = strength if strength >= left[k] else zero
        row = row if strength > right[k] else zero
        column = strength if strength >= above[k] else zero
        column = column if strength > below[k] else zero
        upright = abs(east[k] - west[k]) >= diagonal * abs(south[k] - north[k])
        edges[k] = max(row, column) if upright else zero


@kernel
def _profile(row: FloatRow, x: int, contrast: float, beyond: int) -> tuple[np.float32, np.float32]:
    """Width and double overshoot of the edge at ``x``."""
    sign = np.float32(-1 if row[x + 1] < row[x - 1] else 1)
    right = x + 1
    while right + 1 < row.size and right - x <= _REACH and sign * (row[right + 1] - row[right]) > 0:
        right += 1
    left = x - 1
    while left - 1 >= 0 and x - left <= _REACH and sign * (row[left] - row[left - 1]) > 0:
        left -= 1
    overshoot = np.float32(-1)
    step = sign * (row[right] - row[left])
    if step >= contrast and left - beyond >= 0 and right + beyond < row.size:
        above = sign * (row[right] - row[right + beyond])
        below = sign * (row[left - beyond] - row[left])
        overshoot = max(np.float32(0), min(above, below)) / step
    return np.float32(right - left), np.float32(overshoot)


@kernel
def means_of_nine(plane: FloatPlane) -> tuple[FloatPlane, FloatPlane]:
    """Means over nine pixels across, and over nine down; beyond its borders the plane is mirrored (... b a | a b ...)."""
    height, width = plane.shape
    across, down = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    padded, pairs, fours = np.empty(width + 8, np.float32), np.empty(width + 7, np.float32), np.empty(width + 5, np.float32)
    column = np.zeros(width)
    for offset in range(-5, 4):
        _add_row(plane[_reflected(offset, height)], 1.0, column)
    ninth = np.float32(1 / 9)
    for y in range(height):
        row, out = plane[y], across[y]
        padded[4 : width + 4] = row
        for k in range(1, 5):
            padded[4 - k] = row[_reflected(-k, width)]
            padded[width + 3 + k] = row[_reflected(width - 1 + k, width)]
        _add_shifted(padded, 1, pairs)
        _add_shifted(pairs, 2, fours)
        later, last = fours[4:], padded[8:]
        for x in range(width):
            out[x] = ((fours[x] + later[x]) + last[x]) * ninth
        _add_row(plane[_reflected(y + 4, height)], 1.0, column)
        _add_row(plane[_reflected(y - 5, height)], -1.0, column)
        out = down[y]
        for x in range(width):
            out[x] = column[x] * (1 / 9)
    return across, down


@kernel
def _add_row(row: FloatRow, times: float, sums: NDArray[np.float64]) -> None:
    for x in range(row.size):
        sums[x] += times * row[x]


@kernel
def _add_shifted(values: FloatRow, by: int, sums: FloatRow) -> None:
    ahead = values[by:]
    for x in range(sums.size):
        sums[x] = values[x] + ahead[x]


@kernel
def _reflected(index: int, size: int) -> int:
    """``index`` folded into 0..size-1 by half-sample symmetry (... 1 0 | 0 1 2 ... n-1 | n-1 ...)."""
    index %= 2 * size
    return index if index < size else 2 * size - 1 - index


@kernel
def variation_lost(
    luma: FloatPlane, smooth_across: FloatPlane, smooth_down: FloatPlane
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums of the absolute Sobel differences D across and down, and of ``max(0, D - D of the plane smoothed that way)``.

    Over the inner pixels, from the third to the last but one row and column, as in skimage.
    """
    height, width = luma.shape
    total, lost = np.zeros((2, width)), np.zeros((2, width))
    rows = np.zeros((4, width), np.float32)
    for y in range(2, height - 1):
        _across(luma[y - 1], luma[y], luma[y + 1], rows[0])
        _down(luma[y - 1], luma[y + 1], rows[1])
        _across(smooth_across[y - 1], smooth_across[y], smooth_across[y + 1], rows[2])
        _down(smooth_down[y - 1], smooth_down[y + 1], rows[3])
        for axis in range(2):
            _add_lost(rows[axis], rows[2 + axis], total[axis], lost[axis])
    return total[:, 2:-1].sum(axis=1), lost[:, 2:-1].sum(axis=1)


@kernel
def _add_lost(sharp: FloatRow, soft: FloatRow, total: NDArray[np.float64], lost: NDArray[np.float64]) -> None:
    for x in range(sharp.size):
        total[x] += abs(sharp[x])
    for x in range(sharp.size):
        lost[x] += max(abs(sharp[x]) - abs(soft[x]), np.float32(0))


@kernel
def tensor_sums(plane: FloatPlane) -> tuple[float, float, float]:
    """Sums over the inner pixels of Gx Gx, Gx Gy and Gy Gy, with G the Sobel gradient of ``plane``."""
    height, width = plane.shape
    xx, xy, yy = np.zeros(width), np.zeros(width), np.zeros(width)
    gx, gy = np.zeros(width, np.float32), np.zeros(width, np.float32)
    for y in range(1, height - 1):
        _across(plane[y - 1], plane[y], plane[y + 1], gx)
        _down(plane[y - 1], plane[y + 1], gy)
        for x in range(width):
            xx[x] += gx[x] * gx[x]
        for x in range(width):
            xy[x] += gx[x] * gy[x]
        for x in range(width):
            yy[x] += gy[x] * gy[x]
    return xx.sum(), xy.sum(), yy.sum()
