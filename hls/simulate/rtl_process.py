# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""An accelerator's simulation as a live process: beats in and out as they come, between calls idle.

`Live(build(design)).advance(beats, room, cycles)`: time passes only inside a call.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hls.simulate.rtl import FifoState, SimulationError, Simulator, copy_memories, fifo_states
from hls.streams.encoding import axis_bytes

_REQUEST = struct.Struct("<QII")
_REPLY = struct.Struct("<IIIIQQ")
_MARK = 0x4556494C


@dataclass(frozen=True)
class Advance:
    """What a call to `advance` did: beats taken, bytes that left, whether they end a frame.

    `cycles` have passed since the reset; `first_taken` is the cycle of the first beat taken now.
    """

    taken: int
    output: bytes
    last: bool
    cycles: int
    first_taken: int


class Live:
    """A running simulation of a design with AXI4-Stream ports; stop it, or it stays."""

    def __init__(self, simulator: Simulator, seed: int = 1) -> None:
        design = simulator.design
        self.beat_bytes = axis_bytes(design.inputs[0].width_bits)
        self._out_bytes = axis_bytes(design.outputs[0].width_bits)
        self._folder = tempfile.TemporaryDirectory(prefix="live-")
        folder = Path(self._folder.name)
        copy_memories(design, folder)
        # Registers without reset start at random: nothing may depend on them.
        random = ("+verilator+rand+reset+2", f"+verilator+seed+{seed}")
        self._process = subprocess.Popen(
            [str(simulator.program), "+live", f"+dir={folder}", *random],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            # A terminal's Ctrl-C is for us, who may have frames to finish.
            start_new_session=True,
        )  # fmt: skip

    def advance(self, beats: bytes, room: int, cycles: int) -> Advance:
        """Offer whole beats and take up to `room` bytes, for at most `cycles` cycles.

        Ends early when all beats are taken, the room is full or a frame's last beat has left.
        """
        head = _REQUEST.pack(cycles, len(beats) // self.beat_bytes, room // self._out_bytes)
        try:
            self._pipe(self._process.stdin).write(head + beats)
            self._pipe(self._process.stdin).flush()
        except OSError:
            raise SimulationError(self._broke_off(b"")) from None
        reply = self._read(_REPLY.size)
        mark, taken, left, last, total, first = _REPLY.unpack(reply)
        if mark != _MARK:
            raise SimulationError(self._broke_off(reply))
        return Advance(taken, self._read(left * self._out_bytes), bool(last), total, first)

    def stop(self) -> tuple[FifoState, ...]:
        """End the simulation; how full each FIFO was."""
        try:
            text, _ = self._process.communicate()
        except (OSError, ValueError):
            text = b""
        self._folder.cleanup()
        return fifo_states(text.decode(errors="replace").splitlines())

    def _read(self, size: int) -> bytes:
        data = self._pipe(self._process.stdout).read(size)
        if len(data) < size:
            raise SimulationError(self._broke_off(data))
        return data

    def _broke_off(self, seen: bytes) -> str:
        self._process.kill()
        rest = self._pipe(self._process.stdout).read()
        lines = (seen + rest).decode(errors="replace").splitlines() or ["no output"]
        return f"the simulation broke off: {lines[0]}"

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe
