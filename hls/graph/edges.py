# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The streams between the operators of a chip."""

from __future__ import annotations

from dataclasses import dataclass

from hls.graph.graph import Graph
from hls.streams.tensor import Stream


@dataclass(frozen=True)
class Edge:
    """One stream of the chip: a FIFO stands in it, and carries the tensor's name."""

    name: str
    stream: Stream


def edges(graph: Graph) -> list[Edge]:
    """Every stream of the chip, the graph's input first and its output last."""
    first, port = graph.consumers[graph.input]
    found = [Edge(graph.input, first.op.inputs[port])]
    for name, (node, port) in graph.producers.items():
        found.append(Edge(name, node.op.outputs[port]))
    return found
