# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make bitstream`: from a configuration to a checked bundle, step by step, each cached by content.

export (QONNX) -> frontend (FINN passes, graph) -> fold and FIFO depths -> bundle (RTL, weights) ->
simulate and compare -> map to the part -> summary -> Vivado (FLOW=hls: Vitis HLS
first), or what to do where it is missing -> report.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bitstream_flow.artifacts.build import DEFAULT_RATE, Build
from bitstream_flow.artifacts.bundle import write_bundle
from bitstream_flow.artifacts.steps import BuildStep
from bitstream_flow.boards.board import load_board
from bitstream_flow.plan.budget import check_budget
from bitstream_flow.plan.files import save_graph, save_plan
from bitstream_flow.plan.folding import Target
from bitstream_flow.plan.planner import Planner
from bitstream_flow.report.page import write_report
from bitstream_flow.report.summary import Summary, write_summary
from bitstream_flow.synth.yosys import map_units, units
from bitstream_flow.vendors.vitis.flow import hls_bitstream
from bitstream_flow.vendors.vivado.flow import bitstream
from hls.common.errors import InputError, run_command
from hls.common.records import values_of


def _checkpoint(build: Build) -> Path:
    from model.training.checkpoint import checkpoint_path

    checkpoint = build.checkpoint or checkpoint_path(build.config)
    if not checkpoint.is_file():
        raise InputError(f"no checkpoint {checkpoint}: train one with make train")
    return checkpoint


def _exported(build: Build) -> list[object]:
    from model.export import exact_config

    return [exact_config(build.config), _checkpoint(build)]


def _export(build: Build, out: Path) -> None:
    from model.export import export_network

    checkpoint = _checkpoint(build)
    export_network(build.config, checkpoint, out)
    shutil.copyfile(checkpoint, out / f"{build.config}.safetensors")


def _compile(build: Build, out: Path) -> None:
    from bitstream_flow.frontend.compile import compile_qonnx
    from bitstream_flow.verify.implementations import brevitas

    graph = compile_qonnx(build.qonnx, out, brevitas(build))
    save_graph(graph, out)


def _folded(build: Build) -> list[object]:
    decoder = build.decode and asdict(build.exported.decoder)
    graph = build.folder / "frontend" / "graph.json"
    return [asdict(build.board), build.frame_rate, decoder, graph]


def _fold(build: Build, out: Path) -> None:
    target = Target.from_rate(build.frame_rate, build.board.clock_hz)
    found = Planner(build.logical, build.board.budget).plan(target)
    check_budget(found, build.board, f"{build.config} at {build.frame_rate:g} frames/s")
    save_plan(found, out)


def _bundled(build: Build) -> list[object]:
    exported = f"export/{build.config}.manifest.json"
    made = (exported, "fold/plan.json", "frontend/graph.json", "frontend/constants.npz")
    files = [build.folder / name for name in made]
    return [asdict(build.board), build.frame_rate, build.decode, *files]


def _bundle(build: Build, out: Path) -> None:
    write_bundle(
        out, logical=build.logical, chip=build.plan.chip, board=build.board,
        network=build.exported, target_fps=build.frame_rate,
    )  # fmt: skip


def _check(frames: int, build: Build, out: Path) -> None:
    from bitstream_flow.verify.gate import compare
    from bitstream_flow.verify.implementations import random_images

    report = compare(build, random_images(build.logical, frames), rtl_frames=frames)
    report.print()
    if not report.equal:
        raise InputError("the implementations differ: see the lines above")
    (out / "check.json").write_text(json.dumps(values_of(report.record), indent=1))


def _map(build: Build, out: Path) -> None:
    mapped = map_units(units(build.plan.chip), build.board.family)
    values = {name: asdict(resources) for name, resources in mapped.items()}
    (out / "map.json").write_text(json.dumps(values, indent=1))


# Checkpoint -> QONNX and manifest, and a copy of the checkpoint to compare with.
EXPORT = BuildStep("export", ("model.export",), _exported, _export)
# QONNX -> FINN -> graph; every stage is compared with Brevitas.
FRONTEND = BuildStep(
    "frontend", ("bitstream_flow.frontend.compile",), lambda build: [build.qonnx], _compile
)
# Every operator's folding and every FIFO's depth; an error if the board is too small.
FOLD = BuildStep("fold", (Planner.__module__, save_plan.__module__), _folded, _fold)
# RTL, weights and manifest.
BUNDLE = BuildStep("bundle", (write_bundle.__module__,), _bundled, _bundle, hardware=True)
# Every operator through Yosys for the board's part.
MAP = BuildStep(
    "map", (map_units.__module__,), lambda build: [build.bundle_key], _map, hardware=True
)


def check_step(frames: int) -> BuildStep:
    """Simulate frames back to back and compare all implementations; keeps check.json."""
    return BuildStep(
        "check", ("bitstream_flow.verify.gate",), lambda build: [frames, build.bundle_key],
        partial(_check, frames), hardware=True,
    )  # fmt: skip


def run_chip(build: Build, frames: int, last: Callable[[Build], str]) -> None:
    """Every step in order, then the summary table, the vendor's part (`last`) and the report."""
    steps = (EXPORT, FRONTEND, FOLD, BUNDLE, check_step(frames), MAP)
    run_steps({step.name: partial(step.run, build) for step in steps})
    summary = Summary.read(build)
    print(write_summary(summary))
    print(last(build))
    print(f"report: {write_report(summary)}")


def rtl_bitstream(build: Build) -> str:
    """Vivado's part of FLOW=rtl."""
    return bitstream(build.bundle, build.board, build.bundle_key)


def run_finn(build: Build, frames: int) -> None:
    """FLOW=finn: our front end, then FINN's builder; `frames` are not simulated."""
    from rich.console import Console

    from bitstream_flow.vendors.finn import flow

    steps: Steps = {step.name: partial(step.run, build) for step in (EXPORT, FRONTEND)}
    run_steps({**steps, "finn": partial(flow.run_finn, build)})
    Console().print(flow.report(build))
    print(flow.verdict(build))


Steps = dict[str, Callable[[], bool]]
FLOWS: dict[str, Callable[[Build, int], None]] = {
    "rtl": partial(run_chip, last=rtl_bitstream),
    "hls": partial(run_chip, last=hls_bitstream),
    "finn": run_finn,
}


def run_steps(steps: Steps) -> None:
    """The steps in order, one line each; a step tells whether it had to run."""
    for number, (name, step) in enumerate(steps.items(), 1):
        print(f"[{number}/{len(steps)}] {name}", flush=True)
        start = time.monotonic()
        ran = step()
        print(f"[{number}/{len(steps)}] {name}: {_took(ran, start)}", flush=True)


def _took(ran: bool, start: float) -> str:
    return f"{time.monotonic() - start:.0f} s" if ran else "unchanged"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.build", description=__doc__)
    parser.add_argument("--config", default="face-tiny", help="network (default: %(default)s)")
    parser.add_argument("--board", default="Pynq-Z1", help="board (default: %(default)s)")
    parser.add_argument("--fps", type=float, default=DEFAULT_RATE, help="rate to fold for")
    parser.add_argument("--checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument("--frames", type=int, default=5, help="frames to simulate back to back")
    parser.add_argument(
        "--decode", action="store_true", help="end with the landmark decoder: coordinates, no maps"
    )
    parser.add_argument("--flow", default="rtl", choices=tuple(FLOWS))
    args = parser.parse_args()
    if args.frames < 3:
        raise InputError(f"--frames {args.frames}: at least 3 show the steady state")
    board = load_board(args.board)
    build = Build(args.config, board, args.fps, args.checkpoint, args.decode)
    FLOWS[args.flow](build, args.frames)


if __name__ == "__main__":
    run_command(main)
