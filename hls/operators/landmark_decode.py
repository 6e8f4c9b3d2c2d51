# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmark decoder: arg-max of each heatmap and a quarter-pixel step, all in integers.

Bulat & Tzimiropoulos' test procedure, for the host (`decode`) and for the chip (`LandmarkDecode`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls.operators.memory_cost import ram
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator, Resources
from hls.streams.tensor import Stream, TensorType, bits_for


def decode(heatmaps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Heatmaps (N, H, W, K) -> (quarter pixels (N, K, 2) int32 as x, y; scores (N, K) int32).

    The first maximum in raster order counts; the step goes towards the larger of the two
    neighbours, and is 0 where they are equal or one is missing.
    """
    frames, height, width, landmarks = heatmaps.shape
    flat = heatmaps.reshape(frames, height * width, landmarks)
    best = flat.argmax(axis=1)
    y, x = np.divmod(best, width)
    n, k = np.ogrid[:frames, :landmarks]

    def step(dy: int, dx: int, position: np.ndarray, size: int) -> np.ndarray:
        inside = (position > 0) & (position < size - 1)
        above = heatmaps[n, np.minimum(y + dy, height - 1), np.minimum(x + dx, width - 1), k]
        below = heatmaps[n, np.maximum(y - dy, 0), np.maximum(x - dx, 0), k]
        return np.where(inside, np.sign(above.astype(np.int64) - below), 0)

    quarter = np.stack([4 * x + step(0, 1, x, width), 4 * y + step(1, 0, y, height)], axis=2)
    scores = np.take_along_axis(flat, best[:, None], axis=1)[:, 0]
    return quarter.astype(np.int32), scores.astype(np.int32)


def to_image(quarter: np.ndarray, stride: int) -> np.ndarray:
    """Quarter heatmap pixels -> input pixels (float64, integer pixel centres)."""
    return (quarter.astype(np.float64) / 4 + 0.5) * stride - 0.5


@dataclass(frozen=True)
class LandmarkDecode(LanedOperator):
    """Heatmaps (H, W, K) -> (1, K, 3): x and y in quarter pixels and the score of each landmark.

    As `decode` has it. One landmark a beat; those of a frame leave while the next one comes in.
    """

    module: ClassVar[str] = "landmark_decode"

    tensor: TensorType
    lanes: int = 1

    def __post_init__(self) -> None:
        Stream(self.tensor, self.lanes)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        kind = self.tensor
        farthest = 4 * (max(kind.height, kind.width) - 1)
        bits, signed = bits_for(kind.low, max(kind.high, farthest))
        return (Stream(TensorType(1, kind.channels, 3, bits, signed), 3),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (heatmaps,) = frames
        quarter, scores = decode(heatmaps)
        return (np.concatenate([quarter, scores[..., None]], axis=2)[:, None],)

    @property
    def cycles(self) -> int:
        return max(self.inputs[0].beats, self.tensor.channels)

    @property
    def latency(self) -> int:
        return 4

    def needs(self) -> np.ndarray:
        stream = self.inputs[0]
        before_last = stream.beats - stream.beats_per_pixel
        return (before_last + 1 + np.arange(self.tensor.channels) // self.lanes)[:, None]

    def room(self) -> np.ndarray:
        # The next frame comes in but for the last pixel's beats whose places are not free yet.
        return self.inputs[0].beats + self.needs()[:, 0]

    def parameters(self) -> dict[str, int]:
        return {
            "HEIGHT": self.tensor.height,
            "WIDTH": self.tensor.width,
            "CHANNELS": self.tensor.channels,
            "BITS": self.tensor.bits,
            "SIGNED": int(self.tensor.signed),
            "OUT_BITS": self.outputs[0].tensor.bits,
            "LANES": self.lanes,
        }

    def resources(self) -> Resources:
        kind, lanes, folds = self.tensor, self.lanes, self.inputs[0].beats_per_pixel
        line, queue = kind.width * folds, max(3, folds)
        place = _index(kind.width) + _index(kind.height)
        peak = kind.bits + place + 4
        state = lanes * (3 * kind.bits + peak + 1)
        memories = ram(line, lanes * kind.bits) + ram(queue, lanes * peak)
        memories += ram(folds, state) if folds > 1 else Resources(ff=state)
        positions = 2 * (_index(folds) + _index(line)) + 3 * place + 4 * _index(queue)
        outside = lanes * kind.bits + self.outputs[0].width_bits + _index(lanes)
        logic = lanes * (3.5 * kind.bits + 2.7 * place + 10)
        return memories + Resources(lut=logic + 0.4 * positions + 4, ff=positions + outside)


def _index(places: int) -> int:
    """Bits that count so many places."""
    return bits_for(0, places - 1)[0]
