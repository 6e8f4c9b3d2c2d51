# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The DDR memory of a simulated board: what the logic sees, apart from what the caches hold."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

PAGE = 4096


class BusError(Exception):
    """An access that the memory does not answer; `decode` if nothing is at the address."""

    def __init__(self, text: str, decode: bool) -> None:
        super().__init__(text)
        self.decode = decode


@dataclass(frozen=True)
class Region:
    """A buffer: the processor's bytes and the memory's, which only flush and invalidate join."""

    address: int
    host: np.ndarray
    memory: np.ndarray


class Memory:
    """Buffers at physical addresses from `base` on, each on pages of its own, a gap between."""

    def __init__(self, base: int) -> None:
        self._pages = itertools.count(base // PAGE)
        self.regions: dict[int, Region] = {}

    def allocate(self, nbytes: int) -> Region:
        """A new region; neither view starts as zeros, as on a board."""
        pages = -(-nbytes // PAGE)
        (address, *_) = (next(self._pages) * PAGE for _ in range(pages + 1))
        host, memory = (np.full(pages * PAGE, value, np.uint8) for value in (0xA5, 0x5A))
        self.regions[address] = Region(address, host, memory)
        return self.regions[address]

    def free(self, address: int) -> None:
        """The region at `address` is gone; the logic must not use it any more."""
        del self.regions[address]

    def flush(self, address: int, offset: int, nbytes: int) -> None:
        """Write the processor's bytes to memory."""
        region, part = self.regions[address], slice(offset, offset + nbytes)
        region.memory[part] = region.host[part]

    def invalidate(self, address: int, offset: int, nbytes: int) -> None:
        """Let the processor see what is in memory."""
        region, part = self.regions[address], slice(offset, offset + nbytes)
        region.host[part] = region.memory[part]

    def read(self, address: int, nbytes: int) -> bytes:
        """What the logic reads; a BusError where no buffer is."""
        return self._view(address, nbytes).tobytes()

    def write(self, address: int, data: bytes) -> None:
        """What the logic writes."""
        self._view(address, len(data))[:] = np.frombuffer(data, np.uint8)

    def _view(self, address: int, nbytes: int) -> np.ndarray:
        for region in self.regions.values():
            offset = address - region.address
            if offset >= 0 and offset + nbytes <= region.memory.size:
                return region.memory[offset : offset + nbytes]
        raise BusError(f"no memory at {address:#x}", decode=True)
