# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A graph that ends with the landmark decoder, so that it returns coordinates and scores."""

from __future__ import annotations

from dataclasses import replace

from hls.graph.graph import Graph, Node
from hls.operators.landmark_decode import LandmarkDecode
from hls.streams.landmarks import DecoderSettings

NAME = "landmarks"


def end_with_decoder(graph: Graph, settings: DecoderSettings) -> Graph:
    """The graph of heatmaps, with the landmark decoder downstream of its output."""
    op = LandmarkDecode(graph.tensors[graph.output], settings.floor, settings.shift)
    node = Node(f"{NAME}.decode", op, (graph.output,), (NAME,))
    return replace(graph, nodes=(*graph.nodes, node), output=NAME)


def heatmap_graph(graph: Graph) -> Graph:
    """The graph without the decoder that it may end with."""
    last, _ = graph.producers[graph.output]
    if not isinstance(last.op, LandmarkDecode):
        return graph
    rest = tuple(node for node in graph.nodes if node is not last)
    return replace(graph, nodes=rest, output=last.inputs[0])
