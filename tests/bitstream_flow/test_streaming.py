# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Width converters stand exactly where two operators fold a tensor differently."""

from __future__ import annotations

from bitstream_flow.folding import Target, fold
from bitstream_flow.streaming import edges, insert_converters
from hls.graph import Graph
from hls.width_converter import WidthConverter
from tests.bitstream_flow.networks import tiny_hourglass


def _disagreements(graph: Graph) -> int:
    lanes = {edge.name: edge.stream.lanes for edge in edges(graph)}
    return sum(
        lanes[name] != stream.lanes
        for node in graph.nodes
        for name, stream in zip(node.inputs, node.op.inputs, strict=True)
    )


def test_both_ends_of_every_edge_agree() -> None:
    folded = fold(tiny_hourglass(), Target(1500))
    chip = insert_converters(folded)
    assert _disagreements(folded) > 0
    assert _disagreements(chip) == 0


def test_nothing_is_inserted_where_nothing_differs() -> None:
    graph = tiny_hourglass()
    assert _disagreements(graph) == 0
    assert not any(isinstance(n.op, WidthConverter) for n in insert_converters(graph).nodes)
