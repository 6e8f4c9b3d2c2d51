# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Run a QONNX file or any later stage, frame by frame, and read its named tensors as integers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx

# Quantised tensors end in these; they keep their names through every pass.
NAMED = (".quant", ".sign", ".clip")


def execute_named(model: ModelWrapper | Path, images: np.ndarray) -> dict[str, np.ndarray]:
    """Images (N, H, W, C) uint8 -> the named tensors and the output, (N, H, W, C) int32.

    Works before and after the change to channels-last; -1/+1 tensors are returned as 0/1.
    """
    model = ModelWrapper(str(model)) if isinstance(model, Path) else model
    frames = [_execute(model, image[None]) for image in images]
    return {name: np.concatenate([frame[name] for frame in frames]) for name in frames[0]}


def _execute(model: ModelWrapper, image: np.ndarray) -> dict[str, np.ndarray]:
    source, last = model.graph.input[0].name, model.graph.output[0].name
    channels_last = list(model.get_tensor_shape(source)) == list(image.shape)
    feed = image.astype(np.float32)
    feed = feed if channels_last else feed.transpose(0, 3, 1, 2)
    context = execute_onnx(model, {source: feed}, return_full_exec_context=True)
    found = {}
    for node in model.graph.node:
        for name in node.output:
            if name.endswith(NAMED) or name == last:
                values = context[name] if channels_last else context[name].transpose(0, 2, 3, 1)
                found[name] = _integers(name, values, _is_bipolar(model, node, name))
    return found


def _is_bipolar(model: ModelWrapper, node: NodeProto, name: str) -> bool:
    return node.op_type == "BipolarQuant" or model.get_tensor_datatype(name) == DataType["BIPOLAR"]


def _integers(name: str, values: np.ndarray, bipolar: bool) -> np.ndarray:
    if bipolar:
        values = (values + 1) / 2
    rounded = np.rint(values).astype(np.int32)
    if not np.array_equal(rounded, values):
        raise ValueError(f"tensor {name} holds values that are no integers")
    return rounded
