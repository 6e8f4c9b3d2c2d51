# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Poolings of a QONNX file, with channels last and as operators; those that can't be taken over."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

from bitstream_flow.frontend.from_config import network_graph
from bitstream_flow.frontend.lowering import LowerToChannelsLast
from bitstream_flow.frontend.ranges import integer_ranges
from hls.common.errors import InputError
from hls.operators.average_pool import AveragePool
from hls.operators.max_pool import MaxPool
from hls.operators.operator import Operator
from hls.streams.tensor import TensorType
from model.config import NetworkConfig

SHAPE = (1, 2, 8, 8)


def _mean(source: str, target: str, size: int = 2, stride: int = 2) -> NodeProto:
    return helper.make_node(
        "AveragePool", [source], [target], name="mean", kernel_shape=[size] * 2,
        strides=[stride] * 2,
    )  # fmt: skip


def _floor(source: str, target: str) -> NodeProto:
    return helper.make_node("Floor", [source], [target], name="floor")


def _model(*nodes: NodeProto, kind: str = "INT4") -> ModelWrapper:
    """`image`, of the given integer type, through the nodes to `out`."""
    ports = [helper.make_tensor_value_info("image", TensorProto.FLOAT, SHAPE)]
    ends = [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "pools", ports, ends)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    model = ModelWrapper(made)
    model.set_tensor_datatype("image", DataType[kind])
    return model.transform(InferShapes())


def _image(kind: str) -> np.ndarray:
    low, high = int(DataType[kind].min()), int(DataType[kind].max())
    return np.random.default_rng(0).integers(low, high + 1, SHAPE).astype(np.float32)


@pytest.mark.parametrize("kind", ["INT2", "INT4", "INT8", "UINT1", "UINT8"])
@pytest.mark.parametrize("size", [2, 4])
def test_a_mean_rounded_down_stays_exact(kind: str, size: int) -> None:
    model = _model(_mean("image", "mean", size, size), _floor("mean", "out"), kind=kind)
    image = _image(kind)
    expected = execute_onnx(model, {"image": image})["out"]
    lowered = model.transform(LowerToChannelsLast())
    assert [node.op_type for node in lowered.graph.node] == ["QuantAvgPool2d"]
    found = execute_onnx(lowered, {"image": image.transpose(0, 2, 3, 1)})["out"]
    assert np.array_equal(found.transpose(0, 3, 1, 2), expected)
    sample = image.transpose(0, 2, 3, 1).astype(np.int32)
    op = AveragePool(TensorType(8, 8, 2, 8, signed=kind[0] == "I"), size)
    assert np.array_equal(op.reference(sample)[0], found)


def test_poolings_keep_the_range_and_quarters_have_none() -> None:
    model = _model(_mean("image", "mean"), _floor("mean", "whole"),
                   helper.make_node("MaxPool", ["whole"], ["out"], kernel_shape=[2, 2],
                                    strides=[2, 2]))  # fmt: skip
    assert integer_ranges(model) == dict.fromkeys(("image", "whole", "out"), (-8, 7))


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([_mean("image", "out")], "must all go to Floor"),
        ([_mean("image", "m"), helper.make_node("Relu", ["m"], ["out"])], "must all go to Floor"),
        ([_mean("image", "m"), helper.make_node("MaxPool", ["m"], ["out"], kernel_shape=[2, 2],
                                                strides=[2, 2])], "must all go to Floor"),
        ([_floor("image", "out")], "Floor floor: only known as the end of a pooling"),
        ([_mean("image", "m", 3, 3), _floor("m", "out")],
         "AveragePool mean: average_pool: size 3 must be a power of two"),
        ([_mean("image", "m", 2, 1), _floor("m", "out")],
         "AveragePool mean: only square kernels equal to their stride"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_named(nodes: list[NodeProto], message: str) -> None:
    with pytest.raises(InputError, match=message):
        _model(*nodes).transform(LowerToChannelsLast())


@pytest.mark.parametrize(("pool", "kind"), [("max", MaxPool), ("average", AveragePool)])
def test_poolings_are_known_without_weights(pool: str, kind: type[Operator]) -> None:
    config = NetworkConfig(
        input_size=16, stem_width=4, width=8, depth=1, landmarks=5, pool=pool
    )  # fmt: skip
    found = Counter(type(node.op) for node in network_graph("small", config).nodes)
    assert found[kind] == 2 and found[MaxPool] + found[AveragePool] == 2
