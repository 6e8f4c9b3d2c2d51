# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The float twin has the graph's shapes and runs; candidates take turns and end in a table."""

from __future__ import annotations

import io
import time

import numpy as np
import onnx
import pytest
from rich.console import Console

from bitstream_flow.benchmarks.emulator import candidates, measure, report
from bitstream_flow.benchmarks.float_twin import float_twin, quantised, session
from hls.graph.graph import Graph
from host.golden.model import multiplications
from tests.networks import DECODER, Builder, hourglass_net, landmark_net


def _macs(model: onnx.ModelProto) -> int:
    """Multiplications of all convolutions, from the shapes that ONNX infers."""
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph
    values = (*inferred.value_info, *inferred.output)
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}
    weights = {tensor.name: tensor.dims for tensor in inferred.initializer}
    convolutions = (node for node in inferred.node if node.op_type == "Conv")
    return sum(
        int(np.prod(shapes[node.output[0]]) * np.prod(weights[node.input[1]][1:]))
        for node in convolutions
    )


def _graphs() -> dict[str, Graph]:
    lone = Builder(9, 7, 5, seed=1)
    x = lone.window(lone.pad(lone.threshold("image", 1), 3), 7, 2)
    return {
        "hourglass": hourglass_net(size=32, width=8, depth=2),
        "stride": lone.graph(lone.xnor(x, 6)),
    }


@pytest.mark.parametrize("name", ["hourglass", "stride"])
def test_the_twin_multiplies_as_often(name: str) -> None:
    graph = _graphs()[name]
    model = float_twin(graph)
    assert _macs(model) == multiplications(graph)
    kind, out = graph.tensors[graph.input], graph.tensors[graph.output]
    images = np.random.default_rng(0).random((4, kind.channels, kind.height, kind.width))
    images = images.astype(np.float32)
    expected = session(model).run(None, {"image": images[:1]})[0]
    assert expected.shape == (1, out.channels, out.height, out.width)
    assert np.isfinite(expected).all() and np.abs(expected).max() < 1e4
    close = session(quantised(model, images)).run(None, {"image": images[:1]})[0]
    assert np.abs(close - expected).max() < 0.3 * np.abs(expected).max()


def test_an_8_bit_twin_convolves_in_8_bits() -> None:
    images = np.random.default_rng(0).random((2, 3, 16, 16)).astype(np.float32)
    model = quantised(float_twin(hourglass_net()), images)
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("DequantizeLinear") > kinds.count("Conv") > 10


@pytest.mark.parametrize("graph", [hourglass_net(), landmark_net()], ids=["heatmaps", "landmarks"])
def test_all_candidates_run(graph: Graph) -> None:
    seconds = measure(candidates(graph, DECODER), rounds=1, frames=1)
    out = io.StringIO()
    Console(file=out, width=100).print(report("test", seconds, 10**6))
    text = out.getvalue()
    for name in ("emulator, ", "int8", "float32", "golden"):
        assert name in text
    assert min(seconds.values()) > 0


def test_candidates_take_turns() -> None:
    order: list[str] = []

    def slow(_: int) -> None:
        order.append("slow")
        time.sleep(0.002)

    seconds = measure({"quick": lambda _: order.append("quick"), "slow": slow}, 3, frames=2)
    assert order == [*["quick"] * 3, *["slow"] * 3] * 3
    assert seconds["slow"] >= 0.002 > seconds["quick"]
