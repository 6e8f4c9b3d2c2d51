# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Heatmaps to landmarks, all in integers: a soft-argmax round the peak, in one pass over the map.

Per heatmap, its cells v in raster order, with the peak as it is before each:

    new  = first cell or v > peak
    near = at most REACH columns and rows away from the peak
    new and not near: S = Sx = Sy = 0 (another blob), new: the peak is here
    new or near: w = WEIGHTS[min((v - floor) >> shift, 63)], 0 where v < floor
                 S += w, Sx += w x, Sy += w y

The landmark is at Sx / S, Sy / S, rounded to 1/STEPS of a cell; at the peak where S is 0. The
operator that does it on the chip is LandmarkDecode, which needs no line of the map.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hls.common.errors import InputError

# Positions are in 1/STEPS of a cell of the heatmap.
STEPS = 64
REACH = 4
MOST_SHIFT = 24
# Eight entries double the weight.
WEIGHTS = tuple(round(2 ** (i / 8)) for i in range(64))
_WEIGHTS = np.array(WEIGHTS)


@dataclass(frozen=True)
class DecoderSettings:
    """What a network's heatmaps mean: cells below `floor` have no weight, and 8 << shift above
    double it."""

    floor: int
    shift: int

    def __post_init__(self) -> None:
        if not abs(self.floor) < 1 << 31:
            raise InputError(f"landmark decoder: floor {self.floor} is no 32-bit integer")
        if not 0 <= self.shift <= MOST_SHIFT:
            raise InputError(f"landmark decoder: shift {self.shift}, not 0 to {MOST_SHIFT}")


def decode(heatmaps: np.ndarray, settings: DecoderSettings) -> tuple[np.ndarray, np.ndarray]:
    """Heatmaps (N, H, W, K) -> (positions (N, K, 2) int32 as x, y in 1/STEPS of a cell; scores
    (N, K) int32, the peaks)."""
    frames, height, width, landmarks = heatmaps.shape
    positions = np.empty((frames, landmarks, 2), np.int32)
    scores = np.empty((frames, landmarks), np.int32)
    y, x = np.divmod(np.arange(height * width), width)
    # One at a time stays in the cache.
    for frame, position, score in zip(heatmaps, positions, scores, strict=True):
        maps = np.ascontiguousarray(frame.reshape(height * width, landmarks).T)
        peaks = maps.argmax(axis=1)
        score[:] = maps[np.arange(landmarks), peaks]
        position[:] = np.stack([x[peaks], y[peaks]], axis=1) * STEPS
        # Cells below the floor weigh nothing, and a peak among them has no sum to lose.
        row, cell = np.nonzero(maps >= settings.floor)
        if len(row):
            above = maps[row, cell].astype(np.int64) - settings.floor
            total, *sums = _sums(row, x[cell], y[cell], above, settings.shift)
            found = score >= settings.floor
            for axis, weighted in enumerate(sums):
                position[found, axis] = (STEPS * weighted + total // 2) // total
    return positions, scores


def _sums(
    row: np.ndarray, x: np.ndarray, y: np.ndarray, above: np.ndarray, shift: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """S, Sx and Sy of each row that has cells, from row, x, y and v - floor of its cells, row by
    row. What the walk keeps are maxima and sums so far, a numpy call each."""
    index = np.arange(len(row))
    first = np.append(True, row[1:] > row[:-1])
    # A row's values are above all of an earlier one's: no maximum goes on from row to row.
    order = above + (row.astype(np.int64) << 32)
    new = np.append(True, order[1:] > np.maximum.accumulate(order)[:-1])
    peak = np.append(0, np.maximum.accumulate(np.where(new, index, 0))[:-1])
    near = (np.abs(x - x[peak]) <= REACH) & (np.abs(y - y[peak]) <= REACH) & ~first
    kept = np.flatnonzero(new | near)
    starts = np.flatnonzero(first[kept])
    begins = np.maximum.reduceat(np.where(near, 0, index)[kept], starts)
    kept = kept[kept >= np.repeat(begins, np.diff(starts, append=len(kept)))]
    starts = np.searchsorted(kept, begins)
    weight = _WEIGHTS[np.minimum(above[kept] >> shift, len(WEIGHTS) - 1)]
    total, sum_x, sum_y = (
        np.add.reduceat(values, starts) for values in (weight, weight * x[kept], weight * y[kept])
    )
    return total, sum_x, sum_y


def to_image(positions: np.ndarray, stride: int) -> np.ndarray:
    """1/STEPS of heatmap cells -> input pixels (float64, integer pixel centres)."""
    return (positions.astype(np.float64) / STEPS + 0.5) * stride - 0.5
