# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Sliding window (im2col): every kernel x kernel patch of a frame, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.errors import InputError
from hls.memory_cost import ram
from hls.operator import NO_CONSTANTS, Constants, LanedOperator, Resources
from hls.tensor import Stream, TensorType


@dataclass(frozen=True)
class Window(LanedOperator):
    """(H, W, C) -> (H', W', kernel * kernel * C), order (ky, kx, c); no padding, see `pad`.

    A circular buffer keeps the pixels that a window still needs; a beat leaves as soon as its
    pixel is there, so that reading and writing overlap and frames follow without a gap.
    """

    module: ClassVar[str] = "window"
    submodules: ClassVar[tuple[str, ...]] = ("replay_buffer",)

    tensor: TensorType
    kernel: int
    stride: int = 1
    lanes: int = 1

    def __post_init__(self) -> None:
        if self.kernel < 1 or self.stride < 1:
            raise InputError(f"window: kernel {self.kernel} and stride {self.stride} must be >= 1")
        if self.kernel > min(self.tensor.height, self.tensor.width):
            raise InputError(
                f"window: a {self.kernel}x{self.kernel} kernel does not fit in"
                f" {self.tensor.height}x{self.tensor.width} pixels; pad the frame"
            )
        Stream(self.tensor, self.lanes)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        height, width, channels = self.tensor.shape
        tensor = replace(
            self.tensor,
            height=(height - self.kernel) // self.stride + 1,
            width=(width - self.kernel) // self.stride + 1,
            channels=self.kernel * self.kernel * channels,
        )
        return (Stream(tensor, self.lanes),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (image,) = frames
        out = self.outputs[0].tensor
        result = np.empty((len(image), *out.shape), np.int32)
        for y in range(out.height):
            for x in range(out.width):
                top, left = y * self.stride, x * self.stride
                patch = image[:, top : top + self.kernel, left : left + self.kernel]
                result[:, y, x] = patch.reshape(len(image), -1)
        return (result,)

    @property
    def cycles(self) -> int:
        return max(self.inputs[0].beats, self.outputs[0].beats)

    @property
    def latency(self) -> int:
        return 2

    def needs(self) -> np.ndarray:
        out = self.outputs[0].tensor
        folds = self.inputs[0].beats_per_pixel
        oy, ox, ky, kx, fold = np.ogrid[
            : out.height, : out.width, : self.kernel, : self.kernel, :folds
        ]
        pixel = (oy * self.stride + ky) * self.tensor.width + ox * self.stride + kx
        # Beats leave in order, so that one also waits for what those before it need.
        return np.maximum.accumulate((pixel * folds + fold + 1).ravel())[:, None]

    @property
    def depth(self) -> int:
        """Beats of buffer that let the next window, row and frame arrive during the last one."""
        height, width = self.tensor.height, self.tensor.width
        out = self.outputs[0].tensor
        reach = (self.kernel - 1) * width + self.kernel
        row_left = -(out.width - 1) * self.stride
        jumps = [(height - (out.height - 1) * self.stride) * width + row_left]
        if out.width > 1:
            jumps.append(self.stride)
        if out.height > 1:
            jumps.append(self.stride * width + row_left)
        turnaround = 2
        return (max(jumps) + reach) * self.inputs[0].beats_per_pixel + turnaround

    def parameters(self) -> dict[str, int]:
        return {
            "HEIGHT": self.tensor.height,
            "WIDTH": self.tensor.width,
            "CHANNELS": self.tensor.channels,
            "BITS": self.tensor.bits,
            "KERNEL": self.kernel,
            "STRIDE": self.stride,
            "LANES": self.lanes,
            "DEPTH": self.depth,
        }

    def resources(self) -> Resources:
        index_bits = self.depth.bit_length()
        control = Resources(lut=20 + 6 * index_bits, ff=14 + 5 * index_bits)
        return ram(self.depth, self.inputs[0].width_bits) + control
