# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Channels last and convolutions as matrix products: one sweep that writes the graph anew.

Conv becomes Im2Col (kernel order ky, kx, channel) and MatMul; a Pad before it becomes Im2Col's
padding, with its value; the input and the output are (1, H, W, C), so that no Transpose is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper
from qonnx.core import data_layout
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation
from qonnx.transformation.infer_datatypes import InferDataTypes
from qonnx.util.basic import qonnx_make_model

from bitstream_flow.frontend.onnx_graph import attribute, constant, pooling
from bitstream_flow.frontend.pools import POOLS
from bitstream_flow.frontend.ranges import Range, integer_ranges
from hls.common.errors import InputError
from hls.streams.tensor import TensorType, bits_for

GENERAL = "qonnx.custom_op.general"


@dataclass(frozen=True)
class Padding:
    """A Pad that waits for its convolution: source, (top, left, bottom, right), value."""

    source: str
    amount: tuple[int, int, int, int]
    value: int


@dataclass
class Sweep:
    """The graph being written: nodes, constants and shapes (NHWC) so far.

    `ranges` are those of the old graph's integers; `inner` are its tensors that are only part way
    through a pooling.
    """

    old: ModelWrapper
    ranges: dict[str, Range]
    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, tuple[np.ndarray, object]] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    pads: dict[str, Padding] = field(default_factory=dict)
    inner: set[str] = field(default_factory=set)

    def add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Append a node."""
        node = helper.make_node(op, inputs, [output], name=f"{output}.{op.lower()}", **attributes)
        self.nodes.append(node)
        return output

    def keep(self, name: str, values: np.ndarray) -> str:
        """Carry a constant over, with its integer type."""
        self.constants[name] = (values.astype(np.float32), self.old.get_tensor_datatype(name))
        return name


class LowerToChannelsLast(Transformation):
    """NCHW convolutions to NHWC matrix products (own pass)."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        """Rewrite the whole graph; an operator that is not known is an InputError."""
        sweep = Sweep(model, integer_ranges(model))
        first, last = model.graph.input[0].name, model.graph.output[0].name
        sweep.shapes[first] = _channels_last(model, first)
        for node in model.graph.node:
            rule = RULES.get(node.op_type)
            if rule is None:
                raise InputError(
                    f"node {node.name or node.output[0]}: operator {node.op_type} is not supported;"
                    f" known: {', '.join(sorted(RULES))}"
                )
            rule(sweep, node)
            sweep.shapes.setdefault(node.output[0], _channels_last(model, node.output[0]))
        return _finish(sweep, first, last), False


def _channels_last(model: ModelWrapper, name: str) -> tuple[int, ...]:
    shape = model.get_tensor_shape(name)
    if shape is None or len(shape) != 4:
        raise InputError(f"tensor {name} has shape {shape}: (1, C, H, W) is needed")
    return shape[0], shape[2], shape[3], shape[1]


def _pad(sweep: Sweep, node: NodeProto) -> None:
    amounts = [int(v) for v in constant(sweep.old, node, 1)]
    if amounts[:2] != [0, 0] or amounts[4:6] != [0, 0]:
        raise InputError(f"Pad {node.name}: only height and width can be padded")
    value = float(constant(sweep.old, node, 2)) if len(node.input) > 2 and node.input[2] else 0.0
    around = (amounts[2], amounts[3], amounts[6], amounts[7])
    sweep.pads[node.output[0]] = Padding(node.input[0], around, int(value))


def _conv(sweep: Sweep, node: NodeProto) -> None:
    weights, out = constant(sweep.old, node, 1), node.output[0]
    if attribute(node, "group", 1) != 1 or set(attribute(node, "dilations", [1])) != {1}:
        raise InputError(f"Conv {node.name}: groups and dilations are not supported")
    if len(node.input) > 2:
        raise InputError(f"Conv {node.name}: a bias is not supported, BatchNorm carries it")
    source, pad = node.input[0], Padding("", tuple(attribute(node, "pads", [0] * 4)), 0)
    if source in sweep.pads:
        if any(pad.amount):
            raise InputError(f"Conv {node.name}: padded twice")
        pad = sweep.pads[source]
        source = pad.source
    kernel, stride = list(weights.shape[2:]), list(attribute(node, "strides", [1, 1]))
    if kernel != [1, 1] or stride != [1, 1]:
        source = sweep.add(
            "Im2Col", [source], f"{out}.window", domain=GENERAL, kernel_size=kernel, stride=stride,
            pad_amount=list(pad.amount), pad_value=pad.value,
            input_shape=str(sweep.shapes[source]),
        )  # fmt: skip
        _, height, width, _ = _channels_last(sweep.old, out)
        sweep.shapes[source] = (1, height, width, weights[0].size)
    # (out, in, ky, kx) -> (ky, kx, in, out)
    matrix = weights.transpose(2, 3, 1, 0).reshape(-1, len(weights))
    sweep.add("MatMul", [source, sweep.keep(node.input[1], matrix)], out)


def _threshold(sweep: Sweep, node: NodeProto) -> None:
    sweep.keep(node.input[1], constant(sweep.old, node, 1))
    keep = {name: attribute(node, name) for name in ("out_dtype", "out_scale", "out_bias")}
    sweep.add("MultiThreshold", list(node.input), node.output[0], domain=GENERAL,
              data_layout="NHWC", **keep)  # fmt: skip


def _mul(sweep: Sweep, node: NodeProto) -> None:
    sweep.keep(node.input[1], constant(sweep.old, node, 1).reshape(-1))
    sweep.add("Mul", list(node.input), node.output[0])


def _pool(sweep: Sweep, node: NodeProto) -> None:
    found = pooling(sweep.old, node)
    if found is None:
        raise InputError(f"{node.op_type} {node.name}: only known as the end of a pooling")
    kind, first = found
    kernel, stride = list(attribute(first, "kernel_shape")), list(attribute(first, "strides"))
    name, source = f"{first.op_type} {first.name}", first.input[0]
    if kernel != stride or kernel[0] != kernel[1] or any(attribute(first, "pads", [0])):
        raise InputError(f"{name}: only square kernels equal to their stride, no pads")
    try:
        (_, *shape), (bits, signed) = sweep.shapes[source], bits_for(*sweep.ranges[source])
        op = kind.operator(TensorType(shape[0], shape[1], shape[2], bits, signed), kernel[0])
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    sweep.add(kind.layer, [source], node.output[0], domain=GENERAL, **kind.attributes(op))


def _begun_pool(sweep: Sweep, node: NodeProto) -> None:
    inner = node.output[0]
    sweep.inner.add(inner)
    readers = sweep.old.find_consumers(inner)
    ends = [pooling(sweep.old, reader) for reader in readers]
    if not ends or any(found is None or found[1].input[0] == inner for found in ends):
        names = " or ".join(kind.nodes[-1] for kind in POOLS if node.op_type in kind.nodes[:-1])
        raise InputError(f"{node.op_type} {node.name}: what it gives must all go to {names}")


def _resize(sweep: Sweep, node: NodeProto) -> None:
    old, new = sweep.shapes[node.input[0]], _channels_last(sweep.old, node.output[0])
    if attribute(node, "mode", "nearest") != "nearest" or new[1] % old[1] or new[2] % old[2]:
        raise InputError(f"Resize {node.name}: only nearest, by whole factors")
    scales = np.array([1, new[1] // old[1], new[2] // old[2], 1], np.float32)
    name = f"{node.output[0]}.scales"
    sweep.keep(name, scales)
    sweep.add("Resize", [node.input[0], "", name], node.output[0], mode="nearest",
              coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip


def _concat(sweep: Sweep, node: NodeProto) -> None:
    if attribute(node, "axis") not in (1, -3):
        raise InputError(f"Concat {node.name}: only along the channels")
    sweep.add("Concat", list(node.input), node.output[0], axis=3)


def _add(sweep: Sweep, node: NodeProto) -> None:
    sweep.add("Add", list(node.input), node.output[0])


RULES: dict[str, Callable[[Sweep, NodeProto], None]] = {
    "Add": _add,
    "Concat": _concat,
    "Conv": _conv,
    "Mul": _mul,
    "MultiThreshold": _threshold,
    "Pad": _pad,
    "Resize": _resize,
    **{kind.nodes[-1]: _pool for kind in POOLS},
    **{name: _begun_pool for kind in POOLS for name in kind.nodes[:-1]},
}


def _finish(sweep: Sweep, first: str, last: str) -> ModelWrapper:
    values = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in sweep.shapes.items()
        if name not in sweep.pads and name not in sweep.inner
    }
    inner = [value for name, value in values.items() if name not in (first, last)]
    graph = helper.make_graph(sweep.nodes, "channels-last", [values[first]], [values[last]],
                              value_info=inner)  # fmt: skip
    opsets = [helper.make_opsetid("", sweep.old.model.opset_import[0].version)]
    new = ModelWrapper(qonnx_make_model(graph, opset_imports=opsets, ir_version=10))
    for name, (array, kind) in sweep.constants.items():
        new.set_initializer(name, array)
        new.set_tensor_datatype(name, kind)
    for name in values:
        new.set_tensor_layout(name, data_layout.NHWC)
    new.set_tensor_datatype(first, sweep.old.get_tensor_datatype(first))
    return new.transform(InferDataTypes())
