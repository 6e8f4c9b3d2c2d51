# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Thresholds as the engine wants them: a straight line where one is exact, two in a row as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hls.operators.operator import Constants
from hls.operators.scale_clip import ScaleClip
from hls.operators.threshold import Threshold

# Inputs of thresholds have at most 30 bits: these count never or always.
NEVER, ALWAYS = (1 << 31) - 1, -(1 << 31)
_SUM_MAX = 1 << 31
_SHIFT_MAX = 24
# The least and the largest value.
Range = tuple[int, int]
_Bounds = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class ThresholdTable:
    """low + number of thresholds t (C, levels) with (flip ? ~x : x) >= t; int64 and bool (C,)."""

    thresholds: np.ndarray
    flip: np.ndarray
    low: int

    def channels(self, chosen: slice) -> ThresholdTable:
        """Those of some channels."""
        return ThresholdTable(self.thresholds[chosen], self.flip[chosen], self.low)

    @classmethod
    def of(cls, op: Threshold, constants: Constants) -> ThresholdTable:
        """Those of an operator, checked."""
        op.check(constants)
        thresholds = constants["thresholds"].astype(np.int64).clip(ALWAYS, NEVER)
        return cls(thresholds, constants["flip"].astype(bool), op.outputs[0].tensor.low)

    def then(self, sign: ThresholdTable) -> ThresholdTable:
        """This and a single threshold on its result, as a single one on the input."""
        flip = self.flip ^ sign.flip
        # ~y >= t is not y >= -t.
        wanted = np.where(sign.flip, -sign.thresholds[:, 0], sign.thresholds[:, 0]) - self.low
        ends = np.full((len(flip), 1), ALWAYS), self.thresholds, np.full((len(flip), 1), NEVER)
        every = np.concatenate(ends, axis=1)
        index = wanted.clip(0, every.shape[1] - 1)
        least = every[np.arange(len(flip)), index]
        least = np.where(sign.flip, -least, least).clip(ALWAYS, NEVER)
        return ThresholdTable(least[:, None], flip, 0)


@dataclass(frozen=True)
class Line:
    """(gain * x + offset) >> shift, clipped to low..high; gain and the others int64 (C,)."""

    gain: np.ndarray
    offset: np.ndarray
    shift: np.ndarray
    low: int
    high: int

    @classmethod
    def of(cls, op: ScaleClip, constants: Constants) -> Line:
        """That of an operator."""
        gain, offset = (constants[name].astype(np.int64) for name in op.constant_names)
        out = op.outputs[0].tensor
        return cls(gain, offset, np.full_like(gain, op.shift), out.low, out.high)

    def channels(self, chosen: slice) -> Line:
        """Those of some channels."""
        parts = (self.gain[chosen], self.offset[chosen], self.shift[chosen])
        return Line(*parts, self.low, self.high)

    def fits(self, values: Range) -> bool:
        """Whether 32 bits hold gain * x + offset of every x that comes."""
        largest = np.abs(self.gain) * max(map(abs, values)) + np.abs(self.offset)
        return bool(largest.max() < _SUM_MAX and self.shift.max() < 32)


def line_of(steps: ThresholdTable, values: Range) -> tuple[Line, np.ndarray]:
    """Lines for integers in the range `values`, and where (C,) they equal `steps` in all of it."""
    flip = steps.flip[:, None]
    low = np.where(flip, ~values[1], values[0])
    high = np.where(flip, ~values[0], values[1])
    counts = np.arange(1, steps.thresholds.shape[1] + 1)
    # The line must reach `counts` at `at` (if ever), and must not have reached it at `before`.
    at, ever = np.maximum(steps.thresholds, low), steps.thresholds <= high
    before, always = np.minimum(steps.thresholds - 1, high), steps.thresholds <= low

    def bounds(slope: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        least = np.where(ever, counts - slope * at, -np.inf).max(axis=1, keepdims=True)
        most = np.where(always, np.inf, counts - slope * before).min(axis=1, keepdims=True)
        return np.maximum(least, -1e9), np.minimum(most, 1e9)

    slope = _widest(bounds, len(counts) + 1.0, len(flip))
    offset = np.add(*bounds(slope)) / 2
    largest = slope * np.maximum(np.abs(low), np.abs(high)) + np.abs(offset)
    # Half of what 32 bits hold, and room for `low`.
    scale = np.log2((_SUM_MAX >> 1) / (largest + 128))
    shift = np.floor(scale).clip(0, _SHIFT_MAX).astype(np.int64)
    gain, offset = (np.rint(value * 2.0**shift).astype(np.int64) for value in (slope, offset))
    exact = ((gain * at + offset) >> shift >= counts) | ~ever
    exact &= ((gain * before + offset) >> shift < counts) | always
    # Of ~x = -x - 1.
    offset += (steps.low << shift) - np.where(flip, gain, 0)
    gain = np.where(flip, -gain, gain)
    line = Line(gain[:, 0], offset[:, 0], shift[:, 0], steps.low, steps.low + len(counts))
    return line, exact.all(axis=1) & (np.abs(line.gain) < _SUM_MAX)


def _widest(bounds: _Bounds, most: float, channels: int) -> np.ndarray:
    """The slope of each channel, (C, 1), that leaves the offset the widest range: it is concave."""
    low, high = np.zeros((channels, 1)), np.full((channels, 1), most)
    for _ in range(80):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        rooms = [np.subtract(*reversed(bounds(slope))) for slope in (left, right)]
        better = rooms[0] < rooms[1]
        low, high = np.where(better, left, low), np.where(better, high, right)
    return (low + high) / 2
