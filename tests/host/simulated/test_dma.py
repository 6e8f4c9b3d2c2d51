# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The simulated device's DMA, memory and clocks: register by register as PG021 and UG585 say."""

from __future__ import annotations

import pytest

from hls.simulate.rtl_process import Advance
from host.simulated import dma as pg021
from host.simulated.dma import AxiDma
from host.simulated.memory import BusError, Memory
from host.simulated.processor import ProcessorRegisters

SEND, RECEIVE = pg021.SEND, pg021.RECEIVE


class Loop:
    """Gives back the bytes that came, four a packet."""

    beat_bytes = 1

    def __init__(self) -> None:
        self.held = b""
        self.cycles = 0

    def advance(self, beats: bytes, room: int, cycles: int) -> Advance:
        taken = beats[: 8 - len(self.held)]
        self.held += taken
        count = min(4, room, len(self.held))
        output, self.held = self.held[:count], self.held[count:]
        self.cycles += len(taken) or count or cycles
        return Advance(len(taken), output, count == 4, self.cycles, 0)

    def stop(self) -> tuple[()]:
        return ()


@pytest.fixture()
def memory() -> Memory:
    return Memory(0x1000_0000)


@pytest.fixture()
def dma(memory: Memory) -> AxiDma:
    found = AxiDma(memory, Loop(), length_bits=6)
    for channel in (SEND, RECEIVE):
        found.write(channel + pg021.CONTROL, 1)
    return found


def _start(dma: AxiDma, channel: int, address: int, length: int) -> None:
    dma.write(channel + pg021.ADDRESS, address & 0xFFFF_FFFF)
    dma.write(channel + pg021.ADDRESS_HIGH, address >> 32)
    dma.write(channel + pg021.LENGTH, length)


def _status(dma: AxiDma, channel: int) -> int:
    dma.advance()
    return dma.read(channel + pg021.STATUS)


def test_a_channel_is_halted_until_it_runs_and_idle_after_a_transfer(memory: Memory) -> None:
    dma = AxiDma(memory, Loop(), length_bits=6)
    region = memory.allocate(4)
    assert dma.read(SEND + pg021.STATUS) == pg021.HALTED
    _start(dma, SEND, region.address, 4)
    assert not dma.send.active
    dma.write(SEND + pg021.CONTROL, 1)
    assert dma.read(SEND + pg021.STATUS) == 0
    _start(dma, SEND, region.address, 4)
    assert dma.read(SEND + pg021.STATUS) == 0
    assert _status(dma, SEND) == pg021.IDLE | pg021.DONE_INTERRUPT
    dma.write(SEND + pg021.STATUS, pg021.DONE_INTERRUPT)
    assert dma.read(SEND + pg021.STATUS) == pg021.IDLE


def test_a_packet_ends_a_reception_and_its_length_can_be_read(dma: AxiDma, memory: Memory) -> None:
    region, target = memory.allocate(6), memory.allocate(32)
    region.host[:6] = range(6)
    memory.flush(region.address, 0, 6)
    _start(dma, SEND, region.address, 6)
    _start(dma, RECEIVE, target.address, 32)
    assert _status(dma, RECEIVE) & pg021.IDLE
    assert dma.read(RECEIVE + pg021.LENGTH) == 4 and list(target.memory[:4]) == [0, 1, 2, 3]
    assert list(target.host[:4]) == [0xA5] * 4
    memory.invalidate(target.address, 0, 2)
    assert list(target.host[:4]) == [0, 1, 0xA5, 0xA5]


def test_a_transfer_waits_while_nothing_is_taken(dma: AxiDma, memory: Memory) -> None:
    region, target = memory.allocate(20), memory.allocate(32)
    _start(dma, SEND, region.address, 20)
    for _ in range(10):
        assert _status(dma, SEND) == 0
    assert dma.send.moved == 8 and dma.cycles > 100_000
    for _ in range(5):
        _start(dma, RECEIVE, target.address, 32)
        assert _status(dma, RECEIVE) & pg021.IDLE
    assert dma.read(SEND + pg021.STATUS) & pg021.IDLE


def test_looking_alone_lets_time_pass_in_the_end(dma: AxiDma, memory: Memory) -> None:
    _start(dma, SEND, memory.allocate(4).address, 4)
    looks = 0
    while not dma.read(SEND + pg021.STATUS) & pg021.IDLE:
        looks += 1
        assert looks < 200
    assert looks > 10


def test_the_length_register_has_no_more_bits_than_the_ip(dma: AxiDma, memory: Memory) -> None:
    region = memory.allocate(100)
    _start(dma, SEND, region.address, 64 + 3)
    assert _status(dma, SEND) & pg021.IDLE and dma.read(SEND + pg021.LENGTH) == 3
    _start(dma, SEND, region.address, 64)
    assert not dma.send.active


def test_no_memory_there_is_a_decode_error(dma: AxiDma, memory: Memory) -> None:
    _start(dma, SEND, 0x4000, 4)
    halted = pg021.HALTED | pg021.DECODE_ERROR | pg021.ERROR_INTERRUPT
    assert _status(dma, SEND) == halted
    # An error stays until a reset, which takes both channels.
    dma.write(SEND + pg021.CONTROL, 1)
    assert _status(dma, SEND) & pg021.HALTED
    dma.write(SEND + pg021.CONTROL, 4)
    assert [dma.read(channel + pg021.STATUS) for channel in (SEND, RECEIVE)] == [1, 1]


def test_a_memory_that_refuses_is_a_slave_error(
    dma: AxiDma, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    region, target = memory.allocate(4), memory.allocate(4)

    def refuse(address: int, data: bytes) -> None:
        raise BusError("no", decode=False)

    monkeypatch.setattr(memory, "write", refuse)
    _start(dma, SEND, region.address, 4)
    _start(dma, RECEIVE, target.address, 8)
    error = pg021.SLAVE_ERROR | pg021.INTERNAL_ERROR | pg021.ERROR_INTERRUPT
    assert _status(dma, RECEIVE) == error | pg021.HALTED
    assert _status(dma, SEND) & pg021.IDLE


def test_more_than_there_is_room_for_is_an_internal_error(dma: AxiDma, memory: Memory) -> None:
    _start(dma, SEND, memory.allocate(4).address, 4)
    _start(dma, RECEIVE, memory.allocate(4).address, 2)
    assert _status(dma, RECEIVE) & pg021.INTERNAL_ERROR


def test_a_length_in_the_middle_of_a_transfer_is_a_drivers_mistake(
    dma: AxiDma, memory: Memory
) -> None:
    _start(dma, RECEIVE, memory.allocate(4).address, 4)
    with pytest.raises(RuntimeError, match="while a transfer was under way"):
        dma.write(RECEIVE + pg021.LENGTH, 4)


def test_a_channel_does_not_stop_in_the_middle(dma: AxiDma, memory: Memory) -> None:
    """So that waiting for it, as pynq's stop does, never ends when a transfer hangs."""
    _start(dma, RECEIVE, memory.allocate(4).address, 4)
    dma.write(RECEIVE + pg021.CONTROL, 0)
    assert not _status(dma, RECEIVE) & pg021.HALTED
    dma.write(SEND + pg021.CONTROL, 0)
    assert _status(dma, SEND) & pg021.HALTED


def test_the_upper_half_of_an_address() -> None:
    memory = Memory(0x8_7000_0000)
    region = memory.allocate(4)
    for bits, error in ((40, 0), (32, pg021.DECODE_ERROR)):
        dma = AxiDma(memory, Loop(), length_bits=6, address_bits=bits)
        dma.write(SEND + pg021.CONTROL, 1)
        _start(dma, SEND, region.address, 4)
        assert _status(dma, SEND) & pg021.DECODE_ERROR == error
        assert dma.read(SEND + pg021.ADDRESS_HIGH) == (8 if bits == 40 else 0)


def test_buffers_lie_apart(memory: Memory) -> None:
    first, second = memory.allocate(1), memory.allocate(5000)
    assert second.address - first.address == 8192 and second.memory.size == 8192
    with pytest.raises(BusError, match="no memory at 0x10000000"):
        memory.read(first.address, 4097)
    memory.free(first.address)
    with pytest.raises(BusError):
        memory.read(first.address, 1)


@pytest.mark.parametrize(("arch", "clock"), [("armv7l", 0xF800_0170), ("aarch64", 0xFF5E_00C0)])
def test_clock_registers_are_words(arch: str, clock: int) -> None:
    registers = ProcessorRegisters(arch)
    assert clock in registers and 0x4040_0000 not in registers
    registers.write(clock, 0x00A0_0500)
    assert registers.read(clock) == 0x00A0_0500 and registers.read(clock + 0xC) == 0
