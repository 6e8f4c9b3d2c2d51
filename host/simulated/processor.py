# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Registers of the processing system that set the clock of the logic.

Addresses and fields from UG585 (Zynq-7000, SLCR) and UG1087 (UltraScale+, CRL_APB and CRF_APB); the
PLLs run as PYNQ's images set them.
"""

from __future__ import annotations

# Architecture, as pynq names it -> register -> its value after boot.
_AFTER_BOOT = {
    "armv7l": {
        0xF800_0100: 26 << 12,  # ARM PLL, 1,300 MHz
        0xF800_0104: 21 << 12,  # DDR PLL, 1,050 MHz
        0xF800_0108: 20 << 12,  # IO PLL, 1,000 MHz
        0xF800_0120: 2 << 8,  # processor
        0xF800_0170: 4 << 20 | 5 << 8,  # logic clock 0, 50 MHz
    },
    "aarch64": {
        0xFF5E_0020: 45 << 8,  # IO PLL, 1,500 MHz
        0xFF5E_00C0: 1 << 24 | 2 << 16 | 15 << 8,  # logic clock 0, 50 MHz
        0xFD1A_0020: 72 << 8 | 1 << 16,  # processor's PLL
        0xFD1A_0060: 1 << 8,  # processor
    },
}
_RANGES = {
    "armv7l": (range(0xF800_0000, 0xF800_0200),),
    "aarch64": (range(0xFF5E_0000, 0xFF5E_0100), range(0xFD1A_0000, 0xFD1A_0100)),
}


class ProcessorRegisters:
    """Those registers of one processing system, as plain words."""

    def __init__(self, arch: str) -> None:
        self._ranges = _RANGES[arch]
        self._words = dict(_AFTER_BOOT[arch])

    def __contains__(self, address: int) -> bool:
        return any(address in addresses for addresses in self._ranges)

    def read(self, address: int) -> int:
        """The word at a byte address."""
        return self._words.get(address, 0)

    def write(self, address: int, value: int) -> None:
        """Set the word at a byte address."""
        self._words[address] = value
