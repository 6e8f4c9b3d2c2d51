# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FIFO depths by analysis: deep enough to keep the pace, with the least that cannot deadlock.

The depth comes from the schedule with unbounded FIFOs (see `schedule`). The least is untimed: for
every fork, `tokens[e][i]` is how many of its input beats have to pass before beat i of edge e can
exist, found by composing the operators' `needs()`. When a join is about to fire, the fork has
passed the beats that its slowest input needs; what the other inputs got by then, and the join has
not taken yet, waits in their FIFOs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bitstream_flow.fifos.schedule import moves
from hls.graph.chip import Chip
from hls.graph.graph import Graph, Node
from hls.operators.fifo import Fifo, latency
from hls.operators.stream_fork import Fork
from hls.operators.width_converter import WidthConverter

# Streams without a FIFO that may follow one another: their ready is one path.
WIRES_MAX = 2


@dataclass(frozen=True)
class Depth:
    """Depth of the FIFO on one edge: `least` is free of deadlock, `depth` also keeps the pace.

    With `ultra_ram` it lies in UltraRAM.
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
    """Depths for every edge of a converted graph at one frame every `interval` cycles."""
    needs = {node.name: np.asarray(node.op.needs(), dtype=np.int64) for node in graph.nodes}
    least: dict[str, int] = {}
    for index, node in enumerate(graph.nodes):
        if isinstance(node.op, Fork):
            for name, depth in _from_fork(graph, index, needs).items():
                least[name] = max(least.get(name, 0), depth)
    _move_before_splits(graph, least)
    wanted = _wanted(graph, interval, needs, least)
    found = []
    streams = graph.streams
    for name, stream in streams.items():
        base = min(wanted[name], 1)
        if name in least:
            others = _converted(graph, name)
            elsewhere = sum((wanted[other] - 1) * streams[other].lanes for other in others)
            base = max(base, least[name] - elsewhere // stream.lanes)
        found.append(Depth(name, base, max(base, wanted[name]), stream.width_bits))
    return found


def _wanted(
    graph: Graph, interval: int, needs: Mapping[str, np.ndarray], least: Mapping[str, int]
) -> dict[str, int]:
    """Places that the schedule needs, none where wires do."""
    widths = {name: stream.width_bits for name, stream in graph.streams.items()}
    ways = {name: latency(max(1, least.get(name, 0)), widths[name]) for name in graph.tensors}
    timetable = moves(graph, interval, needs, ways)
    wanted = {name: found.depth(interval) for name, found in timetable.items()}
    bare = wires(graph, wanted, least)
    while True:
        # A deeper FIFO is slower; what comes later may need others to be deeper.
        deeper = {name: max(way, latency(wanted[name], widths[name])) for name, way in ways.items()}
        now = deeper | dict.fromkeys(bare, 0)
        if now == ways:
            return wanted | dict.fromkeys(bare, 0)
        ways = now
        timetable = moves(graph, interval, needs, ways)
        wanted = {name: found.depth(interval) for name, found in timetable.items()}
        bare = {name for name in bare if timetable[name].direct}


def _converted(graph: Graph, name: str) -> Iterator[str]:
    """The same stream in other widths: what waits there need not wait here."""
    behind = name
    while behind in graph.consumers and isinstance(graph.consumers[behind][0].op, WidthConverter):
        (behind,) = graph.consumers[behind][0].outputs
        yield behind
    while name in graph.producers and isinstance(graph.producers[name][0].op, WidthConverter):
        (name,) = graph.producers[name][0].inputs
        yield name


def wires(graph: Graph, wanted: Mapping[str, int], least: Mapping[str, int]) -> set[str]:
    """Edges that may do without a FIFO, those that save most first.

    Each beat is taken as it comes, no join needs it to wait, and no path passes more than
    WIRES_MAX of them.
    """
    found: set[str] = set()
    for name in sorted(graph.streams, key=lambda name: -graph.streams[name].width_bits):
        if name in (graph.input, graph.output) or name in least:
            continue
        giver, taker = graph.producers[name][0], graph.consumers[name][0]
        row = 1 + _behind(graph, giver, found) + _ahead(graph, taker, found)
        if wanted[name] <= 2 and len(taker.inputs) == 1 and row <= WIRES_MAX:
            found.add(name)
    return found


def _behind(graph: Graph, node: Node, wires: Collection[str]) -> int:
    """The most wires that lead to the node one after another."""
    if node.op.registered:
        return 0
    rows = [1 + _behind(graph, graph.producers[n][0], wires) for n in node.inputs if n in wires]
    return max(rows, default=0)


def _ahead(graph: Graph, node: Node, wires: Collection[str]) -> int:
    """The most wires that lead on from the node one after another."""
    if node.op.registered:
        return 0
    rows = [1 + _ahead(graph, graph.consumers[n][0], wires) for n in node.outputs if n in wires]
    return max(rows, default=0)


def _move_before_splits(graph: Graph, least: dict[str, int]) -> None:
    """What must wait behind a converter to narrow beats may as well wait in front of it, in wide.

    There the schedule lets it wait, too.
    """
    for node in reversed(graph.nodes):
        if isinstance(node.op, WidthConverter) and node.op.in_lanes > node.op.out_lanes:
            (before,), (behind,) = node.inputs, node.outputs
            ratio = node.op.in_lanes // node.op.out_lanes
            moved = -(-least.pop(behind, 0) // ratio)
            least[before] = max(least.get(before, 0), moved)


def _from_fork(graph: Graph, index: int, needs: dict[str, np.ndarray]) -> dict[str, int]:
    """Least depths of the edges where paths from the fork `graph.nodes[index]` meet again."""
    fork = graph.nodes[index]
    beats = fork.op.inputs[0].beats
    tokens = {name: np.arange(1, beats + 1) for name in fork.outputs}
    found: dict[str, int] = {}
    ahead = set(fork.outputs)
    for node in graph.nodes[index + 1 :]:
        # Behind the stream that all of them led to, a fork of its own asks for as much or more.
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
    """Fork beats that must have passed before `taken` beats of an edge were there."""
    return np.where(taken > 0, tokens[np.maximum(taken, 1) - 1], 0)


def _occupancy(tokens: np.ndarray, taken: np.ndarray, wait: np.ndarray) -> int:
    """The most beats that have come and are not taken at the moment when the join fires.

    A fork hands a beat to each branch as soon as that branch takes it, so the last beat that the
    slow branch waits for need not have entered this one.
    """
    before = np.concatenate([[0], taken[:-1]])
    arrived = np.searchsorted(tokens, wait - 1, side="right")
    return int((np.maximum(arrived, taken) - before).max())
