# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Binary matrix-vector unit: XNOR and popcount in place of multiply and add."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.errors import InputError
from hls.matrix_vector import MatrixVector
from hls.memory_cost import lutram, rom
from hls.operator import NO_CONSTANTS, Constants, Memory, Resources
from hls.tensor import Stream, TensorType, bits_for

# Lanes whose popcount is one pipeline stage, GROUP in xnor_mvu.sv.
_GROUP = 31


@dataclass(frozen=True)
class XnorMvu(MatrixVector):
    """Binary (H, W, K) -> popcounts (H, W, out_channels) in 0..K; the dot product is 2 P - K.

    Constant: `weights` (out_channels, K) of 0 and 1, meaning -1 and +1.
    """

    module: ClassVar[str] = "xnor_mvu"
    submodules: ClassVar[tuple[str, ...]] = ("mvu_fold", "popcount")

    tensor: TensorType
    out_channels: int
    pe: int = 1
    simd: int = 1

    def __post_init__(self) -> None:
        if self.tensor.bits != 1 or self.tensor.signed:
            raise InputError("xnor_mvu: the input must be binary (1 bit, unsigned)")
        self.check_fold()

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

    @property
    def latency(self) -> int:
        return 3 + (self.simd > _GROUP)

    def parameters(self) -> dict[str, int]:
        return {
            "CHANNELS": self.tensor.channels,
            "OUT_CHANNELS": self.out_channels,
            "OUT_BITS": self.outputs[0].tensor.bits,
            "PE": self.pe,
            "SIMD": self.simd,
        }

    def memories(self, constants: Constants) -> tuple[Memory, ...]:
        return self.weight_memory(constants, 1)

    def resources(self) -> Resources:
        lanes, bits = self.pe * self.simd, self.outputs[0].tensor.bits
        total = rom(self.fold_in * self.fold_out, lanes)
        total += Resources(
            lut=0.85 * lanes + 1.2 * bits * self.pe + 15,
            ff=0.3 * lanes + 1.5 * bits * self.pe + self.simd + 20,
        )
        if self.fold_out > 1:
            total += Resources(lut=lutram(self.fold_in, self.simd) + 0.5 * self.simd)
        return total
