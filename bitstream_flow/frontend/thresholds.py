# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Activations to integer thresholds, exactly: enumerate what each quantiser can meet.

Whatever per-channel chain (BatchNorm, PReLU, ...) stands between an integer tensor and a quantiser
is run by ONNX Runtime on every integer of the tensor's range. The outcome must be monotone; where
it changes are the thresholds. Rounding half to even needs no care: it is enumerated, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnxruntime
from onnx import NodeProto, TensorProto, helper, numpy_helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation

from bitstream_flow.frontend.onnx_graph import constant, dynamic_inputs, remove_unused
from bitstream_flow.frontend.ranges import Range, integer_ranges, quant_range
from hls.common.errors import InputError

CHAIN_OPS = {
    "Abs", "Add", "BatchNormalization", "Clip", "Div", "Elu", "HardSigmoid", "Identity",
    "LeakyRelu", "Mul", "Neg", "PRelu", "Relu", "Selu", "Sigmoid", "Softplus", "Sub", "Tanh",
}  # fmt: skip
QUANTS = {"Quant", "BipolarQuant"}


@dataclass(frozen=True)
class ThresholdTable:
    """Thresholds (C, T) ascending, and per channel whether the function falls."""

    thresholds: np.ndarray
    falls: np.ndarray


class FoldWeights(Transformation):
    """Weight quantisers become constants with their integer type (own pass)."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        """Quantise each constant once."""
        for node in list(model.graph.node):
            if node.op_type in QUANTS and not dynamic_inputs(model, node):
                values = np.asarray(model.get_initializer(node.input[0]))
                model.graph.node.remove(node)
                model.set_initializer(node.output[0], _quantise(model, node, values))
                model.set_tensor_datatype(node.output[0], _datatype(model, node))
        return model, False


class AbsorbIntoThresholds(Transformation):
    """Every activation quantiser and the chain before it become one MultiThreshold (own pass).

    A channel whose function falls gets a factor -1 in front and the thresholds of the negated
    input, because MultiThreshold counts upwards only.
    """

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        """Replace all quantisers; the output keeps its name."""
        ranges = integer_ranges(model)
        for node in list(model.graph.node):
            if node.op_type in QUANTS:
                chain, source = _chain(model, node)
                if source not in ranges:
                    raise InputError(
                        f"{node.op_type} {node.output[0]}: no integer range is known for {source}"
                    )
                steps = _steps(model, node, chain, source, ranges[source])
                _replace(model, node, source, steps)
        remove_unused(model)
        return model, False


def _datatype(model: ModelWrapper, node: NodeProto) -> DataType:
    if node.op_type == "BipolarQuant":
        return DataType["BIPOLAR"]
    low, high = quant_range(model, node)
    return DataType[f"{'INT' if low < 0 else 'UINT'}{(high - min(low, 0)).bit_length()}"]


def _quantise(model: ModelWrapper, node: NodeProto, values: np.ndarray) -> np.ndarray:
    if node.op_type == "BipolarQuant":
        if (constant(model, node, 1) != 1).any():
            found = float(constant(model, node, 1).flat[0])
            raise InputError(
                f"BipolarQuant {node.output[0]}: scale must be exactly 1, is {found:g}"
            )
        return np.where(values >= 0, np.float32(1), np.float32(-1))
    return np.clip(np.rint(values), *quant_range(model, node)).astype(np.float32)


def _chain(model: ModelWrapper, node: NodeProto) -> tuple[list[NodeProto], str]:
    """The per-channel nodes before a quantiser, first to last, and the tensor that feeds them."""
    chain: list[NodeProto] = []
    source = node.input[0]
    while True:
        before = model.find_producer(source)
        if before is None or before.op_type not in CHAIN_OPS:
            return chain, source
        inputs = dynamic_inputs(model, before)
        if len(inputs) != 1:
            return chain, source
        chain.insert(0, before)
        source = inputs[0]


def _steps(
    model: ModelWrapper, node: NodeProto, chain: list[NodeProto], source: str, span: Range
) -> ThresholdTable:
    shape = model.get_tensor_shape(source)
    if shape is None:
        raise InputError(f"{node.op_type} {node.output[0]}: the shape of {source} is unknown")
    integers = np.arange(span[0], span[1] + 1)
    values = np.repeat(integers.astype(np.float32)[:, None], shape[1], axis=1)[..., None, None]
    results = _quantise(model, node, _run(model, chain, source, values))[:, :, 0, 0]
    change = np.diff(results, axis=0)
    falls = np.asarray((change < 0).any(axis=0))
    both = np.asarray(falls & (change > 0).any(axis=0))
    if both.any():
        raise InputError(
            f"{node.op_type} {node.output[0]}: channel {int(both.argmax())} is not monotone over"
            f" {span[0]}..{span[1]}, so it cannot be a threshold"
        )
    low, high = (-1, 1) if node.op_type == "BipolarQuant" else quant_range(model, node)
    wanted = np.arange(low + 1, high + 1) if node.op_type == "Quant" else np.array([high])
    rows = [
        _first_reached(integers, results[:, channel], wanted, bool(falls[channel]))
        for channel in range(shape[1])
    ]
    return ThresholdTable(np.stack(rows).astype(np.float32), falls)


def _first_reached(
    integers: np.ndarray, results: np.ndarray, wanted: np.ndarray, falls: bool
) -> np.ndarray:
    """Least x (or -x, where the function falls) at which each wanted level is reached."""
    if falls:
        integers, results = -integers[::-1], results[::-1]
    return np.append(integers, integers[-1] + 1)[np.searchsorted(results, wanted)]


def _run(
    model: ModelWrapper, chain: list[NodeProto], source: str, values: np.ndarray
) -> np.ndarray:
    """The chain's float32 result on `values` (N, C, 1, 1)."""
    if not chain:
        return values
    shape = [None, values.shape[1], 1, 1]
    names = {name for node in chain for name in node.input if name and name != source}
    constants = [
        numpy_helper.from_array(np.asarray(model.get_initializer(name)), name)
        for name in sorted(names)
        if model.get_initializer(name) is not None
    ]
    graph = helper.make_graph(
        chain,
        "chain",
        [helper.make_tensor_value_info(source, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(chain[-1].output[0], TensorProto.FLOAT, None)],
        constants,
    )
    version = model.model.opset_import[0].version
    part = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(part.SerializeToString(), options)
    return np.asarray(session.run(None, {source: values})[0])


def _replace(model: ModelWrapper, node: NodeProto, source: str, steps: ThresholdTable) -> None:
    name, kind = node.output[0], _datatype(model, node)
    position = list(model.graph.node).index(node)
    new = []
    if steps.falls.any():
        signs = np.where(steps.falls, np.float32(-1), np.float32(1)).reshape(1, -1, 1, 1)
        model.set_initializer(f"{name}.signs", signs)
        model.set_tensor_datatype(f"{name}.signs", DataType["BIPOLAR"])
        new.append(helper.make_node("Mul", [source, f"{name}.signs"], [f"{name}.turned"]))
        model.set_tensor_shape(f"{name}.turned", model.get_tensor_shape(source))
        source = f"{name}.turned"
    model.set_initializer(f"{name}.thresholds", steps.thresholds)
    model.set_tensor_datatype(f"{name}.thresholds", DataType["INT32"])
    binary = kind == DataType["BIPOLAR"]
    scale, bias = (2.0, -1.0) if binary else (1.0, float(kind.min()))
    new.append(
        helper.make_node(
            "MultiThreshold", [source, f"{name}.thresholds"], [name],
            domain="qonnx.custom_op.general", name=f"{name}.threshold",
            out_dtype=kind.name, out_scale=scale, out_bias=bias, data_layout="NCHW",
        )
    )  # fmt: skip
    model.graph.node.remove(node)
    for offset, part in enumerate(new):
        model.graph.node.insert(position + offset, part)
    model.set_tensor_datatype(name, kind)
