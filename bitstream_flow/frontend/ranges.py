# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The exact integer range of every tensor that activations are computed from."""

from __future__ import annotations

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper

from bitstream_flow.frontend.onnx_graph import attribute, constant, pooling
from hls.common.errors import InputError

Range = tuple[int, int]


def integer_ranges(model: ModelWrapper) -> dict[str, Range]:
    """Tensor -> (low, high) for all tensors that hold integers, constants and chains left out."""
    kind = model.get_tensor_datatype(model.graph.input[0].name)
    if not kind.is_integer() or kind.bitwidth() > 8:
        raise InputError(f"input {model.graph.input[0].name} is {kind.name}: annotate it as UINT8")
    ranges = {model.graph.input[0].name: (int(kind.min()), int(kind.max()))}
    for node in model.graph.node:
        found = _range_of(model, node, ranges)
        if found is not None:
            ranges[node.output[0]] = found
    return ranges


def _range_of(model: ModelWrapper, node: NodeProto, ranges: dict[str, Range]) -> Range | None:
    inputs = [ranges[name] for name in node.input if name in ranges]
    if node.op_type == "BipolarQuant":
        return -1, 1
    if node.op_type == "Quant":
        return quant_range(model, node)
    if node.op_type == "MultiThreshold":
        kind = DataType[attribute(node, "out_dtype")]
        return int(kind.min()), int(kind.max())
    if (pool := pooling(model, node)) is not None:
        return ranges.get(pool[1].input[0])
    if not inputs:
        return None
    if node.op_type == "Conv":
        return conv_range(constant(model, node, 1), inputs[0])
    if node.op_type == "Resize":
        return inputs[0]
    if node.op_type == "Pad":
        value = int(constant(model, node, 2)) if len(node.input) > 2 else 0
        return min(inputs[0][0], value), max(inputs[0][1], value)
    if node.op_type == "Concat" and len(inputs) == len(node.input):
        return min(low for low, _ in inputs), max(high for _, high in inputs)
    if node.op_type == "Add" and len(inputs) == 2:
        return inputs[0][0] + inputs[1][0], inputs[0][1] + inputs[1][1]
    return None


def conv_range(weights: np.ndarray, values: Range) -> Range:
    """Least and greatest sum of any output channel; zero padding is inside the range."""
    rows = weights.reshape(len(weights), -1).astype(np.int64)
    low, high = min(values[0], 0), max(values[1], 0)
    if (weights % 1 != 0).any():
        raise InputError("a convolution has weights that are no integers: their scale must be 1")
    smallest = np.minimum(rows * low, rows * high).sum(axis=1).min()
    largest = np.maximum(rows * low, rows * high).sum(axis=1).max()
    return int(smallest), int(largest)


def quant_range(model: ModelWrapper, node: NodeProto) -> Range:
    """Range of a Quant node, which must have scale 1, zero point 0 and round to nearest."""
    scale, zero, bits = (constant(model, node, i) for i in (1, 2, 3))
    if not (np.asarray(scale) == 1).all():
        found = float(np.asarray(scale).flat[0])
        raise InputError(f"Quant {node.output[0]}: scale must be exactly 1, is {found:g}")
    if (np.asarray(zero) != 0).any():
        raise InputError(f"Quant {node.output[0]}: the zero point must be 0")
    mode = attribute(node, "rounding_mode", "ROUND")
    if mode != "ROUND":
        raise InputError(f"Quant {node.output[0]}: rounding mode {mode}, only ROUND is known")
    signed, narrow = attribute(node, "signed"), attribute(node, "narrow")
    width = int(bits)
    if signed:
        return -(1 << (width - 1)) + narrow, (1 << (width - 1)) - 1
    return 0, (1 << width) - 1 - narrow
