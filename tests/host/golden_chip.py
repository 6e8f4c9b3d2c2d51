# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The golden model in the accelerator's place behind the simulated DMA: no simulation to build."""

from __future__ import annotations

import numpy as np

from hls.simulate.rtl import FifoState
from hls.simulate.rtl_process import Advance
from host.board.frames import FramePort
from host.bundle.bundle import Bundle
from host.golden.model import Golden


class GoldenAccelerator:
    """The golden model as a chip: a frame leaves once it has come in whole.

    It holds up to `depth` frames, then it takes no more until there is room for output.
    """

    def __init__(self, bundle: Bundle, golden: Golden, depth: int = 3) -> None:
        self._input, self._output = FramePort(bundle.input), FramePort(bundle.output)
        self._golden = golden
        self._depth = depth
        self.beat_bytes = self._input.beat_bytes
        self.cycles = 0
        self._coming = b""
        self._frames: list[bytes] = []
        self._sent = 0

    def advance(self, beats: bytes, room: int, cycles: int) -> Advance:
        """As hls.simulate.rtl_process.Live does it; a beat per cycle, and all `cycles` where
        nothing can move."""
        first = self.cycles
        taken = self._take(beats)
        output, last = self._give(room)
        moved = max(taken // self.beat_bytes, len(output) // self._output.beat_bytes)
        self.cycles += moved or cycles
        return Advance(taken // self.beat_bytes, output, last, self.cycles, first)

    def _take(self, beats: bytes) -> int:
        if len(self._frames) >= self._depth:
            return 0
        part = beats[: self._input.frame_bytes - len(self._coming)]
        self._coming += part
        if len(self._coming) == self._input.frame_bytes:
            self._frames.append(self.compute(self._coming))
            self._coming = b""
        return len(part)

    def compute(self, frame: bytes) -> bytes:
        """A frame's input bytes -> its output bytes."""
        image = self._input.unpack(np.frombuffer(frame, np.uint8)).astype(np.uint8)
        return self._output.pack(self._golden.run(image[None])[0]).tobytes()

    def _give(self, room: int) -> tuple[bytes, bool]:
        if not self._frames:
            return b"", False
        part = self._frames[0][self._sent : self._sent + room]
        self._sent += len(part)
        last = self._sent == len(self._frames[0])
        if last:
            self._frames.pop(0)
            self._sent = 0
        return part, last

    def stop(self) -> tuple[FifoState, ...]:
        """Nothing is known of FIFOs."""
        return ()
