# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""`make bitstream`: from a configuration to a checked bundle, step by step, each cached by content.

export (QONNX) -> frontend (FINN passes, graph) -> fold, FIFO depths -> bundle (RTL, weights) ->
simulate and compare -> map to the part -> summary. The vendor's step is named where it is missing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bitstream_flow.board import Board, load_board
from bitstream_flow.bundle import write_bundle
from bitstream_flow.cache import build_root, digest, run_step, sources
from bitstream_flow.fifo_depths import Depth, size_fifos
from bitstream_flow.folding import Target, fold
from bitstream_flow.graph_files import load_graph, save_graph
from bitstream_flow.mapping import map_units, units
from bitstream_flow.streaming import insert_converters
from bitstream_flow.summary import Summary, write_summary
from hls.errors import InputError, run_command
from hls.graph import Graph

DEFAULT_RATE = 2000.0


@dataclass(frozen=True)
class Build:
    """One configuration on one board: where its files lie and how each step is made."""

    config: str
    board: Board
    frame_rate: float
    checkpoint: Path | None = None

    @classmethod
    def existing(cls, config: str, board: str) -> Build:
        """The build that `make bitstream` left, with the frame rate that it was made for."""
        build = cls(config, load_board(board), 0.0)
        try:
            manifest = json.loads((build.bundle / "manifest.json").read_text())
        except FileNotFoundError:
            raise InputError(
                f"no bundle {build.bundle}: run make bitstream CONFIG={config}"
            ) from None
        return replace(build, frame_rate=manifest["target_fps"])

    @property
    def folder(self) -> Path:
        """build/<config>-<board>."""
        return build_root() / f"{self.config}-{self.board.name}"

    @property
    def bundle(self) -> Path:
        """The bundle's folder."""
        return self.folder / "bundle"

    @property
    def qonnx(self) -> Path:
        """The exported network."""
        return self.folder / "export" / f"{self.config}.onnx"

    @property
    def export_manifest(self) -> dict[str, Any]:
        """What the export says of the network."""
        return json.loads((self.folder / "export" / f"{self.config}.manifest.json").read_text())

    @cached_property
    def logical(self) -> Graph:
        """The imported graph, not folded."""
        return load_graph(self.folder / "frontend")

    @cached_property
    def chip(self) -> Graph:
        """The folded graph with its width converters."""
        target = Target.from_rate(self.frame_rate, self.board.clock_hz)
        return insert_converters(fold(self.logical, target))

    @cached_property
    def bottleneck(self) -> int:
        """Cycles a frame of the slowest operator."""
        return max(node.op.cycles for node in self.chip.nodes)

    @cached_property
    def depths(self) -> list[Depth]:
        """The FIFOs."""
        return size_fifos(self.chip, self.bottleneck)

    def export(self) -> bool:
        """Checkpoint -> QONNX and manifest."""
        from model.checkpoint import checkpoint_path
        from model.export import export_network

        checkpoint = self.checkpoint or checkpoint_path(self.config)
        if not checkpoint.is_file():
            raise InputError(f"no checkpoint {checkpoint}: train one with make train")
        key = digest("export", self.config, checkpoint, *sources("model"))

        def work(out: Path) -> None:
            export_network(self.config, checkpoint, out)

        return run_step(self.folder, "export", key, work)

    def frontend(self) -> bool:
        """QONNX -> FINN -> graph; every stage is compared with Brevitas."""
        key = digest("frontend", self.qonnx, *sources("hls", "bitstream_flow/frontend"))
        return run_step(self.folder, "frontend", key, self._compile)

    def _compile(self, out: Path) -> None:
        from bitstream_flow.equality import brevitas
        from bitstream_flow.frontend import compile_qonnx

        graph = compile_qonnx(self.qonnx, out, brevitas(self.config, self.checkpoint))
        save_graph(graph, out)

    def make_bundle(self) -> bool:
        """Fold, size the FIFOs, write RTL, weights and manifest."""
        key = digest(
            "bundle", asdict(self.board), self.frame_rate, self.folder / "frontend" / "graph.json",
            self.folder / "frontend" / "constants.npz", *sources("hls", "bitstream_flow", "host"),
        )  # fmt: skip
        return run_step(self.folder, "bundle", key, self._write_bundle)

    def _write_bundle(self, out: Path) -> None:
        network = self.export_manifest
        predicted = {"cycles": self.bottleneck, "fps": self.board.clock_hz / self.bottleneck}
        details = {
            "config": self.config,
            "target_fps": self.frame_rate,
            "predicted": predicted,
            "model": network,
            "stride": network["stride"],
            "crop": network["crop"],
        }
        write_bundle(
            out, logical=self.logical, chip=self.chip, depths=self.depths, board=self.board,
            details=details,
        )  # fmt: skip

    def check(self, frames: int) -> bool:
        """Simulate frames back to back and compare all implementations; keeps check.json."""
        key = digest("check", frames, self.bundle / "manifest.json", *sources("bitstream_flow"))
        return run_step(self.folder, "check", key, lambda out: self._check(out, frames))

    def _check(self, out: Path, frames: int) -> None:
        from bitstream_flow.equality import compare, random_images

        report = compare(self, random_images(self.logical, frames), rtl_frames=frames)
        report.print()
        if not report.equal:
            raise InputError("the implementations differ: see the lines above")
        (out / "check.json").write_text(json.dumps(report.as_json(), indent=1))

    def map(self) -> bool:
        """Every operator through Yosys for the board's part; keeps map.json."""
        key = digest("map", self.bundle / "manifest.json", *sources("hls", "bitstream_flow"))
        return run_step(self.folder, "map", key, self._map)

    def _map(self, out: Path) -> None:
        depths = {depth.name: depth.depth for depth in self.depths}
        mapped = map_units(units(self.chip, depths), self.board.family)
        values = {name: asdict(resources) for name, resources in mapped.items()}
        (out / "map.json").write_text(json.dumps(values, indent=1))


def run(build: Build, frames: int) -> None:
    """Every step in order, one line each, then the summary table."""
    steps = {
        "export": build.export,
        "frontend": build.frontend,
        "bundle": build.make_bundle,
        "check": lambda: build.check(frames),
        "map": build.map,
    }
    for number, (name, step) in enumerate(steps.items(), 1):
        print(f"[{number}/{len(steps)}] {name}", flush=True)
        start = time.monotonic()
        ran = step()
        print(f"[{number}/{len(steps)}] {name}: {_took(ran, start)}", flush=True)
    print(write_summary(Summary.read(build)))
    print(vendor_note(build))


def _took(ran: bool, start: float) -> str:
    return f"{time.monotonic() - start:.0f} s" if ran else "unchanged"


def vendor_note(build: Build) -> str:
    """What is left for the vendor's tool, in one line."""
    found = shutil.which("vivado")
    reason = "Vivado is not on the PATH" if found is None else "this version has no Vivado flow yet"
    return (
        f"bitstream: not made, {reason}. Everything up to that step is in {build.bundle}:"
        " rtl/accelerator.sv is the AXI4-Stream top for the vendor's block design."
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m bitstream_flow.build", description=__doc__)
    parser.add_argument("--config", default="face-tiny", help="network (default: %(default)s)")
    parser.add_argument("--board", default="Pynq-Z1", help="board (default: %(default)s)")
    parser.add_argument("--fps", type=float, default=DEFAULT_RATE, help="rate to fold for")
    parser.add_argument("--checkpoint", type=Path, help="other than the shipped one")
    parser.add_argument("--frames", type=int, default=5, help="frames to simulate back to back")
    parser.add_argument("--flow", default="rtl", choices=("rtl", "hls", "finn"))
    args = parser.parse_args()
    if args.flow != "rtl":
        raise InputError(f"FLOW={args.flow} comes with a later version: use FLOW=rtl")
    if args.frames < 3:
        raise InputError(f"--frames {args.frames}: at least 3 show the steady state")
    run(Build(args.config, load_board(args.board), args.fps, args.checkpoint), args.frames)


if __name__ == "__main__":
    run_command(main)
