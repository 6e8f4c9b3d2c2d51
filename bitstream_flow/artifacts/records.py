# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""What the steps of a build leave as JSON for later ones: one class for each file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Difference:
    """The first place where two implementations disagree."""

    tensor: str
    position: tuple[int, ...]
    expected: int
    got: int

    def __str__(self) -> str:
        frame, y, x, channel = self.position
        place = f"frame {frame}, y {y}, x {x}, channel {channel}"
        return f"{self.tensor} at {place}: expected {self.expected}, got {self.got}"


@dataclass(frozen=True)
class Check:
    """check.json: the comparison of all implementations, and what the RTL simulation took.

    `cycles` are those per frame, `latency` those of the first frame; `lines` has a line of text for
    each implementation, `first` what differed, and `fifos` the most beats that each FIFO held.
    """

    verdict: str
    cycles: int
    latency: int
    rtl_frames: int
    lines: tuple[str, ...]
    first: tuple[Difference, ...] = ()
    fifos: dict[str, int] = field(default_factory=dict)
