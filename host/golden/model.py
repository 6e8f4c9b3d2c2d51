# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The golden model: the bundle's graph on any CPU with numpy alone, integers throughout.

Results equal the operators' references (a test), which in turn define the hardware.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np

from hls.common.errors import InputError
from hls.graph.graph import Graph, Node
from hls.operators.int_mvu import IntMvu
from hls.operators.matrix_vector import MatrixVector
from hls.operators.operator import Constants, Operator
from hls.operators.pad import Pad
from hls.operators.threshold import Threshold
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from host.golden.kernels import (
    Kernel,
    int_kernel,
    pad_kernel,
    threshold_kernel,
    window_kernel,
    xnor_kernel,
)

# Frames computed at a time: enough to hide numpy's overhead, few enough for the caches.
_BATCH = 8


@dataclass(frozen=True)
class _Step:
    """A computation and the tensors that it reads and makes."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    compute: Callable[..., tuple[np.ndarray, ...]]


class Golden:
    """Runs a graph frame by frame; `graph` may be folded or not, that makes no difference."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._every = [_step(graph, node) for node in graph.nodes]
        self._needed = list(_live(self._every, graph.output))

    @overload
    def run(self, images: np.ndarray, keep: Literal[False] = False) -> np.ndarray: ...

    @overload
    def run(self, images: np.ndarray, keep: Literal[True]) -> dict[str, np.ndarray]: ...

    def run(self, images: np.ndarray, keep: bool = False) -> np.ndarray | dict[str, np.ndarray]:
        """Images uint8 (N, H, W, C) -> heatmaps int32 (N, H', W', K), or (N, 1, K, 3) x, y and
        score of each landmark where the graph ends with the decoder.

        With `keep`, every tensor of the graph by name instead, int32 (N, H, W, C).
        """
        check_images(self.graph, images)
        if keep:
            values = self._compute(images, self._every, keep)
            return {name: values[name].astype(np.int32) for name in self.graph.tensors}
        parts = [
            self._compute(images[start : start + _BATCH], self._needed)[self.graph.output]
            for start in range(0, len(images), _BATCH)
        ]
        empty = np.empty((0, *self.graph.tensors[self.graph.output].shape), np.int32)
        return np.concatenate([empty, *parts])

    def _compute(
        self, images: np.ndarray, steps: list[_Step], keep: bool = False
    ) -> dict[str, np.ndarray]:
        values = {self.graph.input: images.astype(np.int32)}
        left = _readers(steps)
        for step in steps:
            results = step.compute(*(values[name] for name in step.inputs))
            values.update(zip(step.outputs, results, strict=True))
            for name in step.inputs:
                left[name] -= 1
                if not (left[name] or keep):
                    del values[name]
        return values


def check_images(graph: Graph, images: np.ndarray) -> None:
    """Raise InputError unless the graph takes images (N, H, W, C) of this shape and range."""
    if images.ndim != 4:
        raise InputError(f"images must have the axes (N, H, W, C), got {images.shape}")
    try:
        graph.tensors[graph.input].check(images)
    except ValueError as error:
        raise InputError(f"images do not fit the network: {error}") from None


def _readers(steps: list[_Step]) -> dict[str, int]:
    count: dict[str, int] = {}
    for step in steps:
        for name in step.inputs:
            count[name] = count.get(name, 0) + 1
    return count


def _live(steps: list[_Step], output: str) -> Iterator[_Step]:
    """The steps that the output depends on: a convolution has no use for its patches."""
    wanted, kept = {output}, []
    for step in reversed(steps):
        if wanted.intersection(step.outputs):
            wanted.update(step.inputs)
            kept.append(step)
    return reversed(kept)


def _step(graph: Graph, node: Node) -> _Step:
    if node.op.only_moves:
        return _Step(node.inputs, node.outputs, lambda frames: (frames,) * len(node.outputs))
    return RULES.get(type(node.op), _reference)(graph, node, node.op)


def _reference(graph: Graph, node: Node, op: Operator) -> _Step:
    def reference(*frames: np.ndarray) -> tuple[np.ndarray, ...]:
        whole = (values.astype(np.int32, copy=False) for values in frames)
        return op.reference(*whole, constants=node.constants)

    return _Step(node.inputs, node.outputs, reference)


def _single(source: str, node: Node, kernel: Kernel) -> _Step:
    return _Step((source,), node.outputs, lambda frames: (kernel(frames),))


def _plain(kernel_of: Callable[[Any, Constants], Kernel]) -> _Rule:
    """A rule for a kernel that reads the operator's own input."""
    return lambda graph, node, op: _single(node.inputs[0], node, kernel_of(op, node.constants))


def _xnor(graph: Graph, node: Node, op: XnorMvu) -> _Step:
    source, pad, window = _convolution(graph, node)
    return _single(source, node, xnor_kernel(op, node.constants, pad, window))


def _patches(graph: Graph, node: Node, op: Window) -> _Step:
    if any(op.border):
        return _reference(graph, node, op)
    return _single(node.inputs[0], node, window_kernel(op.kernel, op.stride))


_Rule = Callable[[Graph, Node, Any], _Step]
# Operators whose references would be too slow; the others run those.
RULES: dict[type[Operator], _Rule] = {
    IntMvu: _plain(int_kernel),
    Pad: _plain(lambda op, _: pad_kernel(op)),
    Threshold: _plain(threshold_kernel),
    Window: _patches,
    XnorMvu: _xnor,
}


def _convolution(graph: Graph, node: Node) -> tuple[str, Pad | None, Window | None]:
    """The tensor that the convolution reads, with the Pad and the Window before the unit."""
    source, pad, window = node.inputs[0], None, None
    producer, _ = graph.producers.get(source, (None, 0))
    if producer and isinstance(producer.op, Window) and not any(producer.op.border):
        source, window = producer.inputs[0], producer.op
        producer, _ = graph.producers.get(source, (None, 0))
        if producer and isinstance(producer.op, Pad):
            source, pad = producer.inputs[0], producer.op
    return source, pad, window


def multiplications(graph: Graph) -> int:
    """Binary and integer multiply-accumulates per frame."""
    ops = (node.op for node in graph.nodes)
    units = [op for op in ops if isinstance(op, MatrixVector)]
    return sum(op.tensor.pixels * op.tensor.channels * op.out_channels for op in units)
