# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Which patches a convolution reads, with the padding and the window before it."""

from __future__ import annotations

from dataclasses import dataclass

from hls.graph.graph import Graph, Node
from hls.operators.pad import Pad
from hls.operators.window import Window


@dataclass(frozen=True)
class Geometry:
    """kernel x kernel pixels every `stride`, from (-top, -left) on; outside all is `value`."""

    kernel: int = 1
    stride: int = 1
    top: int = 0
    left: int = 0
    value: int = 0

    @classmethod
    def of(cls, op: Pad | Window) -> Geometry:
        """That of one operator."""
        if isinstance(op, Pad):
            return cls(top=op.top, left=op.left, value=op.value)
        return cls(op.kernel, op.stride, op.top, op.left, op.value)


def convolution(graph: Graph, node: Node) -> tuple[str, Geometry, tuple[str, ...]]:
    """The tensor that a matrix-vector unit reads, its patches there, and the nodes between."""
    name, geometry, between = node.inputs[0], Geometry(), []
    window = graph.producers.get(name, (None, 0))[0]
    if window and isinstance(window.op, Window):
        name, geometry = window.inputs[0], Geometry.of(window.op)
        between.append(window.name)
        pad = graph.producers.get(name, (None, 0))[0]
        if pad and isinstance(pad.op, Pad) and _same_border(pad.op, window.op):
            name, between = pad.inputs[0], [pad.name, window.name]
            top, left = geometry.top + pad.op.top, geometry.left + pad.op.left
            geometry = Geometry(geometry.kernel, geometry.stride, top, left, pad.op.value)
    return name, geometry, tuple(between)


def _same_border(pad: Pad, window: Window) -> bool:
    return not any(window.border) or window.value == pad.value
