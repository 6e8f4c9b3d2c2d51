# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A graph as the engine's steps: each computes values and lets them run into tensors.

Fused, a convolution takes its padding and window with it, and thresholds that read a step's values
are applied while those are at hand; forks and concatenations cost nothing. Not fused, every node is
a step, and every tensor can be looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hls.common.errors import InputError
from hls.graph.convolution import Geometry, convolution
from hls.graph.graph import Graph, Node
from hls.operators.add_clip import AddClip
from hls.operators.average_pool import AveragePool
from hls.operators.concat import Concat
from hls.operators.int_mvu import IntMvu
from hls.operators.landmark_decode import LandmarkDecode
from hls.operators.matrix_vector import MatrixVector
from hls.operators.max_pool import MaxPool
from hls.operators.operator import Constants, Operator
from hls.operators.pad import Pad
from hls.operators.scale_clip import ScaleClip
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType
from host.emulator.tables import Line, ThresholdTable

BITS, I8, U8, I32 = range(4)
COPY, ADD, POOL, MEAN, GATHER, XNOR, DOT_BYTES, DOT, DECODE = range(9)


@dataclass(frozen=True)
class Tensor:
    """A tensor in memory; with `within` its channels from `channel` on are those of another."""

    name: str
    kind: TensorType
    storage: int
    within: str | None = None
    channel: int = 0


Function = ThresholdTable | Line | None


@dataclass(frozen=True)
class Sink:
    """Where a step's values go; None is the identity."""

    target: str
    function: Function = None


@dataclass
class EngineStep:
    """What the engine does at a time; `inputs` are (tensor, upsampling factor)."""

    source: int
    inputs: tuple[tuple[str, int], ...]
    kind: TensorType
    sinks: list[Sink] = field(default_factory=list)
    node: Node | None = None
    geometry: Geometry = field(default_factory=Geometry)

    @property
    def value_range(self) -> tuple[int, int]:
        """The least and the largest value that can come: a type may hold more."""
        if self.node and self.kind == self.node.op.outputs[0].tensor:
            return self.node.op.output_range
        return self.kind.low, self.kind.high


def storage_of(kind: TensorType) -> int:
    """The narrowest storage that holds the type."""
    if kind.bits == 1 and not kind.signed:
        return BITS
    if kind.low >= -128 and kind.high <= 127:
        return I8
    return U8 if not kind.signed and kind.bits <= 8 else I32


class Plan:
    """The steps of a graph, and the tensors that are kept; `outputs` always are."""

    def __init__(self, graph: Graph, outputs: tuple[str, ...] = (), fuse: bool = True) -> None:
        self.graph = graph
        self.fuse = fuse
        self.steps: list[EngineStep] = []
        self._root: dict[str, str] = {graph.input: graph.input}
        self._link()
        self._kept = {self._root[name] for name in outputs or (graph.output,)}
        self.tensors: dict[str, Tensor] = {}
        self._keep(graph.input)
        self._done = self._absorbed()
        for node in graph.nodes:
            if node.name not in self._done:
                self._plan(node)

    def root(self, name: str) -> str:
        """The tensor that holds the values of `name`: forks copy nothing."""
        return self._root[name]

    def _link(self) -> None:
        self._readers: dict[str, list[Node]] = {}
        for node in self.graph.nodes:
            for name in node.inputs:
                self._readers.setdefault(self._root[name], []).append(node)
            for name in node.outputs:
                self._root[name] = self._root[node.inputs[0]] if node.op.only_moves else name
        for readers in self._readers.values():
            readers[:] = [node for node in readers if not node.op.only_moves]

    def _absorbed(self) -> set[str]:
        """Nodes that are done by others: data movers, padding, windows, enlargements."""
        done = set()
        for node in self.graph.nodes:
            if node.op.only_moves:
                done.add(node.name)
            elif self.fuse and isinstance(node.op, MatrixVector):
                done.update(convolution(self.graph, node)[2])
            elif self.fuse and isinstance(node.op, AddClip):
                done.update(n.name for n in map(self._enlarger, node.inputs) if n)
        return done

    def _enlarger(self, name: str) -> Node | None:
        producer = self.graph.producers.get(name, (None, 0))[0]
        return producer if producer and isinstance(producer.op, Upsample) else None

    def _keep(self, name: str) -> str:
        kind = self.graph.tensors[name]
        return self._keep_as(name, kind, storage_of(kind))

    def _keep_as(self, name: str, kind: TensorType, storage: int) -> str:
        self.tensors[name] = Tensor(name, kind, storage)
        return name

    def _plan(self, node: Node) -> None:
        step = EngineStep(COPY, self._inputs(node), node.op.outputs[0].tensor, node=node)
        rule = RULES.get(type(node.op))
        if rule is None:
            raise InputError(f"node {node.name}: the emulator knows no operator {node.op.module}")
        if (made := rule(self, step, node.op)) is not None:
            self.steps.append(made)
            made.sinks += self._sinks(node.outputs[0], _function(node))

    def _inputs(self, node: Node) -> tuple[tuple[str, int], ...]:
        found = []
        for name in node.inputs:
            enlarger = self._enlarger(name) if self.fuse and isinstance(node.op, AddClip) else None
            if enlarger and isinstance(enlarger.op, Upsample):
                found.append((self._root[enlarger.inputs[0]], enlarger.op.factor))
            else:
                found.append((self._root[name], 1))
        return tuple(found)

    def binary_product(self, step: EngineStep, op: XnorMvu) -> EngineStep:
        """The step as a binary convolution."""
        return replace(self._patches(step), source=XNOR)

    def product(self, step: EngineStep, op: IntMvu) -> EngineStep:
        """The step as an integer convolution, of bytes where everything fits them."""
        assert step.node is not None
        small = abs(step.node.constants["weights"]).max() <= 127
        step = self._patches(step)
        bytewise = self.tensors[step.inputs[0][0]].storage in (I8, U8)
        return replace(step, source=DOT_BYTES if bytewise and small else DOT)

    def _patches(self, step: EngineStep) -> EngineStep:
        """The step with the padding and the window upstream of it, if it is to be fused."""
        assert step.node is not None
        if not self.fuse:
            return step
        name, geometry, _ = convolution(self.graph, step.node)
        return replace(step, inputs=((self._root[name], 1),), geometry=geometry)

    def decoding(self, step: EngineStep, op: LandmarkDecode) -> EngineStep:
        """The step as the decoder, which reads 32 bits."""
        whole = self._stored_as(step.inputs[0][0], I32)
        return replace(step, source=DECODE, inputs=((whole, 1),))

    def _stored_as(self, name: str, storage: int) -> str:
        """The tensor, or a copy of it, in that storage."""
        if self.tensors[name].storage == storage:
            return name
        kind = self.tensors[name].kind
        copy = self._keep_as(f"{name} as {storage}", kind, storage)
        self.steps.append(EngineStep(COPY, ((name, 1),), kind, [Sink(copy)]))
        return copy

    def concatenate(self, step: EngineStep, op: Concat) -> None:
        """Parts are written to their places at once; bits only where each begins with a byte."""
        node = step.node
        assert node is not None
        whole, kind = node.outputs[0], op.outputs[0].tensor
        storage = storage_of(kind)
        packed = storage != BITS or all(part.channels % 8 == 0 for part in op.tensors[:-1])
        place = self._keep(whole) if packed else self._keep_as(f"{whole} by bytes", kind, I8)
        storage, channel = self.tensors[place].storage, 0
        for name, part in zip(node.inputs, op.tensors, strict=True):
            root = self.tensors[self._root[name]]
            movable = self.fuse and root.within is None and root.storage == storage
            if movable and self._written(root.name) and root.name not in self._kept:
                self.tensors[root.name] = replace(root, within=place, channel=channel)
            else:
                view = f"{whole} from {channel}"
                self.tensors[view] = Tensor(view, part, storage, place, channel)
                self.steps.append(EngineStep(COPY, ((root.name, 1),), part, [Sink(view)]))
            channel += part.channels
        # Thresholds of the whole, and bits back in bits.
        sinks = [sink for sink in self._sinks(whole) if sink.target != whole]
        if not packed:
            sinks.insert(0, Sink(self._keep(whole)))
        if sinks:
            self.steps.append(EngineStep(COPY, ((place, 1),), kind, sinks))

    def _written(self, name: str) -> bool:
        """Whether steps write the tensor: it is no input, and not made of parts itself."""
        return any(sink.target == name for step in self.steps for sink in step.sinks)

    def _sinks(self, name: str, function: Function = None) -> list[Sink]:
        """Where the tensor's values go: thresholds that read it, fused, and memory.

        Readers that are fused count as done; the tensor is stored where another reader, or nobody
        but the caller, wants its values as they are.
        """
        sinks: list[Sink] = []
        stored = name in self._kept or not self.fuse
        for reader in self._readers.get(name, ()):
            fused = _then(function, reader) if self.fuse else None
            if fused is None:
                stored = True
            else:
                self._done.add(reader.name)
                sinks += self._sinks(reader.outputs[0], fused)
        if stored:
            if name not in self.tensors:
                self._keep(name)
            sinks.append(Sink(name, function))
        return sinks


# What each operator makes of its step, by default a copy; None where it plans steps itself.
RULES: dict[type[Operator], Callable[[Plan, EngineStep, Any], EngineStep | None]] = {
    AddClip: lambda plan, step, op: replace(step, source=ADD),
    AveragePool: lambda plan, step, op: replace(
        step, source=MEAN, geometry=Geometry(kernel=op.size)
    ),
    Concat: Plan.concatenate,
    IntMvu: Plan.product,
    LandmarkDecode: Plan.decoding,
    MaxPool: lambda plan, step, op: replace(step, source=POOL, geometry=Geometry(kernel=op.size)),
    Pad: lambda plan, step, op: replace(step, source=GATHER, geometry=Geometry.of(op)),
    ScaleClip: lambda plan, step, op: replace(step, kind=op.tensor),
    Threshold: lambda plan, step, op: replace(step, kind=op.tensor),
    Upsample: lambda plan, step, op: replace(step, inputs=((step.inputs[0][0], op.factor),)),
    Window: lambda plan, step, op: replace(step, source=GATHER, geometry=Geometry.of(op)),
    XnorMvu: Plan.binary_product,
}
# Operators that are a function of each value.
FUNCTIONS: dict[type[Operator], Callable[[Any, Constants], ThresholdTable | Line]] = {
    ScaleClip: Line.of,
    Threshold: ThresholdTable.of,
}


def _function(node: Node) -> Function:
    function = FUNCTIONS.get(type(node.op))
    return function(node.op, node.constants) if function else None


def _then(function: Function, reader: Node) -> Function:
    """`function` and that of the reader as one, if they can be."""
    following = _function(reader)
    if function is None or following is None:
        return following
    single = isinstance(reader.op, Threshold) and reader.op.bits == 1 and not reader.op.signed
    if single and isinstance(function, ThresholdTable) and isinstance(following, ThresholdTable):
        return function.then(following)
    return None
