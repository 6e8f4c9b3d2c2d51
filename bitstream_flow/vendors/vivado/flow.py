# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The last step of `make bitstream`: Vivado's part, here or on another machine.

`<build>/vivado` holds all that Vivado needs besides the bundle. Its results, made here or brought
back from elsewhere, go into the bundle, which is sealed again.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from bitstream_flow.artifacts.block_design import PACKAGED, Core, design_of
from bitstream_flow.artifacts.handoff import check_hwh
from bitstream_flow.boards.board import Board
from bitstream_flow.vendors.vivado.files import SCRIPT, write_files
from bitstream_flow.vendors.vivado.reports import read_reports
from hls.common.errors import InputError
from hls.common.records import load_record
from host.bundle.manifest import VIVADO, Manifest, Routed
from host.bundle.seal import BIT, HANDOFF, MANIFEST, REMEDY, seal

RESULTS = (BIT, HANDOFF)
_COMMAND = ("vivado", "-mode", "batch", "-nojournal", "-nolog", "-source", SCRIPT.name)


def bitstream(bundle: Path, board: Board, key: str, core: Core = PACKAGED) -> str:
    """Make or fetch the bitstream of the bundle made with `key`; says in one line what came of it.

    A failed run is an InputError that names the log; earlier results stay as they are.
    """
    folder = bundle.with_name("vivado")
    write_files(bundle, board, folder, key, core)
    if not made_with(folder / "out", key):
        if shutil.which("vivado") is None:
            return _elsewhere(bundle, folder)
        run_tool("Vivado", _COMMAND, folder)
    routed = read_reports(folder / "out")
    check_hwh(folder / "out" / HANDOFF, design_of(bundle, board, core))
    _into_bundle(folder / "out", bundle, routed)
    return _line(bundle, board, routed)


def made_with(folder: Path, key: str) -> bool:
    """Whether a tool's results, made here or brought back, come from what `key` stands for."""
    stamp = folder / "bundle.key"
    return stamp.is_file() and stamp.read_text().strip() == key


def run_tool(name: str, command: Sequence[str], folder: Path) -> None:
    """Run a vendor's tool in `folder`; its output goes to <command>.log, its steps to the terminal.

    A failure is an InputError with the first error that it printed.
    """
    log = folder / f"{command[0]}.log"
    with (
        log.open("w") as file,
        tqdm(desc=command[0], unit="line", disable=None) as bar,
        subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run,
    ):
        assert run.stdout is not None
        for line in run.stdout:
            file.write(line)
            bar.update()
    if run.returncode:
        lines = log.read_text().splitlines() or ["it printed nothing"]
        first = next((line for line in lines if line.startswith("ERROR")), lines[0])
        raise InputError(f"{name} failed: {first} (see {log})")


def _into_bundle(results: Path, bundle: Path, routed: Routed) -> None:
    for name in RESULTS:
        if not (results / name).is_file():
            raise InputError(f"{results / name} is missing: run Vivado again")
    for name in RESULTS:
        shutil.copyfile(results / name, bundle / name)
    manifest = load_record(Manifest, bundle / MANIFEST, REMEDY)
    seal(bundle, replace(manifest, routed=routed, handoff=VIVADO))


def _elsewhere(bundle: Path, folder: Path) -> str:
    return (
        f"bitstream: not made, Vivado is not on the PATH. {folder} is ready for it: on a machine"
        f" with Vivado 2022.2 or later and a copy of {bundle.parent}, run `cd {folder.name} &&"
        f" {' '.join(_COMMAND)}`, bring {folder.name}/out back, and run make bitstream again"
    )


def _line(bundle: Path, board: Board, routed: Routed) -> str:
    used, fastest = routed.resources, routed.fastest_mhz(board.clock_mhz)
    uram = f", {used.uram:g} URAM" if board.budget.uram else ""
    met = "met" if routed.slack_ns >= 0 else "MISSED: lower clock_mhz or the frame rate"
    return (
        f"bitstream: {bundle / RESULTS[0]}; placed and routed by Vivado: {used.lut:g} LUT,"
        f" {used.ff:g} FF, {used.bram36:g} BRAM36, {used.dsp:g} DSP{uram};"
        f" {board.clock_mhz:g} MHz {met} (slack {routed.slack_ns:g} ns, {fastest:.0f} MHz at most)"
    )
