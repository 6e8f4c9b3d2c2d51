# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The accelerator at the simulated DMA: the Verilated RTL."""

from __future__ import annotations

from typing import Protocol

from hls.simulate.rtl import FifoState, Simulator
from hls.simulate.rtl_process import Advance, Live


class Accelerator(Protocol):
    """A chip with a stream in and a stream out; time passes in `advance` alone."""

    beat_bytes: int

    def advance(self, beats: bytes, room: int, cycles: int) -> Advance:
        """Offer beats and room for output bytes for at most `cycles`.

        See hls.simulate.rtl_process.Live.
        """

    def stop(self) -> tuple[FifoState, ...]:
        """Take it away; how full its FIFOs were, where that can be told."""


def verilated(program: Simulator) -> Accelerator:
    """The chip's RTL, fresh from reset."""
    return Live(program)
