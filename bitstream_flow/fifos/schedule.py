# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""When every beat moves if no FIFO is ever full: a max-plus schedule of several frames.

The image arrives evenly, one frame per interval. Three passes follow:

1. Downstream: each operator produces beat j as soon as the beats that it needs have arrived and its
   own pace allows.
2. Upstream: operators whose output is no smaller than their input (windows, borders, upsampling,
   forks, converters) produce each beat as late as their consumers allow: data is narrower upstream
   of these operators, so it is buffered there.
3. Downstream again, for converters to wider beats: their inputs may arrive later now.

A beat stays in its FIFO until it is needed, or until its consumer has room for it inside. FIFOs as
deep as this schedule needs them make it possible on the chip, and a self-timed dataflow is never
later than a schedule that is possible; so they keep the interval, and exclude deadlock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hls.graph.graph import Graph, Node
from hls.operators.width_converter import WidthConverter

# Enough to reach the steady state, in which each frame is the one before, an interval later.
FRAMES = 3
# Cycles from the moment a place in a buffer of results becomes free until the result that needs it
# can appear at the output.
REUSE_CYCLES = 3
_NEVER = -(1 << 40)


@dataclass(frozen=True)
class Moves:
    """When each beat of a stream enters and leaves its FIFO, in cycles, over FRAMES frames."""

    given: np.ndarray
    taken: np.ndarray

    @property
    def direct(self) -> bool:
        """Whether every beat is taken in the cycle in which it is given."""
        return bool((self.given == self.taken).all())

    def depth(self, interval: int) -> int:
        """Beats that a FIFO has to hold to accept each beat when it is given, in steady state.

        A beat that was taken in the cycle before has left. Whole intervals that a beat stays count
        for each beat of a frame, parts of an interval by their place in it.
        """
        (came, came_at), (left, left_at) = (
            np.divmod(times.reshape(FRAMES, -1)[-1], interval) for times in (self.given, self.taken)
        )
        came_at, left_at = np.sort(came_at), np.sort(left_at)
        stored = np.arange(1, len(came_at) + 1) - np.searchsorted(left_at, came_at, side="left")
        return int((left - came).sum() + stored.max())


def moves(
    graph: Graph,
    interval: int,
    needs: Mapping[str, np.ndarray],
    latencies: Mapping[str, int],
) -> dict[str, Moves]:
    """Edge -> its timetable. needs: node -> its Operator.needs(); latencies: edge -> its FIFO's."""
    given = _as_early_as_possible(graph, interval, needs, latencies)
    needed = _as_late_as_possible(graph, needs, latencies, given)
    for node in graph.nodes:
        if _gathers(node):
            given.update(_earliest(node, needs[node.name], given, latencies))
    return {
        name: Moves(times, _taken(graph, name, given, needed, latencies[name]))
        for name, times in given.items()
    }


def _as_early_as_possible(
    graph: Graph, interval: int, needs: Mapping[str, np.ndarray], latencies: Mapping[str, int]
) -> dict[str, np.ndarray]:
    """Pass 1: when each beat of each edge is given."""
    beats = graph.streams[graph.input].beats
    given = {graph.input: np.arange(FRAMES * beats) * interval // beats}
    for node in graph.nodes:
        given.update(_earliest(node, needs[node.name], given, latencies))
    return given


def _as_late_as_possible(
    graph: Graph,
    needs: Mapping[str, np.ndarray],
    latencies: Mapping[str, int],
    given: dict[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Pass 2: postpones beats in `given`; returns when each beat is needed at the latest."""
    needed = {graph.output: given[graph.output] + latencies[graph.output]}
    for node in reversed(graph.nodes):
        produced = given[node.outputs[0]]
        limit = np.minimum.reduce([needed[name] - latencies[name] for name in node.outputs])
        if _expands(node) and not _swallowed(node, graph):
            produced = _latest(limit, node.op.spacing())
            given.update(dict.fromkeys(node.outputs, produced))
        elif (reuse := node.op.slot_reused_by()) is not None:
            limit = np.minimum(limit, _times_to_clear_slots(produced, reuse))
            given.update(dict.fromkeys(node.outputs, _latest(limit, 1)))
        for port, name in enumerate(node.inputs):
            needed[name] = _needed_times(node, port, needs[node.name], produced)
    return needed


def _earliest(
    node: Node,
    needs: np.ndarray,
    given: Mapping[str, np.ndarray],
    latencies: Mapping[str, int],
) -> dict[str, np.ndarray]:
    """The outputs' times, as early as the inputs' allow."""
    arrivals = [given[name] + latencies[name] for name in node.inputs]
    return dict.fromkeys(node.outputs, _output_times(node, needs, arrivals))


def _gathers(node: Node) -> bool:
    """Whether the node packs narrow beats into wide ones, of which a FIFO holds more per LUT."""
    return isinstance(node.op, WidthConverter) and node.op.in_lanes < node.op.out_lanes


def _expands(node: Node) -> bool:
    """Whether a frame of the outputs takes at least as many bits as one of the inputs."""
    before, after = (
        sum(stream.beats * stream.width_bits for stream in streams)
        for streams in (node.op.inputs, node.op.outputs)
    )
    return after >= before


def _swallowed(node: Node, graph: Graph) -> bool:
    """Whether the consumers have room inside for a whole frame, so that no FIFO has to hold it."""
    takers = [graph.consumers[name][0].op for name in node.outputs if name in graph.consumers]
    rooms = [(op.room(), op.inputs[0].beats) for op in takers]
    return bool(rooms) and all(room is not None and room[0] >= beats for room, beats in rooms)


def _output_times(node: Node, needs: np.ndarray, arrivals: list[np.ndarray]) -> np.ndarray:
    """When each output beat appears: after the beats that it needs, at the operator's own pace."""
    ready = np.full((FRAMES, len(needs)), _NEVER)
    for port, arrival in enumerate(arrivals):
        frames = _spread(arrival, 1).reshape(FRAMES, -1)
        index = needs[:, port]
        came = np.where(index > 0, frames[:, np.maximum(index, 1) - 1], _NEVER)
        ready = np.maximum(ready, came)
    return _spread(ready.reshape(-1) + node.op.latency, node.op.spacing())


def _offsets(times: np.ndarray, spacing: np.ndarray | int) -> np.ndarray:
    """Times of beats at the least distance, `spacing`: one for all beats, or one for each of a
    frame."""
    if isinstance(spacing, int):
        return np.arange(times.size) * spacing
    return np.cumsum(np.tile(spacing, times.size // len(spacing)))


def _spread(times: np.ndarray, spacing: np.ndarray | int) -> np.ndarray:
    """The earliest times that are not before `times` and at least `spacing` apart."""
    offset = _offsets(times, spacing)
    return offset + np.maximum.accumulate(times - offset)


def _latest(times: np.ndarray, spacing: np.ndarray | int) -> np.ndarray:
    """The latest times that are not after `times` and at least `spacing` apart."""
    offset = _offsets(times, spacing)
    return offset + np.minimum.accumulate((times - offset)[::-1])[::-1]


def _times_to_clear_slots(produced: np.ndarray, reuse: np.ndarray) -> np.ndarray:
    """When each result must have left its slot at the latest, for the one that reuses the slot."""
    index = (np.arange(FRAMES)[:, None] * len(reuse) + reuse).reshape(-1)
    # What follows the last frame comes as late as what follows the frame before it.
    after = produced[-len(reuse) :] + (produced[-1] - produced[-1 - len(reuse)])
    return np.concatenate([produced, after])[index] - REUSE_CYCLES


def _needed_times(node: Node, port: int, needs: np.ndarray, given: np.ndarray) -> np.ndarray:
    """When each input beat is taken at the latest: in time for the first output beat it serves."""
    beats = np.arange(node.op.inputs[port].beats)
    first = np.searchsorted(needs[:, port], beats, side="right")
    asked = given.reshape(FRAMES, -1)[:, np.minimum(first, len(needs) - 1)]
    return (asked - node.op.lead(port)).reshape(-1)


def _taken(
    graph: Graph,
    name: str,
    given: Mapping[str, np.ndarray],
    needed: Mapping[str, np.ndarray],
    latency: int,
) -> np.ndarray:
    """When each beat leaves its FIFO: as soon as its consumer has room, or when it is needed."""
    if name == graph.output:
        return needed[name]
    node, port = graph.consumers[name]
    room = node.op.room()
    if room is None:
        return needed[name]
    beats = node.op.inputs[port].beats
    before = (np.arange(FRAMES)[:, None] * beats + room).reshape(-1)
    # A beat fits once output beat j - 1 has left, where j is the first that has room for it.
    index = np.searchsorted(before, np.arange(FRAMES * beats), side="right")
    left = np.concatenate([[_NEVER], given[node.outputs[0]]])
    fits = left[np.minimum(index, len(left) - 1)]
    return np.maximum(fits, given[name] + latency)
