# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Width converter: the same tensor with other lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.operator import NO_CONSTANTS, Constants, Operator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class WidthConverter(Operator):
    """`in_lanes` to `out_lanes` channels per beat; one of them must divide the other."""

    module: ClassVar[str] = "width_converter"
    only_moves: ClassVar[bool] = True
    fold_fields: ClassVar[tuple[str, ...]] = ("in_lanes", "out_lanes")
    parameter_names: ClassVar[tuple[str, ...]] = ("BITS", "IN_LANES", "OUT_LANES")

    tensor: TensorType
    in_lanes: int = 1
    out_lanes: int = 1

    def __post_init__(self) -> None:
        Stream(self.tensor, self.in_lanes)
        Stream(self.tensor, self.out_lanes)
        if max(self.in_lanes, self.out_lanes) % min(self.in_lanes, self.out_lanes):
            raise InputError(
                f"width_converter: neither of {self.in_lanes} and {self.out_lanes} lanes divides"
                " the other; go by way of their greatest common divisor"
            )

    @property
    def inputs(self) -> tuple[Stream, ...]:
        return (Stream(self.tensor, self.in_lanes),)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        return (Stream(self.tensor, self.out_lanes),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        return frames

    @property
    def cycles(self) -> int:
        return max(self.inputs[0].beats, self.outputs[0].beats)

    @property
    def latency(self) -> int:
        return 0

    def needs(self) -> np.ndarray:
        last_channel = np.arange(1, self.outputs[0].beats + 1) * self.out_lanes
        return -(-last_channel // self.in_lanes)[:, None]

    def room(self) -> np.ndarray:
        # Gathering keeps all beats except the last; splitting leaves its beat upstream.
        beats = np.arange(self.outputs[0].beats)
        if self.in_lanes < self.out_lanes:
            return (beats + 1) * (self.out_lanes // self.in_lanes) - 1
        return beats // (self.in_lanes // self.out_lanes)

    def resources(self) -> Resources:
        width_in, width_out = self.inputs[0].width_bits, self.outputs[0].width_bits
        ratio = max(width_in, width_out) // min(width_in, width_out)
        index_bits = (ratio - 1).bit_length()
        control = Resources(lut=index_bits + 2, ff=index_bits)
        if width_in < width_out:
            return control + Resources(ff=width_out - width_in)
        return control + Resources(lut=width_out * (ratio - 1) / 3)
