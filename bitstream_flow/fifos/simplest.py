# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FIFO memory against the simplest choice that is safe: a whole feature map on every skip."""

from __future__ import annotations

from hls.graph.graph import Graph

# The smallest FIFO that passes a beat per cycle.
_PLAIN = 2


def skips(graph: Graph) -> set[str]:
    """Every join input except the slowest path's: those whose beats wait for the others."""
    steps = {graph.input: 0}
    for node in graph.nodes:
        ahead = 1 + max(steps[name] for name in node.inputs)
        steps.update(dict.fromkeys(node.outputs, ahead))
    found: set[str] = set()
    for names in graph.joins.values():
        longest = max(names, key=lambda name: steps[name])
        found |= set(names) - {longest}
    return found


def simplest_safe_depths(graph: Graph) -> dict[str, int]:
    """Stream -> depth if every skip held a frame and every other stream two beats.

    No deadlock then, without any analysis: a fork can always pass a whole frame on, and a join
    needs no beat of a later frame than the one that it works on.
    """
    waiting = skips(graph)
    return {
        name: stream.beats if name in waiting else _PLAIN for name, stream in graph.streams.items()
    }


def simplest_safe_bits(graph: Graph) -> int:
    """Memory of all FIFOs at the simplest safe depths, in bits."""
    depths = simplest_safe_depths(graph).items()
    return sum(depth * graph.streams[name].width_bits for name, depth in depths)
