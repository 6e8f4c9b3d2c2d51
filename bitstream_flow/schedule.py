# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""When every beat moves if no FIFO is ever full: a max-plus schedule of several frames.

The image arrives evenly, one frame an interval. An operator gives beat j as soon as the beats that
it needs are there and its own pace allows. Then, from the last operator to the first, those whose
output is no smaller than their input (windows, borders, upsampling, forks, converters) give each
beat as late as its consumers allow, for what waits takes less memory before them than behind.
FIFOs as deep as this schedule fills them make it possible on the chip, and a self-timed dataflow is
never later than a schedule that is possible; so they keep the interval, and exclude deadlock.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hls.graph import Graph, Node
from hls.matrix_vector import MatrixVector

FRAMES = 4
FIFO_LATENCY = 2


def occupancies(graph: Graph, interval: int, needs: Mapping[str, np.ndarray]) -> dict[str, int]:
    """The most beats that each edge's FIFO holds; `needs` are those of the nodes, by name."""
    first, port = graph.consumers[graph.input]
    beats = first.op.inputs[port].beats
    given = {graph.input: np.arange(FRAMES * beats) * (interval / beats)}
    for node in graph.nodes:
        arrivals = [given[name] + FIFO_LATENCY for name in node.inputs]
        times = _output_times(node, needs[node.name], arrivals).reshape(-1)
        given.update(dict.fromkeys(node.outputs, times))
    taken = {graph.output: given[graph.output] + 1}
    # When a beat has to be given, so that its consumer is not late.
    due = {graph.output: given[graph.output]}
    for node in reversed(graph.nodes):
        if _expands(node):
            limit = np.minimum.reduce([due[name] for name in node.outputs])
            given.update(dict.fromkeys(node.outputs, _latest(limit, _pace(node))))
        frames = given[node.outputs[0]].reshape(FRAMES, -1)
        for port, name in enumerate(node.inputs):
            taken[name] = _take_times(needs[node.name][:, port], node.op.inputs[port].beats, frames)
            due[name] = taken[name] - node.op.latency - FIFO_LATENCY
    return {name: _fill(given[name], taken[name]) for name in given}


def _expands(node: Node) -> bool:
    """Whether a frame of the outputs takes at least as many bits as one of the inputs."""
    before, after = (
        sum(stream.beats * stream.width_bits for stream in streams)
        for streams in (node.op.inputs, node.op.outputs)
    )
    return after >= before


def _output_times(node: Node, needs: np.ndarray, arrivals: list[np.ndarray]) -> np.ndarray:
    """(FRAMES, output beats): ready when the needed beats were taken, and one pace apart."""
    ready = np.full((FRAMES, len(needs)), -np.inf)
    for port, arrival in enumerate(arrivals):
        frames = _spread(arrival, 1).reshape(FRAMES, -1)
        index = needs[:, port]
        ready = np.maximum(ready, np.where(index > 0, frames[:, np.maximum(index, 1) - 1], -np.inf))
    return _spread(ready.reshape(-1) + node.op.latency, _pace(node)).reshape(ready.shape)


def _pace(node: Node) -> int:
    """Cycles between two output beats, at least."""
    return node.op.fold_in if isinstance(node.op, MatrixVector) else 1


def _spread(times: np.ndarray, pace: int) -> np.ndarray:
    """The earliest times that are not before `times` and at least `pace` apart."""
    offset = np.arange(times.size) * pace
    return offset + np.maximum.accumulate(times - offset)


def _latest(times: np.ndarray, pace: int) -> np.ndarray:
    """The latest times that are not after `times` and at least `pace` apart."""
    offset = np.arange(times.size) * pace
    return offset + np.minimum.accumulate((times - offset)[::-1])[::-1]


def _take_times(needs: np.ndarray, beats: int, times: np.ndarray) -> np.ndarray:
    """An input beat is taken at the latest when the first output beat that needs it appears."""
    first = np.searchsorted(needs, np.arange(beats), side="right")
    return times[:, np.minimum(first, len(needs) - 1)].reshape(-1)


def _fill(given: np.ndarray, taken: np.ndarray) -> int:
    """The most beats given and not yet taken at any time."""
    waiting = np.arange(1, len(given) + 1) - np.searchsorted(np.sort(taken), given, side="left")
    return int(waiting.max())
