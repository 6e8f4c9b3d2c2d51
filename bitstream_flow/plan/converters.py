# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""From a graph to the streams of the chip: borders in windows, width converters between lanes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from math import gcd, lcm

from hls.graph.graph import Graph, Node
from hls.operators.pad import Pad
from hls.operators.width_converter import WidthConverter
from hls.operators.window import Window
from hls.streams.tensor import Stream, TensorType

# The chip's output is no wider than the board's memory port, where that is fast enough: a wider
# stream takes a wider DMA and interconnect.
PORT_BITS = 64


def absorb_borders(graph: Graph) -> Graph:
    """Let each window walk over its own border, where a Pad before it would have to send it.

    A Pad slows its stage down by the border, and its input needs a FIFO of a row meanwhile.
    """
    nodes: list[Node] = []
    for node in graph.nodes:
        before = graph.producers.get(node.inputs[0], (None, 0))[0]
        if isinstance(node.op, Window) and before and isinstance(before.op, Pad):
            merged = _bordered(node.op, before.op)
            if merged:
                nodes.remove(before)
                node = replace(node, op=merged, inputs=before.inputs)
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _bordered(window: Window, pad: Pad) -> Window | None:
    if max(pad.top + pad.bottom, pad.left + pad.right) >= window.kernel:
        return None
    return replace(
        window, tensor=pad.tensor, top=pad.top, left=pad.left, bottom=pad.bottom, right=pad.right,
        value=pad.value,
    )  # fmt: skip


def insert_converters(graph: Graph, cycles: int | None = None) -> Graph:
    """Put a width converter on every edge whose ends fold the tensor differently.

    None takes more than `cycles` cycles per frame, by default those of the slowest operator. One at
    the end narrows the chip's output to the memory port.
    """
    if cycles is None:
        cycles = graph.interval
    lanes = {
        name: stream.lanes
        for node in graph.nodes
        for name, stream in zip(node.outputs, node.op.outputs, strict=True)
    }
    nodes: list[Node] = []
    for node in graph.nodes:
        inputs = []
        for name, stream in zip(node.inputs, node.op.inputs, strict=True):
            chain = list(_convert(name, lanes.get(name, stream.lanes), stream, cycles))
            nodes.extend(chain)
            inputs.append(chain[-1].outputs[0] if chain else name)
        nodes.append(replace(node, inputs=tuple(inputs)))
    last, port = graph.producers[graph.output]
    stream = last.op.outputs[port]
    end = list(_convert(graph.output, stream.lanes, _narrow(stream, cycles), cycles))
    output = end[-1].outputs[0] if end else graph.output
    return replace(graph, nodes=(*nodes, *end), output=output)


def _narrow(stream: Stream, cycles: int) -> Stream:
    """The stream with as many lanes as fit the memory port, or as few more as `cycles` allow."""
    if stream.width_bits <= PORT_BITS:
        return stream
    divisors = (lanes for lanes in range(1, stream.lanes + 1) if stream.lanes % lanes == 0)
    fast = [Stream(stream.tensor, lanes) for lanes in divisors]
    fast = [found for found in fast if found.beats <= cycles]
    fitting = [found for found in fast if found.width_bits <= PORT_BITS]
    return fitting[-1] if fitting else fast[0]


def _convert(name: str, lanes: int, wanted: Stream, cycles: int) -> Iterator[Node]:
    """Converters from `lanes` to the wanted ones.

    Where neither divides the other, via their greatest common divisor, or via their least common
    multiple where the divisor is too slow.
    """
    between = gcd(lanes, wanted.lanes)
    if Stream(wanted.tensor, between).beats > cycles:
        between = lcm(lanes, wanted.lanes)
    steps = [lanes, between, wanted.lanes]
    for have, get in pairwise(steps):
        if have != get:
            yield (node := _converter(name, wanted.tensor, have, get))
            (name,) = node.outputs


def _converter(name: str, tensor: TensorType, have: int, get: int) -> Node:
    target = f"{name}.x{get}"
    op = WidthConverter(tensor, in_lanes=have, out_lanes=get)
    return Node(f"{target}.convert", op, (name,), (target,))


def widen(graph: Graph, lanes: Mapping[str, int]) -> Graph:
    """Widen each of these edges to `lanes` between two converters; its beats are buffered there."""
    nodes: list[Node] = []
    for node in graph.nodes:
        inputs = []
        for name, stream in zip(node.inputs, node.op.inputs, strict=True):
            for have, get in pairwise((stream.lanes, lanes.get(name, stream.lanes), stream.lanes)):
                if have != get:
                    nodes.append(_converter(name, stream.tensor, have, get))
                    (name,) = nodes[-1].outputs
            inputs.append(name)
        nodes.append(replace(node, inputs=tuple(inputs)))
    return replace(graph, nodes=tuple(nodes))
