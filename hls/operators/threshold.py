# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Multi-threshold: any monotone function of an integer, per channel, to a few bits.

BatchNorm, PReLU, learned shifts and the quantiser after them all end up in these tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator, Memory
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class Threshold(LanedOperator):
    """out = low + number of thresholds t with (flip ? ~x : x) >= t, low as of (bits, signed).

    Constants: `thresholds` (C, 2^bits - 1) ascending, one outside the input's range counts always
    or never; `flip` (C,) 0 or 1, allowed where `flips` is set. A binary search, one level a bit.
    """

    module: ClassVar[str] = "threshold"
    submodules: ClassVar[tuple[str, ...]] = ("wrap_counter",)
    constant_names: ClassVar[tuple[str, ...]] = ("thresholds", "flip")
    parameter_names: ClassVar[tuple[str, ...]] = (
        "CHANNELS", "IN_BITS", "IN_SIGNED", "OUT_BITS", "OUT_SIGNED", "FLIPS", "LANES",
    )  # fmt: skip

    tensor: TensorType
    bits: int
    signed: bool
    flips: bool = False
    lanes: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= 8:
            raise InputError(f"threshold: {self.bits} output bits, but 1 to 8 can be had")
        if self.tensor.bits > 30:
            raise InputError(f"threshold: {self.tensor.bits} input bits, but at most 30 can be had")
        Stream(self.tensor, self.lanes)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        return (Stream(replace(self.tensor, bits=self.bits, signed=self.signed), self.lanes),)

    def check(self, constants: Constants) -> None:
        """Raise InputError unless the tables have the shape and order that the search needs."""
        thresholds, flip = constants["thresholds"], constants["flip"]
        wanted = (self.tensor.channels, 2**self.bits - 1)
        if thresholds.shape != wanted or flip.shape != wanted[:1]:
            raise InputError(f"threshold: tables {thresholds.shape}, {flip.shape}; need {wanted}")
        if (np.diff(thresholds.astype(np.int64), axis=1) < 0).any():
            raise InputError("threshold: the thresholds of a channel must ascend")
        if flip.any() and not self.flips:
            raise InputError("threshold: a channel flips, but `flips` is not set")

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (values,) = frames
        self.check(constants)
        compared = np.where(constants["flip"].astype(bool), ~values, values)
        count = (compared[..., None] >= constants["thresholds"]).sum(axis=-1, dtype=np.int32)
        return (count + np.int32(self.outputs[0].tensor.low),)

    def random_constants(self, rng: np.random.Generator) -> Constants:
        shape, kind = (self.tensor.channels, 2**self.bits - 1), self.tensor
        steps = np.sort(rng.integers(kind.low, kind.high, shape, endpoint=True), axis=1)
        flip = rng.integers(0, 1 + self.flips, kind.channels).astype(np.uint8)
        return {"thresholds": steps.astype(np.int32), "flip": flip}

    @property
    def latency(self) -> int:
        return self.bits

    def memories(self, constants: Constants) -> tuple[Memory, ...]:
        """One table; word (fold, i) holds threshold i - 1 of each lane, and for i = 0 the flip.

        The RTL compares x - low, or high - x where a channel flips: unsigned either way, with one
        bit more for `never`.
        """
        self.check(constants)
        thresholds = constants["thresholds"].astype(np.int64)
        flip = constants["flip"].astype(np.int64)[:, None]
        # ~x >= t means high - x >= t + 1 + high.
        offset = np.where(flip, self.tensor.high + 1, -self.tensor.low)
        shifted = np.clip(thresholds + offset, 0, 1 << self.tensor.bits)
        table = np.concatenate([flip, shifted], axis=1)
        words = table.reshape(-1, self.lanes, 1 << self.bits).transpose(0, 2, 1)
        slot = self.tensor.bits + 1
        packed = tuple(
            sum(int(value) << (lane * slot) for lane, value in enumerate(word))
            for word in words.reshape(-1, self.lanes)
        )
        return (Memory("THRESHOLDS_FILE", packed, self.lanes * slot),)

    def resources(self) -> Resources:
        width, folds = self.tensor.bits, self.inputs[0].beats_per_pixel
        depths = [folds << level for level in range(self.bits)]
        tables = sum(_table_lut(depth, width + 1) for depth in depths)
        lane = Resources(
            lut=tables + 0.6 * width * self.bits,
            ff=width * (self.bits - 1) + self.bits * (self.bits + 1) / 2,
        )
        lanes = Resources(lut=self.lanes * lane.lut, ff=self.lanes * lane.ff)
        return lanes + Resources(lut=10 + self.bits, ff=4 * self.bits)


def _table_lut(depth: int, width_bits: int) -> float:
    """LUTs of a table read within a stage: shallow ones disappear into the comparator."""
    if depth <= 8:
        return 0.1 * width_bits
    return max(0.5, depth / 64) * width_bits
