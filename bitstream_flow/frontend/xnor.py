# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Bipolar matrix products to XNOR and popcount: P of K bits agree, the dot product is 2 P - K.

All readers of a product are thresholds, so they take the popcount's thresholds instead, exactly:
2 P - K >= t is P >= ceil((t + K) / 2), and K - 2 P >= t is -P >= ceil((t - K) / 2).
"""

from __future__ import annotations

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.base import Transformation

from bitstream_flow.frontend.lowering import GENERAL
from bitstream_flow.frontend.onnx_graph import attribute
from hls.common.errors import InputError
from hls.streams.tensor import bits_for

BIPOLAR, BINARY = DataType["BIPOLAR"], DataType["BINARY"]


class BipolarToXnor(Transformation):
    """MatMul of -1/+1 to XnorPopcountMatMul of 0/1; padding of -1 becomes 0 (own pass)."""

    def apply(self, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
        """Convert every product, then every sign."""
        for node in model.graph.node:
            if node.op_type == "MatMul" and model.get_tensor_datatype(node.input[1]) == BIPOLAR:
                _to_popcount(model, node)
        for node in model.graph.node:
            if node.op_type == "MultiThreshold" and attribute(node, "out_dtype") == "BIPOLAR":
                _to_bits(model, node)
        return model, False


def _to_popcount(model: ModelWrapper, node: NodeProto) -> None:
    weights = np.asarray(model.get_initializer(node.input[1]))
    if model.get_tensor_datatype(node.input[0]) != BIPOLAR:
        raise InputError(f"{node.name}: binary weights on an input that is not binary")
    node.op_type, node.domain = "XnorPopcountMatMul", GENERAL
    model.set_initializer(node.input[1], (weights + 1) / 2)
    model.set_tensor_datatype(node.input[1], BINARY)
    length = len(weights)
    for reader in model.find_consumers(node.output[0]):
        _shift(model, reader, length)
    bits, _ = bits_for(0, length)
    model.set_tensor_datatype(node.output[0], DataType[f"UINT{bits}"])
    window = model.find_producer(node.input[0])
    if window is not None and window.op_type == "Im2Col":
        _set_padding(window)
        model.set_tensor_datatype(window.output[0], BINARY)


def _shift(model: ModelWrapper, reader: NodeProto, length: int) -> None:
    """Thresholds of the dot product -> thresholds of the popcount."""
    turned = np.zeros((1, 1), bool)
    if reader.op_type == "Mul":
        turned = (np.asarray(model.get_initializer(reader.input[1])) < 0).reshape(-1, 1)
        bits, _ = bits_for(-length, length)
        model.set_tensor_datatype(reader.output[0], DataType[f"INT{bits}"])
        (reader,) = model.find_consumers(reader.output[0])
    if reader.op_type != "MultiThreshold":
        raise InputError(f"{reader.name}: a binary convolution must end in thresholds")
    old = np.asarray(model.get_initializer(reader.input[1]))
    model.set_initializer(
        reader.input[1], np.ceil((old + np.where(turned, -length, length)) / 2).astype(np.float32)
    )


def _set_padding(window: NodeProto) -> None:
    padded = any(attribute(window, "pad_amount"))
    value = attribute(window, "pad_value", 0)
    if padded and value != -1:
        raise InputError(f"{window.name}: a binary convolution must be padded with -1, not {value}")
    for entry in window.attribute:
        if entry.name == "pad_value":
            entry.i = 0


def _to_bits(model: ModelWrapper, node: NodeProto) -> None:
    values: dict[str, object] = {"out_dtype": b"BINARY", "out_scale": 1.0, "out_bias": 0.0}
    for entry in node.attribute:
        if entry.name == "out_dtype":
            entry.s = b"BINARY"
        elif entry.name in values:
            entry.f = float(str(values[entry.name]))
    model.set_tensor_datatype(node.output[0], BINARY)
    for reader in model.find_consumers(node.output[0]):
        if reader.op_type not in {"Im2Col", "XnorPopcountMatMul"}:
            raise InputError(f"{reader.name}: {reader.op_type} cannot read bits")
