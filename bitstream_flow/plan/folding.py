# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Folding: how many lanes each operator gets, so that a frame takes no more cycles than the target.

Every operator takes the cheapest folding that is as fast as it has to be. Cost is the operator's
own resource estimate; ties go to the folding that needs no width converter upstream.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product

from hls.common.errors import InputError
from hls.graph.graph import Graph, Node
from hls.operators.operator import Operator
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu

# What a block RAM is worth in LUTs, so that neither is wasted where the other would do.
_BRAM36_LUT = 300


@dataclass(frozen=True)
class Target:
    """What folding aims at: at most `cycles` cycles per frame at every operator."""

    cycles: int

    @classmethod
    def from_rate(cls, frames_per_second: float, clock_hz: float) -> Target:
        """The cycle budget of a frame rate."""
        if frames_per_second <= 0:
            raise InputError(f"frame rate {frames_per_second:g} must be above 0")
        return cls(int(clock_hz / frames_per_second))


def fold(graph: Graph, target: Target, chosen: Mapping[str, Operator] | None = None) -> Graph:
    """The graph with every operator folded for `target`; InputError where none is fast enough.

    Nodes in `chosen` are folded so; the others keep up with the slowest of those at their
    resolution.
    """
    ops: dict[str, Operator] = dict(chosen or {})
    pace: dict[int, int] = {}
    for op in ops.values():
        pace[_pixels(op)] = max(pace.get(_pixels(op), 0), op.cycles)
    lanes: dict[str, int] = {}
    for node in graph.nodes:
        if node.name not in ops:
            # A fork is as fast as its input.
            paced = not node.op.only_moves
            cycles = pace.get(_pixels(node.op), target.cycles) if paced else target.cycles
            arriving = [lanes.get(name, 1) for name in node.inputs]
            own = _as_read(node, graph, ops)
            ops[node.name] = own or _cheapest(node, graph, Target(cycles), arriving)
        for name, stream in zip(node.outputs, ops[node.name].outputs, strict=True):
            lanes[name] = stream.lanes
    return graph.with_ops(ops)


def _as_read(node: Node, graph: Graph, ops: Mapping[str, Operator]) -> Operator | None:
    """A window as its matrix unit reads it; None for anything else.

    A narrower one would need a FIFO for most of a pixel, as the unit takes a beat per cycle.
    """
    if not isinstance(node.op, Window):
        return None
    reader = ops.get(graph.consumers[node.outputs[0]][0].name)
    if not isinstance(reader, XnorMvu):
        return None
    return replace(node.op, lanes=reader.simd, mmv=reader.mmv)


def _pixels(op: Operator) -> int:
    """Pixels of the larger side."""
    return max(stream.tensor.pixels for stream in (*op.inputs, *op.outputs))


def _cheapest(node: Node, graph: Graph, target: Target, arriving: list[int]) -> Operator:
    ops = list(choices(node, graph, arriving))
    fitting = [op for op in ops if op.cycles <= target.cycles]
    if not fitting:
        raise out_of_reach(node, min(op.cycles for op in ops), target)
    return min(fitting, key=lambda op: _cost(op, arriving))


def out_of_reach(node: Node, fastest: int, target: Target) -> InputError:
    """The error for a node that no folding makes fast enough."""
    return InputError(
        f"node {node.name} takes {fastest} cycles per frame at its fastest,"
        f" the target allows {target.cycles}: ask for a lower frame rate"
    )


def _cost(op: Operator, arriving: list[int]) -> tuple[float, float]:
    converters = [
        abs(stream.lanes - lanes) * stream.tensor.bits
        for stream, lanes in zip(op.inputs, arriving, strict=True)
    ]
    # A width converter costs about two flip-flops and a LUT for each bit of difference.
    own = op.resources()
    return own.lut + own.ff / 2 + _BRAM36_LUT * own.bram36 + 2 * sum(converters), op.cycles


def choices(node: Node, graph: Graph, arriving: Sequence[int] = ()) -> Iterator[Operator]:
    """Every legal folding of a node; `arriving` are the lanes of its inputs, which a fork keeps."""
    op, window = node.op, window_of(node, graph)
    found = op.fold_choices(window.tensor.channels if window else None)
    if op.only_moves:
        found = {"lanes": arriving}
    for values in product(*found.values()):
        with suppress(InputError):
            yield replace(op, **dict(zip(found, values, strict=True)))


def window_of(node: Node, graph: Graph) -> Window | None:
    """The window that feeds a node, where one does."""
    producer = graph.producers.get(node.inputs[0])
    return producer[0].op if producer and isinstance(producer[0].op, Window) else None
