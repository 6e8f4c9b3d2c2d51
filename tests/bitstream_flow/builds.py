# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Chips, bundles and build folders of small networks."""

from __future__ import annotations

from pathlib import Path

from bitstream_flow.artifacts.build import Build
from bitstream_flow.artifacts.bundle import write_bundle
from bitstream_flow.boards.board import load_board
from bitstream_flow.fifos.depths import Depth, chip_of
from bitstream_flow.plan.converters import absorb_borders, insert_converters
from bitstream_flow.plan.files import save_graph, save_plan
from bitstream_flow.plan.folding import Target, fold
from bitstream_flow.plan.planner import Planner
from hls.graph.graph import Graph
from hls.streams.exported import Crop, Exported
from host.bundle.bundle import Bundle, load_bundle
from tests.networks import DECODER

EXPORTED = Exported(
    config="tiny", settings={}, landmarks=5, stride=2, crop=Crop(1.0), decoder=DECODER,
    checkpoint_sha256="", qonnx_sha256="",
)  # fmt: skip


def make_chip(logical: Graph, cycles: int) -> Graph:
    """The graph folded for that many cycles per frame, with width converters."""
    return insert_converters(fold(absorb_borders(logical), Target(cycles)))


def make_bundle(folder: Path, logical: Graph, graph: Graph, depths: list[Depth]) -> Bundle:
    """The bundle of a graph, folded and with its width converters, in a new folder."""
    folder.mkdir()
    write_bundle(
        folder, logical=logical, chip=chip_of(graph, depths), board=load_board("Pynq-Z1"),
        network=EXPORTED, target_fps=1.0,
    )  # fmt: skip
    return load_bundle(folder)


def make_build(logical: Graph) -> Build:
    """What the steps up to the bundle leave, in $LANDMARK_BUILD."""
    build = Build("tiny", load_board("Pynq-Z1"), 1000.0)
    for step in ("frontend", "fold"):
        (build.folder / step).mkdir(parents=True)
    save_graph(logical, build.folder / "frontend")
    plan = Planner(logical, build.board.budget).plan(Target(3000))
    save_plan(plan, build.folder / "fold")
    make_bundle(build.bundle, logical, plan.graph, plan.depths)
    (build.folder / "bundle.key").write_text("key")
    return build
