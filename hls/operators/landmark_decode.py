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
from hls.streams.landmarks import REACH, STEPS, WEIGHTS, DecoderSettings, decode
from hls.streams.tensor import Stream, TensorType, bits_for


@dataclass(frozen=True)
class LandmarkDecode(LanedOperator):
    """Heatmaps (H, W, K) -> (1, K, 3): x and y in 1/STEPS of a cell and the score of each landmark.

    As `decode` has it, with the network's `floor` and `shift`. The landmarks of a frame leave while
    the next one comes in: a division that gives a bit per cycle for each of x and y.
    """

    module: ClassVar[str] = "landmark_decode"
    frame_known: ClassVar[bool] = True
    reach: ClassVar[int] = REACH
    steps: ClassVar[int] = STEPS
    parameter_names: ClassVar[tuple[str, ...]] = (
        "HEIGHT", "WIDTH", "CHANNELS", "BITS", "SIGNED", "FLOOR", "SHIFT", "REACH", "STEPS",
        "OUT_BITS", "LANES",
    )  # fmt: skip

    tensor: TensorType
    floor: int
    shift: int
    lanes: int = 1

    def __post_init__(self) -> None:
        _ = self.settings
        Stream(self.tensor, self.lanes)

    @property
    def settings(self) -> DecoderSettings:
        """What the heatmaps mean."""
        return DecoderSettings(self.floor, self.shift)

    @property
    def side(self) -> int:
        """Cells of the longer side."""
        return max(self.tensor.height, self.tensor.width)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        kind = self.tensor
        bits, signed = bits_for(kind.low, max(kind.high, STEPS * (self.side - 1)))
        return (Stream(TensorType(1, kind.channels, 3, bits, signed), 3),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        (heatmaps,) = frames
        positions, scores = decode(heatmaps, self.settings)
        return (np.concatenate([positions, scores[..., None]], axis=2)[:, None],)

    @property
    def division(self) -> int:
        """Cycles of a division: a bit of the quotient each, and one to round by."""
        return _index(self.side) + _index(STEPS) + 1

    @property
    def cycles(self) -> int:
        return max(self.inputs[0].beats, self.tensor.channels * self.spacing())

    @property
    def latency(self) -> int:
        return 6 + 2 * self.division

    def spacing(self) -> int:
        return 1 + 2 * self.division

    def needs(self) -> np.ndarray:
        stream = self.inputs[0]
        before_last = stream.beats - stream.beats_per_pixel
        return (before_last + 1 + np.arange(self.tensor.channels) // self.lanes)[:, None]

    def room(self) -> np.ndarray:
        # The next frame comes in but for the last cell's beats whose places are not free yet.
        return self.inputs[0].beats + self.needs()[:, 0]

    def resources(self) -> Resources:
        kind, lanes, folds = self.tensor, self.lanes, self.inputs[0].beats_per_pixel
        total = bits_for(0, WEIGHTS[-1] * kind.pixels)[0]
        place, side = _index(kind.width) + _index(kind.height), _index(self.side)
        sums = kind.bits + total + 2 * (total + side - 1)
        state = lanes * (sums + place)
        memories = ram(folds, lanes * sums)
        memories += ram(folds, state) if folds > 1 else Resources(ff=state)
        steps = lanes * (3 * kind.bits + 2 * side + 32) + 4 * (_index(folds) + place)
        divider = total + self.division + 4 * self.outputs[0].tensor.bits + 8
        return memories + Resources(lut=55 + 2.5 * state, ff=steps + divider)


def _index(places: int) -> int:
    """Bits of an index of `places` places."""
    return bits_for(0, places - 1)[0]
