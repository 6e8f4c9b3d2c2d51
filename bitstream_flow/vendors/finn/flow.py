# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FLOW=finn: FINN's builder on the front end's hardware graph, as far as this machine can.

`<build>/finn` holds all that another machine needs: build.py, network.onnx, settings.json, and
folding.json with what SetFolding chose. The very same build.py runs here, up to the generated code
where Vivado or Vitis HLS is missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper
from rich.table import Table
from tqdm import tqdm

from bitstream_flow.artifacts.build import Build
from bitstream_flow.artifacts.steps import run_step
from bitstream_flow.boards.board import Board
from bitstream_flow.frontend.compile import FINN_GRAPH, compare_stage, probes, quiet
from bitstream_flow.frontend.execute import execute_named
from bitstream_flow.plan.planner import USABLE
from bitstream_flow.vendors.finn.estimate import Estimate
from hls.common.cache import code_of, digest
from hls.common.errors import InputError

SCRIPT = Path(__file__).with_name("builder.py")
TOOLS = ("vivado", "vitis_hls")
FOLDING = "auto_folding_config.json"
# Boards that FINN calls otherwise.
_NAMES = {"KV260": "KV260_SOM", "AUP-ZU3": "AUP-ZU3_8GB"}


def finn_board(board: Board) -> str | None:
    """FINN's name of the board; None where FINN knows no such board with this part."""
    from finn.util.basic import pynq_part_map

    name = _NAMES.get(board.name, board.name)
    return name if pynq_part_map.get(name) == board.part else None


def run_finn(build: Build) -> bool:
    """Fill `<build>/finn` and run FINN's builder there; returns whether it ran."""
    if build.decode:
        raise InputError("FLOW=finn ends with heatmaps, FINN has no landmark decoder: use DECODE=0")
    folder, network = build.folder / "finn", build.folder / "frontend" / FINN_GRAPH
    key = digest(
        "finn", asdict(build.board), build.frame_rate, network,
        *code_of("bitstream_flow.vendors.finn.builder", "bitstream_flow.vendors.finn.folding"),
    )  # fmt: skip
    until = "codegen" if missing_tools() else "bitfile"
    made = run_step(build.folder, "finn", key, partial(_write_files, build, network))
    if not made and (folder / f"{until}.done").is_file():
        return False
    (folder / "folding.json").unlink(missing_ok=True)
    _run_builder(folder, until)
    _check_widths(network, folder / "out" / "intermediate_models" / "step_exact_widths.onnx")
    shutil.copyfile(folder / "out" / "report" / FOLDING, folder / "folding.json")
    (folder / f"{until}.done").touch()
    return True


def missing_tools() -> list[str]:
    """What FINN needs for a bitstream and is not on the PATH."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def _write_files(build: Build, network: Path, folder: Path) -> None:
    settings = {
        "board": finn_board(build.board),
        "part": build.board.part,
        "clock_ns": 1e3 / build.board.clock_mhz,
        "frames_per_second": round(build.frame_rate),
    }
    (folder / "settings.json").write_text(json.dumps(settings, indent=1))
    shutil.copyfile(SCRIPT, folder / "build.py")
    shutil.copyfile(network, folder / "network.onnx")


def _run_builder(folder: Path, until: str) -> None:
    """Run build.py; its output goes to build.log, its steps to the terminal."""
    log = folder / "build.log"
    command = [sys.executable, "build.py", "--until", until]
    # The front end may have told FINN of another folder.
    own = os.environ | {"FINN_BUILD_DIR": str(folder.resolve() / "work")}
    with (
        log.open("w") as file,
        tqdm(desc="FINN", unit="step", disable=None, leave=False) as bar,
        subprocess.Popen(
            command,
            cwd=folder,
            env=own,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as run,
    ):
        assert run.stdout is not None
        for line in run.stdout:
            file.write(line)
            step = re.search(r"Running step: (\w+) \[\d+/(\d+)\]", line)
            if step:
                bar.total = int(step[2])
                bar.set_postfix_str(step[1])
                bar.update()
    if run.returncode:
        lines = [line.strip() for line in log.read_text().splitlines() if line.strip()]
        last = next((line for line in lines if "ERROR" in line), lines[-1] if lines else "nothing")
        raise InputError(f"FINN's builder failed: {last} (see {log})")


def _check_widths(before: Path, after: Path) -> None:
    """StageError where our own step of the builder, the widths, changed an integer."""
    with quiet():
        model = ModelWrapper(str(after))
        _, height, width, channels = model.get_tensor_shape(model.graph.input[0].name)
        images = probes(height, width, channels)
        compare_stage("exact widths", model, images, execute_named(before, images))


def report(build: Build) -> Table:
    """FINN's estimates against the board, as a table."""
    board, found = build.board, Estimate.read(build.folder / "finn" / "out" / "report")
    table = Table(title=f"{build.config} on {board.name} ({board.part}): FINN's own estimates")
    for title in ("", "cycles", "frames/s", "LUT", "BRAM18", "DSP"):
        table.add_column(title, justify="right" if title else "left")
    cells = [f"{value:,.0f}" for value in (found.lut, found.bram18, found.dsp)]
    rate = board.clock_hz / found.cycles
    table.add_row("layers", f"{found.cycles:,}", f"{rate:,.0f}", *cells)
    shares = [f"{share:.1%}" for share in found.shares(board).values()]
    table.add_row("of the part", "", "", *shares)
    name, share = max(found.shares(board).items(), key=lambda item: item[1])
    table.caption = (
        f"at {board.clock_mhz:g} MHz, slowest {found.slowest}; FINN counts neither FIFOs nor"
        " DMA, and forks, additions, concats, pools and upsampling at nothing"
    )
    if share > USABLE:
        table.caption += (
            f". TOO LARGE: {share:.0%} of the {name}, {USABLE:.0%} may be used: ask for a lower"
            " rate (FPS=…), a narrower network or a larger board"
        )
    return table


def verdict(build: Build) -> str:
    """One line: what was made, what is missing, and how to go on."""
    folder, missing = build.folder / "finn", missing_tools()
    known = finn_board(build.board)
    product = "bitstream" if known else f"stitched IP (FINN knows no board {build.board.name})"
    bits = folder / "out" / "bitfile" / "finn-accel.bit"
    if bits.is_file():
        return f"FINN's {product}: {bits}, driver in {folder / 'out' / 'deploy'}"
    if not missing:
        return f"FINN's {product}: {folder / 'out' / 'stitched_ip'}"
    return (
        f"FINN's {product}: not made, {' and '.join(missing)} missing. {folder} holds estimates"
        f" (out/report) and generated code (work): on a machine with Vitis 2022.2 or later,"
        f" finn-plus 1.6.1 and a copy of it, run `cd {folder.name} && python build.py`, bring"
        f" {folder.name}/out back, and run make bitstream FLOW=finn again"
    )
