# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FIFO between two operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.memory_cost import ram, ring, ultra_ram
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


def latency(depth: int, width_bits: int) -> int:
    """Cycles from a beat's entry into an empty FIFO of `depth` until it can leave."""
    return min(depth, 1) if depth < 3 else 2 + in_block_ram(depth, width_bits)


def in_block_ram(depth: int, width_bits: int) -> bool:
    """Whether the RTL puts a FIFO of `depth` into block RAM."""
    return ram(depth - 1, width_bits).bram36 > 0


@dataclass(frozen=True)
class Fifo(LanedOperator):
    """Holds exactly `depth` beats, its output register included.

    A beat per cycle in and out; every other cycle with a depth of 1: a register, which takes the
    next beat only once it is empty. From a depth of 3 on it is a RAM and an output register, which
    a beat passes in `latency` cycles. With a depth of 0 it is but wires. With `ultra_ram`
    the RAM is UltraRAM where it would be block RAM; nothing else changes.
    """

    module: ClassVar[str] = "fifo"
    only_moves: ClassVar[bool] = True
    frame_known: ClassVar[bool] = True
    fold_fields: ClassVar[tuple[str, ...]] = ("lanes", "depth", "ultra_ram")

    tensor: TensorType
    lanes: int = 1
    depth: int = 2
    ultra_ram: int = 0

    def __post_init__(self) -> None:
        if self.depth < 0:
            raise InputError(f"fifo: depth {self.depth}, but it must not be negative")
        Stream(self.tensor, self.lanes)
        if self.ultra_ram and not in_block_ram(self.depth, self.inputs[0].width_bits):
            raise InputError(
                f"fifo: {self.depth} beats of {self.inputs[0].width_bits} bits are too few for"
                " UltraRAM, which takes those that need block RAM"
            )

    @property
    def outputs(self) -> tuple[Stream, ...]:
        return self.inputs

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        return frames

    @property
    def cycles(self) -> int:
        return self.inputs[0].beats * (2 if self.depth == 1 else 1)

    @property
    def latency(self) -> int:
        """Cycles from a beat's entry into an empty FIFO until it can leave."""
        return latency(self.depth, self.inputs[0].width_bits)

    @property
    def ring(self) -> int:
        """Words of the RAM; depth - 1 are used, one less in block RAM, which has a latch."""
        places, width = self.depth - 1, self.inputs[0].width_bits
        if self.ultra_ram:
            whole = 1 << (places - 1).bit_length()
            return whole if ultra_ram(whole, width) == ultra_ram(places, width) else places
        return ring(places, width) if places > 1 else 1

    def parameters(self) -> dict[str, int]:
        return {
            "WIDTH_BITS": self.inputs[0].width_bits,
            "DEPTH": self.depth,
            "RING": self.ring,
            "ULTRA_RAM": self.ultra_ram,
        }

    def resources(self) -> Resources:
        width, places = self.inputs[0].width_bits, self.depth - 1
        count_bits = places.bit_length()
        if places < 0:
            return Resources()
        if places == 0:
            return Resources(lut=2, ff=width + 1)
        if places == 1:
            return Resources(lut=width + 3, ff=2 * width + 2)
        wraps = self.ring & (self.ring - 1) > 0
        control = Resources(lut=6 + (1 + 2 * wraps) * count_bits, ff=3 * count_bits + 2)
        if in_block_ram(self.depth, width):
            control += Resources(lut=2, ff=width + 1)
        if self.ultra_ram:
            return control + ultra_ram(self.ring, width)
        return control + ram(self.ring, width)
