# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Speed of single binary convolutions, through the very kernel that the golden model uses."""

from __future__ import annotations

import time

import numpy as np

from hls.operators.pad import Pad
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType
from host.golden.kernels import xnor_kernel

# Channels in and out, and side of the map.
LAYERS = ((64, 64), (128, 32))
_SEED = 1


def layer_seconds(channels: int, side: int, repeats: int) -> np.ndarray:
    """CPU seconds of each of `repeats` runs of a 3x3 convolution with padding, one frame a run."""
    rng = np.random.default_rng(_SEED)
    pad = Pad(TensorType(side, side, channels, 1), 1, 1, 1, 1)
    window = Window(pad.outputs[0].tensor, 3)
    op = XnorMvu(window.outputs[0].tensor, channels)
    weights = rng.integers(0, 2, (channels, 9 * channels), np.uint8)
    convolve = xnor_kernel(op, {"weights": weights}, pad, window)
    frame = rng.integers(0, 2, (1, side, side, channels), np.uint8)
    convolve(frame)
    times = []
    for _ in range(repeats):
        start = time.thread_time()
        convolve(frame)
        times.append(time.thread_time() - start)
    return np.array(times)


def layer_lines(repeats: int) -> list[str]:
    """One line per layer: the median and the best rate of one thread."""
    lines = []
    for channels, side in LAYERS:
        billions = 9 * (side * channels) ** 2 / 1e9
        rates = billions / layer_seconds(channels, side, repeats)
        lines.append(
            f"3x3 binary convolution {channels}->{channels} at {side}x{side}:"
            f" {np.median(rates):.1f} GMAC/s of one core's time"
            f" (median of {repeats}, best {rates.max():.1f})"
        )
    return lines
