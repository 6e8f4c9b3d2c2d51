# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""AXI DMA in direct register mode as PG021 describes it, between memory and an accelerator.

Time passes in `advance`, up to the next thing that the processor could notice, so that a driver
which calls it when it waits acts in no time. For one that only looks at the status registers it
passes too, but slower.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hls.simulate.rtl_process import Advance
from host.simulated.accelerator import Accelerator
from host.simulated.memory import BusError, Memory

# Offsets within a channel, whose base is 0x00 (memory to stream) or 0x30 (stream to memory).
CONTROL, STATUS, ADDRESS, ADDRESS_HIGH, LENGTH = 0x00, 0x04, 0x18, 0x1C, 0x28
SEND, RECEIVE = 0x00, 0x30

HALTED, IDLE = 0x0001, 0x0002
INTERNAL_ERROR, SLAVE_ERROR, DECODE_ERROR = 0x10, 0x20, 0x40
DONE_INTERRUPT, ERROR_INTERRUPT = 0x1000, 0x4000
_RUN, _RESET = 0x1, 0x4
_INTERRUPTS = 0x7000
# Cycles that pass at most between two looks, and bytes read ahead of the stream.
_QUANTUM = 20_000
_BURST = 4096
# Looks at a status after which time passes by itself.
_LOOKS = 64


@dataclass
class Channel:
    """One direction: its registers and the transfer under way."""

    control: int = 0x0001_0002
    status: int = HALTED
    address: int = 0
    length: int = 0
    moved: int = 0
    active: bool = False

    @property
    def remaining(self) -> int:
        """Bytes that the transfer under way may still move."""
        return self.length - self.moved if self.active else 0

    def start(self, length: int) -> None:
        """The length register was written."""
        if self.active:
            raise RuntimeError("the DMA's length was written while a transfer was under way")
        if self.status & HALTED or not length:
            return
        self.length, self.moved, self.active = length, 0, True
        self.status &= ~IDLE

    def finish(self) -> None:
        """The transfer is over; the length register tells how many bytes it moved."""
        self.active, self.length = False, self.moved
        self.status |= IDLE | DONE_INTERRUPT

    def fail(self, error: int) -> None:
        """Halt with an error; only a reset helps."""
        self.active = False
        self.status = (self.status & ~IDLE) | HALTED | error | ERROR_INTERRUPT
        self.control &= ~_RUN


@dataclass
class AxiDma:
    """The two channels, joined to a memory and an accelerator.

    `length_bits` is the IP's c_sg_length_width. `starts` and `ends` are the cycles of each frame's
    first beat into the accelerator, and those passed at its last beat out.
    """

    memory: Memory
    accelerator: Accelerator
    length_bits: int
    address_bits: int = 32
    send: Channel = field(default_factory=Channel)
    receive: Channel = field(default_factory=Channel)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    cycles: int = 0
    looks: int = 0

    def read(self, offset: int) -> int:
        """A register."""
        channel, register = self._decode(offset)
        if register == STATUS:
            self.looks += 1
            if self.looks == _LOOKS:
                self.advance()
            return channel.status
        values = {
            CONTROL: channel.control,
            ADDRESS: channel.address & 0xFFFF_FFFF,
            ADDRESS_HIGH: channel.address >> 32,
            LENGTH: channel.length,
        }
        return values.get(register, 0)

    def write(self, offset: int, value: int) -> None:
        """A register; writing the length starts a transfer."""
        channel, register = self._decode(offset)
        low = channel.address & 0xFFFF_FFFF
        if register == CONTROL and value & _RESET:
            self.send, self.receive = Channel(), Channel()
        elif register == CONTROL:
            self._control(channel, value)
        elif register == STATUS:
            channel.status &= ~(value & _INTERRUPTS)
        elif register == ADDRESS:
            channel.address = (channel.address & ~0xFFFF_FFFF) | value
        elif register == ADDRESS_HIGH and self.address_bits > 32:
            channel.address = (value << 32) | low
        elif register == LENGTH:
            channel.start(value & ((1 << self.length_bits) - 1))

    def _decode(self, offset: int) -> tuple[Channel, int]:
        receive = offset >= RECEIVE
        return (self.receive if receive else self.send), offset - RECEIVE * receive

    @staticmethod
    def _control(channel: Channel, value: int) -> None:
        channel.control = value
        errors = channel.status & (INTERNAL_ERROR | SLAVE_ERROR | DECODE_ERROR)
        if value & _RUN and not errors:
            channel.status &= ~HALTED
        elif not value & _RUN and not channel.active:
            # A channel stops once its transfer is over, never in the middle.
            channel.status = (channel.status | HALTED) & ~IDLE

    def advance(self) -> None:
        """Let time pass, if a transfer is under way."""
        self.looks = 0
        if not self.send.active and not self.receive.active:
            return
        beats = self._fetch()
        step = self.accelerator.advance(beats, self.receive.remaining, _QUANTUM)
        self.cycles = step.cycles
        if self.send.active and step.taken:
            self._sent(step)
        if self.receive.active and step.output:
            self._received(step)

    def _fetch(self) -> bytes:
        """What the stream may take next: read from memory as it goes, not before."""
        send = self.send
        if not send.active:
            return b""
        try:
            return self.memory.read(send.address + send.moved, min(send.remaining, _BURST))
        except BusError as error:
            send.fail(DECODE_ERROR if error.decode else SLAVE_ERROR)
            return b""

    def _sent(self, step: Advance) -> None:
        if self.send.moved == 0:
            self.starts.append(step.first_taken)
        self.send.moved += step.taken * self.accelerator.beat_bytes
        if not self.send.remaining:
            self.send.finish()

    def _received(self, step: Advance) -> None:
        receive = self.receive
        try:
            self.memory.write(receive.address + receive.moved, step.output)
        except BusError as error:
            # Without scatter-gather, any error while memory is written is an internal one too.
            receive.fail(INTERNAL_ERROR | (DECODE_ERROR if error.decode else SLAVE_ERROR))
            return
        receive.moved += len(step.output)
        if step.last:
            self.ends.append(step.cycles)
            receive.finish()
        elif not receive.remaining:
            # A packet bigger than the length: an internal error, beyond which nothing is defined.
            receive.fail(INTERNAL_ERROR)
