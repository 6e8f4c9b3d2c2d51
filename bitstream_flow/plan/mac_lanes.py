# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Multiply-accumulate lanes: how many a chip has, and what share of their time they work."""

from __future__ import annotations

from dataclasses import dataclass

from hls.graph.graph import Graph
from hls.operators.matrix_vector import MatrixVector


@dataclass(frozen=True)
class LaneUse:
    """One matrix unit: its lanes and the multiplications (with 0 and 1, XNORs) of a frame."""

    name: str
    op: MatrixVector

    @property
    def lanes(self) -> int:
        """Multiplications per cycle."""
        return self.op.pe * self.op.simd

    @property
    def macs(self) -> int:
        """Multiplications per frame."""
        return self.op.tensor.pixels * self.op.tensor.channels * self.op.out_channels

    @property
    def macs_per_weight_bit(self) -> float:
        """Multiplications that each bit read from the weight memory serves."""
        return self.op.pixels_per_word / self.op.bits_per_weight

    @property
    def weight_bits(self) -> float:
        """Bits read from the weight memory a frame."""
        return self.macs / self.macs_per_weight_bit

    def busy(self, interval: float) -> float:
        """Share of `interval` cycles in which the unit works."""
        return self.op.cycles / interval


def lane_uses(graph: Graph) -> list[LaneUse]:
    """Every matrix unit of a folded graph, in the graph's order."""
    return [
        LaneUse(node.name, node.op) for node in graph.nodes if isinstance(node.op, MatrixVector)
    ]


def mac_lanes(graph: Graph) -> int:
    """Lanes of all matrix units."""
    return sum(use.lanes for use in lane_uses(graph))


def utilisation(graph: Graph, interval: float) -> float:
    """Multiplications of a frame as a share of what all lanes could do in `interval` cycles."""
    return sum(use.macs for use in lane_uses(graph)) / (mac_lanes(graph) * interval)
