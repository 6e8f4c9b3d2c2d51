# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The hardware handoff: what is expected passes, and each thing that must not be is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bitstream_flow.artifacts.handoff import Design, check_hwh, write_expected
from bitstream_flow.boards.board import board_names, load_board
from hls.common.errors import InputError

ZYNQ = Design("processing_system7", 100.0, 64, 8, 32)
ULTRASCALE = Design("zynq_ultra_ps_e", 100.0, 128, 256, 32)


@pytest.mark.parametrize("name", board_names())
@pytest.mark.parametrize("clock", [50.0, 100.0, 150.0, 250.0])
def test_the_expected_handoff_passes_on_every_board(
    name: str, clock: float, tmp_path: Path
) -> None:
    board = load_board(name)
    design = Design(board.processor, clock, board.memory_bits, 8, 32)
    assert 0.9 * clock < design.actual_mhz <= clock
    write_expected(tmp_path / "overlay.hwh", design)
    check_hwh(tmp_path / "overlay.hwh", design)


def test_divisors_are_those_that_vivado_takes() -> None:
    """10 of a PYNQ-Z1's PLL, from its base design; 15 from a ZCU104's."""
    assert ZYNQ.divisors == (5, 2) and ZYNQ.actual_mhz == 100
    assert ULTRASCALE.divisors == (15, 1) and ULTRASCALE.actual_mhz == 100


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('c_sg_length_width" VALUE="26', 'c_sg_length_width" VALUE="14'),
         "c_sg_length_width of the DMA is 14, must be 26"),
        (('c_include_sg" VALUE="0', 'c_include_sg" VALUE="1'),
         "c_include_sg of the DMA is 1, must be 0"),
        (('c_s_axis_s2mm_tdata_width" VALUE="32', 'c_s_axis_s2mm_tdata_width" VALUE="64'),
         "c_s_axis_s2mm_tdata_width of the DMA is 64, must be 32"),
        (('NAME="c_include_s2mm"', 'NAME="c_include"'),
         "c_include_s2mm of the DMA is missing, must be 1"),
        (('INSTANCE="dma" MOD', 'INSTANCE="axi_dma_0" MOD'), "no block called dma"),
        (('INSTANCE="accelerator"', 'INSTANCE="other"'), "no block called accelerator"),
        (('DIVISOR0" VALUE="5"', 'DIVISOR0" VALUE="8"'),
         "divisors 8 and 2 make 62.5 MHz of the board's 1000 MHz PLL, must be 100: install the"),
        (('DIVISOR0" VALUE="5"', 'DIVISOR0" VALUE="0"'),
         "processing_system7 has no divisors of its clock 0"),
        (("</EDKSYSTEM>", ""), "is no hardware handoff"),
    ],
)  # fmt: skip
def test_what_the_host_cannot_use_is_named(
    change: tuple[str, str], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "overlay.hwh"
    write_expected(path, ZYNQ)
    text = path.read_text()
    assert text.count(change[0]) == 1
    path.write_text(text.replace(*change))
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        check_hwh(path, ZYNQ)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def test_another_design_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "overlay.hwh"
    write_expected(path, ULTRASCALE)
    check_hwh(path, ULTRASCALE)
    with pytest.raises(InputError, match="of the DMA is 256, must be 64"):
        check_hwh(path, ZYNQ)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.hwh is no hardware handoff"):
        check_hwh(tmp_path / "none.hwh", ZYNQ)
