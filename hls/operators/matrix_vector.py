# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the binary and the integer matrix-vector unit share: folding and the weight memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.memory_cost import block_ram, lut_rom
from hls.operators.operator import Constants, Memory, Operator, divisors
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


class MatrixVector(Operator):
    """A pixel's K channels times a (out_channels, K) matrix, `pe` rows, `simd` columns a cycle.

    Cycles a pixel: fold_in * fold_out, fold_in = K / simd, fold_out = out_channels / pe. The
    weights lie in LUTs, or with `block_ram` in block RAM.
    Subclasses are dataclasses with (at least) the fields named here.
    """

    purpose: ClassVar[str] = "weights"
    fold_fields: ClassVar[tuple[str, ...]] = ("pe", "simd", "block_ram")
    constant_names: ClassVar[tuple[str, ...]] = ("weights",)

    tensor: TensorType
    out_channels: int
    pe: int
    simd: int
    block_ram: int

    def check_fold(self) -> None:
        """Raise InputError unless pe divides the output and simd the input channels."""
        if self.out_channels < 1:
            raise InputError(f"{self.module}: {self.out_channels} output channels, need at least 1")
        if self.pe < 1 or self.out_channels % self.pe:
            raise InputError(
                f"{self.module}: pe {self.pe} does not divide {self.out_channels} output channels"
            )
        if self.block_ram not in (0, 1):
            raise InputError(f"{self.module}: block_ram {self.block_ram}, but it is 0 or 1")
        if self.simd < 1 or self.tensor.channels % self.simd:
            raise InputError(
                f"{self.module}: simd {self.simd} does not divide"
                f" {self.tensor.channels} input channels"
            )

    def fold_choices(self, pixel_channels: int | None = None) -> dict[str, Sequence[int]]:
        """`simd` downstream of a window never exceeds one pixel."""
        return {
            "pe": divisors(self.out_channels),
            "simd": divisors(pixel_channels or self.tensor.channels),
            "block_ram": (0, 1),
        }

    @property
    def pixels_per_word(self) -> int:
        """Pixels that a word read from the weight memory serves."""
        return 1

    @property
    def bits_per_weight(self) -> int:
        """Bits of a weight in its memory."""
        return 1

    @property
    def fold_in(self) -> int:
        """Input beats per pixel."""
        return self.tensor.channels // self.simd

    @property
    def fold_out(self) -> int:
        """Output beats per pixel."""
        return self.out_channels // self.pe

    @property
    def inputs(self) -> tuple[Stream, ...]:
        return (Stream(self.tensor, self.simd),)

    @property
    def cycles(self) -> int:
        return self.tensor.pixels * self.fold_in * self.fold_out

    def spacing(self) -> np.ndarray:
        return np.full(self.outputs[0].beats, self.fold_in)

    def lead(self, port: int) -> np.ndarray:
        before_last = np.arange(self.fold_in)[::-1]
        return self.latency + np.tile(before_last, self.tensor.pixels)

    def needs(self) -> np.ndarray:
        pixels = np.arange(1, self.tensor.pixels + 1)
        return (pixels * self.fold_in).repeat(self.fold_out)[:, None]

    def weight_cost(self, bits: int, pieces: int = 1) -> Resources:
        """The weight memory, `bits` a weight, words in `pieces`, and its output register."""
        depth, width = self.fold_in * self.fold_out * pieces, self.pe * self.simd * bits // pieces
        if self.block_ram:
            return Resources(bram36=block_ram(depth, width))
        return lut_rom(depth, width)

    def weights(self, constants: Constants) -> np.ndarray:
        """The weight matrix; an InputError unless its shape is (out_channels, K)."""
        weights = constants["weights"]
        wanted = (self.out_channels, self.tensor.channels)
        if weights.shape != wanted:
            raise InputError(f"{self.module}: weights {weights.shape}, need {wanted}")
        return weights

    def weight_memory(self, constants: Constants, bits: int, pieces: int = 1) -> tuple[Memory, ...]:
        """Word fold_out_index * fold_in + fold_in_index, weight (p, s) at bit (p*simd + s)*bits.

        Each word in `pieces`, lowest bits first.
        """
        folded = self.weights(constants).astype(np.int64) & ((1 << bits) - 1)
        folded = folded.reshape(self.fold_out, self.pe, self.fold_in, self.simd)
        lanes = folded.transpose(0, 2, 1, 3).reshape(-1, self.pe * self.simd)
        planes = (lanes[..., None] >> np.arange(bits)) & 1
        packed = np.packbits(
            planes.reshape(len(lanes), -1).astype(np.uint8), axis=1, bitorder="little"
        )
        words = (int.from_bytes(row.tobytes(), "little") for row in packed)
        width = self.pe * self.simd * bits // pieces
        shifts = range(0, pieces * width, width)
        parts = tuple((word >> shift) & ((1 << width) - 1) for word in words for shift in shifts)
        return (Memory("WEIGHTS_FILE", parts, width),)
