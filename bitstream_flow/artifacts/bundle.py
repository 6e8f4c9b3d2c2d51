# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Write the bundle: everything that host/ needs, sealed with checksums.

Its overlay.hwh is the expected handoff, enough for the simulated board, until Vivado's is there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bitstream_flow.artifacts.block_design import design_for
from bitstream_flow.artifacts.handoff import write_expected
from bitstream_flow.boards.board import Board
from bitstream_flow.generate.rtl import generate
from hls.common.records import values_of
from hls.graph.chip import Chip
from hls.graph.decoder import heatmap_graph
from hls.graph.graph import Graph, fold_of, to_json
from hls.streams.exported import Exported
from host.bundle.manifest import EXPECTED, Input, Manifest, Output, Predicted
from host.bundle.packed_weights import pack_constants
from host.bundle.seal import HANDOFF, seal


def write_bundle(
    folder: Path,
    *,
    logical: Graph,
    chip: Chip,
    board: Board,
    network: Exported,
    target_fps: float,
) -> None:
    """Write the bundle into the empty `folder`.

    `logical` is what the golden model runs, `chip` what is built of it, `network` what the export
    says of it.
    """
    generate(chip, folder / "rtl")
    arrays: dict[str, Any] = pack_constants(logical)
    np.savez(folder / "weights.npz", **arrays)
    first, last = chip.ends
    manifest = Manifest(
        config=network.config,
        target_fps=target_fps,
        decode=heatmap_graph(logical) is not logical,
        decoder=network.decoder,
        predicted=Predicted(chip.interval, board.clock_hz / chip.interval),
        model=values_of(network),
        crop=network.crop,
        confidence=network.confidence,
        board=board.name,
        part=board.part,
        clock_mhz=board.clock_mhz,
        input=Input.of(first),
        output=Output.of(last, stride=network.stride),
        graph=to_json(logical),
        fold={node.name: fold_of(node.op) for node in chip.graph.nodes},
        fifos={name: fifo.depth for name, fifo in chip.fifos.items()},
        joins=chip.graph.joins,
        # Vivado's own takes its place, and says so.
        handoff=EXPECTED,
    )
    write_expected(folder / HANDOFF, design_for(manifest, board))
    seal(folder, manifest)
