# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The front end: exact thresholds, equality after every stage, strict refusal of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.infer_shapes import InferShapes

from bitstream_flow.frontend.compile import StageError, compare_stage, compile_qonnx
from bitstream_flow.frontend.execute import execute_named
from bitstream_flow.frontend.from_config import network_graph
from bitstream_flow.frontend.ranges import conv_range
from bitstream_flow.frontend.thresholds import AbsorbIntoThresholds, FoldWeights
from hls.common.errors import InputError
from hls.graph.graph import Graph, Node
from hls.graph.reference import run_reference
from model.config import parse_config
from model.export import export_qonnx_file
from model.network.randomise import random_network
from model.network.trace import traced_forward

SMALL = parse_config(
    "small",
    {
        "network": {"input_size": 16, "stem_width": 4, "width": 8, "depth": 1, "landmarks": 5},
        "data": {"file": "none.npz"},
        "training": {"epochs": 1, "batch_size": 1, "learning_rate": 1e-3, "sigma": 1.0},
    },
)


@pytest.fixture(scope="module")
def network():
    """Gains of both signs, a stride-2 stem, a 1x1 skip, concats: every corner in one network."""
    return random_network(SMALL, seed=3)


@pytest.fixture(scope="module")
def qonnx(network, tmp_path_factory) -> Path:
    return export_qonnx_file(network, tmp_path_factory.mktemp("export") / "small.onnx")


@pytest.fixture(scope="module")
def graph(network, qonnx: Path, tmp_path_factory) -> Graph:
    work = tmp_path_factory.mktemp("work")
    return compile_qonnx(qonnx, work, lambda images: traced_forward(network, images))


def test_the_graph_computes_what_pytorch_computes(network, graph: Graph) -> None:
    images = np.random.default_rng(1).integers(0, 256, (4, 16, 16, 3), dtype=np.uint8)
    images[0], images[1] = 0, 255
    found = run_reference(graph, images)
    for name, values in traced_forward(network, images).items():
        assert np.array_equal(found[name], values), name


def test_the_structure_is_known_without_weights(graph: Graph) -> None:
    """All but what trained values decide: the bits of an integer sum, and whether a sign flips."""
    structure = network_graph(graph.name, SMALL.network)
    found, want = (Counter(map(_shape, g.nodes)) for g in (structure, graph))
    assert found == want


def _shape(node: Node) -> tuple[object, ...]:
    shapes = [stream.tensor.shape for stream in (*node.op.inputs, *node.op.outputs)]
    return type(node.op), *shapes


def test_falling_channels_are_flipped_not_lost(network, graph: Graph) -> None:
    falls = (network.block1.stage1.norm.weight < 0).numpy()
    node = graph.producers["block1.stage1.sign"][0]
    changes = node.constants["thresholds"][:, 0]
    moves = (changes > -9) & (changes < 9)
    assert falls.any() and (node.constants["flip"][moves] == falls[moves]).all()


def _edit(qonnx: Path, tmp_path: Path, change: Callable[[onnx.ModelProto], None]) -> Path:
    model = onnx.load(str(qonnx))
    change(model)
    path = tmp_path / "edited.onnx"
    onnx.save(model, str(path))
    return path


def _node(model: onnx.ModelProto, output: str) -> onnx.NodeProto:
    return next(node for node in model.graph.node if node.output[0] == output)


def test_an_unknown_operator_is_named(qonnx: Path, tmp_path: Path) -> None:
    def change(model: onnx.ModelProto) -> None:
        _node(model, "maxpool").op_type = "Erf"

    path = _edit(qonnx, tmp_path, change)
    with pytest.raises(InputError, match=r"operator Erf is not supported|no integer range"):
        compile_qonnx(path, tmp_path)


def test_a_scale_that_is_not_one_is_named(qonnx: Path, tmp_path: Path) -> None:
    def change(model: onnx.ModelProto) -> None:
        scale = _node(model, "stem.quant").input[1]
        for value in model.graph.initializer:
            if value.name == scale:
                value.CopyFrom(numpy_helper.from_array(np.float32([0.5]), scale))

    path = _edit(qonnx, tmp_path, change)
    with pytest.raises(InputError, match=r"Quant stem\.quant: scale must be exactly 1, is 0\.5"):
        compile_qonnx(path, tmp_path)


def test_a_function_that_is_not_monotone_is_named(qonnx: Path, tmp_path: Path) -> None:
    def change(model: onnx.ModelProto) -> None:
        quantiser = _node(model, "block1.stage1.quant")
        bent = helper.make_node("Abs", [quantiser.input[0]], ["bent"])
        model.graph.node.insert(list(model.graph.node).index(quantiser), bent)
        quantiser.input[0] = "bent"

    path = _edit(qonnx, tmp_path, change)
    with pytest.raises(InputError, match=r"block1\.stage1\.quant: channel \d+ is not monotone"):
        compile_qonnx(path, tmp_path)


def test_zero_padding_of_a_binary_convolution_is_refused(qonnx: Path, tmp_path: Path) -> None:
    def change(model: onnx.ModelProto) -> None:
        pad = next(node for node in model.graph.node if node.op_type == "Pad")
        for value in model.graph.initializer:
            if value.name == pad.input[2]:
                value.CopyFrom(numpy_helper.from_array(np.float32(0), value.name))

    path = _edit(qonnx, tmp_path, change)
    with pytest.raises(InputError, match="must be padded with -1, not 0"):
        compile_qonnx(path, tmp_path)


def test_files_that_are_no_networks(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is missing"):
        compile_qonnx(tmp_path / "none.onnx", tmp_path)
    (tmp_path / "bad.onnx").write_bytes(b"hello")
    with pytest.raises(InputError, match="is no ONNX file"):
        compile_qonnx(tmp_path / "bad.onnx", tmp_path)


def test_a_stage_that_changes_a_result_is_named(network, qonnx: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (1, 16, 16, 3), dtype=np.uint8)
    wanted = traced_forward(network, images)
    wanted["block1.clip"] = wanted["block1.clip"].copy()
    wanted["block1.clip"][0, 2, 1, 3] += 1
    with pytest.raises(StageError, match=r"stage xnor changes block1\.clip .* \(0, 2, 1, 3\)"):
        compare_stage("xnor", ModelWrapper(str(qonnx)), images, wanted)


def test_conv_range_is_reached_and_never_passed() -> None:
    weights = np.array([[[[7.0]], [[-7.0]]], [[[1.0]], [[1.0]]]])
    assert conv_range(weights, (0, 255)) == (-7 * 255, 7 * 255)
    assert conv_range(weights, (-8, 7)) == (-7 * 15, 7 * 15)


def _one_quantiser(gain: list[float], offset: list[float]) -> ModelWrapper:
    """uint8 image of two channels -> BatchNorm -> 4-bit quantiser named out.quant."""
    shape, size = [1, 2, 1, 1], len(gain)
    values = {
        "gain": np.float32(gain), "offset": np.float32(offset), "mean": np.zeros(size, np.float32),
        "variance": np.ones(size, np.float32) - np.float32(1e-5), "one": np.float32(1),
        "zero": np.float32(0), "bits": np.float32(4),
    }  # fmt: skip
    nodes = [
        helper.make_node(
            "BatchNormalization", ["image", "gain", "offset", "mean", "variance"], ["y"]
        ),
        helper.make_node("Quant", ["y", "one", "zero", "bits"], ["out.quant"], signed=1, narrow=0,
                         rounding_mode="ROUND", domain="qonnx.custom_op.general"),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes, "one",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("out.quant", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("qonnx.custom_op.general", 1)]
    model = ModelWrapper(helper.make_model(graph, opset_imports=opsets, ir_version=10))
    model.set_tensor_datatype("image", DataType["UINT8"])
    return model.transform(InferShapes())


def test_ties_round_half_to_even_as_brevitas_does() -> None:
    model = _one_quantiser([0.5, -0.5], [0.0, 3.0])
    images = np.arange(256, dtype=np.uint8).repeat(2).reshape(256, 1, 1, 2)
    expected = execute_named(model, images)["out.quant"]
    assert expected[1, 0, 0, 0] == 0 and expected[3, 0, 0, 0] == 2
    exact = model.transform(FoldWeights()).transform(AbsorbIntoThresholds())
    assert [node.op_type for node in exact.graph.node] == ["Mul", "MultiThreshold"]
    assert np.array_equal(execute_named(exact, images)["out.quant"], expected)


def test_an_input_without_its_type_is_refused() -> None:
    model = _one_quantiser([1.0, 1.0], [0.0, 0.0])
    model.set_tensor_datatype("image", DataType["FLOAT32"])
    with pytest.raises(InputError, match="annotate it as UINT8"):
        model.transform(AbsorbIntoThresholds())
