# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Integer matrix-vector unit, for the stem (8-bit pixels) and the head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.matrix_vector import MatrixVector
from hls.operators.memory_cost import lutram
from hls.operators.operator import NO_CONSTANTS, Constants, Memory
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType

# Yosys puts a product into a DSP slice from this many bits on; one factor may be so wide.
_DSP_PRODUCT_BITS = 9
_DSP_FACTOR_BITS = 25
# Later ones become shift registers in LUTs.
_DELAY_REGISTERS = 4


@dataclass(frozen=True)
class IntMvu(MatrixVector):
    """Integers (H, W, K) -> dot products (H, W, out_channels), exact in (out_bits, out_signed).

    Constant: `weights` (out_channels, K), integers of `weight_bits` in a range as wide on either
    side of 0. Weights whose dot products could overflow the output are an InputError. Two rows
    share a chain of DSP slices where their sums fit side by side.
    """

    module: ClassVar[str] = "int_mvu"
    submodules: ClassVar[tuple[str, ...]] = ("mvu_fold", "weight_rom", "wrap_counter")
    parameter_names: ClassVar[tuple[str, ...]] = (
        "CHANNELS", "IN_BITS", "IN_SIGNED", "OUT_CHANNELS", "WEIGHT_BITS", "OUT_BITS", "PE",
        "SIMD", "BLOCK_RAM",
    )  # fmt: skip

    tensor: TensorType
    out_channels: int
    weight_bits: int
    out_bits: int
    out_signed: bool = True
    pe: int = 1
    simd: int = 1
    block_ram: int = 0

    def __post_init__(self) -> None:
        if not 2 <= self.weight_bits <= 16:
            raise InputError(f"int_mvu: {self.weight_bits} weight bits, but 2 to 16 can be had")
        if self.tensor.bits > 16:
            raise InputError(f"int_mvu: {self.tensor.bits} input bits, but at most 16 can be had")
        self.check_fold()
        Stream(self.outputs[0].tensor, self.pe)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        tensor = replace(
            self.tensor, channels=self.out_channels, bits=self.out_bits, signed=self.out_signed
        )
        return (Stream(tensor, self.pe),)

    @property
    def bits_per_weight(self) -> int:
        return self.weight_bits

    @property
    def weight_limit(self) -> int:
        """The largest weight, of either sign."""
        return (1 << (self.weight_bits - 1)) - 1

    def random_constants(self, rng: np.random.Generator) -> Constants:
        shape, limit = (self.out_channels, self.tensor.channels), self.weight_limit
        return {"weights": rng.integers(-limit, limit, shape, endpoint=True).astype(np.int32)}

    def check(self, constants: Constants) -> np.ndarray:
        """The weights as int64; an InputError if they or a dot product need more bits."""
        weights, limit = self.weights(constants).astype(np.int64), self.weight_limit
        if abs(weights).max() > limit:
            raise InputError(f"int_mvu: weight {abs(weights).max()} is beyond -{limit}..{limit}")
        ends = weights * self.tensor.low, weights * self.tensor.high
        low, high = np.minimum(*ends).sum(axis=1).min(), np.maximum(*ends).sum(axis=1).max()
        out = self.outputs[0].tensor
        if low < out.low or high > out.high:
            raise InputError(f"int_mvu: sums {low}..{high} overflow {out.low}..{out.high}")
        return weights

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (image,) = frames
        return ((image.astype(np.int64) @ self.check(constants).T).astype(np.int32),)

    @property
    def latency(self) -> int:
        return (3 if self.simd == 1 else 3 + self.simd) + self.block_ram

    @property
    def packs(self) -> bool:
        """Whether two rows share a chain of DSP slices."""
        return self.pe % 2 == 0 and self._field_bits + self.weight_bits <= _DSP_FACTOR_BITS

    @property
    def _field_bits(self) -> int:
        """Bits of a row in a chain: of a beat's sum, or of all beats' where one lane sums up."""
        if self.simd == 1:
            return self.out_bits
        carries = (self.simd - 1).bit_length() - int(self.tensor.signed)
        return self.tensor.bits + self.weight_bits + carries

    def memories(self, constants: Constants) -> tuple[Memory, ...]:
        """In each odd row that shares a chain, less one where the row above is negative."""
        weights = self.check(constants)
        if self.packs:
            weights[1::2] -= weights[::2] < 0
        return self.weight_memory({"weights": weights}, self.weight_bits)

    def tables(self, constants: Constants) -> tuple[Memory, ...]:
        """The weights as they are."""
        return self.weight_memory({"weights": self.check(constants)}, self.weight_bits)

    def resources(self) -> Resources:
        lanes, product = self.pe * self.simd, self.tensor.bits + self.weight_bits
        total = self.weight_cost(self.weight_bits) + Resources(lut=20, ff=20)
        # Each lane's weights and value come a cycle after the last one's; slices hold some back.
        word = self.pe * self.weight_bits + self.tensor.bits
        total += Resources(
            lut=word * max(0, self.simd - 3), ff=word * min(self.simd - 1, _DELAY_REGISTERS)
        )
        if self.block_ram:
            total += Resources(ff=lanes * self.weight_bits + self.inputs[0].width_bits)
        if self.simd > 1:
            total += Resources(lut=self.out_bits * self.pe, ff=self.out_bits * self.pe)
        if self.packs or product >= _DSP_PRODUCT_BITS:
            total += Resources(dsp=lanes // 2 if self.packs else lanes)
        else:
            rest = 1.3 * self.tensor.bits * self.weight_bits + product
            total += Resources(lut=rest * lanes, ff=2 * product * lanes)
        if self.fold_out > 1:
            total += Resources(lut=lutram(self.fold_in, self.inputs[0].width_bits))
        return total
