# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Landmark decoder: `hls.streams.landmarks.decode` on the chip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls.operators.memory_cost import ram
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator
from hls.operators.resources import Resources
from hls.streams.landmarks import decode
from hls.streams.tensor import Stream, TensorType, bits_for


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
