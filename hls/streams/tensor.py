# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Integer tensors and the streams that carry them.

A tensor is (height, width, channels) of integers, one bit width for all. A stream sends it in
raster order, channels innermost, `lanes` channels per beat, lowest channel in the lowest bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hls.common.errors import InputError


def bits_for(low: int, high: int) -> tuple[int, bool]:
    """The narrowest (bits, signed) that holds every integer from `low` to `high`."""
    if low > high:
        raise ValueError(f"empty range {low}..{high}")
    if low >= 0:
        return max(1, int(high).bit_length()), False
    return 1 + max(int(max(high, 0)).bit_length(), int(-low - 1).bit_length()), True


@dataclass(frozen=True)
class TensorType:
    """Shape and integer type of one frame; a binary tensor (1 bit, unsigned) means -1/+1."""

    height: int
    width: int
    channels: int
    bits: int
    signed: bool = False

    def __post_init__(self) -> None:
        if min(self.height, self.width, self.channels) < 1:
            raise InputError(f"tensor {self.shape}: every dimension must be at least 1")
        if not 1 <= self.bits <= 32:
            raise InputError(f"tensor {self.shape}: {self.bits} bits, but 1 to 32 can be had")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.height, self.width, self.channels

    @property
    def pixels(self) -> int:
        """Pixels per frame."""
        return self.height * self.width

    @property
    def low(self) -> int:
        """Smallest integer that the type holds."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """Largest integer that the type holds."""
        return (1 << (self.bits - self.signed)) - 1

    def check(self, array: np.ndarray) -> None:
        """Raise ValueError unless `array` (N, H, W, C) has this shape and fits the type."""
        if array.shape[1:] != self.shape:
            raise ValueError(f"expected frames of {self.shape}, got {array.shape[1:]}")
        if array.dtype == np.uint8 and self.low <= 0 and self.high >= 255:
            return  # no such value is outside
        if array.size and (array.min() < self.low or array.max() > self.high):
            raise ValueError(f"values {array.min()}..{array.max()} outside {self.low}..{self.high}")


@dataclass(frozen=True)
class Stream:
    """A tensor sent `lanes` channels per beat.

    The beats of `interleave` neighbouring pixels take turns: the first of each, then the second of
    each. A matrix unit reads such a stream to use a weight word for all of them.
    """

    tensor: TensorType
    lanes: int
    interleave: int = 1

    def __post_init__(self) -> None:
        if self.lanes < 1 or self.tensor.channels % self.lanes:
            raise InputError(
                f"{self.lanes} lanes do not divide {self.tensor.channels} channels;"
                " choose a divisor"
            )
        if self.interleave < 1 or self.tensor.width % self.interleave:
            raise InputError(
                f"{self.interleave} interleaved pixels do not divide a row of {self.tensor.width};"
                " choose a divisor"
            )

    @property
    def width_bits(self) -> int:
        """Bits of one beat."""
        return self.lanes * self.tensor.bits

    @property
    def beats_per_pixel(self) -> int:
        """Beats that carry one pixel (channel folds)."""
        return self.tensor.channels // self.lanes

    @property
    def beats(self) -> int:
        """Beats a frame."""
        return self.tensor.pixels * self.beats_per_pixel

    def pack(self, frames: np.ndarray) -> np.ndarray:
        """Frames (N, H, W, C) -> beats (N * beats, lanes), int32, in stream order."""
        self.tensor.check(frames)
        groups = frames.reshape(-1, self.interleave, self.beats_per_pixel, self.lanes)
        ordered = np.ascontiguousarray(groups.swapaxes(1, 2), dtype=np.int32)
        return ordered.reshape(-1, self.lanes)

    def unpack(self, beats: np.ndarray) -> np.ndarray:
        """Beats (N * beats, lanes) -> frames (N, H, W, C); the inverse of `pack`."""
        groups = np.asarray(beats, dtype=np.int32)
        groups = groups.reshape(-1, self.beats_per_pixel, self.interleave, self.lanes)
        return groups.swapaxes(1, 2).reshape(-1, *self.tensor.shape)
