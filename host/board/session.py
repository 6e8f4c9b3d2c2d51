# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""One bitstream, its AXI DMA and its buffers through pynq; every wait has an end.

pynq's own waits have none, and its `stop` spins for ever on a DMA that hangs. So the status is read
here, and pynq is asked to finish a transfer only once the hardware has.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hls.common.errors import one_line
from host.api.base import BackendError
from host.board.frames import FramePort
from host.bundle.bundle import Bundle

_CONTROL, _STATUS, _RECEIVE = 0x00, 0x04, 0x30
_RUN, _RESET, _HALTED, _IDLE = 0x1, 0x4, 0x1, 0x2
# The internal error accompanies the others where memory is written.
_ERRORS = {
    0x40: "a decode error: no memory lies at the address",
    0x20: "a slave error: the memory refused an access",
    0x10: "an internal error: more came than a frame",
}
_PAGE = 4096
# Every cache line of an output buffer starts with it before a transfer. No beat with spare bits can
# look like it, and no other is likely to.
_SENTINEL = 0xFEDC_BA98_F654_3217
_LINE_WORDS = 4
# A clock may be slower than the bundle's by what divisors make of it, but not faster.
_CLOCK_LOW, _CLOCK_HIGH = 0.9, 1.01


class DmaError(BackendError):
    """A transfer failed or hangs; the frames under way have to be run again."""


class HangError(DmaError):
    """Nothing comes out any more."""


def _sleep() -> None:
    time.sleep(50e-6)


@dataclass(frozen=True)
class Pace:
    """How to wait: the clock in seconds, what to do between two looks, and when to give up.

    After `attempts` failures within one submission there is no further one.
    """

    timeout_s: float
    attempts: int = 3
    now: Callable[[], float] = time.monotonic
    pause: Callable[[], None] = _sleep


class Session:
    """An overlay on a device, None for the board's own; `close` leaves the DMA at rest.

    Two buffers a direction: the processor works on one, the DMA on the other.
    """

    def __init__(self, bundle: Bundle, bit: Path, device: Any, pace: Pace) -> None:
        self.input, self.output = FramePort(bundle.input), FramePort(bundle.output)
        self._clock_mhz = bundle.clock_mhz
        self._pace = pace
        self._device = device
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._overlay = load_overlay(bit, device)
        self._registers, self._dma = self._start()
        self._allocate()

    def recover(self) -> None:
        """The bitstream anew, a DMA that was reset, fresh buffers: nothing of before is left.

        The DMA is reset first, so that it accesses no memory while the logic is exchanged.
        """
        self._reset()
        try:
            self._overlay.download()
        except Exception as error:
            raise DmaError(f"the bitstream cannot be loaded again: {one_line(error)}") from None
        self._free()
        self._registers, self._dma = self._start()
        self._allocate()

    def close(self) -> None:
        """Stop the DMA and give the buffers back; the overlay stays loaded."""
        try:
            self._reset()
        finally:
            self._free()

    def send(self, slot: int) -> None:
        """Start sending input buffer `slot`; pynq flushes it."""
        self._transfer(self._dma.sendchannel, self._inputs[slot], self.input.frame_bytes)

    def receive(self, slot: int) -> None:
        """Let the next frame come into output buffer `slot`."""
        buffer = self._outputs[slot]
        buffer.view(np.ndarray).view(np.uint64)[::_LINE_WORDS] = _SENTINEL
        # Lines that stayed dirty could be written over what the DMA brings.
        buffer.flush()
        self._transfer(self._dma.recvchannel, buffer, self.output.room_bytes)

    def pack(self, slot: int, image: np.ndarray) -> None:
        """An image uint8 (H, W, C) into input buffer `slot`."""
        self.input.pack(image, self._inputs[slot].view(np.ndarray)[: self.input.frame_bytes])

    def sent(self) -> bool:
        """Whether the last frame has been sent; a DmaError if it cannot be."""
        return self._finished(0, "sending")

    def received(self) -> bool:
        """Whether a frame has come, in full length."""
        if not self._finished(_RECEIVE, "receiving"):
            return False
        channel = self._dma.recvchannel
        try:
            channel.wait()
        except Exception as error:
            raise DmaError(f"DMA: {one_line(error)}") from None
        if channel.transferred != self.output.frame_bytes:
            raise DmaError(
                f"a frame of {channel.transferred} bytes came, this bundle's have"
                f" {self.output.frame_bytes}: is the bitstream the bundle's own?"
            )
        return True

    def unpack(self, slot: int) -> np.ndarray:
        """The frame in output buffer `slot`, int32 (H, W, C); stale memory is a DmaError."""
        octets = self._outputs[slot].view(np.ndarray)[: self.output.frame_bytes]
        words = octets[: octets.size // 8 * 8].view(np.uint64)
        if (words[::_LINE_WORDS] == _SENTINEL).any():
            raise DmaError("the processor's cache hides what the DMA wrote to an output buffer")
        return self.output.unpack(octets)

    def _start(self) -> tuple[Any, Any]:
        """The DMA's registers and pynq's driver, with both channels running."""
        import pynq

        set_clock(self._clock_mhz)
        ip = self._overlay.ip_dict["dma"]
        self._registers = pynq.MMIO(ip["phys_addr"], ip["addr_range"], device=self._device)
        self._reset()
        for channel in (0, _RECEIVE):
            self._registers.write(channel + _CONTROL, _RUN)
            self._until(channel + _STATUS, _HALTED, "a channel of the DMA does not start")
        dma = self._overlay.dma
        for driver in (dma.sendchannel, dma.recvchannel):
            driver.start()
        return self._registers, dma

    def _reset(self) -> None:
        self._registers.write(_CONTROL, _RESET)
        self._until(_CONTROL, _RESET, "the DMA's reset does not end")

    def _until(self, register: int, bit: int, complaint: str) -> None:
        """Wait for a bit to fall."""
        end = self._pace.now() + self._pace.timeout_s
        while self._registers.read(register) & bit:
            if self._pace.now() > end:
                raise DmaError(f"{complaint}: switch the board off and on")
            self._pace.pause()

    def _transfer(self, channel: Any, buffer: Any, nbytes: int) -> None:
        try:
            channel.transfer(buffer, 0, nbytes)
        except Exception as error:
            raise DmaError(f"DMA: {one_line(error)}") from None

    def _finished(self, channel: int, what: str) -> bool:
        status = self._registers.read(channel + _STATUS)
        for bit, meaning in _ERRORS.items():
            if status & bit:
                raise DmaError(f"the DMA stopped {what} with {meaning}")
        if status & _HALTED:
            raise DmaError(f"the DMA stopped {what} by itself")
        return bool(status & _IDLE)

    def _allocate(self) -> None:
        """Whole pages, cached: the processor touches every byte, and each use is synchronised."""
        from pynq import allocate

        def buffer(nbytes: int) -> Any:
            size = -(-nbytes // _PAGE) * _PAGE
            return allocate((size,), np.uint8, self._device, cacheable=1)

        try:
            for _ in range(2):
                self._inputs.append(buffer(self.input.frame_bytes))
                self._outputs.append(buffer(self.output.room_bytes))
        except Exception as error:
            self._free()
            raise BackendError(f"no memory for the DMA's buffers: {one_line(error)}") from None

    def _free(self) -> None:
        for buffer in (*self._inputs, *self._outputs):
            buffer.freebuffer()
        self._inputs, self._outputs = [], []


def load_overlay(bit: Path, device: Any) -> Any:
    """Download the bitstream; whatever pynq does not like is a BackendError."""
    import pynq

    try:
        return pynq.Overlay(str(bit.resolve()), device=device)
    except Exception as error:
        raise BackendError(f"pynq cannot load {bit}: {one_line(error)}") from None


def set_clock(wanted_mhz: float) -> None:
    """Have the logic's clock run as the bundle was built for, or raise a BackendError."""
    from pynq import Clocks

    def fits() -> bool:
        return _CLOCK_LOW * wanted_mhz <= Clocks.fclk0_mhz <= _CLOCK_HIGH * wanted_mhz

    try:
        if not fits():
            Clocks.fclk0_mhz = wanted_mhz
        right = fits()
    except Exception as error:
        raise BackendError(f"pynq cannot set the logic's clock: {one_line(error)}") from None
    if not right:
        raise BackendError(
            f"the logic's clock is {Clocks.fclk0_mhz:g} MHz and cannot be set to the bundle's"
            f" {wanted_mhz:g} MHz: restart the board, so that its boot loader sets the PLLs"
        )
