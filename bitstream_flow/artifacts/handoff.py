# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The hardware handoff (.hwh) of overlay.tcl's block design: what pynq will read, and a check.

`write_expected` derives the part that pynq's parser needs from the settings that the script gets;
`check_hwh` holds Vivado's own file against it. Element and parameter names are those of Vivado's
files, addresses those that its assign_bd_address gives the only slave of each processor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from xml.etree import ElementTree as ET

from hls.common.errors import InputError
from host.board.handoff import modules

LENGTH_BITS = 26
_CLOCKS = range(4)
_DIVISORS = range(1, 64)
_TOLERANCE = 0.01


@dataclass(frozen=True)
class _Processor:
    """What the processing systems call the same things; `pll_mhz` is what PYNQ's images set.

    `frequency`, where there is one, is the clock in MHz.
    """

    version: str
    pll_mhz: float
    enable: str
    divisor: str
    source: str
    sources: str
    frequency: str
    control: str
    memory: str
    address: int


PROCESSORS = {
    "processing_system7": _Processor(
        "5.5", 1000.0, "PCW_FPGA_FCLK{}_ENABLE", "PCW_FCLK{}_PERIPHERAL_DIVISOR{}",
        "PCW_FCLK{}_PERIPHERAL_CLKSRC", "IO PLL", "", "M_AXI_GP0", "S_AXI_HP0", 0x4040_0000,
    ),
    "zynq_ultra_ps_e": _Processor(
        "3.4", 1500.0, "PSU__FPGA_PL{}_ENABLE", "PSU__CRL_APB__PL{}_REF_CTRL__DIVISOR{}",
        "PSU__CRL_APB__PL{}_REF_CTRL__SRCSEL", "IOPLL",
        "PSU__CRL_APB__PL{}_REF_CTRL__ACT_FREQMHZ", "M_AXI_HPM0_FPD", "S_AXI_HP0_FPD",
        0xA000_0000,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Design:
    """What the block design depends on; widths in bits, the clock in MHz, the accelerator's IP."""

    processor: str
    clock_mhz: float
    memory_bits: int
    in_bits: int
    out_bits: int
    core: str = "binary-landmarks.org:user:accelerator_ip"

    @property
    def dma(self) -> dict[str, int]:
        """Parameters of the AXI DMA, by the names in the file that pynq reads."""
        return {
            "c_include_sg": 0,
            "c_include_mm2s": 1,
            "c_include_s2mm": 1,
            "c_sg_length_width": LENGTH_BITS,
            "c_m_axi_mm2s_data_width": max(self.memory_bits, self.in_bits),
            "c_m_axis_mm2s_tdata_width": self.in_bits,
            "c_include_mm2s_dre": 0,
            "c_m_axi_s2mm_data_width": max(self.memory_bits, self.out_bits),
            "c_s_axis_s2mm_tdata_width": self.out_bits,
            "c_include_s2mm_dre": 0,
        }

    @property
    def divisors(self) -> tuple[int, int]:
        """The two divisors, of the processor's PLL, of the fastest clock up to the one wanted.

        As Vivado picks them: two alike on a Zynq-7000, one alone on an UltraScale+ where it does.
        """
        pll, limit = PROCESSORS[self.processor].pll_mhz, self.clock_mhz * (1 + _TOLERANCE)
        apart = 1 if self.processor == "processing_system7" else -1
        pairs = ((a, b) for a, b in product(_DIVISORS, _DIVISORS) if a >= b)
        fitting = (p for p in pairs if pll / (p[0] * p[1]) <= limit)
        return min(fitting, key=lambda p: (p[0] * p[1], apart * (p[0] - p[1])))

    @property
    def actual_mhz(self) -> float:
        """The clock that the divisors make."""
        first, second = self.divisors
        return PROCESSORS[self.processor].pll_mhz / (first * second)


def write_expected(path: Path, design: Design) -> None:
    """Write the handoff that the design should get."""
    root = ET.Element("EDKSYSTEM", EDWVERSION="1.2")
    ET.SubElement(root, "SYSTEMINFO", NAME="overlay")
    ET.SubElement(root, "EXTERNALPORTS")
    ET.SubElement(root, "EXTERNALINTERFACES")
    blocks = ET.SubElement(root, "MODULES")
    for block in (_dma(design), _accelerator(design), _processor(design)):
        blocks.append(block)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="UTF-8", xml_declaration=True)


def _module(name: str, vlnv: str, parameters: Mapping[str, object]) -> ET.Element:
    module = ET.Element(
        "MODULE", FULLNAME=f"/{name}", INSTANCE=name, MODTYPE=vlnv.split(":")[2], VLNV=vlnv
    )
    table = ET.SubElement(module, "PARAMETERS")
    for key, value in parameters.items():
        ET.SubElement(table, "PARAMETER", NAME=key, VALUE=str(value))
    return module


def _interfaces(module: ET.Element, *rows: tuple[str, str, str, str]) -> None:
    """Rows of the interface's name, its bus, its side and its kind."""
    table = ET.SubElement(module, "BUSINTERFACES")
    for name, bus, side, kind in rows:
        vlnv = f"xilinx.com:interface:{kind}:1.0"
        ET.SubElement(table, "BUSINTERFACE", BUSNAME=bus, NAME=name, TYPE=side, VLNV=vlnv)


def _dma(design: Design) -> ET.Element:
    processor = PROCESSORS[design.processor]
    address = {"C_BASEADDR": f"0x{processor.address:08X}"}
    module = _module("dma", "xilinx.com:ip:axi_dma:7.1", {**design.dma, **address})
    _interfaces(
        module,
        ("S_AXI_LITE", "control_M00_AXI", "SLAVE", "aximm"),
        ("M_AXI_MM2S", "dma_M_AXI_MM2S", "MASTER", "aximm"),
        ("M_AXI_S2MM", "dma_M_AXI_S2MM", "MASTER", "aximm"),
        ("M_AXIS_MM2S", "dma_M_AXIS_MM2S", "INITIATOR", "axis"),
        ("S_AXIS_S2MM", "accelerator_m_axis", "TARGET", "axis"),
    )
    return module


def _accelerator(design: Design) -> ET.Element:
    module = _module("accelerator", f"{design.core}:1.0", {})
    _interfaces(
        module,
        ("s_axis", "dma_M_AXIS_MM2S", "TARGET", "axis"),
        ("m_axis", "accelerator_m_axis", "INITIATOR", "axis"),
    )
    return module


def _processor(design: Design) -> ET.Element:
    processor = PROCESSORS[design.processor]
    vlnv = f"xilinx.com:ip:{design.processor}:{processor.version}"
    module = _module("ps", vlnv, dict(_clocks(design)))
    _interfaces(
        module,
        (processor.control, f"ps_{processor.control}", "MASTER", "aximm"),
        (processor.memory, "memory_M00_AXI", "SLAVE", "aximm"),
    )
    ranges = ET.SubElement(module, "MEMORYMAP")
    ET.SubElement(
        ranges, "MEMRANGE", ADDRESSBLOCK="Reg", BASENAME="C_BASEADDR", INSTANCE="dma",
        BASEVALUE=f"0x{processor.address:08X}", HIGHVALUE=f"0x{processor.address + 0xFFFF:08X}",
        MASTERBUSINTERFACE=processor.control, MEMTYPE="REGISTER", SLAVEBUSINTERFACE="S_AXI_LITE",
    )  # fmt: skip
    return module


def _clocks(design: Design) -> Iterator[tuple[str, object]]:
    """All four clocks of the logic, as pynq wants them; only the first one runs."""
    processor = PROCESSORS[design.processor]
    for clock in _CLOCKS:
        yield processor.enable.format(clock), int(clock == 0)
        yield processor.source.format(clock), processor.sources
        divisors = design.divisors if clock == 0 else (1, 1)
        for place, divisor in enumerate(divisors):
            yield processor.divisor.format(clock, place), divisor
        if processor.frequency:
            # pynq 4 sets the clock by it.
            yield processor.frequency.format(clock), processor.pll_mhz / prod(divisors)


def check_hwh(path: Path, design: Design) -> None:
    """InputError where Vivado's file is not what the host will rely on."""
    found = modules(path)
    for name in ("dma", "accelerator", "ps"):
        if name not in found:
            raise InputError(f"{path}: no block called {name}: was it made from our overlay.tcl?")
    for name, wanted in design.dma.items():
        value = found["dma"].get(name, "missing")
        if value != str(wanted):
            raise InputError(
                f"{path}: {name} of the DMA is {value}, must be {wanted}: run Vivado again"
            )
    _check_clock(path, design, found["ps"])


def _check_clock(path: Path, design: Design, found: Mapping[str, str]) -> None:
    """pynq divides the board's own PLL by what the file says, whatever Vivado took the PLL for."""
    processor = PROCESSORS[design.processor]
    try:
        first, second = (int(found[processor.divisor.format(0, place)]) for place in (0, 1))
        clock = processor.pll_mhz / (first * second)
    except (KeyError, ValueError, ZeroDivisionError):
        raise InputError(f"{path}: {design.processor} has no divisors of its clock 0") from None
    if abs(clock - design.actual_mhz) > _TOLERANCE * design.actual_mhz:
        raise InputError(
            f"{path}: divisors {first} and {second} make {clock:g} MHz of the board's"
            f" {processor.pll_mhz:g} MHz PLL, must be {design.actual_mhz:g}: install the board's"
            " files for Vivado and run it again"
        )
