# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Write the bundle: everything that host/ needs, sealed with checksums.

Its overlay.hwh is the expected handoff, enough for the simulated board, until Vivado's is there.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bitstream_flow.artifacts.block_design import design_for
from bitstream_flow.artifacts.handoff import write_expected
from bitstream_flow.boards.board import Board
from bitstream_flow.fifos.depths import Depth, fifos, joins
from bitstream_flow.generate.rtl import generate
from hls.common.records import values_of
from hls.graph.decoder import heatmap_graph
from hls.graph.edges import edges
from hls.graph.graph import Graph, fold_of, to_json
from hls.streams.exported import Exported
from hls.streams.tensor import Stream
from host.bundle.manifest import EXPECTED, Input, Manifest, Output, Predicted
from host.bundle.packed_weights import pack_constants
from host.bundle.seal import HANDOFF, seal


def write_bundle(
    folder: Path,
    *,
    logical: Graph,
    chip: Graph,
    depths: list[Depth],
    board: Board,
    network: Exported,
    target_fps: float,
) -> None:
    """Write the bundle into the empty `folder`.

    `logical` is what the golden model runs, `chip` the folded graph with its width converters,
    `network` what the export says of it.
    """
    sizes = {depth.name: depth.depth for depth in depths}
    generate(chip, fifos(chip, depths), folder / "rtl")
    arrays: dict[str, Any] = pack_constants(logical)
    np.savez(folder / "weights.npz", **arrays)
    streams = {edge.name: edge.stream for edge in edges(chip)}
    cycles = max(node.op.cycles for node in chip.nodes)
    manifest = Manifest(
        config=network.config,
        target_fps=target_fps,
        decode=heatmap_graph(logical) is not logical,
        decoder=network.decoder,
        predicted=Predicted(cycles, board.clock_hz / cycles),
        model=values_of(network),
        crop=network.crop,
        confidence=network.confidence,
        board=board.name,
        part=board.part,
        clock_mhz=board.clock_mhz,
        input=Input(**_port(streams[chip.input])),
        output=Output(**_port(streams[chip.output]), stride=network.stride),
        graph=to_json(logical),
        fold={node.name: fold_of(node.op) for node in chip.nodes},
        fifos=sizes,
        joins=joins(chip),
        # Vivado's own takes its place, and says so.
        handoff=EXPECTED,
    )
    write_expected(folder / HANDOFF, design_for(manifest, board))
    seal(folder, manifest)


def _port(stream: Stream) -> dict[str, Any]:
    return asdict(stream.tensor) | {"lanes": stream.lanes}
