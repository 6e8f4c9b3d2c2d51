# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The schedule: beats respect needs and pace, and FIFOs hold what it says."""

from __future__ import annotations

import numpy as np

from bitstream_flow.fifos.schedule import Moves, _latest, _spread, moves
from hls.graph.graph import Graph, Node
from hls.operators.add_clip import AddClip
from hls.operators.stream_fork import Fork
from hls.operators.threshold import Threshold
from hls.streams.tensor import TensorType


def test_spread_and_latest_keep_their_distance() -> None:
    times = np.array([0, 0, 10, 11, 11])
    assert _spread(times, 3).tolist() == [0, 3, 10, 13, 16]
    assert _latest(times, 3).tolist() == [-3, 0, 5, 8, 11]
    assert _spread(times[:4], np.array([1, 4])).tolist() == [0, 4, 10, 14]


def test_depth_counts_whole_intervals_and_parts() -> None:
    frame = np.array([0, 1, 2, 3])
    given = np.concatenate([frame + 100 * f for f in range(3)])
    # A place is free the cycle after its beat has left.
    assert Moves(given, given + 1).depth(100) == 2
    assert Moves(2 * given, 2 * given + 1).depth(200) == 1
    # All four wait for the last.
    assert Moves(given, given + 4).depth(100) == 4
    # A frame longer: four more.
    assert Moves(given, given + 104).depth(100) == 8


def _short_skip(bits: int = 4) -> Graph:
    """A fork, a threshold of some latency on one branch, and the sum of both."""
    kind = TensorType(2, 3, 4, bits, True)
    op = Threshold(kind, bits, signed=True)
    steps = np.zeros((4, 2**bits - 1), np.int32)
    constants = {"thresholds": steps, "flip": np.zeros(4, np.uint8)}
    nodes = (
        Node("fork", Fork(kind, 2), ("x",), ("a", "b"), {}),
        Node("quant", op, ("a",), ("q",), constants),
        Node("add", AddClip(kind, bits, signed=True), ("q", "b"), ("y",), {}),
    )
    return Graph("skip", nodes, "x", "y")


def test_the_skip_waits_as_long_as_the_other_branch_takes() -> None:
    graph = _short_skip()
    needs = {node.name: np.asarray(node.op.needs()) for node in graph.nodes}
    ways = dict.fromkeys(graph.tensors, 1)
    found = {name: m.depth(24) for name, m in moves(graph, 24, needs, ways).items()}
    # A beat per cycle: as many wait as the branch has stages, its FIFOs included.
    latency = graph.node("quant").op.latency
    assert latency <= found["b"] <= latency + 3
    slow = moves(graph, 24 * 50, needs, ways).values()
    # A beat every fifty cycles: none waits for another.
    assert max(found.depth(24 * 50) for found in slow) == 1
