# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""FINN's hardware graph -> our typed graph: strict, an unknown layer is an error with its name.

Patterns: an addition and its clip become add_clip, a factor -1 and thresholds a flipped threshold,
a window and its pool an operator of `pools`. FINN's folding is ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper

from bitstream_flow.frontend.onnx_graph import attribute
from bitstream_flow.frontend.pools import POOLS
from bitstream_flow.frontend.ranges import conv_range
from hls.common.errors import InputError
from hls.graph.graph import Graph, Node
from hls.operators.add_clip import AddClip
from hls.operators.concat import Concat
from hls.operators.int_mvu import IntMvu
from hls.operators.operator import Operator
from hls.operators.pad import Pad
from hls.operators.stream_fork import Fork
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType, bits_for


@dataclass
class Import:
    """The graph being read: our nodes, names and types of tensors, and halves of patterns."""

    model: ModelWrapper
    nodes: list[Node] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    types: dict[str, TensorType] = field(default_factory=dict)
    signs: dict[str, tuple[str, np.ndarray]] = field(default_factory=dict)
    sums: dict[str, tuple[str, str]] = field(default_factory=dict)
    pools: dict[str, str] = field(default_factory=dict)

    def add(self, op: Operator, inputs: list[str], *outputs: str, **constants: np.ndarray) -> None:
        """Append a node; `outputs` are FINN's names, which stay unless renamed before."""
        ours = tuple(self.names.get(name, name) for name in outputs)
        sources = tuple(self.names.get(name, name) for name in inputs)
        # A fork's copies are told apart by their port, so the fork is named after its input.
        stem = sources[0] if isinstance(op, Fork) else ours[0]
        self.nodes.append(Node(f"{stem}.{op.module}", op, sources, ours, constants))
        for name, stream in zip(outputs, op.outputs, strict=True):
            self.types[name] = stream.tensor

    def constant(self, name: str) -> np.ndarray:
        """A constant of the FINN graph."""
        return np.asarray(self.model.get_initializer(name))


def import_graph(model: ModelWrapper, name: str) -> Graph:
    """Read the whole graph; raises InputError naming the node that cannot be taken over."""
    state = Import(model)
    first, last = model.graph.input[0].name, model.graph.output[0].name
    state.types[first] = _type(model, first)
    for node in model.graph.node:
        rule = RULES.get(node.op_type)
        if rule is None:
            raise InputError(f"node {node.name}: unknown hardware layer {node.op_type}")
        rule(state, node)
    unused = [*state.signs, *state.sums, *state.pools]
    if unused:
        raise InputError(f"tensor {unused[0]} is not followed by thresholds or a pool")
    return Graph(name, tuple(state.nodes), first, last)


def _type(model: ModelWrapper, name: str) -> TensorType:
    kind = model.get_tensor_datatype(name)
    if not kind.is_integer() or kind == DataType["BIPOLAR"]:
        raise InputError(f"tensor {name} is {kind.name}, an integer type is needed")
    _, height, width, channels = model.get_tensor_shape(name)
    return TensorType(height, width, channels, kind.bitwidth(), kind.signed())


def _pad(state: Import, node: NodeProto) -> None:
    source, out = node.input[0], node.output[0]
    (reader,) = state.model.find_consumers(out)
    state.names[out] = reader.output[0].removesuffix(".window") + ".pad"
    state.add(Pad(state.types[source], *attribute(node, "Padding")), [source], out)


def _window(state: Import, node: NodeProto) -> None:
    source, out = node.input[0], node.output[0]
    kernel, stride = attribute(node, "ConvKernelDim"), attribute(node, "Stride")
    square = len(set(kernel)) == len(set(stride)) == 1
    if not square or set(attribute(node, "Dilation")) != {1} or attribute(node, "depthwise", 0):
        reader = state.model.find_consumer(out)
        if not square or reader is None or reader.op_type != "Pool":
            raise InputError(f"node {node.name}: only square, dense windows can be taken over")
    if state.model.find_consumer(out).op_type == "Pool":
        if kernel != stride:
            raise InputError(f"node {node.name}: pooling windows must not overlap")
        state.pools[out] = source
        return
    state.add(Window(state.types[source], kernel[0], stride[0]), [source], out)


def _pool(state: Import, node: NodeProto) -> None:
    function = attribute(node, "Function")
    known = {kind.function: kind for kind in POOLS}
    if function not in known or node.input[0] not in state.pools:
        raise InputError(
            f"node {node.name}: {function} pooling is not supported; known: {', '.join(known)}"
        )
    source = state.pools.pop(node.input[0])
    size = attribute(node, "KernelSize")[0]
    op = known[function].operator(state.types[source], size)
    state.add(op, [source], node.output[0])


def _matrix(state: Import, node: NodeProto) -> None:
    source, out, kind = node.input[0], node.output[0], state.types[node.input[0]]
    if not attribute(node, "noActivation", 0):
        raise InputError(f"node {node.name}: thresholds inside the matrix unit are not supported")
    matrix = state.constant(node.input[1]).T
    if attribute(node, "binaryXnorMode", 0):
        op: Operator = XnorMvu(kind, len(matrix))
        state.add(op, [source], out, weights=matrix.astype(np.uint8))
        return
    # The unit wants a range as wide on either side of 0.
    least = 1 + int(abs(matrix).max()).bit_length()
    weight_bits = max(least, state.model.get_tensor_datatype(node.input[1]).bitwidth())
    bits, signed = bits_for(*conv_range(matrix, (kind.low, kind.high)))
    op = IntMvu(kind, len(matrix), weight_bits, bits, signed)
    state.add(op, [source], out, weights=matrix.astype(np.int32))


def _mul(state: Import, node: NodeProto) -> None:
    factors = state.constant(node.input[1]).reshape(-1)
    if attribute(node, "rhs_style") != "const" or not np.isin(factors, (-1, 1)).all():
        raise InputError(f"node {node.name}: only factors of -1 and +1 can be taken over")
    state.signs[node.output[0]] = (node.input[0], factors)


def _add(state: Import, node: NodeProto) -> None:
    if "const" in (attribute(node, "lhs_style"), attribute(node, "rhs_style")):
        raise InputError(f"node {node.name}: a constant cannot be added, thresholds absorb it")
    state.sums[node.output[0]] = (node.input[0], node.input[1])


def _threshold(state: Import, node: NodeProto) -> None:
    source, out = node.input[0], node.output[0]
    target = _type(state.model, out)
    steps = state.constant(node.input[1]).astype(np.int64)
    if steps.shape[1] != 2**target.bits - 1 or attribute(node, "ActVal") != target.low:
        raise InputError(f"node {node.name}: {steps.shape[1]} thresholds do not fill {out}")
    if source in state.sums:
        _clip(state, node, target, steps)
        return
    source, factors = state.signs.pop(source, (source, np.ones(1)))
    flip = np.broadcast_to(factors < 0, len(steps)).astype(np.uint8)
    # -x >= t is ~x >= t - 1.
    thresholds = (steps - flip[:, None]).astype(np.int32)
    op = Threshold(state.types[source], target.bits, target.signed, flips=bool(flip.any()))
    state.add(op, [source], out, thresholds=thresholds, flip=flip)


def _clip(state: Import, node: NodeProto, target: TensorType, steps: np.ndarray) -> None:
    left, right = state.sums.pop(node.input[0])
    if (steps != np.arange(target.low + 1, target.high + 1)).any():
        raise InputError(f"node {node.name}: a sum must be clipped, not scaled or shifted")
    if state.types[left] != state.types[right]:
        raise InputError(f"node {node.name}: the added tensors differ in type")
    op = AddClip(state.types[left], target.bits, target.signed)
    state.add(op, [left, right], node.output[0])


def _concat(state: Import, node: NodeProto) -> None:
    op = Concat(tuple(state.types[name] for name in node.input))
    state.add(op, list(node.input), node.output[0])


def _upsample(state: Import, node: NodeProto) -> None:
    kind = state.types[node.input[0]]
    factor = attribute(node, "HO") // attribute(node, "HI")
    if attribute(node, "WO") != factor * attribute(node, "WI"):
        raise InputError(f"node {node.name}: height and width must grow by the same factor")
    state.add(Upsample(kind, factor), [node.input[0]], node.output[0])


def _fork(state: Import, node: NodeProto) -> None:
    source, copies = node.input[0], list(node.output)
    for index, name in enumerate(copies):
        state.names[name] = f"{source}.{index}"
    state.add(Fork(state.types[source], len(copies)), [source], *copies)


RULES: dict[str, Callable[[Import, NodeProto], None]] = {
    "ConvolutionInputGenerator": _window,
    "DuplicateStreams": _fork,
    "ElementwiseAdd": _add,
    "ElementwiseMul": _mul,
    "FMPadding": _pad,
    "MVAU": _matrix,
    "Pool": _pool,
    "StreamingConcat": _concat,
    "Thresholding": _threshold,
    "UpsampleNearestNeighbour": _upsample,
}
