# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The folder that Vivado works in: overlay.tcl, its settings, the accelerator as an IP's top."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from string import Template

from bitstream_flow.artifacts.block_design import PACKAGED, Core, design_of
from bitstream_flow.artifacts.handoff import write_expected
from bitstream_flow.boards.board import Board
from bitstream_flow.generate.rtl import SPDX

SCRIPT = Path(__file__).with_name("overlay.tcl")

# Vivado packages no SystemVerilog top, and finds the interfaces by these names and attributes.
_TOP = Template("""\
// The accelerator for Vivado's IP packager, which wants a top in Verilog.
module accelerator_ip (
    (* X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 clk CLK" *)
    (* X_INTERFACE_PARAMETER = "ASSOCIATED_BUSIF s_axis:m_axis, ASSOCIATED_RESET rst_n" *)
    input  wire clk,
    (* X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 rst_n RST" *)
    (* X_INTERFACE_PARAMETER = "POLARITY ACTIVE_LOW" *)
    input  wire rst_n,
    input  wire [${in_high}:0] s_axis_tdata,
    input  wire s_axis_tvalid,
    input  wire s_axis_tlast,
    output wire s_axis_tready,
    output wire [${out_high}:0] m_axis_tdata,
    output wire m_axis_tvalid,
    input  wire m_axis_tready,
    output wire m_axis_tlast
);
  accelerator u_accelerator (
      .clk(clk), .rst_n(rst_n),
      .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
      .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
      .m_axis_tlast(m_axis_tlast)
  );
endmodule
""")


def write_files(
    bundle: Path, board: Board, folder: Path, key: str, core: Core = PACKAGED, jobs: int = 2
) -> None:
    """Fill `folder`, beside the bundle, with what Vivado needs; `key` marks its results.

    expected.hwh is what the host will rely on in Vivado's own overlay.hwh.
    """
    design = design_of(bundle, board, core)
    highest = {"in_high": design.in_bits - 1, "out_high": design.out_bits - 1}
    folder.mkdir(parents=True, exist_ok=True)
    write_expected(folder / "expected.hwh", design)
    (folder / "accelerator_ip.v").write_text(SPDX + _TOP.substitute(highest))
    shutil.copyfile(SCRIPT, folder / SCRIPT.name)
    settings = {
        "part": board.part,
        "board_part": board.board_part,
        "processor": board.processor,
        "memory_bits": board.memory_bits,
        "clock_mhz": f"{board.clock_mhz:g}",
        "in_bits": design.in_bits,
        "out_bits": design.out_bits,
        "rtl_folder": f"../{bundle.name}/rtl",
        "ip_vlnv": core.vlnv,
        "ip_clock": core.clock,
        "ip_reset": core.reset,
        "ip_folder": core.folder,
        "bundle_key": key,
        "jobs": jobs,
    }
    (folder / "settings.tcl").write_text(tcl_settings(settings))


def tcl_settings(values: Mapping[str, object]) -> str:
    """Tcl that sets a variable for each value."""
    return "".join(f"set {name} {{{value}}}\n" for name, value in values.items())
