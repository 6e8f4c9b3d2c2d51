# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Sliding window (im2col): every kernel x kernel patch of a frame and its border, in order."""

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
class Window(LanedOperator):
    """(H, W, C) -> (H', W', kernel * kernel * C), order (ky, kx, c), over a border of `value`.

    A circular buffer keeps the pixels that a window still needs; a beat leaves as soon as its
    pixel is there, so that reading and writing overlap and frames follow without a gap. The border
    costs neither memory nor time before the window, as a `pad` of its own would. The
    windows of `mmv` neighbouring pixels leave interleaved, beat by beat.
    """

    module: ClassVar[str] = "window"
    purpose: ClassVar[str] = "windows"
    registered: ClassVar[bool] = True
    frame_known: ClassVar[bool] = True
    submodules: ClassVar[tuple[str, ...]] = ("replay_buffer",)
    fold_fields: ClassVar[tuple[str, ...]] = ("lanes", "mmv")
    parameter_names: ClassVar[tuple[str, ...]] = (
        "HEIGHT", "WIDTH", "CHANNELS", "BITS", "KERNEL", "STRIDE", "TOP", "LEFT", "BOTTOM",
        "RIGHT", "VALUE", "LANES", "MMV", "DEPTH",
    )  # fmt: skip

    tensor: TensorType
    kernel: int
    stride: int = 1
    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0
    value: int = 0
    lanes: int = 1
    mmv: int = 1

    def __post_init__(self) -> None:
        if self.kernel < 1 or self.stride < 1:
            raise InputError(f"window: kernel {self.kernel} and stride {self.stride} must be >= 1")
        border = self.border
        if min(border) < 0 or max(self.top + self.bottom, self.left + self.right) >= self.kernel:
            raise InputError(
                f"window: border {border} of a {self.kernel}x{self.kernel} kernel: no side may be"
                " negative, two opposite ones together must be narrower than the kernel"
            )
        if not self.tensor.low <= self.value <= self.tensor.high:
            raise InputError(
                f"window: value {self.value} is outside {self.tensor.low}..{self.tensor.high}"
            )
        if self.kernel > min(self._padded):
            height, width = self._padded
            raise InputError(
                f"window: a {self.kernel}x{self.kernel} kernel does not fit in"
                f" {height}x{width} pixels; pad the frame"
            )
        Stream(self.outputs[0].tensor, self.inputs[0].lanes, self.mmv)

    @property
    def border(self) -> tuple[int, int, int, int]:
        """Pixels above, left, below and right of the frame."""
        return self.top, self.left, self.bottom, self.right

    @property
    def _padded(self) -> tuple[int, int]:
        """Height and width with the border."""
        height, width = self.tensor.height, self.tensor.width
        return self.top + height + self.bottom, self.left + width + self.right

    @property
    def outputs(self) -> tuple[Stream, ...]:
        (height, width), channels = self._padded, self.tensor.channels
        tensor = replace(
            self.tensor,
            height=(height - self.kernel) // self.stride + 1,
            width=(width - self.kernel) // self.stride + 1,
            channels=self.kernel * self.kernel * channels,
        )
        return (Stream(tensor, self.lanes, self.mmv),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        border = ((0, 0), (self.top, self.bottom), (self.left, self.right), (0, 0))
        image = np.pad(frames[0], border, constant_values=self.value)
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
        height, width = self.tensor.height, self.tensor.width
        y, x = oy * self.stride + ky - self.top, ox * self.stride + kx - self.left
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        beats = np.where(inside, (y * width + x) * folds + fold + 1, 0)
        groups = beats.reshape(-1, self.mmv, self.outputs[0].beats_per_pixel)
        # Beats leave in order, so that one also waits for what those before it need.
        return np.maximum.accumulate(groups.swapaxes(1, 2).ravel())[:, None]

    def room(self) -> np.ndarray:
        out, stride, width = self.outputs[0].tensor, self.stride, self.tensor.width
        y, x = np.divmod(np.arange(0, out.pixels, self.mmv), out.width)
        # All before the tail, the place of a group's first beat, border and all, is free.
        tail = (y * stride - self.top) * width + x * stride - self.left
        places = self.depth + tail * self.inputs[0].beats_per_pixel
        return places.repeat(self.mmv * self.outputs[0].beats_per_pixel)

    @property
    def depth(self) -> int:
        """Beats of buffer that let the next window, row and frame arrive during the last one."""
        height, width = self.tensor.height, self.tensor.width
        out = self.outputs[0].tensor
        step = self.mmv * self.stride
        reach = (self.kernel - 1) * width + self.kernel + step - self.stride
        row_left = -(out.width - self.mmv) * self.stride
        jumps = [(height - (out.height - 1) * self.stride) * width + row_left]
        if out.width > self.mmv:
            jumps.append(step)
        if out.height > 1:
            jumps.append(self.stride * width + row_left)
        turnaround = 2
        least = (max(jumps) + reach) * self.inputs[0].beats_per_pixel + turnaround
        return ring(least, self.inputs[0].width_bits)

    def resources(self) -> Resources:
        index_bits = self.depth.bit_length()
        control = Resources(lut=36 + index_bits + 8 * (self.mmv > 1), ff=2 + 6 * index_bits)
        return ram(self.depth, self.inputs[0].width_bits) + control
