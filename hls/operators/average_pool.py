# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Average pooling over size x size pixels with stride size, in integers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from hls.common.errors import InputError
from hls.operators.pool import Pool
from hls.operators.resources import Resources


@dataclass(frozen=True)
class AveragePool(Pool):
    """The mean of each window, rounded down: a sum and a shift, as `size` is a power of two."""

    module: ClassVar[str] = "average_pool"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size & (self.size - 1):
            raise InputError(f"average_pool: size {self.size} must be a power of two")

    @property
    def shift(self) -> int:
        """Bits by which a window's sum is longer than a value."""
        return 2 * (self.size.bit_length() - 1)

    def pooled(self, pixels: Iterator[np.ndarray]) -> np.ndarray:
        total = reduce(np.add, (values.astype(np.int64) for values in pixels))
        return (total >> self.shift).astype(np.int32)

    def resources(self) -> Resources:
        bits = self.tensor.bits + self.shift
        return self.buffer_cost(bits) + Resources(lut=0.9 * self.lanes * bits)
