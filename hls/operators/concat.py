# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Concatenation along the channels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.operator import NO_CONSTANTS, Constants, Operator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType

_INPUTS_MAX = 8


@dataclass(frozen=True)
class Concat(Operator):
    """Several (H, W, C_i) of one integer type -> (H, W, sum of C_i); `lanes` divides each C_i."""

    module: ClassVar[str] = "concat"
    fold_fields: ClassVar[tuple[str, ...]] = ("lanes",)

    tensors: tuple[TensorType, ...]
    lanes: int = 1

    def __post_init__(self) -> None:
        if not 2 <= len(self.tensors) <= _INPUTS_MAX:
            raise InputError(f"concat: {len(self.tensors)} inputs, but 2 to {_INPUTS_MAX} work")
        if len({replace(tensor, channels=1) for tensor in self.tensors}) > 1:
            raise InputError("concat: the inputs differ in more than their channels")
        for tensor in self.tensors:
            Stream(tensor, self.lanes)

    @property
    def inputs(self) -> tuple[Stream, ...]:
        return tuple(Stream(tensor, self.lanes) for tensor in self.tensors)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        channels = sum(tensor.channels for tensor in self.tensors)
        return (Stream(replace(self.tensors[0], channels=channels), self.lanes),)

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        return (np.concatenate(frames, axis=3),)

    @property
    def folds(self) -> tuple[int, ...]:
        """Beats a pixel of each input."""
        return tuple(stream.beats_per_pixel for stream in self.inputs)

    @property
    def cycles(self) -> int:
        return self.outputs[0].beats

    @property
    def latency(self) -> int:
        return 0

    def needs(self) -> np.ndarray:
        folds = np.array(self.folds)
        before = np.cumsum(folds) - folds
        position = np.arange(1, folds.sum() + 1)[:, None]
        in_pixel = np.clip(position - before, 0, folds)
        pixels = np.arange(self.tensors[0].pixels)[:, None, None]
        return (pixels * folds + in_pixel).reshape(-1, len(folds))

    def parameters(self) -> dict[str, int]:
        folds = {f"FOLDS_{index}": count for index, count in enumerate(self.folds)}
        return {"WIDTH_BITS": self.inputs[0].width_bits, "INPUTS": len(self.tensors), **folds}

    def resources(self) -> Resources:
        count, fold_bits = len(self.tensors), max(self.folds).bit_length()
        width = self.inputs[0].width_bits
        per_bit = 1 if count <= 4 else 2
        return Resources(
            lut=per_bit * width + fold_bits + count + 1,
            ff=fold_bits + (count - 1).bit_length(),
        )
