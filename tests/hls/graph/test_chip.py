# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
"""A chip has a FIFO for each of its streams, and operators that agree on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hls.common.errors import InputError
from hls.graph.chip import Chip
from hls.graph.graph import Graph, Node
from hls.operators.fifo import Fifo
from hls.operators.window import Window
from hls.operators.xnor_mvu import XnorMvu
from hls.streams.tensor import TensorType
from tests.hls.graph.test_graph import NET, OP


def _fifos(graph: Graph) -> dict[str, Fifo]:
    return {name: Fifo(s.tensor, lanes=s.lanes, depth=2) for name, s in graph.streams.items()}


def test_what_it_answers() -> None:
    chip = Chip(NET, _fifos(NET))
    assert chip.edges == NET.streams and chip.interval == max(n.op.cycles for n in NET.nodes)
    assert chip.ends == (NET.streams["image"], NET.streams["sum"])


def test_a_fifo_carries_beats_of_interleaved_pixels() -> None:
    tensor = TensorType(1, 4, 4, 1)
    window, unit = Window(tensor, 1, lanes=2, mmv=2), XnorMvu(tensor, 2, simd=2, mmv=2)
    nodes = (
        Node("window", window, ("image",), ("w",)),
        Node("unit", unit, ("w",), ("y",), unit.random_constants(np.random.default_rng(0))),
    )
    graph = Graph("net", nodes, "image", "y")
    assert graph.streams["w"].interleave == 2
    assert Chip(graph, _fifos(graph)).fifos["w"].lanes == 2


def test_what_it_refuses() -> None:
    fifos = _fifos(NET)
    with pytest.raises(InputError, match="edge q has no FIFO for"):
        Chip(NET, {name: fifo for name, fifo in fifos.items() if name != "q"})
    with pytest.raises(InputError, match="edge p has no FIFO for"):
        Chip(NET, fifos | {"p": fifos["image"]})
    folded = NET.with_ops({"left": replace(OP, pe=2)})
    with pytest.raises(InputError, match="edge p: add takes other lanes"):
        Chip(folded, _fifos(folded))
