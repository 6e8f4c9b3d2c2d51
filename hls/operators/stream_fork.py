# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Fork: one stream to several consumers; `fork` alone is a keyword in RTL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.operator import NO_CONSTANTS, Constants, LanedOperator
from hls.operators.resources import Resources
from hls.streams.tensor import Stream, TensorType


@dataclass(frozen=True)
class Fork(LanedOperator):
    """Copies each beat; no copy waits for the others, but the next beat waits for all."""

    module: ClassVar[str] = "stream_fork"
    only_moves: ClassVar[bool] = True

    tensor: TensorType
    copies: int
    lanes: int = 1

    def __post_init__(self) -> None:
        if self.copies < 2:
            raise InputError(f"fork: {self.copies} copies, but it must make at least 2")
        Stream(self.tensor, self.lanes)

    @property
    def outputs(self) -> tuple[Stream, ...]:
        return self.inputs * self.copies

    def reference(
        self, *frames: np.ndarray, constants: Constants = NO_CONSTANTS
    ) -> tuple[np.ndarray, ...]:
        return frames * self.copies

    @property
    def latency(self) -> int:
        return 0

    def parameters(self) -> dict[str, int]:
        return {"WIDTH_BITS": self.inputs[0].width_bits, "COPIES": self.copies}

    def resources(self) -> Resources:
        return Resources(lut=2 * self.copies, ff=self.copies)
