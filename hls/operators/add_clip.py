# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Addition of two streams, saturated: where a residual meets its branch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.operators.operator import NO_CONSTANTS, Constants, Operator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class AddClip(Operator):
    """Two inputs of type `tensor`; the sum is clipped to the range of (bits, signed)."""

    module: ClassVar[str] = "add_clip"
    fold_fields: ClassVar[tuple[str, ...]] = ("lanes",)
    parameter_names: ClassVar[tuple[str, ...]] = (
        "IN_BITS", "IN_SIGNED", "OUT_BITS", "OUT_SIGNED", "LANES",
    )  # fmt: skip

    tensor: TensorType
    bits: int
    signed: bool
    lanes: int = 1

    def __post_init__(self) -> None:
        Stream(self.outputs[0].tensor, self.lanes)

    @property
    def inputs(self) -> tuple[Stream, ...]:
        return (Stream(self.tensor, self.lanes),) * 2

    @property
    def outputs(self) -> tuple[Stream, ...]:
        return (Stream(replace(self.tensor, bits=self.bits, signed=self.signed), self.lanes),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        a, b = frames
        out = self.outputs[0].tensor
        return ((a.astype(np.int64) + b).clip(out.low, out.high).astype(np.int32),)

    @property
    def cycles(self) -> int:
        return self.outputs[0].beats

    @property
    def latency(self) -> int:
        return 0

    def needs(self) -> np.ndarray:
        return np.arange(1, self.outputs[0].beats + 1)[:, None].repeat(2, axis=1)

    def resources(self) -> Resources:
        return Resources(lut=0.95 * self.lanes * max(self.tensor.bits, self.bits) + 1)
