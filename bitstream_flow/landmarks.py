# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A graph that ends with the landmark decoder, so that the chip returns coordinates and scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from hls.graph.graph import Graph, Node
from hls.operators.landmark_decode import LandmarkDecode

Tensors = Mapping[str, np.ndarray]
NAME = "landmarks"


def end_with_decoder(graph: Graph) -> Graph:
    """The graph of heatmaps, with the decoder of its output behind it."""
    op = LandmarkDecode(graph.tensors[graph.output])
    node = Node(f"{NAME}.decode", op, (graph.output,), (NAME,))
    return replace(graph, nodes=(*graph.nodes, node), output=NAME)


def heatmap_graph(graph: Graph) -> Graph:
    """The graph without the decoder that it may end with."""
    last, _ = graph.producers[graph.output]
    if not isinstance(last.op, LandmarkDecode):
        return graph
    rest = tuple(node for node in graph.nodes if node is not last)
    return replace(graph, nodes=rest, output=last.inputs[0])


def with_landmarks(
    run: Callable[[np.ndarray], Tensors], graph: Graph
) -> Callable[[np.ndarray], Tensors]:
    """What else makes the tensors of `graph`, with the landmarks that the decoder is to find."""
    last, _ = graph.producers[graph.output]
    if not isinstance(last.op, LandmarkDecode):
        return run

    def decoded(images: np.ndarray) -> Tensors:
        tensors = run(images)
        (landmarks,) = last.op.reference(np.asarray(tensors[last.inputs[0]]))
        return {**tensors, graph.output: landmarks}

    return decoded
