# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FIFO depths by analysis: deep enough to keep the pace, with the least that cannot deadlock.

The depth comes from the schedule with unbounded FIFOs (see `schedule`). The least depth is untimed:
for every fork, `tokens[e][i]` is how many of its input beats have to pass before beat i of edge e
can exist, found by composing the operators' `needs()`. When a join is about to take beats, the fork
has passed those that the join's slowest input needs; what the other inputs received by then, and
the join has not taken yet, is stored in their FIFOs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bitstream_flow.fifos.schedule import moves
from hls.common.errors import InputError
from hls.graph.chip import Chip
from hls.graph.graph import Graph, Node
from hls.operators.fifo import Fifo, latency
from hls.operators.operator import Operator
from hls.operators.stream_fork import Fork
from hls.operators.width_converter import WidthConverter

# Streams without a FIFO that may follow one another: their ready is one path.
WIRES_MAX = 2
# Schedules until the latencies settle: a few, as they only grow.
_ROUNDS_MAX = 100


@dataclass(frozen=True)
class Depth:
    """Depth of the FIFO on one edge: `least` is free of deadlock, `depth` also keeps the pace.

    With `ultra_ram` it is stored in UltraRAM.
    """

    name: str
    least: int
    depth: int
    width_bits: int
    ultra_ram: int = 0

    @property
    def bits(self) -> int:
        """Memory of the FIFO in bits."""
        return self.depth * self.width_bits


def chip_of(graph: Graph, depths: Iterable[Depth]) -> Chip:
    """The graph, whose width converters are in place, with FIFOs of these depths."""
    fifos = {}
    for depth in depths:
        stream = graph.streams[depth.name]
        fifos[depth.name] = Fifo(
            stream.tensor, lanes=stream.lanes, depth=depth.depth, ultra_ram=depth.ultra_ram
        )
    return Chip(graph, fifos)


def size_fifos(graph: Graph, interval: int) -> list[Depth]:
    """Depths for every edge at one frame every `interval` cycles; width converters are in place."""
    needs = {node.name: np.asarray(node.op.needs(), dtype=np.int64) for node in graph.nodes}
    minimum: dict[str, int] = {}
    for index, node in enumerate(graph.nodes):
        if isinstance(node.op, Fork):
            for name, depth in _from_fork(graph, index, needs).items():
                minimum[name] = max(minimum.get(name, 0), depth)
    _move_before_splits(graph, minimum)
    for_pace = _depths_for_pace(graph, interval, needs, minimum)
    found = []
    for name, stream in graph.streams.items():
        least = min(for_pace[name], 1)
        if name in minimum:
            others = _converted(graph, name)
            elsewhere = sum((for_pace[other] - 1) * graph.streams[other].lanes for other in others)
            least = max(least, minimum[name] - elsewhere // stream.lanes)
        found.append(Depth(name, least, max(least, for_pace[name]), stream.width_bits))
    return found


def _depths_for_pace(
    graph: Graph, interval: int, needs: Mapping[str, np.ndarray], minimum: Mapping[str, int]
) -> dict[str, int]:
    """Depths that the schedule needs; 0 where the stream needs no FIFO and is plain wires.

    A deeper FIFO has a longer latency, which delays later beats and may make other FIFOs deeper:
    the schedule is repeated until its latencies are those that it was made with.
    """
    widths = {name: stream.width_bits for name, stream in graph.streams.items()}
    latencies = {name: latency(max(1, minimum.get(name, 0)), widths[name]) for name in widths}
    unbuffered: set[str] | None = None
    for _ in range(_ROUNDS_MAX):
        timetable = moves(graph, interval, needs, latencies)
        depths = {name: found.depth(interval) for name, found in timetable.items()}
        if unbuffered is None:
            unbuffered = wires(graph, depths, minimum)
        else:
            unbuffered = {name for name in unbuffered if timetable[name].direct}
        before = latencies
        latencies = {
            name: 0 if name in unbuffered else max(slow, latency(depths[name], widths[name]))
            for name, slow in before.items()
        }
        if latencies == before:
            return depths | dict.fromkeys(unbuffered, 0)
    raise InputError(f"FIFO depths at {interval} cycles per frame do not settle: ask for less FPS")


def _converted(graph: Graph, name: str) -> Iterator[str]:
    """Edges joined to this one by width converters alone: what they store need not be stored here.

    Those downstream come first.
    """
    downstream = upstream = name
    while isinstance(_taker(graph, downstream), WidthConverter):
        (downstream,) = graph.consumers[downstream][0].outputs
        yield downstream
    while isinstance(_giver(graph, upstream), WidthConverter):
        (upstream,) = graph.producers[upstream][0].inputs
        yield upstream


def _taker(graph: Graph, name: str) -> Operator | None:
    return graph.consumers[name][0].op if name in graph.consumers else None


def _giver(graph: Graph, name: str) -> Operator | None:
    return graph.producers[name][0].op if name in graph.producers else None


def wires(graph: Graph, depths: Mapping[str, int], minimum: Collection[str]) -> set[str]:
    """Edges that need no FIFO, the widest first.

    Each beat is taken in the cycle in which it is offered, no join needs it to be stored (then it
    is in `minimum`), and no path leads through more than WIRES_MAX of them in a row.
    """
    found: set[str] = set()
    for name in sorted(graph.streams, key=lambda name: -graph.streams[name].width_bits):
        if name in (graph.input, graph.output) or name in minimum:
            continue
        giver, taker = graph.producers[name][0], graph.consumers[name][0]
        row = 1 + _wires_upstream(graph, giver, found) + _wires_downstream(graph, taker, found)
        if depths[name] <= 2 and len(taker.inputs) == 1 and row <= WIRES_MAX:
            found.add(name)
    return found


def _wires_upstream(graph: Graph, node: Node, wires: Collection[str]) -> int:
    """The longest row of wires that ends at the node."""
    if node.op.registered:
        return 0
    givers = (graph.producers[name][0] for name in node.inputs if name in wires)
    return max((1 + _wires_upstream(graph, giver, wires) for giver in givers), default=0)


def _wires_downstream(graph: Graph, node: Node, wires: Collection[str]) -> int:
    """The longest row of wires that starts at the node."""
    if node.op.registered:
        return 0
    takers = (graph.consumers[name][0] for name in node.outputs if name in wires)
    return max((1 + _wires_downstream(graph, taker, wires) for taker in takers), default=0)


def _move_before_splits(graph: Graph, minimum: dict[str, int]) -> None:
    """Move minimum depths upstream of converters to narrower beats: a word holds more there.

    The schedule buffers there, too.
    """
    for node in reversed(graph.nodes):
        if isinstance(node.op, WidthConverter) and node.op.in_lanes > node.op.out_lanes:
            (wide,), (narrow,) = node.inputs, node.outputs
            ratio = node.op.in_lanes // node.op.out_lanes
            moved = -(-minimum.pop(narrow, 0) // ratio)
            minimum[wide] = max(minimum.get(wide, 0), moved)


def _from_fork(graph: Graph, index: int, needs: dict[str, np.ndarray]) -> dict[str, int]:
    """Least depths of the edges where paths from the fork `graph.nodes[index]` meet again."""
    fork = graph.nodes[index]
    beats = fork.op.inputs[0].beats
    tokens = {name: np.arange(1, beats + 1) for name in fork.outputs}
    found: dict[str, int] = {}
    ahead = set(fork.outputs)
    for node in graph.nodes[index + 1 :]:
        # Downstream of the stream that all paths lead to, another fork asks for as much or more.
        if len(ahead) == 1:
            break
        reached = [port for port, name in enumerate(node.inputs) if name in tokens]
        if not reached:
            continue
        own = needs[node.name]
        waits = np.stack([_wait(tokens[node.inputs[p]], own[:, p]) for p in reached], axis=1)
        slowest = waits.max(axis=1)
        if len(reached) > 1:
            for port in reached:
                name = node.inputs[port]
                depth = _occupancy(tokens[name], own[:, port], slowest)
                found[name] = max(found.get(name, 0), depth)
        tokens.update(dict.fromkeys(node.outputs, slowest))
        ahead = ahead.difference(node.inputs).union(node.outputs)
    return found


def _wait(tokens: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Fork beats that must have passed before `taken` beats of an edge exist."""
    return np.where(taken > 0, tokens[np.maximum(taken, 1) - 1], 0)


def _occupancy(tokens: np.ndarray, taken: np.ndarray, wait: np.ndarray) -> int:
    """The most beats that are stored when the join takes beats: arrived, and not taken before.

    A fork hands a beat to each branch as soon as that branch takes it, so the last beat that the
    slow branch waits for need not have entered this one.
    """
    taken_before = np.concatenate([[0], taken[:-1]])
    arrived = np.searchsorted(tokens, wait - 1, side="right")
    return int((np.maximum(arrived, taken) - taken_before).max())
