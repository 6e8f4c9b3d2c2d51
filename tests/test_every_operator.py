# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Every operator of the registry is complete: hardware, tests, engines, float network, proof.

A new operator that lacks a part fails here, by its name.
"""

from __future__ import annotations

import importlib
import re

import numpy as np
import pytest

from bitstream_flow.benchmarks import float_twin
from hls.graph.graph import Graph, Node, unfolded
from hls.graph.reference import run_reference
from hls.operators.concat import Concat
from hls.operators.matrix_vector import MatrixVector
from hls.operators.operator import Operator
from hls.operators.registry import OPERATORS
from hls.operators.stream_fork import Fork
from hls.prove import prove
from host.bundle.packed_weights import pack_constants, unpack_constants
from host.emulator import Emulator, plan
from host.golden.model import Golden
from tests.bitstream_flow.synth import test_costs
from tests.hls.operators.operator_check import random_frames

# Why an operator has no proof: its RTL is simulated against its reference, with stalls, instead.
_FILE = "it computes from a memory file, which a harness would have to model"
_FRAME = (
    "what leaves depends on a frame's earlier beats: its harness would need lemmas of all of them"
)
UNPROVEN = {
    "average_pool": _FRAME,
    "int_mvu": _FILE,
    "landmark_decode": _FRAME,
    "max_pool": _FRAME,
    "pad": _FRAME,
    "scale_clip": _FILE,
    "threshold": _FILE,
    "upsample": _FRAME,
    "window": _FRAME,
    "xnor_mvu": _FILE,
}
KINDS = pytest.mark.parametrize("kind", OPERATORS.values(), ids=OPERATORS)


def cases(kind: type[Operator]) -> list[Operator]:
    """What the operator's own test sends through RTL, HLS C++ and reference."""
    return importlib.import_module(f"tests.hls.operators.test_{kind.module}").CASES


def graph_of(kind: type[Operator]) -> Graph:
    """An operator between the forks and joins that one image and one result need."""
    alike = (op for op in cases(kind) if len({stream.tensor for stream in op.inputs}) == 1)
    op, nodes, inputs, outputs = unfolded(next(alike)), [], ("image",), ("result",)
    if len(op.inputs) > 1:
        inputs = tuple(f"copy{port}" for port in range(len(op.inputs)))
        fork = Fork(op.inputs[0].tensor, len(inputs))
        nodes.append(Node("fork", fork, ("image",), inputs))
    if len(op.outputs) > 1:
        outputs = tuple(f"port{port}" for port in range(len(op.outputs)))
    nodes.append(Node("op", op, inputs, outputs, op.random_constants(np.random.default_rng(1))))
    if len(op.outputs) > 1:
        join = Concat(tuple(stream.tensor for stream in op.outputs))
        nodes.append(Node("join", join, outputs, ("result",)))
    return Graph(kind.module, tuple(nodes), "image", "result")


def images_for(graph: Graph) -> np.ndarray:
    """Three random images over the whole range of its input."""
    return random_frames(graph.tensors[graph.input], 3, np.random.default_rng(2))


@KINDS
def test_hardware_and_its_test(kind: type[Operator]) -> None:
    (rtl, *_), header = kind.rtl_sources(), kind.cpp_header()
    assert re.search(rf"^module {kind.module} ", rtl.read_text(), re.MULTILINE)
    # A FIFO is a stream in C++, all others are functions.
    wanted = "using fifo =" if kind.module == "fifo" else f"void {kind.module}("
    assert wanted in header.read_text()
    assert cases(kind) and all(type(op) is kind for op in cases(kind))


@KINDS
def test_golden_knows_it(kind: type[Operator]) -> None:
    graph = graph_of(kind)
    images = images_for(graph)
    expected = run_reference(graph, images)
    np.testing.assert_array_equal(Golden(graph).run(images), expected["result"])


@KINDS
def test_the_emulator_has_a_rule_for_it(kind: type[Operator]) -> None:
    assert kind in plan.RULES or kind.only_moves


@KINDS
@pytest.mark.slow
def test_the_emulator_knows_it(kind: type[Operator]) -> None:
    graph = graph_of(kind)
    images = images_for(graph)
    expected = run_reference(graph, images)
    for name, values in Emulator(graph).run(images, keep=True).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


@KINDS
def test_the_float_network_knows_it(kind: type[Operator]) -> None:
    assert kind in float_twin.RULES or kind.only_moves or issubclass(kind, MatrixVector)


@KINDS
def test_its_range_holds_its_results(kind: type[Operator]) -> None:
    graph = graph_of(kind)
    result = run_reference(graph, images_for(graph))[graph.node("op").outputs[0]]
    low, high = graph.node("op").op.output_range
    assert low <= result.min() and result.max() <= high


@KINDS
def test_its_constants_survive_a_bundle(kind: type[Operator]) -> None:
    op, graph = graph_of(kind).node("op").op, graph_of(kind)
    packed = pack_constants(graph)
    entry = {"name": "op", "op": kind.module, "attributes": {"tensor": {"channels": None}}}
    if op.bit_constants:
        entry["attributes"] = {"tensor": {"channels": op.inputs[0].tensor.channels}}
    found = unpack_constants({"nodes": [entry]}, packed)
    assert set(found) == {f"op.{name}" for name in kind.constant_names}
    for name, values in graph.node("op").constants.items():
        np.testing.assert_array_equal(found[f"op.{name}"], values)


def test_each_is_proven_or_says_why_not() -> None:
    proven = {op.module for op in prove.operators()}
    assert proven.isdisjoint(UNPROVEN) and proven | set(UNPROVEN) == set(OPERATORS)


def test_the_cost_of_each_is_checked() -> None:
    assert set(test_costs.GRID) == set(test_costs.BOUNDS) == set(OPERATORS)
    for name, ops in test_costs.GRID.items():
        assert len(ops) >= 2 and {op.module for op in ops} == {name}
