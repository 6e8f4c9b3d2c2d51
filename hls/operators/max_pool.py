# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Max pooling over size x size pixels with stride size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from hls.operators.pool import Pool
from hls.operators.resources import Resources


@dataclass(frozen=True)
class MaxPool(Pool):
    """The largest value of each window; on binary tensors that is an OR."""

    module: ClassVar[str] = "max_pool"

    def pooled(self, pixels: Iterator[np.ndarray]) -> np.ndarray:
        return reduce(np.maximum, pixels)

    def resources(self) -> Resources:
        per_bit = 0.5 if self.tensor.bits == 1 else 1.3
        compare = Resources(lut=per_bit * self.inputs[0].width_bits)
        return self.buffer_cost(self.tensor.bits) + compare
