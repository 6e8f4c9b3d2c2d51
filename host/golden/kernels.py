# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Fast numpy twins of the operators' references: the same integers, whole frames at a time.

Every kernel is made once from an operator and its constants, and then maps frames (N, H, W, C) to
frames. Convolutions come as Pad, Window and matrix-vector unit and are computed as one.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from hls.common.errors import InputError
from hls.operators.int_mvu import IntMvu
from hls.operators.operator import Constants
from hls.operators.pad import Pad
from hls.operators.threshold import Threshold
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from host.golden.popcount import count_agreements

Kernel = Callable[[np.ndarray], np.ndarray]

_WORDS = (np.uint64, np.uint32, np.uint16, np.uint8)

# A threshold over a wider input range is searched, not looked up (entries of all channels).
_LARGEST_TABLE = 1 << 22


def pad_kernel(op: Pad) -> Kernel:
    """Frames with a border of `op.value`."""
    edges = ((0, 0), (op.top, op.bottom), (op.left, op.right), (0, 0))
    return lambda frames: np.pad(frames, edges, constant_values=op.value)


def window_kernel(kernel: int, stride: int) -> Kernel:
    """Frames (N, H, W, C) -> patches (N, H', W', kernel * kernel * C), order (ky, kx, c)."""

    def patches(frames: np.ndarray) -> np.ndarray:
        count, height, width, channels = frames.shape
        rows, columns = ((size - kernel) // stride + 1 for size in (height, width))
        result = np.empty((count, rows, columns, kernel * kernel, channels), frames.dtype)
        for tap, (y, x) in enumerate(product(range(kernel), repeat=2)):
            bottom, right = y + stride * rows, x + stride * columns
            result[..., tap, :] = frames[:, y:bottom:stride, x:right:stride]
        return result.reshape(count, rows, columns, -1)

    return patches


def xnor_kernel(
    op: XnorMvu, constants: Constants, pad: Pad | None, window: Window | None
) -> Kernel:
    """Popcounts of a binary convolution, eight channels a byte and eight bytes per word."""
    length = op.tensor.channels
    taps = window.kernel**2 if window else 1
    weights = op.weights(constants).astype(np.uint8).reshape(op.out_channels, taps, -1)
    rows = _fill_words(_pack(weights).reshape(op.out_channels, -1)).T
    rows = np.ascontiguousarray(rows)
    if len(rows) > 1023:
        raise InputError(f"xnor_mvu: {length} weights a channel, the golden model counts 65472")
    border = _pad_bits(pad, length // taps) if pad else None
    kernel, stride = (window.kernel, window.stride) if window else (1, 1)

    def convolve(frames: np.ndarray) -> np.ndarray:
        bits = _pack(frames.astype(np.uint8, copy=False))
        words = _patches(border(bits) if border else bits, kernel, stride)
        counts = count_agreements(rows, words.reshape(-1, words.shape[-1]), length)
        return counts.reshape(*words.shape[:3], op.out_channels)

    return convolve


def _fill_words(rows: np.ndarray) -> np.ndarray:
    """Bytes (R, B) -> uint64 (R, ceil(B / 8)); the last word is filled with zeros."""
    padded = np.zeros((len(rows), -(-rows.shape[1] // 8) * 8), np.uint8)
    padded[:, : rows.shape[1]] = rows
    return padded.view(np.uint64)


def _patches(bits: np.ndarray, kernel: int, stride: int) -> np.ndarray:
    """Packed frames (N, H, W, B) -> patches uint64 (N, H', W', words), filled with zeros.

    They are copied in the widest words that a pixel consists of, several times as fast as bytes.
    """
    kind = next(k for k in _WORDS if bits.shape[-1] % np.dtype(k).itemsize == 0)
    pixels = np.ascontiguousarray(bits).view(kind)
    count, height, width, size = pixels.shape
    rows, columns = ((side - kernel) // stride + 1 for side in (height, width))
    words = -(-(kernel**2) * bits.shape[-1] // 8)
    result = np.zeros((count, rows, columns, words * 8 // np.dtype(kind).itemsize), kind)
    for tap, (y, x) in enumerate(product(range(kernel), repeat=2)):
        seen = pixels[:, y : y + stride * rows : stride, x : x + stride * columns : stride]
        result[..., tap * size : (tap + 1) * size] = seen
    return result.view(np.uint64)


def _pack(bits: np.ndarray) -> np.ndarray:
    """Bits along the last axis to bytes, lowest channel in the lowest bit, filled with zeros."""
    return np.packbits(bits, axis=-1, bitorder="little")


def _pad_bits(op: Pad, channels: int) -> Kernel:
    """Padding of packed frames; the filling bits of the last byte stay 0, as in the weights."""
    edge = _pack(np.full(channels, op.value, np.uint8))

    def padded(bits: np.ndarray) -> np.ndarray:
        count, height, width, size = bits.shape
        shape = (count, height + op.top + op.bottom, width + op.left + op.right, size)
        result = np.empty(shape, np.uint8)
        result[...] = edge
        result[:, op.top : op.top + height, op.left : op.left + width] = bits
        return result

    return padded


def int_kernel(op: IntMvu, constants: Constants) -> Kernel:
    """Integer dot products through floating-point BLAS where that is exact.

    Every partial sum, in any order, is an integer of at most sum(|weight|) * max(|input|): below
    2^24 float32 holds it, below 2^53 float64. Wider ones are multiplied as integers.
    """
    weights = op.check(constants)
    largest = int(np.abs(weights).sum(axis=1).max()) * max(op.tensor.high, -op.tensor.low)
    kind: Any = np.int64
    if largest < 1 << 53:
        kind = np.float32 if largest < 1 << 24 else np.float64
    matrix = np.ascontiguousarray(weights.T, kind)
    return lambda frames: (frames.astype(kind) @ matrix).astype(np.int32)


def threshold_kernel(op: Threshold, constants: Constants) -> Kernel:
    """Thresholds by a table of all input values per channel, or by search where that is too big."""
    op.check(constants)
    values = op.tensor.high - op.tensor.low + 1
    if values * op.tensor.channels > _LARGEST_TABLE:
        return _threshold_by_search(op, constants)
    every = np.arange(op.tensor.low, op.tensor.high + 1, dtype=np.int32)
    search = _threshold_by_search(op, constants)
    table = search(np.repeat(every[:, None], op.tensor.channels, axis=1))
    table = np.ascontiguousarray(table.T).ravel()
    starts = np.arange(op.tensor.channels, dtype=np.int32) * values - op.tensor.low
    return lambda frames: table.take(frames + starts)


def _threshold_by_search(op: Threshold, constants: Constants) -> Kernel:
    kind = np.uint8 if op.bits == 1 and not op.signed else np.int32
    low = op.outputs[0].tensor.low

    def search(frames: np.ndarray) -> np.ndarray:
        result = np.empty(frames.shape, kind)
        for channel in range(op.tensor.channels):
            values = frames[..., channel]
            compared = ~values if constants["flip"][channel] else values
            ascending = constants["thresholds"][channel]
            result[..., channel] = np.searchsorted(ascending, compared, side="right") + low
        return result

    return search
