# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A real-valued network of a graph's shapes as ONNX, for a runtime to be timed on.

The same convolutions, sums, maxima and enlargements; weights in {-1, +1} times what keeps values
within bounds, as a BatchNorm folded in would. Lighter than what it stands for: a sign becomes a
ReLU, quantisers are left out, sums are not clipped, convolutions pad with zeros by themselves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from hls.common.errors import InputError
from hls.graph.convolution import convolution
from hls.graph.graph import Graph, Node
from hls.operators.add_clip import AddClip
from hls.operators.average_pool import AveragePool
from hls.operators.concat import Concat
from hls.operators.int_mvu import IntMvu
from hls.operators.landmark_decode import LandmarkDecode
from hls.operators.max_pool import MaxPool
from hls.operators.operator import Operator
from hls.operators.pad import Pad
from hls.operators.pool import Pool
from hls.operators.scale_clip import ScaleClip
from hls.operators.threshold import Threshold
from hls.operators.upsample import Upsample
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType

_OPSET, _IR = 17, 8


class _Twin:
    """Nodes of the ONNX graph; `names` has the ONNX tensor of each of ours."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.names = {graph.input: "image"}
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        for node in graph.nodes:
            self._add(node)

    def _add(self, node: Node) -> None:
        op = node.op
        if isinstance(op, (XnorMvu, IntMvu)):
            return self._convolve(node, op)
        made = None if op.only_moves else RULES[type(op)](op)
        sources = [self.names[name] for name in node.inputs]
        if made is None:
            return self.names.update(dict.fromkeys(node.outputs, sources[0]))
        kind, constants, attributes = made
        sources += [values and self._constant(np.array(values, np.float32)) for values in constants]
        return self._append(kind, sources, node.outputs[0], **attributes)

    def _convolve(self, node: Node, op: XnorMvu | IntMvu) -> None:
        source, geometry, _ = convolution(self._graph, node)
        kernel, taken = geometry.kernel, self._graph.tensors[source]
        signs = op.weights(node.constants).astype(np.float32)
        if isinstance(op, XnorMvu):
            signs = 2 * signs - 1
        scaled = signs / np.sqrt((signs**2).sum(axis=1, keepdims=True) + 1)
        weights = scaled.reshape(len(signs), kernel, kernel, -1).transpose(0, 3, 1, 2)
        out = op.outputs[0].tensor
        ends = [
            (size - 1) * geometry.stride + kernel - before - given
            for size, before, given in (
                (out.height, geometry.top, taken.height), (out.width, geometry.left, taken.width),
            )
        ]  # fmt: skip
        constants = [
            self._constant(np.ascontiguousarray(weights)),
            self._constant(np.zeros(len(signs), np.float32)),
        ]
        self._append(
            "Conv", [self.names[source], *constants], node.outputs[0],
            kernel_shape=[kernel] * 2, strides=[geometry.stride] * 2,
            pads=[geometry.top, geometry.left, *(max(0, end) for end in ends)],
        )  # fmt: skip

    def _append(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.names[output] = output
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def _constant(self, values: np.ndarray) -> str:
        name = f"constant{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name


_Made = tuple[str, list[Any], dict[str, Any]]


def _nothing(op: Operator) -> _Made | None:
    """Left out, or done by the convolution that reads it."""
    return None


def _sign(op: Threshold) -> _Made | None:
    return ("Relu", [], {}) if op.bits == 1 else None


def _pool(kind: str, op: Pool) -> _Made:
    return kind, [], {"kernel_shape": [op.size] * 2, "strides": [op.size] * 2}


def _resize(op: Upsample) -> _Made:
    mode = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
    scales = [1, 1, op.factor, op.factor]
    return "Resize", ["", scales], {**mode, "nearest_mode": "floor"}


# Type, constants and attributes of each operator as an ONNX node; convolutions are made of several
# operators, and what only moves beats is none.
RULES: dict[type[Operator], Callable[[Any], _Made | None]] = {
    AddClip: lambda op: ("Add", [], {}),
    AveragePool: lambda op: _pool("AveragePool", op),
    Concat: lambda op: ("Concat", [], {"axis": 1}),
    LandmarkDecode: _nothing,
    MaxPool: lambda op: _pool("MaxPool", op),
    Pad: _nothing,
    ScaleClip: _nothing,
    Threshold: _sign,
    Upsample: _resize,
    Window: _nothing,
}


def float_twin(graph: Graph) -> onnx.ModelProto:
    """The network; input `image`, float32 (1, C, H, W)."""
    twin = _Twin(graph)
    output = twin.names[graph.output]
    made = helper.make_graph(
        twin.nodes,
        "float twin",
        [_port("image", graph.tensors[graph.input])],
        [_port(output, graph.tensors[graph.output])],
        twin.weights,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _IR
    onnx.checker.check_model(model)
    return model


def _port(name: str, kind: TensorType) -> onnx.ValueInfoProto:
    shape = [1, kind.channels, kind.height, kind.width]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


class _Images(CalibrationDataReader):
    def __init__(self, images: np.ndarray) -> None:
        self._left: Iterator[np.ndarray] = iter(images)

    def get_next(self) -> dict[str, np.ndarray] | None:
        image = next(self._left, None)
        return None if image is None else {"image": image[None]}


def quantised(model: onnx.ModelProto, images: np.ndarray) -> onnx.ModelProto:
    """The network in 8 bits by ONNX Runtime's own quantiser, calibrated on float images."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("float.onnx", "ready.onnx", "int8.onnx")]
        onnx.save(model, paths[0])
        quant_pre_process(paths[0], paths[1], skip_symbolic_shape=True)
        quantize_static(
            paths[1], paths[2], _Images(images), quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        )  # fmt: skip
        return onnx.load(paths[2])


def session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """The model in ONNX Runtime on one thread of the CPU, all optimisations on."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise InputError(f"ONNX Runtime refuses the float twin: {error}") from None
