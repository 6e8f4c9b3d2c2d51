# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FLOW=hls: Vitis HLS makes the accelerator's IP, here or elsewhere; then Vivado as in FLOW=rtl.

`<build>/hls` holds all that Vitis HLS needs, `<build>/vivado` all that Vivado needs besides.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from bitstream_flow.artifacts.build import Build
from bitstream_flow.vendors.vitis.files import CORE, SCRIPT, write_hls_files
from bitstream_flow.vendors.vivado.flow import bitstream, made_with, run_tool

# From 2024.2 on, vitis-run takes the place of vitis_hls.
_COMMANDS = (
    ("vitis_hls", "-f", SCRIPT.name),
    ("vitis-run", "--mode", "hls", "--tcl", SCRIPT.name),
)


def hls_bitstream(build: Build) -> str:
    """Make or fetch the bitstream of the build's HLS C++; says in one line what came of it.

    A failed run is an InputError that names the log; earlier results stay as they are.
    """
    folder = build.folder / "hls"
    write_hls_files(build, folder)
    if not made_with(folder / "ip", build.bundle_key):
        command = next((words for words in _COMMANDS if shutil.which(words[0])), None)
        if command is None:
            return _elsewhere(folder)
        run_tool("Vitis HLS", command, folder)
    return bitstream(build.bundle, build.board, f"{build.bundle_key} hls", CORE)


def _elsewhere(folder: Path) -> str:
    return (
        f"IP: not made, vitis_hls is not on the PATH. {folder} is ready for it: on a machine with"
        f" Vitis HLS 2022.2 or later, run `cd {folder.name} && {' '.join(_COMMANDS[0])}` (from"
        f" 2024.2 on {' '.join(_COMMANDS[1])}), bring {folder.name}/ip back, and run make bitstream"
        " FLOW=hls again"
    )
