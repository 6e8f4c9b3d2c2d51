# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""When every beat moves if no FIFO is ever full: a max-plus schedule of several frames.

The image arrives evenly, one frame an interval. An operator gives beat j as soon as the beats that
it needs are there and its own pace allows. Then, from the last operator to the first, those whose
output is no smaller than their input (windows, borders, upsampling, forks, converters) give each
beat as late as its consumers allow, for what waits takes less memory before them than behind.
A beat waits in its FIFO until it is needed, or until its consumer has room for it inside.
FIFOs as deep as this schedule needs them make it possible on the chip, and a self-timed dataflow is
never later than a schedule that is possible; so they keep the interval, and exclude deadlock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hls.graph.graph import Graph, Node
from hls.operators.width_converter import WidthConverter

# Enough to reach the steady state, in which each frame is the one before, an interval later.
FRAMES = 3
# Cycles from a buffer's last free place to the result that needs it appearing behind.
WAY_CYCLES = 3
_NEVER = -(1 << 40)


@dataclass(frozen=True)
class Moves:
    """When each beat of a stream is given and taken, in cycles, over FRAMES frames."""

    given: np.ndarray
    taken: np.ndarray

    @property
    def direct(self) -> bool:
        """Whether every beat is taken the moment that it is given."""
        return bool((self.given == self.taken).all())

    def depth(self, interval: int) -> int:
        """Places that a FIFO needs to take each beat when it is given, with frames for ever.

        What was taken up to the cycle before has left. Whole intervals of waiting count for each
        beat of a frame, parts of one by their place in the interval.
        """
        (came, came_at), (left, left_at) = (
            np.divmod(times.reshape(FRAMES, -1)[-1], interval) for times in (self.given, self.taken)
        )
        came_at, left_at = np.sort(came_at), np.sort(left_at)
        waiting = np.arange(1, len(came_at) + 1) - np.searchsorted(left_at, came_at, side="left")
        return int((left - came).sum() + waiting.max())


def moves(
    graph: Graph,
    interval: int,
    needs: Mapping[str, np.ndarray],
    ways: Mapping[str, int],
) -> dict[str, Moves]:
    """Of each edge; `needs` are those of the nodes by name, `ways` the latencies of the FIFOs."""
    first, port = graph.consumers[graph.input]
    beats = first.op.inputs[port].beats
    given = {graph.input: np.arange(FRAMES * beats) * interval // beats}
    for node in graph.nodes:
        given.update(_earliest(node, needs[node.name], given, ways))
    # When each beat is needed at the latest, by what takes it.
    needed = {graph.output: given[graph.output] + ways[graph.output]}
    for node in reversed(graph.nodes):
        made = given[node.outputs[0]]
        limit = np.minimum.reduce([needed[name] - ways[name] for name in node.outputs])
        if _expands(node) and not _swallowed(node, graph):
            made = _latest(limit, node.op.spacing())
            given.update(dict.fromkeys(node.outputs, made))
        elif (before := node.op.gives_way()) is not None:
            limit = np.minimum(limit, _way_times(made, before))
            given.update(dict.fromkeys(node.outputs, _latest(limit, 1)))
        for port, name in enumerate(node.inputs):
            needed[name] = _needed_times(node, port, needs[node.name], made)
    for node in graph.nodes:
        if _gathers(node):
            given.update(_earliest(node, needs[node.name], given, ways))
    return {
        name: Moves(times, _taken(graph, name, given, needed, ways[name]))
        for name, times in given.items()
    }


def _earliest(
    node: Node,
    needs: np.ndarray,
    given: Mapping[str, np.ndarray],
    ways: Mapping[str, int],
) -> dict[str, np.ndarray]:
    """The outputs' times, as soon as the inputs' allow."""
    arrivals = [given[name] + ways[name] for name in node.inputs]
    return dict.fromkeys(node.outputs, _output_times(node, needs, arrivals))


def _gathers(node: Node) -> bool:
    """Whether the node packs narrow beats into wide ones, of which a FIFO holds more for a LUT."""
    return isinstance(node.op, WidthConverter) and node.op.in_lanes < node.op.out_lanes


def _expands(node: Node) -> bool:
    """Whether a frame of the outputs takes at least as many bits as one of the inputs."""
    before, after = (
        sum(stream.beats * stream.width_bits for stream in streams)
        for streams in (node.op.inputs, node.op.outputs)
    )
    return after >= before


def _swallowed(node: Node, graph: Graph) -> bool:
    """Whether what takes the outputs has room for a whole frame, so that none of it has to wait."""
    takers = [graph.consumers[name][0].op for name in node.outputs if name in graph.consumers]
    rooms = [(op.room(), op.inputs[0].beats) for op in takers]
    return bool(rooms) and all(room is not None and room[0] >= beats for room, beats in rooms)


def _output_times(node: Node, needs: np.ndarray, arrivals: list[np.ndarray]) -> np.ndarray:
    """Of every output beat: once the needed beats were taken, no closer than the operator can."""
    ready = np.full((FRAMES, len(needs)), _NEVER)
    for port, arrival in enumerate(arrivals):
        frames = _spread(arrival, 1).reshape(FRAMES, -1)
        index = needs[:, port]
        came = np.where(index > 0, frames[:, np.maximum(index, 1) - 1], _NEVER)
        ready = np.maximum(ready, came)
    return _spread(ready.reshape(-1) + node.op.latency, node.op.spacing())


def _offsets(times: np.ndarray, spacing: np.ndarray | int) -> np.ndarray:
    """The times of beats as close as `spacing`, that of one beat or those of a frame, allows."""
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


def _way_times(made: np.ndarray, before: np.ndarray) -> np.ndarray:
    """When results must have left a buffer, for the next ones are made."""
    index = (np.arange(FRAMES)[:, None] * len(before) + before).reshape(-1)
    # What follows the last frame comes as late as what follows the frame before it.
    after = made[-len(before) :] + (made[-1] - made[-1 - len(before)])
    return np.concatenate([made, after])[index] - WAY_CYCLES


def _needed_times(node: Node, port: int, needs: np.ndarray, given: np.ndarray) -> np.ndarray:
    """An input beat is taken at the latest when the first output beat that needs it asks for it."""
    beats = np.arange(node.op.inputs[port].beats)
    first = np.searchsorted(needs[:, port], beats, side="right")
    asked = given.reshape(FRAMES, -1)[:, np.minimum(first, len(needs) - 1)]
    return (asked - node.op.lead(port)).reshape(-1)


def _taken(
    graph: Graph,
    name: str,
    given: Mapping[str, np.ndarray],
    needed: Mapping[str, np.ndarray],
    way: int,
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
    # A beat fits once the output beat before the first one that leaves room enough has left.
    index = np.searchsorted(before, np.arange(FRAMES * beats), side="right")
    left = np.concatenate([[_NEVER], given[node.outputs[0]]])
    fits = left[np.minimum(index, len(left) - 1)]
    return np.maximum(fits, given[name] + way)
