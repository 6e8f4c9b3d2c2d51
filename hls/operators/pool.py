# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What all pooling over size x size pixels with stride size has in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.memory_cost import ram
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class Pool(LanedOperator):
    """(H, W, C) -> (H // size, W // size, C); rows and columns left over are dropped.

    A line buffer keeps what is known of the windows begun.
    """

    frame_known: ClassVar[bool] = True
    submodules: ClassVar[tuple[str, ...]] = ("pool_buffer",)
    parameter_names: ClassVar[tuple[str, ...]] = (
        "HEIGHT", "WIDTH", "CHANNELS", "BITS", "SIGNED", "SIZE", "LANES",
    )  # fmt: skip

    tensor: TensorType
    size: int = 2
    lanes: int = 1

    def __post_init__(self) -> None:
        if self.size < 2:
            raise InputError(f"{self.module}: size {self.size} must be at least 2")
        if self.size > min(self.tensor.height, self.tensor.width):
            raise InputError(
                f"{self.module}: {self.size}x{self.size} windows do not fit in"
                f" {self.tensor.height}x{self.tensor.width} pixels"
            )
        Stream(self.tensor, self.lanes)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        height, width = self.tensor.height // self.size, self.tensor.width // self.size
        return (Stream(replace(self.tensor, height=height, width=width), self.lanes),)

    @abstractmethod
    def pooled(self, pixels: Iterator[np.ndarray]) -> np.ndarray:
        """The results of all windows; `pixels` gives the first of each, then the second of each."""

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (image,), out, size = frames, self.outputs[0].tensor, self.size
        kept = image[:, : out.height * size, : out.width * size]
        places = product(range(size), repeat=2)
        return (self.pooled(kept[:, y::size, x::size] for y, x in places),)

    def needs(self) -> np.ndarray:
        out = self.outputs[0].tensor
        folds = self.inputs[0].beats_per_pixel
        y, x, fold = np.ogrid[: out.height, : out.width, :folds]
        last_row, last_column = (y + 1) * self.size - 1, (x + 1) * self.size - 1
        pixel = last_row * self.tensor.width + last_column
        return (pixel * folds + fold + 1).reshape(-1, 1)

    def room(self) -> np.ndarray:
        return self.needs()[:, 0]

    def buffer_cost(self, bits: int) -> Resources:
        """Line buffer of `bits` per channel, position in the frame, a register for a beat.

        With one beat per pixel, a second register holds what is not in the line buffer yet.
        """
        stream, width_bits = self.inputs[0], self.lanes * bits
        depth = self.outputs[0].tensor.width * stream.beats_per_pixel
        late = width_bits if stream.beats_per_pixel == 1 else 0
        registers = Resources(lut=22 + 0.9 * late, ff=32 + stream.width_bits + late)
        return ram(depth, width_bits) + registers
