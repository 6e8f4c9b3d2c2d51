# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Folding: how many lanes each operator gets, so that a frame takes at most so many cycles.

Every operator takes the cheapest folding that meets the target on its own. Cost is the operator's
own resource estimate; ties go to the folding that needs no width converter in front.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from hls.errors import InputError
from hls.fork import Fork
from hls.graph import Graph, Node
from hls.operator import Operator
from hls.window import Window


@dataclass(frozen=True)
class Target:
    """What folding aims at: at most `cycles` cycles a frame at every operator."""

    cycles: int

    @classmethod
    def from_rate(cls, frames_per_second: float, clock_hz: float) -> Target:
        """The cycle budget of a frame rate."""
        if frames_per_second <= 0:
            raise InputError(f"frame rate {frames_per_second:g} must be above 0")
        return cls(int(clock_hz / frames_per_second))


def divisors(number: int) -> list[int]:
    """All divisors, ascending."""
    return [d for d in range(1, number + 1) if number % d == 0]


def fold(graph: Graph, target: Target) -> Graph:
    """The graph with every operator folded for `target`; InputError where none is fast enough."""
    ops: dict[str, Operator] = {}
    lanes: dict[str, int] = {}
    for node in graph.nodes:
        op = _cheapest(node, graph, target, [lanes.get(name, 1) for name in node.inputs])
        ops[node.name] = op
        for name, stream in zip(node.outputs, op.outputs, strict=True):
            lanes[name] = stream.lanes
    return graph.with_ops(ops)


def _cheapest(node: Node, graph: Graph, target: Target, arriving: list[int]) -> Operator:
    choices = list(_choices(node, graph, arriving))
    fitting = [op for op in choices if op.cycles <= target.cycles]
    if not fitting:
        fastest = min(op.cycles for op in choices)
        raise InputError(
            f"node {node.name} takes {fastest} cycles a frame at its fastest,"
            f" the target allows {target.cycles}: ask for a lower frame rate"
        )
    return min(fitting, key=lambda op: _cost(op, arriving))


def _cost(op: Operator, arriving: list[int]) -> tuple[float, float]:
    converters = [
        abs(stream.lanes - lanes) * stream.tensor.bits
        for stream, lanes in zip(op.inputs, arriving, strict=True)
    ]
    # A width converter costs about two flip-flops and a LUT for each bit of difference.
    return op.resources().lut + op.resources().ff / 2 + 2 * sum(converters), op.cycles


def _choices(node: Node, graph: Graph, arriving: list[int]) -> Iterator[Operator]:
    op = node.op
    if isinstance(op, Fork):
        yield replace(op, lanes=arriving[0])
        return
    ranges = [_values(name, node, graph) for name in op.fold_fields]
    for values in product(*ranges):
        yield replace(op, **dict(zip(op.fold_fields, values, strict=True)))


def _values(name: str, node: Node, graph: Graph) -> list[int]:
    """Legal values of one fold field; `simd` behind a window never exceeds one pixel."""
    inputs = [stream.tensor.channels for stream in node.op.inputs]
    if name == "pe":
        return divisors(node.op.outputs[0].tensor.channels)
    if name == "lanes":
        channels = node.op.inputs[0].tensor.channels
        return [d for d in divisors(channels) if all(c % d == 0 for c in inputs)]
    producer = graph.producers.get(node.inputs[0])
    if producer and isinstance(producer[0].op, Window):
        return divisors(producer[0].op.inputs[0].tensor.channels)
    return divisors(inputs[0])
