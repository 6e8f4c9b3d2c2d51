# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Nearest-neighbour upsampling: each pixel becomes factor x factor pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.memory_cost import ram, ring
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class Upsample(LanedOperator):
    """(H, W, C) -> (factor * H, factor * W, C).

    A buffer of one row; a pixel's place is free for the next row once it left the last time.
    """

    module: ClassVar[str] = "upsample"
    registered: ClassVar[bool] = True
    submodules: ClassVar[tuple[str, ...]] = ("replay_buffer",)
    parameter_names: ClassVar[tuple[str, ...]] = (
        "WIDTH", "CHANNELS", "BITS", "FACTOR", "LANES", "DEPTH",
    )  # fmt: skip

    tensor: TensorType
    factor: int = 2
    lanes: int = 1

    def __post_init__(self) -> None:
        if self.factor < 2:
            raise InputError(f"upsample: factor {self.factor} must be at least 2")
        Stream(self.tensor, self.lanes)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        tensor = replace(
            self.tensor,
            height=self.tensor.height * self.factor,
            width=self.tensor.width * self.factor,
        )
        return (Stream(tensor, self.lanes),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (image,) = frames
        return (image.repeat(self.factor, axis=1).repeat(self.factor, axis=2),)

    @property
    def cycles(self) -> int:
        return self.outputs[0].beats

    @property
    def latency(self) -> int:
        return 2

    def needs(self) -> np.ndarray:
        out = self.outputs[0].tensor
        folds = self.inputs[0].beats_per_pixel
        y, x, fold = np.ogrid[: out.height, : out.width, :folds]
        pixel = (y // self.factor) * self.tensor.width + x // self.factor
        # Beats leave in order, so that one also waits for what those before it need.
        return np.maximum.accumulate((pixel * folds + fold + 1).ravel())[:, None]

    def room(self) -> np.ndarray:
        out, factor = self.outputs[0].tensor, self.factor
        folds = self.inputs[0].beats_per_pixel
        y, x, fold = np.ogrid[: out.height, : out.width, :folds]
        # A beat frees its place as it leaves for the last time, in the last row and column.
        column, again = np.divmod(x, factor)
        in_row = column * folds + np.where(again == factor - 1, fold, 0)
        freed = (y // factor) * self.tensor.width * folds + np.where(
            y % factor == factor - 1, in_row, 0
        )
        return self.depth + freed.reshape(-1)

    @property
    def depth(self) -> int:
        """Beats of buffer: a row, and two for the turnaround from freed to written to read."""
        least = self.tensor.width * self.inputs[0].beats_per_pixel + 2
        return ring(least, self.inputs[0].width_bits)

    def resources(self) -> Resources:
        index_bits = self.depth.bit_length()
        control = Resources(lut=20 + 2 * index_bits, ff=10 + 5 * index_bits)
        return ram(self.depth, self.inputs[0].width_bits) + control
