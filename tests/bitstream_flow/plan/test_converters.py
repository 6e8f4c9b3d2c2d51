# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""Windows take in their borders; converters stand exactly where lanes differ."""

from __future__ import annotations

import numpy as np
import pytest

from bitstream_flow.plan.converters import absorb_borders, insert_converters
from bitstream_flow.plan.folding import Target, fold
from hls.graph.graph import Graph, Node
from hls.graph.reference import run_reference
from hls.operators.pad import Pad
from hls.operators.width_converter import WidthConverter
from hls.operators.window import Window
from hls.streams.tensor import TensorType
from tests.networks import tiny_hourglass


def _disagreements(graph: Graph) -> int:
    lanes = {name: stream.lanes for name, stream in graph.streams.items()}
    return sum(
        lanes[name] != stream.lanes
        for node in graph.nodes
        for name, stream in zip(node.inputs, node.op.inputs, strict=True)
    )


def test_both_ends_of_every_edge_agree() -> None:
    folded = fold(tiny_hourglass(), Target(1500))
    chip = insert_converters(folded)
    assert _disagreements(folded) > 0
    assert _disagreements(chip) == 0


def test_nothing_is_inserted_where_nothing_differs() -> None:
    graph = tiny_hourglass()
    assert _disagreements(graph) == 0
    assert not any(isinstance(n.op, WidthConverter) for n in insert_converters(graph).nodes)


def test_borders_in_windows_change_no_tensor() -> None:
    graph = tiny_hourglass()
    chip = absorb_borders(graph)
    image = np.random.default_rng(0).integers(0, 256, (2, 12, 8, 3), dtype=np.uint8)
    before, after = run_reference(graph, image), run_reference(chip, image)
    assert any(isinstance(node.op, Pad) for node in graph.nodes)
    assert not any(isinstance(node.op, Pad) for node in chip.nodes)
    assert all(np.array_equal(before[name], tensor) for name, tensor in after.items())


@pytest.mark.parametrize(("border", "nodes"), [((1, 1, 1, 1), 1), ((2, 0, 1, 0), 2)])
def test_a_border_as_wide_as_the_kernel_keeps_its_pad(border: tuple[int, ...], nodes: int) -> None:
    pad = Pad(TensorType(4, 4, 2, 2), *border, value=3)
    window = Window(pad.outputs[0].tensor, 3)
    chain = (Node("pad", pad, ("a",), ("b",)), Node("window", window, ("b",), ("c",)))
    assert len(absorb_borders(Graph("test", chain, "a", "c")).nodes) == nodes
