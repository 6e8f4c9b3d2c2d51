# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Thresholds that lie on a straight line, as one multiplication and addition: exact or not at all.

A BatchNorm followed by a quantiser rounds gain * x + offset, so its thresholds are those of a line.
Integers gain and offset over 2^shift are sought that put every reachable x on the right side of
every threshold; where a channel has none (a PReLU bends the line), the thresholds stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hls.graph.graph import Graph, Node
from hls.operators.operator import Operator
from hls.operators.scale_clip import ScaleClip
from hls.operators.threshold import Threshold

_GAIN_BITS = range(8, 19, 2)
_SHIFTS = range(2, 32)
_FAR = 1 << 50


@dataclass(frozen=True)
class ChannelLine:
    """A channel's gain and offset; `low` and `high` are the reachable inputs."""

    gain: int
    offset: int


def with_lines(graph: Graph) -> tuple[Graph, dict[str, Operator]]:
    """The graph with gains and offsets among the constants, and what each node could become.

    Without constants (`frontend.from_config`) each threshold becomes what most trained ones do.
    """
    found: dict[str, Operator] = {}
    nodes = []
    for node in graph.nodes:
        if isinstance(node.op, Threshold) and node.op.bits > 1 and node.op.signed:
            result = _typical(node.op) if not node.constants["thresholds"].size else None
            result = result or lines_of(node, value_range(graph, node.inputs[0]))
            if result is not None:
                found[node.name], lines = result
                node = replace(node, constants={**node.constants, **_constants(lines)})
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes)), found


def _constants(lines: list[ChannelLine]) -> dict[str, np.ndarray]:
    return {
        "gain": np.array([line.gain for line in lines], np.int64),
        "offset": np.array([line.offset for line in lines], np.int64),
    }


def _typical(op: Threshold) -> tuple[ScaleClip, list[ChannelLine]]:
    bits = op.tensor.bits
    return ScaleClip(op.tensor, op.bits, 14, bits + 13, bits + 5), []


def value_range(graph: Graph, name: str) -> tuple[int, int]:
    """The smallest and largest value that the tensor can take."""
    node, _ = graph.producers[name]
    return value_range(graph, node.inputs[0]) if node.op.only_moves else node.op.output_range


def lines_of(node: Node, ends: tuple[int, int]) -> tuple[ScaleClip, list[ChannelLine]] | None:
    """The operator and each channel's line with the fewest bits; None where there is none."""
    op = node.op
    assert isinstance(op, Threshold)
    thresholds = node.constants["thresholds"].astype(np.int64)
    flips = node.constants["flip"].astype(bool)
    low = op.outputs[0].tensor.low
    for gain_bits in _GAIN_BITS:
        for shift in _SHIFTS:
            lines = []
            for row, flip in zip(thresholds, flips, strict=True):
                line = _line(row, ends, bool(flip), low, shift, gain_bits)
                if line is None:
                    break
                lines.append(line)
            else:
                widest = max(max(line.offset, ~line.offset).bit_length() for line in lines)
                return ScaleClip(op.tensor, op.bits, gain_bits, widest + 1, shift), lines
    return None


def _line(
    thresholds: np.ndarray, ends: tuple[int, int], flip: bool, low: int, shift: int, gain_bits: int
) -> ChannelLine | None:
    """The gain with the widest feasible range of offsets, and the offset at its lower end.

    A channel that flips gets a negative gain. None where no offset is feasible.
    """
    first, last = (~ends[1], ~ends[0]) if flip else ends
    steps = (np.arange(1, len(thresholds) + 1) + low) << shift
    # x at a threshold must reach its step, x - 1 must stay below it.
    at, before = thresholds <= last, thresholds > first
    above, below = np.maximum(thresholds, first)[at], np.minimum(thresholds - 1, last)[before]

    def feasible(gain: int) -> tuple[int, int, int]:
        least = int((steps[at] - gain * above).max(initial=-_FAR))
        most = int((steps[before] - gain * below).min(initial=_FAR))
        return most - least, least, most

    # The width of the range is a concave function of the gain.
    left, right = 0, (1 << (gain_bits - 1)) - 1
    while left < right:
        middle = (left + right) // 2
        if feasible(middle)[0] < feasible(middle + 1)[0]:
            left = middle + 1
        else:
            right = middle
    width, least, most = feasible(left)
    if width <= 0:
        return None
    offset = least if least > -_FAR else most - 1
    # With y = ~x = -x - 1: gain * y + offset = -gain * x + offset - gain.
    return ChannelLine(-left, offset - left) if flip else ChannelLine(left, offset)
