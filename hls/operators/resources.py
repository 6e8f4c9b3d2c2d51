# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What hardware costs."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from math import inf
from operator import add, sub


@dataclass(frozen=True)
class Resources:
    """Estimated cost on a 7-series part: LUT6, flip-flops, BRAM36 (halves allowed), DSP48.

    `uram` counts UltraRAM blocks, which only larger UltraScale+ parts have.
    """

    lut: float = 0.0
    ff: float = 0.0
    bram36: float = 0.0
    dsp: float = 0.0
    uram: float = 0.0

    def __add__(self, other: Resources) -> Resources:
        return Resources(*map(add, astuple(self), astuple(other)))

    def __sub__(self, other: Resources) -> Resources:
        return Resources(*map(sub, astuple(self), astuple(other)))

    def __mul__(self, factor: float) -> Resources:
        return Resources(*(value * factor for value in astuple(self)))

    def shares(self, of: Resources) -> dict[str, float]:
        """Resource -> share of what a part has; one that the part lacks is left out if unused."""
        pairs = {f.name: (getattr(self, f.name), getattr(of, f.name)) for f in fields(self)}
        return {n: used / has if has else inf for n, (used, has) in pairs.items() if used or has}
