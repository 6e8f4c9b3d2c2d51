# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Max pooling over size x size pixels with stride size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.memory_cost import ram
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class MaxPool(LanedOperator):
    """(H, W, C) -> (H // size, W // size, C); rows and columns left over are dropped.

    A line buffer keeps the maxima of the windows begun; on binary tensors the maximum is an OR.
    """

    module: ClassVar[str] = "max_pool"
    frame_known: ClassVar[bool] = True
    parameter_names: ClassVar[tuple[str, ...]] = (
        "HEIGHT", "WIDTH", "CHANNELS", "BITS", "SIGNED", "SIZE", "LANES",
    )  # fmt: skip

    tensor: TensorType
    size: int = 2
    lanes: int = 1

    def __post_init__(self) -> None:
        if self.size < 2:
            raise InputError(f"max_pool: size {self.size} must be at least 2")
        if self.size > min(self.tensor.height, self.tensor.width):
            raise InputError(
                f"max_pool: {self.size}x{self.size} windows do not fit in"
                f" {self.tensor.height}x{self.tensor.width} pixels"
            )
        Stream(self.tensor, self.lanes)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        height, width = self.tensor.height // self.size, self.tensor.width // self.size
        return (Stream(replace(self.tensor, height=height, width=width), self.lanes),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (image,) = frames
        out = self.outputs[0].tensor
        kept = image[:, : out.height * self.size, : out.width * self.size]
        windows = kept.reshape(-1, out.height, self.size, out.width, self.size, out.channels)
        return (windows.max(axis=(2, 4)),)

    def needs(self) -> np.ndarray:
        out = self.outputs[0].tensor
        folds = self.inputs[0].beats_per_pixel
        y, x, fold = np.ogrid[: out.height, : out.width, :folds]
        last_row, last_column = (y + 1) * self.size - 1, (x + 1) * self.size - 1
        pixel = last_row * self.tensor.width + last_column
        return (pixel * folds + fold + 1).reshape(-1, 1)

    def room(self) -> np.ndarray:
        return self.needs()[:, 0]

    def resources(self) -> Resources:
        stream = self.inputs[0]
        depth = self.outputs[0].tensor.width * stream.beats_per_pixel
        per_bit = 0.5 if self.tensor.bits == 1 else 1.6
        compare = Resources(lut=per_bit * stream.width_bits, ff=stream.width_bits)
        return ram(depth, stream.width_bits) + compare + Resources(lut=26, ff=36)
