# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Binary matrix-vector unit: XNOR and popcount in place of multiply and add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.matrix_vector import MatrixVector
from hls.operators.memory_cost import lutram
from hls.operators.operator import NO_CONSTANTS, Constants, Memory
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType, bits_for

# Lanes whose popcount is one pipeline stage, GROUP in xnor_mvu.sv.
_GROUP = 31
# Pixels that a weight word may serve.
_MMV = (1, 2, 4, 8)


@dataclass(frozen=True)
class XnorMvu(MatrixVector):
    """Binary (H, W, K) -> popcounts (H, W, out_channels) in 0..K; the dot product is 2 P - K.

    Constant: `weights` (out_channels, K) of 0 and 1, meaning -1 and +1. The beats of
    `mmv` (FINN's M) neighbouring pixels arrive interleaved, and a weight word serves all of them:
    the weight memory is that many times narrower and deeper. Several output folds then need several
    input folds, and leave when all pixels are done.
    """

    module: ClassVar[str] = "xnor_mvu"
    submodules: ClassVar[tuple[str, ...]] = ("mvu_fold", "popcount", "weight_rom", "wrap_counter")
    fold_fields: ClassVar[tuple[str, ...]] = ("pe", "simd", "mmv", "block_ram")
    bit_constants: ClassVar[tuple[str, ...]] = ("weights",)
    parameter_names: ClassVar[tuple[str, ...]] = (
        "CHANNELS", "OUT_CHANNELS", "OUT_BITS", "PE", "SIMD", "MMV", "BLOCK_RAM",
    )  # fmt: skip

    tensor: TensorType
    out_channels: int
    pe: int = 1
    simd: int = 1
    mmv: int = 1
    block_ram: int = 0

    def __post_init__(self) -> None:
        if self.tensor.bits != 1 or self.tensor.signed:
            raise InputError("xnor_mvu: the input must be binary (1 bit, unsigned)")
        self.check_fold()
        if self.mmv < 1 or self.pe * self.simd % self.mmv:
            raise InputError(f"xnor_mvu: mmv {self.mmv} does not divide pe * simd")
        if self.mmv > 1 and self.fold_in == 1 and self.fold_out > 1:
            raise InputError("xnor_mvu: mmv with several output folds needs several input folds")
        Stream(self.tensor, self.simd, self.mmv)

    def fold_choices(self, pixel_channels: int | None = None) -> dict[str, Sequence[int]]:
        """A word serves several pixels only downstream of a window, which interleaves them."""
        mmv = [m for m in _MMV if pixel_channels and self.tensor.width % m == 0] or [1]
        plain = super().fold_choices(pixel_channels)
        return {name: mmv if name == "mmv" else plain[name] for name in self.fold_fields}

    @property
    def pixels_per_word(self) -> int:
        return self.mmv

    @property
    def inputs(self) -> tuple[Stream, ...]:
        return (Stream(self.tensor, self.simd, self.mmv),)

    @property
    def _reorders(self) -> bool:
        return self.mmv > 1 and self.fold_out > 1

    @property
    def _registers(self) -> bool:
        """Whether a beat waits for the output register of a block RAM."""
        return self.mmv == 1 and self.block_ram == 1

    @property
    def _group_cycles(self) -> int:
        """Cycles from one group of pixels to the next."""
        return self.mmv * self.fold_in * self.fold_out

    @property
    def outputs(self) -> tuple[Stream, ...]:
        bits, signed = bits_for(0, self.tensor.channels)
        tensor = replace(self.tensor, channels=self.out_channels, bits=bits, signed=signed)
        return (Stream(tensor, self.pe),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (image,) = frames
        weights = self.weights(constants)
        result = np.empty((*image.shape[:3], self.out_channels), np.int32)
        for channel, row in enumerate(weights):
            result[..., channel] = (image == row).sum(axis=-1)
        return (result,)

    def random_constants(self, rng: np.random.Generator) -> Constants:
        shape = (self.out_channels, self.tensor.channels)
        return {"weights": rng.integers(0, 2, shape).astype(np.uint8)}

    @property
    def output_range(self) -> tuple[int, int]:
        return 0, self.tensor.channels

    @property
    def latency(self) -> int:
        pipeline = 3 + (self.simd > _GROUP) + self._registers
        if not self._reorders:
            return pipeline
        return pipeline + 2 + self._group_cycles - self.mmv * self.fold_in

    def spacing(self) -> np.ndarray:
        if self.mmv == 1:
            return super().spacing()
        beats = self.mmv * self.fold_out
        group = np.ones(beats, np.int64)
        group[0] = self._group_cycles - beats + 1
        return np.tile(group, self.tensor.pixels // self.mmv)

    def slot_reused_by(self) -> np.ndarray | None:
        if not self._reorders:
            return None
        beats = self.mmv * self.fold_out
        return (np.arange(self.outputs[0].beats) // beats + 1) * beats

    def lead(self, port: int) -> np.ndarray:
        needed = self.mmv * self.fold_in if self._reorders else self.mmv * (self.fold_in - 1) + 1
        before = np.maximum(needed - 1 - np.arange(self.mmv * self.fold_in), 0)
        return self.latency + np.tile(before, self.tensor.pixels // self.mmv)

    def needs(self) -> np.ndarray:
        if self.mmv == 1:
            return super().needs()
        groups = np.arange(1, self.tensor.pixels // self.mmv + 1)[:, None] * self.mmv * self.fold_in
        # In order, a pixel's result needs not the last beats of those that follow it.
        missing = np.zeros(self.mmv * self.fold_out, np.int64)
        if not self._reorders:
            missing = np.arange(self.mmv)[::-1]
        return (groups - missing).reshape(-1, 1)

    def memories(self, constants: Constants) -> tuple[Memory, ...]:
        return self.weight_memory(constants, 1, self.mmv)

    def resources(self) -> Resources:
        lanes, bits = self.pe * self.simd, self.outputs[0].tensor.bits
        total = self.weight_cost(1, self.mmv)
        total += Resources(
            lut=0.85 * lanes + 1.2 * bits * self.pe + 15,
            ff=0.3 * lanes + 1.5 * bits * self.pe + self.simd + 20,
        )
        if self._registers:
            total += Resources(ff=lanes + self.simd + 3)
        if self.fold_out > 1:
            total += Resources(lut=lutram(self.mmv * self.fold_in, self.simd) + 0.5 * self.simd)
        if self.mmv > 1:
            total += Resources(lut=15, ff=2 * lanes - lanes // self.mmv + 15)
            # Totals of the other pixels: flip-flops while few, then shift registers.
            few = self.mmv <= 3
            total += Resources(lut=0 if few else bits * self.pe, ff=2 * bits * self.pe)
        if self._reorders:
            beats = 2 * self.mmv * self.fold_out
            total += Resources(lut=lutram(beats, bits * self.pe) + 20, ff=bits * self.pe + 16)
        return total
