# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Padding: a border of one constant round each frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class Pad(LanedOperator):
    """(H, W, C) -> (top + H + bottom, left + W + right, C); of a binary tensor, value 0 is -1."""

    module: ClassVar[str] = "pad"
    frame_known: ClassVar[bool] = True
    parameter_names: ClassVar[tuple[str, ...]] = (
        "HEIGHT", "WIDTH", "CHANNELS", "BITS", "TOP", "LEFT", "BOTTOM", "RIGHT", "VALUE", "LANES",
    )  # fmt: skip

    tensor: TensorType
    top: int
    left: int
    bottom: int
    right: int
    value: int = 0
    lanes: int = 1

    def __post_init__(self) -> None:
        border = (self.top, self.left, self.bottom, self.right)
        if min(border) < 0:
            raise InputError(f"pad: border {border}, but no side may be negative")
        if not self.tensor.low <= self.value <= self.tensor.high:
            raise InputError(
                f"pad: value {self.value} is outside {self.tensor.low}..{self.tensor.high}"
            )
        Stream(self.tensor, self.lanes)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        tensor = replace(
            self.tensor,
            height=self.top + self.tensor.height + self.bottom,
            width=self.left + self.tensor.width + self.right,
        )
        return (Stream(tensor, self.lanes),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (image,) = frames
        border = ((0, 0), (self.top, self.bottom), (self.left, self.right), (0, 0))
        return (np.pad(image, border, constant_values=self.value),)

    @property
    def cycles(self) -> int:
        return self.outputs[0].beats

    @property
    def latency(self) -> int:
        return 0

    def needs(self) -> np.ndarray:
        inside = np.zeros(self.outputs[0].tensor.shape[:2], np.int64)
        rows = slice(self.top, self.top + self.tensor.height)
        inside[rows, self.left : self.left + self.tensor.width] = 1
        return inside.ravel().repeat(self.inputs[0].beats_per_pixel).cumsum()[:, None]

    def resources(self) -> Resources:
        out = self.outputs[0].tensor
        counters = (out.height, out.width, self.inputs[0].beats_per_pixel)
        bits = sum(count.bit_length() for count in counters)
        return Resources(lut=bits + 0.7 * self.inputs[0].width_bits, ff=bits)
