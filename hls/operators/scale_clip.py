# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Multiply, add, shift and clip: a BatchNorm and the quantiser after it in one DSP slice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.memory_cost import lut_rom
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator, Memory
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType

# Operands of a DSP48E1 and its accumulator.
_GAIN_BITS_MAX = 18
_INPUT_BITS_MAX = 24
_SUM_BITS_MAX = 48


@dataclass(frozen=True)
class ScaleClip(LanedOperator):
    """out = (gain * x + offset) >> shift, clipped to signed `bits`; what `threshold` does where
    the thresholds are those of a straight line.

    Constants: `gain` and `offset` (C,), signed integers of `gain_bits` and `offset_bits`.
    """

    module: ClassVar[str] = "scale_clip"
    submodules: ClassVar[tuple[str, ...]] = ("wrap_counter",)
    constant_names: ClassVar[tuple[str, ...]] = ("gain", "offset")
    parameter_names: ClassVar[tuple[str, ...]] = (
        "CHANNELS", "IN_BITS", "IN_SIGNED", "OUT_BITS", "GAIN_BITS", "OFFSET_BITS", "SHIFT",
        "LANES",
    )  # fmt: skip

    tensor: TensorType
    bits: int
    gain_bits: int
    offset_bits: int
    shift: int
    lanes: int = 1

    def __post_init__(self) -> None:
        if not 2 <= self.bits <= 8:
            raise InputError(f"scale_clip: {self.bits} output bits, but 2 to 8 can be had")
        if self.tensor.bits > _INPUT_BITS_MAX or self.gain_bits > _GAIN_BITS_MAX:
            raise InputError(
                f"scale_clip: inputs of {self.tensor.bits} bits and gains of {self.gain_bits};"
                f" a DSP slice multiplies {_INPUT_BITS_MAX} by {_GAIN_BITS_MAX}"
            )
        if self.sum_bits > _SUM_BITS_MAX or not 0 <= self.shift <= self.sum_bits - self.bits:
            raise InputError(
                f"scale_clip: shift {self.shift} of {self.sum_bits} bits: a DSP slice adds up to"
                f" {_SUM_BITS_MAX}, and {self.bits} must be left"
            )
        Stream(self.tensor, self.lanes)

    @property
    def sum_bits(self) -> int:
        """Bits of gain * x + offset."""
        return max(self.tensor.bits + 1 + self.gain_bits, self.offset_bits) + 1

    @property
    def outputs(self) -> tuple[Stream, ...]:
        return (Stream(replace(self.tensor, bits=self.bits, signed=True), self.lanes),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        gain, offset = (constants[name].astype(np.int64) for name in self.constant_names)
        out = self.outputs[0].tensor
        value = (frames[0].astype(np.int64) * gain + offset) >> self.shift
        return (value.clip(out.low, out.high).astype(np.int32),)

    def random_constants(self, rng: np.random.Generator) -> Constants:
        ends = {"gain": 1 << (self.gain_bits - 1), "offset": 1 << (self.offset_bits - 1)}
        return {name: rng.integers(-e, e, self.tensor.channels) for name, e in ends.items()}

    @property
    def latency(self) -> int:
        return 4

    def memories(self, constants: Constants) -> tuple[Memory, ...]:
        """Word `fold`: of each lane the gain, and above it the offset."""
        slot = self.gain_bits + self.offset_bits
        words = [0] * self.inputs[0].beats_per_pixel
        for channel in range(self.tensor.channels):
            value = self._field(constants, "gain", channel, self.gain_bits)
            value |= self._field(constants, "offset", channel, self.offset_bits) << self.gain_bits
            words[channel // self.lanes] |= value << (channel % self.lanes * slot)
        return (Memory("SCALES_FILE", tuple(words), self.lanes * slot),)

    def _field(self, constants: Constants, name: str, channel: int, bits: int) -> int:
        value = int(constants[name][channel])
        if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
            raise InputError(f"scale_clip: {name} {value} does not fit {bits} bits")
        return value & ((1 << bits) - 1)

    def resources(self) -> Resources:
        folds, slot = self.inputs[0].beats_per_pixel, self.gain_bits + self.offset_bits
        beyond = self.sum_bits - self.shift - self.bits
        lane = Resources(lut=self.bits + beyond / 4 + 1, ff=self.bits + self.offset_bits, dsp=1)
        memory = lut_rom(folds, slot * self.lanes)
        return Resources(lut=memory.lut + 8, ff=12) + lane * self.lanes
