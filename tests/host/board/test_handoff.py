# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The expected hardware handoff through pynq's own parser, as pynq.Overlay would load it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.host.reasons import NO_PYNQ

pytest.importorskip("tomllib", reason="bitstream_flow needs Python 3.11")
pynq_parser = pytest.importorskip("pynq.metadata.runtime_metadata_parser", reason=NO_PYNQ)

from bitstream_flow.artifacts.handoff import Design, write_expected  # noqa: E402
from bitstream_flow.boards.board import board_names, load_board  # noqa: E402


def _parse(path: Path) -> Any:
    from pynqmetadata.frontends import Metadata

    return pynq_parser.RuntimeMetadataParser(Metadata(input=str(path)))


@pytest.mark.parametrize("name", board_names())
def test_pynq_finds_the_dma_and_the_clock(name: str, tmp_path: Path) -> None:
    board = load_board(name)
    design = Design(board.processor, board.clock_mhz, board.memory_bits, 8, 32)
    write_expected(tmp_path / "overlay.hwh", design)
    found = _parse(tmp_path / "overlay.hwh")
    dma = found.ip_dict["dma"]
    assert dma["type"] == "xilinx.com:ip:axi_dma:7.1"
    zynq = board.processor == "processing_system7"
    assert dma["phys_addr"] == (0x4040_0000 if zynq else 0xA000_0000)
    assert dma["addr_range"] == 0x1_0000
    parameters = {key: int(dma["parameters"][key]) for key in design.dma}
    assert parameters == design.dma and parameters["c_sg_length_width"] == 26
    first, second = design.divisors
    # pynq 4 reads the frequency as well, where the processor's file has it.
    clock = found.clock_dict[0]
    assert clock.get("frequency") in (None, pytest.approx(design.actual_mhz))
    settings = {name: clock[name] for name in ("enable", "divisor0", "divisor1")}
    assert settings == {"enable": 1, "divisor0": first, "divisor1": second}
    assert [found.clock_dict[clock]["enable"] for clock in (1, 2, 3)] == [0, 0, 0]


class Registers:
    """A pynq device whose registers remember what was written to them; a DMA in it never halts."""

    def __init__(self) -> None:
        self.values: dict[int, bytes] = {}

    def has_capability(self, name: str) -> bool:
        return name == "REGISTER_RW"

    def read_registers(self, address: int, length: int) -> bytes:
        return self.values.get(address, bytes(length))

    def write_registers(self, address: int, data: bytes) -> None:
        self.values[address] = bytes(data)


def test_pynq_drives_our_dma(tmp_path: Path) -> None:
    from pynq.lib.dma import DMA

    board, device = load_board("Pynq-Z1"), Registers()
    write_expected(tmp_path / "overlay.hwh", Design(board.processor, 100.0, 64, 8, 32))
    description = _parse(tmp_path / "overlay.hwh").ip_dict["dma"]
    assert description["type"] in DMA.bindto
    dma = DMA({**description, "device": device})
    assert dma.buffer_max_size == 2**26 - 1
    assert dma.sendchannel.running and dma.recvchannel.running
    # Both channels' control registers, run bit and all, at the address in the file.
    assert {0x4040_0000, 0x4040_0030} <= set(device.values)
