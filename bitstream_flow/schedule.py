# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""When every beat moves if no FIFO is ever full: a max-plus schedule of several frames.

The image arrives evenly, one frame an interval. An operator gives beat j as soon as the beats that
it needs are there and its own pace allows. FIFOs as deep as this schedule fills them make it
possible on the chip, and a self-timed dataflow is never later than a schedule that is possible; so
they keep the interval, and exclude deadlock.
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
    taken: dict[str, np.ndarray] = {}
    for node in graph.nodes:
        _run(node, needs[node.name], given, taken)
    taken[graph.output] = given[graph.output] + 1
    return {name: _fill(given[name], taken[name]) for name in given}


def _run(
    node: Node, needs: np.ndarray, given: dict[str, np.ndarray], taken: dict[str, np.ndarray]
) -> None:
    """Add when the node gives its outputs and, at the latest, takes its inputs."""
    arrivals = [given[name] + FIFO_LATENCY for name in node.inputs]
    times = _output_times(node, needs, arrivals)
    for port, name in enumerate(node.inputs):
        taken[name] = _take_times(needs[:, port], node.op.inputs[port].beats, times)
    for name in node.outputs:
        given[name] = times.reshape(-1)


def _output_times(node: Node, needs: np.ndarray, arrivals: list[np.ndarray]) -> np.ndarray:
    """(FRAMES, output beats): ready when the needed beats were taken, and one pace apart."""
    ready = np.full((FRAMES, len(needs)), -np.inf)
    for port, arrival in enumerate(arrivals):
        frames = _spread(arrival, 1).reshape(FRAMES, -1)
        index = needs[:, port]
        ready = np.maximum(ready, np.where(index > 0, frames[:, np.maximum(index, 1) - 1], -np.inf))
    pace = node.op.fold_in if isinstance(node.op, MatrixVector) else 1
    return _spread(ready.reshape(-1) + node.op.latency, pace).reshape(ready.shape)


def _spread(times: np.ndarray, pace: int) -> np.ndarray:
    """The earliest times that are not before `times` and at least `pace` apart."""
    offset = np.arange(times.size) * pace
    return offset + np.maximum.accumulate(times - offset)


def _take_times(needs: np.ndarray, beats: int, times: np.ndarray) -> np.ndarray:
    """An input beat is taken at the latest when the first output beat that needs it appears."""
    first = np.searchsorted(needs, np.arange(beats), side="right")
    return times[:, np.minimum(first, len(needs) - 1)].reshape(-1)


def _fill(given: np.ndarray, taken: np.ndarray) -> int:
    """The most beats given and not yet taken at any time."""
    waiting = np.arange(1, len(given) + 1) - np.searchsorted(np.sort(taken), given, side="left")
    return int(waiting.max())
