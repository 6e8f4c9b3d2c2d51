# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The pynq.Device of a simulated board. Needs pynq (3.0.1 to 4.0.0): import it only where that is.

The device is handed to pynq.Overlay and pynq.allocate by its user and never found by probing: it
cannot come before a real board.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pynq import Clocks, Device, ps
from pynq.buffer import PynqBuffer
from pynqmetadata.frontends import Metadata

from hls.simulate.rtl import FifoState
from host.simulated.accelerator import Accelerator
from host.simulated.dma import AxiDma
from host.simulated.memory import Memory
from host.simulated.processor import ProcessorRegisters

try:
    from pynqmetadata.views.runtime import RuntimeMetadataParser  # pynq 4
except ImportError:
    from pynq.metadata.runtime_metadata_parser import RuntimeMetadataParser

_DMA_TYPE = "xilinx.com:ip:axi_dma:7.1"
# A 64-bit address on an UltraScale+, so that nothing may leave its upper half out.
_MEMORY = {"armv7l": (0x1000_0000, 32), "aarch64": (0x8_7000_0000, 40)}


def _clocks_of(device: SimulatedDevice) -> Any:
    """pynq's clock driver for the device's processor.

    pynq has one for the process, and 3.0.1 chooses it by the processor that it runs on itself.
    """
    kind = ps._ClocksZynq if device.arch == ps.ZYNQ_ARCH else ps._ClocksUltrascale
    before = Device.__dict__.get("_active_device")
    Device.active_device = device
    try:
        return kind()
    finally:
        del Device._active_device
        if before is not None:
            Device.active_device = before


class SimulatedBuffer(PynqBuffer):
    """A buffer whose pages go back to the simulated memory when it is freed."""

    def freebuffer(self) -> None:
        """Give the pages back; views of the buffer own none."""
        region = self.__dict__.pop("region", None)
        if region is not None:
            self.device.memory.free(region.address)


class SimulatedDevice(Device):
    """A board of the architecture `arch` (armv7l or aarch64); `make` builds its accelerator anew.

    Every download of the bitstream resets the accelerator and the DMA, as it does on a board.
    """

    def __init__(self, arch: str, make: Callable[[], Accelerator]) -> None:
        super().__init__(f"simulated-{arch}")
        self.name = "simulated"
        self.arch = arch
        self.capabilities = {"REGISTER_RW": True, "MEMORY_MAPPED": False}
        base, self._address_bits = _MEMORY[arch]
        self.memory = Memory(base)
        self.processor = ProcessorRegisters(arch)
        self.downloads = 0
        self._make = make
        self._dma: AxiDma | None = None
        self._past = 0
        self._dma_range = range(0)
        self._clocks = _clocks_of(self)
        Clocks._real_instance = self._clocks

    @property
    def dma(self) -> AxiDma:
        """The DMA of the bitstream that is loaded."""
        if self._dma is None:
            raise RuntimeError("no bitstream was downloaded to the simulated device")
        return self._dma

    def get_bitfile_metadata(self, bitfile_name: str, partial: bool = False) -> Any:
        """The parsed handoff beside the bitstream."""
        parser = RuntimeMetadataParser(Metadata(input=str(Path(bitfile_name).with_suffix(".hwh"))))
        for clock in parser.clock_dict.values():
            # pynq 4 sets clocks by frequency, which a Zynq-7000's handoff does not give it.
            if clock.get("frequency", 0) is None:
                clock["frequency"] = 1000.0 / (clock["divisor0"] * clock["divisor1"])
        return parser

    def download(self, bitstream: Any, parser: Any = None) -> None:
        """Load the bitstream: its DMA at its address, the accelerator fresh from reset."""
        self.stop()
        (ip,) = (entry for entry in parser.ip_dict.values() if entry["type"] == _DMA_TYPE)
        bits = int(ip["parameters"]["c_sg_length_width"])
        self._dma = AxiDma(self.memory, self._make(), bits, self._address_bits)
        self._dma_range = range(ip["phys_addr"], ip["phys_addr"] + ip["addr_range"])
        self.downloads += 1
        self.post_download(bitstream, parser)

    def stop(self) -> None:
        """Switch the logic off."""
        if self._dma is not None:
            self._past += self._dma.cycles
            self._dma.accelerator.stop()
            self._dma = None

    def release(self) -> None:
        """Switch the logic off and leave pynq as if the device had never been there."""
        self.stop()
        if Clocks.__dict__.get("_real_instance") is self._clocks:
            del Clocks._real_instance

    @property
    def cycles(self) -> int:
        """Cycles that passed so far, in every bitstream that was loaded."""
        return self._past + (self._dma.cycles if self._dma else 0)

    def advance(self) -> None:
        """Let time pass while the processor waits."""
        if self._dma is not None:
            self._dma.advance()

    def inspect(self) -> tuple[FifoState, ...]:
        """How full the accelerator's FIFOs are; it starts afresh, as this ends a simulation."""
        self._past += self.dma.cycles
        fifos = self.dma.accelerator.stop()
        self._dma = replace(self.dma, accelerator=self._make(), cycles=0)
        return fifos

    def read_registers(self, address: int, length: int) -> bytes:
        """A register of the processor or the logic, as the bus gives it."""
        if address in self.processor:
            return self.processor.read(address).to_bytes(length, "little")
        self._check(address)
        return self.dma.read(address - self._dma_range.start).to_bytes(length, "little")

    def write_registers(self, address: int, data: bytes) -> None:
        """The same in the other direction."""
        value = int.from_bytes(data, "little")
        if address in self.processor:
            self.processor.write(address, value)
        else:
            self._check(address)
            self.dma.write(address - self._dma_range.start, value)

    def _check(self, address: int) -> None:
        if address not in self._dma_range:
            raise RuntimeError(f"bus error: nothing answers at {address:#x}")

    def allocate(self, shape: Any, dtype: Any, **_: Any) -> SimulatedBuffer:
        """A buffer in memory, cached by the processor and not coherent."""
        kind = np.dtype(dtype)
        nbytes = int(np.prod(shape)) * kind.itemsize
        region = self.memory.allocate(nbytes)
        buffer = SimulatedBuffer(
            shape, kind, buffer=region.host, device=self, bo=region.address,
            device_address=region.address, coherent=False,
        )  # fmt: skip
        buffer.region = region
        return buffer

    def flush(self, bo: int, offset: int, ptr: int, size: int) -> None:
        """The processor's cache to memory."""
        self.memory.flush(bo, offset, size)

    def invalidate(self, bo: int, offset: int, ptr: int, size: int) -> None:
        """Forget what the cache holds."""
        self.memory.invalidate(bo, offset, size)
