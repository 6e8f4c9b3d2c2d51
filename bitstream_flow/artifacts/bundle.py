# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Write the bundle: everything that host/ needs, sealed with checksums.

Its overlay.hwh is the expected handoff, enough for the simulated board, until Vivado's is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bitstream_flow.artifacts.block_design import design_for
from bitstream_flow.artifacts.handoff import write_expected
from bitstream_flow.boards.board import Board
from bitstream_flow.fifos.depths import Depth, fifos, joins
from bitstream_flow.generate.rtl import generate
from hls.graph.edges import edges
from hls.graph.graph import Graph, fold_of, to_json
from hls.streams.tensor import Stream
from host.bundle.packed_weights import pack_constants
from host.bundle.seal import HANDOFF, seal


def write_bundle(
    folder: Path,
    *,
    logical: Graph,
    chip: Graph,
    depths: list[Depth],
    board: Board,
    details: Mapping[str, Any],
) -> None:
    """Write the bundle into the empty `folder`.

    `logical` is what the golden model runs, `chip` the folded graph with its width converters;
    `details` are further manifest entries (config, model, predicted, crop, stride,
    confidence).
    """
    sizes = {depth.name: depth.depth for depth in depths}
    generate(chip, fifos(chip, depths), folder / "rtl")
    arrays: dict[str, Any] = pack_constants(logical)
    np.savez(folder / "weights.npz", **arrays)
    streams = {edge.name: edge.stream for edge in edges(chip)}
    manifest = {
        **{key: value for key, value in details.items() if key != "stride"},
        "board": board.name,
        "part": board.part,
        "clock_mhz": board.clock_mhz,
        "input": _port(streams[chip.input]) | {"normalisation": "none"},
        "output": _port(streams[chip.output]) | {"stride": details["stride"]},
        "graph": to_json(logical),
        "fold": {node.name: fold_of(node.op) for node in chip.nodes},
        "fifos": sizes,
        "joins": {name: list(names) for name, names in joins(chip).items()},
        # Vivado's own takes its place, and says so.
        "handoff": "expected",
    }
    write_expected(folder / HANDOFF, design_for(manifest, board))
    seal(folder, manifest)


def _port(stream: Stream) -> dict[str, Any]:
    return asdict(stream.tensor) | {"lanes": stream.lanes}
