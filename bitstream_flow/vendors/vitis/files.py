# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The folder that Vitis HLS works in: hls.tcl, its settings and the C++ of the chip."""

from __future__ import annotations

import shutil
from pathlib import Path

from bitstream_flow.artifacts.block_design import Core
from bitstream_flow.artifacts.build import Build
from bitstream_flow.generate.cpp import TOP, generate_hls
from bitstream_flow.vendors.vivado.files import tcl_settings

SCRIPT = Path(__file__).with_name("hls.tcl")
# What Vivado needs to know of the IP; the names of its pins are Vitis HLS's.
CORE = Core(f"binary-landmarks.org:hls:{TOP}", "ap_clk", "ap_rst_n", folder="../hls/ip")


def write_hls_files(build: Build, folder: Path) -> None:
    """Fill `folder` with what Vitis HLS needs."""
    sources = folder / "src"
    shutil.rmtree(sources, ignore_errors=True)
    generate_hls(build.plan.chip, sources)
    shutil.copyfile(SCRIPT, folder / SCRIPT.name)
    vendor, library, name = CORE.vlnv.split(":")
    settings = {
        "part": build.board.part,
        "period_ns": f"{1e3 / build.board.clock_mhz:g}",
        "top": TOP,
        "vendor": vendor,
        "library": library,
        "ip_name": name,
        "bundle_key": build.bundle_key,
    }
    (folder / "settings.tcl").write_text(tcl_settings(settings))
