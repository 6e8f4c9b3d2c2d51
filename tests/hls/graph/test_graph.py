# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""The graph: what it refuses, what it answers, and that its JSON brings it back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.graph.decoder import end_with_decoder, heatmap_graph
from hls.graph.graph import (
    Graph,
    Node,
    constants_of,
    fold_of,
    from_json,
    to_json,
    unfolded,
)
from hls.graph.reference import run_reference
from hls.operators.add_clip import AddClip
from hls.operators.stream_fork import Fork
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.landmarks import DecoderSettings
from hls.streams.tensor import TensorType

KIND = TensorType(2, 3, 4, 1)
OP = XnorMvu(KIND, 4)
SUM = OP.outputs[0].tensor
WEIGHTS = {"weights": np.eye(4, dtype=np.uint8)}
FORK = Node("fork", Fork(KIND, 2), ("image",), ("a", "b"))
LEFT = Node("left", OP, ("a",), ("p",), WEIGHTS)
RIGHT = Node("right", OP, ("b",), ("q",), WEIGHTS)
ADD = Node("add", AddClip(SUM, 4, signed=False), ("p", "q"), ("sum",))


def _graph(*nodes: Node, output: str = "sum") -> Graph:
    return Graph("net", nodes, "image", output)


NET = _graph(FORK, LEFT, RIGHT, ADD)


@pytest.mark.parametrize(
    ("nodes", "output", "message"),
    [
        ((FORK, LEFT, ADD, RIGHT), "sum", "node add reads q, which no earlier node makes"),
        ((FORK, LEFT, replace(RIGHT, outputs=("p",)), ADD), "sum", "tensor p is made twice"),
        (
            (FORK, LEFT, replace(RIGHT, inputs=("a",)), ADD),
            "sum",
            "tensor a is read twice: a fork is missing",
        ),
        ((FORK, LEFT, RIGHT), "p", "tensor q has no consumer"),
        ((FORK, LEFT, RIGHT, ADD), "heatmaps", "no node makes the output heatmaps"),
        ((FORK, replace(LEFT, inputs=("c",)), RIGHT, ADD), "sum", "left reads c, which no earlier"),
        ((LEFT, RIGHT, ADD), "sum", "no node reads the input image"),
        (
            (FORK, replace(LEFT, op=XnorMvu(TensorType(2, 3, 5, 1), 4)), RIGHT, ADD),
            "sum",
            "node left wants TensorType.*channels=5.*, a is TensorType.*channels=4",
        ),
    ],
)
def test_what_is_no_graph_is_refused(nodes: tuple[Node, ...], output: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        _graph(*nodes, output=output)


def test_a_node_has_all_its_ports_and_constants() -> None:
    with pytest.raises(InputError, match=r"node add: add_clip has \(2, 1\) inputs and outputs"):
        replace(ADD, inputs=("p",))
    with pytest.raises(InputError, match="node left: constant weights is missing"):
        replace(LEFT, constants={})


def test_what_it_answers() -> None:
    assert NET.tensors == {"image": KIND, "a": KIND, "b": KIND, "p": SUM, "q": SUM} | {
        "sum": ADD.op.outputs[0].tensor
    }
    assert NET.producers["b"] == (FORK, 1) and NET.consumers["q"] == (ADD, 1)
    assert NET.node("left") is LEFT
    assert list(NET.streams) == ["image", "a", "b", "p", "q", "sum"]


def test_folding_changes_the_hardware_and_not_the_graph() -> None:
    folded = NET.with_ops({"left": replace(OP, pe=2, simd=4)})
    assert fold_of(folded.node("left").op) != fold_of(OP)
    assert unfolded(folded.node("left").op) == OP
    assert to_json(folded) == to_json(NET)
    assert [stream.lanes for stream in folded.streams.values()] == [1, 1, 1, 2, 1, 1]


def test_json_brings_it_back() -> None:
    constants = dict(constants_of(NET))
    assert set(constants) == {"left.weights", "right.weights"}
    again = from_json(json.loads(json.dumps(to_json(NET))), constants)
    assert again == NET
    np.testing.assert_array_equal(again.node("left").constants["weights"], np.eye(4))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"op": "conv"}, "unknown operator 'conv'"),
        ({"attributes": {"speed": 1}}, "node fork: .*speed"),
        ({"inputs": ["nothing"]}, "no node reads the input image"),
    ],
)
def test_json_of_another_version_is_refused(change: dict[str, object], message: str) -> None:
    values = to_json(NET)
    values["nodes"][0] |= change
    with pytest.raises(InputError, match=message):
        from_json(values, dict(constants_of(NET)))


def test_json_that_lacks_something_is_refused() -> None:
    with pytest.raises(InputError, match=r"graph description lacks 'left\.weights'"):
        from_json(to_json(NET), {})


def test_references_compute_every_tensor() -> None:
    image = np.random.default_rng(0).integers(0, 2, (2, *KIND.shape))
    found = run_reference(NET, image)
    assert list(found) == list(NET.tensors)
    # Weights of the unit matrix: each channel agrees with itself, and with others that are 0.
    agree = image + (1 - image).sum(axis=3, keepdims=True) - (1 - image)
    np.testing.assert_array_equal(found["p"], agree)
    np.testing.assert_array_equal(found["sum"], np.minimum(2 * agree, 15))


def test_the_decoder_is_put_on_and_taken_off() -> None:
    decoding = end_with_decoder(NET, DecoderSettings(0, 2))
    assert decoding.output == "landmarks" and decoding.tensors["landmarks"].channels == 3
    assert heatmap_graph(decoding) == NET and heatmap_graph(NET) is NET
